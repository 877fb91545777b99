"""Which demands and limits of the workbook cannot all hold, where no plan is feasible.

Rows and bounds that a person can change may go; conservation of mass never does. Rules
without tolerance have no row in the programme, so it is built once more with rows for them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from msgspec import Struct, structs
from pyomo.core import ConcreteModel

from optimizer import model, solver
from optimizer import network as networks
from optimizer.network.data import Network
from optimizer.solution.missing import Missing
from optimizer.solution.places import (
    HIGH,
    LOGIC,
    LOW,
    PLACES,
    Cell,
    Places,
    family_of,
    given,
    names_of,
)
from optimizer.solution.said import said
from optimizer.solver import Program
from optimizer.tables.schema import INFINITY

TOLERANCE = 2.0**-20
"""Share that stands for none while the programme is built with rows for every rule."""

SECONDS = 60.0
"""Time to reduce the set; the same again where whole numbers matter."""


class Clash(Struct, frozen=True):
    """One demand or limit that cannot hold with the others; ``cell`` is empty for a sheet."""

    sheet: str
    cell: str
    sentence: str

    def __str__(self) -> str:
        return self.sentence


class Conflict(Struct, frozen=True):
    """Demands and limits that cannot all hold; empty where none were found in time.

    ``irreducible`` is True if without any one of ``clashes`` the others could hold;
    ``gaps`` say why nothing can be where one of them wants it.
    """

    clashes: tuple[Clash, ...] = ()
    gaps: tuple[Clash, ...] = ()
    irreducible: bool = False

    @property
    def heading(self) -> str:
        """Sentence above the list."""
        if len(self.clashes) == 1:
            return "This cannot hold:"
        if self.irreducible:
            return "These cannot all hold; without any one of them the others can:"
        return "These cannot all hold (time ran out, so not all of them need matter):"


def conflict(meaning: Network, program: Program, *, own: bool = True) -> Conflict:
    """Demands and limits that clash in a programme without a solution.

    ``own`` is False for a model that a user has changed: it is not built again.
    """
    m = None  # kept: a Pyomo row knows its family only as long as its model lives
    if own and any(phase.trait and not phase.share for phase in meaning.phases):
        m, meaning, program = _with_rules(meaning)
    places = Places(meaning)
    groups = _groups(meaning, program, places)
    asks = [side == LOW or family == "balance" for family, side, _ in groups]
    last = [family == "demand" for family, *_ in groups]
    core = solver.conflict(program, list(groups.values()), asks, last, SECONDS)
    if core is None:
        return Conflict()
    keys = list(groups)
    clashes, gaps = [], dict[Clash, None]()
    missing = Missing(meaning, places)
    for number, pairs in core.groups.items():
        clashes.append(_clash(program, places, keys[number], pairs))
        for gap in _gaps(meaning, program, missing, pairs):
            gaps[gap] = None
    order = {name: number for number, name in enumerate(("Demand", "Stocks", "Limits"))}
    del m
    clashes.sort(key=lambda clash: order.get(clash.sheet, len(order)))
    return Conflict(tuple(clashes), tuple(gaps), core.irreducible)


def _with_rules(meaning: Network) -> tuple[ConcreteModel, Network, Program]:
    """The case built with a row for every rule, those without tolerance too."""
    case = meaning.case
    rules = tuple(
        row if row.maximum_share else replace(row, maximum_share=TOLERANCE) for row in case.rules
    )
    meaning = networks.build(replace(case, rules=rules))
    m = model.build(meaning)
    program = solver.transfer(m)
    values = program.values.copy()
    hard = {(p.rule, p.dates) for p in meaning.phases if p.share == TOLERANCE}
    for row, constraint in enumerate(program.constraints):
        if family_of(constraint) == "rule_share" and names_of(constraint)[:2] in hard:
            own = slice(program.starts[row], program.starts[row + 1])
            values[own] = np.where(values[own] > 0, 1.0, 0.0)
    return m, structs.replace(meaning, case=case), structs.replace(program, values=values)


Key = tuple[str, int, tuple[Cell, ...]]
"""Family, side and cells."""


def _groups(meaning: Network, program: Program, places: Places) -> dict[Key, list[tuple[int, int]]]:
    """Rows and sides that may give, by the cells that they come from."""
    inflows = given(meaning)
    groups: dict[Key, list[tuple[int, int]]] = {}
    for row, constraint in enumerate(program.constraints):
        family = family_of(constraint)
        if family == "balance":
            cells = tuple(inflows.get(names_of(constraint), ()))
            if cells:
                groups.setdefault((family, HIGH, cells), []).append((row, HIGH))
            continue
        where = PLACES.get(family) or LOGIC.get(family)
        if where is None:
            continue
        names = names_of(constraint)
        for side, bound, header in (
            (LOW, program.row_lower[row] > -INFINITY, where[1]),
            (HIGH, program.row_upper[row] < INFINITY, where[2]),
        ):
            if bound and header:
                cells = places.cells(family, names, side) or (
                    Cell(where[0], 0, " of ".join(names[:2])),
                )
                if family == "demand":  # a line has a column for each period: one demand
                    cells = tuple(Cell(cell.sheet, cell.row, "quantity") for cell in cells)
                if family == "storage":  # of closing and minimum the larger one asks
                    cells = cells[:1]
                groups.setdefault((family, side, cells), []).append((row, side))
    return groups


def _clash(program: Program, places: Places, key: Key, pairs: list[tuple[int, int]]) -> Clash:
    family, side, cells = key
    names = [names_of(program.constraints[row]) for row, _ in pairs]
    told = places.cells(family, names[0], side) if family == "demand" else cells
    sentence = said(places, family, names[0], side, told, [own[-1] for own in names])
    others = {own[2] for own in names} if family == "rule_share" else set()
    if len(others) > 1:
        sentence = f"{sentence} ({len(others)} lines)"
    return Clash(told[0].sheet, places.letter(told[0]), sentence)


def _gaps(
    meaning: Network, program: Program, missing: Missing, pairs: list[tuple[int, int]]
) -> Iterator[Clash]:
    """Why nothing can be where something is asked for."""
    for row, side in pairs:
        family, names = family_of(program.constraints[row]), names_of(program.constraints[row])
        t = missing.places.period(names)
        if side != LOW or t is None:
            continue
        for place in _asked(meaning, family, names):
            for cause in missing.causes(place, t):
                letter = missing.places.letter(cause.cell)
                yield Clash(cause.cell.sheet, letter, cause.sentence)


def _asked(meaning: Network, family: str, names: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Places at which a row wants something to be."""
    if family == "least_delivery":
        yield names[1], names[2]
    elif family in ("storage", "cover"):
        yield names[0], names[1]
    elif family == "process":
        for bound in meaning.process_bounds:
            if bound.name == names[0] and str(bound.rows[0]) == names[1]:
                for index in bound.processes:
                    process = meaning.processes[index]
                    yield from ((process.site, name) for name in process.inputs)
    elif family == "minimum_load":
        for unit in meaning.units:
            if (unit.site, unit.unit) == names[:2]:
                for index in unit.uses:
                    process = meaning.processes[index]
                    yield from ((process.site, name) for name in process.inputs)


NO_CONFLICT = Conflict()
"""Nothing clashes, or nothing was found in time."""
