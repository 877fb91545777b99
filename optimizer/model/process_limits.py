r"""Process limits: least and most activity of a process in a period.

.. math::
    minimum_{k,t} \le \sum_{p \in processes(k),\,b} run_{p,b,t} \le maximum_{k,t}
    \qquad \forall (k, t) \qquad [activity\ per\ period]

``k`` are the keys (site, recipe, feed, unit) of Processes with a minimum or a maximum; a
``*`` feed counts all feeds together.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pyomo.core import ConcreteModel

from optimizer.model.capacity import activity_of, inputs_of
from optimizer.model.family import Bound, Family
from optimizer.model.linear_rows import LinearRow, add_rows
from optimizer.model.variables import ByPeriod, FlowVariables
from optimizer.network.network_data import Network
from optimizer.tables.schema import INFINITY


def _inputs_of_bound(network: Network, names: Sequence[str]) -> Iterator[tuple[str, str]]:
    for bound in network.process_bounds:
        if (bound.name, str(bound.rows[0])) == tuple(names[:2]):
            yield from inputs_of(network, bound.processes)


PROCESS_FAMILY = Family(
    name="process",
    index=("process", "row of Processes", "period"),
    meaning="activity per period",
    kind="process limit",
    unit="activity",
    sheet="Processes",
    row_key=("row of Processes",),
    lower=Bound(
        "minimum", "the activity of {0} must be at least {value}", "{0} runs at its minimum"
    ),
    upper=Bound("maximum", "the activity of {0} may be at most {value}", "{0} runs at its maximum"),
    relief="{thing} needs {amount} more activity allowed in {period}",
    rent="capacity",
    one_more="one more unit of activity",
    one_less="one unit of activity less",
    wanted_at=_inputs_of_bound,
    checks=("processes",),
)


def add(m: ConcreteModel, network: Network, columns: FlowVariables) -> None:
    """Rows of processes with limits."""
    add_rows(m, PROCESS_FAMILY, _bounds(network, activity_of(network, columns)))


def _bounds(network: Network, activity: list[list[ByPeriod]]) -> Iterator[LinearRow]:
    for bound in network.process_bounds:
        for t, period in enumerate(network.calendar.labels):
            terms = [
                (1.0, cells[t])
                for process, periods in bound.processes.items()
                if periods >> t & 1
                for cells in activity[process]
                if t in cells
            ]
            least = bound.minimum[t] or -INFINITY
            yield (bound.name, str(bound.rows[0]), period), least, terms, bound.maximum[t]
