"""Finished runs on disk, one JSON file each, so that a stopped study can be resumed."""

from __future__ import annotations

import hashlib
import json
import os
from contextlib import suppress
from pathlib import Path

from optimizer.atomic_write import replace_when_complete
from optimizer.errors import FileError
from optimizer.staging import remove_abandoned_staging
from optimizer.studies.run_outcome import RunOutcome
from optimizer.studies.study_run import RunOptions, StudyRun
from optimizer.tables import SHEETS, Case
from optimizer.version import __version__

RUN_FILE_FORMAT = 3
"""Version of the files; files of another version are not read."""
FINAL_STATUSES = ("optimal", "infeasible", "unbounded", "time limit")
"""Statuses that are stored; runs with any other are solved again."""


def run_key(run: StudyRun, options: RunOptions) -> str:
    """Hash of all that the outcome of a run depends on; its name is not part of it."""
    digest = hashlib.sha256(f"{RUN_FILE_FORMAT} {__version__} {options!r} {run.terms!r}".encode())
    for text in _case_texts(run.case):
        digest.update(text.encode())
    return digest.hexdigest()


def _case_texts(case: Case) -> list[str]:
    rows = (row for name in SHEETS if name != "Scenarios" for row in case.rows(name))
    return [repr(case.settings), *map(repr, rows)]


class RunStore:
    """A folder of finished runs by key; raises FileError if it cannot be made."""

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        self.folder = Path(folder)
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            why = error.strerror or error
            raise FileError(f"{folder}: the folder of runs cannot be made ({why})") from error
        with suppress(OSError):
            remove_abandoned_staging(self.folder)

    def load(self, key: str) -> RunOutcome | None:
        """The outcome under a key; None if there is none that can be read."""
        try:
            data = json.loads(self._path(key).read_text(encoding="utf-8"))
            if data["format"] != RUN_FILE_FORMAT:
                return None
            return RunOutcome.of_data(data["outcome"])
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def save(self, key: str, name: str, outcome: RunOutcome) -> None:
        """Write an outcome in one go; raises FileError if that fails."""
        if outcome.status not in FINAL_STATUSES or not outcome.audit_passed:
            return
        data = {"format": RUN_FILE_FORMAT, "run": name, "outcome": outcome.to_data()}
        path = self._path(key)
        with (
            replace_when_complete(path, "finished run") as part,
            part.open("w", encoding="ascii") as file,
        ):
            json.dump(data, file)

    def _path(self, key: str) -> Path:
        return self.folder / f"{key[:32]}.json"
