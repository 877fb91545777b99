"""Checks of a workbook across rows and sheets, in the order in which they run."""

from __future__ import annotations

from optimizer.tables.checks import (
    check_capacity,
    check_customs_values,
    check_delivered_cost,
    check_demand,
    check_examples,
    check_figures,
    check_histories,
    check_keys,
    check_lane_cycles,
    check_limits,
    check_look_alikes,
    check_magnitudes,
    check_materials,
    check_names,
    check_plants,
    check_provenance,
    check_scenarios,
    check_tariffs,
    check_tiers,
    check_trade,
)
from optimizer.tables.workbook_draft import WorkbookDraft

WORKBOOK_CHECKS = (
    check_keys.check_ranges,
    check_keys.check_duplicates,
    check_trade.check_supply,
    check_tiers.check_tiers,
    check_tiers.check_look_alike_tiers,
    check_trade.check_lanes,
    check_trade.check_stocks,
    check_trade.check_pipeline,
    check_demand.check_demand,
    check_limits.check_limits,
    check_tariffs.check_tariffs,
    check_plants.check_assays,
    check_plants.check_recoveries,
    check_plants.check_feeds,
    check_plants.check_units,
    check_plants.check_segregation,
    check_plants.check_options,
    check_materials.check_outlets,
    check_materials.check_sources,
    check_materials.check_mass,
    check_materials.check_lane_losses,
    check_figures.check_prices,
    check_figures.check_tariff_rates,
    check_figures.check_lead_times,
    check_customs_values.check_dutiable_value,
    check_customs_values.check_customs_values,
    check_capacity.check_capacity,
    check_delivered_cost.check_penalties,
    check_lane_cycles.check_lane_cycles,
    check_magnitudes.check_magnitudes,
    check_histories.check_histories,
    check_histories.check_material_stages,
    check_provenance.check_rules,
    check_provenance.check_scope,
    check_provenance.check_stages,
    check_names.check_spelling,
    check_look_alikes.check_look_alikes,
    check_names.check_list_separators,
    check_names.check_hong_kong_and_macao,
    check_scenarios.check_scenarios,
    check_examples.check_examples,
)
"""All checks, in the order in which they run."""


def run(draft: WorkbookDraft) -> None:
    """Run all checks; they add to ``draft.findings``."""
    for check in WORKBOOK_CHECKS:
        check(draft)
