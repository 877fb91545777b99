"""What is said of a plan: a record for programs, sentences for people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import structs

from optimizer.cli.arguments import SHOWN, said

if TYPE_CHECKING:
    from optimizer.plan import Result


def record_of(result: Result, files: dict[str, str], seconds: dict[str, float]) -> dict[str, Any]:
    """What ``--json`` prints and ``run.json`` holds."""
    audit = result.audit
    return {
        "status": result.status,
        "run": result.run,
        "objective": result.objective,
        "currency": result.case.settings.currency,
        "gap": result.gap if result.gap < float("inf") else None,
        "lawful": result.lawful,
        "lawful_notes": list(result.lawful_notes),
        "rules": _bound(result),
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
        "warnings": [said(finding) for finding in result.warnings],
        "input": {"file": result.case.path, "sha256": result.case.sha256},
        "files": files,
        "seconds": {name: round(value, 4) for name, value in seconds.items()},
    }


def _bound(result: Result) -> dict[str, float]:
    """Tonnes delivered that each rule binds."""
    found = dict.fromkeys((row.rule for row in result.case.rules), 0.0)
    rows = result.tables.get("Compliance")
    for rule, tonnes in zip(rows["rule"], rows["delivered"], strict=True) if rows else ():
        found[rule] += tonnes
    return found


def story(result: Result, files: dict[str, str], status: str) -> str:
    """What people are told of a plan, or of why there is none."""
    if result.objective is None or result.audit is None:
        told = [f"{status[0].upper()}{status[1:]}."]
        if result.conflict.clashes:
            told += [result.conflict.heading]
            own = [f"  {clash}" for clash in (*result.conflict.clashes, *result.conflict.gaps)]
            told += own[:SHOWN]
            if len(own) > SHOWN:
                told.append(f"  and {len(own) - SHOWN:,} more")
        elif result.status == "infeasible":
            told.append("What clashes was not found in time.")
        for repair in result.repairs:
            told += [f"{repair.title}:", *(f"  {change}" for change in repair.changes)]
        told += _files(files)
        return "\n".join(told)
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
        f"Short: {result.shortage:,.3f} t.",
        f"{result.audit.verdict}.",
        *(alert for alert in result.alerts if alert not in result.lawful_notes),
        *_files(files),
    ]
    return "\n".join(lines)


def _files(files: dict[str, str]) -> list[str]:
    kept = "Kept, as it was changed since it was written"
    return [f"{kept if what == 'kept' else 'Written'}: {file}" for what, file in files.items()]
