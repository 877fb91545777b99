"""HTML pages of results and studies; each is one file that needs no other.

``write_page`` writes the page of a result, ``write_study_page`` that of a study; ``page_data``
and ``study_data`` give the data that are embedded in them. ``pictures`` gives the pictures of a
result one by one, for a notebook.
"""

from optimizer.report.page.notebook_pictures import Picture, Pictures, pictures
from optimizer.report.page.page_data import page_data
from optimizer.report.page.plan_page import write_page
from optimizer.report.page.study_page import study_data, write_study_page

__all__ = [
    "Picture",
    "Pictures",
    "page_data",
    "pictures",
    "study_data",
    "write_page",
    "write_study_page",
]
