"""Check what ad valorem duties are taken of: customs values, or else values of materials."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

from optimizer.tables.checks.check_figures import PRICE_HINT, far_apart, ratio_in_words
from optimizer.tables.checks.recipe_flows import lane_materials
from optimizer.tables.country_groups import CountrySets
from optimizer.tables.histories import stage_order
from optimizer.tables.schema import group_rows
from optimizer.tables.sheets import HERE, NONE, UNKNOWN
from optimizer.tables.tariff_choice import DateSpan, tariffs_by_date
from optimizer.tables.text_matching import as_text, fold, joined, number_of, quoted
from optimizer.tables.workbook_draft import WorkbookDraft

CUSTOMS_VALUE_TOLERANCE = 0.10
"""Share by which a customs value may differ from the price of an offer.

Insurance, packing and the rounding of an average over contracts stay within a tenth; a price
that was edited while its customs value stayed usually does not.
"""
_UNSTATED = (HERE, UNKNOWN, NONE)


def check_dutiable_value(draft: WorkbookDraft) -> None:
    """Warn of materials without a value on which a duty on the value is due."""
    worthless = {
        row.material: row for row in draft.rows_readable_in("Materials", "value") if not row.value
    }
    rows = draft.readable_rows("Tariffs")
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
    plan = _days_of_plan(draft)
    for material, ends in borders.items():
        tariffs = [row for row in rows if row.material in ("*", material)]
        measures = group_rows(tariffs, lambda row: row.measure)
        pairs = ((origin, end) for end in ends for origin in origins.get(material, ()))
        for pair in pairs:
            found = (
                row
                for measure_rows in measures.values()
                for row, _ in tariffs_by_date(measure_rows, (*pair, material), sets, plan)
                if row.ad_valorem and row.customs_value is None
            )
            tariff = next(found, None)
            if tariff is not None:
                _warn_no_value(draft, worthless[material], tariff, pair)
                break


def _days_of_plan(draft: WorkbookDraft) -> DateSpan:
    horizon = draft.horizon
    return (horizon.start, horizon.end) if horizon else (date.min, date.max)


def _origins(draft: WorkbookDraft, country: dict[str, str]) -> dict[str, dict[str, None]]:
    """Possible customs origins of each material: countries where it is sold, stored or made."""
    origins: dict[str, dict[str, None]] = {}
    for sheet in ("Supply", "Stocks", "Pipeline"):
        for row in draft.readable_rows(sheet):
            countries = origins.setdefault(row.material, {})
            site = row.to_site if sheet == "Pipeline" else row.site
            countries[country.get(site, "")] = None
            named = (event.country for event in row.history or ())
            countries.update(dict.fromkeys(name for name in named if name not in _UNSTATED))
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


def _warn_no_value(draft: WorkbookDraft, material: Any, tariff: Any, pair: tuple[str, str]) -> None:
    cell = f"{draft.tables['Tariffs'].letter('ad_valorem')}{tariff.row}"
    draft.warning(
        material,
        "value",
        f"{quoted(material.material)} has no value, but Tariffs!{cell} charges "
        f"{100 * tariff.ad_valorem:g} % of its value from {quoted(pair[0])} to {quoted(pair[1])}: "
        "this duty is not charged",
        "write its value per tonne there, or a customs value in Tariffs",
    )


def check_customs_values(draft: WorkbookDraft) -> None:
    """Warn of customs values that have no effect, or differ from the prices that are paid."""
    rows = [row for row in draft.readable_rows("Tariffs") if row.customs_value is not None]
    if not rows:
        return
    compared = []
    rates_may_change = _scenarios_set_rates(draft)
    for row in rows:
        if not row.ad_valorem and not rates_may_change:
            draft.warning(
                row,
                "customs_value",
                f"{as_text(row.customs_value)} has no effect, since the ad valorem duty of this "
                "row is 0",
                "write its ad valorem duty, or leave the cell blank",
            )
        elif row.material == "*":
            _warn_every_material(draft, row)
        else:
            compared.append(row)
    _compare_with_prices(draft, compared)


def _scenarios_set_rates(draft: WorkbookDraft) -> bool:
    """True if a row of Scenarios changes an ad valorem duty, or may have changed one already."""
    return draft.changed or any(
        fold(row.sheet) == "tariffs" and fold(row.column) == "ad valorem"
        for row in (*draft.rows("Scenarios"), *draft.inactive["Scenarios"])
    )


def _warn_every_material(draft: WorkbookDraft, row: Any) -> None:
    names = [material.material for material in draft.rows("Materials")]
    if len(names) > 1:
        message = (
            f"{as_text(row.customs_value)} is the customs value of every material, since the "
            f"material of this row is *: {joined(names)} pay the duty on the same value"
        )
        draft.warning(row, "customs_value", message, "write a row for each material, with its name")


def _compare_with_prices(draft: WorkbookDraft, rows: Collection[Any]) -> None:
    """Warn of customs values far from the prices of the offers that pay on them.

    A row without such an offer is compared with the material's value. After a change of a
    scenario the rows that only differ from a price are one warning, since one change of
    prices may concern all of them.
    """
    values = {row.material: row.value for row in draft.rows_readable_in("Materials", "value")}
    offers = _offers_by_tariff(draft, rows)
    differing = []
    for row in rows:
        paid = offers.get(row.row, [])
        prices = sorted(offer.price for offer in paid)
        value = values.get(row.material, 0.0)
        if not paid:
            if value > 0 and far_apart(row.customs_value, value):
                _warn_far(draft, row, value, f"the value of {quoted(row.material)}, {value:,g}")
        elif all(far_apart(row.customs_value, price) for price in prices):
            word = "price" if len(prices) == 1 else "prices"
            reference = f"the {word} of {_offer_names(paid)}, {_price_range(prices)}"
            _warn_far(draft, row, prices[0], reference)
        elif all(_differs(row.customs_value, price) for price in prices):
            differing.append((row, paid))
    if draft.changed and len(differing) > 1:
        row, paid = differing[0]
        more = f" (likewise in {number_of(len(differing) - 1, 'more row')})"
        _warn_other_price(draft, row, paid, more)
    else:
        for row, paid in differing:
            _warn_other_price(draft, row, paid)


def _differs(customs_value: float, price: float) -> bool:
    return abs(customs_value - price) > CUSTOMS_VALUE_TOLERANCE * price


def _warn_far(draft: WorkbookDraft, row: Any, other: float, reference: str) -> None:
    ratio = ratio_in_words(row.customs_value, other) if row.customs_value else "far below"
    message = f"{as_text(row.customs_value)} is {ratio} {reference}"
    hint = PRICE_HINT if row.customs_value else "write the price that is paid, or leave it blank"
    draft.warning(row, "customs_value", message, hint)


def _warn_other_price(draft: WorkbookDraft, row: Any, offers: list[Any], more: str = "") -> None:
    verb = "costs" if len({offer.offer for offer in offers}) == 1 else "cost"
    price = _price_range(sorted(offer.price for offer in offers))
    message = (
        f"{as_text(row.customs_value)} is the customs value, but {_offer_names(offers)} {verb} "
        f"{price}{more}"
    )
    draft.warning(row, "customs_value", message, "write the price that is paid")


def _offer_names(offers: list[Any]) -> str:
    return joined(list(dict.fromkeys(offer.offer for offer in offers)))


def _price_range(prices: list[float]) -> str:
    low, high = f"{prices[0]:,.10g}", f"{prices[-1]:,.10g}"
    return low if low == high else f"{low} to {high}"


def _offers_by_tariff(draft: WorkbookDraft, rows: Collection[Any]) -> dict[int, list[Any]]:
    """By row number of a tariff: the offers whose goods pay it on some day of the plan."""
    country = {site.site: site.country for site in draft.rows("Sites")}
    offers = group_rows(draft.readable_rows("Supply"), lambda offer: offer.material)
    tariffs = group_rows(draft.readable_rows("Tariffs"), lambda row: row.material)
    sets, plan = CountrySets(draft.rows("Countries")), _days_of_plan(draft)
    countries = list(dict.fromkeys(country.values()))
    paying: dict[int, dict[int, Any]] = {}
    for material in dict.fromkeys(row.material for row in rows):
        of_material = (*tariffs.get("*", ()), *tariffs[material])
        measures = group_rows(of_material, lambda row: row.measure).values()
        entered = {row.destination_country for row in of_material}
        ends = [end for end in countries if any(sets.contains(name, end) for name in entered)]
        spans: dict[str, list[tuple[int, DateSpan]]] = {}
        for offer in offers.get(material, ()):
            origin = _customs_origin(offer, country)
            if origin not in spans:
                spans[origin] = [
                    (row.row, span)
                    for destination in ends
                    for measure in measures
                    for row, span in tariffs_by_date(
                        measure, (origin, destination, material), sets, plan
                    )
                ]
            for number, (start, end) in spans[origin]:
                holds = (offer.start or start) <= end and (offer.end or end) >= start
                if holds and offer.price > 0:
                    paying.setdefault(number, {})[offer.row] = offer
    return {number: list(found.values()) for number, found in paying.items()}


def _customs_origin(offer: Any, country: dict[str, str]) -> str:
    """Country of the latest known event of an offer's history, else of its site."""
    origin, latest = country.get(offer.site, ""), -2
    for event in offer.history or ():
        order = stage_order(event.stage)
        if event.country not in (UNKNOWN, NONE) and order >= latest:
            origin = country.get(offer.site, "") if event.country == HERE else event.country
            latest = order
    return origin
