"""The audit of provenance: sites that mix, processes that clear, owners, customs origins."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from optimizer.audit import audit
from optimizer.audit.audit_histories import AuditProvenance
from optimizer.audit.audit_workbook import AuditWorkbook
from tests.test_audit import YARD, Rows, failed, make_case, make_tables, sheets, yard

# A plant that does not segregate: X of clean A, Y of Chinese B, in periods of a year.
MIXER = sheets("""
Settings: setting | value
start         | 2027-01-01
periods       | 2
period length | year

Sites: site | country | segregates
Kaz    | Kazakhstan |
Baotou | China      |
Plant  | Canada     | no
Buyer  | USA        |

Materials: material | traced
A    |
B    |
acid | no
X    |
Y    |

Supply: offer | site | material | price
A    | Kaz    | A    | 0
B    | Baotou | B    | 0
acid | Plant  | acid | 0

Recipes: recipe | material | direction | quantity
make X | A    | in  | 1
make X | X    | out | 1
make Y | B    | in  | 1
make Y | acid | in  | 0.1
make Y | Y    | out | 1
sour   | acid | in  | 1
sour   | X    | out | 1

Processes: site | recipe | maximum
Plant | make X | 100
Plant | make Y | 100
Plant | sour   | 100

Lanes: from site | to site | material | cost
Kaz    | Plant | A | 0
Baotou | Plant | B | 0
Plant  | Buyer | * | 0

Demand: line | customer | material | segment | quantity | shortage penalty
X | Buyer | X | defence | 100 | 0
Y | Buyer | Y | civil   | 100 | 0
B | Buyer | B | civil   | 100 | 0

Rules: rule | segments
no China | defence

Rule scope: rule | country
no China | China
""")
CHINA = "no China"
UNCLEAN = {
    "runs booked as made",
    "custody of each rule",
    "custody of rules together",
    "custody of rules and origin",
}
Made = tuple[str, str, str, str, str]
"""Recipe, period, inputs break, inputs not followed, outputs break."""
CLEAN_X: Made = ("make X", "2027", "", "", "")
DIRTY_X: Made = ("make X", "2027", "", "", CHINA)
DIRTY_Y: Made = ("make Y", "2027", CHINA, "", CHINA)


def mixed(runs: list[Made], tonnes: float = 10, case: dict[str, Rows] = MIXER) -> set[str]:
    """Checks that fail for 10 t of each run, ``tonnes`` of runs whose inputs are not clean."""
    plan: dict[str, Rows] = {
        "Purchases": [],
        "Shipments": [],
        "Production": [],
        "Deliveries": [],
    }
    for recipe, period, breaks, skipped, outputs in runs:
        amount = tonnes if breaks or skipped else 10.0
        flow = {"period": period, "tonnes": amount, "arrives": amount}
        lot = {**flow, "breaks": breaks, "not followed": skipped}
        material, start = ("B", "Baotou") if recipe == "make Y" else ("A", "Kaz")
        run = {"inputs break": breaks, "inputs not followed": skipped, "outputs break": outputs}
        plan["Production"].append(
            {"site": "Plant", "recipe": recipe, "period": period, "activity": amount, **run}
        )
        acid = {"make Y": 0.1 * amount, "sour": amount, "make X": 0.0}[recipe]
        plan["Purchases"].append(
            {"offer": "acid", "site": "Plant", "material": "acid", "period": period, "tonnes": acid}
        )
        if recipe != "sour":
            bought = {"offer": material, "site": start, "material": material}
            plan["Purchases"].append({**bought, **_only(lot, "Purchases")})
            lane = {"from site": start, "to site": "Plant", "material": material}
            plan["Shipments"].append({**lane, **lot})
        product = recipe[-1] if recipe != "sour" else "X"
        made = {**flow, "breaks": outputs, "material": product}
        plan["Shipments"].append({**made, "from site": "Plant", "to site": "Buyer"})
        plan["Deliveries"].append({**_only(made, "Deliveries"), "line": product})
        plan["Deliveries"][-1]["customer"] = "Buyer"
    return failed(audit(make_case(case), make_tables(plan), 0.0))


def _only(row: dict[str, Any], table: str) -> dict[str, Any]:
    """A row without the column that only Shipments has."""
    return {header: cell for header, cell in row.items() if header != "arrives"}


def test_a_site_that_mixes_taints_all_that_it_makes_in_the_period() -> None:
    assert mixed([CLEAN_X]) == set()
    assert mixed([DIRTY_Y]) == set()
    assert mixed([CLEAN_X, DIRTY_Y]) == UNCLEAN
    assert mixed([("make X", "2028", "", "", ""), DIRTY_Y]) == set()


def test_what_is_tainted_may_be_booked_so_but_is_not_for_lines_that_the_rule_binds() -> None:
    assert mixed([DIRTY_X, DIRTY_Y]) == {"rules without tolerance"}
    other = {**MIXER["Demand"][0], "line": "other", "segment": "other", "quantity": 0}
    civil = {**MIXER, "Rules": [{"rule": CHINA, "segments": "other"}]}
    civil["Demand"] = [*MIXER["Demand"], other]
    assert mixed([DIRTY_X, DIRTY_Y], case=civil) == set()


def test_a_site_that_segregates_keeps_lots_apart() -> None:
    apart = [{**site, "segregates": "yes"} for site in MIXER["Sites"]]
    assert mixed([CLEAN_X, DIRTY_Y], case={**MIXER, "Sites": apart}) == set()


def test_a_rule_that_is_not_followed_in_what_is_used_taints_too() -> None:
    unfollowed: Made = ("make Y", "2027", "", CHINA, CHINA)
    assert mixed([unfollowed]) == set()
    assert mixed([CLEAN_X, unfollowed]) == UNCLEAN


def test_runs_whose_inputs_carry_no_provenance_taint_nothing_and_are_tainted() -> None:
    assert mixed([CLEAN_X, ("sour", "2027", "", "", "")]) == set()
    assert mixed([("sour", "2027", "", "", ""), DIRTY_Y]) == UNCLEAN
    odd: Made = ("sour", "2027", CHINA, "", CHINA)
    assert mixed([CLEAN_X, odd]) == {"rules without tolerance"}


def test_what_clears_a_lot_clears_no_taint() -> None:
    clearing = [{**row, "clears": CHINA} for row in MIXER["Processes"]]
    case = {**MIXER, "Processes": clearing}
    assert mixed([("make Y", "2027", CHINA, "", "")], case=case) == UNCLEAN
    assert mixed([CLEAN_X, DIRTY_Y], case=case) == UNCLEAN
    apart = [{**site, "segregates": "yes"} for site in MIXER["Sites"]]
    cleared = {**case, "Sites": apart}
    assert mixed([("make Y", "2027", CHINA, "", "")], case=cleared) == set()


def test_a_trace_within_the_tolerance_taints_nothing() -> None:
    assert mixed([CLEAN_X, DIRTY_Y], tonnes=1e-6) == set()
    assert mixed([CLEAN_X, DIRTY_Y], tonnes=1e-3) == UNCLEAN


def test_what_passes_through_a_site_that_mixes_taints_nothing() -> None:
    """B is shipped to Plant and on to Buyer while X is made."""
    lot = {"material": "B", "period": "2027", "tonnes": 5.0, "breaks": CHINA}
    ore = {"material": "A", "period": "2027", "tonnes": 10.0}
    made = {"material": "X", "period": "2027", "tonnes": 10.0}
    plan = {
        "Purchases": [
            {**lot, "offer": "B", "site": "Baotou"},
            {**ore, "offer": "A", "site": "Kaz"},
        ],
        "Shipments": [
            {**lot, "from site": "Baotou", "to site": "Plant", "arrives": 5},
            {**lot, "from site": "Plant", "to site": "Buyer", "arrives": 5},
            {**ore, "from site": "Kaz", "to site": "Plant", "arrives": 10},
            {**made, "from site": "Plant", "to site": "Buyer", "arrives": 10},
        ],
        "Production": [{"site": "Plant", "recipe": "make X", "period": "2027", "activity": 10.0}],
        "Deliveries": [
            {**lot, "line": "B", "customer": "Buyer"},
            {**made, "line": "X", "customer": "Buyer"},
        ],
    }
    assert failed(audit(make_case(MIXER), make_tables(plan), 0.0)) == set()


@pytest.mark.parametrize(
    ("rows", "clean"),
    [
        ([{"clears": CHINA}], True),
        ([{"clears": CHINA, "to": date(2027, 6, 30)}], True),
        ([{"clears": CHINA, "to": date(2027, 6, 30)}, {"from": date(2027, 7, 1)}], False),
        ([{"clears": CHINA, "to": date(2026, 6, 30)}, {"from": date(2026, 7, 1)}], False),
        ([{"to": date(2026, 12, 31)}, {"clears": CHINA, "from": date(2027, 1, 1)}], True),
        ([{"clears": CHINA, "unit": "kiln"}, {"unit": "press"}], True),
        ([{"clears": CHINA, "unit": "kiln", "to": date(2027, 6, 30)}, {"unit": "press"}], True),
    ],
)
def test_dated_rows_clear_what_each_of_them_clears_and_further_units_add(
    rows: Rows, clean: bool
) -> None:
    common = {"site": "Plant", "recipe": "make Y", "maximum": 100.0}
    blank = {"unit": None, "clears": None, "from": None, "to": None}
    case = {
        **MIXER,
        "Sites": [{**site, "segregates": "yes"} for site in MIXER["Sites"]],
        "Processes": [{**common, **blank, **row} for row in rows],
        "Units": [{"site": "Plant", "unit": unit, "capacity": 1000} for unit in ("kiln", "press")],
    }
    assert mixed([("make Y", "2027", CHINA, "", "")], case=case) == (set() if clean else UNCLEAN)


def test_several_stages_of_a_cell_are_events() -> None:
    case = {
        **MIXER,
        "Processes": [
            {"site": "Plant", "recipe": "make X", "stage": "refined, melted", "maximum": 100}
        ],
        "Rule scope": [{"rule": CHINA, "country": "Canada", "stage": "refined"}],
    }
    assert mixed([DIRTY_X], case=case) == {"rules without tolerance"}
    assert mixed([CLEAN_X], case=case) == UNCLEAN
    case["Rule scope"][0]["stage"] = "mined"
    assert mixed([CLEAN_X], case=case) == set()


@pytest.mark.parametrize(
    ("named", "found"),
    [
        ("melted: Japan [Kaz]", "China"),
        ("melted: Japan [Northern Holding]", "China"),
        ("melted: Japan [northern  HOLDING]", "China"),
        ("melted: Japan [Kazatom]", "Japan"),
        ("melted: Japan [Outside Ltd]", "Japan"),
        ("melted: Japan", "Japan"),
    ],
)
def test_an_owner_that_a_history_names_brings_the_country_that_sites_states(
    named: str, found: str
) -> None:
    owned = [
        {"site": "Kaz", "country": "Kazakhstan", "owner": "Northern Holding"},
        {"site": "Yard", "country": "Kazakhstan", "owner": "Kazatom"},
    ]
    owned[0]["owner country"] = "China"
    stock = {"site": "Kaz", "material": "ore", "opening": 1, "history": named}
    case = make_case({**YARD, "Sites": [*YARD["Sites"][:1], *owned], **_cut(stock)})
    provenance = AuditProvenance(AuditWorkbook(case))
    fact, unstated = provenance.history("Kaz", "ore", case.stocks[0].history)
    assert fact.owner_country == found
    assert fact.country == "Japan"
    assert (unstated.stage, unstated.country) == ("mined", "unknown")


def _cut(stock: dict[str, Any]) -> dict[str, Rows]:
    """Sheets without the sites of the yard."""
    supply = [{"offer": "A", "site": "A", "material": "ore", "price": 0}]
    demand = [{"line": "all", "customer": "A", "material": "ore", "quantity": 1}]
    demand[0] |= {"shortage penalty": 0, "segment": "defence"}
    return {"Stocks": [stock], "Supply": supply, "Demand": demand, "Lanes": []}


def test_untraced_goods_have_the_origin_of_their_written_history() -> None:
    ore = [{"material": "ore", "value": 100, "traced": "no"}]
    offers = [{"offer": "A", "site": "A", "material": "ore", "price": 0}]
    offers[0]["history"] = "separated: Russia; mined: China"
    tariffs = [{"origin country": "Russia", "destination country": "USA", "material": "*"}]
    tariffs[0]["specific"] = 1
    more = {"Materials": ore, "Supply": offers, "Tariffs": tariffs}
    assert yard([("A", 5, "", "Russia")], [("", 5, "", "Russia")], **more) == set()
    wrong = yard([("A", 5, "", "Australia")], [("", 5, "", "Australia")], **more)
    assert wrong == {
        "purchases booked as bought",
        "custody of customs origin",
        "custody of rules and origin",
    }


@pytest.mark.parametrize(
    ("period", "edge", "origin"),
    [
        ("2027", date(2027, 7, 1), "Russia"),
        ("2027", date(2028, 1, 1), "China"),
        ("2028", date(2028, 1, 1), "Russia"),
        ("2028", date(2027, 7, 1), "Russia"),
    ],
)
def test_an_offer_has_the_origin_of_the_last_row_that_touches_the_period(
    period: str, edge: date, origin: str
) -> None:
    """The later row stands first in the sheet."""
    offer = {"offer": "A", "site": "A", "material": "ore", "price": 0}
    last = date.fromordinal(edge.toordinal() - 1)
    offers = [
        {**offer, "history": "mined: Russia", "from": edge, "to": None},
        {**offer, "history": "mined: China", "from": None, "to": last},
    ]
    tariffs = [{"origin country": "Russia", "destination country": "USA", "material": "*"}]
    tariffs[0]["specific"] = 1
    rules = [{"rule": rule, "segments": "defence"} for rule in ("no C", "no R")]
    scope = [{"rule": rule, "country": "Japan"} for rule in ("no C", "no R")]
    more: dict[str, Rows] = {"Supply": offers, "Tariffs": tariffs}
    more |= {"Rules": rules, "Rule_scope": scope}
    for country in ("Russia", "China"):
        checks = yard([("A", 5, "", country)], [("", 5, "", country)], period, **more)
        assert ("purchases booked as bought" in checks) == (country != origin), checks
