"""Bounds over windows that may have a price: contracts, rule shares, limits, blends, options."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from optimizer.audit.audit_calendar import Floats
from optimizer.audit.audit_compliance import AuditDeliveries, labelled_windows, phase_text
from optimizer.audit.audit_investment import InvestmentAudit
from optimizer.audit.audit_limits import LimitAudit
from optimizer.audit.audit_quantities import QuantityAudit
from optimizer.audit.audit_restriction import NO_BOUND, Restriction
from optimizer.audit.audit_workbook import AuditWorkbook

RestrictionIterator = Iterator[Restriction]


class AuditWindowRestrictions:
    """Bounds of one plan over a contract, a window or the horizon."""

    def __init__(
        self,
        workbook: AuditWorkbook,
        quantities: QuantityAudit,
        limits: LimitAudit,
        deliveries: AuditDeliveries,
        investment: InvestmentAudit,
    ) -> None:
        self.workbook, self.quantities, self.limits = workbook, quantities, limits
        self.deliveries, self.investment = deliveries, investment
        self.calendar = workbook.calendar

    def makers(self) -> dict[str, Callable[[], RestrictionIterator]]:
        """Generator of the bounds of each kind."""
        return {
            "contract": self._contracts,
            "take or pay": self._take_or_pay,
            "rule share": self._rule_shares,
            "limit": self._limits,
            "blend": self._blends,
            "option": self._options,
        }

    def _contracts(self) -> RestrictionIterator:
        for names, row, most, taken in self.quantities.contract_rows():
            paid = np.array([row.take_or_pay * most]) if row.take_or_pay else NO_BOUND
            yield Restriction(
                kind="contract",
                names=names,
                labels=("",),
                value=np.array([taken]),
                size=np.array([taken]),
                unit="t",
                sheet="Supply",
                headers=("", "contract quantity"),
                rows=(row,),
                high=np.array([most]),
                binds_to=paid,
                dated=False,
            )

    def _take_or_pay(self) -> RestrictionIterator:
        for names, row, most, taken in self.quantities.contract_rows():
            if row.take_or_pay:
                yield Restriction(
                    kind="take or pay",
                    names=names,
                    labels=("",),
                    value=np.array([taken]),
                    size=np.array([max(taken, most)]),
                    unit="t",
                    sheet="Supply",
                    headers=("take or pay", ""),
                    rows=(row,),
                    low=np.array([row.take_or_pay * most]),
                    dated=False,
                )

    def _restrictions_by_window(
        self,
        kind: str,
        names: tuple[str, ...],
        labels: Sequence[str],
        value: Floats,
        place: tuple[str, str, str],
        row: Any,
        *,
        unit: str = "t",
        size: Floats = NO_BOUND,
        low: Floats = NO_BOUND,
        high: Floats = NO_BOUND,
    ) -> RestrictionIterator:
        """One bound for each window; the label of a window that is no period goes into the name."""
        for i, label in enumerate(labels):
            period = label in self.calendar.index
            yield Restriction(
                kind=kind,
                names=names if period else (*names, label),
                labels=(label if period else "",),
                value=value[i : i + 1],
                size=(size if size.size else np.abs(value))[i : i + 1],
                unit=unit,
                sheet=place[0],
                headers=place[1:],
                rows=(row,),
                low=low[i : i + 1],
                high=high[i : i + 1],
                dated=False,
            )

    def _rule_shares(self) -> RestrictionIterator:
        """Tonnes above the share that may break a rule.

        The contract: "of the tonnes delivered to one line in the periods of the window".
        """
        for rule in self.workbook.case.rules:
            if not 0 < rule.maximum_share < 1:
                continue
            for key in self.workbook.demand:
                bound = self.workbook.binds(rule, key)
                tonnes = self.deliveries.delivered(key)
                excess = self.deliveries.breaking(rule, key) - rule.maximum_share * tonnes
                bound_windows = [
                    (label, periods & bound)
                    for label, periods in labelled_windows(self.workbook, rule)
                ]
                bound_windows = [
                    (label, periods) for label, periods in bound_windows if periods.any()
                ]
                yield from self._restrictions_by_window(
                    "rule share",
                    (rule.rule, phase_text(rule), *key),
                    [label for label, _ in bound_windows],
                    np.array([excess[periods].sum() for _, periods in bound_windows]),
                    ("Rules", "", "maximum share"),
                    rule,
                    size=np.array([tonnes[periods].sum() for _, periods in bound_windows]),
                    high=np.zeros(len(bound_windows)),
                )

    def _limits(self) -> RestrictionIterator:
        """The contract: "tonnes or money per window, not per year; or share"."""
        for row in self.workbook.case.limits:
            amount, total = self.limits.amounts_by_window(row)
            binds = self.calendar.touches(row.start, row.end)
            labels = [
                label
                for label, here in labelled_windows(self.workbook, row)
                if (here & binds).any()
            ]
            names = (row.limit, row.measure, f"row {row.row}")
            place = ("Limits", "minimum", "maximum")
            nothing, unit = np.zeros(amount.size), "as in Limits"
            if row.as_ != "share":
                low, high = nothing + (row.minimum or -np.inf), nothing + row.maximum
                yield from self._restrictions_by_window(
                    "limit", (*names, "sum"), labels, amount, place, row, unit=unit, low=low,
                    high=high,
                )  # fmt: skip
                continue
            for side, share in (("least", row.minimum), ("most", row.maximum)):
                value, size = amount - (share if share < np.inf else 0.0) * total, np.abs(total)
                yield from self._restrictions_by_window(
                    "limit", (*names, side), labels, value, place, row, unit=unit, size=size,
                    low=nothing if side == "least" else NO_BOUND,
                    high=nothing if side == "most" else NO_BOUND,
                )  # fmt: skip

    def _blends(self) -> RestrictionIterator:
        for row in self.workbook.case.blends:
            oxide, taken = self.limits.oxide_and_intake(row)
            for side, share in (("least", row.minimum), ("most", row.maximum)):
                nothing = np.zeros(oxide.size)
                yield from self._restrictions_by_window(
                    "blend",
                    (row.site, row.recipe, row.oxide, side),
                    self.calendar.labels,
                    oxide - share * taken,
                    ("Blends", "minimum", "maximum"),
                    row,
                    size=taken,
                    low=nothing if side == "least" else NO_BOUND,
                    high=nothing if side == "most" else NO_BOUND,
                )

    def _options(self) -> RestrictionIterator:
        """The contract: "any amount, up to `most` over the horizon"."""
        for name, option in self.investment.options.items():
            if option.kind == "any amount":
                number_built = self.investment.number_built(name).sum()
                yield Restriction(
                    kind="option",
                    names=(name,),
                    labels=("",),
                    value=np.array([number_built]),
                    size=np.array([number_built]),
                    unit="number",
                    sheet="Options",
                    headers=("", "most"),
                    rows=[term.row for term in option.terms],
                    high=np.array([option.max_number]),
                    dated=False,
                )
