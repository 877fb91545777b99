"""Scenarios: the news of the day, as changes to other sheets.

``scenarios.csv`` holds those that change a cell. What a price touches is more than one cell:
an offer is a quote, the content of a feed or what is left of it, so other prices of oxides
are worked out by the same functions as the base's and written down where they differ.
"""

from __future__ import annotations

import offers
import trade
from facts import Fact, day, table
from markets import (
    HOME_HEAVIES,
    NDPR_BAND,
    Prices,
    chinese_ndpr_at,
    other_prices,
    quote,
)
from materials import materials
from rows import Row, row

BEFORE = "Europe before the controls"
HEAVIES = {"Dy oxide": "Dy_oxide", "Tb oxide": "Tb_oxide"}
DUTIABLE = {*trade.SINGLE_OXIDES, *trade.METALS, *trade.ALLOYS, *trade.MAGNETS}


def scenarios() -> list[Row]:
    """The Scenarios sheet."""
    rows: list[Row] = []
    for line in table("scenarios"):
        if line["sheet"] == "prices":
            rows += _priced(line["scenario"], line["notes"])
        else:
            rows.append(_change(line))
    return _numbered(rows)


def _change(line: dict[str, str]) -> Row:
    source = Fact(0.0, line["source"], line["confidence"])
    return row(
        source,
        scenario=line["scenario"],
        based_on=line["based on"] or None,
        sheet=line["sheet"] or None,
        where=line["where"] or None,
        column=line["column"] or None,
        change=line["change"] or None,
        value=_cell(line["value"]),
        probability=float(line["probability"]) if line["probability"] else None,
        from_=day(line["from"]),
        to=day(line["to"]),
        notes=line["notes"],
    )


def _cell(text: str) -> float | str | None:
    """A number where the text is one."""
    try:
        return float(text)
    except ValueError:
        return text or None


def _prices(scenario: str) -> Prices:
    """Prices of the scenario: first, second and last tonnes, and China's own.

    Chinese prices follow: cheap heavies leave China at the price that they have there, and
    Chinese NdPr moves in step with that of others.
    """
    if scenario == "Heavies cheap":
        low, middle, high = (
            {name: quote(item, BEFORE, column=column) for name, item in HEAVIES.items()}
            for column in ("low", "value", "high")
        )
        return Prices(low, middle, high, HOME_HEAVIES)
    price = NDPR_BAND["low" if scenario == "NdPr low" else "high"]
    return Prices({"NdPr oxide": price}, chinese=chinese_ndpr_at(price))


def _priced(scenario: str, notes: str) -> list[Row]:
    """Prices of Supply, values of Materials and customs values that differ from the base's."""
    supply, values, duties = offers.supply(), _values(), trade.tariffs()
    prices = _prices(scenario)
    with other_prices(prices):
        other_supply, other_values, other_duties = offers.supply(), _values(), trade.tariffs()
    rows = [
        _set(prices, scenario, "Supply", _where(old, supply), "price", new["price"], notes)
        for old, new in zip(supply, other_supply, strict=True)
        if old["price"] != new["price"]
    ]
    rows += [
        _set(prices, scenario, "Materials", f"material = {name}", "value", value, notes)
        for name, value in other_values.items()
        if value != values[name]
    ]
    rows += [
        _set(prices, scenario, "Tariffs", _whose(old), "customs value", new["customs value"], notes)
        for old, new in zip(duties, other_duties, strict=True)
        if old["customs value"] != new["customs value"]
    ]
    return rows


def _whose(duty: Row) -> str:
    """Picks the rows of Tariffs: a customs value is the same in every measure."""
    columns = ("origin country", "material")
    return "; ".join(f"{column} = {duty[column]}" for column in columns)


def _set(
    prices: Prices, scenario: str, sheet: str, where: str, column: str, value: object, notes: str
) -> Row:
    return row(
        *prices.first.values(),
        scenario=scenario,
        sheet=sheet,
        where=where,
        column=column,
        change="set",
        value=value,
        notes=notes,
    )


def _where(offer: Row, supply: list[Row]) -> str:
    """Picks the offer, and the row of it where it has several."""
    rows = [other for other in supply if other["offer"] == offer["offer"]]
    named = f"offer = {offer['offer']}"
    if len(rows) == 1 or len({other["price"] for other in rows}) == 1:
        return named
    return f"{named}; from = {offer['from'] or ''}".rstrip()


def _values() -> dict[str, float]:
    """Customs values that duty is paid on."""
    return {str(r["material"]): r["value"] for r in materials() if r["material"] in DUTIABLE}


def _numbered(rows: list[Row]) -> list[Row]:
    """Lines of a scenario in order, each change once."""
    seen: dict[tuple[object, ...], Row] = {}
    for cells in rows:
        seen.setdefault(
            tuple(cells.get(key) for key in ("scenario", "sheet", "where", "column", "from")), cells
        )
    count: dict[object, int] = {}
    result = []
    for cells in seen.values():
        name = cells["scenario"]
        count[name] = count.get(name, 0) + 1
        result.append({"scenario": name, "line": count[name]} | cells)
    return result
