"""Other plans that cost nearly as little: what there is to choose at a given price.

Within a share of the least cost, and with no more tonnes short, purchases from each
country in turn are made least, those from outside North America, and the number of
suppliers. The least number would need a yes/no decision for each supplier; instead the
smallest supplier is left out, plan after plan, as long as the cost allows: none of those
left can be left out alone, though another choice might need fewer.
"""

from __future__ import annotations

from typing import Any

from optimizer.errors import UsageError
from optimizer.model import StudyTerms
from optimizer.result.result_layouts import Field, Layout, Table, table
from optimizer.studies.disruptions import limit_row, with_limits
from optimizer.studies.renamed_keywords import renamed_keywords
from optimizer.studies.run_outcome import RunOutcome
from optimizer.studies.runner import Runner
from optimizer.studies.study import BASE_RUN, Study, amounts, compared, reason
from optimizer.studies.study_register import ALTERNATIVES_STUDY
from optimizer.studies.study_run import RunSettings, StudyRun
from optimizer.studies.uncertain_supply import OfferKey
from optimizer.tables import Case
from optimizer.tables.country_groups import GROUPS

NORTH_AMERICA = GROUPS["USMCA"].members
NEGLIGIBLE_SUPPLIER_SHARE = 1e-4
"""Share of all tonnes bought below which a supplier counts as none."""

SHORTAGE_SLACK, SHORTAGE_COMPARISON_TOLERANCE = 1e-6, 1e-3
"""Tonnes by which a plan may be shorter: for the solver, and among rounded figures."""

ALTERNATIVES = Layout(
    "Alternatives",
    "Plans that cost nearly as little, and differ as much as they can in one respect.",
    (
        Field("plan", "text", "what was made least; base is the least-cost plan"),
        Field("status", "text", "optimal, or why there is no proven plan"),
        Field("cost", "money", "present value of all costs"),
        Field("dearer by", "share", "more cost than the least, relative to it"),
        Field("base", "amount", "tonnes, or suppliers, in the least-cost plan"),
        Field("then", "amount", "the same in this plan"),
        Field("suppliers", "number", "sites that are bought from"),
        Field("differs", "share", "share of the tonnes bought that come from elsewhere"),
        Field("short", "tonnes", "tonnes short, outlets left out"),
    ),
)


@renamed_keywords(way="settings")
def alternatives(case: Case, within: float = 0.02, settings: RunSettings | None = None) -> Study:
    """Plans within a share of the least cost that differ as much as possible.

    Raises UsageError if ``within`` is below 0 or the case has no plan.
    """
    if not within >= 0:
        raise UsageError("the share of cost that may be added is not below 0")
    runner = Runner(case, settings or RunSettings())
    base = runner.base()
    if not base.solved or base.objective is None:
        raise UsageError(f"the case itself has no plan to begin with: {reason(base)}")
    most = base.objective + within * abs(base.objective)
    country = {site.site: site.country for site in case.sites}
    offers = list(dict.fromkeys((row.offer, row.site, row.material) for row in case.supply))
    aims: dict[str, tuple[OfferKey, ...]] = {
        f"least from {name}": tuple(each for each in offers if country[each[1]] == name)
        for (name,) in sorted(amounts(base, "Purchases", ("country",), "tonnes"))
    }
    outside = [each for each in offers if country[each[1]] not in NORTH_AMERICA]
    if outside and len(outside) < len(offers):
        aims["most North American"] = tuple(outside)
    runs = [
        StudyRun(
            name,
            case,
            StudyTerms(
                most_cost=most,
                most_short=base.short + SHORTAGE_SLACK,
                least_bought=tuple((each, 1.0) for each in own),
            ),
        )
        for name, own in aims.items()
    ]
    found = dict(zip(aims, runner.outcomes(runs), strict=True))
    found["fewest suppliers"] = _fewest(runner, case, base, most)
    outcomes = {BASE_RUN: base, **found}
    return Study(
        title=f"Plans within {100 * within:.3g} % of the least cost",
        case=case.settings.case,
        currency=case.settings.currency,
        outcomes=outcomes,
        tables={"Alternatives": _overview(base, found, aims), **compared(outcomes)},
        notes=(
            f"Each plan costs at most {most:,.2f} {case.settings.currency} and is no shorter.",
            "Fewest suppliers: none that is left can be left out alone; "
            "another choice might need fewer.",
        ),
        chart=ALTERNATIVES_STUDY.chart,
    )


def _fewest(runner: Runner, case: Case, base: RunOutcome, most: float) -> RunOutcome:
    """The plan that is left when the smallest suppliers are left out one by one."""
    last, barred, needed = base, list[str](), set[str]()
    while True:
        sold = {site: tonnes for site, tonnes in _sold(last).items() if site not in needed}
        if not sold:
            return last
        site = min(sold, key=lambda each: (sold[each], each))
        rows = [
            limit_row(f"without {each}", "bought", site=(each,), maximum=0.0)
            for each in (*barred, site)
        ]
        (found,) = runner.outcomes([StudyRun(f"without {site}", with_limits(case, rows))])
        cheap = found.solved and found.objective is not None and found.objective <= most
        full = found.short <= base.short + SHORTAGE_COMPARISON_TOLERANCE
        if cheap and full and suppliers(found) <= suppliers(last):
            last = found
            barred.append(site)
        else:
            needed.add(site)


def _sold(outcome: RunOutcome) -> dict[str, float]:
    """Tonnes bought from each site that more than a trace is bought from."""
    sold = amounts(outcome, "Purchases", ("site",), "tonnes")
    trace = NEGLIGIBLE_SUPPLIER_SHARE * sum(sold.values())
    return {site: tonnes for (site,), tonnes in sold.items() if tonnes > trace}


def suppliers(outcome: RunOutcome) -> int:
    """Sites that more than a trace is bought from."""
    return len(_sold(outcome))


def _overview(
    base: RunOutcome, found: dict[str, RunOutcome], aims: dict[str, tuple[OfferKey, ...]]
) -> Table:
    assert base.objective is not None
    before = amounts(base, "Purchases", ("offer", "site", "material"), "tonnes")
    rows: list[tuple[Any, ...]] = [
        (BASE_RUN, base.status, base.objective, 0.0, None, None, suppliers(base), 0.0, base.short)
    ]
    for name, outcome in found.items():
        if not outcome.solved or outcome.objective is None:
            rows.append((name, reason(outcome) or outcome.status, *(None,) * 7))
            continue
        then = amounts(outcome, "Purchases", ("offer", "site", "material"), "tonnes")
        if name in aims:
            figures = [sum(each.get(key, 0.0) for key in aims[name]) for each in (before, then)]
        else:
            figures = [float(suppliers(base)), float(suppliers(outcome))]
        dearer = outcome.objective - base.objective
        relative = dearer / abs(base.objective) if base.objective else None
        rows.append(
            (
                name,
                outcome.status,
                outcome.objective,
                relative,
                *figures,
                suppliers(outcome),
                _differs(before, then),
                outcome.short,
            )
        )
    return table(ALTERNATIVES, rows)


def _differs(before: dict[Any, float], then: dict[Any, float]) -> float:
    """Share of the tonnes bought that were not bought there before."""
    total = sum(then.values())
    more = sum(max(tonnes - before.get(key, 0.0), 0.0) for key, tonnes in then.items())
    return more / total if total else 0.0
