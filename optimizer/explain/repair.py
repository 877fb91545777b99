"""Why there is no plan: the least changes that give one, in the workbook's words.

Two questions are put: by how much less could be asked, and by how much more would there
have to be. Only what a person can change may give; conservation of mass never does, but
an order or an opening stock that nothing can take is said so. The new values are written
into the case and it is solved again before they are told, and no value is told of which a
little less would do.
"""

from __future__ import annotations

import time
from collections.abc import Iterator

import numpy as np
from msgspec import Struct, structs
from pyomo.core import ConcreteModel

from optimizer import model, solver
from optimizer import network as networks
from optimizer.explain.cell_edits import SHARES, Edit, apply, edit_of, rounded
from optimizer.explain.cell_locator import HIGH, LOW, CellLocator, WorkbookCell
from optimizer.explain.least_change import LeastChange, RequirementChange
from optimizer.explain.opened_bounds import opened
from optimizer.explain.relaxable_program import relaxable
from optimizer.explain.row_sentences import measured_in, parts, unit_of
from optimizer.model import REQUIREMENTS_BY_NAME
from optimizer.model.balance import BALANCE_FAMILY
from optimizer.model.limits import LIMIT_FAMILY
from optimizer.model.supply import OFFER_FAMILY
from optimizer.network.network_data import Network
from optimizer.result.number_text import figure
from optimizer.solver import Program, ask
from optimizer.tables.case import Case

PLENTY = 1e6
"""Tonnes that stand for no end."""

SECONDS = 60.0
"""Time to look for what has no end, and for one repair with its check."""

SEARCH = 20.0
"""Seconds of that for one search."""

TIGHTENING = 10.0
"""Seconds to see whether less of each change would do."""

ROUNDS = 3
"""Times that a repair is mended which does not do yet."""

SHOWN = 12
"""Changes of one repair that are told; the rest is counted."""

DIGITS = 10
"""Digits of a figure that is told: old and new value and what lies between them add up."""

NEARER = 1e-3
"""Part of a change that must matter: with so much less of it there is no plan."""

HALVES = 12
"""Times that a change is halved which is more than is needed."""


class Repair(Struct, frozen=True):
    """One way to a feasible plan: requirements to reduce, or supply and capacity to add."""

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
    for title, less in (("Reduce a requirement", True), ("Add supply or capacity", False)):
        repair = _repair(network, program, title, less, own)
        if repair is not None:
            found.append(repair)
    return tuple(found)


def _repair(network: Network, program: Program, title: str, less: bool, own: bool) -> Repair | None:
    """Changes that make a case feasible; mended where the cells do not do what the rows did."""
    until = time.perf_counter() + SECONDS
    case, first, status = network.case, CellLocator(network), ""
    edits, changes, trials = (
        dict[WorkbookCell, Edit](),
        dict[WorkbookCell, RequirementChange](),
        _Trials(until),
    )
    m, traced = None, None  # kept: a Pyomo row knows its family only as long as its model lives
    for _ in range(ROUNDS):
        if own:
            traced, network, program = opened(network, program, rules=False)
        places = CellLocator(network)
        search = LeastChange(network, relaxable(network, program, places), places, less=less)
        found = search.find(min(until - time.perf_counter(), SEARCH))
        if found is None or not found.changes:
            break
        for change in found.changes:
            for cell in change.key[2]:
                changes[cell] = change
                edits[cell] = _edit(places, cell, change, edits.get(cell))
        if not own:
            break
        status, network, program, m = trials.status(apply(case, edits.values()))
        if status != "infeasible":
            break
    if not edits or status == "infeasible":
        return None
    if status == "optimal":
        edits = _tightened(first, case, edits, trials)
    told = list(_told(first, edits, changes))
    del m, traced
    shown = told[:SHOWN]
    if len(told) > SHOWN:
        shown.append(f"and {len(told) - SHOWN:,} more")
    return Repair(title, tuple(shown), tuple(edits.values()), status == "optimal")


def _edit(
    places: CellLocator, cell: WorkbookCell, change: RequirementChange, before: Edit | None
) -> Edit:
    """The new value of a cell after a change; of two rounds the first value is the old one."""
    up = not REQUIREMENTS_BY_NAME[change.key[0]].demands(change.key[1])
    now = float(places.value(cell)[0])
    new = now + change.amount if up else max(now - change.amount, 0.0)
    return edit_of(places, cell, new, before.old if before else None)


def endless(network: Network, program: Program) -> tuple[Repair, ...]:
    """Offers and demand lines that a plan without bound would use without bound."""
    bounded = structs.replace(program, upper=np.minimum(program.upper, PLENTY))
    answer = ask(bounded, time_limit=SECONDS)
    if answer.values is None:
        return ()
    places = CellLocator(network)
    found: dict[str, None] = {}
    for variable, amount in zip(program.variables, answer.values.tolist(), strict=True):
        family = variable.parent_component().local_name
        if family == "buy" and amount > PLENTY / 2:
            names = [str(part) for part in variable.index()]
            cells = places.cells(OFFER_FAMILY.name, names, HIGH)
            found[f"{places.address(cells[0])}: offer of {', '.join(names[:3])}"] = None
    return (
        (Repair("Give a maximum to what is bought without end", tuple(found)[:SHOWN]),)
        if found
        else ()
    )


class _Trials:
    """Cases built anew, to see whether they have a plan."""

    def __init__(self, until: float) -> None:
        self.until = until
        self.known: np.ndarray | None = None
        """Values of the last plan: its whole numbers may do for the next case too."""

    def status(self, case: Case) -> tuple[str, Network, Program, ConcreteModel]:
        """What the solver says of a case where nothing costs anything, and the case built."""
        network = networks.build(case)
        m = model.build(network)
        program = solver.transfer(m)
        costless = structs.replace(program, cost=np.zeros_like(program.cost))
        status = ""
        if self.known is not None and len(self.known) == len(program.cost):
            status = self._ask(costless.held(self.known))
        if status != "optimal":
            status = self._ask(costless)
        return status, network, program, m

    def _ask(self, program: Program) -> str:
        answer = ask(program, time_limit=max(self.until - time.perf_counter(), 0.0))
        if answer.status == "optimal":
            self.known = answer.values
        return answer.status


def _tightened(
    places: CellLocator, case: Case, edits: dict[WorkbookCell, Edit], trials: _Trials
) -> dict[WorkbookCell, Edit]:
    """The same changes without what is not needed of them, as far as time allows."""
    found = dict(edits)
    trials.until = min(trials.until, time.perf_counter() + TIGHTENING)
    for cell, edit in list(edits.items())[:SHOWN]:

        def does(value: float, cell: WorkbookCell = cell, edit: Edit = edit) -> bool:
            own = found | {cell: structs.replace(edit, new=value)}
            return trials.status(apply(case, own.values()))[0] == "optimal"

        new, old = edit.new, edit.old
        whole = edit.header == "most" and float(old).is_integer()
        nearer = new - 1.0 if whole else new + (old - new) * NEARER
        if time.perf_counter() > trials.until or not does(nearer):
            continue
        if does(old):
            del found[cell]
            continue
        enough, short = nearer, old
        for _ in range(HALVES):
            middle = (enough + short) / 2
            middle = float(np.rint(middle)) if whole else middle
            if middle in (enough, short):
                break
            enough, short = (middle, short) if does(middle) else (enough, middle)
        new = rounded(enough, old, places.value(cell)[1])
        found[cell] = structs.replace(edit, new=new)
    return found


def _told(
    places: CellLocator,
    edits: dict[WorkbookCell, Edit],
    changes: dict[WorkbookCell, RequirementChange],
) -> Iterator[str]:
    """A sentence for every requirement that changes, the largest change first."""
    groups: dict[tuple[WorkbookCell, ...], list[Edit]] = {}
    for cell, edit in edits.items():
        groups.setdefault(changes[cell].key[2], []).append(edit)

    def relative(cells: tuple[WorkbookCell, ...]) -> float:
        edit = groups[cells][0]
        return -abs(edit.new - edit.old) / max(abs(edit.old), 1.0)

    for cells in sorted(groups, key=relative):
        yield _sentence(places, changes[cells[0]], groups[cells])


def _sentence(places: CellLocator, change: RequirementChange, edits: list[Edit]) -> str:
    family, side, cells = change.key
    address = " and ".join(places.address(cell) for cell in cells[:2])
    when = places.when([give.names[-1] for give in change.gives])
    edit, names = edits[0], change.gives[0].names
    size = f"{abs(edit.old - edit.new):,.{DIGITS}g}"
    write = f"; write {edit.new:.{DIGITS}g}"
    if family == BALANCE_FAMILY.name:
        site, material, *_ = names
        return (
            f"{address}: {size} t of {material} at {site} find no use {when}; give it a "
            f"use, a Stocks row that covers it, a lane or a disposal cost, or less of it{write}"
        )
    requirement = REQUIREMENTS_BY_NAME[family]
    thing = ", ".join(part for part in parts(names) if part not in places.labels)
    written = unit_of(places, cells[0])
    if written in SHARES:
        unit = measured_in(places, cells[0]) if family == LIMIT_FAMILY.name else requirement.unit
        written = f"({figure(change.tonnes)} {unit})"
    word = "less" if side == LOW else "more"
    told = " ".join(part for part in (size, written, word, when) if part)
    return f"{address}: {requirement.kind} of {thing}: {told}{write}"
