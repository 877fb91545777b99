"""The files of a plan: results workbook, page, record and Parquet files, which appear together."""

from __future__ import annotations

import hashlib
import json
import shutil
import time
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from optimizer import interrupts
from optimizer.atomic_write import (
    check_target,
    refuse_inputs,
    replace_together,
    replace_when_complete,
    staged_path,
)
from optimizer.cli.plan_messages import plan_record
from optimizer.cli.run_id import new_run_id

if TYPE_CHECKING:
    from optimizer.plan import Result


class PlanFiles:
    """Paths of a plan's files, checked before the solve.

    With ``parquet``, the result tables are also written as Parquet files, to the folder ``plan``.
    Raises UsageError if a file would replace an input, FileError if one cannot be written.
    """

    def __init__(self, folder: Path, inputs: Iterable[Path], parquet: bool = False) -> None:
        from optimizer.report import check_parquet, result_parquet_files

        self.run = new_run_id()
        self.folder = folder
        self.plan, self.page = folder / "plan.xlsx", folder / "report.html"
        self.record = folder / "run.json"
        self.kept = folder / f"plan kept {self.run}.xlsx"
        self.parquet = folder / "plan" if parquet else None
        inputs = list(inputs)
        for path, what in (
            (self.plan, "results workbook"),
            (self.page, "page"),
            (self.record, "run record"),
        ):
            check_target(path, what, inputs)
        if self.parquet is not None:
            check_parquet()
        self._parquet_files = result_parquet_files(folder / "plan")
        refuse_inputs(self._parquet_files, "Parquet file", inputs)

    def write(
        self, result: Result, seconds: dict[str, float], more: dict[str, Any]
    ) -> tuple[Result, dict[str, Any]]:
        """Write the files of a result; returns the result as written, and its record.

        A result without a plan removes an earlier plan. An earlier plan that was edited is kept
        under another name. A signal that comes meanwhile stops nothing: the files are written
        again, so that all of them tell of it.
        """
        from optimizer.plan import mark_interrupted, with_run_id

        edited = self._is_edited()
        result, begin = with_run_id(result, self.run), time.perf_counter()
        with replace_together(
            self.folder, (self.plan, self.page, self.record, *self._parquet_files)
        ):
            if edited:
                with replace_when_complete(self.kept, "kept workbook") as part:
                    shutil.copyfile(self.plan, part)
            while True:
                interrupted = interrupts.must_finish_soon()
                if interrupted and result.status != "interrupted":
                    result = mark_interrupted(result)
                files = self._write(result) | ({"kept": str(self.kept)} if edited else {})
                seconds = seconds | {"write": time.perf_counter() - begin}
                record = plan_record(result, files, seconds) | more
                if "record" in files:
                    record["plan_sha256"] = _hash(staged_path(self.plan))
                    self._write_record(record)
                if interrupted or not interrupts.must_finish_soon():
                    return result, record

    def _is_edited(self) -> bool:
        """True if there is a plan that somebody changed after its run wrote it."""
        if not self.plan.exists():
            return False
        try:
            record = json.loads(self.record.read_text("utf-8"))
            return bool(record["plan_sha256"] != _hash(self.plan))
        except (OSError, ValueError, KeyError, TypeError):
            return True

    def _write(self, result: Result) -> dict[str, str]:
        """Write workbook and page; returns the paths of all files by kind."""
        files = {"page": str(self.page)}
        from optimizer.report.page import write_page
        from optimizer.report.write_result import write

        if result.objective is not None:
            write(result, self.plan)
            files = {"plan": str(self.plan), **files, "record": str(self.record)}
            if self.parquet is not None:
                from optimizer.report import write_parquet

                write_parquet(result, self.parquet)
                files["parquet"] = str(self.parquet)
        write_page(result, self.page)
        return files

    def _write_record(self, record: dict[str, Any]) -> None:
        text = json.dumps(record, indent=1, ensure_ascii=False) + "\n"
        with replace_when_complete(self.record, "run record") as part:
            # A file name that is not UTF-8 is written with JSON escapes.
            encodable = text.isascii() or not any("\ud800" <= sign <= "\udfff" for sign in text)
            part.write_text(text if encodable else json.dumps(record, indent=1) + "\n", "utf-8")


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
