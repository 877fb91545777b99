"""Whether a plan is cheaper because a rule binds less: two plans beside each other."""

from __future__ import annotations

from optimizer.result.number_text import figure
from optimizer.result.result_layouts import RUN, Tables
from optimizer.tracing.lawfulness_verdict import AS_FAR_AS_STATED, NO, NO_RULE_BINDS, NO_RULES, YES

LAWFULNESS_ORDER = (NO, NO_RULES, NO_RULE_BINDS, AS_FAR_AS_STATED, YES)
"""Words for a plan, the weakest first."""
EQUAL_COST_TOLERANCE = 0.005
"""Money below which two plans cost the same."""
NEGLIGIBLE_BOUND_SHARE = 1e-6
"""Share of the tonnes bound before below which nothing is said to be bound less: rounding."""


def lawful_changes(before: Tables, after: Tables) -> tuple[str, ...]:
    """Sentences on what rules bind less, first that the second plan is cheaper for it."""
    words = _word(before), _word(after)
    less = _cost(before) - _cost(after)
    less_bound = _bound_less(_bound(before), _bound(after), all_of_it=less <= EQUAL_COST_TOLERANCE)
    found = list(less_bound)
    if all(words) and words[0] != words[1]:
        found.insert(0, f"Lawful: {words[0]} before, {words[1]} after.")
    weaker = all(words) and LAWFULNESS_ORDER.index(words[1]) < LAWFULNESS_ORDER.index(words[0])
    if (weaker or less_bound) and less > EQUAL_COST_TOLERANCE:
        found.insert(0, f"The second plan is cheaper by {less:,.2f}, but it is held to less:")
    return tuple(found)


def _bound_less(before: dict[str, float], after: dict[str, float], *, all_of_it: bool) -> list[str]:
    """Rules that bind less after, or with ``all_of_it`` those that no longer bind anything."""
    left = NEGLIGIBLE_BOUND_SHARE if all_of_it else 1 - NEGLIGIBLE_BOUND_SHARE
    return [
        f"{rule} bound {figure(tonnes)} t before and {_amount(after.get(rule, 0.0))} after."
        for rule, tonnes in before.items()
        if after.get(rule, 0.0) < tonnes * left
    ]


def _amount(tonnes: float) -> str:
    return f"{figure(tonnes)} t" if tonnes else "nothing"


def _bound(tables: Tables) -> dict[str, float]:
    """Tonnes that each rule binds."""
    rows, found = tables.get("Compliance"), dict[str, float]()
    if rows is not None:
        for rule, tonnes in zip(rows["rule"], rows["delivered"], strict=True):
            found[rule] = found.get(rule, 0.0) + tonnes
    return found


def _word(tables: Tables) -> str:
    """What the sheet Run says; empty in workbooks that do not say it."""
    run = tables.get(RUN.name)
    told = zip(run["item"], run["value"], strict=True) if run is not None else ()
    word = next((value for item, value in told if item == "lawful"), "")
    return word if word in LAWFULNESS_ORDER else ""


def _cost(tables: Tables) -> float:
    return float(sum(tables["Costs"]["discounted"]))
