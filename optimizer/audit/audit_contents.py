"""What the workbook says that a tonne of each material holds of each traced input.

Inputs are the oxides that a separation recovers, and each traced material with a stage that is
neither made nor assayed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import numpy as np
from msgspec import Struct

from optimizer.audit.audit_calendar import Floats
from optimizer.audit.audit_entitlements import Entitlements


class Conversion(Struct):
    """A recipe on a feed: what it makes its products of, and what it makes, per unit."""

    taken: dict[str, float]
    outputs: dict[str, float]
    splits: dict[str, Floats]
    """By product: share of each input taken in that ends in it."""


class Contents:
    """Inputs by name, and tonnes of each in a tonne of each material."""

    def __init__(self, given: Entitlements) -> None:
        self.given = given
        self._keys = dict.fromkeys(self._every_conversion())
        made = {
            material
            for key in self._keys
            for material, tonnes in given.recipe(*key).outputs.items()
            if tonnes
        }
        oxides = {oxide for own in given.recoveries.values() for oxide in own}
        raw = given.materials.keys() - made - given.assays.keys()
        staged = {name for name in raw if given.materials[name].traced}
        staged = {name for name in staged if given.materials[name].stage}
        assayed = {
            row.oxide
            for rows in given.assays.values()
            for row in rows
            if row.oxide in oxides and row.share
        }
        self.names: list[str] = sorted(staged | assayed)
        self._number = {name: i for i, name in enumerate(self.names)}
        self.conversions = {key: self._conversion(*key) for key in self._keys}
        self.of = {name: self._vector({name: 1.0} if name in staged else {}) for name in raw}
        """Tonnes of each input in a tonne, by material."""
        for feed, rows in given.assays.items():
            parts: dict[str, float] = {}
            for row in rows:
                parts[row.oxide] = parts.get(row.oxide, 0.0) + row.share
            self.of[feed] = self._vector(parts)
        self._make()

    def _every_conversion(self) -> Iterator[tuple[str, str]]:
        """Recipe and feed of the rows of Processes; ``*`` is every feed that has an assay."""
        for (_, recipe, feed), units in self.given.processes.items():
            if feed != "*":
                yield recipe, feed
            elif any(rows.touched.any() for rows in units.values()):
                yield from ((recipe, one) for one in self.given.assays)

    def _vector(self, parts: dict[str, float]) -> Floats:
        found = np.zeros(len(self.names))
        for name, share in parts.items():
            if name in self._number:
                found[self._number[name]] = share
        return found

    def _conversion(self, recipe: str, feed: str) -> Conversion:
        """The contract: "recovery: tonnes recovered of a tonne of contained oxide"."""
        given = self.given
        whole = given.recipe(recipe, feed)
        outputs = {name: tonnes for name, tonnes in whole.outputs.items() if tonnes}
        taken = given.taken(recipe, feed)
        by_mass = sum(outputs.values())
        recoveries = given.recoveries.get(recipe, {}) if feed else {}
        splits = {}
        for product, tonnes in outputs.items():
            share = np.full(len(self.names), tonnes / by_mass)
            for oxide, rows in recoveries.items():
                if oxide in self._number:
                    own = sum(row.recovery for row in rows if row.product == product)
                    share[self._number[oxide]] = own
            splits[product] = share
        return Conversion({name: whole.inputs[name] for name in taken}, outputs, splits)

    def _make(self) -> None:
        """Contents of what is made: in each round of what is known by then.

        A material has the mean of the conversions that bring an input and take only what is known.
        Where none does, there is a loop: the first material in the order of Processes of which a
        conversion takes something that is known has the mean of those, so what only closes a loop
        is left out.
        """
        makers: dict[str, list[Conversion]] = {}
        for conversion in self.conversions.values():
            for product in conversion.outputs:
                makers.setdefault(product, []).append(conversion)
        waiting = [material for material in makers if material not in self.of]
        while waiting:
            found = self._round(waiting, makers, all) or self._round(waiting, makers, any, most=1)
            self.of |= found or {material: self._vector({}) for material in waiting}
            waiting = [material for material in waiting if material not in self.of]

    def _round(
        self,
        waiting: list[str],
        makers: dict[str, list[Conversion]],
        enough: Callable[[Iterable[bool]], bool],
        most: int | None = None,
    ) -> dict[str, Floats]:
        """Contents of materials of which a conversion takes enough that is known."""
        found: dict[str, Floats] = {}
        for material in waiting:
            able = [
                conversion
                for conversion in makers[material]
                if enough(one in self.of for one in conversion.taken)
            ]
            if able and (most is None or len(found) < most):
                found[material] = self._mean(material, able)
        return found

    def _mean(self, material: str, conversions: list[Conversion]) -> Floats:
        """Of each input the mean over the conversions that bring it."""
        nothing = self._vector({})
        brought = np.array(
            [
                sum((self.of.get(one, nothing) * q for one, q in conversion.taken.items()), nothing)
                * (conversion.splits[material] / conversion.outputs[material])
                for conversion in conversions
            ]
        )
        count = np.count_nonzero(brought > 0, axis=0)
        return np.asarray(brought.sum(axis=0) / np.maximum(count, 1), dtype=float)
