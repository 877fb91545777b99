"""The pages of studies in a real browser: what a person does with pointer and keyboard.

Needs what tests/test_page_in_a_browser.py needs; elsewhere these tests are skipped.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import openpyxl
import pytest

import optimizer
from tests.test_page_in_a_browser import TAG
from tests.test_study_page import MADE

pytestmark = pytest.mark.filterwarnings("ignore:.*extension is not supported")

SIZES = ((1280, 720), (1920, 1080))
COST = "figure:has(svg[aria-label='Cost by scenario'])"
PLANTS = "figure:has(svg[aria-label='Use of plants'])"
NONSENSE = ("NaN", "undefined", "null", "Infinity", "[object", "=>")


@pytest.fixture(scope="module")
def pages(tmp_path_factory) -> dict[str, Path]:
    """A page of each kind of study, with its workbook beside it."""
    found = {}
    for name, make in MADE.items():
        study = make()
        found[name] = tmp_path_factory.mktemp("study") / "study.html"
        optimizer.write_study_page(study, found[name])
        optimizer.write_study(study, found[name].with_suffix(".xlsx"))
    return found


def column(page: Path, sheet: str, header: str) -> list[Any]:
    """Values of a column of a table in the workbook beside a page."""
    found = openpyxl.load_workbook(page.with_suffix(".xlsx"))[sheet]
    (table,) = found.tables.values()
    rows = found[table.ref]
    place = [cell.value for cell in rows[0]].index(header)
    return [row[place].value for row in rows[1:]]


def shown(page: Any, figure: str) -> list[list[str]]:
    """The figures in the table of a picture."""
    page.click(f"{figure} summary")
    page.wait_for_selector(f"{figure} details tbody tr")  # made when it is opened
    return page.eval_on_selector_all(
        f"{figure} details tbody tr",
        "rows => rows.map(row => [...row.cells].map(cell => cell.textContent))",
    )


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("name", MADE)
def test_every_page_fits_the_screen_without_undefined_values(visit, pages, name, size, scheme):
    page = visit(pages[name], size, color_scheme=scheme)
    assert page.get_attribute("html", "data-theme") == scheme
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
    for summary in page.locator("details.figures > summary").all():
        summary.click()
    told = page.eval_on_selector_all(
        "[aria-label]", "marks => marks.map(mark => mark.getAttribute('aria-label')).join(' ')"
    )
    text = page.inner_text("body") + told
    assert not [word for word in NONSENSE if word in text]
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]


@pytest.mark.parametrize("name", MADE)
def test_every_picture_has_a_name_units_and_its_figures_as_text(visit, pages, name):
    page = visit(pages[name])
    bare = page.eval_on_selector_all(
        "figure:has(svg)",
        """figures => figures.filter(f => {
          const title = document.getElementById(f.getAttribute('aria-labelledby'));
          return !title?.textContent || !f.querySelector('.note')?.textContent ||
            !f.querySelector('details.figures');
        }).length""",
    )
    assert bare == 0
    assert page.locator("#words").count() == 1 or "equal" in name
    cut = page.eval_on_selector_all(
        "figure svg text",
        """texts => texts.filter(text => {
          const [own, svg] = [text, text.closest('svg')].map(e => e.getBoundingClientRect());
          return own.width && (own.right > svg.right + 1 || own.left < svg.left - 1);
        }).map(text => text.textContent)""",
    )
    assert cut == []


def test_the_cost_of_scenarios_equals_the_workbook(visit, pages):
    page = visit(pages["scenarios"])
    rows = shown(page, COST)
    costs = column(pages["scenarios"], "Scenarios", "cost")
    assert costs == [pytest.approx(58), pytest.approx(86), pytest.approx(430), None]
    assert [row[1] for row in rows] == ["" if cost is None else f"{cost:.0f}" for cost in costs]
    head = page.inner_text("#head").replace("\u00a0", " ")
    assert (
        "Costliest is the scenario 'no China': +372 USD (+641.4 %), with 4 t additional shortage."
        in head
    )
    assert "must: no plan meets every hard limit" in page.inner_text("#failed")
    assert "Reduce a requirement:" in page.inner_text("#failed")


def test_the_use_of_plants_equals_the_workbook(visit, pages):
    page = visit(pages["scenarios with options"])
    (row,) = shown(page, PLANTS)
    found = [
        column(pages["scenarios with options"], "Plants", run)
        for run in ("base", "no kiln", "no spot")
    ]
    assert row[:2] == ["Plant", "kiln"]
    shares = [f"{100 * used:.{0 if used in (0, 1) else 1}f}\u00a0%" for (used,) in found]
    assert row[2:] == shares


def test_costs_are_shown_in_total_and_relative_to_the_base_case(visit, pages):
    page = visit(pages["scenarios"])
    figure = "figure:has(svg[aria-label='Cost by category'])"
    label = page.get_attribute(f"{figure} svg [aria-label^='dear China']", "aria-label")
    assert label.replace("\u00a0", " ").startswith("dear China: 86.00 USD")
    page.select_option(f"{figure} select", "less")
    label = page.get_attribute(f"{figure} svg [aria-label^='dear China']", "aria-label")
    assert label.replace("\u00a0", " ").startswith("dear China: +28.00 USD")
    must = page.get_attribute(f"{figure} svg [aria-label^='must']", "aria-label")
    assert must == "must: no plan"


def test_a_kind_of_loss_is_chosen_for_all_pictures(visit, pages):
    page = visit(pages["stress"])
    figure = "figure:has(svg[aria-label='Losses by cost'])"
    every = page.locator(f"{figure} svg .mark").count()
    page.select_option(".steer select", "offer")
    labels = page.eval_on_selector_all(
        f"{figure} svg .mark", "marks => marks.map(mark => mark.getAttribute('aria-label'))"
    )
    assert 0 < len(labels) < every
    assert all("(offer)" in label for label in labels)


def test_the_frontier_names_its_ends_and_its_price(visit, pages):
    page = visit(pages["frontier"])
    # 4 of 10 t are from China, 58 in all; without it they are short at 100: 430. Each tonne
    # less is 10 % of the purchases while all is bought: 93 more.
    words = page.locator("svg[aria-label='Cost against the limit'] text").all_text_contents()
    assert "Least-cost plan" in words
    assert "Least that has a plan" in words
    assert "40.0\u00a0%: 58.00\u00a0USD" in words
    assert "0\u00a0%: 430\u00a0USD" in words
    marks = page.locator("figure svg[aria-label='Cost against the limit'] .mark")
    assert marks.count() == len(column(pages["frontier"], "Frontier", "found")) == 4


def test_planning_ahead_is_explained_in_sentences(visit, pages):
    # Birge and Louveaux: VSS 1,150, EVPI 7,016.
    words = visit(pages["farmer"]).inner_text("#words").replace("\u00a0", " ")
    assert "would cost 1,150 USD more" in words
    assert "would save 7,016 USD" in words
    assert "(VSS)" in words
    assert "(EVPI)" in words


def test_changes_are_described_in_words_and_drawn(visit, pages):
    page = visit(pages["plans"])
    words = page.inner_text("#words").replace("\u00a0", " ")
    assert "The second plan costs 80.00 USD less (−40.00 %): 120 USD after 200 USD." in words
    assert "Bought kaz, Kaz, ore: 40 t before, 0 t after (−40 t; −200 USD)." in words
    label = page.get_attribute(
        "svg[aria-label='Change in cost by category'] [aria-label^='total']", "aria-label"
    )
    assert label.replace("\u00a0", " ") == "total: 200 USD before, 120 USD after"
    page.select_option("#moved select >> nth=1", "tonnes")
    first = page.inner_text("#moved h3 >> nth=0").replace("\u00a0", " ")
    assert first == "What changed most? bought kaz, Kaz, ore: −40 t"


def test_a_scenario_is_told_by_its_notes_and_its_rows_are_folded(visit, pages):
    page = visit(pages["scenarios with notes"])
    (told, *_) = page.locator("[aria-label='What each scenario changes'] tbody tr").all()
    assert "the mine is late" in told.inner_text()
    assert "maximum set" not in told.inner_text()
    told.locator("summary").click()
    assert [each.inner_text() for each in told.locator("li").all()] == [
        "Supply maximum set 5 where site = Kaz; offer = kaz",
        "Supply maximum set 4 where offer = cn",
    ]


def test_a_table_is_sorted_and_filtered(visit, pages):
    page = visit(pages["scenarios"])
    header = page.locator("#panel th", has=page.locator("button", has_text="cost,"))
    header.locator("button").click()
    assert header.get_attribute("aria-sort") == "descending"
    assert page.inner_text("#panel tbody tr:first-child td:first-child") == "no China"
    page.fill("[aria-label='Filter cost']", "< 100")
    assert page.locator("#panel tbody tr").count() == 2
    page.fill("[aria-label='Filter cost']", "")
    page.fill("#find", "dear")
    assert page.inner_text("[role=status]").startswith("1 of 4 rows")


def test_the_keyboard_reaches_every_control_and_walks_through_a_picture(visit, pages):
    page = visit(pages["scenarios"], color_scheme="light")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the study"
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.get_attribute("html", "data-theme") == "dark"
    reached = Counter()
    for _ in range(40):
        page.keyboard.press("Tab")
        reached[page.evaluate(TAG)] += 1
    assert {"A", "BUTTON", "SELECT", "SUMMARY", "svg"} <= set(reached)
    page.focus(f"{COST} svg [tabindex='0']")
    page.keyboard.press("ArrowDown")
    label = page.evaluate("document.activeElement.getAttribute('aria-label')")
    assert label.startswith("dear China: 86.00")
    assert page.inner_text("#tip").startswith("dear China")
    page.keyboard.press("Escape")
    assert page.is_hidden("#tip")


def test_it_prints_without_controls(visit, pages):
    page = visit(pages["scenarios"])
    page.emulate_media(media="print")
    for hidden in ("nav", ".tools", "#tables", "#theme"):
        assert page.locator(hidden).first.is_hidden()
    assert page.locator(COST).is_visible()
    assert len(page.pdf(format="Letter", landscape=True)) > 10_000
