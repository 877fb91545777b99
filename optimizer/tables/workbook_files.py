"""Read an Excel file or data frames as grids of raw cells."""

from __future__ import annotations

import hashlib
import io
import os
import zipfile
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, BinaryIO, TypeAlias

from msgspec import Struct, field

from optimizer.errors import FileError, UsageError
from optimizer.tables import zip_limits
from optimizer.tables.cell_grids import CellGrid, read_grids
from optimizer.tables.excel_package import ExcelPackage
from optimizer.tables.text_matching import clean_text, fold

MAX_WORKBOOK_FILE_BYTES = 500_000_000
"""Chosen far above any workbook of tables, so that a wrong file is not read into memory."""


class WorkbookGrids(Struct):
    """The sheets of a workbook as grids."""

    grids: list[CellGrid] = field(default_factory=list)
    path: str = ""
    sha256: str = ""


class WorkbookContent(Struct):
    """The bytes of a workbook and where they are from."""

    content: bytes
    path: str
    """Empty for bytes and for a file in memory."""
    shown: str
    """What messages call it."""

    @property
    def name(self) -> str:
        """Name of its file."""
        return os.path.basename(self.path) or "the workbook"

    @property
    def has_macros(self) -> bool:
        """True if the workbook holds a project of macros."""
        try:
            with zipfile.ZipFile(self.file()) as package:
                return "xl/vbaProject.bin" in package.namelist()
        except zipfile.BadZipFile:
            return False

    def file(self) -> io.BytesIO:
        """The content as an open file."""
        return io.BytesIO(self.content)


WorkbookSource: TypeAlias = str | os.PathLike[str] | bytes | bytearray | memoryview | BinaryIO
"""Where a workbook is read from: a path, its bytes, or an open binary file."""


def read_workbook_file(source: WorkbookSource) -> WorkbookGrids:
    """Every sheet of an Excel file (.xlsx or .xlsm) as a grid; the file is not changed.

    An open file is read from its position on. Raises UsageError if there is no such file or the
    source is something else, FileError if it is no workbook.
    """
    book = workbook_source(source)
    try:
        _check_format(book.content)
        sha256 = hashlib.sha256(book.content).hexdigest()
        return WorkbookGrids(_grids(book.content), book.path, sha256)
    except FileError as error:
        raise FileError(f"{book.shown}: {error}") from None


def workbook_source(source: WorkbookSource) -> WorkbookContent:
    """The bytes of a workbook, of whatever format; an open file is read from its position on.

    Raises UsageError if there is no such file or the source is something else, FileError if the
    file cannot be read.
    """
    name, shown = _names(source)
    try:
        content = _content(name) if isinstance(source, (str, os.PathLike)) else _bytes(source)
    except FileError as error:
        raise FileError(f"{shown}: {error}") from None
    return WorkbookContent(content, name, shown)


def _names(source: Any) -> tuple[str, str]:
    """Path of a source, empty if it has none, and what messages call it."""
    if isinstance(source, (str, os.PathLike)):
        name = os.fsdecode(source)
        return name, name
    if isinstance(source, (bytes, bytearray, memoryview)):
        return "", f"the workbook of {len(source):,} bytes"
    if isinstance(source, io.TextIOBase):
        raise UsageError("the workbook is open as text; open it as 'rb'")
    if not hasattr(source, "read"):
        raise UsageError(
            "a workbook is read from a path, bytes or an open binary file, and this is of type "
            f"{type(source).__name__}"
        )
    name = _path_of(source)
    return name, name or "the open file"


def _path_of(file: Any) -> str:
    """Path of an open file; empty for a file in memory, or if another file stands there now."""
    name = getattr(file, "name", "")
    try:
        same = isinstance(name, str) and os.path.samestat(os.fstat(file.fileno()), os.stat(name))
    except (AttributeError, OSError, ValueError):
        return ""
    return name if same else ""


def _bytes(source: Any) -> bytes:
    """The bytes of a source that is no path; raises FileError if there are too many."""
    content = _rest_of(source) if hasattr(source, "read") else bytes(source)
    if len(content) > MAX_WORKBOOK_FILE_BYTES:
        raise FileError(f"is bigger than {MAX_WORKBOOK_FILE_BYTES / 1e6:,.0f} MB")
    return content


def _rest_of(file: Any) -> bytes:
    """What an open file has from its position on; a stream may give it in parts."""
    content = bytearray()
    while len(content) <= MAX_WORKBOOK_FILE_BYTES:
        try:
            part = file.read(MAX_WORKBOOK_FILE_BYTES + 1 - len(content))
        except Exception as error:  # a caller's file raises errors of any type
            raise FileError(f"cannot be read: {error or type(error).__name__}") from error
        if not isinstance(part, (bytes, bytearray, memoryview)):
            raise UsageError("the open file does not return bytes; open it as 'rb'")
        if not part:
            break
        content += part
    return bytes(content)


def _content(path: str) -> bytes:
    """The bytes of a file; raises FileError or UsageError if it cannot be read."""
    if "\0" in path or not os.path.exists(path):
        raise UsageError(f"{path!r}: no such file")
    if os.path.isdir(path):
        raise FileError("is a folder, not a workbook")
    if not os.path.isfile(path):
        raise FileError("is not a file")
    try:
        if os.path.getsize(path) > MAX_WORKBOOK_FILE_BYTES:
            raise FileError(f"is bigger than {MAX_WORKBOOK_FILE_BYTES / 1e6:,.0f} MB")
        with open(path, "rb") as file:
            content = file.read()
    except PermissionError:
        raise FileError("may not be read; close it in Excel, or ask for permission") from None
    except OSError as error:
        raise FileError(f"cannot be read: {error.strerror or error}") from None
    if os.path.basename(path).startswith("~$"):
        raise FileError("is Excel's note that the workbook is open, not the workbook")
    return content


def _check_format(content: bytes) -> None:
    """Raises FileError unless the content is that of a zip file."""
    if not content.startswith(b"PK\x03\x04"):
        raise FileError(_describe_format(content))


def _describe_format(content: bytes) -> str:
    """What a file is that is no zip, and the cure, as the end of a sentence."""
    if not content:
        return "is empty (0 bytes); save the workbook again"
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        if "EncryptedPackage".encode("utf-16-le") in content:
            return "is protected by a password; save it without one"
        return "is an old Excel file (.xls) or another Office document; save it as .xlsx"
    formats = {b"%PDF": "a PDF", b"{": "JSON", b"<": "HTML or XML", b"\x1f\x8b": "a gzip file"}
    for start, name in formats.items():
        if content.lstrip().startswith(start):
            return f"is {name}, not an Excel workbook; save it as .xlsx"
    if b"\0" not in content[:4096]:
        return "is text (CSV?), not an Excel workbook; open it in Excel and save it as .xlsx"
    return "is not an Excel workbook; save it as .xlsx"


def _grids(content: bytes) -> list[CellGrid]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            zip_limits.check_sizes(package)
            parts = ExcelPackage(package)
            if "xl/workbook.bin" in parts:
                raise FileError("is a binary workbook (.xlsb); save it as .xlsx")
            if "content.xml" in parts:
                raise FileError("is an OpenDocument file (.ods); save it as .xlsx")
            if not parts.book or not parts.sheets:
                raise FileError("is a zip file without an Excel workbook in it; save it as .xlsx")
            return read_grids(parts, content)
    except (FileError, MemoryError, KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:
        reason = clean_text(str(error))[:100]
        raise FileError(f"is damaged ({reason}); open it in Excel and save it again") from None


def grids_of_frames(frames: Mapping[str, Any]) -> WorkbookGrids:
    """Data frames by sheet name as grids, with the header in row 1 as if written to Excel.

    Settings may be a mapping of settings. Raises UsageError for anything else.
    """
    if not isinstance(frames, Mapping):
        raise UsageError("read_frames takes a mapping of data frames by sheet name")
    return WorkbookGrids(
        [CellGrid(str(name), _frame_rows(str(name), frame)) for name, frame in frames.items()]
    )


def _frame_rows(name: str, frame: Any) -> list[list[Any]]:
    if isinstance(frame, Mapping) and fold(name) == "settings":
        rows = ([key, _python_value(value)] for key, value in frame.items())
        return [["setting", "value"], *rows]
    if not hasattr(frame, "columns") or not hasattr(frame, "itertuples"):
        raise UsageError(f"sheet {name!r} is a {type(frame).__name__}, not a data frame")
    cells = (frame.columns, *frame.itertuples(index=False, name=None))
    return [[_python_value(value) for value in row] for row in cells]


def _python_value(value: Any) -> Any:
    """A cell as a plain Python value instead of one of numpy or pandas; None if missing."""
    if value is None or type(value) in (str, bool, int, float, date, datetime):
        return value
    if str(value) in ("nan", "NaT", "<NA>"):
        return None
    if isinstance(value, Decimal):
        return float(value)
    if type(value).__module__ == "numpy" and hasattr(value, "item"):
        is_date = type(value).__name__ == "datetime64"
        value = value.astype("datetime64[us]").item() if is_date else value.item()
    to_datetime = getattr(value, "to_pydatetime", None)
    return to_datetime() if callable(to_datetime) else value
