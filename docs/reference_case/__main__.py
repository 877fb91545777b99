"""Make ``docs/reference-case.md``: ``python -m docs.reference_case``.

It solves the case and every run of the page (some minutes) and writes ``figures.json`` and the
page. With ``--text`` it writes the page from ``figures.json`` alone, for a change of words.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import optimizer
from docs.reference_case.page import FIGURES, PAGE, figures_of_case, page, read_figures
from docs.reference_case.solving import WORKBOOK, fingerprint


def main() -> None:
    """Solve, and write the figures and the page."""
    parser = argparse.ArgumentParser(prog="python -m docs.reference_case", description=__doc__)
    parser.add_argument("--text", action="store_true", help="write the page, solve nothing")
    parser.add_argument("--workers", type=int, default=1, help="processes that solve (1)")
    parser.add_argument("--folder", type=Path, help="keep finished runs there, and go on from them")
    arguments = parser.parse_args()
    case = optimizer.read(WORKBOOK)
    if arguments.text:
        figures = read_figures()
        if figures["fingerprint"] != fingerprint(case):
            sys.exit("the workbook has changed since figures.json was made: leave out --text")
    else:
        figures = figures_of_case(
            case, arguments.workers, lambda line: print(line, flush=True), arguments.folder
        )
        FIGURES.write_text(json.dumps(figures, indent=1, ensure_ascii=False) + "\n", "utf-8")
    PAGE.write_text(page(case, figures), "utf-8")


if __name__ == "__main__":
    main()
