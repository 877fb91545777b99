"""Tables of prices. HiGHS works out how far prices hold while Python makes the other tables."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache, partial

from msgspec import Struct
from pyomo.core import ConcreteModel

from optimizer.solution.bottlenecks import bottlenecks
from optimizer.solution.headroom import headroom
from optimizer.solution.layout import Table
from optimizer.solution.marginal import marginal_costs, prices_of
from optimizer.solution.oxides import oxides
from optimizer.solution.prices import balances_of, break_even, priced, scarcity
from optimizer.solver import Answer, Margins, Program, Ranges, margins, ranges

LARGE = 2_000
"""Columns from which what HiGHS works out beside an optimum is worth threads of its own."""


class Pricing(Struct, frozen=True):
    """Prices of an optimum, and how to come by what HiGHS works out for them."""

    program: Program
    answer: Answer
    ranges: Callable[[], Ranges | None]
    margins: Callable[[], Margins | None]

    def tables(self, m: ConcreteModel) -> dict[str, Table]:
        """What binds, what that is worth, and what unused things lack, by name."""
        network, program, answer = m.network, self.program, self.answer
        rows, held = priced(network, program, answer), self.ranges()
        return _by_name(
            scarcity(network, rows, held),
            bottlenecks(network, rows, held),
            break_even(network, m, program, answer, held, self.margins()),
        )

    def explained(self, m: ConcreteModel, found: Mapping[str, Table]) -> dict[str, Table]:
        """Tables that explain prices, and Break-even solved for one by one; on request."""
        network, program, answer = m.network, self.program, self.answer
        prices = prices_of(network, m, program, answer)
        return _by_name(
            break_even(network, m, program, answer, self.ranges(), self.margins(), exact=True),
            headroom(network, m, program, answer),
            marginal_costs(network, program, prices),
            oxides(network, program, found, prices),
        )


@contextmanager
def pricing(program: Program, answer: Answer, *, full: bool = True) -> Iterator[Pricing]:
    """Prices of an answer: begun aside at once, or in a small programme when they are asked for.

    Unless ``full`` nothing is begun.
    """
    ranging = partial(ranges, program, answer)
    lacking = partial(margins, program, answer, balances_of(program))
    if not full or len(program.cost) < LARGE:
        yield Pricing(program, answer, cache(ranging), cache(lacking))
        return
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(2) as aside:
        ranged, margined = aside.submit(ranging), aside.submit(lacking)
        yield Pricing(program, answer, lambda: ranged.result(), lambda: margined.result())


def _by_name(*tables: Table) -> dict[str, Table]:
    return {table.layout.name: table for table in tables}
