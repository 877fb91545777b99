"""Under which provenance class each lot of a plan moves, for whoever follows lots again.

The result tables show what moves, and what it is booked as; not which lots a run is fed with
where clean ones are booked as others. These records do, as plain rows.
"""

from __future__ import annotations

from msgspec import Struct
from pyomo.core import ConcreteModel

from optimizer.result.variable_values import decisions, each

RecordKey = tuple[str, ...]


class ClassBookings(Struct, frozen=True):
    """Every movement of a plan; a number stands for a material of one class at a site."""

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
    """Movements of a solved model."""
    done = decisions(m)
    network, flows = done.network, done.network.flows
    offers, arcs, lines, processes = (
        network.offers,
        network.arcs,
        network.lines,
        network.processes,
    )
    places = tuple((node.site, node.material) for node in network.nodes)
    found = ClassBookings(places, [], [], [], [], [], [], [])
    for flow, t, tonnes in each(done.buy):
        buy = flows.buys[flow]
        offer = offers[buy.offer]
        found.bought.append(((offer.name, offer.site, offer.material), buy.node, t, tonnes))
    for inflow in network.inflows:
        order = "" if inflow.opening else inflow.name
        found.inflows.append((order, inflow.node, inflow.period, inflow.tonnes))
    for flow, t, tonnes in each(done.ship):
        ship = flows.ships[flow]
        arc = arcs[ship.arc]
        lane = (arc.from_site, arc.to_site, arc.material, arc.mode)
        found.shipped.append((lane, ship.node, ship.to_node, t, tonnes))
    for flow, t, tonnes in each(done.stock):
        keep = flows.keeps[flow]
        found.stored.append((places[keep.node], keep.node, t, tonnes))
    for flow, t, tonnes in each(done.deliver):
        deliver = flows.delivers[flow]
        line = lines[deliver.line]
        key = (line.name, line.customer, line.material)
        found.delivered.append((key, deliver.node, t, tonnes))
    for flow, t, tonnes in each(done.downgrade):
        step = flows.downgrades[flow]
        found.downgraded.append((step.node, step.to_node, t, tonnes))
    for flow, t, activity in each(done.run):
        run = flows.runs[flow]
        process = processes[run.process]
        name = (process.site, process.recipe, process.feed)
        found.run.append((name, tuple(run.used), tuple(run.made), t, activity))
    return found
