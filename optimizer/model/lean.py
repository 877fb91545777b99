"""Pyomo without numpy's testing tools.

Pyomo loads ``numpy.testing`` with itself, for scipy's sake under pytest (``_finalize_numpy`` in
``pyomo.common.dependencies``). With what that needs in turn it is a tenth of the time in which
a small case is answered, so an empty module takes its place meanwhile.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType

import numpy as np  # noqa: F401  (what is here already, Pyomo looks at while it is loaded)

TESTING = "numpy.testing"

if not {TESTING, "pytest", "pyomo.core"} & sys.modules.keys():
    sys.modules[TESTING] = ModuleType(TESTING)
    try:
        import_module("pyomo.core")
    finally:
        del sys.modules[TESTING]
