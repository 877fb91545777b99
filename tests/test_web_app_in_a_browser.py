"""The web app in a real browser: drop a workbook, correct it, make plans, compare them.

Needs what the page of a run needs; elsewhere these tests are skipped with the reason.
"""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from tests.conftest import ROOT, TUTORIAL, china, need, no_china, offer, save
from tests.web_visitor import drop, focused

SIZES = ((1366, 768), (1920, 1080))
REFERENCE = ROOT / "inputs" / "north_america.xlsx"


def broken(tmp_path: Path) -> Path:
    """The reference case with misspelt sites in Supply and Lanes, and text far to the right."""
    book = openpyxl.load_workbook(REFERENCE)
    book["Supply"]["B8"] = "Kokbulaq"
    book["Lanes"]["B20"] = "Kuantn"
    book["Supply"].cell(9, 10, "soon")
    path = tmp_path / "north_america.xlsx"
    book.save(path)
    return path


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_cell_with_an_error_is_red_and_a_click_on_its_message_leads_to_it(
    open_app, tmp_path, size, scheme
):
    page = open_app(size, color_scheme=scheme)
    drop(page, broken(tmp_path))
    page.wait_for_selector(".finding.error")
    assert "3 errors" in page.inner_text("#opened .badge")
    for limit, length in zip(size, ("scrollWidth", "scrollHeight"), strict=True):
        assert page.evaluate(f"document.documentElement.{length}") <= limit
    assert page.is_disabled("#make")
    page.click(".finding:has-text('Lanes!B20')")
    page.wait_for_selector("#cell-19-1:focus")
    assert page.get_attribute(".sheets [aria-selected='true']", "id").startswith("sheet")
    assert page.inner_text(".sheets [aria-selected='true']").startswith("Lanes")
    assert "Kuantn" in page.inner_text("#cell-19-1")
    assert "did you mean 'Kuantan'?" in page.inner_text("#tip")
    red, green, blue = (
        int(part)
        for part in page.evaluate(
            "getComputedStyle(document.getElementById('cell-19-1')).backgroundColor"
        )[4:-1].split(",")
    )
    assert red > green + 40
    assert red > blue + 40
    box = page.locator("#cell-19-1").bounding_box()
    assert 0 < box["x"] < size[0] - box["width"]
    assert 0 < box["y"] < size[1] - box["height"]
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
    assert page.evaluate("document.documentElement.scrollHeight") <= size[1]
    page.keyboard.press("Escape")
    assert "finding" in focused(page)


def test_a_plan_that_is_cheaper_because_a_rule_binds_nothing_does_not_look_like_a_saving(
    open_app, tmp_path
):
    page = open_app()
    for number, rule in enumerate((no_china(), no_china(from_=date(2037, 1, 1))), 1):
        supply = [offer("kaz", price=5), offer("china", "China")]
        sheets = {"Supply": supply, "Demand": [need(10)], "Rule_scope": [china()]}
        drop(page, save(tmp_path / "case.xlsx", **sheets, Rules=[rule]))
        page.click("#make:enabled")
        page.wait_for_selector(f"iframe[data-run='{number}']", timeout=120_000)
        page.click("#to-workbook")
    page.click("#to-plans")
    cells = page.eval_on_selector_all(
        "#runs tbody tr",
        "rows => rows.map(row => [3, 5].map(n => [row.cells[n].className, row.cells[n].innerText"
        ".replaceAll('\\u00a0', ' ')]))",
    )
    assert cells[0] == [["good", "yes"], ["number", "–"]]
    assert cells[1][0] == ["warn", "no rule binds"]
    assert cells[1][1][1].startswith("-40.00 USD") or cells[1][1][1].startswith("−40.00 USD")
    assert "held to less: no China binds less or nothing" in cells[1][1][1]


def test_a_planner_corrects_a_workbook_and_compares_two_plans(open_app, tmp_path):
    page = open_app()
    wrong = save(tmp_path / "case.xlsx", Supply=[offer("kaz", "Kaaz")], Demand=[need(10)])
    drop(page, wrong)
    page.wait_for_selector(".finding.error:has-text('Supply!B2')")
    # 10 t at 5, then at 7.
    drop(page, save(tmp_path / "case.xlsx", Supply=[offer("kaz", price=5)], Demand=[need(10)]))
    page.click("#make:enabled")
    page.wait_for_selector("iframe[data-run='1']", timeout=120_000)
    frame = page.frame_locator("iframe[data-run='1']")
    assert "50.00" in frame.locator(".tiles").inner_text()
    assert "Proven optimal" in page.inner_text("#said")
    page.click("#to-workbook")
    drop(page, save(tmp_path / "case.xlsx", Supply=[offer("kaz", price=7)], Demand=[need(10)]))
    page.click("#make:enabled")
    page.wait_for_selector("iframe[data-run='2']", timeout=120_000)
    rows = page.eval_on_selector_all(
        "#runs tbody tr",
        "rows => rows.map(row => [2, 3, 4, 5, 6].map(n => row.cells[n].textContent"
        ".replaceAll('\\u00a0', ' ')))",
    )
    assert rows == [
        ["Proven optimal", "no rules", "50.00 USD", "–", "0 t"],
        ["Proven optimal", "no rules", "70.00 USD", "+20.00 USD", "0 t"],
    ]
    with page.expect_download() as given:
        page.click("#result a:has-text('Results workbook')")
    assert given.value.suggested_filename == "case-2 plan.xlsx"
    content = io.BytesIO(Path(given.value.path()).read_bytes())
    assert "Purchases" in openpyxl.load_workbook(content).sheetnames
    page.click("#runs button:has-text('Plan 1')")
    page.wait_for_selector("iframe[data-run='1']")
    assert page.get_attribute("#runs button:has-text('Plan 1')", "aria-pressed") == "true"


def test_the_page_of_a_run_can_request_nothing_from_the_server(open_app):
    page = open_app()
    drop(page, TUTORIAL)
    page.click("#make:enabled")
    page.wait_for_selector("iframe", timeout=120_000)
    frame = next(frame for frame in page.frames if "runs/1/page" in frame.url)
    frame.wait_for_selector("#foot p")
    assert frame.evaluate("self.origin") == "null"
    assert (
        frame.evaluate("(() => { try { return Boolean(parent.document) } catch { return 0 } })()")
        == 0
    )


def test_the_colours_of_the_run_follow_those_of_the_app(open_app):
    page = open_app(color_scheme="light")
    drop(page, TUTORIAL)
    page.click("#make:enabled")
    page.wait_for_selector("iframe", timeout=120_000)
    page.click("#theme")
    page.frame_locator("iframe").locator("html[data-theme='dark']").wait_for()
    page.click("#theme")
    page.frame_locator("iframe").locator("html[data-theme='light']").wait_for()


def test_it_can_be_used_with_the_keyboard_alone(open_app, tmp_path):
    page = open_app()
    for _ in range(3):
        page.keyboard.press("Tab")
    page.keyboard.press("Shift+Tab")
    assert focused(page) == "to-workbook"
    page.keyboard.press("ArrowRight")
    assert focused(page) == "to-plans"
    assert "No plan yet" in page.inner_text("#plans")
    page.keyboard.press("ArrowLeft")
    page.focus("#file")
    assert (
        page.evaluate("getComputedStyle(document.querySelector('#empty label')).outlineStyle")
        == "solid"
    )
    page.set_input_files("#file", broken(tmp_path))
    page.wait_for_selector(".finding")
    assert "finding error" in focused(page)
    page.keyboard.press("Enter")
    page.wait_for_selector("#cell-7-1:focus")
    page.set_input_files("#file", TUTORIAL)
    page.wait_for_selector("#make:focus")
    page.keyboard.press("Enter")
    page.wait_for_selector("iframe", timeout=120_000)


def test_every_element_on_the_page_has_a_name_or_label(open_app, tmp_path):
    page = open_app()
    drop(page, broken(tmp_path))
    page.wait_for_selector(".cells")
    nameless = """[...document.querySelectorAll("button, a, input, [role=region]")].filter(one =>
      !one.hidden && !one.innerText.trim() && !one.getAttribute("aria-label") &&
        !one.labels?.length)
      .map(one => one.outerHTML)"""
    assert page.evaluate(nameless) == []
    assert page.get_attribute("#said", "aria-live") == "polite"
    ids = page.eval_on_selector_all("[id]", "all => all.map(one => one.id)")
    assert len(ids) == len(set(ids))


def test_a_file_that_is_not_a_workbook_is_reported_and_the_next_one_is_accepted(open_app, tmp_path):
    page = open_app()
    text = tmp_path / "data.csv"
    text.write_text("offer,site\nkaz,Kaz\n")
    drop(page, text)
    page.wait_for_selector("#trouble")
    assert "data.csv: is text (CSV?)" in page.inner_text("#trouble")
    assert page.is_disabled("#make")
    drop(page, TUTORIAL)
    page.wait_for_selector("#make:enabled")
    assert page.locator("#trouble").count() == 0


def test_a_file_that_is_too_big_is_not_sent(open_app):
    page = open_app()
    page.evaluate(
        """() => {
          const dataTransfer = new DataTransfer();
          dataTransfer.items.add(new File([new Uint8Array(100000001)], "huge.xlsx"));
          document.body.dispatchEvent(new DragEvent("drop", {dataTransfer, bubbles: true}));
        }"""
    )
    page.wait_for_selector("#alert:not([hidden])")
    assert "huge.xlsx: has 100 MB" in page.inner_text("#alert")
    page.click("#alert button")
    assert page.is_hidden("#alert")


def test_names_are_shown_as_text_whatever_they_hold(open_app, tmp_path):
    strange = "<img src=x onerror=alert(1)>"
    page = open_app()
    drop(
        page,
        save(tmp_path / "x.xlsx", Supply=[offer(strange, strange)], Demand=[need(10)]),
        strange,
    )
    page.wait_for_selector(".finding.error")
    assert page.locator("main img").count() == 0
    assert "<img src=x" in page.inner_text(".finding.error")


def test_a_button_stops_a_solve(open_app):
    page = open_app()
    drop(page, REFERENCE)
    page.click("#make:enabled")
    page.wait_for_selector(".steps .now")
    page.click("#stop")
    page.wait_for_selector("#why", timeout=60_000)
    assert "Stopped before there was a plan" in page.inner_text("#why")
    assert "Stopped" in page.inner_text("#runs tbody")
    assert page.locator("#stop").count() == 0


def test_a_button_reads_the_file_of_the_command_again(open_app, tmp_path):
    path = save(tmp_path / "mine.xlsx", Supply=[offer("kaz", "Kaaz")], Demand=[need(10)])
    page = open_app(workbook=path)
    page.wait_for_selector(".finding.error")
    save(path, Supply=[offer("kaz")], Demand=[need(10)])
    page.click("#again")
    page.wait_for_selector("#make:enabled")
    assert "no errors" in page.inner_text("#opened .badge")


def test_the_page_scrolls_to_rows_far_down(open_app, tmp_path):
    offers = [offer(f"kaz {number}") for number in range(1, 701)]
    offers[649]["site"] = "Kaaz"
    page = open_app()
    drop(page, save(tmp_path / "long.xlsx", Supply=offers, Demand=[need(10)]))
    page.click(".finding.error:has-text('Supply!B651')")
    page.wait_for_selector("#cell-650-1:focus")
    assert "Rows 601 to 701 of 701" in page.inner_text("#pager")
    page.click("text=Rows before")
    page.wait_for_selector("th:text-is('301')")


def test_closing_shows_where_the_plans_are(open_app):
    page = open_app()
    drop(page, TUTORIAL)
    page.click("#make:enabled")
    page.wait_for_selector("iframe", timeout=120_000)
    page.click("#close")
    page.wait_for_selector("#ended:focus")
    assert "outputs" in page.inner_text("main")
