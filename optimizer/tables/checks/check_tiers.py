"""Check tiers of supply: what comes after what, and offers that only look like tiers."""

from __future__ import annotations

import re
from collections.abc import Iterator

from optimizer.tables.schema import INFINITY, group_rows
from optimizer.tables.sheets import Offer, OfferKey
from optimizer.tables.text_matching import as_text, fold, joined, quoted
from optimizer.tables.workbook_draft import WorkbookDraft, common_dates

OfferRowsByKey = dict[OfferKey, list[Offer]]

_MARK = re.compile(
    r"\b(?:tier|step|band|level|tranche|block|bracket|slab|price break|break|volume|discount)s?\b"
    r"|\b(?:first|next|second|third|fourth|further|more|over|above|beyond|below|under|from|to|up)\b"
    r"|[<>≥≤+]|\b(?:t|tonnes?|tons?|kt)\b"
)
"""What a name says of a tier apart from its numbers."""

_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
MAX_ROWS_TO_NEXT_TIER = 50
"""Rows after an offer that may be its next tier; chosen so that the time for tens of thousands of
numbered offers grows with their number, and not with its square."""

_FIGURE = re.compile(r"\d+(?:[.,]\d+)*")


def check_tiers(draft: WorkbookDraft) -> None:
    """Require that what ``after`` names is another offer of the place, on sale, with a maximum."""
    rows = draft.rows_readable_in("Supply", "offer", "site", "material", "after", "start", "end")
    groups: OfferRowsByKey = group_rows(rows, lambda row: (row.offer, row.site, row.material))
    for row in rows:
        if not row.after:
            continue
        first = groups.get((row.after, row.site, row.material))
        if first is None:
            draft.error(
                row,
                "after",
                f"{quoted(row.after)} is no offer of {quoted(row.material)} at {quoted(row.site)}",
                "tiers are offers of one site and material",
            )
            continue
        _check_on_sale(draft, row, first)
        _check_maximum(draft, row, "comes after another one")
    _check_first_maxima(draft, groups)
    _check_circles(draft, groups)


def _check_maximum(draft: WorkbookDraft, row: Offer, why: str) -> None:
    unreadable = draft.unreadable["Supply"].get(row.row, set())
    if row.maximum == INFINITY and "maximum" not in unreadable:
        draft.error(
            row,
            "maximum",
            f"the cell is blank, but an offer that {why} needs a maximum",
            "write the most that can be bought per year",
        )


def _check_first_maxima(draft: WorkbookDraft, groups: OfferRowsByKey) -> None:
    """Require a maximum in each row that another row waits for."""
    needed = {
        other.row: other
        for rows in groups.values()
        for row in rows
        if row.after
        for other in groups.get((row.after, row.site, row.material), ())
        if common_dates(row, other) and not other.after
    }
    for other in needed.values():
        _check_maximum(draft, other, "another one comes after")


def _check_on_sale(draft: WorkbookDraft, row: Offer, first: list[Offer]) -> None:
    """Refuse periods of a row in which there is nothing of the offer before it."""
    if draft.horizon is None:
        return
    sold: set[int] = set()
    for other in first:
        if other.maximum > 0:
            sold.update(draft.horizon.touched(other.start, other.end))
    missing = [t for t in draft.horizon.touched(row.start, row.end) if t not in sold]
    if missing:
        labels = [draft.horizon.label(t) for t in missing]
        when = labels[0]
        if len(labels) > 1:
            when = f"{len(labels)} periods from {labels[0]} on"
        draft.error(
            row,
            "after",
            f"{quoted(row.after)} is not sold in {when}, so this offer could not be bought there",
            "give both offers the same dates, or leave after blank where this offer is sold alone",
        )


def _check_circles(draft: WorkbookDraft, groups: OfferRowsByKey) -> None:
    """Refuse offers that come after themselves, at the first row of each circle."""
    before: dict[OfferKey, set[OfferKey]] = {
        key: {(row.after, *key[1:]) for row in rows if row.after} for key, rows in groups.items()
    }
    reported: set[OfferKey] = set()
    for key, rows in groups.items():
        circle = _circle(key, before)
        if not circle or reported.intersection(circle):
            continue
        reported.update(circle)
        row = next(row for row in rows if row.after)
        message = f"{quoted(key[0])} comes after itself"
        if len(circle) > 1:
            message += f", by way of {joined([name for name, *_ in circle[1:]])}"
        draft.error(row, "after", message, "leave it blank for the offer that is bought first")


def _circle(start: OfferKey, before: dict[OfferKey, set[OfferKey]]) -> list[OfferKey]:
    """Offers on a way from one back to itself; empty if there is none."""
    reached_from: dict[OfferKey, OfferKey] = {}
    pending = [start]
    while pending:
        offer = pending.pop()
        for other in sorted(before.get(offer, ())):
            if other == start:
                circle = [offer]
                while circle[-1] != start:
                    circle.append(reached_from[circle[-1]])
                return circle[::-1]
            if other not in reached_from:
                reached_from[other] = offer
                pending.append(other)
    return []


def check_look_alike_tiers(draft: WorkbookDraft) -> None:
    """Warn of a cheaper offer that its name makes the next tier of a dearer one.

    Only ``after`` says so for certain: the plan buys the cheaper one first.
    """
    rows = draft.rows_readable_in("Supply", "offer", "site", "material", "price", "maximum")
    linked = {(row.site, row.material, name) for row in rows if row.after for name in _names(row)}
    alike = group_rows(rows, lambda row: (row.site, row.material, _stem(row.offer)))
    reported: set[str] = set()
    for group in alike.values():
        ordered = sorted(group, key=lambda row: (_rank(row.offer), row.row))
        for first, later in _near_pairs(ordered):
            tiers = _rank(first.offer) < _rank(later.offer) and later.price < first.price
            names = {(row.site, row.material, row.offer) for row in (first, later)}
            if not tiers or names & linked or later.offer in reported:
                continue
            if common_dates(first, later) is None:
                continue
            reported.add(later.offer)
            draft.warning(
                later,
                "after",
                f"{quoted(later.offer)} costs {as_text(later.price)}, less than "
                f"{quoted(first.offer)} in row {first.row} at {as_text(first.price)}; the cell is "
                "blank, so that the plan may buy the cheaper one alone",
                f"if it is sold only once {quoted(first.offer)} is bought up to its maximum, write "
                f"{quoted(first.offer)} under after",
            )


def _near_pairs(ordered: list[Offer]) -> Iterator[tuple[Offer, Offer]]:
    """Rows with a maximum, each with the rows that follow it closely."""
    for position, first in enumerate(ordered):
        if first.maximum < INFINITY:
            for later in ordered[position + 1 : position + 1 + MAX_ROWS_TO_NEXT_TIER]:
                yield first, later


def _names(row: Offer) -> Iterator[str]:
    yield row.offer
    yield row.after


def _stem(name: str) -> str:
    """A name without what says which tier it is; years belong to the name.

    >>> _stem("Mountain Pass tier 2") == _stem("Mountain Pass, tier 1 (0-100 t)")
    True
    >>> _stem("Contract 2027") == _stem("Contract 2028")
    False
    """
    text = _MARK.sub(" ", fold(name))
    text = _YEAR.sub(lambda year: "".join(chr(ord("a") + int(digit)) for digit in year[0]), text)
    return " ".join(re.findall(r"[^\W\d_]+", _FIGURE.sub(" ", text)))


def _rank(name: str) -> tuple[float, ...]:
    """Numbers of a name in their order; no number comes first."""
    text = _YEAR.sub(" ", fold(name))
    return tuple(float(found.replace(",", "")) for found in _FIGURE.findall(text))
