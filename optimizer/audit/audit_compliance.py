"""Check of Compliance: which deliveries each rule binds, what breaks it, and the evidence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from operator import itemgetter
from typing import Any

import numpy as np

from optimizer.audit.audit_calendar import Bools, Floats
from optimizer.audit.audit_flows import TableFlows
from optimizer.audit.audit_histories import date_text, trait_name
from optimizer.audit.audit_lots import LotLedger
from optimizer.audit.audit_statements import AuditStatements, UnverifiedTonnes
from optimizer.audit.audit_terms import AuditProcessKey
from optimizer.audit.audit_texts import MIN_SHOWN_TONNES, SIX_DIGITS, consists_of
from optimizer.audit.audit_workbook import AuditWorkbook
from optimizer.audit.verdict import MIN_COMPARED_SIZE, Tally
from optimizer.result.result_layouts import Table
from optimizer.tables import sheets
from optimizer.tables.schema import group_rows

KEPT_SHARE_TOLERANCE = 1e-6
"""Share above the maximum that still counts as kept: rounding of the solver."""
_COMPLIANCE_KEY = ("rule", "row", "line", "window")
_COMPLIANCE_FIGURES = ("delivered", "breaking", "unknown", "not stated", "slack")
_COMPLIANCE_SHARES = ("share found", "share allowed")
_COMPLIANCE_LABELS = ("phase", "segment", "verdict", "periods", "cell")


class AuditDeliveries:
    """Deliveries to each line and period, and the tonnes of them that break each row of Rules."""

    def __init__(self, workbook: AuditWorkbook, flows: TableFlows, ledger: LotLedger) -> None:
        self.workbook, self.ledger = workbook, ledger
        flow = flows["Deliveries"]
        self._flow = flow
        self._number: dict[AuditProcessKey, int] = {key: i for i, key in enumerate(flow.keys)}
        self._all = flow.matrix()
        self._nothing = np.zeros(workbook.calendar.count)
        traced = [
            workbook.materials[key[2]].traced if key[2] in workbook.materials else False
            for key in flow.keys
        ]
        self._traced = np.array(traced, dtype=bool)[flow.key]
        self._breaking: dict[str, Floats] = {}

    def delivered(self, key: AuditProcessKey) -> Floats:
        """Tonnes by period."""
        return self._all[self._number[key]] if key in self._number else self._nothing

    def breaking(self, rule: sheets.Rule, key: AuditProcessKey) -> Floats:
        """Tonnes that break a row of Rules by period: booked as breaking, or not followed."""
        name = trait_name(rule)
        if name not in self._breaking:
            bit = self.ledger.provenance.bit[name]
            is_broken = np.array([not bits & bit for bits in self.ledger.clean], dtype=bool)
            booked = is_broken[self._flow.label] & self._traced
            self._breaking[name] = self._flow.matrix(self._flow.tonnes * booked)
        breaking = self._breaking[name]
        return breaking[self._number[key]] if key in self._number else self._nothing

    def classes(self, key: AuditProcessKey, periods: Bools) -> dict[str, float]:
        """Tonnes of each class in some periods: clean, or the rules that the class breaks."""
        flow, tonnes = self._flow, dict[str, float]()
        if key not in self._number:
            return tonnes
        here = np.flatnonzero((flow.key == self._number[key]) & periods[flow.period])
        names = list(self.ledger.flows.labels)
        for i in here.tolist():
            breaks = names[int(flow.label[i])][0].replace("; ", ", ") if self._traced[i] else ""
            word = f"breaks {breaks}" if breaks else "clean"
            tonnes[word] = tonnes.get(word, 0.0) + float(flow.tonnes[i])
        return tonnes


def labelled_windows(
    workbook: AuditWorkbook, rule: sheets.Rule | sheets.Limit
) -> list[tuple[str, Bools]]:
    """Label and periods of each window of a rule or a limit: period, calendar year or horizon.

    A window that the row binds in part is named after the first and the last of these periods.
    """
    calendar = workbook.calendar
    binds = np.ones(calendar.count, dtype=bool)
    if getattr(rule, "dated_by", "") != "processing":
        binds = calendar.touches(rule.start, rule.end)
    if rule.window == "period":
        numbers, names = np.arange(calendar.count), list(calendar.labels)
    elif rule.window == "horizon":
        numbers = np.zeros(calendar.count, dtype=np.int64)
        names = [""]
    else:
        numbers = calendar.calendar_years - calendar.calendar_years[0]
        names = [str(year) for year in dict.fromkeys(calendar.calendar_years.tolist())]
    labelled = []
    for i, name in enumerate(names):
        bound = (numbers == i) & binds
        if not bound.any():
            continue
        labels = np.array(calendar.labels)[bound].tolist()
        ends = " to ".join(labels if len(labels) == 1 else (labels[0], labels[-1]))
        in_full = len(labels) == np.count_nonzero(numbers == i)
        labelled.append((name if name and in_full else ends, bound))
    return labelled


def phase_text(rule: sheets.Rule) -> str:
    """Dates of a row of Rules as results show them."""
    return f"{date_text(rule.start)}..{date_text(rule.end)}"


class ComplianceAudit:
    """The check of the table Compliance."""

    def __init__(
        self,
        workbook: AuditWorkbook,
        deliveries: AuditDeliveries,
        statements: AuditStatements,
        table: Table,
    ) -> None:
        self.workbook, self.deliveries, self.statements = workbook, deliveries, statements
        self.table = table

    def tally(self) -> Tally:
        """A row for each row of Rules, line and window that it binds, right in every column.

        The contract: a maximum share is "of the tonnes delivered to one line in the periods of
        the window that the rule binds".
        """
        tally = Tally("Compliance")
        wanted = group_rows(self._rows(), itemgetter(*_COMPLIANCE_KEY))
        shown = group_rows(self.table.records(), itemgetter(*_COMPLIANCE_KEY))
        for key in {**wanted, **shown}:
            wanted_rows, shown_rows = wanted.get(key, []), shown.get(key, [])
            words = "Compliance: " + ", ".join(str(part) for part in key)
            if len(wanted_rows) != len(shown_rows):
                tally.fail(f"{words}: {len(shown_rows)} rows instead of {len(wanted_rows)}")
                continue
            for shown_row, wanted_row in zip(
                sorted(shown_rows, key=_row_order), sorted(wanted_rows, key=_row_order), strict=True
            ):
                _compare_row(tally, shown_row, wanted_row, words)
        return tally

    def _rows(self) -> Iterator[dict[str, Any]]:
        for rule in self.workbook.case.rules:
            for key in self.workbook.demand:
                bound = self.workbook.binds(rule, key)
                for window, periods in labelled_windows(self.workbook, rule):
                    here = bound & periods
                    if here.any():
                        yield self._row(rule, key, window, here)

    def _row(
        self, rule: sheets.Rule, key: AuditProcessKey, window: str, binding: Bools
    ) -> dict[str, Any]:
        workbook, labels = self.workbook, self.workbook.calendar.labels
        tonnes = np.where(binding, self.deliveries.delivered(key), 0.0)
        breaking_tonnes = np.where(binding, self.deliveries.breaking(rule, key), 0.0)
        total, breaking = float(tonnes.sum()), float(breaking_tonnes.sum())
        share = breaking / total if total else 0.0
        periods = np.flatnonzero(binding).tolist()
        unverified = [
            self.statements.unverified(rule, key, t, float(tonnes[t]), float(breaking_tonnes[t]))
            for t in periods
            if tonnes[t]
        ]
        kept = share <= rule.maximum_share + KEPT_SHARE_TOLERANCE
        is_open = any(part.has_tonnes for part in unverified)
        return {
            "rule": rule.rule,
            "row": rule.row,
            "line": key[0],
            "window": window,
            "phase": phase_text(rule),
            "segment": "; ".join(sorted({workbook.segment(key, t) for t in periods})),
            "delivered": total,
            "breaking": breaking,
            "share found": share,
            "share allowed": rule.maximum_share,
            "verdict": ("kept as far as stated" if is_open else "kept") if kept else "broken",
            "unknown": sum(part.unknown for part in unverified),
            "not stated": sum(part.not_stated for part in unverified),
            "rests on": _reason_parts(unverified),
            "periods": "; ".join(labels[t] for t in periods),
            "slack": rule.maximum_share * total - breaking,
            "cell": workbook.case.cell("Rules", rule.row, "maximum share"),
            "classes": self.deliveries.classes(key, binding),
        }


def _reason_parts(unverified: Sequence[UnverifiedTonnes]) -> list[str]:
    cells = dict.fromkeys(cell for part in unverified for cell in part.cells)
    stages = dict.fromkeys(f"{stage} not stated" for part in unverified for stage in part.stages)
    return [*cells, *stages]


def _row_order(row: Mapping[str, Any]) -> tuple[Any, ...]:
    return row["periods"], round(row["delivered"], 6), round(row["breaking"], 6)


def _compare_row(
    tally: Tally, shown: Mapping[str, Any], wanted: Mapping[str, Any], words: str
) -> None:
    """One row, column by column."""
    size = np.full(len(_COMPLIANCE_FIGURES), max(abs(wanted["delivered"]), MIN_COMPARED_SIZE))
    for headers, scale in ((_COMPLIANCE_FIGURES, 1.0), (_COMPLIANCE_SHARES, MIN_COMPARED_SIZE)):
        shown_figures, wanted_figures = (
            np.array([row[h] for h in headers]) * scale for row in (shown, wanted)
        )
        place = _column_place(words, headers)
        tally.equal(
            shown_figures, wanted_figures, place, size if headers is _COMPLIANCE_FIGURES else None
        )
    for header in _COMPLIANCE_LABELS:
        tally.equal_labels((shown[header],), (wanted[header],), _column_place(words, (header,)))
    if not consists_of(shown["rests on"], wanted["rests on"]):
        tally.fail(f"{words} (rests on): {shown['rests on']!r} instead of {wanted['rests on']}")
    _compare_classes(tally, shown["classes delivered"], wanted["classes"], words)


def _compare_classes(tally: Tally, shown: str, wanted: Mapping[str, float], words: str) -> None:
    """Compare the tonnes of each class in the text."""
    tonnes_by_class: dict[str, float] = {}
    for part in filter(None, shown.split("; ")):
        name, _, tonnes = part.removesuffix(" t").rpartition(" ")
        try:
            tonnes_by_class[name] = float(tonnes.replace(",", ""))
        except ValueError:
            tally.fail(f"{words} (classes delivered): {part!r}")
    names = list({**wanted, **tonnes_by_class})
    shown_tonnes, wanted_tonnes = (
        np.array([tonnes_of.get(name, 0.0) for name in names])
        for tonnes_of in (tonnes_by_class, wanted)
    )
    allowed = SIX_DIGITS * np.maximum(np.abs(wanted_tonnes), MIN_SHOWN_TONNES)
    wrong = np.flatnonzero(np.abs(shown_tonnes - wanted_tonnes) > allowed)
    if wrong.size or set(tonnes_by_class) - set(wanted):
        tally.fail(f"{words} (classes delivered): {shown!r} instead of {dict(wanted)}")


def _column_place(words: str, headers: Sequence[str]) -> Any:
    return lambda i: f"{words} ({headers[i]})"
