"""Demand: the buyer's lines by year, shelf stock at the end, outlets for joint products.

Lines are rates with dates, open at both ends: start, periods and their length can be changed.
"""

from __future__ import annotations

from datetime import date

from facts import Fact, assume, computed, fact, find, table
from markets import ALLIED
from rows import START, Row, rounded, row
from standing_rules import excepted_demand

YEARS = (2027, 2028, 2029, 2030)
PERIODS = 17
"""Quarters from the last one of 2026 on."""
END = date(YEARS[-1], 12, 31)
GROWTH = fact(find("demand", segment="world", item="growth"))
"""World magnet demand, percent a year."""
RESERVE_PENALTY = 900_000


def settings() -> list[Row]:
    """The Settings sheet."""
    lines = (
        ("case", "North America 2026-2030", "reference case"),
        ("start", START, "first day of the plan: the rule of 2019 still binds; may be moved"),
        ("periods", PERIODS, "quarters: the last of 2026, then 2027 to 2030"),
        ("period length", "quarter", ""),
        ("currency", "USD", "money of 2026, no inflation"),
        ("discount rate", 0.08, "per year, before inflation"),
        ("carrying cost rate", 0.03, "insurance and shrinkage: interest is in the discount rate"),
        ("shortage penalty", 200_000, "for demand lines without their own"),
        ("time limit", 300, "seconds"),
        ("mip gap", 0.001, "a plan proven to a tenth of a percent is good enough"),
    )
    return [row(assume(0), setting=name, value=value, notes=note) for name, value, note in lines]


def demand() -> list[Row]:
    """The Demand sheet."""
    return [*_lines(), *excepted_demand(), *_reserve(), *_outlets()]


def _lines() -> list[Row]:
    """What the buyer's customers need, growing with the world market (``lines.csv``)."""
    rows = []
    for line in table("lines"):
        figure = fact(find("demand", segment="planner", item=line["figure"]))
        notes = (line["notes"], "grows 8.7 % a year", "the penalty is an assumption")
        cells = row(
            figure,
            GROWTH,
            line=line["line"],
            customer=line["customer"],
            material=f"magnet {line['grade']}",
            segment=line["segment"],
            shortage_penalty=float(line["penalty"]),
            notes="; ".join(note for note in notes if note),
        )
        rows += [cells | _year(float(line["tonnes"]), year) for year in (YEARS[0] - 1, *YEARS)]
    return rows


def _year(first: float, year: int) -> Row:
    """Rate and dates of a year; the first and the last row are open."""
    growth = 1 + GROWTH.value / 100
    return {
        "quantity": rounded(first * growth ** (year - YEARS[0]), 4),
        "from": date(year, 1, 1) if year >= YEARS[0] else None,
        "to": date(year, 12, 31) if year < YEARS[-1] else None,
    }


def _reserve() -> list[Row]:
    """Shelves at the end of the plan: a delivery, so that the rules look at it.

    A closing stock could be filled with any lot, also with one that the customer may not take.
    """
    segments = {(line["customer"], line["grade"]): line["segment"] for line in table("lines")}
    rows = []
    for shelf in table("stocks"):
        if not shelf["reserve"]:
            continue
        grade, customer = shelf["material"].removeprefix("magnet "), shelf["reserve for"]
        segment = segments[customer, grade]
        cells = row(
            assume(0),
            line=f"reserve {grade}" if "defence" in segment else f"{segment} reserve {grade}",
            customer=customer,
            material=shelf["material"],
            segment=segment,
            shortage_penalty=RESERVE_PENALTY,
            notes="shelf stock at the end of the plan, as much as at its start"
            if shelf["reserve"] == shelf["opening"]
            else "shelf stock at the end of the plan",
        )
        rows.append(
            cells
            | {
                "quantity": 4 * float(shelf["reserve"]),
                "from": date(YEARS[-1], 10, 1),
                "to": END,
            }
        )
    return rows


def _outlets() -> list[Row]:
    """Sales of joint products at the plant gate; elsewhere they may be disposed of."""
    return [_outlet(line, place) for line in table("outlets") for place in line["site"].split(";")]


def _outlet(line: dict[str, str], place: str) -> Row:
    reference: Fact = ALLIED[line["price of"]]
    price = computed(rounded(reference.value * float(line["share"]), 3), reference, assume(0))
    return row(
        price,
        line=f"outlet {line['material']} at {place}",
        customer=place,
        material=line["material"],
        quantity=float(line["tonnes"]),
        price=price.value,
        shortage_penalty=0,
        notes=f"outlet: {line['notes']}; its size is an assumption",
    )
