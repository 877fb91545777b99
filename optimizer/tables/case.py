"""A case: everything that a workbook says, as frozen records."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from optimizer.errors import Finding
from optimizer.html_cards import CardFigure, card
from optimizer.tables import sheets
from optimizer.tables.case_rows import written_sheets
from optimizer.tables.schema import SHEETS

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Case:
    """What a workbook says; only active rows stand in the tuples.

    Names are spelled as in the sheet that defines them, whatever the case and
    spacing of a reference. Rows that are switched off, or that refer to something
    that is, stand in ``switched_off``. Cases are equal if their settings and rows are, in order,
    whatever file they were read from and wherever the rows stood in it.
    """

    settings: sheets.Settings
    sites: tuple[sheets.Site, ...] = ()
    materials: tuple[sheets.Material, ...] = ()
    supply: tuple[sheets.Offer, ...] = ()
    assays: tuple[sheets.Assay, ...] = ()
    recipes: tuple[sheets.RecipeLine, ...] = ()
    recoveries: tuple[sheets.Recovery, ...] = ()
    processes: tuple[sheets.Process, ...] = ()
    units: tuple[sheets.Unit, ...] = ()
    options: tuple[sheets.Option, ...] = ()
    lanes: tuple[sheets.Lane, ...] = ()
    tariffs: tuple[sheets.Tariff, ...] = ()
    stocks: tuple[sheets.Stock, ...] = ()
    pipeline: tuple[sheets.Order, ...] = ()
    demand: tuple[sheets.Demand, ...] = ()
    rules: tuple[sheets.Rule, ...] = ()
    rule_scope: tuple[sheets.ScopeLine, ...] = ()
    countries: tuple[sheets.Country, ...] = ()
    limits: tuple[sheets.Limit, ...] = ()
    blends: tuple[sheets.Blend, ...] = ()
    scenarios: tuple[sheets.Change, ...] = ()
    switched_off: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    """Rows that do not count, by sheet name."""
    lists_as_written: Mapping[str, Mapping[int, Mapping[str, tuple[str, ...]]]] = field(
        default_factory=dict, compare=False
    )
    """Lists from which a name that is off was dropped, as written: by sheet, row, attribute."""
    warnings: tuple[Finding, ...] = field(default=(), compare=False)
    path: str = field(default="", compare=False)
    """File that the case was read from, empty for tables."""
    sha256: str = field(default="", compare=False)
    """Hash of that file."""
    columns: Mapping[str, Mapping[str, str]] = field(default_factory=dict, compare=False)
    """Letter of each column, by sheet and header."""

    def __repr__(self) -> str:
        return f"<Case {self.title!r}: {self._span}; {', '.join(self._row_counts())}>"

    def __hash__(self) -> int:
        # Rows that are switched off lie in a dict, and need not count: equal cases hash equal.
        return hash((self.settings, *(self.rows(name) for name in SHEETS)))

    def _repr_html_(self) -> str:
        """A card for a notebook: calendar, rows of each sheet, warnings of the workbook."""
        count = sum(len(self.rows(name)) for name in SHEETS)
        off = sum(map(len, self.switched_off.values()))
        figures = [
            CardFigure("Periods", self._span, f"currency {self.settings.currency}"),
            CardFigure("Rows", f"{count:,}", f"active; {off:,} inactive"),
        ]
        told = [str(finding) for finding in self.warnings]
        lists = [(f"Warnings of the workbook: {len(told)}", told)]
        sheets = ", ".join(self._row_counts())
        return card(self.title or "A case", sheets, "", figures, lists)

    @property
    def title(self) -> str:
        """Name of the case; without one that of its file."""
        return self.settings.case or Path(self.path).stem

    @property
    def _span(self) -> str:
        settings = self.settings
        many = "" if settings.periods == 1 else "s"
        return f"{settings.periods} {settings.period_length}{many} from {settings.start}"

    def _row_counts(self) -> list[str]:
        """Number of active rows of each sheet that has some."""
        return [f"{name} {len(rows):,}" for name in SHEETS if (rows := self.rows(name))]

    @property
    def whole(self) -> Mapping[str, Mapping[int, Mapping[str, tuple[str, ...]]]]:
        """Former name of ``lists_as_written``; it works until version 1.0 and warns."""
        message = "Case.whole is now Case.lists_as_written"
        warnings.warn(message, DeprecationWarning, stacklevel=2)
        return self.lists_as_written

    def rows(self, name: str) -> tuple[Any, ...]:
        """Active rows of a sheet by the sheet's name."""
        return getattr(self, SHEETS[name].attribute)  # type: ignore[no-any-return]

    def cell(self, name: str, row: int, header: str) -> str:
        """Address of a cell, as a planner types it: ``Supply!F9``."""
        return f"{name}!{self.columns.get(name, {}).get(header, '')}{row}"

    def frames(self) -> dict[str, pd.DataFrame]:
        """Every sheet as a DataFrame, as it is written in the workbook.

        Headers and units are those of the workbook, inactive rows included. Numbers are
        floats, days are dates, yes and no are words, lists and histories are text, and a blank
        is None or NaN. ``read_frames`` makes an equal case of them.
        """
        import pandas as pd

        frames = {}
        for name, sheet in written_sheets(self).items():
            columns = {}
            for place, (header, column) in enumerate(sheet.columns.items()):
                dtype = float if column.kind == "number" else object
                columns[header] = pd.Series([row[place] for row in sheet.rows], dtype=dtype)
            frames[name] = pd.DataFrame(columns)
        return frames
