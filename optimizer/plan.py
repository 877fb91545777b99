"""From a case to an audited plan: the steps of a solve on one page.

The case holds the tables of the workbook, the network is what they mean, the model is the
mathematics, the solver finds the optimum, the result tables state the decisions, and the audit
checks them against the workbook again. Data flow one way.

Each step is logged with its seconds (logger ``optimizer.plan``, level INFO).
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING

from msgspec import Struct

from optimizer import audit, explain, interrupts, model, result_tables, solver, tracing
from optimizer.audit import Audit
from optimizer.errors import Finding, NoPlanError, StoppedError
from optimizer.explain import Conflict, Repair
from optimizer.network import Network
from optimizer.network import build as network_of
from optimizer.network import warnings as network_warnings
from optimizer.result import Table, bookings, by_category, in_order, table
from optimizer.result_card import result_card, result_line, status_sentence
from optimizer.result_json import decode_result, encode_result
from optimizer.solver import Progress, WarmStart
from optimizer.step_clock import StepClock
from optimizer.tables.case import Case

if TYPE_CHECKING:
    import pandas as pd
    from pyomo.core import ConcreteModel

PRICE_STEPS = {
    "prices": "Scarcity, Bottlenecks and Break-even",
    "explain": "what prices are made of",
}
"""What a plan lacks if a signal stopped a step of prices."""

logger = logging.getLogger(__name__)
logger.addHandler(logging.NullHandler())


@dataclass(frozen=True, slots=True, repr=False)
class Result:
    """A plan, or why there is none.

    ``status`` is ``optimal``, ``infeasible``, ``unbounded``, ``time limit``,
    ``interrupted`` or ``error: …``. Without a plan ``objective`` and ``audit`` are None
    and ``tables`` is empty. Money is the case's currency, quantities are tonnes.
    """

    case: Case
    status: str
    objective: float | None
    """Total discounted cost."""
    tables: Mapping[str, Table]
    """Result tables by name (see ``docs/results.md``)."""
    audit: Audit | None
    warnings: tuple[Finding, ...]
    seconds: Mapping[str, float]
    """Wall time of each step."""
    network: Network = field(repr=False)
    alerts: tuple[str, ...] = ()
    """Sentences that a reader must know: proof, shortages, supply that is not firm, horizon."""
    conflict: Conflict = explain.NO_CONFLICT
    """If no plan is feasible: which demands and limits cannot all hold."""
    repairs: tuple[Repair, ...] = ()
    """If no plan is feasible: the least changes that give one."""
    gap: float = 0.0
    """Relative gap to the bound of the best plan possible; 0 for a linear optimum."""
    log: tuple[str, ...] = field(default=(), repr=False)
    """The solver's log."""
    measured: float | None = None
    """Amount that the limit of a study adds up; None without a limit."""
    start: WarmStart | None = field(default=None, repr=False)
    """Warm start for plans of similar cases; only with ``remember``."""
    lawful: str | None = None
    """``yes``, ``as far as stated``, ``no rule binds`` or ``no rules``; None without a plan.

    ``yes`` if every rule in force binds a delivery and is kept, and nothing delivered under a
    rule rests on an unknown or unstated event; ``no`` if a changed model breaks a rule.
    """
    lawful_notes: tuple[str, ...] = ()
    """Sentences that qualify the word: tonnes, rules that bind nothing, shares that are used."""
    run: str = ""
    """Id of the run, which each of its files bears; empty if no file was written."""

    def __repr__(self) -> str:
        return result_line(self)

    def _repr_html_(self) -> str:
        """A card for a notebook: status, cost, shortage, lawfulness, proof and audit."""
        return result_card(self)

    def frame(self, name: str) -> pd.DataFrame:
        """A result table as a DataFrame, by its name: ``result.frame("Purchases")``."""
        return self.tables[name].frame()

    @property
    def costs(self) -> dict[str, float]:
        """Discounted cost by category; empty without a plan."""
        return by_category(self.tables["Costs"]) if "Costs" in self.tables else {}

    @property
    def shortage(self) -> float:
        """Tonnes of demand that are not met, without outlets."""
        return float(sum(self.tables["Shortages"]["short"])) if self.tables else 0.0

    def to_json(self) -> str:
        """The result with its case as JSON text (``docs/result.schema.json``).

        The model and what like cases may start from are left out; numbers that are not finite
        are null.
        """
        return encode_result({own.name: getattr(self, own.name) for own in fields(self)})

    @classmethod
    def from_json(cls, text: str | bytes) -> Result:
        """The result of :meth:`to_json`, to show, write and compare.

        Raises FileError if the text is no such JSON, or of another version of it.
        """
        return cls(**decode_result(text))

    def raise_for_status(self) -> Result:
        """Return the result itself if it is a proven optimum.

        Raises NoPlanError if no plan is feasible or cost has no lower bound, StoppedError if the
        solver stopped earlier.
        """
        if self.status in ("infeasible", "unbounded"):
            raise NoPlanError(status_sentence(self.status))
        if self.status != "optimal":
            raise StoppedError(status_sentence(self.status))
        return self


class SolveOptions(Struct, frozen=True):
    """Options of a solve; None leaves a limit to the sheet Settings."""

    time_limit: float | None = None
    gap: float | None = None
    progress: Progress | None = None
    own: bool = True
    """False if the caller may have changed the model."""
    explain: bool = False
    remember: bool = False
    start: WarmStart | None = None
    study_terms: model.StudyTerms | None = None
    """Rows and objective that a study adds to the model."""
    full: bool = True
    """False leaves out prices, provenance, reasons and conflicts, which no study compares."""
    diagnose: bool = True
    """False leaves out why there is no plan."""


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
) -> Result:
    """Least-cost plan of a case.

    ``time_limit`` is in seconds, ``gap`` the relative gap at which a plan with yes/no
    decisions counts as optimal (default of both: Settings). ``explain`` adds the tables
    Price headroom, Marginal costs and Balance of oxides. ``remember`` keeps a warm start in the
    result, from which the plan of a similar case may ``start``. ``step`` is called with the name
    of each step as it begins (the names of ``seconds`` in the result). A case without a plan
    raises nothing: the result's status tells.
    """
    options = SolveOptions(
        time_limit, gap, progress, explain=explain, remember=remember, start=start
    )
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
    return _solve(network, m, clock, options)


def solve_model(
    m: ConcreteModel,
    *,
    time_limit: float | None = None,
    gap: float | None = None,
    progress: Progress | None = None,
    diagnose: bool = True,
) -> Result:
    """Least-cost plan of a model that :func:`build_model` made, with all that was added.

    Added rows bind; the audit checks against the workbook alone. If the model has another
    objective than ``total_cost``, the objective of the result is still the total cost.
    ``diagnose=False`` leaves out why there is no plan.
    """
    options = SolveOptions(time_limit, gap, progress, own=False, diagnose=diagnose)
    return _solve(m.network, m, StepClock(logger), options)


def build_model(case: Case) -> ConcreteModel:
    """Pyomo model of a case: an ordinary ConcreteModel to extend, change and solve."""
    return model.build(build_network(case))


def build_network(case: Case) -> Network:
    """Network of a case: its sites, lots, lanes and rules as plain data."""
    return network_of(case)


def _solve(network: Network, m: ConcreteModel, clock: StepClock, options: SolveOptions) -> Result:
    case = network.case
    with clock.step("transfer"):
        program = solver.transfer(m)
    with interrupts.signals_deferred():
        with clock.step("solve"):
            answer = _answer(case, program, options)
        if answer.objective is not None:
            return _plan(network, m, program, answer, clock, options)
        diagnose = options.diagnose and not interrupts.must_finish_soon()
    with clock.step("diagnose"):
        status = answer.status if diagnose else ""
        conflict, repairs = _diagnose(network, program, status, options)
    return Result(
        case,
        answer.status,
        None,
        {},
        None,
        (*case.warnings, *network_warnings(network)),
        clock.seconds,
        network,
        conflict=conflict,
        repairs=repairs,
        log=answer.log,
    )


def _plan(
    network: Network,
    m: ConcreteModel,
    program: solver.Program,
    answer: solver.Answer,
    clock: StepClock,
    options: SolveOptions,
) -> Result:
    """Result with the tables of a plan, their audit and, unless a signal came, prices."""
    case = network.case
    assert answer.objective is not None
    warnings = (*case.warnings, *network_warnings(network))
    before = interrupts.signal_count()
    with explain.pricing(m, program, answer, full=options.full) as prices:
        with clock.step("extract"):
            solver.load_values(program, answer)
            objective = answer.objective if m.total_cost.active else model.present_value_of_costs(m)
            tables = result_tables.tables_of(m, program, answer, full=options.full)
        with clock.step("audit"):
            auditor = audit.Auditor(case, tables, objective, bookings(m))
        priced, missing = _prices(prices, tables, clock, options)
        tables |= priced
        verdict = auditor.verdict
        if options.own and options.study_terms is None:
            # Prices of a changed model belong to its bounds, not to those of the workbook.
            with clock.step("audit"):
                verdict = auditor.with_prices(tables)
    lawful = tracing.lawfulness(network, tables)
    run = result_tables.run_record(network, answer, verdict, lawful, warnings)
    result = Result(
        case,
        answer.status,
        objective,
        in_order({**tables, "Run": run}),
        verdict,
        warnings,
        clock.seconds,
        network,
        alerts=((*lawful.alerts, *explain.alerts(network, tables, answer)) if options.full else ()),
        gap=answer.gap,
        log=answer.log,
        measured=model.value_of_limit(m, options.study_terms.reported_measure)
        if options.study_terms
        else None,
        start=WarmStart.of(program, answer) if options.remember else None,
        lawful=lawful.word,
        lawful_notes=(lawful.headline, *lawful.notes),
    )
    interrupted = interrupts.must_finish_soon() or interrupts.signal_count() > before
    return mark_interrupted(result, missing) if interrupted else result


def _prices(
    prices: explain.PriceTables,
    tables: Mapping[str, Table],
    clock: StepClock,
    options: SolveOptions,
) -> tuple[dict[str, Table], list[str]]:
    """Tables of prices, and what is missing because a signal came."""
    done: dict[str, Table] = {}
    missing: list[str] = []
    steps: list[tuple[str, Callable[[], dict[str, Table]]]] = []
    steps.append(("prices", prices.tables if options.full else dict))
    if options.explain:
        steps.append(("explain", lambda: prices.explained({**tables, **done})))
    for name, make_tables in steps:
        before = interrupts.signal_count()
        with clock.step(name):
            new = {} if interrupts.must_finish_soon() else make_tables()
        # A signal stops the solves of this step, so its tables would be incomplete.
        if interrupts.must_finish_soon() or interrupts.signal_count() > before:
            missing += [PRICE_STEPS[name]] if options.full else []
        else:
            done |= new
    return done, missing


def with_run_id(result: Result, run: str) -> Result:
    """Result with the id of a run, which the table Run and the page show."""
    tables = dict(result.tables)
    if "Run" in tables:
        tables["Run"] = table(tables["Run"].layout, [("run", run), *tables["Run"].rows()])
    return replace(result, run=run, tables=tables)


def mark_interrupted(result: Result, missing: Sequence[str] = ()) -> Result:
    """Result whose plan is kept after a signal; ``missing`` names what it lacks.

    The status becomes ``interrupted`` here and in the table Run, and the first alert says so.
    """
    if result.objective is None:
        return result
    lacks = f"; missing are {' and '.join(missing)}" if missing else ""
    proof = "proven optimal" if result.status == "optimal" else "not proven optimal"
    alert = f"Stopped by Ctrl-C or a signal after the plan was found ({proof}){lacks}."
    rows = [
        (item, "interrupted" if item == "status" else value)
        for item, value in result.tables["Run"].rows()
    ]
    run = table(result.tables["Run"].layout, [*rows, ("stopped", alert)])
    return replace(
        result,
        status="interrupted",
        tables={**result.tables, "Run": run},
        alerts=(alert, *result.alerts),
    )


def _answer(case: Case, program: solver.Program, options: SolveOptions) -> solver.Answer:
    """Answer of the solver; Settings give the limits that the options leave open."""
    settings = case.settings
    return solver.solve_with_highs(
        program,
        time_limit=settings.time_limit if options.time_limit is None else options.time_limit,
        gap=settings.mip_gap if options.gap is None else options.gap,
        progress=options.progress,
        start=options.start,
    )


def _diagnose(
    network: Network, program: solver.Program, status: str, options: SolveOptions
) -> tuple[Conflict, tuple[Repair, ...]]:
    """Conflict and repairs of a model without a plan."""
    conflict = explain.NO_CONFLICT
    if status != "infeasible":
        return conflict, explain.unbounded_purchases(
            network, program
        ) if status == "unbounded" else ()
    own = options.own and options.study_terms is None
    if options.full:
        conflict = explain.conflict(network, program, own=own)
    return conflict, explain.repairs(network, program, own=own)
