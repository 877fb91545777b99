"""Tell whether the second of two plans is cheaper because a rule binds less."""

from __future__ import annotations

from optimizer.result.number_text import figure
from optimizer.result.result_layouts import RUN_LAYOUT, Tables
from optimizer.tracing.lawfulness_verdict import AS_FAR_AS_STATED, NO, NO_RULE_BINDS, NO_RULES, YES

LAWFULNESS_ORDER = (NO, NO_RULES, NO_RULE_BINDS, AS_FAR_AS_STATED, YES)
"""Lawfulness of a plan as the sheet Run has it, the least lawful first."""
EQUAL_COST_TOLERANCE = 0.005
"""Money below which two plans cost the same: half of the cent that is shown."""
NEGLIGIBLE_BOUND_SHARE = 1e-6
"""Share of the tonnes bound before below which a rule binds no less: rounding."""


def lawful_changes(before: Tables, after: Tables) -> tuple[str, ...]:
    """Sentences on rules that bind less in the second plan; the first tells what it saves."""
    first, second = _lawfulness(before), _lawfulness(after)
    saving = _cost(before) - _cost(after)
    cheaper = saving > EQUAL_COST_TOLERANCE
    relaxed = _relaxed_rules(_tonnes_bound(before), _tonnes_bound(after), entirely=not cheaper)
    sentences = list(relaxed)
    known = bool(first and second)
    if known and first != second:
        sentences.insert(0, f"Lawful: {first} before, {second} after.")
    weaker = known and LAWFULNESS_ORDER.index(second) < LAWFULNESS_ORDER.index(first)
    if (weaker or relaxed) and cheaper:
        sentences.insert(
            0, f"The second plan is cheaper by {saving:,.2f}, but its rules are less strict:"
        )
    return tuple(sentences)


def _relaxed_rules(
    before: dict[str, float], after: dict[str, float], *, entirely: bool
) -> list[str]:
    """Rules that bind fewer tonnes after; with ``entirely`` only those that bind none."""
    share = NEGLIGIBLE_BOUND_SHARE if entirely else 1 - NEGLIGIBLE_BOUND_SHARE
    return [
        f"{rule} bound {figure(tonnes)} t before and {_amount(after.get(rule, 0.0))} after."
        for rule, tonnes in before.items()
        if after.get(rule, 0.0) < tonnes * share
    ]


def _amount(tonnes: float) -> str:
    return f"{figure(tonnes)} t" if tonnes else "nothing"


def _tonnes_bound(tables: Tables) -> dict[str, float]:
    """Tonnes that each rule binds."""
    compliance, bound = tables.get("Compliance"), dict[str, float]()
    if compliance is not None:
        for rule, tonnes in zip(compliance["rule"], compliance["delivered"], strict=True):
            bound[rule] = bound.get(rule, 0.0) + tonnes
    return bound


def _lawfulness(tables: Tables) -> str:
    """Lawfulness of the sheet Run; empty in workbooks that do not have it."""
    run = tables.get(RUN_LAYOUT.name)
    items = zip(run["item"], run["value"], strict=True) if run is not None else ()
    word = next((value for item, value in items if item == "lawful"), "")
    return word if word in LAWFULNESS_ORDER else ""


def _cost(tables: Tables) -> float:
    return float(sum(tables["Costs"]["discounted"]))
