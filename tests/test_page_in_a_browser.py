"""The page in a real browser: what a person does with mouse and keyboard.

Needs a Chromium (``chromium``, ``google-chrome`` or ``playwright install chromium``) and
``pip install -e '.[browser]'``; elsewhere these tests are skipped with the reason.
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

import optimizer
from optimizer.report.write_result import plan_summary
from optimizer.result.result_layouts import table
from tests.conftest import ROOT, china, lane, need, no_china, offer, plan
from tests.test_page import RULE_COSTS, STRANGE, strange

SIZES = ((1366, 768), (1920, 1080), (1024, 768))
MAP, SANKEY, UNITS = (
    "figure:has(svg[aria-label^='Map'])",
    "figure:has(svg[aria-label^='Sankey'])",
    "figure:has(svg[aria-label^='Utilisation'])",
)

TAG = "(document.activeElement.closest('svg, #panel') || document.activeElement).tagName"


@pytest.fixture(scope="module")
def reference(browser, tmp_path_factory) -> tuple[optimizer.Result, Path]:
    result = optimizer.solve(optimizer.read(ROOT / "inputs" / "north_america.xlsx"))
    path = tmp_path_factory.mktemp("page") / "report.html"
    optimizer.write_page(result, path)
    return result, path


def overlaps(page: Any, picture: str) -> list[str]:
    """Pairs of labels in a picture that overlap."""
    return page.evaluate(
        """picture => {
          const labels = [...document.querySelectorAll(`${picture} svg text`)].map(text =>
            [text.textContent, text.getBoundingClientRect()]);
          const found = [];
          labels.forEach(([name, a], place) => labels.slice(place + 1).forEach(([other, b]) => {
            const [x, y] = [Math.min(a.right, b.right) - Math.max(a.left, b.left),
              Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top)];
            if (x > 0.5 && y > 0.5) found.push(`${name} / ${other}`);
          }));
          return found;
        }""",
        picture,
    )


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_fits_the_screen_and_no_labels_overlap(visit, reference, size, scheme):
    page = visit(reference[1], size, color_scheme=scheme)
    assert page.get_attribute("html", "data-theme") == scheme
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
    assert overlaps(page, MAP) == []
    assert overlaps(page, SANKEY) == []
    assert overlaps(page, UNITS) == []


def test_the_head_shows_cost_cover_and_audit(visit, reference):
    page = visit(reference[1])
    millions = reference[0].objective / 1e6
    head = page.inner_text("#head").replace("\u00a0", " ")
    assert f"{millions:.1f} M USD" in head
    assert "100 %" in head
    rules = {row.rule for row in reference[0].case.rules}
    assert f"{len(rules)} of {len(rules)}" in head
    assert "audit passed" in head
    assert head.count("optimal within") == (reference[0].gap > 0)
    summary = plan_summary(reference[0])
    for risk in summary.risks:
        assert risk.sentence in head
        assert risk.owner in head
        assert risk.place in head
    # Other alerts stand behind the first screen, by kind.
    assert "Of what the plan uses" not in head
    page.click("#alerts summary")
    opened = page.inner_text("#alerts")
    for alert in summary.alerts:
        assert alert in opened
    assert "Full capacity (" in opened


def test_the_arrow_keys_on_the_slider_choose_the_period_of_map_and_sankey(visit, reference):
    result, path = reference
    page = visit(path)
    page.focus("#period")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    second = result.network.calendar.labels[1]
    assert page.get_attribute("#period", "aria-valuetext") == second
    for picture in (MAP, SANKEY):
        assert second in page.inner_text(f"{picture} h3")
    page.click(f"{SANKEY} summary")
    page.wait_for_selector(f"{SANKEY} tbody tr")  # made when it is opened
    cells = page.eval_on_selector_all(
        f"{SANKEY} tbody tr", "rows => rows.map(row => [0, 2].map(n => row.cells[n].textContent))"
    )
    shipments = result.frame("Shipments")
    wanted = shipments[(shipments["period"] == second) & (shipments["tonnes"] > 1e-9)]
    assert {tuple(pair) for pair in cells} == set(
        zip(wanted["from site"], wanted["to site"], strict=True)
    )
    page.keyboard.press("Home")


def test_colours_can_show_the_country_that_lots_are_sent_from(visit, reference):
    page = visit(reference[1])
    page.select_option(".steer select >> nth=1", "country")
    assert "from Kazakhstan" in page.inner_text(f"{SANKEY} .key")
    lot = page.get_attribute(f"{SANKEY} svg [aria-label^='Kokbulak to Poti']", "aria-label")
    assert "Kazakhstan" in lot


def test_choosing_a_material_narrows_the_pictures(visit, reference):
    result, path = reference
    page = visit(path)
    page.select_option(f"{SANKEY} select", "site")  # every lane for itself
    page.select_option(".steer select >> nth=0", "material:Dy oxide")
    shipments = result.frame("Shipments")
    dy = shipments[(shipments["material"] == "Dy oxide") & (shipments["tonnes"] > 1e-9)]
    lanes = len(dy.groupby(["from site", "to site"]))
    assert page.locator(f"{SANKEY} svg .link").count() == lanes


def test_a_table_is_sorted_by_its_headers(visit, reference):
    page = visit(reference[1])
    page.click("[role=tab]:has-text('Costs')")
    header = page.locator("#panel th", has=page.locator("button", has_text="discounted"))
    header.locator("button").click()
    assert header.get_attribute("aria-sort") == "descending"
    costs = sorted(reference[0].tables["Costs"]["discounted"])
    first = "#panel tbody tr:first-child td:last-child"
    assert page.inner_text(first) == f"{costs[-1]:,.0f}"
    header.locator("button").click()
    assert header.get_attribute("aria-sort") == "ascending"
    assert page.inner_text(first) == f"{costs[0]:,.0f}".replace("-", "−")


def test_filtering_a_table_by_text_and_numbers_updates_its_sums(visit, reference):
    page = visit(reference[1])
    purchases = reference[0].frame("Purchases")
    page.fill("[aria-label='Filter material']", "dy oxide")
    page.fill("[aria-label='Filter tonnes']", "> 0.5")
    wanted = purchases[(purchases["material"] == "Dy oxide") & (purchases["tonnes"] > 0.5)]
    assert page.inner_text("[role=status]").startswith(f"{len(wanted)} of {len(purchases)} rows")
    assert page.locator("#panel tbody tr").count() == min(len(wanted), 150)
    sums = page.eval_on_selector_all("#panel tfoot td", "cells => cells.map(c => c.textContent)")
    assert f"{wanted['cost'].sum():,.0f}" in sums
    page.fill("[aria-label='Filter material']", "")
    page.fill("[aria-label='Filter tonnes']", "")
    page.fill("#find", "kuantan")
    anywhere = purchases.astype(str).apply(
        lambda row: row.str.contains("kuantan", case=False).any(), axis=1
    )
    assert page.inner_text("[role=status]").startswith(f"{anywhere.sum()} of")


def test_arrow_keys_move_between_tabs_named_like_the_sheets(visit, reference):
    page = visit(reference[1])
    names = page.eval_on_selector_all("[role=tab]", "tabs => tabs.map(t => t.firstChild.data)")
    assert [name.strip() for name in names][:3] == ["Purchases", "Shipments", "Production"]
    page.focus("[role=tab][aria-selected=true]")
    page.keyboard.press("ArrowRight")
    assert page.evaluate("document.activeElement.textContent").startswith("Shipments")
    assert page.inner_text("#panel").startswith("What is shipped")


def test_a_button_chooses_the_theme(visit, reference):
    page = visit(reference[1], color_scheme="light")
    before = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.focus("#theme")
    page.keyboard.press("Enter")
    assert page.get_attribute("html", "data-theme") == "dark"
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") != before
    page.keyboard.press("Enter")
    assert page.get_attribute("html", "data-theme") == "light"


def test_the_keyboard_reaches_every_control_and_walks_through_a_picture(visit, reference):
    page = visit(reference[1])
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the plan"
    reached = Counter()
    for _ in range(60):
        page.keyboard.press("Tab")
        reached[page.evaluate(TAG)] += 1
    assert {"A", "BUTTON", "INPUT", "SELECT", "SUMMARY", "svg"} <= set(reached)
    page.focus(f"{UNITS} svg [tabindex='0']")
    start = page.evaluate("document.activeElement.getAttribute('aria-label')")
    page.keyboard.press("ArrowRight")
    right = page.evaluate("document.activeElement.getAttribute('aria-label')")
    unit = start.split(",")[1]
    assert right.split(",")[1] == unit
    second = sorted(set(reference[0].frame("Utilisation")["period"]))[1]
    assert second in right
    assert page.inner_text("#tip").startswith(right.split(",")[0])
    page.keyboard.press("ArrowDown")
    below = page.evaluate("document.activeElement.getAttribute('aria-label')")
    assert second in below
    assert below.split(f", {second}")[0] != right.split(f", {second}")[0]
    page.keyboard.press("Escape")
    assert page.is_hidden("#tip")


def test_every_picture_has_a_name_and_its_figures_as_text(visit, reference):
    page = visit(reference[1])
    bare = page.eval_on_selector_all(
        "figure",
        """figures => figures.filter(f => {
          const title = document.getElementById(f.getAttribute('aria-labelledby'));
          return !title?.textContent || !f.querySelector('details.figures, table');
        }).length""",
    )
    assert page.locator("figure").count() >= 8
    assert bare == 0
    unnamed = page.eval_on_selector_all(
        "button, input, select",
        """all => all.filter(e => !(e.textContent.trim() && e.tagName === 'BUTTON') &&
          !e.getAttribute('aria-label') && !e.labels?.length).length""",
    )
    assert unnamed == 0


def test_a_delivery_counts_by_the_rules_that_bind_it_alone(visit, reference):
    # The rule of 2019 binds defence alone: that it is not followed for industry says nothing.
    page = visit(reference[1])
    certified = reference[0].frame("Certificates")
    binding = certified[certified["line"] == "industry N48"].groupby("period")["rule"].agg(set)
    lots = reference[0].frame("Deliveries")
    lots = lots[lots["line"] == "industry N48"]
    assert (lots["not followed"] != "").any()
    figure = "figure:has(svg[aria-label^='Deliveries'])"
    page.click(f"{figure} summary")
    page.wait_for_selector(f"{figure} tbody tr")  # made when it is opened
    row = page.locator(f"{figure} tbody tr", has_text="industry N48").locator("td")
    cells = [text.replace(",", "") for text in row.all_text_contents()]
    wanted = dict.fromkeys(("clean", "open", "break"), 0.0)
    for lot in lots.to_dict("records"):
        breaks, loose = (
            binding[lot["period"]] & set(lot[side].split("; ")) - {""}
            for side in ("breaks", "not followed")
        )
        wanted["break" if breaks else "open" if loose else "clean"] += lot["tonnes"]
    assert wanted["break"] > 0
    shown = [float(cell) for cell in cells[5:8]]
    assert shown == pytest.approx(list(wanted.values()), abs=0.05)


def test_the_sankey_groups_sites_and_a_bar_opens_and_closes(visit, reference):
    page = visit(reference[1])
    bars = f"{SANKEY} svg [role='button']"
    sites = reference[0].frame("Shipments")
    every = {*sites["from site"], *sites["to site"]}

    def labels():
        return [
            label.split(", 20")[0]
            for label in page.eval_on_selector_all(
                f"{SANKEY} svg .mark:not(.link)",
                "marks => marks.map(mark => mark.getAttribute('aria-label'))",
            )
        ]

    grouped = labels()
    assert len(grouped) < len(every)
    first = page.locator(f"{bars}[aria-expanded='false']").first
    name = first.get_attribute("aria-label").split(", 20")[0]
    first.dispatch_event("click")
    opened = labels()
    assert name not in opened
    assert len(opened) > len(grouped)
    page.locator(f"{bars}[aria-expanded='true']").first.dispatch_event("click")
    assert labels() == grouped
    page.locator(f"{bars}[aria-expanded='false']").first.focus()
    page.keyboard.press("Enter")
    assert len(labels()) > len(grouped)
    page.select_option(f"{SANKEY} select", "site")
    assert {label.split(",")[0] for label in labels()} == every
    assert overlaps(page, SANKEY) == []


def test_what_no_rule_looks_at_is_drawn_as_not_traced(visit):
    # Acid is not traced, so that no rule looks at it; ore keeps the rule.
    acid = {"material": "acid", "traced": "no"}
    result = plan(
        Materials=[{"material": "ore", "stage": "mined"}, acid],
        Supply=[offer("kaz"), offer("acid", "China", "acid")],
        Lanes=[lane("Kaz", "Buyer"), lane("China", "Buyer", "acid")],
        Demand=[need(3), need(2, "acid", material="acid")],
        Rules=[no_china()],
        Rule_scope=[china()],
    )
    page = visit(result)
    told = page.eval_on_selector_all(
        f"{SANKEY} svg .link", "links => links.map(link => link.getAttribute('aria-label'))"
    )
    (of_acid,) = [label for label in told if label.startswith("China to Buyer")]
    (of_ore,) = [label for label in told if label.startswith("Kaz to Buyer")]
    assert "origin not traced" in of_acid
    assert "keeps every rule" in of_ore


def test_the_map_zooms_to_a_country(visit, reference):
    page = visit(reference[1])
    names = page.locator(f"{MAP} svg text").count()
    page.select_option(f"{MAP} select", "United States")
    near = page.locator(f"{MAP} svg text").all_text_contents()
    assert "Columbus depot" in near
    assert "Kuantan" not in near
    assert overlaps(page, MAP) == []
    page.select_option(f"{MAP} select", "")
    assert page.locator(f"{MAP} svg text").count() == names


def test_names_that_look_like_html_are_shown_as_they_are(visit):
    page = visit(optimizer.solve(strange()))
    assert page.inner_text("h1") == STRANGE[2].replace("\u2028", page.inner_text("h1")[1])
    shown = page.eval_on_selector_all("#panel tbody td", "cells => cells.map(c => c.textContent)")
    assert STRANGE[0] in shown
    assert STRANGE[1] in shown
    assert page.locator("b:has-text('Łódź')").count() == 0
    label = page.get_attribute(f"{SANKEY} svg [aria-label*='Buyer']", "aria-label")
    assert label


def test_a_case_without_a_plan_shows_the_conflict_and_repairs(visit):
    page = visit(plan(Supply=[offer("kaz", maximum=6)], Demand=[need(10, minimum=1)]))
    assert "No plan meets every hard limit" in page.inner_text("#head")
    assert "minimum delivery of need, Buyer, ore" in page.inner_text("#repairs")
    assert page.locator("figure").count() == 0


def test_a_plan_from_a_stopped_search_is_not_called_proven(visit):
    result = plan(Supply=[offer("kaz")], Demand=[need(1)])
    page = visit(dataclasses.replace(result, status="time limit", gap=0.04))
    head = page.inner_text("#head").replace("\u00a0", " ")
    assert "gap 4.00 %" in head
    assert "not proven optimal" in head
    assert page.locator(".badge.good").count() == 0


def test_the_map_can_be_dragged_and_zoomed_with_buttons(visit, reference):
    page = visit(reference[1])
    place = f"{MAP} svg [data-site='Kuantan']"
    before = page.locator(place).bounding_box()
    page.click(f"{MAP} [aria-label='Zoom in']")
    near = page.locator(place).bounding_box()
    assert abs(near["x"] - before["x"]) > 20
    svg = page.locator(f"{MAP} svg").bounding_box()
    page.mouse.move(svg["x"] + 400, svg["y"] + 200)
    page.mouse.down()
    page.mouse.move(svg["x"] + 450, svg["y"] + 230, steps=4)
    page.mouse.up()
    moved = page.locator(place).bounding_box()
    assert moved["x"] - near["x"] == pytest.approx(50, abs=2)
    assert moved["y"] - near["y"] == pytest.approx(30, abs=2)


def test_a_case_without_coordinates_has_a_sankey_and_says_why_there_is_no_map(visit):
    page = visit(plan(Supply=[offer("kaz")], Demand=[need(1)]))
    assert "No map" in page.inner_text("#flows")
    page.wait_for_selector(SANKEY)  # painted once its width is known
    assert page.locator(SANKEY).count() == 1


def test_the_cost_of_rules_is_drawn_where_a_table_has_it(visit):
    result = plan(Supply=[offer("kaz", price=10)], Demand=[need(5)])
    assert result.objective == pytest.approx(50)
    # Without any rule the plan costs 30; one rule adds 12, another 5, both together 3 more.
    rows = [("all rules", 30.0, 20.0), ("no China", 38.0, 12.0), ("no Russia", 45.0, 5.0)]
    more = {**result.tables, "Rule costs": table(RULE_COSTS, rows)}
    page = visit(dataclasses.replace(result, tables=more))
    labels = page.eval_on_selector_all(
        "svg[aria-label='Cost of rules'] [aria-label]",
        "marks => marks.map(mark => mark.getAttribute('aria-label').replaceAll('\\u00a0', ' '))",
    )
    assert labels == [
        "Without any rule: 30.00 USD",
        "no China: + 12.00 USD",
        "no Russia: + 5.00 USD",
        "All rules together: + 3.00 USD",
        "The plan, every rule kept: 50.00 USD",
    ]
    assert "What do the rules cost? 20.00 USD" in page.inner_text("#money").replace("\u00a0", " ")
    assert visit(result).locator("svg[aria-label='Cost of rules']").count() == 0


def test_it_prints_without_controls_and_without_cutting_a_picture(visit, reference):
    page = visit(reference[1])
    page.emulate_media(media="print")
    for hidden in ("nav", ".tools", "#tables", "#theme"):
        assert page.locator(hidden).first.is_hidden()
    assert page.locator(SANKEY).is_visible()
    assert len(page.pdf(format="A4", landscape=True)) > 10_000


@pytest.mark.parametrize(("back", "theme"), [("#111", "dark"), ("#fdfdfd", "light")])
def test_a_picture_in_a_notebook_fits_its_frame_and_has_its_theme(
    visit, reference, tmp_path, back, theme
):
    """Each picture has no scroll bar, no text on another, and the theme of what lies around it."""
    pictures = list(optimizer.pictures(reference[0]))
    notebook = tmp_path / "notebook.html"
    frames = "".join(picture._repr_html_() for picture in pictures)
    notebook.write_text(f"<meta charset=utf-8><body style='background:{back}'>{frames}", "utf-8")
    system = "light" if theme == "dark" else "dark"
    page = visit(notebook, (1100, 800), ready="iframe", color_scheme=system)
    page.wait_for_function(
        "[...document.querySelectorAll('iframe')].every(frame => frame.style.height !== '640px')"
    )
    found = page.evaluate(
        """[...document.querySelectorAll('iframe')].map(frame => {
          const root = frame.contentDocument.documentElement;
          return [root.dataset.theme, root.scrollHeight <= frame.clientHeight,
            root.scrollWidth <= frame.clientWidth, root.querySelectorAll('main figure').length];
        })"""
    )
    # The reference case is solved without the costs of its rules.
    figures = [0 if picture.name == "rule_costs" else 1 for picture in pictures]
    assert found == [[theme, True, True, count] for count in figures]


def test_a_saved_picture_opens_alone_with_its_figures(visit, reference, tmp_path):
    path = tmp_path / "sankey.html"
    optimizer.pictures(reference[0]).sankey.save(path)
    page = visit(path, ready="figure")
    assert page.locator("figure").count() == 1
    assert page.locator(f"{SANKEY} svg").count() == 1
    page.click(f"{SANKEY} summary")
    page.wait_for_selector(f"{SANKEY} tbody tr")
    assert page.locator(f"{SANKEY} tbody tr").count() > 10
