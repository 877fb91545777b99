"""``docs/results.md``: every sheet of the results workbook, from the declarations."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from optimizer.report.cells import table_name
from optimizer.report.formats import unit
from optimizer.report.pivot import LIVE_CELLS
from optimizer.report.sheet import LEVELS, NOTHING, RATIOS
from optimizer.solution.tables import LAYOUTS, REQUESTED, Layout

PAGE = Path(__file__).resolve().parents[2] / "docs" / "results.md"

INTRODUCTION = f"""\
# The results workbook

Generated from `optimizer/solution/tables.py` by `python -m optimizer.report.reference`;
edit the declarations, not this page.

* Every sheet but the Summary has a title and what it means in rows 1 and 2, totals of the
  rows shown in row 3, units in row 4, the header in row 5 and its data from row 6 on. The
  data is a named Excel table; the totals are formulas and count what a filter leaves.
* Beside most tables stands a pivot by period. With up to {LIVE_CELLS:,} cells it is made of
  formulas over the table, so that it follows an edit; a larger one holds values and says so.
  A filter hides whole rows, those of the pivot too; its figures stay those of all rows.
* Every formula carries the value that it gives, so that programs that do not calculate read
  right numbers. Numbers are never rounded, only shown with suitable decimals.
* Tonnes are t, *money* is `Settings: currency`. Text stays text, whatever it begins with. A
  sheet with no rows says "{NOTHING}".
* From Python the tables come as data frames; from the file, read a sheet with its header in
  row 5, such as `pandas.read_excel(path, "Purchases", header=4)`, and take the columns named
  below.
* The sheets {", ".join(REQUESTED)} are there only when they are asked for (`--explain`,
  `--cost-of-rules`).
"""

SUMMARY = """\
## Summary

One page wide, for print. Every figure is a formula over the other sheets, but for the demand
wanted, which comes from the input.
"""
PARTS = {
    "status line": "whether the plan is proven the cheapest and whether its audit passed",
    "headline figures": "discounted cost (checked against the objective), cost as paid, share of "
    "demand covered, tonnes short, offers used, rules kept",
    "charts": "cost by category and calendar year; demand wanted and delivered by segment; "
    "average use of the busiest units",
    "Cost by category and calendar year": "as paid; the last column is the present value",
    "Demand by segment": "wanted, delivered and short over the horizon; lines without a penalty "
    "are outlets and stand apart",
    "Share of demand covered": "by segment and calendar year",
    "Busiest units": "used / capacity by calendar year, average, and the highest period",
    "Compliance by rule": "checks made, tonnes delivered and breaking, their share, the least "
    "headroom (share allowed less share found) of any check, verdict",
    "Offers": "those that cost most: tonnes bought by calendar year, average price",
    "Demand wanted": "by segment and calendar year, from the input",
    "Alerts": "what a planner should know, with the input cell",
    "In this workbook": "the other sheets, with links",
}


def results_page() -> str:
    """The page ``docs/results.md``: every sheet and every column, as Markdown."""
    titles = ("Summary", *LAYOUTS, *REQUESTED)
    contents = " · ".join(f"[{title}](#{title.lower().replace(' ', '-')})" for title in titles)
    parts = [_line(("part", "what it shows")), _line(("---", "---")), *map(_line, PARTS.items())]
    sections = [_section(layout) for layout in (LAYOUTS | REQUESTED).values()]
    return "\n".join([INTRODUCTION, f"{contents}\n", SUMMARY, *parts, "", *sections])


def _section(layout: Layout) -> str:
    """One sheet: meaning, Excel table, columns, pivot."""
    header = ("column", "type", "unit", "meaning")
    lines = [
        f"## {layout.name}",
        "",
        f"{layout.meaning} Excel table `{table_name(layout.name)}`.",
        "",
        _line(header),
        _line("---" for _ in header),
    ]
    for field in layout.fields:
        measure = unit(field.kind, "money", layout.name)
        lines.append(_line((field.header, field.kind, measure, _escaped(field.meaning))))
    if layout.pivot:
        lines += ["", _pivot(layout)]
    return "\n".join(lines) + "\n"


def _pivot(layout: Layout) -> str:
    assert layout.pivot
    keys, value = layout.pivot
    words = f"Pivot: {value} by {', '.join(keys)} and period"
    if (layout.name, value) in LEVELS:
        return f"{words}; the last column is the average over the periods."
    if (layout.name, value) in RATIOS:
        above, below = RATIOS[layout.name, value]
        return f"{words}; the last column is {above} / {below} over the horizon."
    return f"{words}, with totals."


def _line(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _escaped(words: str) -> str:
    """Words as Markdown shows them unchanged inside a table."""
    for sign in "\\*|<[":
        words = words.replace(sign, f"\\{sign}")
    return words


def main() -> None:
    """Write ``docs/results.md`` of this checkout."""
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(results_page(), encoding="utf-8")


if __name__ == "__main__":
    main()
