"""The texts that the cells of a workbook share: reading the part of a package, adding, writing."""

from __future__ import annotations

import re
from xml.sax.saxutils import escape

from optimizer.report.excel_values import escape_character_codes

_ITEM = re.compile(r"<si>.*?</si>", re.DOTALL)
_COUNTS = re.compile(r' count="(\d+)" uniqueCount="\d+"')


class SharedStrings:
    """Texts by number, as ``xl/sharedStrings.xml`` has them (ECMA-376, part 1, 18.4)."""

    def __init__(self, xml: str) -> None:
        self._xml = xml
        self._items = _ITEM.findall(xml)
        self._numbers = {item: number for number, item in enumerate(self._items)}
        self._new_references = 0

    def number(self, text: str) -> int:
        """Number by which cells refer to a text, which is added if it is new."""
        space = ' xml:space="preserve"' if text != text.strip() else ""
        item = f"<si><t{space}>{escape(escape_character_codes(text))}</t></si>"
        number = self._numbers.setdefault(item, len(self._items))
        if number == len(self._items):
            self._items.append(item)
        return number

    def count_references(self, count: int) -> None:
        """Count cells that refer to a text."""
        self._new_references += count

    def xml(self) -> str:
        """The part with all texts."""
        head, rest = self._xml.split("<si>", 1)
        counts = _COUNTS.search(head)
        if counts:
            references = int(counts[1]) + self._new_references
            new = f' count="{references}" uniqueCount="{len(self._items)}"'
            head = head.replace(counts[0], new)
        return "".join((head, *self._items, rest.rsplit("</si>", 1)[1]))
