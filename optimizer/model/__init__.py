"""The mathematics: a Pyomo model, one file per constraint family."""

import optimizer.model.lean  # noqa: F401  (first: it loads Pyomo)
from optimizer.model.build import build
from optimizer.model.commitments import (
    KINDS,
    NOTHING,
    Commitment,
    charge,
    commitments,
    hold,
    near,
    offered,
)
from optimizer.model.joint import join
from optimizer.model.twist import SHORT, Twist, cost_of, measured
from optimizer.model.twist import add as add_twist

__all__ = [
    "KINDS",
    "NOTHING",
    "SHORT",
    "Commitment",
    "Twist",
    "add_twist",
    "build",
    "charge",
    "commitments",
    "cost_of",
    "hold",
    "join",
    "measured",
    "near",
    "offered",
]
