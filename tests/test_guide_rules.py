"""The rules that the guide calls ready: its rows are read off the page, and do what it says."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Row, read_tables, tables

GUIDE = Path(__file__).parents[1] / "docs" / "guide.md"
NAMES = (
    "UFLPA",
    "Nonavailability waiver",
    "Qualification by date",
    "Reagents and equipment",
    "Specialty metals",
    "EU 65 % a country",
    "Entity of concern",
    "Electronic devices",
    "Abroad for abroad",
)

MAGNET = "mined: Australia; refined: Malaysia; separated: Malaysia; melted: Japan; produced: "
CHINESE = "mined: China; refined: China; separated: China; melted: China; produced: China"
SITES: list[Row] = [
    {"site": "Traders", "kind": "trader", "country": "USA"},
    {"site": "Defence programmes", "kind": "customer", "country": "USA"},
    {"site": "Base in Europe", "kind": "customer", "country": "Germany"},
]
LANES: list[Row] = [
    {"from site": "Traders", "to site": end, "material": "*", "cost": 0}
    for end in ("Defence programmes", "Base in Europe")
]
DFARS = {
    "Rules": [{"rule": "DFARS 2027", "segments": "defence", "from": "2027-01-01"}],
    "Rule scope": [{"rule": "DFARS 2027", "country": "covered"}],
}


def _section() -> str:
    text = GUIDE.read_text("utf-8")
    found = re.search(r"^### Rules that are ready, switched off\n(.*?)^## ", text, re.M | re.S)
    assert found
    return found[1]


def rows_of(name: str) -> dict[str, list[Row]]:
    """Rows by sheet under one heading of the section."""
    found = re.search(rf"^#### {re.escape(name)}\n(.*?)(?=^#### |\Z)", _section(), re.M | re.S)
    assert found, name
    sheets: dict[str, list[Row]] = {}
    for sheet, lines in re.findall(r"^(\w[\w ]*):\n\n((?:\|.*\n)+)", found[1], re.M):
        header, _, *rows = [_cells(line) for line in lines.splitlines()]
        sheets[sheet] = [
            {column: cell for column, cell in zip(header, row, strict=True) if cell} for row in rows
        ]
    return sheets


def _cells(line: str) -> list[str]:
    return [cell.strip().replace("\\*", "*") for cell in line.strip("|\n").split("|")]


def case_of(*parts: dict[str, list[Row]], **settings: Any) -> dict[str, list[Row]]:
    """The sheets of several parts one after the other; materials are declared as needed."""
    sheets: dict[str, list[Row]] = {"Sites": SITES, "Lanes": LANES}
    for part in parts:
        for sheet, rows in part.items():
            sheets[sheet] = [*sheets.get(sheet, []), *rows]
    material: list[Row] = [{"material": "magnet SmCo", "stage": "produced"}]
    sheets["Materials"] = [*material, *sheets.get("Materials", [])]
    return tables(Settings=settings, **sheets)


def offers(*priced: tuple[str, float, str], material: str = "magnet SmCo") -> list[Row]:
    return [
        {"offer": name, "site": "Traders", "material": material, "price": price, "history": history}
        for name, price, history in priced
    ]


def need(
    quantity: float, segment: str = "defence", customer: str = "Defence programmes", **more: Any
) -> Row:
    line = {"line": segment, "customer": customer, "material": "magnet SmCo", "segment": segment}
    return line | {"quantity": quantity, **more}


def bought(sheets: dict[str, list[Row]]) -> dict[tuple[str, str], float]:
    """Tonnes bought by offer and period."""
    import optimizer

    result = optimizer.solve(read_tables(sheets))
    assert result.audit
    assert result.audit.passed, result.audit.verdict
    rows = result.frame("Purchases")
    return {
        (row["offer"], row["period"]): round(row["tonnes"], 6)
        for row in rows.to_dict("records")
        if row["tonnes"] > 1e-6
    }


def test_every_rule_that_is_ready_is_tested_here() -> None:
    assert tuple(re.findall(r"^#### (.+)$", _section(), re.M)) == NAMES


def test_uflpa_bars_a_place_and_an_owner_for_everybody() -> None:
    place = CHINESE.replace("mined: China", "mined: China [Xinjiang]")
    owner = CHINESE.replace("refined: China", "refined: China [Xinjiang Nonferrous]")
    supply = offers(("place", 1, place), ("owner", 2, owner), ("other", 3, CHINESE))
    base = {"Supply": supply, "Demand": [need(10, "industry")]}
    assert bought(case_of(base)) == {("place", "2027"): 10}
    assert bought(case_of(base, rows_of("UFLPA"))) == {("other", "2027"): 10}


def test_a_waiver_lets_its_tonnage_through_while_it_lasts() -> None:
    base = {"Supply": offers(("Chinese", 1, CHINESE)), "Demand": [need(8)]}
    three = {"periods": 4}
    assert bought(case_of(base, DFARS, **three)) == {}
    waived = bought(case_of(base, DFARS, rows_of("Nonavailability waiver"), **three))
    # 5 of 8 t a year in 2027 to 2029, nothing in 2030
    assert waived == {("Chinese", year): 5 for year in ("2027", "2028", "2029")}


def test_a_plant_is_barred_until_the_day_of_its_qualification() -> None:
    site = [{"site": "Fort Worth", "kind": "plant", "country": "USA"}]
    supply = offers(("new", 1, MAGNET + "USA [Fort Worth]"), ("old", 2, MAGNET + "Japan"))
    base = {"Sites": site, "Supply": supply, "Demand": [need(10)]}
    two = {"periods": 2}
    assert set(bought(case_of(base, **two))) == {("new", "2027"), ("new", "2028")}
    ready = case_of(base, rows_of("Qualification by date"), **two)
    assert bought(ready) == {("old", "2027"): 10, ("new", "2028"): 10}


def _acid(plant: str) -> dict[str, list[Row]]:
    """A plant that makes magnets of ore and acid; 2 t of acid a tonne."""
    quantities = (("ore", "in", 1), ("oxalic acid", "in", 2), ("magnet SmCo", "out", 1))
    names = ("recipe", "material", "direction", "quantity")
    return {
        "Sites": [
            {"site": plant, "kind": "plant", "country": "Malaysia"},
            {"site": "Mine", "kind": "mine", "country": "Australia"},
            {"site": "Shanghai", "kind": "trader", "country": "China"},
            {"site": "Mumbai", "kind": "trader", "country": "India"},
        ],
        "Lanes": [
            {"from site": start, "to site": end, "material": "*", "cost": 0}
            for start, end in (
                *((start, plant) for start in ("Mine", "Shanghai", "Mumbai")),
                (plant, "Defence programmes"),
            )
        ],
        "Materials": [{"material": "ore", "stage": "mined"}],
        "Supply": [{"offer": "ore", "site": "Mine", "material": "ore", "price": 1}],
        "Recipes": [dict(zip(names, ("making", *each), strict=True)) for each in quantities],
        "Processes": [
            {"site": plant, "recipe": "making", "stage": "refined, separated, melted, produced"}
        ],
        "Demand": [need(10, **{"shortage penalty": 10_000})],
    }


@pytest.mark.parametrize(
    ("plant", "tonnes"), [("New plant", {("Indian oxalic acid", "2027"): 20}), ("Old plant", {})]
)
def test_reagents_and_plants_with_barred_machines_are_looked_at(
    plant: str, tonnes: dict[Any, float]
) -> None:
    rows = rows_of("Reagents and equipment")
    old = [{"site": "Old plant", "kind": "plant", "country": "Malaysia"}]
    stood = {"Sites": old} if plant != "Old plant" else {}
    goods = {sheet: rows[sheet] for sheet in ("Materials", "Supply")}
    free = bought(case_of(_acid(plant), goods, stood))
    assert free.pop(("ore", "2027")) == 10
    assert free == {("Chinese oxalic acid", "2027"): 20}
    bound = bought(case_of(_acid(plant), rows, stood))
    bound.pop(("ore", "2027"), None)
    assert bound == tonnes


def test_specialty_metals_are_an_allow_list_for_one_segment() -> None:
    thai = MAGNET.replace("melted: Japan", "melted: Thailand") + "Thailand"
    supply = offers(("Thai", 1, thai), ("Japanese", 2, MAGNET + "Japan"))
    lines = [need(10, "defence SmCo"), need(3, "defence")]
    base = {"Supply": supply, "Demand": lines}
    assert bought(case_of(base)) == {("Thai", "2027"): 13}
    bound = bought(case_of(base, rows_of("Specialty metals")))
    assert bound == {("Thai", "2027"): 3, ("Japanese", "2027"): 10}


def test_a_country_has_no_more_than_its_share_of_a_year() -> None:
    base = {
        "Supply": offers(("Chinese", 1, CHINESE), ("other", 2, MAGNET + "Japan")),
        "Demand": [need(100, "EU", "Base in Europe")],
    }
    rules = rows_of("EU 65 % a country")
    del rules["Limits"]
    assert bought(case_of(base)) == {("Chinese", "2027"): 100}
    assert bought(case_of(base, rules)) == {("Chinese", "2027"): 65, ("other", "2027"): 35}


def test_the_plants_of_a_country_make_no_more_than_their_share() -> None:
    names = ("recipe", "material", "direction", "quantity")
    plants = {"Kuantan": "Malaysia", "Lacq": "France"}
    base: dict[str, list[Row]] = {
        "Sites": [
            {"site": name, "kind": "plant", "country": country} for name, country in plants.items()
        ],
        "Materials": [
            {"material": "ore", "stage": "mined"},
            {"material": "NdPr oxide", "stage": "separated"},
        ],
        "Supply": [
            {"offer": f"ore at {name}", "site": name, "material": "ore", "price": price}
            | {"history": "mined: Australia"}
            for name, price in (("Kuantan", 1), ("Lacq", 2))
        ],
        "Recipes": [
            dict(zip(names, ("separation", *each), strict=True))
            for each in (("ore", "in", 1), ("NdPr oxide", "out", 1))
        ],
        "Processes": [
            {"site": name, "recipe": "separation", "stage": "refined, separated"} for name in plants
        ],
        "Lanes": [
            {"from site": name, "to site": "Base in Europe", "material": "*", "cost": 0}
            for name in plants
        ],
        "Demand": [need(100, "EU", "Base in Europe") | {"material": "NdPr oxide"}],
    }
    limits = {"Limits": rows_of("EU 65 % a country")["Limits"]}
    assert bought(case_of(base)) == {("ore at Kuantan", "2027"): 100}
    found = bought(case_of(base, limits))
    assert found == {("ore at Kuantan", "2027"): 65, ("ore at Lacq", "2027"): 35}


def test_an_entity_of_concern_is_barred_by_its_country_or_its_name() -> None:
    site = [{"site": "Works", "kind": "plant", "country": "Vietnam", "owner country": "China"}]
    supply = offers(
        ("owned", 1, MAGNET + "Vietnam [Works]"),
        ("named", 2, MAGNET + "Vietnam [Shenghe]"),
        ("other", 3, MAGNET + "Vietnam"),
    )
    base = {"Sites": site, "Supply": supply, "Demand": [need(10, "automotive")]}
    assert bought(case_of(base)) == {("owned", "2027"): 10}
    assert bought(case_of(base, rows_of("Entity of concern"))) == {("other", "2027"): 10}


@pytest.mark.parametrize(("name", "tonnes"), [("Electronic devices", 4), ("Abroad for abroad", 3)])
def test_a_segment_that_a_rule_does_not_name_is_not_bound(name: str, tonnes: float) -> None:
    supply = offers(("Chinese", 1, CHINESE), ("Japanese", 2, MAGNET + "Japan"))
    base = {"Supply": supply, "Demand": [need(10)]}
    found = bought(case_of(base, DFARS, rows_of(name)))
    assert found == {("Japanese", "2027"): 10, ("Chinese", "2027"): tonnes}
