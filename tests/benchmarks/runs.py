"""Runs whole processes in rotation and takes medians of what they report."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

from tests.benchmarks import methods, peers
from tests.benchmarks.clock import BEGAN
from tests.benchmarks.generator import write
from tests.benchmarks.world import Size

ROOT = Path(__file__).parents[2]
PEERS_SOLVE_TO = 60_000
"""Variables up to which the peers solve too; above, they only build and pass on the model."""
USUAL = "import sys; sys.modules.update(dict.fromkeys(('numexpr', 'bottleneck'))); "
USUAL += "import pandas, pyomo.environ, highspy, openpyxl"
"""The yardstick of start-up, without what linopy brings and pandas would load."""

CASES = ("tutorial", "north_america")
"""Workbooks in ``inputs``; the second has yes/no decisions."""

UNCOMPILED = "PYTHONDONTWRITEBYTECODE"
"""These would make each process compile the checkout again; pip installs compiled files."""


class FailedError(RuntimeError):
    """A process that failed."""


@dataclass(frozen=True, slots=True)
class Run:
    """One process: wall and processor seconds, peak memory in MiB, and its report."""

    wall: float
    busy: float
    peak: float
    told: dict[str, Any] = field(default_factory=dict)


def start(arguments: list[str], *, tells: bool = False) -> Run:
    """Run Python with arguments and wait for its end."""
    begin = time.perf_counter()
    compiled = {name: value for name, value in os.environ.items() if name != UNCOMPILED}
    process = subprocess.Popen(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=compiled | {BEGAN: repr(time.time()), "PYTHONWARNINGS": "ignore"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    said = process.stdout.read()
    complaint = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - begin
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise FailedError(f"{arguments}: exit {process.returncode}\n{complaint.decode()}")
    told = json.loads(said.decode().splitlines()[-1]) if tells else {}
    busy = usage.ru_utime + usage.ru_stime
    return Run(wall, busy, usage.ru_maxrss / 1024, told)


def commands(size: Size, folder: Path, method: str | None) -> dict[str, tuple[list[str], bool]]:
    """Arguments of every contender, and whether it reports its steps.

    Where no method of plain HiGHS solves the programme, the floor only passes it to HiGHS.
    """
    workbook, arrays = str(folder / f"{size.name}.xlsx"), str(folder / f"{size.name}.npz")
    output = str(folder / f"{size.name}.out.xlsx")
    stay = [] if size.variables <= PEERS_SOLVE_TO else ["--no-run"]
    only = [] if method else ["--no-run"]
    method = method or methods.METHODS[0]
    quiet = ["--output", str(folder / f"{size.name} plan"), "--quiet"]
    found = {
        "floor": (["-m", "tests.benchmarks.floor", arrays, method, output, *only], True),
        "command": (["-m", "optimizer", "solve", workbook, *quiet], False),
        "steps": (["-m", "tests.benchmarks.product", workbook, output], True),
    }
    for name in peers.PEERS:
        found[name] = (["-m", "tests.benchmarks.peers", name, arrays, method, output, *stay], True)
    return found


def starts(folder: Path) -> dict[str, list[str]]:
    """Arguments of the programs that should start at once, and of the yardstick."""
    return {
        "usual imports": ["-c", USUAL],
        "import optimizer": ["-c", "import optimizer"],
        "--help": ["-m", "optimizer", "--help"],
        "check": ["-m", "optimizer", "check", "--quiet", str(folder / "tutorial.xlsx")],
    }


def measure(size: Size, folder: Path, runs: int) -> dict[str, Any]:
    """Medians of every contender on one instance, run in rotation."""
    workbook = folder / f"{size.name}.xlsx"
    write(size.name, workbook)
    arrays = str(folder / f"{size.name}.npz")
    start(["-m", "tests.benchmarks.product", str(workbook), arrays, "--arrays"])
    alone = ask_alone(size.name, arrays)
    method = methods.fastest(alone)
    kept: dict[str, list[Run]] = {}
    for turn in range(runs):
        for name, (arguments, tells) in commands(size, folder, method).items():
            _say(f"{size.name} {turn + 1}/{runs} {name}")
            try:
                kept.setdefault(name, []).append(start(arguments, tells=tells))
            except FailedError as error:
                if "No module named" not in str(error):
                    raise
                _say(f"{name} is not installed: left out")
    found = {name: _middle(own) for name, own in kept.items() if own}
    found["steps"] |= {key: kept["steps"][-1].told[key] for key in ("columns", "rows", "nonzeros")}
    for peer in _compare(size.name, kept, alone):
        found.pop(peer)
    return {
        "method": method,
        "methods": alone,
        "runs": runs,
        "load": os.getloadavg()[0],
        "contenders": found,
    }


def ask_alone(name: str, arrays: str) -> dict[str, dict[str, Any]]:
    """Result and seconds of each method of plain HiGHS on the programme."""
    found = {}
    for method in methods.METHODS:
        _say(f"{name} {method} alone")
        seconds = str(methods.SECONDS)
        asked = ["-m", "tests.benchmarks.methods", arrays, method, seconds]
        found[method] = start(asked, tells=True).told
    return found


def measure_starts(folder: Path, runs: int) -> dict[str, float]:
    """Median wall time of the programs that should start at once."""
    write("tutorial", folder / "tutorial.xlsx")
    kept: dict[str, list[float]] = {}
    for _ in range(runs):
        for name, arguments in starts(folder).items():
            kept.setdefault(name, []).append(start(arguments).wall)
    return {name: median(own) for name, own in kept.items()}


def measure_cases(folder: Path, runs: int) -> dict[str, Any]:
    """Medians of ``optimizer solve`` on the workbooks that come with the product."""
    found = {}
    for name in CASES:
        target = folder / f"{name} plan"
        arguments = ["-m", "optimizer", "solve", f"inputs/{name}.xlsx", "--quiet"]
        kept, steps = [], []
        for turn in range(runs):
            _say(f"{name}.xlsx {turn + 1}/{runs}")
            kept.append(start([*arguments, "--output", str(target)]))
            steps.append(json.loads((target / "run.json").read_text("utf-8"))["seconds"])
        seconds = {step: median(own[step] for own in steps) for step in steps[0]}
        found[name] = _middle(kept) | {"steps": seconds, "runs": runs}
    return found


def _middle(own: list[Run]) -> dict[str, Any]:
    found: dict[str, Any] = {
        "wall": median(run.wall for run in own),
        "busy": median(run.busy for run in own),
        "least": min(run.wall for run in own),
        "most": max(run.wall for run in own),
        "peak": median(run.peak for run in own),
    }
    for key in ("steps", "peaks"):
        names = own[0].told.get(key, {})
        found[key] = {name: median(run.told[key][name] for run in own) for name in names}
    return found


def _compare(name: str, kept: dict[str, list[Run]], alone: dict[str, dict[str, Any]]) -> list[str]:
    """Peers that reached no optimum; all others must have found the same one.

    Raises FailedError if the floor, the product or a method of HiGHS found another one.
    """
    told = {
        who: own[-1].told["objective"] for who, own in kept.items() if own[-1].told.get("objective")
    }
    told |= {who: own["objective"] for who, own in alone.items() if own["objective"] is not None}
    optimum = told["steps"]
    off = [who for who, cost in told.items() if abs(cost - optimum) > 1e-7 * abs(optimum)]
    if not set(off) <= set(peers.PEERS):
        raise FailedError(f"{name}: different optima {told}")
    for who in off:
        _say(f"{name}: {who} came to {told[who]}, which is no optimum: left out")
    if not kept["steps"][-1].told["passed"]:
        _say(f"{name}: {kept['steps'][-1].told['audit']}")
    return off


def _say(text: str) -> None:
    sys.stderr.write(text + "\n")
