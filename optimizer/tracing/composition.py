"""What materials are made of: the traced inputs and how much of each a tonne holds.

Inputs are the oxides that a separation recovers and every traced material with a stage
that is neither made nor assayed (iron, cobalt, a concentrate without an assay).
"""

from __future__ import annotations

from functools import cached_property

from msgspec import Struct

from optimizer.network.network_data import Network, NetworkProcess

ALL = "all"
"""Every traced input together, by tonnes taken in."""
Contents = dict[str, float]
"""Tonnes of each input in a tonne."""


class Composition(Struct, frozen=True, dict=True):
    """Contents of the materials of a network."""

    network: Network

    @cached_property
    def traced(self) -> set[str]:
        """Materials that carry provenance."""
        return {row.material for row in self.network.case.materials if row.traced}

    @cached_property
    def _staged(self) -> set[str]:
        return {row.material for row in self.network.case.materials if row.traced and row.stage}

    @cached_property
    def _recoveries(self) -> dict[str, dict[str, dict[str, float]]]:
        """Share of an oxide that ends in a product: by recipe, oxide and product."""
        found: dict[str, dict[str, dict[str, float]]] = {}
        for row in self.network.case.recoveries:
            products = found.setdefault(row.recipe, {}).setdefault(row.oxide, {})
            products[row.product] = products.get(row.product, 0.0) + row.recovery
        return found

    @cached_property
    def assays(self) -> dict[str, Contents]:
        """Recovered oxides in a tonne of each feed."""
        oxides = {oxide for found in self._recoveries.values() for oxide in found}
        assays: dict[str, Contents] = {}
        for row in self.network.case.assays:
            own = assays.setdefault(row.feed, {})
            if row.oxide in oxides and row.share:
                own[row.oxide] = own.get(row.oxide, 0.0) + row.share
        return assays

    def taken(self, process: NetworkProcess) -> dict[str, float]:
        """Inputs that products are made of, tonnes per unit of activity.

        A separation makes them of its feed; elsewhere what has no stage (a reagent) counts
        only where nothing that is traced has one.
        """
        if process.feed and process.recipe in self._recoveries:
            return {process.feed: process.inputs.get(process.feed, 1.0)}
        staged = {name: q for name, q in process.inputs.items() if name in self._staged}
        return staged or {name: q for name, q in process.inputs.items() if name in self.traced}

    def split(self, process: NetworkProcess, name: str) -> Contents:
        """Share of an input taken in that ends in each product: recoveries, else by mass."""
        recovered = self._recoveries.get(process.recipe) if process.feed else None
        if recovered and name in recovered:
            return recovered[name]
        made = sum(process.outputs.values())
        return {product: tonnes / made for product, tonnes in process.outputs.items()}

    @cached_property
    def contents(self) -> dict[str, Contents]:
        """Tonnes of each input in a tonne of each material, before anything is mixed.

        A feed has its assay. A product has the average over the recipes that bring the
        input; a recipe that only closes a loop does not count.
        """
        recipes = {(p.recipe, p.feed): p for p in self.network.processes}
        makers: dict[str, list[NetworkProcess]] = {}
        for process in recipes.values():
            for product in process.outputs:
                makers.setdefault(product, []).append(process)
        found = dict(self.assays)
        for row in self.network.case.materials:
            if row.material not in found and row.material not in makers:
                found[row.material] = {row.material: 1.0} if row.material in self._staged else {}
        waiting = [material for material in makers if material not in found]
        while waiting:
            ready = self._ready(waiting, makers, found) or self._loop(waiting, makers, found)
            if not ready:
                break
            found |= ready
            waiting = [material for material in waiting if material not in found]
        return found | {material: {} for material in waiting}

    def _ready(
        self,
        waiting: list[str],
        makers: dict[str, list[NetworkProcess]],
        found: dict[str, Contents],
    ) -> dict[str, Contents]:
        """Contents of the materials of which all that a maker takes is known."""
        ready: dict[str, Contents] = {}
        for material in waiting:
            able = [p for p in makers[material] if all(i in found for i in self.taken(p))]
            if able:
                ready[material] = self._average(material, able, found)
        return ready

    def _loop(
        self,
        waiting: list[str],
        makers: dict[str, list[NetworkProcess]],
        found: dict[str, Contents],
    ) -> dict[str, Contents]:
        """Contents of one material of a loop, from what is known of what a maker takes."""
        for material in waiting:
            able = [p for p in makers[material] if any(i in found for i in self.taken(p))]
            if able:
                return {material: self._average(material, able, found)}
        return {}

    def _average(
        self, material: str, makers: list[NetworkProcess], found: dict[str, Contents]
    ) -> Contents:
        sums: dict[str, list[float]] = {}
        for process in makers:
            own: Contents = {}
            for taken, tonnes in self.taken(process).items():
                for name, share in found.get(taken, {}).items():
                    part = self.split(process, name).get(material, 0.0)
                    own[name] = own.get(name, 0.0) + share * tonnes * part
            for name, amount in own.items():
                if amount > 0:
                    sums.setdefault(name, []).append(amount / process.outputs[material])
        return {name: sum(values) / len(values) for name, values in sums.items()}
