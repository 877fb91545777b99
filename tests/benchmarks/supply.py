"""The sheets Supply and Limits, and the outlets for by-products in Demand."""

from __future__ import annotations

from datetime import date

from tests.benchmarks import industry
from tests.benchmarks.industry import Row
from tests.benchmarks.world import YEAR, World

CLEAN = "mined: Australia; refined: Malaysia; separated: Malaysia; melted: Japan; produced: Japan"
CHINESE = "mined: China; refined: China; separated: China; melted: China; produced: China"


def history(country: str, events: int) -> str:
    """History of the first stages of a material held or traded in a country."""
    return "; ".join((CHINESE if country == "China" else CLEAN).split("; ")[:events])


def supply(world: World) -> list[Row]:
    """The Supply sheet."""
    return [*_mining(world), *_trading(world), *_reagents(world)]


def _mining(world: World) -> list[Row]:
    """Each mine has a base offer by year, every third a contract, spot offers and an expansion."""
    rows: list[Row] = []
    for number, mine in enumerate(world.places["mine"]):
        feed, tonnes = world.sells[mine.name]
        price = industry.value(feed) * world.random.uniform(0.85, 1.25)
        base = {"site": mine.name, "material": feed}
        for year in range(int(world.years + 0.999)):
            row = {
                **base,
                "offer": f"{mine.name} base",
                "price": round(price * (1 + 0.03 * year)),
                "maximum": round(0.6 * tonnes),
                "from": date(YEAR + year, 1, 1),
                "to": date(YEAR + year, 12, 31),
            }
            if number % 3 == 0:
                row |= {"contract quantity": round(0.55 * tonnes), "take or pay": 0.5}
            rows.append(row)
        spot = {"price": round(price * 1.2), "maximum": round(0.3 * tonnes)}
        later = {"price": round(price * 1.45), "maximum": round(0.4 * tonnes)}
        later |= {"from": date(YEAR, 7, 1), "firm": "no", "probability": 0.7}
        rows.append({**base, "offer": f"{mine.name} spot", **spot})
        rows.append({**base, "offer": f"{mine.name} expansion", **later})
    return rows


def _trading(world: World) -> list[Row]:
    """Oxides and metals of traders, dearer than from mines, in two tiers."""
    return [
        {
            "offer": f"{trader.name} {tier}",
            "site": trader.name,
            "material": material,
            "price": round(industry.value(material) * factor),
            "maximum": round(world.needs[industry.oxide(name)] * 0.15, 1),
            "history": history(trader.country, events),
        }
        for trader in world.places["trader"]
        for name in world.metals
        for material, events in ((industry.oxide(name), 3), (industry.metal(name), 4))
        for tier, factor in (("A", 1.25), ("B", 1.6))
    ]


def _reagents(world: World) -> list[Row]:
    """Materials that plants buy in their own country."""
    uses = {"separator": ("acid", "soda"), "caster": ("iron", "ferroboron")}
    return [
        {
            "offer": f"{reagent} at {place.name}",
            "site": place.name,
            "material": reagent,
            "price": round(industry.REAGENTS[reagent] * world.random.uniform(0.9, 1.3)),
        }
        for kind, reagents in uses.items()
        for place in world.places[kind]
        for reagent in reagents
    ]


def outlets(world: World) -> list[Row]:
    """Rows of Demand: by-products that customers take at a price, a little each."""
    rows = []
    for number, customer in enumerate(world.places["customer"][::2]):
        for name in industry.OXIDES[number % 2 :: 2]:
            if name != "NdPr":
                price = industry.OXIDE_PRICES[name] * world.random.uniform(0.8, 1.0)
                rows.append(
                    {
                        "line": f"outlet {name} {number + 1}",
                        "customer": customer.name,
                        "material": industry.oxide(name),
                        "segment": "outlet",
                        "quantity": world.output(name) / len(world.places["customer"]),
                        "price": round(price),
                        "shortage penalty": 0,
                    }
                )
    return rows


def limits(world: World) -> list[Row]:
    """The Limits sheet: maximum shares of a feed from one country and from recycling."""
    country = {mine.name: mine.country for mine in world.places["mine"]}
    rows: list[Row] = [
        {
            "limit": f"{feed} from one country",
            "measure": "bought",
            "country": "China",
            "material": feed,
            "as": "share",
            "maximum": 0.6,
            "window": "year",
        }
        for feed in world.feeds
        if len({country[mine] for mine, (sold, _) in world.sells.items() if sold == feed}) > 1
    ]
    if world.places["recycler"]:
        rows.append(
            {
                "limit": "most recycling",
                "measure": "made",
                "recipe": "of swarf",
                "maximum": round(0.2 * world.magnets * world.years, 1),
                "window": "horizon",
            }
        )
    return rows
