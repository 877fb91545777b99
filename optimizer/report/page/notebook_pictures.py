"""The pictures of the page of a result, one by one, for a notebook.

Each is a small page of its own, drawn by the programs of the page of a run, in a frame that loads
nothing: so a notebook has the same picture with its tooltips, choices and table, and no picture is
drawn by two programs. What a static SVG could be used for beyond that, such as a slide, the page
prints.
"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import TYPE_CHECKING, Any

from msgspec import Struct, structs

from optimizer.atomic_write import FileTarget, write_when_complete
from optimizer.errors import NoPlanError
from optimizer.report.argument_checks import check_result
from optimizer.report.page.html_file import PAGE_FILE_KIND
from optimizer.report.page.page_data import page_data
from optimizer.report.page.plan_page import plan_page

if TYPE_CHECKING:
    from optimizer.plan import Result

FRAME_HEIGHT = 640
"""Height in pixels of a picture's frame until it knows that of the picture."""
_HEAD_AND_FOOT = ("alerts", "warnings", "repairs", "lawful_notes", "audit", "input")
"""Data of the page's head and foot, which no picture draws."""
_DRAWN_BY = {
    "shipped": ("map", "sankey"),
    "bought": ("map",),
    "delivered": ("map", "demand"),
    "units": ("units",),
    "stock": ("stock",),
    "scarcity": ("scarcity",),
    "break_even": ("break_even",),
}
"""Long data of the page, and the pictures that need them; other pictures leave them out."""


class Picture(Struct, frozen=True, eq=False):
    """A picture of a result; a notebook shows it where it is the last value of a cell."""

    name: str
    meaning: str
    _data: dict[str, Any]

    @property
    def html(self) -> str:
        """The picture as an HTML document that needs no other file."""
        own = {
            key: value if self.name in _DRAWN_BY.get(key, (self.name,)) else _emptied(value)
            for key, value in self._data.items()
        }
        return plan_page({**own, "picture": self.name}).decode()

    def save(self, path: FileTarget) -> None:
        """Write the picture as one HTML file, to a path or an open binary file.

        An existing file is replaced atomically. Raises FileError if it cannot be written.
        """
        with write_when_complete(path, PAGE_FILE_KIND) as file:
            file.write(self.html.encode())

    def _repr_html_(self) -> str:
        return (
            f"<iframe srcdoc='{_in_quotes(self.html)}' title=\"{escape(self.meaning)}\" "
            f'style="width:100%;height:{FRAME_HEIGHT}px;border:0"></iframe>'
        )

    def __repr__(self) -> str:
        return f"<Picture {self.name}: {self.meaning}>"


def _emptied(value: dict[str, Any]) -> dict[str, Any]:
    """The same columns without their values."""
    return {name: [] if isinstance(own, list) else own for name, own in value.items()}


def _in_quotes(html: str) -> str:
    """HTML as an attribute between single quotes; JSON has fewer of these than of double ones."""
    return html.replace("&", "&amp;").replace("'", "&#39;")


class Pictures(Struct, frozen=True, eq=False):
    """The pictures of a result, in the order of its page."""

    demand: Picture
    rules: Picture
    map: Picture
    sankey: Picture
    units: Picture
    stock: Picture
    costs: Picture
    rule_costs: Picture
    scarcity: Picture
    break_even: Picture

    def __iter__(self) -> Iterator[Picture]:
        yield from structs.astuple(self)

    def __repr__(self) -> str:
        return f"<Pictures {', '.join(self.__struct_fields__)}>"

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<li><code>.{picture.name}</code>: {escape(picture.meaning)}</li>" for picture in self
        )
        return f"<ul>{rows}</ul>"


PICTURE_MEANINGS = {
    "demand": "who gets what, and what is short",
    "rules": "each rule, and how much of what it binds rests on what",
    "map": "what goes where, on a map; the period can be chosen",
    "sankey": "from mine to customer; the period can be chosen",
    "units": "how busy each unit is, period by period",
    "stock": "what lies in stock, period by period",
    "costs": "what it costs, by category and year",
    "rule_costs": "what each rule costs, if the result has the table Rule costs",
    "scarcity": "what is scarce, and what more of it is worth",
    "break_even": "which offers are nearly used, and at which price they would be",
}
"""What each picture shows, by its name."""


def pictures(result: Result) -> Pictures:
    """The pictures of the page of a result, to show in a notebook or to save one by one.

    Raises NoPlanError if the result has no plan, UsageError for anything but a result.
    """
    check_result(result)
    if result.objective is None:
        raise NoPlanError(f"there is no plan to draw: {result.status}")
    data = page_data(result, sheets=False)
    data.update(dict.fromkeys(_HEAD_AND_FOOT))
    return Pictures(**{name: Picture(name, told, data) for name, told in PICTURE_MEANINGS.items()})
