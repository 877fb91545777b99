"""What can be told apart where: rules by site and material, and customs origins.

A rule matters for a material at a site only if a delivery that it binds can follow from
there; an origin only if a duty that depends on it can fall on the way to where the
material is next worked. Everything else is merged before a variable is made.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Mapping
from typing import TypeVar

from msgspec import Struct, field

from optimizer.network.duty_rates import DutyRates
from optimizer.network.network_data import Arc, NetworkProcess

K = TypeVar("K", bound=Hashable)
Place = tuple[str, str]
"""Site and material."""

Tied = dict[int, tuple[int, ...]]
"""Processes of plants that cannot segregate, each with all processes of its plant."""


class ProcessEffect(Struct, frozen=True):
    """What a process does to its lots' traits, by mask."""

    broken: tuple[int, ...]
    """Traits that its events break, by period."""
    cleared: tuple[int, ...]
    """Traits that it clears, by period."""
    settled: int
    """Traits that do not depend on the inputs: always broken, or cleared."""


def followed(
    processes: tuple[NetworkProcess, ...],
    fixed: tuple[ProcessEffect, ...],
    arcs: tuple[Arc, ...],
    bound: dict[Place, int],
    traced: dict[str, bool],
    tied: Tied,
) -> tuple[dict[Place, int], list[int]]:
    """Traits that matter at each place, and for the inputs of each process.

    ``bound`` are the traits that rules look at where demand stands. At a plant that
    cannot segregate the inputs of every process matter for the outputs of each.
    """
    at: dict[Place, int] = defaultdict(int, bound)
    inputs = [0] * len(processes)
    makers: dict[Place, list[int]] = defaultdict(list)
    for index, process in enumerate(processes):
        for material in process.outputs:
            if traced[material]:
                makers[process.site, material].append(index)
    into: dict[Place, list[Arc]] = defaultdict(list)
    for arc in arcs:
        into[arc.to_site, arc.material].append(arc)
    queue = list(bound)
    while queue:
        place = queue.pop()
        need = at[place]
        found: list[tuple[Place, int]] = [
            ((arc.from_site, arc.material), need) for arc in into[place]
        ]
        for index in makers[place]:
            passed = need if index in tied else need & ~fixed[index].settled
            for fellow in tied.get(index, (index,)):
                inputs[fellow] |= passed
                process = processes[fellow]
                found += [((process.site, name), passed) for name in process.inputs if traced[name]]
        for earlier, bits in found:
            if bits & ~at[earlier]:
                at[earlier] |= bits
                queue.append(earlier)
    return dict(at), inputs


def looping(
    processes: tuple[NetworkProcess, ...], arcs: tuple[Arc, ...], traced: dict[str, bool]
) -> set[tuple[int, str]]:
    """Traced inputs, by process, that the process's own products can come back as.

    What has not reached such an input yet may still come, by way of the process itself.
    """
    onward: dict[Place, set[Place]] = defaultdict(set)
    for arc in arcs:
        onward[arc.from_site, arc.material].add((arc.to_site, arc.material))
    for process in processes:
        made = {(process.site, name) for name in process.outputs if traced[name]}
        for name in process.inputs:
            if traced[name]:
                onward[process.site, name] |= made
    circle = circles(onward)
    return {
        (index, name)
        for index, process in enumerate(processes)
        for name in process.inputs
        if traced[name]
        and any(
            circle.get((process.site, name), -1) == circle.get((process.site, product), -2)
            for product in process.outputs
            if traced[product]
        )
    }


def circles(onward: Mapping[K, Collection[K]]) -> dict[K, int]:
    """Number of the strongly connected component of each key (Tarjan's algorithm).

    What leads on to a component has a higher number than the component.
    """
    order: dict[K, int] = {}
    lowest: dict[K, int] = {}
    found: dict[K, int] = {}
    stack: list[K] = []
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
                if target not in found:
                    lowest[place] = min(lowest[place], order[target])
            else:
                path.pop()
                if path:
                    above = path[-1][0]
                    lowest[above] = min(lowest[above], lowest[place])
                if lowest[place] == order[place]:
                    number = len(found)
                    while True:
                        member = stack.pop()
                        found[member] = number
                        if member == place:
                            break
    return found


class CustomsOrigins(Struct):
    """Customs origins that reach each place, grouped where no duty tells them apart."""

    reached: dict[Place, dict[str, None]] = field(default_factory=dict)
    groups: dict[Place, dict[str, int]] = field(default_factory=dict)
    """Group number of each origin at a place."""
    names: dict[Place, list[tuple[str, ...]]] = field(default_factory=dict)
    """Origins of each group; a single empty tuple where no duty depends on them."""

    def group(self, place: Place, origin: str) -> int:
        """Group that an origin belongs to at a place."""
        return self.groups[place][origin]


def origins(
    sources: Iterable[tuple[Place, str]],
    arcs: tuple[Arc, ...],
    country: dict[str, str],
    duties: DutyRates,
) -> CustomsOrigins:
    """Group the origins that reach each place by the duties that still await them."""
    leaving: dict[Place, list[Arc]] = defaultdict(list)
    for arc in arcs:
        leaving[arc.from_site, arc.material].append(arc)
    result = CustomsOrigins()
    queue: list[tuple[Place, str]] = list(dict.fromkeys(sources))
    while queue:
        place, origin = queue.pop()
        known = result.reached.setdefault(place, {})
        if origin not in known:
            known[origin] = None
            queue += [((arc.to_site, arc.material), origin) for arc in leaving[place]]
    awaiting = _awaiting(arcs, country, duties)
    for place, found in result.reached.items():
        ahead = sorted(awaiting.get(place, ()))
        if not ahead:
            result.groups[place] = dict.fromkeys(found, 0)
            result.names[place] = [()]
            continue
        signatures: dict[tuple[tuple[float, ...], ...], list[str]] = defaultdict(list)
        for origin in sorted(found):
            duty = tuple(duties.per_tonne(origin, country_to, place[1]) for country_to in ahead)
            signatures[duty].append(origin)
        result.names[place] = [tuple(group) for group in signatures.values()]
        result.groups[place] = {
            origin: number for number, group in enumerate(signatures.values()) for origin in group
        }
    return result


def _awaiting(
    arcs: tuple[Arc, ...], country: dict[str, str], duties: DutyRates
) -> dict[Place, set[str]]:
    """Countries into which a material may still be brought, duty to pay, before it is worked."""
    ahead: dict[Place, set[str]] = defaultdict(set)
    into: dict[Place, list[Arc]] = defaultdict(list)
    queue: list[Place] = []
    for arc in arcs:
        into[arc.to_site, arc.material].append(arc)
        target = country[arc.to_site]
        if country[arc.from_site] != target and duties.apply(target, arc.material):
            ahead[arc.from_site, arc.material].add(target)
            queue.append((arc.from_site, arc.material))
    while queue:
        place = queue.pop()
        for arc in into[place]:
            earlier = (arc.from_site, arc.material)
            if not ahead[place] <= ahead[earlier]:
                ahead[earlier] |= ahead[place]
                queue.append(earlier)
    return dict(ahead)
