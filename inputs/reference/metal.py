"""Metal and alloy: recipes, and who makes what.

Metal-making is the stage 'refined': the law before 2027 looked at 'melting' of Nd with Fe and
B, and metal-making in a covered country was lawful then; from 2027 'refined' is named. Strip
casting is 'melted'. Metal that goes into magnets without being cast into their alloy (diffused Dy
and Tb, what recyclers add) is not melted in that sense: its makers say 'melted: none'.
"""

from __future__ import annotations

from dataclasses import dataclass

from facts import Fact, assume, computed, process
from feeds import MASS_FACTORS
from grades import CAST, CIVIL_GRADES, GRADES, alloy_inputs, grade
from rows import Row, rounded, row

ELECTROLYSIS = process("metal", "NdPr molten-salt electrolysis (SRC)", "conversion (oxide->metal)")
CALCIUM = process("metal", "Dy, Tb calciothermic (fluoride)", "yield")
SAMARIUM = process("metal", "Sm (lanthanothermic or co-reduction)", "yield")
CALCIUM_PER_METAL = 0.45
YIELDS = {"NdPr": ELECTROLYSIS, "Dy": CALCIUM, "Tb": CALCIUM, "Sm": SAMARIUM}

LIGHT_TOLL = process("metal", "ex-China NdPr toll", "cost")
HEAVY_TOLL = process("metal", "ex-China Dy or Tb toll", "cost")
SAMARIUM_TOLL = assume(40_000.0)
TOLLS = {"NdPr": LIGHT_TOLL, "Dy": HEAVY_TOLL, "Tb": HEAVY_TOLL, "Sm": SAMARIUM_TOLL}
CASTING_COST = process("alloy", "strip casting", "cost")
SAMARIUM_COBALT_COST = assume(8_000.0)

SAMARIUM_COBALT = grade("Sm2Co17_com")
COPPER_ZIRCONIUM = 0.075
"""Copper and zirconium in the 2:17 alloy."""


@dataclass(frozen=True, slots=True)
class Smelter:
    """Metals made (element -> unit) and alloys cast on a unit at a site."""

    metals: dict[str, str]
    alloys: tuple[str, ...] = ()
    caster: str = ""


HEAVY = "heavy metal furnace"
SMELTERS = {
    "SRC Saskatoon": Smelter({"NdPr": "metal cells"}),
    "Euclid": Smelter(
        {
            "NdPr": "metal and alloy",
            "Dy": "Dy metal line",
            "Tb": "Tb metal line",
            "Sm": "Sm furnace",
        },
        GRADES,
        "metal and alloy",
    ),
    "Fort Worth": Smelter({"NdPr": "metal cells"}, CIVIL_GRADES, "strip caster"),
    "Ellesmere Port": Smelter(
        {"NdPr": "metal cells", "Dy": HEAVY, "Tb": HEAVY, "Sm": HEAVY},
        (*CIVIL_GRADES, "SmCo"),
        "strip casters",
    ),
    "Ochang": Smelter({"NdPr": "metal cells"}, ("N48",), "strip caster"),
    "Takefu": Smelter({"NdPr": "metal cells", "Dy": HEAVY, "Tb": HEAVY}, GRADES, "strip casters"),
    "Hai Phong": Smelter({"NdPr": "metal cells"}, ("N48", "SH"), "strip casters"),
    "Sumter": Smelter({}, GRADES, "strip caster"),
    "Blacksburg": Smelter({}, CIVIL_GRADES, "strip caster"),
    "US SmCo makers": Smelter({}, ("SmCo",), "melting furnace"),
}


def recipes() -> list[Row]:
    """Metal and alloy rows of the Recipes sheet."""
    rows = []
    for element, recovered in YIELDS.items():
        factor = process("stoichiometry", MASS_FACTORS[element], "mass factor")
        need = computed(rounded(1 / (factor.value * recovered.value)), factor, recovered)
        rows += _recipe(f"make {element} metal", {f"{element} oxide": need}, f"{element} metal")
        if recovered is CALCIUM:
            rows.append(
                row(
                    assume(0),
                    recipe=f"make {element} metal",
                    material="calcium metal",
                    direction="in",
                    quantity=CALCIUM_PER_METAL,
                )
            )
    for name in GRADES:
        source = grade(name).source
        inputs = {m: computed(rounded(q), source, CAST) for m, q in alloy_inputs(name).items()}
        rows += _recipe(f"cast alloy {name}", inputs, f"alloy {name}")
    return rows + _recipe("melt alloy SmCo", _samarium_cobalt(), "alloy SmCo")


def _samarium_cobalt() -> dict[str, Fact]:
    g = SAMARIUM_COBALT
    shares = {
        "Sm metal": g.sm,
        "cobalt": g.cobalt,
        "iron": g.iron,
        "copper and zirconium": COPPER_ZIRCONIUM,
    }
    return {m: computed(rounded(s / CAST.value), g.source, CAST) for m, s in shares.items()}


def _recipe(name: str, inputs: dict[str, Fact], product: str) -> list[Row]:
    rows = [
        row(need, recipe=name, material=material, direction="in", quantity=need.value)
        for material, need in inputs.items()
    ]
    sources = tuple(inputs.values())
    return [*rows, row(*sources, recipe=name, material=product, direction="out", quantity=1)]


def processes() -> list[Row]:
    """Metal and alloy rows of the Processes sheet."""
    rows = []
    for place, smelter in SMELTERS.items():
        label = "Blacksburg" if place == "Blacksburg" else ""
        for element, unit in smelter.metals.items():
            rows.append(
                row(
                    TOLLS[element],
                    site=place,
                    recipe=f"make {element} metal",
                    unit=unit,
                    use=1,
                    cost=TOLLS[element].value,
                    stage="refined, melted: none",
                    route=label,
                    notes="metal-making is refining, see Rules; melting is that of the alloy",
                )
            )
        for name in smelter.alloys:
            cost = SAMARIUM_COBALT_COST if name == "SmCo" else CASTING_COST
            rows.append(
                row(
                    cost,
                    site=place,
                    recipe=f"{'melt' if name == 'SmCo' else 'cast'} alloy {name}",
                    unit=smelter.caster,
                    use=1,
                    cost=cost.value,
                    stage="melted",
                    route=label,
                )
            )
    return rows
