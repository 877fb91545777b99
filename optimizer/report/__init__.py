"""Workbooks, Parquet files and HTML pages of results and studies.

``write`` writes the workbook of result tables and a ``Summary``, ``write_study`` that of a
study, ``write_parquet`` files of all its runs. ``check_parquet`` raises before a long solve if
Parquet files cannot be written.
"""

from optimizer.report.arrow_tables import check_parquet
from optimizer.report.parquet import parquet_files, result_parquet_files, write_parquet
from optimizer.report.results_workbook import write
from optimizer.report.study_workbook import write_study
from optimizer.report.summary import Summary

__all__ = [
    "Summary",
    "check_parquet",
    "parquet_files",
    "result_parquet_files",
    "write",
    "write_parquet",
    "write_study",
]
