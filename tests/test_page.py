"""The page of a result: its data equal the result tables, and it is a single file."""

from __future__ import annotations

import dataclasses
import json
import re
from collections import defaultdict
from datetime import date
from math import inf
from pathlib import Path
from typing import Any

import pytest

import optimizer
from optimizer.errors import FileError
from optimizer.report import page as page_package
from optimizer.report.block_scarce import scarcity_block
from optimizer.report.page import embedded_tables as page_sheets
from optimizer.report.page import page_data, picture_data
from optimizer.report.page.period_bins import MAX_PERIOD_BINS, period_bins
from optimizer.report.write_result import plan_summary
from optimizer.result.result_layouts import Field, Layout, Table, table
from optimizer.result.scarcity_ranking import thing_in_short
from tests.conftest import CASES, ROOT, china, lane, make, need, no_china, offer, plan, site

FOLDER = Path(page_package.__file__).parent
LIMIT = 5_000_000
STRANGE = (
    '</script><script>alert("1")</script>',
    "R&D <b>'Łódź'</b> 磁石",
    "a\u2028b \\u003c {{data}}",
)
RULE_COSTS = Layout(
    "Rule costs",
    "What the plan would save without a rule.",
    (
        Field("rule", "text", "rule"),
        Field("cost_without", "money", "cost without it"),
        Field("premium", "money", "cost with it less cost without it"),
    ),
)


def written(result: optimizer.Result, folder: Path) -> str:
    target = folder / "report.html"
    optimizer.write_page(result, target)
    return target.read_text(encoding="utf-8")


def embedded(text: str) -> dict[str, Any]:
    """The data of a page, read as a browser does: up to the first end of a script."""
    start = '<script type="application/json" id="data">'
    return json.loads(text.partition(start)[2].partition("</script>")[0])


def embedded_data(result: optimizer.Result, folder: Path) -> dict[str, Any]:
    return embedded(written(result, folder))


def column(sheet: dict[str, Any], header: str) -> list[Any]:
    """Values of a column of a table of the page."""
    place = [field["header"] for field in sheet["fields"]].index(header)
    values = sheet["columns"][place]
    return [values["words"][at] for at in values["at"]] if isinstance(values, dict) else values


def strange(**sheets: Any) -> optimizer.Case:
    """A case whose site, material and case have names with special characters of HTML."""
    place, material, case = STRANGE
    return make(
        Settings={"case": case},
        Sites=[
            site(place, "Kazakhstan", latitude=50.2, longitude=65),
            site("Buyer", "USA", latitude=38.6, longitude=-90.2),
        ],
        Lanes=[lane(place, "Buyer")],
        Supply=[offer("kaz", place, material=material)],
        Demand=[need(10, material=material)],
        **sheets,
    )


@pytest.fixture(scope="module")
def reference() -> optimizer.Result:
    return optimizer.solve(optimizer.read(ROOT / "inputs" / "north_america.xlsx"))


@pytest.fixture(scope="module")
def page(reference, tmp_path_factory) -> str:
    return written(reference, tmp_path_factory.mktemp("page"))


@pytest.fixture(scope="module")
def data(page) -> dict[str, Any]:
    return embedded(page)


# Figures --------------------------------------------------------------------------------------


def test_the_page_has_the_figures_of_a_case_worked_by_hand(tmp_path):
    # 10 t are wanted in the year. Kaz sells 6 t at 5; China sells any at 2, freight 1, and
    # the rule lets half of the delivery come from there: 5 t at 2 and 5 t at 5 = 35, freight 5.
    result = plan(
        Supply=[offer("kaz", price=5, maximum=6), offer("china", "China", price=2)],
        Lanes=[lane("Kaz", "Buyer"), lane("China", "Buyer", cost=1)],
        Demand=[need(10)],
        Rules=[no_china(maximum_share=0.5)],
        Rule_scope=[china()],
    )
    found = embedded_data(result, tmp_path)
    assert found["objective"] == pytest.approx(40)
    assert _costs(found) == pytest.approx({"purchases": 35, "freight": 5})
    shipped = found["shipped"]
    flows = dict(zip(shipped["from site"], shipped["tonnes"], strict=True))
    assert flows == pytest.approx({"Kaz": 5, "China": 5})
    classes = [found["classes"][place] for place in shipped["class"]]
    assert dict(zip(shipped["from site"], classes, strict=True)) == {
        "Kaz": [[], [], []],
        "China": [["no China"], [], ["no China"]],
    }
    assert found["demand"]["wanted"] == pytest.approx(10)
    assert found["demand"]["short"] == 0
    (check,) = found["rules"]["rows"]
    assert (check["delivered"], check["breaking"]) == pytest.approx((10, 5))
    assert check["verdict"] == "kept"


def _costs(found: dict[str, Any]) -> dict[str, float]:
    return {
        row["category"]: sum(row["amount"]) for row in found["costs"]["rows"] if any(row["amount"])
    }


@pytest.mark.slow
def test_every_table_of_the_page_is_the_result_table(reference, data):
    assert [sheet["name"] for sheet in data["sheets"]] == list(optimizer_order(reference))
    for sheet in data["sheets"]:
        given = reference.tables[sheet["name"]]
        assert sheet["total"] == len(given)
        if sheet["shown"] < len(given):
            assert sheet["name"] in ("Provenance", "Costs", "Certificates")
            assert 50 <= sheet["shown"] <= page_sheets.MAX_EMBEDDED_ROWS
            continue
        assert sheet["shown"] == len(given)
        for field in given.layout.fields:
            values = [v.isoformat() if isinstance(v, date) else v for v in given[field.header]]
            values = [None if v in (inf, -inf) or v != v else v for v in values]
            assert column(sheet, field.header) == values, (sheet["name"], field.header)


def optimizer_order(result: optimizer.Result) -> list[str]:
    """Names of the tables in the order of the workbook's sheets: Run comes last."""
    return sorted(result.tables, key=lambda name: (name == "Run", list(result.tables).index(name)))


@pytest.mark.parametrize(
    ("picture", "sheet", "keys"),
    [
        ("shipped", "Shipments", ["from site", "to site"]),
        ("bought", "Purchases", ["offer", "site"]),
        ("delivered", "Deliveries", ["line", "customer"]),
    ],
)
def test_flows_by_place_material_and_period_are_those_of_the_table(
    reference, data, picture, sheet, keys
):
    frame = reference.frame(sheet)
    frame["class"] = frame["breaks"] + "|" + frame["not followed"]
    wanted = frame.groupby([*keys, "material", "period", "class"])["tonnes"].sum().to_dict()
    found = data[picture]
    names = [found[key] for key in keys]
    names.append([data["materials"][place] for place in found["material"]])
    names.append([data["axis"]["labels"][place] for place in found["bin"]])
    names.append(
        ["|".join("; ".join(side) for side in data["classes"][n][:2]) for n in found["class"]]
    )
    got = dict(zip(zip(*names, strict=True), found["tonnes"], strict=True))
    assert got == pytest.approx(wanted)
    assert found["left"] == {"places": 0, "tonnes": 0}


def test_a_delivery_is_coloured_by_the_rules_that_bind_it_that_day(reference, data):
    # A certificate names each rule that binds a delivery.
    binding = reference.frame("Certificates").groupby(["line", "material", "period"])["rule"]
    rules = binding.agg(set).to_dict()
    found = data["delivered"]
    for line, material, t, n in zip(
        found["line"], found["material"], found["bin"], found["class"], strict=True
    ):
        breaks, open_, in_force = data["classes"][n]
        bound = rules[line, data["materials"][material], data["axis"]["labels"][t]]
        assert in_force == [name for name in (*breaks, *open_) if name in bound]


def test_a_rule_that_ended_or_binds_others_colours_nothing(tmp_path):
    # Ore from China for all. The rule binds defence, half of it, in 2027 only; civil never.
    result = plan(
        Settings={"periods": 2},
        Supply=[offer("china", "China"), offer("kaz", price=5)],
        Demand=[need(10, segment="defence"), need(10, "civil", segment="civil")],
        Rules=[no_china(segments="defence", to=date(2027, 12, 31), maximum_share=0.5)],
        Rule_scope=[china()],
    )
    found = embedded_data(result, tmp_path)

    def in_force(picture: str, key: str) -> set[tuple[str, str, bool]]:
        lots = found[picture]
        labels, classes = found["axis"]["labels"], found["classes"]
        return {
            (name, labels[t], bool(classes[n][2]))
            for name, t, n in zip(lots[key], lots["bin"], lots["class"], strict=True)
            if classes[n][0]
        }

    assert in_force("delivered", "line") == {
        ("need", "2027", True),
        ("civil", "2027", False),
        ("need", "2028", False),
        ("civil", "2028", False),
    }
    # What is under way to the Buyer may still go to either line.
    assert in_force("shipped", "from site") == {("China", "2027", True), ("China", "2028", False)}


def test_cost_by_category_and_year_is_that_of_the_table(reference, data):
    wanted = reference.frame("Costs").groupby(["category", "year"])[["amount", "discounted"]].sum()
    got = {
        (row["category"], year): (row["amount"][n], row["discounted"][n])
        for row in data["costs"]["rows"]
        for n, year in enumerate(data["costs"]["years"])
    }
    for key, (amount, discounted) in got.items():
        if key in wanted.index:
            assert tuple(wanted.loc[key]) == pytest.approx((amount, discounted))
        else:
            assert (amount, discounted) == (0, 0)
    assert set(wanted.index) <= set(got)
    present = sum(discounted for _, discounted in got.values())
    assert present == pytest.approx(reference.objective)


def test_utilisation_and_stock_by_period_are_those_of_the_tables(reference, data):
    labels = data["axis"]["labels"]
    got = {
        (row["site"], row["unit"], label): (row["used"][n], row["capacity"][n])
        for row in data["units"]["rows"]
        for n, label in enumerate(labels)
        if row["used"][n] is not None
    }
    used = reference.frame("Utilisation").set_index(["site", "unit", "period"])
    assert got == {key: (row["used"], row["capacity"]) for key, row in used.iterrows()}
    stock = {
        (row["site"], row["material"], label): row["tonnes"][n]
        for row in data["stock"]["rows"]
        for n, label in enumerate(labels)
        if row["tonnes"][n] is not None
    }
    lying = reference.frame("Stock").groupby(["site", "material", "period"])["tonnes"].sum()
    charted = {key[:2] for key in stock}
    wanted = {key: tonnes for key, tonnes in lying.items() if key[:2] in charted}
    assert stock == pytest.approx(wanted)
    others = {key[:2] for key in lying.index} - charted
    assert data["stock"]["left"] == len(others)
    most = lying.groupby(["site", "material"]).max()
    assert max(most[list(others)]) <= min(most[list(charted)])


def test_what_is_scarce_is_ranked_by_what_one_per_cent_more_saves(reference, data):
    frame = reference.frame("Scarcity")
    maxima = frame[(frame["per"] == "one more") & (frame["kind"] != "demand")]
    saving = (0.01 * maxima["bound"] * maxima["worth today"]).groupby(
        [maxima["kind"], maxima["thing"]]
    )
    by_kind = saving.sum().sort_values(ascending=False)
    for kind in maxima["kind"].unique():
        got = [
            row["saving"]
            for row in data["scarcity"]["rows"]
            if row["kind"] == kind and row["saving"] is not None
        ]
        largest = list(by_kind[kind])[: picture_data.MAX_THINGS_PER_KIND]
        assert got == pytest.approx(largest[: len(got)])
    assert all(row["saving"] is None for row in data["scarcity"]["rows"] if row["kind"] == "demand")


def test_the_scarcest_is_one_thing_on_page_and_summary_and_in_bottlenecks(reference, data):
    ranked = [row for row in data["scarcity"]["rows"] if row["saving"]]
    top = max(ranked, key=lambda row: row["saving"])
    bottlenecks = reference.frame("Bottlenecks")
    assert (bottlenecks["kind"][0], bottlenecks["thing"][0]) == (top["kind"], top["thing"])
    block = scarcity_block(plan_summary(reference), reference.tables)
    first = block.make_rows({})[0].cells
    assert (first[0].value, first[1].value) == (top["thing"], top["kind"])
    assert first[3].value == pytest.approx(top["saving"])
    # Demand lines and closing stocks are no bottlenecks: they stand behind them.
    kinds = list(bottlenecks["kind"])
    assert kinds.index("demand") > kinds.index("capacity")
    assert "demand" not in kinds[: kinds.index("demand")]
    assert set(kinds[kinds.index("demand") :]) == {"demand"}


def test_break_even_is_the_nearest_of_the_kind_in_its_best_period(reference, data):
    frame = reference.frame("Break-even")
    for row in data["break_even"]["rows"]:
        same = frame[
            (frame["kind"] == row["kind"])
            & (frame["thing"].map(thing_in_short) == row["thing"])
            & (frame["material"] == row["material"])
        ]
        assert row["less"] == same["cheaper by"].min()
        best = same[same["period"] == row["period"]]
        assert row["even"] in list(best["break-even"])


def test_coverage_and_header_equal_those_of_the_plan(reference, data):
    assert data["objective"] == reference.objective
    assert data["gap"] == reference.gap
    alerts = [sentence for _, sentences in data["alerts"] for sentence in sentences]
    warnings = [str(finding) for finding in reference.warnings]
    assert sorted(alerts) == sorted([*reference.alerts, *warnings])
    summary = plan_summary(reference)
    assert data["verdict"] == summary.verdict
    assert [risk["sentence"] for risk in data["risks"]] == [r.sentence for r in summary.risks]
    assert 0 < len(data["risks"]) <= 3
    assert all(risk["owner"] and "!" in risk["cell"] for risk in data["risks"])
    assert data["audit"] == {"passed": True, "verdict": reference.audit.verdict}
    delivered = reference.frame("Deliveries")
    outlets = delivered["line"].str.startswith("outlet")
    served = delivered[~outlets]["tonnes"].sum()
    assert data["demand"]["wanted"] - data["demand"]["short"] == pytest.approx(served)


# One file -------------------------------------------------------------------------------------


def test_the_page_of_the_reference_case_loads_nothing_and_is_small(page):
    assert len(page.encode()) < LIMIT / 2
    markup = page.partition('id="data">')[0] + page.rpartition("<script>")[2]
    assert "default-src 'none'" in markup
    for word in ("src=", "@import", "url(", "fetch(", "XMLHttpRequest", "import(", "<link"):
        assert word not in markup, word
    assert set(re.findall(r"https?://[^\s\"'`)]+", markup)) == {"http://www.w3.org/2000/svg"}
    assert set(re.findall(r"href[:=]\s*[\"'`]([^\"'`$]*)", markup)) == {"#", "#main"}


def test_the_page_has_its_parts_filled_in_and_says_where_the_land_is_from(page):
    assert "{{" not in page.partition('id="data">')[0]
    land = json.loads(page.partition('id="land">')[2].partition("</script>")[0])
    assert "Natural Earth" in land["source"]
    assert "Public domain" in land["licence"]
    assert (FOLDER / "land.json").stat().st_size < 60_000


@pytest.mark.parametrize("name", STRANGE)
def test_a_name_cannot_end_the_data_or_the_title(tmp_path, name):
    text = written(optimizer.solve(strange()), tmp_path)
    assert text.count("</script>") == 3
    assert "alert(" in text
    assert '<script>alert("1")' not in text
    assert "<b>" not in text
    found = embedded(text)
    names = [found["case"], *found["materials"], *found["shipped"]["from site"]]
    assert name in names


def test_half_a_character_becomes_one_that_can_be_written(tmp_path):
    half = "a\ud800b"
    case = make(
        Settings={"case": half},
        Sites=[site("Kaz", "Kazakhstan", owner=half, notes=half), site("Buyer", "USA")],
        Lanes=[lane("Kaz", "Buyer")],
        Supply=[offer(half, notes=half, source=half, confidence="low")],
        Demand=[need(2, line=half), need(1, line="short", segment=half)],
        Limits=[{"limit": half, "measure": "bought", "maximum": 1}],
    )
    found = embedded_data(optimizer.solve(case), tmp_path)
    assert "\ufffd" in json.dumps(found, ensure_ascii=False)


def test_numbers_that_json_lacks_become_blank(tmp_path):
    result = plan(Supply=[offer("kaz")], Demand=[need(1)])
    end, unknown = float("inf"), float("nan")
    rows = [
        ("lane", "t", "2027", end, "t", "one more", unknown, 1.0, unknown, end, "not unique", "")
    ]
    tables = dict(result.tables) | {"Scarcity": table(result.tables["Scarcity"].layout, rows)}
    found = embedded_data(dataclasses.replace(result, tables=tables), tmp_path)
    assert found["scarcity"]["rows"][0]["at"] == [[0, "2027", None, None]]


# Every kind of result -------------------------------------------------------------------------


def test_the_page_of_an_infeasible_case_has_conflict_and_repairs(tmp_path):
    result = plan(Supply=[offer("kaz", maximum=6)], Demand=[need(10, minimum=1)])
    found = embedded_data(result, tmp_path)
    assert found["objective"] is None
    assert found["status"] == "infeasible"
    assert found["verdict"].startswith("No plan meets every hard limit")
    titles = [result.conflict.heading, "Reduce a requirement", "Add supply or capacity"]
    assert [repair["title"] for repair in found["repairs"]] == titles
    assert found["repairs"][0]["changes"] == [str(own) for own in result.conflict.clashes]
    assert found["repairs"][1]["changes"] == list(result.repairs[0].changes)
    assert found["sheets"] == []


def test_the_page_of_a_plan_with_decisions_has_its_gap(tmp_path):
    result = optimizer.solve(optimizer.read(CASES / "hand_minimum_when_used.xlsx"))
    found = embedded_data(result, tmp_path)
    assert found["status"] == "optimal"
    assert found["gap"] == result.gap
    assert found["objective"] == result.objective


def test_the_page_of_a_stopped_search_says_so(tmp_path):
    result = plan(Supply=[offer("kaz")], Demand=[need(1)])
    stopped = dataclasses.replace(result, status="time limit", gap=float("inf"))
    found = embedded_data(stopped, tmp_path)
    assert found["gap"] is None
    assert found["verdict"].startswith("Plan not proven optimal (time limit)")


def test_the_page_has_only_sites_with_a_flow(reference, data):
    shipments, bought = reference.frame("Shipments"), reference.frame("Purchases")
    delivered = reference.frame("Deliveries")["customer"]
    used = {*shipments["from site"], *shipments["to site"], *bought["site"], *delivered}
    assert {place["name"] for place in data["sites"]} == used
    places = {site.site: [site.longitude, site.latitude] for site in reference.case.sites}
    assert all(place["at"] == places[place["name"]] for place in data["sites"])


def test_without_coordinates_there_is_no_outline_of_the_land(tmp_path):
    text = written(plan(Supply=[offer("kaz")], Demand=[need(1)]), tmp_path)
    assert 'id="land">null</script>' in text
    assert all(place["at"] is None for place in embedded(text)["sites"])


def test_a_table_that_has_no_layout_stands_before_the_run(tmp_path):
    result = plan(Supply=[offer("kaz")], Demand=[need(1)])
    more = table(RULE_COSTS, [("no China", 30.0, 12.5)])
    found = embedded_data(
        dataclasses.replace(result, tables={**result.tables, "Rule costs": more}), tmp_path
    )
    assert [sheet["name"] for sheet in found["sheets"]][-2:] == ["Rule costs", "Run"]
    assert found["rule_costs"] == [{"rule": "no China", "without": 30.0, "premium": 12.5}]


# Large cases ----------------------------------------------------------------------------------


def test_many_periods_are_joined_by_year_with_levels_from_its_last_period(tmp_path):
    # 72 months, in each of which 1 t is wanted.
    result = plan(
        Settings={"periods": 72, "period length": "month"},
        Supply=[offer("kaz", price=1)],
        Demand=[need(12)],
        Stocks=[{"site": "Buyer", "material": "ore", "opening": 6, "closing": 3, "minimum": 3}],
    )
    found = embedded_data(result, tmp_path)
    assert found["axis"]["labels"] == [str(year) for year in range(2027, 2033)]
    assert found["axis"]["joined"] == "calendar year"
    # 72 t are delivered, of which 3 t come from stock: 6 at first, 3 at the end.
    assert sum(found["shipped"]["tonnes"]) == pytest.approx(69)
    frame = result.frame("Stock")
    for n, year in enumerate(found["axis"]["labels"]):
        december = frame[frame["period"] == f"{year}-12"]["tonnes"].sum()
        assert found["stock"]["rows"][0]["tonnes"][n] == pytest.approx(december)


@pytest.mark.parametrize(
    ("years", "first", "last"), [(61, "2000–2001", "2060"), (60, "2000", "2059")]
)
def test_years_beyond_the_limit_of_a_picture_are_joined(years, first, last):
    labels = [f"{2000 + n}-{half}" for n in range(years) for half in ("H1", "H2")]
    found = period_bins(labels, [label[:4] for label in labels])
    assert (found.labels[0], found.labels[-1]) == (first, last)
    assert len(found.labels) <= MAX_PERIOD_BINS
    assert set(found.bin_of) == set(labels)


def test_shipments_that_do_not_fit_are_left_out_by_whole_lanes_and_counted(reference, monkeypatch):
    monkeypatch.setattr(picture_data, "MAX_SHIPMENT_SUMS", 200)
    found = page_data(reference)["shipped"]
    lanes = defaultdict(float)
    shipments = reference.tables["Shipments"]
    for *ends, tonnes in zip(
        *(shipments[h] for h in ("from site", "to site", "tonnes")), strict=True
    ):
        lanes[tuple(ends)] += tonnes
    kept = set(zip(found["from site"], found["to site"], strict=True))
    assert 0 < len(found["tonnes"]) <= 200
    assert found["left"]["places"] == len(lanes) - len(kept)
    left = sum(tonnes for ends, tonnes in lanes.items() if ends not in kept)
    assert found["left"]["tonnes"] == pytest.approx(left)
    assert min(lanes[ends] for ends in kept) >= max(lanes[e] for e in lanes if e not in kept)


def test_a_long_table_keeps_its_largest_rows_and_the_sums_of_all(reference, monkeypatch):
    monkeypatch.setattr(page_sheets, "MAX_EMBEDDED_ROWS", 20)
    by_name = {sheet["name"]: sheet for sheet in page_data(reference)["sheets"]}
    purchases = by_name["Purchases"]
    tonnes = sorted(reference.tables["Purchases"]["tonnes"], reverse=True)
    assert (purchases["shown"], purchases["total"]) == (20, len(tonnes))
    assert sorted(column(purchases, "tonnes"), reverse=True) == tonnes[:20]
    assert purchases["sums"]["tonnes"] == pytest.approx(sum(tonnes))
    assert purchases["by"] == "tonnes"


def test_a_plan_of_two_hundred_thousand_rows_stays_below_five_megabytes(reference, tmp_path):
    def longer(given: Table, times: int) -> Table:
        columns = list(given.columns)
        for place, field in enumerate(given.layout.fields):
            if field.header in ("from site", "offer", "line", "item", "thing"):
                columns[place] = [f"{v} {n}" for n in range(times) for v in given.columns[place]]
            else:
                columns[place] = list(given.columns[place]) * times
        return Table(given.layout, tuple(columns))

    names = ("Shipments", "Purchases", "Deliveries", "Costs", "Scarcity", "Break-even")
    times = 1 + 200_000 // sum(len(reference.tables[name]) for name in names)
    longs = {name: longer(reference.tables[name], times) for name in names}
    assert sum(map(len, longs.values())) > 200_000
    huge = dataclasses.replace(reference, tables={**reference.tables, **longs})
    text = written(huge, tmp_path)
    assert len(text.encode()) < LIMIT
    assert embedded(text)["shipped"]["left"]["places"] > 0


# Files ----------------------------------------------------------------------------------------


def test_a_page_is_replaced_atomically_and_no_other_file_remains(tmp_path):
    result = plan(Supply=[offer("kaz")], Demand=[need(1)])
    target = tmp_path / "new" / "report.html"
    optimizer.write_page(result, target)
    first = target.read_text("utf-8")
    optimizer.write_page(result, target)
    assert target.read_text("utf-8") == first
    assert [path.name for path in target.parent.iterdir()] == ["report.html"]


def test_a_folder_with_the_name_of_the_page_is_an_error(tmp_path):
    (tmp_path / "report.html").mkdir()
    with pytest.raises(FileError, match="the page cannot be written"):
        optimizer.write_page(
            plan(Supply=[offer("kaz")], Demand=[need(1)]), tmp_path / "report.html"
        )


def test_long_texts_count_as_several_cells():
    texts = [Field("note", "text", "a note"), Field("tonnes", "tonnes", "tonnes")]
    rows = 4_000
    long, short = (
        Table(Layout(name, "", tuple(texts)), ([text] * rows, [1.0] * rows))
        for name, text in (("Long", "x" * 4_800), ("Short", "x"))
    )
    shown = {
        sheet["name"]: sheet["shown"]
        for sheet in page_sheets.embedded_tables({"Long": long, "Short": short}, "USD")
    }
    assert shown["Short"] == rows
    assert 50 < shown["Long"] < 1_500
