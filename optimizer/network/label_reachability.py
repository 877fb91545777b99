"""Which traits and customs origins have to be distinguished, by site and material.

A rule matters for a material at a site only if a delivery that the rule binds is reachable from
there. A customs origin matters only if a duty that depends on it may fall due before the
material is processed next. All other classes are merged before a variable is made.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Mapping
from typing import TypeVar

from msgspec import Struct, field

from optimizer.network.duty_rates import DutyRates
from optimizer.network.network_data import Arc, NetworkProcess

GraphVertex = TypeVar("GraphVertex", bound=Hashable)
SiteMaterial = tuple[str, str]
"""Site and material."""

CommingledProcesses = dict[int, tuple[int, ...]]
"""Processes at plants that cannot segregate lots, each with all processes of its plant."""


class ProcessEffect(Struct, frozen=True):
    """Traits that a process adds to its lots and removes from them, as masks."""

    broken: tuple[int, ...]
    """Traits that its events break, by period."""
    cleared: tuple[int, ...]
    """Traits that it clears, by period."""
    input_independent: int
    """Traits of the outputs that do not depend on the inputs: broken or cleared in every period."""


def followed_traits(
    processes: tuple[NetworkProcess, ...],
    process_effects: tuple[ProcessEffect, ...],
    arcs: tuple[Arc, ...],
    bound: dict[SiteMaterial, int],
    traced: dict[str, bool],
    commingled: CommingledProcesses,
) -> tuple[dict[SiteMaterial, int], list[int]]:
    """Traits to distinguish at each place, and in the inputs of each process.

    ``bound`` are the traits that rules restrict at the places of demand. At a plant that cannot
    segregate lots, the inputs of every process matter for the outputs of each.
    """
    at: dict[SiteMaterial, int] = defaultdict(int, bound)
    inputs = [0] * len(processes)
    makers: dict[SiteMaterial, list[int]] = defaultdict(list)
    for index, process in enumerate(processes):
        for material in process.outputs:
            if traced[material]:
                makers[process.site, material].append(index)
    into: dict[SiteMaterial, list[Arc]] = defaultdict(list)
    for arc in arcs:
        into[arc.to_site, arc.material].append(arc)
    queue = list(bound)
    while queue:
        place = queue.pop()
        traits = at[place]
        upstream: list[tuple[SiteMaterial, int]] = [
            ((arc.from_site, arc.material), traits) for arc in into[place]
        ]
        for index in makers[place]:
            passed = (
                traits
                if index in commingled
                else traits & ~process_effects[index].input_independent
            )
            for fellow in commingled.get(index, (index,)):
                inputs[fellow] |= passed
                process = processes[fellow]
                upstream += [
                    ((process.site, name), passed) for name in process.inputs if traced[name]
                ]
        for earlier, traits_there in upstream:
            if traits_there & ~at[earlier]:
                at[earlier] |= traits_there
                queue.append(earlier)
    return dict(at), inputs


def loop_inputs(
    processes: tuple[NetworkProcess, ...], arcs: tuple[Arc, ...], traced: dict[str, bool]
) -> set[tuple[int, str]]:
    """Traced inputs (process and material) that the process's own products can become.

    A class that has not reached such an input yet may still reach it through the process itself.
    """
    onward: dict[SiteMaterial, set[SiteMaterial]] = defaultdict(set)
    for arc in arcs:
        onward[arc.from_site, arc.material].add((arc.to_site, arc.material))
    for process in processes:
        made = {(process.site, name) for name in process.outputs if traced[name]}
        for name in process.inputs:
            if traced[name]:
                onward[process.site, name] |= made
    component = strongly_connected_components(onward)
    return {
        (index, name)
        for index, process in enumerate(processes)
        for name in process.inputs
        if traced[name]
        and any(
            component.get((process.site, name), -1) == component.get((process.site, product), -2)
            for product in process.outputs
            if traced[product]
        )
    }


def strongly_connected_components(
    onward: Mapping[GraphVertex, Collection[GraphVertex]],
) -> dict[GraphVertex, int]:
    """Number of the strongly connected component of each vertex (Tarjan's algorithm).

    Components are numbered in reverse topological order: an edge between two components leads
    to the lower number.
    """
    order: dict[GraphVertex, int] = {}
    lowest: dict[GraphVertex, int] = {}
    component_of: dict[GraphVertex, int] = {}
    stack: list[GraphVertex] = []
    for root in list(onward):
        if root in order:
            continue
        path = [(root, iter(onward[root]))]
        order[root] = lowest[root] = len(order)
        stack.append(root)
        while path:
            place, nexts = path[-1]
            for target in nexts:
                if target not in order:
                    order[target] = lowest[target] = len(order)
                    stack.append(target)
                    path.append((target, iter(onward.get(target, ()))))
                    break
                if target not in component_of:
                    lowest[place] = min(lowest[place], order[target])
            else:
                path.pop()
                if path:
                    above = path[-1][0]
                    lowest[above] = min(lowest[above], lowest[place])
                if lowest[place] == order[place]:
                    number = len(component_of)
                    while True:
                        member = stack.pop()
                        component_of[member] = number
                        if member == place:
                            break
    return component_of


class CustomsOrigins(Struct):
    """Customs origins that reach each place, grouped by equal duties on all ways ahead."""

    reached: dict[SiteMaterial, dict[str, None]] = field(default_factory=dict)
    groups: dict[SiteMaterial, dict[str, int]] = field(default_factory=dict)
    """Group number of each origin at a place."""
    names: dict[SiteMaterial, list[tuple[str, ...]]] = field(default_factory=dict)
    """Origins of each group; a single empty tuple where no duty depends on them."""

    def group(self, place: SiteMaterial, origin: str) -> int:
        """Group that an origin belongs to at a place."""
        return self.groups[place][origin]


def customs_origins(
    sources: Iterable[tuple[SiteMaterial, str]],
    arcs: tuple[Arc, ...],
    country: dict[str, str],
    duties: DutyRates,
) -> CustomsOrigins:
    """Group the origins that reach each place by the duties that may still fall due."""
    leaving: dict[SiteMaterial, list[Arc]] = defaultdict(list)
    for arc in arcs:
        leaving[arc.from_site, arc.material].append(arc)
    result = CustomsOrigins()
    queue: list[tuple[SiteMaterial, str]] = list(dict.fromkeys(sources))
    while queue:
        place, origin = queue.pop()
        known = result.reached.setdefault(place, {})
        if origin not in known:
            known[origin] = None
            queue += [((arc.to_site, arc.material), origin) for arc in leaving[place]]
    destinations_of = _dutiable_destinations(arcs, country, duties)
    for place, reaching in result.reached.items():
        destinations = sorted(destinations_of.get(place, ()))
        if not destinations:
            result.groups[place] = dict.fromkeys(reaching, 0)
            result.names[place] = [()]
            continue
        signatures: dict[tuple[tuple[float, ...], ...], list[str]] = defaultdict(list)
        for origin in sorted(reaching):
            duty = tuple(
                duties.per_tonne(origin, country_to, place[1]) for country_to in destinations
            )
            signatures[duty].append(origin)
        result.names[place] = [tuple(group) for group in signatures.values()]
        result.groups[place] = {
            origin: number for number, group in enumerate(signatures.values()) for origin in group
        }
    return result


def _dutiable_destinations(
    arcs: tuple[Arc, ...], country: dict[str, str], duties: DutyRates
) -> dict[SiteMaterial, set[str]]:
    """Countries that a material may still enter, with duty, before it is processed."""
    destinations: dict[SiteMaterial, set[str]] = defaultdict(set)
    into: dict[SiteMaterial, list[Arc]] = defaultdict(list)
    queue: list[SiteMaterial] = []
    for arc in arcs:
        into[arc.to_site, arc.material].append(arc)
        target = country[arc.to_site]
        if country[arc.from_site] != target and duties.may_apply(target, arc.material):
            destinations[arc.from_site, arc.material].add(target)
            queue.append((arc.from_site, arc.material))
    while queue:
        place = queue.pop()
        for arc in into[place]:
            earlier = (arc.from_site, arc.material)
            if not destinations[place] <= destinations[earlier]:
                destinations[earlier] |= destinations[place]
                queue.append(earlier)
    return dict(destinations)
