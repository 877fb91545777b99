"""Systems that can be lost, and commodities of which the workbook names few sellers."""

from __future__ import annotations

from typing import Any

import optimizer

Figures = dict[str, Any]
SYSTEM_KINDS = ("site", "owner", "group", "offer", "option")
"""Kinds of runs of "What carries it", without countries."""


def of_kind(figures: Figures, *kinds: str) -> list[dict[str, Any]]:
    """The runs of some kinds, in their order."""
    return [run for run in figures["runs"] if run["kind"] in kinds]


def systems(case: optimizer.Case, figures: Figures) -> list[dict[str, Any]]:
    """Runs without a system: everything but commodities."""
    common = _commodities(case)
    return [
        run for run in of_kind(figures, *SYSTEM_KINDS) if (run["kind"], run["name"]) not in common
    ]


def commodities(case: optimizer.Case, figures: Figures) -> list[dict[str, Any]]:
    """Runs without an offer or a seller of commodities."""
    common = _commodities(case)
    return [
        run for run in of_kind(figures, "site", "offer") if (run["kind"], run["name"]) in common
    ]


def commodity_offers(case: optimizer.Case) -> set[str]:
    """Names of the offers of commodities."""
    return {name for kind, name in _commodities(case) if kind == "offer"}


def produced_materials(case: optimizer.Case) -> set[str]:
    """Materials that a recipe or a separation makes."""
    made = {row.material for row in case.recipes if row.direction == "out"}
    return made | {row.product for row in case.recoveries}


def not_commodities(case: optimizer.Case) -> set[str]:
    """Materials that a recipe or a separation makes, and feeds that have an assay."""
    return produced_materials(case) | {row.feed for row in case.assays}


def _commodities(case: optimizer.Case) -> set[tuple[str, str]]:
    """Kind and name of the offers of commodities, and of the sites that do nothing but sell them.

    A commodity is bought alone: no recipe makes it, and it has no assay, as a feed has.
    """
    made = not_commodities(case)
    working = {row.site for row in case.processes}
    sold: dict[tuple[str, str], set[str]] = {}
    for row in case.supply:
        sold.setdefault(("offer", row.offer), set()).add(row.material)
        if row.site not in working:
            sold.setdefault(("site", row.site), set()).add(row.material)
    return {name for name, materials in sold.items() if not materials & made}
