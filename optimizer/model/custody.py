r"""Chain of custody: a plant that cannot segregate is tainted as a whole or not at all.

.. math::
    \sum_{p,\,b \ni r} use_{p,u,t} \, run_{p,b,t} \le most_{u,t} \, taint_{s,r,t} \qquad
    \sum_{p,\,b \not\ni r} use_{p,u,t} \, run_{p,b,t} \le most_{u,t} \, (1 - taint_{s,r,t})
    \qquad \forall (s, r, t,\ u\ of\ s)

The same with ``run`` alone and the maximum of a process that has no unit. What a run is
booked as having is what all that it makes has; a clean lot may be booked as tainted, so a
tainted run may take clean input. ``most`` is the capacity with all that options could add.
"""

from __future__ import annotations

from collections.abc import Iterator

from pyomo.core import ConcreteModel

from optimizer.model.capacity import most_capacity
from optimizer.model.family import Bound, Family
from optimizer.model.linear_rows import LinearRow, LinearTerms, add_rows
from optimizer.model.variables import ByPeriod, FlowVariables
from optimizer.network.network_data import Network, Taint
from optimizer.tables.schema import INFINITY

CUSTODY_FAMILY = Family(
    name="custody",
    kind="segregation",
    index=("site", "rules", "unit or process", "side", "period"),
    meaning="tainted or clean, use per period",
    sheet="Sites",
    row_key=("site",),
    upper=Bound(
        "segregates",
        "{0} does not segregate: one non-compliant input makes all its output non-compliant",
    ),
    relieved_by="choice",
    custom_relaxation=True,
    relief="{thing} must segregate, or needs {amount} more in {period}",
    price="none",
    unpriced="it ties use to a yes/no decision; capacity has the price",
    rent="rule rent",
    checks=("runs booked as made",),
)

SharedCapacity = tuple[str, dict[int, float], float]
"""Name of a unit or process bound, use by process, and the maximum of their sum."""


def add(m: ConcreteModel, network: Network, columns: FlowVariables) -> None:
    """Rows of plants that cannot segregate."""
    if network.taints:
        add_rows(m, CUSTODY_FAMILY, _rows(network, columns))


def _rows(network: Network, columns: FlowVariables) -> Iterator[LinearRow]:
    runs: dict[int, list[tuple[int, ByPeriod]]] = {}
    for run, cells in zip(network.flows.runs, columns.run, strict=True):
        runs.setdefault(run.process, []).append((run.inputs_broken, cells))
    for taint, variables in zip(network.taints, columns.taint, strict=True):
        rules = "; ".join(network.rules_of(taint.trait))
        for t, variable in variables.items():
            for name, uses, most in _groups(network, taint, t):
                tainted: LinearTerms = []
                clean: LinearTerms = []
                for process, use in uses.items():
                    for broken, cells in runs.get(process, ()):
                        if t in cells:
                            side = tainted if broken & taint.trait else clean
                            side.append((use, cells[t]))
                key, period = (taint.site, rules, name), network.calendar.labels[t]
                if tainted:
                    yield (*key, "tainted", period), -INFINITY, [*tainted, (-most, variable)], 0.0
                if clean:
                    yield (*key, "clean", period), -INFINITY, [*clean, (most, variable)], most


def _groups(network: Network, taint: Taint, t: int) -> Iterator[SharedCapacity]:
    """Units of a plant, and the maximum of processes without a unit."""
    alone = set(taint.processes)
    for index, unit in enumerate(network.units):
        uses = {p: use[t] for p, use in unit.uses.items() if p in taint.processes and use[t]}
        if uses:
            alone -= set(uses)
            yield unit.unit, uses, most_capacity(network, index, t)
    for bound in network.process_bounds:
        uses = {p: 1.0 for p in bound.processes if p in alone and bound.processes[p] >> t & 1}
        if uses and bound.maximum[t] < INFINITY:
            yield f"{bound.name}, row {bound.rows[0]}", uses, bound.maximum[t]
