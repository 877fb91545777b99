"""Figure blocks: where delivered tonnes come from, by year against demand and by stage.

Demand lines only: what outlets and optional sales take is left out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import fsum

from optimizer.report.block import Anchors, Block, Cell, Row, divided, ratio, sums
from optimizer.report.block_demand import WANTED, short_in
from optimizer.report.cells import column_of, criterion, finite, wild
from optimizer.report.formats import number_format
from optimizer.report.links import Target
from optimizer.report.summary import Summary
from optimizer.solution.tables import Tables
from optimizer.tables import STAGES

SOURCES, ORIGIN, OUTLETS = "sources", "origin", "outlets"
MOST = 5
"""Countries that are shown by name."""
OTHERS = "Others"
ALL, COUNTRY = "all", "country"
"""What Provenance calls all traced inputs together, and shares by country."""
LIVE_LOOKUPS = 100_000_000
"""Most sums times table rows of the blocks, so that the workbook opens promptly."""
LONGEST_FORMULA = 8_000
"""Characters of a formula; Excel takes 8,192."""
AS_RUN = " (values as of the run)"
"""Said of a block that is too large for live formulas."""
_OF = {h: column_of("Provenance", h) for h in ("stage", "by", "input", "name", "period", "line")}
_TONNES = column_of("Provenance", "tonnes")


@dataclass(frozen=True, slots=True)
class Origins:
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
        parts = [f"{_OF['stage']},{criterion(stage)}", f"{_OF['by']},{criterion(COUNTRY)}"]
        parts.append(f"{_OF['input']},{criterion(ALL)}")
        if country:
            parts.append(f"{_OF['name']},{country}")
        terms = []
        for period in periods:
            when = [f"{_OF['period']},{criterion(period)}"] if period else []
            every = ",".join((_TONNES, *parts, *when))
            terms.append(f"SUMIFS({every})")
            if self.outlets:
                anchor = anchors[OUTLETS]
                lines = anchor.span((0, 0), (len(self.outlets) - 1, 0))
                terms[-1] += f"-SUMPRODUCT(SUMIFS({every},{_OF['line']},{lines}))"
        return "+".join(terms)


def origins(summary: Summary, tables: Tables) -> Origins | None:
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
        if by != COUNTRY or of != ALL:
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
    shown = _largest(tonnes, stages[0]), _largest(tonnes, "")
    named = list(dict.fromkeys((*shown[0][: MOST // 2], *shown[1])))[:MOST]
    lookups = (len(stages) + len(summary.periods)) * (MOST + 1) * (1 + len(outlets)) * len(table)
    plain = not wild((*outlets, *named))
    live = lookups <= LIVE_LOOKUPS and plain
    return Origins(tonnes, tuple(stages), tuple(named), tuple(outlets), live)


def _largest(tonnes: Mapping[tuple[str, str, str], float], stage: str) -> list[str]:
    """Countries by tonnes at a stage, or at all."""
    found: dict[str, float] = {}
    for (at, country, _), value in tonnes.items():
        if stage in ("", at):
            found[country] = found.get(country, 0.0) + value
    return sorted(found, key=lambda country: (-found[country], country))


def outlets(found: Origins) -> Block | None:
    """The lines that are left out; None if none is."""
    if not found.outlets:
        return None
    rows = [
        Row([Cell(line, link=Target("Deliveries", (("line", line),)))]) for line in found.outlets
    ]
    title = "Outlets and optional sales, left out of origins"
    return Block(OUTLETS, title, ("demand line",), len(rows), lambda _: rows)


def sources(summary: Summary, tables: Tables, found: Origins) -> Block:
    """Delivered tonnes by country of the first stage and calendar year, and demand."""
    stage, years = found.stages[0], summary.calendar
    countries = [name for name in found.countries if found.sum(stage, name)]
    everything = [found.sum(stage, "", periods) for periods in years.values()]
    named = [[found.sum(stage, name, periods) for periods in years.values()] for name in countries]
    number = number_format("tonnes", max(everything))
    rest = [total - fsum(parts) for total, *parts in zip(everything, *named, strict=True)]
    delivered = _delivered(summary, tables)
    untraced = [
        max(0.0, delivered[year] - total) for year, total in zip(years, everything, strict=True)
    ]
    others = any(value > 1e-6 * max(everything) for value in rest)
    more = any(value > 1e-6 * max(everything) for value in untraced)
    wanted = _wanted(summary)
    height = len(countries) + others + more + 2

    def line(label: str, values: Sequence[float], formulas: Sequence[str], **style: str) -> Row:
        pairs = zip(values, formulas, strict=True)
        cells = [Cell(value, _kept(formula), number) for value, formula in pairs]
        behind = Target("Provenance", (("name", label),) if label in countries else ())
        return Row([Cell(label, link=behind), *cells, Cell(fsum(values), "", number)], **style)

    def fill(anchors: Anchors) -> list[Row]:
        at, last = anchors[SOURCES].at, len(years)
        rows: list[Row] = []

        def total(row: Row) -> Row:
            along = f"=SUM({anchors[SOURCES].along(len(rows), 1, last)})"
            row.cells[-1] = Cell(row.cells[-1].value, along, number)
            return row

        for index, (name, values) in enumerate(zip(countries, named, strict=True)):
            label = f'"="&{at(index, 0, "c")}'
            formulas = [
                found.formula(anchors, stage, label, periods) if found.live else ""
                for periods in years.values()
            ]
            rows.append(total(line(name, values, formulas)))
        count = len(countries)
        if others:
            formulas = []
            for column, periods in enumerate(years.values(), 1):
                every = found.formula(anchors, stage, "", periods)
                above = f"-SUM({at(0, column)}:{at(count - 1, column)})" if count else ""
                formulas.append(f"{every}{above}" if found.live else "")
            rows.append(total(line(OTHERS, rest, formulas)))
        if more:
            formulas = []
            for column, periods in enumerate(years.values(), 1):
                asked = anchors[WANTED].ref(_lines(summary), column)
                above = f"SUM({at(0, column)}:{at(len(rows) - 1, column)})"
                formulas.append(f"MAX(0,{asked}-{short_in(periods)}-{above})")
            rows.append(total(line("Not traced", untraced, formulas)))
        down = [f"SUM({at(0, c)}:{at(len(rows) - 1, c)})" for c in range(1, last + 1)]
        delivery = [fsum(values) for values in zip(*_columns(rows, last), strict=True)]
        rows.append(total(line("Delivered", delivery, down, style="sum")))
        demand = [anchors[WANTED].ref(_lines(summary), c) for c in range(1, last + 1)]
        rows.append(total(line("Demand", [wanted[year] for year in years], demand)))
        return rows

    title = f"Delivered to demand lines, by country where {stage}, t"
    title += "" if found.live else AS_RUN
    return Block(SOURCES, title, ("country", *years, "total"), height, fill)


def _kept(formula: str) -> str:
    """A formula with its equals sign; none if Excel would not take it."""
    return f"={formula}" if 0 < len(formula) < LONGEST_FORMULA else ""


def _columns(rows: Sequence[Row], years: int) -> list[list[float]]:
    """Figures of some rows, by row and year."""
    return [[finite(cell.value) or 0.0 for cell in row.cells[1 : years + 1]] for row in rows]


def _lines(summary: Summary) -> int:
    """Lines of the block of demand wanted above its total: its segments."""
    return len({row[1] for row in summary.wanted if (finite(row[4]) or 0.0) > 0})


def _wanted(summary: Summary) -> dict[str, float]:
    """Tonnes wanted by lines with a penalty in each calendar year."""
    years = {period: year for year, periods in summary.calendar.items() for period in periods}
    found = dict.fromkeys(summary.calendar, 0.0)
    for _, _, period, tonnes, penalty in summary.wanted:
        if (finite(penalty) or 0.0) > 0 and period in years:
            found[years[period]] += finite(tonnes) or 0.0
    return found


def _delivered(summary: Summary, tables: Tables) -> dict[str, float]:
    """Tonnes delivered to lines with a penalty in each calendar year: wanted less short."""
    found = _wanted(summary)
    for (period,), short in sums(tables.get("Shortages"), ("period",), "short").items():
        for year, periods in summary.calendar.items():
            if period in periods:
                found[year] -= short
    return found


def origin(found: Origins) -> Block:
    """Country shares of each stage, over the horizon, of tonnes delivered to demand lines."""
    countries = found.countries
    rest = {
        stage: found.sum(stage) - fsum(found.sum(stage, name) for name in countries)
        for stage in found.stages
    }
    others = any(value > 1e-6 * found.sum(stage) for stage, value in rest.items())
    last = len(countries) + others + 1
    number = number_format("tonnes", max(map(found.sum, found.stages)))

    def fill(anchors: Anchors) -> list[Row]:
        at, rows = anchors[ORIGIN].at, []
        for index, stage in enumerate(found.stages):
            total = found.sum(stage)
            behind = Target("Provenance", (("stage", stage),))
            cells = [Cell(stage[:1].upper() + stage[1:], link=behind)]
            for column, name in enumerate(countries, 1):
                label = f'"="&{at(-1, column, "r")}'
                above = found.formula(anchors, stage, label)
                shown = divided(f"({above})", at(index, last)) if found.live else ""
                cells.append(Cell(ratio(found.sum(stage, name), total), shown, "0.0%"))
            if others:
                along = f"SUM({anchors[ORIGIN].along(index, 1, len(countries))})"
                formula = f'=IF({at(index, last)}=0,"",1-{along})'
                cells.append(Cell(ratio(rest[stage], total), formula, "0.0%"))
            every = f"={found.formula(anchors, stage)}" if found.live else ""
            rows.append(Row([*cells, Cell(total, every, number)]))
        return rows

    headers = ("stage", *countries, *([OTHERS] if others else []), "t delivered")
    title = "Origin by stage: country shares of tonnes delivered to demand lines"
    title += "" if found.live else AS_RUN
    return Block(ORIGIN, title, headers, len(found.stages), fill)
