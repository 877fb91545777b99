"""The audit of Limits (every measure, filter, share and window) and of Blends."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from optimizer.audit import audit
from tests import test_audit_decisions as works
from tests.test_audit import CHAIN, OBJECTIVE, PLAN, Rows, failed, make_case, make_tables, sheets

# The chain of test_audit with owners. In 2027-H1 and H2: bought 100 and 40 t of Mine's ore, 50 and
# 0 of Baotou's, 47.5 and 34 of acid; smelted 95 and 68; shipped 100 and 40 by rail, 50 and 0 from
# Baotou, 57 and 40.8 to Buyer; delivered 29 and 30, 30 and 9, 0 and 1.8; in stock 15 and 10.
OWNERS = {"Mine": "Kazatom", "Baotou": "Northern"}
OWNED = {
    **CHAIN,
    "Sites": [{**site, "owner": OWNERS.get(site["site"])} for site in CHAIN["Sites"]],
}
H2, SPRING = date(2027, 7, 1), date(2027, 3, 31)

# Measure, filters and the rest of the row, least and most that any window of the plan has.
MEASURED: list[tuple[str, dict[str, Any], float, float]] = [
    ("bought", {}, 74, 197.5),
    ("bought", {"window": "year"}, 271.5, 271.5),
    ("bought", {"country": "China"}, 0, 50),
    ("bought", {"country": "China", "to": H2}, 0, 50),
    ("bought", {"country": "China", "to": SPRING}, 50, 50),
    ("bought", {"country": "China, Kazakhstan"}, 40, 150),
    ("bought", {"site": "Mine", "window": "horizon"}, 140, 140),
    ("bought", {"site": "Mine", "window": "horizon", "from": H2}, 40, 40),
    ("bought", {"owner": "northern", "material": "ore"}, 0, 50),
    ("bought", {"offer": "kaz, acid", "window": "year"}, 221.5, 221.5),
    ("bought", {"country": "China", "material": "ore", "as": "share"}, 0, 1 / 3),
    ("bought", {"country": "China", "as": "share"}, 0, 50 / 197.5),
    ("bought", {"country": "China", "as": "share", "window": "horizon"}, 50 / 271.5, 50 / 271.5),
    ("bought", {"site": "*", "material": "*"}, 74, 197.5),
    ("made", {"recipe": "smelt"}, 68, 95),
    ("made", {"site": "Plant", "window": "year"}, 163, 163),
    ("used", {"material": "acid"}, 34, 47.5),
    ("used", {"recipe": "smelt", "country": "Canada"}, 102, 142.5),
    ("used", {"material": "acid", "as": "share"}, 1, 1),
    ("produced", {"material": "slag", "recipe": "smelt"}, 27.2, 38),
    ("produced", {"recipe": "smelt", "material": "metal, slag", "window": "year"}, 163, 163),
    ("shipped", {"mode": "rail"}, 40, 100),
    ("shipped", {"to site": "Buyer"}, 40.8, 57),
    ("shipped", {"country": "China, Canada", "window": "horizon"}, 147.8, 147.8),
    ("shipped", {"to site": "Plant", "mode": "rail", "as": "share"}, 100 / 207, 40 / 80.8),
    ("delivered", {"line": "civil, spot"}, 10.8, 30),
    ("delivered", {"line": "civil", "as": "share", "window": "horizon"}, 39 / 99.8, 39 / 99.8),
    ("delivered", {"country": "USA", "site": "Buyer"}, 40.8, 59),
    ("stock", {"material": "ore"}, 10, 15),
    ("stock", {"material": "ore", "window": "year"}, 10, 10),
    ("stock", {"window": "horizon", "to": SPRING}, 15, 15),
    ("stock", {"country": "USA"}, 0, 0),
]


def bounded(sheets_by_name: dict[str, Rows], row: dict[str, Any]) -> Any:
    """A case with one limit."""
    return make_case({**sheets_by_name, "Limits": [{"limit": "own", **row}]})


@pytest.mark.parametrize(("measure", "row", "least", "most"), MEASURED)
def test_a_limit_adds_up_what_its_filters_let_through(
    measure: str, row: dict[str, Any], least: float, most: float
) -> None:
    tables = make_tables(PLAN)

    def found(**bound: float) -> set[str]:
        return failed(
            audit(bounded(OWNED, {"measure": measure, **row, **bound}), tables, OBJECTIVE)
        )

    assert found(maximum=most) == set()
    assert found(minimum=least) == set()
    assert most == 0 or found(maximum=most * 0.999) == {"limits"}
    assert row.get("as") == "share" or found(minimum=least + 0.1) == {"limits"}
    assert row.get("as") != "share" or least > 0.99 or found(minimum=least + 1e-3) == {"limits"}


# The works of test_audit_decisions: two lines in 2027-H1 (1350 each, in three rows, one of them
# at Shop in the USA), one extra in 2027-H2 (90).
DECIDED: list[tuple[str, dict[str, Any], float, float]] = [
    ("built", {}, 0, 2),
    ("built", {"window": "horizon"}, 3, 3),
    ("built", {"site": "Plant", "window": "horizon"}, 3, 3),
    ("built", {"site": "Shop", "window": "year"}, 0, 2),
    ("built", {"country": "Canada", "option": "line", "window": "horizon"}, 2, 2),
    ("built", {"option": "extra"}, 0, 1),
    ("built", {"option": "extra", "from": date(2028, 1, 1)}, 0, 0),
    ("built", {"option": "line", "as": "share", "window": "horizon"}, 2 / 3, 2 / 3),
    ("spent", {}, 0, 2700),
    ("spent", {"window": "year"}, 0, 2790),
    ("spent", {"country": "USA"}, 0, 2700),
    ("spent", {"option": "extra", "window": "horizon"}, 90, 90),
]


@pytest.mark.parametrize(("measure", "row", "least", "most"), DECIDED)
def test_a_limit_counts_an_option_once_and_capital_as_paid(
    measure: str, row: dict[str, Any], least: float, most: float
) -> None:
    tables = make_tables(works.PLAN)

    def found(**bound: float) -> set[str]:
        case = bounded(works.WORKS, {"measure": measure, **row, **bound})
        return failed(audit(case, tables, works.OBJECTIVE))

    assert found(maximum=most) == set()
    assert found(minimum=least) == set()
    assert most == 0 or found(maximum=most * 0.999) == {"limits"}
    assert row.get("as") == "share" or found(minimum=least + 0.1) == {"limits"}


def test_a_broken_limit_says_where() -> None:
    case = bounded(OWNED, {"measure": "bought", "country": "China", "maximum": 49})
    verdict = audit(case, make_tables(PLAN), OBJECTIVE).verdict
    assert verdict == ("AUDIT FAILED: limits: own (Limits row 2): bought from 2027-H1: 50 above 49")


# 60 t of rich feed with 3 % thorium, 50 t of poor feed with 1 %, each with half a tonne of acid
# without an assay: 2.3 t in 165 t.
BLENDED = sheets("""
Settings: setting | value
start         | 2027-01-01
periods       | 1
period length | year

Sites: site | country
Plant | Canada

Materials: material | disposal cost
rich  |
poor  |
acid  |
oxide | 0

Supply: offer | site | material | price
rich | Plant | rich | 0
poor | Plant | poor | 0
acid | Plant | acid | 0

Assays: feed | oxide | share
rich | Nd2O3 | 0.2
rich | ThO2  | 0.03
poor | Nd2O3 | 0.1
poor | ThO2  | 0.01

Recipes: recipe | material | direction | quantity
separate | acid | in | 0.5

Recoveries: recipe | oxide | product | recovery
separate | Nd2O3 | oxide | 0.9

Processes: site | recipe | feed
Plant | separate | *

Blends: site | recipe | oxide | minimum | maximum
Plant | separate | ThO2 | 0.01 | 0.014
""")
MIX = sheets("""
Purchases: offer | site | material | period | tonnes
rich | Plant | rich | 2027 | 60
poor | Plant | poor | 2027 | 50
acid | Plant | acid | 2027 | 55

Production: site | recipe | feed | period | activity
Plant | separate | rich | 2027 | 60
Plant | separate | poor | 2027 | 50

Disposal: site | material | period | tonnes
Plant | oxide | 2027 | 15.3
""")
for table in MIX.values():
    for one in table:
        one["period"] = "2027"


@pytest.mark.parametrize(
    ("minimum", "maximum", "checks"),
    [
        (0.0139, 0.014, set()),
        (2.3 / 165, 2.3 / 165, set()),
        (0.014, None, {"blends"}),
        (None, 0.0139, {"blends"}),
        (None, 0.0, {"blends"}),
        (None, None, set()),
    ],
)
def test_a_blend_is_of_all_that_the_recipe_takes_in(
    minimum: float | None, maximum: float | None, checks: set[str]
) -> None:
    blend = {**BLENDED["Blends"][0], "minimum": minimum, "maximum": maximum}
    case = make_case({**BLENDED, "Blends": [blend]})
    assert failed(audit(case, make_tables(MIX), 0.0)) == checks


@pytest.mark.parametrize(
    ("row", "least", "most"),
    [
        ({"material": "rich"}, 60, 60),
        ({"recipe": "separate"}, 110, 110),
        ({"material": "rich", "as": "share"}, 1, 1),
        ({"site": "Plant", "recipe": "separate", "as": "share"}, 1, 1),
    ],
)
def test_the_material_of_what_is_made_is_its_feed(
    row: dict[str, Any], least: float, most: float
) -> None:
    for bound, checks in (
        ({"minimum": least, "maximum": most}, set()),
        ({"maximum": most * 0.99}, {"limits"}),
    ):
        case = bounded(BLENDED, {"measure": "made", **row, **bound})
        assert failed(audit(case, make_tables(MIX), 0.0)) == checks
