"""Layouts of the tables of rules and prices; the last few are made on request only."""

from __future__ import annotations

from optimizer.result.result_table import (
    MATERIAL_FIELD,
    PERIOD_FIELD,
    SITE_FIELD,
    Field,
    Layout,
    levels,
)

COMPLIANCE_LAYOUT = Layout(
    "Compliance",
    "Which deliveries each rule binds, and what was delivered to them; least headroom first.",
    (
        Field("rule", "text", "rule"),
        Field("phase", "text", "dates of the rule's row"),
        Field("row", "number", "row in Rules"),
        Field("line", "text", "demand line that it binds"),
        Field("segment", "text", "segment of the line"),
        Field("window", "text", "periods over which the share is taken"),
        Field("delivered", "tonnes", "tonnes delivered in the window"),
        Field("breaking", "tonnes", "tonnes of them that break the rule"),
        Field("share found", "share", "breaking / delivered"),
        Field("share allowed", "share", "maximum share"),
        Field("classes delivered", "text", "tonnes of each class: clean, or what it breaks"),
        Field("verdict", "text", "kept, kept as far as stated, or broken"),
        Field("unknown", "tonnes", "tonnes delivered of unknown origin, within the share allowed"),
        Field(
            "not stated",
            "tonnes",
            "tonnes delivered of which some stage that the rule looks at is not stated",
        ),
        Field("rests on", "text", "cells of unknown histories, and stages that are not stated"),
        Field("periods", "text", "periods of the window in which the line is bound"),
        Field("slack", "number", "tonnes more that could break it: allowed less found"),
        Field(
            "price",
            "price",
            "present value of one tonne more that may break it; without tolerance the difference "
            "between clean and other lots at the customer, mean of the tonnes delivered",
        ),
        Field("price note", "text", "what the price says, or why there is none"),
        Field("cell", "text", "maximum share of the rule's row in the input workbook"),
    ),
)

SCARCITY_LAYOUT = Layout(
    "Scarcity",
    "What relaxing each bound by one unit would save (dual values): one more of a maximum, one "
    "less of a minimum. Each row is one bound in one period or window; a cell that stands in "
    "several rows moves all of them. Yes/no decisions are held as they are in the plan.",
    (
        Field("kind", "text", "capacity, offer, contract, lane, stock, demand, rule …"),
        Field("thing", "text", "what binds"),
        PERIOD_FIELD,
        Field(
            "bound",
            "amount",
            "the bound as it stands, for that period; 0 for a share: tonnes beyond the share",
            "level",
        ),
        Field("unit", "text", "unit of the bound"),
        Field(
            "per",
            "text",
            "change of the bound that has the worth: one more of a maximum, one less of a minimum, "
            "one more tonne of demand; the opposite change costs as much",
        ),
        Field(
            "worth",
            "price",
            "saving by that change, in money of that period, not discounted; for demand the cost "
            "of one more tonne of demand",
        ),
        Field("worth today", "price", "the same as present value: the dual of the objective"),
        Field(
            "more", "number", "how far up the bound can go at this worth, at least; blank: see note"
        ),
        Field(
            "less",
            "number",
            "how far down the bound can go at this worth, at least; blank: see note",
        ),
        Field(
            "note",
            "text",
            "not unique: on a side that is blank another price may hold, or there is no plan; "
            "range not computed: large cases",
        ),
        Field("cell", "text", "cells of the input workbook that the bound comes from"),
    ),
)

BREAK_EVEN_LAYOUT = Layout(
    "Break-even",
    "What is not used or built, and how much cheaper it must get to enter: offers, lanes and "
    "processes by reduced cost, options by a plan in which they are forced.",
    (
        Field("kind", "text", "offer, lane, process or option"),
        Field("thing", "text", "what is not used"),
        Field("material", "text", "material or recipe; for an option its sites"),
        PERIOD_FIELD,
        Field("price", "price", "its price or cost in that period"),
        Field("cheaper by", "price", "how much cheaper it must get, in money of that period"),
        Field("break-even", "price", "price at which it enters"),
        Field(
            "note",
            "text",
            "exact; estimate: other prices of the plan say otherwise, --explain solves for it; "
            "an option: by a plan with it",
        ),
    ),
)
BOTTLENECKS_LAYOUT = Layout(
    "Bottlenecks",
    "What binds, in sentences: maximums first, by what 1 % more of each would save; then minimums "
    "and closing stocks; then what demand costs. Periods in a row are one line. Yes/no decisions "
    "are held as they are in the plan.",
    (
        Field("rank", "number", "maximums, then minimums, then demand; the largest saving first"),
        Field("kind", "text", "capacity, offer, contract, lane, stock, demand, rule …"),
        Field("thing", "text", "what binds"),
        Field("from", "period", "first period"),
        Field("to", "period", "last period"),
        Field(
            "saving of 1 %",
            "money",
            "present value saved if the maximum were 1 % larger in every period in which it binds; "
            "of all rows of the thing together; blank for minimums and demand",
            "level",
        ),
        Field(
            "worth least",
            "price",
            "worth of one unit more (of a minimum: less), in the period where it is least",
        ),
        Field("worth most", "price", "the same where it is most; money of that period"),
        Field(
            "holds for",
            "number",
            "units of the bound in any one of the periods at that worth; see note",
        ),
        Field(
            "saving",
            "money",
            "present value of relaxing it as far as its worth holds, period by period; where that "
            "is not known or has no end, of one unit",
            "level",
            title="saving within range",
        ),
        Field("note", "text", "not unique: the next unit may save less; or range not computed"),
        Field("sentence", "text", "the same in words"),
        Field("cell", "text", "cells of the input workbook that the bound comes from"),
    ),
)
HEADROOM_LAYOUT = Layout(
    "Price headroom",
    "Prices between which each used offer, lane, process or option stays as planned: above the "
    "price ceiling less of it is used, after the fall more. One price changes, in one period; "
    "yes/no decisions are held. Of large cases the offers for which most is paid.",
    (
        Field("kind", "text", "offer, lane, process or option"),
        Field("thing", "text", "what is used"),
        Field("material", "text", "material or recipe; for an option its sites"),
        PERIOD_FIELD,
        Field("used", "amount", "tonnes or units of activity in the plan", "level"),
        Field("price", "price", "its price or cost in that period; for an option capital"),
        Field(
            "dearer by",
            "price",
            "rise at which less of it is used; blank: none, see note",
            title="rise to ceiling",
        ),
        Field("leaves at", "price", "price from which less of it is used", title="price ceiling"),
        Field(
            "cheaper by",
            "price",
            "fall at which more of it is used; blank: none, see note",
            title="fall to use more",
        ),
        Field(
            "note",
            "text",
            "what a blank or a zero means: needed at any price, no more can be used, or a tie",
        ),
    ),
)
MARGINAL_COSTS_LAYOUT = Layout(
    "Marginal costs",
    "What one more tonne of a material at a site costs, and what that is made of; parts add up "
    "to the price. Money of the period, not discounted; yes/no decisions are held.",
    (
        SITE_FIELD,
        MATERIAL_FIELD,
        Field("class", "text", "provenance class: clean, or the rules that it breaks"),
        PERIOD_FIELD,
        Field("price", "price", "what one more tonne there costs the plan"),
        Field("purchases", "price", "of which bought inputs"),
        Field("processing", "price", "of which conversion cost"),
        Field("transport", "price", "of which freight and carrying cost in transit"),
        Field("duty", "price", "of which duty"),
        Field("storage", "price", "of which holding, carrying and closing value of stock"),
        Field("disposal", "price", "of which disposal of what else is made"),
        Field("capacity", "price", "of which rent of units that are full"),
        Field("supply rent", "price", "of which rent of offers and contracts at a bound"),
        Field("rule rent", "price", "of which what rules and limits make it cost"),
        Field("other rent", "price", "of which rent of lanes, stocks and other bounds"),
        Field("sales", "price", "of which sales that are gained or given up"),
        Field("shortage", "price", "of which shortage that follows"),
        Field("set by", "text", "offers and bounds that weigh most in it"),
    ),
)
OXIDES_LAYOUT = Layout(
    "Balance of oxides",
    "Where each product of separation goes and what one more tonne of it is worth: which oxide "
    "pays for the feed, which is surplus.",
    (
        Field("material", "text", "product of a recipe with recoveries"),
        Field("recovered", "tonnes", "made over the horizon"),
        Field("bought", "tonnes", "bought over the horizon"),
        Field("used", "tonnes", "used by processes"),
        Field("sold", "tonnes", "delivered to demand and outlets"),
        Field("stocked", "tonnes", "closing less opening stock of the horizon"),
        Field("discarded", "tonnes", "disposed of", title="disposed of"),
        Field("value", "price", "marginal value where it is made, average of the tonnes made"),
        Field("pays", "money", "tonnes recovered x value, present value"),
        Field("share", "share", "of what all products with a positive value pay"),
        Field("sentence", "text", "driver of the feed, co-product, or surplus and what it costs"),
    ),
)
ALL_RULES = "all rules"
"""Name of the row of Rule costs of the plan without any rule."""
_GAP_FIELD = Field(
    "gap",
    "money",
    "how far the difference may be off, because plans with yes/no decisions are solved to a gap",
    title="± solver gap",
)
RULE_COSTS_LAYOUT = Layout(
    "Rule costs",
    "Cost of compliance: what the plan costs more than without a rule, and than without all of "
    "them. Present value. Premiums of single rules do not add up to that of all rules.",
    levels(
        Field("rule", "text", "rule that is left out; all rules: none is kept"),
        Field("status", "text", "of the plan without it"),
        Field("cost_with", "money", "cost of the plan with all rules", title="cost with all rules"),
        Field("cost_without", "money", "cost of the plan without it", title="cost without it"),
        Field("premium", "money", "cost with all rules less cost without it; blank: not known"),
        Field(
            "premium_per_year",
            "money",
            "premium divided by the years of the horizon",
            title="premium per year",
            unit="{currency}/year",
        ),
        Field(
            "premium_per_kg",
            "number",
            "premium divided by the kilograms delivered under the rule",
            title="premium per kilogram",
            unit="{currency}/kg",
        ),
        Field(
            "marginal_price",
            "price",
            "value of relaxing the rule by one tonne; rules with a share",
            title="value of relaxing by one tonne",
        ),
        Field(
            "delivered_kg",
            "number",
            "delivered in the plan to the lines that it binds",
            title="delivered under the rule",
            unit="kg",
        ),
        _GAP_FIELD,
        Field("sentence", "text", "the same in words"),
    ),
)
RULE_DATES_LAYOUT = Layout(
    "Rule dates",
    "What would change if one date of a rule came a period later, or earlier. Present value.",
    levels(
        Field("rule", "text", "rule of which one date moves"),
        Field(
            "moved",
            "text",
            "which date, from or to, and where to; a blank date and one at or beyond an end of the "
            "horizon stay",
        ),
        Field("status", "text", "of the plan with this date"),
        Field("cost", "money", "cost of that plan"),
        Field("change", "money", "cost less that of the plan; blank: not known"),
        Field(
            "more_short",
            "tonnes",
            "tonnes short less those of the plan",
            title="change in shortage",
        ),
        _GAP_FIELD,
        Field("sentence", "text", "the same in words"),
    ),
)
RULE_MOVES_LAYOUT = Layout(
    "Rule moves",
    "What moves when a rule is left out: tonnes by offer, activity by process, tonnes delivered.",
    levels(
        Field("rule", "text", "rule that is left out"),
        Field("kind", "text", "offer, process or delivery"),
        Field("site", "text", "site"),
        Field("thing", "text", "offer, recipe and feed, or line of demand"),
        MATERIAL_FIELD,
        Field("with", "amount", "over the horizon in the plan with all rules"),
        Field("without", "amount", "over the horizon in the plan without the rule"),
        Field("change", "amount", "without less with: positive gains where the rule is dropped"),
    ),
)

LAYOUTS_ON_REQUEST = {
    layout.name: layout
    for layout in (
        HEADROOM_LAYOUT,
        MARGINAL_COSTS_LAYOUT,
        OXIDES_LAYOUT,
        RULE_COSTS_LAYOUT,
        RULE_DATES_LAYOUT,
        RULE_MOVES_LAYOUT,
    )
}
"""Tables that are made on request only."""
