"""The pictures of the pages here, from a real run of the reference case in a real browser.

Run it with ``python docs/pictures.py``; it needs ``pip install -e '.[browser]'`` and a Chromium.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

import optimizer

ROOT = Path(__file__).resolve().parents[1]
PICTURES = ROOT / "docs" / "pictures"
SIZE = {"width": 1180, "height": 900}
SHOWN = {
    "map": "figure:has(svg[aria-label^='Map'])",
    "sankey": "figure:has(svg[aria-label^='Sankey'])",
}
"""Name of each picture, and the figure of the page that it shows."""


def main() -> None:
    """Solve the reference case and take every picture."""
    result = optimizer.solve(optimizer.read(ROOT / "inputs" / "north_america.xlsx"))
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        report = Path(folder) / "report.html"
        optimizer.write_page(result, report)
        found = shutil.which("chromium") or shutil.which("google-chrome")
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        page = browser.new_page(viewport=SIZE, color_scheme="light")
        page.goto(report.as_uri())
        page.add_style_tag(content="nav, .steer { position: static !important; }")
        page.wait_for_timeout(500)
        for name, place in SHOWN.items():
            page.locator(place).screenshot(path=PICTURES / f"{name}.png")
        browser.close()


if __name__ == "__main__":
    main()
