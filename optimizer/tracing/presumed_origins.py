"""Lots whose customs origin is presumed: the event of the material's own stage is unknown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from optimizer.network.duty_rates import DutyRates
from optimizer.network.network_data import Network
from optimizer.network.provenance import HistoryRow, history_rows
from optimizer.result.result_table import Table
from optimizer.tables import sheets


def presumed_origins(network: Network, tables: Mapping[str, Table]) -> list[str]:
    """History cells that leave open who made a lot and may determine a duty of the plan.

    The customs origin of a lot is the country of its latest known event. If the event of the
    material's own stage is unknown, the origin is that of an earlier event and the true duty may
    differ. A cell is listed if the plan uses the lot and ships its material over a border where
    a tariff may apply.
    """
    case = network.case
    if not case.tariffs:
        return []
    duties = DutyRates(case, network.calendar)
    country = {site.site: site.country for site in case.sites}
    shipped = tables["Shipments"]
    burdened = {
        material
        for start, end, material, tonnes in zip(
            *(shipped[header] for header in ("from site", "to site", "material", "tonnes")),
            strict=True,
        )
        if tonnes > 0
        and country[start] != country[end]
        and duties.may_apply(country[end], material)
    }
    stages = {row.material: row.stage for row in case.materials}
    return [
        case.cell(sheet, row.row, "history")
        for sheet, site, row in _lots_used(network, tables)
        if row.material in burdened
        and any(
            not event.known and event.stage == stages[row.material]
            for event in network.provenance.lot_events(site, row.material, row.history)
        )
    ]


def _lots_used(network: Network, tables: Mapping[str, Table]) -> Iterator[HistoryRow]:
    """History rows of the lots that the plan may use."""
    used = {
        offer
        for offer, tonnes in zip(
            tables["Purchases"]["offer"], tables["Purchases"]["tonnes"], strict=True
        )
        if tonnes > 0
    }
    for sheet, site, row in history_rows(network.case):
        match row:
            case sheets.Offer():
                in_use = row.offer in used
            case sheets.Stock():
                in_use = row.opening > 0
            case sheets.Order():
                in_use = row.quantity > 0
        if in_use:
            yield sheet, site, row
