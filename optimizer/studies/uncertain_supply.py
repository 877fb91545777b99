"""Scenarios of supply that is not firm: each such offer comes or does not."""

from __future__ import annotations

import random
from collections.abc import Collection, Iterator
from dataclasses import replace
from itertools import product

from optimizer.network.dated_rows import grouped
from optimizer.tables.case import Case

MAX_ENUMERATED_SCENARIOS = 64
"""Scenarios up to which all are enumerated."""

Scenario = tuple[str, float, Case]
"""Name, probability and case."""

OfferKey = tuple[str, str, str]
"""Offer, site and material."""


def supply_scenarios(
    case: Case, *, most: int = MAX_ENUMERATED_SCENARIOS, seed: int = 0
) -> list[Scenario]:
    """Scenarios in which offers that are not firm come or fail, each by itself.

    An offer (all rows of one offer, site and material) fails with 1 - the least
    ``probability`` of its rows. Up to ``most`` scenarios all are enumerated, the likely ones
    first; beyond, ``most`` are drawn with ``seed``, and equal ones are put together.
    A case in which all supply is firm has one scenario.
    """
    rows = grouped(case.supply, lambda row: (row.offer, row.site, row.material))
    chance = {
        key: min(row.probability for row in own)
        for key, own in rows.items()
        if not all(row.firm for row in own)
    }
    unsure = {key: share for key, share in chance.items() if 0 < share < 1}
    gone = {key for key, share in chance.items() if share <= 0}
    drawn = _all(unsure) if 2 ** len(unsure) <= most else _drawn(unsure, most, seed)
    found = sorted(drawn, key=lambda each: -each[1])
    return [
        (_name(rows, failed), share, without_offers(case, failed | gone)) for failed, share in found
    ]


def without_offers(case: Case, failed: set[OfferKey] | frozenset[OfferKey]) -> Case:
    """The case without some offers."""
    kept = tuple(row for row in case.supply if (row.offer, row.site, row.material) not in failed)
    return replace(case, supply=kept)


def _all(unsure: dict[OfferKey, float]) -> Iterator[tuple[frozenset[OfferKey], float]]:
    for comes in product((True, False), repeat=len(unsure)):
        share = 1.0
        for good, chance in zip(comes, unsure.values(), strict=True):
            share *= chance if good else 1.0 - chance
        yield frozenset(key for good, key in zip(comes, unsure, strict=True) if not good), share


def _drawn(
    unsure: dict[OfferKey, float], most: int, seed: int
) -> Iterator[tuple[frozenset[OfferKey], float]]:
    source = random.Random(seed)
    counts: dict[frozenset[OfferKey], int] = {}
    for _ in range(most):
        failed = frozenset(key for key, chance in unsure.items() if source.random() >= chance)
        counts[failed] = counts.get(failed, 0) + 1
    for failed, count in counts.items():
        yield failed, count / most


def _name(rows: Collection[OfferKey], failed: frozenset[OfferKey]) -> str:
    """``all supply comes`` or ``without A, B``; site and material where offers share a name."""
    named = [key[0] for key in rows]
    told = [
        key[0] if named.count(key[0]) == 1 else f"{key[0]} ({key[1]}, {key[2]})"
        for key in rows
        if key in failed
    ]
    return f"without {', '.join(told)}" if told else "all supply comes"
