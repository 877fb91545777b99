"""A planner's work in a real browser: correct cells, run studies, plans side by side."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from optimizer.cli import main
from tests.conftest import TUTORIAL, need, offer, save
from tests.web_visitor import drop, focused

SIZES = ((1366, 768), (1920, 1080))
WAIT = 120_000


@pytest.fixture
def start(open_app):
    """The page with the first workbook of one who makes magnets."""
    page = open_app()
    page.click("[data-start='make']")
    page.wait_for_selector("#cell-1-3")
    return page


def corrections(page) -> list[str]:
    return page.eval_on_selector_all(
        "#corrections .correction > span", "all => all.map(one => one.textContent)"
    )


def select_sheet(page, name: str) -> None:
    page.click(f".tabs button:has-text('{name}')")
    page.wait_for_selector(f"table[aria-label='Cells of {name}']")


def test_a_cell_is_corrected_by_keyboard_alone(start):
    page = start
    page.focus("#cell-1-0")
    for key in ("ArrowRight", "ArrowRight", "ArrowRight"):
        page.keyboard.press(key)
    assert focused(page) == "cell-1-3"
    page.keyboard.type("7000")
    page.keyboard.press("Enter")
    page.wait_for_selector("#corrections")
    assert corrections(page) == ["Supply!D2: 6000 → 7000"]
    page.wait_for_selector("#cell-2-3:focus")  # the cell below, as in Excel
    page.keyboard.press("F2")
    page.keyboard.press("Escape")
    assert focused(page) == "cell-2-3"
    assert page.inner_text("#cell-2-3") == "4000"
    page.keyboard.press("Delete")
    page.wait_for_selector(".finding.error:has-text('Supply!D3')")
    assert page.is_disabled("#make")
    assert "1 error" in page.inner_text("#said")


def test_the_order_of_tab_has_one_cell_and_leads_out_of_the_cells_again(start):
    page = start
    assert page.locator("#grid [tabindex='0']").count() == 1
    page.focus("#cell-1-1")
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.querySelector('#grid [tabindex=\"0\"]').id") == "cell-2-1"
    page.keyboard.press("Shift+Tab")
    assert "cell" not in focused(page)


def test_an_entry_is_taken_when_the_planner_clicks_elsewhere(start):
    page = start
    page.dblclick("#cell-1-5")
    page.keyboard.type("350")
    page.click("#cell-3-0")
    page.wait_for_selector("#corrections")
    assert corrections(page) == ["Supply!F2: 400 → 350"]


def test_an_entry_that_is_refused_leaves_the_cell_and_says_why(open_app):
    page = open_app(refusal="409 (Conflict)")
    page.click("[data-start='make']")
    page.click("#cell-1-0")
    page.keyboard.type("=1+1")
    page.keyboard.press("Enter")
    page.wait_for_selector("#alert:not([hidden])")
    assert "formulas are not calculated here" in page.inner_text("#alert")
    assert page.inner_text("#cell-1-0") == "Green concentrate"
    assert page.locator("#corrections").count() == 0


def test_a_correction_is_undone_and_the_copy_is_saved(start, tmp_path):
    page = start
    for text in ("7000", "5000"):
        page.click(f"#cell-{1 if text == '7000' else 2}-3")
        page.keyboard.type(text)
        page.keyboard.press("Enter")
        page.wait_for_selector(f"#corrections:has-text('→ {text}')")
    page.click("[aria-label='Undo the correction of Supply!D2']")
    page.wait_for_selector("#corrections:not(:has-text('7000'))")
    page.click("#save")
    page.wait_for_selector("#saved:not([hidden])")
    copy = tmp_path / "outputs" / "first make case corrected.xlsx"
    assert page.inner_text("#saved") == f"Saved as {copy}"
    supply = openpyxl.load_workbook(copy)["Supply"]
    assert (supply["D2"].value, supply["D3"].value) == (6000, 5000)


def test_a_broken_cell_of_ones_own_file_is_mended_on_the_page(open_app, tmp_path):
    path = save(tmp_path / "mine.xlsx", Supply=[offer("kaz", "Kaaz")], Demand=[need(10)])
    before = path.read_bytes()
    page = open_app(workbook=path)
    page.click(".finding.error:has-text('Supply!B2')")
    page.wait_for_selector("#cell-1-1:focus")
    page.keyboard.press("Enter")
    assert page.get_attribute(".entry", "aria-label") == "New value of Supply!B2"
    page.keyboard.type("Kaz")
    page.keyboard.press("Enter")
    page.wait_for_selector("#make:enabled")
    assert "no errors" in page.inner_text("#opened .badge")
    assert path.read_bytes() == before


def test_a_long_sheet_keeps_its_place_after_a_correction(open_app, tmp_path):
    offers = [offer(f"kaz {number}") for number in range(1, 701)]
    page = open_app()
    drop(page, save(tmp_path / "long.xlsx", Supply=offers, Demand=[need(10)]))
    page.wait_for_selector("#pager button:enabled")
    page.click("text=Rows after")
    page.wait_for_selector("#cell-450-3")
    page.click("#cell-450-3")
    page.keyboard.type("3")
    page.keyboard.press("Enter")
    page.wait_for_selector("#corrections")
    page.wait_for_selector("#cell-451-3:focus")
    assert corrections(page) == ["Supply!D451: 1 → 3"]


@pytest.mark.slow
@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_from_the_first_workbook_to_a_compared_plan_without_a_terminal(open_app, size, scheme):
    page = open_app(size, color_scheme=scheme)
    page.click("[data-start='make']")
    page.click("#make:enabled")
    page.wait_for_selector("iframe[data-run='1']", timeout=WAIT)
    page.click("#to-workbook")
    page.click("#cell-1-5")
    page.keyboard.type("200")  # too little concentrate for the rule
    page.keyboard.press("Enter")
    page.wait_for_selector("#corrections")
    page.click("#make:enabled")
    page.wait_for_selector("iframe[data-run='2']", timeout=WAIT)
    page.click("#compare:enabled")
    page.wait_for_selector("#result h3:has-text('Side by side')", timeout=WAIT)
    text = page.inner_text("#result").replace("\u00a0", " ")
    assert "Supply!F2" in text  # why: the cell that differs
    # 10 t of 60 are short: 200 t of concentrate make 50 t of magnets.
    assert "+10.0 t" in text
    assert [cell.strip() for cell in page.locator("#runs td:nth-child(4)").all_inner_texts()] == [
        "yes",
        "yes",
    ]
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
    page.click("#to-studies")
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]


def test_a_study_is_run_from_its_form(start):
    page = start
    page.click("#to-studies")
    assert page.locator("#study option").all_inner_texts() == [
        "Scenarios",
        "Stress test",
        "Cost frontier",
        "Alternatives",
        "One plan for several futures",
    ]
    page.check("label:has-text('Green Mine halves') input")
    page.click("#study-start:enabled")
    page.wait_for_selector("#study-result iframe", timeout=WAIT)
    page.frame_locator("#study-result iframe").locator("text=Green Mine halves").first.wait_for()
    row = page.inner_text("#study-list tbody tr")
    assert "Study 1: Scenarios" in row
    assert "only these scenarios: Green Mine halves" in row
    assert "Finished" in row


def test_a_required_option_is_asked_for_by_the_form(start):
    page = start
    page.click("#to-studies")
    page.select_option("#study", "frontier")
    page.click("#study-start:enabled")
    assert focused(page).startswith("study-option")
    assert page.locator("#study-list tr").count() == 0


def test_the_form_is_kept_while_a_run_goes_on(start):
    page = start
    page.click("#to-studies")
    page.select_option("#study", "stress")
    page.fill("#study-option-0", "2027-Q2")
    page.click("#study-start:enabled")
    page.wait_for_selector("#study-result iframe", timeout=WAIT)
    assert page.input_value("#study-option-0") == "2027-Q2"
    assert "2027-Q2" in page.inner_text("#study-list")


def test_the_next_plan_is_made_from_a_chosen_one(start):
    page = start
    page.click("#make:enabled")
    page.wait_for_selector("iframe[data-run='1']", timeout=WAIT)
    page.click("#replan summary")
    page.fill("#replan-until", "2027-07-01")
    page.click("#replan-start:enabled")
    page.wait_for_selector("iframe[data-run='2']", timeout=WAIT)
    row = page.inner_text("#runs tbody tr:nth-child(2)")
    assert "after Plan 1: keeps purchases, shipments, options before 2027-07-01" in row


def test_a_results_workbook_that_is_dropped_is_a_plan(open_app, tmp_path):
    page = open_app()
    drop(page, TUTORIAL)
    page.click("#make:enabled")
    page.wait_for_selector("iframe[data-run='1']", timeout=WAIT)
    book = openpyxl.load_workbook(tmp_path / "outputs" / "hand_trader" / "plan.xlsx")
    book["Summary"]["A1"] = "changed"
    changed = tmp_path / "sent by mail.xlsx"
    book.save(changed)
    page.click("#to-workbook")
    drop(page, changed)
    page.wait_for_selector("#opened-grid td:has-text('order by')")
    assert page.is_visible("#plans")
    row = page.inner_text("#runs tbody tr:nth-child(2)").replace("\u00a0", " ")
    assert "sent by mail.xlsx" in row
    assert "As written: optimal" in row  # it was changed: nothing says that this still holds
    assert "50.00 USD" in row
    drop(page, Path(tmp_path / "outputs" / "hand_trader" / "plan.xlsx"))
    page.wait_for_selector("iframe[data-run='3']")


def test_a_results_workbook_of_the_command_is_shown_at_once(open_app, tmp_path):
    out = tmp_path / "outputs" / "hand trader"
    assert main(["solve", str(TUTORIAL), "--output", str(out), "--quiet"]) == 0
    page = open_app(workbook=out / "plan.xlsx")
    page.wait_for_selector("iframe[data-run='1']")
    assert page.is_visible("#plans")


def test_corrections_that_are_not_saved_are_not_dropped_unasked(start):
    page = start
    page.click("#cell-1-3")
    page.keyboard.type("7000")
    page.keyboard.press("Enter")
    page.wait_for_selector("#corrections")
    asked = []
    page.once("dialog", lambda dialog: (asked.append(dialog.message), dialog.dismiss()))
    page.set_input_files("#file", TUTORIAL)
    assert "The corrections of first make case.xlsx are not saved" in asked[0]
    assert corrections(page) == ["Supply!D2: 6000 → 7000"]
    page.click("#save")
    page.wait_for_selector("#saved:not([hidden])")
    page.set_input_files("#file", TUTORIAL)
    page.wait_for_selector("h2:has-text('hand_trader.xlsx')")
    assert len(asked) == 1


def test_what_a_screen_reader_is_told_of_the_cells_and_forms(start):
    page = start
    tree = page.locator("body").aria_snapshot()
    assert '- tablist "View"' in tree
    assert '- grid "Cells of Supply"' in tree
    assert '- gridcell "Green concentrate"' in tree
    assert '- button "Make the plan"' in tree
    page.click("#to-studies")
    tree = page.locator("#studies").aria_snapshot()
    assert '- form "New study"' in tree
    assert '- combobox "Study"' in tree
    assert '- checkbox "Green Mine halves"' in tree
    nameless = """[...document.querySelectorAll("button, a, input, select, [role=region]")].filter(
      one => !one.closest("[hidden]") && !one.innerText.trim() && !one.getAttribute("aria-label") &&
        !one.labels?.length && !one.getAttribute("aria-labelledby")).map(one => one.outerHTML)"""
    assert page.evaluate(nameless) == []
