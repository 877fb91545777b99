"""Figure block: the title of each chart, a sentence by formula that follows the figures."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import floor

from optimizer.report import block_costs, block_demand, block_origin, block_plants, block_scarce
from optimizer.report.formats import format_divisor
from optimizer.report.formula_block import (
    Anchors,
    BlockRow,
    BlocksByName,
    FormulaBlock,
    FormulaCell,
)
from optimizer.report.sheet_positions import BlockAnchor
from optimizer.report.summary import Summary
from optimizer.tables.sheets import STAGES

CHART_TITLES_BLOCK = "titles"
FULL_UTILISATION = 0.995
"""Share of capacity from which a unit counts as full: it is shown as 100 %."""
_ALL_DEMAND = 0.999999
"""Share of demand from which a segment counts as met; a millionth is rounding of sums."""
TitleAndFormula = tuple[str, str]
"""A title and the formula that has it as its value."""


def chart_titles_block(summary: Summary, blocks: BlocksByName) -> FormulaBlock:
    """A line for each chart; the second cell is the title of the chart."""
    shown = [name for name in CHART_TITLES if name in blocks]

    def make_rows(anchors: Anchors) -> list[BlockRow]:
        rows = []
        for name in shown:
            lines = blocks[name].make_rows(anchors)
            text, formula = CHART_TITLES[name](anchors[name], blocks[name], lines)
            rows.append(
                BlockRow([FormulaCell(name.title()), FormulaCell(text, f"={formula}", "General")])
            )
        return rows

    return FormulaBlock(
        CHART_TITLES_BLOCK,
        "What the charts say",
        ("chart", "title"),
        len(shown),
        make_rows,
        text_only=True,
    )


def title_row(blocks: BlocksByName, name: str) -> int:
    """Line of the block with the title of a chart."""
    return [shown for shown in CHART_TITLES if shown in blocks].index(name)


def _number(row: BlockRow, column: int) -> float:
    value = row.cells[column].value
    return value if isinstance(value, float) else 0.0


def _percent_shown(share: float) -> str:
    """Value of ``ROUND(100*share,0)&" %"``."""
    return f"{int(100 * share + 0.5)} %"


def share_formula(value: str) -> str:
    """Formula part: a share in per cent, rounded down so that only a whole one is 100 %.

    The small addend keeps float noise from rounding 95.0 down to 94.9.
    """
    return f'ROUNDDOWN(100*{value}+0.0000001,1)&" %"'


def share_shown(share: float) -> str:
    """Value of :func:`share_formula`."""
    return f"{floor(1000 * share + 1e-6) / 10:g} %"


def _largest_label(
    anchor: BlockAnchor, rows: Sequence[BlockRow], lines: int, column: int
) -> TitleAndFormula:
    """Label of the largest figure of a column, and the formula of that label."""
    labels = anchor.span((0, 0), (lines - 1, 0))
    figures = anchor.span((0, column), (lines - 1, column))
    largest = max(range(lines), key=lambda index: _number(rows[index], column))
    formula = f"INDEX({labels},MATCH(MAX({figures}),{figures},0))"
    return str(rows[largest].cells[0].value), formula


def _costs_title(
    anchor: BlockAnchor, block: FormulaBlock, rows: Sequence[BlockRow]
) -> TitleAndFormula:
    column, last = len(block.headers) - 2, len(rows) - 1
    scale = format_divisor(rows[0].cells[1].number)
    money = block.title.rsplit(", ", 1)[-1]
    label, top = _largest_label(anchor, rows, last, column)
    total = _number(rows[last], column) / scale
    currency, _, size = money.rpartition(" ") if scale > 1 else (money, "", "")
    start = f"What does the plan cost? {currency} "
    end = f"{f' {size}' if size else ''} as paid, above all for "
    formula = f'"{start}"&FIXED({anchor.ref(last, column)}/{scale:g},1)&"{end}"&LOWER({top})'
    return f"{start}{total:,.1f}{end}{label.lower()}", formula


def _sources_title(
    anchor: BlockAnchor, block: FormulaBlock, rows: Sequence[BlockRow]
) -> TitleAndFormula:
    column, last = len(block.headers) - 1, len(rows) - 1
    label, top = _largest_label(anchor, rows, last - 1, column)
    share = _number(rows[last - 1], column) / (_number(rows[last], column) or 1.0)
    stage = block.title.split("country where ")[-1].split(",")[0]
    start, end = "Is demand met, and from where? ", f" met; largest share {stage}: "
    met = f"{anchor.ref(last - 1, column)}/{anchor.ref(last, column)}"
    formula = f'"{start}"&{share_formula(met)}&"{end}"&{top}'
    return f"{start}{share_shown(share)}{end}{label}", formula


def _coverage_title(
    anchor: BlockAnchor, block: FormulaBlock, rows: Sequence[BlockRow]
) -> TitleAndFormula:
    count = next(index for index, row in enumerate(rows) if row.style == "sum")
    values = anchor.span((0, 4), (count - 1, 4))
    labels = anchor.span((0, 0), (count - 1, 0))
    shares = [_number(row, 4) for row in rows[:count]]
    least = min(shares)
    start, full, worst = "Who is served? ", "Every segment in full", "Least so "
    formula = (
        f'"{start}"&IF(MIN({values})>={_ALL_DEMAND},"{full}","{worst}"&INDEX({labels},'
        f'MATCH(MIN({values}),{values},0))&", "&{share_formula(f"MIN({values})")})'
    )
    if least >= _ALL_DEMAND:
        return f"{start}{full}", formula
    label = rows[shares.index(least)].cells[0].value
    return f"{start}{worst}{label}, {share_shown(least)}", formula


def _origin_title(
    anchor: BlockAnchor, block: FormulaBlock, rows: Sequence[BlockRow]
) -> TitleAndFormula:
    countries = len(block.headers) - 2
    # Stages of one's own, such as reagents, follow the chain and are no end of it.
    chain = [n for n, row in enumerate(rows) if str(row.cells[0].value).lower() in STAGES]
    last = chain[-1] if chain else len(rows) - 1
    start = "Where is it made? "
    parts, formula = [], f'"{start}"'
    for number, index in enumerate(dict.fromkeys((0, last))):
        cells = anchor.span((index, 1), (index, countries))
        headings = anchor.span((-1, 1), (-1, countries))
        row = rows[index]
        largest = max(range(1, countries + 1), key=lambda column: _number(row, column))
        stage = str(row.cells[0].value).lower()
        before = f"; {stage}: " if number else f"Largest share {stage}: "
        parts.append(f"{before}{block.headers[largest]} ({_percent_shown(_number(row, largest))})")
        formula += (
            f'&"{before}"&INDEX({headings},MATCH(MAX({cells}),{cells},0))'
            f'&" ("&ROUND(100*MAX({cells}),0)&" %)"'
        )
    return start + "".join(parts), formula


def _utilisation_title(
    anchor: BlockAnchor, block: FormulaBlock, rows: Sequence[BlockRow]
) -> TitleAndFormula:
    column = len(block.headers) - 1
    values = anchor.span((0, column), (len(rows) - 1, column))
    full = sum(_number(row, column) >= FULL_UTILISATION for row in rows)
    start = "Which units are full? "
    end = f" of the busiest {len(rows)} in some period"
    return f"{start}{full}{end}", f'"{start}"&COUNTIF({values},">={FULL_UTILISATION}")&"{end}"'


def _scarcity_title(
    anchor: BlockAnchor, block: FormulaBlock, rows: Sequence[BlockRow]
) -> TitleAndFormula:
    label, top = _largest_label(anchor, rows, len(rows), 3)
    start = "What is scarce? Above all "
    return f"{start}{label}", f'"{start}"&{top}'


CHART_TITLES: dict[
    str, Callable[[BlockAnchor, FormulaBlock, Sequence[BlockRow]], TitleAndFormula]
] = {
    block_costs.COSTS_BLOCK: _costs_title,
    block_origin.SOURCES_BLOCK: _sources_title,
    block_demand.COVERAGE_BLOCK: _coverage_title,
    block_origin.ORIGIN_BLOCK: _origin_title,
    block_plants.UTILISATION_BLOCK: _utilisation_title,
    block_scarce.SCARCITY_BLOCK: _scarcity_title,
}
"""Functions that make the title of a chart, by the block from which the chart is drawn."""
