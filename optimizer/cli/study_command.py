"""The commands that solve a workbook many times."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from optimizer.cli.arguments import print_record, seconds, share, tell
from optimizer.cli.run_id import inputs_of
from optimizer.cli.study_files import StudyFiles
from optimizer.errors import AuditError, NoPlanError


def add_studies(commands: Any) -> list[argparse.ArgumentParser]:
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
        study.add_argument("--time-limit", type=seconds, metavar="S", help="for each run")
        study.add_argument("--gap", type=share, metavar="G", help="default: Settings")
        study.add_argument("--parquet", action="store_true", help="all runs as Parquet files too")
        study.set_defaults(run=_study)
        added.append(study)
    scenarios, stress, frontier, alternatives = added
    scenarios.add_argument("--only", action="append", metavar="NAME", help="may be repeated")
    stress.add_argument("--from", dest="first", metavar="PERIOD", help="default: the first")
    stress.add_argument("--periods", type=int, metavar="N", help="default: to the end")
    stress.add_argument("--freeze", action="store_true", help="orders before the loss stand")
    stress.add_argument(
        "--save-fixed-cost",
        action="store_true",
        help="fixed cost of lost plants ends with them; default: it is still paid",
    )
    stress.add_argument("--lose", action="append", metavar="KIND", help="may be repeated")
    frontier.add_argument("--limit", required=True, metavar="TEXT", help="country = China; short")
    frontier.add_argument("--points", type=int, default=7, metavar="N", help="default: 7")
    alternatives.add_argument("--within", type=share, default=0.02, metavar="G", help="2%%")
    return added


def _study(options: argparse.Namespace) -> int:
    from optimizer import studies
    from optimizer.report import check_parquet
    from optimizer.tables import read

    case = read(options.workbook)
    folder = options.output or Path("outputs") / options.workbook.stem
    if options.parquet:
        check_parquet()
    both = StudyFiles(
        folder / f"{options.command}.xlsx", inputs_of(options), parquet=bool(options.parquet)
    )
    way = studies.RunSettings(
        workers=options.workers,
        scheduler=options.scheduler,
        folder=folder / "runs",
        progress=None if options.quiet else _tell_run,
        options=studies.RunOptions(options.time_limit, options.gap),
    )
    study = studies.asked_for(options.command, case, vars(options), way)
    study, files = both.write(study)
    if not options.quiet:
        written = [f"Written: {file}" for file in files.values()]
        tell("\n".join((*study.lines(), *study.notes, *written)))
    if options.json:
        print_record(study.to_data() | {"files": files})
    failed = [name for name, each in study.outcomes.items() if not each.audit_passed]
    if failed:
        tell(f"error: the audit fails in {', '.join(failed)}")
        return AuditError.exit_code
    return 0 if study.outcomes["base"].objective is not None else NoPlanError.exit_code


def _tell_run(done: int, total: int, left: float, name: str) -> None:
    about = f", about {left:,.0f} s left" if done < total else ""
    tell(f"{done:,} of {total:,} runs{about}: {name}")
