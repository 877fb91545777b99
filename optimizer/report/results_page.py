"""``docs/results.md``: every sheet of the results workbook, generated from the layouts."""

from __future__ import annotations

from pathlib import Path

from optimizer.explain import RISK_KINDS
from optimizer.report.block_scarce import MAX_SCARCE_BOUNDS
from optimizer.report.column_totals import RATIO_COLUMNS
from optimizer.report.excel_values import table_name
from optimizer.report.heat_sheet import MAX_HEAT_MAP_UNITS
from optimizer.report.key_risks import MAX_KEY_RISKS
from optimizer.report.pivot import MAX_LIVE_PIVOT_CELLS
from optimizer.report.print_area import MAX_PRINTED_ROWS
from optimizer.report.results_workbook import PRINTOUT_NAME
from optimizer.report.table_sheet import EMPTY_TABLE_NOTE
from optimizer.result.price_layouts import LAYOUTS_ON_REQUEST
from optimizer.result.result_layouts import RESULT_LAYOUTS, Layout
from optimizer.result.scarcity_ranking import RELAXATION_SHARE
from optimizer.studies.rule_costs import MAX_COMPLIANCE_SECONDS
from optimizer.tables.markdown_table import escaped, markdown_row

RESULTS_PAGE_PATH = Path(__file__).resolve().parents[2] / "docs" / "results.md"

RESULTS_INTRODUCTION = f"""\
# The results workbook

Generated from `optimizer/result/result_layouts.py` by `python -m optimizer.report.results_page`;
edit the declarations, not this page.

* Every sheet but Summary, Alerts, Figures and Heat map has a title and what it means in rows 1
  and 2, totals of the rows shown in row 3, units in row 4, the header in row 5 and data from row 6
  on. The data is a named Excel table; the totals are formulas and count what a filter leaves.
* Beside most tables stands a pivot by period. With up to \
{MAX_LIVE_PIVOT_CELLS:,} cells it is made of
  formulas over the table, so that it follows an edit; a larger one holds values and says so.
  A filter hides whole rows, those of the pivot too; its figures stay those of all rows.
* Every formula carries the value that it gives, so that programs that do not calculate read
  right numbers. Numbers are never rounded, only shown with suitable decimals.
* Tonnes are t, *money* is `Settings: currency`. Text stays text, whatever it begins with. A
  sheet with no rows says "{EMPTY_TABLE_NOTE}".
* From Python the tables come as data frames; from the file, read a sheet with its header in
  row 5, such as `pandas.read_excel(path, "Purchases", header=4)`, and take the columns named
  below. Where a name stands in brackets it is that of the data frame, of CSV and of Parquet; the
  workbook and the page show the title before it.
* A column has a total where its rows add up: never over levels, prices or shares, and never over
  rows that are whole plans.
* The sheets {", ".join(LAYOUTS_ON_REQUEST)} are there only when they are asked for (`--explain`,
  `--cost-of-rules`). Rule costs has the row of all rules together without being asked for, when the
  plan itself took {MAX_COMPLIANCE_SECONDS:.0f} seconds at most.
"""

SUMMARY_SECTION = """\
## Summary

The board's pages: one page wide, figures, key risks and charts on the first page and tables on the
second. Every figure is a formula over the other sheets, but for the demand wanted, which comes from
the input. Headline figures and the names of lines lead to the rows behind them.
"""
SUMMARY_PARTS = {
    "status line": "whether the plan is proven the cheapest, and within which solver gap; audit; "
    "whether it is lawful",
    "headline figures": "total cost (present value, checked against the objective; as paid), "
    "shortfall, lawful or not with the rules kept, cost of compliance",
    "Key risks": f"the {MAX_KEY_RISKS} gravest alerts, of each kind the first with a cell; whose "
    "the row of the cell is (seller of the offer, or owner of the site), and the cell",
    "charts": "cost by category and calendar year; delivered tonnes by country against demand; "
    "demand wanted and delivered by segment; country shares of each stage; average use of the "
    "busiest units; what is scarce",
    "Cost by category and calendar year": "as paid; the last column is the present value",
    "Demand by segment": "wanted, delivered and short over the horizon; lines without a penalty "
    "are outlets and stand apart",
    "Share of demand covered": "by segment and calendar year",
    "Busiest units": "used / capacity by calendar year, average, and the highest period",
    "Compliance by rule": "checks made, tonnes delivered and breaking, their share, the least "
    "headroom (share allowed less share found) of any check, verdict",
    "In this workbook": "the other sheets, with links; not printed",
}

ALERTS_SECTION = f"""\
## Alerts

Every alert and every warning about the input: risks first ({", ".join(RISK_KINDS)}), then remarks.
Each has its kind and the cell that it is about, which leads to the input as long as input and
results stay where they are to each other.
"""

FIGURES_SECTION = """\
## Figures

What the charts of the Summary are drawn from, beside its own tables: formulas over the result
tables. Origins with too many rows for that hold values and say so.
"""
FIGURE_PARTS = {
    "What the charts say": "the title of each chart, a sentence that follows the figures",
    "Delivered to demand lines": "tonnes by country of the first stage and calendar year, from "
    "Provenance (all traced inputs), against demand; lines without a penalty are left out",
    "Demand wanted": "by segment and calendar year, from the input",
    "Origin by stage": "country shares of each stage over the horizon, weighted by the tonnes "
    "delivered to demand lines",
    "Outlets and optional sales": "the lines that are left out of origins",
    "What is scarce": f"the {MAX_SCARCE_BOUNDS} bounds with the largest saving: what relaxing "
    f"each by {RELAXATION_SHARE:.0%} in every period where it binds would save, present value "
    f"(bound x worth today x {RELAXATION_SHARE:g}; holds for small changes); minimums, "
    "closing stocks and demand are left out",
    "Offers": "those that cost most: tonnes bought by calendar year, average price",
}
HEAT_MAP_SECTION = f"""\
## Heat map

Capacity used by unit and period, % of what is available: the pivot of Utilisation with a colour
scale, the {MAX_HEAT_MAP_UNITS} busiest units, the busiest on top.

## On paper

A4 or Letter, landscape, one page wide, with case, periods, sheet and page in the margins and the
header row on every page. Printing the workbook gives the Summary alone: the print area of every
other sheet is a blank cell. To print another sheet, open it, choose `{PRINTOUT_NAME}` in the Name
Box (left of the formula bar) and print the selection: that is the pivot, the first \
{MAX_PRINTED_ROWS} rows
of the table, and of a very wide one the columns that can be read; the foot of the page says so. To
print all of a sheet, clear its print area (Excel: *Page Layout, Print Area, Clear*; LibreOffice:
*Format, Print Ranges, Edit, entire sheet*).

## Links to the input

Where a row names a cell of the input workbook (alerts, warnings in Run, rows in Compliance and
Take or pay, what a certificate rests on, any column *cell*) it is a link to the first one, by the
way from the results to the input. Move both together.
"""


def results_page() -> str:
    """Text of ``docs/results.md``: every sheet and every column, as Markdown."""
    titles = ("Summary", "Alerts", "Figures", "Heat map", *RESULT_LAYOUTS, *LAYOUTS_ON_REQUEST)
    contents = " · ".join(f"[{title}](#{title.lower().replace(' ', '-')})" for title in titles)
    parts = [
        markdown_row(("part", "what it shows")),
        markdown_row(("---", "---")),
        *map(markdown_row, SUMMARY_PARTS.items()),
    ]
    figures = [*map(markdown_row, FIGURE_PARTS.items())]
    overview = [
        SUMMARY_SECTION,
        *parts,
        "",
        ALERTS_SECTION,
        FIGURES_SECTION,
        *parts[:2],
        *figures,
        "",
        HEAT_MAP_SECTION,
    ]
    sections = [_section(layout) for layout in (RESULT_LAYOUTS | LAYOUTS_ON_REQUEST).values()]
    return "\n".join([RESULTS_INTRODUCTION, f"{contents}\n", *overview, *sections])


def _section(layout: Layout) -> str:
    """Section of one sheet: meaning, Excel table, columns, pivot."""
    header = ("column", "type", "unit", "meaning")
    lines = [
        f"## {layout.name}",
        "",
        f"{layout.meaning} Excel table `{table_name(layout.name)}`.",
        "",
        markdown_row(header),
        markdown_row("---" for _ in header),
    ]
    for field in layout.fields:
        measure = field.unit_in("money", layout.name)
        name = f"{field.shown} (`{field.header}`)" if field.title else field.header
        lines.append(markdown_row((name, field.kind, measure, escaped(field.meaning))))
    if layout.pivot:
        lines += ["", _pivot(layout)]
    return "\n".join(lines) + "\n"


def _pivot(layout: Layout) -> str:
    assert layout.pivot
    keys, value = layout.pivot
    sentence = f"Pivot: {value} by {', '.join(keys)} and period"
    if layout.fields[layout.headers.index(value)].aggregation == "level":
        return f"{sentence}; the last column is the average over the periods."
    if (layout.name, value) in RATIO_COLUMNS:
        dividend, divisor = RATIO_COLUMNS[layout.name, value]
        return f"{sentence}; the last column is {dividend} / {divisor} over the horizon."
    return f"{sentence}, with totals."


def main() -> None:
    """Write ``docs/results.md`` of this checkout."""
    RESULTS_PAGE_PATH.parent.mkdir(exist_ok=True)
    RESULTS_PAGE_PATH.write_text(results_page(), encoding="utf-8")


if __name__ == "__main__":
    main()
