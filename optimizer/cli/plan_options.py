"""Arguments of ``solve --previous`` and of the commands ``compare`` and ``stochastic``."""

from __future__ import annotations

import argparse
from datetime import date
from pathlib import Path
from typing import Any

from optimizer.cli.arguments import seconds_argument, share_argument
from optimizer.cli.command_result import CommandOutput, printing
from optimizer.cli.compare_command import compare
from optimizer.cli.stochastic_command import stochastic

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
        type=_date,
        metavar="DATE",
        help="keep what it decided for periods that begin before this day",
    )
    group.add_argument(
        "--freeze",
        type=_words,
        metavar="KINDS",
        help="what is kept: purchases, shipments, options (default), production, deliveries, "
        "disposal",
    )
    group.add_argument(
        "--change-cost",
        type=_nonnegative_number,
        default=0.0,
        metavar="C",
        help="charge for each tonne in which later periods differ from the last plan",
    )


def add_plan_commands(commands: Any, output: CommandOutput) -> None:
    """The commands ``compare`` and ``stochastic``."""
    for add_command in (_add_compare, _add_stochastic):
        parser = add_command(commands, output)
        parser.add_argument("--json", action="store_true", help="one object on standard output")
        parser.add_argument("--quiet", action="store_true", help="print errors only")


def _add_compare(commands: Any, output: CommandOutput) -> Any:
    compare_parser = commands.add_parser(
        "compare", help="say what differs between two plans or two inputs"
    )
    compare_parser.add_argument(
        "first", type=Path, metavar="A", help="results workbook, or input workbook"
    )
    compare_parser.add_argument("second", type=Path, metavar="B", help="another of the same kind")
    compare_parser.add_argument(
        "--by", choices=("money", "tonnes"), default="money", help="default: money"
    )
    compare_parser.add_argument(
        "--output", type=Path, metavar="FILE.xlsx", help="write workbook and page too"
    )
    compare_parser.set_defaults(run=printing(compare, output))
    return compare_parser


def _add_stochastic(commands: Any, output: CommandOutput) -> Any:
    stochastic_parser = commands.add_parser(
        "stochastic", help="one plan for several scenarios: what to decide here and now"
    )
    stochastic_parser.add_argument("workbook", type=Path)
    stochastic_parser.add_argument(
        "--output", type=Path, metavar="DIR", help="default: outputs/NAME"
    )
    stochastic_parser.add_argument(
        "--until",
        type=_date,
        metavar="DATE",
        help="purchases of periods that begin before this day are decided here and now too",
    )
    stochastic_parser.add_argument(
        "--supply", action="store_true", help="scenarios: supply that is not firm comes or fails"
    )
    stochastic_parser.add_argument(
        "--most",
        type=_positive_integer,
        default=DEFAULT_SUPPLY_SCENARIOS,
        metavar="N",
        help="default: 64",
    )
    stochastic_parser.add_argument(
        "--seed", type=int, default=0, metavar="N", help="of the draw; default: 0"
    )
    stochastic_parser.add_argument(
        "--cvar",
        type=share_argument,
        default=0.9,
        metavar="ALPHA",
        help="risk is the mean of the worst 1 - ALPHA of the cost; default: 0.9",
    )
    stochastic_parser.add_argument(
        "--weight", type=share_argument, default=0.0, metavar="W", help="weight of risk; default: 0"
    )
    stochastic_parser.add_argument(
        "--time-limit", type=seconds_argument, metavar="S", help="default: Settings"
    )
    stochastic_parser.add_argument(
        "--gap", type=share_argument, metavar="G", help="default: Settings"
    )
    stochastic_parser.set_defaults(run=printing(stochastic, output))
    return stochastic_parser


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        message = f"{text} is not a day; write it as 2027-07-01"
        raise argparse.ArgumentTypeError(message) from None


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.replace(";", ",").split(",") if word.strip())


def _nonnegative_number(text: str) -> float:
    value = float(text)
    if not 0 <= value < float("inf"):
        raise argparse.ArgumentTypeError(f"{text} is not a number from 0 on")
    return value


def _positive_integer(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"{text} is not a number from 1 on")
    return value
