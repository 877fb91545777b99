"""The command line: arguments to calls, errors to exit codes.

What a command finds goes to standard output: the plan in words, the findings of a check, the
runs of a study, the differences of a comparison. Progress, warnings, errors and the files that
are written go to standard error. With ``--json`` standard output has one object and nothing else.
Exit codes: 0 plan found and audited, 1 the workbook has errors, 2 wrong use, 3 no
feasible plan, 4 stopped before optimality, 5 internal error.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from optimizer.atomic_write import check_target
from optimizer.cli.arguments import (
    ArgumentParser,
    add_command,
    add_output_options,
    add_search_options,
    add_workbook_and_folder,
    finding_lines,
    finding_record,
    print_message,
    print_record,
    print_result,
)
from optimizer.cli.plan_options import add_plan_commands, add_previous_options
from optimizer.cli.run_id import input_paths
from optimizer.cli.solve_command import solve as run_solve
from optimizer.cli.study_command import add_studies
from optimizer.errors import FileError, Finding, OptimizerError, StoppedError, WorkbookError
from optimizer.interrupts import signals_raise_interrupt
from optimizer.staging import remove_abandoned_staging
from optimizer.tables.starter_cases import STARTS
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
            return _fail(options, "this computer does not have enough memory for the case", 5)
        except Exception as error:
            return _fail(options, f"internal error: {_write_error_log(error)}", 5)


def _run(options: argparse.Namespace) -> int:
    try:
        return int(options.run(options))
    except WorkbookError as error:
        return _report_findings(options, error.findings, print_message)
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
    with_output = [_add_solve(commands), _add_check(commands), *add_studies(commands)]
    with_output.append(_add_template(commands))
    _add_open(commands)
    with_output += add_plan_commands(commands)
    for command in with_output:
        add_output_options(command)
    return parser


def _add_solve(commands: Any) -> argparse.ArgumentParser:
    solve = add_command(
        commands,
        "solve",
        "find the least-cost plan of a workbook",
        details="Find the plan of least cost that keeps every rule, audit it, and write it as a "
        "workbook (plan.xlsx), a page (report.html) and a record (run.json). Where no plan is "
        "feasible, say which requirements conflict and what would make a plan feasible.",
        example="optimizer solve inputs/tutorial.xlsx\n"
        "optimizer solve new.xlsx --previous outputs/old/plan.xlsx --freeze-until 2027-07-01",
    )
    add_workbook_and_folder(solve)
    add_search_options(solve)
    solve.add_argument(
        "--explain",
        action="store_true",
        help="add the tables Price headroom, Marginal costs and Balance of oxides",
    )
    solve.add_argument(
        "--cost-of-rules",
        action="store_true",
        help="solve without each rule too, and say what each rule costs",
    )
    solve.add_argument(
        "--parquet",
        action="store_true",
        help="write the result tables as Parquet files too, to the folder plan",
    )
    solve.add_argument("--supervised", action="store_true", help=argparse.SUPPRESS)
    add_previous_options(solve)
    solve.set_defaults(run=run_solve)
    return solve


def _add_check(commands: Any) -> argparse.ArgumentParser:
    check = add_command(
        commands,
        "check",
        "report everything that is wrong in a workbook",
        details="List all errors and warnings of a workbook with their cells, and write a copy in "
        "which these cells are marked (NAME.checked.xlsx, beside the workbook). Nothing is solved.",
        example="optimizer check inputs/tutorial.xlsx",
    )
    check.add_argument("workbook", type=Path, help="input workbook (.xlsx); it is never changed")
    check.set_defaults(run=_check)
    return check


def _add_template(commands: Any) -> argparse.ArgumentParser:
    template = add_command(
        commands,
        "template",
        "write a blank workbook, or a first case",
        details="Write a blank workbook with every sheet and column, notes on what belongs in "
        "each, lists to choose from, and an inactive example on each sheet. --start writes a first "
        "case instead, which solves as it is.",
        example="optimizer template my_case.xlsx --start buy",
    )
    template.add_argument("path", type=Path, help="file to write (.xlsx); it must not exist")
    template.add_argument(
        "--start",
        choices=STARTS,
        help="write a first case for somebody who buys, makes or sells magnets (default: a blank "
        "workbook)",
    )
    template.set_defaults(run=_template)
    return template


def _add_open(commands: Any) -> argparse.ArgumentParser:
    web_app = add_command(
        commands,
        "open",
        "check and solve workbooks on a page in your browser",
        details="Open a page in your browser on which workbooks are checked, corrected, solved, "
        "compared and studied. "
        "Only this computer can reach it, and nothing leaves it.",
        example="optimizer open inputs/tutorial.xlsx",
        aliases=("serve",),
    )
    web_app.add_argument("workbook", type=Path, nargs="?", help="input workbook to begin with")
    web_app.add_argument(
        "--port", type=int, default=0, metavar="N", help="port of the page (default: a free one)"
    )
    web_app.add_argument(
        "--no-browser", action="store_true", help="print the address, and open no browser"
    )
    web_app.add_argument(
        "--output",
        type=Path,
        default=Path("outputs"),
        metavar="DIR",
        help="folder of the plans (default: outputs)",
    )
    web_app.set_defaults(run=_open, json=False, quiet=False)
    return web_app


def _check(options: argparse.Namespace) -> int:
    from optimizer.workbook_check import check

    return _report_findings(
        options, check(options.workbook), lambda text: print_result(options, text)
    )


def _template(options: argparse.Namespace) -> int:
    from optimizer.tables.starter_workbook import write_starter
    from optimizer.tables.template import write_template

    if options.start:
        write_starter(options.path, options.start)
    else:
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


def _report_findings(
    options: argparse.Namespace, findings: Sequence[Finding], print_line: Callable[[str], None]
) -> int:
    """Print findings and mark them in a copy; returns 1 if any is an error."""
    errors = [finding for finding in findings if finding.severity == "error"]
    warnings = [finding for finding in findings if finding.severity != "error"]
    if options.quiet:
        print_line = print_message
    for line in finding_lines(errors if options.quiet else findings):
        print_line(line)
    if not options.quiet:
        from optimizer.tables.text_matching import number_of

        counts = f"{number_of(len(errors), 'error')}, {number_of(len(warnings), 'warning')}"
        print_line(f"{options.workbook}: {counts if findings else 'no errors or warnings'}.")
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
