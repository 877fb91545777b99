"""Which rows of a programme cannot hold together: an irreducible set of groups of rows.

First an elastic programme: rows that may give get a column for it. Where the linear
relaxation has no solution, its prices are a certificate (Farkas) and name the rows that
it needs; the others are let go, then half of the rest, a quarter, and at last one group
after the other, as long as something must still give. Where only whole numbers are in the
way, rows that give are made hard until
nothing fits (the elastic filter of Chinneck and Dravnieks), and the groups so found are
let go one by one. HiGHS's own search for such sets is not used: its default gave none.
"""

from __future__ import annotations

import time
from collections.abc import Sequence

import highspy
import numpy as np
from msgspec import Struct, structs

from optimizer.solver.elastic_relaxation import elastic
from optimizer.solver.highs import instance, scale_of, status_of
from optimizer.solver.solve_strategy import INTERIOR_POINT_FROM, PRIMAL
from optimizer.solver.tight_tolerances import strict
from optimizer.solver.transfer import Program

SMALL = 1e-6
"""Total violation, relative to bounds, below which a programme counts as feasible."""

ONE_SEARCH = 5.0
"""Seconds for one search among whole numbers."""

Group = Sequence[tuple[int, int, float]]
"""Rows, the side that may give (-1 the lower bound, 1 the upper one), and how far.

A row may be in several groups: it gives if any of them does.
"""


class InfeasibleCore(Struct, frozen=True):
    """Groups that cannot hold together with all rows that never give."""

    groups: dict[int, list[tuple[int, int]]]
    """Rows and sides that matter, by group."""
    irreducible: bool
    """True if any of the groups may go and the rest can hold."""


def conflict(
    program: Program,
    groups: Sequence[Group],
    asks: Sequence[bool],
    last: Sequence[bool],
    seconds: float,
) -> InfeasibleCore | None:
    """A set of groups of rows that cannot hold together, reduced as far as time allows.

    ``asks`` are the groups that want something; without them all others can hold.
    ``last`` are named only if there is no conflict without them.

    None if the rows in no group clash among themselves, if everything can hold, or if
    the time ran out before a set was found.
    """
    if not groups:
        return None
    begin = time.perf_counter()
    pairs = [(row, side) for group in groups for row, side, _ in group]
    most = np.array([most for group in groups for *_, most in group], dtype=float)
    owner = np.repeat(np.arange(len(groups)), [len(group) for group in groups])
    work = _SlackColumns(pairs, most, owner, len(program.cost))
    wants, late = (np.array(own, dtype=bool) for own in (asks, last))
    core = work.linear(program.relaxed(), wants, late, begin + seconds)
    if core is None and program.integer.any():
        core = work.whole(program, begin + 2 * seconds)
    return core


class _SlackColumns:
    """The columns of what gives, by group."""

    def __init__(
        self, pairs: list[tuple[int, int]], most: np.ndarray, owner: np.ndarray, count: int
    ) -> None:
        self.pairs, self.most, self.owner, self.count = pairs, most, owner, count
        self.free = np.zeros(len(pairs), dtype=bool)
        self.rows = np.array([row for row, _ in pairs], dtype=np.int64)
        self.sides = np.array([-side for _, side in pairs], dtype=float)

    def _subset(self, mask: np.ndarray) -> _SlackColumns:
        own = np.flatnonzero(mask)
        pairs = [self.pairs[number] for number in own]
        return _SlackColumns(pairs, self.most[own], self.owner[own], self.count)

    def _elastic(self, program: Program) -> Program:
        return elastic(program, self.rows, self.sides, self.most)

    def _given(self, program: Program) -> Program:
        """The programme in which all rows give as far as they may."""
        lower, upper = program.row_lower.copy(), program.row_upper.copy()
        low = self.sides > 0
        np.subtract.at(lower, self.rows[low], self.most[low])
        np.add.at(upper, self.rows[~low], self.most[~low])
        return structs.replace(program, row_lower=lower, row_upper=upper)

    def linear(
        self, program: Program, asks: np.ndarray, last: np.ndarray, until: float
    ) -> InfeasibleCore | None:
        """Core of a linear programme, by its prices; None if it has a solution.

        What is asked for gives first: the prices of that programme say which rows matter.
        Then all is asked no more but the group that lacks most: if that alone cannot be
        had, there is less to look at.
        """
        asking = asks[self.owner]
        own = self._subset(asking) if asking.any() else self
        given = own._elastic(program)
        highs = _solved(given, until)
        if status_of(highs, stopped=False) == "infeasible":
            own = self
            given = own._elastic(program)
            highs = _solved(given, until)
        if not _violated(highs, given):
            return None
        share = self._share(highs)
        amounts = np.array(highs.getSolution().col_value)[self.count :]
        lacking = np.bincount(own.owner, amounts * given.cost[self.count :])
        worst = int(np.argmax(lacking))
        alone = (share > 0) & (~asking | (self.owner == worst))
        likely = ~last[self.owner]
        for rows in (alone & likely, (share > 0) & likely, share > 0):
            mask = np.isin(self.owner, self.owner[rows])  # a group gives as a whole or not at all
            core = self._subset(mask)._among(self._subset(~mask)._given(program), until)
            if core is not None:
                return core
        found: dict[int, list[tuple[int, int]]] = {}
        for number in np.flatnonzero(share > 0).tolist():
            found.setdefault(int(self.owner[number]), []).append(self.pairs[number])
        return InfeasibleCore(found, irreducible=False)

    def _among(self, program: Program, until: float) -> InfeasibleCore | None:
        """Core of a programme in which only these rows may give."""
        given = self._elastic(program)
        highs = _solved(given, until)
        if not _violated(highs, given):
            return None
        highs.setOptionValue("solver", "simplex")
        highs.setOptionValue("simplex_strategy", PRIMAL)
        share = self._share(highs)
        kept = set(self.owner[share > 0].tolist())
        self._free(highs, set(self.owner.tolist()) - kept)
        order = sorted(kept, key=lambda own: float(share[self.owner == own].sum()))
        order, share, alone = self._reduced(highs, given, order, share, until)
        groups = self.owner
        self.owner = np.arange(len(groups))
        self._free(highs, set(np.flatnonzero(share <= 0).tolist()))
        rows = np.flatnonzero(share > 0).tolist()
        rows, *_ = self._reduced(highs, given, rows, share, until)
        found: dict[int, list[tuple[int, int]]] = {}
        for number in sorted(rows):
            found.setdefault(int(groups[number]), []).append(self.pairs[number])
        return InfeasibleCore(found, alone)

    def _reduced(
        self,
        highs: highspy.Highs,
        given: Program,
        order: list[int],
        share: np.ndarray,
        until: float,
    ) -> tuple[list[int], np.ndarray, bool]:
        """Let groups go, many at a time and then one by one, while something must give."""
        weights = np.array(given.cost[self.count :]) * scale_of(given)
        size, irreducible = max(len(order) // 2, 1), True
        while True:
            start = 0
            while start < len(order):
                left = until - time.perf_counter()
                if left <= 0:
                    return order, share, False
                chunk = set(order[start : start + size])
                highs.setOptionValue("time_limit", highs.getRunTime() + left)
                self._free(highs, chunk)
                highs.run()
                if _violated(highs, given):
                    share = self._share(highs)
                    kept = set(self.owner[share > 0].tolist())
                    self._free(highs, set(order) - kept)
                    order = [group for group in order if group in kept]
                    continue
                irreducible &= status_of(highs, stopped=False) == "optimal"
                self._hold(highs, weights, chunk)
                start += size
            if size == 1:
                return order, share, irreducible
            size = max(size // 2, 1)

    def _share(self, highs: highspy.Highs) -> np.ndarray:
        """Part of each row in the certificate: its price, 0 where none or where it is let go.

        What is let go may have a price: it gives as far as it may, and that is not enough.
        """
        solution = highs.getSolution()
        prices = np.array(solution.row_dual)[self.rows] * self.sides
        floor = 1e-9 * max(float(np.abs(prices).max(initial=0.0)), SMALL)
        return np.where((prices > floor) & ~self.free, prices, 0.0)

    def _free(self, highs: highspy.Highs, groups: set[int]) -> None:
        """Let groups give at no cost."""
        own = np.flatnonzero(np.isin(self.owner, list(groups)))
        columns = (own + self.count).astype(np.int32)
        highs.changeColsCost(len(own), columns, np.zeros(len(own)))
        self.free[own] = True

    def _hold(self, highs: highspy.Highs, weights: np.ndarray, groups: set[int]) -> None:
        """Take groups back into the set."""
        own = np.flatnonzero(np.isin(self.owner, list(groups)))
        columns = (own + self.count).astype(np.int32)
        highs.changeColsCost(len(own), columns, weights[own])
        self.free[own] = False

    def whole(self, program: Program, until: float) -> InfeasibleCore | None:
        """Core of a programme of which only whole numbers have no solution."""
        given = self._elastic(program)
        hard: set[int] = set()
        while True:
            amounts = self._amounts(given, hard, None, until)
            if amounts is None:
                return None
            if not len(amounts):
                break
            own = set(self.owner[amounts > SMALL].tolist())
            if not own - hard:
                return None
            hard |= own
        reduced = True
        for group in sorted(hard):
            amounts = self._amounts(given, hard - {group}, hard - {group}, until)
            if amounts is None:
                reduced = False
            elif not len(amounts):
                hard -= {group}
        return InfeasibleCore(self._told(hard), reduced)

    def _amounts(
        self, given: Program, hard: set[int], held: set[int] | None, until: float
    ) -> np.ndarray | None:
        """What each row gives where some are hard; empty if nothing fits, None if unknown."""
        upper = given.upper.copy()
        upper[self.count :][np.isin(self.owner, list(hard))] = 0.0
        cost = given.cost if held is None else np.zeros_like(given.cost)
        left = min(until - time.perf_counter(), ONE_SEARCH)
        if left <= 0:
            return None
        status, values = strict(structs.replace(given, upper=upper, cost=cost), left)
        if status == "infeasible":
            return np.zeros(0)
        return None if values is None else values[self.count :]

    def _told(self, kept: set[int]) -> dict[int, list[tuple[int, int]]]:
        found: dict[int, list[tuple[int, int]]] = {}
        for pair, group in zip(self.pairs, self.owner.tolist(), strict=True):
            if group in kept:
                found.setdefault(group, []).append(pair)
        return found


def _solved(given: Program, until: float) -> highspy.Highs:
    """HiGHS after a run on an elastic programme."""
    strategies = {"solver": "ipx" if len(given.cost) >= INTERIOR_POINT_FROM else "simplex"}
    highs = instance(given, strategies, max(until - time.perf_counter(), 0.0), 0.0)
    highs.run()
    return highs


def _violated(highs: highspy.Highs, given: Program) -> bool:
    """True if the last run found that something must give."""
    if status_of(highs, stopped=False) != "optimal":
        return False
    total = float(highs.getInfo().objective_function_value) / scale_of(given)
    return total > SMALL
