"""The table ``Costs``: costs by category, site, item and period, summing to the objective."""

from __future__ import annotations

from collections.abc import Iterator

from optimizer.model.cost import charges, fixed_costs, payments
from optimizer.network.network_data import Network
from optimizer.result import result_layouts
from optimizer.result.result_layouts import COST_CATEGORIES, Table, table
from optimizer.result.variable_values import VariableValues, nonzero_values

CostPlace = tuple[str, str, str]
"""Site, item, material."""


def costs(solution: VariableValues) -> Table:
    """Cost rows, from the charges of the objective."""
    network = solution.network
    calendar = network.calendar
    discount = calendar.discount(network.case.settings.discount_rate)
    cells: dict[tuple[str, CostPlace, int], float] = {}
    for category, place, t, money in _entries(solution):
        if money:
            key = (category, place, t)
            cells[key] = cells.get(key, 0.0) + money
    rows = [
        (
            category,
            *place,
            calendar.labels[t],
            str(calendar.first[t].year),
            money,
            money * discount[t],
        )
        for (category, place, t), money in cells.items()
    ]
    order = {category: number for number, category in enumerate(COST_CATEGORIES)}
    rows.sort(key=lambda row: order[row[0]])
    return table(result_layouts.COSTS_LAYOUT, rows)


def by_category(table_of_costs: Table) -> dict[str, float]:
    """Discounted cost of each category, in the order of ``COST_CATEGORIES``, zeros included."""
    sums = dict.fromkeys(COST_CATEGORIES, 0.0)
    for category, money in zip(
        table_of_costs["category"], table_of_costs["discounted"], strict=True
    ):
        sums[category] += money
    return sums


def _entries(solution: VariableValues) -> Iterator[tuple[str, CostPlace, int, float]]:
    network = solution.network
    charges_of_flow = charges(network)
    groups = (
        (charges_of_flow.buy, solution.buy, _buy_place),
        (charges_of_flow.run, solution.run, _run_place),
        (charges_of_flow.ship, solution.ship, _ship_place),
        (charges_of_flow.stock, solution.stock, _stock_place),
        (charges_of_flow.discard, solution.discard, _discard_place),
        (charges_of_flow.deliver, solution.deliver, _deliver_place),
        (charges_of_flow.short, solution.short, _short_place),
        (charges_of_flow.shortfall, solution.shortfall, _shortfall_place),
        (charges_of_flow.open, solution.open, _open_place),
        (charges_of_flow.used, solution.used, _used_place),
    )
    for charges_by_flow, values, place_of in groups:
        for flow, t, amount in nonzero_values(values):
            place = place_of(network, flow)
            for charge in charges_by_flow[flow]:
                yield charge.category, place, t, amount * charge.rate[t]
    for index, t, money in fixed_costs(network):
        unit = network.units[index]
        yield "fixed cost", (unit.site, unit.unit, ""), t, money
    for index, decided, number in nonzero_values(solution.build):
        option = network.options[index]
        for category, t, money in payments(network, index, decided):
            yield category, (", ".join(option.sites), option.name, ""), t, number * money


def _buy_place(network: Network, flow: int) -> CostPlace:
    offer = network.offers[network.flows.buys[flow].offer]
    return offer.site, offer.name, offer.material


def _run_place(network: Network, flow: int) -> CostPlace:
    process = network.processes[network.flows.runs[flow].process]
    return process.site, process.name, ""


def _ship_place(network: Network, flow: int) -> CostPlace:
    arc = network.arcs[network.flows.ships[flow].arc]
    return arc.from_site, arc.name, arc.material


def _stock_place(network: Network, flow: int) -> CostPlace:
    store = network.stores[network.flows.keeps[flow].store]
    return store.site, "stock", store.material


def _discard_place(network: Network, flow: int) -> CostPlace:
    node = network.nodes[network.flows.discards[flow].node]
    return node.site, "disposal", node.material


def _deliver_place(network: Network, flow: int) -> CostPlace:
    return _short_place(network, network.flows.delivers[flow].line)


def _short_place(network: Network, flow: int) -> CostPlace:
    line = network.lines[flow]
    return line.customer, line.name, line.material


def _shortfall_place(network: Network, flow: int) -> CostPlace:
    contract = network.contracts[flow]
    offer = network.offers[contract.offer]
    return offer.site, offer.name, offer.material


def _open_place(network: Network, flow: int) -> CostPlace:
    unit = network.units[flow]
    return unit.site, unit.unit, ""


def _used_place(network: Network, flow: int) -> CostPlace:
    bound = network.arc_bounds[flow]
    start = network.arcs[next(iter(bound.arcs))].from_site
    return start, bound.name, "" if bound.material == "*" else bound.material
