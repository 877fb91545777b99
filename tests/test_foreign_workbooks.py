"""Workbooks that other programs write: no cell is lost, and what cannot be read is named."""

import zipfile
from datetime import date, datetime

import openpyxl
import pytest

from optimizer import FileError, WorkbookError, check, read
from optimizer.tables import cell_grids, zip_limits
from optimizer.tables.check_report import REPORT_TITLE, SEVERITY_COLOURS
from optimizer.tables.marked_copy import write_marked_copy
from optimizer.tables.workbook_files import read_workbook_file
from tests.conftest import CASES, TUTORIAL
from tests.test_read import BASE, SUPPLY, book

SHEET = f"xl/worksheets/sheet{list(BASE).index('Supply') + 1}.xml"
BOOK, RELATIONS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
PRICE = '<c r="D2" t="n"><v>5</v></c>'
"""The only price of the workbook, as openpyxl writes it."""


def edited(path, *edits, add=(), name=lambda part: part, encode=None, **sheets):
    """A workbook of which texts in parts are replaced, parts added, renamed and encoded."""
    book(path, **sheets)
    with zipfile.ZipFile(path) as package:
        parts = {each: package.read(each).decode() for each in package.namelist()}
    for part, old, new in edits:
        assert old in parts[part]
        parts[part] = parts[part].replace(old, new)
    with zipfile.ZipFile(path, "w") as package:
        for part, text in [*parts.items(), *add]:
            package.writestr(name(part), (encode or {}).get(part, str.encode)(text))
    return path


def with_price(path, cell, **sheets):
    return edited(path, (SHEET, PRICE, cell), **sheets)


def messages_of(path):
    return [str(finding) for finding in check(path)]


# Values


@pytest.mark.parametrize(
    ("cell", "price"),
    [
        ('<c r="D2"><v>5</v><f>2+3</f></c>', 5),
        ('<c r="D2"><v><![CDATA[40]]></v></c>', 40),
        ('<c r="D2"><v><!-- x -->40</v></c>', 40),
        ('<c r="D2"><v>4<!-- -->0</v></c>', 40),
        ('<c r="D2"><v>4<?x y?>0</v></c>', 40),
        ('<c r="D2"><v>&#52;0</v></c>', 40),
        ('<c r="D2"><v xml:space="preserve"> 40 </v ></c>', 40),
        ('<c r="D2"><v>40</v><extLst><ext uri="x"><v>7</v></ext></extLst></c>', 40),
        ('<c r="D2" t="inlineStr"><is><t>40</t></is><v>7</v></c>', 40),
        ('<c r="D2" t="inlineStr"><is><r><t>4</t></r><r><t>0</t></r></is></c>', 40),
        ("<c><f>4*10</f><v>40</v></c>", 40),
        ('</row></sheetData><sheetData><row r="2"><c r="D2"><v>40</v></c>', 40),
    ],
)
def test_a_value_is_read_however_a_program_writes_it(tmp_path, cell, price):
    assert read(with_price(tmp_path / "case.xlsx", cell)).supply[0].price == price


@pytest.mark.parametrize(
    ("cell", "complaint"),
    [
        ('t="n"><v>NaN</v>', "NaN is in the cell, which is not a number"),
        ('t="n"><v>-Infinity</v>', "-inf is in the cell, which is not a number"),
        ("><!-- --><v>nan</v>", "NaN is in the cell, which is not a number"),
        ('t="n"><v>5</v><v>6</v>', "the file holds two values for the cell"),
        ('t="n"><v>5</v></c><c r="D2"><v>6</v>', "two cells of the file have the address D2"),
        ('t="s"><v>99</v>', "the text of the cell is missing in the file"),
        ('t="inlineStr"><v>5</v>', "the value of the cell is in the wrong place of the file"),
        ('t="x"><v>5</v>', "the cell has the unknown type 'x'"),
        ('t="e"><v>#SPILL!</v>', "#SPILL! is in the cell; fix its formula or clear it"),
        ('t="e"><v>#CALC!</v>', "#CALC! is in the cell; fix its formula or clear it"),
        ('t="e"><v>#FIELD!</v>', "#FIELD! is in the cell; fix its formula or clear it"),
        ('t="e"><v>#BUSY!</v>', "#BUSY! is in the cell; fix its formula or clear it"),
        ('t="e"><v>#ERROR!</v>', "#ERROR! is in the cell; fix its formula or clear it"),
        ('t="e"><f>1</f><v>Err:508</v>', "Err:508 is in the cell; fix its formula or"),
        ('t="e"><v><![CDATA[#N/A]]></v>', "#N/A is in the cell; fix its formula or clear"),
    ],
)
def test_a_value_that_is_none_is_a_finding_at_its_cell(tmp_path, cell, complaint):
    (found,) = messages_of(with_price(tmp_path / "case.xlsx", f'<c r="D2" {cell}</c>'))
    assert found.startswith(f"Supply!D2 (price): {complaint}")


def test_a_value_that_is_none_is_none_of_our_business_in_a_sheet_of_notes(tmp_path):
    cell = '<c r="B1" t="e"><v>#SPILL!</v></c><c r="C1"><v>NaN</v></c>'
    path = edited(
        tmp_path / "case.xlsx",
        ("xl/worksheets/sheet7.xml", '<c r="B1" t="n"><v>1</v></c>', cell),
        **{"x-scratch": [["mine", 1]]},
    )
    assert messages_of(path) == []


def test_a_sheet_is_read_again_only_where_its_count_differs(tmp_path, monkeypatch):

    def refuse(*_):
        raise AssertionError("the sheet is as Excel writes it")

    monkeypatch.setattr(cell_grids, "rewrite_sheet", refuse)
    formula = [*SUPPLY[0], "notes"], [*SUPPLY[1][:3], 5, "why? so!"]
    path = with_price(
        tmp_path / "case.xlsx",
        '<c r="D2"><f>2+3</f><v>5</v></c><c r="F2" t="str"><f>""</f><v></v></c><c r="G2"/>',
        Supply=formula,
    )
    assert read(path).supply[0].price == 5


# Parts


def utf16(text):
    return f'<?xml version="1.0" encoding="UTF-16"?>{text}'.encode("utf-16")


def latin(text):
    return f'<?xml version="1.0" encoding="ISO-8859-1"?>{text}'.encode("latin-1")


@pytest.mark.parametrize("encoding", [utf16, latin])
@pytest.mark.parametrize("part", [SHEET, BOOK, RELATIONS, "xl/styles.xml"])
def test_a_part_in_another_encoding_is_read(tmp_path, part, encoding):
    found = read(edited(tmp_path / "case.xlsx", encode={part: encoding}))
    assert (found.supply[0].offer, found.supply[0].price) == ("Kaz ore", 5)
    assert found.settings.start == date(2027, 1, 1)  # a date by its format in styles


@pytest.mark.parametrize(
    "name",
    [
        lambda part: part.replace("/", "\\"),
        str.upper,
        lambda part: part.replace("worksheets", "WorkSheets"),
        lambda part: part.replace("workbook", "Workbook"),
    ],
)
def test_names_of_parts_are_read_as_excel_reads_them(tmp_path, name):
    assert read(edited(tmp_path / "case.xlsx", name=name)).supply[0].price == 5


STRINGS = (
    '<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t/></si>'
    "<si><t>K<!-- -->az <![CDATA[ore]]></t></si></sst>"
)
STRINGS_RELATION = (
    '<Relationship Id="rId99" Target="sharedStrings.xml" Type="http://schemas.openxmlformats.org/'
    'officeDocument/2006/relationships/sharedStrings"/></Relationships>'
)


@pytest.mark.parametrize("encoding", [str.encode, utf16])
def test_texts_that_sheets_share_are_read_whatever_their_xml(tmp_path, encoding):
    path = edited(
        tmp_path / "case.xlsx",
        (
            SHEET,
            '<c r="A2" t="inlineStr"><is><t>Kaz ore</t></is></c>',
            '<c r="A2" t="s"><v>1</v></c>',
        ),
        (SHEET, PRICE, f'{PRICE}<c r="E2" t="s"><v>0</v></c>'),
        (RELATIONS, "</Relationships>", STRINGS_RELATION),
        add=[("xl/sharedStrings.xml", STRINGS)],
        encode={"xl/sharedStrings.xml": encoding},
    )
    (offer,) = read(path).supply
    assert (offer.offer, offer.price) == ("Kaz ore", 5)


def sheet_more(kind, name="Own", target="sheets/own.xml"):
    """Edits that list one more sheet, with a relation of a kind (none if empty)."""
    relation = (
        f'<Relationship Id="rId77" Target="{target}" Type="http://schemas.microsoft.com/office/'
        f'2006/relationships/{kind}"/></Relationships>'
    )
    return (
        (BOOK, "</sheets>", f'<sheet name="{name}" sheetId="77" r:id="rId77"/></sheets>'),
        (RELATIONS, "</Relationships>", relation if kind else "</Relationships>"),
    )


@pytest.mark.parametrize("kind", ["xlMacrosheet", "xlIntlMacrosheet", "dialogsheet", "chartsheet"])
def test_sheets_of_macros_dialogs_and_charts_are_no_sheets_of_cells(tmp_path, kind):
    path = edited(
        tmp_path / "case.xlsm",
        *sheet_more(kind),
        add=[("xl/sheets/own.xml", "<macrosheet/>")],
    )
    assert read(path).supply[0].price == 5
    assert messages_of(path) == []


@pytest.mark.parametrize("kind", ["", "worksheet"])
def test_a_sheet_whose_cells_are_not_in_the_file_is_named(tmp_path, kind):
    (found,) = check(edited(tmp_path / "own.xlsx", *sheet_more(kind)))
    assert (found.severity, found.sheet) == ("warning", "Own")
    assert "not in the file" in found.message
    path = edited(tmp_path / "case.xlsx", *sheet_more(kind, "Rules"))
    (found,) = check(path)
    assert (found.severity, found.sheet) == ("error", "Rules")
    with pytest.raises(WorkbookError):
        read(path)


def test_a_sheet_that_is_not_well_formed_is_an_error_where_it_counts(tmp_path):
    path = with_price(tmp_path / "case.xlsx", '<c r="D2"><v>5</v>')
    found = messages_of(path)
    assert found[0].startswith("Supply: the sheet cannot be read: its XML is not well-formed")
    path = edited(
        tmp_path / "notes.xlsx",
        ("xl/worksheets/sheet7.xml", "</row>", "</cow>"),
        Notes=[["mine", 1]],
    )
    (found,) = check(path)
    assert (found.severity, found.sheet) == ("warning", "Notes")


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_part_that_stands_twice_in_the_file_is_refused(tmp_path):
    path = edited(tmp_path / "case.xlsx")
    with zipfile.ZipFile(path, "a") as package:
        package.writestr(SHEET, package.read(SHEET).replace(b"<v>5</v>", b"<v>6</v>"))
    with pytest.raises(FileError, match=r"contains the part xl/worksheets/sheet4\.xml twice"):
        read(path)


def test_dates_of_a_workbook_that_counts_from_1904_are_right_when_it_is_read_again(tmp_path):
    # 1904-01-01 is day 0, so 2027-01-01 is day 44,926
    settings = [[name, 44926 if name == "start" else value] for name, value in BASE["Settings"]]
    path = edited(
        tmp_path / "case.xlsx",
        (BOOK, "<workbookPr />", '<workbookPr date1904="1"/>'),
        ("xl/worksheets/sheet1.xml", '<c r="B2" t="n"><v>', '<c r="B2" s="1" t="n"><v><!-- -->'),
        ("xl/styles.xml", "</cellXfs>", '<xf numFmtId="14" applyNumberFormat="1"/></cellXfs>'),
        Settings=settings,
    )
    assert read(path).settings.start == date(2027, 1, 1)


def test_hidden_and_merged_cells_are_known_in_a_sheet_that_is_read_again(tmp_path):
    path = edited(
        tmp_path / "case.xlsx",
        (SHEET, '<row r="2">', '<row r="2" hidden="true"><!-- -->'),
        (SHEET, "</sheetData>", '</sheetData><mergeCells><mergeCell ref="B1:C1"/></mergeCells>'),
    )
    grid = next(grid for grid in read_workbook_file(path).grids if grid.name == "Supply")
    assert grid.hidden == {2}
    assert "merged with B1" in grid.rows[0][2]


# Size


BLANK = "".join(f'<row r="{row}"><c r="A{row}" s="1"/></row>' for row in range(3, 60_000))
"""Formatted blank rows below the table, 2 MB of them."""


def test_formatted_blank_rows_below_a_table_are_not_read(tmp_path):
    path = edited(tmp_path / "case.xlsx", (SHEET, "</sheetData>", f"{BLANK}</sheetData>"))
    with zipfile.ZipFile(path) as package:
        xml = package.read(SHEET)
    short = zip_limits.without_blank_rows(xml)
    assert short == xml.replace(BLANK.encode(), b"")
    assert read(path).supply[0].price == 5
    assert zip_limits.without_blank_rows(short) is short


@pytest.mark.parametrize(
    "cell",
    [
        '<c r="B{}"><v>1</v></c>',
        '<c r="B{}" t="inlineStr"><is><t>x</t></is></c>',
        '<c r="B{}" t="e"/>',
        '<c r="B{}"><f>1+1</f></c>',
    ],
)
def test_a_filled_row_below_many_blank_ones_is_kept(tmp_path, cell):
    last = f'<row r="60000">{cell.format(60000)}</row>'
    path = edited(
        tmp_path / "case.xlsx",
        (SHEET, "</sheetData>", f"{BLANK}{last}{BLANK.replace('60000', '7')}</sheetData>"),
    )
    with zipfile.ZipFile(path) as package:
        assert last.encode() in zip_limits.without_blank_rows(package.read(SHEET))
    assert any(found.startswith("Supply!") and "60000" in found for found in messages_of(path))


# Marked copies


DEAR = '<c r="D2" t="n"><v>-5e20</v></c>'
"""A price beyond all bounds: the finding that is marked."""


def marked(path, **options):
    copy = path.with_name("copy" + path.suffix)
    return openpyxl.load_workbook(write_marked_copy(path, check(path), copy), **options)


@pytest.mark.parametrize(
    "edits",
    [
        {"edits": [(SHEET, PRICE, DEAR.replace('t="n"', 's="999"'))]},
        {"edits": [(SHEET, PRICE, '<c r="D2"><v>NaN</v></c>')]},
        {
            "edits": [
                (SHEET, PRICE, DEAR),
                (
                    SHEET,
                    "</sheetData>",
                    "</sheetData><dataValidations><dataValidation "
                    'type="bogus" sqref="A1"/></dataValidations>',
                ),
            ]
        },
        {
            "edits": [(SHEET, PRICE, DEAR)],
            "name": lambda part: part.replace("worksheets", "WorkSheets"),
        },
        {
            "edits": [
                (SHEET, PRICE, DEAR),
                (
                    SHEET,
                    "</sheetData>",
                    '</sheetData><mergeCells><mergeCell ref="E1:E1048576"/></mergeCells>',
                ),
            ]
        },
    ],
    ids=["format", "nan", "validation", "names", "merged"],
)
@pytest.mark.parametrize("suffix", [".xlsx", ".xlsm"])
def test_what_openpyxl_cannot_open_is_marked_in_a_copy_of_the_values(tmp_path, edits, suffix):
    edits = dict(edits)
    path = edited(tmp_path / f"case{suffix}", *edits.pop("edits"), **edits)
    found = marked(path)
    assert found["Supply"]["D2"].fill.fgColor.rgb == SEVERITY_COLOURS["error"]
    assert found["Supply"]["A2"].value == "Kaz ore"
    assert found["Settings"]["B2"].value == datetime(2027, 1, 1)
    assert "has only the values of your cells" in found[REPORT_TITLE]["A3"].value
    with zipfile.ZipFile(path.with_name("copy" + suffix)) as package:
        macros = b"macroEnabled" in package.read("[Content_Types].xml")
    assert macros == (suffix == ".xlsm")  # Excel compares the name with the kind


def test_text_that_looks_like_a_formula_stays_text_in_a_copy_of_the_values(tmp_path):
    path = with_price(
        tmp_path / "case.xlsx",
        '<c r="D2"><v>NaN</v></c><c r="E2" t="str"><v>=1+1</v></c>',
        Supply=[[*SUPPLY[0], "notes"], SUPPLY[1]],
    )
    cell = marked(path)["Supply"]["E2"]
    assert (cell.value, cell.data_type) == ("=1+1", "s")


def test_a_workbook_of_too_many_cells_is_not_marked_and_says_so(tmp_path, monkeypatch):
    path = with_price(tmp_path / "case.xlsx", DEAR)
    monkeypatch.setattr("optimizer.tables.plain_copy.MAX_PLAIN_COPY_CELLS", 10)
    monkeypatch.setattr("optimizer.tables.marked_copy.MAX_MARKED_CELLS", 10)
    with pytest.raises(FileError, match=r"more than 10 filled cells.*use the list of findings"):
        write_marked_copy(path, check(path), tmp_path / "copy.xlsx")


def test_findings_are_printed_before_they_are_marked(tmp_path, monkeypatch, capsys):
    from optimizer.cli import main

    def last(*_):
        assert "-5e+20 is beyond 1e15" in capsys.readouterr().out
        raise FileError("has been tried")

    monkeypatch.setattr("optimizer.tables.marked_copy.write_marked_copy", last)
    assert main(["check", str(with_price(tmp_path / "case.xlsx", DEAR))]) == 1
    assert "no marked copy: has been tried" in capsys.readouterr().err


@pytest.mark.parametrize("path", [TUTORIAL, CASES / "gams_whouse.xlsx"], ids=lambda path: path.stem)
def test_a_sheet_that_is_read_again_is_read_the_same(path, monkeypatch):
    def filled():
        return [
            (grid.name, row, place, raw)
            for grid in read_workbook_file(path).grids
            for row, cells in enumerate(grid.rows)
            for place, raw in enumerate(cells)
            if raw != ""
        ]

    expected = filled()
    monkeypatch.setattr("optimizer.tables.cell_grids.is_plain_xml", lambda xml: False)
    assert filled() == expected
