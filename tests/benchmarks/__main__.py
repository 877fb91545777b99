"""``python -m tests.benchmarks [--sizes S,M] [--runs 5] [--write]``: measure, show, keep.

What is measured is kept in a folder, size by size, so that the large sizes can be run alone;
``--write`` makes the tables of ``docs/performance.md`` and ``docs/growth.svg`` of all of it.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from tests.benchmarks import page, runs
from tests.benchmarks.world import SIZES


def main() -> None:
    """The command."""
    options = _parser().parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    kept = options.folder / "results.json"
    found = json.loads(kept.read_text()) if kept.exists() else {"sizes": {}}
    if not options.only_write:
        found["starts"] = runs.measure_starts(options.folder, options.runs)
        found["machine"] = page.machine()
        found["cases"] = runs.measure_cases(options.folder, options.runs)
        for name in options.sizes:
            found["sizes"][name] = runs.measure(SIZES[name], options.folder, options.runs)
            kept.write_text(json.dumps(found, indent=1))
    sys.stdout.write(page.tables(found))
    if options.write or options.only_write:
        page.write(found)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--sizes", type=_sizes, default=["tutorial", "XS", "S", "SM", "M"])
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--write", action="store_true", help="rewrite docs/performance.md")
    parser.add_argument("--only-write", action="store_true", help="of what was measured before")
    parser.add_argument("--folder", type=Path, default=runs.ROOT / "outputs" / "benchmarks")
    return parser


def _sizes(text: str) -> list[str]:
    names = list(SIZES) if text == "all" else text.split(",")
    unknown = [name for name in names if name not in SIZES]
    if unknown:
        raise argparse.ArgumentTypeError(f"{unknown[0]} is not one of {', '.join(SIZES)}, all")
    return names


if __name__ == "__main__":
    main()
