"""Figures that have a meaning but can hardly be meant: prices, duties, lead times."""

from __future__ import annotations

from statistics import median_low
from typing import Any

from optimizer.tables.checks.recipe_flows import carried
from optimizer.tables.country_groups import CountrySets
from optimizer.tables.sheets import HERE, NONE, UNKNOWN
from optimizer.tables.text_matching import quoted, written
from optimizer.tables.workbook_draft import WorkbookDraft, grouped

FAR = 100.0
"""A price that is so many times another is a slip of unit or decimal point.

Tonnes for kilograms are a factor of 1,000, per cent for shares one of 100. Grades and tiers of
one material differ by less than ten.
"""
DAYS_PER_YEAR = 365.25


def check_prices(draft: WorkbookDraft) -> None:
    """No price is a hundred times the material's value, or its other offers, nor a hundredth."""
    values = {row.material: row for row in draft.named("Materials", "value")}
    offers = [row for row in draft.named("Supply", "price", "material", "offer") if row.price > 0]
    for material, rows in grouped(offers, lambda row: row.material).items():
        value = values.get(material)
        names = {row.offer for row in rows}
        if value is not None and value.value > 0:
            strange = [row for row in rows if _far(row.price, value.value)]
            if len(names) > 1 and len(strange) == len(rows) and not _apart(rows):
                prices = sorted(row.price for row in rows)
                message = (
                    f"{written(value.value)} is {_times(value.value, median_low(prices))} what "
                    f"{len(names)} offers of {quoted(material)} ask, {prices[0]:,g} to "
                    f"{prices[-1]:,g}"
                )
                draft.warning(value, "value", message, _PRICE_CURE)
                continue
            for row in strange:
                other = f"the value of {quoted(material)}, {written(value.value)}"
                _warn_price(draft, row, value.value, other)
        elif len(names) > 1:
            middle = median_low([row.price for row in rows])
            for row in rows:
                if _far(row.price, middle):
                    other = f"the middle price of all offers of {quoted(material)}, {middle:,g}"
                    _warn_price(draft, row, middle, other)


_PRICE_CURE = "prices and values are per tonne: a price per kilogram is a thousandth of it"


def _warn_price(draft: WorkbookDraft, row: Any, other: float, words: str) -> None:
    message = f"{written(row.price)} is {_times(row.price, other)} {words}"
    draft.warning(row, "price", message, _PRICE_CURE)


def _apart(rows: list[Any]) -> bool:
    prices = [row.price for row in rows]
    return _far(max(prices), min(prices))


def _far(one: float, other: float) -> bool:
    return one >= FAR * other or other >= FAR * one


def _times(one: float, other: float) -> str:
    """How one figure stands to another: ``1,000 times``, ``1/1,000 of``."""
    return f"{one / other:,.4g} times" if one >= other else f"1/{other / one:,.4g} of"


def check_tariff_rates(draft: WorkbookDraft) -> None:
    """No duty is above the value of the goods."""
    for row in draft.named("Tariffs", "ad_valorem"):
        if row.ad_valorem > 1:
            rate = row.ad_valorem
            draft.warning(
                row,
                "ad_valorem",
                f"{written(rate)} is a duty of {100 * rate:,g} % of the value, more than the goods "
                "are worth",
                f"for {written(rate)} % write {rate / 100:g}",
            )


def check_lead_times(draft: WorkbookDraft) -> None:
    """What is shipped at the earliest arrives within the plan."""
    if draft.horizon is None:
        return
    start, end = draft.horizon.start, draft.horizon.end
    length = draft.horizon.count * draft.horizon.months * DAYS_PER_YEAR / 12
    for lane in draft.named("Lanes", "lead_days", "start", "end"):
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
            f"{written(lane.lead_days)} days are no less than the {left:,.0f} days {when}to the "
            f"end of the plan, {end}: nothing that is shipped arrives within it",
            "write days, or plan more periods",
        )


def check_dutiable_value(draft: WorkbookDraft) -> None:
    """A material on which a duty on its value falls has a value."""
    worthless = {row.material: row for row in draft.named("Materials", "value") if not row.value}
    rows = _tariffs(draft)
    taxed = {row.material for row in rows if row.ad_valorem}
    if "*" not in taxed:
        worthless = {name: row for name, row in worthless.items() if name in taxed}
    if not taxed or not worthless:
        return
    country = {site.site: site.country for site in draft.rows("Sites")}
    origins = _origins(draft, country)
    borders: dict[str, dict[str, None]] = {name: {} for name in worthless}
    for lane, materials in carried(draft):
        start, end = country.get(lane.from_site, ""), country.get(lane.to_site, "")
        for material in materials if start != end else ():
            if material in worthless:
                borders[material][end] = None
    sets = CountrySets(draft.rows("Countries"))
    for material, ends in borders.items():
        own = [row for row in rows if row.material in ("*", material)]
        ways = ((origin, end) for end in ends for origin in origins.get(material, ()))
        for way in ways:
            row = _row_on_value(own, way, sets) if way[0] != way[1] else None
            if row is not None:
                _warn_value(draft, worthless[material], row, way)
                break


def _tariffs(draft: WorkbookDraft) -> list[Any]:
    """Duties that hold on some day of the plan."""
    rows = draft.sound("Tariffs")
    if draft.horizon is None:
        return rows
    start, end = draft.horizon.start, draft.horizon.end
    return [r for r in rows if (r.start or start) <= end and (r.end or end) >= start]


def _row_on_value(rows: list[Any], way: tuple[str, str], sets: CountrySets) -> Any:
    """A row that takes a part of the value of goods of an origin in a country, None if none does.

    Rows of one measure may exempt from each other; a measure with a rate of zero among the rows
    that fit is left alone.
    """
    fitting = [
        row
        for row in rows
        if sets.holds(row.origin_country, way[0]) and sets.holds(row.destination_country, way[1])
    ]
    for own in grouped(fitting, lambda row: row.measure).values():
        if all(row.ad_valorem for row in own):
            return own[0]
    return None


def _origins(draft: WorkbookDraft, country: dict[str, str]) -> dict[str, dict[str, None]]:
    """Countries that a material can have as its customs origin: where it is sold, held or made."""
    found: dict[str, dict[str, None]] = {}
    for sheet in ("Supply", "Stocks", "Pipeline"):
        for row in draft.sound(sheet):
            own = found.setdefault(row.material, {})
            site = row.to_site if sheet == "Pipeline" else row.site
            own[country.get(site, "")] = None
            named = (event.country for event in row.history or ())
            own.update(dict.fromkeys(name for name in named if name not in (HERE, UNKNOWN, NONE)))
    makers = grouped(draft.rows("Processes"), lambda row: row.recipe)
    made: dict[str, set[str]] = {}
    for row in draft.sound("Recipes"):
        if row.direction == "out" and row.quantity:
            made.setdefault(row.recipe, set()).add(row.material)
    for row in draft.sound("Recoveries"):
        made.setdefault(row.recipe, set()).add(row.product)
    for recipe, materials in made.items():
        places = dict.fromkeys(country.get(row.site, "") for row in makers.get(recipe, ()))
        for material in materials:
            found.setdefault(material, {}).update(places)
    return found


def _warn_value(draft: WorkbookDraft, material: Any, duty: Any, way: tuple[str, str]) -> None:
    cell = f"{draft.tables['Tariffs'].letter('ad_valorem')}{duty.row}"
    draft.warning(
        material,
        "value",
        f"{quoted(material.material)} has no value, and Tariffs!{cell} takes "
        f"{100 * duty.ad_valorem:g} % of its value from {quoted(way[0])} to {quoted(way[1])}: no "
        "duty is paid",
        "write its customs value per tonne",
    )
