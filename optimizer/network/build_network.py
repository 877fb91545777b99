"""What the case means: the whole room on one page."""

from __future__ import annotations

from optimizer.network import arcs, investment_options, offers_and_demand, recipes
from optimizer.network import calendar as calendars
from optimizer.network.flow_bounds import FlowBounds, arc_most, gates
from optimizer.network.flow_generation import FlowSpace
from optimizer.network.limit_bounds import MeasuredFlows, blends, limits
from optimizer.network.network_data import Network
from optimizer.network.provenance_effects import acts
from optimizer.network.pruning import prune
from optimizer.tables.case import Case


def build(case: Case) -> Network:
    """Network of a case: plain data, pruned, ready for the model.

    Offers, contracts, processes, units, ways, stores and lines are what the sheets say,
    brought to the calendar; nodes and flows are what of it can happen, class by class.
    """
    calendar = calendars.build(case.settings)
    offers, offer_rows = offers_and_demand.offers(case, calendar)
    stores, openings = offers_and_demand.stores(case, calendar)
    lines = offers_and_demand.lines(case, calendar)
    processes, process_bounds, units = recipes.processes(case, calendar)
    arcs, arc_bounds = arcs.arcs(case, calendar, processes)
    done = acts(case, calendar, processes, offer_rows, openings)
    phases = offers_and_demand.phases(case, calendar, lines, done.bit_of)
    space = FlowSpace(case, calendar, done, processes, arcs, lines, phases)
    inflows = space.inflows(stores)
    every = space.flows(offers, stores, lines, phases)
    flows, cut = prune(every, inflows, len(space.nodes), calendar.count)
    options = investment_options.options(case, calendar, units)
    nodes = tuple(space.nodes)
    measured = MeasuredFlows(case, flows, nodes, offers, processes, arcs, lines, options)
    disposal = {
        row.material: row.disposal_cost for row in case.materials if row.disposal_cost is not None
    }
    ends = FlowBounds(processes, arcs, stores, lines, offers, disposal, calendar.count)
    given = {(nodes[inflow.node].site, nodes[inflow.node].material) for inflow in inflows}
    return Network(
        case=case,
        calendar=calendar,
        traits=done.traits,
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
        disposal=disposal,
        arc_most=arc_most(ends, arcs, flows.ships),
        gates=gates(ends, processes, units, given),
        cut=cut,
    )
