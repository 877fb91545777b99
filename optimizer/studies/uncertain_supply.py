"""Scenarios of supply that is not firm: each such offer delivers or fails."""

from __future__ import annotations

import random
from collections.abc import Collection, Iterator
from dataclasses import replace
from itertools import product

from optimizer.argument_kinds import check_arguments, whole_number
from optimizer.studies.study_run import CASE
from optimizer.tables.case import Case
from optimizer.tables.schema import group_rows
from optimizer.tables.sheets import OfferKey

MAX_ENUMERATED_SCENARIOS = 64
"""Scenarios up to which all are enumerated: 2 to the power of 6 uncertain offers."""

Scenario = tuple[str, float, Case]
"""Name, probability and case."""


@check_arguments(case=CASE, most=whole_number(1), seed=whole_number(0))
def supply_scenarios(
    case: Case, *, most: int = MAX_ENUMERATED_SCENARIOS, seed: int = 0
) -> list[Scenario]:
    """Scenarios in which offers that are not firm deliver or fail, independently.

    An offer (all rows of one offer, site and material) fails with probability 1 - the least
    ``probability`` of its rows. Up to ``most`` scenarios are enumerated, the likeliest first. If
    there are more, ``most`` are drawn with ``seed`` and equal ones merged. A case in which all
    supply is firm has one scenario. Raises UsageError for anything but a case and whole numbers.
    """
    rows = group_rows(case.supply, lambda row: (row.offer, row.site, row.material))
    probability = {
        key: min(row.probability for row in offer)
        for key, offer in rows.items()
        if not all(row.firm for row in offer)
    }
    uncertain = {key: share for key, share in probability.items() if 0 < share < 1}
    never = {key for key, share in probability.items() if share <= 0}
    enumerable = 2 ** len(uncertain) <= most
    failures = _enumerated(uncertain) if enumerable else _sampled(uncertain, most, seed)
    likeliest_first = sorted(failures, key=lambda each: -each[1])
    return [
        (_name(rows, failed), share, without_offers(case, failed | never))
        for failed, share in likeliest_first
    ]


def without_offers(case: Case, failed: set[OfferKey] | frozenset[OfferKey]) -> Case:
    """The case without some offers."""
    supply = tuple(row for row in case.supply if (row.offer, row.site, row.material) not in failed)
    return replace(case, supply=supply)


def _enumerated(uncertain: dict[OfferKey, float]) -> Iterator[tuple[frozenset[OfferKey], float]]:
    for delivers in product((True, False), repeat=len(uncertain)):
        share = 1.0
        for comes, chance in zip(delivers, uncertain.values(), strict=True):
            share *= chance if comes else 1.0 - chance
        yield (
            frozenset(key for comes, key in zip(delivers, uncertain, strict=True) if not comes),
            share,
        )


def _sampled(
    uncertain: dict[OfferKey, float], most: int, seed: int
) -> Iterator[tuple[frozenset[OfferKey], float]]:
    source = random.Random(seed)
    counts: dict[frozenset[OfferKey], int] = {}
    for _ in range(most):
        failed = frozenset(key for key, chance in uncertain.items() if source.random() >= chance)
        counts[failed] = counts.get(failed, 0) + 1
    for failed, count in counts.items():
        yield failed, count / most


def _name(rows: Collection[OfferKey], failed: frozenset[OfferKey]) -> str:
    """``all supply comes`` or ``without A, B``; site and material where offers share a name."""
    named = [key[0] for key in rows]
    failures = [
        key[0] if named.count(key[0]) == 1 else f"{key[0]} ({key[1]}, {key[2]})"
        for key in rows
        if key in failed
    ]
    return f"without {', '.join(failures)}" if failures else "all supply is delivered"
