"""Near-optimal alternatives: plans that cost little more than the least and differ from it.

Within a share of the least cost, and with no more tonnes short, each plan minimises one thing:
purchases from a country, purchases from outside North America, or the number of suppliers. The
exact minimum of suppliers would need a yes/no decision for each. Instead the smallest supplier is
excluded, plan after plan, as long as the cost allows. Then no supplier can be excluded alone,
though another choice might need fewer.
"""

from __future__ import annotations

from typing import Any

from optimizer.argument_kinds import NUMBER, check_arguments
from optimizer.errors import UsageError
from optimizer.model import StudyTerms
from optimizer.result.result_layouts import Field, Layout, Table, levels, table
from optimizer.studies.disruptions import limit_row, with_limits
from optimizer.studies.renamed_keywords import renamed_keywords
from optimizer.studies.run_outcome import RunOutcome
from optimizer.studies.runner import Runner
from optimizer.studies.study import BASE_RUN, Study, amounts, comparison_tables, failure_reason
from optimizer.studies.study_register import ALTERNATIVES_STUDY
from optimizer.studies.study_run import CASE, RUN_SETTINGS, RunSettings, StudyRun
from optimizer.tables import Case
from optimizer.tables.country_groups import COUNTRY_GROUPS
from optimizer.tables.sheets import OfferKey

NORTH_AMERICA = COUNTRY_GROUPS["USMCA"].members
MOST_NORTH_AMERICAN, FEWEST_SUPPLIERS = "most North American", "fewest suppliers"
NEGLIGIBLE_SUPPLIER_SHARE = 1e-4
"""Share of all tonnes bought below which a supplier does not count: it may be rounding."""

SHORTAGE_SLACK, SHORTAGE_COMPARISON_TOLERANCE = 1e-6, 1e-3
"""Tonnes by which an alternative may be shorter: in the solver's row, and in a comparison.

The row must leave room for the solver's feasibility tolerance of about 1e-7; the comparison is
that of the three decimals that are shown.
"""

ALTERNATIVES = Layout(
    "Alternatives",
    "Plans of nearly the least cost that differ from it as much as possible in one respect.",
    levels(
        Field("plan", "text", "what was minimised; base is the least-cost plan"),
        Field("status", "text", "optimal, or why there is no proven plan"),
        Field("cost", "money", "present value of all costs"),
        Field(
            "dearer by",
            "share",
            "cost above the least, relative to it",
            title="additional cost",
        ),
        Field("base", "amount", "tonnes, or suppliers, in the least-cost plan"),
        Field("then", "amount", "the same in this plan"),
        Field("suppliers", "number", "sites that are bought from"),
        Field("differs", "share", "share of the tonnes bought that come from other offers"),
        Field("short", "tonnes", "tonnes short, without outlets"),
    ),
)


@renamed_keywords(way="settings")
@check_arguments(case=CASE, within=NUMBER, settings=RUN_SETTINGS)
def alternatives(case: Case, within: float = 0.02, settings: RunSettings | None = None) -> Study:
    """Plans within a share ``within`` of the least cost that differ as much as possible.

    Raises UsageError if ``within`` is below 0 or the case has no plan.
    """
    if not within >= 0:
        raise UsageError("the share of cost that may be added is not below 0")
    runner = Runner(case, settings or RunSettings())
    base = runner.base()
    if not base.solved or base.objective is None:
        raise UsageError(f"the base case has no plan: {failure_reason(base)}")
    maximum_cost = base.objective + within * abs(base.objective)
    country = {site.site: site.country for site in case.sites}
    offers = list(dict.fromkeys((row.offer, row.site, row.material) for row in case.supply))
    aims: dict[str, tuple[OfferKey, ...]] = {
        f"least from {name}": tuple(each for each in offers if country[each[1]] == name)
        for (name,) in sorted(amounts(base, "Purchases", ("country",), "tonnes"))
    }
    outside = [each for each in offers if country[each[1]] not in NORTH_AMERICA]
    if outside and len(outside) < len(offers):
        aims[MOST_NORTH_AMERICAN] = tuple(outside)
    runs = [
        StudyRun(
            name,
            case,
            StudyTerms(
                maximum_cost=maximum_cost,
                maximum_shortage=base.short + SHORTAGE_SLACK,
                purchase_weights=tuple((each, 1.0) for each in reduced),
            ),
        )
        for name, reduced in aims.items()
    ]
    plans = dict(zip(aims, runner.outcomes(runs, last=False), strict=True))
    plans[FEWEST_SUPPLIERS] = _fewest_suppliers(runner, case, base, maximum_cost)
    outcomes = {BASE_RUN: base, **plans}
    overview = _overview(base, plans, aims)
    return Study(
        title=f"Plans within {100 * within:.3g} % of the least cost",
        case=case.settings.case,
        currency=case.settings.currency,
        outcomes=outcomes,
        tables={"Alternatives": overview, **comparison_tables(outcomes)},
        notes=(
            f"Each plan costs at most {maximum_cost:,.2f} {case.settings.currency} "
            "and has no larger shortage.",
            "Fewest suppliers: none of those left can be dropped alone; "
            "another combination might need fewer.",
        ),
        chart=ALTERNATIVES_STUDY.chart,
        achieved=_achieved(overview),
    )


def _fewest_suppliers(
    runner: Runner, case: Case, base: RunOutcome, maximum_cost: float
) -> RunOutcome:
    """The last plan when the smallest suppliers are excluded one by one."""
    last, excluded, needed = base, list[str](), set[str]()
    while True:
        sold = {
            site: tonnes for site, tonnes in _tonnes_by_supplier(last).items() if site not in needed
        }
        if not sold:
            return last
        site = min(sold, key=lambda each: (sold[each], each))
        rows = [
            limit_row(f"without {each}", "bought", site=(each,), maximum=0.0)
            for each in (*excluded, site)
        ]
        run = StudyRun(f"without {site}", with_limits(case, rows))
        (plan,) = runner.outcomes([run], last=False)
        cheap = plan.solved and plan.objective is not None and plan.objective <= maximum_cost
        full = plan.short <= base.short + SHORTAGE_COMPARISON_TOLERANCE
        if cheap and full and supplier_count(plan) <= supplier_count(last):
            last = plan
            excluded.append(site)
        else:
            needed.add(site)


def _tonnes_by_supplier(outcome: RunOutcome) -> dict[str, float]:
    """Tonnes bought from each site with more than a negligible share of purchases."""
    sold = amounts(outcome, "Purchases", ("site",), "tonnes")
    negligible = NEGLIGIBLE_SUPPLIER_SHARE * sum(sold.values())
    return {site: tonnes for (site,), tonnes in sold.items() if tonnes > negligible}


def supplier_count(outcome: RunOutcome) -> int:
    """Number of sites with more than a negligible share of purchases."""
    return len(_tonnes_by_supplier(outcome))


def _overview(
    base: RunOutcome, plans: dict[str, RunOutcome], aims: dict[str, tuple[OfferKey, ...]]
) -> Table:
    assert base.objective is not None
    before = amounts(base, "Purchases", ("offer", "site", "material"), "tonnes")
    rows: list[tuple[Any, ...]] = [
        (
            BASE_RUN,
            base.status,
            base.objective,
            0.0,
            None,
            None,
            supplier_count(base),
            0.0,
            base.short,
        )
    ]
    for name, outcome in plans.items():
        if not outcome.solved or outcome.objective is None:
            rows.append((name, failure_reason(outcome) or outcome.status, *(None,) * 7))
            continue
        after = amounts(outcome, "Purchases", ("offer", "site", "material"), "tonnes")
        if name in aims:
            figures = [sum(each.get(key, 0.0) for key in aims[name]) for each in (before, after)]
        else:
            figures = [float(supplier_count(base)), float(supplier_count(outcome))]
        dearer = outcome.objective - base.objective
        relative = dearer / abs(base.objective) if base.objective else None
        rows.append(
            (
                name,
                outcome.status,
                outcome.objective,
                relative,
                *figures,
                supplier_count(outcome),
                _share_bought_elsewhere(before, after),
                outcome.short,
            )
        )
    return table(ALTERNATIVES, rows)


def _achieved(overview: Table) -> dict[str, str]:
    """What each plan has got, beside the least-cost plan."""
    achieved = {}
    columns = ("plan", "base", "then", "suppliers", "differs")
    for plan, before, after, suppliers, differs in zip(
        *(overview[column] for column in columns), strict=True
    ):
        if before is None or after is None:
            continue
        if plan == FEWEST_SUPPLIERS:
            figures = f"{after:,.0f} suppliers instead of {before:,.0f}"
        elif plan == MOST_NORTH_AMERICAN:
            figures = (
                f"{after:,.1f} t from elsewhere instead of {before:,.1f}; {suppliers} suppliers"
            )
        else:
            figures = f"{after:,.1f} t instead of {before:,.1f}; {suppliers} suppliers"
        achieved[plan] = f"{figures}; {100 * differs:.1f} % of purchases differ"
    return achieved


def _share_bought_elsewhere(before: dict[Any, float], after: dict[Any, float]) -> float:
    """Share of the tonnes bought that were not bought there before."""
    total = sum(after.values())
    elsewhere = sum(max(tonnes - before.get(key, 0.0), 0.0) for key, tonnes in after.items())
    return elsewhere / total if total else 0.0
