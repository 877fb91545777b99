"""The results workbook: what a planner and a board see of a plan.

The plan is made up but adds up: five offers, five units and five demand lines, quarter
by quarter; a tenth of what car makers want is short in the first year. Formulas are
checked twice: against sums made here, and (where it is installed) by LibreOffice.
"""

from __future__ import annotations

import math
import shutil
import subprocess
import sys
from collections import defaultdict
from datetime import date, datetime
from pathlib import Path
from zipfile import ZipFile

import openpyxl
import pandas as pd
import pytest

from optimizer.errors import FileError
from optimizer.report import Summary, check_target, write
from optimizer.report.cells import LONGEST, address, clean, criterion
from optimizer.report.formats import number_format
from optimizer.report.reference import PAGE, results_page
from optimizer.report.sheet import FIRST, HEADER, NOTHING, TOTALS
from optimizer.report.worksheet import exact_worksheet
from optimizer.solution import tables as t

pytestmark = pytest.mark.filterwarnings("ignore:.*extension is not supported")

QUARTERS = tuple(f"{year}-Q{quarter}" for year in (2027, 2028, 2029) for quarter in (1, 2, 3, 4))
OFFERS = (
    ("Mountain Pass tier 1", "Mountain Pass", "United States", "bastnaesite concentrate", 9_800.0),
    ("Mt Weld spot", "Mt Weld", "Australia", "monazite concentrate", 11_250.0),
    ("Baotou spot", "Baotou", "China", "NdPr oxide", 61_000.0),
    ("Serra Verde offtake", "Serra Verde", "Brazil", "ionic clay concentrate", 14_100.0),
    ("Lynas Dy oxide", "Kuantan", "Malaysia", "Dy oxide", 310_000.0),
)
LINES = (
    ("EV traction EU", "Stuttgart", "N42SH magnet", "automotive", 160.0, 250_000.0),
    ("EV traction US", "Detroit", "N42SH magnet", "automotive", 220.0, 250_000.0),
    ("Actuators", "Fort Worth", "N38UH magnet", "defense", 24.0, 900_000.0),
    ("Offshore wind", "Cuxhaven", "N45H magnet", "wind", 95.0, 140_000.0),
    ("Lanthanum outlet", "Houston", "La oxide", "by-product", 60.0, 0.0),
)
UNITS = (
    ("Kuantan", "separation"),
    ("Fort Worth", "alloying"),
    ("Fort Worth", "sintering"),
    ("Narva", "sintering"),
    ("Saskatoon", "metal making"),
)


_EMPTY = {"text": "", "date": None}


class Plan:
    """Rows of the result tables, period by period."""

    def __init__(self, periods=QUARTERS, lines=LINES, offers=OFFERS):
        self.periods, self.rows, self.wanted = tuple(periods), defaultdict(list), []
        for n, period in enumerate(self.periods):
            self.n, self.period = n, period
            self._buy(offers)
            self._make()
            self._deliver(lines)
        self._pay("capital", 42e6, site="Narva", item="second sintering line")
        self._pay("closing value", -6.5e6, site="Narva", item="second sintering line")
        first = {"period": self.periods[0]}
        self._add("Scarcity", kind="capacity", thing="Narva", bound=250.0, worth=18_400.0, **first)
        self._add("Break-even", kind="offer", thing="Donald", price=9e4, cheaper_by=1.2e4, **first)
        self._add("Run", item="status", value="optimal")
        self._add("Run", item="gap", value="0")

    def _add(self, table, **values):
        """A row by its headers, with ``_`` for a blank; what is not given is empty."""
        row = {"period": self.period} | {k.replace("_", " "): v for k, v in values.items()}
        fields = t.LAYOUTS[table].fields
        self.rows[table].append(tuple(row.get(f.header, _EMPTY.get(f.kind, 0.0)) for f in fields))

    def _pay(self, category, amount, **where):
        today, year = amount * 0.97 ** (self.n / 4), self.period[:4]
        self._add("Costs", category=category, year=year, amount=amount, discounted=today, **where)

    def _buy(self, offers):
        first = date(int(self.period[:4]), 1 + self.n % 4 * 3, 1)
        for i, (offer, site, country, material, price) in enumerate(offers):
            tonnes = 40.0 / (i + 1) * (1 + self.n / 10) + i / 3
            at, to = {"site": site, "material": material}, UNITS[i % len(UNITS)][0]
            bought = {"tonnes": tonnes, "price": price, "cost": tonnes * price}
            self._add("Purchases", offer=offer, country=country, order_by=first, **at, **bought)
            leg = {"from site": site, "to site": to, "material": material, "tonnes": tonnes}
            self._add("Shipments", freight=tonnes * 210, duty=tonnes * 95, **leg)
            self._add("Stock", site=to, material=material, tonnes=tonnes / 4, holding=tonnes * 3)
            self._add("Balance", site=to, material=material, arrived=tonnes, used=tonnes)
            self._pay("purchases", tonnes * price, item=offer, **at)
            self._pay("freight", tonnes * 210, item=f"{site} > {to}", **at)
            self._pay("duty", tonnes * 95, item=f"{site} > {to}", **at)

    def _make(self):
        for i, (site, unit) in enumerate(UNITS):
            capacity = 250.0 + 40 * i
            used = capacity * min(1.0, 0.55 + 0.04 * self.n + 0.03 * i)
            load = {"used": used, "capacity": capacity, "utilisation": used / capacity}
            self._add("Utilisation", site=site, unit=unit, **load)
            self._add("Production", site=site, recipe=unit, activity=used, cost=used * 900)
            self._pay("conversion", used * 900, site=site, item=unit)

    def _deliver(self, lines):
        for line, customer, material, segment, quantity, penalty in lines:
            want = quantity / 4 * (1 + self.n / 20)
            short = want / 10 if self.n < 4 and segment == "automotive" else 0.0
            who = {"line": line, "customer": customer, "material": material, "segment": segment}
            self.wanted.append((line, segment, self.period, want, penalty))
            revenue = (want - short) * 900
            self._add("Deliveries", tonnes=want - short, revenue=revenue, **who)
            self._pay("revenue", -revenue, site=customer, item=line, material=material)
            if short:
                missing = {"wanted": want, "short": short, "share short": short / want}
                self._add("Shortages", penalty=short * penalty, **missing, **who)
                self._pay("shortage", short * penalty, site=customer, item=line)
            if segment in ("defense", "automotive"):
                self._check("DFARS" if segment == "defense" else "CRMA 65 %", who, want)

    def _check(self, rule, who, delivered):
        found, allowed = (0.0, 0.0) if rule == "DFARS" else (0.4, 0.65)
        of = {"delivered": delivered, "breaking": delivered * found, "verdict": "kept"}
        shares = {"share found": found, "share allowed": allowed}
        self._add("Compliance", rule=rule, window=self.period, **of, **shares, **who)

    def tables(self):
        return {
            name: t.table(layout, self.rows.get(name, [])) for name, layout in t.LAYOUTS.items()
        }

    def summary(self, **changes):
        known = {
            "case": "Reference case: magnets without tainted oxide",
            "status": "optimal",
            "objective": sum(self.tables()["Costs"]["discounted"]),
            "currency": "USD",
            "periods": self.periods,
            "years": tuple(period[:4] for period in self.periods),
            "input_name": "reference.xlsx",
            "input_sha256": "5f2c" * 16,
            "audit": "Audit passed: 14 checks, 2,310 comparisons",
            "audit_passed": True,
            "alerts": ("Serra Verde offtake is not firm; it is planned as firm (Supply!A12)",),
            "made": "2026-11-21 19:40",
            "wanted": tuple(self.wanted),
        }
        return Summary(**known | changes)


def plan(*args, **changes):
    made = Plan(*args)
    return made.summary(**changes), made.tables()


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """The plan's summary, its tables and the path of its workbook."""
    path = tmp_path_factory.mktemp("plan") / "plan.xlsx"
    summary, tables = plan()
    write(path, summary, tables)
    return summary, tables, path


@pytest.fixture(scope="module")
def book(written):
    return openpyxl.load_workbook(written[2], data_only=True)


@pytest.fixture(scope="module")
def formulas(written):
    return openpyxl.load_workbook(written[2])


def find(sheet, text):
    """Row and column of the cell with a text, counted from 1."""
    return next((c.row, c.column) for row in sheet.iter_rows() for c in row if c.value == text)


def line(sheet, block, label):
    """Values of a line of a block of the Summary, without its label."""
    top, column = find(sheet, block)
    row = next(r for r in range(top + 1, top + 30) if sheet.cell(r, column).value == label)
    values = []
    while (value := sheet.cell(row, column + 1 + len(values)).value) is not None:
        values.append(value)
    return values


# Sheets and tables


def test_the_summary_comes_first_the_run_last_and_the_tables_in_their_order(book):
    assert book.sheetnames == ["Summary", *t.LAYOUTS]
    assert book.sheetnames[-1] == "Run"
    assert book.active.title == "Summary"


def test_a_table_that_has_no_layout_yet_stands_before_the_run(tmp_path):
    summary, tables = plan(QUARTERS[:1])
    layout = t.Layout("Map", "Where it comes from.", t.SCARCITY.fields[:2])
    tables["Map"] = t.table(layout, [("mined", "Australia")])
    write(tmp_path / "plan.xlsx", summary, tables)
    names = openpyxl.load_workbook(tmp_path / "plan.xlsx").sheetnames
    assert names[-2:] == ["Map", "Run"]


@pytest.mark.parametrize("name", t.LAYOUTS)
def test_every_sheet_is_a_named_table_with_a_frozen_header(formulas, written, name):
    sheet, rows = formulas[name], max(len(written[1][name]), 1)
    assert [*sheet.tables] == ["tbl_" + name.replace(" ", "_").replace("-", "_")]
    last = address(HEADER + rows, len(t.LAYOUTS[name].fields) - 1)
    assert next(iter(sheet.tables.values())).ref == f"A{HEADER + 1}:{last}"
    assert sheet.freeze_panes == f"A{FIRST + 1}"
    assert sheet["A1"].value == name
    assert sheet["A2"].value == t.LAYOUTS[name].meaning
    notes = [sheet.cell(HEADER + 1, c + 1).comment for c in range(len(t.LAYOUTS[name].fields))]
    assert all(notes)


@pytest.mark.parametrize("name", t.LAYOUTS)
def test_every_value_comes_back_with_all_its_digits(book, written, name):
    for n, row in enumerate(written[1][name].rows(), FIRST + 1):
        for column, value in enumerate(row, 1):
            found = book[name].cell(n, column).value
            if isinstance(found, datetime):
                found = found.date()
            assert found == (value if value != "" else None)


def test_pandas_reads_a_sheet_by_its_header_in_row_five(written):
    frame = pd.read_excel(written[2], sheet_name="Purchases", header=HEADER, engine="calamine")
    assert frame["tonnes"].sum() == pytest.approx(sum(written[1]["Purchases"]["tonnes"]))


def test_a_table_without_rows_says_that_there_is_nothing(book):
    sheet = book["Take or pay"]
    assert sheet.cell(TOTALS + 1, 1).value == NOTHING
    assert sheet.cell(HEADER + 1, 1).value == "offer"
    assert sheet.cell(FIRST + 1, 1).value is None


def test_totals_above_the_header_count_the_rows_shown(book, formulas, written):
    tonnes, cost = (sum(written[1]["Purchases"][header]) for header in ("tonnes", "cost"))
    assert formulas["Purchases"]["G3"].value == "=SUBTOTAL(109,tbl_Purchases[tonnes])"
    assert book["Purchases"]["G3"].value == pytest.approx(tonnes)
    assert book["Purchases"]["H3"].value == pytest.approx(cost / tonnes)  # average price
    assert book["Stock"]["D3"].value is None  # a level: no sum over periods
    assert book["Scarcity"]["A3"].value is None


def test_decimals_suit_what_a_column_holds():
    assert number_format("money", 5e6) == "#,##0"
    assert number_format("tonnes", 0.04) == "#,##0.000"
    assert number_format("tonnes", 4000, dash=True) == '#,##0.0;-#,##0.0;"–"'


def test_without_the_quick_way_the_cells_are_the_same(written, tmp_path, monkeypatch):
    monkeypatch.setattr("optimizer.report.worksheet._lays", lambda _: False)
    exact_worksheet.cache_clear()
    write(tmp_path / "plan.xlsx", *written[:2])
    exact_worksheet.cache_clear()
    slow, quick = (openpyxl.load_workbook(path) for path in (tmp_path / "plan.xlsx", written[2]))
    for sheet in quick:
        assert [*sheet.values] == [*slow[sheet.title].values]


# What may stand in a cell


def test_text_that_looks_like_a_formula_stays_text(tmp_path):
    names = ("=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", '=HYPERLINK("x")')
    offers = [(name, name, name, name, 1.0) for name in names]
    lines = [(name, name, name, name, 8.0, 9.0) for name in names]
    summary, tables = plan(QUARTERS[:2], lines, offers, case="=1+1", alerts=names, audit="=1+1")
    write(tmp_path / "plan.xlsx", summary, tables)
    book = openpyxl.load_workbook(tmp_path / "plan.xlsx")
    for n, name in enumerate(names):
        cell = book["Purchases"].cell(FIRST + 1 + n, 1)
        assert (cell.data_type, cell.value) == ("s", name)
    assert (book["Summary"]["B1"].data_type, book["Summary"]["B1"].value) == ("s", "=1+1")
    alert = book["Summary"].cell(find(book["Summary"], "Alerts (5)")[0] + 1, 2)
    assert (alert.data_type, alert.value) == ("s", "=1+1")


def test_what_is_no_number_stays_blank_and_no_control_character_gets_in(tmp_path):
    text = ("a\x00b", "\ud800", "x\r\ny", "_x0041_", "2027")
    rows = [(*text, None, math.nan, math.inf, -math.inf, True, "é" * 40_000, None, "")]
    table = t.table(t.PURCHASES, rows)
    write(tmp_path / "plan.xlsx", plan(("2027",))[0], {"Purchases": table})
    values = [cell.value for cell in openpyxl.load_workbook(tmp_path / "plan.xlsx")["Purchases"][6]]
    assert values[:5] == ["a\ufffdb", "\ufffd", "x\ny", "_x0041_", "2027"]
    assert values[5:9] == [None] * 4
    assert values[9] == "yes"
    assert len(values[10]) == LONGEST
    assert values[10].endswith("(cut)")


def test_text_is_cut_as_excel_counts_it():
    assert len(clean("🧲" * 20_000).encode("utf-16-le")) // 2 <= LONGEST


def test_a_criterion_means_exactly_one_name():
    assert criterion("") == '"="'
    assert criterion(">5") == '"=>5"'
    assert criterion('2" x 50%*?~') == '"=2"" x 50%~*~?~~"'
    assert len(criterion("*" * 5000)) < 255


# Pivots


def test_a_pivot_by_period_stands_beside_the_table(book, formulas, written):
    # 13 columns and a gap: the pivot of Purchases begins in O; 12 periods end in AC.
    sheet, table = book["Purchases"], written[1]["Purchases"]
    assert sheet["O5"].value == "offer"
    assert [sheet.cell(5, c).value for c in (18, 29, 30)] == ["2027-Q1", "2029-Q4", "total"]
    assert sheet["O6"].value == "Mountain Pass tier 1"
    assert sheet["R6"].value == 40.0
    of = [
        x for name, x in zip(table["offer"], table["tonnes"], strict=True) if name == "Mt Weld spot"
    ]
    assert sheet["AD7"].value == pytest.approx(sum(of))
    assert sheet["AD3"].value == pytest.approx(sum(table["tonnes"]))
    assert formulas["Purchases"]["R6"].value == (
        '=SUMIFS(tbl_Purchases[tonnes],tbl_Purchases[offer],"="&$O6,tbl_Purchases[site],"="&$P6,'
        'tbl_Purchases[material],"="&$Q6,tbl_Purchases[period],"="&R$5)'
    )


def test_the_pivot_of_utilisation_is_used_by_capacity_not_a_sum(book, written):
    # Kuantan separation: 137.5 of 250 in the first quarter.
    sheet = book["Utilisation"]
    row, column = 6, 8
    assert [sheet.cell(row, column).value, sheet.cell(row, column + 2).value] == ["Kuantan", 0.55]
    shares = [sheet.cell(row, column + 2 + n).value for n in range(12)]
    assert sheet.cell(5, column + 14).value == "average"
    assert sheet.cell(row, column + 14).value == pytest.approx(sum(shares) / 12)


def test_the_pivot_of_stock_averages_over_the_periods(book, written):
    sheet, table = book["Stock"], written[1]["Stock"]
    head = find(sheet, "average")
    of = [x for site, x in zip(table["site"], table["tonnes"], strict=True) if site == "Kuantan"]
    assert sheet.cell(6, head[1]).value == pytest.approx(sum(of) / 12)


def test_a_pivot_that_is_too_large_holds_values_and_says_so(tmp_path, monkeypatch):
    monkeypatch.setattr("optimizer.report.pivot.LIVE_CELLS", len(OFFERS) * 2 - 1)
    write(tmp_path / "plan.xlsx", *plan(QUARTERS[:2]))
    sheet = openpyxl.load_workbook(tmp_path / "plan.xlsx")["Purchases"]
    assert sheet["R6"].value == 40.0
    assert sheet["O4"].value.startswith("values as of the run")


# Summary


def test_the_headline_figures_are_the_plans(book, written):
    summary, tables, _ = written
    sheet = book["Summary"]
    labels = [cell.value for cell in sheet[5] if cell.value]
    assert labels == [
        "Total discounted cost, USD million",
        "As paid, USD million",
        "Demand covered",
        "Short, t",
        "Offers used",
        "Rules kept",
    ]
    figures = [cell.value for cell in sheet[6] if cell.value is not None]
    # Short: a tenth of 380 t a year on car makers' lines, at 1 to 1.15 of it: 40.85 t.
    short = 38.0 / 4 * (1 + 1.05 + 1.1 + 1.15)
    wanted = sum(row[3] for row in summary.wanted if row[4])
    assert figures[:2] == pytest.approx([summary.objective, sum(tables["Costs"]["amount"])])
    assert figures[2:4] == pytest.approx([1 - short / wanted, short])
    assert figures[4:] == [5, "2 of 2"]
    notes = [cell.value for cell in sheet[7] if cell.value]
    assert notes[0] == "present value; equals the objective"
    assert notes[-2:] == ["from 5 supply sites", "none broken"]


def test_the_status_line_says_whether_the_plan_is_proven_and_audited(book, tmp_path):
    assert book["Summary"]["B2"].value == "Least-cost plan, proven optimal; audit passed"
    summary, tables = plan(("2027",), audit_passed=False, status="time limit, gap 0.8 %")
    assert summary.verdict == "Plan not proven optimal (time limit, gap 0.8 %); audit FAILED"
    write(tmp_path / "plan.xlsx", summary, tables)
    sheet = openpyxl.load_workbook(tmp_path / "plan.xlsx")["Summary"]
    assert sheet["B2"].value == summary.verdict
    assert sheet["B2"].fill.fgColor.rgb != book["Summary"]["B2"].fill.fgColor.rgb


def test_a_cost_that_is_not_the_objective_is_said(tmp_path):
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


def test_coverage_counts_lines_with_a_penalty_and_leaves_outlets_apart(book):
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


def test_rules_that_are_broken_are_counted_and_named(tmp_path):
    summary, tables = plan(QUARTERS[:2])
    rules, verdicts = (tables["Compliance"][header] for header in ("rule", "verdict"))
    place = t.COMPLIANCE.headers.index("verdict")
    columns = list(tables["Compliance"].columns)
    columns[place] = [
        "broken" if rule == "DFARS" else v for rule, v in zip(rules, verdicts, strict=True)
    ]
    tables["Compliance"] = t.Table(t.COMPLIANCE, tuple(columns))
    write(tmp_path / "plan.xlsx", summary, tables)
    sheet = openpyxl.load_workbook(tmp_path / "plan.xlsx", data_only=True)["Summary"]
    assert line(sheet, "Compliance by rule, t", "DFARS")[-1] == "broken"
    # Two lines in two quarters; 0.65 allowed less 0.4 found leaves 0.25.
    checks = line(sheet, "Compliance by rule, t", "CRMA 65 %")
    assert [checks[0], checks[3], checks[5]] == [4, pytest.approx(0.4), "kept"]
    assert checks[4] == pytest.approx(0.25)
    assert "1 of 2" in [cell.value for cell in sheet[6]]


def test_three_native_charts_say_what_they_show(written):
    with ZipFile(written[2]) as archive:
        charts = [name for name in archive.namelist() if name.startswith("xl/charts/chart")]
        text = [archive.read(name).decode() for name in sorted(charts)]
    assert len(charts) == 3
    assert "What the plan costs in each year" in text[0]
    assert "USD million, as paid" in text[0]
    assert "Demand wanted and delivered by segment" in text[1]
    assert "average use of capacity" in text[2]


def test_the_paper_is_a4_landscape_one_page_wide(formulas):
    for sheet in formulas:
        assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert (sheet.page_setup.fitToWidth or 1, sheet.page_setup.fitToHeight) == (1, 0)
        assert sheet.print_area
    assert formulas["Costs"].print_title_rows == "$5:$5"


def test_a_case_that_begins_with_a_number_does_not_set_the_size_of_the_header(tmp_path):
    write(tmp_path / "plan.xlsx", *plan(QUARTERS[:1], case="2027 plan & more"))
    with ZipFile(tmp_path / "plan.xlsx") as archive:
        assert (
            "&amp;L&amp;8 2027 plan &amp;&amp; more"
            in archive.read("xl/worksheets/sheet1.xml").decode()
        )


def test_a_plan_of_nothing_is_written_too(tmp_path):
    summary = plan(("2027",), objective=0.0, wanted=(), alerts=())[0]
    tables = {name: t.table(layout, []) for name, layout in t.LAYOUTS.items()}
    write(tmp_path / "plan.xlsx", summary, tables)
    write(tmp_path / "none.xlsx", summary, {})
    sheet = openpyxl.load_workbook(tmp_path / "plan.xlsx", data_only=True)["Summary"]
    assert "no alerts" in sheet["B3"].value
    assert [cell.value for cell in sheet[6] if cell.value is not None] == [0, 0, "–", 0, 0, "–"]


# Formulas


def both(path):
    """Each formula of a workbook with the value that is written with it."""
    asked, given = openpyxl.load_workbook(path), openpyxl.load_workbook(path, data_only=True)
    for sheet in asked:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.data_type == "f":
                    yield sheet.title, cell.coordinate, given[sheet.title][cell.coordinate].value


def test_no_formula_gives_an_error(written):
    values = [value for _, _, value in both(written[2])]
    assert len(values) > 500
    assert not [value for value in values if str(value).startswith("#")]


PROFILE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load">
<prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop></item></oor:items>
"""


@pytest.mark.skipif(not shutil.which("soffice"), reason="LibreOffice is not installed")
@pytest.mark.parametrize("strange", [False, True])
def test_libreoffice_calculates_the_values_that_are_written(tmp_path, strange):
    offers = [
        ("=x", "Mine*", "", "a*b", 9e3),
        ("Mine?", "Mine", "", "axb", 1e2),
        (">5", "", "", "", 5.0),
    ]
    lines = [("l*ne ~?", "C1", "=m", "", 50.0, 2e5), ("SRC", "C2", "+1", 'a "b"', 50.0, 1e5)]
    lines += [("SRC 2", "C2", "+1", "1-2", 5.0, 1e5), ("out", "C3", "-1", "1-2", 5.0, 0.0)]
    args = (("2027-01", "2027-02", "2028-01"), lines, offers) if strange else ()
    summary, tables = plan(*args)
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


# Files


def test_the_same_plan_gives_the_same_file(tmp_path):
    for name in ("a.xlsx", "b.xlsx"):
        write(tmp_path / name, *plan(QUARTERS[:1]))
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


def test_folders_are_made_and_nothing_else_is_left(tmp_path):
    write(tmp_path / "new" / "folder" / "plan.xlsx", *plan(QUARTERS[:1]))
    assert [path.name for path in (tmp_path / "new" / "folder").iterdir()] == ["plan.xlsx"]


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), ValueError("a bug")])
def test_a_write_that_fails_leaves_the_old_file_alone(tmp_path, monkeypatch, error):
    path = tmp_path / "plan.xlsx"
    path.write_text("the old plan")

    def fail(*_):
        raise error

    monkeypatch.setattr(sys.modules["optimizer.report.write"], "write_summary", fail)
    with pytest.raises(FileError if isinstance(error, OSError) else ValueError):
        write(path, *plan(QUARTERS[:1]))
    assert path.read_text() == "the old plan"
    assert [*tmp_path.iterdir()] == [path]


def test_a_file_that_is_open_elsewhere_is_said_with_the_cure(tmp_path, monkeypatch):
    # So Windows answers when Excel has the file open.
    def locked(*_, **__):
        raise PermissionError(13, "Permission denied")

    path = tmp_path / "plan.xlsx"
    write(path, *plan(QUARTERS[:1]))
    monkeypatch.setattr(Path, "open", locked)
    with pytest.raises(FileError, match=r"plan\.xlsx: .*close it in Excel, or give another name"):
        check_target(path)


def test_a_folder_or_a_file_in_the_way_is_said_before_the_solve(tmp_path):
    with pytest.raises(FileError, match="it is a folder; give the name of a file"):
        check_target(tmp_path)
    (tmp_path / "file").write_text("")
    with pytest.raises(FileError, match="a part of its folder is a file") as caught:
        check_target(tmp_path / "file" / "plan.xlsx")
    assert "\n" not in str(caught.value)


def test_a_table_longer_than_a_sheet_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("optimizer.report.sheet.MOST_ROWS", 3)
    with pytest.raises(FileError, match="Purchases has 5 rows and a sheet holds 3"):
        write(tmp_path / "plan.xlsx", *plan(QUARTERS[:1]))
    assert not [*tmp_path.iterdir()]


def test_the_door_does_not_load_xlsxwriter():
    code = "import sys, optimizer.report; sys.exit('xlsxwriter' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_the_page_of_results_is_current():
    assert PAGE.read_text(encoding="utf-8") == results_page(), (
        "run python -m optimizer.report.reference"
    )
