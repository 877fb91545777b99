"""Workbooks as paths, bytes and open files, and results written to them."""

from __future__ import annotations

import io
import tempfile
from datetime import date

import openpyxl
import pytest

import optimizer
from tests.conftest import make, need, offer, save

SHEETS = {"Supply": [offer("kaz", price=5)], "Demand": [need(10)]}


@pytest.fixture
def path(tmp_path):
    return save(tmp_path / "case.xlsx", **SHEETS)


def test_a_workbook_is_read_from_a_path_bytes_and_an_open_file(path):
    content = path.read_bytes()
    case = optimizer.read(path)
    with path.open("rb") as file:
        opened = optimizer.read(file)
    assert opened == optimizer.read(str(path)) == case
    assert (opened.path, opened.sha256) == (str(path), case.sha256)
    for source in (content, bytearray(content), memoryview(content), io.BytesIO(content)):
        found = optimizer.read(source)
        assert (found.path, found.sha256) == ("", case.sha256)
        assert found.settings.case == ""
        assert found.supply == case.supply
        assert optimizer.check(content) == optimizer.check(path)


def test_bytes_that_are_no_workbook_are_not_printed():
    secret = b"name,price\nsecret,12345\n"
    for source in (secret, io.BytesIO(secret)):
        with pytest.raises(optimizer.FileError, match=r"is text \(CSV\?\)") as caught:
            optimizer.read(source)
        assert "secret" not in str(caught.value)
        with pytest.raises(optimizer.FileError):
            optimizer.check(b"")


@pytest.mark.parametrize("source", [None, 3, ["case.xlsx"], io.StringIO("x"), object()])
def test_another_source_is_refused_in_a_sentence(source):
    for function in (optimizer.read, optimizer.check):
        with pytest.raises(optimizer.UsageError, match=r"workbook is (read from|open as text)"):
            function(source)


def test_a_file_of_another_name_is_not_taken_for_the_path(path, tmp_path):
    file = io.BytesIO(path.read_bytes())
    file.name = str(path)
    assert optimizer.read(file).path == ""


def test_results_are_written_to_open_files_as_to_paths(tmp_path):
    result = optimizer.solve(make(**SHEETS))
    for name, write, thing in (
        ("plan.xlsx", optimizer.write, result),
        ("page.html", optimizer.write_page, result),
        ("case.xlsx", optimizer.write_case, result.case),
    ):
        file = io.BytesIO()
        write(thing, file)
        write(thing, tmp_path / name)
        assert len(file.getvalue()) == (tmp_path / name).stat().st_size
        assert not file.closed
        with (tmp_path / f"opened {name}").open("wb") as opened:
            write(thing, opened)
        assert (tmp_path / f"opened {name}").stat().st_size == len(file.getvalue())


def test_studies_are_written_to_open_files():
    study = optimizer.alternatives(make(**SHEETS), 0.05)
    for write, begin in ((optimizer.write_study, b"PK"), (optimizer.write_study_page, b"<!")):
        file = io.BytesIO()
        write(study, file)
        assert file.getvalue()[:2] == begin


def test_other_targets_and_things_are_refused_in_a_sentence(tmp_path):
    result = optimizer.solve(make(**SHEETS))
    for target in (None, 3, io.StringIO(), b"plan.xlsx"):
        for write in (optimizer.write, optimizer.write_page):
            with pytest.raises(optimizer.UsageError, match="written to a"):
                write(result, target)
        with pytest.raises(optimizer.UsageError, match="written to a"):
            optimizer.write_case(result.case, target)
    for write in (optimizer.write, optimizer.write_page):
        with pytest.raises(optimizer.UsageError, match="a Result is written here, and a Case"):
            write(result.case, tmp_path / "plan.xlsx")
    for write in (optimizer.write_study, optimizer.write_study_page):
        with pytest.raises(optimizer.UsageError, match="a Study is written here, and a Result"):
            write(result, tmp_path / "study.xlsx")
    with pytest.raises(optimizer.UsageError, match="a Case is written here"):
        optimizer.write_case(result, tmp_path / "case.xlsx")
    assert not [*tmp_path.iterdir()]


def test_a_blank_workbook_and_a_marked_copy_go_to_open_files(path, tmp_path):
    blank = io.BytesIO()
    assert optimizer.write_template(blank) is None
    assert optimizer.check(blank.getvalue()) == optimizer.check(
        optimizer.write_template(tmp_path / "blank.xlsx")
    )
    findings = [optimizer.Finding("error", "Supply", "A2", "offer", "is wrong")]
    for source in (path, path.read_bytes(), io.BytesIO(path.read_bytes())):
        copy = io.BytesIO()
        assert optimizer.write_marked_copy(source, findings, copy) is None
        sheets = openpyxl.load_workbook(io.BytesIO(copy.getvalue())).sheetnames
        assert sheets[1:] == openpyxl.load_workbook(path).sheetnames
        if source is not path:
            target = tmp_path / f"{type(source).__name__}.xlsx"
            assert optimizer.write_marked_copy(path.read_bytes(), findings, target) == target


def test_plans_and_inputs_are_compared_and_followed_as_bytes_and_open_files(path, tmp_path):
    case = optimizer.read(path)
    result, file = optimizer.solve(case), io.BytesIO()
    optimizer.write(result, file)
    for plan in (file.getvalue(), io.BytesIO(file.getvalue())):
        assert "No volume changed." in optimizer.compare(result, plan).lines()
    for plan in (file.getvalue(), io.BytesIO(file.getvalue())):
        again = optimizer.replan(case, plan, date(2028, 1, 1))
        assert again.result.objective == pytest.approx(result.objective)
    same = ["No difference that affects the plan."]
    assert optimizer.compare(path.read_bytes(), io.BytesIO(path.read_bytes())).lines() == same
    with pytest.raises(optimizer.UsageError, match="a plan and an input"):
        optimizer.compare(file.getvalue(), path.read_bytes())
    with pytest.raises(optimizer.FileError):
        optimizer.compare(b"nothing", b"nothing")


class InParts(io.RawIOBase):
    """A stream that cannot seek, and gives or takes 1,000 bytes at a time."""

    def __init__(self, content=b""):
        self.content, self.got = io.BytesIO(content), b""

    def readable(self):
        return True

    writable = readable

    def readinto(self, buffer):
        part = self.content.read(min(len(buffer), 1000))
        buffer[: len(part)] = part
        return len(part)

    def write(self, content):
        part = bytes(content)[:1000]
        self.got += part
        return len(part)


class Full(io.RawIOBase):
    """A stream that takes nothing more and says so by None, as one that does not wait does."""

    def writable(self):
        return True

    def write(self, content):
        return None


class Failing(io.BytesIO):
    """A file whose disk or network is gone."""

    def __init__(self, error):
        super().__init__()
        self.error = error

    def read(self, size=-1):
        raise self.error

    def write(self, content):
        raise self.error


def test_a_stream_that_gives_and_takes_parts_is_read_and_written_to_its_end(path):
    case = optimizer.read(path)
    assert optimizer.read(InParts(path.read_bytes())).supply == case.supply
    stream = InParts()
    optimizer.write_case(case, stream)
    assert optimizer.read(bytes(stream.got)).supply == case.supply


@pytest.mark.parametrize(
    "error", [OSError("disk gone"), ConnectionError("net gone"), RuntimeError("odd")], ids=repr
)
def test_a_file_that_fails_is_an_error_of_ours(error, path):
    case = optimizer.read(path)
    with pytest.raises(optimizer.FileError, match=f"cannot be read: {error}"):
        optimizer.read(Failing(error))
    with pytest.raises(optimizer.FileError, match=f"cannot be written .*: {error}"):
        optimizer.write_case(case, Failing(error))


def test_a_closed_or_full_file_is_an_error_of_ours(path):
    closed = io.BytesIO(path.read_bytes())
    closed.close()
    case = optimizer.read(path)
    with pytest.raises(optimizer.FileError, match="closed file"):
        optimizer.read(closed)
    with pytest.raises(optimizer.FileError, match="closed file"):
        optimizer.write_case(case, closed)
    with pytest.raises(optimizer.FileError, match="takes no more"):
        optimizer.write_case(case, Full())
    with path.open("rb") as file, pytest.raises(optimizer.FileError, match="cannot be written"):
        optimizer.write_case(case, file)


def test_a_name_that_no_file_can_have_is_refused(path):
    result = optimizer.solve(optimizer.read(path))
    for write in (optimizer.write, optimizer.write_page, optimizer.write_csv):
        with pytest.raises(optimizer.UsageError, match=r"can(not)? have this name"):
            write(result, "a\0b.xlsx")


def test_an_upload_is_compared_as_a_service_gets_it(path):
    """The file of an upload in FastAPI is a spooled one, which can be read once."""

    content = path.read_bytes()
    with tempfile.SpooledTemporaryFile() as first, tempfile.SpooledTemporaryFile() as second:
        for file in (first, second):
            file.write(content)
            file.seek(0)
        assert optimizer.compare(first, second).lines() == ["No difference that affects the plan."]
