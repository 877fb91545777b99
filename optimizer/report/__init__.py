"""How it is shown: the workbooks of results and studies. Sees their tables only.

``write`` makes the workbook; ``Summary`` is what it must know beside the tables;
``write_study`` makes that of a study, ``write_parquet`` files of all its runs.
``check_parquet`` says before a long solve whether that can be done.
"""

from optimizer.report.arrow_tables import check_parquet
from optimizer.report.parquet import parquet_files, write_parquet
from optimizer.report.results_workbook import write
from optimizer.report.study_workbook import write_study
from optimizer.report.summary import Summary

__all__ = [
    "Summary",
    "check_parquet",
    "parquet_files",
    "write",
    "write_parquet",
    "write_study",
]
