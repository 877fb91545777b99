"""Options: investments, with the buyer's slice of their cost (``options.csv``).

Added capacity is that of the whole project where the unit stands in Units, because its
``availability`` there, the buyer's share, holds for what is added too; capital is then the
same share of the published capital. The buyer's own works stand in no other sheet: they
count whole. The fixed cost is a share of the capital, an assumption.
"""

from __future__ import annotations

from datetime import date

from demand import YEARS
from facts import Fact, access, assume, computed, day, figure, table
from rows import Row, rounded, row
from standing_rules import european_limits

MILLION = 1_000_000.0
ANY_YEAR = ("SRC tenfold plant",)
"""Works on so long a time that they may be decided in any year of the plan."""


def options() -> list[Row]:
    """The Options sheet; cost stands on the first row of an option."""
    return [_option(line) for line in table("options")]


def _capital(line: dict[str, str]) -> tuple[Fact, str]:
    """The buyer's slice of the capital cost, US$, and a word on how it is worked out."""
    asked = figure(line["capital"])
    share = access(line["share"]) if line["share"] else computed(1.0, asked)
    money = asked.value * float(line["capital times"]) * share.value * MILLION
    word = f"; {share.value:.0%} of its capital" if line["share"] else ""
    return computed(rounded(money), asked), word


def _option(line: dict[str, str]) -> Row:
    size = figure(line["figure"])
    capital, word = _capital(line)
    paid = capital.value > 0
    fixed = capital.value * float(line["fixed share"] or 0)
    return row(
        *((capital, size) if paid else (size,)),
        *((assume(0),) if line["assumed"] else ()),
        option=line["option"],
        site=line["site"],
        unit=line["unit"],
        added_capacity=rounded(size.value * float(line["times"])),
        kind=line["kind"],
        most=float(line["most"]),
        capital_cost=capital.value,
        fixed_cost=rounded(fixed),
        life=float(line["life"]),
        earliest=day(line["earliest"]),
        build_months=float(line["build months"]),
        needs=line["needs"] or None,
        one_of=line["one of"] or None,
        notes=f"{line['notes']}{word}" + ("; fixed cost and life are assumptions" if paid else ""),
    )


def limits() -> list[Row]:
    """The Limits sheet: when may be decided, then bounds of ``limits.csv``, all off."""
    return [*_board(), *_too_late(), *_bounds(), *european_limits()]


def _board() -> list[Row]:
    """The board decides in the first quarter of a year; the last of 2026 is open as well."""
    return [
        row(
            assume(0),
            limit=f"no board meeting in the rest of {year}",
            measure="built",
            as_="tonnes",
            maximum=0,
            window="period",
            from_=date(year, 4, 1),
            to=date(year, 12, 31),
            notes="investments are decided once a year, in its first quarter: an assumption",
        )
        for year in YEARS
    ]


def _too_late() -> list[Row]:
    """No decision that would run less than a year of the plan: credit would be most it brings."""
    months = {
        line["option"]: int(line["build months"])
        for line in table("options")
        if line["option"] not in ANY_YEAR
    }
    return [
        row(
            assume(0),
            limit=f"too late: {option}",
            measure="built",
            option=option,
            as_="tonnes",
            maximum=0,
            window="period",
            from_=_too_late_from(build),
            notes=f"built in {build} months it would run less than a year before the plan ends",
        )
        for option, build in months.items()
    ]


def _too_late_from(build: int) -> date:
    """The quarter after the last in which a decision still brings a year of running."""
    months = 12 * YEARS[-1] - build + 3
    return date(months // 12, months % 12 + 1, 1)


def _bounds() -> list[Row]:
    return [
        row(
            assume(0),
            limit=line["limit"],
            active=line["active"] or None,
            measure=line["measure"],
            site=line["site"] or None,
            country=line["country"] or None,
            material=line["material"] or None,
            option=line["option"] or None,
            as_=line["as"],
            minimum=float(line["minimum"]) if line["minimum"] else None,
            maximum=float(line["maximum"]) if line["maximum"] else None,
            window=line["window"],
            from_=day(line["from"]),
            notes=line["notes"],
        )
        for line in table("limits")
    ]
