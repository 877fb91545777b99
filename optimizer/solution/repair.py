"""Why there is no plan: the least that would have to give, in the workbook's words.

Two questions are put: by how much less could be asked, and by how much more would there
have to be. Only what a person can change may give; conservation of mass never does, but
an order or an opening stock that nothing can take is said so. The new values are written
into the case and it is solved again before they are told.
"""

from __future__ import annotations

import time
from collections.abc import Iterator

import numpy as np
from msgspec import Struct, structs

from optimizer import model, solver
from optimizer import network as networks
from optimizer.network.data import Network
from optimizer.solution.duals import KINDS
from optimizer.solution.edits import PROPORTIONAL, Edit, Editor, apply
from optimizer.solution.figures import figure
from optimizer.solution.places import HIGH, LOW, PLACES, Cell, Places, family_of, given, names_of
from optimizer.solution.said import parts
from optimizer.solver import Program, Violation, ask, least_violation, tied_violation
from optimizer.tables.case import Case
from optimizer.tables.schema import INFINITY

PLENTY = 1e6
"""Tonnes that stand for no end."""

SECONDS = 60.0
"""Time to look for what has no end, and for one repair with its check."""

ROUNDS = 3
"""Times that a repair is mended which does not do yet."""

SHOWN = 12
"""Changes of one repair that are told; the rest is counted."""


class Repair(Struct, frozen=True):
    """One way to a feasible plan: what to ask less of, or to have more of."""

    title: str
    changes: tuple[str, ...]
    """Sentences, the largest change first."""
    edits: tuple[Edit, ...] = ()
    """New values of cells, all of them."""
    checked: bool = False
    """True if the case has a plan with the new values."""

    def apply(self, case: Case) -> Case:
        """The case with the new values in their cells."""
        return apply(case, self.edits)


def repairs(network: Network, program: Program, *, own: bool = True) -> tuple[Repair, ...]:
    """The cheapest repair of either kind that makes the programme feasible.

    ``own`` is False for a model that a user has changed: its repairs are not checked.
    """
    found = []
    for title, less in (("Ask for less", True), ("Or have more", False)):
        repair = _repair(network, program, title, less, own)
        if repair is not None:
            found.append(repair)
    return tuple(found)


def _repair(network: Network, program: Program, title: str, less: bool, own: bool) -> Repair | None:
    """Changes that make a case feasible; mended where the cells do not do what the rows did."""
    until = time.perf_counter() + SECONDS
    case, told, edits, status = network.case, list[str](), tuple[Edit, ...](), ""
    for _ in range(ROUNDS):
        violation = _violation(network, program, less, until)
        if violation is None or not violation.amounts:
            break
        places = Places(network)
        editor = Editor(places, program)
        editor.add(violation)
        told += _told(places, program, editor, violation)
        edits = _merged(edits, editor.edits())
        if not own:
            break
        network = networks.build(apply(case, edits))
        m = model.build(network)  # a row knows its family only as long as its model lives
        program = solver.transfer(m)
        left = until - time.perf_counter()
        status = _status(program, violation.values, left)
        if status != "infeasible":
            break
    if not told or status == "infeasible":
        return None
    shown = told[:SHOWN]
    if len(told) > SHOWN:
        shown.append(f"and {len(told) - SHOWN:,} more")
    return Repair(title, tuple(shown), edits, status == "optimal")


def endless(network: Network, program: Program) -> tuple[Repair, ...]:
    """Offers and demand lines that a plan without bound would use without bound."""
    bounded = structs.replace(program, upper=np.minimum(program.upper, PLENTY))
    answer = ask(bounded, time_limit=SECONDS)
    if answer.values is None:
        return ()
    places = Places(network)
    found: dict[str, None] = {}
    for variable, amount in zip(program.variables, answer.values.tolist(), strict=True):
        family = variable.parent_component().local_name
        if family == "buy" and amount > PLENTY / 2:
            names = [str(part) for part in variable.index()]
            cells = places.cells("offer", names, HIGH)
            found[f"{places.address(cells[0])}: offer of {', '.join(names[:3])}"] = None
    return (
        (Repair("Give a maximum to what is bought without end", tuple(found)[:SHOWN]),)
        if found
        else ()
    )


def _status(program: Program, values: np.ndarray, seconds: float) -> str:
    """Whether a programme has a solution: first with the whole numbers of the repair."""
    costless = structs.replace(program, cost=np.zeros_like(program.cost))
    if program.integer.any() and len(values) == len(program.cost):
        held = ask(costless.held(values), time_limit=max(seconds, 0.0))
        if held.status == "optimal":
            return held.status
    return ask(costless, time_limit=max(seconds, 0.0)).status


def _violation(network: Network, program: Program, less: bool, until: float) -> Violation | None:
    """The least that rows must give, of those whose cells can be changed."""
    places, inflows = Places(network), given(network)
    below, above = [], []
    for row, constraint in enumerate(program.constraints):
        family, names = family_of(constraint), names_of(constraint)
        if less and family == "balance" and names in inflows:
            above.append(row)
        if family not in PLACES:
            continue
        low = less and program.row_lower[row] > -INFINITY
        high = not less and program.row_upper[row] < INFINITY
        if low and places.cells(family, names, LOW):
            below.append(row)
        if high and _may_rise(network, places, family, names):
            above.append(row)
    seconds = min(SECONDS, max(until - time.perf_counter(), 0.0))
    low_rows, high_rows = (np.array(rows, dtype=np.int64) for rows in (below, above))
    found = least_violation(program, low_rows, high_rows, seconds)
    if found is None or not found.amounts:
        return found
    left = max(until - time.perf_counter(), 0.0)
    pairs = [*((row, LOW) for row in below), *((row, HIGH) for row in above)]
    return _together(places, program, pairs, found, left) or found


def _together(
    places: Places,
    program: Program,
    pairs: list[tuple[int, int]],
    found: Violation,
    seconds: float,
) -> Violation | None:
    """The least by which the cells must change: a cell gives in all its periods at once."""
    editor = Editor(places, program)
    tied: dict[object, list[tuple[int, int, float]]] = {}
    for row, side in pairs:
        family, names = family_of(program.constraints[row]), names_of(program.constraints[row])
        cells = places.cells(family, names, side) if family in PROPORTIONAL else ()
        if len(cells) == 1:
            factor = editor.factor(family, cells[0], places.period(names))
            if factor > 0:
                tied.setdefault((family, cells[0]), []).append((row, side, factor))
        elif row in found.amounts:
            tied[row] = [(row, side, 1.0)]
    own = [group for group in tied.values() if any(row in found.amounts for row, *_ in group)]
    numbers = np.array([entry for group in own for entry in group])
    return tied_violation(
        program.held(found.values),
        numbers[:, 0].astype(np.int64),
        -numbers[:, 1],
        np.repeat(np.arange(len(own)), [len(group) for group in own]),
        numbers[:, 2],
        seconds,
    )


def _may_rise(network: Network, places: Places, family: str, names: tuple[str, ...]) -> bool:
    """False where no number in a cell would raise a bound."""
    cells = places.cells(family, names, HIGH)
    if family == "built_most":
        return bool(places.record(cells[0]).kind != "yes/no")
    if family == "capacity":
        return any(places.record(cell).availability for cell in cells)
    return bool(cells)


def _merged(before: tuple[Edit, ...], more: tuple[Edit, ...]) -> tuple[Edit, ...]:
    """Edits of two rounds: the later value of a cell, with its first one as the old."""
    found = {(edit.sheet, edit.row, edit.header): edit for edit in before}
    for edit in more:
        key = (edit.sheet, edit.row, edit.header)
        old = found[key].old if key in found else edit.old
        found[key] = structs.replace(edit, old=old)
    return tuple(found.values())


def _told(places: Places, program: Program, editor: Editor, violation: Violation) -> Iterator[str]:
    """A sentence for every cell that changes, the largest change first."""
    new = {(edit.sheet, edit.cell): edit for edit in editor.edits()}
    groups: dict[object, list[tuple[int, float]]] = {}
    for row, amount in violation.amounts.items():
        groups.setdefault(editor.of_row.get(row) or row, []).append((row, amount))
    for _, rows in sorted(groups.items(), key=lambda item: -sum(abs(a) for _, a in item[1])):
        row, _ = rows[0]
        family = family_of(program.constraints[row])
        names = [names_of(program.constraints[number]) for number, _ in rows]
        amount = sum(amount for _, amount in rows)
        when = places.when([own[-1] for own in names])
        cells = editor.of_row.get(row, ())
        letters = [(cell.sheet, places.letter(cell)) for cell in cells]
        values = [f"{new[key].new:.{6}g}" for key in letters if key in new]
        write = f"; write {' and '.join(values)}" if values else ""
        yield _sentence(places, family, names[0], amount, when, cells) + write


def _sentence(
    places: Places,
    family: str,
    names: tuple[str, ...],
    amount: float,
    when: str,
    cells: tuple[Cell, ...],
) -> str:
    address = " and ".join(places.address(cell) for cell in cells[:2])
    if family == "balance":
        site, material, *_ = names
        return (
            f"{address}: {figure(amount)} t of {material} at {site} find no use {when}; give it a "
            "use, a Stocks row that covers it, a lane or a disposal cost, or less of it"
        )
    kind, unit = KINDS[family]
    thing = ", ".join(part for part in parts(names) if part not in places.labels)
    measured = unit if unit in ("t", "use", "activity") else ""
    size = f"{figure(abs(amount))} {measured}".strip()
    word = "less" if amount < 0 else "more"
    return f"{address}: {kind} of {thing}: {size} {word} {when}".rstrip()
