"""Epsilon-constraint frontier: the least cost at each of several bounds on one measure.

``country = China`` is the share of purchases from a country, ``not firm`` that of offers
which are not firm, ``short`` the tonnes short, ``capital`` the money spent on options, and
anything that Limits can add up is written as there:
``bought; material = NdPr oxide; country = China; as = tonnes``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from optimizer.argument_kinds import TEXT, WHOLE, check_arguments
from optimizer.errors import UsageError
from optimizer.model import MINIMISE_SHORTAGE, StudyTerms
from optimizer.result.result_layouts import Field, Layout, Table, levels, table
from optimizer.studies.disruptions import limit_row, with_limits
from optimizer.studies.renamed_keywords import renamed_keywords
from optimizer.studies.run_outcome import RunOutcome
from optimizer.studies.runner import Runner
from optimizer.studies.study import BASE_RUN, Study, comparison_tables, failure_reason, unique
from optimizer.studies.study_register import FRONTIER_STUDY
from optimizer.studies.study_run import CASE, RUN_SETTINGS, RunSettings, StudyRun
from optimizer.tables import SHEETS, Case
from optimizer.tables.case_rows import tables_of
from optimizer.tables.country_groups import NEGATION_PREFIX, CountrySets
from optimizer.tables.country_names import CountryNames
from optimizer.tables.findings import Findings
from optimizer.tables.sheets import LIMIT_FILTERS, MEASURES, Limit
from optimizer.tables.text_matching import fold

FRONTIER_LIMIT_NAME = "limit of the frontier"
MAX_DINKELBACH_ITERATIONS = 20
"""Maximum programmes that are solved for the least share.

Dinkelbach's method converges superlinearly, so that a few suffice; the limit only ends a search
that rounding keeps from ending.
"""
RELATIVE_MEASURE_ROUNDING = 1e-9
"""Part of a share, or of an amount, that is rounding; chosen well above that of a float."""
UNBINDING_MAXIMUM = 1e12
"""Maximum that binds no plan, in tonnes or money: far above any amount of a case."""


@dataclass(frozen=True, slots=True)
class FrontierMeasure:
    """What is limited: a row of Limits without its bound, or the tonnes short."""

    text: str
    row: Limit | None
    kind: str
    """share, tonnes, amount, number or money."""

    def run(self, case: Case, bound: float | None) -> StudyRun:
        """The case with at most ``bound`` of the measure; None only measures it."""
        name = BASE_RUN if bound is None else self.label(bound, case.settings.currency)
        if self.row is None:
            return StudyRun(
                name, case, None if bound is None else StudyTerms(maximum_shortage=bound)
            )
        most = (1.0 if self.kind == "share" else UNBINDING_MAXIMUM) if bound is None else bound
        values = {each: getattr(self.row, each) for each in SHEETS["Limits"].columns}
        row = limit_row(**(values | {"maximum": most}))
        return StudyRun(
            name, with_limits(case, [row]), StudyTerms(reported_measure=FRONTIER_LIMIT_NAME)
        )

    def label(self, bound: float, currency: str) -> str:
        """Name of the run with at most ``bound``, with its unit."""
        if self.kind == "share":
            return f"at most {100 * bound:.4g} %"
        unit = {"tonnes": "t", "money": currency}.get(self.kind, "")
        return f"at most {bound:,.6g} {unit}".rstrip()

    def least(self, case: Case, share: float = 0.0) -> StudyRun:
        """The case with the measure as its objective instead of cost.

        The objective for a share N / D is N - ``share`` D.
        """
        measured = self.run(case, None)
        objective = MINIMISE_SHORTAGE if self.row is None else FRONTIER_LIMIT_NAME
        terms = StudyTerms(
            reported_measure=FRONTIER_LIMIT_NAME,
            minimised_measure=objective,
            subtracted_share=share,
        )
        share_text = f" ({100 * share:.6g} %)" if share else ""
        return StudyRun(f"least {self.text}{share_text}", measured.case, terms)

    def value_in(self, outcome: RunOutcome) -> float:
        """Amount or share of the measure in a plan."""
        return outcome.short if self.row is None else outcome.measured or 0.0


@renamed_keywords(way="settings")
@check_arguments(case=CASE, limit=TEXT, points=WHOLE, settings=RUN_SETTINGS)
def frontier(case: Case, limit: str, points: int = 7, settings: RunSettings | None = None) -> Study:
    """Least cost at ``points`` bounds, from the least-cost plan to the least of the measure.

    Both ends are exact: the least amount that any plan has, and the least cost of a plan with it.
    ``limit`` is written as at the head of this module. Raises UsageError if it cannot be
    understood, or if the case has no plan.
    """
    if points < 2:
        raise UsageError("a frontier has at least two points: its ends")
    measure = parse_measure(case, limit)
    runner = Runner(case, settings or RunSettings())
    (base,) = runner.outcomes([measure.run(case, None)], last=False)
    if not base.solved:
        raise UsageError(f"the base case has no plan: {failure_reason(base)}")
    most = measure.value_in(base)
    by_bound: dict[float, RunOutcome] = {}
    notes: list[str] = []
    if most > RELATIVE_MEASURE_ROUNDING:
        least = _least(runner, measure, case, most, notes)
        step = (most - least) / (points - 1)
        bounds = list(dict.fromkeys(least + step * place for place in range(points - 1)))
        runs = [measure.run(case, bound) for bound in bounds]
        by_bound = dict(zip(bounds, runner.outcomes(runs), strict=True))
    bounds = sorted(by_bound, reverse=True)
    labels = unique([BASE_RUN, *(measure.label(each, case.settings.currency) for each in bounds)])
    outcomes = dict(zip(labels, (base, *(by_bound[each] for each in bounds)), strict=True))
    no_trade_off = f"The least-cost plan has nothing of {limit}: there is no trade-off."
    return Study(
        title=f"Frontier: {limit}",
        case=case.settings.case,
        currency=case.settings.currency,
        outcomes=outcomes,
        tables={"Frontier": _curve(measure, base, by_bound), **comparison_tables(outcomes)},
        notes=(*notes, *(() if by_bound else (no_trade_off,))),
        chart=FRONTIER_STUDY.chart,
    )


def _least(
    runner: Runner, measure: FrontierMeasure, case: Case, most: float, notes: list[str]
) -> float:
    """The least of a measure in any plan, at any cost.

    One programme minimises an amount. A share N / D takes several: each minimises N - s D for the
    share s of the last plan, until no plan is below it (Dinkelbach, 1967).
    """
    if measure.kind != "share":
        return _minimum(runner, measure.least(case), measure, most, notes)
    (none,) = runner.outcomes([measure.run(case, 0.0)], last=False)
    if none.solved:
        return 0.0
    least = most
    for _ in range(MAX_DINKELBACH_ITERATIONS):
        lower = _minimum(runner, measure.least(case, least), measure, least, notes)
        if lower >= least * (1.0 - RELATIVE_MEASURE_ROUNDING):
            return min(lower, least)
        least = lower
    return least


def _minimum(
    runner: Runner, run: StudyRun, measure: FrontierMeasure, most: float, notes: list[str]
) -> float:
    """Measure of the plan of a run that minimises it; ``most``, and a note, without a plan."""
    (outcome,) = runner.outcomes([run], last=False)
    if not outcome.solved or outcome.status != "optimal":
        note = f"The least of {measure.text} is not proven: {failure_reason(outcome)}."
        if note not in notes:
            notes.append(note)
    if not outcome.solved:
        return most
    amount = min(measure.value_in(outcome), most)
    return amount if amount > RELATIVE_MEASURE_ROUNDING * max(1.0, most) else 0.0


def _curve(measure: FrontierMeasure, base: RunOutcome, by_bound: dict[float, RunOutcome]) -> Table:
    layout = Layout(
        "Frontier",
        f"Cost against {measure.text}; the first row is the least-cost plan without the limit.",
        levels(
            Field("bound", measure.kind, "most that was allowed; blank: no limit"),
            Field("found", measure.kind, "what the plan has"),
            Field("status", "text", "optimal, or why there is no proven plan"),
            Field("cost", "money", "present value of all costs"),
            Field(
                "dearer by",
                "money",
                "its cost less that of the least-cost plan",
                title="additional cost",
            ),
            Field(
                "for one less",
                "money",
                "additional cost of one unit less, from the row above",
                title="cost of one unit less",
            ),
            Field("short", "tonnes", "tonnes short, outlets left out"),
            Field("reason", "text", "why there is no plan"),
        ),
    )
    rows: list[tuple[Any, ...]] = []
    previous: tuple[float, float] | None = None
    for bound, outcome in [(None, base), *sorted(by_bound.items(), reverse=True)]:
        if not outcome.solved or outcome.objective is None or base.objective is None:
            rows.append((bound, None, outcome.status, *(None,) * 4, failure_reason(outcome)))
            continue
        amount, cost = measure.value_in(outcome), outcome.objective
        slope = None
        if previous is not None and previous[0] - amount > RELATIVE_MEASURE_ROUNDING:
            slope = (cost - previous[1]) / (previous[0] - amount)
        previous = (amount, cost)
        dearer = cost - base.objective
        rows.append((bound, amount, outcome.status, cost, dearer, slope, outcome.short, ""))
    return table(layout, rows)


def parse_measure(case: Case, text: str) -> FrontierMeasure:
    """The measure that a text names; raises UsageError if it cannot be understood."""
    parts = [part.strip() for part in text.split(";") if part.strip()]
    if not parts:
        raise UsageError("write the measure that is limited, such as 'country = China'")
    first = fold(parts[0])
    if first in ("short", "shortage"):
        return FrontierMeasure(text, None, "tonnes")
    if first == "capital":
        return FrontierMeasure(text, _limit(case, "spent", parts[1:], "tonnes"), "money")
    if first in ("not firm", "non-firm"):
        not_firm = [row for row in case.supply if not row.firm]
        names = {row.offer for row in not_firm}
        if not not_firm:
            raise UsageError("every offer of the case is firm")
        if any(row.firm and row.offer in names for row in case.supply):
            raise UsageError("an offer has rows that are firm and rows that are not")
        filters = [f"offer = {', '.join(sorted(names))}", *parts[1:]]
        return FrontierMeasure(text, _limit(case, "bought", filters, "share"), "share")
    if first in MEASURES:
        row = _limit(case, first, parts[1:], "tonnes")
    else:
        row = _limit(case, "bought", parts, "share")
    kinds = {"made": "amount", "built": "number", "spent": "money"}
    return FrontierMeasure(text, row, "share" if row.as_ == "share" else kinds.get(first, "tonnes"))


def _limit(case: Case, measure: str, filters: list[str], as_: str) -> Limit:
    """Row of Limits without a bound, from filters such as ``country = China``."""
    known = {SHEETS["Limits"].header(name): name for name in LIMIT_FILTERS}
    values: dict[str, Any] = {"as_": as_}
    for part in filters:
        column, sign, value = (each.strip() for each in part.partition("="))
        names = tuple(name.strip() for name in value.split(",") if name.strip())
        if column == "as" and value in ("share", "tonnes"):
            values["as_"] = value
        elif sign and column in known and names:
            values[known[column]] = _names_of_case(case, known[column], names)
        else:
            raise UsageError(
                f"{part!r} is not understood; write one of {', '.join(known)} or as, = and its "
                f"value, and before them one of {', '.join(MEASURES)}, short, capital, not firm"
            )
    return limit_row(FRONTIER_LIMIT_NAME, measure, window="horizon", **values)


def _names_of_case(case: Case, attribute: str, names: tuple[str, ...]) -> tuple[str, ...]:
    """Names as the case spells them; raises UsageError if one is not there."""
    if attribute != "country":
        return tuple(_name_of_case(case, attribute, name) for name in names)
    spelled, fault = CountryNames(tables_of(case)["Countries"], Findings()).several(names)
    if fault:
        message, cure = fault
        raise UsageError(f"{message}; {cure if isinstance(cure, str) else cure()}")
    groups = CountrySets(case.countries).groups
    for name in spelled:
        if not name.startswith(NEGATION_PREFIX) and fold(name) not in groups:
            _name_of_case(case, attribute, name)
    return spelled


def _name_of_case(case: Case, attribute: str, name: str) -> str:
    """A name as the case spells it; raises UsageError if it is not there."""
    lists: dict[str, list[str]] = {
        "site": [row.site for row in case.sites],
        "country": [row.country for row in case.sites],
        "owner": [row.owner for row in case.sites],
        "material": [row.material for row in case.materials],
        "recipe": [row.recipe for row in case.recipes] + [row.recipe for row in case.recoveries],
        "offer": [row.offer for row in case.supply],
        "line": [row.line for row in case.demand],
        "mode": [row.mode for row in case.lanes],
        "option": [row.option for row in case.options],
    }
    words = lists[attribute.removeprefix("to_")]
    spellings = {fold(word): word for word in words if word}
    if fold(name) not in spellings:
        raise UsageError(f"{name!r} is not a {attribute.replace('_', ' ')} of the case")
    return spellings[fold(name)]
