"""Composition of materials: tonnes of each traced input in a tonne of a material.

Inputs are the oxides that a separation recovers, and every traced material with a stage that
is neither made nor assayed (iron, cobalt, a concentrate without an assay).
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Set as AbstractSet
from functools import cached_property

from msgspec import Struct

from optimizer.network.network_data import Network, NetworkProcess

ALL_INPUTS = "all"
"""Name of all traced inputs together, weighted by the tonnes used."""
InputContents = dict[str, float]
"""Tonnes of each input in a tonne."""


class Composition(Struct, frozen=True, dict=True):
    """Composition of the materials of a network."""

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
        """Share of an oxide that ends up in a product, by recipe, oxide and product."""
        known: dict[str, dict[str, dict[str, float]]] = {}
        for row in self.network.case.recoveries:
            products = known.setdefault(row.recipe, {}).setdefault(row.oxide, {})
            products[row.product] = products.get(row.product, 0.0) + row.recovery
        return known

    @cached_property
    def assays(self) -> dict[str, InputContents]:
        """Recovered oxides in a tonne of each feed."""
        oxides = {oxide for recovered in self._recoveries.values() for oxide in recovered}
        assays: dict[str, InputContents] = {}
        for row in self.network.case.assays:
            contents = assays.setdefault(row.feed, {})
            if row.oxide in oxides and row.share:
                contents[row.oxide] = contents.get(row.oxide, 0.0) + row.share
        return assays

    def constituents(self, process: NetworkProcess) -> dict[str, float]:
        """Inputs that end up in the products, tonnes per unit of activity.

        For a separation this is the feed. Otherwise a traced input without a stage (a reagent)
        counts only if no traced input has a stage.
        """
        if process.feed and process.recipe in self._recoveries:
            return {process.feed: process.inputs.get(process.feed, 1.0)}
        staged = {name: q for name, q in process.inputs.items() if name in self._staged}
        return staged or {name: q for name, q in process.inputs.items() if name in self.traced}

    def product_shares(self, process: NetworkProcess, name: str) -> InputContents:
        """Share of an input that ends up in each product: by recoveries, else by mass."""
        recovered = self._recoveries.get(process.recipe) if process.feed else None
        if recovered and name in recovered:
            return recovered[name]
        made = sum(process.outputs.values())
        return {product: tonnes / made for product, tonnes in process.outputs.items()}

    @cached_property
    def contents(self) -> dict[str, InputContents]:
        """Tonnes of each input in a tonne of each material, by assays and recipes alone.

        A feed has its assay. A product has the average over the recipes that supply the input;
        a recipe that only closes a loop does not count. So a product waits for every recipe that
        makes it, but not for those that take in what is made of it.
        """
        recipes = {(p.recipe, p.feed): p for p in self.network.processes}
        makers: dict[str, list[NetworkProcess]] = {}
        for process in recipes.values():
            for product in process.outputs:
                makers.setdefault(product, []).append(process)
        known = dict(self.assays)
        for row in self.network.case.materials:
            if row.material not in known and row.material not in makers:
                known[row.material] = {row.material: 1.0} if row.material in self._staged else {}
        waiting = [material for material in makers if material not in known]
        made_of = self._made_of({material: makers[material] for material in waiting})
        for material in waiting:
            loops = made_of(material)
            straight = [p for p in makers[material] if not loops & self.constituents(p).keys()]
            makers[material] = straight or makers[material]
        while waiting:
            ready = self._ready(waiting, makers, known) or self._loop(waiting, makers, known)
            if not ready:
                break
            known |= ready
            waiting = [material for material in waiting if material not in known]
        return known | {material: {} for material in waiting}

    def _made_of(
        self, makers: dict[str, list[NetworkProcess]]
    ) -> Callable[[str], AbstractSet[str]]:
        """A function that gives a material and all that is made of it, in any number of steps."""
        products: dict[str, set[str]] = {}
        for product, processes in makers.items():
            for process in processes:
                for constituent in self.constituents(process):
                    products.setdefault(constituent, set()).add(product)

        def made_of(material: str) -> AbstractSet[str]:
            found, fresh = {material}, {material}
            while fresh:
                fresh = set().union(*(products.get(name, ()) for name in fresh)) - found
                found |= fresh
            return found

        return made_of

    def _ready(
        self,
        waiting: list[str],
        makers: dict[str, list[NetworkProcess]],
        known: dict[str, InputContents],
    ) -> dict[str, InputContents]:
        """Contents of the materials of which all processes have known constituents."""
        return {
            material: self._average(material, makers[material], known)
            for material in waiting
            if all(i in known for p in makers[material] for i in self.constituents(p))
        }

    def _loop(
        self,
        waiting: list[str],
        makers: dict[str, list[NetworkProcess]],
        known: dict[str, InputContents],
    ) -> dict[str, InputContents]:
        """Contents of one material of a loop, from a process with some known constituents."""
        for material in waiting:
            ready_makers = [
                p for p in makers[material] if any(i in known for i in self.constituents(p))
            ]
            if ready_makers:
                return {material: self._average(material, ready_makers, known)}
        return {}

    def _average(
        self, material: str, makers: list[NetworkProcess], known: dict[str, InputContents]
    ) -> InputContents:
        sums: dict[str, list[float]] = {}
        for process in makers:
            content: InputContents = {}
            for constituent, tonnes in self.constituents(process).items():
                for name, share in known.get(constituent, {}).items():
                    part = self.product_shares(process, name).get(material, 0.0)
                    content[name] = content.get(name, 0.0) + share * tonnes * part
            for name, amount in content.items():
                if amount > 0:
                    sums.setdefault(name, []).append(amount / process.outputs[material])
        return {name: sum(values) / len(values) for name, values in sums.items()}
