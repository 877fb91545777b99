"""Warnings about the network of a case: gaps that leave demand or plants idle."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from optimizer.errors import Finding
from optimizer.network.calendar import members
from optimizer.network.label_reachability import SiteMaterial
from optimizer.network.network_data import DemandLine, Network, NetworkProcess
from optimizer.tables.findings import SheetNeed, is_of_missing_sheet, missing_sheet
from optimizer.tables.text_matching import joined


def warnings(network: Network) -> tuple[Finding, ...]:
    """Demand that no allowed route reaches, plants that can never run, stranded orders.

    None where a sheet is missing: most would follow from that, and the workbook's warnings name it.
    """
    if any(map(is_of_missing_sheet, network.case.warnings)):
        return ()
    known = {finding.place for finding in network.case.warnings}
    findings = (
        *_unserved_demand(network),
        *_processes_that_never_run(network),
        *_stranded_orders(network),
    )
    return tuple(finding for finding in findings if finding.place not in known)


def _unserved_demand(network: Network) -> Iterator[Finding]:
    served: dict[int, int] = defaultdict(int)
    for deliver in network.flows.delivers:
        served[deliver.line] |= deliver.periods
    for index, line in enumerate(network.lines):
        wanted = sum(1 << t for t, tonnes in enumerate(line.quantity) if tonnes)
        missed = wanted & ~served[index]
        if not missed or not any(line.penalty[t] or line.minimum[t] for t in members(missed)):
            continue
        cause = _cause_of_gap(network, index, line, missed)
        labels = [network.calendar.labels[t] for t in members(missed)]
        when = labels[0] if len(labels) == 1 else f"{labels[0]} to {labels[-1]}"
        if missed == wanted:
            when = "any period"
        message = f"no compliant supply of {line.material} reaches {line.name} in {when}: {cause}"
        yield _finding(network, "Demand", line.rows[0], "line", message)


def _cause_of_gap(network: Network, index: int, line: DemandLine, missed: int) -> str:
    """Why nothing can be delivered: a rule bars all that arrives, or the network has a gap."""
    arriving = any(
        (node.site, node.material) == (line.customer, line.material) and not node.target
        for node in network.nodes
    )
    barring = [
        phase.rule
        for phase in network.phases
        if phase.share == 0 and phase.lines.get(index, 0) & missed and phase.trait
    ]
    if arriving and barring:
        return "all supply that could arrive breaks " + " or ".join(dict.fromkeys(barring))
    if any(arc.to_site == line.customer and arc.material == line.material for arc in network.arcs):
        return "no supply or production can arrive in time"
    return f"no lane ends at {line.customer} with it, and no offer or process supplies it there"


def _processes_that_never_run(network: Network) -> Iterator[Finding]:
    """Processes that can never run, and the input or product that stops them."""
    running = {run.process for run in network.flows.runs}
    reached = {(node.site, node.material) for node in network.nodes if not node.target}
    outgoing = _outgoing_places(network)
    stopped: dict[tuple[str, str], list[NetworkProcess]] = {}
    for index, process in enumerate(network.processes):
        if index not in running and process.periods:
            cause = _cause_of_idleness(process, reached, outgoing)
            stopped.setdefault((process.site, cause), []).append(process)
    for (site, cause), processes in stopped.items():
        names = joined(list(dict.fromkeys(process.name for process in processes)))
        message = f"{names} at {site} cannot run in any period: {cause}"
        yield _finding(network, "Processes", processes[0].rows[0], "recipe", message)


def _cause_of_idleness(
    process: NetworkProcess, reached: set[SiteMaterial], outgoing: set[SiteMaterial]
) -> str:
    missing = [name for name in process.inputs if (process.site, name) not in reached]
    if missing:
        return f"no supply of {joined(missing)} reaches it"
    stuck = [name for name in process.outputs if (process.site, name) not in outgoing]
    if stuck:
        return (
            f"{joined(stuck)} has no use there: add a use, an outlet, a Stocks row, a lane "
            "or a disposal cost"
        )
    return "in no period are its inputs available and its products usable"


def _outgoing_places(network: Network) -> set[SiteMaterial]:
    """Places at which a material can be used, delivered, stored, discarded or shipped on."""
    outgoing: set[SiteMaterial] = {(store.site, store.material) for store in network.stores}
    outgoing |= {(line.customer, line.material) for line in network.lines}
    for process in network.processes:
        outgoing |= {(process.site, material) for material in process.inputs}
    outgoing |= {
        (node.site, node.material)
        for node in network.nodes
        if node.material in network.disposal_cost
    }
    into: dict[SiteMaterial, list[SiteMaterial]] = defaultdict(list)
    for arc in network.arcs:
        into[arc.to_site, arc.material].append((arc.from_site, arc.material))
    queue = list(outgoing)
    while queue:
        for place in into[queue.pop()]:
            if place not in outgoing:
                outgoing.add(place)
                queue.append(place)
    return outgoing


def _stranded_orders(network: Network) -> Iterator[Finding]:
    """Orders that arrive at a place without a Stocks row; one finding if Stocks has no rows."""
    stored = {(store.site, store.material) for store in network.stores}
    findings = []
    for order in network.case.pipeline:
        t = network.calendar.period_of(order.arrival)
        if t < network.calendar.count and (order.to_site, order.material) not in stored:
            message = (
                f"{order.material} arrives at {order.to_site}, which has no Stocks row for it: "
                "all of it must be used, shipped or delivered in the period of its arrival"
            )
            findings.append(_finding(network, "Pipeline", order.row, "order", message))
    if len(findings) > 1 and not network.case.stocks:
        needs = [SheetNeed("warning", finding.place, "") for finding in findings]
        yield missing_sheet("Stocks", needs)
    else:
        yield from findings


def _finding(network: Network, sheet: str, row: int, header: str, message: str) -> Finding:
    letter = network.case.columns.get(sheet, {}).get(header, "A")
    return Finding("warning", sheet, f"{letter}{row}", header, message)
