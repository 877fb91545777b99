"""Writing the results workbook of a result."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import structs

from optimizer.atomic_write import FileTarget
from optimizer.errors import NoPlanError
from optimizer.report.argument_checks import check_result
from optimizer.report.cell_links import relative_path
from optimizer.report.key_risks import finding_alerts, key_risks, ranked_alerts
from optimizer.report.results_workbook import write as write_tables
from optimizer.report.summary import Summary

if TYPE_CHECKING:
    from optimizer.plan import Result


def write(result: Result, path: FileTarget) -> None:
    """Write the results workbook of a plan to a path or an open file.

    An existing file is replaced atomically. Raises NoPlanError if the result has no plan,
    FileError if the file cannot be written, UsageError for anything but a result.
    """
    check_result(result)
    if result.objective is None or result.audit is None:
        raise NoPlanError(f"there is no plan to write: {result.status}")
    summary = plan_summary(result)
    if result.case.path and isinstance(path, (str, os.PathLike)):
        summary = structs.replace(summary, input_path=relative_path(result.case.path, path))
    write_tables(path, summary, result.tables)


def plan_summary(result: Result) -> Summary:
    """Summary of a result that has a plan and an audit, for the results workbook."""
    network, settings = result.network, result.case.settings
    calendar = network.calendar
    assert result.objective is not None
    assert result.audit is not None
    wanted = tuple(
        (line.name, _segment_label(line.segments, t), label, line.quantity[t], line.penalty[t])
        for line in network.lines
        for t, label in enumerate(calendar.labels)
        if line.quantity[t]
    )
    alerts = ranked_alerts((*result.alerts, *finding_alerts(result.warnings)), result.lawful or "")
    return Summary(
        case=settings.case or Path(result.case.path).stem,
        status=result.status,
        objective=result.objective,
        currency=settings.currency,
        periods=calendar.labels,
        years=tuple(str(day.year) for day in calendar.first),
        input_name=Path(result.case.path).name,
        audit=result.audit.verdict,
        audit_passed=result.audit.passed,
        alerts=tuple(alerts),
        risks=tuple(key_risks(alerts, result.lawful or "", result.case)),
        gap=result.gap,
        made=date.today().isoformat(),
        wanted=wanted,
        changed=bool(result.changed),
        solver=result.other_solver,
        lawful=result.lawful or "",
    )


def _segment_label(segments: dict[str, int], t: int) -> str:
    """Segments of a line in a period; ``segments`` has a bit for each period."""
    return "; ".join(name for name, periods in segments.items() if periods >> t & 1)
