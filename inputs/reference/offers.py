"""Supply: who offers what, at what price and how much of it (``offers.csv``).

Three ways to a price beside a quote or a placeholder:

* an integrated producer sells at the reference price, so its concentrate is worth what it
  yields less the toll (``netback``);
* a third party's feed is paid by its content, as in the one published contract (``payable``);
* a maker outside China asks the Chinese price and a premium (``vendor``).
"""

from __future__ import annotations

from facts import Fact, access, assume, computed, day, figure, process, table
from feeds import FEEDS, oxide_share, total_oxide
from grades import alloy_inputs, chinese_price, metal_need
from markets import (
    ADDITIVES,
    ALLIED,
    ALLIED_LAST,
    ALLIED_SPOT,
    CHINESE,
    NDPR_BAND,
    REAGENTS,
    home_prices,
    quote,
)
from materials import metal_value
from rows import Row, rounded, row
from rules import NEW_STAGES
from separation import ROUTES, output, reagent_cost, toll

HEAVY_PAYABLE = process("payable", "Tanbreez concentrate", "Dy share of oxide price paid")
LIGHT_PAYABLE = process("payable", "Tanbreez concentrate", "NdPr share of oxide price paid")

_ALLIED = "mined: Australia [Mt Weld]; refined: Malaysia [Kuantan]; separated: Malaysia [Kuantan]"
_HEAVY = "mined: Myanmar; refined: China [Ganzhou]; separated: China [Ganzhou]"
_BAOTOU = "mined: China [Bayan Obo]; refined: China [Baotou]"
_NINGBO = "mined: China; refined: China; separated: China; melted: China [Ningbo]"
_JAPAN = "melted: Japan [Takefu]; produced: Japan [Takefu]"
REAGENT_COUNTRIES = (
    "China",
    "United States",
    "Canada",
    "Malaysia",
    "Australia",
    "France",
    "Estonia",
    "Japan",
    "Spain",
    "India",
)


def _reagent(country: str) -> str:
    """History of a reagent: none of the stages of a metal, made in a country."""
    none = "; ".join(f"{stage}: none" for stage in NEW_STAGES)
    return f"{none}; reagent: {country}"


HISTORIES = {
    "": None,
    "here": "here",
    "allied": _ALLIED,
    "Chinese heavy": _HEAVY,
    "Chinese heavy metal": f"{_HEAVY}; melted: none",
    "Offerman at White Mesa": "mined: United States [Offerman]; refined: here",
    "carbonate of Baotou": _BAOTOU,
    "oxide of Baotou": f"{_BAOTOU}; separated: China [Baotou]",
    "metal of Baotou": f"{_BAOTOU}; separated: China [Baotou]; melted: none",
    "Chinese alloy": _NINGBO,
    "Chinese magnet": f"{_NINGBO}; produced: China [Ningbo]",
    "all Chinese": "mined: China; refined: China; separated: China; melted: China; produced: China",
    "made in Japan of allied oxide": f"{_ALLIED}; {_JAPAN}",
    "made in Japan of Chinese heavies": f"{_HEAVY}; {_JAPAN}",
    "made in Vietnam of allied oxide": f"{_ALLIED}; melted: Vietnam [Hai Phong]; "
    "produced: Vietnam [Hai Phong]",
    "made in the West of allied oxide": f"{_ALLIED}; melted: United Kingdom [Ellesmere Port]; "
    "produced: United States",
    "Turkish ferroboron": "mined: Türkiye; refined: here; separated: none",
    "Philippine cobalt": "mined: Philippines; refined: here; separated: none",
    "Turkish boron": "mined: Türkiye; refined: United Kingdom [Rotherham]; separated: none",
    "Canadian cobalt": "mined: Canada [Voisey's Bay]; refined: here; separated: none",
    "iron of US ore": "mined: United States; refined: United States; separated: none",
    "iron of Swedish ore": "mined: Sweden; refined: Sweden; separated: none",
    "iron of Australian ore, Japan": "mined: Australia; refined: Japan; separated: none",
    "iron of Australian ore, Korea": "mined: Australia; refined: South Korea; separated: none",
    "iron of Australian ore, Vietnam": "mined: Australia; refined: Vietnam; separated: none",
    "Vietnamese carbonate of unknown ore": "mined: unknown; refined: Vietnam",
    **{f"reagent of {country}": _reagent(country) for country in REAGENT_COUNTRIES},
    "Chinese iron": "mined: Australia; refined: China; separated: none",
    "Chinese boron": "mined: Türkiye; refined: China; separated: none",
    "Chinese cobalt": "mined: DR Congo; refined: China; separated: none",
    "Nechalacho": "mined: Canada [Nechalacho]",
}
"""Histories by the word that the tables use for them."""


def netback(feed: str, extent: str) -> Fact:
    """Worth of a tonne of feed to its owner: NdPr in full, heavies as paid for, less the toll.

    Bastnaesite concentrate has a market: it costs no less than what was paid for it there.
    """
    value = output(feed, "NdPr") * ALLIED["NdPr oxide"].value
    if extent == "to all oxides":
        value += HEAVY_PAYABLE.value * sum(
            output(feed, element) * ALLIED[f"{element} oxide"].value for element in ("Dy", "Tb")
        )
    value -= toll(feed).value + reagent_cost(ROUTES[FEEDS[feed].route])
    least = by_oxide(feed).value if FEEDS[feed].route == "bastnaesite" else 0.0
    return computed(max(value, least), ALLIED["NdPr oxide"], toll(feed), FEEDS[feed].source)


def payable(feed: str) -> Fact:
    """Price of a tonne of feed on the published payable terms."""
    value = oxide_share(feed, "NdPr") * ALLIED["NdPr oxide"].value * LIGHT_PAYABLE.value
    value += HEAVY_PAYABLE.value * sum(
        oxide_share(feed, element) * ALLIED[f"{element} oxide"].value for element in ("Dy", "Tb")
    )
    return computed(value, LIGHT_PAYABLE, ALLIED["Dy oxide"], FEEDS[feed].source)


def by_oxide(feed: str) -> Fact:
    """Price of a concentrate at the one public worth of a kilogram of oxide in concentrate."""
    worth = quote("concentrate", "MP 2024 average value")
    return computed(worth.value * total_oxide(feed), worth, FEEDS[feed].source)


def chinese_alloy(name: str) -> Fact:
    """Export price of Chinese alloy: its metals at home prices, additives and casting."""
    home = home_prices()
    metals = {m: q for m, q in alloy_inputs(name).items() if m in home}
    value = sum(home[m].value * q for m, q in metals.items()) + 4_000.0
    return computed(value, *(home[m] for m in metals), assume(0))


def vendor_magnet(name: str) -> Fact:
    """Price of a magnet of a Japanese or Vietnamese maker.

    The Chinese price and the premium; a grade without Dy and Tb is of allied NdPr, and as
    much dearer as that; in the others Dy and Tb come from China at the export price.
    """
    premium = quote("magnet", "premium for non-China")
    chinese, need = chinese_price(name, exported_heavies=True), metal_need(name)
    if need["Dy metal"] or need["Tb metal"]:
        return computed(chinese.value + premium.value, chinese, premium)
    allied = metal_value("NdPr")
    dearer = need["NdPr metal"] * (allied.value - CHINESE["NdPr metal"].value)
    return computed(chinese.value + premium.value + dearer, chinese, premium, allied)


def price(kind: str, material: str) -> Fact:
    """Price of an offer, US$ per tonne, by the word in its price cell."""
    grade = material.rpartition(" ")[2]
    words = {
        "payable": lambda: payable(material),
        "concentrate": lambda: by_oxide(material),
        "netback to all oxides": lambda: netback(material, "to all oxides"),
        "netback to light oxides": lambda: netback(material, "to light oxides"),
        "monazite": lambda: computed(MONAZITE.value, MONAZITE, assume(0)),
        "allied": lambda: ALLIED[material],
        "allied spot": lambda: ALLIED_SPOT[material],
        "allied last": lambda: ALLIED_LAST[material],
        "allied high": lambda: NDPR_BAND["high"],
        "chinese": lambda: CHINESE[material],
        "chinese magnet": lambda: chinese_price(grade),
        "chinese alloy": lambda: chinese_alloy(grade),
        "vendor magnet": lambda: vendor_magnet(grade),
        "additive": lambda: computed(
            ADDITIVES[material].price.value, ADDITIVES[material].price, assume(0)
        ),
        "reagent": lambda: REAGENTS[material].price,
    }
    return words[kind]() if kind in words else assume(float(kind))


MONAZITE = quote("monazite", "China")


def paid_for(material: str) -> Fact:
    """Price of a material that one offer sells: the first row of that offer.

    Raises:
        LookupError: no offer sells the material alone.
    """
    for line in table("offers"):
        if line["material"] == material:
            return price(line["price"], material)
    raise LookupError(f"no offer of {material}")


def most(line: dict[str, str], material: str) -> Fact | None:
    """Tonnes a year that this buyer may take: a producer's figure times the buyer's share.

    ``per`` says that the figure counts oxide or NdPr oxide in the feed, not tonnes of feed.
    """
    if not line["figure"]:
        return None
    size, contents = figure(line["figure"]), {"": 1.0}
    if line["per"] == "oxide":
        contents["oxide"] = total_oxide(material)
    if line["per"] == "NdPr":
        contents["NdPr"] = output(material, "NdPr")
    tonnes = size.value * float(line["times"]) / contents[line["per"]]
    if not line["share"]:
        return computed(tonnes, size)
    return computed(tonnes * access(line["share"]).value, size, access(line["share"]))


def supply() -> list[Row]:
    """The Supply sheet; a line of several sites or materials is one offer for each."""
    return [
        _offer(line, place, material)
        for line in table("offers")
        for place in line["site"].split(";")
        for material in line["material"].split(";")
    ]


def _offer(line: dict[str, str], place: str, material: str) -> Row:
    asked, limit = price(line["price"], material), most(line, material)
    contract = line["contract quantity"]
    return row(
        asked,
        *([limit] if limit else []),
        offer=line["offer"].format(site=place, material=material),
        site=place,
        material=material,
        price=rounded(asked.value, 4),
        maximum=rounded(limit.value, 4) if limit and not contract else None,
        history=HISTORIES[line["history"]],
        contract_quantity=float(contract) if contract else None,
        firm=line["firm"] or None,
        probability=float(line["probability"]) if line["probability"] else None,
        from_=day(line["from"]),
        to=day(line["to"]),
        route=line["route"],
        notes=line["notes"],
    )
