"""Checks across rows and sheets: the table of contents."""

from __future__ import annotations

from optimizer.tables.checks import (
    capacity,
    delivered_cost,
    demand,
    figures,
    histories,
    keys,
    lane_cycles,
    limits,
    look_alikes,
    magnitudes,
    materials,
    names,
    plants,
    provenance,
    scenarios,
    tariffs,
    trade,
)
from optimizer.tables.draft import Draft

FAMILIES = (
    keys.check_ranges,
    keys.check_duplicates,
    trade.check_supply,
    trade.check_lanes,
    trade.check_stocks,
    trade.check_pipeline,
    demand.check_demand,
    limits.check_limits,
    tariffs.check_tariffs,
    plants.check_assays,
    plants.check_recoveries,
    plants.check_feeds,
    plants.check_units,
    plants.check_segregation,
    plants.check_options,
    materials.check_outlets,
    materials.check_sources,
    materials.check_mass,
    materials.check_leaks,
    figures.check_prices,
    figures.check_tariff_rates,
    figures.check_lead_times,
    figures.check_dutiable_value,
    capacity.check_capacity,
    delivered_cost.check_penalties,
    lane_cycles.check_lane_cycles,
    magnitudes.check_magnitudes,
    histories.check_histories,
    histories.check_material_stages,
    provenance.check_rules,
    provenance.check_scope,
    provenance.check_stages,
    names.check_spelling,
    look_alikes.check_look_alikes,
    names.check_lists,
    names.check_countries,
    scenarios.check_scenarios,
)
"""What is checked, in the order in which it is."""


def run(draft: Draft) -> None:
    """Check everything; what is wrong stands in ``draft.found`` afterwards."""
    for family in FAMILIES:
        family(draft)
