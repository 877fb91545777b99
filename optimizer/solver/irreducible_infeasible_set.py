"""An irreducible infeasible set: groups of rows that cannot hold together.

In an elastic programme the rows of the groups may be missed at a cost. Where the linear
relaxation is infeasible, the prices of this programme are a Farkas certificate and name the rows
that it needs. The other groups are relaxed, then half of the rest, a quarter, and at last one
group after another, as long as a violation remains (a deletion filter). Where only integers
prevent a solution, groups that are missed are made hard until nothing is feasible (the elastic
filter of Chinneck and Dravnieks), and these groups are then relaxed one by one. HiGHS's own
search for such sets is not used: its default found none.
"""

from __future__ import annotations

import time
from collections.abc import Sequence

import highspy
import numpy as np
from msgspec import Struct, structs

from optimizer.solver.elastic_relaxation import elastic_program
from optimizer.solver.highs import cost_scale, new_instance, status_of
from optimizer.solver.highs_thread import run_in_thread
from optimizer.solver.solve_strategy import INTERIOR_POINT_FROM, PRIMAL_SIMPLEX
from optimizer.solver.tight_tolerances import solve_with_tight_tolerances
from optimizer.solver.transfer import Program

FEASIBLE_VIOLATION = 1e-6
"""Total violation, relative to bounds, below which a programme counts as feasible.

Ten times HiGHS's feasibility tolerance, which holds for each row.
"""

NEGLIGIBLE_CERTIFICATE_PRICE = 1e-9
"""Part of the largest price of a certificate that is rounding."""

INTEGER_SEARCH_TIME_LIMIT = 5.0
"""Seconds for one search among integers; a set may need one for each of its groups."""

RowGroup = Sequence[tuple[int, int, float]]
"""Rows, the bound that may be missed (-1 the lower, 1 the upper), and by how much at most.

A row may be in several groups: it may be missed if any of them is relaxed.
"""


class InfeasibleCore(Struct, frozen=True):
    """Groups that cannot hold together with the rows that are in no group."""

    groups: dict[int, list[tuple[int, int]]]
    """Rows and sides that matter, by group."""
    irreducible: bool
    """True if without any one of the groups the others can hold."""


def find_infeasible_core(
    program: Program,
    groups: Sequence[RowGroup],
    asks: Sequence[bool],
    last: Sequence[bool],
    seconds: float,
) -> InfeasibleCore | None:
    """A set of groups of rows that cannot hold together, reduced as far as time allows.

    ``asks`` are the groups that require something; without them all others can hold.
    ``last`` are in the set only if there is no infeasible set without them. ``seconds`` is the
    time for the linear part; a search among integers gets as much again.

    None if the rows in no group are infeasible by themselves, if everything can hold, or if
    the time ran out before a set was found.
    """
    if not groups:
        return None
    begin = time.perf_counter()
    pairs = [(row, side) for group in groups for row, side, _ in group]
    maximum = np.array([each for group in groups for *_, each in group], dtype=float)
    group_of = np.repeat(np.arange(len(groups)), [len(group) for group in groups])
    slack = _SlackColumns(pairs, maximum, group_of, len(program.cost))
    requires, late = np.array(asks, dtype=bool), np.array(last, dtype=bool)
    core = slack.linear_core(program.relaxed(), requires, late, begin + seconds)
    if core is None and program.integer.any():
        core = slack.integer_core(program, begin + 2 * seconds)
    return core


class _SlackColumns:
    """The violation columns of an elastic programme, by group."""

    def __init__(
        self, pairs: list[tuple[int, int]], maximum: np.ndarray, group_of: np.ndarray, count: int
    ) -> None:
        self.pairs, self.maximum, self.group_of, self.count = pairs, maximum, group_of, count
        self.relaxed = np.zeros(len(pairs), dtype=bool)
        self.rows = np.array([row for row, _ in pairs], dtype=np.int64)
        self.sides = np.array([-side for _, side in pairs], dtype=float)

    def _subset(self, mask: np.ndarray) -> _SlackColumns:
        numbers = np.flatnonzero(mask)
        pairs = [self.pairs[number] for number in numbers]
        return _SlackColumns(pairs, self.maximum[numbers], self.group_of[numbers], self.count)

    def _elastic(self, program: Program) -> Program:
        return elastic_program(program, self.rows, self.sides, self.maximum)

    def _all_relaxed(self, program: Program) -> Program:
        """The programme in which all rows may be missed by their maximum, at no cost."""
        lower, upper = program.row_lower.copy(), program.row_upper.copy()
        low = self.sides > 0
        np.subtract.at(lower, self.rows[low], self.maximum[low])
        np.add.at(upper, self.rows[~low], self.maximum[~low])
        return structs.replace(program, row_lower=lower, row_upper=upper)

    def linear_core(
        self, program: Program, asks: np.ndarray, last: np.ndarray, deadline: float
    ) -> InfeasibleCore | None:
        """Core of a linear programme, by its prices; None if it is feasible.

        Requirements are relaxed first: the prices of that programme say which rows matter. Then
        only the requirement that is missed most stays: if it alone cannot be met, there are fewer
        groups to look at.
        """
        asking = asks[self.group_of]
        slack = self._subset(asking) if asking.any() else self
        relaxation = slack._elastic(program)
        highs = _solve_elastic(relaxation, deadline)
        if status_of(highs) == "infeasible":
            slack = self
            relaxation = slack._elastic(program)
            highs = _solve_elastic(relaxation, deadline)
        if not _has_violation(highs, relaxation):
            return None
        share = self._share(highs)
        amounts = np.array(highs.getSolution().col_value)[self.count :]
        missed = np.bincount(slack.group_of, amounts * relaxation.cost[self.count :])
        worst = int(np.argmax(missed))
        alone = (share > 0) & (~asking | (self.group_of == worst))
        likely = ~last[self.group_of]
        for rows in (alone & likely, (share > 0) & likely, share > 0):
            mask = np.isin(self.group_of, self.group_of[rows])  # a group is relaxed as a whole
            others_relaxed = self._subset(~mask)._all_relaxed(program)
            core = self._subset(mask)._reduced_core(others_relaxed, deadline)
            if core is not None:
                return core
        numbers = np.flatnonzero(share > 0).tolist()
        return InfeasibleCore(self._pairs_by_group(numbers, self.group_of), irreducible=False)

    def _reduced_core(self, program: Program, deadline: float) -> InfeasibleCore | None:
        """Core of a programme in which only these rows may be missed."""
        relaxation = self._elastic(program)
        highs = _solve_elastic(relaxation, deadline)
        if not _has_violation(highs, relaxation):
            return None
        highs.setOptionValue("solver", "simplex")
        highs.setOptionValue("simplex_strategy", PRIMAL_SIMPLEX)
        share = self._share(highs)
        kept = set(self.group_of[share > 0].tolist())
        self._relax(highs, set(self.group_of.tolist()) - kept)
        order = sorted(kept, key=lambda group: float(share[self.group_of == group].sum()))
        order, share, irreducible = self._deletion_filter(highs, relaxation, order, share, deadline)
        groups = self.group_of
        self.group_of = np.arange(len(groups))  # now row by row
        self._relax(highs, set(np.flatnonzero(share <= 0).tolist()))
        rows = np.flatnonzero(share > 0).tolist()
        rows, *_ = self._deletion_filter(highs, relaxation, rows, share, deadline)
        return InfeasibleCore(self._pairs_by_group(sorted(rows), groups), irreducible)

    def _pairs_by_group(
        self, numbers: Sequence[int], group_of: np.ndarray
    ) -> dict[int, list[tuple[int, int]]]:
        pairs: dict[int, list[tuple[int, int]]] = {}
        for number in numbers:
            pairs.setdefault(int(group_of[number]), []).append(self.pairs[number])
        return pairs

    def _deletion_filter(
        self,
        highs: highspy.Highs,
        relaxation: Program,
        order: list[int],
        share: np.ndarray,
        deadline: float,
    ) -> tuple[list[int], np.ndarray, bool]:
        """Relax groups, many at a time and then one by one, while a violation remains."""
        weights = np.array(relaxation.cost[self.count :]) * cost_scale(relaxation)
        size, irreducible = max(len(order) // 2, 1), True
        while True:
            start = 0
            while start < len(order):
                left = deadline - time.perf_counter()
                if left <= 0:
                    return order, share, False
                chunk = set(order[start : start + size])
                highs.setOptionValue("time_limit", highs.getRunTime() + left)
                self._relax(highs, chunk)
                run_in_thread(highs)
                if _has_violation(highs, relaxation):
                    share = self._share(highs)
                    kept = set(self.group_of[share > 0].tolist())
                    self._relax(highs, set(order) - kept)
                    order = [group for group in order if group in kept]
                    continue
                irreducible &= status_of(highs) == "optimal"
                self._enforce(highs, weights, chunk)
                start += size
            if size == 1:
                return order, share, irreducible
            size = max(size // 2, 1)

    def _share(self, highs: highspy.Highs) -> np.ndarray:
        """Part of each row in the certificate: its price, 0 where none or where it is relaxed.

        A relaxed row may have a price: it is missed by its maximum, and that is not enough.
        """
        solution = highs.getSolution()
        prices = np.array(solution.row_dual)[self.rows] * self.sides
        largest = max(float(np.abs(prices).max(initial=0.0)), FEASIBLE_VIOLATION)
        in_use = prices > NEGLIGIBLE_CERTIFICATE_PRICE * largest
        return np.where(in_use & ~self.relaxed, prices, 0.0)

    def _relax(self, highs: highspy.Highs, groups: set[int]) -> None:
        """Let groups be missed at no cost."""
        numbers = np.flatnonzero(np.isin(self.group_of, list(groups)))
        columns = (numbers + self.count).astype(np.int32)
        highs.changeColsCost(len(numbers), columns, np.zeros(len(numbers)))
        self.relaxed[numbers] = True

    def _enforce(self, highs: highspy.Highs, weights: np.ndarray, groups: set[int]) -> None:
        """Let violations of groups cost again."""
        numbers = np.flatnonzero(np.isin(self.group_of, list(groups)))
        columns = (numbers + self.count).astype(np.int32)
        highs.changeColsCost(len(numbers), columns, weights[numbers])
        self.relaxed[numbers] = False

    def integer_core(self, program: Program, deadline: float) -> InfeasibleCore | None:
        """Core of a programme that is feasible but for its integers (an elastic filter)."""
        relaxation = self._elastic(program)
        hard: set[int] = set()
        while True:
            amounts = self._violations(relaxation, hard, deadline)
            if amounts is None:
                return None
            if not len(amounts):
                break
            missed = set(self.group_of[amounts > FEASIBLE_VIOLATION].tolist())
            if not missed - hard:
                return None
            hard |= missed
        feasibility = structs.replace(relaxation, cost=np.zeros_like(relaxation.cost))
        irreducible = True
        for group in sorted(hard):
            amounts = self._violations(feasibility, hard - {group}, deadline)
            if amounts is None:
                irreducible = False
            elif not len(amounts):
                hard -= {group}
        numbers = np.flatnonzero(np.isin(self.group_of, list(hard))).tolist()
        return InfeasibleCore(self._pairs_by_group(numbers, self.group_of), irreducible)

    def _violations(
        self, relaxation: Program, hard: set[int], deadline: float
    ) -> np.ndarray | None:
        """Violation of each row with some groups hard; empty if infeasible, None if unknown."""
        upper = relaxation.upper.copy()
        upper[self.count :][np.isin(self.group_of, list(hard))] = 0.0
        left = min(deadline - time.perf_counter(), INTEGER_SEARCH_TIME_LIMIT)
        if left <= 0:
            return None
        status, values = solve_with_tight_tolerances(structs.replace(relaxation, upper=upper), left)
        if status == "infeasible":
            return np.zeros(0)
        return None if values is None else values[self.count :]


def _solve_elastic(relaxation: Program, deadline: float) -> highspy.Highs:
    """HiGHS after a run on an elastic programme."""
    method = {"solver": "ipx" if len(relaxation.cost) >= INTERIOR_POINT_FROM else "simplex"}
    highs = new_instance(relaxation, method, max(deadline - time.perf_counter(), 0.0), 0.0)
    run_in_thread(highs)
    return highs


def _has_violation(highs: highspy.Highs, relaxation: Program) -> bool:
    """True if the last run found that rows must be missed."""
    if status_of(highs) != "optimal":
        return False
    total = float(highs.getInfo().objective_function_value) / cost_scale(relaxation)
    return total > FEASIBLE_VIOLATION
