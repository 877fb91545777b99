"""Check of tiers: nothing is bought of an offer before the one that comes first is full."""

from __future__ import annotations

import numpy as np

from optimizer.audit.audit_flows import TableFlows
from optimizer.audit.audit_workbook import AuditWorkbook
from optimizer.audit.verdict import MIN_USE, Tally, fixed_place


def tier_tally(workbook: AuditWorkbook, flows: TableFlows) -> Tally:
    """Where a row is bought that names another offer, that one is bought up to its maximum.

    The contract: "after: offer of the same site and material that is bought up to its maximum in
    a period before anything of this row can be bought in it"; "a rule or limit binds a period
    that it touches at all"; "limits add up pro rata".
    """
    tally, flow = Tally("tiers"), flows["Purchases"]
    nothing = np.zeros(workbook.calendar.count)
    bought = dict(zip(flow.keys, flow.matrix(), strict=True))
    for key, rows in workbook.offers.items():
        for row, years in zip(rows.rows, rows.years, strict=True):
            if not row.after:
                continue
            first = (row.after, *key[1:])
            taken = (bought.get(key, nothing) > MIN_USE) & (years > 0)
            if first not in workbook.offers:
                if taken.any():
                    tally.fail(f"{key[0]} is bought, and there is no {row.after} to come first")
                continue
            most = workbook.offers[first].total(lambda other: other.maximum)
            words = f"{row.after} before {key[0]}"
            if (taken & (most <= 0)).any():
                tally.fail(f"{words}: bought where nothing of the first is sold")
            found = bought.get(first, nothing)
            tally.at_least(found[taken], most[taken], fixed_place(words))
    return tally
