"""Why no material can be at a place in a period: no lane, no source, too late, no capacity.

The search uses what the sheets allow, before provenance and before pruning.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from msgspec import Struct

from optimizer.explain.cell_locator import CellLocator, WorkbookCell, first_period
from optimizer.network.calendar import members
from optimizer.network.label_reachability import SiteMaterial
from optimizer.network.network_data import Arc, Network, NetworkProcess
from optimizer.result.number_text import figure

MAX_CAUSES = 4
"""Maximum causes listed for one place and period, the nearest first."""

PERIOD_ROUNDING = 1e-9
"""Part of a period that counts as float rounding of a lead time."""


class UnreachableReason(Struct, frozen=True):
    """A sentence and its cell."""

    cell: WorkbookCell
    sentence: str


class UnreachablePlaces:
    """Periods in which material can be at each place (``masks``), and causes for the others."""

    def __init__(self, network: Network, locator: CellLocator) -> None:
        self.network = network
        self.places = locator
        self.labels = network.calendar.labels
        self._arcs_into: dict[SiteMaterial, list[int]] = defaultdict(list)
        self._makers: dict[SiteMaterial, list[int]] = defaultdict(list)
        self._offers: dict[SiteMaterial, list[int]] = defaultdict(list)
        for index, arc in enumerate(network.arcs):
            self._arcs_into[arc.to_site, arc.material].append(index)
        for index, process in enumerate(network.processes):
            for material in process.outputs:
                self._makers[process.site, material].append(index)
        for index, offer in enumerate(network.offers):
            self._offers[offer.site, offer.material].append(index)
        self._open_periods = [process.periods for process in network.processes]
        self._stopping_units = self._find_stopping_units()
        self.masks = self._find_reachable_periods()

    def _find_stopping_units(self) -> dict[int, list[int]]:
        """Units without capacity that stop a process; removes those periods from the process."""
        stopping: dict[int, list[int]] = defaultdict(list)
        grows = self._periods_of_added_capacity()
        for number, unit in enumerate(self.network.units):
            able = 0
            for t, capacity in enumerate(unit.capacity):
                if capacity > 0 or grows.get(number, 0) >> t & 1:
                    able |= 1 << t
            for process, use in unit.uses.items():
                needs = sum(1 << t for t, amount in enumerate(use) if amount > 0)
                if self._open_periods[process] & needs & ~able:
                    stopping[process].append(number)
                    self._open_periods[process] &= ~needs | able
        return stopping

    def _periods_of_added_capacity(self) -> dict[int, int]:
        """Periods in which options could add capacity, by unit."""
        periods: dict[int, int] = defaultdict(int)
        for option in self.network.options:
            for addition in option.additions if option.maximum_number else ():
                for capacity in addition.capacity.values():
                    periods[addition.unit] |= sum(1 << t for t, c in enumerate(capacity) if c > 0)
        return periods

    def _find_reachable_periods(self) -> dict[SiteMaterial, int]:
        """Bit mask of periods in which material can be at each place."""
        network, every = self.network, self.network.calendar.all
        masks: dict[SiteMaterial, int] = defaultdict(int)
        for offer in network.offers:
            sells = sum(1 << t for t, most in enumerate(offer.maximum) if most > 0)
            masks[offer.site, offer.material] |= offer.periods & sells
        for inflow in network.inflows:
            node = network.nodes[inflow.node]
            masks[node.site, node.material] |= 1 << inflow.period
        users: dict[SiteMaterial, list[NetworkProcess]] = defaultdict(list)
        opened = dict(zip(map(id, network.processes), self._open_periods, strict=True))
        for process in network.processes:
            for material in process.inputs:
                users[process.site, material].append(process)
        leaving: dict[SiteMaterial, list[Arc]] = defaultdict(list)
        for arc in network.arcs:
            leaving[arc.from_site, arc.material].append(arc)
        kept = {(store.site, store.material): store.periods for store in network.stores}
        waiting = [place for place, mask in masks.items() if mask]
        waiting += [(p.site, name) for p in network.processes if not p.inputs for name in p.outputs]
        for process in network.processes:
            if not process.inputs:
                for name in process.outputs:
                    masks[process.site, name] |= opened[id(process)]
        while waiting:
            place = waiting.pop()
            mask = masks[place]
            while place in kept:
                grown = mask | ((mask & kept[place]) << 1 & every)
                if grown == mask:
                    break
                mask = grown
            masks[place] = mask
            for arc in leaving[place]:
                self._extend(
                    masks, waiting, (arc.to_site, arc.material), self._arrival_periods(arc, mask)
                )
            for process in users[place]:
                runs = opened[id(process)]
                for material in process.inputs:
                    runs &= masks[process.site, material]
                for material in process.outputs:
                    self._extend(masks, waiting, (process.site, material), runs)
        return masks

    @staticmethod
    def _extend(
        masks: dict[SiteMaterial, int], waiting: list[SiteMaterial], place: SiteMaterial, more: int
    ) -> None:
        if more & ~masks[place]:
            masks[place] |= more
            waiting.append(place)

    def _arrival_periods(self, arc: Arc, mask: int) -> int:
        """Bit mask of arrivals within the horizon for departures in a mask."""
        arrivals = 0
        for t in members(mask & arc.periods):
            if arc.arrives[t] > 0:
                whole = int(arc.lead_periods[t] + PERIOD_ROUNDING)
                arrivals |= 1 << t + whole
                if arc.lead_periods[t] - whole > PERIOD_ROUNDING:
                    arrivals |= 1 << t + whole + 1
        return arrivals & self.network.calendar.all

    def causes(self, place: SiteMaterial, t: int) -> list[UnreachableReason]:
        """Causes why no material can be at a place in a period, nearest first; empty if it can."""
        return list(dict.fromkeys(self._find_causes(place, t, {place})))[:MAX_CAUSES]

    def _find_causes(
        self, place: SiteMaterial, t: int, seen: set[SiteMaterial]
    ) -> Iterator[UnreachableReason]:
        if self.masks.get(place, 0) >> t & 1:
            return
        site, material = place
        if not (self._arcs_into[place] or self._makers[place] or self._offers[place]):
            cell = WorkbookCell("Lanes", 0, "")
            yield UnreachableReason(
                cell,
                f"no lane ends at {site} with {material}, and no offer or process supplies it "
                "there",
            )
            return
        deeper: list[tuple[SiteMaterial, int]] = []
        for index in self._offers[place]:
            yield from self._offer_causes(index, t)
        for index in self._arcs_into[place]:
            arc = self.network.arcs[index]
            start = (arc.from_site, arc.material)
            if self.masks.get(start, 0) & arc.periods:
                yield self._lane_cause(arc, self.masks[start], t)
            elif start not in seen:
                deeper.append((start, t))
        for index in self._makers[place]:
            process = self.network.processes[index]
            yield from self._process_causes(index, t)
            lacking = [
                (process.site, name)
                for name in process.inputs
                if not self.masks.get((process.site, name), 0) >> t & 1
            ]
            deeper += [(upstream, t) for upstream in lacking if upstream not in seen]
        for upstream, period in deeper:
            if upstream not in seen:
                seen.add(upstream)
                yield from self._find_causes(upstream, period, seen)

    def _offer_causes(self, index: int, t: int) -> Iterator[UnreachableReason]:
        offer = self.network.offers[index]
        if offer.periods >> t & 1:
            header, why = "maximum", f"sells nothing in {self.labels[t]}"
        elif offer.periods:
            first = first_period(offer.periods, self.labels)
            header, why = "from", f"sells {offer.material} only from {first} on"
            if self.labels.index(first) < t:
                header, why = "to", f"no longer sells {offer.material} in {self.labels[t]}"
        else:
            header, why = "from", f"sells {offer.material} in no period of the horizon"
        cell = WorkbookCell("Supply", offer.rows[0], header)
        yield UnreachableReason(cell, f"{self.places.address(cell)}: {offer.name} {why}")

    def _lane_cause(self, arc: Arc, mask: int, t: int) -> UnreachableReason:
        arrivals = self._arrival_periods(arc, mask)
        starts = mask & arc.periods
        row = self._row_of(arc, next(members(starts)))
        cell = WorkbookCell("Lanes", row, "lead days")
        goods = f"{arc.material} from {arc.from_site}"
        days = arc.lead_days[next(members(starts))]
        if not arrivals:
            why = f"{goods} is {figure(days)} days in transit and arrives after the horizon"
        elif (first := next(members(arrivals))) > t:
            source = next(members(mask))
            why = f"the first arrival of {goods} is {self.labels[first]}"
            if days:
                why += f", {figure(days)} days in transit"
            elif source < next(members(starts)):
                cell = WorkbookCell("Lanes", row, "from")
            elif source:
                why += f"; there is none at {arc.from_site} before {self.labels[source]}"
        else:
            cell = WorkbookCell("Lanes", row, "to")
            why = f"no {goods} arrives in {self.labels[t]}"
        return UnreachableReason(cell, f"{self.places.address(cell)}: {why}")

    def _row_of(self, arc: Arc, t: int) -> int:
        calendar = self.network.calendar
        for number in arc.rows:
            lane = self.places.record(WorkbookCell("Lanes", number, ""))
            if calendar.cover(lane.start, lane.end)[t] > 0:
                return number
        return arc.rows[0]

    def _process_causes(self, index: int, t: int) -> Iterator[UnreachableReason]:
        process = self.network.processes[index]
        if not process.periods >> t & 1:
            cell = WorkbookCell("Processes", process.rows[0], "from")
            why = f"{process.name} at {process.site} is not run in {self.labels[t]}"
            yield UnreachableReason(cell, f"{self.places.address(cell)}: {why}")
        for number in self._stopping_units.get(index, ()):
            unit = self.network.units[number]
            if not self._open_periods[index] >> t & 1 and not unit.capacity[t]:
                row = unit.rows[0] if unit.rows else 0
                cell = WorkbookCell("Units", row, "capacity" if row else "")
                why = f"{unit.unit} at {unit.site} has no capacity in {self.labels[t]}"
                yield UnreachableReason(cell, f"{self.places.address(cell)}: {why}")
