"""The command line: words to calls, errors to exit codes.

People's text goes to standard error, ``--json`` prints one object on standard output.
Exit codes: 0 plan found and audited, 1 the workbook has errors, 2 wrong use, 3 no
feasible plan, 4 stopped before optimality, 5 internal error.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from optimizer import __version__
from optimizer.errors import (
    AuditError,
    FileError,
    Finding,
    NoPlanError,
    OptimizerError,
    StoppedError,
    WorkbookError,
)

if TYPE_CHECKING:
    from optimizer.plan import Result
    from optimizer.solver import Progress

SHOWN = 40
"""Findings or clashes of a kind that are printed; all stand in the marked copy or --json."""


def entry() -> None:
    """What the console script calls; leaves at once, without tearing down the libraries."""
    code = main()
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except BrokenPipeError:
        pass
    os._exit(code)


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
        return int(options.run(options))
    except WorkbookError as error:
        return _report(options, error.findings)
    except OptimizerError as error:
        return _fail(options, str(error), error.exit_code)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
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
    solve.add_argument("--time-limit", type=_seconds, metavar="S", help="default: Settings")
    solve.add_argument("--gap", type=_share, metavar="G", help="default: Settings")
    solve.add_argument("--explain", action="store_true", help="add what prices are made of")
    solve.add_argument("--cost-of-rules", action="store_true", help="solve without each rule too")
    solve.add_argument("--attended", action="store_true", help=argparse.SUPPRESS)
    solve.set_defaults(run=_solve)
    check = commands.add_parser("check", help="report everything that is wrong in a workbook")
    check.add_argument("workbook", type=Path)
    check.set_defaults(run=_check)
    studies = _add_studies(commands)
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
    for command in (solve, check, template, *studies):
        command.add_argument("--json", action="store_true", help="one object on standard output")
        command.add_argument("--quiet", action="store_true", help="print errors only")
    return parser


def _add_studies(commands: Any) -> list[argparse.ArgumentParser]:
    """The commands that solve a workbook many times."""
    added = []
    for name, told in (
        ("scenarios", "solve every scenario of a workbook and compare them"),
        ("stress", "lose each site, country, lane and offer in turn, and rank what it costs"),
        ("frontier", "cost against a limit"),
        ("alternatives", "other plans that cost nearly as little"),
    ):
        study = commands.add_parser(name, help=told)
        study.add_argument("workbook", type=Path)
        study.add_argument("--output", type=Path, metavar="DIR", help="default: outputs/NAME")
        study.add_argument("--workers", type=int, metavar="N", help="processes; default: cores")
        study.add_argument("--scheduler", default="", metavar="ADDRESS", help="of a Dask cluster")
        study.add_argument("--time-limit", type=_seconds, metavar="S", help="for each run")
        study.add_argument("--gap", type=_share, metavar="G", help="default: Settings")
        study.set_defaults(run=_study)
        added.append(study)
    scenarios, stress, frontier, alternatives = added
    scenarios.add_argument("--only", action="append", metavar="NAME", help="may be repeated")
    stress.add_argument("--from", dest="first", metavar="PERIOD", help="default: the first")
    stress.add_argument("--periods", type=int, metavar="N", help="default: to the end")
    stress.add_argument("--freeze", action="store_true", help="orders before the loss stand")
    stress.add_argument("--lose", action="append", metavar="KIND", help="may be repeated")
    frontier.add_argument("--limit", required=True, metavar="TEXT", help="country = China; short")
    frontier.add_argument("--points", type=int, default=7, metavar="N", help="default: 7")
    alternatives.add_argument("--within", type=_share, default=0.02, metavar="G", help="2%%")
    return added


def _seconds(text: str) -> float:
    value = float(text)
    if not value > 0:
        raise argparse.ArgumentTypeError(f"{text} is not a number of seconds above 0")
    return value


def _share(text: str) -> float:
    value = float(text[:-1]) / 100 if text.endswith("%") else float(text)
    if not 0 <= value <= 1:
        raise argparse.ArgumentTypeError(f"{text} is not a share from 0 to 1")
    return value


def _solve(options: argparse.Namespace) -> int:
    from optimizer.plan import explain, solve
    from optimizer.report import check_target
    from optimizer.report.page import write_page
    from optimizer.report.result import write
    from optimizer.tables import read

    progress, step = _watchers(options)
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
    result, study = solve(case, **asked, **more), None
    seconds |= result.seconds
    if options.cost_of_rules:
        from optimizer.studies import cost_of_rules

        study = cost_of_rules(case, plan=result, **asked)
        result, seconds["cost of rules"] = study.result, study.seconds
    begin = time.perf_counter()
    step("write")
    files = {"page": str(page)}
    if result.objective is not None:
        write(result, target)
        files = {"plan": str(target), **files, "record": str(folder / "run.json")}
    write_page(result, page)
    seconds["write"] = time.perf_counter() - begin
    record = _record(result, files, seconds)
    if study:
        record["rule_costs"] = study.records
    if "record" in files:
        _write_record(folder / "run.json", record)
    if not options.quiet:
        _tell_findings("warning", result.warnings)
        _tell(_story(result, files, explain(result.status)))
        if study and study.sentences:
            _tell("\n".join(study.sentences))
    elif result.status != "optimal":
        _tell(_story(result, files, explain(result.status)))
    if options.json:
        _print(record)
    return _code(result)


def _watchers(options: argparse.Namespace) -> tuple[Progress | None, Callable[[str], None]]:
    """Who is told of the solver's progress, and of each step that begins."""
    if options.attended:
        from optimizer.seat.attended import Attended

        attended = Attended(_tell)
        return attended, attended.step
    return None if options.quiet else _Progress(), lambda name: None


def _study(options: argparse.Namespace) -> int:
    from optimizer import studies
    from optimizer.report import check_target, write_study
    from optimizer.tables import read

    case = read(options.workbook)
    folder = options.output or Path("outputs") / options.workbook.stem
    target = folder / f"{options.command}.xlsx"
    check_target(target)
    way = studies.Way(
        workers=options.workers,
        scheduler=options.scheduler,
        folder=folder / "runs",
        progress=None if options.quiet else _tell_run,
        options=studies.Options(options.time_limit, options.gap),
    )
    study = studies.asked_for(options.command, case, vars(options), way)
    write_study(study, target)
    if not options.quiet:
        _tell("\n".join((*study.lines(), *study.notes, f"Written: {target}")))
    if options.json:
        _print(study.to_data() | {"files": {"study": str(target)}})
    failed = [name for name, each in study.outcomes.items() if not each.audit_passed]
    if failed:
        _tell(f"error: the audit fails in {', '.join(failed)}")
        return AuditError.exit_code
    return 0 if study.outcomes["base"].objective is not None else NoPlanError.exit_code


def _tell_run(done: int, total: int, left: float, name: str) -> None:
    about = f", about {left:,.0f} s left" if done < total else ""
    _tell(f"{done:,} of {total:,} runs{about}: {name}")


def _code(result: Result) -> int:
    if result.audit is not None and not result.audit.passed:
        _tell(f"error: {result.audit.verdict}")
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
            "clashes": [asdict(clash) for clash in result.conflict.clashes],
            "gaps": [asdict(gap) for gap in result.conflict.gaps],
        },
        "repairs": [
            {
                "title": repair.title,
                "changes": list(repair.changes),
                "cells": [asdict(edit) for edit in repair.edits],
                "checked": repair.checked,
            }
            for repair in result.repairs
        ],
        "warnings": [_said(finding) for finding in result.warnings],
        "input": {"file": result.case.path, "sha256": result.case.sha256},
        "files": files,
        "seconds": {name: round(value, 4) for name, value in seconds.items()},
    }


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
        *(
            f"  {name:<14}{money:>20,.2f}"
            for name, money in result.costs.items()
            if abs(money) >= 0.005
        ),
        f"Short: {result.shortage:,.3f} t.",
        f"{result.audit.verdict}.",
        *result.alerts,
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
        _print({"status": "written", "files": {"template": str(options.path)}})
    if not options.quiet:
        _tell(f"Written: {options.path}")
    return 0


def _open(options: argparse.Namespace) -> int:
    from optimizer.seat import Seat

    with Seat(options.output, options.port, options.workbook) as seat:
        _tell(f"The page is open at {seat.address}")
        _tell("Only this computer can reach it. Ctrl-C, or Close on the page, ends it.")
        if not options.no_browser and not seat.show():
            _tell("No browser was found: open the address yourself.")
        seat.serve()
    _tell(f"Closed. Plans are kept in {options.output}.")
    return 0


def _report(options: argparse.Namespace, findings: Sequence[Finding]) -> int:
    """Print findings, mark them in a copy, and say so; 1 if any is an error."""
    errors = [finding for finding in findings if finding.severity == "error"]
    others = [finding for finding in findings if finding.severity != "error"]
    files: dict[str, str] = {}
    if findings:
        from optimizer.tables.marked import write_marked_copy

        copy = options.workbook.with_name(
            f"{options.workbook.stem}.checked{options.workbook.suffix}"
        )
        try:
            write_marked_copy(options.workbook, findings, copy)
            files["marked copy"] = str(copy)
        except OptimizerError as failure:
            _tell(f"no marked copy: {failure}")
    if errors or not options.quiet:
        _tell_findings("error", errors)
    if not options.quiet:
        _tell_findings("warning", others)
        counts = f"{_counted(len(errors), 'error')}, {_counted(len(others), 'warning')}"
        _tell(f"{options.workbook}: {counts if findings else 'nothing to complain of'}.")
        for file in files.values():
            _tell(f"Marked copy: {file}")
    if options.json:
        _print(
            {
                "status": "errors" if errors else "ok",
                "errors": [_said(finding) for finding in errors],
                "warnings": [_said(finding) for finding in others],
                "files": files,
            }
        )
    return 1 if errors else 0


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
        _tell(f"{word}: {finding}")
    if len(findings) > SHOWN:
        _tell(f"{word}: and {len(findings) - SHOWN:,} more")


def _fail(options: argparse.Namespace, message: str, code: int) -> int:
    _tell(f"error: {message}")
    if options.json:
        _print({"status": "error", "message": message, "exit_code": code})
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


def _write_record(path: Path, record: dict[str, Any]) -> None:
    part = path.with_name(f".{path.name}.part")
    try:
        part.write_text(json.dumps(record, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        part.replace(path)
    except OSError as error:
        raise FileError(f"{path}: the run record cannot be written ({error.strerror})") from error


def _print(record: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(record, ensure_ascii=False, allow_nan=False) + "\n")


def _tell(text: str) -> None:
    sys.stderr.write(text + "\n")


class _Progress:
    """One line on standard error that is written over while the solver works."""

    def __init__(self) -> None:
        self._live = sys.stderr.isatty()

    def __call__(self, seconds: float, line: str) -> None:
        text = f"solving … {seconds:,.0f} s  {line.strip()}"[:100]
        sys.stderr.write(f"\r{text:<100}" if self._live else text + "\n")
        sys.stderr.flush()
