"""Writing the page of a run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from optimizer.atomic_write import Target, writing
from optimizer.report.page.html_file import WHAT, text_of, whole
from optimizer.report.page.page_data import page_data
from optimizer.report.what_is_written import check_result

if TYPE_CHECKING:
    from optimizer.plan import Result

PROGRAMS = (
    "head.js",
    "flows.js",
    "map.js",
    "sankey.js",
    "plants.js",
    "money.js",
    "tables.js",
    "main.js",
)
"""Parts of the page's program, in the order in which they stand in it."""


def write_page(result: Result, path: Target) -> None:
    """Write the page of a result: one HTML file that opens without a network.

    A result without a plan has a page too: it says why, and what would have to give. An
    existing file is replaced in one go. Raises FileError if the file cannot be written,
    UsageError for anything but a result.
    """
    check_result(result)
    with writing(path, WHAT) as file:
        file.write(page(page_data(result)))


def page(data: dict[str, Any]) -> bytes:
    """The whole page with its data."""
    placed = any(site["at"] for site in data["sites"])
    land = text_of("land.json") if placed else "null"
    return whole(data, f"{data['case']}: sourcing plan", "the plan", PROGRAMS, land)
