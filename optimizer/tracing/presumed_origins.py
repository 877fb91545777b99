"""Lots whose customs origin is the country of an earlier event, for want of their own stage's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from optimizer.network.duty_rates import DutyRates
from optimizer.network.network_data import Network
from optimizer.network.provenance import Provenance
from optimizer.result.result_table import Table
from optimizer.tables import sheets


def presumed_origins(network: Network, tables: Mapping[str, Table]) -> list[str]:
    """Cells of histories from which a duty of the plan may follow and which leave open who made it.

    The customs origin of a lot is the country of its latest known event. Where what was done at
    the material's own stage is unknown, that is an earlier one, and the duty may be another. A
    cell counts if the plan uses the lot and ships its material over a border where a tariff may
    burden it.
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
        if tonnes > 0 and country[start] != country[end] and duties.apply(country[end], material)
    }
    facts = Provenance(case, network.calendar)
    stages = {row.material: row.stage for row in case.materials}
    return [
        case.cell(sheet, row.row, "history")
        for sheet, site, row in _lots(network, tables)
        if row.material in burdened
        and any(
            not event.known and event.stage == stages[row.material]
            for event in facts.bought(site, row.material, row.history)
        )
    ]


def _lots(
    network: Network, tables: Mapping[str, Table]
) -> Iterator[tuple[str, str, sheets.Offer | sheets.Stock | sheets.Order]]:
    """Rows of the workbook that lots of the plan come from: sheet, site and row."""
    case = network.case
    used = {
        offer
        for offer, tonnes in zip(
            tables["Purchases"]["offer"], tables["Purchases"]["tonnes"], strict=True
        )
        if tonnes > 0
    }
    yield from (("Supply", row.site, row) for row in case.supply if row.offer in used)
    yield from (("Stocks", row.site, row) for row in case.stocks if row.opening > 0)
    yield from (("Pipeline", row.to_site, row) for row in case.pipeline if row.quantity > 0)
