"""What is kept of one run: status, cost, and the plan by offer, line, unit and period."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from optimizer.plan import Result
from optimizer.result import Table
from optimizer.result.result_layouts import Field, Layout, table

COSTS = Layout(
    "Costs",
    "Present value by category.",
    (Field("category", "text", "kind of cost"), Field("discounted", "money", "present value")),
)
PURCHASES = Layout(
    "Purchases",
    "What is bought, by offer and period.",
    (
        Field("offer", "text", "line of supply"),
        Field("site", "text", "site that sells"),
        Field("country", "text", "country of the site"),
        Field("material", "text", "material"),
        Field("firm", "text", "no: a non-binding offtake"),
        Field("period", "period", "label of the period"),
        Field("tonnes", "tonnes", "tonnes bought"),
        Field("cost", "money", "as paid"),
    ),
)
SHIPMENTS = Layout(
    "Shipments",
    "What is shipped, by lane and period of departure.",
    (
        Field("from site", "text", "start of the lane"),
        Field("to site", "text", "end of the lane"),
        Field("material", "text", "material"),
        Field("mode", "text", "means of transport"),
        Field("period", "period", "label of the period"),
        Field("tonnes", "tonnes", "tonnes shipped"),
    ),
)
PRODUCTION = Layout(
    "Production",
    "What is run, by site, recipe and period.",
    (
        Field("site", "text", "site"),
        Field("recipe", "text", "recipe"),
        Field("feed", "text", "feed, for recipes made from assays"),
        Field("period", "period", "label of the period"),
        Field("activity", "amount", "units of activity"),
    ),
)
DELIVERIES = Layout(
    "Deliveries",
    "What is delivered, by line and period.",
    (
        Field("line", "text", "demand line"),
        Field("customer", "text", "site that receives"),
        Field("material", "text", "material"),
        Field("period", "period", "label of the period"),
        Field("tonnes", "tonnes", "tonnes delivered"),
    ),
)
DEMAND = Layout(
    "Demand",
    "What is wanted and short, outlets and optional sales left out.",
    (
        Field("line", "text", "demand line"),
        Field("customer", "text", "site that receives"),
        Field("material", "text", "material"),
        Field("period", "period", "label of the period"),
        Field("wanted", "tonnes", "tonnes wanted"),
        Field("short", "tonnes", "tonnes not delivered"),
    ),
)
UTILISATION = Layout(
    "Utilisation",
    "Capacity used, by unit and period.",
    (
        Field("site", "text", "site"),
        Field("unit", "text", "unit"),
        Field("period", "period", "label of the period"),
        Field("used", "amount", "capacity used"),
        Field("capacity", "amount", "capacity available"),
    ),
)
INVESTMENT = Layout(
    "Investment",
    "What is built, by option and period of decision.",
    (
        Field("option", "text", "option"),
        Field("site", "text", "site"),
        Field("period", "period", "period of decision"),
        Field("number", "number", "how many, or how much"),
        Field("capital", "money", "capital cost, not discounted"),
    ),
)
LAYOUTS = {
    layout.name: layout
    for layout in (
        COSTS,
        PURCHASES,
        SHIPMENTS,
        PRODUCTION,
        DELIVERIES,
        DEMAND,
        UTILISATION,
        INVESTMENT,
    )
}


@dataclass(frozen=True, slots=True)
class RunOutcome:
    """What one run found; without a plan ``objective`` is None and ``tables`` are empty."""

    status: str
    objective: float | None = None
    """Present value of all costs."""
    gap: float = 0.0
    audit: str = ""
    audit_passed: bool = True
    repairs: tuple[str, ...] = ()
    """The least that would have to give, in sentences."""
    periods: tuple[str, ...] = ()
    """Labels of the periods."""
    measured: float | None = None
    """What the limit of a frontier adds up."""
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
                name: [list(column) for column in own.columns] for name, own in self.tables.items()
            },
        }

    @classmethod
    def of_data(cls, data: dict[str, Any]) -> RunOutcome:
        """The outcome that :meth:`to_data` wrote down."""
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
                name: Table(LAYOUTS[name], tuple(map(tuple, columns)))
                for name, columns in data["tables"].items()
            },
        )


def outcome_of(result: Result) -> RunOutcome:
    """What is kept of a result."""
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
    found = {
        "Costs": table(COSTS, list(result.costs.items())),
        "Demand": table(DEMAND, _demand(result)),
    }
    for layout, sums in (
        (PURCHASES, 2),
        (SHIPMENTS, 1),
        (PRODUCTION, 1),
        (DELIVERIES, 1),
        (UTILISATION, 2),
        (INVESTMENT, 2),
    ):
        found[layout.name] = table(layout, added_up(result.tables[layout.name], layout, sums))
    return found


def added_up(source: Table, layout: Layout, sums: int) -> list[tuple[Any, ...]]:
    """Rows of a layout whose last ``sums`` columns are added up over equal others."""
    keys = zip(*(source[header] for header in layout.headers[:-sums]), strict=True)
    amounts = zip(*(source[header] for header in layout.headers[-sums:]), strict=True)
    return grouped(zip(keys, amounts, strict=True))


def grouped(
    rows: Iterable[tuple[tuple[Any, ...], Sequence[float]]],
) -> list[tuple[Any, ...]]:
    """Rows with equal keys as one, in the order of first appearance."""
    found: dict[tuple[Any, ...], list[float]] = {}
    for key, amounts in rows:
        own = found.setdefault(key, [0.0] * len(amounts))
        for place, amount in enumerate(amounts):
            own[place] += amount
    return [(*key, *own) for key, own in found.items()]


def _demand(result: Result) -> list[tuple[Any, ...]]:
    """Wanted and short of every line and period with a penalty or a minimum."""
    shortages = result.tables["Shortages"]
    keys = zip(
        *(shortages[name] for name in ("line", "customer", "material", "period")), strict=True
    )
    short: dict[tuple[str, ...], float] = defaultdict(float)
    for key, tonnes in zip(keys, shortages["short"], strict=True):
        short[key] += tonnes
    rows = []
    for line in result.network.lines:
        for t, label in enumerate(result.network.calendar.labels):
            if line.quantity[t] and (line.penalty[t] > 0 or line.minimum[t] > 0):
                key = (line.name, line.customer, line.material, label)
                rows.append((*key, line.quantity[t], short[key]))
    return rows
