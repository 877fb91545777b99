"""Bounds over windows that may have a price: contracts, rules with a share, limits, options."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from optimizer.audit.audit_calendar import Floats
from optimizer.audit.audit_checks import QuantityAudit
from optimizer.audit.audit_compliance import AuditDeliveries, phase, windows
from optimizer.audit.audit_entitlements import Entitlements
from optimizer.audit.audit_investment import InvestmentAudit
from optimizer.audit.audit_limits import LimitAudit
from optimizer.audit.audit_restriction import NONE, Restriction

Made = Iterator[Restriction]


class WindowRestrictions:
    """Bounds of one plan that hold over a contract, a window or the horizon."""

    def __init__(
        self,
        given: Entitlements,
        quantities: QuantityAudit,
        limits: LimitAudit,
        deliveries: AuditDeliveries,
        investment: InvestmentAudit,
    ) -> None:
        self.given, self.quantities, self.limits = given, quantities, limits
        self.deliveries, self.investment = deliveries, investment
        self.calendar = given.calendar

    def makers(self) -> dict[str, Callable[[], Made]]:
        """What lists the bounds of each kind."""
        return {
            "contract": self._contracts,
            "take or pay": self._take_or_pay,
            "rule share": self._rule_shares,
            "limit": self._limits,
            "blend": self._blends,
            "option": self._options,
        }

    def _contracts(self) -> Made:
        for names, row, most, taken in self.quantities.contract_rows():
            paid = np.array([row.take_or_pay * most]) if row.take_or_pay else NONE
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

    def _take_or_pay(self) -> Made:
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

    def _windowed(
        self,
        kind: str,
        names: tuple[str, ...],
        labels: Sequence[str],
        value: Floats,
        place: tuple[str, str, str],
        row: Any,
        *,
        unit: str = "t",
        size: Floats = NONE,
        low: Floats = NONE,
        high: Floats = NONE,
    ) -> Made:
        """One for each window: a window that is no period belongs to the name."""
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

    def _rule_shares(self) -> Made:
        """Tonnes that break a rule beyond its share.

        The contract: "of the tonnes delivered to one line in the periods of the window".
        """
        for rule in self.given.case.rules:
            if not 0 < rule.maximum_share < 1:
                continue
            for key in self.given.demand:
                bound = self.given.binds(rule, key)
                tonnes = self.deliveries.delivered(key)
                excess = self.deliveries.breaking(rule, key) - rule.maximum_share * tonnes
                own = [(label, here & bound) for label, here in windows(self.given, rule)]
                own = [(label, here) for label, here in own if here.any()]
                yield from self._windowed(
                    "rule share",
                    (rule.rule, phase(rule), *key),
                    [label for label, _ in own],
                    np.array([excess[here].sum() for _, here in own]),
                    ("Rules", "", "maximum share"),
                    rule,
                    size=np.array([tonnes[here].sum() for _, here in own]),
                    high=np.zeros(len(own)),
                )

    def _limits(self) -> Made:
        """The contract: "tonnes or money per window, not per year; or share"."""
        for row in self.given.case.limits:
            found, whole = self.limits.measured(row)
            binds = self.calendar.touches(row.start, row.end)
            labels = [label for label, here in windows(self.given, row) if (here & binds).any()]
            names = (row.limit, row.measure, f"row {row.row}")
            place = ("Limits", "minimum", "maximum")
            nothing, unit = np.zeros(found.size), "as in Limits"
            if row.as_ != "share":
                low, high = nothing + (row.minimum or -np.inf), nothing + row.maximum
                yield from self._windowed(
                    "limit", (*names, "sum"), labels, found, place, row, unit=unit, low=low,
                    high=high,
                )  # fmt: skip
                continue
            for side, share in (("least", row.minimum), ("most", row.maximum)):
                value, size = found - (share if share < np.inf else 0.0) * whole, np.abs(whole)
                yield from self._windowed(
                    "limit", (*names, side), labels, value, place, row, unit=unit, size=size,
                    low=nothing if side == "least" else NONE,
                    high=nothing if side == "most" else NONE,
                )  # fmt: skip

    def _blends(self) -> Made:
        for row in self.given.case.blends:
            oxide, taken = self.limits.taken_in(row)
            for side, share in (("least", row.minimum), ("most", row.maximum)):
                nothing = np.zeros(oxide.size)
                yield from self._windowed(
                    "blend",
                    (row.site, row.recipe, row.oxide, side),
                    self.calendar.labels,
                    oxide - share * taken,
                    ("Blends", "minimum", "maximum"),
                    row,
                    size=taken,
                    low=nothing if side == "least" else NONE,
                    high=nothing if side == "most" else NONE,
                )

    def _options(self) -> Made:
        """The contract: "any amount, up to `most` over the horizon"."""
        for name, option in self.investment.options.items():
            if option.kind == "any amount":
                built = self.investment.number(name).sum()
                yield Restriction(
                    kind="option",
                    names=(name,),
                    labels=("",),
                    value=np.array([built]),
                    size=np.array([built]),
                    unit="number",
                    sheet="Options",
                    headers=("", "most"),
                    rows=[term.row for term in option.terms],
                    high=np.array([option.most]),
                    dated=False,
                )
