"""The mathematics: a Pyomo model, one file per constraint family."""

from optimizer.model.build_model import (
    FAMILIES_BY_NAME,
    REQUIREMENTS_BY_NAME,
    build,
    family_named,
)
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
from optimizer.model.study_terms import add_study_terms as add_twist

__all__ = [
    "FAMILIES_BY_NAME",
    "KINDS",
    "NOTHING",
    "REQUIREMENTS_BY_NAME",
    "SHORT",
    "Commitment",
    "StudyTerms",
    "add_twist",
    "build",
    "charge",
    "commitments",
    "cost_of",
    "family_named",
    "hold",
    "join",
    "measured",
    "near",
    "offered",
]
