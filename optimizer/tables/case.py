"""A case: everything that a workbook says, as frozen records."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from optimizer.errors import Finding
from optimizer.tables import sheets
from optimizer.tables.schema import SHEETS


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What a workbook says; only active rows stand in the tuples.

    Names are spelled as in the sheet that defines them, whatever the case and
    spacing of a reference. Rows that are switched off, or that refer to something
    that is, stand in ``switched_off``.
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
    whole: Mapping[str, Mapping[int, Mapping[str, tuple[str, ...]]]] = field(default_factory=dict)
    """Lists from which a name that is off was dropped, as written: by sheet, row, attribute."""
    warnings: tuple[Finding, ...] = ()
    path: str = ""
    """File that the case was read from, empty for tables."""
    sha256: str = ""
    """Hash of that file."""
    columns: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Letter of each column, by sheet and header."""

    def rows(self, name: str) -> tuple[Any, ...]:
        """Active rows of a sheet by the sheet's name."""
        return getattr(self, SHEETS[name].attribute)  # type: ignore[no-any-return]

    def cell(self, name: str, row: int, header: str) -> str:
        """Address of a cell, as a planner types it: ``Supply!F9``."""
        return f"{name}!{self.columns.get(name, {}).get(header, '')}{row}"
