"""The results workbook: print set-up, links, and the rules of Excel for a valid file."""

from __future__ import annotations

import re
import shutil
import subprocess
from xml.etree import ElementTree
from zipfile import ZipFile

import openpyxl
import pytest

from optimizer.report import write
from optimizer.report.excel_values import MAX_EXCEL_CELL_CHARACTERS
from optimizer.result import result_layouts as t
from tests.report_plan import QUARTERS, plan

pytestmark = pytest.mark.filterwarnings("ignore:.*extension is not supported")


def test_the_paper_is_a4_landscape_one_page_wide(formulas):
    for sheet in formulas:
        assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert (sheet.page_setup.fitToWidth or 1, sheet.page_setup.fitToHeight) == (1, 0)
        assert sheet.print_area
        assert sheet.oddHeader.center.text.endswith("2027-Q1 to 2029-Q4")
        assert sheet.oddFooter.right.text.endswith("Page &P of &N")
    assert formulas["Costs"].print_title_rows == "$5:$5"
    assert formulas["Heat map"].print_title_rows == "$4:$4"


def test_the_summary_prints_on_two_pages_and_no_chart_is_cut(formulas):
    sheet = formulas["Summary"]
    assert len(sheet.row_breaks.brk) == 1
    row = sheet.row_breaks.brk[0].id
    assert all(chart.anchor.to.row < row for chart in sheet._charts)
    assert sheet.cell(row + 1, 2).value.startswith("Cost by category")


def printed(sheet):
    """Ranges that a sheet prints by default, and those that it prints on demand."""
    return sheet.print_area, sheet.defined_names["Printout"].attr_text


def test_only_the_summary_prints_by_default_and_the_rest_on_demand(formulas):
    for sheet in formulas:
        if sheet.title == "Summary":
            assert "Printout" not in sheet.defined_names
            assert sheet.print_area.startswith("'Summary'!$A$1:")
            continue
        area, printout = printed(sheet)
        assert sheet[area.split("!")[1].split(":")[0].replace("$", "")].value is None
        assert printout.startswith(f"'{sheet.title}'!$")
    told = [cell.value for row in formulas["Summary"].iter_rows() for cell in row]
    assert any("choose Printout in its Name Box" in str(text) for text in told)


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("soffice"), reason="LibreOffice is not installed")
def test_libreoffice_prints_two_pages_however_many_alerts_there_are(tmp_path):
    alerts = tuple(f"Alert {number}" for number in range(90))
    write(tmp_path / "plan.xlsx", *plan(QUARTERS, alerts=alerts))
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    command = ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", str(tmp_path)]
    subprocess.run([*command, str(tmp_path / "plan.xlsx")], check=True, capture_output=True)
    pages = re.findall(rb"/Type\s*/Page\b", (tmp_path / "plan.pdf").read_bytes())
    assert len(pages) == 2


def test_the_first_part_of_a_long_or_wide_table_is_printed_and_the_footer_names_it(
    tmp_path, monkeypatch
):
    monkeypatch.setattr("optimizer.report.print_area.MAX_PRINTED_ROWS", 20)
    monkeypatch.setattr("optimizer.report.print_area._MAX_PAGE_WIDTH", 120)
    summary, tables = plan()
    write(tmp_path / "plan.xlsx", summary, tables)
    sheet = openpyxl.load_workbook(tmp_path / "plan.xlsx")["Provenance"]
    _, area = printed(sheet)
    assert area.startswith("'Provenance'!$A$1:$")
    assert area.endswith("$25")
    foot = sheet.oddFooter.center.text
    assert f"the first 20 of {len(tables['Provenance']):,} rows, columns A to " in foot
    assert foot.endswith("of M")


def test_a_case_that_begins_with_a_number_does_not_set_the_size_of_the_header(tmp_path):
    write(tmp_path / "plan.xlsx", *plan(QUARTERS[:1], case="2027 plan & more"))
    with ZipFile(tmp_path / "plan.xlsx") as archive:
        assert (
            "&amp;L&amp;8 2027 plan &amp;&amp; more"
            in archive.read("xl/worksheets/sheet1.xml").decode()
        )


# Links


def links(path, sheet):
    """Target and location of the links of a sheet, by cell."""
    cells = (cell for row in openpyxl.load_workbook(path)[sheet].iter_rows() for cell in row)
    found = [cell.hyperlink for cell in cells if cell.hyperlink]
    return {link.ref: (link.target, link.location) for link in found}


def test_every_headline_figure_links_to_its_table(written):
    found = [place for cell, (_, place) in links(written[2], "Summary").items() if cell[1:] == "6"]
    names = ("Costs", "Shortages", "Compliance", "Compliance")
    assert found == [f"'{name}'!A1" for name in names]


def test_a_line_of_the_summary_links_to_its_row_in_the_pivot_or_the_table(written, formulas):
    sheet, found = formulas["Summary"], links(written[2], "Summary")
    seen = 0
    for row in sheet.iter_rows():
        for cell in row:
            place = found.get(cell.coordinate, ("", ""))[1]
            if cell.value in ("Freight", "Narva · sintering", "DFARS", "automotive"):
                if not place:
                    continue  # The segment is also in the block of shares by year.
                name, at = place.split("!")
                target = formulas[name.strip("'")][at]
                texts = [c.value for c in formulas[target.parent.title][target.row]]
                words = cell.value.split(" · ")
                assert all(word.lower() in [str(t).lower() for t in texts] for word in words)
                seen += 1
    assert seen == 4


def test_an_alert_links_to_the_cell_of_the_input_for_any_file_name(written):
    found = [pair for pair in links(written[2], "Alerts").values() if pair[0]]
    assert found == [("..\\my%20case%20%231.xlsx", "'Supply'!A12")]


def test_without_a_path_of_the_input_there_is_no_link_out_of_the_workbook(tmp_path):
    write(tmp_path / "plan.xlsx", *plan(QUARTERS[:1], input_path=""))
    with ZipFile(tmp_path / "plan.xlsx") as archive:
        parts = [name for name in archive.namelist() if name.endswith(".rels")]
        assert parts
        for name in parts:
            assert b'TargetMode="External"' not in archive.read(name), name


def test_rows_link_to_the_cells_of_the_input_that_they_name(tmp_path):
    # A table that names cells in columns of its own; warnings of the run; rows of Rules.
    summary, tables = plan(QUARTERS[:1])
    fields = tuple(t.Field(name, "text", name) for name in ("thing", "sheet", "cell"))
    rows = [("a", "Units", "D9"), ("b", "Supply", "H"), ("c", "", "")]
    tables["Bounds"] = t.table(t.Layout("Bounds", "What binds.", fields), rows)
    tables["Priced"] = t.table(
        t.Layout("Priced", "What is dear.", (fields[0], fields[2])),
        [("a", "Rule scope!C15, Rules!A3"), ("b", "Pipeline row 7"), ("c", "nowhere")],
    )
    tables["Run"] = t.table(t.RUN_LAYOUT, [("warning", "Lanes: 3 rows are off"), ("gap", "0")])
    write(tmp_path / "plan.xlsx", summary, tables)
    path = "..\\my%20case%20%231.xlsx"
    assert links(tmp_path / "plan.xlsx", "Bounds") == {
        "C6": (path, "'Units'!D9"),
        "C7": (path, "'Supply'!H1"),
    }
    assert links(tmp_path / "plan.xlsx", "Priced") == {
        "B6": (path, "'Rule scope'!C15"),
        "B7": (path, "'Pipeline'!A7"),
    }
    assert links(tmp_path / "plan.xlsx", "Run") == {"B6": (path, "'Lanes'!A1")}
    book = openpyxl.load_workbook(tmp_path / "plan.xlsx")
    assert book["Bounds"]["C6"].value == "D9"
    assert book["Priced"]["B7"].value == "Pipeline row 7"


def test_more_links_than_a_sheet_holds_are_left_out(tmp_path, monkeypatch):
    monkeypatch.setattr("optimizer.report.cell_links.MAX_LINKS", 2)
    summary, tables = plan(QUARTERS[:1])
    tables["Run"] = t.table(
        t.RUN_LAYOUT, [("warning", f"Lanes!A{row}: off") for row in range(2, 5)]
    )
    write(tmp_path / "plan.xlsx", summary, tables)
    assert links(tmp_path / "plan.xlsx", "Run") == {}


# What Excel asks of a file


def test_the_file_meets_the_rules_of_excel_and_opens_without_repair(written):
    with ZipFile(written[2]) as archive:
        assert archive.testzip() is None
        parts = {name: archive.read(name) for name in archive.namelist()}
    trees = {
        name: ElementTree.fromstring(data)
        for name, data in parts.items()
        if name.endswith((".xml", ".rels", ".vml"))
    }
    names, ids = [], []
    for name, tree in trees.items():
        if name.startswith("xl/tables/"):
            names.append(tree.get("displayName"))
            ids.append(tree.get("id"))
            heads = [column.get("name").lower() for column in tree.iter(f"{MAIN}tableColumn")]
            assert len(heads) == len(set(heads))
            assert tree.find(f"{MAIN}autoFilter").get("ref") == tree.get("ref")
            (left, top), (right, bottom) = map(cell_coordinates, tree.get("ref").split(":"))
            assert right - left + 1 == len(heads)
            assert bottom > top
        elif name.startswith("xl/worksheets/sheet"):
            check_sheet(name, tree, trees)
    assert len(set(map(str.lower, names))) == len(names) == len(t.RESULT_LAYOUTS) + 1
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"[A-Za-z_][\w.]{0,254}", name) for name in names)
    book = trees["xl/workbook.xml"]
    sheets = [sheet.get("name") for sheet in book.iter(f"{MAIN}sheet")]
    assert len({name.lower() for name in sheets}) == len(sheets)
    assert all(len(name) <= 31 and not set("[]:*?/\\") & set(name) for name in sheets)
    defined = [
        (one.get("name"), one.get("localSheetId")) for one in book.iter(f"{MAIN}definedName")
    ]
    assert len(set(defined)) == len(defined)
    assert {name for name, _ in defined} == {
        "_xlnm.Print_Area",
        "_xlnm.Print_Titles",
        "Printout",
    }
    texts = trees["xl/sharedStrings.xml"].iter(f"{MAIN}t")
    assert (
        max(len((text.text or "").encode("utf-16-le")) // 2 for text in texts)
        <= MAX_EXCEL_CELL_CHARACTERS
    )
    styles = trees["xl/styles.xml"].find(f"{MAIN}cellXfs")
    assert len(styles) == int(styles.get("count")) < 64_000


MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
EXCEL_2007_FUNCTIONS = {
    *(
        "SUM",
        "SUMIFS",
        "SUMPRODUCT",
        "SUBTOTAL",
        "COUNTIF",
        "FIXED",
        "IF",
        "IFERROR",
        "INDEX",
        "MATCH",
    ),
    *(
        "MAX",
        "MIN",
        "ABS",
        "ROW",
        "ROWS",
        "LEFT",
        "LOWER",
        "FIXED",
        "ROUND",
        "ROUNDDOWN",
        "SUBSTITUTE",
    ),
}
"""Functions of Excel 2007, which need no prefix in the file."""


def cell_coordinates(cell):
    """Column and row of a cell, counted from 1."""
    letters, row = re.fullmatch(r"([A-Z]+)(\d+)", cell).groups()
    column = 0
    for letter in letters:
        column = 26 * column + ord(letter) - 64
    return column, int(row)


def check_sheet(name, tree, trees):
    """Cells are distinct and in order, formulas short and known, links complete."""
    rows = [int(row.get("r")) for row in tree.iter(f"{MAIN}row")]
    assert rows == sorted(set(rows)), name
    for row in tree.iter(f"{MAIN}row"):
        columns = [cell_coordinates(cell.get("r"))[0] for cell in row]
        assert columns == sorted(set(columns)), (name, row.get("r"))
    for formula in tree.iter(f"{MAIN}f"):
        words = re.sub(r'"[^"]*"', "", formula.text)
        assert set(re.findall(r"([A-Z][A-Z0-9.]*)\(", words)) <= EXCEL_2007_FUNCTIONS
        assert len(formula.text) <= 8192
        assert not formula.text.startswith("=")
    related = f"xl/worksheets/_rels/{name.rsplit('/', 1)[1]}.rels"
    targets = {one.get("Id"): one for one in trees[related]} if related in trees else {}
    found = [*tree.iter(f"{MAIN}hyperlink")]
    assert len(found) <= 65_530
    assert len({link.get("ref") for link in found}) == len(found)
    for link in found:
        outside = link.get(RELATION)
        if outside:
            assert targets[outside].get("TargetMode") == "External"
            assert not set(" #") & set(targets[outside].get("Target"))
        assert outside or link.get("location")
        assert len(link.get("display") or "") <= 255
        assert len(link.get("tooltip") or "") <= 255
    merged = [one.get("ref") for one in tree.iter(f"{MAIN}mergeCell")]
    assert len(set(merged)) == len(merged)
