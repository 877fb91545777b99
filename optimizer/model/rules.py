r"""Rules: at most a share of what is delivered to a line may break a rule.

.. math::
    \sum_{t \in w} \sum_{c \ni r} deliver_{d,c,t}
    \le share \sum_{t \in w} \sum_{c} deliver_{d,c,t}
    \qquad \forall (r, d, w) \qquad [t\ per\ window]

A rule without tolerance has no row: the deliveries that it forbids have no variable.
"""

from __future__ import annotations

from collections.abc import Iterator

from pyomo.core import ConcreteModel

from optimizer.model.family import Bound, Family, share_of_plan
from optimizer.model.linear_rows import LinearRow, add_rows
from optimizer.model.variables import FlowVariables
from optimizer.network.calendar import members
from optimizer.network.network_data import Network
from optimizer.tables.schema import INFINITY

RULE_SHARE_FAMILY = Family(
    name="rule_share",
    index=("rule", "dates", "line", "customer", "material", "window"),
    meaning="share that may break a rule, tonnes",
    kind="rule share",
    unit="t",
    sheet="Rules",
    row_key=("rule", "dates"),
    upper=Bound(
        "maximum share",
        "rule {0}: at most {value} of the deliveries to {2} may be non-compliant",
        "Rule {0} binds {2} at {3}",
    ),
    coefficient=share_of_plan,
    relief="{thing}: {amount} t more may break the rule",
    rent="rule rent",
    one_more="relaxing it by one tonne",
    checks=("rules with a share",),
)


def add(m: ConcreteModel, network: Network, columns: FlowVariables) -> None:
    """Rows of rules with a share."""
    add_rows(m, RULE_SHARE_FAMILY, _rows(network, columns))


def _rows(network: Network, columns: FlowVariables) -> Iterator[LinearRow]:
    of_line: dict[int, list[tuple[int, dict[int, object]]]] = {}
    for deliver, cells in zip(network.flows.delivers, columns.deliver, strict=True):
        broken = network.nodes[deliver.node].broken
        of_line.setdefault(deliver.line, []).append((broken, cells))
    for phase in network.phases:
        if not phase.trait or not 0 < phase.share < 1:
            continue
        for index, bound in phase.lines.items():
            line = network.lines[index]
            for window, periods in phase.windows:
                terms = [
                    ((1.0 if broken & phase.trait else 0.0) - phase.share, cells[t])
                    for t in members(periods & bound)
                    for broken, cells in of_line.get(index, ())
                    if t in cells
                ]
                if terms:
                    name = (
                        phase.rule,
                        phase.dates,
                        line.name,
                        line.customer,
                        line.material,
                        window,
                    )
                    yield name, -INFINITY, terms, 0.0
