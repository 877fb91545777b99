"""Provenance: histories of lots, the rules that they break, and what processes change.

Kazakh ore costs 5, Chinese ore 1, a tonne short 100. If a rule keeps China out of 10 t, the
plan costs 50, otherwise 10.
"""

from __future__ import annotations

import re
from datetime import date

import pytest

import optimizer
from optimizer.network.provenance import Provenance
from tests.conftest import (
    china,
    cost,
    lane,
    make,
    need,
    no_china,
    offer,
    plan,
    process,
    recipe,
    site,
)

KAZ, CHINA = offer("kaz", "Kaz", price=5), offer("china", "China", price=1)
KEPT_OUT, LET_IN = 50, 10
RULE = {"Rules": [no_china()], "Rule_scope": [china()]}


def with_trader(history: str, at: str = "Georgia", **scope) -> float | None:
    """Least cost of 10 t from a trader at 1, with a written history, or from Kaz at 5."""
    return cost(
        Sites=[
            site("Kaz", "Kazakhstan"),
            site("Trader", at),
            site("Joint", "Malaysia", owner="Baogang", owner_country="China"),
            site("Buyer", "USA"),
        ],
        Supply=[KAZ, offer("trader", "Trader", history=history)],
        Lanes=[lane("Kaz", "Buyer"), lane("Trader", "Buyer")],
        Demand=[need(10)],
        Rules=[no_china()],
        Rule_scope=[{"rule": "no China", **scope}],
    )


# Histories ------------------------------------------------------------------------------------


def test_without_a_history_a_lot_comes_from_the_site_that_sells_it():
    assert cost(Supply=[KAZ, CHINA], Demand=[need(10)]) == LET_IN
    assert cost(Supply=[KAZ, CHINA], Demand=[need(10)], **RULE) == KEPT_OUT


@pytest.mark.parametrize(
    ("material", "stage", "found"),
    [
        ("ore", "mined", KEPT_OUT),
        ("ore", "separated", LET_IN),
        ("oxide", "mined", KEPT_OUT),
        ("oxide", "refined", KEPT_OUT),
        ("oxide", "separated", KEPT_OUT),
        ("oxide", "melted", LET_IN),
    ],
)
def test_a_lot_has_been_through_every_stage_up_to_its_materials(material, stage, found):
    supply = [{**each, "material": material, "history": "here"} for each in (KAZ, CHINA)]
    rule = {"Rules": [no_china()], "Rule_scope": [china(stage=stage)]}
    assert cost(Supply=supply, Demand=[need(10, material=material)], **rule) == found


def test_a_stage_of_the_workbooks_own_comes_after_the_known_ones():
    # A coated magnet bought in China was melted there too.
    for stage, found in (("melted", KEPT_OUT), ("coated", KEPT_OUT)):
        assert (
            cost(
                Materials=[{"material": "ore", "stage": "coated"}],
                Supply=[{**each, "history": "here"} for each in (KAZ, CHINA)],
                Demand=[need(10)],
                Rules=[no_china()],
                Rule_scope=[china(stage=stage)],
            )
            == found
        )


def test_a_material_without_a_stage_still_comes_from_its_site():
    materials = [{"material": "ore"}]
    case = {"Materials": materials, "Supply": [KAZ, CHINA], "Demand": [need(10)]}
    assert cost(**case, **RULE) == KEPT_OUT
    assert cost(**case, Rules=[no_china()], Rule_scope=[china(stage="mined")]) == LET_IN


def test_a_traders_history_is_what_it_writes_not_where_it_sits():
    assert with_trader("mined: China", "USA", country="China") == 50
    assert with_trader("mined: Brazil", "China", country="China") == 10


def test_any_event_of_a_history_breaks_a_rule():
    assert with_trader("mined: Brazil; separated: China", country="China") == 50
    assert with_trader("mined: Brazil; separated: China", country="China", stage="mined") == 10


def test_a_site_in_brackets_brings_its_owner_and_the_owners_country():
    # Joint lies in Malaysia and belongs to Baogang of China.
    assert with_trader("mined: Malaysia [Joint]", country="China") == 10
    assert with_trader("mined: Malaysia [Joint]", owner_country="China") == 50
    assert with_trader("mined: Malaysia [Joint]", owner="Baogang") == 50
    assert with_trader("mined: Malaysia [Joint]", site="Joint") == 50


def test_an_owner_in_brackets_that_no_site_knows_belongs_to_the_events_country():
    assert with_trader("mined: Malaysia [Norinco]", owner="Norinco") == 50
    assert with_trader("mined: Malaysia [Norinco]", owner_country="China") == 10
    assert with_trader("mined: Malaysia [Norinco]", owner_country="Malaysia") == 50


def test_an_owner_in_brackets_that_a_site_has_brings_its_country():
    # Baogang stands in Sites as the owner of Joint, with China as its country.
    assert with_trader("mined: Malaysia [Baogang]", owner="Baogang") == 50
    assert with_trader("mined: Malaysia [Baogang]", owner_country="China") == 50


def test_a_site_without_an_owner_country_is_owned_at_home():
    sites = [
        site("Kaz", "Kazakhstan"),
        site("China", "China", owner="Baogang"),
        site("Buyer", "USA"),
    ]
    lanes = [lane("Kaz", "Buyer"), lane("China", "Buyer")]
    case = {"Sites": sites, "Lanes": lanes, "Supply": [KAZ, CHINA], "Demand": [need(10)]}
    for scope in ({"owner country": "China"}, {"owner": "Baogang"}, {"site": "China"}):
        rule = {"Rules": [no_china()], "Rule_scope": [{"rule": "no China", **scope}]}
        assert cost(**case, **rule) == KEPT_OUT


def test_a_site_abroad_may_belong_to_an_owner_of_the_country():
    # The mine lies in Canada, the smelter too; what each does is done by a Chinese owner.
    owned = {"owner": "Baogang", "owner_country": "China"}
    rule = {"Rules": [no_china()], "Rule_scope": [{"rule": "no China", "owner country": "China"}]}
    sites = [site("Kaz", "Kazakhstan"), site("China", "Canada", **owned), site("Buyer", "USA")]
    case = {"Sites": sites, "Supply": [KAZ, CHINA], "Demand": [need(10)]}
    lanes = [lane("Kaz", "Buyer"), lane("China", "Buyer")]
    assert cost(**case, Lanes=lanes, **rule) == KEPT_OUT
    sites = [site("Kaz", "Kazakhstan"), site("Plant", "Canada", **owned), site("Buyer", "USA")]
    found = cost(
        Sites=sites,
        Supply=[KAZ],
        Processes=[process("smelt", stage="melted")],
        Lanes=[lane("Kaz", "Plant"), lane("Plant", "Buyer")],
        **SMELT,
        **rule,
    )
    assert found == 1000


def test_all_filled_columns_of_a_scope_line_must_match_one_event():
    # China mined it and Japan separated it: no single event is separation in China.
    history = "mined: China; separated: Japan"
    assert with_trader(history, country="China", stage="separated") == 10
    assert with_trader(history, country="China, Japan", stage="separated") == 50


def test_names_match_without_regard_to_case_and_spacing():
    assert with_trader("Mined:  CHINA", country=" china ", stage="MINED") == 50


def test_a_blank_or_a_star_in_a_scope_line_matches_anything():
    assert with_trader("mined: Brazil", country="*") == 1000  # Kazakhstan too: all is short
    assert with_trader("mined: Brazil", stage="*", country="Brazil") == 50


def test_rows_of_an_offer_have_their_own_histories():
    # China in 2027, Kazakhstan from 2028 on: 2027 is bought at Kaz, 2028 from the trader.
    rows = [
        offer("trader", "China", history="mined: China", to=date(2027, 12, 31)),
        offer("trader", "China", history="mined: Kazakhstan", from_=date(2028, 1, 1)),
    ]
    found = cost(Settings={"periods": 2}, Supply=[KAZ, *rows], Demand=[need(10)], **RULE)
    assert found == 50 + 10


def test_an_untraced_material_breaks_nothing():
    materials = [{"material": "ore", "stage": "mined", "traced": "no"}]
    case = {"Materials": materials, "Supply": [KAZ, CHINA], "Demand": [need(10)]}
    assert cost(**case, **RULE) == LET_IN


# What a history leaves open -------------------------------------------------------------------


def with_oxide(history: str, site_kind: str = "plant", stage: str = "", **more) -> float | None:
    """Least cost of 10 t of oxide under a rule against China: at 1 with a history, or at 5."""
    scope = china(stage=stage) if stage else china()
    supply = [
        offer("sure", "Kaz", "oxide", 5, history="here"),
        offer("open", "Open", "oxide", 1, **({"history": history} if history else {})),
    ]
    return cost(
        Sites=[
            site("Kaz", "Kazakhstan"),
            site("Open", "Germany", kind=site_kind),
            site("Buyer", "USA"),
        ],
        Supply=supply,
        Lanes=[lane("Kaz", "Buyer"), lane("Open", "Buyer")],
        Demand=[need(10, material="oxide")],
        Rules=[no_china()],
        Rule_scope=[scope],
        **more,
    )


@pytest.mark.parametrize("kind", ["mine", "trader", "plant", "port", "stockpile", ""])
def test_a_blank_history_is_unknown_where_it_is_not_plainly_the_sites_own(kind):
    # A mine that sells oxide may have bought the ore: only what a mine mines is evident.
    assert with_oxide("", kind) == KEPT_OUT
    assert with_oxide("here", kind) == LET_IN


@pytest.mark.parametrize("kind", ["trader", "plant", "port", "stockpile", ""])
def test_ore_at_a_site_that_is_no_mine_is_unknown_too(kind):
    sites = [
        site("Kaz", "Kazakhstan"),
        site("Open", "Germany", kind=kind),
        site("Buyer", "USA"),
    ]
    case = {
        "Sites": sites,
        "Supply": [KAZ, offer("open", "Open", price=1)],
        "Lanes": [lane("Kaz", "Buyer"), lane("Open", "Buyer")],
        "Demand": [need(10)],
        **RULE,
    }
    assert cost(**case) == KEPT_OUT
    assert any("counts as unknown" in str(each) for each in make(**case).warnings)


@pytest.mark.parametrize(
    ("history", "stage", "found"),
    [
        ("separated: Germany", "", KEPT_OUT),  # mined is left out
        ("separated: Germany", "mined", KEPT_OUT),
        ("separated: Germany", "separated", LET_IN),
        ("mined: Brazil", "", KEPT_OUT),  # the oxide's own stage is left out
        ("mined: Brazil", "mined", LET_IN),
        ("mined: Brazil", "separated", KEPT_OUT),
        ("mined: Brazil; separated: Germany", "", LET_IN),
        ("mined: Brazil; separated: Germany", "refined", LET_IN),  # between them: not stated
        ("mined: Brazil; refined: unknown; separated: Germany", "", KEPT_OUT),
        ("mined: Brazil; refined: unknown; separated: Germany", "mined", LET_IN),
        ("mined: Brazil; refined: Unknown; separated: Germany", "refined", KEPT_OUT),
        ("mined: none; separated: Germany", "", LET_IN),
        ("mined: Brazil; separated: here", "", LET_IN),
        ("mined: unknown; separated: here", "separated", LET_IN),
        ("unknown", "", KEPT_OUT),
        ("UNKNOWN", "refined", KEPT_OUT),
        ("Here", "", LET_IN),
    ],
)
def test_what_a_history_does_not_state_breaks_every_rule_that_looks_there(history, stage, found):
    assert with_oxide(history, stage=stage) == found


@pytest.mark.parametrize(
    "scope",
    [{"country": "China"}, {"owner country": "Iran"}, {"owner": "Norinco"}, {"site": "Bayan"}],
)
def test_an_unknown_event_matches_whatever_a_line_names(scope):
    found = cost(
        Supply=[{**CHINA, "history": "mined: unknown"}, offer("k", "Kaz", price=5)],
        Demand=[need(10)],
        Rules=[no_china()],
        Rule_scope=[{"rule": "no China", **scope}],
    )
    assert found == KEPT_OUT


def test_an_unknown_lot_goes_to_who_is_not_bound_and_counts_against_a_share():
    # 8 t of civil demand may be of unknown origin; of the 10 t for defence 30 % may.
    supply = [KAZ, {**CHINA, "history": "mined: unknown"}]
    case = {"Supply": supply, "Rule_scope": [china()]}
    lines = [need(10, "a", segment="defence"), need(8, "b", segment="civil")]
    assert cost(**case, Demand=lines, Rules=[no_china(segments="defence")]) == 50 + 8
    rules = [no_china(maximum_share=0.3)]
    assert cost(**case, Demand=[need(10)], Rules=rules) == pytest.approx(38)


def test_opening_stock_without_a_history_is_unknown():
    case = {"Supply": [KAZ], "Demand": [need(10)], **RULE}
    stock = {"site": "Buyer", "material": "ore", "opening": 10}
    assert cost(**case, Stocks=[stock]) == 50
    assert cost(**case, Stocks=[{**stock, "history": "mined: Brazil"}]) == 0
    assert cost(**case, Stocks=[{**stock, "site": "Kaz"}]) == 0  # it lies at its mine


def test_an_order_of_unknown_history_breaks_the_rule():
    order = {
        "order": "ship",
        "to site": "Buyer",
        "material": "oxide",
        "arrival": date(2027, 6, 1),
        "quantity": 10,
    }
    case = {
        "Supply": [offer("sure", "Kaz", "oxide", 5, history="here")],
        "Stocks": [{"site": "Buyer", "material": "oxide"}],
        "Demand": [need(10, material="oxide")],
        **RULE,
    }
    for history, found in (
        ("unknown", 50),
        ("separated: Brazil", 50),
        ("mined: Brazil; separated: Brazil", 0),
    ):
        assert cost(**case, Pipeline=[{**order, "history": history}]) == found


def test_an_unknown_lot_stays_unknown_through_a_plant_and_a_loop():
    assert smelted(process("smelt"), supply=[KAZ, {**CHINA, "history": "unknown"}]) == KEPT_OUT
    assert (
        smelted(process("smelt", clears="no China"), supply=[{**CHINA, "history": "unknown"}]) == 10
    )


def test_the_customs_origin_of_an_unknown_lot_is_its_latest_known_event_or_the_site():
    # 20 % on what comes from China, on a value of 100: 20 a tonne.
    def duty(history: str, at: str) -> float | None:
        return cost(
            Sites=[site("Open", at, kind="trader"), site("Buyer", "USA")],
            Materials=[{"material": "oxide", "stage": "separated", "value": 100}],
            Supply=[offer("open", "Open", "oxide", 1, history=history)],
            Lanes=[lane("Open", "Buyer")],
            Tariffs=[
                {
                    "origin country": "China",
                    "destination country": "USA",
                    "material": "*",
                    "ad valorem": 0.2,
                }
            ],
            Demand=[need(10, material="oxide")],
        )

    assert duty("mined: China; separated: unknown", "Germany") == 10 + 200
    assert duty("mined: Brazil; separated: unknown", "China") == 10
    assert duty("unknown", "China") == 10 + 200


@pytest.mark.parametrize(
    ("history", "message"),
    [
        ("here; mined: China", "'here' covers every stage"),
        ("mined: China; unknown", "'unknown' covers every stage"),
        ("none", "'none' is not an event of a history"),
        ("mined: unknown [Baotou]", "has 'Baotou' after unknown"),
        ("mined: none; mined: China", "'mined' does not apply (none), but has an event"),
        ("mined: China; separated: none", "'separated' is the stage of 'oxide', so it applies"),
    ],
)
def test_a_history_that_contradicts_itself_is_an_error(history, message):
    with pytest.raises(optimizer.WorkbookError, match=re.escape(message)):
        with_oxide(history)


def test_a_plan_expands_each_history_once(monkeypatch):
    # Purchases of two rows, one stock: the network, the tables and the verdict share three lots.
    expanded = []
    expand = Provenance._expanded

    def counted(self, *lot):
        expanded.append(lot)
        return expand(self, *lot)

    monkeypatch.setattr(Provenance, "_expanded", counted)
    stock = {"site": "Kaz", "material": "ore", "opening": 1, "history": "mined: Kazakhstan"}
    plan(**RULE, Supply=[KAZ, CHINA], Stocks=[stock], Demand=[need(10, segment="defence")])
    assert len(expanded) == len(set(expanded)) == 3


# Who is bound ---------------------------------------------------------------------------------


def test_a_rule_binds_only_its_segments():
    # The defence line takes Kazakh ore, the civil one and the one without segment Chinese ore.
    lines = [need(10, "a", segment="defence"), need(10, "b", segment="civil"), need(10, "c")]
    found = cost(
        Supply=[KAZ, CHINA],
        Demand=lines,
        Rules=[no_china(segments="defence, medical")],
        Rule_scope=[china()],
    )
    assert found == 50 + 10 + 10


def test_a_star_binds_lines_without_a_segment_too():
    assert (
        cost(Supply=[KAZ, CHINA], Demand=[need(10, segment="civil"), need(10, "b")], **RULE) == 100
    )


def test_a_share_may_break_a_rule():
    # 30 % of 10 t may be Chinese: 3 x 1 + 7 x 5.
    rule = {"Rules": [no_china(maximum_share=0.3)], "Rule_scope": [china()]}
    assert cost(Supply=[KAZ, CHINA], Demand=[need(10)], **rule) == pytest.approx(38)


def test_a_share_is_of_what_is_delivered_not_of_what_is_wanted():
    # Kaz has 5 t only. 50 % Chinese: 5 t of it, no shortage. 20 %: 5/0.8 = 6.25 t delivered.
    supply = [{**KAZ, "maximum": 5}, CHINA]
    for share, found in ((0.5, 25 + 5), (0.2, 25 + 1.25 + 375)):
        rule = {"Rules": [no_china(maximum_share=share)], "Rule_scope": [china()]}
        assert cost(Supply=supply, Demand=[need(10)], **rule) == pytest.approx(found)


@pytest.mark.parametrize(("window", "found"), [("period", 77.5), ("year", 75), ("horizon", 60)])
def test_a_share_is_taken_over_its_window(window, found):
    # Four half-years of 5 t, half of each window's may be Chinese; Kaz costs 5, China 4 in
    # 2027-H2 and 1 in 2028. period: 25 + (10 + 12.5) + 2 x (2.5 + 12.5). year: all of 2027-H2
    # is Chinese, 25 + 20, and half of 2028, 25 + 5. horizon: all of 2028, 50 + 10.
    supply = [
        KAZ,
        {**CHINA, "price": 4, "from": date(2027, 7, 1), "to": date(2027, 12, 31)},
        {**CHINA, "price": 1, "from": date(2028, 1, 1)},
    ]
    rule = no_china(maximum_share=0.5, window=window)
    money = cost(
        Settings={"period length": "half-year", "periods": 4},
        Supply=supply,
        Demand=[need(10)],
        Rules=[rule],
        Rule_scope=[china()],
    )
    assert money == pytest.approx(found)


def test_a_rule_binds_a_period_that_it_touches_at_all():
    # From July 2027 it binds all of 2027; until January 2027 it binds 2027 as well.
    for dates in ({"from": date(2027, 7, 1)}, {"to": date(2027, 1, 1)}):
        rule = {"Rules": [no_china(**dates)], "Rule_scope": [china()]}
        assert cost(Supply=[KAZ, CHINA], Demand=[need(10)], **rule) == KEPT_OUT


def test_dated_rows_of_a_rule_are_its_phases():
    # Half may be Chinese in 2027, nothing in 2028: 5 x 1 + 5 x 5, then 50.
    rules = [
        no_china(maximum_share=0.5, to=date(2027, 12, 31)),
        no_china(from_=date(2028, 1, 1)),
    ]
    found = cost(
        Settings={"periods": 2},
        Supply=[KAZ, CHINA],
        Demand=[need(10)],
        Rules=rules,
        Rule_scope=[china()],
    )
    assert found == pytest.approx(30 + 50)


# Processing -----------------------------------------------------------------------------------

SMELT = {"Recipes": recipe("smelt", ore=-1, metal=1), "Demand": [need(10, material="metal")]}
"""A tonne of metal takes a tonne of ore."""


def smelted(*rows, at="Canada", supply=(KAZ, CHINA), **sheets):
    """Least cost of 10 t of metal that the Plant, in a country, smelts."""
    sites = [
        site("Kaz", "Kazakhstan"),
        site("China", "China"),
        site("Plant", at),
        site("Buyer", "USA"),
    ]
    case = {**SMELT, "Sites": sites, "Supply": list(supply), "Processes": list(rows), **sheets}
    return cost(**{**RULE, **case})


def test_a_process_passes_on_what_its_input_breaks():
    assert smelted(process("smelt")) == KEPT_OUT


def test_a_process_adds_its_stage_at_its_site():
    # Smelted in China, Kazakh ore breaks the rule as well: everything is short.
    assert smelted(process("smelt", stage="melted"), at="China") == 1000
    assert smelted(process("smelt", stage="melted"), Rule_scope=[china(stage="mined")]) == KEPT_OUT
    for stage, found in (("melted", 1000), ("separated", LET_IN)):
        scope = [china(stage=stage)]
        assert smelted(process("smelt", stage="melted"), at="China", Rule_scope=scope) == found


def test_a_process_without_a_stage_adds_nothing_and_is_worth_a_warning():
    assert smelted(process("smelt"), at="China") == KEPT_OUT
    case = make(
        Sites=[site("Kaz", "Kazakhstan"), site("Plant", "China"), site("Buyer", "USA")],
        Supply=[KAZ],
        Processes=[process("smelt")],
        Lanes=[lane("Kaz", "Plant"), lane("Plant", "Buyer")],
        **SMELT,
        **RULE,
    )
    assert any("'smelt' at 'Plant' breaks no rule" in str(each) for each in case.warnings)


def test_a_process_clears_the_rules_that_it_names():
    # Lawful exemptions, such as magnets recycled at home: Chinese scrap is fine after it.
    assert smelted(process("smelt", clears="no China")) == LET_IN


def test_clearing_does_not_excuse_the_process_itself():
    assert smelted(process("smelt", clears="no China", stage="melted"), at="China") == 1000


def test_clearing_one_rule_leaves_the_others():
    found = smelted(
        process("smelt", clears="no China"),
        Rules=[no_china(), no_china("no mines")],
        Rule_scope=[china(), china("no mines")],
    )
    assert found == KEPT_OUT


def test_rows_of_further_units_add_their_stages():
    rows = [process("smelt", unit="kiln", stage="melted"), process("smelt", unit="caster")]
    units = [{"site": "Plant", "unit": unit, "capacity": 100} for unit in ("kiln", "caster")]
    assert smelted(*rows, at="China", Units=units) == 1000


# Dated by processing --------------------------------------------------------------------------

LATER = {
    "Settings": {"periods": 2},
    "Supply": [KAZ, CHINA],
    "Demand": [need(10)],
    "Rule_scope": [china()],
}


def test_a_rule_dated_by_processing_looks_only_at_events_in_its_dates():
    # From 2028: Chinese ore bought in 2027 may be delivered in 2028, if it can be stored.
    rules = [no_china(dated_by="processing", from_=date(2028, 1, 1))]
    store = [{"site": "China", "material": "ore"}]
    assert cost(**LATER, Rules=rules) == 10 + 50
    assert cost(**LATER, Rules=rules, Stocks=store) == 20


def test_a_rule_dated_by_delivery_looks_at_every_event():
    rules = [no_china(from_=date(2028, 1, 1))]
    store = [{"site": "China", "material": "ore"}]
    assert cost(**LATER, Rules=rules, Stocks=store) == 10 + 50


def test_a_rule_dated_by_processing_looks_at_every_delivery():
    # Until 2027: what was bought in China then may not be delivered in 2028 either. Kazakh ore
    # cannot be bought in 2028, so it is stored beside it: 20 x 5; China in 2028 is as good.
    rules = [no_china(dated_by="processing", to=date(2027, 12, 31))]
    store = [{"site": "China", "material": "ore"}, {"site": "Kaz", "material": "ore"}]
    early = [{**each, "to": date(2027, 12, 31)} for each in (KAZ, CHINA)]
    assert cost(**{**LATER, "Supply": early}, Rules=rules, Stocks=store) == 100
    assert cost(**LATER, Rules=rules, Stocks=store) == 50 + 10


def test_phases_dated_by_processing_are_told_apart():
    # Events of 2027 may be half of the horizon's deliveries, events of 2028 none: 10 of the
    # 20 t are Chinese ore of 2027.
    rules = [
        no_china(dated_by="processing", maximum_share=0.5, to=date(2027, 12, 31)),
        no_china(dated_by="processing", from_=date(2028, 1, 1)),
    ]
    found = optimizer.build_network(make(**LATER, Rules=rules))
    assert {name for trait in found.traits for name in trait.names} == {
        "no China [open..2027-12-31]",
        "no China [2028-01-01..open]",
    }
    assert cost(**LATER, Rules=rules) == 10 + 50


def test_opening_stock_and_orders_are_dated_the_day_before_the_start():
    # 10 t of Chinese ore lie at the Buyer, or arrive: an old rule bars them, one dated by
    # processing from the start on does not, and one that ended the day before does.
    order = {
        "order": "ship",
        "to site": "Buyer",
        "material": "ore",
        "arrival": date(2027, 6, 1),
        "quantity": 10,
        "history": "mined: China",
    }
    stock = {"site": "Buyer", "material": "ore"}
    there = {"Stocks": [{**stock, "opening": 10, "history": "mined: China"}]}
    coming = {"Stocks": [stock], "Pipeline": [order]}
    for given in (there, coming):
        case = {"Supply": [KAZ], "Demand": [need(10)], "Rule_scope": [china()], **given}
        assert cost(**case, Rules=[no_china()]) == 50
        since = no_china(dated_by="processing", from_=date(2027, 1, 1))
        assert cost(**case, Rules=[since]) == 0
        until = no_china(dated_by="processing", to=date(2026, 12, 31))
        assert cost(**case, Rules=[until]) == 50


def test_processing_is_dated_by_the_period_in_which_it_is_done():
    # Smelting in China breaks the rule from 2028 on; metal made in 2027 may be stored.
    sheets = {
        "Settings": {"periods": 2},
        "Sites": [site("Kaz", "Kazakhstan"), site("Plant", "China"), site("Buyer", "USA")],
        "Supply": [KAZ],
        "Processes": [process("smelt", stage="melted")],
        "Lanes": [lane("Kaz", "Plant"), lane("Plant", "Buyer")],
        "Rules": [no_china(dated_by="processing", from_=date(2028, 1, 1))],
        "Rule_scope": [china()],
        **SMELT,
    }
    assert cost(**sheets) == 50 + 1000
    assert cost(**sheets, Stocks=[{"site": "Plant", "material": "metal"}]) == 50 + 50


# Classes --------------------------------------------------------------------------------------


def classes(case, place: tuple[str, str]) -> set[str]:
    found = optimizer.build_network(case)
    return {node.name for node in found.nodes if (node.site, node.material) == place}


def test_rules_that_nothing_tells_apart_share_a_trait():
    found = optimizer.build_network(
        make(
            Supply=[KAZ, CHINA],
            Demand=[need(10)],
            Rules=[no_china(), no_china("no Han"), no_china("no Kaz"), no_china("no Chad")],
            Rule_scope=[
                china(),
                china("no Han"),
                china("no Kaz", "Kazakhstan"),
                china("no Chad", "Chad"),
            ],
        )
    )
    assert {trait.names for trait in found.traits} == {("no China", "no Han"), ("no Kaz",)}


def test_rules_that_a_process_tells_apart_do_not():
    found = optimizer.build_network(
        make(
            Supply=[KAZ, CHINA],
            Processes=[process("smelt", clears="no Han")],
            Rules=[no_china(), no_china("no Han")],
            Rule_scope=[china(), china("no Han")],
            **SMELT,
        )
    )
    assert {trait.names for trait in found.traits} == {("no China",), ("no Han",)}


def test_classes_are_told_apart_where_a_delivery_depends_on_them():
    case = make(Supply=[KAZ, CHINA], Demand=[need(10)], **RULE)
    assert classes(case, ("Buyer", "ore")) == {"clean", "breaks no China"}


def test_classes_are_not_followed_where_no_delivery_depends_on_them():
    # Metal goes to the civil line, which no rule binds: its ore at the Plant is of one class.
    case = make(
        Supply=[KAZ, CHINA],
        Recipes=recipe("smelt", ore=-1, metal=1),
        Processes=[process("smelt")],
        Demand=[
            need(10, "metal", "metal", segment="civil"),
            need(10, segment="defence"),
        ],
        Rules=[no_china(segments="defence")],
        Rule_scope=[china()],
        Lanes=[
            *(lane(mine, end, "ore") for mine in ("Kaz", "China") for end in ("Plant", "Buyer")),
            lane("Plant", "Buyer", "metal"),
        ],
    )
    assert classes(case, ("Plant", "ore")) == {"any"}
    assert classes(case, ("Buyer", "ore")) == {"clean", "breaks no China"}


def test_classes_are_not_followed_into_a_process_that_settles_the_matter():
    # Smelted in China every lot breaks the rule, cleared none does: either way the ore's class
    # is of no consequence.
    for settles in ({"stage": "produced"}, {"clears": "no China"}):
        case = make(
            Sites=[
                site("Kaz", "Kazakhstan"),
                site("China", "China"),
                site("Plant", "China"),
                site("Buyer", "USA"),
            ],
            Supply=[KAZ, CHINA],
            Processes=[process("smelt", **settles)],
            Rules=[no_china(maximum_share=0.5)],
            Rule_scope=[china()],
            **SMELT,
        )
        assert classes(case, ("Plant", "ore")) == {"any"}
        assert len(classes(case, ("Plant", "metal"))) == 1


def test_what_breaks_a_rule_that_allows_all_of_it_is_counted():
    # All of a delivery may break the rule: Chinese ore at 1 is taken, and Compliance says so.
    found = plan(
        Supply=[KAZ, CHINA],
        Demand=[need(10)],
        Rules=[no_china(maximum_share=1)],
        Rule_scope=[china()],
    )
    ((breaking, share),) = zip(
        *(found.tables["Compliance"][name] for name in ("breaking", "share found")), strict=True
    )
    assert (breaking, share) == pytest.approx((10, 1))


ALLOY = {
    "Recipes": recipe("alloy", ore=-1, metal=-1, magnet=1),
    "Processes": [process("alloy")],
}


def test_a_cleaner_lot_may_be_booked_with_a_dirty_one():
    # Metal comes from China alone, so every magnet breaks the rule: Kazakh ore is booked as if
    # it did. For the civil line 4 t of Chinese ore at 1, 6 t of Kazakh at 5, 10 t of metal at 1;
    # the defence line is short.
    found = plan(
        Supply=[KAZ, {**CHINA, "maximum": 4}, offer("metal", "China", "metal", 1)],
        Demand=[
            need(10, "civil", "magnet", segment="civil"),
            need(10, "defence", "magnet", segment="defence"),
        ],
        Rules=[no_china(segments="defence")],
        Rule_scope=[china()],
        **ALLOY,
    )
    assert found.objective == pytest.approx(4 + 30 + 10 + 1000)
    nodes = found.network.nodes
    booked = [(nodes[e.node].name, nodes[e.to_node].name) for e in found.network.flows.downgrades]
    assert booked == [("clean", "breaks no China")]


def test_a_dirty_lot_is_never_booked_as_a_cleaner_one():
    network = optimizer.build_network(
        make(
            Supply=[KAZ, CHINA, offer("m", "China", "metal", 1), offer("k", "Kaz", "metal", 9)],
            Demand=[need(10, material="magnet")],
            **ALLOY,
            **RULE,
        )
    )
    for each in network.flows.downgrades:
        assert network.nodes[each.node].broken & ~network.nodes[each.to_node].broken == 0


def test_one_dirty_input_makes_the_product_dirty():
    # Both inputs must be Kazakh for a clean magnet: 10 x (5 + 9); without the rule 10 x (1 + 1).
    metals = [offer("m", "China", "metal", 1), offer("k", "Kaz", "metal", 9)]
    supply = [KAZ, CHINA, *({**metal, "history": "here"} for metal in metals)]
    case = {"Supply": supply, "Demand": [need(10, material="magnet")], **ALLOY}
    assert cost(**case, **RULE) == pytest.approx(140)
    assert cost(**case) == pytest.approx(20)


def test_a_single_traced_input_needs_no_downgrade():
    # Acid carries no provenance: ore of either class is used as what it is.
    network = optimizer.build_network(
        make(
            Materials=[
                {"material": "ore", "stage": "mined"},
                {"material": "acid", "traced": "no"},
                {"material": "metal", "stage": "melted"},
            ],
            Supply=[KAZ, CHINA, offer("acid", "Plant", "acid")],
            Recipes=recipe("smelt", ore=-1, acid=-1, metal=1),
            Processes=[process("smelt")],
            Demand=[need(10, material="metal")],
            **RULE,
        )
    )
    assert network.flows.downgrades == ()


@pytest.mark.parametrize("supply", [[KAZ, CHINA], [CHINA, KAZ]], ids=["kaz", "china"])
def test_an_input_that_nothing_has_reached_yet_does_not_forbid_a_process(supply):
    # Solvent comes only from spent solvent, spent solvent only from the extraction: clean ore
    # stays clean through the loop, and Chinese ore is kept out, whichever row comes first.
    found = cost(
        Supply=supply,
        Recipes=[
            *recipe("extract", ore=-1, solvent=-0.5, oxide=1, spent=0.5),
            *recipe("regenerate", spent=-1, solvent=1),
        ],
        Processes=[process("extract"), process("regenerate")],
        Demand=[need(10, material="oxide")],
        **RULE,
    )
    assert found == pytest.approx(KEPT_OUT)


def test_a_loop_carries_what_breaks_a_rule_into_every_batch():
    # The only solvent at first is a little from China. It comes back from each batch, so the
    # oxide breaks the rule from the first batch on: 10 t short. With a clean source at 50 a
    # tonne, 5 t of solvent serve once and are thrown away for nothing: 10 x 5 + 5 x 50.
    sheets = {
        "Materials": [
            {"material": "ore", "stage": "mined"},
            {"material": "oxide", "stage": "separated"},
            {"material": "solvent"},
            {"material": "spent", "disposal cost": 0},
        ],
        "Recipes": [
            *recipe("extract", ore=-1, solvent=-0.5, oxide=1, spent=0.4),
            *recipe("regenerate", spent=-1, solvent=1),
        ],
        "Processes": [process("extract"), process("regenerate")],
        "Demand": [need(10, material="oxide")],
        **RULE,
    }
    dirty, clean = offer("dirty", "China", "solvent", 1), offer("clean", "Kaz", "solvent", 50)
    assert cost(Supply=[KAZ, dirty], **sheets) == pytest.approx(1000)
    # 1 t of the 5 t of solvent is new (0.4 of each 0.5 come back): 50 + 1 x 50.
    assert cost(Supply=[KAZ, dirty, clean], **sheets) == pytest.approx(50 + 50)
