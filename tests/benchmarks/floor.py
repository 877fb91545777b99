"""The floor: the same linear programme as arrays, passed straight to HiGHS without checks.

No program that solves a case with HiGHS can do less than this process. It loads the arrays
of the constraint matrix from a file, passes them to HiGHS in one call, runs the fastest
method, and writes values and prices that are not zero as the simplest workbook that Excel
opens. It imports only numpy and highspy. It reads no workbook, builds no matrix, names no
row, checks no plan and formats no sheet.

``python -m tests.benchmarks.floor ARRAYS METHOD OUTPUT [--no-run]``
"""

from __future__ import annotations

import sys
import zipfile
from pathlib import Path
from typing import Any

import highspy
import numpy as np

from tests.benchmarks.clock import Clock

XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
OFFICE = "http://schemas.openxmlformats.org"
PARTS = {
    "[Content_Types].xml": f'{XML}<Types xmlns="{OFFICE}/package/2006/content-types">'
    '<Default Extension="rels" '
    'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/vnd.openxmlformats-officedocument.'
    'spreadsheetml.sheet.main+xml"/>'
    '<Override PartName="/xl/sheet.xml" ContentType="application/vnd.openxmlformats-'
    'officedocument.spreadsheetml.worksheet+xml"/></Types>',
    "_rels/.rels": f'{XML}<Relationships xmlns="{OFFICE}/package/2006/relationships">'
    f'<Relationship Id="r1" Type="{OFFICE}/officeDocument/2006/relationships/officeDocument" '
    'Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": f'{XML}<workbook xmlns="{OFFICE}/spreadsheetml/2006/main" '
    f'xmlns:r="{OFFICE}/officeDocument/2006/relationships"><sheets>'
    '<sheet name="Plan" sheetId="1" r:id="r1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": f"{XML}<Relationships "
    f'xmlns="{OFFICE}/package/2006/relationships"><Relationship Id="r1" '
    f'Type="{OFFICE}/officeDocument/2006/relationships/worksheet" Target="sheet.xml"/>'
    "</Relationships>",
}
ROW = "<row><c><v>%d</v></c><c><v>%r</v></c><c><v>%r</v></c></row>"


def load(path: str | Path) -> dict[str, np.ndarray]:
    """Arrays of a programme by name."""
    with np.load(path) as arrays:
        return {name: arrays[name] for name in arrays.files}


def passed(arrays: dict[str, np.ndarray], method: str) -> Any:
    """A HiGHS instance that holds the programme."""
    highs = highspy.Highs()
    for name, setting in (("output_flag", False), ("threads", 1), ("solver", method)):
        if highs.setOptionValue(name, setting) == highspy.HighsStatus.kError:
            raise SystemExit(f"HiGHS refused {name}")
    status = highs.passModel(
        len(arrays["cost"]),
        len(arrays["row_lower"]),
        len(arrays["values"]),
        int(highspy.MatrixFormat.kRowwise),
        int(highspy.ObjSense.kMinimize),
        float(arrays["offset"]),
        arrays["cost"],
        arrays["lower"],
        arrays["upper"],
        arrays["row_lower"],
        arrays["row_upper"],
        arrays["starts"],
        arrays["columns"],
        arrays["values"],
        np.zeros(len(arrays["cost"]), dtype=np.int32),
    )
    if status == highspy.HighsStatus.kError:
        raise SystemExit("HiGHS refused the model")
    return highs


def objective(path: str | Path, method: str = "simplex") -> float:
    """Least cost of a programme."""
    highs = passed(load(path), method)
    highs.run()
    return float(highs.getInfo().objective_function_value)


def write(path: str | Path, values: np.ndarray, prices: np.ndarray) -> None:
    """Number, value and price of every column that is not zero, as a workbook."""
    place = np.flatnonzero(values > 1e-9)
    cells = zip(place.tolist(), values[place].tolist(), prices[place].tolist(), strict=True)
    rows = "".join([ROW % cell for cell in cells])
    sheet = (
        f'{XML}<worksheet xmlns="{OFFICE}/spreadsheetml/2006/main"><sheetData>{rows}'
        "</sheetData></worksheet>"
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as package:
        for name, text in (PARTS | {"xl/sheet.xml": sheet}).items():
            package.writestr(name, text)


def main(clock: Clock, path: str, method: str, output: str, *, run: bool) -> None:
    """The whole process."""
    with clock.step("build"):
        arrays = load(path)
    with clock.step("transfer"):
        highs = passed(arrays, method)
    if not run:
        clock.tell()
    with clock.step("solve"):
        highs.run()
    with clock.step("extract"):
        solution = highs.getSolution()
        values, prices = np.array(solution.col_value), np.array(solution.col_dual)
    with clock.step("write"):
        write(output, values, prices)
    clock.tell(objective=highs.getInfo().objective_function_value)


if __name__ == "__main__":
    CLOCK = Clock()
    CLOCK.since_start("import")
    main(CLOCK, *sys.argv[1:4], run="--no-run" not in sys.argv)
