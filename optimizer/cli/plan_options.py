"""Arguments of ``solve --previous`` and of the commands ``compare`` and ``stochastic``."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from optimizer.cli.arguments import (
    add_command,
    add_search_options,
    add_workbook_and_folder,
    date_argument,
)
from optimizer.cli.command_result import printing
from optimizer.cli.compare_command import compare
from optimizer.cli.stochastic_command import stochastic
from optimizer.cli.study_command import add_study_options
from optimizer.studies.study_register import COMPARISON_STUDY, STOCHASTIC_STUDY

DEFAULT_SUPPLY_SCENARIOS = 64
"""Scenarios of supply that is not firm, by default: six uncertain offers have as many."""


def add_previous_options(solve: argparse.ArgumentParser) -> None:
    """Arguments of ``solve`` that make it follow an earlier plan."""
    group = solve.add_argument_group("follow the last plan")
    group.add_argument(
        "--previous", type=Path, metavar="PLAN.xlsx", help="results workbook of the last plan"
    )
    group.add_argument(
        "--freeze-until",
        type=date_argument,
        metavar="DATE",
        help="keep what the last plan decided for periods that begin before this day",
    )
    group.add_argument(
        "--freeze",
        type=_words,
        metavar="KINDS",
        help="what is kept, separated by commas: purchases, shipments, options, production, "
        "deliveries, disposal (default: the first three)",
    )
    group.add_argument(
        "--change-cost",
        type=_nonnegative_number,
        default=0.0,
        metavar="C",
        help="charge for each tonne in which later periods differ from the last plan (default: 0)",
    )


def add_plan_commands(commands: Any) -> list[argparse.ArgumentParser]:
    """The commands ``compare`` and ``stochastic``; returns their parsers."""
    return [_add_compare(commands), _add_stochastic(commands)]


def _add_compare(commands: Any) -> argparse.ArgumentParser:
    compare_parser = add_command(
        commands,
        "compare",
        COMPARISON_STUDY.summary,
        details="List the differences between two results workbooks, by cost, or between two "
        "input workbooks, cell by cell.",
        example="optimizer compare outputs/a/plan.xlsx outputs/b/plan.xlsx > changes.txt",
    )
    compare_parser.add_argument(
        "first", type=Path, metavar="A", help="results workbook, or input workbook"
    )
    compare_parser.add_argument("second", type=Path, metavar="B", help="another of the same kind")
    compare_parser.add_argument(
        "--by",
        choices=("money", "tonnes"),
        default="money",
        help="order of the differences (default: money)",
    )
    compare_parser.add_argument(
        "--output",
        type=Path,
        metavar="FILE.xlsx",
        help="write the differences as a workbook and a page too",
    )
    compare_parser.add_argument(
        "--inputs",
        type=Path,
        nargs=2,
        metavar="INPUT.xlsx",
        help="the input workbooks of plans A and B: say which of their cells differ, too "
        "(default: the plans alone)",
    )
    compare_parser.add_argument("--supervised", action="store_true", help=argparse.SUPPRESS)
    compare_parser.set_defaults(run=printing(compare))
    return compare_parser


def _add_stochastic(commands: Any) -> argparse.ArgumentParser:
    stochastic_parser = add_command(
        commands,
        "stochastic",
        STOCHASTIC_STUDY.summary,
        details="Make one plan for several futures: decisions before the outcome is known are the "
        "same in all. Its scenarios are those of the workbook with a probability.",
        example="optimizer stochastic inputs/tutorial.xlsx --until 2027-07-01",
    )
    add_workbook_and_folder(stochastic_parser)
    stochastic_parser.add_argument("--supervised", action="store_true", help=argparse.SUPPRESS)
    add_study_options(stochastic_parser, STOCHASTIC_STUDY.options)
    add_search_options(stochastic_parser)
    stochastic_parser.set_defaults(most=DEFAULT_SUPPLY_SCENARIOS, seed=0, tail=0.9, weight=0.0)
    stochastic_parser.set_defaults(run=printing(stochastic))
    return stochastic_parser


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.replace(";", ",").split(",") if word.strip())


def _nonnegative_number(text: str) -> float:
    value = float(text)
    if not 0 <= value < float("inf"):
        raise argparse.ArgumentTypeError(f"{text} is not a number from 0 on")
    return value
