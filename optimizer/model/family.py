"""The record of a constraint family: its place in the workbook, its words, what it is worth.

A record stands beside the formula of its family. Duals, bottlenecks, conflicts, repairs and
``docs/mathematics.md`` take from it what they need; none of them lists families by name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Literal

from msgspec import Struct

from optimizer.network.network_data import Network

Coefficient = Callable[[Network, Any, Sequence[str], int | None], float]
"""Network, row of the sheet, index of the constraint and period to how much the bound of the
constraint moves when its cell moves by one; 0 where that depends on the plan."""

PlaceNames = Iterable[tuple[str, str]]
"""Sites and materials."""


def per_year(network: Network, row: Any, _: Sequence[str], t: int | None) -> float:
    """Coefficient of a cell per year: the years of a period that its dated row covers."""
    return 1.0 if t is None else float(network.calendar.cover(row.start, row.end)[t])


def as_written(*_: Any) -> float:
    """Coefficient of a cell that is the bound itself."""
    return 1.0


def share_of_plan(*_: Any) -> float:
    """Coefficient of a share of what the plan does: not known before the plan."""
    return 0.0


def always(_: Any) -> bool:
    """A cell of any row of the sheet can relieve the constraint."""
    return True


def nowhere(_: Network, __: Sequence[str]) -> PlaceNames:
    """Places that a constraint wants something at: none."""
    return ()


class Bound(Struct, frozen=True):
    """The lower or the upper bound of a requirement: its column and its words.

    In the words ``{0}`` and so on are the names of the index.
    """

    header: str = ""
    """Column of the sheet; empty where no cell says this bound."""
    sentence: str = ""
    """What the bound says; ``{value}`` is the value of its cells."""
    binding: str = ""
    """What it means that a constraint is at this bound."""
    at_end: str = ""
    """Column that counts beside ``header`` in the last period."""
    demands: bool = False
    """True for an upper bound that demands something, as every lower bound does."""


class Requirement(Struct, frozen=True, kw_only=True):
    """Something that the workbook demands or allows, and how a planner can change it."""

    name: str
    index: tuple[str, ...] = ()
    """What the index holds, part by part."""
    kind: str
    """Name that planners see, never that of the Pyomo component."""
    unit: str = ""
    """Unit of the bound."""
    sheet: str = ""
    """Sheet of its cells; empty where it has none."""
    row_key: tuple[str, ...] = ()
    """Parts of the index by which its rows of the sheet are found."""
    lower: Bound = Bound()
    upper: Bound = Bound()
    relieved_by: Literal["number", "choice", "implication", "nothing"] = "number"
    """What relieves it: another number in its cells; another choice alone, though it can
    conflict; the requirements that imply it, since it only tightens the relaxation; nothing."""
    custom_relaxation: bool = False
    """True if more than the bound of one constraint changes with its cell: a function of
    :mod:`optimizer.explain.relaxable_program` or ``relaxable_decisions`` says what."""
    period_columns: bool = False
    """True if a column named like a period goes before the column of the bound."""
    cells_change_together: bool = False
    """True if its cells change together, not each for itself."""
    coefficient: Coefficient = per_year
    relieves: Callable[[Any], bool] = always
    """True for a row of the sheet of which another number would relieve the requirement."""

    def bound(self, side: int) -> Bound:
        """The lower bound of side -1, the upper bound of side 1."""
        return self.lower if side < 0 else self.upper

    def demands(self, side: int) -> bool:
        """True if the bound demands something, False if it allows no more than it says."""
        return side < 0 or self.upper.demands

    def key(self, names: Sequence[str]) -> tuple[str, ...]:
        """Names of an index by which rows of the sheet are found."""
        return tuple(names[self.index.index(part)] for part in self.row_key)


class Family(Requirement, frozen=True, kw_only=True):
    """A requirement that is an indexed Pyomo ``Constraint`` of the same name."""

    meaning: str = ""
    """What one constraint compares, and its unit."""
    relief: str = ""
    """What a planner would have to give; empty where it never gives."""
    price: Literal["saving", "cost", "none"] = "saving"
    """What one unit of its bound does: relaxing it saves, or more of it costs."""
    unpriced: str = ""
    """Why it has no price."""
    zero_is_absent: bool = False
    """True if a bound of zero means that the thing does not exist: it has no price."""
    rent: str = "other rent"
    """Part of Marginal costs (a column) that its price belongs to."""
    one_more: str = "one more tonne"
    """One unit more of its bound, in a sentence."""
    one_less: str = "one tonne less"
    wanted_at: Callable[[Network, Sequence[str]], PlaceNames] = nowhere
    """Where its lower bound wants something, by the index of a constraint."""
    checks: tuple[str, ...] = ()
    """Checks of the audit that fail if a plan breaks one of its constraints."""
    unaudited: str = ""
    """Why no check of the audit looks at it."""
