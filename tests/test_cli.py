"""The command line: arguments become calls, errors become exit codes, never a traceback."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from dataclasses import replace
from importlib import import_module
from pathlib import Path

import openpyxl
import pytest
from msgspec import structs

from optimizer.cli import command_parser, main
from optimizer.studies.study_register import studies_of_many_runs
from tests.conftest import CASES, ROOT, TUTORIAL, lane, need, offer, save

plan = import_module("optimizer.plan")


@pytest.fixture
def book(folder) -> Path:
    """A workbook without errors or warnings: 10 t at 5."""
    return save(
        folder / "case.xlsx",
        Supply=[offer("kaz", price=5)],
        Lanes=[lane("Kaz", "Buyer", "ore")],
        Demand=[need(10)],
    )


@pytest.fixture
def wrong(folder) -> Path:
    """A workbook with a mistake: the offer's site is misspelt."""
    return save(folder / "wrong.xlsx", Supply=[offer("kaz", "Kaaz")], Demand=[need(10)])


@pytest.fixture
def run(capsys):
    """Runs a command; gives its exit code, standard output and standard error."""

    def call(*words) -> tuple[int, str, str]:
        try:
            code = main([str(word) for word in words])
        except SystemExit as exit:
            code = exit.code
        out, err = capsys.readouterr()
        assert "Traceback" not in out + err
        return code, out, err

    return call


def only(out: str) -> dict:
    """The one JSON object on standard output."""
    assert out.endswith("\n")
    assert out.count("\n") == 1
    return json.loads(out)


# Solve ----------------------------------------------------------------------------------------


def test_solve_finds_a_plan_prints_a_summary_and_writes_it(run, book, folder):
    code, out, err = run("solve", book)
    assert code == 0
    assert "Least-cost plan, proven optimal: 50.00 USD (present value)." in out
    assert "purchases" in out
    assert "Demand: no shortage." in out
    assert "Audit passed" in out
    plan_file = folder / "outputs" / "case" / "plan.xlsx"
    assert plan_file.is_file()
    assert f"Written: {plan_file.relative_to(folder)}" in err
    assert not set(out.splitlines()) & set(err.splitlines())


def test_the_tables_of_a_plan_are_parquet_files_too(run, book, folder):
    pq = pytest.importorskip("pyarrow.parquet")
    tables = folder / "outputs" / "case" / "plan"
    code, out, _ = run("solve", book, "--parquet", "--json")
    assert (code, only(out)["files"]["parquet"]) == (0, str(tables.relative_to(folder)))
    assert pq.read_table(tables / "Purchases.parquet")["tonnes"].to_pylist() == [10]
    assert run("solve", book)[0] == 0  # files of two runs must not stand beside each other
    assert not list(tables.glob("*.parquet"))


def test_json_is_one_object_with_what_a_program_needs(run, book, folder):
    code, out, err = run("solve", book, "--json")
    said = only(out)
    assert code == 0
    assert said["status"] == "optimal"
    assert said["objective"] == pytest.approx(50)
    assert said["costs"]["purchases"] == pytest.approx(50)
    assert sum(said["costs"].values()) == pytest.approx(said["objective"])
    assert said["shortage"] == 0
    assert said["audit"]["passed"] is True
    assert said["input"]["file"] == str(book)
    assert {"read", "solve", "write"} <= set(said["seconds"])
    assert all(Path(file).is_file() for file in said["files"].values())
    assert "50.00 USD" in err


def test_the_record_beside_the_plan_equals_the_printed_json(run, book, folder):
    said = only(run("solve", book, "--json")[1])
    record = json.loads(Path(said["files"]["record"]).read_text(encoding="utf-8"))
    assert record == said


def test_quiet_prints_nothing_when_all_is_well(run, book):
    assert run("solve", book, "--quiet") == (0, "", "")
    assert run("check", book, "--quiet") == (0, "", "")


def test_quiet_json_prints_only_json(run, book):
    code, out, err = run("solve", book, "--quiet", "--json")
    assert (code, err) == (0, "")
    assert only(out)["objective"] == pytest.approx(50)


def test_the_output_folder_can_be_chosen(run, book, folder):
    assert run("solve", book, "--output", folder / "a" / "b")[0] == 0
    assert sorted(path.name for path in (folder / "a" / "b").iterdir()) == [
        "plan.xlsx",
        "report.html",
        "run.json",
    ]
    assert not (folder / "outputs").exists()


def test_the_next_plan_replaces_a_plan(run, book, folder):
    assert run("solve", book)[0] == 0
    assert run("solve", book)[0] == 0
    assert sorted(path.name for path in (folder / "outputs" / "case").iterdir()) == [
        "plan.xlsx",
        "report.html",
        "run.json",
    ]


def test_the_planners_own_file_is_not_touched(run, book, wrong):
    for file in (book, wrong):
        before, changed = file.read_bytes(), file.stat().st_mtime_ns
        run("solve", file)
        run("check", file)
        assert (file.read_bytes(), file.stat().st_mtime_ns) == (before, changed)


def test_warnings_are_printed_and_do_not_prevent_a_plan(run, folder):
    book = save(folder / "loose.xlsx", Supply=[offer("kaz", price=5, firm="no")], Demand=[need(10)])
    code, out, err = run("solve", book, "--json")
    assert code == 0
    assert "warning: " in err
    assert "is not firm" in err
    assert any("is not firm" in each["message"] for each in only(out)["warnings"])


# Exit codes -----------------------------------------------------------------------------------


def test_1_a_workbook_with_errors_is_refused_and_marked(run, wrong, folder):
    code, out, err = run("solve", wrong)
    assert (code, out) == (1, "")
    assert "error: Supply!B2 (site): 'Kaaz' is not in Sites; did you mean 'Kaz'?" in err
    marked = openpyxl.load_workbook(folder / "wrong.checked.xlsx")
    assert "Kaaz" in marked["Supply"]["B2"].comment.text
    assert not (folder / "outputs").exists()


def test_1_json_lists_the_errors(run, wrong, folder):
    code, out, _ = run("solve", wrong, "--json")
    said = only(out)
    assert (code, said["status"]) == (1, "errors")
    assert [(each["place"], each["column"]) for each in said["errors"]] == [("Supply!B2", "site")]
    assert said["errors"][0]["hint"] == "did you mean 'Kaz'?"
    assert Path(said["files"]["marked copy"]) == folder / "wrong.checked.xlsx"


def test_1_quiet_still_prints_the_errors(run, wrong):
    code, out, err = run("solve", wrong, "--quiet")
    assert (code, out) == (1, "")
    assert "Supply!B2" in err


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"site,country\nKaz,Kazakhstan\n", "is text"),
        (b"", "is empty"),
        (b"%PDF-1.7", "is a PDF"),
        (b"PK\x03\x04" + b"\0" * 200, "is damaged"),
        (b"\xd0\xcf\x11\xe0" + b"\0" * 100, "old Excel file"),
    ],
)
@pytest.mark.parametrize("command", ["solve", "check"])
def test_1_a_file_that_is_not_a_workbook_is_reported_as_such(run, folder, command, content, said):
    file = folder / "case.xlsx"
    file.write_bytes(content)
    code, out, err = run(command, file, "--json")
    assert code == 1
    assert said in err
    assert only(out)["exit_code"] == 1


def test_1_a_damaged_workbook_is_reported_as_damaged(run, folder):
    content = TUTORIAL.read_bytes()
    (folder / "half.xlsx").write_bytes(content[: len(content) // 2])
    code, _, err = run("solve", "half.xlsx")
    assert code == 1
    assert "half.xlsx" in err


def test_1_a_folder_is_not_a_workbook(run, folder):
    code, _, err = run("solve", folder)
    assert code == 1
    assert "is a folder" in err


def test_1_a_target_that_cannot_be_written_is_reported_before_solving(
    run, book, folder, monkeypatch
):
    monkeypatch.setattr(plan, "solve", lambda *_, **__: pytest.fail("it was solved"))
    (folder / "file").write_text("in the way")
    (folder / "taken" / "plan.xlsx").mkdir(parents=True)
    for output in ("file", "taken"):
        code, out, err = run("solve", book, "--output", folder / output, "--json")
        assert code == 1
        assert "cannot be written" in err
        assert only(out)["status"] == "error"


@pytest.mark.parametrize(
    "words",
    [
        ("solve", "nowhere.xlsx"),
        ("check", "nowhere.xlsx"),
        (),
        ("sovle", "case.xlsx"),
        ("solve",),
        ("solve", "case.xlsx", "--time-limit", "soon"),
        ("solve", "case.xlsx", "--time-limit", "0"),
        ("solve", "case.xlsx", "--time-limit", "nan"),
        ("solve", "case.xlsx", "--fast"),
    ],
    ids=" ".join,
)
def test_2_wrong_arguments_are_reported(run, folder, words):
    code, out, err = run(*words)
    assert (code, out) == (2, "")
    assert err


def test_3_no_plan_is_feasible(run, folder):
    book = save(folder / "case.xlsx", Supply=[], Demand=[need(10, minimum=0.5)])
    code, out, err = run("solve", book, "--json")
    said = only(out)
    assert (code, said["status"], said["objective"]) == (3, "infeasible", None)
    assert list(said["files"]) == ["page"]
    assert Path(said["files"]["page"]).is_file()
    assert (said["audit"], said["shortage"], said["costs"]) == (None, None, {})
    assert "No plan meets every hard limit" in err
    assert not (folder / "outputs" / "case" / "plan.xlsx").exists()


def test_3_cost_has_no_lower_bound(run, folder):
    book = save(
        folder / "case.xlsx",
        Materials=[{"material": "ore", "stage": "mined", "disposal cost": 0}],
        Supply=[offer("waste", price=-1)],
        Demand=[need(1)],
    )
    code, _, err = run("solve", book, "--quiet")
    assert code == 3
    assert "no lower bound" in err


def test_4_the_time_limit_is_reached(run, folder):
    book = openpyxl.load_workbook(CASES / "nochina_random_30.xlsx")
    rows = {row[0].value: row[1] for row in book["Settings"].iter_rows(min_row=2)}
    rows["time limit"].value = 0
    book.save(folder / "case.xlsx")
    code, out, err = run("solve", "case.xlsx", "--json")
    said = only(out)
    assert (code, said["status"], said["objective"]) == (4, "time limit", None)
    assert "time limit was reached" in err


def test_4_ctrl_c(run, book, monkeypatch):
    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(plan, "solve", interrupted)
    code, out, err = run("solve", book, "--json")
    assert (code, only(out)["message"]) == (4, "stopped")
    assert err.endswith("error: stopped\n")


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (RuntimeError("the moon"), "internal error: RuntimeError: the moon. Please report it with"),
        (MemoryError(), "does not have enough memory"),
        (AssertionError(), "internal error"),
    ],
)
def test_5_an_internal_error_is_written_to_a_file_and_reported_in_one_line(
    run, book, monkeypatch, error, said
):
    def fail(*_, **__):
        raise error

    monkeypatch.setattr(plan, "solve", fail)
    code, out, err = run("solve", book, "--json")
    assert code == 5
    assert said in err
    assert err.count("\n") == 1
    assert only(out)["exit_code"] == 5
    if "Please report it with " in err:
        log = Path(err.partition("Please report it with ")[2].strip())
        assert "Traceback" in log.read_text(encoding="utf-8")
        log.unlink()


def test_5_a_plan_that_fails_the_audit_is_an_error_and_is_still_written(
    run, book, folder, monkeypatch
):
    solve = plan.solve

    def tampered(*of, **by):
        result = solve(*of, **by)
        check = structs.replace(result.audit.checks[0], passed=False, where="somewhere")
        return replace(result, audit=structs.replace(result.audit, checks=(check,)))

    monkeypatch.setattr(plan, "solve", tampered)
    code, out, err = run("solve", book, "--json")
    assert code == 5
    assert only(out)["audit"]["passed"] is False
    assert "AUDIT FAILED" in err


def test_an_unknown_gap_is_valid_json(run, book, monkeypatch):
    solve = plan.solve

    def unknown(*of, **by):
        return replace(solve(*of, **by), status="time limit", gap=float("inf"))

    monkeypatch.setattr(plan, "solve", unknown)
    code, out, _ = run("solve", book, "--json")
    assert (code, only(out)["gap"]) == (4, None)


# Check and template ---------------------------------------------------------------------------


def test_check_says_that_a_workbook_has_no_errors_or_warnings(run, book, folder):
    code, out, err = run("check", book, "--json")
    assert code == 0
    assert only(out) == {"status": "ok", "errors": [], "warnings": [], "files": {}}
    assert "no errors or warnings" in err
    assert [path.name for path in folder.iterdir()] == ["case.xlsx"]


def test_check_reports_and_marks_errors_without_solving(run, wrong, folder):
    code, out, err = run("check", wrong)
    assert code == 1
    assert "Supply!B2" in out
    assert "1 error, " in out
    assert "Marked copy: " in err
    assert "Supply!B2" in run("check", wrong, "--quiet")[2]
    assert (folder / "wrong.checked.xlsx").is_file()
    assert not (folder / "outputs").exists()


def test_check_marks_warnings_and_succeeds(run, folder):
    book = save(folder / "loose.xlsx", Supply=[offer("kaz", firm="no")], Demand=[need(10)])
    code, out, _ = run("check", book, "--json")
    said = only(out)
    assert (code, said["status"], said["errors"]) == (0, "ok", [])
    assert any("is not firm" in each["message"] for each in said["warnings"])
    assert (folder / "loose.checked.xlsx").is_file()


@pytest.mark.parametrize("command", ["solve", "check"])
def test_a_workbook_with_another_file_extension_is_checked_too(run, wrong, folder, command):
    # Its content counts. Where no marked copy can be made, the errors are still printed.
    shutil.copy(wrong, folder / "wrong.dat")
    code, out, err = run(command, "wrong.dat")
    assert code == 1
    assert "Supply!B2" in (out if command == "check" else err)


def test_of_many_errors_some_are_printed_and_all_are_marked(run, folder):
    offers = [offer(f"kaz {n}", f"Kaaz {n}") for n in range(60)]
    book = save(folder / "case.xlsx", Supply=offers, Demand=[need(10)])
    code, out, err = run("check", book, "--json")
    assert code == 1
    assert err.count("error: Supply!") == 40
    assert f"error: and {len(only(out)['errors']) - 40} more" in err


def test_the_template_is_written_and_can_be_read_back(run, folder):
    code, out, err = run("template", "blank.xlsx", "--json")
    assert code == 0
    assert only(out) == {"status": "written", "files": {"template": "blank.xlsx"}}
    assert "Written: blank.xlsx" in err
    assert "Supply" in openpyxl.load_workbook("blank.xlsx").sheetnames
    assert run("template", "quiet.xlsx", "--quiet") == (0, "", "")


def test_a_template_never_replaces_a_workbook_and_names_what_to_do(run, book):
    code, _, err = run("template", book)
    assert (code, err) == (2, f"error: {book} exists already; give another name\n")


def test_a_template_that_cannot_be_written_is_reported_in_words(run, folder):
    (folder / "file").write_text("in the way")
    code, out, err = run("template", "file/blank.xlsx", "--json")
    assert code in (1, 2)
    assert only(out)["status"] == "error"
    assert err.startswith("error: ")


# As a program ---------------------------------------------------------------------------------


def program(*words, **options):
    return subprocess.run(
        [sys.executable, "-m", "optimizer", *map(str, words)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        timeout=60,
        **options,
    )


def test_the_program_returns_its_exit_code_and_flushes_its_output(book, folder):
    run = program("solve", book, "--json", cwd=folder, capture_output=True, text=True)
    assert run.returncode == 0
    assert only(run.stdout)["objective"] == pytest.approx(50)
    assert "Audit passed" in run.stderr
    assert program("solve", "nowhere.xlsx", cwd=folder, capture_output=True).returncode == 2


def test_a_closed_pipe_is_not_an_error(book, folder):
    reading, writing = os.pipe()
    os.close(reading)
    run = program("solve", book, "--json", cwd=folder, stdout=writing, stderr=subprocess.PIPE)
    os.close(writing)
    assert run.returncode == 0
    assert b"Traceback" not in run.stderr


COMMANDS = ("solve", "check", "template", "open", "compare", "stochastic")


@pytest.mark.parametrize("command", [*COMMANDS, *(s.command for s in studies_of_many_runs())])
def test_help_has_a_sentence_an_example_that_works_and_every_default(run, command):
    code, out, _ = run(command, "--help")
    assert code == 0
    _, sentence, *_ = out.split("\n\n")
    assert sentence[0].isupper()
    assert sentence.endswith(".")
    for line in out.partition("example:\n")[2].strip().splitlines():
        words = shlex.split(line.partition(">")[0])
        assert words[:2] == ["optimizer", command]
        command_parser().parse_args(words[1:])
    for option in re.findall(r"^  (--[a-z-]+ [A-Z].*(?:\n {10,}.*)*)", out, re.MULTILINE):
        text = " ".join(option.split())
        required = text.startswith(("--previous", "--freeze-until", "--limit", "--output FILE"))
        assert required or "default" in text, text


def test_help_and_version_are_short_and_correct(run):
    code, out, _ = run("--help")
    assert code == 0
    assert "Exit codes: 0 done, 1 the workbook has errors" in out
    for command in ("solve", "check", "template"):
        assert command in out
    code, out, _ = run("--version")
    assert (code, out.split()[0]) == (0, "optimizer")
