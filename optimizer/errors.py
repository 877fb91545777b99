"""Errors and findings of the package.

The library raises these errors; only the command line prints them and turns them into exit codes
(see ``exit_code`` of each class).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Finding:
    """One error or warning about a workbook.

    ``cell`` is an address such as ``F12``, a column such as ``F``, or empty if the finding is
    about the whole sheet.
    """

    severity: str
    """``error`` or ``warning``."""
    sheet: str
    cell: str
    column: str
    """Header of the column, empty if the finding is not about one."""
    message: str
    """The value and the rule that it breaks."""
    hint: str = ""
    """The likely intent; may be empty."""
    cells: tuple[str, ...] = ()
    """Addresses with their sheets of all cells that it is about, the first one included
    (``"Supply!B12"``); empty for a finding about one cell, a column or a sheet."""

    @property
    def place(self) -> str:
        """Address with its sheet: ``Supply!F12``."""
        return f"{self.sheet}!{self.cell}" if self.cell else self.sheet

    def __str__(self) -> str:
        where = f"{self.place} ({self.column})" if self.column else self.place
        return f"{where}: {self.message}" + (f"; {self.hint}" if self.hint else "")


class OptimizerError(Exception):
    """Base class of all errors of this package."""

    exit_code = 5


class UsageError(OptimizerError):
    """The call is wrong: no such file, an unknown option."""

    exit_code = 2


class UnknownNameError(UsageError, KeyError):
    """There is no table, column or scenario of this name; a KeyError too, as of a mapping."""

    def __str__(self) -> str:
        # KeyError would show the sentence in quotes.
        return str(self.args[0]) if self.args else ""


class FileError(OptimizerError):
    """The file cannot be read as a workbook, or a result cannot be written."""

    exit_code = 1


class WorkbookError(OptimizerError):
    """The workbook has errors; ``findings`` lists all of them (warnings too)."""

    exit_code = 1

    def __init__(self, findings: Sequence[Finding]) -> None:
        self.findings = tuple(findings)
        errors = [finding for finding in self.findings if finding.severity == "error"]
        super().__init__("\n".join(str(finding) for finding in errors))

    def __reduce__(self) -> tuple[Any, ...]:
        # An exception is pickled and copied by its arguments, and this one takes findings.
        return type(self), (self.findings,), self.__dict__


class NoPlanError(OptimizerError):
    """No feasible plan exists, or the cost has no lower bound."""

    exit_code = 3


class StoppedError(OptimizerError):
    """The solver stopped before a plan was proven optimal."""

    exit_code = 4


class AuditError(OptimizerError):
    """The plan contradicts the input tables: a defect of this program."""

    exit_code = 5
