"""Kinds of alert, in the order in which they are shown: risks first, then remarks."""

from __future__ import annotations

CHANGED_MODEL = "changed model"
COMPLIANCE = "rules and origins"
SHORTAGE = "shortage"
SINGLE_POINT = "single point of failure"
NOT_FIRM = "supply that is not firm"
FULL_CAPACITY = "full capacity"
UNTAKEN_CONTRACT = "paid for and not taken"
UNCERTAIN_FIGURES = "uncertain figures"
MINIMUM_LOAD = "minimum load"
END_OF_HORIZON = "value at the end"
SOLUTION = "solution"
INPUT = "input"

RISK_KINDS = (
    CHANGED_MODEL,
    COMPLIANCE,
    SHORTAGE,
    SINGLE_POINT,
    NOT_FIRM,
    FULL_CAPACITY,
    UNTAKEN_CONTRACT,
    UNCERTAIN_FIGURES,
)
"""Kinds that are risks, the gravest first: what is no statement about the workbook, what the law
forbids, what is not delivered, what stops everything, what may not come, what cannot grow, what is
wasted, what may be wrong."""
ALERT_KINDS = (*RISK_KINDS, MINIMUM_LOAD, END_OF_HORIZON, SOLUTION, INPUT)
"""Every kind, in the order shown."""
