"""The files of a study: its workbook, and its page beside it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from optimizer.errors import UsageError
from optimizer.target import check_target

if TYPE_CHECKING:
    from optimizer.studies import Study


class Both:
    """Workbook and page of a study, told to be written before the study is made.

    Raises UsageError if both would be one file, FileError if one cannot be written.
    """

    def __init__(self, workbook: Path, name: str = "study") -> None:
        self.workbook, self.name = workbook, name
        self.page = workbook.with_suffix(".html")
        if self.page == workbook:
            raise UsageError(f"{workbook} is the name of a page; give that of a workbook: .xlsx")
        check_target(self.workbook)
        check_target(self.page, "page")

    def write(self, study: Study) -> dict[str, str]:
        """Write both; gives their paths by what they are."""
        from optimizer.report import write_study
        from optimizer.report.page import write_study_page

        write_study(study, self.workbook)
        write_study_page(study, self.page)
        return {self.name: str(self.workbook), "page": str(self.page)}
