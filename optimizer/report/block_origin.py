"""Figure blocks: where delivered tonnes come from, by year against demand and by stage.

Demand lines only: deliveries to outlets and optional sales are left out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import fsum

from msgspec import Struct

from optimizer.report.block_demand import DEMAND_BLOCK, short_sumifs
from optimizer.report.delivered_origins import OUTLETS_BLOCK, DeliveredOrigins
from optimizer.report.excel_values import finite
from optimizer.report.formats import number_format
from optimizer.report.formula_block import (
    NEGLIGIBLE_SUM_SHARE,
    Anchors,
    BlockRow,
    FormulaBlock,
    FormulaCell,
    division_formula,
    division_value,
    grouped_sums,
)
from optimizer.report.sheet_positions import BlockAnchor, LinkTarget
from optimizer.report.summary import Summary
from optimizer.result.result_layouts import Tables

SOURCES_BLOCK, ORIGIN_BLOCK = "sources", "origin"
OTHER_COUNTRIES = "Others"
MAX_FORMULA_CHARACTERS = 8_000
"""Longest formula that is written; Excel takes 8,192 characters."""
STATIC_VALUES_NOTE = " (values as of the run)"
"""End of the title of a block that is too large for live formulas."""


def outlets_block(origins: DeliveredOrigins) -> FormulaBlock | None:
    """Demand lines that are left out; None if none is."""
    if not origins.outlets:
        return None
    rows = [
        BlockRow([FormulaCell(line, link=LinkTarget("Deliveries", (("line", line),)))])
        for line in origins.outlets
    ]
    title = "Outlets and optional sales, left out of origins"
    return FormulaBlock(OUTLETS_BLOCK, title, ("demand line",), len(rows), lambda _: rows)


def sources_block(summary: Summary, tables: Tables, origins: DeliveredOrigins) -> FormulaBlock:
    """Delivered tonnes by country of the first stage and calendar year, and demand."""
    stage, years = origins.stages[0], summary.calendar
    traced = [origins.sum(stage, "", periods) for periods in years.values()]
    named = {
        name: [origins.sum(stage, name, periods) for periods in years.values()]
        for name in origins.countries
        if origins.sum(stage, name)
    }
    rest = [total - fsum(parts) for total, *parts in zip(traced, *named.values(), strict=True)]
    delivered = zip(_delivered_by_year(summary, tables).values(), traced, strict=True)
    untraced = [max(0.0, tonnes - total) for tonnes, total in delivered]
    negligible = NEGLIGIBLE_SUM_SHARE * max(traced)
    lines = _OriginLines(
        origins,
        years,
        named,
        rest if max(rest) > negligible else [],
        untraced if max(untraced) > negligible else [],
        [*_demand_by_year(summary).values()],
        _demand_segments(summary),
    )
    title = f"Delivered to demand lines, by country where {stage}, t"
    title += "" if origins.live else STATIC_VALUES_NOTE
    return FormulaBlock(
        SOURCES_BLOCK, title, ("country", *years, "total"), lines.height, lines.make_rows
    )


class _OriginLines(Struct, frozen=True):
    """Lines of :func:`sources_block`: tonnes by calendar year."""

    origins: DeliveredOrigins
    years: Mapping[str, Sequence[str]]
    named: Mapping[str, list[float]]
    rest: list[float]
    untraced: list[float]
    wanted: list[float]
    wanted_line: int
    """Line of all demand in the block of demand wanted."""

    @property
    def height(self) -> int:
        """Number of lines."""
        return len(self.named) + bool(self.rest) + bool(self.untraced) + 2

    def make_rows(self, anchors: Anchors) -> list[BlockRow]:
        """The lines: countries, others, what is not traced, all that is delivered, demand."""
        anchor, stage, live = anchors[SOURCES_BLOCK], self.origins.stages[0], self.origins.live
        rows: list[BlockRow] = []

        def sum_above(column: int) -> str:
            return f"SUM({anchor.down(0, len(rows) - 1, column)})" if rows else "0"

        def add(label: str, values: Sequence[float], formulas: Sequence[str], style: str) -> None:
            rows.append(self._line(anchor, len(rows), label, values, formulas, style))

        def traced(country: str, periods: Sequence[str]) -> str:
            return self.origins.formula(anchors, stage, country, periods) if live else ""

        for name, values in self.named.items():
            label = f'"="&{anchor.at(len(rows), 0, "c")}'
            formulas = [traced(label, periods) for periods in self.years.values()]
            add(name, values, formulas, "body")
        columns = [*enumerate(self.years.values(), 1)]
        wanted = [anchors[DEMAND_BLOCK].ref(self.wanted_line, column) for column, _ in columns]
        if self.rest:
            formulas = [f"{traced('', periods)}-{sum_above(column)}" for column, periods in columns]
            add(OTHER_COUNTRIES, self.rest, formulas if live else [""] * len(formulas), "body")
        if self.untraced:
            formulas = [
                f"MAX(0,{cell}-{short_sumifs(periods)}-{sum_above(column)})"
                for cell, (column, periods) in zip(wanted, columns, strict=True)
            ]
            add("Not traced", self.untraced, formulas, "body")
        parts = (*self.named.values(), self.rest, self.untraced)
        delivered = [fsum(values) for values in zip(*filter(None, parts), strict=True)]
        add("Delivered", delivered, [sum_above(column) for column, _ in columns], "sum")
        add("Demand", self.wanted, wanted, "body")
        return rows

    def _line(
        self,
        anchor: BlockAnchor,
        index: int,
        label: str,
        values: Sequence[float],
        formulas: Sequence[str],
        style: str,
    ) -> BlockRow:
        """One line with its total."""
        number = number_format("tonnes", max(self.wanted))
        pairs = zip(values, formulas, strict=True)
        cells = [
            FormulaCell(value, _formula_if_accepted(formula), number) for value, formula in pairs
        ]
        along = FormulaCell(fsum(values), f"=SUM({anchor.along(index, 1, len(values))})", number)
        target = LinkTarget("Provenance", (("name", label),) if label in self.named else ())
        return BlockRow([FormulaCell(label, link=target), *cells, along], style)


def _formula_if_accepted(formula: str) -> str:
    """A formula with its equals sign; empty if it is too long for Excel."""
    return f"={formula}" if 0 < len(formula) < MAX_FORMULA_CHARACTERS else ""


def _demand_segments(summary: Summary) -> int:
    """Number of segments: lines of the block of demand wanted above its total."""
    return len({row[1] for row in summary.wanted if (finite(row[4]) or 0.0) > 0})


def _demand_by_year(summary: Summary) -> dict[str, float]:
    """Tonnes wanted by lines with a penalty in each calendar year."""
    years = {period: year for year, periods in summary.calendar.items() for period in periods}
    wanted = dict.fromkeys(summary.calendar, 0.0)
    for _, _, period, tonnes, penalty in summary.wanted:
        if (finite(penalty) or 0.0) > 0 and period in years:
            wanted[years[period]] += finite(tonnes) or 0.0
    return wanted


def _delivered_by_year(summary: Summary, tables: Tables) -> dict[str, float]:
    """Tonnes delivered to lines with a penalty in each calendar year: wanted less short."""
    delivered = _demand_by_year(summary)
    for (period,), short in grouped_sums(tables.get("Shortages"), ("period",), "short").items():
        for year, periods in summary.calendar.items():
            if period in periods:
                delivered[year] -= short
    return delivered


def origin_block(origins: DeliveredOrigins) -> FormulaBlock:
    """Country shares of each stage, over the horizon, of tonnes delivered to demand lines."""
    countries = origins.countries
    rest = {
        stage: origins.sum(stage) - fsum(origins.sum(stage, name) for name in countries)
        for stage in origins.stages
    }
    others = any(value > NEGLIGIBLE_SUM_SHARE * origins.sum(stage) for stage, value in rest.items())
    last = len(countries) + others + 1
    number = number_format("tonnes", max(map(origins.sum, origins.stages)))

    def make_rows(anchors: Anchors) -> list[BlockRow]:
        at, rows = anchors[ORIGIN_BLOCK].at, []
        for index, stage in enumerate(origins.stages):
            total = origins.sum(stage)
            target = LinkTarget("Provenance", (("stage", stage),))
            cells = [FormulaCell(stage[:1].upper() + stage[1:], link=target)]
            for column, name in enumerate(countries, 1):
                label = f'"="&{at(-1, column, "r")}'
                tonnes = origins.formula(anchors, stage, label)
                formula = division_formula(f"({tonnes})", at(index, last)) if origins.live else ""
                cells.append(
                    FormulaCell(division_value(origins.sum(stage, name), total), formula, "0.0%")
                )
            if others:
                along = f"SUM({anchors[ORIGIN_BLOCK].along(index, 1, len(countries))})"
                formula = f'=IF({at(index, last)}=0,"",1-{along})'
                cells.append(FormulaCell(division_value(rest[stage], total), formula, "0.0%"))
            total_formula = f"={origins.formula(anchors, stage)}" if origins.live else ""
            rows.append(BlockRow([*cells, FormulaCell(total, total_formula, number)]))
        return rows

    headers = ("stage", *countries, *([OTHER_COUNTRIES] if others else []), "t delivered")
    title = "Origin by stage: country shares of tonnes delivered to demand lines"
    title += "" if origins.live else STATIC_VALUES_NOTE
    return FormulaBlock(ORIGIN_BLOCK, title, headers, len(origins.stages), make_rows)
