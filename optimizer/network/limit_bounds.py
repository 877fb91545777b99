"""Limits and blends: the flows that each row adds up, and their coefficients."""

from __future__ import annotations

from collections.abc import Iterator

from optimizer.network.calendar import Calendar
from optimizer.network.flows import Flows, Node
from optimizer.network.network_data import (
    Arc,
    BlendBound,
    DemandLine,
    LimitBound,
    NetworkOffer,
    NetworkOption,
    NetworkProcess,
)
from optimizer.network.offers_and_demand import windows
from optimizer.network.recipes import Recipes
from optimizer.tables import sheets
from optimizer.tables.case import Case
from optimizer.tables.country_groups import CountrySets

VARIABLES_OF_MEASURE = {
    "bought": "buy",
    "made": "run",
    "used": "run",
    "produced": "run",
    "shipped": "ship",
    "delivered": "deliver",
    "stock": "stock",
    "built": "build",
    "spent": "build",
}
"""Variables that each measure adds up."""

FlowAttributes = dict[str, str]
"""Attributes of a flow, by the filter column of Limits."""


class MeasuredFlows:
    """Flows of each measure with the attributes that Limits can filter by."""

    def __init__(
        self,
        case: Case,
        flows: Flows,
        nodes: tuple[Node, ...],
        offers: tuple[NetworkOffer, ...],
        processes: tuple[NetworkProcess, ...],
        arcs: tuple[Arc, ...],
        lines: tuple[DemandLine, ...],
        options: tuple[NetworkOption, ...],
    ) -> None:
        self._case, self._flows, self._nodes = case, flows, nodes
        self._offers, self._processes, self._arcs = offers, processes, arcs
        self._lines, self._options = lines, options
        self._sites = {site.site: site for site in case.sites}

    def of(self, measure: str) -> Iterator[tuple[int, list[FlowAttributes], float]]:
        """Flow, its alternative attributes, and the coefficient of one unit of it."""
        if measure == "bought":
            for index, buy in enumerate(self._flows.buys):
                offer = self._offers[buy.offer]
                attributes = {"material": offer.material, "offer": offer.name}
                yield index, [self._at(offer.site) | attributes], 1.0
        elif measure in ("made", "used", "produced"):
            yield from self._runs(measure)
        elif measure == "shipped":
            for index, ship in enumerate(self._flows.ships):
                arc = self._arcs[ship.arc]
                attributes = {"material": arc.material, "to_site": arc.to_site, "mode": arc.mode}
                yield index, [self._at(arc.from_site) | attributes], 1.0
        elif measure == "delivered":
            for index, deliver in enumerate(self._flows.delivers):
                line = self._lines[deliver.line]
                attributes = {"material": line.material, "line": line.name}
                yield index, [self._at(line.customer) | attributes], 1.0
        elif measure == "stock":
            for index, keep in enumerate(self._flows.keeps):
                node = self._nodes[keep.node]
                yield index, [self._at(node.site) | {"material": node.material}], 1.0
        else:
            for index, option in enumerate(self._options):
                alternatives = [self._at(site) | {"option": option.name} for site in option.sites]
                yield index, alternatives, 1.0 if measure == "built" else option.capital

    def _runs(self, measure: str) -> Iterator[tuple[int, list[FlowAttributes], float]]:
        for index, run in enumerate(self._flows.runs):
            process = self._processes[run.process]
            attributes = self._at(process.site) | {"recipe": process.recipe}
            if measure == "made":
                yield index, [attributes | {"material": process.feed}], 1.0
                continue
            quantities = process.inputs if measure == "used" else process.outputs
            for material, tonnes in quantities.items():
                yield index, [attributes | {"material": material}], tonnes

    def _at(self, name: str) -> FlowAttributes:
        site = self._sites[name]
        return {"site": name, "country": site.country, "owner": site.owner}


def limits(case: Case, calendar: Calendar, measured: MeasuredFlows) -> tuple[LimitBound, ...]:
    """Every row of Limits, with the coefficients of the flows that it adds up."""
    bounds = []
    countries = CountrySets(case.countries)
    for row in case.limits:
        filters = {name: getattr(row, name) for name in sheets.LIMIT_FILTERS if getattr(row, name)}
        base = {"material": filters["material"]} if "material" in filters else {}
        bounds.append(
            LimitBound(
                name=row.limit,
                row=row.row,
                measure=row.measure,
                group=VARIABLES_OF_MEASURE[row.measure],
                minimum=row.minimum,
                maximum=row.maximum,
                terms=_matching(measured, row.measure, filters, countries),
                base=_matching(measured, row.measure, base, countries)
                if row.as_ == "share"
                else None,
                windows=windows(row.window, calendar, calendar.touched(row.start, row.end)),
            )
        )
    return tuple(bounds)


def _matching(
    measured: MeasuredFlows,
    measure: str,
    filters: dict[str, tuple[str, ...]],
    countries: CountrySets,
) -> dict[int, float]:
    def matches(attributes: FlowAttributes) -> bool:
        return all(
            countries.contains(wanted, attributes.get(name, ""))
            if name == "country"
            else attributes.get(name) in wanted
            for name, wanted in filters.items()
        )

    terms: dict[int, float] = {}
    for index, alternatives, amount in measured.of(measure):
        if any(map(matches, alternatives)):
            terms[index] = terms.get(index, 0.0) + amount
    return terms


def blends(
    case: Case, flows: Flows, processes: tuple[NetworkProcess, ...]
) -> tuple[BlendBound, ...]:
    """Every row of Blends: oxide and tonnes taken in per unit of activity of each run."""
    assays = Recipes(case).assays
    return tuple(_blend(row, assays, flows, processes) for row in case.blends)


def _blend(
    row: sheets.Blend,
    assays: dict[str, dict[str, float]],
    flows: Flows,
    processes: tuple[NetworkProcess, ...],
) -> BlendBound:
    contents: dict[int, tuple[float, float]] = {}
    for index, run in enumerate(flows.runs):
        process = processes[run.process]
        if (process.site, process.recipe) == (row.site, row.recipe):
            oxide = sum(
                tonnes * assays.get(material, {}).get(row.oxide, 0.0)
                for material, tonnes in process.inputs.items()
            )
            contents[index] = (oxide, sum(process.inputs.values()))
    return BlendBound(
        site=row.site,
        recipe=row.recipe,
        oxide=row.oxide,
        row=row.row,
        minimum=row.minimum,
        maximum=row.maximum,
        contents=contents,
    )
