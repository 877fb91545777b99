"""Moves of capacities and of investment options, which stand again where decisions switch them."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from optimizer.explain.bound_move import BoundMove, MoveCollector, MovingRows
from optimizer.explain.cell_locator import HIGH
from optimizer.model.capacity import (
    CAPACITY_FAMILY,
    MINIMUM_LOAD_FAMILY,
    MINIMUM_WHEN_RUNNING_FAMILY,
    RUNNING_FAMILY,
    RUNNING_OWN_FAMILY,
)
from optimizer.model.custody import CUSTODY_FAMILY
from optimizer.model.investment import (
    BUILT_CHOSEN_FAMILY,
    BUILT_MAXIMUM_FAMILY,
    BUILT_NEEDS_FAMILY,
)
from optimizer.model.process_limits import PROCESS_FAMILY
from optimizer.network.calendar import members
from optimizer.network.network_data import NetworkUnit
from optimizer.solver import BoundDirection


class CapacityMoves(MoveCollector):
    """Moves of the bounds of units, processes and options."""

    def collect(self) -> dict[int, BoundMove]:
        """Moves by row."""
        self._units()
        self._processes()
        self._options()
        return self.moves

    def _units(self) -> None:
        """Capacity and minimum load, where a unit may idle or taint its plant, too."""
        custody = self._custody()
        for index, (unit, runs) in enumerate(
            zip(self.network.units, self.columns.open, strict=True)
        ):
            for t, period in enumerate(self.labels):
                name = (unit.site, unit.unit, period)
                row, least = self.row(CAPACITY_FAMILY, *name), self.row(MINIMUM_LOAD_FAMILY, *name)
                idle = self.row(MINIMUM_WHEN_RUNNING_FAMILY, *name)
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

    def _processes(self) -> None:
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

    def _options(self) -> None:
        """Maximum of an option that is built in any amount; whole options are fixed."""
        for option, built, chosen in zip(
            self.network.options, self.columns.build, self.columns.chosen, strict=True
        ):
            row = self.row(BUILT_MAXIMUM_FAMILY, option.name)
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
            columns = {self.column_of[id(variable)]: 1.0 for variable in built.values()}
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
