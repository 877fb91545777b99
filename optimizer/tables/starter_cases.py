"""Rows of the first workbooks: one for somebody who buys, who makes, and who sells magnets.

All names and figures are made up. Each case has two ways to do what is wanted, a rule of
provenance that decides between them in a part of it, and a scenario to compare with.
"""

from __future__ import annotations

from datetime import date
from typing import Any, Final

CaseRow = dict[str, Any]
"""Cells of one row by header."""

_NO_CHINA: Final[dict[str, list[CaseRow]]] = {
    "Rules": [
        {
            "rule": "no China",
            "segments": "defence",
            "maximum share": 0,
            "description": "0 % of the deliveries to defence may have a stage in China",
        }
    ],
    "Rule scope": [{"rule": "no China", "line": 1, "country": "China", "stage": "*"}],
}

_BUY: Final[dict[str, list[CaseRow]]] = {
    "Sites": [
        {"site": "Our works", "kind": "customer", "country": "United States",
         "latitude": 40, "longitude": -83},
        {"site": "Baltic Magnets", "kind": "plant", "country": "Estonia",
         "latitude": 59.4, "longitude": 28.2},
        {"site": "Ningbo Magnets", "kind": "plant", "country": "China",
         "latitude": 29.9, "longitude": 121.6},
    ],
    "Materials": [{"material": "magnet", "stage": "produced", "value": 55000}],
    "Supply": [
        {"offer": "Baltic magnets", "site": "Baltic Magnets", "material": "magnet",
         "price": 72000, "maximum": 80,
         "history": "mined: Australia; refined: Malaysia; separated: Malaysia; "
         "melted: Estonia; produced: here",
         "notes": "every stage up to the magnet is stated: others count as unknown"},
        {"offer": "Ningbo magnets", "site": "Ningbo Magnets", "material": "magnet",
         "price": 50000, "history": "here", "notes": "here: every stage was done at Ningbo"},
    ],
    "Lanes": [
        {"from site": "Baltic Magnets", "to site": "Our works", "material": "magnet",
         "mode": "sea", "cost": 350, "lead days": 25},
        {"from site": "Ningbo Magnets", "to site": "Our works", "material": "magnet",
         "mode": "sea", "cost": 450, "lead days": 35},
    ],
    "Tariffs": [
        {"measure": "all duties", "origin country": "China",
         "destination country": "United States", "material": "magnet", "ad valorem": 0.25,
         "notes": "a share of the customs value; blank: the value in Materials"},
    ],
    "Demand": [
        {"line": "defence motors", "customer": "Our works", "material": "magnet",
         "segment": "defence", "quantity": 40, "shortage penalty": 300000},
        {"line": "civil motors", "customer": "Our works", "material": "magnet",
         "segment": "civil", "quantity": 120, "shortage penalty": 200000},
    ],
    "Stocks": [
        {"site": "Our works", "material": "magnet", "opening": 40,
         "history": "mined: Australia; refined: Malaysia; separated: Malaysia; "
         "melted: Estonia; produced: Estonia", "holding cost": 500,
         "notes": "covers the first quarter, while the first orders are in transit"},
    ],
    **_NO_CHINA,
    "Scenarios": [
        {"scenario": "Ningbo +30 %", "line": "price", "sheet": "Supply",
         "where": "offer = Ningbo magnets", "column": "price", "change": "×", "value": "1.3",
         "probability": 0.3},
    ],
}  # fmt: skip

_MAKE: Final[dict[str, list[CaseRow]]] = {
    "Sites": [
        {"site": "Green Mine", "kind": "mine", "country": "Australia",
         "latitude": -28.9, "longitude": 122.5},
        {"site": "Red Mine", "kind": "mine", "country": "China",
         "latitude": 40.7, "longitude": 109.8},
        {"site": "Our separation", "kind": "plant", "country": "Malaysia",
         "latitude": 4, "longitude": 103.4},
        {"site": "Our magnet plant", "kind": "plant", "country": "United States",
         "latitude": 33, "longitude": -97.3},
        {"site": "Customer", "kind": "customer", "country": "United States",
         "latitude": 40, "longitude": -83},
    ],
    "Materials": [
        {"material": "concentrate", "stage": "mined", "value": 5000},
        {"material": "NdPr oxide", "stage": "separated", "value": 70000},
        {"material": "LaCe oxide", "stage": "separated", "value": 1000, "disposal cost": 100,
         "notes": "by-product of the NdPr oxide"},
        {"material": "iron and boron", "traced": "no", "value": 1000},
        {"material": "magnet", "stage": "produced", "value": 55000},
    ],
    "Supply": [
        {"offer": "Green concentrate", "site": "Green Mine", "material": "concentrate",
         "price": 6000, "maximum": 400},
        {"offer": "Red concentrate", "site": "Red Mine", "material": "concentrate",
         "price": 4000},
        {"offer": "iron and boron", "site": "Our magnet plant", "material": "iron and boron",
         "price": 1000},
    ],
    "Recipes": [
        {"recipe": "separate", "material": "concentrate", "direction": "in", "quantity": 8},
        {"recipe": "separate", "material": "NdPr oxide", "direction": "out", "quantity": 1},
        {"recipe": "separate", "material": "LaCe oxide", "direction": "out", "quantity": 3},
        {"recipe": "make magnets", "material": "NdPr oxide", "direction": "in",
         "quantity": 0.5},
        {"recipe": "make magnets", "material": "iron and boron", "direction": "in",
         "quantity": 0.7},
        {"recipe": "make magnets", "material": "magnet", "direction": "out", "quantity": 1},
    ],
    "Processes": [
        {"site": "Our separation", "recipe": "separate", "unit": "circuit", "cost": 20000,
         "stage": "refined, separated"},
        {"site": "Our magnet plant", "recipe": "make magnets", "unit": "sintering",
         "cost": 25000, "stage": "melted, produced"},
    ],
    "Units": [
        {"site": "Our separation", "unit": "circuit", "capacity": 120},
        {"site": "Our magnet plant", "unit": "sintering", "capacity": 200},
    ],
    "Lanes": [
        {"from site": "Green Mine", "to site": "Our separation", "material": "concentrate",
         "mode": "sea", "cost": 100},
        {"from site": "Red Mine", "to site": "Our separation", "material": "concentrate",
         "mode": "sea", "cost": 150},
        {"from site": "Our separation", "to site": "Our magnet plant",
         "material": "NdPr oxide", "mode": "air", "cost": 900},
        {"from site": "Our magnet plant", "to site": "Customer", "material": "magnet",
         "mode": "road", "cost": 150},
    ],
    "Demand": [
        {"line": "defence magnets", "customer": "Customer", "material": "magnet",
         "segment": "defence", "quantity": 60, "shortage penalty": 300000},
        {"line": "civil magnets", "customer": "Customer", "material": "magnet",
         "segment": "civil", "quantity": 120, "shortage penalty": 200000},
    ],
    **_NO_CHINA,
    "Scenarios": [
        {"scenario": "Green Mine halves", "line": "maximum", "sheet": "Supply",
         "where": "offer = Green concentrate", "column": "maximum", "change": "×",
         "value": "0.5", "probability": 0.3},
    ],
}  # fmt: skip

_SELL: Final[dict[str, list[CaseRow]]] = {
    "Sites": [
        {"site": "Our plant", "kind": "plant", "country": "Malaysia",
         "latitude": 4, "longitude": 103.4},
        {"site": "Traded oxide", "kind": "trader", "country": "China",
         "latitude": 31.2, "longitude": 121.5},
        {"site": "US alloy maker", "kind": "customer", "country": "United States",
         "latitude": 42.3, "longitude": -83},
        {"site": "German alloy maker", "kind": "customer", "country": "Germany",
         "latitude": 50.1, "longitude": 8.7},
        {"site": "Japanese alloy maker", "kind": "customer", "country": "Japan",
         "latitude": 34.7, "longitude": 135.5},
    ],
    "Materials": [{"material": "NdPr oxide", "stage": "separated", "value": 70000}],
    "Supply": [
        {"offer": "own oxide", "site": "Our plant", "material": "NdPr oxide", "price": 48000,
         "maximum": 240,
         "history": "mined: Australia; refined: Malaysia; separated: here",
         "notes": "price: cost of making a tonne"},
        {"offer": "bought oxide", "site": "Traded oxide", "material": "NdPr oxide",
         "price": 61000,
         "history": "mined: China; refined: China; separated: China"},
    ],
    "Lanes": [
        {"from site": start, "to site": end, "material": "NdPr oxide", "mode": "sea",
         "cost": cost}
        for start, end, cost in (
            ("Our plant", "US alloy maker", 900),
            ("Our plant", "German alloy maker", 800),
            ("Our plant", "Japanese alloy maker", 400),
            ("Traded oxide", "German alloy maker", 700),
            ("Traded oxide", "Japanese alloy maker", 300),
        )
    ],
    "Demand": [
        {"line": "defence contract", "customer": "US alloy maker", "material": "NdPr oxide",
         "segment": "defence", "quantity": 120, "price": 82000, "shortage penalty": 60000,
         "notes": "a contract: what is not delivered costs the penalty"},
        {"line": "motors contract", "customer": "German alloy maker",
         "material": "NdPr oxide", "segment": "civil", "quantity": 90, "price": 70000,
         "shortage penalty": 20000},
        {"line": "spot sales", "customer": "Japanese alloy maker", "material": "NdPr oxide",
         "segment": "civil", "quantity": 150, "price": 63500, "shortage penalty": 0,
         "notes": "penalty 0: sold only as far as it pays"},
    ],
    **_NO_CHINA,
    "Scenarios": [
        {"scenario": "plant at 70 %", "line": "maximum", "sheet": "Supply",
         "where": "offer = own oxide", "column": "maximum", "change": "×", "value": "0.7",
         "probability": 0.3},
    ],
}  # fmt: skip

STARTER_CASES: Final[dict[str, dict[str, list[CaseRow]]]] = {
    "buy": _BUY,
    "make": _MAKE,
    "sell": _SELL,
}
"""Rows by sheet of each first workbook."""
STARTS: Final = tuple(STARTER_CASES)
"""What a first workbook may be made for."""

EXAMPLE_ROWS: Final[dict[str, tuple[CaseRow, ...]]] = {
    "Sites": (
        {"site": "Our works", "kind": "plant", "country": "United States"},
        {"site": "Supplier", "kind": "plant", "country": "Estonia", "owner": "Supplier plc"},
    ),
    "Materials": (
        {"material": "NdPr oxide", "stage": "separated", "value": 70000},
        {"material": "magnet", "stage": "produced", "value": 55000},
    ),
    "Supply": (
        {"offer": "Supplier oxide", "site": "Supplier", "material": "NdPr oxide",
         "price": 75000, "maximum": 120, "history": "mined: Australia; refined: Malaysia; "
         "separated: here", "from": date(2027, 1, 1)},
    ),
    "Demand": (
        {"line": "motors", "customer": "Our works", "material": "magnet",
         "segment": "civil", "quantity": 60, "shortage penalty": 200000},
    ),
    "Recipes": (
        {"recipe": "make magnets", "material": "NdPr oxide", "direction": "in",
         "quantity": 0.5},
    ),
    "Assays": ({"feed": "magnet", "oxide": "NdPr", "share": 0.3},),
    "Recoveries": (
        {"recipe": "recycle magnets", "oxide": "NdPr", "product": "NdPr oxide",
         "recovery": 0.9},
    ),
    "Processes": (
        {"site": "Our works", "recipe": "make magnets", "unit": "sintering", "cost": 25000,
         "stage": "melted, produced"},
    ),
    "Units": (
        {"site": "Our works", "unit": "sintering", "capacity": 200, "fixed cost": 500000},
    ),
    "Options": (
        {"option": "second line", "site": "Our works", "unit": "sintering",
         "added capacity": 100, "capital cost": 20000000, "life": 15, "build months": 12},
    ),
    "Lanes": (
        {"from site": "Supplier", "to site": "Our works", "material": "NdPr oxide",
         "mode": "sea", "cost": 350, "lead days": 25},
    ),
    "Tariffs": (
        {"measure": "all duties", "origin country": "China",
         "destination country": "United States", "material": "magnet", "ad valorem": 0.25},
    ),
    "Stocks": (
        {"site": "Our works", "material": "NdPr oxide", "opening": 10,
         "history": "mined: Australia; refined: Malaysia; separated: Malaysia",
         "days of cover": 30},
    ),
    "Pipeline": (
        {"order": "PO 1001", "to site": "Our works", "material": "NdPr oxide",
         "arrival": date(2027, 2, 15), "quantity": 5,
         "history": "mined: Australia; refined: Malaysia; separated: Malaysia"},
    ),
    "Rules": (
        {"rule": "no China", "segments": "civil", "maximum share": 0.1,
         "description": "at most 10 % of the deliveries to these lines may have a stage in China"},
    ),
    "Rule scope": ({"rule": "no China", "line": 1, "country": "China", "stage": "*"},),
    "Countries": ({"country": "China", "aliases": "Mainland", "groups": "watched"},),
    "Limits": (
        {"limit": "100 t of oxide a year", "measure": "bought", "site": "Supplier",
         "maximum": 100, "window": "year"},
    ),
    "Blends": (
        {"site": "Our works", "recipe": "recycle magnets", "oxide": "NdPr", "minimum": 0.1},
    ),
    "Scenarios": (
        {"scenario": "oxide +30 %", "line": "price", "sheet": "Supply",
         "where": "offer = Supplier oxide", "column": "price", "change": "×", "value": "1.3",
         "probability": 0.3},
    ),
}  # fmt: skip
"""Rows of a blank workbook, where they are inactive: one a sheet, and two sites and materials, as
a lane has two ends and a process makes one material of another."""
EXAMPLE_NOTE: Final = "an example, inactive: copy it, or delete it"
