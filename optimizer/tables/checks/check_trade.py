"""Supply, lanes, stocks and pipeline: what cannot be, and what is worth a look."""

from __future__ import annotations

from datetime import timedelta

from optimizer.tables.text_matching import listed, quoted, written
from optimizer.tables.workbook_draft import WorkbookDraft, covers, grouped


def check_supply(draft: WorkbookDraft) -> None:
    """Take or pay has a contract; supply that is not firm is named."""
    loose = []
    for offer in draft.sound("Supply"):
        if offer.take_or_pay > 0 and offer.contract_quantity is None:
            draft.error(
                offer,
                "take_or_pay",
                f"{written(offer.take_or_pay)} is a share of the contract quantity, which is blank",
                "fill it in",
            )
        if not offer.firm:
            loose.append(offer.offer)
        elif offer.probability < 1:
            draft.warning(
                offer,
                "probability",
                f"{written(offer.probability)} has no effect on firm supply",
                "write no under firm",
            )
    if loose:
        names = list(dict.fromkeys(loose))
        are, them = ("is", "it") if len(names) == 1 else ("are", "them")
        draft.found.warning(
            "Supply",
            f"{listed(names)} {are} not firm; the plan takes {them} as firm",
            column="firm",
            letter=draft.tables["Supply"].letter("firm"),
        )


def check_lanes(draft: WorkbookDraft) -> None:
    """Lanes with a cost or minimum of being used have a maximum; no lane ends where it starts."""
    months = draft.horizon.months if draft.horizon else 0
    for lane in draft.sound("Lanes"):
        if lane.from_site == lane.to_site:
            draft.warning(
                lane, "to_site", f"the lane ends where it starts, at {quoted(lane.to_site)}"
            )
        if not lane.fixed_cost and not lane.minimum_when_used:
            continue
        attribute = "fixed_cost" if lane.fixed_cost else "minimum_when_used"
        header = "fixed cost" if lane.fixed_cost else "minimum when used"
        if lane.maximum == float("inf"):
            draft.error(
                lane,
                "maximum",
                f"the cell is blank, but a lane with a {header} needs a maximum",
                "write the most that can be shipped per year",
            )
        elif months and lane.minimum_when_used > lane.maximum * months / 12 * (1 + 1e-9):
            draft.warning(
                lane,
                attribute if attribute != "fixed_cost" else "minimum_when_used",
                f"{written(lane.minimum_when_used)} t per period is above the maximum of a period, "
                f"{lane.maximum * months / 12:g} t: the lane can never be used",
            )


def check_stocks(draft: WorkbookDraft) -> None:
    """Opening and closing stand in the rows that cover the start and the end."""
    if draft.horizon is None:
        return
    start, end = draft.horizon.start, draft.horizon.end
    for stock in draft.sound("Stocks"):
        if stock.opening > 0 and not covers(stock, start):
            draft.error(
                stock,
                "opening",
                f"{written(stock.opening)} t at the start stand in a row that does not cover "
                f"{start}",
                "write them into the row that covers the start",
            )
        if stock.history and not stock.opening:
            draft.warning(stock, "history", "a history without opening stock has no effect")
        closes = covers(stock, end)
        for name in ("closing", "closing_value"):
            value = getattr(stock, name)
            if value and not closes:
                draft.warning(
                    stock,
                    name,
                    f"{written(value)} has no effect: the row does not cover {end}, the end",
                )
        if closes and stock.closing > stock.maximum:
            draft.error(
                stock,
                "closing",
                f"{written(stock.closing)} is above the maximum, {written(stock.maximum)}",
            )
    _check_shared_periods(draft)


def _check_shared_periods(draft: WorkbookDraft) -> None:
    """Every row of Stocks that touches a period binds: none asks for more than another allows."""
    assert draft.horizon is not None
    horizon = draft.horizon
    for rows in grouped(draft.sound("Stocks"), lambda row: (row.site, row.material)).values():
        told = set()
        for t in range(horizon.count) if len(rows) > 1 else ():
            last_day = horizon.first(t + 1) - timedelta(days=1)
            sharing = [row for row in rows if t in horizon.touched(row.start, row.end)]
            if len(sharing) < 2 or not any(covers(row, last_day) for row in sharing):
                continue
            most = min(sharing, key=lambda row: row.maximum)
            least = max(sharing, key=lambda row: row.minimum)
            if least.minimum > most.maximum and least.row != most.row and least.row not in told:
                told.add(least.row)
                draft.error(
                    least,
                    "minimum",
                    f"{written(least.minimum)} is above {written(most.maximum)}, the maximum of "
                    f"row {most.row}; both rows bind {horizon.label(t)}, which they share",
                    "lower it, raise that maximum, or let the rows meet where a period ends",
                )


def check_pipeline(draft: WorkbookDraft) -> None:
    """Orders arrive within the horizon; traced materials bring their history."""
    traced = {row.material for row in draft.rows("Materials") if row.traced}
    for order in draft.sound("Pipeline"):
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
