"""Figure blocks: where delivered tonnes come from, by year against demand and by stage.

Demand lines only: what outlets and optional sales take is left out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import fsum

from msgspec import Struct

from optimizer.report.block_demand import DEMAND_BLOCK, short_formula
from optimizer.report.excel_values import column_ref, criterion, finite, has_wildcards
from optimizer.report.formats import number_format
from optimizer.report.formula_block import (
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
from optimizer.tables import STAGES

SOURCES_BLOCK, ORIGIN_BLOCK, OUTLETS_BLOCK = "sources", "origin", "outlets"
MAX_NAMED_COUNTRIES = 5
"""Countries that are shown by name."""
OTHER_COUNTRIES = "Others"
ALL_TRACED_INPUTS, BY_COUNTRY = "all", "country"
"""What Provenance calls all traced inputs together, and shares by country."""
MAX_ORIGIN_LOOKUPS = 100_000_000
"""Most sums times table rows of the blocks, so that the workbook opens promptly."""
MAX_FORMULA_CHARACTERS = 8_000
"""Characters of a formula; Excel takes 8,192."""
STATIC_VALUES_NOTE = " (values as of the run)"
"""Said of a block that is too large for live formulas."""
_PROVENANCE_COLUMNS = {
    h: column_ref("Provenance", h) for h in ("stage", "by", "input", "name", "period", "line")
}
_PROVENANCE_TONNES = column_ref("Provenance", "tonnes")


class DeliveredOrigins(Struct, frozen=True):
    """Tonnes delivered to demand lines by stage, country and period."""

    tonnes: Mapping[tuple[str, str, str], float]
    stages: tuple[str, ...]
    countries: tuple[str, ...]
    """The largest first; those beyond MOST are others."""
    outlets: tuple[str, ...]
    """Lines that are left out."""
    live: bool

    def sum(self, stage: str, country: str = "", periods: Sequence[str] = ()) -> float:
        """Tonnes at a stage; of one country, of some periods, or of all."""
        return fsum(
            value
            for (at, where, when), value in self.tonnes.items()
            if at == stage and country in ("", where) and (not periods or when in periods)
        )

    def formula(
        self, anchors: Anchors, stage: str, country: str = "", periods: Sequence[str] = ("",)
    ) -> str:
        """Formula of :meth:`sum`, without its equals sign; ``country`` is a criterion."""
        parts = [
            f"{_PROVENANCE_COLUMNS['stage']},{criterion(stage)}",
            f"{_PROVENANCE_COLUMNS['by']},{criterion(BY_COUNTRY)}",
        ]
        parts.append(f"{_PROVENANCE_COLUMNS['input']},{criterion(ALL_TRACED_INPUTS)}")
        if country:
            parts.append(f"{_PROVENANCE_COLUMNS['name']},{country}")
        terms = []
        for period in periods:
            when = [f"{_PROVENANCE_COLUMNS['period']},{criterion(period)}"] if period else []
            every = ",".join((_PROVENANCE_TONNES, *parts, *when))
            terms.append(f"SUMIFS({every})")
            if self.outlets:
                anchor = anchors[OUTLETS_BLOCK]
                lines = anchor.span((0, 0), (len(self.outlets) - 1, 0))
                terms[-1] += f"-SUMPRODUCT(SUMIFS({every},{_PROVENANCE_COLUMNS['line']},{lines}))"
        return "+".join(terms)


def delivered_origins(summary: Summary, tables: Tables) -> DeliveredOrigins | None:
    """Origins of what demand lines receive; None if nothing of it is traced."""
    table = tables.get("Provenance")
    if table is None or not len(table):
        return None
    penalty: dict[str, float] = {}
    for line, _, _, _, own in summary.wanted:
        penalty[line] = max(penalty.get(line, 0.0), finite(own) or 0.0)
    tonnes: dict[tuple[str, str, str], float] = {}
    outlets: dict[str, None] = {}
    headers = ("by", "input", "stage", "name", "period", "line", "tonnes")
    for by, of, stage, name, period, line, amount in zip(
        *(table[header] for header in headers), strict=True
    ):
        if by != BY_COUNTRY or of != ALL_TRACED_INPUTS:
            continue
        if penalty.get(line, 0.0) <= 0:
            outlets[line] = None
            continue
        key = (stage, name, period)
        tonnes[key] = tonnes.get(key, 0.0) + (finite(amount) or 0.0)
    if not tonnes:
        return None
    found = {stage for stage, _, _ in tonnes}
    stages = [stage for stage in STAGES if stage in found]
    stages += sorted(found.difference(stages))
    shown = _largest_countries(tonnes, stages[0]), _largest_countries(tonnes, "")
    named = list(dict.fromkeys((*shown[0][: MAX_NAMED_COUNTRIES // 2], *shown[1])))[
        :MAX_NAMED_COUNTRIES
    ]
    lookups = (
        (len(stages) + len(summary.periods))
        * (MAX_NAMED_COUNTRIES + 1)
        * (1 + len(outlets))
        * len(table)
    )
    plain = not has_wildcards((*outlets, *named))
    live = lookups <= MAX_ORIGIN_LOOKUPS and plain
    return DeliveredOrigins(tonnes, tuple(stages), tuple(named), tuple(outlets), live)


def _largest_countries(tonnes: Mapping[tuple[str, str, str], float], stage: str) -> list[str]:
    """Countries by tonnes at a stage, or at all."""
    found: dict[str, float] = {}
    for (at, country, _), value in tonnes.items():
        if stage in ("", at):
            found[country] = found.get(country, 0.0) + value
    return sorted(found, key=lambda country: (-found[country], country))


def outlets_block(found: DeliveredOrigins) -> FormulaBlock | None:
    """The lines that are left out; None if none is."""
    if not found.outlets:
        return None
    rows = [
        BlockRow([FormulaCell(line, link=LinkTarget("Deliveries", (("line", line),)))])
        for line in found.outlets
    ]
    title = "Outlets and optional sales, left out of origins"
    return FormulaBlock(OUTLETS_BLOCK, title, ("demand line",), len(rows), lambda _: rows)


def sources_block(summary: Summary, tables: Tables, found: DeliveredOrigins) -> FormulaBlock:
    """Delivered tonnes by country of the first stage and calendar year, and demand."""
    stage, years = found.stages[0], summary.calendar
    every = [found.sum(stage, "", periods) for periods in years.values()]
    named = {
        name: [found.sum(stage, name, periods) for periods in years.values()]
        for name in found.countries
        if found.sum(stage, name)
    }
    rest = [total - fsum(parts) for total, *parts in zip(every, *named.values(), strict=True)]
    delivered = zip(_delivered_by_year(summary, tables).values(), every, strict=True)
    untraced = [max(0.0, tonnes - total) for tonnes, total in delivered]
    some = 1e-6 * max(every)
    parts = _OriginLines(
        found,
        years,
        named,
        rest if max(rest) > some else [],
        untraced if max(untraced) > some else [],
        [*_demand_by_year(summary).values()],
        _demand_segments(summary),
    )
    title = f"Delivered to demand lines, by country where {stage}, t"
    title += "" if found.live else STATIC_VALUES_NOTE
    return FormulaBlock(
        SOURCES_BLOCK, title, ("country", *years, "total"), parts.height, parts.fill
    )


class _OriginLines(Struct, frozen=True):
    """What the lines of :func:`sources_block` show, by calendar year."""

    found: DeliveredOrigins
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

    def fill(self, anchors: Anchors) -> list[BlockRow]:
        """The lines: countries, others, what is not traced, all that is delivered, demand."""
        anchor, stage, live = anchors[SOURCES_BLOCK], self.found.stages[0], self.found.live
        rows: list[BlockRow] = []

        def above(column: int) -> str:
            return f"SUM({anchor.down(0, len(rows) - 1, column)})" if rows else "0"

        def add(label: str, values: Sequence[float], formulas: Sequence[str], style: str) -> None:
            rows.append(self._line(anchor, len(rows), label, values, formulas, style))

        def traced(country: str, periods: Sequence[str]) -> str:
            return self.found.formula(anchors, stage, country, periods) if live else ""

        for name, values in self.named.items():
            label = f'"="&{anchor.at(len(rows), 0, "c")}'
            formulas = [traced(label, periods) for periods in self.years.values()]
            add(name, values, formulas, "body")
        columns = [*enumerate(self.years.values(), 1)]
        wanted = [anchors[DEMAND_BLOCK].ref(self.wanted_line, column) for column, _ in columns]
        if self.rest:
            every = [f"{traced('', periods)}-{above(column)}" for column, periods in columns]
            add(OTHER_COUNTRIES, self.rest, every if live else [""] * len(every), "body")
        if self.untraced:
            formulas = [
                f"MAX(0,{asked}-{short_formula(periods)}-{above(column)})"
                for asked, (column, periods) in zip(wanted, columns, strict=True)
            ]
            add("Not traced", self.untraced, formulas, "body")
        parts = (*self.named.values(), self.rest, self.untraced)
        delivered = [fsum(values) for values in zip(*filter(None, parts), strict=True)]
        add("Delivered", delivered, [above(column) for column, _ in columns], "sum")
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
        behind = LinkTarget("Provenance", (("name", label),) if label in self.named else ())
        return BlockRow([FormulaCell(label, link=behind), *cells, along], style)


def _formula_if_accepted(formula: str) -> str:
    """A formula with its equals sign; none if Excel would not take it."""
    return f"={formula}" if 0 < len(formula) < MAX_FORMULA_CHARACTERS else ""


def _demand_segments(summary: Summary) -> int:
    """Lines of the block of demand wanted above its total: its segments."""
    return len({row[1] for row in summary.wanted if (finite(row[4]) or 0.0) > 0})


def _demand_by_year(summary: Summary) -> dict[str, float]:
    """Tonnes wanted by lines with a penalty in each calendar year."""
    years = {period: year for year, periods in summary.calendar.items() for period in periods}
    found = dict.fromkeys(summary.calendar, 0.0)
    for _, _, period, tonnes, penalty in summary.wanted:
        if (finite(penalty) or 0.0) > 0 and period in years:
            found[years[period]] += finite(tonnes) or 0.0
    return found


def _delivered_by_year(summary: Summary, tables: Tables) -> dict[str, float]:
    """Tonnes delivered to lines with a penalty in each calendar year: wanted less short."""
    found = _demand_by_year(summary)
    for (period,), short in grouped_sums(tables.get("Shortages"), ("period",), "short").items():
        for year, periods in summary.calendar.items():
            if period in periods:
                found[year] -= short
    return found


def origin_block(found: DeliveredOrigins) -> FormulaBlock:
    """Country shares of each stage, over the horizon, of tonnes delivered to demand lines."""
    countries = found.countries
    rest = {
        stage: found.sum(stage) - fsum(found.sum(stage, name) for name in countries)
        for stage in found.stages
    }
    others = any(value > 1e-6 * found.sum(stage) for stage, value in rest.items())
    last = len(countries) + others + 1
    number = number_format("tonnes", max(map(found.sum, found.stages)))

    def fill(anchors: Anchors) -> list[BlockRow]:
        at, rows = anchors[ORIGIN_BLOCK].at, []
        for index, stage in enumerate(found.stages):
            total = found.sum(stage)
            behind = LinkTarget("Provenance", (("stage", stage),))
            cells = [FormulaCell(stage[:1].upper() + stage[1:], link=behind)]
            for column, name in enumerate(countries, 1):
                label = f'"="&{at(-1, column, "r")}'
                above = found.formula(anchors, stage, label)
                shown = division_formula(f"({above})", at(index, last)) if found.live else ""
                cells.append(
                    FormulaCell(division_value(found.sum(stage, name), total), shown, "0.0%")
                )
            if others:
                along = f"SUM({anchors[ORIGIN_BLOCK].along(index, 1, len(countries))})"
                formula = f'=IF({at(index, last)}=0,"",1-{along})'
                cells.append(FormulaCell(division_value(rest[stage], total), formula, "0.0%"))
            every = f"={found.formula(anchors, stage)}" if found.live else ""
            rows.append(BlockRow([*cells, FormulaCell(total, every, number)]))
        return rows

    headers = ("stage", *countries, *([OTHER_COUNTRIES] if others else []), "t delivered")
    title = "Origin by stage: country shares of tonnes delivered to demand lines"
    title += "" if found.live else STATIC_VALUES_NOTE
    return FormulaBlock(ORIGIN_BLOCK, title, headers, len(found.stages), fill)
