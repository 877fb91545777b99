"""Alerts in their order, and the key risks among them, with owner and cell."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct

from optimizer.explain import ALERT_KINDS, COMPLIANCE, INPUT, NO_RULES, RISK_KINDS, YES, Alert
from optimizer.tables.case import Case

MAX_KEY_RISKS = 3
"""Risks on the first screen: what a board can weigh. The others follow behind it, by kind."""
OTHER_KIND = "other"
"""Kind of a sentence that names none."""
_SITE_ATTRIBUTES = ("site", "customer", "from_site")
"""Attributes of a row that may name a site, in the order in which they count."""


class KeyRisk(Struct, frozen=True):
    """A risk for the first screen: what it is, who owns the place, and the cell to look at."""

    kind: str
    sentence: str
    owner: str = ""
    """Whose the row of the cell is, such as ``seller of spot ore: Acme``; empty where the workbook
    does not say. A risk may be about several rows: its cell is that of the first."""
    sheet: str = ""
    cell: str = ""

    @property
    def place(self) -> str:
        """The cell with its sheet, such as ``Supply!H2``."""
        return f"{self.sheet}!{self.cell}" if self.sheet and self.cell else self.sheet


def ranked_alerts(alerts: Iterable[str], lawful: str) -> list[Alert]:
    """Alerts by kind, the gravest first; within a kind in their own order.

    Remarks on rules that are all kept, and sentences without a kind, come behind the risks.
    """
    order = {kind: place for place, kind in enumerate(ALERT_KINDS)}
    if keeps_rules(lawful):
        order[COMPLIANCE] = len(RISK_KINDS)
    found = [each if isinstance(each, Alert) else Alert(each) for each in alerts]
    found = [
        each if each.kind in order else Alert(each, each.sheet, each.cell, OTHER_KIND)
        for each in found
    ]
    return sorted(found, key=lambda each: order.get(each.kind, len(RISK_KINDS)))


def finding_alerts(findings: Iterable[object]) -> list[Alert]:
    """Warnings about the input as alerts."""
    return [
        Alert(str(each), getattr(each, "sheet", ""), getattr(each, "cell", ""), INPUT)
        for each in findings
    ]


def key_risks(alerts: Sequence[Alert], lawful: str, case: Case | None = None) -> list[KeyRisk]:
    """The gravest risks: of each kind the first with a cell, then what is left.

    What is said of rules is a risk only if the plan is not lawful without reserve.
    """
    risks = [
        each
        for each in ranked_alerts(alerts, lawful)
        if each.kind in RISK_KINDS and not (each.kind == COMPLIANCE and keeps_rules(lawful))
    ]
    first: dict[str, Alert] = {}
    for each in risks:
        if each.kind not in first or (each.cell and not first[each.kind].cell):
            first[each.kind] = each
    chosen = list(first.values())
    chosen += [each for each in risks if each.cell and not any(each is one for one in chosen)]
    return [
        KeyRisk(each.kind, str(each), owner_of(case, each.sheet, each.cell), each.sheet, each.cell)
        for each in chosen[:MAX_KEY_RISKS]
    ]


def keeps_rules(lawful: str) -> bool:
    """True if what is said of rules is a remark and no risk."""
    return lawful in (YES, NO_RULES)


def owner_of(case: Case | None, sheet: str, cell: str) -> str:
    """Owner of the site that a row of the workbook is about, and of what; empty if not stated.

    It says the offer or the site, because a risk of many rows is not one owner's.
    """
    number = "".join(sign for sign in cell if sign.isdigit())
    if case is None or not sheet or not number:
        return ""
    try:
        rows = case.rows(sheet)
    except (KeyError, AttributeError):
        return ""
    owners = {site.site: site.owner for site in case.sites}
    for row in rows:
        if row.row == int(number):
            names = (getattr(row, attribute, "") for attribute in _SITE_ATTRIBUTES)
            place = next((name for name in names if owners.get(name)), "")
            if not place:
                return ""
            offer = row.offer if sheet == "Supply" else ""
            whose = f"seller of {offer}" if offer else f"owner of {place}"
            return f"{whose}: {owners[place]}"
    return ""
