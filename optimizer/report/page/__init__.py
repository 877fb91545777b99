"""HTML pages of results and studies; each is one file that needs no other.

``write_page`` writes the page of a result, ``write_study_page`` that of a study; ``page_data``
and ``study_data`` give the data that are embedded in them.
"""

from optimizer.report.page.page_data import page_data
from optimizer.report.page.plan_page import write_page
from optimizer.report.page.study_page import study_data, write_study_page

__all__ = ["page_data", "study_data", "write_page", "write_study_page"]
