"""Check of Bottlenecks: each run of periods of one bound in Scarcity is one row, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from optimizer.audit.audit_restriction import MAXIMUM_SIDE, MINIMUM_SIDE, Restriction
from optimizer.audit.audit_scarcity import NOT_COMPUTED, NOT_UNIQUE, PricedRestriction
from optimizer.audit.audit_texts import price_text
from optimizer.audit.audit_workbook import AuditWorkbook
from optimizer.audit.verdict import Tally
from optimizer.result.result_layouts import Table

AUDIT_MAX_BOTTLENECK_ROWS = 2_000
"""Maximum rows of Scarcity in Bottlenecks, from the dearest: as many as the product shows."""
AUDIT_MAX_LISTED_CELLS = 3
"""Maximum cells named one by one; of more, the product names the first and the last."""
_BOTTLENECK_LABELS = ("kind", "thing", "from", "to", "note", "sentence", "cell")
_BOTTLENECK_FIGURES = ("saving of 1 %", "worth least", "worth most", "holds for", "saving")
_Place = tuple[int, float, str, str]
_BINDING_SENTENCES = {
    ("offer", MAXIMUM_SIDE): "The supply of {2} from {0} at {1} is fully used",
    (
        "offer",
        MINIMUM_SIDE,
    ): "The minimum purchase of {2} from {0} at {1} costs more than it is worth",
    ("contract", MAXIMUM_SIDE): "The contract of {0} at {1} ({2}) is fully used",
    (
        "take or pay",
        MINIMUM_SIDE,
    ): "The take-or-pay quantity of {0} at {1} ({2}) costs more than it is worth",
    ("capacity", MAXIMUM_SIDE): "{1} at {0} is at full capacity",
    ("minimum load", MINIMUM_SIDE): "{1} at {0} runs at its minimum load",
    ("process limit", MAXIMUM_SIDE): "{0} runs at its maximum",
    ("process limit", MINIMUM_SIDE): "{0} runs at its minimum",
    ("lane", MAXIMUM_SIDE): "The lane {0} carries its maximum of {1}",
    ("minimum shipment", MINIMUM_SIDE): "The lane {0} carries its minimum shipment of {1}",
    ("stock bound", MAXIMUM_SIDE): "The stock of {1} at {0} is at its maximum",
    ("stock bound", MINIMUM_SIDE): "The stock of {1} at {0} is at its minimum",
    ("days of cover", MINIMUM_SIDE): "The stock of {1} at {0} is at its days of cover",
    ("minimum delivery", MINIMUM_SIDE): "The minimum delivery to {0} at {1} binds",
    ("rule share", MAXIMUM_SIDE): "Rule {0} binds {2} at {3}",
    ("option", MAXIMUM_SIDE): "Option {0} is built the maximum number of times",
}
"""Meaning of a binding bound by kind and side; Limits and Blends share a general sentence."""
_RELIEF_UNITS = {
    "capacity": "unit of capacity",
    "minimum load": "unit of capacity",
    "process limit": "unit of activity",
    "option": "of it",
}
"""Unit of one more, where it is not a tonne."""
_RANGE_UNITS = {"t": "t", "use": "units of capacity", "activity": "units of activity", "number": ""}


class BottleneckAudit:
    """The table Bottlenecks of one plan, from the rows of Scarcity."""

    def __init__(
        self, workbook: AuditWorkbook, priced: Sequence[PricedRestriction], table: Table
    ) -> None:
        self.workbook, self.priced, self.table = workbook, priced, table

    def check(self) -> Tally:
        """A row for each bound and each of its runs of periods, right in every column.

        The contract: "shadow prices in words, with their range". The results: "periods in a row
        are one line", in the order of :func:`_places`.
        """
        tally = Tally("Bottlenecks")
        shown = list(self.table.records())
        groups, savings = self._groups(), self._savings()
        wanted = [self._row(group, savings) for group in groups]
        ranks = [row["rank"] for row in shown]
        tally.equal_labels(ranks, range(1, len(shown) + 1), lambda i: f"Bottlenecks: row {i + 1}")
        if len(shown) != len(wanted):
            tally.fail(f"Bottlenecks: {len(shown)} rows instead of {len(wanted)}")
            return tally
        places = _places(groups, wanted, savings)
        order = [(places.get(_row_order(row)), -abs(row["saving"])) for row in shown]
        known = [(i, (place, own)) for i, (place, own) in enumerate(order) if place is not None]
        for (_, above), (i, below) in pairwise(known):
            if below < above:
                tally.fail(f"Bottlenecks: {shown[i]['sentence']} is ranked too low")
                break
        shown, wanted = sorted(shown, key=_row_order), sorted(wanted, key=_row_order)
        shown_labels, labels = (
            [tuple(row[header] for header in _BOTTLENECK_LABELS) for row in rows]
            for rows in (shown, wanted)
        )
        tally.equal_labels(shown_labels, labels, lambda i: f"Bottlenecks: {wanted[i]['thing']}")
        for header in _BOTTLENECK_FIGURES:
            figures, wanted_figures = (
                np.array([row[header] for row in rows]) for rows in (shown, wanted)
            )
            same = (figures == wanted_figures) | (
                np.isnan(figures) & np.isnan(wanted_figures)
            )  # infinite, or not known
            figures, wanted_figures = (
                np.where(same, 0.0, figures),
                np.where(same, 0.0, wanted_figures),
            )
            with np.errstate(invalid="ignore"):  # infinity less a number: never equal
                tally.equal_prices(figures, wanted_figures, _column_place(wanted, header))
        return tally

    def _savings(self) -> dict[tuple[str, str], float]:
        """Saving by kind and thing "if the maximum were 1 % larger in every period"."""
        savings: dict[tuple[str, str], float] = {}
        for row in (priced.row for priced in self.priced):
            if row["per"] != "one less" and row["kind"] != "demand":
                key = row["kind"], row["thing"]
                savings[key] = savings.get(key, 0.0) + 0.01 * row["bound"] * row["worth today"]
        return savings

    def _groups(self) -> list[list[PricedRestriction]]:
        """Rows of one bound, side and sign of worth, in consecutive periods."""
        rows_by_bound: dict[tuple[Any, ...], list[PricedRestriction]] = {}
        for priced in self.priced[:AUDIT_MAX_BOTTLENECK_ROWS]:
            restriction, per = priced.restriction, priced.row["per"]
            window = (
                id(restriction) if restriction.kind not in ("limit", "blend", "rule share") else 0
            )
            key = (restriction.kind, restriction.names, priced.side, per, window)
            rows_by_bound.setdefault(key, []).append(priced)
        groups: list[list[PricedRestriction]] = []
        for rows in rows_by_bound.values():
            rows.sort(key=lambda priced: priced.t or 0)
            previous: PricedRestriction | None = None
            for priced in rows:
                same_sign = previous is not None and (previous.row["worth"] > 0) == (
                    priced.row["worth"] > 0
                )
                if same_sign and previous is not None and priced.t == (previous.t or 0) + 1:
                    groups[-1].append(priced)
                else:
                    groups.append([priced])
                previous = priced
        return groups

    def _row(
        self, group: Sequence[PricedRestriction], savings: Mapping[tuple[str, str], float]
    ) -> dict[str, Any]:
        """Expected value of each column of Bottlenecks.

        "units of it in any one of the periods at that worth"; saving is the "present value of
        relaxing it as far as its worth holds, period by period; where that is not known or has
        no end, of one unit".
        """
        rows = [priced.row for priced in group]
        reliefs = np.array([priced.range_of_worth for priced in group])
        today = np.array([row["worth today"] for row in rows])
        range_end = float(reliefs.min())  # NaN if one of them is NaN
        note = "" if range_end == range_end else NOT_UNIQUE
        if rows[0]["note"] == NOT_COMPUTED:
            note = NOT_COMPUTED
        worth = [row["worth"] for row in rows]
        cells = list(dict.fromkeys(row["cell"] for row in rows if row["cell"]))
        return {
            "kind": rows[0]["kind"],
            "thing": rows[0]["thing"],
            "from": rows[0]["period"],
            "to": rows[-1]["period"],
            "saving of 1 %": savings.get((rows[0]["kind"], rows[0]["thing"]), float("nan"))
            if rows[0]["per"] != "one less"
            else float("nan"),
            "worth least": min(worth),
            "worth most": max(worth),
            "holds for": range_end,
            "saving": float(today @ np.where(np.isfinite(reliefs), reliefs, 1.0)),
            "note": note,
            "sentence": self._sentence(group, range_end, note),
            "cell": "; ".join(cells)
            if len(cells) <= AUDIT_MAX_LISTED_CELLS
            else f"{cells[0]} to {cells[-1]}",
        }

    def _range_unit(self, restriction: Restriction) -> str:
        """Unit of the range: that of the bound, and of a limit that of its measure."""
        if restriction.kind == "limit":
            currency = self.workbook.case.settings.currency
            units = {"made": "units of activity", "built": "", "spent": currency}
            return units.get(restriction.names[1], "t")
        return _RANGE_UNITS[restriction.unit]

    def _sentence(self, group: Sequence[PricedRestriction], range_end: float, note: str) -> str:
        """The row "in words"."""
        first, last = group[0].row, group[-1].row
        restriction, side = group[0].restriction, group[0].side
        when = f" in {first['period']}" if first["period"] else ""
        if first["period"] != last["period"]:
            when += f" to {last['period']}"
        worth = sorted(abs(priced.row["worth"]) for priced in group)
        prices = list(dict.fromkeys(map(price_text, (worth[0], worth[-1]))))
        price = f"{' to '.join(prices)} {self.workbook.case.settings.currency}"
        if restriction.kind == "demand":
            costs = first["worth"] > 0
            end = _validity_text(range_end, note, "least" if costs else "most", "t")
            verb = "costs" if costs else "earns"
            who = f"{restriction.names[0]} at {restriction.names[1]}"
            return f"One more tonne of demand from {who}{when} {verb} {price}{end}."
        more = "one less" if first["per"] == "one less" else "one more"
        unit = (
            ""
            if restriction.kind == "limit"
            else f" {_RELIEF_UNITS.get(restriction.kind, 'tonne')}"
        )
        what = f"{more}{unit}"
        if first["per"] == "one less" and unit:
            what = f"one{unit} less"
        elif restriction.kind == "rule share":
            what = "relaxing it by one tonne"
        elif restriction.kind == "blend":
            what = "one more"
        each = " in a period" if len(group) > 1 else ""
        end = _validity_text(range_end, note, "most", self._range_unit(restriction))
        binding = _binding_sentence(restriction.kind, restriction.names, side)
        return f"{binding}{when}: {what}{each} is worth {price}{end}."


def _places(
    groups: Sequence[Sequence[PricedRestriction]],
    wanted: Sequence[dict[str, Any]],
    savings: Mapping[tuple[str, str], float],
) -> dict[tuple[str, ...], _Place]:
    """Place of each row: "maximums first, by what 1 % more of each would save; then minimums and
    closing stocks; then what demand costs".
    """
    places: dict[tuple[str, ...], _Place] = {}
    for group, row in zip(groups, wanted, strict=True):
        kind, thing = row["kind"], row["thing"]
        place: _Place = (0, -savings.get((kind, thing), 0.0), kind, thing)
        if kind == "demand":
            place = (2, 0.0, "", "")
        elif group[0].row["per"] == "one less":
            place = (1, 0.0, "", "")
        places[_row_order(row)] = place
    return places


def _binding_sentence(kind: str, names: Sequence[str], side: int) -> str:
    if (kind, side) in _BINDING_SENTENCES:
        return _BINDING_SENTENCES[kind, side].format(*names)
    which = "maximum" if side == MAXIMUM_SIDE else "minimum"
    known = [name for name in names if name and name not in ("sum", "least", "most")]
    return f"The {which} of {kind} {', '.join(known)} binds"


def _validity_text(range_end: float, note: str, limit_word: str, unit: str) -> str:
    if note == NOT_COMPUTED:
        return ""
    if note:
        return f" at {limit_word} (the price is not unique)"
    if not np.isfinite(range_end):
        return ", for any quantity"
    size = f"up to {price_text(range_end)}" if range_end >= 0.001 else "less than 0.001"
    return f", for {size} {unit}".rstrip()


def _row_order(row: dict[str, Any]) -> tuple[str, ...]:
    return row["kind"], row["thing"], row["from"], row["to"], row["sentence"]


def _column_place(rows: Sequence[dict[str, Any]], header: str) -> Any:
    return lambda i: f"Bottlenecks: {rows[i]['thing']} ({header})"
