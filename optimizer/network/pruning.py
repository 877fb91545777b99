"""Pruning: drop the periods in which a flow is zero in every feasible plan.

Nothing leaves a node that nothing enters, and nothing enters a node that nothing leaves.
Closing stock of the last period and arrivals after the horizon leave a node too, so pruning
loses no feasible plan.
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

AnyFlow = Buy | Run | Ship | Keep | Downgrade | Deliver | Discard
FlowKind = TypeVar("FlowKind", Buy, Run, Ship, Keep, Downgrade, Deliver, Discard)


class _PrunedFlow(Struct):
    """Periods, source nodes and target nodes of a flow."""

    periods: int
    sources: tuple[int, ...]
    targets: tuple[tuple[int, int], ...]
    """Target node, and how many periods later the flow reaches it."""


def prune(
    flows: Flows, inflows: Iterable[Inflow], nodes: int, count: int
) -> tuple[Flows, PruningSummary]:
    """Flows in the periods in which they may be positive, and the number of variables saved."""
    shrunk = [_pruned_flow(flow) for flow in flows.every()]
    before = sum(flow.periods.bit_count() for flow in shrunk)
    _PeriodShrinking(shrunk, inflows, nodes, count).run()
    after = sum(flow.periods.bit_count() for flow in shrunk)
    remaining_periods = (flow.periods for flow in shrunk)

    def remaining(group: Sequence[FlowKind]) -> tuple[FlowKind, ...]:
        pairs = ((flow, next(remaining_periods)) for flow in group)
        return tuple(
            flow if flow.periods == periods else structs.replace(flow, periods=periods)
            for flow, periods in pairs
            if periods
        )

    pruned = Flows(
        buys=remaining(flows.buys),
        runs=remaining(flows.runs),
        ships=remaining(flows.ships),
        keeps=remaining(flows.keeps),
        downgrades=remaining(flows.downgrades),
        delivers=remaining(flows.delivers),
        discards=remaining(flows.discards),
    )
    return pruned, PruningSummary(removed=before - after, kept=after)


def _pruned_flow(flow: AnyFlow) -> _PrunedFlow:
    match flow:
        case Buy():
            return _PrunedFlow(flow.periods, (), ((flow.node, 0),))
        case Run():
            made = tuple((node, 0) for node in flow.produced)
            return _PrunedFlow(flow.periods, tuple(flow.consumed), made)
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
    """Shrinks the periods of flows to a fixed point."""

    def __init__(
        self, flows: list[_PrunedFlow], inflows: Iterable[Inflow], nodes: int, count: int
    ) -> None:
        self._flows = flows
        self._count = count
        self._all_periods = (1 << count) - 1
        self._incoming: list[list[tuple[int, int]]] = [[] for _ in range(nodes)]
        self._outgoing: list[list[int]] = [[] for _ in range(nodes)]
        for index, flow in enumerate(flows):
            for node in flow.sources:
                self._outgoing[node].append(index)
            for node, later in flow.targets:
                self._incoming[node].append((index, later))
        self._inflow_periods = [0] * nodes
        for inflow in inflows:
            self._inflow_periods[inflow.node] |= 1 << inflow.period
        self._entering = [self._all_periods] * nodes
        self._leaving = [self._all_periods] * nodes

    def run(self) -> None:
        """Update every node; a change of its flows queues their other nodes."""
        waiting = dict.fromkeys(range(len(self._inflow_periods)))
        while waiting:
            node = next(iter(waiting))
            del waiting[node]
            for index in self._update_node(node):
                flow = self._flows[index]
                periods = self._possible_periods(flow)
                if periods != flow.periods:
                    flow.periods = periods
                    waiting.update(dict.fromkeys(flow.sources))
                    waiting.update(dict.fromkeys(target for target, _ in flow.targets))

    def _update_node(self, node: int) -> list[int]:
        """Update a node's masks; returns the flows that may have to shrink."""
        entering, leaving = self._inflow_periods[node], 0
        for index, later in self._incoming[node]:
            entering |= self._flows[index].periods << later & self._all_periods
        for index in self._outgoing[node]:
            leaving |= self._flows[index].periods
        touched: list[int] = []
        if entering != self._entering[node]:
            self._entering[node] = entering
            touched += self._outgoing[node]
        if leaving != self._leaving[node]:
            self._leaving[node] = leaving
            touched += [index for index, _ in self._incoming[node]]
        return touched

    def _possible_periods(self, flow: _PrunedFlow) -> int:
        periods = flow.periods
        for node in flow.sources:
            periods &= self._entering[node]
        for node, later in flow.targets:
            first_lost = max(self._count - later, 0)
            after_horizon = self._all_periods >> first_lost << first_lost
            periods &= self._leaving[node] >> later | after_horizon
        return periods
