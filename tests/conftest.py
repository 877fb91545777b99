"""Small cases: a workbook from a few rows, with the places of the cases worked by hand.

``make(Supply=[offer("kaz", price=5)], Demand=[need(10)])`` is a whole case: ore from the
mines Kaz (Kazakhstan) and China, a Plant in Canada, a Buyer in the USA, lanes for anything
from the mines to both and from the Plant to the Buyer at no cost, one year from 2027-01-01,
100 USD for each tonne short. Sheets and columns are written with ``_`` for a blank and at
the end of a word that Python keeps for itself: ``Rule_scope``, ``from_``.
"""

from __future__ import annotations

import gc
import os
import shutil
import threading
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import hypothesis
import pytest

import optimizer

Row = dict[str, Any]

hypothesis.settings.register_profile("ordinary", derandomize=True, deadline=None)
hypothesis.settings.register_profile("random", derandomize=False, deadline=None, database=None)
hypothesis.settings.load_profile("ordinary")
# Every run of the suite draws the same examples; `python -m tests.random_draws` draws others.

THOROUGH = "THOROUGH" in os.environ
"""True where a test goes through all that it can, as it does for ``tests.random_draws``."""
MAX_WORKERS = 8
"""Maximum processes that share the suite: each spends seconds on collecting all of it."""


def sample(ordinary: Any, thorough: Any) -> Any:
    """What a test goes through in each run of the suite, or all that it can."""
    return thorough if THOROUGH else ordinary


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int | None:
    """Processes for ``-n auto``: one for each core; none beside pytest's own for named files."""
    if "PYTEST_XDIST_AUTO_NUM_WORKERS" in os.environ:
        return None  # which pytest-xdist follows
    if all(Path(word.partition("::")[0]).is_file() for word in config.args):
        return 0
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return min(cores, MAX_WORKERS) if cores and cores > 1 else 0


def pytest_collection_finish() -> None:
    """Keep modules and tests out of garbage collections, of which each would walk over them."""
    gc.collect()
    gc.freeze()


ROOT = Path(__file__).parents[1]
CASES = ROOT / "tests" / "cases"
TUTORIAL = CASES / "hand_trader.xlsx"
"""A workbook of one demand and three offers, of which the rule allows one: 10 t at 5."""

SETTINGS: Row = {
    "start": date(2027, 1, 1),
    "periods": 1,
    "period length": "year",
    "shortage penalty": 100,
    "mip gap": 0,
}
SITES = [
    {"site": "Kaz", "kind": "mine", "country": "Kazakhstan"},
    {"site": "China", "kind": "mine", "country": "China"},
    {"site": "Plant", "kind": "plant", "country": "Canada"},
    {"site": "Buyer", "kind": "customer", "country": "USA"},
]
STAGES = {"ore": "mined", "oxide": "separated", "metal": "melted", "magnet": "produced"}
"""Stages of the materials that a case may use without declaring them."""


def tables(**sheets: Any) -> dict[str, list[Row]]:
    """Rows by sheet; the rows of an argument replace the default rows of that sheet.

    Settings are added to the default ones. Without Materials every material that another
    sheet names is declared at its usual stage.
    """
    settings = SETTINGS | spaced(sheets.pop("Settings", {}))
    rows = {name.replace("_", " "): [spaced(row) for row in sheets[name]] for name in sheets}
    rows.setdefault("Sites", SITES)
    rows.setdefault("Lanes", LANES)
    rows.setdefault("Materials", _materials(rows))
    return {"Settings": [{"setting": k, "value": v} for k, v in settings.items()], **rows}


def read_tables(given: dict[str, list[Row]]) -> optimizer.Case:
    """Case of rows by sheet, as they would stand in a workbook."""
    import pandas as pd

    frames = {name: pd.DataFrame(rows, dtype=object) for name, rows in given.items()}
    return optimizer.read_frames(frames)


def make(**sheets: Any) -> optimizer.Case:
    """Case of rows by sheet; see :func:`tables`."""
    return read_tables(tables(**sheets))


def save(path: Path, **sheets: Any) -> Path:
    """Workbook of rows by sheet; see :func:`tables`."""
    import openpyxl

    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in tables(**sheets).items():
        page = book.create_sheet(name)
        columns = list(dict.fromkeys(column for row in rows for column in row))
        page.append(columns)
        for row in rows:
            page.append([row.get(column) for column in columns])
    book.save(path)
    return path


def plan(**sheets: Any) -> optimizer.Result:
    """Result of a case of rows by sheet; the audit of a plan must pass."""
    result = optimizer.solve(make(**sheets))
    if result.audit is not None:
        assert result.audit.passed, result.audit.verdict
    return result


def cost(**sheets: Any) -> float | None:
    """Least cost of a case of rows by sheet, None if there is no plan."""
    return plan(**sheets).objective


def spaced(row: Row) -> Row:
    """Row with the headers of the workbook."""
    return {column.rstrip("_").replace("_", " "): value for column, value in row.items()}


def site(name: str, country: str, **more: Any) -> Row:
    """Row of Sites; a mine by default, as ore that a mine sells is its own."""
    kinds = {"Plant": "plant", "Trader": "trader", "Buyer": "customer"}
    return {"site": name, "kind": kinds.get(name, "mine"), "country": country, **more}


def offer(
    name: str, site: str = "Kaz", material: str = "ore", price: float = 1, **more: Any
) -> Row:
    """Row of Supply."""
    return {"offer": name, "site": site, "material": material, "price": price, **more}


def lane(start: str, end: str, material: str = "*", cost: float = 0, **more: Any) -> Row:
    """Row of Lanes."""
    return {"from site": start, "to site": end, "material": material, "cost": cost, **more}


def need(quantity: float | None, line: str = "need", material: str = "ore", **more: Any) -> Row:
    """Row of Demand at the Buyer."""
    return {"line": line, "customer": "Buyer", "material": material, "quantity": quantity, **more}


def recipe(name: str, **quantities: float) -> list[Row]:
    """Rows of Recipes: inputs are negative."""
    return [
        {
            "recipe": name,
            "material": material,
            "direction": "in" if tonnes < 0 else "out",
            "quantity": abs(tonnes),
        }
        for material, tonnes in quantities.items()
    ]


def process(recipe: str, site: str = "Plant", **more: Any) -> Row:
    """Row of Processes."""
    return {"site": site, "recipe": recipe, **more}


def no_china(name: str = "no China", **more: Any) -> Row:
    """Row of Rules that binds every segment; NO_CHINA is its scope."""
    return {"rule": name, "segments": "*", **more}


def china(name: str = "no China", country: str = "China", **more: Any) -> Row:
    """Row of Rule scope."""
    return {"rule": name, "country": country, **more}


LANES = [
    lane(start, end)
    for start, end in (
        ("Kaz", "Buyer"),
        ("China", "Buyer"),
        ("Kaz", "Plant"),
        ("China", "Plant"),
        ("Plant", "Buyer"),
    )
]


def _materials(given: dict[str, list[Row]]) -> list[Row]:
    named = {
        row[column]: None
        for rows in given.values()
        for row in rows
        for column in ("material", "feed", "product")
        if row.get(column, "*") != "*"
    }
    return [{"material": material, "stage": STAGES.get(material)} for material in named]


# Shared by tests of the results workbook, and by those of pages


@pytest.fixture
def folder(tmp_path, monkeypatch) -> Path:
    """An empty folder, which is the current one."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(scope="session")
def written(tmp_path_factory) -> Any:
    """Summary and tables of the plan of ``report_plan``, and the path of its workbook."""
    from optimizer.report import write
    from tests.report_plan import plan

    path = tmp_path_factory.mktemp("plan") / "plan.xlsx"
    summary, tables = plan()
    write(path, summary, tables)
    return summary, tables, path


@pytest.fixture(scope="session")
def book(written) -> Any:
    """That workbook with its values."""
    import openpyxl

    return openpyxl.load_workbook(written[2], data_only=True)


@pytest.fixture(scope="session")
def formulas(written) -> Any:
    """That workbook with its formulas."""
    import openpyxl

    return openpyxl.load_workbook(written[2])


CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """A Chromium; the test is skipped where there is none."""
    driver = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with driver.sync_playwright() as playwright:
        program = next((path for name in CHROMIUM if (path := shutil.which(name))), None)
        try:
            opened = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        except driver.Error as error:
            pytest.skip(f"no Chromium is found: {str(error).splitlines()[0]}")
        yield opened
        opened.close()


@pytest.fixture
def visit(request, browser, tmp_path) -> Iterator[Any]:
    """Function that opens a page, or the page of a result, without requests and without errors.

    The size of the window is by default the first of the module's ``SIZES``. The page is there
    when the element ``ready`` is.
    """
    default_size = request.module.SIZES[0]
    faults: list[str] = []
    contexts: list[Any] = []

    def visit(
        page_or_result: Any,
        size: tuple[int, int] = default_size,
        *,
        ready: str = "#foot p",
        **options: Any,
    ) -> Any:
        path = page_or_result
        if isinstance(page_or_result, optimizer.Result):
            path = tmp_path / "report.html"
            optimizer.write_page(page_or_result, path)
        context = browser.new_context(viewport={"width": size[0], "height": size[1]}, **options)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: faults.append(message.text))
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("dialog", lambda dialog: faults.append(dialog.message))
        page.on("request", lambda asked: asked.url == path.as_uri() or faults.append(asked.url))
        page.goto(path.as_uri())
        page.wait_for_selector(ready)
        page.wait_for_timeout(150)
        return page

    yield visit
    for context in contexts:
        context.close()
    assert not faults


# Shared by the tests of the web app


@pytest.fixture
def app(tmp_path) -> Iterator[Any]:
    """An app that answers in a thread of its own."""
    from tests.web_visitor import served

    with served(tmp_path / "outputs") as opened:
        yield opened


@pytest.fixture
def visitor(app) -> Any:
    from tests.web_visitor import Visitor

    return Visitor(app)


@pytest.fixture
def open_app(request, browser, tmp_path) -> Iterator[Any]:
    """Opens the page of an app; it may ask only its own server, and nothing may go wrong.

    ``refusal`` is a part of what the browser says of a request that is to be refused.
    The size of the window is by default the first of the module's ``SIZES``.
    """
    from optimizer.web_app import WebApp

    faults: list[str] = []
    opened: list[tuple[Any, Any]] = []

    def open_app(
        size: tuple[int, int] | None = None,
        workbook: Path | None = None,
        refusal: str = "nothing is refused",
        **options: Any,
    ) -> Any:
        width, height = size or request.module.SIZES[0]
        app = WebApp(tmp_path / "outputs", workbook=workbook)
        threading.Thread(target=app.serve, daemon=True).start()
        context = browser.new_context(viewport={"width": width, "height": height}, **options)
        opened.append((context, app))
        page = context.new_page()
        page.on(
            "console",
            lambda message: refusal in message.text or faults.append(message.text),
        )
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on(
            "request",
            lambda asked: asked.url.startswith((app.address, "data:")) or faults.append(asked.url),
        )
        page.goto(app.address)
        page.wait_for_selector("#theme:not(:empty)")
        return page

    yield open_app
    for context, app in opened:
        context.close()
        app.shut_down()
        app.close()
    assert not faults
