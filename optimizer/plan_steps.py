"""The steps of a solve: search, tables, audit, prices; or why there is no plan."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from optimizer import audit, explain, interrupts, model, result_tables, solver, tracing
from optimizer.explain import Alert, Conflict, Repair
from optimizer.interrupts import StopRequested
from optimizer.network import Network
from optimizer.network import warnings as network_warnings
from optimizer.plan_result import Result, change_alert, mark_interrupted
from optimizer.result import Table, bookings, in_order
from optimizer.solve_options import SolveOptions
from optimizer.solver import (
    NO_CHANGES,
    Answer,
    AsBuilt,
    ModelChanges,
    Program,
    WarmStart,
    load_values,
    model_changes,
    transfer,
)
from optimizer.step_clock import StepClock

if TYPE_CHECKING:
    from pyomo.core import ConcreteModel
else:
    ConcreteModel = Any  # a record evaluates its annotations

UNKNOWN_LAW = (
    "Whether the plan is lawful is not known: the model was changed, and the plan fails its audit."
)
"""What takes the place of the word lawful where figures of a changed model are not sound."""

PRICE_STEPS = {
    "prices": "Scarcity, Bottlenecks and Break-even",
    "explain": "what prices are made of",
}
"""What a plan lacks if a signal stopped a step of prices."""


def solve_steps(
    network: Network,
    m: ConcreteModel,
    clock: StepClock,
    options: SolveOptions,
    built: AsBuilt | None = None,
) -> Result:
    """Result of a model; ``built`` is what a caller may have changed it from."""
    case = network.case
    with clock.step("transfer"):
        program = transfer(m)
        changes = model_changes(m, built, program) if built is not None else NO_CHANGES
    run = _Run(network, m, program, changes, built, clock, options)
    with interrupts.signals_deferred(), interrupts.stopped_by(options.stop):
        with clock.step("solve"):
            answer = _answer(run)
        if answer.objective is not None:
            return _plan(run, answer)
        diagnose = options.diagnose and not interrupts.must_finish_soon()
    with clock.step("diagnose"), interrupts.stopped_by(options.stop):
        conflict, repairs = _diagnose(run, answer.status if diagnose else "")
    return Result(
        case,
        answer.status,
        None,
        {},
        None,
        (*case.warnings, *network_warnings(network)),
        clock.seconds,
        network,
        alerts=(change_alert(changes.words),) if changes else (),
        conflict=conflict,
        repairs=repairs,
        log=answer.log,
        changed=changes.words,
        solver=answer.solver_name,
    )


class _Run(Struct, frozen=True):
    """What is solved, and how."""

    network: Network
    model: ConcreteModel
    program: Program
    changes: ModelChanges
    built: AsBuilt | None
    clock: StepClock
    options: SolveOptions

    @property
    def unchanged(self) -> bool:
        """True if the model is that of the workbook alone."""
        return self.options.own and self.options.study_terms is None and not self.changes

    @property
    def has_prices(self) -> bool:
        """True if prices can be told: HiGHS solves the model, and no caller has changed it."""
        return not self.changes and self.options.solver is None

    def cost(self, answer: Answer) -> float:
        """Cost of a plan, whichever objective was minimised; the variables have its values."""
        assert answer.objective is not None
        assert answer.values is not None
        if self.built is not None and self.changes.objective:
            return self.built.cost(self.program, answer.values)
        m = self.model
        return answer.objective if m.total_cost.active else model.present_value_of_costs(m)


def _plan(run: _Run, answer: Answer) -> Result:
    """Result with the tables of a plan, their audit and, unless a signal came, prices."""
    before, keep = interrupts.signal_count(), interrupts.made_again_after_interrupt
    if run.changes:
        # Prices of a changed model belong to its bounds, not to those of the workbook.
        answer = answer.without_prices()
    with (
        interrupts.stop_raises(),
        explain.pricing(run.model, run.program, answer, full=run.options.full) as prices,
    ):
        (objective, tables, auditor), early = keep(lambda: _tables_and_audit(run, answer))
        priced, missing, cut = _prices(prices, tables, run, wanted=not early)
        tables |= priced
        verdict, after = keep(lambda: _verdict(run, auditor, tables))
    result, late = keep(lambda: _result(run, answer, objective, tables, verdict))
    came = interrupts.must_finish_soon() or interrupts.signal_count() > before
    interrupted = early or cut or after or late or came
    return mark_interrupted(result, missing) if interrupted else result


def _verdict(run: _Run, auditor: audit.Auditor, tables: Mapping[str, Table]) -> audit.Audit:
    """Verdict on a plan, and on its prices where it has them."""
    if not (run.unchanged and run.has_prices):
        return auditor.verdict
    with run.clock.step("audit"):
        return auditor.with_prices(tables)


def _result(
    run: _Run,
    answer: Answer,
    objective: float,
    tables: Mapping[str, Table],
    verdict: audit.Audit,
) -> Result:
    """Result of an audited plan."""
    network, options = run.network, run.options
    warnings = (*network.case.warnings, *network_warnings(network))
    lawful = tracing.lawfulness(network, tables)
    known = not run.changes or verdict.passed
    record = result_tables.run_record(
        network, answer, verdict, lawful if known else None, warnings, run.changes.words
    )
    return Result(
        network.case,
        answer.status,
        objective,
        in_order({**tables, "Run": record}),
        verdict,
        warnings,
        run.clock.seconds,
        network,
        alerts=_alerts(run, answer, tables, lawful.alerts if known else (UNKNOWN_LAW,)),
        gap=answer.gap,
        log=answer.log,
        measured=model.value_of_limit(run.model, options.study_terms.reported_measure)
        if options.study_terms
        else None,
        start=WarmStart.of(run.program, answer) if options.remember else None,
        lawful=lawful.word if known else None,
        lawful_notes=(lawful.headline, *lawful.notes) if known else (UNKNOWN_LAW,),
        changed=run.changes.words,
        solver=answer.solver_name,
    )


def _alerts(
    run: _Run, answer: Answer, tables: Mapping[str, Table], lawful: Sequence[str]
) -> tuple[str, ...]:
    """Alerts of a plan; what a caller changed and another solver come first."""
    if not run.options.full:
        return ()
    told = [change_alert(run.changes.words)] if run.changes else []
    if run.options.solver is not None:
        told.append(
            Alert(
                f"Solved by {answer.solver_name} through Pyomo; the status is what that solver "
                "reports. It gives no dual values and no basis, so there are no prices and no "
                "reasons of shortages. Missing are Scarcity, Bottlenecks, Break-even and Shortage "
                "reasons.",
                kind=explain.SOLUTION,
            )
        )
    told += [Alert(sentence, kind=explain.COMPLIANCE) for sentence in lawful]
    more = explain.alerts(run.network, tables, answer, changed=bool(run.changes))
    return (*told, *more)


def _tables_and_audit(run: _Run, answer: Answer) -> tuple[float, dict[str, Table], audit.Auditor]:
    """Cost and tables of a plan, and what audits them."""
    with run.clock.step("extract"):
        load_values(run.program, answer)
        objective = run.cost(answer)
        tables = result_tables.tables_of(
            run.model, run.program, answer, full=run.options.full, reasons=run.has_prices
        )
    with run.clock.step("audit"):
        auditor = audit.Auditor(run.network.case, tables, objective, bookings(run.model))
    return objective, tables, auditor


def _prices(
    prices: explain.PriceTables, tables: Mapping[str, Table], run: _Run, *, wanted: bool
) -> tuple[dict[str, Table], list[str], bool]:
    """Tables of prices, what is missing because a signal came, and whether Ctrl-C has."""
    done: dict[str, Table] = {}
    missing: list[str] = []
    options, interrupted = run.options, False
    steps: list[tuple[str, Callable[[], dict[str, Table]]]] = []
    steps.append(("prices", prices.tables if options.full and run.has_prices else dict))
    if options.explain and run.has_prices:
        steps.append(("explain", lambda: prices.explained({**tables, **done})))
    for name, make_tables in steps:
        before = interrupts.signal_count()
        new: dict[str, Table] = {}
        complete = wanted and not interrupted and not interrupts.must_finish_soon()
        try:
            with run.clock.step(name), suppress(StopRequested):
                new = make_tables() if complete else {}
        except KeyboardInterrupt:
            if interrupts.signals_are_handled():
                raise
            complete, interrupted = False, True
        # A signal stops the solves of this step, so its tables would be incomplete.
        if not complete or interrupts.must_finish_soon() or interrupts.signal_count() > before:
            missing += [PRICE_STEPS[name]] if options.full and run.has_prices else []
        else:
            done |= new
    return done, missing, interrupted


def _answer(run: _Run) -> Answer:
    """Answer of the solver; Settings give the limits that the options leave open."""
    options, settings = run.options, run.network.case.settings
    if options.solver is None:
        return solver.solve_with_highs(run.program, start=options.start, **options.search(settings))
    limits = options.limits(settings)
    return solver.solve_with_pyomo(run.model, run.program, options.solver, **limits)


def _diagnose(run: _Run, status: str) -> tuple[Conflict, tuple[Repair, ...]]:
    """Conflict and repairs of a model without a plan; what a stop signal leaves of them."""
    network, program = run.network, run.program
    conflict = explain.NO_CONFLICT
    with interrupts.stop_raises(), suppress(StopRequested):
        if status == "unbounded":
            return conflict, explain.unbounded_purchases(network, program)
        if status != "infeasible":
            return conflict, ()
        own, changes = run.unchanged, run.changes
        if run.options.full:
            conflict = explain.conflict(network, program, own=own, changes=changes)
        return conflict, explain.repairs(
            network, program, own=own, changes=changes, conflict=conflict
        )
    return conflict, ()
