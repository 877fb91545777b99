r"""Commitments: what an earlier plan fixes, and what deviating from it costs.

.. math::
    least_g \le \sum_{f \in g} flow_f \le most_g \qquad \forall g\ fixed \qquad
    \sum_{f \in g} flow_f - more_g + less_g = planned_g \qquad \forall g\ charged
    \qquad [t]

A commitment ``g`` is what is decided under one name in one period: a purchase of an offer,
a shipment over a lane, a run, a delivery, a disposal, an option. Its classes are added up,
so that it means the same where rules change. The rows exist only in a plan that follows
another. ``more`` and ``less`` cost the same per tonne, discounted as all money; the charge
steers the plan and is no part of its cost.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from pyomo.core import ConcreteModel, NonNegativeReals, Objective, Var, minimize

from optimizer.model import cost
from optimizer.model.family import Family
from optimizer.model.linear_rows import LinearRow, LinearTerms, add_rows, linear
from optimizer.model.variables import ByPeriod
from optimizer.network.network_data import Network

COMMITMENT_INDEX = ("kind", "name", "second name", "third name", "fourth name", "period")
"""Parts of the index of a commitment: a kind has up to four names."""

_EARLIER_PLAN = "the workbook does not say it; the sheet Commitments compares the two plans"

FIXED_COMMITMENT_FAMILY = Family(
    name="kept",
    index=COMMITMENT_INDEX,
    meaning="held as in the last plan, tonnes or number",
    kind="commitment",
    unit="t or number",
    relieved_by="nothing",
    relief="commitment {thing} may differ by {amount} t in {period}",
    unaudited=_EARLIER_PLAN,
)
COMMITMENT_DEVIATION_FAMILY = Family(
    name="deviation",
    kind="deviation from the plan",
    index=COMMITMENT_INDEX,
    meaning="difference from the last plan, tonnes",
    relieved_by="nothing",
    price="none",
    unpriced="it defines how much more and less is done than planned",
    unaudited=_EARLIER_PLAN,
)

LONGEST_COMMITMENT_NAME = 4
"""Parts of the longest name of a commitment."""

NEGLIGIBLE_COMMITMENT = 1e-9
"""Tonnes that count as no commitment: a hundredth of HiGHS's tolerance of a row."""

COMMITMENT_ROUNDING = 1e-7
"""Part of a commitment (of a tonne, where it is less) that is rounding: HiGHS's tolerance of
a row."""


class Commitment(NamedTuple):
    """What is decided under one name in one period."""

    kind: str
    """purchases, shipments, production, deliveries, disposal or options."""
    name: tuple[str, ...]
    period: str

    @property
    def row(self) -> tuple[str, ...]:
        """Index of its rows: kind, name padded with blanks, period."""
        blanks = ("",) * (LONGEST_COMMITMENT_NAME - len(self.name))
        return (self.kind, *self.name, *blanks, self.period)


CommitmentVariables = tuple[int, list[Any]]
"""Period and variables of a commitment, one for each class."""

COMMITMENT_KINDS = ("purchases", "shipments", "production", "deliveries", "disposal", "options")
"""Kinds of commitments, in the words of the result tables."""


def commitments(
    m: ConcreteModel, kinds: Iterable[str] = COMMITMENT_KINDS
) -> dict[Commitment, CommitmentVariables]:
    """Variables of a model by commitment; the classes of one name are together."""
    network: Network = m.network
    variables: dict[Commitment, CommitmentVariables] = {}
    for kind in kinds:
        for name, cells in zip(_names(network)[kind](), _columns(m)[kind], strict=True):
            for t, variable in cells.items():
                commitment = Commitment(kind, name, network.calendar.labels[t])
                variables.setdefault(commitment, (t, []))[1].append(variable)
    return variables


def offered_commitments(
    network: Network, kinds: Iterable[str] = COMMITMENT_KINDS
) -> set[Commitment]:
    """Commitments that the sheets allow, whether or not a plan could use them."""
    names: dict[str, Iterator[tuple[tuple[str, ...], int]]] = {
        "purchases": (
            ((each.name, each.site, each.material), _periods_with(each.periods, each.maximum))
            for each in network.offers
        ),
        "shipments": (
            ((each.from_site, each.to_site, each.material, each.mode), each.periods)
            for each in network.arcs
        ),
        "production": (
            ((each.site, each.recipe, each.feed), each.periods) for each in network.processes
        ),
        "deliveries": (
            (
                (each.name, each.customer, each.material),
                _periods_with(network.calendar.all, each.quantity),
            )
            for each in network.lines
        ),
        "options": (
            ((each.name,), each.periods if each.maximum_number else 0) for each in network.options
        ),
    }
    labels = network.calendar.labels
    return {
        Commitment(kind, name, label)
        for kind in kinds
        for name, periods in names.get(kind, ())
        for t, label in enumerate(labels)
        if periods >> t & 1
    }


def _periods_with(periods: int, amounts: list[float]) -> int:
    return sum(1 << t for t, amount in enumerate(amounts) if amount > 0) & periods


def rounding_bounds(amount: float) -> tuple[float, float]:
    """Bounds around an amount that leave room for rounding; nothing stays zero."""
    if amount <= NEGLIGIBLE_COMMITMENT:
        return 0.0, 0.0
    room = COMMITMENT_ROUNDING * max(1.0, amount)
    return max(amount - room, 0.0), amount + room


def fix_commitments(
    m: ConcreteModel, bounds: Mapping[Commitment, tuple[float, float]]
) -> list[Commitment]:
    """Fix commitments between bounds; the commitments without variables, which have no row.

    No plan of the model can do what has no variables.
    """
    known = commitments(m)

    def rows() -> Iterator[LinearRow]:
        for commitment, (least, most) in bounds.items():
            if commitment in known:
                terms = [(1.0, variable) for variable in known[commitment][1]]
                yield commitment.row, least, terms, most

    add_rows(m, FIXED_COMMITMENT_FAMILY, rows())
    return [commitment for commitment in bounds if commitment not in known]


def charge_deviation(m: ConcreteModel, planned: Mapping[Commitment, float], rate: float) -> None:
    """Add a charge on each tonne by which commitments deviate from a plan to the objective.

    ``rate`` is money per tonne in the commitment's period. ``model.total_cost`` stays on the
    model, deactivated: it is still the cost of the plan.
    """
    known = commitments(m)
    network: Network = m.network
    discount = network.calendar.discount(network.case.settings.discount_rate)
    index = [commitment.row for commitment in planned if commitment in known]
    m.more = Var(index, domain=NonNegativeReals, doc="tonnes more than planned")
    m.less = Var(index, domain=NonNegativeReals, doc="tonnes less than planned")
    burden: LinearTerms = []

    def rows() -> Iterator[LinearRow]:
        for commitment, tonnes in planned.items():
            if commitment in known:
                t, variables = known[commitment]
                more, less = m.more[commitment.row], m.less[commitment.row]
                burden.extend(((rate * discount[t], more), (rate * discount[t], less)))
                terms = [(1.0, variable) for variable in variables]
                yield commitment.row, tonnes, [*terms, (-1.0, more), (1.0, less)], tonnes

    add_rows(m, COMMITMENT_DEVIATION_FAMILY, rows())
    terms, fixed = cost.total(network, m.columns)
    m.total_cost.deactivate()
    m.cost_and_change = Objective(
        expr=linear([*terms, *burden], constant=fixed),
        sense=minimize,
        doc="total discounted cost and charge for change",
    )


def _columns(m: ConcreteModel) -> dict[str, list[ByPeriod]]:
    columns = m.columns
    return {
        "purchases": columns.buy,
        "shipments": columns.ship,
        "production": columns.run,
        "deliveries": columns.deliver,
        "disposal": columns.discard,
        "options": columns.build,
    }


def _names(network: Network) -> dict[str, Callable[[], list[tuple[str, ...]]]]:
    """Names by flow of each kind, as the result tables write them."""
    flows, nodes = network.flows, network.nodes
    offers, arcs, processes = network.offers, network.arcs, network.processes
    lines = network.lines
    return {
        "purchases": lambda: [
            (offers[flow.offer].name, offers[flow.offer].site, offers[flow.offer].material)
            for flow in flows.buys
        ],
        "shipments": lambda: [
            (arc.from_site, arc.to_site, arc.material, arc.mode)
            for arc in (arcs[flow.arc] for flow in flows.ships)
        ],
        "production": lambda: [
            (process.site, process.recipe, process.feed)
            for process in (processes[flow.process] for flow in flows.runs)
        ],
        "deliveries": lambda: [
            (line.name, line.customer, line.material)
            for line in (lines[flow.line] for flow in flows.delivers)
        ],
        "disposal": lambda: [
            (nodes[flow.node].site, nodes[flow.node].material) for flow in flows.discards
        ],
        "options": lambda: [(option.name,) for option in network.options],
    }
