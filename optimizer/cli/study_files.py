"""The files of a study: its workbook, its page, and its Parquet files if they are wanted."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from optimizer import interrupts
from optimizer.atomic_write import check_target, keep_inputs, together
from optimizer.cli.run_id import run_id
from optimizer.errors import UsageError

if TYPE_CHECKING:
    from optimizer.studies import Study


class StudyFiles:
    """Workbook and page of a study, told to be written before the study is made.

    With ``parquet`` its Parquet files stand in a folder of the workbook's name beside them.
    Raises UsageError if both would be one file or if one is an input, FileError if one cannot
    be written.
    """

    def __init__(
        self,
        workbook: Path,
        inputs: Iterable[Path],
        name: str = "study",
        parquet: bool | None = None,
    ) -> None:
        self.workbook, self.name, self.run = workbook, name, run_id()
        self.page = workbook.with_suffix(".html")
        self.parquet = workbook.with_suffix("") if parquet else None
        if self.page == workbook:
            raise UsageError(f"{workbook} is the name of a page; give that of a workbook: .xlsx")
        given = list(inputs)
        check_target(self.workbook, "results workbook", given)
        check_target(self.page, "page", given)
        self._others: tuple[Path, ...] = ()
        if parquet is not None:
            from optimizer.report import parquet_files

            self._others = parquet_files(workbook.with_suffix(""))
            keep_inputs(self._others, "Parquet file", given)

    def write(self, study: Study) -> tuple[Study, dict[str, str]]:
        """Write all, which appear together; gives the study with its run, and the paths.

        What is written is complete: a signal that comes meanwhile ends nothing.
        """
        from optimizer.report import write_parquet, write_study
        from optimizer.report.page import write_study_page

        study = replace(study, run=self.run)
        files = {self.name: str(self.workbook), "page": str(self.page)}
        with interrupts.keeping(), together(self.workbook.parent, self._others):
            write_study(study, self.workbook)
            write_study_page(study, self.page)
            if self.parquet is not None:
                write_parquet(study, self.parquet)
                files["parquet"] = str(self.parquet)
        return study, files
