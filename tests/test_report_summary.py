"""The results workbook: Summary, charts, figures behind them, heat map.

Formulas are checked twice: against sums made here, and (where it is installed) by LibreOffice.
"""

from __future__ import annotations

import shutil
import subprocess
from zipfile import ZipFile

import openpyxl
import pytest

from optimizer.explain import ALERT_KINDS, Alert
from optimizer.report import write
from optimizer.report.block_scarce import scarcity_block
from optimizer.report.delivered_origins import delivered_origins
from optimizer.report.key_risks import KeyRisk, key_risks, owner_of, ranked_alerts
from optimizer.result import RULE_COSTS_LAYOUT
from optimizer.result import result_layouts as t
from tests.conftest import lane, make, need, offer, site
from tests.report_plan import QUARTERS, both, find, line, plan

pytestmark = pytest.mark.filterwarnings("ignore:.*extension is not supported")


# Summary


def test_the_headline_figures_equal_those_of_the_plan(book, written):
    summary, tables, _ = written
    sheet = book["Summary"]
    labels = [cell.value for cell in sheet[5] if cell.value]
    assert labels == [
        "Total cost, USD million",
        "Shortfall, t",
        "Lawful",
        "Cost of compliance",
    ]
    figures = [cell.value for cell in sheet[6] if cell.value is not None]
    # Short: a tenth of 380 t a year on car makers' lines, at 1 to 1.15 of it: 40.85 t.
    short = 38.0 / 4 * (1 + 1.05 + 1.1 + 1.15)
    wanted = sum(row[3] for row in summary.wanted if row[4])
    assert figures[:2] == pytest.approx([summary.objective, short])
    assert figures[2:] == ["yes", "–"]
    notes = [cell.value for cell in sheet[7] if cell.value]
    assert notes == [
        f"present value; {sum(tables['Costs']['amount']) / 1e6:,.1f} as paid",
        f"{int(1000 * (1 - short / wanted)) / 10} % of demand delivered, outlets left out",
        "2 of 2 rules kept, all checked origins stated; 581.4 t within allowed shares",
        "not worked out: solve with --cost-of-rules",
    ]


def rule_costs(*rows):
    """Rule costs of rows of rule, cost without it, premium and gap."""
    blank = float("nan")
    cells = [
        (rule, "optimal", 0.0, without, premium, blank, blank, blank, blank, gap, "")
        for rule, without, premium, gap in rows
    ]
    return t.table(RULE_COSTS_LAYOUT, cells)


@pytest.mark.parametrize(
    ("rows", "label", "figure", "note"),
    [
        (
            [("DFARS", 4e8, 3e7, 0.0), ("all rules", 3.2e8, 8e7, 3e5)],
            "Cost of compliance, USD million",
            8e7,
            "25 % more than a plan without rules, ± 0.3",
        ),
        ([("DFARS", 4e6, 2e4, 0.0)], "Cost of compliance, USD", 2e4, "0.5 % more than a plan"),
        (
            [("all rules", 4e8, float("nan"), 2e5)],
            "Cost of compliance",
            "–",
            "less than the solver gap of 200,000 USD",
        ),
    ],
)
def test_the_cost_of_compliance_is_that_of_all_rules_together(tmp_path, rows, label, figure, note):
    summary, tables = plan(QUARTERS[:1])
    write(tmp_path / "plan.xlsx", summary, {**tables, "Rule costs": rule_costs(*rows)})
    sheet = openpyxl.load_workbook(tmp_path / "plan.xlsx", data_only=True)["Summary"]
    tile = [[cell.value for cell in sheet[row] if cell.value][-1] for row in (5, 6, 7)]
    assert tile[:2] == [label, figure]
    assert tile[2].startswith(note)


def test_the_key_risks_stand_on_the_first_screen_with_owner_and_cell(tmp_path):
    risks = (
        KeyRisk("shortage", "Magnets are short.", "Acme", "Units", "C5"),
        KeyRisk("full capacity", "Milling is full.", "", "", ""),
    )
    write(tmp_path / "plan.xlsx", *plan(QUARTERS[:1], risks=risks))
    sheet = openpyxl.load_workbook(tmp_path / "plan.xlsx")["Summary"]
    top, _ = find(sheet, "Key risks")
    rows = [[c.value for c in sheet[top + rank] if c.value] for rank in (1, 2)]
    assert rows == [
        ["1. Magnets are short.", "Acme", "Units!C5"],
        ["2. Milling is full.", "–", "–"],
    ]
    link = next(c.hyperlink for c in sheet[top + 1] if c.hyperlink)
    assert link.location == "'Units'!C5"


def test_a_key_risk_says_of_what_the_owner_is_the_owner():
    """A risk about many offers has the cell of the first: its seller is not the risk's owner."""
    case = make(
        Sites=[site("Kaz", "Kazakhstan", owner="Acme"), site("Buyer", "USA", owner="Ford")],
        Supply=[offer("ore A")],
        Lanes=[lane("Kaz", "Buyer")],
        Demand=[need(10)],
    )
    sheets = ("Supply", "Lanes", "Demand", "Materials", "Settings")
    assert [owner_of(case, sheet, "B2") for sheet in sheets] == [
        "seller of ore A: Acme",
        "owner of Kaz: Acme",
        "owner of Buyer: Ford",
        "",
        "",
    ]


def test_of_each_kind_of_risk_the_first_with_a_cell_is_chosen_the_gravest_kinds_first():
    alerts = [
        Alert("proof", kind="solution"),
        Alert("full 1", "Units", "C5", "full capacity"),
        Alert("full 2", "Units", "C6", "full capacity"),
        Alert("all of it is short", kind="shortage"),
        Alert("steel is short", "Demand", "F9", "shortage"),
        Alert("rules are kept", kind="rules and origins"),
    ]
    shown = [each.sentence for each in key_risks(alerts, "yes")]
    assert shown == ["steel is short", "full 1", "full 2"]
    assert key_risks(alerts, "as far as stated")[0].sentence == "rules are kept"
    kinds = [each.kind for each in ranked_alerts(alerts, "no")]
    assert kinds == sorted(kinds, key=ALERT_KINDS.index)
    # Rules that are kept are a remark: it comes behind the risks.
    assert [each.kind for each in ranked_alerts(alerts, "yes")][-2:] == [
        "rules and origins",
        "solution",
    ]


def test_all_alerts_stand_on_a_sheet_of_their_own_ranked_and_with_their_kind(tmp_path):
    alerts = (Alert("Steel is short.", "Demand", "F9", "shortage"), "Lanes: 3 rows are inactive")
    write(tmp_path / "plan.xlsx", *plan(QUARTERS[:1], alerts=alerts))
    sheet = openpyxl.load_workbook(tmp_path / "plan.xlsx")["Alerts"]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=4, max_row=6)]
    assert rows == [
        ["rank", "kind", "alert", "cell"],
        [1, "shortage", "Steel is short.", "Demand!F9"],
        [2, None, "Lanes: 3 rows are inactive", "Lanes!A1"],
    ]


def test_the_status_line_says_whether_the_plan_is_proven_and_audited(book, tmp_path):
    assert book["Summary"]["B2"].value == (
        "Least-cost plan, proven optimal; audit passed; lawful: yes"
    )
    summary, tables = plan(("2027",), audit_passed=False, status="time limit, gap 0.8 %")
    assert plan(("2027",), gap=0.0003)[0].verdict == (
        "Least-cost plan, optimal within 0.03 %; audit passed; lawful: yes"
    )
    assert summary.verdict == (
        "Plan not proven optimal (time limit, gap 0.8 %); audit FAILED; lawful: yes"
    )
    write(tmp_path / "plan.xlsx", summary, tables)
    sheet = openpyxl.load_workbook(tmp_path / "plan.xlsx")["Summary"]
    assert sheet["B2"].value == summary.verdict
    assert sheet["B2"].fill.fgColor.rgb != book["Summary"]["B2"].fill.fgColor.rgb


def test_a_cost_that_differs_from_the_objective_is_noted(tmp_path):
    summary, tables = plan(("2027",), objective=1.0)
    write(tmp_path / "plan.xlsx", summary, tables)
    sheet = openpyxl.load_workbook(tmp_path / "plan.xlsx", data_only=True)["Summary"]
    assert sheet["B7"].value == "present value; differs from the objective"


def test_cost_by_category_and_year_adds_up(book, written):
    costs = written[1]["Costs"]
    capital = line(book["Summary"], "Cost by category and calendar year, USD million", "Capital")
    assert capital == pytest.approx([0, 0, 42e6, 42e6, 42e6 * 0.97 ** (11 / 4)])
    total = line(book["Summary"], "Cost by category and calendar year, USD million", "Total")
    assert total[3:] == pytest.approx([sum(costs["amount"]), sum(costs["discounted"])])


def test_coverage_counts_lines_with_a_penalty_and_lists_outlets_separately(book):
    block = "Demand by segment: wanted and delivered, t"
    # Car makers want 95 t a quarter and 4.75 t more each: 12 x 95 + 66 x 4.75 = 1,453.5 t.
    assert line(book["Summary"], block, "automotive") == pytest.approx(
        [1453.5, 1453.5 - 40.85, 40.85, 1 - 40.85 / 1453.5]
    )
    sheet = book["Summary"]
    row, column = find(sheet, "Outlets and optional sales")
    # The outlet takes 15 t a quarter and 0.75 t more each: 12 x 15 + 66 x 0.75 = 229.5 t.
    assert sheet.cell(row, column + 2).value == pytest.approx(229.5)
    years = line(sheet, "Share of demand covered by segment and calendar year", "automotive")
    assert years[:3] == pytest.approx([0.9, 1.0, 1.0])


def test_broken_rules_are_counted_and_named(tmp_path):
    summary, tables = plan(QUARTERS[:2])
    rules, verdicts = (tables["Compliance"][header] for header in ("rule", "verdict"))
    place = t.COMPLIANCE_LAYOUT.headers.index("verdict")
    columns = list(tables["Compliance"].columns)
    columns[place] = [
        "broken" if rule == "DFARS" else v for rule, v in zip(rules, verdicts, strict=True)
    ]
    tables["Compliance"] = t.Table(t.COMPLIANCE_LAYOUT, tuple(columns))
    write(tmp_path / "plan.xlsx", summary, tables)
    sheet = openpyxl.load_workbook(tmp_path / "plan.xlsx", data_only=True)["Summary"]
    assert line(sheet, "Compliance by rule, t", "DFARS")[-1] == "broken"
    # Two lines in two quarters; 0.65 allowed less 0.4 found leaves 0.25.
    checks = line(sheet, "Compliance by rule, t", "CRMA 65 %")
    assert [checks[0], checks[3], checks[5]] == [4, pytest.approx(0.4), "kept"]
    assert checks[4] == pytest.approx(0.25)
    (note,) = [cell.value for cell in sheet[7] if "rules kept" in str(cell.value)]
    # What breaks the broken rule uses no share: the other rule alone does.
    used = sum(row[7] for row in tables["Compliance"].rows() if row[0] == "CRMA 65 %")
    assert note == f"1 of 2 rules kept; {used:,.1f} t within allowed shares"


def test_origins_that_are_not_stated_are_never_called_stated(tmp_path):
    summary, tables = plan(QUARTERS[:2])
    place = t.COMPLIANCE_LAYOUT.headers.index("verdict")
    columns = list(tables["Compliance"].columns)
    columns[place] = [
        "kept as far as stated" if rule == "DFARS" else verdict
        for rule, verdict in zip(tables["Compliance"]["rule"], columns[place], strict=True)
    ]
    tables["Compliance"] = t.Table(t.COMPLIANCE_LAYOUT, tuple(columns))
    write(tmp_path / "plan.xlsx", summary, tables)
    sheet = openpyxl.load_workbook(tmp_path / "plan.xlsx", data_only=True)["Summary"]
    (note,) = [cell.value for cell in sheet[7] if "rules kept" in str(cell.value)]
    assert note.startswith("1 of 2 rules kept, origins missing")
    formulas = openpyxl.load_workbook(tmp_path / "plan.xlsx")["Summary"]
    assert any('"kept as far as stated"' in str(cell.value) for cell in formulas[7])


def test_six_native_charts_answer_a_question_in_a_title_that_is_a_cell(written, book, formulas):
    with ZipFile(written[2]) as archive:
        names = [f"xl/charts/chart{number}.xml" for number in range(1, 7)]
        charts = [archive.read(name).decode() for name in names]
        assert "xl/charts/chart7.xml" not in archive.namelist()
    figures, asked = book["Figures"], formulas["Figures"]
    top, column = find(figures, "What the charts say")
    titles = [figures.cell(row, column + 1).value for row in range(top + 2, top + 8)]
    # Used: 55 % and 4 % more each quarter, and 3 % from unit to unit: the first two are full
    # from quarter 12 on (55 + 44 = 99 %, 102 %), so all but the first.
    assert titles[1:] == [
        "Is demand met, and from where? 97.8 % met; largest share mined: Australia",
        "Who is served? Least so automotive, 97.1 %",
        "Where is it made? Largest share mined: Australia (60 %); produced: Germany (100 %)",
        "Which units are full? 4 of the busiest 5 in some period",
        "What is scarce? Above all Kuantan",
    ]
    assert titles[0].startswith("What does the plan cost? USD 1")
    assert titles[0].endswith(" million as paid, above all for purchases")
    for row, chart in enumerate(charts, top + 2):
        assert asked.cell(row, column + 1).data_type == "f"
        letter = asked.cell(row, column + 1).column_letter
        assert f"<c:f>'Figures'!${letter}${row}</c:f>" in chart
    for chart, axis in zip(charts, AXES, strict=True):
        assert axis in chart
        assert "2027-Q1 to 2029-Q4" in chart or "present value" in chart


AXES = (
    "USD million, as paid",
    "tonnes delivered, by country where mined",
    "tonnes, 2027-Q1 to 2029-Q4",
    "share of tonnes delivered to demand lines",
    "capacity used / available, average",
    "saving from 1 % more, USD thousand, present value",
)


def test_deliveries_by_country_add_up_and_are_compared_with_demand(book):
    block = "Delivered to demand lines, by country where mined, t"
    rows = {name: line(book["Figures"], block, name) for name in ("Australia", "China")}
    # Lines with a penalty want 499 t a year, a quarter of it 1 + n/20 times in quarter n; of
    # the car makers' 380 t a tenth is short in 2027. The outlet's 15 t a quarter are left out.
    wanted = [499 / 4 * (4 + sum(range(4 * y, 4 * y + 4)) / 20) for y in range(3)]
    short = 38 / 4 * (4 + 6 / 20)
    delivered = [wanted[0] - short, *wanted[1:]]
    assert rows["Australia"][:3] == pytest.approx([0.6 * tonnes for tonnes in delivered])
    assert rows["China"][:3] == pytest.approx([0.4 * tonnes for tonnes in delivered])
    assert line(book["Figures"], block, "Delivered")[:3] == pytest.approx(delivered)
    assert line(book["Figures"], block, "Demand")[:3] == pytest.approx(wanted)


def test_origin_shares_leave_outlets_out_and_name_them(book):
    block = "Origin by stage: country shares of tonnes delivered to demand lines"
    # With the outlet, which is all Australian, Australia would have more than 60 %.
    sheet = book["Figures"]
    top, column = find(sheet, block)
    heads = [sheet.cell(top + 1, column + n).value for n in range(1, 5)]
    assert heads == ["Australia", "China", "Germany", "t delivered"]
    assert line(sheet, block, "Mined")[:3] == pytest.approx([0.6, 0.4, 0])
    assert line(sheet, block, "Produced")[:3] == pytest.approx([0, 0, 1])
    row, column = find(sheet, "Outlets and optional sales, left out of origins")
    assert sheet.cell(row + 2, column).value == "Lanthanum outlet"


def test_scarce_bounds_are_ranked_by_saving_without_demand(book):
    block = "What is scarce: saving from relaxing each by 1 %, present value, USD thousand"
    # Narva: 1 % of 250 units at 18,400 USD; Kuantan: 1 % of 300 at 40,000.
    assert line(book["Figures"], block, "Kuantan") == ["capacity", 1, pytest.approx(120_000)]
    assert line(book["Figures"], block, "Narva") == ["capacity", 1, pytest.approx(46_000)]
    row, column = find(book["Figures"], block)
    assert [book["Figures"].cell(row + 2 + n, column).value for n in range(3)] == [
        "Kuantan",
        "Narva",
        None,
    ]


def test_the_heat_map_shows_every_unit_by_period_the_busiest_on_top(book, formulas):
    sheet = book["Heat map"]
    assert [sheet.cell(4, column).value for column in (2, 3, 14, 15)] == [
        "unit",
        "2027-Q1",
        "2029-Q4",
        "average",
    ]
    # Saskatoon is the fifth unit: 55 % + 4 x 3 % = 67 % in the first quarter, full from the ninth.
    assert sheet["B5"].value == "Saskatoon · metal making"
    assert [sheet["C5"].value, sheet["N5"].value] == pytest.approx([0.67, 1.0])
    assert formulas["Heat map"]["C5"].value.startswith("=IF('Utilisation'!J")
    kinds = [rule.type for of in sheet.conditional_formatting for rule in of.rules]
    assert kinds == ["colorScale"]


def test_a_heat_map_of_many_periods_and_units_is_one_page(tmp_path, monkeypatch):
    monkeypatch.setattr("optimizer.report.heat_sheet.MAX_HEAT_MAP_UNITS", 3)
    write(
        tmp_path / "plan.xlsx", *plan(tuple(f"{2027 + m // 12}-{m % 12 + 1:02}" for m in range(30)))
    )
    sheet = openpyxl.load_workbook(tmp_path / "plan.xlsx", data_only=True)["Heat map"]
    assert "2 less busy units are in Utilisation." in sheet["B2"].value
    assert sheet.max_row == 7
    assert sheet.cell(4, 32).value == "2029-06"


def test_a_plan_without_rows_is_written(tmp_path):
    summary = plan(("2027",), objective=0.0, wanted=(), alerts=())[0]
    tables = {name: t.table(layout, []) for name, layout in t.RESULT_LAYOUTS.items()}
    write(tmp_path / "plan.xlsx", summary, tables)
    write(tmp_path / "none.xlsx", summary, {})
    sheet = openpyxl.load_workbook(tmp_path / "plan.xlsx", data_only=True)["Summary"]
    assert "no alerts" in sheet["B3"].value
    assert [cell.value for cell in sheet[6] if cell.value is not None] == [0, 0, "yes", "–"]


# Formulas


def test_no_formula_gives_an_error(written):
    values = [value for _, _, value in both(written[2])]
    assert len(values) > 500
    assert not [value for value in values if str(value).startswith("#")]


PROFILE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load">
<prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop></item></oor:items>
"""


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("soffice"), reason="LibreOffice is not installed")
@pytest.mark.parametrize("strange", [False, True])
def test_libreoffice_calculates_the_values_that_are_written(tmp_path, strange):
    offers = [
        ("=x", "Mine*", "", "a*b", 9e3),
        ("Mine?", "Mine", "", "axb", 1e2),
        (">5", "", "", "", 5.0),
    ]
    lines = [("l*ne ~?", "C1", "=m", "", 50.0, 2e5), ("SRC", "C2", "+1", 'a "b"', 50.0, 1e5)]
    lines += [("out 2", "C3", "-1", "by-product", 7.0, 0.0)]
    lines += [("SRC 2", "C2", "+1", "1-2", 5.0, 1e5), ("out", "C3", "-1", "1-2", 5.0, 0.0)]
    args = (("2027-01", "2027-02", "2028-01"), lines, offers) if strange else ()
    summary, tables = plan(*args)
    tables["Rule costs"] = rule_costs(("all rules", 3.2e8, 8e7, 3e5))
    write(tmp_path / "plan.xlsx", summary, tables)
    (tmp_path / "profile" / "user").mkdir(parents=True)
    (tmp_path / "profile" / "user" / "registrymodifications.xcu").write_text(PROFILE)
    command = ["soffice", f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}", "--headless"]
    command += ["--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir", str(tmp_path / "out")]
    subprocess.run([*command, str(tmp_path / "plan.xlsx")], check=True, capture_output=True)
    again = openpyxl.load_workbook(tmp_path / "out" / "plan.xlsx", data_only=True)
    for sheet, cell, value in both(tmp_path / "plan.xlsx"):
        found = again[sheet][cell].value
        if isinstance(value, (int, float)):
            assert found == pytest.approx(value, rel=1e-9, abs=1e-9), (sheet, cell)
        else:
            assert (found or "") == (value or ""), (sheet, cell)


def test_a_stage_that_is_mostly_not_stated_and_no_rule_misses_is_not_charted(written):
    summary, tables, _ = written
    rows = list(tables["Provenance"].records())
    # Of the reagent the 40 % from China are stated.
    unstated = [
        row | {"stage": "reagent", "name": row["name"] if row["name"] == "China" else "not stated"}
        for row in rows
        if row["stage"] == "mined"
    ]
    traced = t.table(t.PROVENANCE_LAYOUT, [tuple(row.values()) for row in (*rows, *unstated)])
    checks = [row | {"rests on": "reagent not stated"} for row in tables["Compliance"].records()]
    asked = t.table(t.COMPLIANCE_LAYOUT, [tuple(row.values()) for row in checks])

    def stages(**more):
        return delivered_origins(summary, {**tables, "Provenance": traced, **more}).stages

    assert stages() == ("mined", "produced")
    assert stages(Compliance=asked) == ("mined", "produced", "reagent")


@pytest.mark.parametrize(
    ("thing", "short"),
    [
        ("Serra carbonate, Serra, Serra carbonate", "Serra carbonate, Serra"),
        ("Japanese magnet N48, Tokuda, magnet N48", "Japanese magnet N48, Tokuda"),
        ("San Marcos, milling", "San Marcos, milling"),
    ],
)
def test_a_scarce_thing_is_named_once_in_the_chart(written, thing, short):
    summary, tables, _ = written
    scarce = [next(tables["Scarcity"].records()) | {"thing": thing}]
    scarce[0] |= {"kind": "offer", "per": "one more"}
    priced = t.table(t.SCARCITY_LAYOUT, [tuple(row.values()) for row in scarce])
    block = scarcity_block(summary, {**tables, "Scarcity": priced})
    assert [row.cells[0].value for row in block.make_rows({})] == [short]
