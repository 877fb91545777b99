"""The reference case: writes ``inputs/north_america.xlsx`` from ``data/*.csv``.

Run ``python inputs/reference/make.py``. Two runs give the same cells.
"""

from __future__ import annotations

from pathlib import Path

import capacities
import demand
import excel
import feeds
import futures
import investments
import magnets
import materials
import metal
import offers
import places
import routes
import rules
import separation
import standing_rules
import stores
import trade
from guide import GUIDE
from rows import Row

WORKBOOK = Path(__file__).resolve().parents[1] / "north_america.xlsx"


def sheets() -> dict[str, list[Row]]:
    """Rows of every sheet."""
    return {
        "Settings": demand.settings(),
        "Sites": places.sites(),
        "Materials": materials.materials(),
        "Supply": offers.supply(),
        "Assays": feeds.assays(),
        "Recipes": [
            *separation.reagent_recipes(),
            *metal.recipes(),
            *magnets.recipes(),
            *standing_rules.waiver_recipe(),
        ],
        "Recoveries": separation.recoveries(),
        "Processes": [
            *separation.processes(),
            *metal.processes(),
            *magnets.processes(),
            *standing_rules.waiver_process(),
        ],
        "Units": capacities.units(),
        "Options": investments.options(),
        "Lanes": routes.lanes(),
        "Tariffs": trade.tariffs(),
        "Stocks": stores.stocks(),
        "Pipeline": stores.pipeline(),
        "Demand": demand.demand(),
        "Rules": [*rules.rules(), *standing_rules.rules()],
        "Rule scope": [*rules.rule_scope(), *standing_rules.rule_scope()],
        "Limits": investments.limits(),
        "Scenarios": futures.scenarios(),
    }


def main() -> None:
    """Write the workbook and say how long its sheets are."""
    made = sheets()
    excel.write(WORKBOOK, made, GUIDE)
    counts = ", ".join(f"{name} {len(rows)}" for name, rows in made.items())
    print(f"{WORKBOOK.name}: {counts}")


if __name__ == "__main__":
    main()
