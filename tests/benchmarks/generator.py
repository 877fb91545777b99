"""Instances of any size as workbooks; the same seed gives the same rows.

Mines sell concentrates under tiers and contracts; separators make ten oxides jointly;
refiners, casters and pressers make metals, alloys and magnets; recyclers take the swarf
back. Plants are linked with their nearest and with ports, customers want magnets under two
provenance rules, by-products have outlets or are thrown away. Capacity follows from demand,
so that every instance is feasible and some of it is scarce.

``python -m tests.benchmarks.generator SIZE PATH`` writes one as a workbook.
"""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path
from typing import Any

from tests.benchmarks import industry
from tests.benchmarks.industry import Row
from tests.benchmarks.plants import plants
from tests.benchmarks.routes import lanes, pipeline, stocks
from tests.benchmarks.supply import limits, outlets, supply
from tests.benchmarks.world import SIZES, YEAR, World


def instance(name: str, seed: int = 1) -> dict[str, Any]:
    """Rows by sheet of an instance; Settings are a mapping."""
    world = World(SIZES[name], seed)
    processes, units = plants(world)
    by_products = outlets(world)
    countries = {place.country for own in world.places.values() for place in own}
    return {
        "Settings": _settings(world),
        "Sites": _sites(world),
        "Materials": industry.materials(world.feeds, world.grades, world.metals),
        "Supply": supply(world),
        "Assays": industry.assays(world.feeds, world.grades),
        "Recipes": industry.recipes(world.grades, world.metals),
        "Recoveries": industry.recoveries(recycled=bool(world.places["recycler"])),
        "Processes": processes,
        "Units": units,
        "Lanes": lanes(world),
        "Tariffs": industry.tariffs(world.grades, world.metals, countries),
        "Stocks": stocks(world, by_products),
        "Pipeline": pipeline(world),
        "Demand": [*world.demand, *by_products],
        "Rules": industry.RULES,
        "Rule scope": industry.scope(countries),
        "Limits": limits(world),
    }


def frames(name: str, seed: int = 1) -> dict[str, Any]:
    """The same as data frames, for ``optimizer.read_frames``."""
    import pandas as pd

    sheets = instance(name, seed)
    settings = sheets.pop("Settings")
    tables = {sheet: pd.DataFrame(rows, dtype=object) for sheet, rows in sheets.items()}
    return {"Settings": settings, **tables}


def write(name: str, path: Path, seed: int = 1) -> Path:
    """The same as a workbook."""
    import xlsxwriter

    sheets = instance(name, seed)
    settings = [{"setting": key, "value": value} for key, value in sheets.pop("Settings").items()]
    path.parent.mkdir(parents=True, exist_ok=True)
    with xlsxwriter.Workbook(str(path), {"default_date_format": "yyyy-mm-dd"}) as book:
        for sheet, rows in {"Settings": settings, **sheets}.items():
            page = book.add_worksheet(sheet)
            columns = list(dict.fromkeys(column for row in rows for column in row))
            page.write_row(0, 0, columns)
            for number, row in enumerate(rows, start=1):
                page.write_row(number, 0, [row.get(column) for column in columns])
    return path


def _settings(world: World) -> Row:
    return {
        "case": f"benchmark {world.size.name}",
        "start": date(YEAR, 1, 1),
        "periods": world.size.periods,
        "period length": {1: "month", 3: "quarter"}[world.size.months],
        "discount rate": 0.08,
        "carrying cost rate": 0.06,
        "shortage penalty": 300_000,
    }


def _sites(world: World) -> list[Row]:
    """Every seventh plant outside China has a Chinese owner."""
    kinds = {kind: kind for kind in ("mine", "trader", "port", "customer")}
    rows: list[Row] = [
        {
            "site": place.name,
            "kind": kinds.get(kind, "plant"),
            "country": place.country,
            "latitude": place.latitude,
            "longitude": place.longitude,
        }
        for kind, own in world.places.items()
        for place in own
    ]
    abroad = [row for row in rows if row["kind"] == "plant" and row["country"] != "China"]
    for row in abroad[4::7]:
        row |= {"owner": f"{row['site']} holding", "owner country": "China"}
    return rows


if __name__ == "__main__":
    write(sys.argv[1], Path(sys.argv[2]))
