"""Cost against a limit: how much dearer the plan gets as the limit is drawn tighter.

``country = China`` is the share of purchases from a country, ``not firm`` that of offers
which are not firm, ``short`` the tonnes short, ``capital`` the money spent on options, and
anything that Limits can add up is written as there:
``bought; material = NdPr oxide; country = China; as = tonnes``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from optimizer.errors import UsageError
from optimizer.model import SHORT, StudyTerms
from optimizer.result.result_layouts import Field, Layout, Table, table
from optimizer.studies.disruptions import limit_row, with_limits
from optimizer.studies.renamed_keywords import renamed_keywords
from optimizer.studies.run_outcome import RunOutcome
from optimizer.studies.runner import Runner
from optimizer.studies.study import BASE_RUN, Study, compared, reason
from optimizer.studies.study_register import FRONTIER_STUDY
from optimizer.studies.study_run import RunSettings, StudyRun
from optimizer.tables import SHEETS, Case
from optimizer.tables.case_tables import tables_of
from optimizer.tables.country_groups import NOT, CountrySets
from optimizer.tables.country_names import CountryNames
from optimizer.tables.findings import Findings
from optimizer.tables.sheets import LIMIT_FILTERS, MEASURES, Limit
from optimizer.tables.text_matching import fold

FRONTIER_LIMIT_NAME = "limit of the frontier"
MAX_DINKELBACH_ITERATIONS = 20
"""Programmes in which the least share is found; each comes closer, the last cannot."""
RELATIVE_MEASURE_ROUNDING = 1e-9
"""Part of a share, or of an amount, that is rounding."""
UNBINDING_MAXIMUM = 1e12
"""A bound that binds nothing: tonnes or money."""


@dataclass(frozen=True, slots=True)
class FrontierMeasure:
    """What is limited: a row of Limits without its bound, or the tonnes short."""

    text: str
    row: Limit | None
    kind: str
    """share, tonnes, amount, number or money."""

    def run(self, case: Case, bound: float | None) -> StudyRun:
        """The case with at most so much of it; None measures it alone."""
        name = BASE_RUN if bound is None else f"at most {bound:.6g}"
        if self.row is None:
            return StudyRun(name, case, None if bound is None else StudyTerms(most_short=bound))
        most = (1.0 if self.kind == "share" else UNBINDING_MAXIMUM) if bound is None else bound
        values = {each: getattr(self.row, each) for each in SHEETS["Limits"].columns}
        row = limit_row(**(values | {"maximum": most}))
        return StudyRun(name, with_limits(case, [row]), StudyTerms(measure=FRONTIER_LIMIT_NAME))

    def least(self, case: Case, share: float = 0.0) -> StudyRun:
        """The case in which it is made least instead of cost.

        Of a share, what is made least is the amount less so much of what it is a share of.
        """
        alone = self.run(case, None)
        name = SHORT if self.row is None else FRONTIER_LIMIT_NAME
        twist = StudyTerms(measure=FRONTIER_LIMIT_NAME, least=name, less_base=share)
        return StudyRun(
            f"least {self.text} ({share:.9g})" if share else f"least {self.text}", alone.case, twist
        )

    def of(self, outcome: RunOutcome) -> float:
        """How much of it a plan has."""
        return outcome.short if self.row is None else outcome.measured or 0.0


@renamed_keywords(way="settings")
def frontier(case: Case, limit: str, points: int = 7, settings: RunSettings | None = None) -> Study:
    """Cost at so many bounds between the least-cost plan and the least that there can be.

    Both ends are exact: the least amount that any plan has, and the least cost of a plan with it.
    Raises UsageError if the limit cannot be understood, or the case has no plan.
    """
    if points < 2:
        raise UsageError("a frontier has at least two points: its ends")
    measure = measure_of(case, limit)
    runner = Runner(case, settings or RunSettings())
    (base,) = runner.outcomes([measure.run(case, None)])
    if not base.solved:
        raise UsageError(f"the case itself has no plan to begin with: {reason(base)}")
    most = measure.of(base)
    found: dict[float, RunOutcome] = {}
    notes: list[str] = []
    if most > RELATIVE_MEASURE_ROUNDING:
        least = _least(runner, measure, case, most, notes)
        step = (most - least) / (points - 1)
        bounds = list(dict.fromkeys(least + step * place for place in range(points - 1)))
        runs = [measure.run(case, bound) for bound in bounds]
        found = dict(zip(bounds, runner.outcomes(runs), strict=True))
    outcomes = {BASE_RUN: base}
    for bound in sorted(found, reverse=True):
        outcomes[f"at most {bound:.6g}"] = found[bound]
    overview = _curve(measure, base, found)
    nothing = f"The least-cost plan has nothing of {limit}: there is no trade-off."
    return Study(
        title=f"Frontier: {limit}",
        case=case.settings.case,
        currency=case.settings.currency,
        outcomes=outcomes,
        tables={"Frontier": overview, **compared(outcomes)},
        notes=(*notes, *(() if found else (nothing,))),
        chart=FRONTIER_STUDY.chart,
    )


def _least(
    runner: Runner, measure: FrontierMeasure, case: Case, most: float, notes: list[str]
) -> float:
    """The least that there can be of a measure, at any cost.

    An amount is made least by one programme. So is a share N / D, as N - s D for the share s of
    the last plan found, until no plan is below it (Dinkelbach, 1967).
    """
    if measure.kind != "share":
        return _made_least(runner, measure.least(case), measure, most, notes)
    (none,) = runner.outcomes([measure.run(case, 0.0)])
    if none.solved:
        return 0.0
    least = most
    for _ in range(MAX_DINKELBACH_ITERATIONS):
        found = _made_least(runner, measure.least(case, least), measure, least, notes)
        if found >= least * (1.0 - RELATIVE_MEASURE_ROUNDING):
            return min(found, least)
        least = found
    return least


def _made_least(
    runner: Runner, run: StudyRun, measure: FrontierMeasure, most: float, notes: list[str]
) -> float:
    """What a plan has of what it makes least; ``most``, and a note, where there is none."""
    (found,) = runner.outcomes([run])
    if not found.solved or found.status != "optimal":
        note = f"The least of {measure.text} is not proven: {reason(found)}."
        if note not in notes:
            notes.append(note)
    if not found.solved:
        return most
    amount = min(measure.of(found), most)
    return amount if amount > RELATIVE_MEASURE_ROUNDING * max(1.0, most) else 0.0


def _curve(measure: FrontierMeasure, base: RunOutcome, found: dict[float, RunOutcome]) -> Table:
    layout = Layout(
        "Frontier",
        f"Cost against {measure.text}; the first row is the least-cost plan without the limit.",
        (
            Field("bound", measure.kind, "most that was allowed; blank: no limit"),
            Field("found", measure.kind, "what the plan has"),
            Field("status", "text", "optimal, or why there is no proven plan"),
            Field("cost", "money", "present value of all costs"),
            Field("dearer by", "money", "its cost less that of the least-cost plan"),
            Field("for one less", "money", "more cost for one unit less, from the row above"),
            Field("short", "tonnes", "tonnes short, outlets left out"),
            Field("reason", "text", "why there is no plan"),
        ),
    )
    rows: list[tuple[Any, ...]] = []
    above: tuple[float, float] | None = None
    for bound, outcome in [(None, base), *sorted(found.items(), reverse=True)]:
        if not outcome.solved or outcome.objective is None or base.objective is None:
            rows.append((bound, None, outcome.status, *(None,) * 4, reason(outcome)))
            continue
        amount, cost = measure.of(outcome), outcome.objective
        slope = None
        if above is not None and above[0] - amount > 1e-9:
            slope = (cost - above[1]) / (above[0] - amount)
        above = (amount, cost)
        dearer = cost - base.objective
        rows.append((bound, amount, outcome.status, cost, dearer, slope, outcome.short, ""))
    return table(layout, rows)


def measure_of(case: Case, text: str) -> FrontierMeasure:
    """What a text limits; raises UsageError where it cannot be understood."""
    parts = [part.strip() for part in text.split(";") if part.strip()]
    if not parts:
        raise UsageError("write what is limited, such as 'country = China'")
    first = fold(parts[0])
    if first in ("short", "shortage"):
        return FrontierMeasure(text, None, "tonnes")
    if first == "capital":
        return FrontierMeasure(text, _row(case, "spent", parts[1:], "tonnes"), "money")
    if first in ("not firm", "non-firm"):
        loose = [row for row in case.supply if not row.firm]
        names = {row.offer for row in loose}
        if not loose:
            raise UsageError("every offer of the case is firm")
        if any(row.firm and row.offer in names for row in case.supply):
            raise UsageError("an offer has rows that are firm and rows that are not")
        more = [f"offer = {', '.join(sorted(names))}", *parts[1:]]
        return FrontierMeasure(text, _row(case, "bought", more, "share"), "share")
    if first in MEASURES:
        row = _row(case, first, parts[1:], "tonnes")
    else:
        row = _row(case, "bought", parts, "share")
    kinds = {"made": "amount", "built": "number", "spent": "money"}
    return FrontierMeasure(text, row, "share" if row.as_ == "share" else kinds.get(first, "tonnes"))


def _row(case: Case, measure: str, filters: list[str], as_: str) -> Limit:
    known = {SHEETS["Limits"].header(name): name for name in LIMIT_FILTERS}
    given: dict[str, Any] = {"as_": as_}
    for part in filters:
        column, sign, value = (each.strip() for each in part.partition("="))
        names = tuple(name.strip() for name in value.split(",") if name.strip())
        if column == "as" and value in ("share", "tonnes"):
            given["as_"] = value
        elif sign and column in known and names:
            given[known[column]] = _all_spelled(case, known[column], names)
        else:
            raise UsageError(
                f"{part!r} is not understood; write one of {', '.join(known)} or as, = and its "
                f"value, and before them one of {', '.join(MEASURES)}, short, capital, not firm"
            )
    return limit_row(FRONTIER_LIMIT_NAME, measure, window="horizon", **given)


def _all_spelled(case: Case, attribute: str, names: tuple[str, ...]) -> tuple[str, ...]:
    """Names as the case spells them; raises UsageError if one is not there."""
    if attribute != "country":
        return tuple(_spelled(case, attribute, name) for name in names)
    found, fault = CountryNames(tables_of(case)["Countries"], Findings()).several(names)
    if fault:
        message, cure = fault
        raise UsageError(f"{message}; {cure if isinstance(cure, str) else cure()}")
    groups = CountrySets(case.countries).groups
    for name in found:
        if not name.startswith(NOT) and fold(name) not in groups:
            _spelled(case, attribute, name)
    return found


def _spelled(case: Case, attribute: str, name: str) -> str:
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
    found = {fold(word): word for word in words if word}
    if fold(name) not in found:
        raise UsageError(f"{name!r} is not a {attribute.replace('_', ' ')} of the case")
    return found[fold(name)]
