"""An irreducible set of requirements of the workbook that conflict, where no plan is feasible.

Every cell that a person can change may be left out; conservation of mass never is. Rules without
tolerance have no row in the programme, so it is built again with rows for them.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from optimizer import solver
from optimizer.explain.cell_locator import LOW, CellLocator
from optimizer.explain.opened_bounds import open_zero_bounds
from optimizer.explain.relaxable_program import relaxed_program
from optimizer.explain.relaxable_rows import RelaxableBound, RelaxableProgram, RequirementKey
from optimizer.explain.row_sentences import requirement_sentence
from optimizer.explain.unreachable import UnreachablePlaces
from optimizer.model import REQUIREMENTS_BY_NAME, family_named
from optimizer.model.demand import DEMAND_FAMILY
from optimizer.model.rules import RULE_SHARE_FAMILY
from optimizer.network.network_data import Network
from optimizer.solver import NO_CHANGES, ModelChanges, Program
from optimizer.tables.schema import group_rows

CONFLICT_TIME_LIMIT = 60.0
"""Seconds to reduce the set, and as many again where whole numbers matter. Chosen so that a
case without a plan is explained within a few minutes."""


class ConflictingRequirement(Struct, frozen=True):
    """One requirement that conflicts with the others; ``cell`` is empty for a sheet."""

    sheet: str
    cell: str
    sentence: str

    def __str__(self) -> str:
        return self.sentence


class Conflict(Struct, frozen=True):
    """Requirements that conflict; empty where none were found in time.

    ``irreducible`` is True if without any one of ``clashes`` the others can be met while all
    that is not listed gives; ``gaps`` say why nothing can be where one of them wants it.
    """

    clashes: tuple[ConflictingRequirement, ...] = ()
    gaps: tuple[ConflictingRequirement, ...] = ()
    irreducible: bool = False

    @property
    def heading(self) -> str:
        """Sentence above the list."""
        if len(self.clashes) == 1:
            return "This requirement cannot be met:"
        if self.irreducible:
            return "These requirements conflict; without any one of them the others can be met:"
        return "These requirements conflict (time ran out: some of them may not matter):"


def conflict(
    meaning: Network, program: Program, *, own: bool = True, changes: ModelChanges = NO_CHANGES
) -> Conflict:
    """Requirements that conflict in a programme without a solution.

    ``own`` is False for a model that a study or a caller has changed: it is not built again. What
    a caller changed is a requirement like those of the workbook.
    """
    m = None  # A Pyomo row knows its family only while its model lives: keep it.
    if own:
        m, meaning, program = open_zero_bounds(meaning, program, rules=True)
    places = CellLocator(meaning)
    relaxed = relaxed_program(meaning, program, places, changes)
    groups = group_rows(relaxed.bounds, lambda bound: bound.key)
    core = solver.find_infeasible_core(
        relaxed.program,
        [
            [(bound.row, bound.side, bound.maximum_violation) for bound in own]
            for own in groups.values()
        ],
        [_demands(key, bounds) for key, bounds in groups.items()],
        [name == DEMAND_FAMILY.name for name, *_ in groups],
        CONFLICT_TIME_LIMIT,
    )
    result = (
        NO_CONFLICT if core is None else _conflict_in_words(meaning, places, relaxed, groups, core)
    )
    del m
    return result


def _demands(key: RequirementKey, bounds: list[RelaxableBound]) -> bool:
    """True if a requirement asks for something; a caller's does by a lower bound."""
    name, side, _ = key
    if name in REQUIREMENTS_BY_NAME:
        return REQUIREMENTS_BY_NAME[name].demands(side)
    return any(bound.side == LOW for bound in bounds)


def _conflict_in_words(
    meaning: Network,
    places: CellLocator,
    relaxed: RelaxableProgram,
    groups: dict[RequirementKey, list[RelaxableBound]],
    core: solver.InfeasibleCore,
) -> Conflict:
    """Sentences of the requirements of a core, and why nothing can be where one wants it."""
    missing, keys = UnreachablePlaces(meaning, places), list(groups)
    clashes, gaps = [], dict[ConflictingRequirement, None]()
    for number, pairs in core.groups.items():
        rows = set(pairs)
        bounds = [bound for bound in groups[keys[number]] if (bound.row, bound.side) in rows]
        if keys[number][0] not in REQUIREMENTS_BY_NAME:
            clashes.append(_callers_clash(relaxed.program, keys[number][0], bounds))
            continue
        clashes.append(_clash(places, keys[number], bounds))
        for gap in _gaps(meaning, missing, keys[number], bounds):
            gaps[gap] = None
    order = {name: number for number, name in enumerate(("Demand", "Stocks", "Limits"))}
    clashes.sort(key=lambda clash: order.get(clash.sheet, len(order)))
    return Conflict(tuple(clashes), tuple(gaps), core.irreducible)


def _callers_clash(
    program: Program, name: str, bounds: list[RelaxableBound]
) -> ConflictingRequirement:
    """A requirement that no cell says, with the bounds that matter."""
    said = []
    for bound in bounds:
        word, values = (
            ("at least", program.row_lower) if bound.side == LOW else ("at most", program.row_upper)
        )
        said.append(f"{word} {float(values[bound.row]):,.10g}")
    return ConflictingRequirement("", "", f"{name}: {' and '.join(said)}")


def _clash(
    places: CellLocator, key: RequirementKey, bounds: list[RelaxableBound]
) -> ConflictingRequirement:
    family, side, cells = key
    names = [bound.names for bound in bounds]
    shown = cells
    if family == DEMAND_FAMILY.name:  # the column of the period rather than that of the year
        by_period = places.cells(family, names[0], side)
        shown = tuple(cell for cell in by_period if cell.row == cells[0].row) or cells
    sentence = requirement_sentence(
        places, family, names[0], side, shown, [index[-1] for index in names]
    )
    lines = {index[2] for index in names} if family == RULE_SHARE_FAMILY.name else set()
    if len(lines) > 1:
        sentence = f"{sentence} ({len(lines)} lines)"
    return ConflictingRequirement(shown[0].sheet, places.letter(shown[0]), sentence)


def _gaps(
    meaning: Network, missing: UnreachablePlaces, key: RequirementKey, bounds: list[RelaxableBound]
) -> Iterator[ConflictingRequirement]:
    """Why nothing can be where a lower bound wants something."""
    family, side, _ = key
    for bound in bounds:
        t = missing.places.period(bound.names)
        if side != LOW or t is None:
            continue
        for place in family_named(family).wanted_at(meaning, bound.names):
            for cause in missing.causes(place, t):
                letter = missing.places.letter(cause.cell)
                yield ConflictingRequirement(cause.cell.sheet, letter, cause.sentence)


NO_CONFLICT = Conflict()
"""No requirements conflict, or none were found in time."""
