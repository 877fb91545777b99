"""What the results workbook must know beside the result tables."""

from __future__ import annotations

from msgspec import Struct

OPTIMAL_STATUS = "optimal"
"""Status of a plan that is proven to be the cheapest."""


class Summary(Struct, frozen=True):
    """The plan in a few words; whatever adds up is left to formulas over the tables.

    ``years`` gives the calendar year of each period. ``wanted`` has a row for every
    demand line and period: line, segment, period, tonnes, shortage penalty. Lines with
    penalty 0 are outlets and optional sales: they do not count in the coverage.
    ``alerts`` are sentences; one that stems from a cell of the input carries ``sheet`` and
    ``cell``, and is a link to it where ``input_path`` says how the input is reached.
    """

    case: str
    status: str
    objective: float
    currency: str
    periods: tuple[str, ...]
    years: tuple[str, ...]
    input_name: str
    input_sha256: str
    audit: str
    audit_passed: bool
    alerts: tuple[str, ...] = ()
    made: str = ""
    input_path: str = ""
    wanted: tuple[tuple[str, str, str, float, float], ...] = ()
    lawful: str = ""
    """The word for the plan: yes, as far as stated, no rule binds, no rules."""

    @property
    def span(self) -> str:
        """First and last period."""
        return " to ".join(dict.fromkeys((*self.periods[:1], *self.periods[-1:])))

    @property
    def calendar(self) -> dict[str, tuple[str, ...]]:
        """Periods of each calendar year, in order."""
        found: dict[str, list[str]] = {}
        for period, year in zip(self.periods, self.years, strict=True):
            found.setdefault(str(year), []).append(period)
        return {year: tuple(periods) for year, periods in found.items()}

    @property
    def verdict(self) -> str:
        """The status line, such as ``Least-cost plan, proven optimal; audit passed``."""
        if self.status == OPTIMAL_STATUS:
            plan = "Least-cost plan, proven optimal"
        else:
            plan = f"Plan not proven optimal ({self.status})"
        audit = f"audit {'passed' if self.audit_passed else 'FAILED'}"
        return "; ".join((plan, audit, *([f"lawful: {self.lawful}"] if self.lawful else ())))

    @property
    def colour(self) -> str:
        """Style of the status line: green only for a proven plan that is lawful as stated."""
        if not self.sound or self.lawful == "no":
            return "bad"
        return {"yes": "good", "no rules": "neutral"}.get(self.lawful, "doubtful")

    @property
    def sound(self) -> bool:
        """Whether the plan is proven optimal and its audit passed."""
        return self.status == OPTIMAL_STATUS and self.audit_passed
