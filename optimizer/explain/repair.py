"""Repairs of a case without a plan: the least changes of cells that make it feasible.

A planner decides on rules, on what is demanded, on supply and capacity: these are changed first.
An opening stock or an order, which is there already, is less only where nothing else gives a plan.
Only cells that a person can change give; conservation of mass never does. The case is solved again
with the new values before a repair is shown, and each change is reduced to what is needed.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from itertools import starmap

import numpy as np
from msgspec import Struct, structs
from pyomo.core import ConcreteModel

from optimizer import model, solver
from optimizer import network as networks
from optimizer.explain.cell_edits import SHARE_UNITS, Edit, apply, edit_of, rounded
from optimizer.explain.cell_locator import HIGH, LOW, CellLocator, WorkbookCell
from optimizer.explain.conflict import NO_CONFLICT, Conflict
from optimizer.explain.least_change import (
    ChangesOfKind,
    LeastChange,
    RequirementChange,
)
from optimizer.explain.opened_bounds import open_zero_bounds
from optimizer.explain.relaxable_program import relaxed_program
from optimizer.explain.relaxable_rows import RequirementKey
from optimizer.explain.row_sentences import measured_in, readable_names, unit_of
from optimizer.model import REQUIREMENTS_BY_NAME
from optimizer.model.balance import BALANCE_FAMILY
from optimizer.model.limits import LIMIT_FAMILY
from optimizer.model.rules import RULE_SHARE_FAMILY
from optimizer.model.supply import OFFER_FAMILY
from optimizer.network.network_data import Network
from optimizer.result.number_text import figure, listed
from optimizer.solver import NO_CHANGES, ModelChanges, Program, solve_with_highs
from optimizer.tables.case import Case

UNLIMITED_TONNES = 1e6
"""Tonnes that no plan reaches: a purchase of this amount has no bound."""

REPAIR_TIME_LIMIT = 60.0
"""Seconds for one repair with its check, and for a search for unbounded purchases. Chosen so
that a case without a plan is explained within a few minutes."""

REPAIR_SEARCH_TIME_LIMIT = 20.0
"""Seconds for one search for the least changes, a third of the limit of a repair.

The rest is left to check and correct them.
"""

TIGHTENING_TIME_LIMIT = 10.0
"""Seconds to reduce changes to what is needed; the repair holds without it."""

MAX_REPAIR_ROUNDS = 3
"""Maximum rounds of correcting a repair that is still infeasible."""

MAX_LISTED_CHANGES = 12
"""Maximum changes of one repair that are listed, so that they fit a screen; the rest is counted."""

REPAIR_DIGITS = 10
"""Significant digits in a sentence, enough for old value, change and new value to add up."""

NEEDED_SHARE_OF_CHANGE = 1e-3
"""A change with this share less of it must not do: else it is reduced."""

MAX_BISECTIONS = 12
"""Maximum bisections of a change that is larger than needed: the rest is 1/4096 of it."""

RULE_SHARE_STEPS = 1e4
"""Steps of a share that a rule must allow, where it is not exact: it is rounded up to 0.01 %."""


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


class RepairKind(Struct, frozen=True):
    """What a kind of repair may change."""

    title: str
    changes: ChangesOfKind
    opens_rules: bool = False
    """True if a rule without tolerance may give."""
    capacity_gives: bool = False


def repairs(
    network: Network,
    program: Program,
    *,
    own: bool = True,
    changes: ModelChanges = NO_CHANGES,
    conflict: Conflict = NO_CONFLICT,
) -> tuple[Repair, ...]:
    """The cheapest repair of each kind that makes the programme feasible; a kind may have none.

    Each rule whose relaxation alone gives a plan is a repair of its own. ``own`` is False for a
    model that a study or a caller has changed: its repairs are not checked, and what the caller
    changed stays. ``conflict`` is what is known of the case.
    """
    rule_kinds = starmap(_rule_kind, _rules_in_the_way(network, conflict).items())
    found: list[Repair] = []
    for kinds in ((*rule_kinds, _LESS_KIND, _MORE_KIND), (_FACTS_KIND,), _MIXED_KINDS):
        tried = (_repair(network, program, kind, own, changes) for kind in kinds)
        found = found or [repair for repair in tried if repair is not None]
    return tuple(found)


def _rules_in_the_way(network: Network, conflict: Conflict) -> dict[str, set[int]]:
    """Rows of the rules that could be a repair alone: those of the conflict, if it is known.

    A requirement that is not in an irreducible conflict is no repair: the conflict stays.
    """
    rows: dict[str, set[int]] = {}
    for phase in network.phases:
        if phase.trait and phase.lines:
            rows.setdefault(phase.rule, set()).add(phase.row)
    if conflict.irreducible:
        places = CellLocator(network)
        cells = {clash.cell for clash in conflict.clashes if clash.sheet == RULE_SHARE_FAMILY.sheet}

        def clashes(row: int) -> bool:
            header = RULE_SHARE_FAMILY.upper.header
            return places.letter(WorkbookCell(RULE_SHARE_FAMILY.sheet, row, header)) in cells

        rows = {rule: own for rule, own in rows.items() if any(map(clashes, own))}
    return rows


def _rule_kind(rule: str, rows: set[int]) -> RepairKind:
    return RepairKind(
        f"Relax the rule {rule}, if it is yours to change",
        lambda key: _is_rule(key) and key[2][0].row in rows,
        opens_rules=True,
    )


def _is_rule(key: RequirementKey) -> bool:
    return key[0] == RULE_SHARE_FAMILY.name


def _demands(key: RequirementKey) -> bool:
    return REQUIREMENTS_BY_NAME[key[0]].demands(key[1])


def _is_fact(key: RequirementKey) -> bool:
    """True for what is there already: an opening stock or an order."""
    return key[0] == BALANCE_FAMILY.name


_LESS_KIND = RepairKind("Reduce a requirement", lambda key: _demands(key) and not _is_fact(key))
_FACTS_KIND = RepairKind("Correct an opening stock or an order", _is_fact)
_MORE_KIND = RepairKind(
    "Add supply or capacity",
    lambda key: not _demands(key) and not _is_rule(key),
    capacity_gives=True,
)
_MIXED_KINDS = (
    RepairKind("Reduce requirements, and correct stocks and orders", _demands),
    RepairKind(
        "Add supply or capacity, and relax rules",
        lambda key: not _demands(key),
        opens_rules=True,
        capacity_gives=True,
    ),
)
"""Kinds that are tried where no change of one sort is enough."""


def _repair(
    network: Network, program: Program, kind: RepairKind, own: bool, changed: ModelChanges
) -> Repair | None:
    """Changes that make a case feasible; a cell may stand in more rows than the search relaxed."""
    until = time.perf_counter() + REPAIR_TIME_LIMIT
    case, first, status = network.case, CellLocator(network), ""
    edits: dict[WorkbookCell, Edit] = {}
    changes: dict[WorkbookCell, RequirementChange] = {}
    trials = _Trials(until)
    m = traced = None  # A Pyomo row knows its family only while its model lives: keep both.
    for _ in range(MAX_REPAIR_ROUNDS):
        if own:
            traced, network, program = open_zero_bounds(network, program, rules=kind.opens_rules)
        places = CellLocator(network)
        relaxed = relaxed_program(network, program, places, changed)
        search = LeastChange(
            network, relaxed, places, kind.changes, capacity_gives=kind.capacity_gives
        )
        plan = search.find(min(until - time.perf_counter(), REPAIR_SEARCH_TIME_LIMIT))
        if plan is None or not plan.changes:
            break
        for change in plan.changes:
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
    sentences = list(_sentences(first, edits, changes))
    del m, traced
    shown = sentences[:MAX_LISTED_CHANGES]
    if len(sentences) > MAX_LISTED_CHANGES:
        shown.append(f"and {len(sentences) - MAX_LISTED_CHANGES:,} more")
    return Repair(kind.title, tuple(shown), tuple(edits.values()), status == "optimal")


def _edit(
    places: CellLocator, cell: WorkbookCell, change: RequirementChange, before: Edit | None
) -> Edit:
    """The new value of a cell after a change; its old value is the one before the first round."""
    raised = not REQUIREMENTS_BY_NAME[change.key[0]].demands(change.key[1])
    current = float(places.value(cell)[0])
    new = current + change.amount if raised else max(current - change.amount, 0.0)
    return edit_of(places, cell, new, before.old if before else None)


def unbounded_purchases(network: Network, program: Program) -> tuple[Repair, ...]:
    """Offers without a maximum that an unbounded plan buys without end."""
    bounded = structs.replace(program, upper=np.minimum(program.upper, UNLIMITED_TONNES))
    answer = solve_with_highs(bounded, time_limit=REPAIR_TIME_LIMIT)
    if answer.values is None:
        return ()
    places = CellLocator(network)
    sentences: dict[str, None] = {}
    for variable, amount in zip(program.variables, answer.values.tolist(), strict=True):
        family = variable.parent_component().name
        if family == "buy" and amount > UNLIMITED_TONNES / 2:
            names = [str(part) for part in variable.index()]
            cells = places.cells(OFFER_FAMILY.name, names, HIGH)
            sentences[f"{places.address(cells[0])}: offer of {', '.join(names[:3])}"] = None
    if not sentences:
        return ()
    title = "Set a maximum for purchases without limit"
    return (Repair(title, tuple(sentences)[:MAX_LISTED_CHANGES]),)


class _Trials:
    """Builds cases and tells whether they have a plan."""

    def __init__(self, until: float) -> None:
        self.until = until
        self.known: np.ndarray | None = None
        """Values of the last plan: its whole numbers may do for the next case too."""

    def status(self, case: Case) -> tuple[str, Network, Program, ConcreteModel]:
        """Status of a case without costs, with its network, programme and model."""
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
        answer = solve_with_highs(program, time_limit=max(self.until - time.perf_counter(), 0.0))
        if answer.status == "optimal":
            self.known = answer.values
        return answer.status


def _tightened(
    places: CellLocator, case: Case, edits: dict[WorkbookCell, Edit], trials: _Trials
) -> dict[WorkbookCell, Edit]:
    """The same changes, each reduced to what is needed, as far as time allows."""
    needed = dict(edits)
    trials.until = min(trials.until, time.perf_counter() + TIGHTENING_TIME_LIMIT)
    for cell, edit in list(edits.items())[:MAX_LISTED_CHANGES]:

        def suffices(value: float, cell: WorkbookCell = cell, edit: Edit = edit) -> bool:
            trial = needed | {cell: structs.replace(edit, new=value)}
            return trials.status(apply(case, trial.values()))[0] == "optimal"

        new, old = edit.new, edit.old
        whole = edit.header == "most" and float(old).is_integer()
        nearer = new - 1.0 if whole else new + (old - new) * NEEDED_SHARE_OF_CHANGE
        if time.perf_counter() > trials.until or not suffices(nearer):
            continue
        if len(needed) > 1 and suffices(old):  # with none of the changes there is no plan
            del needed[cell]
            continue
        enough, too_little = nearer, old
        for _ in range(MAX_BISECTIONS):
            if time.perf_counter() > trials.until:
                break
            middle = (enough + too_little) / 2
            middle = float(np.rint(middle)) if whole else middle
            if middle in (enough, too_little):
                break
            enough, too_little = (middle, too_little) if suffices(middle) else (enough, middle)
        if cell.sheet == RULE_SHARE_FAMILY.sheet:
            enough = min(math.ceil(enough * RULE_SHARE_STEPS) / RULE_SHARE_STEPS, 1.0)
        new = rounded(enough, old, places.value(cell)[1])
        needed[cell] = structs.replace(edit, new=new)
    return needed


def _sentences(
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
    when = places.when([bound.names[-1] for bound in change.bounds])
    edit, names = edits[0], change.bounds[0].names
    size = f"{abs(edit.old - edit.new):,.{REPAIR_DIGITS}g}"
    write = f"; write {edit.new:.{REPAIR_DIGITS}g}"
    if family == BALANCE_FAMILY.name:
        site, material, *_ = names
        return (
            f"{address}: {size} t of {material} at {site} have no use {when}; add a "
            f"use, a Stocks row, a lane or a disposal cost, or reduce the quantity{write}"
        )
    requirement = REQUIREMENTS_BY_NAME[family]
    thing = ", ".join(part for part in readable_names(names) if part not in places.labels)
    what = f"{requirement.kind} of {thing}"
    if family == RULE_SHARE_FAMILY.name:
        lines = listed(list(dict.fromkeys(bound.names[2] for bound in change.bounds)))
        what = f"share that may break the rule {names[0]}, for {lines}"
    written = unit_of(places, cells[0])
    if written in SHARE_UNITS:
        unit = measured_in(places, cells[0]) if family == LIMIT_FAMILY.name else requirement.unit
        written = f"({figure(change.tonnes)} {unit})"
    word = "less" if side == LOW else "more"
    change_words = " ".join(part for part in (size, written, word, when) if part)
    return f"{address}: {what}: {change_words}{write}"
