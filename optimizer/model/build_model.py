"""The mathematics: a table of contents. Each family is a page of this room."""

from __future__ import annotations

from pyomo.core import ConcreteModel, Var

from optimizer.garbage_collection import garbage_collection_paused
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
    rules,
    shipping,
    storage,
    supply,
    variables,
)
from optimizer.network.network_data import Network

FAMILIES = (
    balance,
    supply,
    capacity,
    shipping,
    storage,
    demand,
    rules,
    custody,
    investment,
    limits,
)
"""Constraint families, in the order in which they are added."""

FOR_STUDIES = (commitment_rows, extensive_form)
"""Families that only some studies add, each where it is asked for."""


def build(network: Network) -> ConcreteModel:
    """Linear (or mixed-integer) programme of a network: an ordinary Pyomo model to extend.

    The variables by flow stand in ``model.columns`` and the network in
    ``model.network``; both are plain attributes.
    """
    with garbage_collection_paused():
        m = ConcreteModel(name=network.case.settings.case or "plan")
        m.nothing = Var(bounds=(0, 0), doc="zero: the left side of what cannot be")
        columns = variables.add(m, network)
        for family in FAMILIES:
            family.add(m, network, columns)
        cost.add(m, network, columns)
        m.network, m.columns = network, columns
    return m
