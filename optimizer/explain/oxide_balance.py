"""The balance problem: which product of separation pays for the feed, and which is surplus."""

from __future__ import annotations

from optimizer.explain.cell_locator import names_of
from optimizer.explain.duals import NOT_KNOWN
from optimizer.explain.marginal_costs import BalancePrices
from optimizer.network.network_data import Network
from optimizer.result.number_text import figure
from optimizer.result.price_layouts import OXIDES_LAYOUT
from optimizer.result.result_layouts import Tables
from optimizer.result.result_table import Table, table
from optimizer.solver import Program

NEGLIGIBLE_OXIDE = 1e-6
"""Tonnes below which a product counts as not recovered: solver rounding."""


def oxide_balance(
    network: Network, program: Program, tables: Tables, balance_prices: BalancePrices | None
) -> Table:
    """A row for each product of separation, sorted by contribution, largest first."""
    products = dict.fromkeys(row.product for row in network.case.recoveries)
    made = {name: _recovered(network, program, tables, balance_prices, name) for name in products}
    total = sum(max(contribution, 0.0) for _, _, contribution in made.values())
    main_product = max(made, key=lambda name: made[name][2], default="")
    rows = []
    for name, (recovered, value, contribution) in made.items():
        disposition = _disposition(tables, name)
        if recovered <= NEGLIGIBLE_OXIDE:
            continue
        share = contribution / total if total else 0.0
        sentence = _sentence(network, name, (value, contribution, share), disposition, main_product)
        rows.append((name, recovered, *disposition, value, contribution, max(share, 0.0), sentence))
    rows.sort(key=lambda row: -row[8] if row[8] == row[8] else 0.0)
    return table(OXIDES_LAYOUT, rows)


def _recovered(
    network: Network,
    program: Program,
    tables: Tables,
    balance_prices: BalancePrices | None,
    material: str,
) -> tuple[float, float, float]:
    """Tonnes made, their average value as money of the period, and as present value."""
    amounts = _balance_amounts(tables, material, "made")
    tonnes = sum(amounts.values())
    if balance_prices is None or not tonnes:
        return tonnes, NOT_KNOWN, NOT_KNOWN
    best_prices: dict[tuple[str, str], float] = {}
    for place, row in enumerate(balance_prices.rows.tolist()):
        site, material_of_row, _, period = names_of(program.constraints[row])
        if material_of_row == material:
            price = float(balance_prices.price[place])
            best_prices[site, period] = max(best_prices.get((site, period), price), price)
    discount = dict(
        zip(
            network.calendar.labels,
            network.calendar.discount(network.case.settings.discount_rate),
            strict=True,
        )
    )
    contribution = sum(amount * best_prices.get(key, 0.0) for key, amount in amounts.items())
    value = sum(
        amount * best_prices.get(key, 0.0) / discount[key[1]] for key, amount in amounts.items()
    )
    return tonnes, value / tonnes, contribution


def _balance_amounts(tables: Tables, material: str, header: str) -> dict[tuple[str, str], float]:
    balance = tables["Balance"]
    columns = (balance[name] for name in ("site", "material", "period", header))
    return {
        (site, period): amount
        for site, other, period, amount in zip(*columns, strict=True)
        if other == material and amount
    }


def _disposition(tables: Tables, material: str) -> tuple[float, float, float, float, float]:
    """Bought, used, delivered, added to stock and discarded tonnes over the horizon."""
    bought, used, delivered, closing, opening, discarded = (
        sum(_balance_amounts(tables, material, header).values())
        for header in ("bought", "used", "delivered", "closing", "opening", "discarded")
    )
    return bought, used, delivered, closing - opening, discarded


def _sentence(
    network: Network,
    name: str,
    figures: tuple[float, float, float],
    disposition: tuple[float, float, float, float, float],
    driver: str,
) -> str:
    value, contribution, share = figures
    currency = network.case.settings.currency
    if value != value:
        return ""
    discarded = disposition[-1]
    if contribution < 0 or (discarded > NEGLIGIBLE_OXIDE and value <= NEGLIGIBLE_OXIDE):
        cost = discarded * network.disposal_cost.get(name, 0.0)
        return (
            f"{name} is surplus: {discarded:,.4g} t are disposed of for {cost:,.0f} {currency}; "
            f"one more tonne recovered costs {figure(-value)} {currency}."
        )
    if name == driver and contribution > 0:
        return (
            f"{name} drives feed purchases: it makes up {share:.0%} of the value of the "
            f"products; one more tonne is worth {figure(value)} {currency}."
        )
    if contribution == 0:
        return f"{name} is surplus: one more tonne is worth nothing."
    return (
        f"{name} makes up {share:.0%} of the value: one more tonne is worth {figure(value)} "
        f"{currency}."
    )
