"""Studies, comparisons and re-planning on the page: every study of the register, progress, stop."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from optimizer.errors import UsageError
from optimizer.studies import DISRUPTION_KINDS, runner
from optimizer.studies.runner import Runner
from optimizer.studies.study_register import (
    STRESS_STUDY,
    STUDY_REGISTER,
    RegisteredStudy,
    StudyOption,
)
from optimizer.studies.study_run import RunSettings, StudyRun
from optimizer.studies.time_left import TimeLeft
from optimizer.web_app import command_process
from optimizer.web_app.command_process import CommandProcess
from optimizer.web_app.request_options import page_studies, study_arguments, study_forms
from tests.conftest import china, make, need, no_china, offer, save

SCENARIOS = [
    {
        "scenario": name,
        "sheet": "Supply",
        "where": "offer = kaz",
        "column": "price",
        "value": price,
        "probability": 0.5,
    }
    for name, price in (("dear", 9), ("cheap", 3))
]
SHEETS = {
    "Supply": [offer("kaz", price=5), offer("china", "China", price=4)],
    "Demand": [need(10)],
    "Rules": [no_china(maximum_share=0.5)],
    "Rule_scope": [china()],
    "Scenarios": SCENARIOS,
}
"""10 t, of which half may be China's at 4 and the rest is Kazakhstan's at 5: 45."""
OPTIONS: dict[str, dict[str, Any]] = {
    "scenarios": {"names": ["dear"]},
    "stress": {"kinds": ["country"], "pay_fixed_cost": True},
    "frontier": {"limit": "country = China", "points": "3"},
    "alternatives": {"within": "5%"},
    "stochastic": {"until": "2028-01-01", "tail": "0.8", "weight": "0.5"},
}


@pytest.fixture
def shown(visitor, tmp_path):
    """The page with the case."""
    visitor.upload(save(tmp_path / "case.xlsx", **SHEETS))
    return visitor


# Every study of the register ------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("command", [study.command for study in page_studies()])
def test_every_study_of_the_register_is_run_from_the_page(shown, command):
    run = shown.finish(f"study/{command}", **OPTIONS[command])
    assert (run["kind"], run["state"], run["message"]) == ("study", "done", "")
    assert run["title"] == STUDY_REGISTER[command].title
    assert set(run["files"]) == {"plan", "page"}
    page = shown.ask(f"runs/{run['number']}/page")
    assert "sandbox" in page.headers["Content-Security-Policy"]
    book = openpyxl.load_workbook(Path(run["folder"]) / f"{command}.xlsx")
    assert STUDY_REGISTER[command].overviews[0] in book.sheetnames


def test_a_new_study_of_the_register_is_on_the_page_by_itself(visitor, monkeypatch):
    option = StudyOption("--depth", "depth", "default: 3", "count", "N")
    study = RegisteredStudy(
        command="drill",
        title="Drill",
        summary="look deeper",
        overviews=("Drill",),
        page_program="drill.js",
        options=(option,),
    )
    monkeypatch.setitem(STUDY_REGISTER, "drill", study)
    form = visitor.state()["studies"][-1]
    assert (form["command"], form["title"], form["summary"]) == ("drill", "Drill", "look deeper")
    assert (form["options"][0]["label"], form["options"][0]["kind"]) == ("depth", "count")


def test_forms_say_in_words_what_each_option_is():
    for form in study_forms():
        assert form["title"]
        assert form["summary"]
        for option in form["options"]:
            assert option["label"]
            assert "%%" not in option["hint"]


def test_the_kinds_of_loss_that_the_page_offers_are_all_that_there_are():
    (option,) = (each for each in STRESS_STUDY.options if each.keyword == "kinds")
    assert option.choices == DISRUPTION_KINDS


def test_the_names_in_the_workbook_are_offered(shown):
    choices = shown.state()["workbook"]["choices"]
    assert choices == {"Scenarios.scenario": ["dear", "cheap"]}


def test_a_name_that_is_a_number_is_offered_as_it_is_read(visitor, tmp_path):
    sheets = SHEETS | {"Scenarios": [SCENARIOS[0] | {"scenario": 2027}]}
    visitor.upload(save(tmp_path / "case.xlsx", **sheets))
    assert visitor.state()["workbook"]["choices"] == {"Scenarios.scenario": ["2027"]}
    assert visitor.finish("study/scenarios", names=["2027"])["state"] == "done"


@pytest.mark.parametrize(
    ("command", "options", "said"),
    [
        ("nothing", {}, "there is no study 'nothing'"),
        ("compare", {}, "there is no study 'compare'"),
        ("stress", {"output": "/etc"}, "Stress test has no option 'output'"),
        ("stress", {"kinds": ["planet"]}, "'planet' is none of site, country"),
        ("stress", {"periods": "0"}, "'0' is not a whole number from 1 on"),
        ("frontier", {}, "say what is limited"),
        ("frontier", {"limit": "short", "gap": "2"}, "'2' is not a share"),
        ("frontier", {"limit": "short", "time_limit": "nan"}, "'nan' is not a number of seconds"),
        ("frontier", {"limit": ["a", "b"]}, "one value, not 2"),
        ("stochastic", {"until": "soon"}, "'soon' is not a day such as 2027-07-01"),
    ],
)
def test_what_a_study_cannot_take_is_said_before_it_starts(shown, command, options, said):
    status, message = shown.refusal(f"study/{command}", **options)
    assert (status, said in message) == (409, True), message
    assert shown.state()["runs"] == []


def test_a_value_is_never_taken_for_another_option():
    study = STUDY_REGISTER["frontier"]
    arguments, words = study_arguments(study, {"limit": "--output=/tmp/x", "points": 3})
    assert arguments == ["--limit=--output=/tmp/x", "--points=3"]
    assert words == "what is limited: --output=/tmp/x; number of plans: 3"
    with pytest.raises(UsageError, match="too long"):
        study_arguments(study, {"limit": "x" * 3000})


def test_a_study_that_fails_says_why(shown):
    run = shown.finish("study/frontier", limit="planet = Mars")
    assert (run["state"], run["files"]) == ("failed", [])
    assert "planet" in run["message"]


# Progress, time left, stop --------------------------------------------------------------------


def test_the_time_left_is_the_pace_of_equal_runs_and_unknown_before_it_is_measured():
    left = TimeLeft()
    for at in (10, 12, 14, 16):
        left.finished(at)
        assert left.seconds(7) is None
    left.finished(18)
    assert left.seconds(7) == (pytest.approx(14), pytest.approx(14))
    assert left.seconds(0) is None


def test_the_range_of_the_time_left_is_wider_where_runs_differ():
    # Intervals 1, 3, 1, 3: mean 2, deviation 2 / sqrt(3) = 1.1547. Student's quantile of
    # 95 % with 3 degrees of freedom is 2.3534; the approximation gives 1.6449 + (4.4502 + 1.6449)
    # / 12 = 2.1529.
    left = TimeLeft()
    for at in (0, 1, 4, 5, 8):
        left.finished(at)
    low, high = left.seconds(1)
    assert low == 0
    assert high == pytest.approx(2 + 2.1529 * 1.1547 * 1.25**0.5, rel=1e-4)


@pytest.fixture
def clock(monkeypatch):
    """The clock of a command, which stands still until it is set."""

    class Clock:
        now = 0.0

    monkeypatch.setattr(command_process.time, "monotonic", lambda: Clock.now)
    return Clock


def report(process, clock, at, done, total, left=1.0):
    clock.now = at
    runs = {"done": done, "total": total, "left": left, "name": f"run {done}"}
    process._take_line(json.dumps({"runs": runs}))
    return process.to_dict()["runs"]


def test_the_time_left_shrinks_with_the_clock_and_is_gone_when_it_has_run_out(clock):
    process = CommandProcess(1, Path(), Path())
    assert process.to_dict()["runs"] is None
    for number in range(1, 5):
        assert report(process, clock, 2.0 * number, number, 8)["left"] is None
    assert report(process, clock, 10.0, 5, 8)["left"] == pytest.approx((6, 6))
    clock.now = 11.0
    assert process.to_dict()["runs"]["left"] == pytest.approx((5, 5))
    clock.now = 17.0
    assert process.to_dict()["runs"]["left"] is None


def test_no_time_is_told_where_more_runs_may_follow_and_other_runs_are_timed_anew(clock):
    process = CommandProcess(1, Path(), Path())
    for number in range(1, 7):
        assert report(process, clock, 2.0 * number, number, 9, left=None)["left"] is None
    for number in range(1, 5):
        assert report(process, clock, 20.0 + number, number, 7)["left"] is None
    assert report(process, clock, 25.0, 5, 7)["left"] == pytest.approx((2, 2))


def test_a_study_tells_no_time_before_each_worker_has_finished_a_run(monkeypatch):
    told = []
    settings = RunSettings(workers=1, progress=lambda *report: told.append(report))
    study = Runner(make(**SHEETS), settings)
    runs = [
        StudyRun(f"run {price}", make(**SHEETS | {"Supply": [offer("kaz", price=price)]}))
        for price in (5, 6, 7)
    ]
    study.outcomes(runs[:2], last=False)
    assert [left for _, _, left, _ in told] == [None, None]
    told.clear()
    study.outcomes(runs)  # two are known
    assert [left for _, _, left, _ in told] == [None]
    assert runner.MIN_MEASURED_RUNS == 2


WAITING = """
import json, sys
def tell(**event):
    sys.stderr.write(json.dumps(event) + chr(10))
    sys.stderr.flush()
tell(step="runs")
tell(runs={"done": 3, "total": 12, "left": 4.0, "name": "Kazakhstan"})
sys.stdin.buffer.read(1)
sys.stdout.write(json.dumps({"status": "error", "exit_code": 4, "message":
    "stopped: 3 of 12 runs are done; they are kept in a folder"}))
sys.exit(4)
"""


@pytest.fixture
def stand_in(monkeypatch):
    """Lets another program stand in for the command; gives the words of each call."""
    start, calls = subprocess.Popen, []

    def started(words, **options):
        calls.append(words)
        return start([sys.executable, "-c", WAITING], **options)

    monkeypatch.setattr(command_process.subprocess, "Popen", started)
    return calls


def test_a_stopped_study_says_how_far_it_came_and_goes_on_in_its_folder(shown, stand_in):
    shown.send("study/stress", kinds=["country"])
    run = shown.wait_for(lambda run: run["runs"])
    assert (run["runs"]["done"], run["runs"]["total"]) == (3, 12)
    assert shown.refusal("study/stress")[1] == "another run is in progress: wait for it, or stop it"
    assert shown.refusal("solve")[0] == 409
    assert shown.refusal("go-on", run=1)[1] == "another run is in progress: wait for it, or stop it"
    (Path(run["folder"]) / "runs").mkdir()
    (Path(run["folder"]) / "runs" / "kept.json").touch()
    shown.post("stop")
    run = shown.wait_for(lambda run: run["state"] == "stopped")
    assert (run["message"], run["can_go_on"]) == ("Stopped: 3 of 12 runs are done.", True)
    state = shown.send("go-on", run=1)
    assert [one["can_go_on"] for one in state["runs"]] == [False, False]
    assert stand_in[0] == stand_in[1]
    shown.post("stop")
    shown.wait_for(lambda run: run["state"] == "stopped")
    for number in (0, 3, "1", True, None):
        assert shown.refusal("go-on", run=number)[0] in (400, 409)


@pytest.mark.slow
def test_a_real_study_stops_and_goes_on_without_solving_its_runs_again(visitor, tmp_path):
    # Each of 150 offers is used, so that each is lost in turn.
    offers = [offer(f"kaz {number}", price=number, maximum=1) for number in range(1, 151)]
    visitor.upload(save(tmp_path / "case.xlsx", Supply=offers, Demand=[need(150)]))
    visitor.send("study/stress", kinds=["offer"])
    visitor.wait_for(lambda run: run["runs"] and run["runs"]["done"] >= 3)
    visitor.post("stop")
    run = visitor.wait_for(lambda run: run["state"] not in ("running", "stopping"))
    assert (run["state"], run["can_go_on"]) == ("stopped", True)
    kept = list((Path(run["folder"]) / "runs").glob("*.json"))
    assert len(kept) >= 3
    times = {path: path.stat().st_mtime_ns for path in kept}
    run = visitor.finish("go-on", run=1)
    assert (run["state"], run["number"]) == ("done", 2)
    # The case itself is solved again, as other runs start from its plan.
    again = [path for path in kept if path.stat().st_mtime_ns != times[path]]
    assert len(again) <= 1


# Two plans side by side -----------------------------------------------------------------------


def test_two_plans_are_compared_with_the_cells_that_differ(shown, tmp_path):
    shown.finish("solve")
    dearer = SHEETS | {"Supply": [offer("kaz", price=8), offer("china", "China", price=4)]}
    shown.upload(save(tmp_path / "other.xlsx", **dearer), "other.xlsx")
    second = shown.finish("solve")
    assert second["objective"] == pytest.approx(5 * 8 + 5 * 4)
    run = shown.finish("compare", first=1, second=2)
    assert (run["kind"], run["label"], run["plans"]) == ("comparison", "Comparison 1", [1, 2])
    (change,) = run["tables"]["Input changes"]
    assert (change["cell"], change["before"], change["after"]) == ("Supply!D2", "5", "8")
    total = run["tables"]["Cost changes"][-1]
    assert (total["before"], total["after"]) == (pytest.approx(45), pytest.approx(60))
    assert set(run["files"]) == {"plan", "page"}
    assert shown.refusal("compare", first=1, second=1)[1] == "choose two different plans"
    assert shown.refusal("compare", first=1, second=3)[1] == "this run has no plan"
    assert shown.refusal("compare", first=1)[1] == "The request has no second."


def test_where_the_input_of_a_plan_is_not_known_the_cells_are_not_compared(shown, tmp_path):
    first = shown.finish("solve")
    book = openpyxl.load_workbook(Path(first["folder"]) / "plan.xlsx")
    for row in book["Run"].iter_rows():
        if row[0].value in ("input sha256", "run"):
            row[1].value = "x"
    path = tmp_path / "stranger.xlsx"
    book.save(path)
    shown.post("workbook?name=stranger.xlsx", path.read_bytes())
    run = shown.finish("compare", first=1, second=2)
    assert (run["state"], run["inputs_known"]) == ("done", False)
    assert "Input changes" not in run["tables"]


def test_an_opened_plan_has_the_input_that_this_session_knows_by_its_hash(shown, tmp_path):
    first = shown.finish("solve")
    book = openpyxl.load_workbook(Path(first["folder"]) / "plan.xlsx")
    book["Summary"]["A1"] = "a remark"
    path = tmp_path / "edited.xlsx"
    book.save(path)
    shown.post("workbook?name=edited.xlsx", path.read_bytes())
    run = shown.finish("compare", first=1, second=2)
    assert (run["inputs_known"], run["tables"]["Input changes"]) == (True, [])


# The next plan and the cost of rules ----------------------------------------------------------


def test_the_next_plan_keeps_what_was_decided(visitor, tmp_path):
    two_years = {"Settings": {"periods": 2}, "Demand": [need(10)]}
    visitor.upload(save(tmp_path / "case.xlsx", **two_years, Supply=[offer("kaz", price=5)]))
    visitor.finish("solve")
    cheaper = [offer("kaz", price=5), offer("china", "China", price=1)]
    visitor.upload(save(tmp_path / "new.xlsx", **two_years, Supply=cheaper), "new.xlsx")
    run = visitor.finish(
        "solve", previous=1, freeze_until="2028-01-01", freeze=["purchases"], change_cost=0
    )
    # 2027 is kept: 10 t at 5; in 2028 China's 10 t at 1.
    assert run["objective"] == pytest.approx(60)
    assert (run["follows"], run["note"]) == (
        True,
        "after Plan 1: keeps purchases before 2028-01-01",
    )
    book = openpyxl.load_workbook(Path(run["folder"]) / "plan.xlsx")
    assert "Commitments" in book.sheetnames


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"previous": 9}, "there is no such run"),
        ({"previous": 1}, "say until which day"),
        ({"previous": 1, "freeze_until": "2028-01-01"}, "say what is kept"),
        ({"previous": 1, "freeze_until": "2028-01-01", "freeze": ["x"]}, "say what is kept"),
        (
            {"previous": 1, "freeze_until": "2028-01-01", "freeze": ["options"], "change_cost": -1},
            "from 0 on",
        ),
    ],
)
def test_a_next_plan_that_is_asked_for_wrongly_does_not_start(shown, options, said):
    shown.finish("solve")
    status, message = shown.refusal("solve", **options)
    assert (status, said in message) == (409, True), message
    assert len(shown.state()["runs"]) == 1


def test_the_cost_of_each_rule_comes_with_a_plan(shown):
    run = shown.finish("solve", cost_of_rules=True)
    assert run["note"] == "with the cost of each rule"
    book = openpyxl.load_workbook(Path(run["folder"]) / "plan.xlsx")
    assert "Rule costs" in book.sheetnames


def test_the_command_compares_plans_and_inputs_of_their_kind_only(tmp_path, capsys):
    from optimizer.cli import main

    case = save(tmp_path / "case.xlsx", **SHEETS)
    assert main(["solve", str(case), "--output", str(tmp_path / "a"), "--quiet"]) == 0
    plan = str(tmp_path / "a" / "plan.xlsx")
    for words in ([str(case), str(case), "--inputs", str(case), str(case)],
                  [plan, plan, "--inputs", plan, plan]):  # fmt: skip
        assert main(["compare", *words]) == 2
    assert main(["compare", plan, plan, "--inputs", str(case), str(case)]) == 0
    assert "No difference that affects the plan." in capsys.readouterr().out


def test_dates_of_the_page_are_days():
    assert study_arguments(STUDY_REGISTER["stochastic"], {"until": date(2028, 1, 1)})[0] == [
        "--until=2028-01-01"
    ]
