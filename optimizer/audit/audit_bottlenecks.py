"""Bottlenecks again, whole: what Scarcity tells, periods in a row as one line, and in words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from optimizer.audit.audit_entitlements import Entitlements
from optimizer.audit.audit_restriction import HIGH, LOW
from optimizer.audit.audit_scarcity import NOT_COMPUTED, NOT_UNIQUE, Priced
from optimizer.audit.audit_texts import figure
from optimizer.audit.verdict import SMALLEST, Tally
from optimizer.result.result_layouts import Table

MOST = 2_000
"""Rows of Scarcity that are told, from the dearest."""
SHOWN = 3
"""Cells that are named one by one; of more the first and the last."""
_LABELS = ("kind", "thing", "from", "to", "note", "sentence", "cell")
_FIGURES = ("worth least", "worth most", "holds for", "saving")
_BINDS = {
    ("offer", HIGH): "{0} at {1} sells all the {2} that it may",
    ("offer", LOW): "{0} at {1} must sell {2} that is not worth its price",
    ("contract", HIGH): "The contract of {0} at {1} ({2}) is drawn in full",
    ("take or pay", LOW): "The take-or-pay of {0} at {1} ({2}) is not worth its price",
    ("capacity", HIGH): "{1} at {0} is full",
    ("minimum load", LOW): "{1} at {0} runs at its minimum load",
    ("process limit", HIGH): "{0} runs at its maximum",
    ("process limit", LOW): "{0} runs at its minimum",
    ("lane", HIGH): "The lane {0} carries its maximum of {1}",
    ("least shipment", LOW): "The lane {0} carries its least shipment of {1}",
    ("stock bound", HIGH): "The stock of {1} at {0} is at its maximum",
    ("stock bound", LOW): "The stock of {1} at {0} is at its minimum",
    ("days of cover", LOW): "The stock of {1} at {0} is at its days of cover",
    ("least delivery", LOW): "The least delivery to {0} at {1} binds",
    ("rule share", HIGH): "Rule {0} binds {2} at {3}",
    ("option", HIGH): "The option {0} is built as often as it may",
}
"""What a bound at its end means, by kind and side; of Limits and Blends it is said in general."""
_UNITS = {
    "capacity": "unit of use",
    "minimum load": "unit of use",
    "process limit": "unit of activity",
    "option": "of it",
}
"""What one more is, where it is not a tonne."""


class Bottlenecks:
    """The table Bottlenecks of one plan, from the rows of Scarcity."""

    def __init__(self, given: Entitlements, priced: Sequence[Priced], table: Table) -> None:
        self.given, self.priced, self.table = given, priced, table

    def check(self) -> Tally:
        """A row for each bound and each of its runs of periods, right in every column.

        The contract: "shadow prices in words, with their range". The results: "periods in a row
        are one line", ranked "by saving".
        """
        tally = Tally("Bottlenecks")
        headers = self.table.layout.headers
        shown = [dict(zip(headers, cells, strict=True)) for cells in self.table.rows()]
        wanted = [self._row(group) for group in self._groups()]
        ranks = [row["rank"] for row in shown]
        tally.alike(ranks, range(1, len(shown) + 1), lambda i: f"Bottlenecks: row {i + 1}")
        saving = np.abs([row["saving"] for row in shown])
        for i in np.flatnonzero(np.diff(saving) > 0)[:1]:
            tally.flaw(
                f"Bottlenecks: {shown[int(i) + 1]['sentence']} saves more than the row above"
            )
        if len(shown) != len(wanted):
            tally.flaw(f"Bottlenecks: {len(shown)} rows instead of {len(wanted)}")
            return tally
        shown, wanted = sorted(shown, key=_order), sorted(wanted, key=_order)
        own_labels, labels = (
            [tuple(row[header] for header in _LABELS) for row in rows] for rows in (shown, wanted)
        )
        tally.alike(own_labels, labels, lambda i: f"Bottlenecks: {wanted[i]['thing']}")
        for header in _FIGURES:
            own, right = (np.array([row[header] for row in rows]) for rows in (shown, wanted))
            same = (own == right) | (np.isnan(own) & np.isnan(right))  # without end, or not known
            own, right = np.where(same, 0.0, own), np.where(same, 0.0, right)
            scale = SMALLEST / np.maximum(np.abs(right), 1e-12)
            with np.errstate(invalid="ignore"):  # one without end, one not: never equal
                tally.equal(own * scale, right * scale, _column(wanted, header))
        return tally

    def _groups(self) -> list[list[Priced]]:
        """Rows of one bound, bound on one side and of one sign, in periods without a gap."""
        things: dict[tuple[Any, ...], list[Priced]] = {}
        for one in self.priced[:MOST]:
            own, per = one.own, one.row["per"]
            window = id(own) if own.kind not in ("limit", "blend", "rule share") else 0
            key = (own.kind, own.names, one.side, per, window)
            things.setdefault(key, []).append(one)
        groups: list[list[Priced]] = []
        for rows in things.values():
            rows.sort(key=lambda one: one.t or 0)
            before: Priced | None = None
            for one in rows:
                signs = before is not None and (before.row["worth"] > 0) == (one.row["worth"] > 0)
                if signs and before is not None and one.t == (before.t or 0) + 1:
                    groups[-1].append(one)
                else:
                    groups.append([one])
                before = one
        return groups

    def _row(self, group: Sequence[Priced]) -> dict[str, Any]:
        """What the results say of each column of Bottlenecks.

        "units of it in any one of the periods at that worth"; saving is the "present value of
        relaxing it as far as its worth holds, period by period; where that is not known or has
        no end, of one unit".
        """
        rows = [one.row for one in group]
        reliefs = np.array([one.relief for one in group])
        today = np.array([row["worth today"] for row in rows])
        holds = float(reliefs.min())  # not a number if one of them is not
        note = "" if holds == holds else NOT_UNIQUE
        if rows[0]["note"] == NOT_COMPUTED:
            note = NOT_COMPUTED
        worth = [row["worth"] for row in rows]
        cells = list(dict.fromkeys(row["cell"] for row in rows if row["cell"]))
        return {
            "kind": rows[0]["kind"],
            "thing": rows[0]["thing"],
            "from": rows[0]["period"],
            "to": rows[-1]["period"],
            "worth least": min(worth),
            "worth most": max(worth),
            "holds for": holds,
            "saving": float(today @ np.where(np.isfinite(reliefs), reliefs, 1.0)),
            "note": note,
            "sentence": self._sentence(group, holds, note),
            "cell": "; ".join(cells) if len(cells) <= SHOWN else f"{cells[0]} to {cells[-1]}",
        }

    def _sentence(self, group: Sequence[Priced], holds: float, note: str) -> str:
        """The row "in words"."""
        first, last = group[0].row, group[-1].row
        own, side = group[0].own, group[0].side
        when = f" in {first['period']}" if first["period"] else ""
        if first["period"] != last["period"]:
            when += f" to {last['period']}"
        worth = sorted(abs(one.row["worth"]) for one in group)
        prices = list(dict.fromkeys(map(figure, (worth[0], worth[-1]))))
        said = f"{' to '.join(prices)} {self.given.case.settings.currency}"
        if own.kind == "demand":
            costs = first["worth"] > 0
            end = _end(holds, note, "least" if costs else "most")
            verb = "costs" if costs else "earns"
            who = f"{own.names[0]} at {own.names[1]}"
            return f"One more tonne wanted by {who}{when} {verb} {said}{end}."
        more = "one less" if first["per"] == "one less" else "one more"
        unit = "" if own.kind == "limit" else f" {_UNITS.get(own.kind, 'tonne')}"
        what = f"{more}{unit}"
        if first["per"] == "one less" and unit:
            what = f"one{unit} less"
        elif own.kind == "rule share":
            what = "one tonne more that it forbids"
        elif own.kind == "blend":
            what = "one more"
        each = " in a period" if len(group) > 1 else ""
        end = _end(holds, note, "most")
        return f"{_binds(own.kind, own.names, side)}{when}: {what}{each} is worth {said}{end}."


def _binds(kind: str, names: Sequence[str], side: int) -> str:
    if (kind, side) in _BINDS:
        return _BINDS[kind, side].format(*names)
    which = "maximum" if side == HIGH else "minimum"
    known = [name for name in names if name and name not in ("sum", "least", "most")]
    return f"The {which} of {kind} {', '.join(known)} binds"


def _end(holds: float, note: str, most: str) -> str:
    if note == NOT_COMPUTED:
        return ""
    if note:
        return f" at {most}: the price is not unique"
    return f", for up to {holds:,.3g}" if np.isfinite(holds) else ", however many"


def _order(row: dict[str, Any]) -> tuple[str, ...]:
    return row["kind"], row["thing"], row["from"], row["to"], row["sentence"]


def _column(rows: Sequence[dict[str, Any]], header: str) -> Any:
    return lambda i: f"Bottlenecks: {rows[i]['thing']} ({header})"
