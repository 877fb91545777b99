"""The programmes of small cases as LP files: ``python -m tests.lp_files`` writes them anew.

The files in ``tests/lp/`` are kept with the code, so that a change of the mathematics stands in
the difference of two commits, term by term.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import pyomo.environ  # noqa: F401  (the writer of LP files is registered there)
from pyomo.core import ConcreteModel

import optimizer
from tests.conftest import CASES, make
from tests.test_model import IDLE, OPTIONS, kiln, option

FOLDER = Path(__file__).parent / "lp"
NAMES = (
    "gurobi_facility",
    "hand_a_discount_in_part_of_a_year",
    "hand_contract_over_two_periods",
    "hand_days_of_cover",
    "hand_delivered_after_the_date",
    "hand_impurity_of_a_blend",
    "hand_limit_of_one_year",
    "hand_minimum_share",
    "hand_minimum_when_used",
    "hand_must_run",
    "hand_needs_costs_too_much",
    "hand_one_of_two_sizes",
    "hand_one_tainted_lot_5",
    "hand_process_limits",
    "hand_share_per_year",
    "hand_stock_bounds",
    "hand_take_or_pay",
    "hand_whole_number_and_any_amount",
)
"""Workbooks of tests/cases."""

MADE = {
    "options_of_a_group": OPTIONS,
    "unit_that_may_idle": IDLE,
    "idle_unit_with_an_option": {
        **OPTIONS,
        "Units": [kiln(may_idle="yes", fixed_cost=50)],
        "Options": [option("c", added_capacity=4, earliest=date(2027, 7, 1))],
    },
}
"""Cases for the families that no small workbook has."""


def built(name: str) -> ConcreteModel:
    """Model of a case."""
    case = make(**MADE[name]) if name in MADE else optimizer.read(CASES / f"{name}.xlsx")
    return optimizer.build_model(case)


def lp_file(name: str) -> str:
    """The programme of a case in LP format, with the names of its variables and rows."""
    model = built(name)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "model.lp"
        model.write(str(path), io_options={"symbolic_solver_labels": True})
        return path.read_text(encoding="utf-8")


def main() -> None:
    """Write every file anew, and remove those that no case has."""
    FOLDER.mkdir(exist_ok=True)
    for path in FOLDER.glob("*.lp"):
        path.unlink()
    for name in (*NAMES, *MADE):
        (FOLDER / f"{name}.lp").write_text(lp_file(name), encoding="utf-8")


if __name__ == "__main__":
    main()
