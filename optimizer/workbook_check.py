"""Everything that can be said about a workbook without solving it."""

from __future__ import annotations

from optimizer import network
from optimizer.errors import Finding, WorkbookError
from optimizer.tables import read
from optimizer.tables.workbook_files import Source


def check(path: Source) -> tuple[Finding, ...]:
    """All errors and warnings of a workbook: a path, its bytes or an open binary file.

    Where there is no error, what the workbook means is looked at too: demand that no
    allowed route reaches, plants that can never run. Raises FileError if the file is no
    workbook, UsageError if there is none.
    """
    try:
        case = read(path)
    except WorkbookError as error:
        return error.findings
    return (*case.warnings, *network.warnings(network.build(case)))
