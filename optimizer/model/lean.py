"""Pyomo without what no model needs.

Pyomo loads ``numpy.testing`` with itself, for scipy's sake under pytest (``_finalize_numpy`` in
``pyomo.common.dependencies``), and ``pyomo.core.kernel``, another kind of models. With what they
need in turn they are a tenth of the time in which a small case is answered, so empty modules take
their places meanwhile; ``import pyomo.environ`` loads both. And of each of its 300 classes Pyomo
lists and sorts every name to see whether one is among them (``collect_autoslots``); meanwhile it
is told just that.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType

import numpy as np  # noqa: F401  (what is here already, Pyomo looks at while it is loaded)

SPARED = ("numpy.testing", "pyomo.core.kernel")


def _dir(kind: type) -> tuple[str, ...]:
    """Of the names that ``dir`` gives for a class, the one that is looked for."""
    return ("__dict__",) if any("__dict__" in vars(base) for base in kind.__mro__) else ()


if not {*SPARED, "pytest", "pyomo.core"} & sys.modules.keys():
    sys.modules |= {name: ModuleType(name) for name in SPARED}
    slots = vars(import_module("pyomo.common.autoslots"))
    slots["dir"] = _dir
    try:
        import_module("pyomo.core")
    finally:
        del slots["dir"]
        for name in SPARED:
            del sys.modules[name]
