"""Pruning: the periods in which a flow could only be zero in every feasible plan.

A node that nothing enters lets nothing out, and one that nothing leaves lets nothing
in. What leaves the horizon (closing stock of the last period, late arrivals) is a way
out, so no feasible plan is lost.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeVar

from msgspec import Struct, structs

from optimizer.network.flows import (
    Buy,
    Deliver,
    Discard,
    Downgrade,
    Flows,
    Inflow,
    Keep,
    PruningSummary,
    Run,
    Ship,
)

Flow = Buy | Run | Ship | Keep | Downgrade | Deliver | Discard
F = TypeVar("F", Buy, Run, Ship, Keep, Downgrade, Deliver, Discard)


class _PrunedFlow(Struct):
    """A flow as pruning sees it: where it takes from, what it reaches how much later."""

    periods: int
    sources: tuple[int, ...]
    targets: tuple[tuple[int, int], ...]


def prune(
    flows: Flows, inflows: Iterable[Inflow], nodes: int, count: int
) -> tuple[Flows, PruningSummary]:
    """The same flows in the periods that matter, and how many variables that saved."""
    arcs = [_arc(flow) for flow in flows.every()]
    before = sum(arc.periods.bit_count() for arc in arcs)
    _PeriodShrinking(arcs, inflows, nodes, count).run()
    after = sum(arc.periods.bit_count() for arc in arcs)
    left = iter(arcs)

    def kept(group: Sequence[F]) -> tuple[F, ...]:
        pairs = [(flow, next(left).periods) for flow in group]
        return tuple(
            flow if flow.periods == periods else structs.replace(flow, periods=periods)
            for flow, periods in pairs
            if periods
        )

    pruned = Flows(
        buys=kept(flows.buys),
        runs=kept(flows.runs),
        ships=kept(flows.ships),
        keeps=kept(flows.keeps),
        downgrades=kept(flows.downgrades),
        delivers=kept(flows.delivers),
        discards=kept(flows.discards),
    )
    return pruned, PruningSummary(flows=before - after, kept=after)


def _arc(flow: Flow) -> _PrunedFlow:
    match flow:
        case Buy():
            return _PrunedFlow(flow.periods, (), ((flow.node, 0),))
        case Run():
            made = tuple((node, 0) for node in flow.made)
            return _PrunedFlow(flow.periods, tuple(flow.used), made)
        case Ship():
            arrivals = tuple((flow.to_node, later) for later, _ in flow.arrivals)
            return _PrunedFlow(flow.periods, (flow.node,), arrivals)
        case Keep():
            return _PrunedFlow(flow.periods, (flow.node,), ((flow.node, 1),))
        case Downgrade():
            return _PrunedFlow(flow.periods, (flow.node,), ((flow.to_node, 0),))
        case Deliver() | Discard():
            return _PrunedFlow(flow.periods, (flow.node,), ())


class _PeriodShrinking:
    """Shrinks the arcs' periods until nothing more can be told to be zero."""

    def __init__(
        self, arcs: list[_PrunedFlow], inflows: Iterable[Inflow], nodes: int, count: int
    ) -> None:
        self._arcs = arcs
        self._count = count
        self._all = (1 << count) - 1
        self._into: list[list[tuple[int, int]]] = [[] for _ in range(nodes)]
        self._outof: list[list[int]] = [[] for _ in range(nodes)]
        for index, arc in enumerate(arcs):
            for node in arc.sources:
                self._outof[node].append(index)
            for node, later in arc.targets:
                self._into[node].append((index, later))
        self._given = [0] * nodes
        for inflow in inflows:
            self._given[inflow.node] |= 1 << inflow.period
        self._entered = [self._all] * nodes
        self._left = [self._all] * nodes

    def run(self) -> None:
        """Settle every node; one that changes has its neighbours looked at again."""
        waiting = dict.fromkeys(range(len(self._given)))
        while waiting:
            node = next(iter(waiting))
            del waiting[node]
            for index in self._look(node):
                arc = self._arcs[index]
                periods = self._possible(arc)
                if periods != arc.periods:
                    arc.periods = periods
                    waiting.update(dict.fromkeys(arc.sources))
                    waiting.update(dict.fromkeys(target for target, _ in arc.targets))

    def _look(self, node: int) -> list[int]:
        """Arcs to look at again, now that the node's own masks are up to date."""
        entered, left = self._given[node], 0
        for index, later in self._into[node]:
            entered |= self._arcs[index].periods << later & self._all
        for index in self._outof[node]:
            left |= self._arcs[index].periods
        touched: list[int] = []
        if entered != self._entered[node]:
            self._entered[node] = entered
            touched += self._outof[node]
        if left != self._left[node]:
            self._left[node] = left
            touched += [index for index, _ in self._into[node]]
        return touched

    def _possible(self, arc: _PrunedFlow) -> int:
        periods = arc.periods
        for node in arc.sources:
            periods &= self._entered[node]
        for node, later in arc.targets:
            gone = self._all >> max(self._count - later, 0) << max(self._count - later, 0)
            periods &= self._left[node] >> later | gone
        return periods
