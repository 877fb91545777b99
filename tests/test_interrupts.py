"""Ctrl-C, SIGTERM and SIGHUP: they end every command, and lose no plan that was found."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import openpyxl
import pytest

import optimizer
from optimizer import interrupts
from optimizer.cli import main
from tests.conftest import ROOT, china, lane, make, need, no_china, offer, save

solve_command = import_module("optimizer.cli.solve_command")
page = import_module("optimizer.report.page")
tables = import_module("optimizer.tables")

SIGNALS = [
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
]
pytestmark = [
    pytest.mark.skipif(sys.platform == "win32", reason="signals are those of POSIX"),
    pytest.mark.filterwarnings("ignore:.*xtension is not supported"),
]
CASE = {
    "Supply": [offer("kaz", price=5)],
    "Lanes": [lane("Kaz", "Buyer", "ore")],
    "Demand": [need(10)],
}
"""10 t at 5."""


@pytest.fixture
def folder(tmp_path, monkeypatch) -> Path:
    """A folder, the current one, with a case of 10 t at 5."""
    monkeypatch.chdir(tmp_path)
    save(tmp_path / "case.xlsx", **CASE)
    return tmp_path


@pytest.fixture
def run(capsys, folder):
    """Exit code, the object on standard output, and standard error of a command."""

    def call(words: str):
        code = main([*words.split(), "--json"])
        told = capsys.readouterr()
        return code, json.loads(told.out), told.err

    return call


@pytest.fixture
def at(monkeypatch):
    """Sends a signal as a step of ``solve`` begins."""

    def send(*sent: tuple[str, int]):
        def step(name):
            for place, number in sent:
                if place == name:
                    signal.raise_signal(number)

        monkeypatch.setattr(solve_command, "_observers", lambda options: (None, step))

    return send


def run_sheet(path: Path) -> dict[str, str]:
    """Items of the sheet Run of a results workbook."""
    rows = openpyxl.load_workbook(path)["Run"].iter_rows(min_row=6, values_only=True)
    return {row[0]: row[1] for row in rows}


def assert_kept(code: int, record: dict, folder: Path) -> str:
    """The plan is there, audited, and marked in every file; gives what is told of it."""
    assert code == 4
    assert (record["status"], record["objective"]) == ("interrupted", pytest.approx(50))
    assert record["audit"]["passed"] is True
    own = folder / "outputs" / "case"
    assert json.loads((own / "run.json").read_text("utf-8")) == record
    sheet = run_sheet(own / "plan.xlsx")
    assert (sheet["status"], sheet["run"]) == ("interrupted", record["run"])
    assert '"status":"interrupted"' in (own / "report.html").read_text("utf-8")
    told = record["alerts"][0]
    assert told.startswith("Stopped by Ctrl-C or a signal after the plan was found (proven optimal")
    assert sheet["stopped"] == told
    return told


@pytest.mark.parametrize("number", SIGNALS)
@pytest.mark.parametrize("step", ["extract", "audit", "prices", "write"])
def test_4_a_signal_after_the_search_keeps_the_plan(run, at, folder, step, number):
    at((step, number))
    told = assert_kept(*run("solve case.xlsx")[:2], folder)
    # Only what was still to be made is missing.
    assert ("Break-even" in told) == (step != "write")


def test_4_what_explains_prices_is_left_out_and_that_is_said(run, at, folder):
    at(("explain", signal.SIGTERM))
    told = assert_kept(*run("solve case.xlsx --explain")[:2], folder)
    assert told.endswith("missing are what prices are made of.")
    names = openpyxl.load_workbook(folder / "outputs/case/plan.xlsx").sheetnames
    assert "Scarcity" in names
    assert "Price headroom" not in names


@pytest.mark.parametrize("number", SIGNALS)
def test_4_a_signal_while_files_are_written_stands_in_all_of_them(run, folder, monkeypatch, number):
    written, write_page = [], page.write_page

    def interrupted(result, path):
        if not written:
            signal.raise_signal(number)
        written.append(result.status)
        write_page(result, path)

    monkeypatch.setattr(page, "write_page", interrupted)
    assert_kept(*run("solve case.xlsx")[:2], folder)
    assert written == ["optimal", "interrupted"]


@pytest.mark.parametrize("number", SIGNALS)
def test_4_a_signal_while_rules_are_costed_keeps_the_plan(run, folder, monkeypatch, number):
    save(folder / "case.xlsx", **CASE, Rules=[no_china()], Rule_scope=[china()])

    def interrupted(*_, **__):
        signal.raise_signal(number)

    monkeypatch.setattr("optimizer.studies.cost_of_rules", interrupted)
    told = assert_kept(*run("solve case.xlsx --cost-of-rules")[:2], folder)
    assert told.endswith("missing are costs of rules.")


@pytest.mark.parametrize("number", SIGNALS)
def test_4_a_signal_before_the_search_ends_the_command(run, at, folder, number):
    at(("build", number))
    code, record, err = run("solve case.xlsx")
    assert (code, record["message"]) == (4, "stopped")
    assert err == "error: stopped\n"
    assert not [*folder.glob("outputs/case/*")]


@pytest.mark.parametrize("number", SIGNALS)
@pytest.mark.parametrize(
    "words",
    [
        "check case.xlsx",
        "scenarios case.xlsx",
        "stress case.xlsx",
        "frontier case.xlsx --limit short",
        "alternatives case.xlsx",
        "stochastic case.xlsx",
        "compare case.xlsx case.xlsx",
    ],
)
def test_4_a_signal_ends_every_command(run, monkeypatch, words, number):
    def interrupted(*_, **__):
        signal.raise_signal(number)

    for module in (tables, import_module("optimizer.workbook_check")):
        monkeypatch.setattr(module, "read", interrupted)
    monkeypatch.setattr("optimizer.workbook_check.check", interrupted)
    before = [signal.getsignal(each) for each in SIGNALS]
    code, record, err = run(words)
    assert (code, record["message"]) == (4, "stopped")
    assert err == "error: stopped\n"
    assert [signal.getsignal(each) for each in SIGNALS] == before


def test_a_second_signal_ends_the_command_at_once(run, at, folder, monkeypatch):
    monkeypatch.setattr(interrupts, "SIGNAL_INTERVAL", 0.0)
    at(("extract", signal.SIGINT), ("audit", signal.SIGINT))
    code, record, _ = run("solve case.xlsx")
    assert (code, record["message"]) == (4, "stopped")
    assert not [*folder.glob("outputs/case/*")]


def test_signals_that_come_together_count_as_one(run, at, folder):
    # A terminal that closes sends SIGHUP from the system and from the shell; timeout sends twice.
    at(("extract", signal.SIGHUP), ("extract", signal.SIGHUP), ("extract", signal.SIGTERM))
    assert_kept(*run("solve case.xlsx")[:2], folder)


def test_a_signal_that_is_ignored_stays_ignored(run, at):
    # As nohup starts a program.
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        at(("extract", signal.SIGHUP))
        code, record, _ = run("solve case.xlsx")
        assert (code, record["status"]) == (0, "optimal")
        assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)


def test_a_case_without_a_plan_is_said_to_have_none_or_to_be_stopped(run, at, folder):
    save(folder / "case.xlsx", Supply=[], Demand=[need(10, minimum=0.5)])
    at(("diagnose", signal.SIGTERM))
    code, record, _ = run("solve case.xlsx")
    assert (code, record["message"]) == (4, "stopped")


@pytest.fixture
def python_handler():
    """Python's own handler of Ctrl-C, as a program has it that calls the library."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield signal.default_int_handler
    signal.signal(signal.SIGINT, before)


@pytest.mark.parametrize("place", ["extract", "audit", "prices"])
def test_ctrl_c_after_the_search_keeps_the_plan_from_python_too(python_handler, place):
    begun = []

    def step(name):
        begun.append(name)
        if name == place and begun.count(name) == 1:
            signal.raise_signal(signal.SIGINT)

    result = optimizer.solve(make(**CASE), step=step)
    assert (result.status, result.objective) == ("interrupted", pytest.approx(50))
    assert result.audit.passed
    assert "Scarcity" not in result.tables
    assert "missing are Scarcity, Bottlenecks and Break-even" in result.alerts[0]
    with pytest.raises(optimizer.StoppedError):
        result.raise_for_status()


@pytest.mark.parametrize(
    ("home", "name"),
    [
        ("optimizer.audit", "ScarcityAudit"),
        ("optimizer.tracing", "lawfulness"),
        ("optimizer.explain", "alerts"),
    ],
)
def test_ctrl_c_after_the_prices_keeps_all(python_handler, monkeypatch, home, name):
    module, calls = import_module(home), []
    work = getattr(module, name)

    def once(*arguments, **keywords):
        calls.append(name)
        if len(calls) == 1:
            signal.raise_signal(signal.SIGINT)
        return work(*arguments, **keywords)

    monkeypatch.setattr(module, name, once)
    result = optimizer.solve(make(**CASE))
    assert len(calls) == 2
    assert (result.status, result.objective) == ("interrupted", pytest.approx(50))
    assert result.audit.passed
    assert "Scarcity" in result.tables


def test_a_second_ctrl_c_comes_out_of_a_library_call(python_handler):
    def step(name):
        if name == "audit":
            signal.raise_signal(signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        optimizer.solve(make(**CASE), step=step)


def test_a_library_call_leaves_the_handlers_of_the_process_alone_meanwhile(python_handler):
    seen = []

    def step(name):
        seen.append([signal.getsignal(each) for each in SIGNALS])

    before = [signal.getsignal(each) for each in SIGNALS]
    optimizer.solve(make(**CASE), step=step)
    assert len(seen) > 3
    assert all(handlers == before for handlers in seen)


SEARCHING = """
import os, signal, sys, threading
from optimizer.solver import highs_thread
from optimizer.cli import main
work = highs_thread._work
def send(highs, done):
    # The search is running: the signal comes from outside, to the process as a whole.
    os.kill(os.getpid(), int(sys.argv[1]))
    work(highs, done)
highs_thread._work = send
sys.exit(main(sys.argv[2:]))
"""


@pytest.mark.parametrize("number", SIGNALS)
def test_4_a_signal_in_the_search_ends_it_and_the_process(folder, number):
    done = subprocess.run(
        [sys.executable, "-c", SEARCHING, str(int(number)), "solve", "case.xlsx", "--json"],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    record = json.loads(done.stdout)
    assert (done.returncode, record["status"]) == (4, "interrupted")
    # This search may be over before it can be stopped: then its plan is kept.
    assert record["objective"] in (None, pytest.approx(50))
    assert "Traceback" not in done.stderr
