"""Notebooks: short texts, cards and tables of HTML, pictures, and the example notebook."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser

import pytest

import optimizer
from optimizer import examples
from optimizer.report.page.notebook_pictures import PICTURE_MEANINGS
from optimizer.report.write_result import plan_summary
from optimizer.result.result_table import MAX_NOTEBOOK_ROWS
from tests.conftest import ROOT, make, need, offer, plan, site

STRANGE = "<script>alert('a & \"b\"')</script>"
"""A name that would break HTML if it were not escaped."""


@pytest.fixture(scope="module")
def reference():
    return optimizer.solve(examples.north_america())


def words(html: str) -> str:
    """Text of HTML; raises if an element is not closed."""
    found, open_tags = [], []

    class Reader(HTMLParser):
        def handle_starttag(self, tag, attrs):
            if tag not in ("br", "meta"):
                open_tags.append(tag)

        def handle_endtag(self, tag):
            assert open_tags.pop() == tag

        def handle_data(self, data):
            found.append(data)

    reader = Reader()
    reader.feed(html)
    reader.close()
    assert not open_tags
    return " ".join(" ".join(found).split())


# Short texts ----------------------------------------------------------------------------------


def test_everything_that_is_returned_has_a_text_of_a_few_lines(reference):
    case = examples.tutorial()
    result = optimizer.solve(case)
    m = optimizer.build_model(case)
    things = [
        *(reference, reference.case, reference.network, reference.audit, reference.conflict),
        *reference.tables.values(),
        *(m, m.network, m.columns, optimizer.pictures(reference), *optimizer.pictures(reference)),
        optimizer.alternatives(case, 0.05),
        optimizer.compare(result, result),
        optimizer.cost_of_rules(case, plan=result, workers=1),
        optimizer.stochastic(case, [("a", 0.5, case), ("b", 0.5, case)]),
        optimizer.rolling(case),
        optimizer.replan(case, result, date(2027, 4, 1)),
        make(Demand=[]),
    ]
    long = {type(each).__name__: len(repr(each)) for each in things if len(repr(each)) > 700}
    assert not long
    # A line of an editor: the text of a result, of a case and of a table.
    assert all(len(repr(each)) < 300 for each in things[:3])


def test_the_text_of_a_result_says_what_matters():
    result = plan(Supply=[offer("kaz", price=5, maximum=6)], Demand=[need(10)])
    # 6 t at 5, and 4 t short at 100.
    assert repr(result) == (
        f"<Result of '': optimal, cost 430 USD, 4.000 t short, lawful: no rules, audit passed; "
        f"{len(result.tables)} tables>"
    )
    none = optimizer.solve(make(Supply=[], Demand=[need(10, minimum=1)]))
    assert repr(none) == f"<Result of '': infeasible; no plan, {len(none.repairs)} repairs>"


# Cards and tables -----------------------------------------------------------------------------


def test_the_card_of_a_result_has_the_figures_of_the_summary(reference, tmp_path):
    optimizer.write(reference, tmp_path / "plan.xlsx")
    summary = summary_tiles(tmp_path / "plan.xlsx")
    card = words(reference._repr_html_())
    assert f"{summary['Total cost']:,.0f} USD" in card
    assert f"{sum(reference.tables['Costs']['amount']):,.0f} USD" in card
    assert f"Shortfall {summary['Shortfall']:,.1f} t" in card
    assert f"Lawful {summary['Lawful']}" in card
    assert plan_summary(reference).verdict in card
    assert (f"optimal within {reference.gap:.2%}" in card) == (reference.gap > 0)
    assert reference.alerts[0] in card


def summary_tiles(path):
    """Figures under the labels of the headline of the Summary, by the label without its unit."""
    import openpyxl

    sheet = openpyxl.load_workbook(path, read_only=True, data_only=True)["Summary"]
    lines = enumerate(sheet.iter_rows(values_only=True))
    cells = {(row, column): value for row, line in lines for column, value in enumerate(line)}
    labels = ("Total cost", "Shortfall", "Lawful")
    found = {}
    for (row, column), value in cells.items():
        name = str(value).partition(",")[0]
        if name in labels and name not in found:
            found[name] = cells[row + 1, column]
    return found


def test_the_card_of_a_case_without_a_plan_says_why_and_what_would_help():
    result = optimizer.solve(make(Supply=[offer("kaz", maximum=6)], Demand=[need(10, minimum=1)]))
    card = words(result._repr_html_())
    assert card.startswith("✕ No plan meets every hard limit")
    assert result.repairs
    for repair in result.repairs:
        assert repair.title in card
        assert all(" ".join(change.split()) in card for change in repair.changes)


@pytest.mark.parametrize(
    ("changes", "mark"),
    [
        ({}, "✓"),
        ({"lawful": "no rules"}, "✓"),
        ({"lawful": "as far as stated"}, "!"),
        ({"lawful": "no rule binds"}, "!"),
        ({"lawful": "no"}, "✕"),
        ({"status": "time limit"}, "!"),
        ({"audit": None}, "✕"),
    ],
)
def test_only_a_plan_that_is_proven_audited_and_lawful_has_a_tick(reference, changes, mark):
    assert f" {mark} " in words(replace(reference, **changes)._repr_html_())[:60]


def test_names_are_escaped_in_cards_and_tables():
    result = plan(
        Settings={"case": STRANGE},
        Sites=[site(STRANGE, "Kazakhstan"), site("Buyer", "USA")],
        Supply=[offer(STRANGE, STRANGE)],
        Lanes=[{"from site": STRANGE, "to site": "Buyer", "material": "*", "cost": 0}],
        Demand=[need(10)],
    )
    pictures = optimizer.pictures(result)
    for thing in (result, result.case, result.tables["Purchases"], pictures):
        html = thing._repr_html_()
        assert "<script" not in html
        words(html)
    assert STRANGE in words(result.tables["Purchases"]._repr_html_())
    assert STRANGE in words(result._repr_html_())
    # The frame holds programs of its own, but they stand inside one attribute.
    frame = pictures.sankey._repr_html_()
    assert words(frame) == ""
    assert frame.count("<iframe") == frame.count("</iframe>") == 1


def test_cards_and_tables_take_the_colours_of_the_notebook(reference):
    for thing in (reference, reference.case, reference.tables["Purchases"]):
        html = thing._repr_html_()
        assert not re.search(r"(?<![-\w])(color|background)\s*:(?!\s*inherit)", html)


def test_a_long_table_shows_its_first_rows_and_says_so(reference):
    table = reference.tables["Purchases"]
    html = table._repr_html_()
    assert html.count("<tr>") == MAX_NOTEBOOK_ROWS + 1
    assert f"The first {MAX_NOTEBOOK_ROWS} of {len(table):,} rows" in words(html)
    assert len(html) < 50_000
    longest = max(reference.tables.values(), key=len)
    assert len(longest._repr_html_()) < 50_000


def test_a_cell_without_a_number_is_blank_and_one_without_a_limit_says_so():
    from optimizer.result.result_table import Field, Layout, table

    fields = (Field("a", "tonnes", ""), Field("b", "text", ""), Field("c", "money", ""))
    rows = [(float("nan"), None, float("inf")), (1234.5, "x", 0.25)]
    shown = words(table(Layout("T", "m.", fields), rows)._repr_html_())
    assert "a t b c money no limit 1,234 x 0.25" in shown
    empty = words(table(Layout("T", "m.", fields), [])._repr_html_())
    assert "All rows" in empty


def test_the_card_of_a_study_shows_its_overview():
    study = optimizer.alternatives(examples.tutorial(), 0.05)
    shown = words(study._repr_html_())
    assert f"{len(study.outcomes)} of {len(study.outcomes)} runs have a plan" in shown
    assert "Alternatives: " in shown


# Pictures -------------------------------------------------------------------------------------


def test_each_picture_is_one_file_that_needs_no_other(reference, tmp_path):
    pictures = optimizer.pictures(reference)
    assert [picture.name for picture in pictures] == list(PICTURE_MEANINGS)
    for picture in pictures:
        target = tmp_path / f"{picture.name}.html"
        picture.save(target)
        html = target.read_text("utf-8")
        assert html == picture.html
        assert "default-src 'none'" in html
        assert not re.search(r"(src|href)=[\"']?https?:", html)
        assert len(picture._repr_html_()) < 400_000
        data = json.loads(re.search(r'id="data">(.*?)</script>', html, re.S)[1])
        assert (data["picture"], data["objective"]) == (picture.name, reference.objective)


def test_a_picture_of_flows_holds_the_tonnes_of_the_table(reference):
    data = json.loads(
        re.search(r'id="data">(.*?)</script>', optimizer.pictures(reference).sankey.html, re.S)[1]
    )
    assert data["shipped"]["left"]["tonnes"] == 0
    assert sum(data["shipped"]["tonnes"]) == pytest.approx(
        sum(reference.tables["Shipments"]["tonnes"])
    )


def test_what_has_no_plan_has_no_pictures():
    none = optimizer.solve(make(Supply=[], Demand=[need(10, minimum=1)]))
    with pytest.raises(optimizer.NoPlanError):
        optimizer.pictures(none)
    with pytest.raises(optimizer.UsageError):
        optimizer.pictures("plan.xlsx")


# The example ----------------------------------------------------------------------------------


def test_the_example_notebook_gives_the_outputs_that_it_stores(tmp_path, monkeypatch):
    pytest.importorskip("ipykernel", reason="the kernel of notebooks is not installed")
    pytest.importorskip("nbclient", reason="what runs notebooks is not installed")
    import nbformat

    from tests.example_notebook import NOTEBOOK, executed, shown

    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    for name in ("IPYTHONDIR", "JUPYTER_RUNTIME_DIR", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR"):
        monkeypatch.setenv(name, str(tmp_path / name))
    stored = nbformat.read(NOTEBOOK, as_version=4)
    assert shown(executed()) == shown(stored)
    assert all(cell.outputs for cell in stored.cells if cell.cell_type == "code")
