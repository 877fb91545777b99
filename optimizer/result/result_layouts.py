"""Layouts of the result tables: each column is declared once, with its unit and meaning.

The results workbook and ``docs/results.md`` are generated from these declarations.
"""

from __future__ import annotations

from collections.abc import Mapping

from optimizer.result.price_layouts import (
    BOTTLENECKS_LAYOUT,
    BREAK_EVEN_LAYOUT,
    COMPLIANCE_LAYOUT,
    SCARCITY_LAYOUT,
)
from optimizer.result.result_table import (
    MATERIAL_FIELD,
    PERIOD_FIELD,
    SITE_FIELD,
    Field,
    Layout,
    Table,
    Tables,
    levels,
    table,
)
from optimizer.tables.sheets import STAGES

__all__ = [
    "COST_CATEGORIES",
    "RESULT_LAYOUTS",
    "Field",
    "Layout",
    "Table",
    "Tables",
    "in_order",
    "levels",
    "table",
]

_BREAKS_FIELD = Field(
    "breaks", "text", "rules that the lot breaks or is booked as breaking; empty = none"
)
_UNCHECKED = Field(
    "not followed",
    "text",
    "rules that are not tracked there, because no delivery under them can come from it",
    title="not tracked",
)
_UNTRACKED_INPUTS = Field(
    "inputs not followed", "text", "rules not tracked in the inputs", title="inputs not tracked"
)
_ORIGIN = Field(
    "customs origin", "text", "countries of customs origin; empty where no duty depends on it"
)
_COUNTRY = Field("country", "text", "country of the site")
_TONNES_FIELD = Field("tonnes", "tonnes", "tonnes in the period")

PURCHASES_LAYOUT = Layout(
    "Purchases",
    "Order plan: what is bought, by offer and period. Cost is as paid, not discounted.",
    (
        Field("offer", "text", "line of supply"),
        SITE_FIELD,
        _COUNTRY,
        MATERIAL_FIELD,
        PERIOD_FIELD,
        Field("order by", "date", "latest order date: first day of the period"),
        _TONNES_FIELD,
        Field("price", "price", "price in that period", "ratio"),
        Field("cost", "money", "tonnes x price"),
        Field("firm", "text", "no: a non-binding offtake; the plan treats this supply as certain"),
        _BREAKS_FIELD,
        _UNCHECKED,
        _ORIGIN,
    ),
    (("offer", "site", "material"), "tonnes"),
)
SHIPMENTS_LAYOUT = Layout(
    "Shipments",
    "What is shipped, by lane and period of departure.",
    (
        Field("from site", "text", "start of the lane"),
        Field("to site", "text", "end of the lane"),
        MATERIAL_FIELD,
        Field("mode", "text", "means of transport"),
        PERIOD_FIELD,
        _TONNES_FIELD,
        Field("arrives", "tonnes", "tonnes that arrive, within or after the horizon"),
        Field("lead days", "number", "days in transit", title="lead time", unit="days"),
        Field("freight", "money", "tonnes x freight, not discounted"),
        Field("duty", "money", "duty at departure, not discounted"),
        Field("carrying", "money", "carrying cost while in transit, not discounted"),
        _BREAKS_FIELD,
        _UNCHECKED,
        _ORIGIN,
    ),
    (("from site", "to site", "material", "mode"), "tonnes"),
)
PRODUCTION_LAYOUT = Layout(
    "Production",
    "What is run: activity by site, recipe, feed and period.",
    (
        SITE_FIELD,
        _COUNTRY,
        Field("recipe", "text", "recipe"),
        Field("feed", "text", "feed, for recipes made from assays"),
        PERIOD_FIELD,
        Field("activity", "amount", "units of activity in the period"),
        Field("cost", "money", "conversion cost, not discounted"),
        Field("inputs break", "text", "rules that the inputs break or are booked as breaking"),
        _UNTRACKED_INPUTS,
        Field("outputs break", "text", "rules that the outputs break"),
    ),
    (("site", "recipe", "feed"), "activity"),
)
UTILISATION_LAYOUT = Layout(
    "Utilisation",
    "How much of each unit's capacity is used.",
    (
        SITE_FIELD,
        Field("unit", "text", "unit"),
        PERIOD_FIELD,
        Field("used", "amount", "capacity used in the period"),
        Field("capacity", "amount", "capacity available in the period"),
        Field("utilisation", "share", "used / capacity", "ratio"),
    ),
    (("site", "unit"), "utilisation"),
)
STOCK_LAYOUT = Layout(
    "Stock",
    "Closing stock of each period.",
    (
        SITE_FIELD,
        MATERIAL_FIELD,
        PERIOD_FIELD,
        Field("tonnes", "tonnes", "tonnes at the end of the period", "level"),
        Field("holding", "money", "holding cost of the period, not discounted"),
        Field("carrying", "money", "carrying cost of the period, not discounted"),
        _BREAKS_FIELD,
        _UNCHECKED,
        _ORIGIN,
    ),
    (("site", "material"), "tonnes"),
)
DELIVERIES_LAYOUT = Layout(
    "Deliveries",
    "What is delivered, by demand line and period.",
    (
        Field("line", "text", "demand line"),
        Field("customer", "text", "site that receives"),
        MATERIAL_FIELD,
        Field("segment", "text", "segment"),
        PERIOD_FIELD,
        _TONNES_FIELD,
        Field("revenue", "money", "tonnes x price, not discounted"),
        _BREAKS_FIELD,
        _UNCHECKED,
        _ORIGIN,
    ),
    (("line", "material"), "tonnes"),
)
SHORTAGES_LAYOUT = Layout(
    "Shortages",
    "Demand that is not met, outlets and optional sales left out.",
    (
        Field("line", "text", "demand line"),
        Field("customer", "text", "site that waits"),
        MATERIAL_FIELD,
        Field("segment", "text", "segment"),
        PERIOD_FIELD,
        Field("wanted", "tonnes", "quantity wanted in the period"),
        Field("short", "tonnes", "tonnes not delivered"),
        Field("share short", "share", "short / wanted", "ratio"),
        Field("penalty", "money", "penalty, not discounted"),
    ),
    (("line", "material"), "short"),
)
SHORTAGE_REASONS_LAYOUT = Layout(
    "Shortage reasons",
    "What stands in the way of one tonne more, for each shortage: along the chain that would "
    "serve it at the least cost, or what is missing where there is no chain.",
    (
        Field("line", "text", "demand line"),
        Field("customer", "text", "site that waits"),
        MATERIAL_FIELD,
        PERIOD_FIELD,
        Field("short", "tonnes", "tonnes not delivered"),
        Field("reason", "text", "what stands in the way, with the cell of the workbook"),
        Field("sheet", "text", "sheet of that cell"),
        Field("cell", "text", "cell"),
        Field(
            "worth",
            "price",
            "what one more tonne would save without it, in money of that period; 0 where it has no "
            "price",
        ),
    ),
)
DISPOSAL_LAYOUT = Layout(
    "Disposal",
    "What is disposed of.",
    (
        SITE_FIELD,
        MATERIAL_FIELD,
        PERIOD_FIELD,
        _TONNES_FIELD,
        Field("cost", "money", "disposal cost, not discounted"),
        _BREAKS_FIELD,
        _UNCHECKED,
        _ORIGIN,
    ),
    (("site", "material"), "tonnes"),
)
TAKE_OR_PAY_LAYOUT = Layout(
    "Take or pay",
    "Contracts that are paid for but not taken.",
    (
        Field("offer", "text", "line of supply"),
        SITE_FIELD,
        MATERIAL_FIELD,
        Field("row", "number", "row in Supply"),
        Field("least", "tonnes", "tonnes that are paid for in any case", "level"),
        Field("taken", "tonnes", "tonnes taken under the row", "level"),
        Field("not taken", "tonnes", "tonnes paid for and not taken", "level"),
        PERIOD_FIELD,
        Field("cost", "money", "payment in that period, not discounted"),
    ),
)
INVESTMENT_LAYOUT = Layout(
    "Investment",
    "What is built: options by period of decision. Money is not discounted.",
    (
        Field("option", "text", "option"),
        SITE_FIELD,
        Field("unit", "text", "unit that it adds to"),
        Field("period", "period", "period of decision"),
        Field("number", "number", "how many of the option are built, or how much: once", "level"),
        Field("added capacity", "amount", "capacity that it adds, per year", "level"),
        Field("runs from", "date", "day from which it runs"),
        Field("capital", "money", "capital cost of this row of the option"),
        Field(
            "fixed cost",
            "money",
            "fixed cost of this row, per year from the day it runs",
            unit="{currency}/year",
        ),
        Field("credit", "money", "value at the end of the horizon of what outlives it"),
    ),
)
COSTS_LAYOUT = Layout(
    "Costs",
    "Every cost by category, place, item and period; discounted, the rows add up to the cost of "
    "the plan.",
    (
        Field("category", "text", "kind of cost; revenue and closing value are negative"),
        Field("site", "text", "where it falls (a lane: its start)"),
        Field("item", "text", "offer, recipe, lane, unit or demand line"),
        Field("material", "text", "material, where there is one"),
        PERIOD_FIELD,
        Field("year", "text", "calendar year"),
        Field("amount", "money", "as paid"),
        Field("discounted", "money", "present value at the start, mid-period"),
    ),
    (("category",), "discounted"),
)
BALANCE_LAYOUT = Layout(
    "Balance",
    "By site, material and period: what comes in less what goes out, to zero.",
    (
        SITE_FIELD,
        MATERIAL_FIELD,
        PERIOD_FIELD,
        Field("opening", "tonnes", "stock at the start of the period", "level"),
        Field("bought", "tonnes", "bought"),
        Field("arrived", "tonnes", "arrived from lanes and from orders in transit"),
        Field("made", "tonnes", "made"),
        Field("used", "tonnes", "used"),
        Field("shipped", "tonnes", "shipped"),
        Field("delivered", "tonnes", "delivered"),
        Field("discarded", "tonnes", "disposed of", title="disposed of"),
        Field("closing", "tonnes", "stock at the end of the period", "level"),
        Field("difference", "tonnes", "in less out: zero but for the solver's tolerance"),
    ),
)
PROVENANCE_LAYOUT = Layout(
    "Provenance",
    "Where delivered tonnes come from: shares by country, site and owner at each stage, of all "
    "traced inputs and of each. Shares of one delivery, stage, input and by add up to one. Where "
    "there would be more than 200 thousand rows countries stand alone, and where there still would "
    "be more all inputs are taken together.",
    (
        PERIOD_FIELD,
        Field("line", "text", "demand line"),
        Field("customer", "text", "site that receives"),
        MATERIAL_FIELD,
        Field("segment", "text", "segment"),
        Field("rule", "text", "rules that bind the line in the period"),
        Field("stage", "text", "stage; where a lot went through it again, its last event counts"),
        Field("input", "text", "traced input, or all together by tonnes taken in"),
        Field("by", "text", "country, site or owner; owner only where the case names owners"),
        Field(
            "name",
            "text",
            "country, site or owner; unknown; not stated where no history says; does not apply",
        ),
        Field("country", "text", "country of the name: of the site, or the owner's own"),
        Field("share", "share", "share of the input in what is delivered"),
        Field("tonnes", "tonnes", "share x tonnes delivered", "level"),
    ),
)
CERTIFICATES_LAYOUT = Layout(
    "Certificates",
    "For each delivery and rule: where it comes from, what the rule bans, the verdict and the "
    "rows of the input workbook that the tonnes rest on.",
    (
        Field("line", "text", "demand line"),
        Field("customer", "text", "site that receives"),
        MATERIAL_FIELD,
        Field("segment", "text", "segment"),
        PERIOD_FIELD,
        Field("tonnes", "tonnes", "tonnes in the period", "level"),
        Field("rule", "text", "rule that binds the delivery; empty where none does"),
        Field("bans", "text", "what breaks the rule"),
        Field("verdict", "text", "kept or broken; for a share, over the window of the rule"),
        Field("share breaking", "share", "share of this delivery that breaks the rule"),
        Field(
            "share allowed",
            "share",
            "share that may break it over the rule's window; 1 without a rule",
        ),
        *(
            Field(stage, "text", f"where it was {stage}, as shares of all traced inputs")
            for stage in STAGES
        ),
        Field("sites touched", "text", "every site that any of it has been through, by stage"),
        Field("rests on", "text", "rows of Supply, Stocks and Pipeline, with shares and tonnes"),
    ),
)
RUN_LAYOUT = Layout(
    "Run",
    "What was run: the input's hash, versions, solver, gap, audit, warnings.",
    (
        Field("item", "text", "what"),
        Field("value", "text", "value"),
    ),
)

RESULT_LAYOUTS = {
    layout.name: layout
    for layout in (
        PURCHASES_LAYOUT,
        SHIPMENTS_LAYOUT,
        PRODUCTION_LAYOUT,
        UTILISATION_LAYOUT,
        STOCK_LAYOUT,
        DELIVERIES_LAYOUT,
        SHORTAGES_LAYOUT,
        SHORTAGE_REASONS_LAYOUT,
        DISPOSAL_LAYOUT,
        TAKE_OR_PAY_LAYOUT,
        INVESTMENT_LAYOUT,
        COSTS_LAYOUT,
        BALANCE_LAYOUT,
        COMPLIANCE_LAYOUT,
        PROVENANCE_LAYOUT,
        CERTIFICATES_LAYOUT,
        BOTTLENECKS_LAYOUT,
        SCARCITY_LAYOUT,
        BREAK_EVEN_LAYOUT,
        RUN_LAYOUT,
    )
}
"""Every result table, in the order of the results workbook."""

COST_CATEGORIES = (
    "purchases",
    "take or pay",
    "freight",
    "duty",
    "conversion",
    "fixed cost",
    "holding",
    "carrying",
    "disposal",
    "capital",
    "shortage",
    "revenue",
    "closing value",
)
"""Categories of cost, in the order shown."""


def in_order(tables: Mapping[str, Table]) -> dict[str, Table]:
    """Tables by name in the order of the results workbook: those on request come before Run."""
    standard = [name for name in RESULT_LAYOUTS if name in tables]
    on_request = [name for name in tables if name not in RESULT_LAYOUTS]
    order = sorted((*standard, *on_request), key=RUN_LAYOUT.name.__eq__)
    return {name: tables[name] for name in order}
