"""Pyomo without what no model needs.

Pyomo loads ``numpy.testing`` with itself, for scipy's sake under pytest (``_finalize_numpy`` in
``pyomo.common.dependencies``), and ``pyomo.core.kernel``, another kind of models. With what they
need in turn they are a tenth of the time in which a small case is answered, so empty modules take
their places meanwhile; ``import pyomo.environ`` loads both.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType

import numpy as np  # noqa: F401  (what is here already, Pyomo looks at while it is loaded)

SPARED = ("numpy.testing", "pyomo.core.kernel")

if not {*SPARED, "pytest", "pyomo.core"} & sys.modules.keys():
    sys.modules |= {name: ModuleType(name) for name in SPARED}
    try:
        import_module("pyomo.core")
    finally:
        for name in SPARED:
            del sys.modules[name]
