"""The parts of an Excel file: which there are, whatever their names, and a plain copy of them."""

from __future__ import annotations

import io
import posixpath
import zipfile
from collections.abc import Mapping
from functools import cached_property
from typing import Final
from xml.etree import ElementTree
from xml.sax.saxutils import quoteattr

from msgspec import Struct

from optimizer.errors import FileError
from optimizer.tables.sheet_xml import in_utf8, is_plain
from optimizer.tables.text_matching import quoted

_MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_RELATIONS: Final = "http://schemas.openxmlformats.org/package/2006/relationships"
_CONTENT: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_RESAVE: Final = "open the workbook in Excel and save it again"


class SheetPart(Struct):
    """A sheet that the workbook lists."""

    name: str
    path: str = ""
    """Its part in the file; empty if it has none."""
    trouble: str = ""
    """Why its cells cannot be read, with the cure after a semicolon."""


class ExcelPackage:
    """An Excel file as Excel sees it: names of parts without regard to case, / and \\ alike."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._names: dict[str, str] = {}
        self._twice: set[str] = set()
        for name in archive.namelist():
            key = _key(name)
            if key in self._names:
                self._twice.add(key)
            self._names[key] = name
        self.usual = all(key == name.casefold() for key, name in self._names.items())
        self.book = self._target("_rels/.rels", "", "/officeDocument")
        self._folder, self._file = posixpath.split(self.book)
        self._related = self._relations(f"{self._folder}/_rels/{self._file}.rels", self._folder)

    def __contains__(self, path: str) -> bool:
        return _key(path) in self._names

    def read(self, path: str) -> bytes:
        """The bytes of a part.

        Raises FileError if the file holds it twice, KeyError if it does not.
        """
        key = _key(path)
        if key in self._twice:
            raise FileError(f"holds the part {key} twice; {_RESAVE}")
        return self._archive.read(self._names[key])

    @cached_property
    def plain(self) -> bool:
        """True if the parts beside the sheets have the names and the form that Excel writes."""
        if not self.usual or self.book != "xl/workbook.xml" or "xl/workbook.xml" not in self._exact:
            return False
        if not self._exact.issuperset(sheet.path for sheet in self.sheets if not sheet.trouble):
            return False
        paths = [self.book, "xl/_rels/workbook.xml.rels", *self._shared().values()]
        return all(path in self._exact and is_plain(self.read(path)) for path in paths)

    @property
    def _exact(self) -> set[str]:
        return set(self._names.values())

    @cached_property
    def sheets(self) -> list[SheetPart]:
        """The worksheets that the workbook lists; charts, macros and dialogs are none."""
        found = []
        for element in self._workbook.iter():
            if _local(element.tag) != "sheet":
                continue
            ids = [value for key, value in element.attrib.items() if _local(key) == "id"]
            name = element.attrib.get("name", "")
            kind, path = self._related.get(ids[0] if ids else "", ("", ""))
            if not kind:
                told = f"the workbook lists the sheet, but its cells are not in the file; {_RESAVE}"
                found.append(SheetPart(name, "", told))
            elif kind.endswith("/worksheet"):
                told = "" if path in self else f"its cells ({path}) are not in the file; {_RESAVE}"
                found.append(SheetPart(name, path, told))
        names = [sheet.name.casefold() for sheet in found]
        if len(set(names)) < len(names):
            twice = next(sheet.name for sheet in found if names.count(sheet.name.casefold()) > 1)
            raise FileError(f"holds two sheets with the name {quoted(twice)}; {_RESAVE}")
        return found

    @cached_property
    def _workbook(self) -> ElementTree.Element:
        return ElementTree.fromstring(self.read(self.book))

    @cached_property
    def never_calculated(self) -> bool:
        """True if a program wrote the workbook, and no Excel has calculated it since."""
        return any(
            _local(each.tag) == "calcPr" and each.attrib.get("fullCalcOnLoad") in ("1", "true")
            for each in self._workbook
        )

    @cached_property
    def strings(self) -> list[bool]:
        """Whether each shared string has a character."""
        path = self._shared().get("sharedStrings")
        if path is None or path not in self:
            return []
        root = ElementTree.fromstring(self.read(path))
        return [
            any(_local(each.tag) == "t" and each.text for each in string.iter())
            for string in root
            if _local(string.tag) == "si"
        ]

    def copy(self, sheets: Mapping[str, bytes]) -> bytes:
        """A workbook with the XML of the given sheets by name, in the form that Excel writes."""
        out = io.BytesIO()
        dated = any(
            _local(each.tag) == "workbookPr" and each.attrib.get("date1904") in ("1", "true")
            for each in self._workbook
        )
        listed, related, types = [], [], []
        with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as copy:
            for number, (name, xml) in enumerate(sheets.items(), 1):
                listed.append(
                    f'<sheet name={quoteattr(name)} sheetId="{number}" r:id="rId{number}"/>'
                )
                related.append(_relation(number, "worksheet", f"worksheets/sheet{number}.xml"))
                types.append(_override(f"/xl/worksheets/sheet{number}.xml", "worksheet"))
                copy.writestr(f"xl/worksheets/sheet{number}.xml", xml)
            for kind, path in self._shared().items():
                if path in self:
                    number = len(related) + 1
                    related.append(_relation(number, kind, f"{kind}.xml"))
                    types.append(_override(f"/xl/{kind}.xml", kind))
                    xml = self.read(path)
                    copy.writestr(f"xl/{kind}.xml", xml if is_plain(xml) else in_utf8(xml))
            properties = '<workbookPr date1904="1"/>' if dated else ""
            copy.writestr(
                "xl/workbook.xml",
                f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}">{properties}'
                f"<sheets>{''.join(listed)}</sheets></workbook>",
            )
            copy.writestr("xl/_rels/workbook.xml.rels", _relations_xml(related))
            types.append(_override("/xl/workbook.xml", "sheet.main"))
            copy.writestr("[Content_Types].xml", _types_xml(types))
            book = _relation(1, "officeDocument", "xl/workbook.xml")
            copy.writestr("_rels/.rels", _relations_xml([book]))
        return out.getvalue()

    def _shared(self) -> dict[str, str]:
        """Paths of the parts that all sheets share: texts and formats."""
        found = {}
        for kind, path in self._related.values():
            name = kind.rpartition("/")[2]
            if name in ("sharedStrings", "styles"):
                found[name] = path
        return found

    def _target(self, path: str, folder: str, kind: str) -> str:
        for found, target in self._relations(path, folder).values():
            if found.endswith(kind):
                return target
        return ""

    def _relations(self, path: str, folder: str) -> dict[str, tuple[str, str]]:
        """Kind and target of each relation in a .rels part, by its id."""
        if path not in self:
            return {}
        found = {}
        for element in ElementTree.fromstring(self.read(path)):
            target = element.attrib.get("Target", "").replace("\\", "/")
            full = target[1:] if target.startswith("/") else posixpath.join(folder, target)
            kind = element.attrib.get("Type", "")
            found[element.attrib.get("Id", "")] = (kind, posixpath.normpath(full))
        return found


def _key(path: str) -> str:
    return path.replace("\\", "/").lstrip("/").casefold()


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


def _relation(number: int, kind: str, target: str) -> str:
    return f'<Relationship Id="rId{number}" Type="{_OFFICE}/{kind}" Target="{target}"/>'


def _relations_xml(relations: list[str]) -> str:
    return f'<Relationships xmlns="{_RELATIONS}">{"".join(relations)}</Relationships>'


def _override(path: str, kind: str) -> str:
    return f'<Override PartName="{path}" ContentType="{_CONTENT}.{kind}+xml"/>'


def _types_xml(types: list[str]) -> str:
    space = "http://schemas.openxmlformats.org/package/2006/content-types"
    return (
        f'<Types xmlns="{space}"><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{"".join(types)}</Types>'
    )
