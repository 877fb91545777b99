"""Decisions: every variable of the model, not negative, tonnes per period.

``buy`` · ``run`` (activity) · ``ship`` (by departure) · ``stock`` (at period end) ·
``downgrade`` · ``deliver`` · ``short`` · ``discard`` · ``shortfall`` (of a contract) ·
``build`` (yes/no, whole or any amount) · ``begun``, ``chosen`` (of options) · ``open`` (a
unit that may idle runs) · ``used`` (a lane is) · ``full`` (an offer is bought up to its
maximum) · ``taint`` (of a plant that cannot segregate); the last six are yes/no and stand
only where they are needed
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

IndexParts = Iterable[tuple[str, ...]]
"""Index of each flow without its period."""


class Decision(Struct, frozen=True):
    """A kind of variable: name of the Pyomo component, parts of its index, meaning and unit."""

    name: str
    index: tuple[str, ...]
    meaning: str
    integer: bool = False
    """True if it is decided as yes or no, or as a number."""


DECISIONS = (
    Decision("buy", ("offer", "site", "material", "period"), "tonnes bought"),
    Decision(
        "run", ("site", "recipe", "feed", "class of the inputs", "period"), "units of activity"
    ),
    Decision(
        "ship",
        ("from site", "to site", "material", "mode", "class", "period of departure"),
        "tonnes leaving",
    ),
    Decision("stock", ("site", "material", "class", "period"), "tonnes at period end"),
    Decision(
        "downgrade",
        ("site", "material", "class", "class that it is booked as", "period"),
        "tonnes booked as another class",
    ),
    Decision("deliver", ("line", "customer", "material", "class", "period"), "tonnes delivered"),
    Decision("discard", ("site", "material", "class", "period"), "tonnes disposed of"),
    Decision("short", ("line", "customer", "material", "period"), "tonnes not delivered"),
    Decision(
        "shortfall",
        ("offer", "site", "row of Supply", "period of payment"),
        "tonnes paid for and not taken",
    ),
    Decision("build", ("option", "period of decision"), "built", integer=True),
    Decision("begun", ("option", "period"), "1 only if built by then", integer=True),
    Decision("chosen", ("option", "last period"), "1 if ever built", integer=True),
    Decision("open", ("site", "unit", "period"), "1 if the unit runs", integer=True),
    Decision(
        "used",
        ("lane", "material", "row of Lanes", "period"),
        "1 if the lane is used",
        integer=True,
    ),
    Decision(
        "full",
        ("offer", "site", "material", "period"),
        "1 only if the offer is bought up to its maximum",
        integer=True,
    ),
    Decision(
        "taint",
        ("site", "rules", "period"),
        "1 if all that the plant makes breaks the rule",
        integer=True,
    ),
)
"""Variables of every model, in the order in which they are declared."""

_DECISION = {decision.name: decision for decision in DECISIONS}


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
    """By option: 1 only if built by then; only where another option needs it."""
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

    def __repr__(self) -> str:
        counts = {name: sum(map(len, getattr(self, name))) for name in self.__struct_fields__}
        named = ", ".join(f"{name} {count:,}" for name, count in counts.items() if count)
        return f"<FlowVariables: {named}>"


def add(m: ConcreteModel, network: Network) -> FlowVariables:
    """Declare all variables, with readable indices."""
    flows, lines, offers = network.flows, network.lines, network.offers
    wanted = [sum(1 << t for t, tonnes in enumerate(line.quantity) if tonnes) for line in lines]
    paid = [
        1 << contract.last_period if contract.minimum_paid else 0 for contract in network.contracts
    ]

    def by_flow(name: str, names: IndexParts, flows: Sequence[Any]) -> list[ByPeriod]:
        return _declare(m, network, name, names, [flow.periods for flow in flows])

    return FlowVariables(
        buy=by_flow("buy", _buys(network), flows.buys),
        run=by_flow("run", _runs(network), flows.runs),
        ship=by_flow("ship", _ships(network), flows.ships),
        stock=by_flow("stock", _keeps(network), flows.keeps),
        downgrade=by_flow("downgrade", _downgrades(network), flows.downgrades),
        deliver=by_flow("deliver", _delivers(network), flows.delivers),
        discard=by_flow("discard", _discards(network), flows.discards),
        short=_declare(
            m,
            network,
            "short",
            [(line.name, line.customer, line.material) for line in lines],
            wanted,
        ),
        shortfall=_declare(
            m,
            network,
            "shortfall",
            [
                (offers[contract.offer].name, offers[contract.offer].site, f"row {contract.row}")
                for contract in network.contracts
            ],
            paid,
        ),
        **_declare_whole(m, network),
    )


def _declare_whole(m: ConcreteModel, network: Network) -> dict[str, list[ByPeriod]]:
    """Declare yes/no variables and options."""
    options, last = network.options, 1 << network.calendar.count - 1
    needed = {need for option in options for need in option.needs}
    names = [(option.name,) for option in options]
    build = _declare(m, network, "build", names, [option.periods for option in options])
    for option, cells in zip(options, build, strict=True):
        for variable in cells.values():
            variable.setub(option.maximum_number)
            if option.kind != "any amount":
                variable.domain = NonNegativeIntegers

    def yes_no(name: str, index: IndexParts, periods: Sequence[int]) -> list[ByPeriod]:
        return _declare(m, network, name, index, periods, domain=Binary)

    return {
        "build": build,
        "begun": yes_no(
            "begun",
            names,
            [
                option.periods if index in needed and option.kind != "yes/no" else 0
                for index, option in enumerate(options)
            ],
        ),
        "chosen": yes_no(
            "chosen",
            names,
            [last if option.groups and option.kind != "yes/no" else 0 for option in options],
        ),
        "open": yes_no(
            "open",
            [(unit.site, unit.unit) for unit in network.units],
            [unit.may_idle for unit in network.units],
        ),
        "used": yes_no(
            "used",
            [(bound.name, bound.material, str(bound.rows[0])) for bound in network.arc_bounds],
            [bound.decided for bound in network.arc_bounds],
        ),
        "full": yes_no(
            "full",
            [(offer.name, offer.site, offer.material) for offer in network.offers],
            [_comes_first(network, number) for number in range(len(network.offers))],
        ),
        "taint": yes_no(
            "taint",
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


def _declare(
    m: ConcreteModel,
    network: Network,
    name: str,
    names: IndexParts,
    periods: Sequence[int],
    domain: Any = NonNegativeReals,
) -> list[ByPeriod]:
    labels = network.calendar.labels
    when = [list(members(mask)) for mask in periods]
    index = [(*key, labels[t]) for key, own in zip(names, when, strict=True) for t in own]
    variable = Var(index, domain=domain, doc=_DECISION[name].meaning)
    m.add_component(name, variable)
    values = iter(variable.values())
    return [{t: next(values) for t in own} for own in when]


def _buys(network: Network) -> IndexParts:
    for flow in network.flows.buys:
        offer = network.offers[flow.offer]
        yield offer.name, offer.site, offer.material


def _runs(network: Network) -> IndexParts:
    for flow in network.flows.runs:
        process = network.processes[flow.process]
        yield process.site, process.recipe, process.feed, flow.name


def _ships(network: Network) -> IndexParts:
    for flow in network.flows.ships:
        arc = network.arcs[flow.arc]
        name = network.nodes[flow.node].name
        yield arc.from_site, arc.to_site, arc.material, arc.mode, name


def _keeps(network: Network) -> IndexParts:
    for flow in network.flows.keeps:
        node = network.nodes[flow.node]
        yield node.site, node.material, node.name


def _downgrades(network: Network) -> IndexParts:
    for flow in network.flows.downgrades:
        node = network.nodes[flow.node]
        yield node.site, node.material, node.name, network.nodes[flow.to_node].name


def _delivers(network: Network) -> IndexParts:
    for flow in network.flows.delivers:
        line = network.lines[flow.line]
        yield line.name, line.customer, line.material, network.nodes[flow.node].name


def _discards(network: Network) -> IndexParts:
    for flow in network.flows.discards:
        node = network.nodes[flow.node]
        yield node.site, node.material, node.name
