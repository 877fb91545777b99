"""The mathematics: a Pyomo model, one file per constraint family."""

from optimizer.model.build_model import build
from optimizer.model.commitment_rows import (
    KINDS,
    NOTHING,
    Commitment,
    charge,
    commitments,
    hold,
    near,
    offered,
)
from optimizer.model.extensive_form import join
from optimizer.model.study_terms import SHORT, StudyTerms, cost_of, measured
from optimizer.model.study_terms import add as add_twist

__all__ = [
    "KINDS",
    "NOTHING",
    "SHORT",
    "Commitment",
    "StudyTerms",
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
