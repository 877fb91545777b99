"""Sites that do not segregate: inputs of their processes taint all their outputs.

In a period in which one of the site's processes uses a lot that is booked as breaking a
rule, or for which the rule is not followed, every output of every process there breaks it.
"""

from __future__ import annotations

import numpy as np

from optimizer.audit.audit_calendar import Bools
from optimizer.audit.audit_column_codes import sum_by_index
from optimizer.audit.audit_flows import TableFlows
from optimizer.audit.audit_workbook import AuditWorkbook
from optimizer.audit.verdict import AUDIT_TOLERANCE, MIN_COMPARED_SIZE


def tainted_traits(
    workbook: AuditWorkbook, flows: TableFlows, traced: Bools, unclaimed: list[int]
) -> dict[tuple[str, int], int]:
    """Traits that taint sites which do not segregate, by site and period.

    ``traced`` is true for each pair of :class:`TableFlows` of a traced material; ``unclaimed``
    are the traits that the inputs of each label of runs do not claim to keep.
    """
    mixing = {site.site: i for i, site in enumerate(workbook.case.sites) if not site.segregates}
    if not mixing:
        return {}
    number = np.array([mixing.get(site, -1) for site, _ in flows.pairs], dtype=np.int64)
    number[~traced] = -1
    move, count = flows.process_moves("inputs"), workbook.calendar.count
    pair, t = np.divmod(move.node, count)
    row = np.flatnonzero(number[pair] >= 0)
    cell, tonnes, label = (number[pair] * count + t)[row], move.tonnes[row], move.label[row]
    size = len(workbook.case.sites) * count
    least = AUDIT_TOLERANCE * np.maximum(sum_by_index(cell, tonnes, size), MIN_COMPARED_SIZE)
    names = {i: site for site, i in mixing.items()}
    tainted: dict[tuple[str, int], int] = {}
    for bit in range(max(unclaimed, default=0).bit_length()):
        is_unclaimed = np.array([bits >> bit & 1 for bits in unclaimed], dtype=bool)[label]
        for position in np.flatnonzero(
            sum_by_index(cell, tonnes * is_unclaimed, size) > least
        ).tolist():
            key = (names[position // count], position % count)
            tainted[key] = tainted.get(key, 0) | 1 << bit
    return tainted
