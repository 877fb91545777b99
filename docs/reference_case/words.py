"""How figures and names are written on the page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from optimizer.tables.markdown_table import markdown_row

MILLION = 1e6
NOTHING = "–"
"""What a cell shows that has no figure."""
WITHIN_GAP = "within the gap"
"""What a cost shows that the gaps of the two plans could explain."""


def million(money: float) -> str:
    """Money in millions with one decimal; a true minus.

    >>> million(-1_234_567)
    '−1.2'
    >>> million(20_000)
    '0.02'
    """
    amount = money / MILLION
    return _minus(f"{amount:.3f}".rstrip("0") if 0.0005 <= abs(amount) < 0.05 else f"{amount:,.1f}")


def money(amount: float) -> str:
    """Money to three significant figures.

    >>> money(123456)
    '123,000'
    """
    if not amount:
        return "0"
    digits = max(len(f"{abs(amount):.0f}") - 3, 0)
    return _minus(f"{round(amount, -digits):,.0f}")


def tonnes(amount: float) -> str:
    """Tonnes: whole from ten on, else one decimal; nothing for what rounds to nothing.

    >>> tonnes(1234.4), tonnes(0.51), tonnes(0.0)
    ('1,234', '0.5', '–')
    """
    if abs(amount) < 0.05:
        return NOTHING
    return _minus(f"{amount:,.0f}" if abs(amount) >= 9.95 else f"{amount:,.1f}")


def percent(share: float, decimals: int = 0) -> str:
    """A share in percent.

    >>> percent(0.654)
    '65 %'
    """
    return _minus(f"{share * 100:,.{decimals}f} %")


def _minus(text: str) -> str:
    return f"−{text[1:]}" if text.startswith("-") else text


def table(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """A Markdown table, with signs escaped that would end a cell; a dash row if it is empty."""
    lines = [_line(header), "|---" * len(header) + "|"]
    body = [_line(row) for row in rows] or [_line([NOTHING] * len(header))]
    return "\n".join([*lines, *body])


def _line(cells: Sequence[Any]) -> str:
    return markdown_row(str(cell).replace("|", "\\|") for cell in cells)


def listed(names: Sequence[str]) -> str:
    """Names in a sentence.

    >>> listed(["a", "b", "c"])
    'a, b and c'
    """
    if len(names) < 2:
        return "".join(names) or "none"
    return f"{', '.join(names[:-1])} and {names[-1]}"


def dearer(run: dict[str, Any]) -> str:
    """What a run costs more than the plan, in millions; why not, if there is no such figure."""
    if "cost" not in run:
        return run["status"]
    if abs(run["dearer"]) <= run["blur"]:
        return WITHIN_GAP
    word = "" if run["status"] == "optimal" else f" ({run['status']})"
    return f"{million(run['dearer'])}{word}"


def moves(run: dict[str, Any]) -> bool:
    """True if a run costs more or less than the plan by more than the gaps, or has no plan."""
    return "cost" not in run or abs(run["dearer"]) > run["blur"]


def consequences(run: dict[str, Any], built: dict[str, float]) -> str:
    """What happens in a run: what is built otherwise, and what is bought more or less.

    >>> run = {"cost": 1.0, "built": {}, "purchases": [["ore", 120.0], ["oxide", -3.0]]}
    >>> consequences(run, {"new line": 1.0})
    'new line not built; ore +120 t; oxide −3.0 t'
    """
    if "cost" not in run:
        return NOTHING
    parts = [
        f"{option} built" if number else f"{option} not built"
        for option, number in _changed(run["built"], built)
    ]
    parts += [
        f"{offer} {'+' if change > 0 else ''}{tonnes(change)} t"
        for offer, change in run["purchases"]
    ]
    return "; ".join(parts) or NOTHING


def _changed(then: dict[str, float], before: dict[str, float]) -> list[tuple[str, float]]:
    names = dict.fromkeys([*before, *then])
    return [
        (name, then.get(name, 0.0))
        for name in names
        if bool(then.get(name)) != bool(before.get(name))
    ]
