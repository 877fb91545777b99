"""Many runs: in parallel, resumed, stopped and with dying workers, always with one result."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from dataclasses import replace
from pathlib import Path

import pytest
from msgspec import structs

from optimizer.model import StudyTerms
from optimizer.studies import executors, run_outcome, runner
from optimizer.studies.run_store import run_key
from optimizer.studies.study_run import RunOptions, RunSettings, StudyRun
from tests.conftest import ROOT, make, need, offer


def case(price=5.0):
    return make(
        Supply=[offer("kaz", price=price, maximum=6), offer("dear", price=7)], Demand=[need(10)]
    )


def some(count):
    """Runs in which the cheap offer costs 1, 2, …: 6 t of it below 7, else none."""
    return [StudyRun(f"at {price}", case(price)) for price in range(1, count + 1)]


def cost(price):
    return min(6 * price + 28, 70)


def keyed(some_runs):
    return {run_key(run, RunOptions()): run for run in some_runs}


def solve_once_deadly(run, options, start):
    """Kills its worker the first time that it meets the run 'at 3'."""
    mark = Path(os.environ["MARK"])
    if run.name == "at 3" and not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return runner.solve_run(run, options, start)


def solve_deadly(run, options, start):
    """Kills its worker whenever it meets the run 'at 3'."""
    if run.name == "at 3":
        os.kill(os.getpid(), signal.SIGKILL)
    return runner.solve_run(run, options, start)


def objectives(done):
    return [each.objective for each in done]


def test_every_run_has_its_cost_and_its_tables():
    done = runner.Runner(case(), RunSettings(workers=1)).outcomes(some(9))
    assert objectives(done) == pytest.approx([cost(price) for price in range(1, 10)])
    # At 8 the cheap offer is not cheap any more: all 10 t come from the other.
    rows = [
        dict(zip(done[7].tables["Purchases"].layout.headers, row, strict=True))
        for row in done[7].tables["Purchases"].rows()
    ]
    assert [(row["offer"], row["tonnes"], row["cost"]) for row in rows] == [("dear", 10, 70)]
    assert done[7].wanted == 10
    assert done[7].short == 0


@pytest.mark.slow
def test_two_processes_find_what_one_finds():
    one = runner.Runner(case(), RunSettings(workers=1)).outcomes(some(5))
    two = runner.Runner(case(), RunSettings(workers=2)).outcomes(some(5))
    for a, b in zip(one, two, strict=True):
        assert replace(a, seconds=0, tables={}) == replace(b, seconds=0, tables={})
        assert {n: t.columns for n, t in a.tables.items()} == {
            n: t.columns for n, t in b.tables.items()
        }


def test_equal_cases_are_solved_once(monkeypatch):
    progress_calls = []
    settings = RunSettings(workers=1, progress=lambda *each: progress_calls.append(each))
    runner.Runner(case(), settings).outcomes([*some(2), StudyRun("again", case(1))])
    assert [(done, total, name) for done, total, _, name in progress_calls] == [
        (1, 2, "at 1"),
        (2, 2, "at 2"),
    ]
    assert progress_calls[-1][2] == 0


def test_a_study_goes_on_where_it_was(tmp_path):
    settings = RunSettings(workers=1, folder=tmp_path)
    first = runner.Runner(case(), settings).outcomes(some(3))
    progress_calls = []
    again = runner.Runner(
        case(), replace(settings, progress=lambda *each: progress_calls.append(each[3]))
    )
    assert objectives(again.outcomes(some(5))[:3]) == objectives(first)
    assert progress_calls == ["at 4"]  # 'at 5' is the base case itself
    kept = runner.Runner(case(), settings).outcomes(some(5))
    assert [each.to_data() for each in kept] == [each.to_data() for each in again.outcomes(some(5))]


def test_other_options_or_numbers_are_other_runs():
    (run,) = some(1)
    keys = {
        run_key(run, RunOptions()),
        run_key(run, RunOptions(gap=0.1)),
        run_key(StudyRun("other", case(1.0000001)), RunOptions()),
        run_key(replace(run, terms=StudyTerms(maximum_shortage=1)), RunOptions()),
    }
    assert len(keys) == 4
    assert run_key(replace(run, name="renamed"), RunOptions()) in keys


def test_a_file_that_is_damaged_is_solved_again(tmp_path):
    settings = RunSettings(workers=1, folder=tmp_path)
    first = runner.Runner(case(), settings).outcomes(some(2))
    for path in tmp_path.iterdir():
        path.write_text(path.read_text()[:50])
    assert objectives(runner.Runner(case(), settings).outcomes(some(2))) == objectives(first)


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no SIGKILL on this system")
def test_a_worker_that_is_killed_loses_nothing(tmp_path, monkeypatch):
    monkeypatch.setenv("MARK", str(tmp_path / "mark"))
    todo = keyed(some(6))
    done = dict(executors.solve_runs(todo, RunSettings(), 2, None, solve_once_deadly))
    assert (tmp_path / "mark").exists()
    assert objectives(done[key] for key in todo) == pytest.approx([cost(p) for p in range(1, 7)])


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no SIGKILL on this system")
def test_a_run_that_kills_every_worker_is_given_up_and_the_others_are_not():
    todo = keyed(some(4))
    done = dict(executors.solve_runs(todo, RunSettings(), 2, None, solve_deadly))
    outcomes = {todo[key].name: each for key, each in done.items()}
    assert outcomes["at 3"].status.startswith("error: the worker died")
    assert objectives(outcomes[f"at {p}"] for p in (1, 2, 4)) == pytest.approx(
        [cost(p) for p in (1, 2, 4)]
    )


def test_an_error_in_a_run_is_its_outcome(monkeypatch):
    def broken(*_):
        raise ValueError("no such thing")

    monkeypatch.setattr(runner.plan, "solve_with_options", broken)
    assert runner.solve_run(some(1)[0], RunOptions(), None).status == (
        "error: ValueError: no such thing"
    )


def test_a_start_from_the_base_changes_no_optimum():
    warm = runner.Runner(case(), RunSettings(workers=1))
    assert warm.base().objective == pytest.approx(58)
    assert warm._start is not None
    for price, run in enumerate(some(9), 1):
        for start in (None, warm._start):
            outcomes = runner.solve_run(run, RunOptions(), start)
            assert outcomes.objective == pytest.approx(cost(price))


def test_outcomes_survive_being_written_down():
    outcomes = runner.Runner(case(), RunSettings()).base()
    again = run_outcome.RunOutcome.of_data(outcomes.to_data())
    assert replace(again, tables={}) == replace(outcomes, tables={})
    assert {n: t.columns for n, t in again.tables.items()} == {
        n: t.columns for n, t in outcomes.tables.items()
    }


SCRIPT = """
    import os, signal, sys
    from optimizer.studies import Runner, RunSettings
    from tests.test_runner import case, some

    def told(done, total, left, name):
        print(done, flush=True)
        if done == 3:
            {act}

    if __name__ == "__main__":
        settings = RunSettings(workers={workers}, folder=sys.argv[1], progress=told)
        try:
            Runner(case(), settings).outcomes(some(12))
        except Exception as error:
            print(error)
"""


def stopped(tmp_path, workers, act):
    script = tmp_path / "study.py"
    script.write_text(textwrap.dedent(SCRIPT.format(workers=workers, act=act)))
    folder = tmp_path / "runs"
    done = subprocess.run(
        [sys.executable, str(script), str(folder)],
        capture_output=True,
        text=True,
        timeout=120,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=False,
    )
    return folder, done


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no SIGKILL on this system")
@pytest.mark.parametrize("workers", [1, 2])
def test_a_study_that_is_killed_is_resumed(tmp_path, workers):
    folder, done = stopped(tmp_path, workers, "os.kill(os.getpid(), signal.SIGKILL)")
    assert done.returncode == -signal.SIGKILL
    assert len(list(folder.glob("*.json"))) == 3  # the base, which is 'at 5', and two others
    progress_calls = []
    settings = RunSettings(
        workers=1, folder=folder, progress=lambda *each: progress_calls.append(each)
    )
    outcomes = runner.Runner(case(), settings).outcomes(some(12))
    assert objectives(outcomes) == pytest.approx([cost(price) for price in range(1, 13)])
    assert [each[:2] for each in progress_calls] == [(done, 12) for done in range(4, 13)]


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="signals differ on Windows")
@pytest.mark.parametrize("workers", [1, 2])
def test_ctrl_c_stops_a_study_and_keeps_what_is_done(tmp_path, workers):
    folder, done = stopped(tmp_path, workers, "signal.raise_signal(signal.SIGINT)")
    assert done.returncode == 0, done.stderr
    assert "stopped: " in done.stdout
    assert "continues from there" in done.stdout
    assert 3 <= len(list(folder.glob("*.json"))) <= 6
    assert not list(folder.glob(".*.part"))


def test_a_run_that_fails_from_the_start_of_the_base_is_solved_from_scratch(monkeypatch):
    whole = runner.plan.solve_with_options

    def failing(asked_case, asked):
        result = whole(asked_case, structs.replace(asked, start=None))
        return result if asked.start is None else replace(result, status="error: Solve error")

    warm = runner.Runner(case(), RunSettings(workers=1))
    warm.base()
    monkeypatch.setattr(runner.plan, "solve_with_options", failing)
    assert objectives(warm.outcomes(some(2))) == pytest.approx([cost(1), cost(2)])
