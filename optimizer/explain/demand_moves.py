"""Moves of lanes and of wanted tonnes, which bound the lanes that lead to them alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from optimizer.explain.bound_move import BoundMove, MoveCollector, MovingRows, PlanRows
from optimizer.model.demand import DEMAND_FAMILY, LEAST_DELIVERY_FAMILY
from optimizer.model.investment import (
    BUILT_LANE_FAMILY,
)
from optimizer.model.shipping import LANE_FAMILY, LANE_MINIMUM_FAMILY
from optimizer.tables.schema import INFINITY

EQUAL_BOUNDS_TOLERANCE = 1e-9
"""Relative difference up to which two bounds count as equal: rounding of sums and products."""


class DemandMoves(MoveCollector):
    """Moves of the bounds of lanes and of demand."""

    def __init__(self, rows: PlanRows) -> None:
        super().__init__(rows)
        self._followers: dict[tuple[int, int], list[tuple[int, float]]] = defaultdict(list)
        """Line and period to rows that the wanted tonnes bound, and how much they move."""
        self._caps: dict[tuple[int, int], tuple[float, float]] = {}
        """Line and period to how much more and less of the wanted tonnes these rows follow."""

    def collect(self) -> dict[int, BoundMove]:
        """Moves by row."""
        self._lanes()
        self._demand()
        return self.moves

    def _lanes(self) -> None:
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

    def _reaches(self) -> Iterator[tuple[int, int, int, float]]:
        """Lane, period, row and number built, of lanes from plants that options build."""
        if self.m.component(BUILT_LANE_FAMILY.name) is None:
            return
        program = self.program
        for index, arc in enumerate(self.network.arcs):
            for unit in self.network.required_units.get((arc.from_site, arc.material), ()):
                place = self.network.units[unit]
                for t, most in self.network.arc_maximum[index].items():
                    names = (arc.name, arc.material, place.site, place.unit, self.labels[t])
                    row = self.row(BUILT_LANE_FAMILY, *names)
                    if row is None or not most:
                        continue
                    own = slice(program.starts[row], program.starts[row + 1])
                    coefficient = sum(
                        -value * self.values[column]
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

    def _demand(self) -> None:
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
