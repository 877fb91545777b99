"""Tables and chart of what was measured, in ``docs/performance.md``."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable, Sequence
from importlib.metadata import PackageNotFoundError, version
from math import log
from typing import Any

from tests.benchmarks import chart
from tests.benchmarks.methods import METHODS, OPTIMAL
from tests.benchmarks.peers import PEERS
from tests.benchmarks.runs import PEERS_SOLVE_TO, ROOT
from tests.benchmarks.world import SIZES

PAGE = ROOT / "docs" / "performance.md"
CHART = ROOT / "docs" / "growth.svg"
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"
STEPS = (
    "import",
    "read",
    "check",
    "network",
    "build",
    "transfer",
    "solve",
    "extract",
    "audit",
    "prices",
    "write",
)
EVERYDAY = 10_000
"""Variables up to which a case is ordinary."""
SMALL = 2_000
"""Variables up to which a plan takes no longer than the usual imports alone."""
LARGE = 40_000
"""Variables from which a case is a large one."""
TWICE = 100_000
"""Variables from which the solve should take half the time of plain HiGHS."""
PACKAGES = ("pyomo", "highspy", "numpy", "xlsxwriter", "pyoptinterface", "linopy", "pulp")

Found = dict[str, Any]


def machine() -> str:
    """The machine of the measurements."""
    packages = ", ".join(f"{name} {_version(name)}" for name in PACKAGES)
    cores = os.cpu_count()
    return f"{cores} cores, {platform.system()}, Python {platform.python_version()}; {packages}."


def tables(found: Found) -> str:
    """Everything that was measured, as Markdown."""
    sizes = {name: found["sizes"][name] for name in SIZES if name in found["sizes"]}
    parts = [
        f"Measured on {found['machine']}",
        _instances(sizes),
        _promises(sizes, found["starts"]),
        _alone(sizes),
        _wholes(sizes),
        _steps(sizes),
        _building(sizes),
        _memory(sizes),
        _starting(found["starts"]),
        _cases(found["cases"]),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def write(found: Found) -> None:
    """Write the tables between the marks of the page, and draw the chart."""
    text = PAGE.read_text(encoding="utf-8")
    before, rest = text.split(BEGIN)
    _, after = rest.split(END)
    PAGE.write_text(f"{before}{BEGIN}\n\n{tables(found)}\n{END}{after}", encoding="utf-8")
    CHART.write_text(chart.growth(_series(found["sizes"])), encoding="utf-8")


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"


def _table(title: str, headers: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [f"### {title}", "", "| " + " | ".join(headers) + " |", "|---" * len(headers) + "|"]
    lines += ["| " + " | ".join(cells) + " |" for cells in rows]
    return "\n".join(lines)


def _told(seconds: float) -> str:
    """Three significant digits, but no finer than a millisecond."""
    if seconds >= 100:
        return f"{seconds:.0f}"
    if seconds >= 10:
        return f"{seconds:.1f}"
    return f"{seconds:.2f}" if seconds >= 1 else f"{seconds:.3f}"


def _instances(sizes: Found) -> str:
    rows = [
        (
            name,
            f"{own['contenders']['steps']['columns']:,}",
            f"{own['contenders']['steps']['rows']:,}",
            f"{own['contenders']['steps']['nonzeros']:,}",
            str(SIZES[name].periods),
            own["method"] or "none",
            str(own["runs"]),
            f"{own['load']:.1f}",
        )
        for name, own in sizes.items()
    ]
    headers = ("size", "variables", "rows", "nonzeros", "periods", "floor's method", "runs")
    return _table("Instances", (*headers, "load"), rows)


def _without(steps: dict[str, float], *names: str) -> float:
    return sum(seconds for name, seconds in steps.items() if name not in names)


def _promises(sizes: Found, starts: Found) -> str:
    """Each promise, the measurement, and whether it is kept."""
    usual = starts["usual imports"]
    rows = []
    for name, own in sizes.items():
        contenders = own["contenders"]
        floor, command, steps = (contenders[key] for key in ("floor", "command", "steps"))
        if SIZES[name].variables <= EVERYDAY:
            rows.append(_row(name, "whole process / floor", command["wall"] / floor["wall"], 2.5))
        if SIZES[name].variables <= SMALL:
            least = f" (the floor {floor['wall'] / usual:.2f})"
            rows.append(
                _row(name, "whole process / usual imports", command["wall"] / usual, 1.0, least)
            )
        if SIZES[name].variables >= TWICE:
            rows.append(_twice(name, own))
        if SIZES[name].variables >= LARGE:
            ours, theirs = steps["steps"], floor["steps"]
            other = _without(ours, "import", "solve") / ours["solve"]
            rows.append(_row(name, "all but the solve / solve", other, 0.2))
            if "solve" not in theirs:
                continue
            ratio = _without(ours, "import") / _without(theirs, "import")
            rows.append(_row(name, "read to write / floor", ratio, 1.2))
            rows.append(_row(name, "peak memory / floor", command["peak"] / floor["peak"], 3.0))
    return _table("Promises", ("size", "what", "measured", "at most", ""), rows)


def _row(name: str, what: str, measured: float, most: float, beside: str = "") -> tuple[str, ...]:
    kept = "kept" if measured <= most else "**not kept**"
    return name, what, f"{measured:.2f}{beside}", f"{most:g}", kept


def _twice(name: str, own: Found) -> tuple[str, ...]:
    """The solve compared with the best of HiGHS's methods, where one solved it."""
    what = "solve / HiGHS as it comes"
    ours = own["contenders"]["steps"]["steps"]["solve"]
    if own["method"] is None:
        longest = max(each["seconds"] for each in own["methods"].values())
        return name, what, f"no method in {longest:.0f} s", "0.5", "kept"
    return _row(name, what, ours / own["methods"][own["method"]]["seconds"], 0.5)


def _alone(sizes: Found) -> str:
    """The solve alone, compared with HiGHS's methods on the same programme."""
    rows = []
    for method in METHODS:
        cells = [method]
        for own in sizes.values():
            said = own["methods"][method]
            seconds = _told(said["seconds"])
            cells.append(seconds if said["status"] == OPTIMAL else f"{said['status']} ({seconds})")
        rows.append(cells)
    ours = [own["contenders"]["steps"]["steps"]["solve"] for own in sizes.values()]
    rows.append(["**this product**", *map(_told, ours)])
    return _table("HiGHS as it comes, seconds to the same optimum", ("method", *sizes), rows)


def _wholes(sizes: Found) -> str:
    """Wall time of whole processes, and as a multiple of the floor."""
    names = [name for name in sizes if SIZES[name].variables <= PEERS_SOLVE_TO]
    names += [name for name in sizes if name not in names]
    rows = []
    for who, label in (("floor", "floor"), ("command", "**this product**"), *_peers()):
        cells = [label]
        for name in names:
            own, solved = sizes[name]["contenders"], sizes[name]["method"]
            if who not in own or (who in PEERS and SIZES[name].variables > PEERS_SOLVE_TO):
                cells.append("–")
                continue
            if solved is None:
                cells.append("–" if who == "floor" else _told(own[who]["wall"]))
                continue
            ratio = own[who]["wall"] / own["floor"]["wall"]
            cells.append(f"{_told(own[who]['wall'])} ({ratio:.2f})")
        rows.append(cells)
    return _table("Whole process, seconds (and times the floor)", ("", *names), rows)


def _peers() -> list[tuple[str, str]]:
    return [(name, name) for name in PEERS]


def _steps(sizes: Found) -> str:
    rows = []
    for step in STEPS:
        cells = [step]
        for own in sizes.values():
            cells.append(_told(own["contenders"]["steps"]["steps"].get(step, 0.0)))
        cells.append(_growth(sizes, step))
        rows.append(cells)
    for label, who, drop in (
        ("all but import and solve", "steps", ("import", "solve")),
        ("read to write", "steps", ("import",)),
        ("floor, load to write", "floor", ("import",)),
        ("floor, solve", "floor", tuple(step for step in STEPS if step != "solve")),
    ):
        cells = [_told(_without(own["contenders"][who]["steps"], *drop)) for own in sizes.values()]
        rows.append([label, *cells, ""])
    title = "This product by steps, seconds"
    return _table(title, ("step", *sizes, "grows with size to the power"), rows)


def _growth(sizes: Found, step: str) -> str:
    """Exponent between the smallest and the largest of the large sizes."""
    large = [
        own["contenders"]["steps"] for name, own in sizes.items() if SIZES[name].variables >= LARGE
    ]
    if len(large) < 2 or step == "import":
        return ""
    first, last = large[0], large[-1]
    longer = log(last["steps"][step] / first["steps"][step])
    return f"{longer / log(last['columns'] / first['columns']):.2f}"


def _building(sizes: Found) -> str:
    """Time from data in memory to a programme in HiGHS."""
    rows = []
    for who, label in (("floor", "floor (arrays from a file)"), *_peers()):
        cells = [label]
        for own in sizes.values():
            steps = own["contenders"].get(who, {}).get("steps", {})
            cells.append(_told(steps["build"] + steps["transfer"]) if steps else "–")
        rows.append(cells)
    ours = [own["contenders"]["steps"]["steps"] for own in sizes.values()]
    rows.append(["**this product**", *(_told(own["build"] + own["transfer"]) for own in ours)])
    rows.append(
        [
            "… with the network",
            *(_told(own["network"] + own["build"] + own["transfer"]) for own in ours),
        ]
    )
    return _table("Build and hand over, seconds", ("", *sizes), rows)


def _memory(sizes: Found) -> str:
    rows = []
    for who, label in (("floor", "floor"), ("command", "**this product**"), *_peers()):
        cells = [label]
        for own in sizes.values():
            peak = own["contenders"].get(who, {}).get("peak")
            cells.append(f"{peak:,.0f}" if peak else "–")
        rows.append(cells)
    for step in STEPS:
        peaks = [own["contenders"]["steps"]["peaks"].get(step, 0.0) for own in sizes.values()]
        rows.append([f"… by the end of {step}", *(f"{peak:,.0f}" for peak in peaks)])
    return _table("Peak memory of the process, MiB", ("", *sizes), rows)


def _starting(starts: Found) -> str:
    usual = starts["usual imports"]
    rows = [
        (f"`{name}`", f"{seconds * 1000:.0f}", f"{seconds / usual:.2f}")
        for name, seconds in starts.items()
    ]
    return _table("Start, milliseconds", ("whole process", "ms", "times the usual imports"), rows)


def _cases(cases: Found) -> str:
    """Whole process and steps of the workbooks that come with the product."""
    steps = list(dict.fromkeys(step for own in cases.values() for step in own["steps"]))
    rows = [("whole process", *(_told(own["wall"]) for own in cases.values()))]
    rows += [
        (step, *(_told(own["steps"].get(step, 0.0)) for own in cases.values())) for step in steps
    ]
    rows.append(("peak memory, MiB", *(f"{own['peak']:,.0f}" for own in cases.values())))
    headers = ("", *(f"inputs/{name}.xlsx" for name in cases))
    return _table("Workbooks that come with it, seconds", headers, rows)


def _series(sizes: Found) -> dict[str, list[tuple[float, float]]]:
    """Points of the chart by name: variables, and seconds or MiB."""
    found: dict[str, list[tuple[float, float]]] = {}
    for name in SIZES:
        if name not in sizes:
            continue
        own = sizes[name]["contenders"]
        for step in STEPS[1:]:
            point = (own["steps"]["columns"], own["steps"]["steps"][step])
            found.setdefault(step, []).append(point)
        found.setdefault("memory", []).append((own["steps"]["columns"], own["command"]["peak"]))
    return found
