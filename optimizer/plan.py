"""The whole story on one page: from a case to an audited plan.

Tables say what the workbook says, the network what it means, the model is the
mathematics, the solver finds the optimum, the solution says what was decided, and the
audit checks it against the tables again. Nothing flows back.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING

from msgspec import Struct

from optimizer import (
    audit,
    explain,
    interrupts,
    model,
    network,
    result_json,
    result_tables,
    solver,
    tracing,
)
from optimizer.audit import Audit
from optimizer.errors import Finding, NoPlanError, StoppedError
from optimizer.explain import Conflict, Repair
from optimizer.garbage_collection import paused
from optimizer.network import Network
from optimizer.result import Table, bookings, by_category, in_order, table
from optimizer.solver import Progress, WarmStart
from optimizer.tables.case import Case

if TYPE_CHECKING:
    import pandas as pd
    from pyomo.core import ConcreteModel

NOTHING_KNOWN: tuple[Conflict, tuple[Repair, ...]] = (explain.NO_CONFLICT, ())
"""Why there is no plan, where nobody has looked."""
PRICED = {"prices": "Scarcity, Bottlenecks and Break-even", "explain": "what prices are made of"}
"""What a plan lacks that was stopped in a step."""


@dataclass(frozen=True, slots=True)
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
    """Sentences that a reader must know: proof, shortages, supply not firm, horizon."""
    conflict: Conflict = explain.NO_CONFLICT
    """Where no plan is feasible: which demands and limits cannot all hold."""
    repairs: tuple[Repair, ...] = ()
    """Where no plan is feasible: the least that would have to give."""
    gap: float = 0.0
    """Relative gap to the best plan possible; 0 for a linear optimum."""
    log: tuple[str, ...] = field(default=(), repr=False)
    """The solver's log."""
    measured: float | None = None
    """What the limit of a study adds up; None where none was asked for."""
    start: WarmStart | None = field(default=None, repr=False)
    """What plans of like cases may start from; only where it was asked for."""
    lawful: str | None = None
    """``yes``, ``as far as stated``, ``no rule binds`` or ``no rules``; None without a plan.

    ``yes`` where every rule in force binds a delivery and is kept, and nothing delivered under a
    rule rests on an unknown or unstated event; ``no`` where a changed model breaks a rule.
    """
    lawful_notes: tuple[str, ...] = ()
    """Sentences beside the word: tonnes, rules that bind nothing, shares that are used."""
    run: str = ""
    """Name of the run that each of its files bears; empty where the result stands alone."""

    def frame(self, name: str) -> pd.DataFrame:
        """A result table as a DataFrame, by its name: ``result.frame("Purchases")``."""
        return self.tables[name].frame()

    @property
    def costs(self) -> dict[str, float]:
        """Discounted cost by category; empty without a plan."""
        return by_category(self.tables["Costs"]) if "Costs" in self.tables else {}

    @property
    def shortage(self) -> float:
        """Tonnes of demand that are not met, outlets left out."""
        return float(sum(self.tables["Shortages"]["short"])) if self.tables else 0.0

    def to_json(self) -> str:
        """The result with its case as JSON text (``docs/result.schema.json``).

        The model and what like cases may start from are left out; numbers that are not finite
        are null.
        """
        return result_json.text_of({own.name: getattr(self, own.name) for own in fields(self)})

    @classmethod
    def from_json(cls, text: str | bytes) -> Result:
        """The result of :meth:`to_json`, to show, write and compare.

        Raises FileError if the text is no such JSON, or of another version of it.
        """
        return cls(**result_json.fields_of(text))

    def raise_for_status(self) -> Result:
        """The result itself, if it is a proven optimum.

        Raises NoPlanError if there is no feasible plan or cost has no lower bound, and
        StoppedError if the solver stopped before.
        """
        if self.status in ("infeasible", "unbounded"):
            raise NoPlanError(status_sentence(self.status))
        if self.status != "optimal":
            raise StoppedError(status_sentence(self.status))
        return self


class SolveOptions(Struct, frozen=True):
    """What a caller asks for; None where Settings decide."""

    time_limit: float | None = None
    gap: float | None = None
    progress: Progress | None = None
    own: bool = True
    """False where the caller may have changed the model."""
    explain: bool = False
    remember: bool = False
    start: WarmStart | None = None
    twist: model.StudyTerms | None = None
    """What a study adds to the model."""
    full: bool = True
    """False leaves out what no study compares: prices, provenance, reasons, conflicts."""
    diagnose: bool = True
    """False does not say why where there is no plan."""


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
    Price headroom, Marginal costs and Balance of oxides. ``remember`` keeps in the result
    what the plan of a like case may ``start`` from. ``step`` is called with the name of each
    step as it begins (the names of ``seconds`` in the result). Nothing is raised for a case
    without a plan: the result's status says so.
    """
    asked = SolveOptions(time_limit, gap, progress, explain=explain, remember=remember, start=start)
    return solve_as_asked(case, asked, step)


def solve_as_asked(
    case: Case, asked: SolveOptions, step: Callable[[str], None] | None = None
) -> Result:
    """Plan of a case as one run of a study: from a start, with a twist, or in short.

    The objective of the result is the cost, whatever a twist makes least.
    """
    clock = _Clock(step)
    with paused():
        with clock.step("network"):
            meaning = build_network(case)
        with clock.step("build"):
            m = model.build(meaning)
            if asked.twist is not None:
                model.add_twist(m, asked.twist)
        return _solve(case, meaning, m, clock, asked)


def solve_model(
    m: ConcreteModel,
    *,
    time_limit: float | None = None,
    gap: float | None = None,
    progress: Progress | None = None,
    diagnose: bool = True,
) -> Result:
    """Least-cost plan of a model that :func:`build_model` made, with all that was added.

    Rows that were added bind; the audit checks against the workbook alone. Where the model
    has another objective than ``total_cost``, the result's is still the total cost of the
    plan. ``diagnose=False`` does not say why where there is no plan.
    """
    asked = SolveOptions(time_limit, gap, progress, own=False, diagnose=diagnose)
    with paused():
        return _solve(m.network.case, m.network, m, _Clock(), asked)


def build_model(case: Case) -> ConcreteModel:
    """Pyomo model of a case: an ordinary ConcreteModel to extend, change and solve."""
    return model.build(build_network(case))


def build_network(case: Case) -> Network:
    """What the case means, as plain data."""
    return network.build(case)


def status_sentence(status: str) -> str:
    """A status in a sentence."""
    return {
        "optimal": "least-cost plan, proven optimal",
        "infeasible": "no plan meets every hard limit: minimums, closing stocks and least "
        "deliveries together ask for more than supply, capacity and rules allow",
        "unbounded": "cost has no lower bound: something can be bought and sold without limit "
        "at a gain; give it a maximum",
        "time limit": "the time limit was reached before a plan was proven optimal",
        "interrupted": "stopped before the plan was proven optimal and complete",
    }.get(status, f"the solver gave no plan ({status})")


def _solve(
    case: Case,
    meaning: Network,
    m: ConcreteModel,
    clock: _Clock,
    asked: SolveOptions,
) -> Result:
    with clock.step("transfer"):
        program = solver.transfer(m)
    with interrupts.keeping():
        with clock.step("solve"):
            answer = _answer(case, program, asked)
        if answer.objective is not None:
            return _plan(meaning, m, program, answer, clock, asked)
        diagnose = asked.diagnose and not interrupts.pending()
    with clock.step("diagnose"):
        why, found = NOTHING_KNOWN
        if diagnose:
            why, found = _way_out(meaning, program, answer.status, asked)
    return Result(
        case,
        answer.status,
        None,
        {},
        None,
        (*case.warnings, *network.warnings(meaning)),
        clock.seconds,
        meaning,
        conflict=why,
        repairs=found,
        log=answer.log,
    )


def _plan(
    meaning: Network,
    m: ConcreteModel,
    program: solver.Program,
    answer: solver.Answer,
    clock: _Clock,
    asked: SolveOptions,
) -> Result:
    """Tables of a plan and their audit; prices too, if nobody wants an end."""
    case = meaning.case
    assert answer.objective is not None
    warnings = (*case.warnings, *network.warnings(meaning))
    before = interrupts.count()
    with explain.pricing(m, program, answer, full=asked.full) as prices:
        with clock.step("extract"):
            solver.load(program, answer)
            objective = answer.objective if m.total_cost.active else model.cost_of(m)
            tables = result_tables.tables_of(m, program, answer, full=asked.full)
        with clock.step("audit"):
            auditor = audit.Auditor(case, tables, objective, bookings(m))
        priced, missing = _prices(prices, tables, clock, asked)
        tables |= priced
        verdict = auditor.verdict
        if asked.own and asked.twist is None:
            # Prices of a model that was changed are of its own bounds, not of the workbook's.
            with clock.step("audit"):
                verdict = auditor.with_prices(tables)
    lawful = tracing.lawfulness(meaning, tables)
    run = result_tables.run_record(meaning, answer, verdict, lawful, warnings)
    result = Result(
        case,
        answer.status,
        objective,
        in_order({**tables, "Run": run}),
        verdict,
        warnings,
        clock.seconds,
        meaning,
        alerts=((*lawful.alerts, *explain.alerts(meaning, tables, answer)) if asked.full else ()),
        gap=answer.gap,
        log=answer.log,
        measured=model.measured(m, asked.twist.measure) if asked.twist else None,
        start=WarmStart.of(program, answer) if asked.remember else None,
        lawful=lawful.word,
        lawful_notes=(lawful.headline, *lawful.notes),
    )
    late = interrupts.pending() or interrupts.count() > before
    return stopped(result, missing) if late else result


def _prices(
    prices: explain.PriceTables, tables: Mapping[str, Table], clock: _Clock, asked: SolveOptions
) -> tuple[dict[str, Table], list[str]]:
    """Tables of prices, and the names of those that a signal left unfinished."""
    found: dict[str, Table] = {}
    missing: list[str] = []
    steps: list[tuple[str, Callable[[], dict[str, Table]]]] = []
    steps.append(("prices", prices.tables if asked.full else dict))
    if asked.explain:
        steps.append(("explain", lambda: prices.explained({**tables, **found})))
    for name, made in steps:
        before = interrupts.count()
        with clock.step(name):
            own = {} if interrupts.pending() else made()
        # A signal stops solves that are under way: what they were for is not to be trusted.
        if interrupts.pending() or interrupts.count() > before:
            missing += [PRICED[name]] if asked.full else []
        else:
            found |= own
    return found, missing


def named(result: Result, run: str) -> Result:
    """A result whose files bear the name of a run: the table Run has it, and so has the page."""
    if "Run" not in result.tables:
        return replace(result, run=run)
    own = result.tables["Run"]
    longer = table(own.layout, [("run", run), *own.rows()])
    return replace(result, run=run, tables={**result.tables, "Run": longer})


def stopped(result: Result, missing: Sequence[str] = ()) -> Result:
    """A plan that was found and is kept, marked as stopped; ``missing`` is what it lacks.

    The status becomes ``interrupted`` here and in the table Run, and the first alert says so.
    """
    if result.objective is None:
        return result
    lacks = f"; missing are {' and '.join(missing)}" if missing else ""
    proof = "proven optimal" if result.status == "optimal" else "not proven optimal"
    told = f"Stopped by Ctrl-C or a signal after the plan was found ({proof}){lacks}."
    rows = [
        (item, "interrupted" if item == "status" else value)
        for item, value in result.tables["Run"].rows()
    ]
    run = table(result.tables["Run"].layout, [*rows, ("stopped", told)])
    return replace(
        result,
        status="interrupted",
        tables={**result.tables, "Run": run},
        alerts=(told, *result.alerts),
    )


def _answer(case: Case, program: solver.Program, asked: SolveOptions) -> solver.Answer:
    """What the solver says; Settings decide where nothing was asked."""
    settings = case.settings
    return solver.ask(
        program,
        time_limit=settings.time_limit if asked.time_limit is None else asked.time_limit,
        gap=settings.mip_gap if asked.gap is None else asked.gap,
        progress=asked.progress,
        start=asked.start,
    )


def _way_out(
    meaning: Network, program: solver.Program, status: str, asked: SolveOptions
) -> tuple[Conflict, tuple[Repair, ...]]:
    """Why there is no plan, and what would have to change."""
    if not asked.diagnose:
        return explain.NO_CONFLICT, ()
    if status == "infeasible":
        own = asked.own and asked.twist is None
        why = explain.conflict(meaning, program, own=own) if asked.full else explain.NO_CONFLICT
        return why, explain.repairs(meaning, program, own=own)
    return explain.NO_CONFLICT, explain.endless(meaning, program) if status == "unbounded" else ()


class _Clock:
    """Wall time of the steps."""

    def __init__(self, told: Callable[[str], None] | None = None) -> None:
        self.seconds: dict[str, float] = {}
        self._told = told

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Time what is inside under a name."""
        if self._told:
            self._told(name)
        begin = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - begin
