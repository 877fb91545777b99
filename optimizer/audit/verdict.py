"""Checks, their worst violation, and the verdict on a plan."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from msgspec import Struct

from optimizer.audit.audit_calendar import Bools, Floats

AUDIT_TOLERANCE = 1e-6
"""Largest relative violation that passes: ten times HiGHS's feasibility tolerance of 1e-7."""
MIN_COMPARED_SIZE = 10.0
"""Size (t, or money) that smaller quantities are compared by: 1e-5 in absolute terms passes."""
MIN_USE = AUDIT_TOLERANCE * MIN_COMPARED_SIZE
"""Tonnes, or units of use, above which a lane or a unit counts as used: more than rounding."""
MIN_PRICE_SIZE = 1e-12
"""Size that smaller prices are compared by, only to avoid a division by zero."""
CERTAIN_VIOLATION = 1.0
"""Relative violation recorded for a wrong label or for a value that is not a number."""


class Check(Struct, frozen=True):
    """One kind of comparison over the whole plan."""

    name: str
    passed: bool
    worst: float
    """Largest violation, relative to the quantities compared; 0 where all hold."""
    where: str
    """Place and figures of the worst violation; empty where all hold."""
    tested: int
    """Comparisons made."""


class Audit(Struct, frozen=True):
    """Result of the independent recomputation of a plan."""

    checks: tuple[Check, ...]
    cost: float
    """Present value of all costs, recomputed from the input tables and the flows."""
    cost_difference: float
    """Recomputed cost less the objective."""
    tolerance: float
    """Largest relative violation that passes."""

    def __repr__(self) -> str:
        return f"<{self.verdict}>"

    @property
    def passed(self) -> bool:
        """True if every check passed."""
        return all(check.passed for check in self.checks)

    @property
    def worst(self) -> float:
        """Largest relative violation of any check."""
        return max((check.worst for check in self.checks), default=0.0)

    @property
    def verdict(self) -> str:
        """The outcome in one line."""
        tested = sum(check.tested for check in self.checks)
        failed = [check for check in self.checks if not check.passed]
        if not failed:
            return (
                f"Audit passed: {len(self.checks)} checks, {tested:,} comparisons, worst relative "
                f"violation {self.worst:.1e} (allowed {self.tolerance:.0e}), "
                f"cost differs by {self.cost_difference:.2g}"
            )
        worst = max(failed, key=lambda check: check.worst)
        others = f"; {len(failed) - 1} more checks fail" if len(failed) > 1 else ""
        return f"AUDIT FAILED: {worst.name}: {worst.where}{others}"


class Tally:
    """Comparisons under one name; records the worst violation."""

    def __init__(self, name: str, smallest: float = MIN_COMPARED_SIZE) -> None:
        self.name = name
        self.smallest = smallest
        self.worst = 0.0
        self.where = ""
        self.tested = 0

    def at_most(self, value: Floats, limit: Floats, place: Callable[[int], str]) -> None:
        """Each value may not exceed its limit; ``place`` names a position."""
        size = np.maximum(np.abs(value), np.where(np.isfinite(limit), np.abs(limit), 0.0))
        self._compare(value - limit, size, value, limit, "above", place)

    def at_least(self, value: Floats, limit: Floats, place: Callable[[int], str]) -> None:
        """Each value may not fall below its limit."""
        size = np.maximum(np.abs(value), np.abs(limit))
        self._compare(limit - value, size, value, limit, "below", place)

    def equal(
        self, value: Floats, target: Floats, place: Callable[[int], str], size: Floats | None = None
    ) -> None:
        """Each value must be its target, within the tolerance on ``size``."""
        if size is None:
            size = np.maximum(np.abs(value), np.abs(target))
        self._compare(np.abs(value - target), size, value, target, "instead of", place)

    def equal_prices(
        self, value: Floats, target: Floats, place: Callable[[int], str], size: Floats | None = None
    ) -> None:
        """Each price must be its target, relative to itself (or ``size``) however small it is."""
        size = np.abs(target) if size is None else size
        scale = MIN_COMPARED_SIZE / np.maximum(size, MIN_PRICE_SIZE)
        self.equal(value * scale, target * scale, place)

    def within(
        self, value: Floats, limit: Floats, size: Floats, place: Callable[[int], str]
    ) -> None:
        """Each value may not exceed its limit, within the tolerance on ``size``."""
        self._compare(value - limit, size, value, limit, "above", place)

    def forbid(self, value: Floats, forbidden: Bools, place: Callable[[int], str]) -> None:
        """Values must be zero where they are forbidden; other values are not compared."""
        positions = np.flatnonzero(forbidden)
        self.tested += value.size - positions.size
        zero = np.zeros(positions.size)
        self.equal(value[positions], zero, lambda i: place(int(positions[i])))

    def equal_labels(
        self, shown: Sequence[object], wanted: Sequence[object], place: Callable[[int], str]
    ) -> None:
        """Each shown label must equal the wanted one, letter for letter."""
        self.tested += len(shown)
        for i, (label, right) in enumerate(zip(shown, wanted, strict=True)):
            if label != right:
                self.worst = max(self.worst, CERTAIN_VIOLATION)
                self.where = f"{place(i)}: {label!r} instead of {right!r}"
                return

    def fail(self, where: str) -> None:
        """Record an error that has no size, such as a missing row."""
        self.tested += 1
        self.worst, self.where = max(self.worst, CERTAIN_VIOLATION), where

    def check(self) -> Check:
        """The outcome; a value that is not a number never passes."""
        return Check(self.name, self.worst <= AUDIT_TOLERANCE, self.worst, self.where, self.tested)

    def _compare(
        self,
        excess: Floats,
        size: Floats,
        value: Floats,
        limit: Floats,
        word: str,
        place: Callable[[int], str],
    ) -> None:
        if not excess.size:
            return
        self.tested += excess.size
        ratio = excess / np.maximum(size, self.smallest)
        ratio[np.isnan(ratio)] = CERTAIN_VIOLATION
        i = int(np.argmax(ratio))
        if ratio.flat[i] > self.worst:
            self.worst = float(ratio.flat[i])
            self.where = f"{place(i)}: {value.flat[i]:,.6g} {word} {limit.flat[i]:,.6g}"


def fixed_place(words: str) -> Callable[[int], str]:
    """Give every position the same name."""
    return lambda _: words
