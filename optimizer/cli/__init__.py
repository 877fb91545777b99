"""The command line: words to calls, errors to exit codes.

People's text goes to standard error, ``--json`` prints one object on standard output.
Exit codes: 0 plan found and audited, 1 the workbook has errors, 2 wrong use, 3 no
feasible plan, 4 stopped before optimality, 5 internal error.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import nullcontext, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import structs

from optimizer import __version__
from optimizer.cli.ahead import loading
from optimizer.cli.done import Voice
from optimizer.cli.following import follows, replanned
from optimizer.cli.plans import add_plans, add_previous
from optimizer.cli.studies import add_studies
from optimizer.cli.words import Parser, escaped, on_one_line, print_record, seconds, share, tell
from optimizer.collector import collecting, paused, sweep
from optimizer.errors import (
    AuditError,
    Finding,
    OptimizerError,
    StoppedError,
    WorkbookError,
)
from optimizer.target import check_target, replacing

if TYPE_CHECKING:
    from optimizer.plan import Result
    from optimizer.solver import Progress

SHOWN = 40
"""Findings or clashes of a kind that are printed; all stand in the marked copy or --json."""

ONCE = ("solve", "check", "template")
"""Commands that end with what they make: nothing that they leave behind need be collected."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code; nothing is raised."""
    options = _parser().parse_args(arguments)
    try:
        return _run(options)
    except KeyboardInterrupt:
        return _fail(options, "stopped", StoppedError.exit_code)
    except BrokenPipeError:
        return 0
    except MemoryError:
        return _fail(options, "this machine has not enough memory for the case", 5)
    except Exception as error:
        return _fail(options, f"internal error: {_kept(error)}", 5)


def _run(options: argparse.Namespace) -> int:
    try:
        with nullcontext() if options.command in ONCE else collecting():
            return int(options.run(options))
    except WorkbookError as error:
        return _report(options, error.findings)
    except OptimizerError as error:
        return _fail(options, str(error), error.exit_code)


def _parser() -> argparse.ArgumentParser:
    parser = Parser(
        prog="optimizer",
        description="Least-cost sourcing plans for rare-earth magnets under provenance rules.",
        epilog="Exit codes: 0 done, 1 the workbook has errors, 2 wrong use, 3 no feasible plan, "
        "4 stopped before optimality, 5 internal error.",
    )
    parser.add_argument("--version", action="version", version=f"optimizer {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    solve = commands.add_parser("solve", help="find the least-cost plan of a workbook")
    solve.add_argument("workbook", type=Path)
    solve.add_argument("--output", type=Path, metavar="DIR", help="default: outputs/NAME")
    solve.add_argument("--time-limit", type=seconds, metavar="S", help="default: Settings")
    solve.add_argument("--gap", type=share, metavar="G", help="default: Settings")
    solve.add_argument("--explain", action="store_true", help="add what prices are made of")
    solve.add_argument("--cost-of-rules", action="store_true", help="solve without each rule too")
    solve.add_argument("--attended", action="store_true", help=argparse.SUPPRESS)
    add_previous(solve)
    solve.set_defaults(run=_solve)
    check = commands.add_parser("check", help="report everything that is wrong in a workbook")
    check.add_argument("workbook", type=Path)
    check.set_defaults(run=_check)
    studies = add_studies(commands)
    template = commands.add_parser("template", help="write a blank workbook")
    template.add_argument("path", type=Path)
    template.set_defaults(run=_template)
    seat = commands.add_parser(
        "open", aliases=["serve"], help="check and solve workbooks on a page in your browser"
    )
    seat.add_argument("workbook", type=Path, nargs="?", help="to begin with")
    seat.add_argument("--port", type=int, default=0, metavar="N", help="default: a free one")
    seat.add_argument("--no-browser", action="store_true", help="print the address only")
    seat.add_argument(
        "--output", type=Path, default=Path("outputs"), metavar="DIR", help="default: outputs"
    )
    seat.set_defaults(run=_open, json=False, quiet=False)
    add_plans(commands, Voice(tell, print_record, _Progress))
    for command in (solve, check, template, *studies):
        command.add_argument("--json", action="store_true", help="one object on standard output")
        command.add_argument("--quiet", action="store_true", help="print errors only")
    return parser


def _solve(options: argparse.Namespace) -> int:
    from optimizer.plan import explain, solve
    from optimizer.tables import read

    progress, told = _watchers(options)
    step = loading(told)
    begin = time.perf_counter()
    step("read")
    case = read(options.workbook)
    seconds = {"read": time.perf_counter() - begin}
    folder = options.output or Path("outputs") / options.workbook.stem
    target, page = folder / "plan.xlsx", folder / "report.html"
    check_target(target)
    check_target(page, "page")
    asked = {"time_limit": options.time_limit, "gap": options.gap, "progress": progress}
    more = {"explain": options.explain, "remember": options.cost_of_rules, "step": step}
    study = None
    if follows(options):
        result = replanned(case, options, progress)
    else:
        result = solve(case, **asked, **more)
    seconds |= result.seconds
    if options.cost_of_rules:
        from optimizer.studies import cost_of_rules

        with collecting():
            study = cost_of_rules(case, plan=result, **asked)
        result, seconds["cost of rules"] = study.result, study.seconds
    begin = time.perf_counter()
    step("write")
    files = {"page": str(page)}
    sweep(result.network.cut.kept)
    with paused():
        from optimizer.report.page import write_page
        from optimizer.report.result import write

        if result.objective is not None:
            write(result, target)
            files = {"plan": str(target), **files, "record": str(folder / "run.json")}
        write_page(result, page)
    seconds["write"] = time.perf_counter() - begin
    record = _record(result, files, seconds)
    if study:
        record["rule_costs"] = study.records
    if "record" in files:
        with replacing(folder / "run.json", "run record") as part:
            part.write_text(json.dumps(record, indent=1, ensure_ascii=False) + "\n", "utf-8")
    if not options.quiet:
        _tell_findings("warning", result.warnings)
        tell(_story(result, files, explain(result.status)))
        if study and study.sentences:
            tell("\n".join(study.sentences))
    elif result.status != "optimal":
        tell(_story(result, files, explain(result.status)))
    if options.json:
        print_record(record)
    return _code(result)


def _watchers(options: argparse.Namespace) -> tuple[Progress | None, Callable[[str], None]]:
    """Who is told of the solver's progress, and of each step that begins."""
    if options.attended:
        from optimizer.seat.attended import Attended

        attended = Attended(tell)
        return attended, attended.step
    return None if options.quiet else _Progress(), lambda name: None


def _code(result: Result) -> int:
    if result.audit is not None and not result.audit.passed:
        tell(f"error: {result.audit.verdict}")
        return AuditError.exit_code
    try:
        result.raise_for_status()
    except OptimizerError as error:
        return error.exit_code
    return 0


def _record(result: Result, files: dict[str, str], seconds: dict[str, float]) -> dict[str, Any]:
    audit = result.audit
    return {
        "status": result.status,
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
        "warnings": [_said(finding) for finding in result.warnings],
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


def _story(result: Result, files: dict[str, str], status: str) -> str:
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
        told += (f"Written: {file}" for file in files.values())
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
        *(f"Written: {file}" for file in files.values()),
    ]
    return "\n".join(lines)


def _check(options: argparse.Namespace) -> int:
    from optimizer.checking import check

    return _report(options, check(options.workbook))


def _template(options: argparse.Namespace) -> int:
    from optimizer.tables.template import write_template

    write_template(options.path)
    if options.json:
        print_record({"status": "written", "files": {"template": str(options.path)}})
    if not options.quiet:
        tell(f"Written: {options.path}")
    return 0


def _open(options: argparse.Namespace) -> int:
    from optimizer.seat import Seat, interrupted_by_signals

    with interrupted_by_signals(), Seat(options.output, options.port, options.workbook) as seat:
        tell(f"The page is open at {seat.address}")
        tell("Only this computer can reach it. Ctrl-C, or Close on the page, ends it.")
        if not options.no_browser:
            seat.show(lambda: tell("No browser was found: open the address yourself."))
        seat.serve()
    with suppress(OSError):  # the terminal may be gone
        tell(f"Closed. Plans are kept in {options.output}.")
    return 0


def _report(options: argparse.Namespace, findings: Sequence[Finding]) -> int:
    """Print findings, mark them in a copy, and say so; 1 if any is an error."""
    errors = [finding for finding in findings if finding.severity == "error"]
    others = [finding for finding in findings if finding.severity != "error"]
    if errors or not options.quiet:
        _tell_findings("error", errors)
    if not options.quiet:
        _tell_findings("warning", others)
        counts = f"{_counted(len(errors), 'error')}, {_counted(len(others), 'warning')}"
        tell(f"{options.workbook}: {counts if findings else 'nothing to complain of'}.")
    files = _marked_copy(options, findings) if findings else {}
    if not options.quiet:
        for file in files.values():
            tell(f"Marked copy: {file}")
    if options.json:
        print_record(
            {
                "status": "errors" if errors else "ok",
                "errors": [_said(finding) for finding in errors],
                "warnings": [_said(finding) for finding in others],
                "files": files,
            }
        )
    return 1 if errors else 0


def _marked_copy(options: argparse.Namespace, findings: Sequence[Finding]) -> dict[str, str]:
    """Write the marked copy beside the workbook, or say why there is none."""
    from optimizer.tables.marked import write_marked_copy

    copy = options.workbook.with_name(f"{options.workbook.stem}.checked{options.workbook.suffix}")
    try:
        return {"marked copy": str(write_marked_copy(options.workbook, findings, copy))}
    except OptimizerError as failure:
        tell(f"no marked copy: {failure}")
        return {}


def _counted(number: int, word: str) -> str:
    return f"{number:,} {word}" + ("" if number == 1 else "s")


def _said(finding: Finding) -> dict[str, str]:
    return {
        "place": finding.place,
        "column": finding.column,
        "message": finding.message,
        "hint": finding.hint,
    }


def _tell_findings(word: str, findings: Sequence[Finding]) -> None:
    for finding in findings[:SHOWN]:
        tell(f"{word}: {on_one_line(str(finding))}")
    if len(findings) > SHOWN:
        tell(f"{word}: and {len(findings) - SHOWN:,} more")


def _fail(options: argparse.Namespace, message: str, code: int) -> int:
    tell(f"error: {message}")
    if options.json:
        print_record({"status": "error", "message": message, "exit_code": code})
    return code


def _kept(error: Exception) -> str:
    """Put an unforeseen error's details into a file; a line about it for people."""
    import tempfile
    import traceback

    with tempfile.NamedTemporaryFile(
        "w", prefix="optimizer-", suffix=".log", delete=False, encoding="utf-8"
    ) as file:
        file.write("".join(traceback.format_exception(error)))
    return f"{type(error).__name__}: {error}. Please report it with {file.name}"


class _Progress:
    """One line on standard error that is written over while the solver works."""

    def __init__(self) -> None:
        self._live = sys.stderr.isatty()

    def __call__(self, seconds: float, line: str) -> None:
        text = f"solving … {seconds:,.0f} s  {escaped(line.strip())}"[:100]
        sys.stderr.write(f"\r{text:<100}" if self._live else text + "\n")
        sys.stderr.flush()
