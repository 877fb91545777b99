"""Finished runs on disk: one JSON file a run, so that a study that was stopped goes on."""

from __future__ import annotations

import hashlib
import json
import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from optimizer.atomic_write import replacing
from optimizer.errors import FileError
from optimizer.staging import sweep
from optimizer.studies.run_outcome import RunOutcome
from optimizer.tables import SHEETS, Case
from optimizer.version import __version__

if TYPE_CHECKING:
    from optimizer.studies.runner import RunOptions, StudyRun

FORMAT = 3
LASTING = ("optimal", "infeasible", "unbounded", "time limit")
"""Statuses that are kept; others are tried again."""


def key_of(run: StudyRun, options: RunOptions) -> str:
    """Hash of all that a run depends on: rows that count, settings, twist, options, version."""
    digest = hashlib.sha256(f"{FORMAT} {__version__} {options!r} {run.twist!r}".encode())
    for text in _said(run.case):
        digest.update(text.encode())
    return digest.hexdigest()


def _said(case: Case) -> list[str]:
    rows = (row for name in SHEETS if name != "Scenarios" for row in case.rows(name))
    return [repr(case.settings), *map(repr, rows)]


class RunStore:
    """A folder of finished runs by key."""

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        self.folder = Path(folder)
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            why = error.strerror or error
            raise FileError(f"{folder}: the folder of runs cannot be made ({why})") from error
        with suppress(OSError):
            sweep(self.folder)

    def load(self, key: str) -> RunOutcome | None:
        """The outcome under a key; None if there is none that can be read."""
        try:
            data = json.loads(self._path(key).read_text(encoding="utf-8"))
            return RunOutcome.of_data(data["outcome"]) if data["format"] == FORMAT else None
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def save(self, key: str, name: str, outcome: RunOutcome) -> None:
        """Write an outcome in one go; raises FileError if that fails."""
        if outcome.status not in LASTING or not outcome.audit_passed:
            return
        path = self._path(key)
        data = {"format": FORMAT, "run": name, "outcome": outcome.to_data()}
        with replacing(path, "finished run") as part, part.open("w", encoding="ascii") as file:
            json.dump(data, file)

    def _path(self, key: str) -> Path:
        return self.folder / f"{key[:32]}.json"
