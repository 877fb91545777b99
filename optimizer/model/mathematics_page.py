"""The mathematics as a page: ``docs/mathematics.md``, made from the docstrings of this room.

``python -m optimizer.model.mathematics_page`` writes the page anew. A formula stands once, in
the docstring of the family that adds its rows; its line breaks are kept.
"""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from types import ModuleType

from optimizer.model import cost, variables
from optimizer.model.build_model import FAMILIES, FOR_STUDIES

PAGE = Path(__file__).resolve().parents[2] / "docs" / "mathematics.md"

INTRODUCTION = """\
# The mathematics

Generated from the docstrings of `optimizer/model/` by `python -m optimizer.model.mathematics_page`;
edit the docstrings, not this page.

A plan is the optimum of a linear programme. Yes/no and whole-number decisions are added only
where the workbook asks for them: options, units that may idle, lanes with a fixed cost or a
least shipment, tiers of supply, plants that cannot segregate. Quantities are tonnes per period
(t), money is the workbook's currency, *use* and *activity* are the units of the sheets Units and
Recipes.
Rates per year have been scaled to the period before they appear here.

Every name below is the name in the code: `buy` is the Pyomo component `model.buy`, and the
last part of its index is the label of the period.
"""

SETS = (
    ("t", "`calendar`", "periods; T is the last; t' another one"),
    ("s", "Sites", "sites"),
    ("m", "Materials", "materials"),
    ("c, b", "`nodes`", "provenance classes: the set of rules that a lot breaks (b: booked)"),
    ("n", "`nodes`", "node: a site, a material and a class (in options: what is needed)"),
    ("o", "`offers`", "offers, one or several dated rows of Supply"),
    ("c", "`contracts`", "in contracts: a row of Supply with a contract quantity"),
    ("p", "`processes`", "a recipe run at a site, for one feed"),
    ("u", "`units`", "capacity that processes share"),
    ("k", "`process_bounds`", "in capacity: a key of Processes with a minimum or maximum"),
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

INDEX = {
    "buy": "offer, site, material, period",
    "run": "site, recipe, feed, class of the inputs, period",
    "ship": "from site, to site, material, mode, class, period of departure",
    "stock": "site, material, class, period",
    "downgrade": "site, material, class, class that it is booked as, period",
    "deliver": "line, customer, material, class, period",
    "discard": "site, material, class, period",
    "short": "line, customer, material, period",
    "shortfall": "offer, site, row of Supply, period of payment",
    "build": "option, period of decision",
    "begun": "option, period",
    "chosen": "option, last period",
    "open": "site, unit, period",
    "used": "lane, material, row of Lanes, period",
    "full": "offer, site, material, period",
    "taint": "site, rules, period",
    "balance": "site, material, class, period",
    "offer": "offer, site, material, period",
    "contract": "offer, site, material, row of Supply",
    "take_or_pay": "offer, site, material, row of Supply",
    "tier_full": "offer, site, material, period",
    "tier": "offer, site, material, offer before it, period",
    "capacity": "site, unit, period",
    "minimum_load": "site, unit, period",
    "running": "site, unit, period",
    "running_own": "site, unit, period",
    "idle_minimum": "site, unit, period",
    "process": "process, row of Processes, period",
    "lane": "lane, material, row of Lanes, period",
    "lane_minimum": "lane, material, row of Lanes, period",
    "storage": "site, material, period",
    "cover": "site, material, period",
    "demand": "line, customer, material, period",
    "least_delivery": "line, customer, material, period",
    "rule_share": "rule, dates, line, customer, material, window",
    "custody": "site, rules, unit or process, side, period",
    "built_most": "option",
    "built_needs": "option, what it needs, period",
    "built_begun": "option, period",
    "built_chosen": "option",
    "built_one_of": "group",
    "built_reach": "lane, material, site, unit, period",
    "limit": "limit, measure, row of Limits, side, window",
    "blend": "site, recipe, oxide, side, period",
    "kept": "kind, name, second name, third name, fourth name, period",
    "changed": "kind, name, second name, third name, fourth name, period",
    "alike": "scenario, kind, name, second name, third name, fourth name, period",
    "excess_cost": "scenario",
}
"""What the index of a component holds, part by part."""

CATEGORIES = (
    ("purchases", "t bought", "price of the offer"),
    ("take or pay", "t not taken", "price of the row, in its last period"),
    ("freight", "t shipped; a lane used", "cost of the lane, at departure; its fixed cost"),
    ("duty", "t shipped", "ad valorem x value + specific, by customs origin, at departure"),
    ("conversion", "activity", "cost of the process, added over its rows"),
    ("fixed cost", "a period", "of units, always or where they run; of options from their start"),
    ("holding", "t of closing stock", "holding cost x year-fraction"),
    ("carrying", "t of closing stock; t shipped", "rate x value x year-fraction, or days / 365.25"),
    ("disposal", "t thrown away", "disposal cost of the material"),
    ("capital", "option built", "capital cost, in the period of decision"),
    ("shortage", "t short", "penalty of the line, or of Settings"),
    ("revenue", "t delivered", "minus the price of the line"),
    ("closing value", "t of stock at the end; option", "minus the credit, in the last period"),
)
"""Category of cost, what it falls on, and its rate."""

HARD = "never gives"


def mathematics_page() -> str:
    """The page ``docs/mathematics.md`` as Markdown."""
    sections = [
        INTRODUCTION,
        _section("Index sets", "", _table(("symbol", "from", "what it is"), SETS)),
        _section("Decisions", *_prose_and_variables()),
        _section(*_titled(cost), _table(("category", "falls on", "rate"), CATEGORIES)),
        *(_section(*_titled(module), _rows(module)) for module in (*FAMILIES, *FOR_STUDIES)),
    ]
    return "\n".join(sections)


def declared(module: ModuleType) -> dict[str, str]:
    """Components that a module adds, with what they mean, as its calls write them.

    >>> declared(variables)["buy"]
    'tonnes bought'
    """
    found: dict[str, str] = {}
    nodes = ast.walk(ast.parse(inspect.getsource(module)))
    calls = [node for node in nodes if isinstance(node, ast.Call)]
    for call in sorted(calls, key=lambda call: call.lineno):
        if isinstance(call.func, ast.Name):
            values = [arg.value if isinstance(arg, ast.Constant) else None for arg in call.args]
            for name, doc in pairwise(values):
                if isinstance(name, str) and isinstance(doc, str):
                    found.setdefault(name, doc)
    return found


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
            parts.append(_words(line))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(parts[:-1])).strip()


def _words(line: str) -> str:
    """Prose of a docstring: roles and double backticks become code."""
    return re.sub(r":\w+:`~?([^`]+)`|``([^`]+)``", lambda m: f"`{m[1] or m[2]}`", line)


def _formula(lines: Sequence[str]) -> str:
    """Lines of a formula below each other, unless they are laid out already."""
    filled = [_upright(line).removesuffix(r" \qquad") for line in _whole(lines)]
    text = "\n".join(filled)
    if len(filled) > 1 and r"\begin" not in text:
        rows = " \\\\\n".join(f"& {line}" for line in filled)
        text = f"\\begin{{aligned}}\n{rows}\n\\end{{aligned}}"
    return f"$$\n{text}\n$$"


def _whole(lines: Sequence[str]) -> Iterator[str]:
    """Lines that may be parted: a bracket that grows stands on one line."""
    held = ""
    for line in filter(None, lines):
        held = f"{held} {line}".strip()
        if held.count(r"\left") == held.count(r"\right"):
            yield held
            held = ""


_UNIT = re.compile(r"\[([A-Za-z0-9,\\ ]+)\]")
_TOKEN = re.compile(
    r"(?P<kept>\\(?:text|mathrm|mathit|begin|end)\{[^}]*\}|\\[A-Za-z]+)"
    r"|(?P<phrase>[A-Za-z]+(?:\\ [A-Za-z]+)+)"
    r"|(?P<name>[A-Za-z]{2,})"
)


def _upright(line: str) -> str:
    """Words as words: names in italics, units and phrases as text."""
    line = _UNIT.sub(lambda unit: rf"\text{{[{_spaced(unit[1])}]}}", line)
    return _TOKEN.sub(_token, line)


def _token(found: re.Match[str]) -> str:
    if found["name"]:
        return rf"\mathit{{{found['name']}}}"
    if not found["phrase"]:
        return found[0]
    first, words, last = re.fullmatch(
        r"((?:[A-Za-z]\\ )*)(.*?)((?:\\ [A-Za-z])*)", found[0]
    ).groups()  # type: ignore[union-attr]
    return rf"{first}\text{{{_spaced(words)}}}{last}"


def _spaced(words: str) -> str:
    return words.replace("\\ ", " ")


def _titled(module: ModuleType) -> tuple[str, str]:
    """Title and body of a module's docstring: ``Balance: …`` parted at the colon."""
    first, _, rest = (module.__doc__ or "").partition("\n")
    title, _, meaning = first.rstrip(".").partition(":")
    meaning = meaning.strip()
    opening = f"{meaning[:1].upper()}{meaning[1:]}." if meaning else ""
    return title, markdown(f"{opening}\n{rest}")


def _prose_and_variables() -> tuple[str, str]:
    _, body = _titled(variables)
    rows = [
        (f"`{name}`", INDEX.get(name, ""), meaning) for name, meaning in declared(variables).items()
    ]
    return body, _table(("variable", "index", "meaning"), rows)


def _rows(module: ModuleType) -> str:
    """Table of the rows that a family adds, and what a planner would have to give."""
    relief = getattr(module, "RELIEF", None) or {}
    rows = [
        (f"`{name}`", INDEX.get(name, ""), meaning, _plain(relief.get(name)))
        for name, meaning in declared(module).items()
    ]
    return _table(("rows", "index", "meaning", "if they must give"), rows)


def _plain(sentence: str | None) -> str:
    """A relief sentence without number formats."""
    return re.sub(r"\{(\w+)[^}]*\}", r"*\1*", sentence) if sentence else HARD


def _section(title: str, *parts: str) -> str:
    return "\n\n".join([f"## {title}", *(part for part in parts if part)]) + "\n"


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    return "\n".join(_lines(header, rows))


def _lines(header: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    for cells in (header, ["---"] * len(header), *rows):
        yield "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def main() -> None:
    """Write ``docs/mathematics.md`` of this checkout."""
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(mathematics_page(), encoding="utf-8")


if __name__ == "__main__":
    main()
