"""The record of a plan for ``--json`` and run.json, and its summary for people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import structs

from optimizer.cli.arguments import MAX_PRINTED_LINES, finding_record

if TYPE_CHECKING:
    from optimizer.plan import Result


def plan_record(result: Result, files: dict[str, str], seconds: dict[str, float]) -> dict[str, Any]:
    """Record of a plan: ``--json`` prints it and ``run.json`` holds it."""
    audit = result.audit
    return {
        "status": result.status,
        "changed": list(result.changed),
        "solver": result.solver,
        "run": result.run,
        "objective": result.objective,
        "currency": result.case.settings.currency,
        "gap": result.gap if result.gap < float("inf") else None,
        "lawful": result.lawful,
        "lawful_notes": list(result.lawful_notes),
        "rules": _bound_tonnes(result),
        "costs": result.costs,
        "shortage": result.shortage if result.objective is not None else None,
        "audit": None
        if audit is None
        else {
            "passed": audit.passed,
            "verdict": audit.verdict,
            "worst": audit.worst if audit.worst < float("inf") else None,
            "cost_difference": audit.cost_difference,
        },
        "alerts": list(result.alerts),
        "conflict": {
            "irreducible": result.conflict.irreducible,
            "clashes": [structs.asdict(clash) for clash in result.conflict.clashes],
            "gaps": [structs.asdict(gap) for gap in result.conflict.gaps],
        },
        "repairs": [
            {
                "title": repair.title,
                "changes": list(repair.changes),
                "cells": [structs.asdict(edit) for edit in repair.edits],
                "checked": repair.checked,
            }
            for repair in result.repairs
        ],
        "warnings": [finding_record(finding) for finding in result.warnings],
        "input": {"file": result.case.path, "sha256": result.case.sha256},
        "files": files,
        "seconds": {name: round(value, 4) for name, value in seconds.items()},
    }


def _bound_tonnes(result: Result) -> dict[str, float]:
    """Tonnes of deliveries that each rule binds."""
    tonnes_by_rule = dict.fromkeys((row.rule for row in result.case.rules), 0.0)
    rows = result.tables.get("Compliance")
    for rule, tonnes in zip(rows["rule"], rows["delivered"], strict=True) if rows else ():
        tonnes_by_rule[rule] += tonnes
    return tonnes_by_rule


def plan_summary(result: Result, status: str) -> str:
    """Text about a plan, or about why there is none."""
    if result.objective is None or result.audit is None:
        lines = [f"{status[0].upper()}{status[1:]}."]
        if result.conflict.clashes:
            lines += [result.conflict.heading]
            conflicts = [
                f"  {clash}" for clash in (*result.conflict.clashes, *result.conflict.gaps)
            ]
            lines += conflicts[:MAX_PRINTED_LINES]
            if len(conflicts) > MAX_PRINTED_LINES:
                lines.append(f"  and {len(conflicts) - MAX_PRINTED_LINES:,} more")
        elif result.status == "infeasible":
            lines.append("The conflict was not found in time.")
        for repair in result.repairs:
            lines += [f"{repair.title}:", *(f"  {change}" for change in repair.changes)]
        return "\n".join(lines)
    from optimizer.result.number_text import shortage_text

    currency = result.case.settings.currency
    lines = [
        f"{status[0].upper()}{status[1:]}: {result.objective:,.2f} {currency} (present value).",
        f"Lawful: {result.lawful}. {result.lawful_notes[0]}",
        *(f"  {note}" for note in result.lawful_notes[1:]),
        *(
            f"  {name:<14}{money:>20,.2f}"
            for name, money in result.costs.items()
            if abs(money) >= 0.005
        ),
        f"Demand: {shortage_text(result.shortage)}.",
        f"{result.audit.verdict}.",
        *(alert for alert in result.alerts if alert not in result.lawful_notes),
    ]
    return "\n".join(lines)
