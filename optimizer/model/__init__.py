"""The mathematics: a Pyomo model, one file per constraint family."""

from optimizer.model.build_model import (
    FAMILIES_BY_NAME,
    REQUIREMENTS_BY_NAME,
    build,
    family_named,
)
from optimizer.model.commitment_rows import (
    COMMITMENT_KINDS,
    NEGLIGIBLE_COMMITMENT,
    Commitment,
    charge_deviation,
    commitments,
    fix_commitments,
    offered_commitments,
    rounding_bounds,
)
from optimizer.model.extensive_form import join_scenarios
from optimizer.model.study_terms import (
    MINIMISE_SHORTAGE,
    StudyTerms,
    add_study_terms,
    present_value_of_costs,
    value_of_limit,
)

__all__ = [
    "COMMITMENT_KINDS",
    "FAMILIES_BY_NAME",
    "MINIMISE_SHORTAGE",
    "NEGLIGIBLE_COMMITMENT",
    "REQUIREMENTS_BY_NAME",
    "Commitment",
    "StudyTerms",
    "add_study_terms",
    "build",
    "charge_deviation",
    "commitments",
    "family_named",
    "fix_commitments",
    "join_scenarios",
    "offered_commitments",
    "present_value_of_costs",
    "rounding_bounds",
    "value_of_limit",
]
