"""The commands that follow, compare and weigh plans: their arguments."""

from __future__ import annotations

import argparse
from datetime import date
from pathlib import Path
from typing import Any

from optimizer.cli.arguments import seconds, share
from optimizer.cli.command_result import CommandOutput, spoken
from optimizer.cli.compare_command import compare
from optimizer.cli.stochastic_command import stochastic

MOST = 64
"""Scenarios of supply that is not firm, unless another number is asked for."""


def add_previous(solve: argparse.ArgumentParser) -> None:
    """Arguments of ``solve`` that make it follow an earlier plan."""
    group = solve.add_argument_group("follow the last plan")
    group.add_argument(
        "--previous", type=Path, metavar="PLAN.xlsx", help="results workbook of the last plan"
    )
    group.add_argument(
        "--freeze-until",
        type=_day,
        metavar="DATE",
        help="keep what it decided for periods that begin before this day",
    )
    group.add_argument(
        "--freeze",
        type=_kinds,
        metavar="KINDS",
        help="what is kept: purchases, shipments, options (default), production, deliveries, "
        "disposal",
    )
    group.add_argument(
        "--change-cost",
        type=_amount,
        default=0.0,
        metavar="C",
        help="charge for each tonne in which later periods differ from the last plan",
    )


def add_plans(commands: Any, voice: CommandOutput) -> None:
    """The commands ``compare`` and ``stochastic``."""
    two = commands.add_parser("compare", help="say what differs between two plans or two inputs")
    two.add_argument("first", type=Path, metavar="A", help="results workbook, or input workbook")
    two.add_argument("second", type=Path, metavar="B", help="another of the same kind")
    two.add_argument("--by", choices=("money", "tonnes"), default="money", help="default: money")
    two.add_argument("--output", type=Path, metavar="FILE.xlsx", help="write workbook and page too")
    two.set_defaults(run=spoken(compare, voice))
    many = commands.add_parser(
        "stochastic", help="one plan for several scenarios: what to decide here and now"
    )
    many.add_argument("workbook", type=Path)
    many.add_argument("--output", type=Path, metavar="DIR", help="default: outputs/NAME")
    many.add_argument(
        "--until",
        type=_day,
        metavar="DATE",
        help="purchases of periods that begin before this day are decided here and now too",
    )
    many.add_argument(
        "--supply", action="store_true", help="scenarios: supply that is not firm comes or fails"
    )
    many.add_argument("--most", type=_count, default=MOST, metavar="N", help="default: 64")
    many.add_argument("--seed", type=int, default=0, metavar="N", help="of the draw; default: 0")
    many.add_argument(
        "--cvar",
        type=share,
        default=0.9,
        metavar="ALPHA",
        help="risk is the mean of the worst 1 - ALPHA of the cost; default: 0.9",
    )
    many.add_argument(
        "--weight", type=share, default=0.0, metavar="W", help="weight of risk; default: 0"
    )
    many.add_argument("--time-limit", type=seconds, metavar="S", help="default: Settings")
    many.add_argument("--gap", type=share, metavar="G", help="default: Settings")
    many.set_defaults(run=spoken(stochastic, voice))
    for command in (two, many):
        command.add_argument("--json", action="store_true", help="one object on standard output")
        command.add_argument("--quiet", action="store_true", help="print errors only")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        message = f"{text} is not a day; write it as 2027-07-01"
        raise argparse.ArgumentTypeError(message) from None


def _kinds(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.replace(";", ",").split(",") if word.strip())


def _amount(text: str) -> float:
    value = float(text)
    if not 0 <= value < float("inf"):
        raise argparse.ArgumentTypeError(f"{text} is not a number from 0 on")
    return value


def _count(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"{text} is not a number from 1 on")
    return value
