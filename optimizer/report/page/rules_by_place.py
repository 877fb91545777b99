"""Which rules count for a lot of the pictures: those that are in force for it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Set as AbstractSet
from typing import TYPE_CHECKING

from optimizer.report.excel_values import clean

if TYPE_CHECKING:
    from optimizer.plan import Result

_NO_RULES: AbstractSet[str] = frozenset()


class RulesByPlace:
    """Rules in force by demand line, by customer and material, and anywhere, in each period.

    What a customer gets is judged by the rules that bind that customer then. What is still on its
    way through the chain may go to anyone: each rule counts that binds a delivery of that period.
    """

    def __init__(self, result: Result) -> None:
        network = result.network
        self._of_line: dict[tuple[str, str, str, str], set[str]] = defaultdict(set)
        self._of_customer: dict[tuple[str, str, str], set[str]] = defaultdict(set)
        self._of_period: dict[str, set[str]] = defaultdict(set)
        self._customers = {(line.customer, line.material) for line in network.lines}
        for phase in network.phases:
            rule = clean(phase.rule)
            for index, bound in phase.lines.items():
                line = network.lines[index]
                for t, period in enumerate(network.calendar.labels):
                    if not bound >> t & 1:
                        continue
                    self._of_line[line.name, line.customer, line.material, period].add(rule)
                    self._of_customer[line.customer, line.material, period].add(rule)
                    self._of_period[period].add(rule)

    def of_delivery(self, places: tuple[str, ...], material: str, period: str) -> AbstractSet[str]:
        """Rules that bind a demand line in a period; places are line, customer and segment."""
        line, customer, *_ = places
        return self._of_line.get((line, customer, material, period), _NO_RULES)

    def of_shipment(self, places: tuple[str, ...], material: str, period: str) -> AbstractSet[str]:
        """Rules in force when a shipment departs; places are start and end of the lane."""
        end = places[1]
        if (end, material) in self._customers:
            return self._of_customer.get((end, material, period), _NO_RULES)
        return self._of_period.get(period, _NO_RULES)

    def of_purchase(self, _: tuple[str, ...], __: str, period: str) -> AbstractSet[str]:
        """Rules that bind any delivery of a period."""
        return self._of_period.get(period, _NO_RULES)
