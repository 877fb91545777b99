"""The page of a run: one HTML file that needs nothing else, for people who decide.

``write_page`` makes it from a result; ``page_data`` is what is embedded in it.
"""

from optimizer.report.page.gather import page_data
from optimizer.report.page.write import write_page

__all__ = ["page_data", "write_page"]
