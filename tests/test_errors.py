"""Whatever a caller gives a public function: a result, or one of our errors with a sentence."""

from __future__ import annotations

import copy
import inspect
import io
import math
import pickle
import pkgutil
from concurrent.futures import ProcessPoolExecutor
from datetime import date, datetime
from importlib import import_module
from multiprocessing import get_context

import pandas as pd
import pytest
from pyomo.environ import ConcreteModel

import optimizer
from tests.conftest import make, need, offer, save

CASE = {"Supply": [offer("kaz", price=5)], "Demand": [need(10)]}
FUNCTIONS = [name for name in optimizer.__all__ if inspect.isfunction(getattr(optimizer, name))]


@pytest.fixture(scope="module")
def things(tmp_path_factory):
    """A case, its result, a study and a workbook."""
    case = make(**CASE)
    path = save(tmp_path_factory.mktemp("errors") / "case.xlsx", **CASE)
    return case, optimizer.solve(case), optimizer.alternatives(case, 0.05), path


def right_arguments(name, things, folder):
    """Arguments with which a public function works."""
    case, result, study, path = things
    known = {
        "read": (path,),
        "check": (path,),
        "read_frames": ({},),
        "progress_bar": (),
        "solve_model": (optimizer.build_model(case),),
        "frontier": (case, "country = China"),
        "write": (result, folder / "plan.xlsx"),
        "write_page": (result, folder / "page.html"),
        "write_study": (study, folder / "study.xlsx"),
        "write_study_page": (study, folder / "study.html"),
        "write_csv": (result, folder / "csv"),
        "write_parquet": (result, folder / "parquet"),
        "arrow_table": (result, "Purchases"),
        "write_case": (case, folder / "copy.xlsx"),
        "write_template": (folder / "blank.xlsx",),
        "write_marked_copy": (path, [], folder / "marked.xlsx"),
        "compare": (result, result),
        "replan": (case, result, date(2028, 1, 1)),
        "stochastic": (case, [("a", 1.0, case)]),
    }
    made = () if inspect.isclass(getattr(optimizer, name)) else (case,)
    return known.get(name, made)


def wrong_things(things):
    case, result, study, _ = things
    return [
        *(None, 3, -1, True, math.nan, math.inf, "nope", b"nope", object(), [], {}, (1,)),
        *(io.StringIO("x"), ConcreteModel(), date(2027, 1, 1), datetime(2027, 1, 1, 12)),
        *(pd.DataFrame(), {"nope": 1}),
        *(case, result, study, ["nope"], [3]),
    ]


@pytest.mark.parametrize("name", [*FUNCTIONS, "RunSettings", "StressOptions"])
@pytest.mark.filterwarnings("ignore")
def test_a_wrong_argument_is_an_error_of_ours_with_a_sentence(name, things, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    function = getattr(optimizer, name)
    right, sentences = right_arguments(name, things, tmp_path), []
    for place, parameter in enumerate(inspect.signature(function).parameters):
        for wrong in wrong_things(things):
            arguments, keywords = list(right), {}
            if place < len(right):
                arguments[place] = wrong
            else:
                keywords[parameter] = wrong
            try:
                function(*arguments, **keywords)
            except optimizer.OptimizerError as error:
                sentences.append(str(error))
            # Any other error fails the test; what is accepted is not wrong here.
    assert len(sentences) > 10
    assert min(map(len, sentences)) > 15


@pytest.mark.parametrize("name", FUNCTIONS)
def test_what_a_public_function_raises_is_documented(name):
    assert "Raises" in inspect.getdoc(getattr(optimizer, name)), name


@pytest.mark.parametrize("limit", [-1, math.nan, "60", True, 1j])
def test_a_time_limit_that_is_none_is_refused_by_every_solve(limit):
    case = make(**CASE)
    for call in (
        lambda: optimizer.solve(case, time_limit=limit),
        lambda: optimizer.solve_model(optimizer.build_model(case), time_limit=limit),
        lambda: optimizer.rolling(case, time_limit=limit),
        lambda: optimizer.cost_of_rules(case, time_limit=limit),
        lambda: optimizer.studies.RunOptions(time_limit=limit),
        lambda: optimizer.studies.RunOptions(gap=limit),
        lambda: optimizer.solve(case, gap=limit),
    ):
        with pytest.raises(optimizer.UsageError, match=r"time_limit|gap"):
            call()
    assert optimizer.solve(case, time_limit=math.inf).status == "optimal"


@pytest.mark.parametrize("gap", [1, 1.5, math.inf])
def test_a_gap_of_all_the_cost_or_more_proves_nothing_and_is_refused(gap):
    with pytest.raises(optimizer.UsageError, match="gap is a share"):
        optimizer.solve(make(**CASE), gap=gap)


def test_a_path_is_no_case_and_the_message_says_how_to_make_one():
    for function in (optimizer.solve, optimizer.build_model, optimizer.build_network):
        with pytest.raises(optimizer.UsageError, match=r"read makes one|which read makes"):
            function("case.xlsx")


def test_a_model_of_another_maker_is_refused():
    m = ConcreteModel()
    with pytest.raises(optimizer.UsageError, match="not made by build_model"):
        optimizer.solve_model(m)
    m = optimizer.build_model(make(**CASE))
    del m.network
    with pytest.raises(optimizer.UsageError, match="lacks its own network"):
        optimizer.solve_model(m)


def test_an_unknown_table_or_column_is_named_with_the_nearest(things):
    _, result, study, _ = things
    for tables in (result, study):
        with pytest.raises(optimizer.UsageError, match=r"no table 'Costz'.*mean Costs"):
            tables.frame("Costz")
    with pytest.raises(optimizer.UsageError, match="no column 'tons' in Purchases") as caught:
        result.tables["Purchases"]["tons"]
    assert isinstance(caught.value, KeyError)  # as of a mapping
    assert not str(caught.value).startswith(("'", '"'))


# Pickle and copy -------------------------------------------------------------------------------


def every_error() -> list[type[Exception]]:
    """All errors that the package defines."""
    for module in pkgutil.walk_packages(optimizer.__path__, "optimizer."):
        if not module.name.endswith("__main__"):
            import_module(module.name)
    found, todo = set(), [Exception]
    while todo:
        for each in todo.pop().__subclasses__():
            todo.append(each)
            if each.__module__.startswith("optimizer."):
                found.add(each)
    return sorted(found, key=lambda each: each.__name__)


FINDINGS = (
    optimizer.Finding("error", "Supply", "B2", "site", "'x' is not in Sites", "did you mean 'y'?"),
    optimizer.Finding("warning", "Supply", "B3", "site", "is not used"),
)
ARGUMENTS = {"WorkbookError": (FINDINGS,), "RequestRefused": (404, "not found")}


@pytest.mark.parametrize("cls", every_error(), ids=lambda cls: cls.__name__)
def test_errors_survive_pickle_and_copy(cls):
    required = [
        each
        for each in list(inspect.signature(cls.__init__).parameters.values())[1:]
        if each.kind in (each.POSITIONAL_ONLY, each.POSITIONAL_OR_KEYWORD)
    ]
    error = cls(*ARGUMENTS.get(cls.__name__, ("a sentence",) * max(len(required), 1)))
    error.add_note("seen by the caller")
    for same in (pickle.loads(pickle.dumps(error)), copy.copy(error), copy.deepcopy(error)):
        assert type(same) is cls
        assert str(same) == str(error)
        assert vars(same) == vars(error)
        assert same.__notes__ == ["seen by the caller"]


def read_what_is_wrong(_):
    return make(Supply=[offer("kaz", site="Kas")], Demand=[need(-1)])


def test_findings_come_back_from_a_process_pool():
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        future = pool.submit(read_what_is_wrong, None)
        with pytest.raises(optimizer.WorkbookError) as caught:
            future.result(60)
    assert len([each for each in caught.value.findings if each.severity == "error"]) == 2
    assert "Supply!B2" in str(caught.value)
