"""Build the network of a case: every step of this package in order."""

from __future__ import annotations

from optimizer.network import calendar as calendars
from optimizer.network import investment_options, offers_and_demand, recipes
from optimizer.network.arcs import lane_arcs
from optimizer.network.flow_bounds import FlowBounds, arc_maximum, required_units
from optimizer.network.flow_generation import FlowSpace
from optimizer.network.limit_bounds import MeasuredFlows, blends, limits
from optimizer.network.network_data import Network
from optimizer.network.provenance import Provenance
from optimizer.network.provenance_effects import provenance_effects
from optimizer.network.pruning import prune
from optimizer.tables.case import Case


def build(case: Case) -> Network:
    """Network of a case: plain data, pruned, ready for the model.

    Offers, contracts, processes, units, arcs, stores and lines are the rows of the sheets,
    brought to the calendar. Nodes and flows are what can happen, for each provenance class.
    """
    calendar = calendars.build(case.settings)
    offers, offer_rows = offers_and_demand.offers(case, calendar)
    stores, openings = offers_and_demand.stores(case, calendar)
    lines = offers_and_demand.lines(case, calendar)
    processes, process_bounds, units = recipes.processes(case, calendar)
    arcs, arc_bounds = lane_arcs(case, calendar, processes)
    provenance = Provenance(case, calendar)
    effects = provenance_effects(case, provenance, processes, offer_rows, openings)
    phases = offers_and_demand.phases(case, calendar, lines, effects.bit_of)
    space = FlowSpace(case, calendar, effects, processes, arcs, lines, phases)
    inflows = space.inflows(stores)
    possible_flows = space.flows(offers, stores, lines, phases)
    flows, pruning = prune(possible_flows, inflows, len(space.nodes), calendar.count)
    options = investment_options.options(case, calendar, units)
    nodes = tuple(space.nodes)
    measured = MeasuredFlows(case, flows, nodes, offers, processes, arcs, lines, options)
    disposal = {
        row.material: row.disposal_cost for row in case.materials if row.disposal_cost is not None
    }
    flow_bounds = FlowBounds(processes, arcs, stores, lines, offers, disposal, calendar.count)
    inflow_places = {(nodes[inflow.node].site, nodes[inflow.node].material) for inflow in inflows}
    return Network(
        case=case,
        calendar=calendar,
        provenance=provenance,
        traits=effects.traits,
        nodes=nodes,
        offers=offers,
        contracts=offers_and_demand.contracts(offer_rows, calendar),
        processes=processes,
        process_bounds=process_bounds,
        units=units,
        arcs=arcs,
        arc_bounds=arc_bounds,
        stores=stores,
        lines=lines,
        options=options,
        taints=space.taints(),
        phases=phases,
        limits=limits(case, calendar, measured),
        blends=blends(case, flows, processes),
        inflows=inflows,
        flows=flows,
        values={row.material: row.value for row in case.materials},
        disposal_cost=disposal,
        arc_maximum=arc_maximum(flow_bounds, arcs, flows.ships),
        required_units=required_units(flow_bounds, processes, units, inflow_places),
        pruning=pruning,
    )
