"""The parts of an Excel file, found by their relationships, and a copy in standard form."""

from __future__ import annotations

import io
import posixpath
import zipfile
from collections import Counter
from collections.abc import Mapping
from functools import cached_property
from typing import Final
from xml.etree import ElementTree
from xml.sax.saxutils import quoteattr

from msgspec import Struct

from optimizer.errors import FileError
from optimizer.tables.sheet_xml import is_plain_xml, normalise_xml
from optimizer.tables.text_matching import quoted

_MAIN_NAMESPACE: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE_NAMESPACE: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_RELATIONS_NAMESPACE: Final = "http://schemas.openxmlformats.org/package/2006/relationships"
_CONTENT_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml"
RESAVE_CURE: Final = "open the workbook in Excel and save it again"
"""Cure of a damaged file."""


class SheetPart(Struct):
    """A worksheet that the workbook lists."""

    name: str
    path: str = ""
    """Name of its part in the file; empty if it has none."""
    trouble: str = ""
    """Why its cells cannot be read, with the cure after a semicolon."""


class ExcelPackage:
    """An Excel file whose parts are found as Excel finds them.

    Part names are compared without regard to case, and \\ counts as /.
    """

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._names: dict[str, str] = {}
        self._duplicates: set[str] = set()
        for name in archive.namelist():
            key = _part_key(name)
            if key in self._names:
                self._duplicates.add(key)
            self._names[key] = name
        self.has_standard_names = all(key == name.casefold() for key, name in self._names.items())
        self.book = self._relationship_target("_rels/.rels", "", "/officeDocument")
        folder, file = posixpath.split(self.book)
        self._relationships = self._read_relationships(f"{folder}/_rels/{file}.rels", folder)

    def __contains__(self, path: str) -> bool:
        return _part_key(path) in self._names

    def read(self, path: str) -> bytes:
        """The bytes of a part.

        Raises FileError if the file holds the part twice and KeyError if it does not hold it.
        """
        key = _part_key(path)
        if key in self._duplicates:
            raise FileError(f"contains the part {key} twice; {RESAVE_CURE}")
        return self._archive.read(self._names[key])

    @cached_property
    def is_standard(self) -> bool:
        """True if the parts other than the sheets have the names and form that Excel writes.

        The fast reader can then read the file itself, without a copy.
        """
        if not self.has_standard_names or self.book != "xl/workbook.xml":
            return False
        part_names = set(self._names.values())
        paths = [self.book, "xl/_rels/workbook.xml.rels", *self._shared_parts().values()]
        if not part_names.issuperset(paths):
            return False
        if not part_names.issuperset(sheet.path for sheet in self.sheets if not sheet.trouble):
            return False
        return all(is_plain_xml(self.read(path)) for path in paths)

    @cached_property
    def sheets(self) -> list[SheetPart]:
        """The worksheets that the workbook lists, without charts, macros and dialogs."""
        sheets = []
        for element in self._workbook.iter():
            if _local_name(element.tag) != "sheet":
                continue
            ids = [value for key, value in element.attrib.items() if _local_name(key) == "id"]
            name = element.attrib.get("name", "")
            kind, path = self._relationships.get(ids[0] if ids else "", ("", ""))
            if not kind:
                missing = "the workbook lists the sheet, but its cells are not in the file"
                sheets.append(SheetPart(name, "", f"{missing}; {RESAVE_CURE}"))
            elif kind.endswith("/worksheet"):
                missing = f"its cells ({path}) are not in the file; {RESAVE_CURE}"
                sheets.append(SheetPart(name, path, "" if path in self else missing))
        uses = Counter(sheet.name.casefold() for sheet in sheets)
        for sheet in sheets:
            if uses[sheet.name.casefold()] > 1:
                raise FileError(
                    f"contains two sheets with the name {quoted(sheet.name)}; {RESAVE_CURE}"
                )
        return sheets

    @cached_property
    def _workbook(self) -> ElementTree.Element:
        return ElementTree.fromstring(self.read(self.book))

    @cached_property
    def never_calculated(self) -> bool:
        """True if a program wrote the workbook and Excel has not calculated it since."""
        return any(
            _local_name(element.tag) == "calcPr"
            and element.attrib.get("fullCalcOnLoad") in ("1", "true")
            for element in self._workbook
        )

    @cached_property
    def filled_strings(self) -> list[bool]:
        """For each shared string, True if it has a character."""
        path = self._shared_parts().get("sharedStrings")
        if path is None or path not in self:
            return []
        root = ElementTree.fromstring(self.read(path))
        return [
            any(_local_name(element.tag) == "t" and element.text for element in string.iter())
            for string in root
            if _local_name(string.tag) == "si"
        ]

    @property
    def counts_from_1904(self) -> bool:
        """True if dates are numbers of days from 1904 on."""
        return any(
            _local_name(each.tag) == "workbookPr" and each.attrib.get("date1904") in ("1", "true")
            for each in self._workbook
        )

    @property
    def styles(self) -> bytes | None:
        """XML of the cell styles; None if there is none."""
        path = self._shared_parts().get("styles")
        return self.read(path) if path is not None and path in self else None

    def relationships_of(self, path: str) -> dict[str, tuple[str, str]]:
        """Type and target of each relationship of a part, by its id."""
        folder, file = posixpath.split(path)
        return self._read_relationships(f"{folder}/_rels/{file}.rels", folder)

    @staticmethod
    def part_key(path: str) -> str:
        """Name under which a part is found, by whatever spelling."""
        return _part_key(path)

    def copy(self, sheets: Mapping[str, bytes]) -> bytes:
        """The bytes of a workbook in the form that Excel writes; ``sheets`` is XML by name."""
        file = io.BytesIO()
        sheets_xml, relationships, content_types = [], [], []
        with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as copy:
            for number, (name, xml) in enumerate(sheets.items(), 1):
                sheets_xml.append(
                    f'<sheet name={quoteattr(name)} sheetId="{number}" r:id="rId{number}"/>'
                )
                relationships.append(
                    _relationship_xml(number, "worksheet", f"worksheets/sheet{number}.xml")
                )
                content_types.append(
                    _override_xml(f"/xl/worksheets/sheet{number}.xml", "worksheet")
                )
                copy.writestr(f"xl/worksheets/sheet{number}.xml", xml)
            for kind, path in self._shared_parts().items():
                if path in self:
                    number = len(relationships) + 1
                    relationships.append(_relationship_xml(number, kind, f"{kind}.xml"))
                    content_types.append(_override_xml(f"/xl/{kind}.xml", kind))
                    xml = self.read(path)
                    copy.writestr(
                        f"xl/{kind}.xml", xml if is_plain_xml(xml) else normalise_xml(xml)
                    )
            properties = '<workbookPr date1904="1"/>' if self.counts_from_1904 else ""
            copy.writestr(
                "xl/workbook.xml",
                f'<workbook xmlns="{_MAIN_NAMESPACE}" xmlns:r="{_OFFICE_NAMESPACE}">{properties}'
                f"<sheets>{''.join(sheets_xml)}</sheets></workbook>",
            )
            copy.writestr("xl/_rels/workbook.xml.rels", _relationships_xml(relationships))
            content_types.append(_override_xml("/xl/workbook.xml", "sheet.main"))
            copy.writestr("[Content_Types].xml", _content_types_xml(content_types))
            workbook = _relationship_xml(1, "officeDocument", "xl/workbook.xml")
            copy.writestr("_rels/.rels", _relationships_xml([workbook]))
        return file.getvalue()

    def _shared_parts(self) -> dict[str, str]:
        """Paths of the parts that all sheets share: strings and styles."""
        paths = {}
        for kind, path in self._relationships.values():
            name = kind.rpartition("/")[2]
            if name in ("sharedStrings", "styles"):
                paths[name] = path
        return paths

    def _relationship_target(self, path: str, folder: str, type_ending: str) -> str:
        for type_found, target in self._read_relationships(path, folder).values():
            if type_found.endswith(type_ending):
                return target
        return ""

    def _read_relationships(self, path: str, folder: str) -> dict[str, tuple[str, str]]:
        """Type and target of each relationship in a .rels part, by its id."""
        if path not in self:
            return {}
        relationships = {}
        for element in ElementTree.fromstring(self.read(path)):
            target = element.attrib.get("Target", "").replace("\\", "/")
            full_path = target[1:] if target.startswith("/") else posixpath.join(folder, target)
            kind = element.attrib.get("Type", "")
            relationships[element.attrib.get("Id", "")] = (kind, posixpath.normpath(full_path))
        return relationships


def _part_key(path: str) -> str:
    return path.replace("\\", "/").lstrip("/").casefold()


def _local_name(tag: str) -> str:
    return tag.rpartition("}")[2]


def _relationship_xml(number: int, kind: str, target: str) -> str:
    return f'<Relationship Id="rId{number}" Type="{_OFFICE_NAMESPACE}/{kind}" Target="{target}"/>'


def _relationships_xml(relationships: list[str]) -> str:
    return f'<Relationships xmlns="{_RELATIONS_NAMESPACE}">{"".join(relationships)}</Relationships>'


def _override_xml(path: str, kind: str) -> str:
    return f'<Override PartName="{path}" ContentType="{_CONTENT_TYPE}.{kind}+xml"/>'


def _content_types_xml(overrides: list[str]) -> str:
    namespace = "http://schemas.openxmlformats.org/package/2006/content-types"
    return (
        f'<Types xmlns="{namespace}"><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{"".join(overrides)}</Types>'
    )
