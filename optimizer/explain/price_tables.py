"""Tables of prices. HiGHS computes ranges of prices while Python makes the other tables."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import copy_context
from functools import cache, partial

from msgspec import Struct
from pyomo.core import ConcreteModel

from optimizer.explain.bottlenecks import bottlenecks
from optimizer.explain.bound_move import BoundMove
from optimizer.explain.bound_sensitivity import bound_moves
from optimizer.explain.duals import priced_rows
from optimizer.explain.marginal_costs import balance_prices, marginal_costs
from optimizer.explain.options_not_built import OptionBreakEven, break_even_options
from optimizer.explain.oxide_balance import oxide_balance
from optimizer.explain.price_ceilings import headroom
from optimizer.explain.scarcity import balance_rows, break_even, scarcity
from optimizer.result.result_table import Table
from optimizer.solver import (
    Answer,
    BasisRanges,
    EntryPrices,
    Program,
    basis_ranges,
    find_entry_prices,
)

MIN_COLUMNS_FOR_THREADS = 2_000
"""Columns from which ranges and entry prices run in threads; a small program gains nothing."""


class PriceTables(Struct, frozen=True):
    """Prices of an optimum; ranges, entry prices and option gaps are computed once."""

    model: ConcreteModel
    program: Program
    answer: Answer
    ranges: Callable[[], BasisRanges | None]
    entry_prices: Callable[[], EntryPrices | None]
    option_rows: Callable[[], list[OptionBreakEven]]
    bound_moves: Mapping[int, BoundMove]
    """Bounds that occur in several rows."""

    def tables(self) -> dict[str, Table]:
        """Scarcity, Bottlenecks and Break-even, by name."""
        network = self.model.network
        rows, ranges_found = (
            priced_rows(network, self.program, self.answer, self.bound_moves),
            self.ranges(),
        )
        return _by_name(
            scarcity(network, rows, ranges_found),
            bottlenecks(network, rows, ranges_found),
            self._break_even(),
        )

    def explained(self, tables: Mapping[str, Table]) -> dict[str, Table]:
        """Tables that explain prices, and exact Break-even: slow, because rows are solved."""
        m, program, answer = self.model, self.program, self.answer
        prices = balance_prices(m.network, m, program, answer)
        return _by_name(
            self._break_even(exact=True),
            headroom(m.network, m, program, answer),
            marginal_costs(m.network, program, prices),
            oxide_balance(m.network, program, tables, prices),
        )

    def _break_even(self, *, exact: bool = False) -> Table:
        m, program, answer = self.model, self.program, self.answer
        worked_out = (self.ranges(), self.entry_prices(), self.option_rows())
        return break_even(m.network, m, program, answer, *worked_out, exact=exact)


@contextmanager
def pricing(
    m: ConcreteModel, program: Program, answer: Answer, *, full: bool = True
) -> Iterator[PriceTables]:
    """Prices of an answer; a large program computes ranges and entry prices in threads at once.

    A small program, or one that is not ``full``, computes them on demand.
    """

    moved = bound_moves(m.network, m, program, answer) if full and answer.prices is not None else {}

    def read_ranges() -> BasisRanges | None:
        directions = {
            row: bound_move.move
            for row, bound_move in moved.items()
            if bound_move.move.price(answer)
        }
        return basis_ranges(program, answer, directions)

    def read_entry_prices() -> EntryPrices | None:
        return find_entry_prices(program, answer, balance_rows(program))

    option_rows = cache(partial(break_even_options, m.network, m, program, answer))
    if not full or len(program.cost) < MIN_COLUMNS_FOR_THREADS:
        yield PriceTables(
            m, program, answer, cache(read_ranges), cache(read_entry_prices), option_rows, moved
        )
        return
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(2) as threads:
        # Each in a copy of this context, so that the caller's stop signal ends it too.
        ranges_future = threads.submit(copy_context().run, read_ranges)
        entry_future = threads.submit(copy_context().run, read_entry_prices)
        ranges_found, entry_prices = ranges_future.result, entry_future.result
        yield PriceTables(
            m, program, answer, lambda: ranges_found(), lambda: entry_prices(), option_rows, moved
        )


def _by_name(*tables: Table) -> dict[str, Table]:
    return {table.layout.name: table for table in tables}
