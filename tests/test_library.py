"""The library: three lines of Python, frames in and out, quick to import, typed."""

from __future__ import annotations

import functools
import inspect
import json
import re
import subprocess
import sys
from importlib import resources

import numpy as np
import openpyxl
import pandas as pd
import pytest

import optimizer
from tests.conftest import CASES, ROOT, TUTORIAL, china, make, need, no_china, offer

HEAVY = ("pandas", "pyomo", "highspy", "openpyxl", "xlsxwriter", "python_calamine", "numpy")


def test_three_lines_of_python_give_a_plan():
    result = optimizer.solve(optimizer.read(TUTORIAL))
    # 10 t from Kaz at 5: the rule keeps out Chinese ore, the trader's too.
    assert result.objective == pytest.approx(50)
    assert result.frame("Purchases")[["offer", "tonnes"]].values.tolist() == [["Kaz ore 5", 10]]


def test_the_steps_of_a_solve_are_logged_with_their_seconds(caplog):
    with caplog.at_level("INFO", logger="optimizer"):
        result = optimizer.solve(make(Supply=[offer("kaz")], Demand=[need(10)]))
    logged = [re.fullmatch(r"(\w+): \d+\.\d{3} s", each.message) for each in caplog.records]
    # The audit looks at the tables first, and at the prices when they are there.
    steps = ["network", "build", "transfer", "solve", "extract", "audit", "prices", "audit"]
    assert [each and each[1] for each in logged] == steps
    assert {each.name for each in caplog.records} == {"optimizer.plan"}
    assert set(steps) == set(result.seconds)


def test_frames_go_in_as_they_would_stand_in_the_workbook():
    result = optimizer.solve(
        optimizer.read_frames(
            {
                "Settings": {
                    "start": "2027-01-01",
                    "periods": np.int64(1),
                    "period length": "year",
                    "shortage penalty": 100,
                },
                "Sites": pd.DataFrame({"site": ["Kaz"], "country": ["Kazakhstan"]}),
                "Materials": pd.DataFrame({"material": ["ore"], "stage": ["mined"]}),
                "Supply": pd.DataFrame(
                    {
                        "offer": ["kaz", "dear"],
                        "site": ["Kaz", "Kaz"],
                        "material": ["ore", "ore"],
                        "price": [5, 7],
                        "maximum": [6.0, np.nan],
                        "from": [pd.Timestamp("2027-01-01"), pd.NaT],
                    }
                ),
                "Demand": pd.DataFrame(
                    {"line": ["need"], "customer": ["Kaz"], "material": ["ore"], "quantity": [10]}
                ),
            }
        )
    )
    # 6 t at 5 and 4 t at 7; what is missing is blank, not zero.
    assert result.objective == pytest.approx(58)
    assert isinstance(result.frame("Purchases"), pd.DataFrame)


def test_settings_may_be_a_frame_too():
    settings = pd.DataFrame(
        {
            "setting": ["start", "periods", "period length"],
            "value": ["2027-01-01", 2, "quarter"],
        }
    )
    case = optimizer.read_frames({"Settings": settings})
    assert (case.settings.periods, case.settings.period_length) == (2, "quarter")


def test_the_frames_of_a_caller_are_not_changed():
    supply = pd.DataFrame({"offer": ["kaz"], "site": ["Kaz"], "material": ["ore"], "price": [5]})
    before = supply.copy(deep=True)
    optimizer.solve(make(Supply=supply.to_dict("records"), Demand=[need(10)]))
    pd.testing.assert_frame_equal(supply, before)


def test_a_case_is_frozen_and_can_be_solved_again():
    case = make(Supply=[offer("kaz", price=5)], Demand=[need(10)])
    assert optimizer.solve(case).objective == optimizer.solve(case).objective == 50
    with pytest.raises(AttributeError):
        case.settings.periods = 2


def test_equal_cases_have_equal_hashes_so_that_a_cache_finds_a_plan():
    rows = {"Supply": [offer("kaz", price=5)], "Demand": [need(10)]}
    first, again, other = make(**rows), make(**rows), make(**rows | {"Demand": [need(11)]})
    assert len({first, again, other}) == 2
    solve = functools.cache(optimizer.solve)
    assert solve(first) is solve(again) is not solve(other)


def test_all_errors_are_of_one_family():
    for name in optimizer.__all__:
        thing = getattr(optimizer, name)
        if inspect.isclass(thing) and issubclass(thing, Exception):
            assert issubclass(thing, optimizer.OptimizerError)


def test_all_that_is_wrong_is_said_at_once():
    with pytest.raises(optimizer.WorkbookError) as caught:
        make(
            Supply=[offer("kaz", price=None), offer("kaz2", site="Kas")],
            Demand=[need(10), need(-1, "less")],
        )
    said = str(caught.value)
    for place in ("Supply!D2", "Supply!B3", "Demand!D3"):
        assert place in said
    assert "'Kaz'" in said


def test_a_result_that_is_no_plan_says_so_when_asked():
    result = optimizer.solve(make(Supply=[], Demand=[need(10, minimum=1)]))
    with pytest.raises(optimizer.NoPlanError):
        result.raise_for_status()
    with pytest.raises(KeyError):
        result.frame("Purchases")


def test_an_optimal_result_is_handed_on():
    result = optimizer.solve(make(Supply=[offer("kaz")], Demand=[need(10)]))
    assert result.raise_for_status() is result


def test_the_network_can_be_had_without_a_model():
    network = optimizer.build_network(
        make(
            Supply=[offer("kaz"), offer("china", "China")],
            Demand=[need(10)],
            Rules=[no_china()],
            Rule_scope=[china()],
        )
    )
    assert [offer.name for offer in network.offers] == ["kaz", "china"]
    assert network.rules_of(network.traits[0].bit) == ("no China",)


def test_the_results_workbook_can_be_written(tmp_path):
    target = tmp_path / "new" / "plan.xlsx"
    result = optimizer.solve(optimizer.read(TUTORIAL))
    optimizer.write(result, target)
    sheets = openpyxl.load_workbook(target, read_only=True).sheetnames
    assert sheets[0] == "Summary"
    assert {"Purchases", "Costs", "Compliance", "Run"} <= set(sheets)


# Loading --------------------------------------------------------------------------------------


def loaded_after(program: str, *arguments: str) -> set[str]:
    """Heavy libraries that a program has loaded when it ends."""
    ending = (
        "\nimport json, sys\n"
        f"print(json.dumps([name for name in {HEAVY!r} if name in sys.modules]))"
    )
    run = subprocess.run(
        [sys.executable, "-c", program + ending, *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return set(json.loads(run.stdout.splitlines()[-1]))


def test_importing_the_package_loads_no_library():
    assert loaded_after("import optimizer; dir(optimizer)") == set()


def test_help_loads_no_library():
    program = (
        "from optimizer.cli import main\n"
        "try:\n    main(['solve', '--help'])\nexcept SystemExit:\n    pass\n"
    )
    assert loaded_after(program) == set()


def test_reading_a_workbook_needs_neither_solver_nor_frames():
    program = "import optimizer, sys; optimizer.read(sys.argv[1])"
    loaded = loaded_after(program, str(CASES / "hand_gate_fee.xlsx"))
    assert loaded.isdisjoint({"pandas", "pyomo", "highspy", "xlsxwriter"})


def test_checking_a_workbook_needs_neither_solver_nor_frames(tmp_path):
    # A copy, since a marked copy may be written beside it.
    copy = tmp_path / "case.xlsx"
    copy.write_bytes(TUTORIAL.read_bytes())
    program = "import sys; from optimizer.cli import main; main(['check', sys.argv[1]])"
    assert loaded_after(program, str(copy)).isdisjoint({"pandas", "pyomo", "highspy"})


def test_solving_needs_no_frames():
    program = "import optimizer, sys; optimizer.solve(optimizer.read(sys.argv[1]))"
    assert "pandas" not in loaded_after(program, str(TUTORIAL))


def test_solving_needs_no_masked_arrays():
    """numpy loads them with the first ``np.unique`` that asks for nothing but the values."""
    program = (
        "import optimizer, sys; optimizer.solve(optimizer.read(sys.argv[1]))\n"
        "assert 'numpy' in sys.modules and 'numpy.ma' not in sys.modules"
    )
    loaded_after(program, str(TUTORIAL))


# Names ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", optimizer.__all__)
def test_every_public_name_is_there_and_says_what_it_is(name):
    thing = getattr(optimizer, name)
    assert inspect.getdoc(thing)
    assert name in dir(optimizer)


def test_public_names_are_sorted_and_an_unknown_one_is_an_attribute_error():
    assert list(optimizer.__all__) == sorted(optimizer.__all__)
    with pytest.raises(AttributeError, match="no attribute 'sovle'"):
        optimizer.sovle  # noqa: B018


def test_type_checkers_see_the_same_names_as_python():
    """Names under TYPE_CHECKING are those of __all__."""
    source = inspect.getsource(optimizer)
    block = source.partition("if TYPE_CHECKING:")[2].partition("_HOMES")[0]
    for name in optimizer.__all__:
        assert name in block, name


def test_the_package_is_typed():
    assert (resources.files("optimizer") / "py.typed").is_file()


def test_public_functions_are_annotated():
    for name in optimizer.__all__:
        thing = getattr(optimizer, name)
        if inspect.isfunction(thing):
            signature = inspect.signature(thing)
            assert signature.return_annotation is not inspect.Signature.empty, name
            for parameter in signature.parameters.values():
                assert parameter.annotation is not inspect.Parameter.empty, name
