"""What a planner would want to know about the network before reading a plan."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from optimizer.errors import Finding
from optimizer.network.calendar import members
from optimizer.network.data import Line, Network


def warnings(network: Network) -> tuple[Finding, ...]:
    """Demand that no allowed route reaches, and what cuts it; orders that come too late."""
    return (*_unreached(network), *_late(network))


def _unreached(network: Network) -> Iterator[Finding]:
    served: dict[int, int] = defaultdict(int)
    for deliver in network.flows.delivers:
        served[deliver.line] |= deliver.periods
    for index, line in enumerate(network.lines):
        wanted = sum(1 << t for t, tonnes in enumerate(line.quantity) if tonnes)
        missed = wanted & ~served[index]
        if not missed or not any(line.penalty[t] or line.minimum[t] for t in members(missed)):
            continue
        cut = _cause(network, index, line, missed)
        labels = [network.calendar.labels[t] for t in members(missed)]
        when = labels[0] if len(labels) == 1 else f"{labels[0]} to {labels[-1]}"
        if missed == wanted:
            when = "any period"
        message = f"no allowed route brings {line.material} to {line.name} in {when}: {cut}"
        yield Finding("warning", "Demand", f"A{line.rows[0]}", "line", message)


def _cause(network: Network, index: int, line: Line, missed: int) -> str:
    """Why nothing arrives: a rule that bars what does, or a gap in the network."""
    arriving = [
        node
        for node in network.nodes
        if (node.site, node.material) == (line.customer, line.material) and not node.target
    ]
    barring = [
        phase.rule
        for phase in network.phases
        if phase.share == 0 and phase.lines.get(index, 0) & missed and phase.trait
    ]
    if arriving and barring:
        return "everything that could arrive breaks " + " or ".join(dict.fromkeys(barring))
    if any(way.to_site == line.customer and way.material == line.material for way in network.ways):
        return "nothing that could arrive is supplied or made in time"
    return f"no lane ends at {line.customer} with it, and nothing is made or sold there"


def _late(network: Network) -> Iterator[Finding]:
    leaving = {store.material + "\n" + store.site for store in network.stores}
    for order in network.case.pipeline:
        if network.calendar.period_of(order.arrival) >= network.calendar.count:
            continue
        if f"{order.material}\n{order.to_site}" not in leaving:
            message = (
                f"{order.material} arrives at {order.to_site}, which has no Stocks row for it: "
                "all of it must be used, shipped or delivered in the period of its arrival"
            )
            yield Finding("warning", "Pipeline", f"A{order.row}", "order", message)
