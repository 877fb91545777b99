"""Plain HiGHS on the same programme: each of its methods alone, with a time limit.

``python -m tests.benchmarks.methods ARRAYS METHOD SECONDS``
"""

from __future__ import annotations

import json
import sys
import time
from typing import Any

import highspy

from tests.benchmarks.floor import load, passed

METHODS = ("simplex", "ipx", "hipo")
"""HiGHS's names; ``hipo`` is available only with highspy's extras."""
SECONDS = 300
"""Time for one method on one instance."""
OPTIMAL = "Optimal"


def ask(path: str, method: str, seconds: float) -> dict[str, Any]:
    """Status and objective from HiGHS, and the seconds that it took."""
    if highspy.Highs().setOptionValue("solver", method) == highspy.HighsStatus.kError:
        return {"status": "not installed", "objective": None, "seconds": 0.0}
    highs = passed(load(path), method)
    highs.setOptionValue("time_limit", seconds)
    begin = time.perf_counter()
    highs.run()
    status = highs.modelStatusToString(highs.getModelStatus())
    return {
        "status": status,
        "objective": highs.getInfo().objective_function_value if status == OPTIMAL else None,
        "seconds": time.perf_counter() - begin,
    }


def fastest(found: dict[str, dict[str, Any]]) -> str | None:
    """The method that reached the optimum first; None if none did."""
    done = {name: own["seconds"] for name, own in found.items() if own["status"] == OPTIMAL}
    return min(done, key=lambda name: done[name]) if done else None


if __name__ == "__main__":
    sys.stdout.write(json.dumps(ask(sys.argv[1], sys.argv[2], float(sys.argv[3]))) + "\n")
