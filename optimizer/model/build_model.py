"""Build the model: the table of contents of the constraint families."""

from __future__ import annotations

from pyomo.core import ConcreteModel, Var

from optimizer.model import (
    balance,
    capacity,
    commitment_rows,
    cost,
    custody,
    demand,
    extensive_form,
    investment,
    limits,
    process_limits,
    rules,
    shipping,
    storage,
    study_terms,
    supply,
    tiers,
    variables,
)
from optimizer.model.family import Family, Requirement
from optimizer.network.network_data import Network

FAMILY_MODULES = (
    balance,
    supply,
    tiers,
    capacity,
    process_limits,
    shipping,
    storage,
    demand,
    rules,
    custody,
    investment,
    limits,
)
"""Modules of constraint families, in the order in which they are added."""

STUDY_MODULES = (commitment_rows, extensive_form, study_terms)
"""Modules of families that only some studies add."""

REQUIREMENTS_BY_NAME: dict[str, Requirement] = {
    own.name: own
    for module in (*FAMILY_MODULES, *STUDY_MODULES)
    for own in vars(module).values()
    if isinstance(own, Requirement)
}
"""Every record of these modules: families, and requirements that are coefficients in one."""

FAMILIES_BY_NAME: dict[str, Family] = {
    name: own for name, own in REQUIREMENTS_BY_NAME.items() if isinstance(own, Family)
}
"""Records of the families by the name of their Pyomo component."""


def family_named(name: str) -> Family:
    """Record of a Pyomo component; of one that a user has added it says its name alone."""
    return FAMILIES_BY_NAME.get(name) or Family(name=name, kind=name, relieved_by="nothing")


def build(network: Network) -> ConcreteModel:
    """Linear or mixed-integer programme of a network: an ordinary Pyomo model to extend.

    The variables by flow stand in ``model.columns`` and the network in
    ``model.network``; both are plain attributes.
    """
    m = ConcreteModel(name=network.case.settings.case or "plan")
    m.nothing = Var(bounds=(0, 0), doc="zero: the left side of what cannot be")
    columns = variables.add(m, network)
    for module in FAMILY_MODULES:
        module.add(m, network, columns)
    cost.add(m, network, columns)
    m.network, m.columns = network, columns
    return m
