"""The commands that solve a workbook many times, made from the register of studies."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from optimizer.cli.arguments import (
    add_command,
    add_search_options,
    add_workbook_and_folder,
    count_argument,
    date_argument,
    output_folder,
    print_message,
    print_record,
    print_result,
    print_written,
    seconds_argument,
    share_argument,
)
from optimizer.cli.run_id import input_paths
from optimizer.cli.study_files import StudyFiles
from optimizer.errors import AuditError, NoPlanError
from optimizer.studies.study_register import StudyOption, studies_of_many_runs

if TYPE_CHECKING:
    from optimizer.studies.study_run import ProgressCallback


def add_studies(commands: Any) -> list[argparse.ArgumentParser]:
    """Add a command for each registered study of many runs; returns their parsers."""
    parsers = []
    for study in studies_of_many_runs():
        parser = add_command(
            commands, study.command, study.summary, details=study.details, example=study.example
        )
        add_workbook_and_folder(parser)
        parser.add_argument(
            "--workers", type=int, metavar="N", help="number of processes (default: one a core)"
        )
        parser.add_argument(
            "--scheduler",
            default="",
            metavar="ADDRESS",
            help="address of a Dask scheduler (default: this computer)",
        )
        add_search_options(parser, "of each run")
        parser.add_argument(
            "--parquet",
            action="store_true",
            help="write the tables of all runs as Parquet files too",
        )
        parser.add_argument("--supervised", action="store_true", help=argparse.SUPPRESS)
        add_study_options(parser, study.options)
        parser.set_defaults(run=_run_study)
        parsers.append(parser)
    return parsers


def add_study_options(parser: argparse.ArgumentParser, options: Iterable[StudyOption]) -> None:
    """Add arguments for options of the register."""
    for option in options:
        parser.add_argument(option.flag, dest=option.keyword, help=option.help, **_argument(option))


def _argument(option: StudyOption) -> dict[str, Any]:
    """Keywords of ``add_argument`` for an option, beside its name and help."""
    if option.kind == "switch":
        return {"action": "store_const", "const": option.switches_to}
    if option.kind == "list":
        return {"action": "append", "metavar": option.metavar}
    types: dict[str, Any] = {
        "text": str,
        "count": count_argument,
        "whole": int,
        "share": share_argument,
        "seconds": seconds_argument,
        "date": date_argument,
    }
    return {
        "type": types[option.kind],
        "metavar": option.metavar,
        "required": option.required,
    }


def _run_study(options: argparse.Namespace) -> int:
    from optimizer import studies
    from optimizer.report import check_parquet
    from optimizer.tables import read

    progress, step = _observers(options)
    step("read")
    case = read(options.workbook)
    folder = output_folder(options)
    if options.parquet:
        check_parquet()
    files = StudyFiles(
        folder / f"{options.command}.xlsx", input_paths(options), parquet=bool(options.parquet)
    )
    settings = studies.RunSettings(
        workers=options.workers,
        scheduler=options.scheduler,
        folder=folder / "runs",
        progress=progress,
        options=studies.RunOptions(options.time_limit, options.gap),
    )
    step("runs")
    study = studies.run_study(options.command, case, vars(options), settings)
    step("write")
    study, paths = files.write(study)
    print_result(options, "\n".join((*study.lines(), *study.notes)))
    print_written(options, paths)
    if options.json:
        print_record(study.to_data() | {"files": paths})
    failed = [name for name, outcome in study.outcomes.items() if not outcome.audit_passed]
    if failed:
        print_message(f"error: the audit fails in {', '.join(failed)}")
        return AuditError.exit_code
    return 0 if study.outcomes["base"].objective is not None else NoPlanError.exit_code


def _observers(
    options: argparse.Namespace,
) -> tuple[ProgressCallback | None, Callable[[str], None]]:
    """Callbacks for each run that has finished and for each step that begins."""
    if options.supervised:
        from optimizer.web_app.supervised_command import SupervisedCommand

        supervised = SupervisedCommand(print_message)
        return supervised.runs, supervised.step
    return None if options.quiet else _tell_run, lambda name: None


def _tell_run(done: int, total: int, left: float | None, name: str) -> None:
    about = f", about {_duration(left)} left" if left and left >= 1 and done < total else ""
    print_message(f"{done:,} of {total:,} runs{about}: {name}")


def _duration(seconds: float) -> str:
    return f"{seconds:,.0f} s" if seconds < 120 else f"{seconds / 60:,.0f} min"
