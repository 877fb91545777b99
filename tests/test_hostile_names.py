"""Names that break formulas: what becomes the title of a column is escaped or shortened."""

from __future__ import annotations

import re
import shutil
import subprocess
import zipfile
from pathlib import Path

import openpyxl
import pytest

import optimizer
from optimizer.report.excel_values import MAX_TITLE_CHARACTERS, column_titles, truncated
from optimizer.studies.study import Study
from tests.conftest import make, need, offer

HOSTILE = (
    "it's",
    "ends with '",
    "'quoted'",
    "''",
    "a [b]",
    "[",
    "]",
    "#All",
    "#This Row",
    "@home",
    'say "no"',
    '"all"',
    "a,b;c:d",
    "{x} (y)",
    "=1+1",
    "-2",
    "5",
    "a\\b/c",
    "100 % ~*?",
    "<b>&amp;",
    "_x0041_",
    "épée 磁 😀",
    "x" * 290,
    "x" * 289 + "y",
    "w " * 145,
    "&" * 200,
)
"""Names of scenarios; each makes the titles of two columns of a sheet of scenarios.xlsx."""

PROFILE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load">
<prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop></item></oor:items>
"""
"""LibreOffice calculates every formula when it loads a file, whatever the file says of values."""


@pytest.fixture(scope="module")
def study() -> Study:
    """A study of a scenario for each name: 10 t wanted at 5; scenario n asks for n t."""
    rows = [
        {"scenario": name, "sheet": "Demand", "column": "quantity", "value": number}
        for number, name in enumerate(HOSTILE, 1)
    ]
    case = make(
        Settings={"case": "&" * 99},
        Supply=[offer("kaz", price=5)],
        Demand=[need(10)],
        Scenarios=rows,
    )
    return optimizer.scenarios(case, settings=optimizer.RunSettings(workers=1))


@pytest.fixture(scope="module")
def written(study, tmp_path_factory) -> Path:
    """The workbook of that study."""
    path = tmp_path_factory.mktemp("hostile") / "scenarios.xlsx"
    optimizer.write_study(study, path)
    return path


def recalculated(path: Path, folder: Path) -> openpyxl.Workbook:
    """The workbook as LibreOffice saves it after it has calculated every formula."""
    (folder / "profile" / "user").mkdir(parents=True)
    (folder / "profile" / "user" / "registrymodifications.xcu").write_text(PROFILE)
    command = ["soffice", f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless"]
    command += ["--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir", str(folder / "out")]
    subprocess.run([*command, str(path)], check=True, capture_output=True)
    return openpyxl.load_workbook(folder / "out" / path.name, data_only=True)


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("soffice"), reason="LibreOffice is not installed")
def test_totals_under_hostile_names_are_those_that_are_written(written, tmp_path):
    formulas, before = openpyxl.load_workbook(written), openpyxl.load_workbook(written, data_only=1)
    after = recalculated(written, tmp_path)
    count = 0
    for sheet in formulas.worksheets:
        for cell in (cell for row in sheet.iter_rows() for cell in row if cell.data_type == "f"):
            found = after[sheet.title][cell.coordinate].value
            wanted = before[sheet.title][cell.coordinate].value
            assert found == pytest.approx(wanted, abs=1e-6), (sheet.title, cell.value)
            count += 1
    # Costs alone: the base, each scenario, and its difference to the base.
    assert count > 2 * len(HOSTILE)


def test_the_total_of_a_scenario_is_its_own(written):
    # The cheap offer has no maximum: a scenario that asks for n t buys n t.
    sheet = openpyxl.load_workbook(written, data_only=True)["Offers"]
    headers = [cell.value for cell in sheet[5]]
    totals = [cell.value for cell in sheet[3]]
    for number, name in enumerate(HOSTILE, 1):
        if len(name) < MAX_TITLE_CHARACTERS:
            (column,) = [at for at, text in enumerate(headers) if text == name]
            assert totals[column] == number


def test_titles_of_tables_are_the_cells_of_their_headers_and_no_two_alike(written):
    with zipfile.ZipFile(written) as package:
        tables = [package.read(name).decode() for name in package.namelist() if "tables/" in name]
    assert tables
    for table in tables:
        titles = re.findall(r'<tableColumn id="\d+" name="([^"]*)"', table)
        assert len({title.casefold() for title in titles}) == len(titles)
        assert all(
            len(title.encode("utf-16-le")) <= 2 * 5 * MAX_TITLE_CHARACTERS for title in titles
        )
    book = openpyxl.load_workbook(written)
    for sheet in book.worksheets:
        for table in sheet.tables.values():
            cells = sheet[table.ref][0]
            assert len(cells) == len(table.tableColumns)
            for cell, column in zip(cells, table.tableColumns, strict=True):
                name = column.name.replace("_x005F_", "_")
                assert str(cell.value) == name
                assert 0 < len(name.encode("utf-16-le")) // 2 <= MAX_TITLE_CHARACTERS


def test_columns_and_rows_are_no_larger_than_excel_allows(written):
    for sheet in openpyxl.load_workbook(written).worksheets:
        assert all(column.width <= 255 for column in sheet.column_dimensions.values())
        assert all((row.height or 0) <= 409 for row in sheet.row_dimensions.values())
        for margin in (sheet.oddHeader, sheet.oddFooter):
            assert margin.center.text or margin.left.text


@pytest.mark.parametrize(
    ("headers", "titles"),
    [
        (["a", "A"], ["a", "A (2)"]),
        (["a", "a (2)", "A"], ["a", "a (2)", "A (3)"]),
        (["", "\x00", " \n"], ["column", "�", "column (2)"]),
        ([" a\nb\t c "], ["a b c"]),
        (["x" * 255], ["x" * 255]),
        (["x" * 256], ["x" * 254 + "…"]),
        (["x" * 300, "x" * 301], ["x" * 254 + "…", "x" * 250 + "… (2)"]),
        # Outside the first plane a character counts for two; half of one is no character.
        (["😀" * 128], ["😀" * 127 + "…"]),
    ],
)
def test_headers_become_titles_that_excel_takes(headers, titles):
    assert column_titles(headers) == titles


def test_a_text_is_not_cut_inside_a_character():
    assert truncated("😀😀", 3) == "😀…"
    assert truncated("😀😀", 4) == "😀😀"
