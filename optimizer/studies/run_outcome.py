"""What a study keeps of one run: status, cost, and the plan by offer, line, unit and period."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from optimizer.plan import Result
from optimizer.result import Table
from optimizer.result.result_layouts import (
    COSTS_LAYOUT,
    DELIVERIES_LAYOUT,
    INVESTMENT_LAYOUT,
    PRODUCTION_LAYOUT,
    PURCHASES_LAYOUT,
    SHIPMENTS_LAYOUT,
    SHORTAGES_LAYOUT,
    UTILISATION_LAYOUT,
    Layout,
    table,
)


def kept_columns(source: Layout, *headers: str, name: str = "", meaning: str = "") -> Layout:
    """Some columns of a result table; rows that differ only in the others become one."""
    fields = {field.header: field for field in source.fields}
    kept = tuple(fields[header] for header in headers)
    return Layout(name or source.name, meaning or source.meaning, kept)


_ORDERED = (
    kept_columns(COSTS_LAYOUT, "category", "discounted"),
    kept_columns(
        PURCHASES_LAYOUT, "offer", "site", "country", "material", "firm", "period", "tonnes", "cost"
    ),
    kept_columns(SHIPMENTS_LAYOUT, "from site", "to site", "material", "mode", "period", "tonnes"),
    kept_columns(PRODUCTION_LAYOUT, "site", "recipe", "feed", "period", "activity"),
    kept_columns(DELIVERIES_LAYOUT, "line", "customer", "material", "period", "tonnes"),
    kept_columns(
        SHORTAGES_LAYOUT,
        *("line", "customer", "material", "period", "wanted", "short"),
        name="Demand",
        meaning="Demand and shortage, without outlets and optional sales.",
    ),
    kept_columns(UTILISATION_LAYOUT, "site", "unit", "period", "used", "capacity"),
    kept_columns(INVESTMENT_LAYOUT, "option", "site", "period", "number", "capital"),
)
OUTCOME_LAYOUTS = {layout.name: layout for layout in _ORDERED}
"""Tables of an outcome by name: columns of the result tables, of which amounts are added up.

Their order and that of their columns is part of the Parquet files and of stored runs.
"""


@dataclass(frozen=True, slots=True)
class RunOutcome:
    """Outcome of one run; without a plan ``objective`` is None and ``tables`` is empty."""

    status: str
    objective: float | None = None
    """Present value of all costs."""
    gap: float = 0.0
    audit: str = ""
    audit_passed: bool = True
    repairs: tuple[str, ...] = ()
    """Without a plan: the least changes that would allow one, in sentences."""
    periods: tuple[str, ...] = ()
    """Labels of the periods."""
    measured: float | None = None
    """Amount or share that the limit of a frontier bounds."""
    seconds: float = 0.0
    """Wall time of the run."""
    lawful: str = ""
    """``Result.lawful``; empty without a plan."""
    tables: Mapping[str, Table] = field(default_factory=dict, repr=False)

    @property
    def solved(self) -> bool:
        """True if there is a plan that passed the audit."""
        return self.objective is not None and self.audit_passed

    @property
    def why(self) -> str:
        """Why there is no plan, or no proven one; empty if there is one."""
        if self.solved and self.status == "optimal":
            return ""
        if not self.audit_passed:
            return self.audit
        return {
            "infeasible": "no plan meets every hard limit",
            "unbounded": "cost has no lower bound",
            "time limit": "the time limit was reached before a plan was proven optimal",
        }.get(self.status, self.status)

    @property
    def short(self) -> float:
        """Tonnes short, outlets left out."""
        return float(sum(self.tables["Demand"]["short"])) if self.tables else 0.0

    @property
    def wanted(self) -> float:
        """Tonnes wanted, outlets left out."""
        return float(sum(self.tables["Demand"]["wanted"])) if self.tables else 0.0

    def to_data(self) -> dict[str, Any]:
        """Plain data that JSON can hold."""
        return {
            "status": self.status,
            "objective": self.objective,
            "gap": self.gap if self.gap < float("inf") else None,
            "audit": self.audit,
            "audit_passed": self.audit_passed,
            "repairs": list(self.repairs),
            "periods": list(self.periods),
            "measured": self.measured,
            "seconds": self.seconds,
            "lawful": self.lawful,
            "tables": {
                name: [list(column) for column in each.columns]
                for name, each in self.tables.items()
            },
        }

    @classmethod
    def of_data(cls, data: dict[str, Any]) -> RunOutcome:
        """The outcome that :meth:`to_data` gave as data."""
        gap = data["gap"]
        return cls(
            status=data["status"],
            objective=data["objective"],
            gap=float("inf") if gap is None else gap,
            audit=data["audit"],
            audit_passed=data["audit_passed"],
            repairs=tuple(data["repairs"]),
            periods=tuple(data["periods"]),
            measured=data["measured"],
            seconds=data["seconds"],
            lawful=data["lawful"],
            tables={
                name: Table(OUTCOME_LAYOUTS[name], tuple(map(tuple, columns)))
                for name, columns in data["tables"].items()
            },
        )


def outcome_of(result: Result) -> RunOutcome:
    """Outcome of a run from its result."""
    audit = result.audit
    return RunOutcome(
        status=result.status,
        objective=result.objective,
        gap=result.gap,
        audit=audit.verdict if audit else "",
        audit_passed=audit.passed if audit else True,
        repairs=tuple(
            f"{repair.title}: {change}" for repair in result.repairs for change in repair.changes
        ),
        periods=tuple(result.network.calendar.labels),
        measured=result.measured,
        seconds=sum(result.seconds.values()),
        lawful=result.lawful or "",
        tables=_tables(result) if result.objective is not None else {},
    )


def _tables(result: Result) -> dict[str, Table]:
    """The tables of a plan, added up over what an outcome does not tell apart."""
    tables = {
        name: added_up(result.tables[name], layout)
        for name, layout in OUTCOME_LAYOUTS.items()
        if name not in ("Costs", "Demand")
    }
    costs = table(OUTCOME_LAYOUTS["Costs"], list(result.costs.items()))
    return {
        "Costs": costs,
        "Demand": table(OUTCOME_LAYOUTS["Demand"], list(_demand(result))),
        **tables,
    }


def added_up(source: Table, layout: Layout) -> Table:
    """Columns of a table with amounts added up over rows that are equal in all other columns."""
    keys = [field.header for field in layout.fields if not field.adds_up]
    amounts = [field.header for field in layout.fields if field.adds_up]
    assert layout.headers == (*keys, *amounts), "amounts come after the columns of names"
    sums: dict[tuple[Any, ...], list[float]] = {}
    rows = zip(*(source[header] for header in layout.headers), strict=True)
    for row in rows:
        totals = sums.setdefault(row[: len(keys)], [0.0] * len(amounts))
        for place, amount in enumerate(row[len(keys) :]):
            totals[place] += amount
    return table(layout, [(*key, *totals) for key, totals in sums.items()])


def _demand(result: Result) -> Iterator[tuple[Any, ...]]:
    """Wanted and short of every line and period with a penalty or a minimum."""
    shortages = result.tables["Shortages"]
    headers = ("line", "customer", "material", "period")
    short: dict[tuple[str, ...], float] = defaultdict(float)
    keys = zip(*(shortages[header] for header in headers), strict=True)
    for key, tonnes in zip(keys, shortages["short"], strict=True):
        short[key] += tonnes
    for line in result.network.lines:
        for t, label in enumerate(result.network.calendar.labels):
            if line.quantity[t] and (line.penalty[t] > 0 or line.minimum[t] > 0):
                name = (line.name, line.customer, line.material, label)
                yield *name, line.quantity[t], short[name]
