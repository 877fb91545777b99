"""Names that read the same, countries of ISO 3166, groups of countries and exceptions."""

from __future__ import annotations

import subprocess
import sys
import unicodedata

import pycountry
import pytest

import optimizer
from optimizer.audit.audit_countries import CountryLists
from optimizer.tables import iso_countries
from optimizer.tables.confusable_letters import confusable_difference, mixed_alphabets
from optimizer.tables.country_aliases import SHORT_COUNTRY_NAMES, USUAL_COUNTRY_NAMES
from optimizer.tables.country_groups import COUNTRY_GROUPS, CountrySets
from optimizer.tables.iso_countries import country_cure, country_name, country_names
from optimizer.tables.scenario_changes import apply
from optimizer.tables.text_matching import clean_text, difference_hint, fold
from tests.conftest import ROOT, china, cost, lane, make, need, no_china, offer, plan, site

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
    "P.R.China",
    "PRChina",
    "P.R. of China (PRC)",
    "China, P.R.: Mainland",
    "The PRC",
    "PEOPLE`S REP. OF CHINA",
    "Zhōngguó",
    "Chi\u180fna",
    "Chi\u2065na",
    "Chi\U000e0020na",
    "Chi\x08na",
    "Chi\u034fna",
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
    if ":" not in word:
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
        ("NA", "Namibia"),
        ("Korea (the Republic of)", "South Korea"),
        ("Korea (the Democratic People's Republic of)", "North Korea"),
        ("Korea, Dem. People's Rep.", "North Korea"),
        ("N. Korea", "North Korea"),
        ("Congo (the Democratic Republic of the)", "DR Congo"),
        ("Congo, Dem. Rep.", "DR Congo"),
        ("Russian Federation (the)", "Russia"),
        ("United States of America (the)", "United States"),
        ("Netherlands (the)", "Netherlands"),
        ("Iran, Islamic Rep.", "Iran"),
        ("Hong Kong SAR, China", "Hong Kong"),
        ("China, Hong Kong SAR", "Hong Kong"),
        ("China, P.R.: Macao", "Macao"),
        ("St. Lucia", "Saint Lucia"),
        ("Bosnia & Herzegovina", "Bosnia and Herzegovina"),
        ("SOUTH_KOREA", "South Korea"),
        ("Virgin Islands, U.S.", "US Virgin Islands"),
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
        ambiguous = {"Congo"}
        if country.name not in ambiguous:
            assert country_name(country.name) == one, country.name


def test_usual_names_mean_the_same_with_and_without_the_library():
    assert iso_countries._usual_names_by_key().items() <= iso_countries._all_names_by_key().items()


def test_usual_names_do_not_load_the_library():
    words = ("China", "PRC", "p.r. china", "USA", "U.K.", "Korea, Republic of", "de", "Chile")
    script = (
        "import sys; from optimizer.tables.iso_countries import country_name; "
        f"found = [country_name(word) for word in {words!r}]; "
        "assert all(found), found; assert 'pycountry' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", script], check=True, cwd=ROOT)


def test_no_name_of_a_country_is_one_that_a_list_would_part():
    assert [name for name in country_names() if set(name) & set(",;:[]*")] == []


def test_plain_names_are_the_names_of_iso_3166_or_our_short_ones():
    assert set(USUAL_COUNTRY_NAMES.values()) <= set(country_names())
    assert {*SHORT_COUNTRY_NAMES, *USUAL_COUNTRY_NAMES} <= {
        country.alpha_2 for country in pycountry.countries
    }
    for group in COUNTRY_GROUPS.values():
        assert set(group.members) <= set(country_names())
        assert group.source
    assert len(COUNTRY_GROUPS["EU"].members) == 27


@pytest.mark.parametrize(
    ("word", "cure"),
    [
        ("Chnia", "did you mean 'China'?"),
        ("Inner Mongolia", "it lies in China: write 'China'"),
        ("Nevada", "it lies in United States: write 'United States'"),
        ("Korea", "it may be 'South Korea' and 'North Korea': write which"),
        ("Republic of China", "it may be 'China' and 'Taiwan': write which"),
        ("ROC", "it may be 'China' and 'Taiwan': write which"),
        ("Congo", "it may be 'DR Congo' and 'Republic of the Congo': write which"),
        ("n/a", "write the country"),
        ("N.A.", "write the country"),
        ("China?", "did you mean 'China'?"),
        ("!China", "did you mean 'China'?"),
        ("-China", "did you mean 'China'?"),
        ("China/Vietnam", "Declare a name of your own in the sheet Countries"),
        ("Peeple's Republik of China", "did you mean 'China'?"),
        ("Atlantis", "Declare a name of your own in the sheet Countries"),
    ],
)
def test_a_word_that_is_no_country_is_none_and_has_a_cure(word, cure):
    assert country_name(word) == ""
    assert cure in country_cure(word)


@pytest.mark.parametrize(
    "word", ["N/A", "n.a.", "?", "-", "tbd", "unknown", "Chile?", "EU", "not EU"]
)
def test_what_stands_for_no_country_is_an_error_in_sites(word):
    for column in ("country", "owner country"):
        with pytest.raises(optimizer.WorkbookError, match=rf"Sites!.3 \({column}\)"):
            make(
                Sites=[site("Buyer", "USA"), {**site("Kaz", "Chile"), column: word}],
                Supply=[KAZ],
                Lanes=[lane("Kaz", "Buyer")],
                Demand=[need(1)],
            )


@pytest.mark.parametrize(("word", "name"), [("NA", "Namibia"), ("no", "Norway")])
def test_a_code_that_is_a_word_as_well_is_read_with_a_warning(word, name):
    found = make(
        Sites=[site("Kaz", word), site("Buyer", "USA")],
        Supply=[KAZ],
        Lanes=[lane("Kaz", "Buyer")],
        Demand=[need(1)],
    )
    assert found.sites[0].country == name
    (warning,) = found.warnings
    assert str(warning).startswith(f"Sites!C2 (country): '{word}' is read as {name}")


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
    assert clean_text("\ufeffCôte\u200b  d’Ivoire\u00ad") == "Côte d’Ivoire"


def test_a_name_that_only_looks_like_another_is_told_apart_by_its_letters():
    assert confusable_difference("СОРА", "COPA").startswith(
        "'С' is U+0421 CYRILLIC CAPITAL LETTER ES"
    )
    with pytest.raises(optimizer.WorkbookError, match=r"did you mean 'COPA'\? In 'СОРА', 'С' is U"):
        make(
            Sites=[site("COPA", "Chile"), site("Buyer", "USA")],
            Supply=[offer("a", "СОРА")],
            Lanes=[lane("COPA", "Buyer")],
            Demand=[need(1)],
        )


def mine(name, **more):
    return site(name, "Chile", **more)


@pytest.mark.parametrize(
    ("sheets", "cell"),
    [
        ({"Sites": [mine("COPA"), mine("СОРА"), site("Buyer", "USA")]}, r"Sites!A3 \(site\)"),
        (
            {
                "Sites": [mine("COPA", owner="X"), mine("Kaz"), site("Buyer", "USA")],
                "Supply": [offer("a", "Kaz", history="mined: Chile [СОРА]")],
            },
            r"Supply!E2 \(history\)",
        ),
        (
            {
                "Sites": [
                    mine("A", owner="CHEMO"),
                    mine("COPA", owner="СНЕМО"),
                    site("Buyer", "USA"),
                ]
            },
            r"Sites!D3 \(owner\)",
        ),
        ({"Demand": [need(1, segment="AMO"), need(1, line="b", segment="АМО")]}, "Demand!.3"),
    ],
    ids=["site", "history", "owner", "segment"],
)
def test_two_names_that_look_alike_are_an_error_that_says_in_what_they_differ(sheets, cell):
    case = {
        "Sites": [mine("COPA"), site("Buyer", "USA")],
        "Supply": [offer("a", "COPA")],
        "Lanes": [lane("COPA", "Buyer")],
        "Demand": [need(1)],
    }
    with pytest.raises(optimizer.WorkbookError, match=f"{cell}.* looks like .* is U\\+04"):
        make(**(case | sheets))


def test_names_with_other_accents_are_other_names():
    make(
        Sites=[mine("Peña"), mine("Pena"), site("Buyer", "USA")],
        Supply=[offer("a", "Peña"), offer("b", "Pena")],
        Lanes=[lane("Peña", "Buyer"), lane("Pena", "Buyer")],
        Demand=[need(1)],
    )


@pytest.mark.parametrize(
    ("one", "other", "told"),
    [("KazO", "Kaz0", "'O' is U+004F"), ("Ore l", "Ore I", "'l' is U+006C"), ("Kaz", "Kas", "")],
)
def test_a_message_that_shows_two_names_says_in_what_look_alikes_differ(one, other, told):
    assert told in difference_hint(one, other)
    assert bool(told) == bool(difference_hint(one, other))


IGNORED = [
    *(0x00, 0x08, 0x7F, 0x9F, 0xAD, 0x34F, 0x61C, 0x115F, 0x1160, 0x17B4, 0x180B, 0x180F),
    *(0x200B, 0x200C, 0x200D, 0x200E, 0x202E, 0x2060, 0x2065, 0x206F, 0x3164, 0xFE0F, 0xFEFF),
    *(0xFFA0, 0xFFF0, 0xFFF9, 0x1D173, 0xE0001, 0xE0041, 0xE0080, 0xE0100, 0xE0FFF),
]
"""Controls and code points without a shape."""


@pytest.mark.parametrize("code", IGNORED, ids=hex)
def test_a_sign_that_nobody_sees_does_not_make_another_name(code):
    sign = chr(code)
    assert fold(f"Ka{sign}z{sign}") == fold("Kaz")
    assert clean_text(f"{sign}Kaz") == "Kaz"


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
    assert sets.contains(("friends", "not United States"), "Anywhere")
    assert not sets.contains(("friends", "not United States"), "United States")
    assert sets.contains("EU", "United States")


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"country": "Kazakhstan", "aliases": "PRC"}, "'PRC' means 'China'"),
        ({"country": "Elsewhere", "aliases": "unknown"}, "'unknown' is a reserved word"),
        ({"country": "unknown"}, "'unknown' is a reserved word"),
        ({"country": "not China"}, "'not China' is a reserved word"),
        ({"country": "A, B"}, "'A, B' has a character that separates names"),
        ({"country": "EU"}, "'EU' is a group of countries"),
        ({"country": "Chnia"}, "'Chnia' may be taken for 'China'"),
        ({"country": "СНІА"}, "'СНІА' may be taken for 'China'"),
        ({"country": "Baotou"}, "'Baotou' may be taken for 'China'"),
        ({"country": "Korea"}, "'Korea' means 'South Korea' or 'North Korea'"),
        ({"country": "Elsewhere", "aliases": "Korea"}, "'Korea' means 'South Korea' or 'North"),
        ({"country": "Elsewhere", "aliases": "EU"}, "'EU' is a group of countries"),
        ({"country": "Elsewhere", "groups": "not friends"}, "'not friends' is a reserved word"),
        ({"country": "Elsewhere", "groups": "here"}, "'here' is a reserved word"),
        ({"country": "Elsewhere", "groups": "China"}, "'China' is a country, not a group"),
    ],
)
def test_a_declaration_that_would_change_the_meaning_of_a_name_is_an_error(row, message):
    with pytest.raises(optimizer.WorkbookError, match=message):
        make(Supply=[KAZ], Demand=[need(1)], Countries=[row])


def test_a_workbook_may_say_which_of_two_countries_it_means():
    found = make(
        Sites=[site("Kaz", "Korea"), site("Buyer", "USA")],
        Countries=[{"country": "South Korea", "aliases": "Korea"}],
        Supply=[KAZ],
        Lanes=[lane("Kaz", "Buyer")],
        Demand=[need(1)],
    )
    assert found.sites[0].country == "South Korea"


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
        ("*, not China", LET_IN),
        ("*, not Kazakhstan", KEPT_OUT),
        ("Covered countries", KEPT_OUT),
        ("Iran, Islamic Republic of, PRC", KEPT_OUT),
        ("Korea, Republic of", LET_IN),
        ("Iran，中国", KEPT_OUT),
        ("European Union, not Germany", LET_IN),
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
    with pytest.raises(optimizer.WorkbookError, match="neither row is more specific"):
        duties(("covered", 1), ("China, Japan", 5))


def tariffs(*rows):
    """Case with a duty of 1, 2, 3 … on what each row names: origin, destination, material."""
    heads = ("origin country", "destination country", "material")
    return make(
        Materials=[{"material": "ore", "stage": "mined"}, {"material": "oxide"}],
        Supply=[CHINA],
        Demand=[need(10)],
        Tariffs=[
            {**dict(zip(heads, row, strict=True)), "specific": at} for at, row in enumerate(rows, 1)
        ],
    )


MEET = [
    [("covered", "*", "ore"), ("*", "USA", "ore")],
    [("China", "EU", "ore"), ("covered", "Germany", "ore")],
    [("Germany, France", "USA", "ore"), ("France, Germany", "USA", "ore")],
    [("not China", "USA", "ore"), ("not Russia", "USA", "ore")],
    [("EU", "USA", "ore"), ("Germany, China", "USA", "ore")],
]
"""Pairs of rows for some of the same goods, of which neither is the more specific."""

APART = [
    [("EU", "USA", "ore"), ("USMCA", "USA", "ore")],
    [("EU", "not EU", "ore"), ("not EU", "EU", "ore")],
    [("covered", "USA", "ore"), ("China", "USA", "ore")],
    [("covered", "USA", "ore"), ("EU", "*", "ore")],
    [("Germany", "USA", "ore"), ("EU, not Germany", "USA", "ore")],
    [("covered", "USA", "ore"), ("China", "USA", "oxide")],
    [*MEET[0], ("covered", "USA", "ore")],
    [*MEET[0], ("not EU", "USA", "ore")],
]
"""Rows that do not meet, or of which it is plain which is the more specific."""


@pytest.mark.parametrize("rows", MEET, ids=str)
def test_tariffs_that_meet_and_are_not_nested_are_an_error(rows):
    for order in (rows, rows[::-1]):
        with pytest.raises(optimizer.WorkbookError, match=r"Tariffs!A3 .*row 2 applies to some of"):
            tariffs(*order)


@pytest.mark.parametrize("rows", APART, ids=str)
def test_of_tariffs_that_do_not_meet_or_are_nested_each_has_its_goods(rows):
    for order in (rows, rows[::-1]):
        assert len(tariffs(*order).tariffs) == len(rows)


def test_a_row_for_what_two_tariffs_share_must_hold_as_long_as_they_do():
    with pytest.raises(optimizer.WorkbookError, match="neither row is more specific"):
        tariffs(*MEET[0], ("China", "USA", "ore"))


LISTS = [
    ("China",),
    ("not China",),
    ("EU",),
    ("EU", "not Germany"),
    ("not EU", "not China"),
    ("covered", "Germany"),
    ("friends",),
    ("friends", "not United States"),
    ("not friends",),
    ("*", "not USMCA"),
    (),
]


def test_model_and_audit_read_lists_alike():
    declared = [{"country": "Anywhere", "groups": "friends, EU"}, {"country": "USA"}]
    declared[1]["groups"] = "friends"
    case = make(Supply=[KAZ], Demand=[need(1)], Countries=declared)
    sets, lists = CountrySets(case.countries), CountryLists(case)
    for words in LISTS:
        text = ", ".join(words)
        assert sets.size(text) == lists.breadth(text)
        for country in ("China", "Germany", "Anywhere", "United States", "Canada", "Chile"):
            held = {sets.contains(words, country), sets.contains(text, country)}
            assert held == {lists.contains(words, country)} == {lists.contains(text, country)}


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
        ("China, not China", "no country is left after the exclusions"),
        ("not *", r"'\*' is neither a country nor a group"),
        *((f"{sign}China", "write not China") for sign in ("!", "≠", "<>", "-", "except ")),
        ("China and Russia", "separate names by commas"),
        ("covered/EU", "separate names by commas"),
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


def test_a_rule_on_china_must_say_whether_it_means_hong_kong_and_macao():
    def read(place, scope="China", **more):
        return make(
            Sites=[site("Kaz", place), site("Buyer", "USA"), *more.get("sites", ())],
            Supply=[KAZ],
            Lanes=[lane("Kaz", "Buyer")],
            Demand=[need(1)],
            Rules=[no_china()],
            Rule_scope=[china(country=scope)],
        )

    for place in ("Hong Kong", "Macao"):
        with pytest.raises(optimizer.WorkbookError) as told:
            read(place)
        assert str(told.value) == (
            f"Rule scope!B2 (country): 'no China' bans China, and the workbook has events in "
            f"'{place}', which ISO 3166 lists as a separate country; write China, {place} if "
            f"the rule means it too, else China, not {place}"
        )
        for scope in (f"China, {place}", f"China, not {place}", "not USA"):
            read(place, scope)
    # A port where nothing is sold or made adds no event.
    read("Kazakhstan", sites=[site("Port", "Hong Kong", kind="port")])


@pytest.mark.parametrize(
    ("scope", "count"),
    [("China", 1), ("covered", 1), ("China, Hong Kong", 0), ("not USA", 0), ("Russia", 0)],
)
def test_an_owner_in_hong_kong_is_named_beside_a_rule_on_chinese_owners(scope, count):
    try:
        make(
            Sites=[
                site("Kaz", "Chile", owner="X", **{"owner country": "HK"}),
                site("Buyer", "USA"),
            ],
            Supply=[KAZ],
            Lanes=[lane("Kaz", "Buyer")],
            Demand=[need(1)],
            Rules=[no_china()],
            Rule_scope=[{"rule": "no China", "owner country": scope}],
        )
        wrong = 0
    except optimizer.WorkbookError as error:
        wrong = len(error.findings)
    assert wrong == count


@pytest.mark.parametrize(
    ("where", "changed"),
    [
        ("country = PRC", {"China"}),
        ("country = Chi\u200bna", {"China"}),
        ("country <> PRC", {"Kaz", "Plant", "Buyer"}),
        ("country = U.S.A.", {"Buyer"}),
        ("country = C*a*", {"China", "Plant"}),
    ],
)
def test_a_condition_of_a_scenario_takes_every_name_of_a_country(where, changed):
    row = {"scenario": "s", "sheet": "Sites", "column": "owner", "value": "X", "where": where}
    case = make(Supply=[KAZ, CHINA], Demand=[need(1)], Scenarios=[{**row, "change": "set"}])
    assert {each.site for each in apply(case, "s").sites if each.owner == "X"} == changed


def test_a_condition_of_a_scenario_on_no_country_is_an_error():
    row = {"scenario": "s", "sheet": "Sites", "column": "owner", "value": "X", "change": "set"}
    case = make(Supply=[KAZ], Demand=[need(1)], Scenarios=[{**row, "where": "country <> Chnia"}])
    with pytest.raises(
        optimizer.WorkbookError, match="'Chnia' is not a country; did you mean 'China'"
    ):
        apply(case, "s")


def test_a_condition_of_a_scenario_takes_a_list_as_it_is_written():
    tariff = {"destination country": "USA", "material": "*", "specific": 1}
    rows = [{"origin country": name, **tariff} for name in ("EU, not Germany", "EU", "China")]
    row = {"scenario": "s", "sheet": "Tariffs", "column": "specific", "value": 9, "change": "set"}
    for where, duties in (("eu", [1, 9, 1]), ("European Union,not DE", [9, 1, 1])):
        change = {**row, "where": f"origin country = {where}"}
        case = make(Supply=[KAZ], Demand=[need(1)], Tariffs=rows, Scenarios=[change])
        assert [each.specific for each in apply(case, "s").tariffs] == duties
