"""Magnets: sintering, diffusion, machining; swarf; recycled magnets; samarium-cobalt.

A tonne of activity is a tonne of finished parts.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from facts import Fact, assume, computed, process
from feeds import END_OF_LIFE
from grades import (
    ALLOY_PER_MAGNET,
    CAUGHT,
    CIVIL_GRADES,
    DIFFUSED,
    DIFFUSION_COST,
    DIFFUSION_YIELD,
    GRADES,
    MACHINE,
    SINTER,
    SWARF_PER_MAGNET,
    grade,
    magnet_inputs,
)
from rows import Row, rounded, row

WESTERN = process("magnet", "sinter + machine + coat, US/EU/JP", "processing cost")
ASIAN = assume(22_000.0)
"""Japan and Vietnam: within the 20 to 50 US$/kg that the figure for the West spans."""
SAMARIUM_COBALT = assume(45_000.0)
MILLING = assume(6_000.0)
MAKE_UP = process("recycle", "magnet-to-magnet (HD)", "make-up of fresh NdPr")
POWDER_YIELD = 0.95
RECYCLED: dict[str, dict[str, float]] = {"H": {}, "SH": {"Dy metal": 0.010, "Tb metal": 0.002}}
"""Grades made of old magnets, and the metal shares diffused into them: an assumption."""
NEW_PLANTS = ("Stillwater", "Sumter", "Fort Worth", "Narva")
"""Plants that shipped their first magnets in 2025 and 2026."""
QUALIFIED = {
    **dict.fromkeys(NEW_PLANTS, date(2028, 1, 1)),
    "Columbus works": date(2029, 10, 1),
}
"""Plants that defence has not accepted yet: first day of what only defence takes, assumed."""
DEFENCE_GRADES = ("UH", "EH")
RULES = "DFARS 2019; DFARS 2027; Company policy; Uyghur forced labour"


def with_diffusion(cost: Fact) -> Fact:
    """Processing cost of a diffused grade."""
    return computed(cost.value + DIFFUSION_COST.value, cost, DIFFUSION_COST)


@dataclass(frozen=True, slots=True)
class Maker:
    """A magnet plant: grades sintered from their own alloy, grades diffused, cost, route."""

    grades: tuple[str, ...]
    diffused: tuple[str, ...]
    cost: Fact
    route: str = ""


MAKERS = {
    "Fort Worth": Maker(CIVIL_GRADES, ("SH",), WESTERN),
    "Stillwater": Maker(GRADES, ("SH", "UH", "EH"), WESTERN),
    "Columbus works": Maker(GRADES, ("SH", "UH", "EH"), WESTERN),
    "Sumter": Maker(GRADES, ("SH", "UH", "EH"), WESTERN),
    "Narva": Maker(("N48",), ("SH",), WESTERN),
    "Takefu": Maker(GRADES, ("SH", "UH", "EH"), ASIAN),
    "Hai Phong": Maker(("N48", "SH"), ("SH",), ASIAN),
    "Blacksburg": Maker(CIVIL_GRADES, ("SH",), WESTERN, "Blacksburg"),
}


def recipes() -> list[Row]:
    """Magnet rows of the Recipes sheet."""
    rows = []
    for name in GRADES:
        rows += _recipe(f"sinter {name}", name, name, diffused=False)
    for name, base in DIFFUSED.items():
        rows += _recipe(f"sinter diffused {name}", name, base, diffused=True)
    return [*rows, *_recycled(), *_samarium_cobalt()]


def _recipe(recipe: str, name: str, alloy: str, *, diffused: bool) -> list[Row]:
    """Alloy and metal in, finished parts and swarf of the alloy out."""
    source = grade(f"{name}_GBD" if diffused else name).source
    inputs = magnet_inputs(name, diffused=diffused)
    cells = [(material, "in", quantity) for material, quantity in inputs.items()]
    cells += [(f"magnet {name}", "out", 1.0), (f"swarf {alloy}", "out", SWARF_PER_MAGNET)]
    return _lines(recipe, cells, source, SINTER, MACHINE, CAUGHT)


def _lines(
    recipe: str, cells: list[tuple[str, str, float]], *facts: Fact, **more: str
) -> list[Row]:
    return [
        row(*facts, recipe=recipe, material=m, direction=d, quantity=rounded(q), **more)
        for m, d, q in cells
    ]


def _recycled() -> list[Row]:
    """Old magnets to powder, powder and a little fresh metal to magnets.

    The swarf of recycled magnets is a material of its own that is only sold: the exception
    in the law covers the magnet, not an oxide won from its swarf.
    """
    mill = [(END_OF_LIFE, "in", 1 / POWDER_YIELD), ("recycled powder", "out", 1.0)]
    fresh = MAKE_UP.value * ALLOY_PER_MAGNET
    rows = _lines("mill old magnets", mill, assume(0), route="Recycling")
    for name, diffused in RECYCLED.items():
        cells = [
            ("recycled powder", "in", ALLOY_PER_MAGNET - fresh),
            ("NdPr metal", "in", fresh),
            *((metal, "in", share / DIFFUSION_YIELD.value) for metal, share in diffused.items()),
            (f"magnet {name}", "out", 1.0),
            ("swarf recycled", "out", SWARF_PER_MAGNET),
        ]
        recipe = f"sinter recycled {name}"
        rows += _lines(recipe, cells, MAKE_UP, assume(0), route="Recycling")
    return rows


def _samarium_cobalt() -> list[Row]:
    cells = [
        ("alloy SmCo", "in", ALLOY_PER_MAGNET),
        ("magnet SmCo", "out", 1.0),
        ("swarf SmCo", "out", SWARF_PER_MAGNET),
    ]
    return _lines("sinter SmCo", cells, SINTER, MACHINE, CAUGHT)


def processes() -> list[Row]:
    """Magnet rows of the Processes sheet; a diffused grade uses two units."""
    rows = []
    for place, maker in MAKERS.items():
        for name in maker.grades:
            rows.append(_run(place, f"sinter {name}", "sintering", maker.cost, maker.route))
        dear = with_diffusion(maker.cost)
        for name in maker.diffused:
            recipe = f"sinter diffused {name}"
            rows.append(_run(place, recipe, "sintering", dear, maker.route))
            rows.append(_run(place, recipe, "diffusion", assume(0.0), maker.route))
    rows.append(_run("US SmCo makers", "sinter SmCo", "sintering", SAMARIUM_COBALT, ""))
    for name in ("N48", "SH"):
        rows.append(_run("Northlake", f"sinter {name}", "sintering", WESTERN, "Northlake"))
    return [*rows, *_recycling_processes()]


def _run(place: str, recipe: str, unit: str, cost: Fact, route: str) -> Row:
    late = QUALIFIED.get(place) if recipe.endswith(DEFENCE_GRADES) else None
    return row(
        cost,
        site=place,
        recipe=recipe,
        unit=unit,
        use=1,
        cost=cost.value,
        stage="produced",
        from_=late,
        route=route,
        notes="from its qualification for defence on: the date is an assumption" if late else "",
    )


def _recycling_processes() -> list[Row]:
    return [
        row(
            MILLING,
            site="San Marcos",
            recipe="mill old magnets",
            unit="milling",
            use=1,
            cost=MILLING.value,
            stage="produced",
            clears=RULES,
            route="Recycling",
            notes="the recycled-magnet exception: milled here and sintered here, both in the US; "
            "the powder has no lane to another site",
        ),
        *(
            _run("San Marcos", f"sinter recycled {name}", "sintering", cost, "Recycling")
            for name, cost in (("H", WESTERN), ("SH", with_diffusion(WESTERN)))
        ),
    ]
