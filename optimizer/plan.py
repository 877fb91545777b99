"""From a case to an audited plan: the steps of a solve on one page.

The case holds the tables of the workbook, the network is what they mean, the model is the
mathematics, the solver finds the optimum, the result tables state the decisions, and the audit
checks them against the workbook again. Data flow one way.

Each step is logged with its seconds (logger ``optimizer.plan``, level INFO).
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from msgspec import structs

from optimizer import model
from optimizer.argument_kinds import FLAG, check_arguments, instance_of, optional
from optimizer.errors import UsageError
from optimizer.interrupts import StopSignal
from optimizer.network import Network
from optimizer.network import build as network_of
from optimizer.plan_result import Result, mark_interrupted, with_run_id
from optimizer.plan_steps import solve_steps
from optimizer.result_card import status_sentence
from optimizer.solve_options import SolveOptions, check_callable
from optimizer.solver import Progress, WarmStart, as_built, record_as_built
from optimizer.step_clock import StepClock
from optimizer.tables.case import Case

if TYPE_CHECKING:
    from pyomo.core import ConcreteModel

__all__ = [
    "Result",
    "SolveOptions",
    "build_model",
    "build_network",
    "mark_interrupted",
    "solve",
    "solve_model",
    "solve_study_model",
    "solve_with_options",
    "status_sentence",
    "with_run_id",
]

logger = logging.getLogger(__name__)
logger.addHandler(logging.NullHandler())


@check_arguments(
    case=instance_of(Case, "a Case, which read makes of a workbook and read_frames of data frames"),
    explain=FLAG,
    remember=FLAG,
    start=optional(instance_of(WarmStart, "the start of a result that was solved with remember")),
)
def solve(
    case: Case,
    *,
    time_limit: float | None = None,
    gap: float | None = None,
    progress: Progress | None = None,
    explain: bool = False,
    remember: bool = False,
    start: WarmStart | None = None,
    step: Callable[[str], None] | None = None,
    stop: StopSignal | None = None,
    highs_options: Mapping[str, Any] | None = None,
    solver: Any = None,
) -> Result:
    """Least-cost plan of a case.

    ``time_limit`` is in seconds, ``gap`` the relative gap at which a plan with yes/no
    decisions counts as optimal (default of both: Settings). ``explain`` adds the tables
    Price headroom, Marginal costs and Balance of oxides. ``remember`` keeps a warm start in the
    result, from which the plan of a similar case may ``start``. ``step`` is called with the name
    of each step as it begins (the names of ``seconds`` in the result), ``progress`` with seconds
    and a line while the solver works; an error that either raises ends the solve and comes out.
    ``stop`` is a ``threading.Event``, or a function that says True, and ends the solve from any
    thread as Ctrl-C does. ``highs_options`` are options of HiGHS by name. ``solver`` is another
    solver: a name in Pyomo's SolverFactory or a solver that it made; its plan has no prices.

    A case without a plan raises nothing: the result's status tells. Raises UsageError for
    anything but a case and for an option that is none, OptimizerError if the solver fails.
    """
    options = SolveOptions(
        time_limit,
        gap,
        progress,
        explain=explain,
        remember=remember,
        start=start,
        stop=stop,
        highs_options={} if highs_options is None else highs_options,
        solver=solver,
    )
    check_callable(step, "step", "the name of a step")
    return solve_with_options(case, options, step)


def solve_with_options(
    case: Case, options: SolveOptions, step: Callable[[str], None] | None = None
) -> Result:
    """Plan of a case with all options of a study: warm start, added terms, short results.

    The objective of the result is the cost, whatever the added terms minimise.
    """
    clock = StepClock(logger, step)
    with clock.step("network"):
        network = build_network(case)
    with clock.step("build"):
        m = model.build(network)
        if options.study_terms is not None:
            model.add_study_terms(m, options.study_terms)
    return solve_steps(network, m, clock, options)


@check_arguments(diagnose=FLAG)
def solve_model(
    m: ConcreteModel,
    *,
    time_limit: float | None = None,
    gap: float | None = None,
    progress: Progress | None = None,
    diagnose: bool = True,
    stop: StopSignal | None = None,
    highs_options: Mapping[str, Any] | None = None,
    solver: Any = None,
) -> Result:
    """Least-cost plan of a model that :func:`build_model` made, with all that was changed.

    ``changed`` of the result names each change. Added rows bind; the audit checks against the
    workbook alone. If the model has another objective than ``total_cost``, the objective of the
    result is still the total cost. A changed model proves nothing of the workbook: its plan has
    no tables of prices. ``diagnose=False`` leaves out why there is no plan; the other keywords
    are those of :func:`solve`.

    Raises UsageError for another model and for an option that is none, OptimizerError for a
    model that is not linear, lacks a variable or has not exactly one active objective.
    """
    options = SolveOptions(
        time_limit,
        gap,
        progress,
        diagnose=diagnose,
        stop=stop,
        highs_options={} if highs_options is None else highs_options,
        solver=solver,
    )
    built = as_built(m)
    return solve_steps(m.network, m, StepClock(logger), options, built)


def solve_study_model(m: ConcreteModel, options: SolveOptions) -> Result:
    """Plan of a model to which a study has added its own rows: they are no caller's change."""
    return solve_steps(m.network, m, StepClock(logger), structs.replace(options, own=False))


def build_model(case: Case) -> ConcreteModel:
    """Pyomo model of a case: an ordinary ConcreteModel to extend, change and solve.

    ``m.as_built`` records what it is now, so that :func:`solve_model` can tell what was changed.
    Raises UsageError for anything but a case.
    """
    m = model.build(build_network(case))
    record_as_built(m)
    return m


def build_network(case: Case) -> Network:
    """Network of a case: its sites, lots, lanes and rules as plain data.

    Raises UsageError for anything but a case.
    """
    if not isinstance(case, Case):
        raise UsageError(
            f"a Case is solved, not {type(case).__name__}: read makes one of a workbook, "
            "read_frames of data frames"
        )
    return network_of(case)
