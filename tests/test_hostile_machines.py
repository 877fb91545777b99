"""Machines that are not as one hopes: full disks, other locales, names that are no UTF-8."""

from __future__ import annotations

import errno
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

import pytest

from optimizer.atomic_write import replace_when_complete
from optimizer.errors import FileError
from optimizer.report.cell_links import input_link
from tests.conftest import ROOT, lane, need, offer, save

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the shell is that of POSIX")

LOCALES = [
    {},
    {"LC_ALL": "C"},
    {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
]
ODD = os.fsdecode(b"caf\xe9 \xff.xlsx")
"""Latin-1 letters in a file name, as an old archive leaves them."""


@pytest.fixture
def folder(tmp_path) -> Path:
    """A folder with a case of 10 t at 5, and one with a mistake and a scenario."""
    rows = {"Lanes": [lane("Kaz", "Buyer", "ore")], "Demand": [need(10)]}
    chance = {"scenario": "é ’", "sheet": "Supply", "column": "price", "value": 6}
    save(tmp_path / "case.xlsx", Supply=[offer("kaz €", price=5)], **rows, Scenarios=[chance])
    save(tmp_path / "wrong.xlsx", Supply=[offer("kaz", "Kaaz")], **rows)
    return tmp_path


def command(
    folder: Path,
    words: list[str],
    before: str = "",
    after: str = "",
    program: Sequence[str] = ("-m", "optimizer"),
    **more: str,
):
    """A command in a shell: what comes before it, its words, where its output goes."""
    line = f'{before} exec "$0" "$@" {after}'
    kept = {key: own for key, own in os.environ.items() if not key.startswith(("LC_", "PYTHON"))}
    return subprocess.run(
        ["bash", "-c", line, sys.executable, *program, *words],
        cwd=folder,
        env={**kept, "PYTHONPATH": str(ROOT), **more},
        capture_output=True,
        timeout=120,
        check=False,
    )


def assert_plain(done: subprocess.CompletedProcess) -> None:
    """No error of the program, and nothing behind its words."""
    assert b"internal error" not in done.stderr
    assert b"Traceback" not in done.stderr
    assert b"Exception ignored" not in done.stderr


IN_ONE_PROCESS = """
import sys
from optimizer.__main__ import run_command
for words in " ".join(sys.argv[1:]).split(" ; "):
    sys.argv[1:] = words.split(" / ")
    print(run_command(), flush=True)
"""
"""Commands parted by " ; ", their words by " / "; the exit code of each follows its record."""

ODD_COMMANDS = [
    (["solve", "{odd}"], 0),
    (["solve", "case.xlsx", "--output", "out {odd}"], 0),
    (["scenarios", "{odd}"], 0),
    (["compare", "{odd}", "case.xlsx", "--output", "changes {odd}"], 0),
    (["check", "{odd}"], 0),
    (["check", "wrong {odd}"], 1),
]


@pytest.mark.slow
@pytest.mark.parametrize("locale", LOCALES, ids=str)
def test_names_and_locales_are_no_error_of_the_program(folder, locale):
    # Locale and encoding are those of a process, and most of its time goes into its start.
    shutil.copy(folder / "case.xlsx", folder / ODD)
    shutil.copy(folder / "wrong.xlsx", folder / f"wrong {ODD}")
    lines = [" / ".join([*words, "--json"]).format(odd=ODD) for words, _ in ODD_COMMANDS]
    done = command(folder, [" ; ".join(lines)], program=["-c", IN_ONE_PROCESS], **locale)
    assert_plain(done)
    assert done.returncode == 0, done.stderr
    text, decoder = done.stdout.decode().lstrip(), json.JSONDecoder()
    for words, code in ODD_COMMANDS:
        record, end = decoder.raw_decode(text)
        found, _, text = text[end:].lstrip().partition("\n")
        assert int(found) == code, (words, done.stderr)
        assert bool(record["files"]) == (words != ["check", "{odd}"])
        assert_files_of(record, folder, locale)
    assert not text
    # The start of the program itself.
    done = command(folder, ["check", ODD, "--json"], **locale)
    assert_plain(done)
    assert done.returncode == 0, done.stderr


def assert_files_of(record: dict, folder: Path, locale: dict[str, str]) -> None:
    """The files that a record names are there, and name the same run."""
    encoding = "ascii" if "PYTHONUTF8" in locale else "utf-8"
    for file in record["files"].values():
        path = folder / os.fsdecode(file.encode(encoding, "surrogateescape"))
        assert path.exists()
        if path.name == "run.json":
            assert json.loads(path.read_text("utf-8"))["run"] == record["run"]


def test_a_link_to_a_file_whose_name_is_no_utf_8_has_its_bytes():
    assert input_link(f"../{ODD}", "Supply") == "external:../caf%E9%20%FF.xlsx#'Supply'!A1"


@pytest.mark.parametrize(
    ("words", "file"),
    [
        (["solve", "case.xlsx"], "outputs/case/plan.xlsx"),
        (["scenarios", "case.xlsx"], "outputs/case/scenarios.xlsx"),
        (["compare", "case.xlsx", "case.xlsx", "--output", "a.xlsx"], "a.xlsx"),
        (["template", "blank.xlsx"], "blank.xlsx"),
    ],
    ids=lambda each: each[0] if isinstance(each, list) else "",
)
def test_1_a_limit_on_the_size_of_files_is_said_in_a_line(folder, words, file):
    # Blocks of 1,024 bytes: the least of these workbooks has more than 4,096.
    done = command(folder, [*words, "--quiet"], before="ulimit -f 4;")
    assert_plain(done)
    assert done.returncode == 1
    told = f"error: {file}: the "
    line = done.stderr.decode().splitlines()[-1]
    assert line.startswith(told)
    assert "cannot be written (file too large); files are limited in size here" in line
    left = [name for _, folders, files in os.walk(folder) for name in folders + files]
    assert not [name for name in left if name.endswith((".part", "plan.xlsx", "blank.xlsx"))]


def test_a_limit_on_the_size_of_files_leaves_no_module_cut_short(folder):
    # Python would keep what it compiles, cut at the limit, and fail at every later start.
    shutil.copytree(ROOT / "optimizer", folder / "optimizer", ignore=lambda *_: ["__pycache__"])
    for before in ("ulimit -f 16;", ""):
        words = ["check", "case.xlsx", "--quiet"]
        done = command(folder, words, before=before, PYTHONPATH=str(folder))
        assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full on this system")
def test_1_an_answer_that_cannot_be_printed_is_said_and_the_plan_stays(folder):
    done = command(folder, ["solve", "case.xlsx", "--json", "--quiet"], after="> /dev/full")
    assert_plain(done)
    assert done.returncode == 1
    said = "error: standard output: the answer cannot be written (no space left on device)\n"
    assert done.stderr.decode() == said
    assert (folder / "outputs" / "case" / "run.json").is_file()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full on this system")
@pytest.mark.parametrize("after", ["2> /dev/full", "2>&-"])
def test_words_that_cannot_be_printed_keep_nothing_from_the_program(folder, after):
    done = command(folder, ["solve", "case.xlsx", "--json"], after=after)
    assert done.returncode == 0
    assert json.loads(done.stdout)["status"] == "optimal"


def test_a_command_without_any_output_does_its_work(folder):
    done = command(folder, ["solve", "case.xlsx", "--json"], after="<&- >&- 2>&-")
    assert done.returncode == 0
    assert (folder / "outputs" / "case" / "run.json").is_file()


@pytest.mark.parametrize(
    ("number", "cure"),
    [
        (errno.ENOSPC, "make room on the disk, or choose a folder on another disk"),
        (errno.EDQUOT, "make room on the disk, or choose a folder on another disk"),
        (errno.EFBIG, "raise the limit"),
        (errno.ENAMETOOLONG, "give a shorter name"),
    ],
)
def test_what_keeps_a_file_from_being_written_is_said_with_its_cure(tmp_path, number, cure):
    def write():
        with replace_when_complete(tmp_path / "plan.xlsx"):
            raise OSError(number, os.strerror(number))

    with pytest.raises(FileError, match=cure) as caught:
        write()
    assert str(caught.value).startswith(f"{tmp_path / 'plan.xlsx'}: the results workbook cannot")
    assert not [*tmp_path.iterdir()]


def test_a_full_disk_is_met_by_whole_files_and_not_by_parts_of_a_zip(tmp_path, monkeypatch):
    # A ZipFile that fails on a full disk says so a second time when it is thrown away.
    from optimizer.report import write
    from tests.report_plan import plan

    written = []

    def full(path, data):
        written.append(BytesIO(data).read(4))
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(FileError, match="no space left on device"):
        write(tmp_path / "plan.xlsx", *plan())
    assert written == [b"PK\x03\x04"]
