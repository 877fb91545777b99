"""Files of a run: whole, of one run, and never in place of the planner's own."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import openpyxl
import pytest

from optimizer import staging
from optimizer.atomic_write import check_target, replace_together, replace_when_complete
from optimizer.cli import main
from optimizer.errors import FileError, UsageError
from optimizer.report import check_parquet
from optimizer.staging import Staging, remove_abandoned_staging
from tests.conftest import ROOT, lane, need, offer, save

FILES = ["plan.xlsx", "report.html", "run.json"]
pytestmark = pytest.mark.filterwarnings("ignore:.*xtension is not supported")


@pytest.fixture
def book(folder) -> Path:
    """A workbook of 10 t at 5, with a scenario and nothing to be said of."""
    return save(
        folder / "case.xlsx",
        Supply=[offer("kaz", price=5)],
        Lanes=[lane("Kaz", "Buyer", "ore")],
        Demand=[need(10)],
        Scenarios=[{"scenario": "dear", "sheet": "Supply", "column": "price", "value": 6}],
    )


@pytest.fixture
def run(capsys):
    """Exit code, standard output and standard error of a command."""

    def call(*words):
        code = main([str(word) for word in words])
        told = capsys.readouterr()
        return code, told.out, told.err

    return call


def names(folder: Path) -> list[str]:
    """Everything in a folder, hidden files too."""
    return sorted(os.listdir(folder))


def run_of(path: Path) -> str:
    """The run that a file names."""
    if path.suffix == ".json":
        return json.loads(path.read_text("utf-8"))["run"]
    if path.suffix == ".html":
        return re.search(r'"run":"([^"]+)"', path.read_text("utf-8"))[1]
    rows = openpyxl.load_workbook(path)["Run"].iter_rows(min_row=6, values_only=True)
    return next(row[1] for row in rows if row[0] == "run")


def runs_in(folder: Path) -> set[str]:
    """The runs that the files of a folder name."""
    return {run_of(folder / name) for name in names(folder) if name in FILES}


# Inputs ---------------------------------------------------------------------------------------


def same(own: Path, target: Path) -> None:
    shutil.copy(own, target)


def linked(own: Path, target: Path) -> None:
    shutil.copy(own, target.with_name("own.xlsx"))
    target.symlink_to("own.xlsx")


def hard_linked(own: Path, target: Path) -> None:
    shutil.copy(own, target.with_name("own.xlsx"))
    target.hardlink_to(target.with_name("own.xlsx"))


@pytest.mark.parametrize("how", [same, linked, hard_linked])
@pytest.mark.parametrize(
    ("words", "target"),
    [
        ("solve {} --output .", "plan.xlsx"),
        ("solve {} --output .", "report.html"),
        ("solve {} --output .", "run.json"),
        ("scenarios {} --output .", "scenarios.xlsx"),
        ("stress {} --output .", "stress.xlsx"),
        ("stress {} --output .", "stress.html"),
        ("frontier {} --limit short --output .", "frontier.xlsx"),
        ("alternatives {} --output .", "alternatives.xlsx"),
        ("stochastic {} --output .", "stochastic.xlsx"),
        ("compare {} case.xlsx --output {target}", "changes.xlsx"),
        ("compare case.xlsx {} --output {target}", "changes.xlsx"),
        ("compare {} case.xlsx --output changes.xlsx", "changes.html"),
    ],
)
def test_2_a_target_that_is_an_input_is_refused_before_solving(
    run, book, folder, monkeypatch, words, target, how
):
    monkeypatch.setattr(
        "optimizer.solver.solve_with_highs", lambda *_, **__: pytest.fail("it was solved")
    )
    how(book, folder / target)
    given = folder / target if how is same else folder / "own.xlsx"
    before = given.read_bytes()
    code, _, err = run(*words.format(given.name, target=target).split())
    assert code == 2
    assert f"{target}: the " in err
    assert "would replace your own file" in err
    assert given.read_bytes() == before
    assert not [name for name in names(folder) if name.endswith(".part")]


def test_a_name_that_the_system_takes_for_the_input_is_the_input(folder, book, monkeypatch):
    # So answers a file system that does not tell PLAN.xlsx from plan.xlsx.
    monkeypatch.setattr(os.path, "samefile", lambda a, b: str(a).lower() == str(b).lower())
    with pytest.raises(UsageError, match=r"CASE\.xlsx: .* your own file, case\.xlsx,"):
        check_target("CASE.xlsx", inputs=["case.xlsx"])


def test_2_the_last_plan_is_not_replaced_by_the_one_that_follows_it(run, book, folder):
    assert run("solve", book, "--output", "plans")[0] == 0
    typed = (folder / "plans" / "plan.xlsx").read_bytes()
    follow = ("--previous", "plans/plan.xlsx", "--freeze-until", "2027-06-01")
    code, _, err = run("solve", book, *follow, "--output", "plans")
    assert code == 2
    assert "plan.xlsx: the results workbook would replace your own file" in err
    assert (folder / "plans" / "plan.xlsx").read_bytes() == typed
    assert run("solve", book, *follow, "--output", "next")[0] == 0


def test_a_file_that_the_check_did_not_write_is_no_marked_copy(run, folder):
    wrong = save(folder / "wrong.xlsx", Supply=[offer("kaz", "Kaaz")], Demand=[need(10)])
    copy = folder / "wrong.checked.xlsx"
    for own in (wrong.read_bytes(), b"notes", b""):
        copy.write_bytes(own)
        code, out, err = run("check", wrong, "--json")
        assert code == 1
        assert copy.read_bytes() == own
        assert "no marked copy: " in err
        assert "was not written by the check, so it is not overwritten" in err
        assert json.loads(out)["files"] == {}
    copy.unlink()
    for _ in range(2):  # its own is replaced
        assert "Marked copy: " in run("check", wrong)[2]
    assert openpyxl.load_workbook(copy).sheetnames[0] == "Check report"


def test_a_marked_copy_that_is_compared_is_not_replaced(run, book, folder):
    wrong = save(folder / "wrong.xlsx", Supply=[offer("kaz", "Kaaz")], Demand=[need(10)])
    run("check", wrong)
    copy = folder / "wrong.checked.xlsx"
    before = copy.read_bytes()
    code, _, err = run("compare", wrong, copy)
    assert code == 1
    assert copy.read_bytes() == before
    assert "no marked copy: " in err


# One run --------------------------------------------------------------------------------------


def test_every_file_names_its_run(run, book, folder):
    record = json.loads(run("solve", book, "--output", "out", "--json")[1])
    assert runs_in(folder / "out") == {record["run"]}
    again = json.loads(run("solve", book, "--output", "out", "--json")[1])
    assert runs_in(folder / "out") == {again["run"]}
    assert again["run"] != record["run"]


@pytest.mark.parametrize("hopeless", [False, True])
def test_a_plan_into_which_somebody_typed_is_kept_beside_the_next(run, book, folder, hopeless):
    run("solve", book, "--output", "out")
    plan = openpyxl.load_workbook(folder / "out" / "plan.xlsx")
    plan["Purchases"]["A6"] = "really ordered"
    plan.save(folder / "out" / "plan.xlsx")
    if hopeless:
        save(book, Supply=[], Demand=[need(10, minimum=0.5)])
    _, out, err = run("solve", book, "--output", "out", "--json")
    kept = f"plan kept {json.loads(out)['run']}.xlsx"
    assert f"Kept, as it was changed since it was written: out/{kept}" in err
    again = openpyxl.load_workbook(folder / "out" / kept)
    assert again["Purchases"]["A6"].value == "really ordered"
    run("solve", book, "--output", "out")  # the second plan is as it was written: it is replaced
    assert names(folder / "out") == sorted([kept, *(["report.html"] if hopeless else FILES)])


@pytest.mark.parametrize(
    ("words", "name"),
    [("scenarios case.xlsx --output .", "scenarios"), ("compare case.xlsx case.xlsx", "changes")],
)
def test_every_file_of_a_study_names_its_run(run, book, folder, words, name):
    more = ["--output", "changes.xlsx"] if name == "changes" else []
    code, out, _ = run(*words.split(), *more, "--json")
    own = json.loads(out)["run"]
    assert code == 0
    assert run_of(folder / f"{name}.html") == own
    workbook = openpyxl.load_workbook(folder / f"{name}.xlsx")
    assert workbook.properties.description == f"Run {own}"
    first = [cell for row in workbook.worksheets[0].iter_rows(values_only=True) for cell in row]
    assert f"Run {own}." in first


def test_where_there_is_no_plan_the_old_one_goes(run, book, folder):
    assert run("solve", book, "--output", "out")[0] == 0
    (folder / "out" / "notes.txt").write_text("mine")
    hopeless = save(folder / "none.xlsx", Supply=[], Demand=[need(10, minimum=0.5)])
    code, out, _ = run("solve", hopeless, "--output", "out", "--json")
    assert code == 3
    assert names(folder / "out") == ["notes.txt", "report.html"]
    assert runs_in(folder / "out") == {json.loads(out)["run"]}


def test_parquet_files_of_an_earlier_run_go(run, book, folder):
    try:
        check_parquet()
    except UsageError:
        pytest.skip("pyarrow is not installed")
    assert run("scenarios", book, "--output", "out", "--parquet")[0] == 0
    assert (folder / "out" / "scenarios" / "Runs.parquet").is_file()
    (folder / "out" / "scenarios" / "mine.parquet").write_text("mine")
    assert run("scenarios", book, "--output", "out")[0] == 0
    assert names(folder / "out" / "scenarios") == ["mine.parquet"]


KILLED = """
import os, signal, sys
from pathlib import Path
point, count, real = int(sys.argv[1]), [0], Path.replace
def replace(self, target):
    count[0] += self.suffix != ".tmp"
    if count[0] == point:
        os.kill(os.getpid(), signal.SIGKILL)
    return real(self, target)
Path.replace = replace
from optimizer.cli import main
sys.exit(main(sys.argv[2:]))
"""
"""A command that is killed before it moves a file for the n-th time.

A run with three files to replace moves its order (1), the old files (2 to 4), the new (5 to 7).
"""


def killed(point: int, *words: object) -> int:
    return subprocess.run(
        [sys.executable, "-c", KILLED, str(point), *map(str, words)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        timeout=120,
        check=False,
    ).returncode


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no SIGKILL on this system")
@pytest.mark.parametrize("point", range(1, 9))
def test_a_kill_never_leaves_files_of_two_runs(run, book, folder, point):
    old = json.loads(run("solve", book, "--output", "out", "--json")[1])["run"]
    code = killed(point, "solve", book, "--output", "out", "--quiet")
    assert code == (0 if point == 8 else -signal.SIGKILL)
    assert len(runs_in(folder / "out")) <= 1
    remove_abandoned_staging(folder / "out")
    (left,) = runs_in(folder / "out")
    assert names(folder / "out") == FILES
    assert (left == old) == (point == 1)


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no SIGKILL on this system")
@pytest.mark.parametrize("point", [1, 3, 6])
def test_what_a_killed_run_left_goes_at_the_next_one(run, book, folder, point):
    run("solve", book, "--output", "out")
    killed(point, "solve", book, "--output", "out", "--quiet")
    assert [name for name in names(folder / "out") if name.endswith(".part")]
    out = run("solve", book, "--output", "out", "--json")[1]
    assert names(folder / "out") == FILES
    assert runs_in(folder / "out") == {json.loads(out)["run"]}


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no SIGKILL on this system")
def test_a_study_that_is_killed_leaves_finished_runs_and_no_remains(run, book, folder):
    # The first files that a study moves into place are its finished runs.
    assert killed(2, "scenarios", book, "--output", "out", "--quiet") == -signal.SIGKILL
    assert run("scenarios", book, "--output", "out")[0] == 0
    every = [name for _, folders, files in os.walk(folder / "out") for name in folders + files]
    assert not [name for name in every if name.startswith(".")]
    assert names(folder / "out") == ["runs", "scenarios.html", "scenarios.xlsx"]


@pytest.mark.parametrize("point", range(1, 8))
def test_a_move_that_fails_leaves_all_as_it_was(folder, monkeypatch, point):
    for name in ("a", "b", "stale"):
        (folder / name).write_text("old")
    moves, real = [], Path.replace

    def replace(self, target):
        moves.append(self)
        if len(moves) == point:
            raise PermissionError(13, "Permission denied", str(self), None, str(target))
        return real(self, target)

    monkeypatch.setattr(Path, "replace", replace)
    failed = False
    try:
        with replace_together(folder, [folder / "stale"]):
            for name in ("a", "b"):
                with replace_when_complete(folder / name) as part:
                    part.write_text("new")
    except FileError:
        failed = True
    # The order, three old files and two new ones are moved.
    assert failed == (point <= 6)
    texts = {name: (folder / name).read_text() for name in names(folder)}
    old = {"a": "old", "b": "old", "stale": "old"}
    assert texts == (old if failed else {"a": "new", "b": "new"})


def test_files_of_a_run_appear_when_all_are_complete(folder):
    def write():
        with replace_together(folder):
            with replace_when_complete(folder / "a") as part:
                part.write_text("new")
            assert not (folder / "a").exists()
            with replace_when_complete(folder / "b"):
                raise OSError(28, "No space left on device")

    with pytest.raises(FileError, match="no space left on device"):
        write()
    assert names(folder) == []


def test_a_file_that_is_written_twice_in_a_run_is_the_later_one(folder):
    with replace_together(folder):
        for text in ("first", "second"):
            with replace_when_complete(folder / "a") as part:
                part.write_text(text)
    assert (folder / "a").read_text() == "second"


def test_the_staging_folder_of_a_program_that_works_is_left_alone(folder):
    other = Staging(folder)
    part = other.part(folder / "a")
    part.write_text("new")
    remove_abandoned_staging(folder)
    other.complete(part, folder / "a")
    other.show()
    other.close()
    assert names(folder) == ["a"]


def test_remains_of_earlier_versions_go_and_other_files_stay(folder, book):
    for name in (".plan.xlsx.0a1b2c3d.part", ".0a1b2c3d.part", "0a1b2c3d.part", ".mine.part"):
        (folder / name).write_text("")
    check_target(folder / "plan.xlsx")
    assert names(folder) == [".mine.part", "0a1b2c3d.part", "case.xlsx"]


@pytest.mark.skipif(staging.fcntl is None, reason="no locks on files on this system")
def test_a_single_file_takes_away_what_a_killed_program_left_beside_it(folder):
    left = folder / ".0123abcd.part"
    left.mkdir()
    (left / "1.xlsx").write_bytes(b"half")
    with replace_when_complete(folder / "plan.xlsx") as part:
        part.write_bytes(b"whole")
    assert names(folder) == ["plan.xlsx"]


@pytest.mark.slow
def test_two_runs_into_one_folder_show_their_files_one_after_the_other(book, folder):
    words = [sys.executable, "-m", "optimizer", "solve", str(book), "--output", "out", "--quiet"]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    both = [subprocess.Popen(words, env=env) for _ in range(2)]
    assert [each.wait(120) for each in both] == [0, 0]
    assert len(runs_in(folder / "out")) == 1
    assert names(folder / "out") == FILES
