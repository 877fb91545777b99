"""Rows of the programme that move together when one bound of the workbook moves.

Most bounds stand in one row. Some stand in several: wanted tonnes are the right-hand side of
``demand``, a share of them that of ``least_delivery``, and they bound lanes that lead to them
alone; a capacity bounds a unit, and again wherever a yes/no decision switches it. By the chain
rule one more of such a bound is worth the sum over its rows of price times movement. Moving all
rows at once says how far that holds.

Yes/no decisions are fixed at their values in the plan, so that a coefficient of one is a bound.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import numpy as np
from msgspec import Struct

from optimizer.explain.cell_locator import HIGH, LOW
from optimizer.model.capacity import (
    CAPACITY_FAMILY,
    IDLE_MINIMUM_FAMILY,
    MINIMUM_LOAD_FAMILY,
    RUNNING_FAMILY,
    RUNNING_OWN_FAMILY,
)
from optimizer.model.custody import CUSTODY_FAMILY
from optimizer.model.demand import DEMAND_FAMILY, LEAST_DELIVERY_FAMILY
from optimizer.model.family import Family
from optimizer.model.investment import (
    BUILT_CHOSEN_FAMILY,
    BUILT_MOST_FAMILY,
    BUILT_NEEDS_FAMILY,
    BUILT_REACH_FAMILY,
)
from optimizer.model.process_limits import PROCESS_FAMILY
from optimizer.model.shipping import LANE_FAMILY, LANE_MINIMUM_FAMILY
from optimizer.model.storage import COVER_FAMILY, STORAGE_FAMILY
from optimizer.model.supply import CONTRACT_FAMILY, OFFER_FAMILY, TAKE_OR_PAY_FAMILY
from optimizer.model.tiers import TIER_FAMILY, TIER_FULL_FAMILY
from optimizer.network.calendar import members
from optimizer.network.network_data import Network, NetworkUnit
from optimizer.solver import Answer, BoundDirection, Program
from optimizer.tables.schema import INFINITY

EQUAL_BOUNDS_TOLERANCE = 1e-9
"""Relative difference up to which two bounds count as equal: rounding of sums and products."""


MovingRows = dict[int | None, float]
"""How much each row moves; the key None stands for a row that the model does not have."""


class BoundMove(Struct, frozen=True):
    """What moves with one unit more of a bound of the workbook."""

    move: BoundDirection
    """Empty if moving the bound changes nothing: it has no price."""
    bound: float | None = None
    """The bound itself; None if it is that of the row."""
    allowable_increase: float = INFINITY
    """How much more of the bound moves like this, before another bound takes over."""
    allowable_decrease: float = INFINITY
    """How much less."""
    side: int = 0
    """LOW or HIGH where only the minimum, or the maximum, of the row moves like this."""
    binds: BoundDirection | None = None
    """Part of the move that has a price if the bound binds; None: all of it."""


def bound_moves(network: Network, m: Any, program: Program, answer: Answer) -> dict[int, BoundMove]:
    """Bounds that are more than the right-hand side of one row, by the row that stands for them.

    Empty without a plan.
    """
    if answer.values is None:
        return {}
    collector = _MoveCollector(network, m, program, answer.values)
    collector.lanes()
    collector.tiers()
    collector.demand()
    collector.units()
    collector.stores()
    collector.contracts()
    collector.processes()
    collector.options()
    return collector.moves


class _MoveCollector:
    """Collects moves, family by family."""

    def __init__(self, network: Network, m: Any, program: Program, values: np.ndarray) -> None:
        self.network, self.m, self.program = network, m, program
        self.labels = network.calendar.labels
        self.columns = m.columns
        self.moves: dict[int, BoundMove] = {}
        self._values = values
        self._column = {id(variable): n for n, variable in enumerate(program.variables)}
        self._number = {id(row): number for number, row in enumerate(program.constraints)}
        self._followers: dict[tuple[int, int], list[tuple[int, float]]] = defaultdict(list)
        """Line and period to rows that the wanted tonnes bound, and how much they move."""
        self._caps: dict[tuple[int, int], tuple[float, float]] = {}
        """Line and period to how much more and less of the wanted tonnes these rows follow."""

    def row(self, family: Family, *names: str) -> int | None:
        """Number of a row; None where the model has none."""
        component = self.m.component(family.name)
        index = names if len(names) > 1 else names[0]
        if component is None or index not in component:
            return None
        return self._number.get(id(component[index]))

    def integer_value(self, variable: Any) -> float:
        """Value of a whole decision in the plan."""
        return float(round(self._values[self._column[id(variable)]]))

    def add_move(self, row: int, rows: MovingRows, **fields: Any) -> None:
        """Add the move of the bound that a row stands for; ``columns`` are bounds that move."""
        moving = {own: factor for own, factor in rows.items() if own is not None and factor}
        columns = fields.pop("columns", {})
        self.moves[row] = BoundMove(BoundDirection(moving, columns), **fields)

    def lanes(self) -> None:
        """Lanes that are used or not: their bounds are coefficients of the decision."""
        most_of = self.network.arc_maximum
        for bound, decided in zip(self.network.arc_bounds, self.columns.used, strict=True):
            for t, variable in decided.items():
                used = self.integer_value(variable)
                name = (bound.name, bound.material, str(bound.rows[0]), self.labels[t])
                least = self.row(LANE_MINIMUM_FAMILY, *name)
                if least is not None:
                    self.add_move(least, {least: used}, bound=bound.minimum_when_used[t])
                row, most = self.row(LANE_FAMILY, *name), bound.maximum[t]
                if row is None:
                    continue
                ends = sum(most_of[arc].get(t, INFINITY) for arc in bound.arcs)
                slack = ends - most
                if slack > EQUAL_BOUNDS_TOLERANCE * max(1.0, most):
                    self.add_move(row, {row: used}, bound=most, allowable_increase=slack)
                    continue
                self.add_move(row, {})
                for arc in bound.arcs:
                    self._follow(row, arc, t, used, -slack)
        for arc, t, row, built in self._reaches():
            self._follow(row, arc, t, built, INFINITY)

    def tiers(self) -> None:
        """Maximum of an offer that comes before or after another one."""
        offers, full = self.network.offers, self.columns.full
        for offer, decided in zip(offers, full, strict=True):
            for t, period in enumerate(self.labels):
                name = (offer.name, offer.site, offer.material)
                row = self.row(OFFER_FAMILY, *name, period)
                if row is None or offer.maximum[t] == INFINITY:
                    continue
                rows: MovingRows = {row: 1.0}
                if t in decided:
                    rows[self.row(TIER_FULL_FAMILY, *name, period)] = self.integer_value(decided[t])
                for first, periods in offer.after.items():
                    if periods >> t & 1:
                        own = self.row(TIER_FAMILY, *name, offers[first].name, period)
                        rows[own] = self.integer_value(full[first][t])
                if len(rows) > 1:
                    self.add_move(row, rows, side=HIGH)

    def _reaches(self) -> Iterator[tuple[int, int, int, float]]:
        """Lane, period, row and number built, of lanes from plants that options build."""
        if self.m.component(BUILT_REACH_FAMILY.name) is None:
            return
        program = self.program
        for index, arc in enumerate(self.network.arcs):
            for unit in self.network.required_units.get((arc.from_site, arc.material), ()):
                place = self.network.units[unit]
                for t, most in self.network.arc_maximum[index].items():
                    names = (arc.name, arc.material, place.site, place.unit, self.labels[t])
                    row = self.row(BUILT_REACH_FAMILY, *names)
                    if row is None or not most:
                        continue
                    own = slice(program.starts[row], program.starts[row + 1])
                    coefficient = sum(
                        -value * self._values[column]
                        for value, column in zip(
                            program.values[own], program.columns[own].tolist(), strict=True
                        )
                        if program.integer[column]
                    )
                    yield index, t, row, coefficient / most

    def _follow(self, row: int, arc: int, t: int, factor: float, slack: float) -> None:
        """Let a row follow the tonnes wanted at the end of a lane, ``slack`` above its bound."""
        network = self.network
        ship = next(ship for ship in network.flows.ships if ship.arc == arc)
        place = (network.arcs[arc].to_site, network.arcs[arc].material)
        lines = [n for n, own in enumerate(network.lines) if (own.customer, own.material) == place]
        least = network.arc_maximum[arc][t]
        later = [
            (t + periods, share)
            for periods, share in ship.arrivals
            if t + periods < network.calendar.count
            and sum(network.lines[line].quantity[t + periods] for line in lines) / share
            <= least + EQUAL_BOUNDS_TOLERANCE * max(1.0, least)
        ]
        for period, share in later:
            for line in lines:
                more, less = self._caps.get((line, period), (INFINITY, INFINITY))
                if len(later) > 1 or slack <= EQUAL_BOUNDS_TOLERANCE * max(1.0, least):
                    # Another bound is just as low: less wanted lowers the row, more does not.
                    self._caps[line, period] = (more, 0.0)
                    continue
                self._followers[line, period].append((row, factor / share))
                self._caps[line, period] = (min(more, slack * share), less)

    def demand(self) -> None:
        """Wanted tonnes, of which a share may have to be delivered."""
        for index, (line, short) in enumerate(
            zip(self.network.lines, self.columns.short, strict=True)
        ):
            for t in short:
                name = (line.name, line.customer, line.material, self.labels[t])
                row, least = self.row(DEMAND_FAMILY, *name), self.row(LEAST_DELIVERY_FAMILY, *name)
                followers = self._followers.get((index, t), [])
                caps = self._caps.get((index, t))
                if row is None or (least is None and not followers and caps is None):
                    continue
                rows: MovingRows = {row: 1.0}
                rows[least] = line.minimum[t] / line.quantity[t]
                for follower, factor in followers:
                    rows[follower] = rows.get(follower, 0.0) + factor
                more, less = caps or (INFINITY, INFINITY)
                self.add_move(row, rows, allowable_increase=more, allowable_decrease=less)

    def units(self) -> None:
        """Capacity and minimum load, where a unit may idle or taint its plant, too."""
        custody = self._custody()
        for index, (unit, runs) in enumerate(
            zip(self.network.units, self.columns.open, strict=True)
        ):
            for t, period in enumerate(self.labels):
                name = (unit.site, unit.unit, period)
                row, least = self.row(CAPACITY_FAMILY, *name), self.row(MINIMUM_LOAD_FAMILY, *name)
                idle = self.row(IDLE_MINIMUM_FAMILY, *name)
                runs_now = self.integer_value(runs[t]) if t in runs else 0.0
                if least is not None and idle is not None:
                    self.add_move(least, {least: 1.0, idle: 1.0})
                if idle is not None:
                    self.add_move(idle, {idle: runs_now}, bound=unit.minimum_when_running[t])
                if row is None or not unit.capacity[t]:
                    continue
                rows: MovingRows = dict(custody.get((index, t), {}).items())
                rows |= {self.row(RUNNING_FAMILY, *name): runs_now}
                rows |= {self.row(RUNNING_OWN_FAMILY, *name): runs_now, row: 1.0}
                above = {other: factor for other, factor in rows.items() if other is not None}
                rows |= _minimum_load(unit, t, runs_now, least, idle)
                if len(rows) > 1:
                    self.add_move(row, rows, binds=BoundDirection(above, {}))

    def _custody(self) -> dict[tuple[int, int], dict[int, float]]:
        """Rows of plants that cannot segregate, by unit and period."""
        by_unit: dict[tuple[int, int], dict[int, float]] = defaultdict(dict)
        if self.m.component(CUSTODY_FAMILY.name) is None:
            return by_unit
        for taint, variables in zip(self.network.taints, self.columns.taint, strict=True):
            rules = "; ".join(self.network.rules_of(taint.trait))
            for t, variable in variables.items():
                tainted = self.integer_value(variable)
                for index, unit in enumerate(self.network.units):
                    if unit.site != taint.site:
                        continue
                    key = (taint.site, rules, unit.unit)
                    for side, factor in (("tainted", tainted), ("clean", 1.0 - tainted)):
                        row = self.row(CUSTODY_FAMILY, *key, side, self.labels[t])
                        if row is not None:
                            by_unit[index, t][row] = factor
        return by_unit

    def stores(self) -> None:
        """Least stock: at the end the closing target counts as far as it is above the minimum."""
        last = self.network.calendar.count - 1
        for store in self.network.stores:
            row = self.row(STORAGE_FAMILY, store.site, store.material, self.labels[last])
            spare = store.closing_target - store.minimum[last]
            if row is not None and store.minimum[last] and spare > 0:
                self.add_move(row, {row: 1.0}, allowable_decrease=spare, side=LOW)
        for store in self.network.stores:
            for period in self.labels:
                row = self.row(COVER_FAMILY, store.site, store.material, period)
                if row is not None:
                    self.add_move(row, {row: 1.0}, bound=self._negative(row))

    def _negative(self, row: int) -> float:
        """Value in the plan of the sum that a row demands: its terms below zero."""
        program = self.program
        own = slice(program.starts[row], program.starts[row + 1])
        pairs = zip(program.values[own], program.columns[own].tolist(), strict=True)
        return float(sum(-v * self._values[c] for v, c in pairs if v < 0))

    def contracts(self) -> None:
        """Contract quantity, of which a share is paid for in any case."""
        for contract in self.network.contracts:
            offer = self.network.offers[contract.offer]
            name = (offer.name, offer.site, offer.material, f"row {contract.row}")
            row, least = self.row(CONTRACT_FAMILY, *name), self.row(TAKE_OR_PAY_FAMILY, *name)
            if row is not None and least is not None and contract.quantity:
                self.add_move(row, {row: 1.0, least: contract.minimum_paid / contract.quantity})

    def processes(self) -> None:
        """Maximum of a process without a unit in a plant that cannot segregate."""
        if self.m.component(CUSTODY_FAMILY.name) is None:
            return
        for taint, variables in zip(self.network.taints, self.columns.taint, strict=True):
            rules = "; ".join(self.network.rules_of(taint.trait))
            for bound in self.network.process_bounds:
                for t, variable in variables.items():
                    name, period = (bound.name, str(bound.rows[0])), self.labels[t]
                    row = self.row(PROCESS_FAMILY, *name, period)
                    if row is None:
                        continue
                    tainted = self.integer_value(variable)
                    key = (taint.site, rules, f"{bound.name}, row {bound.rows[0]}")
                    before = self.moves[row].move.rows if row in self.moves else {row: 1.0}
                    rows: MovingRows = dict(before.items())
                    rows[self.row(CUSTODY_FAMILY, *key, "tainted", period)] = tainted
                    rows[self.row(CUSTODY_FAMILY, *key, "clean", period)] = 1.0 - tainted
                    self.add_move(row, rows, side=HIGH)

    def options(self) -> None:
        """Maximum of an option that is built in any amount; whole options are fixed."""
        for option, built, chosen in zip(
            self.network.options, self.columns.build, self.columns.chosen, strict=True
        ):
            row = self.row(BUILT_MOST_FAMILY, option.name)
            if row is None:
                continue
            if option.kind != "any amount":
                self.add_move(row, {})
                continue
            rows: MovingRows = {row: 1.0}
            for variable in chosen.values():
                rows[self.row(BUILT_CHOSEN_FAMILY, option.name)] = self.integer_value(variable)
            for need in option.needs:
                for t in built:
                    other = self.network.options[need]
                    name = (option.name, other.name, self.labels[t])
                    rows[self.row(BUILT_NEEDS_FAMILY, *name)] = self._begun(need, t)
            rows |= self._enabled(option)
            columns = {self._column[id(variable)]: 1.0 for variable in built.values()}
            self.add_move(row, rows, columns=columns)

    def _begun(self, index: int, t: int) -> float:
        if self.network.options[index].kind == "yes/no":
            cells = self.columns.build[index]
            return float(sum(self.integer_value(own) for when, own in cells.items() if when <= t))
        begun = self.columns.begun[index]
        return self.integer_value(begun[t]) if t in begun else 0.0

    def _enabled(self, option: Any) -> MovingRows:
        """Rows that switch a unit on or off: their coefficient has all that options could add."""
        custody = self._custody()
        rows: MovingRows = {}
        for addition in option.additions:
            unit, opened = self.network.units[addition.unit], self.columns.open[addition.unit]
            for t in members(self.network.calendar.all):
                most = max((own[t] for own in addition.capacity.values()), default=0.0)
                row = self.row(RUNNING_FAMILY, unit.site, unit.unit, self.labels[t])
                if row is not None:
                    rows[row] = most * self.integer_value(opened[t])
                for other, factor in custody.get((addition.unit, t), {}).items():
                    rows[other] = most * factor
        return rows


def _minimum_load(
    unit: NetworkUnit, t: int, runs: float, least: int | None, idle: int | None
) -> MovingRows:
    """Rows of the minimum load of a unit, which is a share of its capacity."""
    always, running = (
        unit.minimum[t] / unit.capacity[t],
        unit.minimum_when_running[t] / unit.capacity[t],
    )
    return {least: always, idle: always + running * runs}
