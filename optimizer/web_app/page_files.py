"""Files of the page, by their addresses."""

from __future__ import annotations

from pathlib import Path

import optimizer

PACKAGE_FOLDER = Path(optimizer.__file__).parent
CONTENT_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json; charset=utf-8",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".xlsm": "application/vnd.ms-excel.sheet.macroEnabled.12",
}
PAGE_PROGRAMS = (
    *("app.js", "parts.js", "sheet.js", "check_report.js", "editing.js", "progress.js"),
    *("plans.js", "replanning.js", "comparison.js", "opened.js", "studies.js"),
)
"""Programs of the page."""
PAGE_FILES = {
    "": PACKAGE_FOLDER / "web_app" / "page" / "app.html",
    "page.css": PACKAGE_FOLDER / "report" / "page" / "page.css",
    **{name: PACKAGE_FOLDER / "web_app" / "page" / name for name in ("app.css", *PAGE_PROGRAMS)},
}
"""Files of the page by address; it shares the style of the page of a run."""
