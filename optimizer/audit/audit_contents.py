"""Contents of each material: tonnes of each traced input in a tonne, from the workbook.

Inputs are the oxides that a separation recovers, and each traced material with a stage that is
neither made nor assayed.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from msgspec import Struct

from optimizer.audit.audit_calendar import Floats
from optimizer.audit.audit_workbook import AuditWorkbook


class RecipeConversion(Struct):
    """A recipe on a feed: inputs that become products, and outputs, per unit of activity."""

    product_inputs: dict[str, float]
    outputs: dict[str, float]
    splits: dict[str, Floats]
    """By product: share of each input that ends in it."""


class AuditContents:
    """Inputs by name, and tonnes of each in a tonne of each material."""

    def __init__(self, workbook: AuditWorkbook) -> None:
        self.workbook = workbook
        self._keys = dict.fromkeys(self._every_conversion())
        made = {
            material
            for key in self._keys
            for material, tonnes in workbook.recipe(*key).outputs.items()
            if tonnes
        }
        oxides = {oxide for by_oxide in workbook.recoveries.values() for oxide in by_oxide}
        raw = workbook.materials.keys() - made - workbook.assays.keys()
        staged = {name for name in raw if workbook.materials[name].traced}
        staged = {name for name in staged if workbook.materials[name].stage}
        assayed = {
            row.oxide
            for rows in workbook.assays.values()
            for row in rows
            if row.oxide in oxides and row.share
        }
        self.names: list[str] = sorted(staged | assayed)
        self._number = {name: i for i, name in enumerate(self.names)}
        self.conversions = {key: self._conversion(*key) for key in self._keys}
        self.of = {name: self._vector_of({name: 1.0} if name in staged else {}) for name in raw}
        """Tonnes of each input in a tonne, by material."""
        for feed, rows in workbook.assays.items():
            parts: dict[str, float] = {}
            for row in rows:
                parts[row.oxide] = parts.get(row.oxide, 0.0) + row.share
            self.of[feed] = self._vector_of(parts)
        self._fill_made_materials()

    def _every_conversion(self) -> Iterator[tuple[str, str]]:
        """Recipe and feed of the rows of Processes; ``*`` is every feed that has an assay."""
        for (_, recipe, feed), units in self.workbook.processes.items():
            if feed != "*":
                yield recipe, feed
            elif any(rows.touched.any() for rows in units.values()):
                yield from ((recipe, assayed_feed) for assayed_feed in self.workbook.assays)

    def _vector_of(self, parts: dict[str, float]) -> Floats:
        vector = np.zeros(len(self.names))
        for name, share in parts.items():
            if name in self._number:
                vector[self._number[name]] = share
        return vector

    def _conversion(self, recipe: str, feed: str) -> RecipeConversion:
        """The contract: "recovery: tonnes recovered of a tonne of contained oxide"."""
        workbook = self.workbook
        amounts = workbook.recipe(recipe, feed)
        outputs = {name: tonnes for name, tonnes in amounts.outputs.items() if tonnes}
        product_inputs = workbook.product_inputs(recipe, feed)
        by_mass = sum(outputs.values())
        recoveries = workbook.recoveries.get(recipe, {}) if feed else {}
        splits = {}
        for product, tonnes in outputs.items():
            share = np.full(len(self.names), tonnes / by_mass)
            for oxide, rows in recoveries.items():
                if oxide in self._number:
                    recovery = sum(row.recovery for row in rows if row.product == product)
                    share[self._number[oxide]] = recovery
            splits[product] = share
        return RecipeConversion(
            {name: amounts.inputs[name] for name in product_inputs}, outputs, splits
        )

    def _fill_made_materials(self) -> None:
        """Contents of made materials, in rounds: each round uses the contents known before it.

        A material has the mean of its conversions that bring an input, once all materials that
        these use are known. Conversions that use what is made of the material close a loop and are
        left out, if there are others. If no material qualifies, the first in the order of
        Processes with a conversion that uses any known material has the mean of such conversions.
        """
        makers: dict[str, list[RecipeConversion]] = {}
        for conversion in self.conversions.values():
            for product in conversion.outputs:
                makers.setdefault(product, []).append(conversion)
        waiting = [material for material in makers if material not in self.of]
        self._leave_out_loops(waiting, makers)
        while waiting:
            contents = self._all_known(waiting, makers) or self._partly_known(waiting, makers)
            self.of |= contents or {material: self._vector_of({}) for material in waiting}
            waiting = [material for material in waiting if material not in self.of]

    def _leave_out_loops(
        self, waiting: list[str], makers: dict[str, list[RecipeConversion]]
    ) -> None:
        """Strike conversions that use what is made of their product, if others are left.

        ``feeds[i, j]`` is true where material i goes into material j, in any number of steps:
        Warshall's closure over the materials that are not known from the start.
        """
        place = {material: i for i, material in enumerate(waiting)}
        feeds = np.eye(len(waiting), dtype=bool)
        for material, j in place.items():
            for conversion in makers[material]:
                for taken in conversion.product_inputs.keys() & place.keys():
                    feeds[place[taken], j] = True
        for k in range(len(waiting)):
            feeds |= np.outer(feeds[:, k], feeds[k])
        for material, j in place.items():
            straight = [
                conversion
                for conversion in makers[material]
                if not any(
                    feeds[j, place[taken]]
                    for taken in conversion.product_inputs.keys() & place.keys()
                )
            ]
            makers[material] = straight or makers[material]

    def _all_known(
        self, waiting: list[str], makers: dict[str, list[RecipeConversion]]
    ) -> dict[str, Floats]:
        """Contents of materials of which all conversions use known materials."""
        return {
            material: self._mean(material, makers[material])
            for material in waiting
            if all(c.product_inputs.keys() <= self.of.keys() for c in makers[material])
        }

    def _partly_known(
        self, waiting: list[str], makers: dict[str, list[RecipeConversion]]
    ) -> dict[str, Floats]:
        """Contents of the first material with conversions that use any known material."""
        for material in waiting:
            usable = [c for c in makers[material] if c.product_inputs.keys() & self.of.keys()]
            if usable:
                return {material: self._mean(material, usable)}
        return {}

    def _mean(self, material: str, conversions: list[RecipeConversion]) -> Floats:
        """Mean content of each input over the conversions that bring it."""
        no_inputs = self._vector_of({})
        brought = np.array(
            [
                sum(
                    (
                        self.of.get(taken, no_inputs) * q
                        for taken, q in conversion.product_inputs.items()
                    ),
                    no_inputs,
                )
                * (conversion.splits[material] / conversion.outputs[material])
                for conversion in conversions
            ]
        )
        count = np.count_nonzero(brought > 0, axis=0)
        return np.asarray(brought.sum(axis=0) / np.maximum(count, 1), dtype=float)
