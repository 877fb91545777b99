"""Output to a terminal: control characters in typed text are shown and never executed."""

from __future__ import annotations

import json
import os
import re

import pytest

from optimizer.cli import main
from optimizer.cli.arguments import escaped, print_message, print_record
from optimizer.errors import Finding
from tests.conftest import need, offer, save

HOSTILE = {
    "escape": "\x1b]0;title\x07",
    "C1 introducer": "\x9b2J",
    "carriage return": "\rerror",
    "backspace": "\b\b\b",
    "delete": "\x7f",
    "next line": "\x85",
    "right to left": "\u202e",
    "isolate": "\u2066",
    "line separator": "\u2028",
    "half a character": "\udc9b",
}
RAW = re.compile("[^\t\n\x20-\x7e\xa0-\u2027\u202f-\u2065\u206a-\ud7ff\ue000-\U0010ffff]")
"""Characters that no terminal may receive."""


@pytest.fixture(params=HOSTILE.values(), ids=HOSTILE)
def hostile(request) -> str:
    return request.param


def test_control_characters_are_written_as_escapes(hostile, capsys):
    print_message(f"Kaz{hostile}ákh\tstan\n釹")
    told = capsys.readouterr().err
    assert not RAW.search(told)
    assert told.startswith("Kaz\\")
    assert told.endswith("ákh\tstan\n釹\n")


@pytest.mark.parametrize("text", ["Łódź", "أكسيد", "釹", "👍\u200d", "a\nb\tc", "\\x1b"])
def test_printable_text_is_unchanged(text):
    assert escaped(text) == text


def test_printed_json_is_safe_and_has_the_same_content(hostile, capsys):
    record = {f"na{hostile}me": [f"Łódź{hostile}"]}
    print_record(record)
    printed = capsys.readouterr().out
    assert not RAW.search(printed)
    assert json.loads(printed) == record
    assert "Łódź" in printed


@pytest.mark.parametrize("more", [[], ["--json"]], ids=["for people", "for programs"])
def test_text_quoted_in_a_finding_is_escaped_on_one_line(
    tmp_path, capsys, monkeypatch, hostile, more
):
    path = save(tmp_path / "case.xlsx", Supply=[offer("kaz")], Demand=[need(10)])
    quoted = f"Kaz{hostile}\nerror: Demand!A1: not so"
    finding = Finding("error", "Supply", "B2", "site", f"{quoted} is not in Sites")
    monkeypatch.setattr("optimizer.workbook_check.check", lambda path: (finding,))
    assert main(["check", str(path), *more]) == 1
    said = capsys.readouterr()
    assert not RAW.search(said.err + said.out)
    text = said.err if more else said.out
    assert [line[:17] for line in text.splitlines() if "error:" in line] == ["error: Supply!B2 "]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such file names")
@pytest.mark.parametrize("command", ["check", "solve"])
def test_the_name_of_a_file_is_escaped(tmp_path, capsys, monkeypatch, command):
    monkeypatch.chdir(tmp_path)
    path = save(tmp_path / "a\x1b[2J\x9b.xlsx", Supply=[offer("kaz")], Demand=[need(10)])
    assert main([command, str(path)]) == 0
    assert main([command, "no\x1b[2J\x9b.xlsx"]) in (1, 2)
    said = capsys.readouterr()
    assert "\\x1b[2J" in said.err
    assert not RAW.search(said.err + said.out)


@pytest.mark.parametrize(
    "words",
    [["solve", "a.xlsx", "\x1b[2J"], ["solve", "a.xlsx", "--gap", "\x1b[2J"], ["\x1b[2J"]],
    ids=["one too many", "no number", "no command"],
)
def test_wrong_arguments_of_a_command_are_escaped(words, capsys):
    with pytest.raises(SystemExit):
        main(words)
    said = capsys.readouterr().err
    assert "\\x1b[2J" in said
    assert not RAW.search(said)
