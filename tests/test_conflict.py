"""Impossible workbooks with one planted cause: it is named, and every repair does.

Each is a workbook of the tutorial or of the cases in which a few cells are changed. The
set of cells that cannot all hold must name the planted one, and the new values of each
repair, written into the workbook, must give a plan.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import openpyxl
import pytest

import optimizer
from tests.conftest import CASES, ROOT

Change = tuple[str, int, str, object]
"""Sheet, row, header and value; a sheet or column that is not there is added."""


@dataclass(frozen=True)
class Planted:
    """A workbook, what is changed in it, and the cell that must be named."""

    book: str
    changes: tuple[Change, ...]
    cell: tuple[str, int, str]


def new_row(sheet: str, row: int, **values: object) -> tuple[Change, ...]:
    return tuple(
        (sheet, row, name.rstrip("_").replace("_", " "), value) for name, value in values.items()
    )


MUST = ("Demand", 2, "minimum", 1)
"""The first line of demand must be served."""

PLANTED = {
    # Sintering makes 20 / 4 = 5 t a quarter; defence wants 10 and from July no Chinese ones.
    "demand above capacity": Planted(
        "tutorial", (MUST, ("Units", 3, "capacity", 20)), ("Units", 3, "capacity")
    ),
    # 100 / 4 = 25 t of concentrate give 25 / 8 / 0.5 = 6.25 t of magnets, not 10.
    "demand above supply": Planted(
        "tutorial", (MUST, ("Supply", 2, "maximum", 100)), ("Supply", 2, "maximum")
    ),
    # The circuit takes 8 x 25 = 200 t a quarter, 250 must be bought.
    "minimum purchase above what can be used": Planted(
        "tutorial", (("Supply", 2, "minimum", 1000),), ("Supply", 2, "minimum")
    ),
    # 600 t must be bought, the contract is for 500.
    "minimum purchase above the contract": Planted(
        "tutorial",
        (("Supply", 2, "contract quantity", 500), ("Supply", 2, "minimum", 600)),
        ("Supply", 2, "contract quantity"),
    ),
    # 10 + 5 + 5 t can lie there at the end, 24 must.
    "closing stock out of reach": Planted(
        "hand_stock_bounds",
        (
            ("Supply", 2, "maximum", 5),
            ("Supply", 3, "maximum", 5),
            ("Stocks", 2, "closing", 24),
        ),
        ("Stocks", 2, "closing"),
    ),
    # What is left is Chinese.
    "rule that bars every source": Planted(
        "hand_trader", (MUST, ("Supply", 2, "active", "no")), ("Rules", 2, "maximum share")
    ),
    # The only lane to the buyer takes longer than the year.
    "lead time beyond the horizon": Planted(
        "hand_process_limits", (MUST, ("Lanes", 6, "lead days", 400)), ("Lanes", 6, "lead days")
    ),
    "least run of a plant without feed": Planted(
        "hand_process_limits",
        (("Lanes", 4, "active", "no"), ("Lanes", 2, "active", "no")),
        ("Processes", 2, "minimum"),
    ),
    # Sintering makes 40 t a quarter.
    "limit above what can be made": Planted(
        "tutorial",
        new_row(
            "Limits", 2, limit="own", measure="produced", material="magnet", minimum=60, maximum=70
        ),
        ("Limits", 2, "minimum"),
    ),
    # 30 t of magnets need 15 t of oxide.
    "two limits that clash": Planted(
        "tutorial",
        (
            *new_row("Limits", 2, limit="own", measure="produced", material="magnet", minimum=30),
            *new_row("Limits", 3, limit="oxide", measure="used", material="NdPr oxide", maximum=10),
        ),
        ("Limits", 3, "maximum"),
    ),
    # A year's cover of 10 t a year in a store of 4 t.
    "store below its cover": Planted(
        "hand_stock_bounds",
        (
            MUST,
            ("Stocks", 2, "minimum", None),
            ("Stocks", 2, "closing", None),
            ("Stocks", 2, "opening", None),
            ("Stocks", 2, "maximum", 4),
            ("Stocks", 2, "days of cover", 365.25),
        ),
        ("Stocks", 2, "maximum"),
    ),
    # The richest feed has 1 % of it.
    "blend that no feed reaches": Planted(
        "hand_impurity_of_a_blend",
        (MUST, ("Blends", 2, "minimum", 0.02), ("Blends", 2, "maximum", None)),
        ("Blends", 2, "minimum"),
    ),
    # 60 t are not Chinese, so 40 may be, not the 140 that are missing.
    "share of a country": Planted(
        "hand_share_of_a_country",
        (MUST, ("Supply", 2, "maximum", 60)),
        ("Limits", 2, "maximum"),
    ),
    # 5 of 10 t are Chinese, a quarter may be.
    "rule with a share": Planted(
        "hand_trader",
        (MUST, ("Supply", 2, "maximum", 5), ("Rules", 2, "maximum share", 0.25)),
        ("Rules", 2, "maximum share"),
    ),
    "option that needs one that may not be built": Planted(
        "hand_a_named_option_must_be_built",
        (
            ("Options", 3, "needs", "first"),
            *new_row("Limits", 3, limit="none", measure="built", option="first", maximum=0),
        ),
        ("Options", 3, "needs"),
    ),
    "two options of which one at most is built": Planted(
        "hand_a_named_option_must_be_built",
        (
            ("Options", 2, "one of", "kilns"),
            ("Options", 3, "one of", "kilns"),
            *new_row("Limits", 3, limit="first", measure="built", option="first", minimum=1),
        ),
        ("Options", 2, "one of"),
    ),
    # 40 t need a kiln of 1000; a part of one would do for 500.
    "budget below a whole kiln": Planted(
        "hand_one_option_at_most",
        (
            ("Demand", 2, "minimum", 0.2),
            ("Limits", 2, "measure", "spent"),
            ("Limits", 2, "maximum", 500),
        ),
        ("Limits", 2, "maximum"),
    ),
    # 10 t are wanted, the ship takes no less than 20, and nothing can be kept.
    "minimum shipment above demand": Planted(
        "hand_minimum_when_used",
        (MUST, ("Lanes", 3, "active", "no"), ("Stocks", 2, "maximum", 0)),
        ("Lanes", 2, "minimum when used"),
    ),
    # Full load needs 0.7 x 40 = 28 t of iron a quarter, 12.5 can be bought.
    "minimum load without feed": Planted(
        "tutorial",
        (("Units", 3, "minimum load", 1), ("Supply", 5, "maximum", 50)),
        ("Units", 3, "minimum load"),
    ),
    # 20 / 4 = 5 t a quarter on the only lane from a plant without a Chinese stage.
    "lane below demand": Planted(
        "tutorial", (MUST, ("Lanes", 5, "maximum", 20)), ("Lanes", 5, "maximum")
    ),
    # 50 t arrive, 10 are wanted in the first quarter, nothing can be kept.
    "order without a use": Planted(
        "tutorial",
        new_row(
            "Pipeline",
            2,
            order="PO 1",
            to_site="Defence works",
            material="magnet",
            arrival=date(2027, 2, 1),
            quantity=50,
            history="produced: United States",
        ),
        ("Pipeline", 2, "quantity"),
    ),
}


def spoiled(planted: Planted, folder: Path) -> Path:
    """The workbook with the cells changed."""
    home = ROOT / "inputs" if planted.book == "tutorial" else CASES
    path = folder / "case.xlsx"
    write(home / f"{planted.book}.xlsx", planted.changes, path)
    return path


@cache
def solved(name: str) -> tuple[bytes, optimizer.Result]:
    """The workbook with a planted cause, and what its solve says; the tests share it."""
    with TemporaryDirectory() as folder:
        path = spoiled(PLANTED[name], Path(folder))
        return path.read_bytes(), optimizer.solve(optimizer.read(path))


def write(source: Path, changes: tuple[Change, ...], target: Path) -> None:
    """A copy of a workbook with some cells changed."""
    book = openpyxl.load_workbook(source)
    for sheet, row, header, value in changes:
        page = book[sheet] if sheet in book.sheetnames else book.create_sheet(sheet)
        headers = [cell.value for cell in page[1]]
        if header not in headers:
            headers = [name for name in headers if name] + [header]
            page.cell(1, len(headers), header)
        page.cell(row, headers.index(header) + 1).value = value
    book.save(target)


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_cause_is_named(name):
    planted, (_, result) = PLANTED[name], solved(name)
    assert result.status == "infeasible"
    why = result.conflict
    assert why.irreducible
    place = result.case.cell(*planted.cell)
    named = [f"{clash.sheet}!{clash.cell}" for clash in (*why.clashes, *why.gaps)]
    told = "\n".join(str(clash) for clash in (*why.clashes, *why.gaps))
    assert place in named or place in told, told
    assert len(why.clashes) <= 5


@pytest.mark.slow
@pytest.mark.parametrize("name", PLANTED)
def test_every_repair_gives_a_plan(name, tmp_path):
    content, result = solved(name)
    path = tmp_path / "case.xlsx"
    path.write_bytes(content)
    assert result.repairs
    for number, repair in enumerate(result.repairs):
        assert repair.checked
        cells = tuple((edit.sheet, edit.row, edit.header, edit.new) for edit in repair.edits)
        target = tmp_path / f"repaired {number}.xlsx"
        write(path, cells, target)
        again = optimizer.solve(optimizer.read(target))
        assert again.status == "optimal", repair
        assert again.audit.passed


NUMBERS = ("Demand", "Supply", "Units", "Processes", "Lanes", "Stocks", "Limits", "Blends")
"""Sheets of which a single number relieves a clash."""


def cells_of(why):
    return {(clash.sheet, clash.cell) for clash in why.clashes}


@pytest.mark.slow
@pytest.mark.parametrize("name", PLANTED)
def test_without_any_one_of_them_the_others_hold(name, tmp_path):
    """Relief of a single number gives a plan, or a clash with something outside of the set."""
    content, result = solved(name)
    path = tmp_path / "case.xlsx"
    path.write_bytes(content)
    case, why = result.case, result.conflict
    book = openpyxl.load_workbook(path)
    for clash in why.clashes:
        if clash.sheet not in NUMBERS or not clash.cell:
            continue
        letters = clash.cell.rstrip("0123456789")
        header, row = book[clash.sheet][f"{letters}1"].value, int(clash.cell[len(letters) :])
        share = any(own.row == row and own.as_ == "share" for own in case.limits)
        wide = 1.0 if clash.sheet == "Limits" and share else 1e6
        limits = header in ("contract quantity", "maximum", "capacity", "quantity")
        target = tmp_path / "relieved.xlsx"
        write(path, ((clash.sheet, row, header, wide if limits else 0),), target)
        relieved = optimizer.solve(optimizer.read(target))
        assert relieved.status == "optimal" or cells_of(relieved.conflict) - cells_of(why), clash
