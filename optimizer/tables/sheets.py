"""The sheets of the workbook: each column declared once, as a field of a record.

Quantities are tonnes, rates tonnes per year, money the workbook's currency, shares
0 to 1. ``{currency}`` in a unit stands for ``Settings: currency``.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from datetime import date

from optimizer.tables.schema import (
    INFINITY,
    SHEETS,
    Column,
    Declared,
    choice,
    columns_of,
    day,
    flag,
    history,
    names,
    number,
    share,
    sheet,
    text,
    whole,
)

STAGES = ("mined", "refined", "separated", "melted", "produced")
"""Stages in their order; any other word counts as after them."""

HERE, UNKNOWN, NONE = "here", "unknown", "none"
"""Words that stand for a country in a history: the row's own site, a country that nobody
knows, and a stage that does not apply."""

ABSENT = f": {NONE}"
"""Behind a stage of a process: what it makes has not been through it, and need not."""

PERIOD_MONTHS = {"month": 1, "quarter": 3, "half-year": 6, "year": 12}
MEASURES = ("bought", "made", "used", "produced", "shipped", "delivered", "stock", "built", "spent")


@dataclass(frozen=True, slots=True)
class Event:
    """One stage of a lot's written history; ``name`` is a site or an owner.

    ``country`` may be ``HERE``, ``UNKNOWN`` or ``NONE``. With the first two a blank ``stage``
    stands for every stage up to the material's own.
    """

    stage: str
    country: str
    name: str = ""

    def __str__(self) -> str:
        name = f" [{self.name}]" if self.name else ""
        return f"{self.stage}: {self.country}{name}" if self.stage else self.country


class Record(Declared):
    """What every row has; ``row`` is its row number in the sheet (header = 1)."""

    row: int = dataclasses.field(default=0, compare=False)
    active: bool = flag("no: the row is inactive", default=True)
    notes: str = text("free text", default="")
    source: str = text("where the figures come from", default="")
    confidence: str = choice(
        "confidence in the figures",
        ("high", "medium", "low", "assumption"),
        default="",
        default_text="none",
    )


class Dated(Record):
    """A row that holds from one date to another, both included; None is open."""

    start: date | None = day(
        "first day on which the row is valid", default=None, default_text="open", header="from"
    )
    end: date | None = day(
        "last day on which the row is valid", default=None, default_text="open", header="to"
    )


class Settings(Declared):
    """The Settings sheet, one setting a row."""

    case: str = text("name of the case", default="", default_text="name of the file")
    start: date = day("first day of the plan: first of a month")
    periods: int = whole("number of periods", minimum=1, maximum=1200)
    period_length: str = choice("length of a period", tuple(PERIOD_MONTHS))
    currency: str = text("currency of all money", default="USD")
    discount_rate: float = number(
        "per year; all cash flows are at mid-period",
        unit="per year",
        default=0.0,
        minimum=0.0,
        maximum=1.0,
    )
    carrying_cost_rate: float = number(
        "on the value of closing stock and of material in transit",
        unit="per year",
        default=0.0,
        minimum=0.0,
        maximum=1.0,
    )
    shortage_penalty: float | None = number(
        "per tonne short; used where a demand line has no penalty of its own",
        unit="{currency}/t",
        default=None,
        default_text="none",
        minimum=0.0,
    )
    time_limit: float = number(
        "solver stops after it", unit="s", default=INFINITY, default_text="none", minimum=0.0
    )
    mip_gap: float = number(
        "relative gap at which a plan with yes/no decisions counts as optimal",
        unit="share",
        default=1e-4,
        minimum=0.0,
        maximum=1.0,
    )


SETTINGS = columns_of(Settings)
"""The settings by attribute: what may stand in the column ``setting``."""


@sheet("Sites", "Mines, traders, plants, ports, stockpiles and customers.", "sites")
class Site(Record):
    """A place in one country, with an owner in a country."""

    site: str = text("name of the site", key=True)
    kind: str = choice(
        "what the site is",
        ("mine", "trader", "plant", "port", "stockpile", "customer"),
        default="",
        default_text="none",
    )
    country: str = text("country that the site lies in", vocabulary="country")
    owner: str = text(
        "owner, for rules on entities", default="", default_text="none", vocabulary="owner"
    )
    owner_country: str = text(
        "country of the owner",
        default="",
        default_text="the site's own country",
        vocabulary="country",
    )
    latitude: float | None = number(
        "for the map",
        unit="degrees north",
        default=None,
        default_text="none",
        minimum=-90,
        maximum=90,
    )
    longitude: float | None = number(
        "for the map",
        unit="degrees east",
        default=None,
        default_text="none",
        minimum=-180,
        maximum=180,
    )
    segregates: bool = flag(
        "no: where one of its processes uses a lot that breaks a rule, all products of the site "
        "in that period break it; each process then needs a capacity or a maximum",
        default=True,
    )


@sheet("Materials", "Ore, concentrate, oxide, metal, alloy, magnet, by-product.", "materials")
class Material(Record):
    """Something that is bought, made, moved, stored, delivered or disposed of."""

    material: str = text("name of the material", key=True)
    stage: str = text(
        "stage that a material of this kind has reached",
        default="",
        default_text="none",
        vocabulary="stage",
    )
    traced: bool = flag("no: its provenance is not tracked", default=True)
    value: float = number(
        "carrying value; what an ad valorem duty is taken of where Tariffs has no customs value",
        unit="{currency}/t",
        default=0.0,
    )
    disposal_cost: float | None = number(
        "cost of disposal",
        unit="{currency}/t",
        default=None,
        default_text="blank: disposal is not allowed",
    )


@sheet("Supply", "Offers: who sells what, where, in which quantity and at what price.", "supply")
class Offer(Dated):
    """One line of supply, with its price, limits and contract terms."""

    offer: str = text("name of the offer", key=True)
    site: str = text("site that sells", key=True, references=("Sites.site",))
    material: str = text("what is sold", key=True, references=("Materials.material",))
    price: float = number("price", unit="{currency}/t")
    minimum: float = number("minimum purchase", unit="t per year", default=0.0, minimum=0.0)
    maximum: float = number(
        "maximum purchase",
        unit="t per year",
        default=INFINITY,
        default_text="unlimited",
        minimum=0.0,
    )
    after: str = text(
        "tier of a volume discount: offer of the same site and material that is bought up to its "
        "maximum in a period before anything of this row can be bought in it; both need a maximum",
        default="",
        default_text="none",
        references=("Supply.offer",),
    )
    history: tuple[Event, ...] | None = history(
        "what has been done to it and where, as stage: country [site or owner]; …, or here "
        "(every stage at the row's own site); a country may be here, unknown, or none (the stage "
        "does not apply); mined and the material's own stage are unknown where they are left out",
        default=None,
        default_text="here for what a mine mines and for materials without a stage, else unknown "
        "at every stage up to the material's",
    )
    contract_quantity: float | None = number(
        "the most over the row's dates, pro rata where they reach beyond the horizon",
        unit="t",
        default=None,
        default_text="none",
        minimum=0.0,
    )
    take_or_pay: float = share(
        "share of the contract quantity that is paid for even if not taken",
        default=0.0,
        default_text="none",
    )
    firm: bool = flag(
        "no: a non-binding offtake; the plan treats it as certain, and warns of it", default=True
    )
    probability: float = share("probability of delivery of supply that is not firm", default=1.0)


OfferKey = tuple[str, str, str]
"""Offer, site and material."""


@sheet("Assays", "What a feed contains.", "assays")
class Assay(Record):
    """Tonnes of one oxide (or impurity) in a tonne of feed."""

    feed: str = text("feed material", key=True, references=("Materials.material",))
    oxide: str = text("oxide or impurity", key=True, vocabulary="oxide")
    share: float = share("tonnes of oxide in a tonne of feed", unit="t/t")


@sheet("Recipes", "Inputs and outputs of one unit of activity.", "recipes")
class RecipeLine(Record):
    """One input or output of a recipe."""

    recipe: str = text("name of the recipe", key=True, vocabulary="recipe")
    material: str = text("input or output", key=True, references=("Materials.material",))
    direction: str = choice("in or out", ("in", "out"), key=True)
    quantity: float = number(
        "tonnes per unit of activity", unit="t per unit of activity", minimum=0.0
    )


@sheet("Recoveries", "Separation recipes: made for every feed from its assay.", "recoveries")
class Recovery(Record):
    """Share of an oxide that ends in a product; one tonne of feed is one unit of activity."""

    recipe: str = text("name of the recipe", key=True, vocabulary="recipe")
    oxide: str = text("oxide, as in Assays", key=True, vocabulary="oxide")
    product: str = text("material that it ends in", key=True, references=("Materials.material",))
    recovery: float = share("tonnes recovered of a tonne of contained oxide", unit="t/t")


@sheet("Processes", "Which recipes run at which sites, at what cost and capacity.", "processes")
class Process(Dated):
    """A recipe run at a site on a unit; rows of further units are the same process."""

    site: str = text("site that runs it", key=True, references=("Sites.site",))
    recipe: str = text(
        "recipe that runs there", key=True, references=("Recipes.recipe", "Recoveries.recipe")
    )
    feed: str = text(
        "feed, for recipes of Recoveries; * = every feed with an assay",
        key=True,
        default="",
        default_text="none",
        references=("Assays.feed",),
        wildcard=True,
    )
    unit: str = text(
        "unit that it uses", key=True, default="", default_text="none", vocabulary="unit"
    )
    use: float = number(
        "capacity used per unit of activity",
        unit="capacity per unit of activity",
        default=1.0,
        minimum=0.0,
    )
    cost: float = number("conversion cost", unit="{currency} per unit of activity", default=0.0)
    stages: tuple[str, ...] = names(
        "events that it adds to a lot's history, at this site; melted: none says that what it "
        "makes is not melted and need not be",
        default=(),
        header="stage",
        default_text="none",
        vocabulary="stage",
    )
    clears: tuple[str, ...] = names(
        "rules that a lot no longer breaks after it",
        default=(),
        default_text="none",
        references=("Rules.rule",),
    )
    minimum: float = number("minimum activity", unit="activity per year", default=0.0, minimum=0.0)
    maximum: float = number(
        "maximum activity",
        unit="activity per year",
        default=INFINITY,
        default_text="unlimited",
        minimum=0.0,
    )


@sheet("Units", "Capacity that processes share; 0 in periods that no row covers.", "units")
class Unit(Dated):
    """Capacity of a unit; ramps are several dated rows."""

    site: str = text("site of the unit", key=True, references=("Sites.site",))
    unit: str = text("name of the unit", key=True, vocabulary="unit")
    capacity: float = number("capacity in units of use", unit="use per year", minimum=0.0)
    availability: float = share("share of the time that it can run", default=1.0)
    minimum_load: float = share("minimum load, as a share of the row's own capacity", default=0.0)
    may_idle: bool = flag(
        "no: it runs in every period that its rows cover; yes: minimum load and fixed cost "
        "only in periods in which it runs",
        default=False,
    )
    fixed_cost: float = number(
        "cost of keeping it in operation", unit="{currency} per year", default=0.0
    )


@sheet("Options", "Investments: new units, expansions, restarts.", "options")
class Option(Record):
    """An investment; rows of one option are one decision."""

    option: str = text("name of the investment", key=True)
    site: str = text("site that it is built at", key=True, references=("Sites.site",))
    unit: str = text("unit that it adds to", key=True, vocabulary="unit")
    added_capacity: float = number("capacity added by one", unit="use per year", minimum=0.0)
    kind: str = choice(
        "what can be decided", ("yes/no", "whole number", "any amount"), default="yes/no"
    )
    most: float = number("maximum number over the horizon", default=1.0, minimum=0.0)
    capital_cost: float = number(
        "once, in the period of decision, for one", unit="{currency}", default=0.0
    )
    fixed_cost: float = number(
        "from the day it runs, for one", unit="{currency} per year", default=0.0
    )
    life: float | None = number(
        "years, for its value at the end only",
        unit="years",
        default=None,
        minimum=0.0,
        default_text="none: no value at the end",
    )
    earliest: date | None = day("earliest decision", default=None, default_text="start")
    build_months: float = number(
        "time from the decision to the start of operation", unit="months", default=0.0, minimum=0.0
    )
    needs: tuple[str, ...] = names(
        "options that must be built no later",
        default=(),
        default_text="none",
        references=("Options.option",),
    )
    one_of: tuple[str, ...] = names(
        "of the options that share a word at most one is built",
        default=(),
        default_text="none",
        vocabulary="group",
    )


@sheet("Lanes", "Transport from site to site: cost, lead time and capacity.", "lanes")
class Lane(Dated):
    """A way from site to site for a material by a mode."""

    from_site: str = text("where it starts", key=True, references=("Sites.site",))
    to_site: str = text("where it ends", key=True, references=("Sites.site",))
    material: str = text(
        "what is shipped; * = what something at its end can take",
        key=True,
        references=("Materials.material",),
        wildcard=True,
    )
    mode: str = text(
        "means of transport", key=True, default="", default_text="none", vocabulary="mode"
    )
    cost: float = number("freight on tonnes shipped", unit="{currency}/t")
    lead_days: float = number("days in transit", unit="days", default=0.0, minimum=0.0)
    maximum: float = number(
        "maximum shipment",
        unit="t per year",
        default=INFINITY,
        default_text="unlimited",
        minimum=0.0,
    )
    arrives: float = share("share that arrives", default=1.0)
    fixed_cost: float = number(
        "cost of each period in which the lane is used, as written",
        unit="{currency} per period",
        default=0.0,
    )
    minimum_when_used: float = number(
        "minimum shipment in a period in which the lane is used, as written",
        unit="t per period",
        default=0.0,
        minimum=0.0,
    )


@sheet("Tariffs", "Duties by measure; within a measure the most specific row applies.", "tariffs")
class Tariff(Dated):
    """A duty on goods of an origin brought into a country."""

    measure: str = text(
        "name of the duty", key=True, default="", default_text="blank", vocabulary="measure"
    )
    origin_country: str = text(
        "countries that last made it, or that it was bought from",
        key=True,
        vocabulary="countries",
        wildcard=True,
    )
    destination_country: str = text(
        "countries of entry", key=True, vocabulary="countries", wildcard=True
    )
    material: str = text("what", key=True, references=("Materials.material",), wildcard=True)
    ad_valorem: float = number(
        "share of the customs value", unit="share", default=0.0, minimum=0.0, maximum=10.0
    )
    customs_value: float | None = number(
        "what the share is taken of: the price paid for goods of this origin",
        unit="{currency}/t",
        default=None,
        default_text="the material's value",
        minimum=0.0,
    )
    specific: float = number("per tonne", unit="{currency}/t", default=0.0)

    def per_tonne(self, material_value: float) -> float:
        """Duty per tonne of a material.

        Args:
            material_value: value of the material in Materials, in money per tonne; it is
                the customs value where the row has none.

        Returns:
            Money per tonne.
        """
        value = material_value if self.customs_value is None else self.customs_value
        return self.ad_valorem * value + self.specific


@sheet("Stocks", "Storage; without a row, no stock is carried over.", "stocks")
class Stock(Dated):
    """Opening stock, bounds and costs of stock at a site."""

    site: str = text("where", key=True, references=("Sites.site",))
    material: str = text("what", key=True, references=("Materials.material",))
    opening: float = number("stock at the start", unit="t", default=0.0, minimum=0.0)
    history: tuple[Event, ...] | None = history(
        "history of the opening stock, written as in Supply; its events are dated the day before "
        "the start",
        default=None,
        default_text="as in Supply",
    )
    minimum: float = number("minimum closing stock", unit="t", default=0.0, minimum=0.0)
    maximum: float = number(
        "maximum closing stock", unit="t", default=INFINITY, default_text="unlimited", minimum=0.0
    )
    days_of_cover: float = number(
        "minimum stock, in days of what is used, shipped and delivered there in the next period",
        unit="days",
        default=0.0,
        minimum=0.0,
    )
    closing: float = number(
        "minimum stock at the end", unit="t", default=0.0, default_text="none", minimum=0.0
    )
    closing_value: float = number("credit for stock at the end", unit="{currency}/t", default=0.0)
    holding_cost: float = number("on closing stock", unit="{currency}/t per year", default=0.0)


@sheet("Pipeline", "Orders already in transit at the start, at no further cost.", "pipeline")
class Order(Record):
    """An order that is already under way."""

    order: str = text("name of the order", key=True)
    to_site: str = text("where it arrives", references=("Sites.site",))
    material: str = text("what", references=("Materials.material",))
    arrival: date = day("day of arrival")
    quantity: float = number("what arrives", unit="t", minimum=0.0)
    history: tuple[Event, ...] | None = history(
        "written as in Supply, required for traced materials; its events are dated the day before "
        "the start",
        default=None,
        default_text="none",
    )


@sheet("Demand", "Demand lines; outlets and optional sales have penalty 0.", "demand")
class Demand(Dated):
    """A line of demand; ``by_period`` holds its period columns, label to tonnes."""

    line: str = text("name of the demand line", key=True)
    customer: str = text("site that receives", key=True, references=("Sites.site",))
    material: str = text("what", key=True, references=("Materials.material",))
    segment: str = text(
        "segment that rules look at; blank: only rules for *",
        default="",
        default_text="none",
        vocabulary="segment",
    )
    quantity: float | None = number(
        "demand, and the most that is delivered; where a column with a period's label as header "
        "is filled, it overrides this one (tonnes in that period)",
        unit="t per year",
        default=None,
        default_text="a figure for every period",
        minimum=0.0,
    )
    minimum: float = share("minimum share to deliver, at any cost", default=0.0)
    price: float = number("revenue", unit="{currency}/t delivered", default=0.0)
    shortage_penalty: float | None = number(
        "penalty",
        unit="{currency}/t short",
        default=None,
        default_text="Settings",
        minimum=0.0,
    )
    by_period: tuple[tuple[str, float], ...] = ()


@sheet("Rules", "Provenance rules; dated rows of one rule are its phases.", "rules")
class Rule(Dated):
    """A rule on what may be delivered to whom."""

    rule: str = text("name of the rule", key=True)
    segments: tuple[str, ...] = names(
        "segments that it binds; * = every segment", vocabulary="segment", wildcard=True
    )
    maximum_share: float = share(
        "share of the tonnes delivered to one line that may break the rule", default=0.0
    )
    window: str = choice(
        "over what the share is taken", ("period", "year", "horizon"), default="horizon"
    )
    dated_by: str = choice(
        "delivery: deliveries in its dates are bound; processing: every delivery is looked at, "
        "and only events in its dates break it",
        ("delivery", "processing"),
        default="delivery",
    )
    description: str = text("free text", default="")


@sheet("Rule scope", "What breaks a rule: a history event that matches a line.", "rule_scope")
class ScopeLine(Record):
    """One line of a rule's scope; an empty tuple matches anything."""

    rule: str = text("name of the rule", key=True, references=("Rules.rule",))
    line: str = text("name of the line", key=True, default="", default_text="none")
    country: tuple[str, ...] = names(
        "countries of the event",
        default=(),
        wildcard=True,
        default_text="any",
        vocabulary="countries",
    )
    owner_country: tuple[str, ...] = names(
        "countries of the owner",
        default=(),
        wildcard=True,
        default_text="any",
        vocabulary="countries",
    )
    owner: tuple[str, ...] = names(
        "owner", default=(), wildcard=True, default_text="any", vocabulary="owner"
    )
    site: tuple[str, ...] = names(
        "site", default=(), wildcard=True, default_text="any", vocabulary="place"
    )
    stage: tuple[str, ...] = names(
        "stage", default=(), wildcard=True, default_text="any", vocabulary="stage"
    )


@sheet("Countries", "Names and groups of countries in addition to those of ISO 3166.", "countries")
class Country(Record):
    """Other names of a country, and the groups that it belongs to."""

    country: str = text("a country, or a name of your own for a place that is none", key=True)
    aliases: tuple[str, ...] = names("other names that mean it", default=(), default_text="none")
    groups: tuple[str, ...] = names(
        "groups that it belongs to, in addition to the known ones", default=(), default_text="none"
    )


@sheet("Limits", "Limits set by the planner.", "limits")
class Limit(Dated):
    """A bound on what is bought, made, shipped …; an empty tuple matches anything."""

    limit: str = text("name of the limit", key=True)
    measure: str = choice("measure that is limited", MEASURES)
    site: tuple[str, ...] = names(
        "site", default=(), default_text="any", wildcard=True, references=("Sites.site",)
    )
    to_site: tuple[str, ...] = names(
        "end of the lane, for shipped",
        default=(),
        default_text="any",
        wildcard=True,
        references=("Sites.site",),
    )
    country: tuple[str, ...] = names(
        "countries of the site",
        default=(),
        default_text="any",
        wildcard=True,
        vocabulary="countries",
    )
    owner: tuple[str, ...] = names(
        "owner of the site", default=(), default_text="any", wildcard=True, vocabulary="owner"
    )
    material: tuple[str, ...] = names(
        "material; for made the feed",
        default=(),
        default_text="any",
        wildcard=True,
        references=("Materials.material",),
    )
    recipe: tuple[str, ...] = names(
        "recipe",
        default=(),
        default_text="any",
        wildcard=True,
        references=("Recipes.recipe", "Recoveries.recipe"),
    )
    offer: tuple[str, ...] = names(
        "offer", default=(), default_text="any", wildcard=True, references=("Supply.offer",)
    )
    line: tuple[str, ...] = names(
        "demand line", default=(), default_text="any", wildcard=True, references=("Demand.line",)
    )
    mode: tuple[str, ...] = names(
        "mode, for shipped", default=(), default_text="any", wildcard=True, vocabulary="mode"
    )
    option: tuple[str, ...] = names(
        "option, for built and spent",
        default=(),
        default_text="any",
        wildcard=True,
        references=("Options.option",),
    )
    as_: str = choice(
        "tonnes or money per window, or share of the same measure and material without the "
        "other filters",
        ("tonnes", "share"),
        header="as",
        default="tonnes",
    )
    minimum: float = number(
        "least", unit="t, money or share", default=0.0, default_text="none", minimum=0.0
    )
    maximum: float = number(
        "most", unit="t, money or share", default=INFINITY, default_text="none", minimum=0.0
    )
    window: str = choice("period of the limit", ("period", "year", "horizon"), default="period")


LIMIT_FILTERS = tuple(
    name for name, column in SHEETS["Limits"].columns.items() if column.kind == "names"
)
"""Columns of Limits that say what is added up."""


@sheet("Blends", "Minimum and maximum shares of oxides in what a recipe takes in.", "blends")
class Blend(Record):
    """Share of an oxide in all tonnes that a recipe takes in at a site in a period."""

    site: str = text("where", key=True, references=("Sites.site",))
    recipe: str = text("recipe", key=True, references=("Recipes.recipe", "Recoveries.recipe"))
    oxide: str = text("oxide or impurity, as in Assays", key=True, vocabulary="oxide")
    minimum: float = share("minimum share", unit="t/t", default=0.0)
    maximum: float = share("maximum share", unit="t/t", default=1.0)


@sheet("Scenarios", "What-if scenarios: changes to other sheets, for studies.", "scenarios")
class Change(Dated):
    """One change of a scenario; with dates the rows that it changes are split at them."""

    scenario: str = text("name of the scenario", key=True)
    line: str = text("name of the change", key=True, default="", default_text="none")
    based_on: tuple[str, ...] = names(
        "scenarios whose changes are made first",
        default=(),
        default_text="none",
        references=("Scenarios.scenario",),
    )
    sheet: str = text("sheet that is changed; blank only in a row with based on", default="")
    where: str = text(
        "which rows: offer = Kokbulak*; from >= 2028-01-01", default="", default_text="all rows"
    )
    column: str = text("column that is changed; of Settings the setting", default="")
    change: str = choice("how", ("set", "×", "+"), default="set")
    value: str = text("new value, factor or addend", default="")
    probability: float = share("probability of the scenario", default=1.0)


def settings_in_order() -> dict[str, Column]:
    """The settings by attribute, in the order of their declaration."""
    return {field.name: SETTINGS[field.name] for field in dataclasses.fields(Settings)}
