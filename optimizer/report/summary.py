"""Name, status and input of a plan, for the results workbook."""

from __future__ import annotations

from msgspec import Struct

from optimizer.report.key_risks import KeyRisk
from optimizer.result.number_text import percent

OPTIMAL_STATUS = "optimal"
"""Status of a plan that is proven to be the cheapest."""


class Summary(Struct, frozen=True):
    """Name, status and input of a plan; sums are formulas over the result tables.

    ``years`` gives the calendar year of each period. ``wanted`` has a row for every
    demand line and period: line, segment, period, tonnes, shortage penalty. Lines with
    penalty 0 are outlets and optional sales: they do not count in the coverage.
    ``alerts`` are sentences in the order shown; one about a cell of the input has the attributes
    ``sheet`` and ``cell``, and becomes a link to it if ``input_path`` is known. ``risks`` are the
    gravest of them, for the first screen. ``made`` is an ISO date.
    """

    case: str
    status: str
    objective: float
    currency: str
    periods: tuple[str, ...]
    years: tuple[str, ...]
    input_name: str
    audit: str
    audit_passed: bool
    alerts: tuple[str, ...] = ()
    made: str = ""
    input_path: str = ""
    wanted: tuple[tuple[str, str, str, float, float], ...] = ()
    changed: bool = False
    """True if a caller has changed the model: then nothing is proven of the workbook."""
    solver: str = ""
    """Another solver than HiGHS, whose word the status is."""
    lawful: str = ""
    """Lawfulness of the plan: yes, as far as stated, no, no rule binds, no rules."""
    gap: float = 0.0
    """Relative gap to the best plan possible."""
    risks: tuple[KeyRisk, ...] = ()

    @property
    def span(self) -> str:
        """First and last period, as text."""
        return " to ".join(dict.fromkeys((*self.periods[:1], *self.periods[-1:])))

    @property
    def calendar(self) -> dict[str, tuple[str, ...]]:
        """Periods of each calendar year, in order."""
        calendar: dict[str, list[str]] = {}
        for period, year in zip(self.periods, self.years, strict=True):
            calendar.setdefault(str(year), []).append(period)
        return {year: tuple(periods) for year, periods in calendar.items()}

    @property
    def verdict(self) -> str:
        """The status line, such as ``Least-cost plan, optimal within 0.03 %; audit passed``."""
        if self.changed:
            solved = "" if self.status == OPTIMAL_STATUS else f" ({self.status})"
            plan = f"Plan of a changed model, no statement about the workbook alone{solved}"
        elif self.status == OPTIMAL_STATUS:
            proof = f"optimal within {percent(self.gap)}" if self.gap else "proven optimal"
            if self.solver:
                proof = f"optimal as {self.solver} reports"
            plan = f"Least-cost plan, {proof}"
        else:
            gap = f"; gap {percent(self.gap)}" if 0 < self.gap < float("inf") else ""
            plan = f"Plan not proven optimal ({self.status}{gap})"
        audit = f"audit {'passed' if self.audit_passed else 'FAILED'}"
        return "; ".join((plan, audit, *([f"lawful: {self.lawful}"] if self.lawful else ())))

    @property
    def colour(self) -> str:
        """Style of the status line: green only for a proven and audited plan that is lawful."""
        if not self.sound or self.lawful == "no":
            return "bad"
        if self.changed:
            return "doubtful"
        return {"yes": "good", "no rules": "neutral"}.get(self.lawful, "doubtful")

    @property
    def sound(self) -> bool:
        """True if the plan is the best of its model and its audit passed."""
        return self.status == OPTIMAL_STATUS and self.audit_passed
