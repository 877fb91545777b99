"""The register of studies: what a study needs elsewhere is there, and nothing is forgotten."""

from __future__ import annotations

import ast
import inspect
import re
from dataclasses import fields
from importlib import import_module
from pathlib import Path

import pytest

import optimizer
from optimizer import studies
from optimizer.report.page.study_page import STUDY_PROGRAMS
from optimizer.studies.near_optimal_alternatives import ALTERNATIVES
from optimizer.studies.renamed_keywords import renamed_keywords
from optimizer.studies.scenario_comparison import SCENARIOS
from optimizer.studies.stochastic_tables import VALUE_OF_PLANNING
from optimizer.studies.stress_test import STRESS
from optimizer.studies.study_register import (
    STUDY_REGISTER,
    page_programs,
    studies_of_many_runs,
)
from tests.conftest import ROOT
from tests.test_stochastic import YEARS, farm
from tests.test_studies import THREE, trade

STUDIES = ROOT / "optimizer" / "studies"
GUIDE = (ROOT / "docs" / "guide.md").read_text(encoding="utf-8")
MANY_RUNS = {study.command: study for study in studies_of_many_runs()}
SMALL_STUDIES = {
    "scenarios": lambda: optimizer.scenarios(trade(Scenarios=THREE)),
    "stress": lambda: optimizer.stress(trade()),
    "frontier": lambda: optimizer.frontier(trade(), "country = China", 2),
    "alternatives": lambda: optimizer.alternatives(trade(), 0.05),
    "stochastic": lambda: optimizer.stochastic(
        farm(1.0), [(name, 1 / 3, farm(factor)) for name, factor in YEARS], compare=False
    ).study(),
    "compare": lambda: optimizer.compare(trade(), trade(Scenarios=THREE)).study(),
}


def modules_that_make_a_study() -> set[str]:
    return {
        path.stem
        for path in STUDIES.glob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "Study"
    }


def test_every_file_that_makes_a_study_is_in_the_register():
    registered = {study.function.partition(".")[0] for study in MANY_RUNS.values()}
    # These two have commands of their own.
    assert modules_that_make_a_study() == registered | {"stochastic_plan", "plan_comparison"}


def test_files_of_the_folder_import_each_other_one_way():
    # Imports for type checkers and inside functions count too.
    names = {path.stem for path in STUDIES.glob("*.py")} - {"__init__"}
    used = {name: imported(STUDIES / f"{name}.py") & names for name in names}
    while leaves := [name for name, others in used.items() if not others & used.keys()]:
        for name in leaves:
            del used[name]
    assert not used


def imported(path: Path) -> set[str]:
    """Modules of this folder that a file imports."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module == "optimizer.studies":
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module.startswith("optimizer.studies."):
            found.add(node.module.split(".")[2])
    return found


@pytest.mark.parametrize("command", MANY_RUNS)
def test_every_option_is_a_keyword_of_the_function(command):
    module, _, name = MANY_RUNS[command].function.partition(".")
    function = getattr(import_module(f"optimizer.studies.{module}"), name)
    taken = set(inspect.signature(function).parameters)
    if "options" in taken:
        taken |= {field.name for field in fields(studies.StressOptions)}
    assert {option.keyword for option in MANY_RUNS[command].options} <= taken
    assert "settings" in taken


@pytest.mark.parametrize("command", MANY_RUNS)
def test_what_the_help_says_of_a_default_is_so(command):
    module, _, name = MANY_RUNS[command].function.partition(".")
    function = getattr(import_module(f"optimizer.studies.{module}"), name)
    for option in MANY_RUNS[command].options:
        figure = re.search(r"\d+", option.help)
        if figure:
            default = inspect.signature(function).parameters[option.keyword].default
            scale = 100 if option.kind == "share" else 1
            assert float(figure.group()) == default * scale


@pytest.mark.parametrize("command", STUDY_REGISTER)
def test_a_study_has_the_tables_and_the_chart_of_its_record(command):
    study, registered = SMALL_STUDIES[command](), STUDY_REGISTER[command]
    assert next(iter(study.tables)) in registered.overviews
    assert set(study.tables) <= set(registered.tables)
    assert study.chart == registered.chart
    if registered.chart is not None:
        name, label, values = registered.chart
        assert {label, *values} <= set(study.tables[name].layout.headers)


def test_the_page_has_a_view_for_every_overview_with_a_program():
    program = (ROOT / "optimizer" / "report" / "page" / "study.js").read_text(encoding="utf-8")
    (views,) = re.findall(r"const STUDY_VIEWS = \{(.*?)\};", program, re.DOTALL)
    names = {name.strip('"') for name in re.findall(r'("[^"]+"|\w+): \w+View', views)}
    drawn = [study for study in STUDY_REGISTER.values() if study.page_program]
    assert names == {name for study in drawn for name in study.overviews}
    assert set(page_programs()) <= set(STUDY_PROGRAMS)


def test_plans_in_the_rows_of_an_overview_are_not_added_up():
    overviews = {name for study in MANY_RUNS.values() for name in study.overviews}
    frontier = optimizer.frontier(trade(), "country = China", points=2).tables["Frontier"].layout
    layouts = (SCENARIOS, STRESS, ALTERNATIVES, VALUE_OF_PLANNING, frontier)
    assert overviews <= {layout.name for layout in layouts}
    for layout in layouts:
        assert not [field.header for field in layout.fields if field.has_total]


@pytest.mark.parametrize("command", STUDY_REGISTER)
def test_the_guide_tells_of_every_study_and_option(command):
    assert f"optimizer {command} " in GUIDE
    assert f"\n| {command} |" in GUIDE  # what its page shows
    for option in STUDY_REGISTER[command].options:
        assert option.flag in GUIDE


def test_every_study_is_a_function_of_the_package():
    assert set(STUDY_REGISTER) <= {*optimizer.__all__}
    assert all(callable(getattr(optimizer, command)) for command in STUDY_REGISTER)


def test_every_name_of_the_folder_can_be_loaded():
    names = [name for name in dir(studies) if not name.startswith("_")]
    assert {"StudyRun", "Runner", "apply_changes", "scenarios_of"} <= set(names)
    assert all(getattr(studies, name) is not None for name in names)
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        _ = studies.nothing


# Former keywords


def test_the_former_keyword_of_settings_works_and_warns():
    former = optimizer.RunSettings(workers=1)
    with pytest.warns(DeprecationWarning, match="frontier: the keyword way is now settings"):
        study = optimizer.frontier(trade(), "country = China", 2, way=former)
    assert study.tables["Frontier"]["cost"] == pytest.approx([58, 430])


def test_former_keywords_of_a_stress_test_work_and_warn():
    with pytest.warns(DeprecationWarning, match="StressOptions: the keyword") as caught:
        options = studies.StressOptions(first="2027", freeze=True, fixed_cost=False)
    assert len(caught) == 3
    assert options == studies.StressOptions(
        first_period="2027", freeze_orders=True, pay_fixed_cost=False
    )
    with pytest.warns(DeprecationWarning, match="the keyword strain is now options"):
        optimizer.stress(trade(), strain=studies.StressOptions(kinds=("offer",)))


def test_both_names_of_a_keyword_together_are_refused():
    @renamed_keywords(way="settings")
    def run(settings):
        return settings

    with pytest.raises(TypeError, match="way and settings are the same keyword"):
        run(way=1, settings=2)
