"""Figures with their source and confidence, read from ``data/*.csv``."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

DATA = Path(__file__).resolve().parent / "data"
CONFIDENCE = ("high", "medium", "low", "assumption")
"""From firm to none; a figure made of several is as firm as the weakest."""
PLANNER = "planner's assumption"


@dataclass(frozen=True, slots=True)
class Fact:
    """One figure, where it comes from and how far it can be trusted."""

    value: float
    source: str
    confidence: str


@cache
def table(name: str) -> tuple[dict[str, str], ...]:
    """All rows of a data file."""
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))


def find(name: str, **cells: str) -> dict[str, str]:
    """The one row of a data file whose cells are as given; KeyError unless there is one."""
    rows = [row for row in table(name) if all(row[key] == text for key, text in cells.items())]
    if len(rows) != 1:
        raise KeyError(f"{name}.csv: {len(rows)} rows with {cells}")
    return rows[0]


def fact(row: dict[str, str], column: str = "value", default: str = "0") -> Fact:
    """The figure in a column of a row; a blank cell is ``default``."""
    dated = row["source_date"] not in ("", "n/a")
    source = f"{row['source']}, {row['source_date']}" if dated else row["source"]
    return Fact(float(row[column] or default), source, row["confidence"])


def assume(value: float) -> Fact:
    """A figure that nobody has published."""
    return Fact(value, PLANNER, "assumption")


def computed(value: float, *facts: Fact) -> Fact:
    """A figure worked out from others: as firm as the weakest of them."""
    return Fact(value, _sources(facts), _weakest(facts))


def cite(*facts: Fact) -> dict[str, str]:
    """Source and confidence cells of a row that leans on these figures."""
    return {"source": _sources(facts), "confidence": _weakest(facts)}


def _sources(facts: tuple[Fact, ...]) -> str:
    """Sources of several figures, each once, in order."""
    return " | ".join(dict.fromkeys(part for f in facts for part in f.source.split(" | ")))


def _weakest(facts: tuple[Fact, ...]) -> str:
    return max((f.confidence for f in facts), key=CONFIDENCE.index)


def site(site_id: str, parameter: str) -> Fact:
    """A figure of ``sites.csv``: capacity or output, tonnes per year."""
    return fact(find("sites", site_id=site_id, parameter=parameter))


def process(step: str, feed: str, parameter: str) -> Fact:
    """A figure of ``process_yields.csv``: shares as 0 to 1, money as US$ per tonne."""
    row = find("process_yields", step=step, feed_or_element=feed, parameter=parameter)
    found = fact(row)
    if row["unit"].startswith("%"):
        return computed(found.value / 100, found)
    if row["unit"].startswith("US$/kg"):
        return computed(found.value * 1000, found)
    return found


def assay(feed_id: str) -> dict[str, str]:
    """A row of ``assays.csv``."""
    return find("assays", feed_id=feed_id)


def access(place: str) -> Fact:
    """The share of a plant or mine that this buyer can count on (``access.csv``)."""
    return Fact(float(find("access", site=place)["share"]), PLANNER, "assumption")


def figure(cell: str) -> Fact:
    """A figure named in a cell of a table of choices: a number is an assumption.

    Two words with a slash between them are a site and a parameter of ``sites.csv``, three
    are a step, a feed and a parameter of ``process_yields.csv``.
    """
    words = cell.split(" / ")
    if len(words) == 1:
        return assume(float(cell))
    return site(*words) if len(words) == 2 else process(*words)


def day(cell: str) -> date | None:
    """A date of a table of choices; None if blank."""
    return date.fromisoformat(cell) if cell else None
