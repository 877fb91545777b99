"""Which deliveries each rule binds, and what was delivered to them."""

from __future__ import annotations

from optimizer.network.calendar import members
from optimizer.network.data import Network, Phase
from optimizer.solution import tables
from optimizer.solution.decisions import Decisions, each
from optimizer.solution.extract import segment_of
from optimizer.solution.tables import Table, table

TOLERANCE = 1e-6
"""Share above the allowed one that still counts as kept (the solver's tolerance)."""


def compliance(done: Decisions) -> Table:
    """One row per rule row, line of demand and window."""
    network = done.network
    delivered: dict[tuple[int, int], list[tuple[int, float]]] = {}
    for flow, t, tonnes in each(done.deliver):
        deliver = network.flows.delivers[flow]
        lot = (network.nodes[deliver.node].broken, tonnes)
        delivered.setdefault((deliver.line, t), []).append(lot)
    rows = []
    for phase in network.phases:
        for line, bound in phase.lines.items():
            for window, periods in phase.windows:
                if periods & bound:
                    lots = [
                        lot
                        for t in members(periods & bound)
                        for lot in delivered.get((line, t), ())
                    ]
                    rows.append(_row(network, phase, line, window, periods & bound, lots))
    return table(tables.COMPLIANCE, rows)


def _row(
    network: Network,
    phase: Phase,
    line: int,
    window: str,
    periods: int,
    lots: list[tuple[int, float]],
) -> tuple[object, ...]:
    total = sum(tonnes for _, tonnes in lots)
    breaking = sum(tonnes for broken, tonnes in lots if broken & phase.trait)
    share = breaking / total if total else 0.0
    classes: dict[str, float] = {}
    for broken, tonnes in lots:
        name = f"breaks {', '.join(network.rules_of(broken))}" if broken else "clean"
        classes[name] = classes.get(name, 0.0) + tonnes
    wanted = network.lines[line]
    segments = {segment_of(wanted.segments, t) for t in members(periods)}
    return (
        phase.rule,
        phase.dates,
        phase.row,
        wanted.name,
        "; ".join(sorted(segments)),
        window,
        total,
        breaking,
        share,
        phase.share,
        "; ".join(f"{name} {tonnes:,.6g} t" for name, tonnes in sorted(classes.items())),
        "kept" if share <= phase.share + TOLERANCE else "broken",
    )
