"""Result tables of purchases, shipments, runs, stock, deliveries and disposal; the balance."""

from __future__ import annotations

from collections.abc import Iterator

from optimizer.model.cost import CARRYING_DAYS_PER_YEAR
from optimizer.network.flows import Node
from optimizer.network.network_data import Network
from optimizer.result import result_layouts
from optimizer.result.result_layouts import Table, table
from optimizer.result.variable_values import MIN_NONZERO_VALUE, VariableValues, nonzero_values


class FlowTables:
    """Makes the tables of one plan."""

    def __init__(self, solution: VariableValues) -> None:
        self.solution = solution
        self.network: Network = solution.network
        self.labels = self.network.calendar.labels
        case = self.network.case
        self._country = {site.site: site.country for site in case.sites}
        self._traced = {row.material: row.traced for row in case.materials}
        self._all_traits = sum(trait.bit for trait in self.network.traits)
        self._rule_texts: dict[int, str] = {}

    def all(self) -> dict[str, Table]:
        """Every table of flows, by name."""
        made = (
            self.purchases(),
            self.shipments(),
            self.production(),
            self.utilisation(),
            self.stock(),
            self.deliveries(),
            self.shortages(),
            self.disposal(),
            self.take_or_pay(),
            self.investment(),
        )
        return {result_table.layout.name: result_table for result_table in made}

    def _rules(self, traits: int) -> str:
        text = self._rule_texts.get(traits)
        if text is None:
            text = self._rule_texts[traits] = "; ".join(self.network.rules_of(traits))
        return text

    def _provenance_columns(self, node: Node) -> tuple[str, str, str]:
        """Values of the columns for rules broken, rules not followed, and customs origin."""
        if not self._traced[node.material]:
            return "", "", node.origin
        return self._rules(node.broken), self._rules(self._all_traits & ~node.followed), node.origin

    def purchases(self) -> Table:
        """Purchases by offer and period."""
        network = self.network
        rows = []
        for flow, t, tonnes in nonzero_values(self.solution.buy):
            buy = network.flows.buys[flow]
            offer = network.offers[buy.offer]
            rows.append(
                (
                    offer.name,
                    offer.site,
                    self._country[offer.site],
                    offer.material,
                    self.labels[t],
                    network.calendar.first[t],
                    tonnes,
                    offer.price[t],
                    tonnes * offer.price[t],
                    "yes" if offer.firm else "no",
                    *self._provenance_columns(network.nodes[buy.node]),
                )
            )
        return table(result_layouts.PURCHASES_LAYOUT, rows)

    def shipments(self) -> Table:
        """Shipments by lane and period of departure."""
        network = self.network
        carrying = network.case.settings.carrying_cost_rate
        rows = []
        for flow, t, tonnes in nonzero_values(self.solution.ship):
            ship = network.flows.ships[flow]
            arc = network.arcs[ship.arc]
            rows.append(
                (
                    arc.from_site,
                    arc.to_site,
                    arc.material,
                    arc.mode,
                    self.labels[t],
                    tonnes,
                    tonnes * arc.arrives[t],
                    arc.lead_days[t],
                    tonnes * arc.cost[t],
                    tonnes * ship.duty[t] if ship.duty else 0.0,
                    tonnes
                    * carrying
                    * network.values[arc.material]
                    * arc.lead_days[t]
                    / CARRYING_DAYS_PER_YEAR,
                    *self._provenance_columns(network.nodes[ship.node]),
                )
            )
        return table(result_layouts.SHIPMENTS_LAYOUT, rows)

    def production(self) -> Table:
        """Activity by site, recipe, feed and period."""
        network = self.network
        rows = []
        for flow, t, activity in nonzero_values(self.solution.run):
            run = network.flows.runs[flow]
            process = network.processes[run.process]
            made = 0
            for node in run.produced:
                made |= network.nodes[node].broken
            rows.append(
                (
                    process.site,
                    self._country[process.site],
                    process.recipe,
                    process.feed,
                    self.labels[t],
                    activity,
                    activity * process.cost[t],
                    self._rules(run.inputs_broken),
                    self._rules(self._all_traits & ~run.inputs_followed),
                    self._rules(made),
                )
            )
        return table(result_layouts.PRODUCTION_LAYOUT, rows)

    def utilisation(self) -> Table:
        """Use and capacity by unit and period."""
        network = self.network
        activity: dict[tuple[int, int], float] = {}
        for flow, t, amount in nonzero_values(self.solution.run):
            key = (network.flows.runs[flow].process, t)
            activity[key] = activity.get(key, 0.0) + amount
        added = self._added_capacity()
        rows = []
        for index, unit in enumerate(network.units):
            for t, unit_capacity in enumerate(unit.capacity):
                capacity = unit_capacity + added.get((index, t), 0.0)
                used = sum(
                    use[t] * activity.get((process, t), 0.0) for process, use in unit.uses.items()
                )
                if capacity or used:
                    share = used / capacity if capacity else 0.0
                    rows.append((unit.site, unit.unit, self.labels[t], used, capacity, share))
        return table(result_layouts.UTILISATION_LAYOUT, rows)

    def _added_capacity(self) -> dict[tuple[int, int], float]:
        """Capacity that options built add, by unit and period."""
        added: dict[tuple[int, int], float] = {}
        for index, decided, number in nonzero_values(self.solution.build):
            for addition in self.network.options[index].additions:
                for t, capacity in enumerate(addition.capacity[decided]):
                    key = (addition.unit, t)
                    added[key] = added.get(key, 0.0) + number * capacity
        return added

    def investment(self) -> Table:
        """Options built, one row for each row of an option."""
        rows = []
        for index, t, number in nonzero_values(self.solution.build):
            option = self.network.options[index]
            for part in option.parts:
                rows.append(
                    (
                        option.name,
                        part.site,
                        part.unit,
                        self.labels[t],
                        number,
                        number * part.added_capacity,
                        part.runs_from[t],
                        number * part.capital,
                        number * part.fixed_cost,
                        number * part.credit[t],
                    )
                )
        return table(result_layouts.INVESTMENT_LAYOUT, rows)

    def stock(self) -> Table:
        """Closing stock by site, material and period."""
        network = self.network
        carrying = network.case.settings.carrying_cost_rate * network.calendar.year_fraction
        rows = []
        for flow, t, tonnes in nonzero_values(self.solution.stock):
            keep = network.flows.keeps[flow]
            store, node = network.stores[keep.store], network.nodes[keep.node]
            rows.append(
                (
                    store.site,
                    store.material,
                    self.labels[t],
                    tonnes,
                    tonnes * store.holding_cost[t],
                    tonnes * carrying * network.values[store.material],
                    *self._provenance_columns(node),
                )
            )
        return table(result_layouts.STOCK_LAYOUT, rows)

    def deliveries(self) -> Table:
        """Deliveries by line and period."""
        network = self.network
        rows = []
        for flow, t, tonnes in nonzero_values(self.solution.deliver):
            deliver = network.flows.delivers[flow]
            line = network.lines[deliver.line]
            rows.append(
                (
                    line.name,
                    line.customer,
                    line.material,
                    segment_of(line.segments, t),
                    self.labels[t],
                    tonnes,
                    tonnes * line.price[t],
                    *self._provenance_columns(network.nodes[deliver.node]),
                )
            )
        return table(result_layouts.DELIVERIES_LAYOUT, rows)

    def shortages(self) -> Table:
        """Unmet demand of lines with a penalty or a minimum."""
        network = self.network
        rows = []
        for index, t, tonnes in nonzero_values(self.solution.short):
            line = network.lines[index]
            if line.penalty[t] > 0 or line.minimum[t] > 0:
                rows.append(
                    (
                        line.name,
                        line.customer,
                        line.material,
                        segment_of(line.segments, t),
                        self.labels[t],
                        line.quantity[t],
                        tonnes,
                        tonnes / line.quantity[t],
                        tonnes * line.penalty[t],
                    )
                )
        return table(result_layouts.SHORTAGES_LAYOUT, rows)

    def disposal(self) -> Table:
        """Disposal by site, material and period."""
        network = self.network
        rows = []
        for flow, t, tonnes in nonzero_values(self.solution.discard):
            node = network.nodes[network.flows.discards[flow].node]
            cost = tonnes * network.disposal_cost[node.material]
            rows.append(
                (
                    node.site,
                    node.material,
                    self.labels[t],
                    tonnes,
                    cost,
                    *self._provenance_columns(node),
                )
            )
        return table(result_layouts.DISPOSAL_LAYOUT, rows)

    def take_or_pay(self) -> Table:
        """Contract quantities that are paid for and not taken."""
        network = self.network
        bought: dict[tuple[int, int], float] = {}
        for flow, t, tonnes in nonzero_values(self.solution.buy):
            key = (network.flows.buys[flow].offer, t)
            bought[key] = bought.get(key, 0.0) + tonnes
        rows = []
        for index, t, not_taken in nonzero_values(self.solution.shortfall):
            contract = network.contracts[index]
            offer = network.offers[contract.offer]
            taken = sum(
                weight * bought.get((contract.offer, period), 0.0)
                for period, weight in contract.weights.items()
            )
            rows.append(
                (
                    offer.name,
                    offer.site,
                    offer.material,
                    contract.row,
                    contract.minimum_paid,
                    taken,
                    not_taken,
                    self.labels[t],
                    not_taken * contract.price,
                )
            )
        return table(result_layouts.TAKE_OR_PAY_LAYOUT, rows)


def segment_of(segments: dict[str, int], t: int) -> str:
    """Segments of a line in a period, joined where its rows differ."""
    return "; ".join(name for name, periods in segments.items() if periods >> t & 1)


def balance(solution: VariableValues) -> Table:
    """Movements in and out by site, material and period, over all classes."""
    network = solution.network
    cells: dict[tuple[str, str, int], list[float]] = {}
    for column, (index, t), tonnes in _balance_movements(solution):
        node = network.nodes[index]
        cell = cells.setdefault((node.site, node.material, t), [0.0] * 9)
        cell[column] += tonnes
    rows = []
    for (site, material, t), cell in sorted(cells.items()):
        if any(abs(value) > MIN_NONZERO_VALUE for value in cell):
            difference = sum(cell[:4]) - sum(cell[4:])
            rows.append((site, material, network.calendar.labels[t], *cell, difference))
    return table(result_layouts.BALANCE_LAYOUT, rows)


_BALANCE_COLUMNS = {
    field.header: number - 3
    for number, field in enumerate(result_layouts.BALANCE_LAYOUT.fields)
    if field.kind == "tonnes"
}


def _balance_movements(solution: VariableValues) -> Iterator[tuple[int, tuple[int, int], float]]:
    """Column of the balance, node and period, tonnes."""
    network, flows, column = solution.network, solution.network.flows, _BALANCE_COLUMNS
    count = network.calendar.count
    for inflow in network.inflows:
        kind = "opening" if inflow.opening else "arrived"
        yield column[kind], (inflow.node, inflow.period), inflow.tonnes
    for flow, t, tonnes in nonzero_values(solution.buy):
        yield column["bought"], (flows.buys[flow].node, t), tonnes
    for flow, t, tonnes in nonzero_values(solution.ship):
        ship = flows.ships[flow]
        yield column["shipped"], (ship.node, t), tonnes
        for later, share in ship.arrivals:
            if t + later < count:
                yield column["arrived"], (ship.to_node, t + later), tonnes * share
    for flow, t, activity in nonzero_values(solution.run):
        run = flows.runs[flow]
        for node, tonnes in run.consumed.items():
            yield column["used"], (node, t), tonnes * activity
        for node, tonnes in run.produced.items():
            yield column["made"], (node, t), tonnes * activity
    for flow, t, tonnes in nonzero_values(solution.stock):
        node = flows.keeps[flow].node
        yield column["closing"], (node, t), tonnes
        if t + 1 < count:
            yield column["opening"], (node, t + 1), tonnes
    for flow, t, tonnes in nonzero_values(solution.deliver):
        yield column["delivered"], (flows.delivers[flow].node, t), tonnes
    for flow, t, tonnes in nonzero_values(solution.discard):
        yield column["discarded"], (flows.discards[flow].node, t), tonnes
