"""A result in words: the sentence of its status, one line, and a card for a notebook.

The figures are those of the Summary of the results workbook, under the same words.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

from optimizer.audit import Audit
from optimizer.errors import Finding
from optimizer.explain import Conflict, Repair
from optimizer.html_cards import CardFigure, card
from optimizer.result import Table
from optimizer.result.number_text import percent
from optimizer.tables.case import Case

_LAWFUL_MARKS = {"yes": "good", "no rules": "good", "no": "bad"}
"""Mark of a proven and audited plan by its lawfulness; any other word is doubtful."""


CHANGED_PLAN = "plan of a changed model: it says nothing about the workbook alone"
"""What takes the place of the proof where a caller has changed the model."""


class _PlanToShow(Protocol):
    """What a line and a card need of a result."""

    @property
    def case(self) -> Case: ...
    @property
    def status(self) -> str: ...
    @property
    def changed(self) -> Sequence[str]: ...
    @property
    def sentence(self) -> str: ...
    @property
    def other_solver(self) -> str: ...
    @property
    def objective(self) -> float | None: ...
    @property
    def shortage(self) -> float: ...
    @property
    def gap(self) -> float: ...
    @property
    def tables(self) -> Mapping[str, Table]: ...
    @property
    def audit(self) -> Audit | None: ...
    @property
    def lawful(self) -> str | None: ...
    @property
    def lawful_notes(self) -> Sequence[str]: ...
    @property
    def alerts(self) -> Sequence[str]: ...
    @property
    def warnings(self) -> Sequence[Finding]: ...
    @property
    def conflict(self) -> Conflict: ...
    @property
    def repairs(self) -> Sequence[Repair]: ...


def status_sentence(status: str, changed: Sequence[str] = (), other_solver: str = "") -> str:
    """The sentence for a status, of a model in which a caller ``changed`` something.

    ``other_solver`` is the name of another solver than HiGHS.
    """
    if changed and status == "optimal":
        return CHANGED_PLAN
    if other_solver and status == "optimal":
        return f"least-cost plan, optimal as {other_solver} reports"
    sentence = {
        "optimal": "least-cost plan, proven optimal",
        "infeasible": "no plan meets every hard limit: minimums, closing stocks and minimum "
        "deliveries together need more than supply, capacity and rules allow",
        "unbounded": "cost has no lower bound: something can be bought and sold without limit "
        "at a profit; set a maximum for it",
        "time limit": "the time limit was reached before a plan was proven optimal",
        "not proven": "the solver gave a plan without a proof that it is optimal",
        "interrupted": "stopped before the plan was proven optimal and complete",
    }.get(status, f"the solver gave no plan ({status})")
    return f"changed model: {sentence}" if changed else sentence


def result_line(result: _PlanToShow) -> str:
    """The result in one line: status, cost, shortage, lawfulness and audit."""
    changed = " (changed model)" if result.changed else ""
    name = f"<Result of {result.case.title!r}: {result.status}{changed}"
    if result.objective is None:
        return f"{name}; no plan, {len(result.repairs):,} repairs>"
    return (
        f"{name}, cost {_money(result, result.objective)}, {_short(result)}, "
        f"lawful: {result.lawful}, {_audit_word(result)}; {len(result.tables):,} tables>"
    )


def result_card(result: _PlanToShow) -> str:
    """HTML of the result for a notebook."""
    told = result.sentence
    if result.status == "optimal" and result.gap and not (result.changed or result.other_solver):
        told = f"least-cost plan, optimal within {percent(result.gap)}"
    sentence = f"{told[:1].upper()}{told[1:]}"
    warnings = [str(finding) for finding in result.warnings]
    if result.objective is None:
        return card(result.case.title, f"{sentence}.", "bad", (), _diagnosis(result))
    verdict = f"{sentence}; {_audit_word(result)}; lawful: {result.lawful}"
    lists = [("Alerts", list(result.alerts))]
    lists.append((f"Warnings about the input: {len(warnings):,}", warnings))
    return card(result.case.title, verdict, _mark(result), _figures(result), lists)


def _mark(result: _PlanToShow) -> str:
    """Good only for a plan that is proven, audited and lawful on what is stated."""
    if result.audit is None or not result.audit.passed or result.lawful == "no":
        return "bad"
    if result.status != "optimal" or result.changed:
        return "doubtful"
    return _LAWFUL_MARKS.get(result.lawful or "", "doubtful")


def _figures(result: _PlanToShow) -> Iterator[CardFigure]:
    assert result.objective is not None
    yield CardFigure(
        "Total cost", _money(result, result.objective), "present value over the horizon"
    )
    if "Costs" in result.tables:
        paid = sum(result.tables["Costs"]["amount"])
        yield CardFigure("As paid", _money(result, paid), "not discounted, net of revenue")
    yield CardFigure("Shortfall", _short(result).removesuffix(" short"), "over the horizon")
    notes = result.lawful_notes
    yield CardFigure("Lawful", result.lawful or "–", notes[0] if notes else "")
    if result.changed:
        gap = "the model was changed: nothing is proven of the workbook"
    elif result.status == "optimal" and result.other_solver:
        gap = f"as {result.other_solver} reports"
    elif result.status == "optimal":
        gap = "proven optimal"
        if result.gap:
            gap = f"optimal within {result.gap:.2%}"
    else:
        gap = f"not proven optimal: gap {result.gap:.2%}"
    yield CardFigure("Optimality", result.status, gap)
    if result.audit is not None:
        yield CardFigure("Audit", *_audit_figure(result.audit))


def _audit_figure(audit: Audit) -> tuple[str, str]:
    """Verdict in a word, and how much was compared or what failed."""
    if not audit.passed:
        return "FAILED", audit.verdict
    tested = sum(check.tested for check in audit.checks)
    return "passed", f"{len(audit.checks):,} checks, {tested:,} figures compared"


def _diagnosis(result: _PlanToShow) -> Iterator[tuple[str, list[str]]]:
    """Why there is no plan, and the least changes that give one."""
    conflict = result.conflict
    if conflict.clashes:
        yield conflict.heading, [str(each) for each in (*conflict.clashes, *conflict.gaps)]
    for repair in result.repairs:
        yield repair.title, list(repair.changes)


def _money(result: _PlanToShow, amount: float) -> str:
    return f"{amount:,.0f} {result.case.settings.currency}"


def _short(result: _PlanToShow) -> str:
    return f"{result.shortage:,.{3 if 0 < result.shortage < 10 else 1}f} t short"


def _audit_word(result: _PlanToShow) -> str:
    if result.audit is None:
        return "not audited"
    return "audit passed" if result.audit.passed else "audit FAILED"
