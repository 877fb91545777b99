"""Write ``docs/mathematics.md`` from the docstrings and records of this room.

``python -m optimizer.model.mathematics_page`` writes the page. A formula stands once, in the
docstring of the module that adds its rows; the page has the same line breaks.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from types import ModuleType

from optimizer.model import cost, variables
from optimizer.model.build_model import FAMILY_MODULES, STUDY_MODULES
from optimizer.model.family import Family
from optimizer.model.variables import DECISIONS
from optimizer.tables.markdown_table import markdown_row

MATHEMATICS_PAGE = Path(__file__).resolve().parents[2] / "docs" / "mathematics.md"

MATHEMATICS_INTRODUCTION = """\
# The mathematics

Generated from the docstrings of `optimizer/model/` by `python -m optimizer.model.mathematics_page`;
edit the docstrings and the `Family` records, not this page.

A plan is the optimum of a linear programme. Yes/no and whole-number decisions are added only
where the workbook asks for them: options, units that may idle, lanes with a fixed cost or a
minimum shipment, tiers of supply, plants that cannot segregate. Quantities are tonnes per period
(t), money is the workbook's currency, *use* and *activity* are the units of the sheets Units and
Recipes.
Rates per year have been scaled to the period before they appear here.

Every name below is the name in the code: `buy` is the Pyomo component `model.buy`, and the
last part of its index is the label of the period.
"""

INDEX_SETS = (
    ("t", "`calendar`", "periods; T is the last; t' another one"),
    ("s", "Sites", "sites"),
    ("m", "Materials", "materials"),
    ("c, b", "`nodes`", "provenance classes: the set of rules that a lot breaks (b: booked)"),
    ("n", "`nodes`", "node: a site, a material and a class (in options: what is needed)"),
    ("o", "`offers`", "offers, one or several dated rows of Supply"),
    ("c", "`contracts`", "in contracts: a row of Supply with a contract quantity"),
    ("p", "`processes`", "a recipe run at a site, for one feed"),
    ("u", "`units`", "capacity that processes share"),
    ("k", "`process_bounds`", "in process limits: a key of Processes with a minimum or maximum"),
    ("k", "`options`", "in options and cost: an investment"),
    ("l", "`arc_bounds`", "a lane as a row of Lanes writes it; `*` is all its materials"),
    ("w", "`arcs`", "in lanes: a lane for one material"),
    ("d", "`lines`", "lines of demand"),
    ("r", "`phases`", "a row of Rules; r in c: lots of class c break it"),
    ("w", "`windows`", "in rules and limits: the periods over which something is added up"),
    ("f, g", "`flows`", "any flow: a purchase, run, shipment, stock, delivery, disposal"),
    ("g", "`commitments`", "in commitments and scenarios: flows of one name in one period"),
    ("σ", "Scenarios", "a scenario"),
)
"""Symbol, where it stands (``network.…`` or a sheet), and what it is."""

COST_CATEGORY_ROWS = (
    ("purchases", "t bought", "price of the offer"),
    ("take or pay", "t not taken", "price of the row, in its last period"),
    ("freight", "t shipped; a lane used", "cost of the lane, at departure; its fixed cost"),
    ("duty", "t shipped", "ad valorem x customs value + specific, by customs origin, at departure"),
    ("conversion", "activity", "cost of the process, added over its rows"),
    ("fixed cost", "a period", "of units, always or where they run; of options from their start"),
    ("holding", "t of closing stock", "holding cost x year-fraction"),
    ("carrying", "t of closing stock; t shipped", "rate x value x year-fraction, or days / 365.25"),
    ("disposal", "t disposed of", "disposal cost of the material"),
    ("capital", "option built", "capital cost, in the period of decision"),
    ("shortage", "t short", "penalty of the line, or of Settings"),
    ("revenue", "t delivered", "minus the price of the line"),
    ("closing value", "t of stock at the end; option", "minus the credit, in the last period"),
)
"""Category of cost, what it falls on, and its rate."""

NEVER_GIVES = "never gives"


def mathematics_page() -> str:
    """The page ``docs/mathematics.md`` as Markdown."""
    sections = [
        MATHEMATICS_INTRODUCTION,
        _section("Index sets", "", _table(("symbol", "from", "what it is"), INDEX_SETS)),
        _section("Decisions", *_prose_and_variables()),
        _section(*_titled(cost), _table(("category", "falls on", "rate"), COST_CATEGORY_ROWS)),
        *(
            _section(*_titled(module), *_family_tables(module))
            for module in (*FAMILY_MODULES, *STUDY_MODULES)
        ),
    ]
    return "\n".join(sections)


def markdown(docstring: str) -> str:
    """A docstring as Markdown: ``.. math::`` becomes a block of formulas.

    >>> print(markdown("Sum of ``x``.\\n\\n.. math:: total \\\\ge x_t"))
    Sum of `x`.
    <BLANKLINE>
    $$
    \\mathit{total} \\ge x_t
    $$
    """
    parts: list[str] = []
    formula: list[str] | None = None
    for line in [*inspect.cleandoc(docstring).splitlines(), "end"]:
        if formula is not None and (not line or line.startswith(" ")):
            formula.append(line.strip())
            continue
        if formula is not None:
            parts += [_formula(formula), ""]
            formula = None
        if line.startswith(".. math::"):
            formula = [line.removeprefix(".. math::").strip()]
        else:
            parts.append(_prose(line))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(parts[:-1])).strip()


def _prose(line: str) -> str:
    """Prose of a docstring, with roles and double backticks as code."""
    return re.sub(r":\w+:`~?([^`]+)`|``([^`]+)``", lambda m: f"`{m[1] or m[2]}`", line)


def _formula(lines: Sequence[str]) -> str:
    """A formula as a block, its lines aligned unless it has an environment already."""
    aligned = [_upright(line).removesuffix(r" \qquad") for line in _joined(lines)]
    text = "\n".join(aligned)
    if len(aligned) > 1 and r"\begin" not in text:
        rows = " \\\\\n".join(f"& {line}" for line in aligned)
        text = f"\\begin{{aligned}}\n{rows}\n\\end{{aligned}}"
    return f"$$\n{text}\n$$"


def _joined(lines: Sequence[str]) -> Iterator[str]:
    """Lines of a formula, joined where a bracket that grows spans several."""
    pending = ""
    for line in filter(None, lines):
        pending = f"{pending} {line}".strip()
        if pending.count(r"\left") == pending.count(r"\right"):
            yield pending
            pending = ""


_UNIT_IN_BRACKETS = re.compile(r"\[([A-Za-z0-9,\\ ]+)\]")
_FORMULA_TOKEN = re.compile(
    r"(?P<command>\\(?:text|mathrm|mathit|begin|end)\{[^}]*\}|\\[A-Za-z]+)"
    r"|(?P<phrase>[A-Za-z]+(?:\\ [A-Za-z]+)+)"
    r"|(?P<name>[A-Za-z]{2,})"
)


def _upright(line: str) -> str:
    """A line of a formula with names in italics, units and phrases as text."""
    line = _UNIT_IN_BRACKETS.sub(lambda unit: rf"\text{{[{_spaced(unit[1])}]}}", line)
    return _FORMULA_TOKEN.sub(_token, line)


def _token(match: re.Match[str]) -> str:
    if match["name"]:
        return rf"\mathit{{{match['name']}}}"
    if not match["phrase"]:
        return match[0]
    first, words, last = re.fullmatch(
        r"((?:[A-Za-z]\\ )*)(.*?)((?:\\ [A-Za-z])*)", match[0]
    ).groups()  # type: ignore[union-attr]
    return rf"{first}\text{{{_spaced(words)}}}{last}"


def _spaced(words: str) -> str:
    return words.replace("\\ ", " ")


def _titled(module: ModuleType) -> tuple[str, str]:
    """Title and body of a module's docstring; a colon ends the title."""
    first, _, rest = (module.__doc__ or "").partition("\n")
    title, _, meaning = first.rstrip(".").partition(":")
    meaning = meaning.strip()
    opening = f"{meaning[:1].upper()}{meaning[1:]}." if meaning else ""
    return title, markdown(f"{opening}\n{rest}")


def _prose_and_variables() -> tuple[str, str]:
    _, body = _titled(variables)
    rows = [(f"`{own.name}`", ", ".join(own.index), own.meaning) for own in DECISIONS]
    return body, _table(("variable", "index", "meaning"), rows)


def _family_tables(module: ModuleType) -> tuple[str, str]:
    """The families of a module: their constraints, and what explanations take from a record."""
    families = [own for own in vars(module).values() if isinstance(own, Family)]
    rows = [
        (f"`{own.name}`", ", ".join(own.index), own.meaning, _without_braces(own.relief))
        for own in families
    ]
    uses = [
        (
            f"`{own.name}`",
            _columns(own),
            _price(own),
            "; ".join(own.checks) or f"no: {own.unaudited}",
        )
        for own in families
    ]
    return (
        _table(("rows", "index", "meaning", "if it must be relaxed"), rows),
        _table(("rows", "in the workbook", "price", "audit"), uses),
    )


def _columns(family: Family) -> str:
    """Sheet and columns that say the bounds of a family."""
    bounds = (family.lower, family.upper)
    headers = [name for own in bounds for name in (own.header, own.at_end) if name]
    return f"{family.sheet}: {', '.join(headers)}" if headers else ""


def _price(family: Family) -> str:
    """Name of a family in the tables of prices and the unit of its bound, or why it has none."""
    return f"{family.kind}, {family.unit}" if family.price != "none" else f"none: {family.unpriced}"


def _without_braces(sentence: str) -> str:
    """What a planner would have to give; names of values in italics."""
    return re.sub(r"\{(\w+)\}", r"*\1*", sentence) or NEVER_GIVES


def _section(title: str, *parts: str) -> str:
    return "\n\n".join([f"## {title}", *(part for part in parts if part)]) + "\n"


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    return "\n".join(_lines(header, rows))


def _lines(header: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    for cells in (header, ["---"] * len(header), *rows):
        yield markdown_row(cell.replace("|", "\\|") for cell in cells)


def main() -> None:
    """Write ``docs/mathematics.md`` of this checkout."""
    MATHEMATICS_PAGE.parent.mkdir(exist_ok=True)
    MATHEMATICS_PAGE.write_text(mathematics_page(), encoding="utf-8")


if __name__ == "__main__":
    main()
