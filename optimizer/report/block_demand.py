"""Summary blocks: what was wanted, what is delivered, and the share that is covered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import fsum

from msgspec import Struct

from optimizer.report.excel_values import clean, column_ref, criterion, finite
from optimizer.report.formats import number_format
from optimizer.report.formula_block import (
    Anchors,
    BlockRow,
    FormulaBlock,
    FormulaCell,
    column_total,
    division_formula,
    division_value,
    grouped_sums,
    sum_by_year,
    sumifs_over_periods,
)
from optimizer.report.sheet_positions import LinkTarget
from optimizer.report.summary import Summary
from optimizer.result.result_layouts import Tables

COVERAGE_BLOCK, DEMAND_BLOCK, COVERED_SHARE_BLOCK = "coverage", "wanted", "covered"
NO_SEGMENT_LABEL = "(no segment)"
OUTLETS_LABEL = "Outlets and optional sales"
_SHORT_TONNES = column_ref("Shortages", "short")
_SHORT_SEGMENT = column_ref("Shortages", "segment")
_SHORT_PERIOD = column_ref("Shortages", "period")
_DELIVERED_TONNES = column_ref("Deliveries", "tonnes")


class DemandByYear(Struct, frozen=True):
    """Tonnes wanted and short by segment and calendar year, and all that is delivered."""

    segments: tuple[str, ...]
    calendar: Mapping[str, tuple[str, ...]]
    wanted: Mapping[tuple[str, ...], float]
    short: Mapping[tuple[str, ...], float]
    delivered: float

    def sum(self, which: str, segment: str = "", year: str = "", every: bool = False) -> float:
        """Tonnes wanted or short; of every segment, of one; of a year or of all."""
        found = self.wanted if which == "wanted" else self.short
        return fsum(
            value
            for (of, when), value in found.items()
            if (every or of == segment) and when == (year or when)
        )


def demand_by_year(summary: Summary, tables: Tables) -> DemandByYear | None:
    """Demand lines with a penalty, by segment and year; None if there are none."""
    wanted: dict[tuple[str, ...], float] = {}
    for _, segment, period, tonnes, penalty in summary.wanted:
        if (finite(penalty) or 0.0) > 0:
            key = (clean(segment), clean(period))
            wanted[key] = wanted.get(key, 0.0) + (finite(tonnes) or 0.0)
    if not wanted:
        return None
    short = grouped_sums(tables.get("Shortages"), ("segment", "period"), "short")
    return DemandByYear(
        segments=tuple(dict.fromkeys(segment for segment, _ in (*wanted, *short))),
        calendar=summary.calendar,
        wanted=sum_by_year(wanted, summary.calendar),
        short=sum_by_year(short, summary.calendar),
        delivered=column_total(tables.get("Deliveries"), "tonnes"),
    )


def coverage_block(found: DemandByYear) -> FormulaBlock:
    """Wanted, delivered, short and covered by segment over the horizon."""
    count = len(found.segments)
    wanted_everywhere = found.sum("wanted", every=True)
    short_everywhere = found.sum("short", every=True)
    outlets = found.delivered - (wanted_everywhere - short_everywhere)
    with_outlets = outlets > 1e-6 * max(1.0, found.delivered)
    number = number_format("tonnes", max(wanted_everywhere, found.delivered))

    def line(
        anchors: Anchors, index: int, label: str, wanted: float, short: float, missing: str
    ) -> BlockRow:
        at, years = anchors[COVERAGE_BLOCK].at, len(found.calendar)
        own = found.segments[index : index + 1]
        behind = LinkTarget("Deliveries", tuple(("segment", segment) for segment in own))
        asked = anchors[DEMAND_BLOCK].ref(index, years + 1)
        return BlockRow(
            [
                FormulaCell(label, link=behind),
                FormulaCell(wanted, f"={asked}", number),
                FormulaCell(wanted - short, f"={at(index, 1)}-{at(index, 3)}", number),
                FormulaCell(short, missing, number),
                FormulaCell(
                    division_value(wanted - short, wanted),
                    division_formula(at(index, 2), at(index, 1)),
                    "0.0%",
                ),
            ],
            "sum" if index == count else "body",
        )

    def fill(anchors: Anchors) -> list[BlockRow]:
        rows = []
        for index, segment in enumerate(found.segments):
            missing = f"=SUMIFS({_SHORT_TONNES},{_SHORT_SEGMENT},{criterion(segment)})"
            wanted, short = found.sum("wanted", segment), found.sum("short", segment)
            rows.append(line(anchors, index, segment or NO_SEGMENT_LABEL, wanted, short, missing))
        missing = f"=SUM({_SHORT_TONNES})"
        rows.append(
            line(anchors, count, "All demand", wanted_everywhere, short_everywhere, missing)
        )
        if with_outlets:
            beyond = f"=SUM({_DELIVERED_TONNES})-{anchors[COVERAGE_BLOCK].at(count, 2)}"
            blank = FormulaCell("")
            rows.append(
                BlockRow(
                    [
                        FormulaCell(OUTLETS_LABEL),
                        blank,
                        FormulaCell(outlets, beyond, number),
                        blank,
                        blank,
                    ]
                )
            )
        return rows

    headers = ("segment, over the horizon", "wanted", "delivered", "short", "covered")
    title = "Demand by segment: wanted and delivered, t"
    return FormulaBlock(COVERAGE_BLOCK, title, headers, count + 1 + with_outlets, fill)


def short_formula(periods: Sequence[str]) -> str:
    """Formula part: tonnes short in some periods."""
    return sumifs_over_periods(_SHORT_TONNES, periods, f'{_SHORT_TONNES},"<>0"', _SHORT_PERIOD)


def demand_block(found: DemandByYear) -> FormulaBlock:
    """Tonnes wanted by segment and year: what the input asks for."""
    years = tuple(found.calendar)
    number = number_format("tonnes", found.sum("wanted", every=True))

    def fill(anchors: Anchors) -> list[BlockRow]:
        anchor, rows = anchors[DEMAND_BLOCK], []
        for index, segment in enumerate(found.segments):
            cells = [FormulaCell(segment or NO_SEGMENT_LABEL)]
            cells += [
                FormulaCell(found.wanted.get((segment, year), 0.0), "", number) for year in years
            ]
            along = f"=SUM({anchor.along(index, 1, len(years))})"
            rows.append(
                BlockRow([*cells, FormulaCell(found.sum("wanted", segment), along, number)])
            )
        last = len(found.segments) - 1
        cells = [FormulaCell("All demand")]
        for column, year in enumerate((*years, ""), 1):
            down = f"=SUM({anchor.down(0, last, column)})"
            cells.append(FormulaCell(found.sum("wanted", year=year, every=True), down, number))
        return [*rows, BlockRow(cells, "sum")]

    title = "Demand wanted by segment and calendar year, t (from the input)"
    return FormulaBlock(
        DEMAND_BLOCK, title, ("segment", *years, "total"), len(found.segments) + 1, fill
    )


def covered_share_block(found: DemandByYear) -> FormulaBlock:
    """Share of demand that is covered, by segment and year."""

    def share(
        anchors: Anchors, index: int, column: int, segment: str | None, year: str
    ) -> FormulaCell:
        every = segment is None
        wanted = found.sum("wanted", segment or "", year, every)
        short = found.sum("short", segment or "", year, every)
        below = anchors[DEMAND_BLOCK].ref(index, column)
        conditions = f"{_SHORT_SEGMENT},{criterion(segment or '')}"
        if segment is None:
            conditions = f'{_SHORT_TONNES},"<>0"'
        periods = found.calendar[year] if year else ()
        if periods:
            missing = sumifs_over_periods(_SHORT_TONNES, periods, conditions, _SHORT_PERIOD)
        else:
            missing = f"SUMIFS({_SHORT_TONNES},{conditions})"
        formula = f'=IF({below}=0,"",1-{missing}/{below})'
        return FormulaCell(1 - short / wanted if wanted else "", formula, "0.0%")

    def fill(anchors: Anchors) -> list[BlockRow]:
        rows = []
        for index, segment in enumerate((*found.segments, None)):
            label = "All demand" if segment is None else segment or NO_SEGMENT_LABEL
            cells = [FormulaCell(label)]
            for column, year in enumerate((*found.calendar, ""), 1):
                cells.append(share(anchors, index, column, segment, year))
            rows.append(BlockRow(cells, "sum" if segment is None else "body"))
        return rows

    title = "Share of demand covered by segment and calendar year"
    headers = ("segment", *found.calendar, "horizon")
    return FormulaBlock(COVERED_SHARE_BLOCK, title, headers, len(found.segments) + 1, fill)
