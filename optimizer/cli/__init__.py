"""The command line: arguments to calls, errors to exit codes.

Messages go to standard error; ``--json`` prints one object on standard output.
Exit codes: 0 plan found and audited, 1 the workbook has errors, 2 wrong use, 3 no
feasible plan, 4 stopped before optimality, 5 internal error.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from optimizer.atomic_write import check_target
from optimizer.cli.arguments import (
    ArgumentParser,
    finding_record,
    number_of,
    print_findings,
    print_message,
    print_record,
    seconds_argument,
    share_argument,
)
from optimizer.cli.command_result import CommandOutput
from optimizer.cli.plan_options import add_plan_commands, add_previous_options
from optimizer.cli.progress_line import ProgressLine
from optimizer.cli.run_id import input_paths
from optimizer.cli.solve_command import solve as run_solve
from optimizer.cli.study_command import add_studies
from optimizer.errors import FileError, Finding, OptimizerError, StoppedError, WorkbookError
from optimizer.interrupts import signals_raise_interrupt
from optimizer.staging import remove_abandoned_staging
from optimizer.version import __version__


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code; raises nothing."""
    options = command_parser().parse_args(arguments)
    with signals_raise_interrupt():
        try:
            return _run(options)
        except KeyboardInterrupt:
            return _fail(options, "stopped", StoppedError.exit_code)
        except BrokenPipeError:
            return 0
        except MemoryError:
            return _fail(options, "this machine has not enough memory for the case", 5)
        except Exception as error:
            return _fail(options, f"internal error: {_write_error_log(error)}", 5)


def _run(options: argparse.Namespace) -> int:
    try:
        return int(options.run(options))
    except WorkbookError as error:
        return _report_findings(options, error.findings)
    except OptimizerError as error:
        return _fail(options, str(error), error.exit_code)


def command_parser() -> argparse.ArgumentParser:
    """The commands with their options, for the command line and for what lists them."""
    parser = ArgumentParser(
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
    solve.add_argument("--time-limit", type=seconds_argument, metavar="S", help="default: Settings")
    solve.add_argument("--gap", type=share_argument, metavar="G", help="default: Settings")
    solve.add_argument("--explain", action="store_true", help="add what prices are made of")
    solve.add_argument("--cost-of-rules", action="store_true", help="solve without each rule too")
    solve.add_argument("--supervised", action="store_true", help=argparse.SUPPRESS)
    add_previous_options(solve)
    solve.set_defaults(run=run_solve)
    check = commands.add_parser("check", help="report everything that is wrong in a workbook")
    check.add_argument("workbook", type=Path)
    check.set_defaults(run=_check)
    studies = add_studies(commands)
    template = commands.add_parser("template", help="write a blank workbook")
    template.add_argument("path", type=Path)
    template.set_defaults(run=_template)
    web_app = commands.add_parser(
        "open", aliases=["serve"], help="check and solve workbooks on a page in your browser"
    )
    web_app.add_argument("workbook", type=Path, nargs="?", help="to begin with")
    web_app.add_argument("--port", type=int, default=0, metavar="N", help="default: a free one")
    web_app.add_argument("--no-browser", action="store_true", help="print the address only")
    web_app.add_argument(
        "--output", type=Path, default=Path("outputs"), metavar="DIR", help="default: outputs"
    )
    web_app.set_defaults(run=_open, json=False, quiet=False)
    add_plan_commands(commands, CommandOutput(print_message, print_record, ProgressLine))
    for command in (solve, check, template, *studies):
        command.add_argument("--json", action="store_true", help="one object on standard output")
        command.add_argument("--quiet", action="store_true", help="print errors only")
    return parser


def _check(options: argparse.Namespace) -> int:
    from optimizer.workbook_check import check

    return _report_findings(options, check(options.workbook))


def _template(options: argparse.Namespace) -> int:
    from optimizer.tables.template import write_template

    write_template(options.path)
    with suppress(OSError):
        remove_abandoned_staging(options.path.parent)
    if options.json:
        print_record({"status": "written", "files": {"template": str(options.path)}})
    if not options.quiet:
        print_message(f"Written: {options.path}")
    return 0


def _open(options: argparse.Namespace) -> int:
    from optimizer.web_app import WebApp, interrupted_by_signals

    with interrupted_by_signals(), WebApp(options.output, options.port, options.workbook) as app:
        print_message(f"The page is open at {app.address}")
        print_message("Only this computer can reach it. Ctrl-C, or Close on the page, ends it.")
        if not options.no_browser:
            app.open_browser(
                lambda: print_message("No browser was found: open the address yourself.")
            )
        app.serve()
    with suppress(OSError):  # the terminal may be gone
        print_message(f"Closed. Plans are kept in {options.output}.")
    return 0


def _report_findings(options: argparse.Namespace, findings: Sequence[Finding]) -> int:
    """Print findings and mark them in a copy; returns 1 if any is an error."""
    errors = [finding for finding in findings if finding.severity == "error"]
    warnings = [finding for finding in findings if finding.severity != "error"]
    if errors or not options.quiet:
        print_findings("error", errors)
    if not options.quiet:
        print_findings("warning", warnings)
        counts = f"{number_of(len(errors), 'error')}, {number_of(len(warnings), 'warning')}"
        print_message(f"{options.workbook}: {counts if findings else 'nothing to complain of'}.")
    files = _marked_copy(options, findings) if findings else {}
    if not options.quiet:
        for file in files.values():
            print_message(f"Marked copy: {file}")
    if options.json:
        print_record(
            {
                "status": "errors" if errors else "ok",
                "errors": [finding_record(finding) for finding in errors],
                "warnings": [finding_record(finding) for finding in warnings],
                "files": files,
            }
        )
    return 1 if errors else 0


def _marked_copy(options: argparse.Namespace, findings: Sequence[Finding]) -> dict[str, str]:
    """Write the marked copy beside the workbook, or print why there is none."""
    from optimizer.tables.marked_copy import write_marked_copy

    copy = options.workbook.with_name(f"{options.workbook.stem}.checked{options.workbook.suffix}")
    try:
        check_target(copy, "marked copy", input_paths(options))
        return {"marked copy": str(write_marked_copy(options.workbook, findings, copy))}
    except OptimizerError as failure:
        print_message(f"no marked copy: {failure}")
        return {}


def _fail(options: argparse.Namespace, message: str, code: int) -> int:
    print_message(f"error: {message}")
    if options.json:
        with suppress(FileError):  # standard output may be what cannot be written
            print_record({"status": "error", "message": message, "exit_code": code})
    return code


def _write_error_log(error: Exception) -> str:
    """Write the traceback of an unforeseen error to a file; returns a line about it."""
    import tempfile
    import traceback

    message = f"{type(error).__name__}: {error}. Please report it"
    try:
        with tempfile.NamedTemporaryFile(
            "wb", prefix="optimizer-", suffix=".log", delete=False
        ) as file:
            file.write("".join(traceback.format_exception(error)).encode("utf-8", "replace"))
    except OSError:  # the disk is full
        return message
    return f"{message} with {file.name}"
