"""Least-cost sourcing plans for rare-earth magnets under provenance rules.

>>> import optimizer                                          # doctest: +SKIP
>>> result = optimizer.solve(optimizer.read("inputs/tutorial.xlsx"))  # doctest: +SKIP
>>> result.frame("Purchases")                                 # doctest: +SKIP

Everything is loaded when it is first used, so that ``import optimizer`` is quick.
"""

from __future__ import annotations

import warnings
from importlib import import_module
from typing import TYPE_CHECKING, Any

from optimizer.version import __version__ as __version__

if TYPE_CHECKING:
    from optimizer import examples as examples
    from optimizer import studies as studies
    from optimizer.errors import (
        AuditError,
        FileError,
        Finding,
        NoPlanError,
        OptimizerError,
        StoppedError,
        UsageError,
        WorkbookError,
    )
    from optimizer.plan import Result, build_model, build_network, solve, solve_model
    from optimizer.progress_bars import progress_bar
    from optimizer.report.arrow_tables import arrow_table
    from optimizer.report.csv_files import write_csv
    from optimizer.report.page import Picture, Pictures, pictures, write_page, write_study_page
    from optimizer.report.parquet import write_parquet
    from optimizer.report.study_workbook import write_study
    from optimizer.report.write_result import write
    from optimizer.studies import (
        Replanned,
        Rolling,
        RuleCosts,
        RunSettings,
        Stochastic,
        StressOptions,
        Study,
        alternatives,
        cost_of_rules,
        frontier,
        replan,
        rolling,
        scenarios,
        stochastic,
        stress,
        supply_scenarios,
        weighted_scenarios,
    )
    from optimizer.studies.plan_comparison import Comparison, compare
    from optimizer.tables import Case, read, read_frames
    from optimizer.tables.case_workbook import write_case
    from optimizer.tables.marked_copy import write_marked_copy
    from optimizer.tables.template import write_template
    from optimizer.workbook_check import check

_HOMES = {
    "optimizer.errors": (
        "AuditError",
        "FileError",
        "Finding",
        "NoPlanError",
        "OptimizerError",
        "StoppedError",
        "UsageError",
        "WorkbookError",
    ),
    "optimizer.plan": ("Result", "build_model", "build_network", "solve", "solve_model"),
    "optimizer.progress_bars": ("progress_bar",),
    "optimizer.report.arrow_tables": ("arrow_table",),
    "optimizer.report.csv_files": ("write_csv",),
    "optimizer.report.page": ("Picture", "Pictures", "pictures", "write_page", "write_study_page"),
    "optimizer.report.parquet": ("write_parquet",),
    "optimizer.report.write_result": ("write",),
    "optimizer.report.study_workbook": ("write_study",),
    "optimizer.studies.plan_comparison": ("Comparison", "compare"),
    "optimizer.studies": (
        "RuleCosts",
        "Replanned",
        "Rolling",
        "Stochastic",
        "StressOptions",
        "Study",
        "RunSettings",
        "alternatives",
        "cost_of_rules",
        "frontier",
        "replan",
        "rolling",
        "scenarios",
        "stochastic",
        "stress",
        "supply_scenarios",
        "weighted_scenarios",
    ),
    "optimizer.workbook_check": ("check",),
    "optimizer.tables": ("Case", "read", "read_frames"),
    "optimizer.tables.case_workbook": ("write_case",),
    "optimizer.tables.marked_copy": ("write_marked_copy",),
    "optimizer.tables.template": ("write_template",),
}
_MODULES = ("examples", "studies")
"""Public modules, which ``import optimizer`` brings along."""
_RENAMED = {"Strain": "StressOptions", "Way": "RunSettings"}
"""Former public names; they work until version 1.0 and warn."""
_HOME = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "AuditError",
    "Case",
    "Comparison",
    "FileError",
    "Finding",
    "NoPlanError",
    "OptimizerError",
    "Picture",
    "Pictures",
    "Replanned",
    "Result",
    "Rolling",
    "RuleCosts",
    "RunSettings",
    "Stochastic",
    "StoppedError",
    "StressOptions",
    "Study",
    "UsageError",
    "WorkbookError",
    "alternatives",
    "arrow_table",
    "build_model",
    "build_network",
    "check",
    "compare",
    "cost_of_rules",
    "frontier",
    "pictures",
    "progress_bar",
    "read",
    "read_frames",
    "replan",
    "rolling",
    "scenarios",
    "solve",
    "solve_model",
    "stochastic",
    "stress",
    "supply_scenarios",
    "weighted_scenarios",
    "write",
    "write_case",
    "write_csv",
    "write_marked_copy",
    "write_page",
    "write_parquet",
    "write_study",
    "write_study_page",
    "write_template",
]


if not TYPE_CHECKING:  # A type checker that saw it would take any name for public, as Any.

    def __getattr__(name: str) -> Any:
        if name in _MODULES:
            return import_module(f"optimizer.{name}")
        if name in _RENAMED:
            message = f"optimizer.{name} is now optimizer.{_RENAMED[name]}"
            warnings.warn(message, DeprecationWarning, stacklevel=2)
            name = _RENAMED[name]
        home = _HOME.get(name)
        if home is None:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return getattr(import_module(home), name)


def __dir__() -> list[str]:
    return sorted({*__all__, *_MODULES, *(name for name in globals() if name.startswith("__"))})
