"""The tutorial case: writes ``inputs/tutorial.xlsx`` from ``data/tutorial/*.csv``.

Run ``python inputs/reference/make_tutorial.py``. All figures are made up for teaching and
small enough to work by hand; ``docs/tutorial.md`` does so.
"""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import excel
from facts import DATA
from rows import Row

WORKBOOK = Path(__file__).resolve().parents[1] / "tutorial.xlsx"
TAUGHT = {"source": "made up for teaching", "confidence": "assumption"}

GUIDE = (
    ("Tutorial", ""),
    ("", ""),
    (
        "The story",
        "A buyer needs magnets in 2027: 40 t for defence and 160 t for civil use. They can come "
        "finished from China, or be made in the United States of oxide from Malaysia, which is "
        "won from an Australian or a Chinese concentrate. From July 2027 defence takes nothing "
        "that was touched by China.",
    ),
    ("How to run it", "python -m optimizer solve inputs/tutorial.xlsx"),
    ("What to look at", "docs/tutorial.md works the plan by hand and then changes it."),
    ("", ""),
    ("Settings", "Four quarters of 2027, no interest, so that sums can be done by hand."),
    ("Sites", "Two mines, a separation plant, two magnet makers, two customers."),
    ("Materials", "What flows, which stage it has reached, what customs take it to be worth."),
    ("Supply", "What can be bought, where, at what price, how much a year."),
    ("Recipes, Processes", "What goes in and comes out; who does it at what cost."),
    ("Units", "How much a year they can do."),
    ("Lanes", "Freight from site to site, US$ per tonne."),
    ("Tariffs", "Duty into the United States: 27.1 % of the customs value of a Chinese magnet."),
    ("Demand", "Tonnes a year, and what a missing tonne costs."),
    ("Rules, Rule scope", "Defence: no Chinese stage from 2027-07-01."),
    (
        "Scenarios",
        "What if: a dearer Ningbo, a smaller Green Mine, no rule; for optimizer scenarios.",
    ),
)


def sheet(name: str) -> list[Row]:
    """Rows of one sheet, numbers and dates as such."""
    with (DATA / "tutorial" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))
    return [{key: value(cell) for key, cell in line.items()} | TAUGHT for line in lines]


def value(cell: str) -> object:
    """A number, a date, a text, or None for a blank cell."""
    if not cell:
        return None
    for read in (float, date.fromisoformat):
        try:
            return read(cell)
        except ValueError:
            continue
    return cell


def main() -> None:
    """Write the workbook."""
    names = [name for name in excel.COLUMNS if (DATA / "tutorial" / f"{name}.csv").exists()]
    excel.write(WORKBOOK, {name: sheet(name) for name in names}, GUIDE)
    print(f"{WORKBOOK.name}: {', '.join(names)}")


if __name__ == "__main__":
    main()
