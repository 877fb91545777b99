"""How it is shown: the results workbook. Sees solution tables only.

``write`` makes the workbook; ``Summary`` is what it must know beside the tables;
``check_target`` says before a long solve whether the result can be written.
"""

from optimizer.report.summary import Summary
from optimizer.report.write import check_target, write

__all__ = ["Summary", "check_target", "write"]
