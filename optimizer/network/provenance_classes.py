"""Provenance classes: generated from the sources forward, never enumerated.

A class is the set of traits that a lot has, as far as anything can still tell them
apart at its place, and its group of customs origins. Generation starts at offers,
opening stocks and orders and runs to a fixed point, since loops inside a period
(returns, swarf, solvent) are legal: an input of a loop that nothing has reached yet never
forbids a process. What turns out to have no source is pruned later.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator

from msgspec import Struct, field

from optimizer.network.calendar import members
from optimizer.network.flows import Node
from optimizer.network.label_reachability import CustomsOrigins, Place, ProcessEffect, Tied
from optimizer.network.network_data import Arc, NetworkProcess

Class = tuple[int, int]
"""Mask of traits and group of origins."""

POOL = -1
"""Group of a class whose origin has been left out, for use in a process."""


class ClassBooking(Struct, frozen=True):
    """A process run on inputs booked as having some traits."""

    process: int
    broken: int
    inputs: dict[str, tuple[Place, Class]]
    outputs: tuple[tuple[int, dict[str, tuple[Place, Class]]], ...]
    """Periods, and the class of each output in them."""


class ProvenanceClasses(Struct):
    """Classes that reach each place, and what processes book."""

    reached: dict[Place, dict[Class, None]] = field(default_factory=lambda: defaultdict(dict))
    targets: dict[Place, dict[Class, bool]] = field(default_factory=lambda: defaultdict(dict))
    """Classes that inputs are booked as; True where a cleaner lot may be booked so."""
    bookings: list[ClassBooking] = field(default_factory=list)


class ClassGeneration:
    """Pushes classes from the sources through ways and processes."""

    def __init__(
        self,
        processes: tuple[NetworkProcess, ...],
        fixed: tuple[ProcessEffect, ...],
        arcs: tuple[Arc, ...],
        country: dict[str, str],
        traced: dict[str, bool],
        followed: dict[Place, int],
        inputs_followed: list[int],
        origins: CustomsOrigins,
        tied: Tied,
        looping: set[tuple[int, str]],
    ) -> None:
        self._processes = processes
        self._tied = tied
        self._looping = looping
        self._fixed = fixed
        self._country = country
        self._traced = traced
        self._followed = followed
        self._inputs_followed = inputs_followed
        self._origins = origins
        self._leaving: dict[Place, list[Place]] = defaultdict(list)
        for arc in arcs:
            self._leaving[arc.from_site, arc.material].append((arc.to_site, arc.material))
        self._users: dict[Place, list[int]] = defaultdict(list)
        for index, process in enumerate(processes):
            for material in process.inputs:
                self._users[process.site, material] += tied.get(index, (index,))
        self._known: list[set[int]] = [set() for _ in processes]
        self.classes = ProvenanceClasses()

    def run(self, sources: Iterable[tuple[Place, Class]]) -> ProvenanceClasses:
        """Classes reached from the sources, to a fixed point."""
        self._spread(sources)
        for index in range(len(self._processes)):
            self._spread(self._new_outputs(index))
        for index, process in enumerate(self._processes):
            for broken in sorted(self._known[index]):
                self.classes.bookings.append(self._booking(index, process, broken))
        return self.classes

    def _spread(self, sources: Iterable[tuple[Place, Class]]) -> None:
        reached = self.classes.reached
        queue = list(sources)
        while queue:
            place, lot = queue.pop()
            if lot in reached[place]:
                continue
            reached[place][lot] = None
            for target in self._leaving[place]:
                queue.append((target, self.moved(place, lot, target)))
            if self._traced[place[1]]:
                for index in self._users[place]:
                    queue += self._new_outputs(index)

    def arriving(self, place: Place, broken: int, origin: str) -> Class:
        """Class in which a lot of some traits and origin enters a place."""
        return broken & self._followed.get(place, 0), self._origins.group(place, origin)

    def moved(self, place: Place, lot: Class, target: Place) -> Class:
        """Class of a lot after it is shipped to another place."""
        broken, group = lot
        origin = next(
            name for name, number in self._origins.groups[place].items() if number == group
        )
        return self.arriving(target, broken, origin)

    def _new_outputs(self, index: int) -> list[tuple[Place, Class]]:
        """Outputs of the bookings that have become possible for a process."""
        found: list[tuple[Place, Class]] = []
        for broken in self._labels(index) - self._known[index]:
            self._known[index].add(broken)
            for _, made in self._outputs(index, broken):
                found += made.values()
        return found

    def _labels(self, index: int) -> set[int]:
        """What the inputs of a process can be booked as.

        At a plant that cannot segregate that is what any of its processes may taint
        the whole plant with.
        """
        labels = self._own_labels(index)
        for fellow in self._tied.get(index, ()):
            if fellow != index and labels:
                others = self._own_labels(fellow) | {0}
                labels = {label | other for label in labels for other in others}
        return labels

    def _own_labels(self, index: int) -> set[int]:
        """Every union of classes over the traced inputs of a process.

        An input that the process's own products can come back as never forbids a run:
        its classes may depend on that very run. Any other must have been reached.
        """
        process, needed = self._processes[index], self._inputs_followed[index]
        labels = {0}
        for material in process.inputs:
            if self._traced[material]:
                own = {broken & needed for broken in self._masks((process.site, material))}
                if (index, material) in self._looping:
                    own.add(0)
                labels = {label | broken for label in labels for broken in own}
        return labels

    def _outputs(
        self, index: int, broken: int
    ) -> tuple[tuple[int, dict[str, tuple[Place, Class]]], ...]:
        process, fixed = self._processes[index], self._fixed[index]
        country = self._country[process.site]
        variants: dict[int, int] = {}
        for t in members(process.periods):
            kept = broken if index in self._tied else broken & ~fixed.cleared[t]
            after = kept | fixed.broken[t]
            variants[after] = variants.get(after, 0) | 1 << t
        merged: dict[tuple[tuple[str, tuple[Place, Class]], ...], int] = {}
        for after, periods in variants.items():
            made = []
            for material in process.outputs:
                place = (process.site, material)
                traits = after if self._traced[material] else 0
                made.append((material, (place, self.arriving(place, traits, country))))
            key = tuple(made)
            merged[key] = merged.get(key, 0) | periods
        return tuple((periods, dict(made)) for made, periods in merged.items())

    def _booking(self, index: int, process: NetworkProcess, broken: int) -> ClassBooking:
        needed = self._inputs_followed[index]
        varying = [material for material in process.inputs if self._any(process, material) & needed]
        inputs = {}
        for material in process.inputs:
            place = (process.site, material)
            mixed = index in self._tied or any(other != material for other in varying)
            usable = [
                mask
                for mask in self._masks(place)
                if mask & needed == broken or (mixed and not mask & needed & ~broken)
            ]
            target = 0
            for mask in usable:
                target |= mask
            cleaner = mixed or any(mask != target for mask in usable)
            pooled = len(self._origins.names.get(place, [()])) > 1
            lot = (target, POOL if pooled else 0)
            known = self.classes.targets[place]
            known[lot] = known.get(lot, False) or cleaner
            inputs[material] = (place, lot)
        return ClassBooking(index, broken, inputs, self._outputs(index, broken))

    def _masks(self, place: Place) -> set[int]:
        return {broken for broken, _ in self.classes.reached.get(place, ())}

    def _any(self, process: NetworkProcess, material: str) -> int:
        """Traits that any lot of an input has."""
        every = 0
        for broken in self._masks((process.site, material)):
            every |= broken
        return every


def downgrades(
    reached: Iterable[Class], targets: dict[Class, bool]
) -> Iterator[tuple[Class, Class]]:
    """Steps by which lots become what inputs are booked as, none that two others make.

    A lot may be booked as having more traits than it has, or without its origin.
    """
    reached = list(reached)
    elements = list(dict.fromkeys((*reached, *targets)))

    def steps(lot: Class) -> list[Class]:
        return [
            target
            for target, cleaner in targets.items()
            if target != lot and _becomes(lot, target, cleaner)
        ]

    ahead: dict[Class, list[Class]] = {lot: steps(lot) for lot in elements}
    for lot, nexts in ahead.items():
        for target in nexts:
            if not any(target in ahead[middle] for middle in nexts if middle != target):
                yield lot, target


def _becomes(lot: Class, target: Class, cleaner: bool) -> bool:
    (broken, group), (wanted, pool) = lot, target
    if pool != group and pool != POOL:
        return False
    return broken == wanted or (cleaner and broken & ~wanted == 0)


def node_maker(
    trait_names: Callable[[int], tuple[str, ...]],
    every: int,
    followed: dict[Place, int],
    origins: CustomsOrigins,
) -> Callable[[int, Place, Class, bool], Node]:
    """Maker of nodes with readable names of their classes."""

    def make(index: int, place: Place, lot: Class, target: bool) -> Node:
        broken, group = lot
        here = followed.get(place, 0)
        groups = origins.names.get(place, [()])
        origin = "" if group == POOL or group >= len(groups) else " or ".join(groups[group])
        name = class_name(trait_names, broken, here, every)
        if group == POOL:
            name += ", any origin"
        elif len(groups) > 1:
            name += f", from {origin}"
        return Node(index, place[0], place[1], broken, here, origin, name, target)

    return make


def class_name(
    trait_names: Callable[[int], tuple[str, ...]], broken: int, followed: int, every: int
) -> str:
    """Class in words: what it breaks, else how far it is known to be clean."""
    if broken:
        return "breaks " + "; ".join(trait_names(broken))
    if followed == every and every:
        return "clean"
    if followed:
        return "clean of " + "; ".join(trait_names(followed))
    return "any"
