"""Errors and warnings of a workbook, found without a solve."""

from __future__ import annotations

from optimizer import network
from optimizer.errors import Finding, WorkbookError
from optimizer.tables import read
from optimizer.tables.workbook_files import WorkbookSource


def check(path: WorkbookSource) -> tuple[Finding, ...]:
    """All errors and warnings of a workbook: a path, its bytes or an open binary file.

    A workbook without errors has warnings of its network too: demand that no allowed route
    reaches, plants that can never run. Raises FileError if the file is no workbook, UsageError if
    there is no such file.
    """
    try:
        case = read(path)
    except WorkbookError as error:
        return error.findings
    return (*case.warnings, *network.warnings(network.build(case)))
