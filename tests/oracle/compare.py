"""The optimizer against the reference on random workbooks.

python -m tests.oracle.compare --seeds 0:500 --features core --keep /tmp/differ --shrink
"""

import argparse
import math
import tempfile
from pathlib import Path

from tests.oracle.random_case import ALL, BOUNDS, CORE, WHOLE, draw, write
from tests.oracle.solve import solve

FEATURES = {
    "core": CORE,
    "whole": CORE | WHOLE,
    "bounds": CORE | BOUNDS,
    "tiers": CORE | {"falling tiers"},
    "all": ALL,
}
TOLERANCE = 1e-6


def planned(tables, folder=None):
    """The optimizer's cost of tables, None if infeasible, a text if something else came out."""
    import optimizer

    with tempfile.TemporaryDirectory() as temporary:
        path = Path(folder or temporary) / "case.xlsx"
        write(tables, path)
        try:
            result = optimizer.solve(optimizer.read(path))
        except Exception as error:
            return f"{type(error).__name__}: {error}"
    if result.status == "infeasible":
        return None
    if result.status != "optimal":
        return f"status {result.status}"
    if not result.audit.passed:
        return f"failed audit: {result.objective}"
    return result.objective


def expected(tables):
    """The reference's cost, None if infeasible, a text if it finds no optimum."""
    try:
        return solve(tables)
    except ArithmeticError as error:
        return f"{error}"


def agree(one, other):
    """True for two costs that are the same, or two times no plan."""
    if not isinstance(one, float) or not isinstance(other, float):
        return one is None and other is None
    return math.isclose(one, other, rel_tol=TOLERANCE, abs_tol=TOLERANCE * 100)


def shrink(tables, differs):
    """Fewer rows and filled cells that still differ."""
    smaller = True
    while smaller:
        smaller = False
        for sheet in [sheet for sheet in tables if sheet != "Settings"]:
            for i in reversed(range(len(tables[sheet]))):
                fewer = {**tables, sheet: tables[sheet][:i] + tables[sheet][i + 1 :]}
                if differs(fewer):
                    tables, smaller = fewer, True
        for sheet in tables:
            for i, row in enumerate(tables[sheet]):
                for column in [column for column in row if row[column] is not None]:
                    row = tables[sheet][i]
                    less = {name: value for name, value in row.items() if name != column}
                    fewer = {**tables, sheet: [*tables[sheet][:i], less, *tables[sheet][i + 1 :]]}
                    if differs(fewer):
                        tables, smaller = fewer, True
    return tables


def same_kind(before, now):
    """True if two answers are of one kind: a cost, no plan, or the same sort of fault."""
    if isinstance(before, str) and isinstance(now, str):
        return before.split(":")[0] == now.split(":")[0]
    return type(before) is type(now)


def still_differs(tables, ours, theirs):
    """A test for `shrink`: both sides answer as before, and differ."""

    def differs(fewer):
        try:
            now = expected(fewer)
        except Exception:
            return False
        if not same_kind(ours, now):
            return False
        found = planned(fewer)
        return same_kind(theirs, found) and not agree(now, found)

    return differs


def show(tables):
    """The filled cells of tables as text."""
    lines = []
    for sheet, rows in tables.items():
        for row in rows:
            filled = ", ".join(
                f"{column}={value}" for column, value in row.items() if value is not None
            )
            lines += [f"  {sheet}: {filled}"] if filled else []
    return "\n".join(lines)


def main():
    """Compare a range of seeds and show what differs."""
    words = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    words.add_argument("--seeds", default="0:100", help="first:last+1")
    words.add_argument("--features", choices=FEATURES, default="core")
    words.add_argument("--keep", type=Path, help="folder for workbooks that differ")
    words.add_argument("--shrink", action="store_true", help="make those workbooks small")
    asked = words.parse_args()
    first, last = map(int, asked.seeds.split(":"))
    differing = []
    for seed in range(first, last):
        tables = draw(seed, FEATURES[asked.features])
        ours, theirs = expected(tables), planned(tables)
        if agree(ours, theirs):
            continue
        differing.append(seed)
        print(f"seed {seed}: the reference finds {ours}, the optimizer {theirs}", flush=True)
        if asked.shrink:
            tables = shrink(tables, still_differs(tables, ours, theirs))
            print(f" small: the reference {expected(tables)}, the optimizer {planned(tables)}")
            print(show(tables), flush=True)
        if asked.keep:
            asked.keep.mkdir(parents=True, exist_ok=True)
            write(tables, asked.keep / f"{asked.features}_{seed}.xlsx")
    print(f"{last - first} workbooks, {len(differing)} differ: {differing}")
    raise SystemExit(bool(differing))


if __name__ == "__main__":
    main()
