"""Rolling horizon: plan, carry out the first periods, replan the rest with later knowledge."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from optimizer import model
from optimizer.argument_kinds import CALLABLE, WHOLE, check_arguments, optional
from optimizer.errors import UsageError
from optimizer.interrupts import StopSignal
from optimizer.network import Network
from optimizer.plan import Result, build_network, solve_study_model
from optimizer.result.result_layouts import Field, Layout, Table, levels, table
from optimizer.result.result_table import frame_of
from optimizer.solve_options import SolveOptions
from optimizer.studies.fixed_commitments import commitment_amounts, study_model
from optimizer.studies.replanning import replan_commitments
from optimizer.studies.study_run import CASE
from optimizer.tables.case import Case

if TYPE_CHECKING:
    import pandas as pd

ROLLING_STEPS = Layout(
    "Steps",
    "A plan at the start of each step: what the whole horizon was then expected to cost, and "
    "what the periods cost that were carried out before the next.",
    levels(
        Field("from", "date", "day on which the plan was made"),
        Field("until", "date", "last day of the periods that were carried out from it"),
        Field("expected", "money", "discounted cost of the whole horizon, as planned then"),
        Field("carried out", "money", "discounted cost of these periods in the final plan"),
        Field("short", "tonnes", "tonnes of demand not met in the whole horizon, as planned then"),
        Field("released", "number", "things done before that the new data make impossible"),
    ),
)

KnownCase = Callable[[date], Case]
"""The case as it is known on a day; periods must stay the same."""


@dataclass(frozen=True, slots=True)
class Rolling:
    """Result of a rolling horizon."""

    cost: float
    """Discounted cost of all that was carried out."""
    result: Result = field(repr=False)
    """The last plan: all periods as they were carried out, with the data known at the end."""
    tables: Mapping[str, Table]
    """``Steps``."""

    def frame(self, name: str) -> pd.DataFrame:
        """A table as a DataFrame. Raises UsageError if there is none of that name."""
        return frame_of(self.tables, name)


@check_arguments(case=CASE, known=optional(CALLABLE), step=WHOLE)
def rolling(
    case: Case,
    known: KnownCase | None = None,
    *,
    step: int = 1,
    time_limit: float | None = None,
    gap: float | None = None,
    stop: StopSignal | None = None,
) -> Rolling:
    """Plan, carry out ``step`` periods, and replan the rest with the case known by then.

    ``known`` gives the case known on the first day of a step (default: nothing changes). All
    commitments of earlier periods are kept: purchases, shipments, production, deliveries,
    disposal, options. Raises NoPlanError if a step has no plan, StoppedError if ``stop`` (an
    event, or a function that says True) ends it, UsageError for a step below 1.
    """
    if step < 1:
        raise UsageError(f"a step is 1 period or more, not {step}")
    options = SolveOptions(time_limit, gap, stop=stop)
    calendar = build_network(case).calendar
    m = study_model(case if known is None else known(calendar.first[0]))
    result = solve_study_model(m, options).raise_for_status()
    carried_out, plans = commitment_amounts(m), [(result, 0)]
    for t in range(step, calendar.count, step):
        today = calendar.first[t]
        current = case if known is None else known(today)
        _check_periods(build_network(current), calendar.labels, today)
        replanned = replan_commitments(
            current, carried_out, today, model.COMMITMENT_KINDS, 0.0, options
        )
        result, carried_out = replanned.result.raise_for_status(), dict(replanned.values)
        plans.append((result, len(replanned.released)))
    return Rolling(
        float(result.objective or 0.0), result, {ROLLING_STEPS.name: _steps(plans, step)}
    )


def _check_periods(network: Network, labels: tuple[str, ...], today: date) -> None:
    if network.calendar.labels != labels:
        raise UsageError(
            f"the case known on {today} has other periods than the first: start, periods and "
            "period length must stay the same"
        )


def _steps(plans: list[tuple[Result, int]], step: int) -> Table:
    calendar = plans[-1][0].network.calendar
    costs = plans[-1][0].tables["Costs"]
    spent: dict[str, float] = {}
    for label, money in zip(costs["period"], costs["discounted"], strict=True):
        spent[label] = spent.get(label, 0.0) + money
    rows = []
    for number, (result, released) in enumerate(plans):
        periods = range(number * step, min((number + 1) * step, calendar.count))
        rows.append(
            (
                calendar.first[periods[0]],
                calendar.last[periods[-1]],
                result.objective,
                sum(spent.get(calendar.labels[t], 0.0) for t in periods),
                result.shortage,
                released,
            )
        )
    return table(ROLLING_STEPS, rows)
