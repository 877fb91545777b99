"""Where delivered tonnes come from: sums of Provenance, and the formulas that give them.

Demand lines only: deliveries to outlets and optional sales are left out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import fsum

from msgspec import Struct

from optimizer.report.excel_values import column_ref, criterion, finite, has_wildcards
from optimizer.report.formula_block import Anchors
from optimizer.report.summary import Summary
from optimizer.result.result_layouts import Tables
from optimizer.tables import STAGES

OUTLETS_BLOCK = "outlets"
"""Block that lists the lines left out; the formulas refer to it."""
MAX_NAMED_COUNTRIES = 5
"""Countries that are shown by name; chosen so that the colours of a chart can be told apart."""
ALL_TRACED_INPUTS, BY_COUNTRY = "all", "country"
"""Entries of the columns *input* and *by* of Provenance: all traced inputs, by country."""
MAX_ORIGIN_LOOKUPS = 100_000_000
"""Maximum of sums times table rows of the blocks, chosen so that the workbook opens promptly."""
NOT_STATED = "not stated"
"""Name of Provenance for the part of a delivery whose origin nobody states."""
MOSTLY_UNSTATED = 0.5
"""Share not stated from which a stage tells nothing of where a delivery comes from; chosen."""
_COLUMNS = {
    header: column_ref("Provenance", header)
    for header in ("stage", "by", "input", "name", "period", "line", "tonnes")
}


class DeliveredOrigins(Struct, frozen=True):
    """Tonnes delivered to demand lines by stage, country and period."""

    tonnes: Mapping[tuple[str, str, str], float]
    stages: tuple[str, ...]
    countries: tuple[str, ...]
    """The largest first; those beyond MAX_NAMED_COUNTRIES are others."""
    outlets: tuple[str, ...]
    """Lines that are left out."""
    live: bool
    """True if the blocks hold formulas, False if they hold values only."""

    def sum(self, stage: str, country: str = "", periods: Sequence[str] = ()) -> float:
        """Tonnes at a stage; of one country, of some periods, or of all."""
        return fsum(
            value
            for (of_stage, of_country, period), value in self.tonnes.items()
            if of_stage == stage
            and country in ("", of_country)
            and (not periods or period in periods)
        )

    def formula(
        self, anchors: Anchors, stage: str, country: str = "", periods: Sequence[str] = ("",)
    ) -> str:
        """Formula of :meth:`sum`, without its equals sign; ``country`` is a criterion."""
        conditions = [
            f"{_COLUMNS['stage']},{criterion(stage)}",
            f"{_COLUMNS['by']},{criterion(BY_COUNTRY)}",
            f"{_COLUMNS['input']},{criterion(ALL_TRACED_INPUTS)}",
        ]
        if country:
            conditions.append(f"{_COLUMNS['name']},{country}")
        terms = []
        for period in periods:
            in_period = [f"{_COLUMNS['period']},{criterion(period)}"] if period else []
            arguments = ",".join((_COLUMNS["tonnes"], *conditions, *in_period))
            terms.append(f"SUMIFS({arguments})")
            if self.outlets:
                outlets = anchors[OUTLETS_BLOCK].span((0, 0), (len(self.outlets) - 1, 0))
                terms[-1] += f"-SUMPRODUCT(SUMIFS({arguments},{_COLUMNS['line']},{outlets}))"
        return "+".join(terms)


def delivered_origins(summary: Summary, tables: Tables) -> DeliveredOrigins | None:
    """Origins of deliveries to demand lines; None if Provenance traces none of them."""
    table = tables.get("Provenance")
    if table is None or not len(table):
        return None
    penalty: dict[str, float] = {}
    for line, _, _, _, amount in summary.wanted:
        penalty[line] = max(penalty.get(line, 0.0), finite(amount) or 0.0)
    tonnes: dict[tuple[str, str, str], float] = {}
    outlets: dict[str, None] = {}
    headers = ("by", "input", "stage", "name", "period", "line", "tonnes")
    for by, traced, stage, name, period, line, amount in zip(
        *(table[header] for header in headers), strict=True
    ):
        if by != BY_COUNTRY or traced != ALL_TRACED_INPUTS:
            continue
        if penalty.get(line, 0.0) <= 0:
            outlets[line] = None
            continue
        key = (stage, name, period)
        tonnes[key] = tonnes.get(key, 0.0) + (finite(amount) or 0.0)
    if not tonnes:
        return None
    traced_stages = _stages_worth_showing(tables, tonnes)
    stages = [stage for stage in STAGES if stage in traced_stages]
    stages += sorted(traced_stages.difference(stages))
    first_stage = _largest_countries(tonnes, stages[0])[: MAX_NAMED_COUNTRIES // 2]
    distinct = dict.fromkeys((*first_stage, *_largest_countries(tonnes, "")))
    countries = tuple(distinct)[:MAX_NAMED_COUNTRIES]
    lookups = (
        (len(stages) + len(summary.periods))
        * (MAX_NAMED_COUNTRIES + 1)
        * (1 + len(outlets))
        * len(table)
    )
    live = lookups <= MAX_ORIGIN_LOOKUPS and not has_wildcards((*outlets, *countries))
    return DeliveredOrigins(tonnes, tuple(stages), countries, tuple(outlets), live)


def _stages_worth_showing(tables: Tables, tonnes: Mapping[tuple[str, str, str], float]) -> set[str]:
    """Stages of which most origins are stated or a rule misses one; all if there are none.

    A rule that looks at a stage whose origin is not stated rests on it: Compliance names it then.
    """
    stages = {stage for stage, _, _ in tonnes}
    traced, unstated = dict.fromkeys(stages, 0.0), dict.fromkeys(stages, 0.0)
    for (stage, country, _), value in tonnes.items():
        traced[stage] += value
        unstated[stage] += value if country == NOT_STATED else 0.0
    stated = {stage for stage in stages if unstated[stage] < MOSTLY_UNSTATED * traced[stage]}
    compliance = tables.get("Compliance")
    rests = "; ".join(map(str, compliance["rests on"])) if compliance is not None else ""
    missed = {stage for stage in stages if f"{stage} not stated" in rests.split("; ")}
    return (stated | missed) or stages


def _largest_countries(tonnes: Mapping[tuple[str, str, str], float], stage: str) -> list[str]:
    """Countries by tonnes at a stage, or at all stages if it is blank; the largest first."""
    sums: dict[str, float] = {}
    for (of_stage, country, _), value in tonnes.items():
        if stage in ("", of_stage):
            sums[country] = sums.get(country, 0.0) + value
    return sorted(sums, key=lambda country: (-sums[country], country))
