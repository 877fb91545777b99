"""Columns of a long result table as integer codes, to group its rows quickly."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from optimizer.audit.audit_calendar import Floats, Ints
from optimizer.result.result_layouts import Table

MAX_COMBINED_CODES = 1 << 40
"""Combinations of codes above which rows are renumbered, well before 64-bit integers overflow."""


class CodedColumns:
    """The columns of one table."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self._codes: dict[str, tuple[Ints, list[Any]]] = {}

    def __len__(self) -> int:
        return len(self.table)

    def code(self, header: str) -> tuple[Ints, list[Any]]:
        """Code of each cell of a column, and the distinct cells by code."""
        if header not in self._codes:
            cells = self.table[header]
            names = {cell: i for i, cell in enumerate(dict.fromkeys(cells))}
            numbers = np.fromiter(map(names.__getitem__, cells), np.int64, len(cells))
            self._codes[header] = numbers, list(names)
        return self._codes[header]

    def numbers(self, header: str, known: Mapping[Any, int]) -> Ints:
        """Number of each cell of a column in ``known``; -1 where it has none."""
        code, names = self.code(header)
        return np.array([known.get(name, -1) for name in names], dtype=np.int64)[code]

    def keys(self, headers: Sequence[str]) -> tuple[list[tuple[Any, ...]], Ints]:
        """Distinct values of some columns together, and the number of each row's."""
        combined, size = np.zeros(len(self), dtype=np.int64), 1
        for header in headers:
            code, names = self.code(header)
            if size * len(names) > MAX_COMBINED_CODES:
                combined = np.unique(combined, return_inverse=True)[1].reshape(-1)
                size = len(self)
            combined = combined * max(len(names), 1) + code
            size *= max(len(names), 1)
        _, first, row = np.unique(combined, return_index=True, return_inverse=True)
        coded_columns = [self.code(header) for header in headers]
        keys = zip(
            *([names[i] for i in code[first].tolist()] for code, names in coded_columns),
            strict=True,
        )
        return list(keys), row.reshape(-1)

    def figures(self, header: str) -> Floats:
        """A column of figures."""
        return np.asarray(self.table[header], dtype=float)


def sum_by_index(row: Ints, values: Floats, size: int) -> Floats:
    """Sum of values by their index, an array of ``size``."""
    return np.bincount(row, values, size).astype(float)
