"""How it is shown: the workbooks of results and studies. Sees their tables only.

``write`` makes the workbook; ``Summary`` is what it must know beside the tables;
``write_study`` makes that of a study; ``check_target`` says before a long solve whether
the result can be written.
"""

from optimizer.report.study import write_study
from optimizer.report.summary import Summary
from optimizer.report.write import check_target, write

__all__ = ["Summary", "check_target", "write", "write_study"]
