"""Tiers of supply: which offers must be bought up to their maximum before another one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct

from optimizer.network.calendar import Calendar, mask
from optimizer.network.dated_rows import total
from optimizer.tables import sheets
from optimizer.tables.schema import INFINITY


class OfferTier(Struct, frozen=True):
    """Where an offer stands among tiers."""

    after: dict[int, int]
    """Offers that come first, by index, to the mask of periods in which they do."""
    never: int
    """Mask of periods in which nothing can be bought: an offer that comes first is not sold."""


def offer_tiers(
    groups: Mapping[sheets.OfferKey, Sequence[sheets.Offer]], calendar: Calendar
) -> dict[sheets.OfferKey, OfferTier]:
    """Tier of every offer.

    A row binds each period that it touches. An offer that does not exist in a period, or of which
    there is nothing or no end, is never bought up to its maximum, so what comes after it is not
    sold. The checks of the workbook refuse that; a study that takes an offer away meets it.
    """
    index = {key: number for number, key in enumerate(groups)}
    full = {key: _can_be_full(list(rows), calendar) for key, rows in groups.items()}
    result = {}
    for key, rows in groups.items():
        after: dict[int, int] = {}
        never = 0
        for row in rows:
            if not row.after:
                continue
            first, periods = (row.after, *key[1:]), calendar.touched(row.start, row.end)
            never |= periods & ~full.get(first, 0)
            if first in index:
                after[index[first]] = after.get(index[first], 0) | periods
        after = {first: periods & ~never for first, periods in after.items()}
        result[key] = OfferTier({first: own for first, own in after.items() if own}, never)
    return result


def _can_be_full(rows: list[sheets.Offer], calendar: Calendar) -> int:
    most = total(rows, lambda row: row.maximum, calendar)
    return mask(t for t, tonnes in enumerate(most) if 0 < tonnes < INFINITY)
