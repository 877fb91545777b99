"""Cost of compliance: what all rules together cost, from the table of rule costs."""

from __future__ import annotations

from msgspec import Struct

from optimizer.report.excel_values import clean, finite
from optimizer.result.price_layouts import ALL_RULES, RULE_COSTS_LAYOUT
from optimizer.result.result_table import Tables

_HEADERS = ("rule", "cost_without", "premium", "gap")


class ComplianceCost(Struct, frozen=True):
    """Row of Rule costs for all rules, or for the only rule; money is present value."""

    rule: str
    without: float | None
    """Cost of the plan without rules; None if there is none."""
    premium: float | None
    """What the rules cost; None if it is not known, or within the gap."""
    gap: float | None
    """How far the premium may be off; None if that is not known."""

    @property
    def relative(self) -> float | None:
        """The premium relative to the cost without rules."""
        if self.premium is None or not self.without:
            return None
        return self.premium / abs(self.without)


def compliance_cost(tables: Tables) -> ComplianceCost | None:
    """The cost of compliance of a plan; None if nobody worked it out."""
    costs = tables.get(RULE_COSTS_LAYOUT.name)
    if costs is None or not set(_HEADERS) <= set(costs.layout.headers):
        return None
    rows = list(zip(*(costs[header] for header in _HEADERS), strict=True))
    chosen = [row for row in rows if row[0] == ALL_RULES] or (rows if len(rows) == 1 else [])
    if not chosen:
        return None
    rule, without, premium, gap = chosen[0]
    return ComplianceCost(clean(rule), finite(without), finite(premium), finite(gap))
