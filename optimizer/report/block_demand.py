"""Summary blocks: tonnes wanted, tonnes delivered, and the share of demand that is covered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import fsum

from msgspec import Struct

from optimizer.report.excel_values import clean, column_ref, criterion, finite
from optimizer.report.formats import number_format
from optimizer.report.formula_block import (
    NEGLIGIBLE_SUM_SHARE,
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

    def sum(self, which: str, segment: str | None = None, year: str = "") -> float:
        """Tonnes ``wanted`` or ``short`` of a segment (None: of all) in a year (blank: in all)."""
        tonnes = self.wanted if which == "wanted" else self.short
        return fsum(
            value
            for (of_segment, of_year), value in tonnes.items()
            if segment in (None, of_segment) and year in ("", of_year)
        )


def demand_by_year(summary: Summary, tables: Tables) -> DemandByYear | None:
    """Demand of the lines with a shortage penalty, by segment and year; None if none has one."""
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


def coverage_block(demand: DemandByYear) -> FormulaBlock:
    """Wanted, delivered, short and covered by segment over the horizon."""
    count = len(demand.segments)
    wanted_everywhere = demand.sum("wanted")
    short_everywhere = demand.sum("short")
    outlets = demand.delivered - (wanted_everywhere - short_everywhere)
    with_outlets = outlets > NEGLIGIBLE_SUM_SHARE * max(1.0, demand.delivered)
    number = number_format("tonnes", max(wanted_everywhere, demand.delivered))

    def line(
        anchors: Anchors, index: int, label: str, wanted: float, short: float, short_formula: str
    ) -> BlockRow:
        at, years = anchors[COVERAGE_BLOCK].at, len(demand.calendar)
        segments = demand.segments[index : index + 1]
        target = LinkTarget("Deliveries", tuple(("segment", segment) for segment in segments))
        wanted_cell = anchors[DEMAND_BLOCK].ref(index, years + 1)
        return BlockRow(
            [
                FormulaCell(label, link=target),
                FormulaCell(wanted, f"={wanted_cell}", number),
                FormulaCell(wanted - short, f"={at(index, 1)}-{at(index, 3)}", number),
                FormulaCell(short, short_formula, number),
                FormulaCell(
                    division_value(wanted - short, wanted),
                    division_formula(at(index, 2), at(index, 1)),
                    "0.0%",
                ),
            ],
            "sum" if index == count else "body",
        )

    def make_rows(anchors: Anchors) -> list[BlockRow]:
        rows = []
        for index, segment in enumerate(demand.segments):
            short_formula = f"=SUMIFS({_SHORT_TONNES},{_SHORT_SEGMENT},{criterion(segment)})"
            wanted, short = demand.sum("wanted", segment), demand.sum("short", segment)
            rows.append(
                line(anchors, index, segment or NO_SEGMENT_LABEL, wanted, short, short_formula)
            )
        short_formula = f"=SUM({_SHORT_TONNES})"
        rows.append(
            line(anchors, count, "All demand", wanted_everywhere, short_everywhere, short_formula)
        )
        if with_outlets:
            beyond = f"=SUM({_DELIVERED_TONNES})-{anchors[COVERAGE_BLOCK].at(count, 2)}"
            blank = FormulaCell("")
            tonnes = FormulaCell(outlets, beyond, number)
            rows.append(BlockRow([FormulaCell(OUTLETS_LABEL), blank, tonnes, blank, blank]))
        return rows

    headers = ("segment, over the horizon", "wanted", "delivered", "short", "covered")
    title = "Demand by segment: wanted and delivered, t"
    return FormulaBlock(COVERAGE_BLOCK, title, headers, count + 1 + with_outlets, make_rows)


def short_sumifs(periods: Sequence[str]) -> str:
    """Formula part: tonnes short in some periods."""
    return sumifs_over_periods(_SHORT_TONNES, periods, f'{_SHORT_TONNES},"<>0"', _SHORT_PERIOD)


def demand_block(demand: DemandByYear) -> FormulaBlock:
    """Tonnes wanted by segment and year, from the input."""
    years = tuple(demand.calendar)
    number = number_format("tonnes", demand.sum("wanted"))

    def make_rows(anchors: Anchors) -> list[BlockRow]:
        anchor, rows = anchors[DEMAND_BLOCK], []
        for index, segment in enumerate(demand.segments):
            cells = [FormulaCell(segment or NO_SEGMENT_LABEL)]
            cells += [
                FormulaCell(demand.wanted.get((segment, year), 0.0), "", number) for year in years
            ]
            along = f"=SUM({anchor.along(index, 1, len(years))})"
            rows.append(
                BlockRow([*cells, FormulaCell(demand.sum("wanted", segment), along, number)])
            )
        last = len(demand.segments) - 1
        cells = [FormulaCell("All demand")]
        for column, year in enumerate((*years, ""), 1):
            down = f"=SUM({anchor.down(0, last, column)})"
            cells.append(FormulaCell(demand.sum("wanted", year=year), down, number))
        return [*rows, BlockRow(cells, "sum")]

    title = "Demand wanted by segment and calendar year, t (from the input)"
    return FormulaBlock(
        DEMAND_BLOCK, title, ("segment", *years, "total"), len(demand.segments) + 1, make_rows
    )


def covered_share_block(demand: DemandByYear) -> FormulaBlock:
    """Share of demand that is covered, by segment and year."""

    def share(
        anchors: Anchors, index: int, column: int, segment: str | None, year: str
    ) -> FormulaCell:
        wanted, short = (demand.sum(which, segment, year) for which in ("wanted", "short"))
        wanted_cell = anchors[DEMAND_BLOCK].ref(index, column)
        conditions = f"{_SHORT_SEGMENT},{criterion(segment or '')}"
        if segment is None:
            conditions = f'{_SHORT_TONNES},"<>0"'
        periods = demand.calendar[year] if year else ()
        if periods:
            short_formula = sumifs_over_periods(_SHORT_TONNES, periods, conditions, _SHORT_PERIOD)
        else:
            short_formula = f"SUMIFS({_SHORT_TONNES},{conditions})"
        formula = f'=IF({wanted_cell}=0,"",1-{short_formula}/{wanted_cell})'
        return FormulaCell(1 - short / wanted if wanted else "", formula, "0.0%")

    def make_rows(anchors: Anchors) -> list[BlockRow]:
        rows = []
        for index, segment in enumerate((*demand.segments, None)):
            label = "All demand" if segment is None else segment or NO_SEGMENT_LABEL
            cells = [FormulaCell(label)]
            for column, year in enumerate((*demand.calendar, ""), 1):
                cells.append(share(anchors, index, column, segment, year))
            rows.append(BlockRow(cells, "sum" if segment is None else "body"))
        return rows

    title = "Share of demand covered by segment and calendar year"
    headers = ("segment", *demand.calendar, "horizon")
    return FormulaBlock(COVERED_SHARE_BLOCK, title, headers, len(demand.segments) + 1, make_rows)
