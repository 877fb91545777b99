"""The pictures of the pages here, from real runs of the reference case in a real browser.

Run it with ``python docs/pictures.py``, which takes some minutes; it needs
``pip install -e '.[browser]'`` and a Chromium.
"""

from __future__ import annotations

import shutil
import tempfile
import threading
from pathlib import Path
from typing import Any

import openpyxl
from playwright.sync_api import sync_playwright

import optimizer
from optimizer.web_app import WebApp

ROOT = Path(__file__).resolve().parents[1]
REFERENCE = ROOT / "inputs" / "north_america.xlsx"
PICTURES = ROOT / "docs" / "pictures"
SIZE = {"width": 1180, "height": 900}
APP_SIZE = {"width": 1240, "height": 620}
MISSPELT = {("Supply", "B8"): "Kokbulaq", ("Lanes", "B20"): "Kuantn"}
"""Cells that are wrong in the workbook that the picture of the local page shows."""
CORRECTED, NEW_PRICE = "#cell-2-3", "2800"
"""Cell that is corrected there: the price in the third row of Supply."""
SHOWN = {
    "report": {
        "map": "figure:has(svg[aria-label^='Map'])",
        "sankey": "figure:has(svg[aria-label^='Sankey'])",
    },
    "scenarios": {"scenarios": "figure:has(svg[aria-label='Cost by category'])"},
    "stress": {"stress": "figure:has(svg[aria-label='Losses by cost'])"},
    "frontier": {"frontier": "figure:has(svg[aria-label='Cost against the limit'])"},
}
"""Pages, and on each the name of every picture and the figure that it shows."""
SCENARIOS = ("China stops all", "Kokbulak falls through", "Heavies cheap")
"""Scenarios of the reference case that the picture shows."""


def main() -> None:
    """Solve the reference case, study it, and take every picture."""
    case = optimizer.read(REFERENCE)
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        pages = {name: Path(folder) / f"{name}.html" for name in SHOWN}
        optimizer.write_page(optimizer.solve(case), pages["report"])
        settings = optimizer.RunSettings(folder=Path(folder) / "runs")
        countries = optimizer.StressOptions(kinds=("country",))
        for name, study in (
            ("scenarios", optimizer.scenarios(case, SCENARIOS, settings)),
            ("stress", optimizer.stress(case, countries, settings)),
            ("frontier", optimizer.frontier(case, "country = China", settings=settings)),
        ):
            optimizer.write_study_page(study, pages[name])
        found = shutil.which("chromium") or shutil.which("google-chrome")
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        for name, path in pages.items():
            take(browser, path, SHOWN[name])
        take_local_page(browser, Path(folder))
        browser.close()


def take(browser: Any, path: Path, shown: dict[str, str]) -> None:
    """Take the pictures of a page."""
    page = browser.new_page(viewport=SIZE, color_scheme="light")
    page.goto(path.as_uri())
    page.add_style_tag(content="nav, .steer { position: static !important; }")
    page.add_style_tag(content=".pair { grid-template-columns: minmax(0, 1fr) !important; }")
    page.wait_for_timeout(500)
    for name, place in shown.items():
        page.locator(place).screenshot(path=PICTURES / f"{name}.png")
    page.close()


def take_local_page(browser: Any, folder: Path) -> None:
    """Take the picture of the local page: misspelt sites, a correction, the cell of an error."""
    book = openpyxl.load_workbook(REFERENCE)
    for (sheet, cell), text in MISSPELT.items():
        book[sheet][cell] = text
    workbook = folder / REFERENCE.name
    book.save(workbook)
    with WebApp(folder / "outputs", workbook=workbook) as app:
        server = threading.Thread(target=app.serve)
        server.start()
        page = browser.new_page(viewport=APP_SIZE, color_scheme="light")
        page.goto(app.address)
        page.wait_for_selector(".finding.error")
        page.click(".tabs button:has-text('Supply')")
        page.click(CORRECTED)
        page.keyboard.type(NEW_PRICE)
        page.keyboard.press("Enter")
        page.wait_for_selector("#corrections")
        page.click(".finding.error:has-text('Supply!B8')")
        page.wait_for_timeout(500)
        page.screenshot(path=PICTURES / "seat.png")
        page.close()
        app.shut_down()
        server.join()


if __name__ == "__main__":
    main()
