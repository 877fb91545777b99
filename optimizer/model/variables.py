"""The decisions: every variable of the model, not negative, tonnes per period.

``buy`` · ``run`` (activity) · ``ship`` (by departure) · ``stock`` (at period end) ·
``downgrade`` · ``deliver`` · ``short`` · ``discard`` · ``shortfall`` (of a contract) ·
``build`` (yes/no, whole or any amount) · ``begun``, ``chosen`` (of options) · ``open`` (a
unit that may idle runs) · ``used`` (a lane is) · ``full`` (an offer is bought up to its
maximum) · ``taint`` (of a plant that cannot segregate), all yes/no and only where they are needed
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from msgspec import Struct
from pyomo.core import Binary, ConcreteModel, NonNegativeIntegers, NonNegativeReals, Var

from optimizer.network.calendar import members
from optimizer.network.network_data import Network

ByPeriod = dict[int, Any]
"""Variables of one flow by period."""


class FlowVariables(Struct, frozen=True):
    """The variables by flow, as the network numbers them, and by period."""

    buy: list[ByPeriod]
    run: list[ByPeriod]
    ship: list[ByPeriod]
    stock: list[ByPeriod]
    downgrade: list[ByPeriod]
    deliver: list[ByPeriod]
    discard: list[ByPeriod]
    short: list[ByPeriod]
    """By line of demand; only where something is wanted."""
    shortfall: list[ByPeriod]
    """By contract; in the period in which it is paid for."""
    build: list[ByPeriod]
    """By option."""
    begun: list[ByPeriod]
    """By option: 1 only if built by then; only where another option asks."""
    chosen: list[ByPeriod]
    """By option: 1 if ever built, in the last period; only where options exclude others."""
    open: list[ByPeriod]
    """By unit; only where it matters whether it runs."""
    used: list[ByPeriod]
    """By lane with a limit; only where it matters whether it is used."""
    full: list[ByPeriod]
    """By offer; only where another one comes after it."""
    taint: list[ByPeriod]
    """By taint of a plant."""


def add(m: ConcreteModel, network: Network) -> FlowVariables:
    """Put all variables on the model, with readable indices."""
    flows, lines = network.flows, network.lines
    wanted = [sum(1 << t for t, tonnes in enumerate(line.quantity) if tonnes) for line in lines]
    paid = [1 << contract.last if contract.least else 0 for contract in network.contracts]
    return FlowVariables(
        buy=_declare(m, network, "buy", "tonnes bought", _buys(network), flows.buys),
        run=_declare(m, network, "run", "units of activity", _runs(network), flows.runs),
        ship=_declare(m, network, "ship", "tonnes leaving", _ships(network), flows.ships),
        stock=_declare(m, network, "stock", "tonnes at period end", _keeps(network), flows.keeps),
        downgrade=_declare(
            m,
            network,
            "downgrade",
            "tonnes booked as another class",
            _downgrades(network),
            flows.downgrades,
        ),
        deliver=_declare(
            m, network, "deliver", "tonnes delivered", _delivers(network), flows.delivers
        ),
        discard=_declare(
            m, network, "discard", "tonnes thrown away", _discards(network), flows.discards
        ),
        short=_family(
            m,
            network,
            "short",
            "tonnes not delivered",
            [(line.name, line.customer, line.material) for line in lines],
            wanted,
        ),
        shortfall=_family(
            m,
            network,
            "shortfall",
            "tonnes paid for and not taken",
            [
                (network.offers[c.offer].name, network.offers[c.offer].site, f"row {c.row}")
                for c in network.contracts
            ],
            paid,
        ),
        **_decided(m, network),
    )


def _decided(m: ConcreteModel, network: Network) -> dict[str, list[ByPeriod]]:
    """Variables that are decided as yes or no, and how much of options."""
    options, last = network.options, 1 << network.calendar.count - 1
    asked = {need for option in options for need in option.needs}
    names = [(option.name,) for option in options]
    build = _family(m, network, "build", "built", names, [option.periods for option in options])
    for option, cells in zip(options, build, strict=True):
        for variable in cells.values():
            variable.setub(option.most)
            if option.kind != "any amount":
                variable.domain = NonNegativeIntegers

    def yes_no(name: str, doc: str, index: Names, periods: Sequence[int]) -> list[ByPeriod]:
        return _family(m, network, name, doc, index, periods, domain=Binary)

    return {
        "build": build,
        "begun": yes_no(
            "begun",
            "1 only if built by then",
            names,
            [
                option.periods if index in asked and option.kind != "yes/no" else 0
                for index, option in enumerate(options)
            ],
        ),
        "chosen": yes_no(
            "chosen",
            "1 if ever built",
            names,
            [last if option.groups and option.kind != "yes/no" else 0 for option in options],
        ),
        "open": yes_no(
            "open",
            "1 if the unit runs",
            [(unit.site, unit.unit) for unit in network.units],
            [unit.may_idle for unit in network.units],
        ),
        "used": yes_no(
            "used",
            "1 if the lane is used",
            [(bound.name, bound.material, str(bound.rows[0])) for bound in network.arc_bounds],
            [bound.decided for bound in network.arc_bounds],
        ),
        "full": yes_no(
            "full",
            "1 only if the offer is bought up to its maximum",
            [(offer.name, offer.site, offer.material) for offer in network.offers],
            [_comes_first(network, number) for number in range(len(network.offers))],
        ),
        "taint": yes_no(
            "taint",
            "1 if all that the plant makes breaks the rule",
            [(taint.site, "; ".join(network.rules_of(taint.trait))) for taint in network.taints],
            [network.calendar.all for _ in network.taints],
        ),
    }


def _comes_first(network: Network, number: int) -> int:
    """Mask of the periods in which another offer comes after this one."""
    found = 0
    for offer in network.offers:
        found |= offer.after.get(number, 0)
    return found


Names = Iterable[tuple[str, ...]]


def _declare(
    m: ConcreteModel,
    network: Network,
    name: str,
    doc: str,
    names: Names,
    flows: Sequence[Any],
) -> list[ByPeriod]:
    return _family(m, network, name, doc, names, [flow.periods for flow in flows])


def _family(
    m: ConcreteModel,
    network: Network,
    name: str,
    doc: str,
    names: Names,
    periods: Sequence[int],
    domain: Any = NonNegativeReals,
) -> list[ByPeriod]:
    labels = network.calendar.labels
    when = [list(members(mask)) for mask in periods]
    index = [(*key, labels[t]) for key, own in zip(names, when, strict=True) for t in own]
    variable = Var(index, domain=domain, doc=doc)
    m.add_component(name, variable)
    values = iter(variable.values())
    return [{t: next(values) for t in own} for own in when]


def _buys(network: Network) -> Names:
    for flow in network.flows.buys:
        offer = network.offers[flow.offer]
        yield offer.name, offer.site, offer.material


def _runs(network: Network) -> Names:
    for flow in network.flows.runs:
        process = network.processes[flow.process]
        yield process.site, process.recipe, process.feed, flow.name


def _ships(network: Network) -> Names:
    for flow in network.flows.ships:
        arc = network.arcs[flow.arc]
        name = network.nodes[flow.node].name
        yield arc.from_site, arc.to_site, arc.material, arc.mode, name


def _keeps(network: Network) -> Names:
    for flow in network.flows.keeps:
        node = network.nodes[flow.node]
        yield node.site, node.material, node.name


def _downgrades(network: Network) -> Names:
    for flow in network.flows.downgrades:
        node = network.nodes[flow.node]
        yield node.site, node.material, node.name, network.nodes[flow.to_node].name


def _delivers(network: Network) -> Names:
    for flow in network.flows.delivers:
        line = network.lines[flow.line]
        yield line.name, line.customer, line.material, network.nodes[flow.node].name


def _discards(network: Network) -> Names:
    for flow in network.flows.discards:
        node = network.nodes[flow.node]
        yield node.site, node.material, node.name
