"""``docs/results.md``: every sheet of the results workbook, generated from the layouts."""

from __future__ import annotations

from pathlib import Path

from optimizer.report.block_scarce import MAX_SCARCE_BOUNDS, RELAXATION_SHARE
from optimizer.report.column_totals import RATIO_COLUMNS
from optimizer.report.excel_values import table_name
from optimizer.report.heat_sheet import MAX_HEAT_MAP_UNITS
from optimizer.report.pivot import MAX_LIVE_PIVOT_CELLS
from optimizer.report.print_area import MAX_PRINTED_ROWS
from optimizer.report.table_sheet import EMPTY_TABLE_NOTE
from optimizer.result.field_units import unit_label
from optimizer.result.price_layouts import LAYOUTS_ON_REQUEST
from optimizer.result.result_layouts import RESULT_LAYOUTS, Layout
from optimizer.tables.markdown_table import escaped, markdown_row

RESULTS_PAGE_PATH = Path(__file__).resolve().parents[2] / "docs" / "results.md"

RESULTS_INTRODUCTION = f"""\
# The results workbook

Generated from `optimizer/result/result_layouts.py` by `python -m optimizer.report.results_page`;
edit the declarations, not this page.

* Every sheet but Summary, Figures and Heat map has a title and what it means in rows 1 and 2,
  totals of the rows shown in row 3, units in row 4, the header in row 5 and its data from row 6
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
  below.
* The sheets {", ".join(LAYOUTS_ON_REQUEST)} are there only when they are asked for (`--explain`,
  `--cost-of-rules`).
"""

SUMMARY_SECTION = """\
## Summary

One page wide, charts on the first page and tables on the second. Every figure is a formula over
the other sheets, but for the demand wanted, which comes from the input. Headline figures and the
names of lines lead to the rows behind them.
"""
SUMMARY_PARTS = {
    "status line": "whether the plan is proven the cheapest and whether its audit passed",
    "headline figures": "discounted cost (checked against the objective), cost as paid, share of "
    "demand covered, tonnes short, offers used, rules kept",
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
    "Alerts": "what a planner should know; one that names a cell of the input leads to it, as "
    "long as input and results stay where they are to each other",
    "In this workbook": "the other sheets, with links",
}


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
    f"(bound x worth today x {RELAXATION_SHARE:g}; holds for small changes); demand is left out",
    "Offers": "those that cost most: tonnes bought by calendar year, average price",
}
HEAT_MAP_SECTION = f"""\
## Heat map

Capacity used by unit and period, % of what is available: the pivot of Utilisation with a colour
scale, the {MAX_HEAT_MAP_UNITS} busiest units, the busiest on top.

## On paper

A4 or Letter, landscape, one page wide, with case, periods, sheet and page in the margins and the
header row on every page. Of a table the first \
{MAX_PRINTED_ROWS} rows are printed, and of a very wide one
the columns that can be read; the foot of the page says so. Excel's *Page Layout, Print Area*
changes it.

## Links to the input

Where a row names a cell of the input workbook (alerts, warnings in Run, rows in Compliance and
Take or pay, what a certificate rests on, any column *cell*) it is a link to the first one, by the
way from the results to the input. Move both together.
"""


def results_page() -> str:
    """Text of ``docs/results.md``: every sheet and every column, as Markdown."""
    titles = ("Summary", "Figures", "Heat map", *RESULT_LAYOUTS, *LAYOUTS_ON_REQUEST)
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
        measure = unit_label(field.kind, "money", layout.name)
        lines.append(markdown_row((field.header, field.kind, measure, escaped(field.meaning))))
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
