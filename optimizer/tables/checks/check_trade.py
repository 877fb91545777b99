"""Check supply, lanes, stocks and pipeline."""

from __future__ import annotations

from datetime import timedelta

from optimizer.tables.schema import group_rows
from optimizer.tables.text_matching import as_text, joined, quoted
from optimizer.tables.workbook_draft import WorkbookDraft, covers_day

RATE_ROUNDING = 1e-9
"""Part of a yearly rate that is float rounding when it is brought to a period."""


def check_supply(draft: WorkbookDraft) -> None:
    """Require a contract for take or pay; warn of supply that is not firm."""
    not_firm = []
    for offer in draft.readable_rows("Supply"):
        if offer.take_or_pay > 0 and offer.contract_quantity is None:
            draft.error(
                offer,
                "take_or_pay",
                f"{as_text(offer.take_or_pay)} is a share of the contract quantity, which is blank",
                "fill it in",
            )
        if not offer.firm:
            not_firm.append(offer.offer)
        elif offer.probability < 1:
            draft.warning(
                offer,
                "probability",
                f"{as_text(offer.probability)} has no effect on firm supply",
                "write no under firm",
            )
    if not_firm:
        names = list(dict.fromkeys(not_firm))
        are, them = ("is", "it") if len(names) == 1 else ("are", "them")
        draft.findings.warning(
            "Supply",
            f"{joined(names)} {are} not firm; the plan treats {them} as certain",
            column="firm",
            letter=draft.tables["Supply"].letter("firm"),
        )


def check_lanes(draft: WorkbookDraft) -> None:
    """Require a maximum for lanes with a fixed cost or a minimum when used.

    Warn of lanes that end where they start.
    """
    months = draft.horizon.months if draft.horizon else 0
    for lane in draft.readable_rows("Lanes"):
        if lane.from_site == lane.to_site:
            draft.warning(
                lane, "to_site", f"the lane ends where it starts, at {quoted(lane.to_site)}"
            )
        if not lane.fixed_cost and not lane.minimum_when_used:
            continue
        header = "fixed cost" if lane.fixed_cost else "minimum when used"
        if lane.maximum == float("inf"):
            draft.error(
                lane,
                "maximum",
                f"the cell is blank, but a lane with a {header} needs a maximum",
                "write the most that can be shipped per year",
            )
        elif months and lane.minimum_when_used > lane.maximum * months / 12 * (1 + RATE_ROUNDING):
            draft.warning(
                lane,
                "minimum_when_used",
                f"{as_text(lane.minimum_when_used)} t per period is above the maximum of a period, "
                f"{lane.maximum * months / 12:g} t: the lane can never be used",
            )


def check_stocks(draft: WorkbookDraft) -> None:
    """Require opening and closing stock in the rows that cover the start and end of the plan."""
    if draft.horizon is None:
        return
    start, end = draft.horizon.start, draft.horizon.end
    for stock in draft.readable_rows("Stocks"):
        if stock.opening > 0 and not covers_day(stock, start):
            draft.error(
                stock,
                "opening",
                f"{as_text(stock.opening)} t of opening stock is in a row that does not cover "
                f"{start}",
                "move it to the row that covers the start",
            )
        if stock.history and not stock.opening:
            draft.warning(stock, "history", "a history without opening stock has no effect")
        closes = covers_day(stock, end)
        for name in ("closing", "closing_value"):
            value = getattr(stock, name)
            if value and not closes:
                draft.warning(
                    stock,
                    name,
                    f"{as_text(value)} has no effect: the row does not cover {end}, the end",
                )
        if closes and stock.closing > stock.maximum:
            draft.error(
                stock,
                "closing",
                f"{as_text(stock.closing)} is above the maximum, {as_text(stock.maximum)}",
            )
    _check_shared_periods(draft)


def _check_shared_periods(draft: WorkbookDraft) -> None:
    """Refuse a minimum above the maximum of another row that touches the same period.

    Both rows bind the stock at the end of that period.
    """
    assert draft.horizon is not None
    horizon = draft.horizon
    for rows in group_rows(
        draft.readable_rows("Stocks"), lambda row: (row.site, row.material)
    ).values():
        reported = set()
        for t in range(horizon.count) if len(rows) > 1 else ():
            last_day = horizon.first(t + 1) - timedelta(days=1)
            sharing = [row for row in rows if t in horizon.touched(row.start, row.end)]
            if len(sharing) < 2 or not any(covers_day(row, last_day) for row in sharing):
                continue
            upper = min(sharing, key=lambda row: row.maximum)
            lower = max(sharing, key=lambda row: row.minimum)
            conflict = lower.minimum > upper.maximum and lower.row != upper.row
            if conflict and lower.row not in reported:
                reported.add(lower.row)
                draft.error(
                    lower,
                    "minimum",
                    f"{as_text(lower.minimum)} is above {as_text(upper.maximum)}, the maximum of "
                    f"row {upper.row}; both rows bind {horizon.label(t)}, which they share",
                    "lower it, raise that maximum, or let the rows meet at the end of a period",
                )


def check_pipeline(draft: WorkbookDraft) -> None:
    """Require orders to arrive after the start, and a history for traced materials.

    Warn of orders that arrive after the end.
    """
    traced = {row.material for row in draft.rows("Materials") if row.traced}
    for order in draft.readable_rows("Pipeline"):
        if order.history is None and order.material in traced:
            draft.error(
                order,
                "history",
                f"the cell is blank, but {quoted(order.material)} is traced",
                "write stage: country [site or owner]; stage: country",
            )
        if draft.horizon is None:
            continue
        if order.arrival < draft.horizon.start:
            draft.error(
                order,
                "arrival",
                f"{order.arrival} is before {draft.horizon.start}, the start",
                "count it in the opening stock of Stocks",
            )
        elif order.arrival > draft.horizon.end:
            draft.warning(
                order,
                "arrival",
                f"{order.arrival} is after {draft.horizon.end}, the end: it never arrives",
            )
