"""Movements of a plan by provenance class, for the audit to trace origins independently.

The result tables show movements and the classes that they are booked as. They do not show which
lots feed a run if clean lots are booked as others. These records do, as plain rows.
"""

from __future__ import annotations

from msgspec import Struct
from pyomo.core import ConcreteModel

from optimizer.result.variable_values import decisions, nonzero_values

RecordKey = tuple[str, ...]
"""Names that identify an offer, lane, store, line or process."""


class ClassBookings(Struct, frozen=True):
    """All movements of a plan; a number identifies a material of one class at a site."""

    places: tuple[tuple[str, str], ...]
    """Site and material by number."""
    bought: list[tuple[RecordKey, int, int, float]]
    """Offer, number, period, tonnes."""
    inflows: list[tuple[str, int, int, float]]
    """Order (empty: opening stock), number, period, tonnes."""
    shipped: list[tuple[RecordKey, int, int, int, float]]
    """Lane, number, number where it arrives, period, tonnes shipped."""
    stored: list[tuple[RecordKey, int, int, float]]
    """Site and material, number, period, tonnes at its end."""
    delivered: list[tuple[RecordKey, int, int, float]]
    """Line of demand, number, period, tonnes."""
    downgraded: list[tuple[int, int, int, float]]
    """Number, number that it is booked as, period, tonnes."""
    run: list[tuple[RecordKey, tuple[int, ...], tuple[int, ...], int, float]]
    """Process, numbers of its inputs, numbers of its outputs, period, activity."""


def bookings(m: ConcreteModel) -> ClassBookings:
    """Movements of the solution of a model."""
    solution = decisions(m)
    network, flows = solution.network, solution.network.flows
    offers, arcs, lines, processes = (
        network.offers,
        network.arcs,
        network.lines,
        network.processes,
    )
    places = tuple((node.site, node.material) for node in network.nodes)
    result = ClassBookings(places, [], [], [], [], [], [], [])
    for flow, t, tonnes in nonzero_values(solution.buy):
        buy = flows.buys[flow]
        offer = offers[buy.offer]
        result.bought.append(((offer.name, offer.site, offer.material), buy.node, t, tonnes))
    for inflow in network.inflows:
        order = "" if inflow.opening else inflow.name
        result.inflows.append((order, inflow.node, inflow.period, inflow.tonnes))
    for flow, t, tonnes in nonzero_values(solution.ship):
        ship = flows.ships[flow]
        arc = arcs[ship.arc]
        lane = (arc.from_site, arc.to_site, arc.material, arc.mode)
        result.shipped.append((lane, ship.node, ship.to_node, t, tonnes))
    for flow, t, tonnes in nonzero_values(solution.stock):
        keep = flows.keeps[flow]
        result.stored.append((places[keep.node], keep.node, t, tonnes))
    for flow, t, tonnes in nonzero_values(solution.deliver):
        deliver = flows.delivers[flow]
        line = lines[deliver.line]
        key = (line.name, line.customer, line.material)
        result.delivered.append((key, deliver.node, t, tonnes))
    for flow, t, tonnes in nonzero_values(solution.downgrade):
        step = flows.downgrades[flow]
        result.downgraded.append((step.node, step.to_node, t, tonnes))
    for flow, t, activity in nonzero_values(solution.run):
        run = flows.runs[flow]
        process = processes[run.process]
        name = (process.site, process.recipe, process.feed)
        result.run.append((name, tuple(run.consumed), tuple(run.produced), t, activity))
    return result
