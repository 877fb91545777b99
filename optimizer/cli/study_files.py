"""The files of a study: workbook, page and, with ``--parquet``, Parquet files."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from optimizer import interrupts
from optimizer.atomic_write import check_target, refuse_inputs, replace_together
from optimizer.cli.run_id import new_run_id
from optimizer.errors import UsageError

if TYPE_CHECKING:
    from optimizer.studies import Study


class StudyFiles:
    """Paths of a study's files, checked before the study runs.

    With ``parquet``, Parquet files are written to a folder beside the workbook that has its
    name; None leaves such a folder alone. Raises UsageError if workbook and page would be one
    file or if one is an input, FileError if one cannot be written.
    """

    def __init__(
        self,
        workbook: Path,
        inputs: Iterable[Path],
        name: str = "study",
        parquet: bool | None = None,
    ) -> None:
        self.workbook, self.name, self.run = workbook, name, new_run_id()
        self.page = workbook.with_suffix(".html")
        self.parquet = workbook.with_suffix("") if parquet else None
        if self.page == workbook:
            raise UsageError(f"{workbook} is the name of a page; use the name of a workbook: .xlsx")
        inputs = list(inputs)
        check_target(self.workbook, "results workbook", inputs)
        check_target(self.page, "page", inputs)
        self._parquet_files: tuple[Path, ...] = ()
        if parquet is not None:
            from optimizer.report import parquet_files

            self._parquet_files = parquet_files(workbook.with_suffix(""))
            refuse_inputs(self._parquet_files, "Parquet file", inputs)

    def write(self, study: Study) -> tuple[Study, dict[str, str]]:
        """Write all files at once; returns the study with its run id, and the paths by kind.

        A signal that comes meanwhile stops nothing, so the files are complete.
        """
        from optimizer.report import write_parquet, write_study
        from optimizer.report.page import write_study_page

        study = replace(study, run=self.run)
        files = {self.name: str(self.workbook), "page": str(self.page)}
        with (
            interrupts.signals_deferred(),
            replace_together(self.workbook.parent, self._parquet_files),
        ):
            write_study(study, self.workbook)
            write_study_page(study, self.page)
            if self.parquet is not None:
                write_parquet(study, self.parquet)
                files["parquet"] = str(self.parquet)
        return study, files
