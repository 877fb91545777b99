"""Provenance classes: generated forward from the sources, never enumerated.

A class is the set of a lot's traits that are distinguished at its place, and its group of
customs origins. Generation starts at offers, opening stocks and orders and runs to a fixed
point, because loops inside a period (returns, swarf, solvent) are allowed: an input of a loop
that no lot has reached yet does not exclude a process. Pruning removes classes without a
source later.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator

from msgspec import Struct, field

from optimizer.network.calendar import members
from optimizer.network.flows import Node
from optimizer.network.label_reachability import (
    CommingledProcesses,
    CustomsOrigins,
    ProcessEffect,
    SiteMaterial,
)
from optimizer.network.network_data import Arc, NetworkProcess

LotClass = tuple[int, int]
"""Mask of traits and group of customs origins."""

ANY_ORIGIN = -1
"""Group of a class whose customs origin is dropped, for use in a process."""


class ClassBooking(Struct, frozen=True):
    """A process run on inputs booked as having some traits."""

    process: int
    broken: int
    inputs: dict[str, tuple[SiteMaterial, LotClass]]
    outputs: tuple[tuple[int, dict[str, tuple[SiteMaterial, LotClass]]], ...]
    """Periods, and the class of each output in them."""


class ProvenanceClasses(Struct):
    """Classes that reach each place, and the runs on them."""

    reached: dict[SiteMaterial, dict[LotClass, None]] = field(
        default_factory=lambda: defaultdict(dict)
    )
    targets: dict[SiteMaterial, dict[LotClass, bool]] = field(
        default_factory=lambda: defaultdict(dict)
    )
    """Classes that inputs are booked as; True if a lot with fewer traits may be booked so."""
    bookings: list[ClassBooking] = field(default_factory=list)


class ClassGeneration:
    """Propagates classes from the sources over arcs and through processes."""

    def __init__(
        self,
        processes: tuple[NetworkProcess, ...],
        process_effects: tuple[ProcessEffect, ...],
        arcs: tuple[Arc, ...],
        country: dict[str, str],
        traced: dict[str, bool],
        followed: dict[SiteMaterial, int],
        inputs_followed: list[int],
        origins: CustomsOrigins,
        commingled: CommingledProcesses,
        loop_inputs: set[tuple[int, str]],
    ) -> None:
        self._processes = processes
        self._commingled = commingled
        self._loop_inputs = loop_inputs
        self._effects = process_effects
        self._country = country
        self._traced = traced
        self._followed = followed
        self._inputs_followed = inputs_followed
        self._origins = origins
        self._leaving: dict[SiteMaterial, list[SiteMaterial]] = defaultdict(list)
        for arc in arcs:
            self._leaving[arc.from_site, arc.material].append((arc.to_site, arc.material))
        self._users: dict[SiteMaterial, list[int]] = defaultdict(list)
        for index, process in enumerate(processes):
            for material in process.inputs:
                self._users[process.site, material] += commingled.get(index, (index,))
        self._known: list[set[int]] = [set() for _ in processes]
        self.classes = ProvenanceClasses()

    def run(self, sources: Iterable[tuple[SiteMaterial, LotClass]]) -> ProvenanceClasses:
        """Classes reached from the sources, to a fixed point."""
        self._spread(sources)
        for index in range(len(self._processes)):
            self._spread(self._new_outputs(index))
        for index, process in enumerate(self._processes):
            for broken in sorted(self._known[index]):
                self.classes.bookings.append(self._booking(index, process, broken))
        return self.classes

    def _spread(self, sources: Iterable[tuple[SiteMaterial, LotClass]]) -> None:
        reached = self.classes.reached
        queue = list(sources)
        while queue:
            place, lot_class = queue.pop()
            if lot_class in reached[place]:
                continue
            reached[place][lot_class] = None
            for target in self._leaving[place]:
                queue.append((target, self.moved(place, lot_class, target)))
            if self._traced[place[1]]:
                for index in self._users[place]:
                    queue += self._new_outputs(index)

    def arriving(self, place: SiteMaterial, broken: int, origin: str) -> LotClass:
        """Class in which a lot of some traits and origin enters a place."""
        return broken & self._followed.get(place, 0), self._origins.group(place, origin)

    def moved(self, place: SiteMaterial, lot_class: LotClass, target: SiteMaterial) -> LotClass:
        """Class of a lot after it is shipped to another place."""
        broken, group = lot_class
        origin = next(
            name for name, number in self._origins.groups[place].items() if number == group
        )
        return self.arriving(target, broken, origin)

    def _new_outputs(self, index: int) -> list[tuple[SiteMaterial, LotClass]]:
        """Output classes of the runs that have become possible for a process."""
        outputs: list[tuple[SiteMaterial, LotClass]] = []
        for broken in self._labels(index) - self._known[index]:
            self._known[index].add(broken)
            for _, made in self._outputs(index, broken):
                outputs += made.values()
        return outputs

    def _labels(self, index: int) -> set[int]:
        """Masks that the inputs of a process can be booked as.

        At a plant that cannot segregate lots these include the traits of the inputs of all its
        processes.
        """
        labels = self._labels_of_process(index)
        for fellow in self._commingled.get(index, ()):
            if fellow != index and labels:
                fellow_labels = self._labels_of_process(fellow) | {0}
                labels = {label | other for label in labels for other in fellow_labels}
        return labels

    def _labels_of_process(self, index: int) -> set[int]:
        """All unions of masks over the traced inputs of a process.

        An input that the process's own products can become does not exclude a run, because its
        classes may depend on that run. Any other input must have been reached.
        """
        process, needed = self._processes[index], self._inputs_followed[index]
        labels = {0}
        for material in process.inputs:
            if self._traced[material]:
                masks = {broken & needed for broken in self._masks((process.site, material))}
                if (index, material) in self._loop_inputs:
                    masks.add(0)
                labels = {label | broken for label in labels for broken in masks}
        return labels

    def _outputs(
        self, index: int, broken: int
    ) -> tuple[tuple[int, dict[str, tuple[SiteMaterial, LotClass]]], ...]:
        process, process_effects = self._processes[index], self._effects[index]
        country = self._country[process.site]
        variants: dict[int, int] = {}
        for t in members(process.periods):
            inherited = (
                broken if index in self._commingled else broken & ~process_effects.cleared[t]
            )
            after = inherited | process_effects.broken[t]
            variants[after] = variants.get(after, 0) | 1 << t
        merged: dict[tuple[tuple[str, tuple[SiteMaterial, LotClass]], ...], int] = {}
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
        varying = [
            material
            for material in process.inputs
            if self._traits_of_input(process, material) & needed
        ]
        inputs = {}
        for material in process.inputs:
            place = (process.site, material)
            mixed = index in self._commingled or any(other != material for other in varying)
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
            lot_class = (target, ANY_ORIGIN if pooled else 0)
            known = self.classes.targets[place]
            known[lot_class] = known.get(lot_class, False) or cleaner
            inputs[material] = (place, lot_class)
        return ClassBooking(index, broken, inputs, self._outputs(index, broken))

    def _masks(self, place: SiteMaterial) -> set[int]:
        return {broken for broken, _ in self.classes.reached.get(place, ())}

    def _traits_of_input(self, process: NetworkProcess, material: str) -> int:
        """Union of the traits of all lots of an input."""
        all_followed = 0
        for broken in self._masks((process.site, material)):
            all_followed |= broken
        return all_followed


def downgrades(
    reached: Iterable[LotClass], targets: dict[LotClass, bool]
) -> Iterator[tuple[LotClass, LotClass]]:
    """Direct downgrades from lots to the classes that inputs are booked as (transitive reduction).

    A lot may be booked as having more traits than it has, or without its origin.
    """
    reached = list(reached)
    elements = list(dict.fromkeys((*reached, *targets)))

    def steps(lot_class: LotClass) -> list[LotClass]:
        return [
            target
            for target, cleaner in targets.items()
            if target != lot_class and _may_be_booked(lot_class, target, cleaner)
        ]

    ahead: dict[LotClass, list[LotClass]] = {lot_class: steps(lot_class) for lot_class in elements}
    for lot_class, nexts in ahead.items():
        for target in nexts:
            if not any(target in ahead[middle] for middle in nexts if middle != target):
                yield lot_class, target


def _may_be_booked(lot_class: LotClass, target: LotClass, cleaner: bool) -> bool:
    (broken, group), (wanted, pool) = lot_class, target
    if pool != group and pool != ANY_ORIGIN:
        return False
    return broken == wanted or (cleaner and broken & ~wanted == 0)


def node_maker(
    trait_names: Callable[[int], tuple[str, ...]],
    all_followed: int,
    followed: dict[SiteMaterial, int],
    origins: CustomsOrigins,
) -> Callable[[int, SiteMaterial, LotClass, bool], Node]:
    """Function that makes nodes with readable names of their classes."""

    def make(index: int, place: SiteMaterial, lot_class: LotClass, target: bool) -> Node:
        broken, group = lot_class
        here = followed.get(place, 0)
        groups = origins.names.get(place, [()])
        origin = "" if group == ANY_ORIGIN or group >= len(groups) else " or ".join(groups[group])
        name = class_name(trait_names, broken, here, all_followed)
        if group == ANY_ORIGIN:
            name += ", any origin"
        elif len(groups) > 1:
            name += f", from {origin}"
        return Node(index, place[0], place[1], broken, here, origin, name, target)

    return make


def class_name(
    trait_names: Callable[[int], tuple[str, ...]], broken: int, followed: int, all_followed: int
) -> str:
    """Class in words: the rules that it breaks, or those that it is known to keep."""
    if broken:
        return "breaks " + "; ".join(trait_names(broken))
    if followed == all_followed and all_followed:
        return "clean"
    if followed:
        return "clean of " + "; ".join(trait_names(followed))
    return "any"
