"""The records of constraint families: every family has one, and what it says exists."""

from __future__ import annotations

import re
from functools import cache
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest
from pyomo.core import Constraint

import optimizer
from optimizer import network
from optimizer.explain.cell_locator import HIGH, LOW, CellLocator
from optimizer.explain.relaxable_program import CUSTOM_RELAXATIONS
from optimizer.model import (
    FAMILIES_BY_NAME,
    REQUIREMENTS_BY_NAME,
    StudyTerms,
    add_study_terms,
    charge_deviation,
    commitments,
    family_named,
    fix_commitments,
    join_scenarios,
)
from optimizer.model.family import Family, Requirement
from optimizer.result.price_layouts import MARGINAL_COSTS_LAYOUT
from optimizer.tables.schema import SHEETS
from tests.conftest import make
from tests.test_model import GOLDEN, TWO_OFFERS

build = import_module("optimizer.model.build_model")

MODULES = (*build.FAMILY_MODULES, *build.STUDY_MODULES)
WITHOUT_FAMILIES = {
    "__init__",
    "build_model",
    "cost",
    "family",
    "lean",
    "linear_rows",
    "mathematics_page",
    "variables",
}
"""Files of the room that add no family."""

families = pytest.mark.parametrize("family", FAMILIES_BY_NAME.values(), ids=FAMILIES_BY_NAME)
requirements = pytest.mark.parametrize(
    "requirement", REQUIREMENTS_BY_NAME.values(), ids=REQUIREMENTS_BY_NAME
)
modules = pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)


def two_offers():
    return optimizer.build_model(make(**TWO_OFFERS))


def with_studies():
    """Models with the rows that only studies add."""
    held, charged, bounded = two_offers(), two_offers(), two_offers()
    planned = dict.fromkeys(commitments(held), 1.0)
    fix_commitments(held, dict.fromkeys(planned, (1.0, 1.0)))
    charge_deviation(charged, planned, 1.0)
    add_study_terms(bounded, StudyTerms(maximum_shortage=1.0, maximum_cost=1.0))
    joint = join_scenarios([two_offers(), two_offers()], [0.5, 0.5], planned, tail=0.5, weight=0.5)
    return [held, charged, bounded, joint]


@cache
def components() -> set[str]:
    """Constraints of models that together have every feature."""
    models = [*(optimizer.build_model(make(**case)) for case, *_ in GOLDEN), *with_studies()]
    return {own.local_name for m in models for own in m.component_objects(Constraint)}


def families_of(module: ModuleType) -> list[Family]:
    return [own for own in vars(module).values() if isinstance(own, Family)]


def test_every_constraint_of_a_model_has_a_record_and_every_record_a_constraint():
    assert components() - set(FAMILIES_BY_NAME) == set(), "no Family record"
    assert set(FAMILIES_BY_NAME) - components() == set(), "no model of the tests has it"


def test_every_file_of_the_room_is_in_its_table_of_contents():
    files = {path.stem for path in Path(build.__file__).parent.glob("*.py")}
    assert files - WITHOUT_FAMILIES == {module.__name__.rpartition(".")[2] for module in MODULES}


@modules
def test_every_family_shows_its_mathematics(module):
    title, _, rest = module.__doc__.partition("\n")
    assert re.fullmatch(r"[A-Z][\w' ]+: .+", title) or title.endswith(".")
    assert re.search(r"\.\. math::\s+\S", rest)
    assert families_of(module)


def test_every_family_of_a_plan_has_a_golden_row():
    golden = {name[0] for _, name, _ in GOLDEN}
    of_plans = {own.name for module in build.FAMILY_MODULES for own in families_of(module)}
    assert of_plans - golden == set(), "no golden row"


@families
def test_a_family_says_what_it_compares_and_what_would_have_to_give(family):
    assert family.meaning
    assert set(re.findall(r"\{([^}]*)\}", family.relief)) <= {"thing", "amount", "period"}


@families
def test_a_family_has_a_price_in_words_or_says_why_it_has_none(family):
    if family.price == "none":
        assert family.unpriced
    else:
        assert family.unit
        assert not family.unpriced


@requirements
def test_planners_see_words_and_not_the_name_of_a_pyomo_component(requirement: Requirement):
    # Marginal costs and the sentences of a repair or a shortage name it by its kind.
    assert requirement.kind
    assert "_" not in requirement.kind


def test_marginal_costs_say_in_words_what_sets_them():
    # An option that is not built closes its lanes: a constraint without a price of its own.
    case = optimizer.read(Path(__file__).parent / "cases" / "gurobi_facility.xlsx")
    table = optimizer.solve(case, explain=True).tables["Marginal costs"]
    said = "; ".join(table["set by"])
    assert "lane of an option p3 to w1" in said
    assert "_" not in said


@families
def test_a_price_belongs_to_a_column_of_marginal_costs(family):
    assert family.rent in MARGINAL_COSTS_LAYOUT.headers


@requirements
def test_the_columns_of_a_requirement_are_in_the_workbook(requirement: Requirement):
    headers = (
        {column.header for column in SHEETS[requirement.sheet].columns.values()} | {""}
        if (requirement.sheet)
        else {""}
    )
    for bound in (requirement.lower, requirement.upper):
        assert {bound.header, bound.at_end} <= headers


@requirements
def test_a_requirement_that_a_person_can_change_has_its_sentences(requirement: Requirement):
    for bound in (requirement.lower, requirement.upper):
        if bound.header and requirement.relieved_by in ("number", "choice"):
            assert bound.sentence
        for pattern in (bound.sentence, bound.binding):
            pattern.format(*requirement.index, value="6 t")


def test_what_has_a_relaxation_of_its_own_says_so():
    assert {name for name, own in FAMILIES_BY_NAME.items() if own.custom_relaxation} == set(
        CUSTOM_RELAXATIONS
    )


@pytest.mark.parametrize(
    ("case", "name"), [row[:2] for row in GOLDEN], ids=[" ".join(row[1]) for row in GOLDEN]
)
def test_the_cells_of_a_bound_are_found_by_the_index_of_its_row(case, name):
    family = FAMILIES_BY_NAME[name[0]]
    places = CellLocator(network.build(make(**case)))
    for side in (LOW, HIGH):
        bound = family.bound(side)
        if bound.header:
            cells = places.cells(family.name, name[1:], side)
            assert cells
            assert {cell.sheet for cell in cells} == {family.sheet}
            assert {cell.header for cell in cells} <= {bound.header, bound.at_end}


@pytest.fixture(scope="module")
def checks() -> set[str]:
    return {check.name for check in optimizer.solve(make(**TWO_OFFERS)).audit.checks}


@modules
def test_every_family_is_covered_by_a_check_of_the_audit(module, checks):
    for family in families_of(module):
        assert set(family.checks) <= checks, family.name
        if module in build.FAMILY_MODULES:
            assert family.checks, family.name
        else:
            assert family.checks or family.unaudited, family.name


def test_a_constraint_of_a_user_goes_by_its_own_name():
    mine = family_named("mine")
    assert (mine.kind, mine.unit, mine.price, mine.row_key) == ("mine", "", "saving", ())
