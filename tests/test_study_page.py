"""The page of a study: its figures equal those of the workbook, and it is a single file."""

from __future__ import annotations

import dataclasses
import json
from datetime import datetime
from math import inf
from pathlib import Path
from typing import Any

import openpyxl
import pytest

import optimizer
from optimizer import studies
from optimizer.cli import main
from optimizer.report.page import study_data
from optimizer.result.result_layouts import Field, Layout, table
from tests.conftest import lane, make, need, offer, process, recipe, save
from tests.test_stochastic import DEMANDS, YEARS, farm, stand
from tests.test_studies import THREE, trade

LIMIT = 5_000_000
HEADER = 5
"""Row of a sheet's header, counted from 1."""
QUARTERS = {"period length": "quarter", "periods": 4}


def year(price: float, **more: Any) -> optimizer.Case:
    """40 t in four quarters from Kaz at 5, or from China at a price."""
    supply = [offer("kaz", price=5), offer("china", "China", price=price, **more)]
    return make(Settings=QUARTERS, Supply=supply, Demand=[need(40)])


def built() -> optimizer.Case:
    """Metal is made at the Plant of ore from Kaz; a second kiln may be built."""
    return make(
        Settings=QUARTERS,
        Supply=[offer("kaz", price=1), offer("spot", "China", "metal", 30)],
        Recipes=recipe("smelt", ore=-1, metal=1),
        Processes=[process("smelt", unit="kiln")],
        Units=[{"site": "Plant", "unit": "kiln", "capacity": 10}],
        Options=[
            {"option": "more", "site": "Plant", "unit": "kiln", "kind": "any amount", "most": 2}
            | {"added capacity": 20, "capital cost": 5}
        ],
        Lanes=[lane("Kaz", "Plant", cost=1), lane("Plant", "Buyer"), lane("China", "Buyer")],
        Demand=[need(40, material="metal")],
        Scenarios=[
            {"scenario": "no kiln", "sheet": "Options", "column": "active", "value": "no"},
            {"scenario": "no spot", "sheet": "Supply", "where": "offer = spot"}
            | {"column": "active", "value": "no"},
        ],
    )


LATE = [
    {"scenario": "late", "sheet": "Supply", "where": where, "column": "maximum", "value": tonnes}
    | {"notes": "the mine is late"}
    for where, tonnes in (("site = Kaz; offer = kaz", 5), ("offer = cn", 4))
]


def book(price: float) -> optimizer.studies.Comparison:
    return optimizer.compare(optimizer.solve(year(7)), optimizer.solve(year(price)))


MADE = {
    "scenarios": lambda: optimizer.scenarios(trade(Scenarios=THREE)),
    "scenarios with notes": lambda: optimizer.scenarios(trade(Scenarios=LATE)),
    "scenarios with options": lambda: optimizer.scenarios(built()),
    "stress": lambda: optimizer.stress(year(7)),
    "frontier": lambda: optimizer.frontier(trade(), "country = China", 4),
    "frontier without a trade-off": lambda: optimizer.frontier(trade(), "country = Canada"),
    "alternatives": lambda: optimizer.alternatives(trade(), 0.05),
    "farmer": lambda: optimizer.stochastic(
        farm(1.0), [(name, 1 / 3, farm(factor)) for name, factor in YEARS]
    ).study(),
    "newsvendor": lambda: optimizer.stochastic(
        stand(25), [(name, share, stand(float(name))) for name, share in DEMANDS.items()]
    ).study(),
    "plans": lambda: book(3).study("old and new"),
    "equal plans": lambda: book(7).study("old and old"),
    "inputs": lambda: optimizer.compare(year(7), year(3, maximum=9)).study("old and new"),
    "equal inputs": lambda: optimizer.compare(year(7), year(7)).study("old and old"),
}
"""A study of every kind, and studies without anything to show."""


@pytest.fixture(scope="module", params=MADE)
def written(request, tmp_path_factory) -> tuple[studies.Study, Path]:
    """A study and the path of its page, with its workbook in the same folder."""
    study = MADE[request.param]()
    page = tmp_path_factory.mktemp("study") / "study.html"
    optimizer.write_study_page(study, page)
    optimizer.write_study(study, page.with_suffix(".xlsx"))
    return study, page


def embedded(page: Path) -> dict[str, Any]:
    """The data of a page, read as a browser does: up to the first end of a script."""
    start = '<script type="application/json" id="data">'
    text = page.read_text(encoding="utf-8")
    return json.loads(text.partition(start)[2].partition("</script>")[0])


def columns(sheet: dict[str, Any]) -> list[list[Any]]:
    return [
        [own["words"][place] for place in own["at"]] if isinstance(own, dict) else own
        for own in sheet["columns"]
    ]


def cells(page: Path, name: str, rows: int) -> list[list[Any]]:
    """Header and rows of a sheet of the workbook, blanks as the page has them."""
    sheet = openpyxl.load_workbook(page.with_suffix(".xlsx"))[name]
    found = sheet.iter_rows(min_row=HEADER, max_row=HEADER + rows, values_only=True)
    return [
        [cell.date().isoformat() if isinstance(cell, datetime) else cell for cell in row]
        for row in found
    ]


@pytest.mark.filterwarnings("ignore:.*extension is not supported")
def test_every_figure_of_the_page_is_the_cell_of_the_workbook(written):
    study, page = written
    data = embedded(page)
    book = openpyxl.load_workbook(page.with_suffix(".xlsx"), read_only=True)
    assert [sheet["name"] for sheet in data["sheets"]] == book.sheetnames
    for sheet in data["sheets"]:
        headers = [field.get("title") or field["header"] for field in sheet["fields"]]
        assert sheet["shown"] == sheet["total"] == len(study.tables[sheet["name"]])
        head, *rows = cells(page, sheet["name"], sheet["total"])
        wide = len(headers)
        assert head[:wide] == headers
        assert all(cell is None for cell in head[wide:])
        for row, own in zip(zip(*columns(sheet), strict=True), rows[: sheet["total"]], strict=True):
            assert [None if cell == "" else cell for cell in row] == own[:wide]


def test_the_page_of_a_study_loads_nothing_and_is_small(written):
    text = written[1].read_text(encoding="utf-8")
    assert len(text.encode()) < LIMIT
    assert text.count("<script") == 2 + 1
    assert "default-src 'none'" in text
    for word in ("http://", "https://", "src=", "@import", "url("):
        assert word not in text.replace("http://www.w3.org/2000/svg", "")


def test_a_run_without_a_plan_has_its_reason_and_repairs(tmp_path):
    study = optimizer.scenarios(trade(Scenarios=THREE))
    data = study_data(study)
    runs = {run["name"]: run for run in data["runs"]}
    # 6·5 + 4·7 = 58; without China 4 t are short at 100; and must have all 10 t: no plan.
    assert (runs["base"]["cost"], runs["base"]["why"]) == (pytest.approx(58), "")
    assert runs["no China"]["short"] == pytest.approx(4)
    assert runs["must"]["cost"] is None
    assert not runs["must"]["solved"]
    assert runs["must"]["why"] == "no plan meets every hard limit"
    assert runs["must"]["give"][0].startswith("Reduce a requirement: ")
    assert "0.4 (4 t) less" in runs["must"]["give"][0]
    assert data["axis"]["labels"] == ["2027"]


def test_materials_are_ordered_by_what_is_paid_for_them():
    # 40 t of metal: 30 t smelted of ore at 1 and, but for "no kiln", none bought at 30.
    data = study_data(optimizer.scenarios(built()))
    assert data["materials"] == ["metal", "ore"]
    none = study_data(MADE["newsvendor"]())
    assert none["materials"] == []


def test_a_comparison_has_sentences_periods_and_currency():
    data = study_data(book(3).study("old and new"))
    assert data["axis"]["labels"] == ["2027-Q1", "2027-Q2", "2027-Q3", "2027-Q4"]
    assert data["currency"] == "USD"
    inputs = study_data(MADE["inputs"]())
    assert inputs["words"][0] == "Supply!D3 china, China, ore, price: 7 is now 3 (-57.1 %)."
    assert inputs["currency"] == "USD"


def test_plans_in_two_currencies_show_both():
    plans = [
        optimizer.solve(make(Settings={"currency": own}, Supply=[offer("kaz")], Demand=[need(1)]))
        for own in ("USD", "EUR")
    ]
    assert optimizer.compare(*plans).currency == "USD and EUR"


def test_a_name_cannot_end_the_data_of_a_study(tmp_path):
    name = '</script><script>alert("1")</script> & {{data}}'
    study = dataclasses.replace(optimizer.scenarios(trade(Scenarios=THREE)), case=name)
    page = tmp_path / "study.html"
    optimizer.write_study_page(study, page)
    text = page.read_text(encoding="utf-8")
    assert text.count("</script>") == 3
    assert embedded(page)["case"] == name


def test_a_study_of_another_kind_keeps_its_tables_and_its_chart():
    layout = Layout(
        "Mine",
        "What was asked.",
        (Field("what", "text", "name"), Field("cost", "money", "how much")),
    )
    study = studies.Study(
        title="Mine",
        case="",
        currency="USD",
        outcomes={},
        tables={"Mine": table(layout, [("one", 1.0), ("two", inf)])},
        chart=("Mine", "what", ("cost",)),
    )
    data = study_data(study)
    assert data["chart"] == ("Mine", "what", ("cost",))
    assert columns(data["sheets"][0]) == [["one", "two"], [1.0, None]]
    assert data["axis"]["labels"] == []


def test_rows_that_are_plans_are_not_added_up():
    data = study_data(optimizer.scenarios(trade(Scenarios=THREE)))
    sums = {sheet["name"]: sheet["sums"] for sheet in data["sheets"]}
    assert sums["Scenarios"] == {}
    # Categories of one plan do add up: purchases of 58 and nothing else.
    assert sums["Costs"]["base"] == pytest.approx(58)


@pytest.mark.filterwarnings("ignore:.*extension is not supported")
def test_rows_that_are_plans_have_no_totals_in_the_workbook(tmp_path):
    optimizer.write_study(optimizer.scenarios(trade(Scenarios=THREE)), tmp_path / "study.xlsx")
    found = openpyxl.load_workbook(tmp_path / "study.xlsx")
    assert all(cell.value is None for cell in found["Scenarios"][3])
    assert found["Costs"]["A3"].value == "Total of rows shown"
    assert found["Scenarios"].oddHeader.center.text.endswith("2027")


def test_a_page_with_two_hundred_scenarios_stays_below_five_megabytes(tmp_path):
    one = optimizer.scenarios(trade(Scenarios=THREE[:1]))
    base, dear = one.outcomes["base"], one.outcomes["dear China"]
    from optimizer.studies.study import comparison_tables

    outcomes = {"base": base} | {f"scenario {number}": dear for number in range(200)}
    study = dataclasses.replace(
        one, outcomes=outcomes, tables={**one.tables, **comparison_tables(outcomes)}
    )
    page = tmp_path / "study.html"
    optimizer.write_study_page(study, page)
    assert page.stat().st_size < LIMIT
    assert len(embedded(page)["sheets"][1]["fields"]) == 1 + 201 + 200


# The commands


def command(capsys: Any, *words: object) -> tuple[int, dict[str, Any], str]:
    code = main([*map(str, words), "--json"])
    output = capsys.readouterr()
    return code, json.loads(output.out), output.err


@pytest.mark.parametrize(
    "words", [("scenarios",), ("alternatives",), ("frontier", "--limit", "country = China")]
)
def test_a_study_command_writes_the_page_beside_the_workbook(tmp_path, capsys, words):
    path = save(tmp_path / "case.xlsx", **_sheets())
    folder = tmp_path / "out"
    more = ("--output", folder, "--workers", 1)
    code, found, err = command(capsys, words[0], path, *words[1:], *more)
    assert code == 0
    page = folder / f"{words[0]}.html"
    assert found["files"] == {"study": str(page.with_suffix(".xlsx")), "page": str(page)}
    assert f"Written: {page}" in err
    assert {each.name for each in folder.iterdir()} == {page.name, f"{words[0]}.xlsx", "runs"}
    runs = {run["name"]: run["cost"] for run in embedded(page)["runs"]}
    assert runs == {name: run["objective"] for name, run in found["runs"].items()}


def _sheets() -> dict[str, Any]:
    return {
        "Supply": [offer("kaz", price=5, maximum=6), offer("cn", "China", price=7)],
        "Demand": [need(10)],
        "Scenarios": THREE[:2],
    }


def test_a_stochastic_plan_and_a_comparison_have_pages_too(tmp_path, capsys):
    path = save(tmp_path / "case.xlsx", **_sheets())
    more = ("--output", tmp_path / "out")
    code, found, _ = command(capsys, "stochastic", path, *more)
    assert code == 0
    page = tmp_path / "out" / "stochastic.html"
    assert found["files"]["page"] == str(page)
    value = dict(zip(*columns(embedded(page)["sheets"][0])[:2], strict=True))
    assert value == found["value"]
    other = save(tmp_path / "other.xlsx", **_sheets() | {"Demand": [need(12)]})
    target = tmp_path / "changes.xlsx"
    code, found, _ = command(capsys, "compare", path, other, "--output", target)
    assert (code, found["files"]["page"]) == (0, str(tmp_path / "changes.html"))
    assert embedded(tmp_path / "changes.html")["case"] == "case and other"
    assert command(capsys, "compare", path, other)[1]["files"] == {}


def test_plans_with_one_file_name_are_named_by_their_folders(tmp_path, capsys):
    for name, tonnes in (("old", 10), ("new", 12)):
        path = save(tmp_path / f"{name}.xlsx", **_sheets() | {"Demand": [need(tonnes)]})
        assert command(capsys, "solve", path, "--output", tmp_path / name)[0] == 0
    plans = [tmp_path / name / "plan.xlsx" for name in ("old", "new")]
    target = tmp_path / "changes.xlsx"
    assert command(capsys, "compare", *plans, "--output", target)[0] == 0
    data = embedded(tmp_path / "changes.html")
    assert (data["case"], data["currency"]) == ("old and new", "USD")


def test_a_page_that_cannot_be_written_is_an_error_before_solving(tmp_path, capsys, monkeypatch):
    path = save(tmp_path / "case.xlsx", **_sheets())
    monkeypatch.setattr("optimizer.studies.run_study", None)
    (tmp_path / "out" / "scenarios.html").mkdir(parents=True)
    code, found, _ = command(capsys, "scenarios", path, "--output", tmp_path / "out")
    assert code == 1
    assert "the page cannot be written" in found["message"]


def test_a_comparison_cannot_be_written_over_its_own_page(tmp_path, capsys):
    path = save(tmp_path / "case.xlsx", **_sheets())
    code, found, _ = command(capsys, "compare", path, path, "--output", tmp_path / "x.html")
    assert code == 2
    assert "use the name of a workbook" in found["message"]
    assert not (tmp_path / "x.html").exists()
