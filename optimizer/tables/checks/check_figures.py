"""Check for implausible figures: prices, duties, lead times, values."""

from __future__ import annotations

from statistics import median_low
from typing import Any

from optimizer.tables.checks.recipe_flows import lane_materials
from optimizer.tables.country_groups import CountrySets
from optimizer.tables.schema import group_rows
from optimizer.tables.sheets import HERE, NONE, UNKNOWN
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
            strange = [row for row in rows if _far_apart(row.price, value.value)]
            prices = sorted(row.price for row in rows)
            agree = not _far_apart(prices[-1], prices[0])
            if len(names) > 1 and len(strange) == len(rows) and agree:
                message = (
                    f"{as_text(value.value)} is {_ratio(value.value, median_low(prices))} the "
                    f"prices of {len(names)} offers of {quoted(material)}, {prices[0]:,g} to "
                    f"{prices[-1]:,g}"
                )
                draft.warning(value, "value", message, _PRICE_HINT)
                continue
            for row in strange:
                reference = f"the value of {quoted(material)}, {as_text(value.value)}"
                _warn_price(draft, row, value.value, reference)
        elif len(names) > 1:
            median = median_low([row.price for row in rows])
            for row in rows:
                if _far_apart(row.price, median):
                    reference = f"the median price of all offers of {quoted(material)}, {median:,g}"
                    _warn_price(draft, row, median, reference)


_PRICE_HINT = "prices and values are per tonne, not per kilogram"


def _warn_price(draft: WorkbookDraft, row: Any, other: float, reference: str) -> None:
    message = f"{as_text(row.price)} is {_ratio(row.price, other)} {reference}"
    draft.warning(row, "price", message, _PRICE_HINT)


def _far_apart(one: float, other: float) -> bool:
    return one >= IMPLAUSIBLE_PRICE_RATIO * other or other >= IMPLAUSIBLE_PRICE_RATIO * one


def _ratio(one: float, other: float) -> str:
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


def check_dutiable_value(draft: WorkbookDraft) -> None:
    """Warn of materials without a value on which a duty on the value is due."""
    worthless = {
        row.material: row for row in draft.rows_readable_in("Materials", "value") if not row.value
    }
    rows = _tariffs_in_horizon(draft)
    taxed = {row.material for row in rows if row.ad_valorem and row.customs_value is None}
    if "*" not in taxed:
        worthless = {name: row for name, row in worthless.items() if name in taxed}
    if not taxed or not worthless:
        return
    country = {site.site: site.country for site in draft.rows("Sites")}
    origins = _origins(draft, country)
    borders: dict[str, dict[str, None]] = {name: {} for name in worthless}
    for lane, materials in lane_materials(draft):
        start, end = country.get(lane.from_site, ""), country.get(lane.to_site, "")
        for material in materials if start != end else ():
            if material in worthless:
                borders[material][end] = None
    sets = CountrySets(draft.rows("Countries"))
    for material, ends in borders.items():
        tariffs = [row for row in rows if row.material in ("*", material)]
        pairs = ((origin, end) for end in ends for origin in origins.get(material, ()))
        for pair in pairs:
            tariff = _ad_valorem_tariff(tariffs, pair, sets) if pair[0] != pair[1] else None
            if tariff is not None:
                _warn_value(draft, worthless[material], tariff, pair)
                break


def _tariffs_in_horizon(draft: WorkbookDraft) -> list[Any]:
    """Rows of Tariffs that hold on some day of the plan."""
    rows = draft.readable_rows("Tariffs")
    if draft.horizon is None:
        return rows
    start, end = draft.horizon.start, draft.horizon.end
    return [r for r in rows if (r.start or start) <= end and (r.end or end) >= start]


def _ad_valorem_tariff(rows: list[Any], pair: tuple[str, str], sets: CountrySets) -> Any:
    """A tariff row with an ad valorem duty from an origin to a destination, None if none has one.

    A measure with a zero rate among the applicable rows is left out, since it may be an
    exemption.
    """
    applicable = [
        row
        for row in rows
        if sets.contains(row.origin_country, pair[0])
        and sets.contains(row.destination_country, pair[1])
    ]
    for measure_rows in group_rows(applicable, lambda row: row.measure).values():
        unvalued = [row for row in measure_rows if row.customs_value is None]
        if unvalued and all(row.ad_valorem for row in measure_rows):
            return unvalued[0]
    return None


def _origins(draft: WorkbookDraft, country: dict[str, str]) -> dict[str, dict[str, None]]:
    """Possible customs origins of each material: countries where it is sold, stored or made."""
    origins: dict[str, dict[str, None]] = {}
    for sheet in ("Supply", "Stocks", "Pipeline"):
        for row in draft.readable_rows(sheet):
            countries = origins.setdefault(row.material, {})
            site = row.to_site if sheet == "Pipeline" else row.site
            countries[country.get(site, "")] = None
            named = (event.country for event in row.history or ())
            known = (name for name in named if name not in (HERE, UNKNOWN, NONE))
            countries.update(dict.fromkeys(known))
    makers = group_rows(draft.rows("Processes"), lambda row: row.recipe)
    made: dict[str, set[str]] = {}
    for row in draft.readable_rows("Recipes"):
        if row.direction == "out" and row.quantity:
            made.setdefault(row.recipe, set()).add(row.material)
    for row in draft.readable_rows("Recoveries"):
        made.setdefault(row.recipe, set()).add(row.product)
    for recipe, materials in made.items():
        places = dict.fromkeys(country.get(row.site, "") for row in makers.get(recipe, ()))
        for material in materials:
            origins.setdefault(material, {}).update(places)
    return origins


def _warn_value(draft: WorkbookDraft, material: Any, tariff: Any, pair: tuple[str, str]) -> None:
    cell = f"{draft.tables['Tariffs'].letter('ad_valorem')}{tariff.row}"
    draft.warning(
        material,
        "value",
        f"{quoted(material.material)} has no value, but Tariffs!{cell} charges "
        f"{100 * tariff.ad_valorem:g} % of its value from {quoted(pair[0])} to {quoted(pair[1])}: "
        "no duty is charged",
        "write its value per tonne there, or a customs value in Tariffs",
    )
