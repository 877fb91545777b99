"""Countries of ISO 3166 by every name that people write for them.

Names come from pycountry (the data of Debian's iso-codes); the usual ones of this trade stand
here too, so that a plain workbook does not load it. Nothing is guessed: a word is a country only
if it is one of its names, an abbreviation, or a code of two or three letters.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from optimizer.tables.letters import compatible, visible, without_marks
from optimizer.tables.words import clean, did_you_mean, listed, quoted

SHORT: Final = {
    "AE": "United Arab Emirates",
    "BN": "Brunei",
    "BO": "Bolivia",
    "CD": "DR Congo",
    "CG": "Republic of the Congo",
    "FK": "Falkland Islands",
    "FM": "Micronesia",
    "GB": "United Kingdom",
    "IR": "Iran",
    "KP": "North Korea",
    "KR": "South Korea",
    "LA": "Laos",
    "MD": "Moldova",
    "PS": "Palestine",
    "RU": "Russia",
    "SY": "Syria",
    "TR": "Türkiye",
    "TW": "Taiwan",
    "TZ": "Tanzania",
    "US": "United States",
    "VA": "Vatican City",
    "VE": "Venezuela",
    "VN": "Vietnam",
}
"""The one name of a country where it is another than ISO's own."""

PLAIN: Final = (
    "Algeria, Angola, Argentina, Armenia, Australia, Austria, Azerbaijan, Bangladesh, "
    "Belarus, Belgium, Bolivia, Brazil, Bulgaria, Burundi, Cambodia, Canada, Chile, China, "
    "Colombia, Croatia, Cuba, Cyprus, Czechia, DR Congo, Denmark, Ecuador, Egypt, Estonia, "
    "Finland, France, Gabon, Georgia, Germany, Ghana, Greece, Greenland, Hong Kong, "
    "Hungary, Iceland, India, Indonesia, Iran, Iraq, Ireland, Israel, Italy, Japan, "
    "Jordan, Kazakhstan, Kenya, Kuwait, Kyrgyzstan, Laos, Latvia, Lithuania, Luxembourg, "
    "Madagascar, Malawi, Malaysia, Malta, Mexico, Mongolia, Morocco, Mozambique, Myanmar, "
    "Namibia, Nepal, Netherlands, New Zealand, Nigeria, North Korea, Norway, Oman, "
    "Pakistan, Peru, Philippines, Poland, Portugal, Qatar, Romania, Russia, Rwanda, "
    "Saudi Arabia, Serbia, Singapore, Slovakia, Slovenia, South Africa, South Korea, "
    "Spain, Sri Lanka, Sweden, Switzerland, Taiwan, Tajikistan, Tanzania, Thailand, "
    "Tunisia, Turkmenistan, Türkiye, Uganda, Ukraine, United Arab Emirates, "
    "United Kingdom, United States, Uzbekistan, Vietnam, Zambia, Zimbabwe"
)
"""Names for which pycountry is not loaded."""

ALIASES: Final = {
    "CN": (
        "PR China, PRC, PR of China, P R China, China PR, China PRC, Mainland China, "
        "China Mainland, Chinese Mainland, Peoples Republic of China, "
        "Peoples Rep of China, Peoples Republic China, Peoples China, "
        "Peoples Rep China, Red China, Communist China, Continental China, "
        "Continental Mainland China, China Peoples Republic of, China Peoples Rep, "
        "Volksrepublik China, Republique populaire de Chine, Republica Popular China, "
        "Chine, Cina, Kina, Chiny, Китай, КНР, 中国, 中國, 中华人民共和国, 中華人民共和國, 중국"
    ),
    "US": (
        "USA, U S A, U S, United States of America, The States, America, US of A, "
        "Estados Unidos, Etats Unis, Vereinigte Staaten, Stati Uniti, США, 美国, 美國, "
        "アメリカ, 米国, 미국"
    ),
    "GB": (
        "UK, U K, Great Britain, Britain, England, Scotland, Wales, Northern Ireland, "
        "Vereinigtes Konigreich, Royaume Uni, Reino Unido, Великобритания, 英国"
    ),
    "RU": "Russian Fed, RF, Russland, Russie, Rusia, Россия, РФ, 俄罗斯, ロシア",
    "IR": "Islamic Republic of Iran, Persia, Иран, 伊朗",
    "KP": (
        "DPRK, D P R K, Korea North, North Korea DPRK, Korea DPR, DPR Korea, "
        "Nordkorea, Coree du Nord, Corea del Norte, КНДР, 朝鲜, 北朝鮮, 북한"
    ),
    "KR": (
        "ROK, R O K, Korea South, Republic of Korea, Korea Rep, Korea ROK, S Korea, "
        "So Korea, Sudkorea, Coree du Sud, Corea del Sur, 韩国, 韓国, 대한민국, 한국"
    ),
    "TW": (
        "ROC, R O C, Republic of China, Chinese Taipei, Taiwan ROC, "
        "Taiwan Republic of China, Taiwan Province of China, 台湾, 台灣"
    ),
    "HK": "Hong Kong SAR, Hongkong, Hong Kong China, China Hong Kong, HKSAR, 香港",
    "MO": "Macau, Macau SAR, Macao SAR, Macau China, Macao China, 澳门, 澳門",
    "JP": "Nippon, Nihon, Japon, Giappone, Япония, 日本, 일본",
    "KZ": "Kazakstan, Republic of Kazakhstan, Kasachstan, Казахстан, Қазақстан, 哈萨克斯坦",
    "VN": "Viet Nam, Socialist Republic of Vietnam, Việt Nam, Вьетнам, 越南",
    "MM": "Burma, Myanmar Burma, Union of Myanmar, 缅甸",
    "TR": "Turkey, Republic of Turkey, Turkiye, Turkei",
    "CZ": "Czech Republic, Czech Rep, Tschechien",
    "DE": (
        "Deutschland, Federal Republic of Germany, FRG, BRD, Allemagne, Alemania, Германия, 德国"
    ),
    "FR": "French Republic, Frankreich, Francia, Франция, 法国",
    "IT": "Italia, Italien, Italie",
    "ES": "Espana, Spanien, Espagne",
    "NL": "Holland, The Netherlands, Niederlande, Pays Bas",
    "EE": "Eesti, Estland",
    "AU": "Commonwealth of Australia, Australien, Австралия, 澳大利亚",
    "BR": "Brasil, Brasilien, Bresil",
    "CA": "Kanada",
    "MY": "Малайзия, 马来西亚",
    "IN": "Republic of India, Bharat, Индия, 印度",
    "AE": "UAE, U A E, Emirates",
    "CD": (
        "DRC, D R C, D R Congo, Congo Kinshasa, Congo DRC, Congo Democratic Republic, "
        "Democratic Republic of Congo, Democratic Republic of the Congo, Zaire, "
        "Congo DR, RDC"
    ),
    "CG": "Congo Brazzaville, Republic of Congo, Congo Republic, Congo Rep",
    "CI": "Ivory Coast, Cote d Ivoire, Elfenbeinkuste",
    "LA": "Lao PDR, Lao",
    "SZ": "Swaziland",
    "MK": "Macedonia",
    "CV": "Cape Verde",
    "TL": "East Timor",
    "VA": "Vatican, Holy See",
    "BA": "Bosnia",
    "ZA": "RSA, Republic of South Africa",
    "CH": "Schweiz, Suisse, Svizzera",
    "UA": "Украина",
    "UZ": "Узбекистан",
    "KG": "Kirgizstan, Kirghizia, Kyrgyz Republic, Киргизия",
    "MN": "Mongolei, Монголия",
    "GL": "Kalaallit Nunaat",
}
"""Other names by code, without accents and full stops."""

AMBIGUOUS: Final = {
    "korea": ("South Korea", "North Korea"),
    "congo": ("DR Congo", "Republic of the Congo"),
    "virgin islands": ("Virgin Islands, U.S.", "Virgin Islands, British"),
    "saint martin": ("Saint Martin (French part)", "Sint Maarten (Dutch part)"),
    "samoa islands": ("Samoa", "American Samoa"),
    "yugoslavia": ("Serbia", "Slovenia"),
    "czechoslovakia": ("Czechia", "Slovakia"),
    "soviet union": ("Russia", "Kazakhstan"),
    "ussr": ("Russia", "Kazakhstan"),
}
"""Names that may mean several countries."""

PARTS: Final = {
    "China": (
        "Inner Mongolia, Nei Mongol, Xinjiang, Tibet, Sichuan, Jiangxi, Guangdong, "
        "Guangxi, Fujian, Shandong, Hunan, Yunnan, Zhejiang, Jiangsu, Anhui, Hebei, "
        "Henan, Shanxi, Shaanxi, Gansu, Ningxia, Beijing, Shanghai, Baotou, Ganzhou, "
        "Ningbo, Bayan Obo"
    ),
    "United States": (
        "Alaska, California, Colorado, Florida, Idaho, Nevada, Oklahoma, "
        "South Carolina, Texas, Utah, Wyoming"
    ),
    "Canada": ("Alberta, British Columbia, Ontario, Quebec, Saskatchewan, Northwest Territories"),
    "Australia": "Western Australia, Northern Territory, Queensland, New South Wales, Victoria",
}
"""Provinces, states and towns that are no country."""

_SIGNS: Final = re.compile(r"[^\w]+")
_SPACED: Final = re.compile(r"\b(\w) (?=\w\b)")
"""Single letters one after the other: ``p r c``."""
_PARTED: Final = re.compile(r"[(),;/|\[\]–—-]+")


def _key(name: str) -> str:
    """A name without accents, full stops, apostrophes and a leading article.

    >>> _key("The People’s Rep. of  China"), _key("Côte d'Ivoire"), _key("U.S.A.")
    ('peoples rep of china', 'cote divoire', 'usa')
    """
    folded = without_marks(compatible(visible(name))).replace("&", " and ")
    folded = re.sub(r"['.´`]", "", folded)
    key = " ".join(_SIGNS.sub(" ", folded).split())
    key = _SPACED.sub(r"\1", key)
    return key.removeprefix("the ")


def country_name(word: str) -> str:
    """The one name of the country that a word means; empty if it means none.

    >>> country_name("PRC"), country_name("chn"), country_name("Côte d’Ivoire")
    ('China', 'China', "Côte d'Ivoire")
    >>> country_name("Atlantis"), country_name("Korea")
    ('', '')
    """
    text = clean(word)
    if text in _plain():
        return text
    key = _key(text)
    if not key or key in AMBIGUOUS:
        return ""
    known = _index().get(key, "")
    return known or _of_parts(text)


def _of_parts(text: str) -> str:
    """The country of a name in parts that all mean it: ``China (PRC)``, ``CN - China``."""
    parts = [part for part in _PARTED.split(text) if part.strip()]
    if len(parts) < 2:
        return ""
    found = {_index().get(_key(part), "") for part in parts}
    return found.pop() if len(found) == 1 else ""


@cache
def _plain() -> frozenset[str]:
    return frozenset(PLAIN.split(", "))


@cache
def _index() -> dict[str, str]:
    """The one name of each country by the key of every name and code that it has."""
    import pycountry

    index: dict[str, str] = {}
    codes: dict[str, str] = {}
    for country in pycountry.countries:
        code = country.alpha_2
        name = SHORT.get(code) or getattr(country, "common_name", country.name)
        own = {name, country.name, getattr(country, "common_name", ""), *_turned(country.name)}
        official = getattr(country, "official_name", "")
        own |= {official, *_turned(official), *ALIASES.get(code, "").split(",")}
        for each in own:
            if _key(each):
                index.setdefault(_key(each), name)
        codes |= {country.alpha_2.casefold(): name, country.alpha_3.casefold(): name}
    return {**codes, **index}


def _turned(name: str) -> tuple[str, ...]:
    """``Korea, Republic of`` the other way round."""
    first, comma, rest = name.partition(", ")
    return (f"{rest} {first}",) if comma else ()


def country_names() -> tuple[str, ...]:
    """The one name of every country."""
    return tuple(dict.fromkeys(_index().values()))


def country_cure(word: str) -> str:
    """What to write instead of a word that is no country: the nearest, or how to declare it."""
    key = _key(word)
    if key in AMBIGUOUS:
        return f"it may be {listed(AMBIGUOUS[key])}: write which"
    for country, parts in PARTS.items():
        if key in {_key(part) for part in parts.split(",")}:
            return f"it lies in {country}: write {quoted(country)}"
    near = did_you_mean(word, country_names())
    return f"{near} A name of your own is declared in the sheet Countries".strip()
