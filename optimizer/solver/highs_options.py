"""Options of HiGHS that a caller gives by name: which there are, and what would break the proof."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from functools import cache
from typing import Any

import highspy

from optimizer.errors import UsageError

SET_ELSEWHERE = {
    "time_limit": "give time_limit to the solve",
    "mip_rel_gap": "give gap to the solve",
    "output_flag": "the log is in result.log",
    "log_to_console": "the log is in result.log",
    "log_file": "the log is in result.log",
}
"""Options that the library sets, and what to do instead."""

BREAKING_OPTIONS = {
    "mip_abs_gap": "a search would end before the gap of the solve is proven; give gap instead",
    "objective_bound": "the solve would end at a cost that is not the optimum",
    "objective_target": "the solve would end at a cost that is not the optimum",
    "mip_max_nodes": "the search would end without a proof; give time_limit",
    "mip_max_leaves": "the search would end without a proof; give time_limit",
    "mip_max_stall_nodes": "the search would end without a proof; give time_limit",
    "mip_max_improving_sols": "the search would end without a proof; give time_limit",
    "mip_improving_solution_save": "HiGHS would write files",
    "simplex_iteration_limit": "the library limits iterations itself; give time_limit",
    "ipm_iteration_limit": "the library limits iterations itself; give time_limit",
    "pdlp_iteration_limit": "the library limits iterations itself; give time_limit",
    "run_crossover": "the plan and its prices are those of a basis",
    "infinite_bound": "a bound that binds would be treated as no bound",
    "infinite_cost": "a cost would be treated as zero",
    "small_matrix_value": "coefficients would be treated as zero",
    "large_matrix_value": "coefficients would be refused",
    "primal_feasibility_tolerance": "rows and bounds would hold less exactly, or the audit fail",
    "dual_feasibility_tolerance": "the optimum would be less exact",
    "primal_residual_tolerance": "rows and bounds would hold less exactly",
    "dual_residual_tolerance": "the optimum would be less exact",
    "optimality_tolerance": "the optimum would be less exact",
    "complementarity_tolerance": "the optimum would be less exact",
    "kkt_tolerance": "the optimum would be less exact",
    "ipm_optimality_tolerance": "the optimum would be less exact",
    "pdlp_optimality_tolerance": "the optimum would be less exact",
    "mip_feasibility_tolerance": "part of a yes would count as a no",
    "user_bound_scale": "costs and bounds are scaled by the library",
    "user_objective_scale": "costs and bounds are scaled by the library",
    "user_cost_scale": "costs and bounds are scaled by the library",
    "solve_relaxation": "yes/no decisions would be made in part",
    "glpsol_cost_row_location": "it is about files",
    "highs_debug_level": "HiGHS would print on standard output",
    "highs_analysis_level": "with some of its values HiGHS crashes, and the process with it",
}
"""Options that would make a proof, a price or the audit untrue, print or crash, and why."""

FILE_WORDS = ("write_", "read_", "_file")
"""Parts of the names of options by which HiGHS would read or write files."""

EXACT_METHODS = ("choose", "simplex", "ipm", "ipx")
"""Values of the option solver whose answer has a basis, so that plan and prices are exact."""

MAX_THREADS = 256
"""Most threads of HiGHS: it begins as many as it is told, and with far more it never ends."""

_TYPES = {
    highspy.HighsOptionType.kBool: (bool, "True or False"),
    highspy.HighsOptionType.kInt: (int, "a whole number"),
    highspy.HighsOptionType.kDouble: (float, "a number"),
    highspy.HighsOptionType.kString: (str, "a text"),
}


def check_highs_options(options: Any) -> None:
    """Raises UsageError for an option that is unknown, breaks the proof, or has a wrong value."""
    if not isinstance(options, Mapping):
        raise UsageError(
            f"highs_options are a mapping of names to values, not {type(options).__name__}"
        )
    if not options:
        return
    highs = highspy.Highs()
    highs.setOptionValue("output_flag", False)
    for name, value in options.items():
        _check_option(highs, name, value)


def _check_option(highs: Any, name: Any, value: Any) -> None:
    if name not in option_names():
        near = difflib.get_close_matches(str(name), option_names(), n=3)
        hint = f"; did you mean {' or '.join(near)}?" if near else ""
        raise UsageError(f"HiGHS has no option {name!r}{hint}")
    why = SET_ELSEWHERE.get(name) or BREAKING_OPTIONS.get(name)
    if why is None and any(word in name for word in FILE_WORDS):
        why = "HiGHS would read or write files"
    if why is not None:
        raise UsageError(f"option {name} of HiGHS cannot be set here: {why}")
    kind: Any
    kind, words = _TYPES[highs.getOptionType(name)[1]]
    flag = isinstance(value, bool) and kind is not bool
    if flag or not isinstance(value, (float, int) if kind is float else kind):
        raise UsageError(f"option {name} of HiGHS is {words}, not {value!r}")
    value = float(value) if kind is float else value
    if name == "solver" and value not in EXACT_METHODS:
        raise UsageError(f"option solver of HiGHS is one of {', '.join(EXACT_METHODS)} here")
    if name == "threads" and value > MAX_THREADS:
        raise UsageError(f"option threads of HiGHS is at most {MAX_THREADS} here, not {value!r}")
    if highs.setOptionValue(name, value) == highspy.HighsStatus.kError:
        raise UsageError(f"option {name} of HiGHS cannot be {value!r}")


@cache
def option_names() -> tuple[str, ...]:
    """Names of all options of HiGHS."""
    return tuple(
        name
        for name in dir(highspy.HighsOptions)
        if not name.startswith("_") and not callable(getattr(highspy.HighsOptions, name))
    )
