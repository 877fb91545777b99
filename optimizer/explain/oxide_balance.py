"""The balance problem: which product of separation pays for the feed, and which is surplus."""

from __future__ import annotations

from optimizer.explain.cell_locator import names_of
from optimizer.explain.duals import NAN
from optimizer.explain.marginal_costs import BalancePrices
from optimizer.network.network_data import Network
from optimizer.result.number_text import figure
from optimizer.result.price_layouts import OXIDES
from optimizer.result.result_layouts import Tables
from optimizer.result.result_table import Table, table
from optimizer.solver import Program

NOTHING = 1e-6
"""Tonnes that do not count."""


def oxides(
    network: Network, program: Program, tables: Tables, found: BalancePrices | None
) -> Table:
    """A row for each product of a recipe with recoveries, of most money first."""
    products = dict.fromkeys(row.product for row in network.case.recoveries)
    made = {name: _made(network, program, tables, found, name) for name in products}
    total = sum(max(pays, 0.0) for _, _, pays in made.values())
    driver = max(made, key=lambda name: made[name][2], default="")
    rows = []
    for name, (recovered, value, pays) in made.items():
        went = _went(tables, name)
        if recovered <= NOTHING:
            continue
        share = pays / total if total else 0.0
        said = _sentence(network, name, (value, pays, share), went, driver)
        rows.append((name, recovered, *went, value, pays, max(share, 0.0), said))
    rows.sort(key=lambda row: -row[8] if row[8] == row[8] else 0.0)
    return table(OXIDES, rows)


def _made(
    network: Network, program: Program, tables: Tables, found: BalancePrices | None, material: str
) -> tuple[float, float, float]:
    """Tonnes made, their average value as money of the period, and as present value."""
    amounts = _by_place(tables, material, "made")
    tonnes = sum(amounts.values())
    if found is None or not tonnes:
        return tonnes, NAN, NAN
    best: dict[tuple[str, str], float] = {}
    for place, row in enumerate(found.rows.tolist()):
        site, other, _, period = names_of(program.constraints[row])
        if other == material:
            price = float(found.price[place])
            best[site, period] = max(best.get((site, period), price), price)
    factor = dict(
        zip(
            network.calendar.labels,
            network.calendar.discount(network.case.settings.discount_rate),
            strict=True,
        )
    )
    pays = sum(amount * best.get(key, 0.0) for key, amount in amounts.items())
    value = sum(amount * best.get(key, 0.0) / factor[key[1]] for key, amount in amounts.items())
    return tonnes, value / tonnes, pays


def _by_place(tables: Tables, material: str, header: str) -> dict[tuple[str, str], float]:
    balance = tables["Balance"]
    columns = (balance[name] for name in ("site", "material", "period", header))
    return {
        (site, period): amount
        for site, other, period, amount in zip(*columns, strict=True)
        if other == material and amount
    }


def _went(tables: Tables, material: str) -> tuple[float, float, float, float, float]:
    """Bought, used, delivered, added to stock, thrown away; tonnes over the horizon."""
    bought, used, sold, closing, opening, gone = (
        sum(_by_place(tables, material, header).values())
        for header in ("bought", "used", "delivered", "closing", "opening", "discarded")
    )
    return bought, used, sold, closing - opening, gone


def _sentence(
    network: Network,
    name: str,
    figures: tuple[float, float, float],
    went: tuple[float, float, float, float, float],
    driver: str,
) -> str:
    value, pays, share = figures
    currency = network.case.settings.currency
    if value != value:
        return ""
    gone = went[-1]
    if pays < 0 or (gone > NOTHING and value <= NOTHING):
        cost = gone * network.disposal.get(name, 0.0)
        return (
            f"{name} is surplus: {gone:,.4g} t are thrown away for {cost:,.0f} {currency}; "
            f"one more tonne recovered costs {figure(-value)} {currency}."
        )
    if name == driver and pays > 0:
        return (
            f"{name} drives what feed is bought: it pays {share:.0%} of what the products are "
            f"worth; one more tonne is worth {figure(value)} {currency}."
        )
    if pays == 0:
        return f"{name} is surplus: one more tonne is worth nothing."
    return f"{name} pays {share:.0%}: one more tonne is worth {figure(value)} {currency}."
