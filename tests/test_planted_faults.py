"""The audit checks every figure and label of the results: it finds a fault anywhere.

A plan with something in every table is solved once. Then one cell of one table is changed, or one
row is left out or written twice, and the audit must find it. ``UNAUDITED`` lists what the audit
does not check, with the reason.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache
from math import isfinite, nan
from typing import Any

import pytest

import optimizer
from optimizer import audit as audit_room
from optimizer.audit import audit
from optimizer.result.result_layouts import RESULT_LAYOUTS, Table
from tests.conftest import sample
from tests.test_audit import make_case, sheets

ROWS = "a row left out"
UNAUDITED: dict[tuple[str, str], str] = {
    ("Run", "*"): "the record of the run, the audit's own verdict among it",
    ("Break-even", "note"): "exact or estimate: the basis of the optimum says which",
    (
        "Break-even",
        "period",
    ): "of an option: when it would be decided is the plan with it that says",
    ("Break-even", ROWS): "that a thing does not enter at its price is a reduced cost",
    ("Shortage reasons", ROWS): "which reasons there are follows from a chain that prices choose; "
    "that there is one is looked at",
    ("Scarcity", "more"): "of a minimum: how far a price holds the other way follows from the "
    "basis, and no other table shows it",
    ("Scarcity", "less"): "of a maximum: the same",
    ("Compliance", "price"): "without tolerance: a difference of prices of lots, which no table "
    "shows",
}
"""What the audit does not check; ``open_to`` tells in which rows."""


def open_to(name: str, header: str, row: dict[str, Any], cell: Any) -> bool:
    """True if a wrong cell in a row may pass: it is a price, or follows from prices."""
    if (name, header) not in UNAUDITED:
        return False
    return {
        "note": row.get("kind") != "option" and cell in ("exact", "estimate"),
        "period": row.get("kind") == "option",
        "more": row.get("per") == "one less" and cell > 0,
        "less": row.get("per") == "one more" and cell > 0,
        "price": row.get("share allowed") == 0 and cell >= 0,
    }[header]


# Ore from Kazakhstan, China and an unknown mine is smelted in Canada with acid; slag is thrown
# away, metal is sold, a second kiln may be built. Contract and demand are not met.
WORKS = sheets("""
Settings: setting | value
start              | 2027-01-01
periods            | 2
period length      | half-year
discount rate      | 0.1
carrying cost rate | 0.1
shortage penalty   | 5000

Sites: site | kind | country | owner | owner country
Mine   | mine     | Kazakhstan | KazCo   | Russia
Baotou | mine     | China      | NRE     |
Trader | trader   | Singapore  |         |
Plant  | plant    | Canada     | SmeltCo | USA
Buyer  | customer | USA        |         |

Materials: material | stage | traced | value | disposal cost
ore   | mined  | yes | 100  |
metal | melted | yes | 1000 |
acid  |        | no  |      |
slag  |        | no  |      | 5

Supply: offer | site | material | price | maximum | history | contract quantity | take or pay | firm
kaz    | Mine   | ore  | 10 | 150 |                  |     |     |
china  | Baotou | ore  | 4  | 60  |                  |     |     |
trader | Trader | ore  | 9  | 40  | mined: unknown   |     |     | no
dear   | Trader | ore  | 90000 |  | mined: unknown   |     |     |
acid   | Plant  | acid | 1  |     |                  | 400 | 0.9 |

Recipes: recipe | material | direction | quantity
smelt | ore   | in  | 1
smelt | acid  | in  | 0.5
smelt | metal | out | 0.6
smelt | slag  | out | 0.4

Processes: site | recipe | unit | cost | stage
Plant | smelt | kiln | 7 | melted

Units: site | unit | capacity | availability | minimum load | fixed cost
Plant | kiln | 100 | 0.9 | 0.3 | 1000

Options: option | site | unit | added capacity | capital cost | fixed cost | life
second kiln | Plant | kiln | 120 | 3000 | 100 | 10
third kiln  | Plant | kiln | 50  | 900000 | 100 | 10

Lanes: from site | to site | material | mode | cost | lead days | arrives
Mine   | Plant | ore   | rail | 2 | 91.3125 | 0.9
Baotou | Plant | ore   |      | 1 |         |
Trader | Plant | ore   | sea  | 1 |         |
Trader | Plant | ore   | air  | 9 |         |
Plant  | Buyer | metal |      | 3 |         |

Tariffs: origin country | destination country | material | ad valorem
China  | Canada | *     | 0.1
Canada | USA    | metal | 0.03

Stocks: site | material | opening | history | minimum | maximum | closing | closing value | holding cost
Plant | ore | 15 | mined: Australia [Weld] | 5 | 40 | 10 | 50 | 4

Pipeline: order | to site | material | arrival | quantity | history
PO 1 | Buyer | metal | 2027-05-01 | 2 | mined: Australia; melted: Japan

Demand: line | customer | material | segment | quantity | price | shortage penalty
defence | Buyer | metal | defence | 60  |      | 9000
civil   | Buyer | metal | civil   | 120 | 2000 | 4000

Rules: rule | segments | maximum share | window
no China   | defence |     | period
some China | civil   | 0.5 | horizon

Rule scope: rule | country | stage
no China   | China | mined
some China | China | mined
""")  # noqa: E501


@cache
def solved() -> tuple[Any, ...]:
    """Case, tables, objective and bookings of the plan, as the audit gets them."""
    arguments: list[tuple[Any, ...]] = []

    class Listening(audit_room.Auditor):
        def __init__(self, *received: Any) -> None:
            arguments.append(received)
            super().__init__(*received)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(audit_room, "Auditor", Listening)
        result = optimizer.solve(make_case(WORKS))
    assert result.audit is not None
    assert result.audit.passed, result.audit
    case, _, objective, bookings = arguments[0]
    return case, dict(result.tables), objective, bookings


def audit_fails(tables: dict[str, Table]) -> bool:
    """True if the audit of the plan with other tables does not pass."""
    case, _, objective, bookings = solved()
    return not audit(case, tables, objective, bookings).passed


def with_rows(name: str, rows: list[tuple[Any, ...]]) -> dict[str, Table]:
    """The tables of the plan, one of them with other rows."""
    tables = solved()[1]
    layout = tables[name].layout
    columns = tuple(zip(*rows, strict=True)) if rows else tuple(() for _ in layout.fields)
    return {**tables, name: Table(layout, columns)}


def wrong_cells(cell: Any, column: tuple[Any, ...]) -> Iterator[Any]:
    """Wrong values for a cell: figures slightly and far off, other and unknown labels."""
    if isinstance(cell, (int, float)) and not isfinite(cell):
        yield from (3.0, 0.0)
    elif isinstance(cell, (int, float)):
        yield from (cell * 1.01 + 0.01, cell - 1, nan)
    elif isinstance(cell, date):
        yield cell + timedelta(days=1)
    else:
        yield f"{cell} x"
        yield from [other for other in dict.fromkeys(column) if other != cell][:3]


def rows_of(name: str) -> list[tuple[Any, ...]]:
    return list(solved()[1][name].rows())


LOOKED_AT = [name for name in RESULT_LAYOUTS if (name, "*") not in UNAUDITED]


@pytest.mark.parametrize("name", LOOKED_AT)
def test_the_plan_has_rows_in_every_table_that_is_looked_at(name):
    assert len(solved()[1][name]) > 0


COLUMNS = [(name, field.header) for name in LOOKED_AT for field in RESULT_LAYOUTS[name].fields]


@pytest.mark.slow
@pytest.mark.parametrize(("name", "header"), COLUMNS)
def test_a_wrong_cell_is_found(name, header):
    rows, at = rows_of(name), RESULT_LAYOUTS[name].headers.index(header)
    column = tuple(row[at] for row in rows)
    missed = []
    for turn, number in enumerate(rows_to_try(rows)):
        known = dict(zip(RESULT_LAYOUTS[name].headers, rows[number], strict=True))
        for cell in wrong_cells_to_try(turn, column[number], column):
            if open_to(name, header, known, cell):
                continue
            row = (*rows[number][:at], cell, *rows[number][at + 1 :])
            if not audit_fails(with_rows(name, [*rows[:number], row, *rows[number + 1 :]])):
                missed.append((number, column[number], cell, rows[number]))
    assert not missed, missed[:5]


def wrong_cells_to_try(turn: int, cell: Any, column: tuple[Any, ...]) -> list[Any]:
    """Wrong values for a cell: one, in the next row another kind of them, or all of them."""
    cells = list(wrong_cells(cell, column))
    return sample([cells[turn % len(cells)]], cells)


def rows_to_try(rows: list[tuple[Any, ...]]) -> list[int]:
    """Rows to try: all of a short table, some all over a long one."""
    return list(range(0, len(rows), max(1, len(rows) // sample(5, 8))))


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in LOOKED_AT if (name, ROWS) not in UNAUDITED])
def test_a_row_that_is_left_out_is_found(name):
    rows = rows_of(name)
    missed = [
        row
        for i, row in enumerate(rows)
        if not audit_fails(with_rows(name, [*rows[:i], *rows[i + 1 :]]))
    ]
    assert not missed, missed[:5]


@pytest.mark.slow
@pytest.mark.parametrize("name", LOOKED_AT)
def test_a_row_that_stands_twice_is_found(name):
    rows = rows_of(name)
    missed = [
        rows[i] for i in rows_to_try(rows) if not audit_fails(with_rows(name, [*rows, rows[i]]))
    ]
    assert not missed, missed[:5]


def test_what_is_not_looked_at_is_named_with_a_reason_and_exists():
    for (name, header), reason in UNAUDITED.items():
        assert reason
        assert header in ("*", ROWS) or header in RESULT_LAYOUTS[name].headers
