"""Ranging a basis outside Python's lock, through HiGHS's interface for C.

highspy holds the lock as long as HiGHS ranges a basis, so that all of Python stands still. The
library that it brings along has the same functions for C (``highs_c_api.h``, in which their
arguments are described); ctypes calls them without the lock.
"""

from __future__ import annotations

import ctypes
from ctypes import c_char_p, c_double, c_int, c_void_p
from functools import cache
from typing import Any

import highspy
import numpy as np
from msgspec import Struct

from optimizer.solver.transfer import Program

OPTIMAL, ROWWISE, MINIMIZE, ERROR = 7, 2, 1, -1
"""Constants of the interface for C."""

_CALLS: dict[str, tuple[Any, ...]] = {
    "Highs_destroy": (c_void_p,),
    "Highs_setBoolOptionValue": (c_void_p, c_char_p, c_int),
    "Highs_setIntOptionValue": (c_void_p, c_char_p, c_int),
    "Highs_setDoubleOptionValue": (c_void_p, c_char_p, c_double),
    "Highs_setStringOptionValue": (c_void_p, c_char_p, c_char_p),
    "Highs_passLp": (c_void_p, *[c_int] * 5, c_double, *[c_void_p] * 8),
    "Highs_setBasis": (c_void_p, c_void_p, c_void_p),
    "Highs_run": (c_void_p,),
    "Highs_getModelStatus": (c_void_p,),
    "Highs_getSolution": (c_void_p, *[c_void_p] * 4),
    "Highs_getRanging": (c_void_p, *[c_void_p] * 24),
    "Highs_getSizeofHighsInt": (c_void_p,),
}


class Ranging(Struct, frozen=True):
    """What HiGHS says of an optimal basis, in its own costs."""

    prices: np.ndarray
    """By row."""
    column_up: np.ndarray
    """Where a column can go up to before another one leaves the basis."""
    row_up: np.ndarray
    """Where the bound of a row can go up to at the same prices."""
    row_down: np.ndarray


class Library(Struct, frozen=True):
    """HiGHS as highspy has loaded it."""

    highs: ctypes.PyDLL
    """Called with the lock, which may take longer to get back than what is called."""
    unlocked: ctypes.CDLL
    """Called without it."""


@cache
def library() -> Library | None:
    """The library; None where highspy gives no access to it, or it counts in other integers."""
    try:
        path = highspy._core.__file__
        highs, unlocked = ctypes.PyDLL(path), ctypes.CDLL(path)
        for name, types in _CALLS.items():
            getattr(highs, name).argtypes = types
            getattr(unlocked, name).argtypes = types
        highs.Highs_create.restype = c_void_p
    except (OSError, AttributeError):
        return None
    one = c_void_p(highs.Highs_create())
    size = highs.Highs_getSizeofHighsInt(one)
    highs.Highs_destroy(one)
    return Library(highs, unlocked) if size == ctypes.sizeof(c_int) else None


def ranged(
    library: Library, program: Program, basis: Any, scale: float, seconds: float
) -> Ranging | None:
    """Ranging of a linear programme, costs times ``scale``, at a basis.

    None where HiGHS has no answer in so many seconds.
    """
    one = c_void_p(library.highs.Highs_create())
    try:
        return _ranged(library, one, program, basis, scale, seconds)
    finally:
        library.highs.Highs_destroy(one)


def _ranged(
    library: Library, one: c_void_p, program: Program, basis: Any, scale: float, seconds: float
) -> Ranging | None:
    highs = library.highs
    columns, rows = len(program.cost), len(program.row_lower)
    highs.Highs_setBoolOptionValue(one, b"output_flag", 0)
    highs.Highs_setIntOptionValue(one, b"threads", 1)
    highs.Highs_setDoubleOptionValue(one, b"time_limit", seconds)
    highs.Highs_setStringOptionValue(one, b"solver", b"simplex")
    highs.Highs_setStringOptionValue(one, b"presolve", b"off")
    sizes = (columns, rows, len(program.values), ROWWISE, MINIMIZE)
    costs = program.cost * scale
    vectors = (costs, program.lower, program.upper, program.row_lower, program.row_upper)
    arrays: list[np.ndarray] = [np.ascontiguousarray(own, np.float64) for own in vectors]
    arrays += [np.ascontiguousarray(own, np.int32) for own in (program.starts, program.columns)]
    arrays += [np.ascontiguousarray(program.values, np.float64)]
    offset, places = program.offset * scale, [own.ctypes.data for own in arrays]
    if highs.Highs_passLp(one, *sizes, offset, *places) == ERROR:
        return None
    status = [np.array(own, np.int32) for own in (basis.col_status, basis.row_status)]
    highs.Highs_setBasis(one, *(own.ctypes.data for own in status))
    highs.Highs_run(one)
    if highs.Highs_getModelStatus(one) != OPTIMAL:
        return None
    prices, column_up = np.empty(rows), np.empty(columns)
    row_up, row_down = np.empty(rows), np.empty(rows)
    highs.Highs_getSolution(one, None, None, None, prices.ctypes.data)
    wanted = (column_up, row_up, row_down)
    given: list[int | None] = [None] * 24
    given[8], given[16], given[20] = (own.ctypes.data for own in wanted)
    if library.unlocked.Highs_getRanging(one, *given) == ERROR:
        return None
    return Ranging(prices, *wanted)
