"""Names that read the same, countries of ISO 3166, groups of countries and exceptions."""

from __future__ import annotations

import unicodedata

import pycountry
import pytest

import optimizer
from optimizer.tables.country_groups import GROUPS, CountrySets
from optimizer.tables.iso_countries import PLAIN, SHORT, country_cure, country_name, country_names
from optimizer.tables.letters import difference, mixed_alphabets
from optimizer.tables.words import clean, fold
from tests.conftest import china, cost, lane, make, need, no_china, offer, plan, site

KAZ, CHINA = offer("kaz", "Kaz", price=5), offer("china", "China", price=1)
KEPT_OUT, LET_IN = 50, 10

CHINESE = [
    "China",
    "china",
    " CHINA ",
    "PRC",
    "P.R.C.",
    "P. R. C.",
    "CN",
    "cn",
    "CHN",
    "PR China",
    "P.R. China",
    "PR of China",
    "China PR",
    "People's Republic of China",
    "People’s Republic of China",
    "Peoples Republic of China",
    "the People's Republic of China",
    "PEOPLE'S REPUBLIC OF CHINA",
    "China, People's Republic of",
    "Mainland China",
    "China (mainland)",
    "China (PRC)",
    "China [PRC]",
    "China, PRC",
    "China - PRC",
    "CN - China",
    "China/CN",
    "Chi\u200cna",
    "Chi\u200bna",
    "Chi\u00adna",
    "\u200eChina\u200f",
    "\u202aChina\u202c",
    "\ufeffChina",
    "China\u2060",
    "China\u00a0",
    "Ｃｈｉｎａ",
    "𝐂𝐡𝐢𝐧𝐚",
    "中国",
    "中國",
    "Китай",
    "КНР",
    "Volksrepublik China",
    "Chine",
]
"""Ways to write China that people and their programs use."""


@pytest.mark.parametrize("word", CHINESE, ids=ascii)
def test_china_is_china_however_it_is_written(word):
    assert country_name(word) == "China"


@pytest.mark.parametrize("word", [word for word in CHINESE if not set(word) & set("[]")], ids=ascii)
def test_no_way_to_write_china_lets_it_through_a_rule(word):
    def least(**more):
        sites = [
            site("Kaz", "Kazakhstan"),
            site("China", more.get("country", "China")),
            site("Buyer", "USA"),
        ]
        chinese = {**CHINA, "history": more["history"]} if "history" in more else CHINA
        scope = {"rule": "no China", "country": more.get("scope", "China")}
        return cost(
            Sites=sites,
            Supply=[KAZ, chinese],
            Lanes=[lane("Kaz", "Buyer"), lane("China", "Buyer")],
            Demand=[need(10)],
            Rules=[no_china()],
            Rule_scope=[scope],
        )

    assert least(country=word) == KEPT_OUT
    if "[" not in word and ";" not in word:
        assert least(country="Chile", history=f"mined: {word}") == KEPT_OUT
    if "," not in word:
        assert least(scope=word) == KEPT_OUT


@pytest.mark.parametrize(
    ("word", "name"),
    [
        ("USA", "United States"),
        ("U.S.", "United States"),
        ("us", "United States"),
        ("United States of America", "United States"),
        ("UK", "United Kingdom"),
        ("Great Britain", "United Kingdom"),
        ("South Korea", "South Korea"),
        ("Korea, Republic of", "South Korea"),
        ("Republic of Korea", "South Korea"),
        ("ROK", "South Korea"),
        ("DPRK", "North Korea"),
        ("Russian Federation", "Russia"),
        ("RUS", "Russia"),
        ("Iran, Islamic Republic of", "Iran"),
        ("Viet Nam", "Vietnam"),
        ("Czech Republic", "Czechia"),
        ("Turkey", "Türkiye"),
        ("Türkiye", "Türkiye"),
        (unicodedata.normalize("NFD", "Türkiye"), "Türkiye"),
        ("Turkiye", "Türkiye"),
        ("Côte d’Ivoire", "Côte d'Ivoire"),
        ("Cote d'Ivoire", "Côte d'Ivoire"),
        ("Ivory Coast", "Côte d'Ivoire"),
        ("Taiwan, Province of China", "Taiwan"),
        ("Taiwan (ROC)", "Taiwan"),
        ("Hong Kong SAR", "Hong Kong"),
        ("Burma", "Myanmar"),
        ("DRC", "DR Congo"),
        ("Holland", "Netherlands"),
        ("KAZ", "Kazakhstan"),
        ("in", "India"),
    ],
)
def test_every_usual_name_and_code_is_one_country(word, name):
    assert country_name(word) == name


def test_every_name_and_code_of_iso_3166_is_its_country():
    for country in pycountry.countries:
        one = country_name(country.alpha_2)
        assert one, country.alpha_2
        assert country_name(country.alpha_3) == one
        assert country_name(one) == one
        ambiguous = {"Congo", "Saint Martin (French part)"}
        if country.name not in ambiguous:
            assert country_name(country.name) == one, country.name


def test_plain_names_are_the_names_of_iso_3166_or_our_short_ones():
    assert set(PLAIN.split(", ")) <= set(country_names())
    assert set(SHORT) <= {country.alpha_2 for country in pycountry.countries}
    for group in GROUPS.values():
        assert set(group.members) <= set(country_names())
        assert group.source
    assert len(GROUPS["EU"].members) == 27


@pytest.mark.parametrize(
    ("word", "cure"),
    [
        ("Chnia", "did you mean 'China'?"),
        ("Inner Mongolia", "it lies in China: write 'China'"),
        ("Nevada", "it lies in United States: write 'United States'"),
        ("Korea", "it may be 'South Korea' and 'North Korea': write which"),
        ("Atlantis", "A name of your own is declared in the sheet Countries"),
    ],
)
def test_a_word_that_is_no_country_is_none_and_has_a_cure(word, cure):
    assert country_name(word) == ""
    assert cure in country_cure(word)


@pytest.mark.parametrize("word", ["Сhina", "Chinа", "Chіna", "Κazakhstan", "Kazaкhstan"])
def test_mixed_alphabets_in_a_word_are_an_error_with_code_points(word):
    assert "U+0" in mixed_alphabets(word)
    with pytest.raises(optimizer.WorkbookError, match="mixes alphabets in one word"):
        make(
            Sites=[site("Kaz", word), site("Buyer", "USA")],
            Supply=[KAZ],
            Lanes=[lane("Kaz", "Buyer")],
            Demand=[need(1)],
        )


@pytest.mark.parametrize(
    "column", [{"owner": "Norinсo"}, {"site": "Kаz"}, {"stage": "minеd"}, {"owner country": "Irаn"}]
)
def test_a_name_of_mixed_alphabets_is_an_error_in_every_column(column):
    with pytest.raises(optimizer.WorkbookError, match=r"Rule scope!.2 .*mixes alphabets"):
        make(
            Supply=[KAZ],
            Demand=[need(1)],
            Rules=[no_china()],
            Rule_scope=[{"rule": "no China", **column}],
        )


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Kaz ore", " KAZ\u00a0\u00a0ore"),
        ("Kaz ore", "Kaz\u200b ore"),
        ("People's", "People’s"),
        ("Nd-Pr", "Nd–Pr"),
        ("Nd-Pr", "Nd‑Pr"),
        ("ﬁne", "fine"),
        ("Ｎd", "Nd"),
        ("Nd₂O₃", "Nd2O3"),
        ("Türkiye", unicodedata.normalize("NFD", "TÜRKIYE")),
    ],
)
def test_names_that_read_the_same_are_the_same(one, other):
    assert fold(one) == fold(other)


def test_what_is_shown_keeps_its_letters_and_loses_what_nobody_sees():
    assert clean("\ufeffCôte\u200b  d’Ivoire\u00ad") == "Côte d’Ivoire"


def test_a_name_that_only_looks_like_another_is_told_apart_by_its_letters():
    assert difference("СОРА", "COPA").startswith("'С' is U+0421 CYRILLIC CAPITAL LETTER ES")
    with pytest.raises(optimizer.WorkbookError, match=r"did you mean 'COPA'\? In 'СОРА', 'С' is U"):
        make(
            Sites=[site("COPA", "Chile"), site("Buyer", "USA")],
            Supply=[offer("a", "СОРА")],
            Lanes=[lane("COPA", "Buyer")],
            Demand=[need(1)],
        )


def test_results_write_one_name():
    found = plan(
        Sites=[site("Kaz", "KAZ"), site("China", "PRC"), site("Buyer", "U.S.A.")],
        Supply=[{**KAZ, "maximum": 5}, CHINA],
        Lanes=[lane("Kaz", "Buyer"), lane("China", "Buyer")],
        Demand=[need(10)],
    )
    assert {row.country for row in found.case.sites} == {"Kazakhstan", "China", "United States"}
    assert set(found.tables["Provenance"]["country"]) <= {"China", "Kazakhstan"}


# The sheet Countries ---------------------------------------------------------------------------


def test_a_workbook_may_declare_names_aliases_and_groups():
    found = make(
        Sites=[site("Kaz", "Anywhere"), site("Buyer", "Amerika")],
        Countries=[
            {"country": "Anywhere", "groups": "friends"},
            {"country": "USA", "aliases": "Amerika, Uncle Sam", "groups": "friends, EU"},
        ],
        Supply=[{**KAZ, "history": "mined: uncle sam"}],
        Lanes=[lane("Kaz", "Buyer")],
        Demand=[need(1)],
        Rules=[no_china()],
        Rule_scope=[china(country="Friends, not USA")],
    )
    assert [row.country for row in found.sites] == ["Anywhere", "United States"]
    assert found.supply[0].history[0].country == "United States"
    assert found.rule_scope[0].country == ("friends", "not United States")
    sets = CountrySets(found.countries)
    assert sets.holds(("friends", "not United States"), "Anywhere")
    assert not sets.holds(("friends", "not United States"), "United States")
    assert sets.holds("EU", "United States")


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"country": "Kazakhstan", "aliases": "PRC"}, "'PRC' means 'China'"),
        ({"country": "Elsewhere", "aliases": "unknown"}, "'unknown' has a meaning of its own"),
        ({"country": "unknown"}, "'unknown' cannot be a country"),
        ({"country": "Elsewhere", "groups": "China"}, "'China' is a country, not a group"),
    ],
)
def test_a_declaration_that_would_change_the_meaning_of_a_name_is_an_error(row, message):
    with pytest.raises(optimizer.WorkbookError, match=message):
        make(Supply=[KAZ], Demand=[need(1)], Countries=[row])


# Groups and exceptions --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("scope", "found"),
    [
        ("covered", KEPT_OUT),
        ("EU", LET_IN),
        ("not China", LET_IN),
        ("not Kazakhstan", KEPT_OUT),
        ("not qualifying, not Kazakhstan", KEPT_OUT),
        ("covered, not China", LET_IN),
        ("G7, China", KEPT_OUT),
    ],
)
def test_a_scope_takes_groups_and_exceptions(scope, found):
    case = {"Supply": [KAZ, CHINA], "Demand": [need(10)]}
    assert cost(**case, Rules=[no_china()], Rule_scope=[china(country=scope)]) == found
    owner = {"rule": "no China", "owner country": scope}
    assert cost(**case, Rules=[no_china()], Rule_scope=[owner]) == found


def test_an_unknown_lot_breaks_an_allow_list():
    supply = [KAZ, {**CHINA, "history": "mined: unknown"}]
    scope = [china(country="not Kazakhstan")]
    assert cost(Supply=supply, Demand=[need(10)], Rules=[no_china()], Rule_scope=scope) == KEPT_OUT


@pytest.mark.parametrize(
    ("origin", "destination", "duty"),
    [
        ("China", "USA", 20),
        ("covered", "USA", 20),
        ("not EU", "not China", 20),
        ("EU", "USA", 0),
        ("China, Russia", "G7", 20),
        ("not China", "USA", 0),
        ("*", "EU", 0),
    ],
)
def test_a_tariff_takes_groups_and_exceptions(origin, destination, duty):
    row = {"origin country": origin, "destination country": destination, "material": "*"}
    found = cost(
        Materials=[{"material": "ore", "stage": "mined", "value": 100}],
        Supply=[CHINA],
        Demand=[need(10)],
        Tariffs=[{**row, "ad valorem": 0.2}],
    )
    assert found == 10 + 10 * duty


def test_the_narrower_of_two_nested_tariffs_applies():
    def duties(*origins):
        rows = [
            {
                "origin country": name,
                "destination country": "USA",
                "material": "*",
                "specific": money,
            }
            for name, money in origins
        ]
        return cost(
            Materials=[{"material": "ore", "stage": "mined", "value": 100}],
            Supply=[CHINA],
            Demand=[need(10)],
            Tariffs=rows,
        )

    assert duties(("covered", 1), ("China", 5)) == 10 + 50
    assert duties(("not EU", 1), ("covered", 5)) == 10 + 50
    assert duties(("*", 9), ("not EU", 1)) == 10 + 10
    with pytest.raises(optimizer.WorkbookError, match="neither row lies within the other"):
        duties(("covered", 1), ("China, Japan", 5))


def test_a_limit_takes_groups_and_exceptions():
    limit = {"limit": "L", "measure": "bought", "maximum": 4}
    case = {"Supply": [KAZ, CHINA], "Demand": [need(10)]}
    for country in ("covered", "not Kazakhstan", "China, Iran"):
        assert cost(**case, Limits=[{**limit, "country": country}]) == 4 * 1 + 6 * 5
    assert cost(**case, Limits=[{**limit, "country": "EU"}]) == LET_IN


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("Atlantis", "'Atlantis' is neither a country nor a group"),
        ("EUU", "did you mean 'EU'"),
        ("not Atlantis", "'Atlantis' is neither a country nor a group"),
        ("China, not China", "nothing is left of the countries that it names"),
        ("not *", r"'\*' is neither a country nor a group"),
    ],
)
def test_a_list_that_means_nothing_is_an_error(words, message):
    with pytest.raises(optimizer.WorkbookError, match=message):
        make(Supply=[KAZ], Demand=[need(1)], Rules=[no_china()], Rule_scope=[china(country=words)])


def test_the_certificate_says_what_a_list_bans():
    found = plan(
        Supply=[KAZ],
        Demand=[need(1)],
        Rules=[no_china()],
        Rule_scope=[china(country="covered, not Iran"), china(country="not G7", stage="melted")],
    )
    (told,) = found.tables["Certificates"]["bans"]
    assert "country covered, not Iran" in told
    assert "stage melted and country not G7" in told


def test_a_place_that_iso_3166_tells_apart_from_china_is_named_beside_a_rule_on_china():
    def warned(place):
        case = make(
            Sites=[site("Kaz", place), site("Buyer", "USA")],
            Supply=[KAZ],
            Lanes=[lane("Kaz", "Buyer")],
            Demand=[need(1)],
            Rules=[no_china()],
            Rule_scope=[china()],
        )
        return [str(each) for each in case.warnings]

    for place in ("Hong Kong", "Macau"):
        (found,) = warned(place)
        assert "which the workbook names: ISO 3166 lists it as a country of its own" in found
    assert warned("Kazakhstan") == []
