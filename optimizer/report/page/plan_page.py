"""Writing the page of a result."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from optimizer.atomic_write import FileTarget, write_when_complete
from optimizer.report.argument_checks import check_result
from optimizer.report.page.html_file import PAGE_FILE_KIND, html_page, page_part
from optimizer.report.page.page_data import page_data

if TYPE_CHECKING:
    from optimizer.plan import Result

PLAN_PROGRAMS = (
    "head.js",
    "flows.js",
    "map.js",
    "sankey_groups.js",
    "sankey.js",
    "plants.js",
    "money.js",
    "tables.js",
    "main.js",
)
"""Programs of the page, in their order."""


def write_page(result: Result, path: FileTarget) -> None:
    """Write the page of a result: one HTML file that opens without a network.

    The page of a result without a plan has the conflict and the repairs. An existing file is
    replaced atomically. Raises FileError if the file cannot be written, UsageError for anything
    but a result.
    """
    check_result(result)
    with write_when_complete(path, PAGE_FILE_KIND) as file:
        file.write(plan_page(page_data(result)))


def plan_page(data: dict[str, Any]) -> bytes:
    """HTML of the page of a result; of one picture alone if the data name a ``picture``."""
    has_map = data.get("picture", "map") == "map" and any(site["at"] for site in data["sites"])
    land = page_part("land.json") if has_map else "null"
    return html_page(data, f"{data['case']}: sourcing plan", "the plan", PLAN_PROGRAMS, land)
