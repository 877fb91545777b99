"""Check for implausible figures: prices, duties, lead times."""

from __future__ import annotations

from statistics import median_low
from typing import Any

from optimizer.tables.schema import group_rows
from optimizer.tables.text_matching import as_text, quoted
from optimizer.tables.workbook_draft import WorkbookDraft

IMPLAUSIBLE_PRICE_RATIO = 100.0
"""Ratio of two prices of one material from which one is taken for a mistake of unit or decimal.

Tonnes for kilograms are a factor of 1,000, per cent for shares one of 100. Grades and tiers of
one material differ by less than ten.
"""
MEAN_DAYS_PER_YEAR = 365.25
"""Days of a year on average, with which the contract counts lead times."""


def check_prices(draft: WorkbookDraft) -> None:
    """Warn of prices that differ a hundredfold from the material's value or its other offers."""
    values = {row.material: row for row in draft.rows_readable_in("Materials", "value")}
    offers = [
        row
        for row in draft.rows_readable_in("Supply", "price", "material", "offer")
        if row.price > 0
    ]
    for material, rows in group_rows(offers, lambda row: row.material).items():
        value = values.get(material)
        names = {row.offer for row in rows}
        if value is not None and value.value > 0:
            strange = [row for row in rows if far_apart(row.price, value.value)]
            prices = sorted(row.price for row in rows)
            agree = not far_apart(prices[-1], prices[0])
            if len(names) > 1 and len(strange) == len(rows) and agree:
                ratio = ratio_in_words(value.value, median_low(prices))
                message = (
                    f"{as_text(value.value)} is {ratio} the prices of {len(names)} offers "
                    f"of {quoted(material)}, {prices[0]:,g} to {prices[-1]:,g}"
                )
                draft.warning(value, "value", message, PRICE_HINT)
                continue
            for row in strange:
                reference = f"the value of {quoted(material)}, {as_text(value.value)}"
                _warn_price(draft, row, value.value, reference)
        elif len(names) > 1:
            median = median_low([row.price for row in rows])
            for row in rows:
                if far_apart(row.price, median):
                    reference = f"the median price of all offers of {quoted(material)}, {median:,g}"
                    _warn_price(draft, row, median, reference)


PRICE_HINT = "prices and values are per tonne, not per kilogram"


def _warn_price(draft: WorkbookDraft, row: Any, other: float, reference: str) -> None:
    message = f"{as_text(row.price)} is {ratio_in_words(row.price, other)} {reference}"
    draft.warning(row, "price", message, PRICE_HINT)


def far_apart(one: float, other: float) -> bool:
    """True if one figure is at least IMPLAUSIBLE_PRICE_RATIO times the other."""
    return one >= IMPLAUSIBLE_PRICE_RATIO * other or other >= IMPLAUSIBLE_PRICE_RATIO * one


def ratio_in_words(one: float, other: float) -> str:
    """Ratio of two figures in words: ``1,000 times``, ``1/1,000 of``."""
    return f"{one / other:,.4g} times" if one >= other else f"1/{other / one:,.4g} of"


def check_tariff_rates(draft: WorkbookDraft) -> None:
    """Warn of duties above the value of the goods."""
    for row in draft.rows_readable_in("Tariffs", "ad_valorem"):
        if row.ad_valorem > 1:
            rate = row.ad_valorem
            draft.warning(
                row,
                "ad_valorem",
                f"{as_text(rate)} is a duty of {100 * rate:,g} % of the value, more than the goods "
                "are worth",
                f"for {as_text(rate)} % write {rate / 100:g}",
            )


def check_lead_times(draft: WorkbookDraft) -> None:
    """Warn of lanes on which even the earliest shipment arrives after the end of the plan."""
    if draft.horizon is None:
        return
    start, end = draft.horizon.start, draft.horizon.end
    length = draft.horizon.count * draft.horizon.months * MEAN_DAYS_PER_YEAR / 12
    for lane in draft.rows_readable_in("Lanes", "lead_days", "start", "end"):
        if lane.lead_days < length and lane.start is None:
            continue
        first = max(start, lane.start or start)
        left = length - (first - start).days
        if lane.lead_days < left or first > end or (lane.end and lane.end < start):
            continue
        when = f"from {first} " if first > start else ""
        draft.warning(
            lane,
            "lead_days",
            f"{as_text(lane.lead_days)} days is not less than the {left:,.0f} days {when}to the "
            f"end of the plan, {end}: no shipment arrives within the plan",
            "write the lead time in days, or plan more periods",
        )
