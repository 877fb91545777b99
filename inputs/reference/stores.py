"""Stocks and orders under way (``stocks.csv``, ``orders.csv``): all of it assumed."""

from __future__ import annotations

from facts import assume, day, table
from offers import HISTORIES
from rows import Row, row


def stocks() -> list[Row]:
    """The Stocks sheet; a line of several sites or materials is one store for each."""
    return [
        row(
            assume(0),
            site=place,
            material=material,
            opening=_number(line["opening"]),
            history=HISTORIES[line["history"]],
            maximum=_number(line["maximum"]),
            closing=_number(line["closing"]),
            closing_value=_number(line["closing value"]),
            holding_cost=_number(line["holding cost"]),
            route=line["route"],
            notes=line["notes"],
        )
        for line in table("stocks")
        for place in line["site"].split(";")
        for material in line["material"].split(";")
    ]


def pipeline() -> list[Row]:
    """The Pipeline sheet."""
    return [
        row(
            assume(0),
            order=line["order"],
            to_site=line["to site"],
            material=line["material"],
            arrival=day(line["arrival"]),
            quantity=float(line["quantity"]),
            history=HISTORIES[line["history"]],
            notes=line["notes"],
        )
        for line in table("orders")
    ]


def _number(cell: str) -> float | None:
    return float(cell) if cell else None
