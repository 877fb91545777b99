"""Magnet grades: what they are made of, and what a tonne of finished magnet takes.

A finished part loses mass in sintering and in machining; most of the machining loss is
caught as swarf. The diffused routes to SH, UH and EH start from a leaner alloy and
bring Dy and Tb in at the grain boundaries of the finished part: much less Dy, some Tb,
a furnace more.
"""

from __future__ import annotations

from dataclasses import dataclass

from facts import Fact, assume, computed, fact, find, process
from markets import CHINESE, home_prices

GRADES = ("N48", "H", "SH", "UH", "EH")
"""NdFeB grades from unalloyed to high-Dy."""
CIVIL_GRADES = ("N48", "H", "SH")
DIFFUSED = {"SH": "N48", "UH": "H", "EH": "SH"}
"""Grade that can be diffused -> grade of the alloy that it is made from."""
DIFFUSION_YIELD = assume(0.9)
"""Share of the diffused Dy and Tb that stays in the part."""
DIFFUSION_COST = assume(5_000.0)
"""Furnace, coating and losses of the diffused route, US$ per tonne."""

SINTER = process("magnet", "HD + jet mill + press + sinter", "mass yield")
MACHINE = process("magnet", "machining, block to finished part", "yield")
CAUGHT = process("recycle", "swarf short loop", "share of machining loss collected")
CAST = process("alloy", "strip casting", "metal yield")
BORON_IN_FERROBORON = 0.18

ALLOY_PER_MAGNET = 1 / (SINTER.value * MACHINE.value)
SWARF_PER_MAGNET = (1 / MACHINE.value - 1) * CAUGHT.value


@dataclass(frozen=True, slots=True)
class Grade:
    """Mass shares of a magnet, 0 to 1."""

    ndpr: float
    dy: float
    tb: float
    sm: float
    boron: float
    cobalt: float
    iron: float
    source: Fact


def grade(name: str) -> Grade:
    """Composition of a grade of ``magnet_grades.csv``."""
    row = find("magnet_grades", grade=name)
    cells = ("Nd_Pr_wt", "Dy_wt", "Tb_wt", "Sm_wt", "B_wt", "Co_wt", "Fe_wt")
    shares = [float(row[cell] or 0) / 100 for cell in cells]
    return Grade(*shares, source=fact(row, "Fe_wt"))


def alloy_inputs(name: str) -> dict[str, float]:
    """Tonnes of each input in a tonne of strip-cast alloy of a grade."""
    g = grade(name)
    ferroboron = g.boron / BORON_IN_FERROBORON
    inputs = {
        "NdPr metal": g.ndpr,
        "Dy metal": g.dy,
        "Tb metal": g.tb,
        "ferroboron": ferroboron,
        "cobalt": g.cobalt,
        "iron": g.iron - (ferroboron - g.boron),
    }
    return {material: share / CAST.value for material, share in inputs.items() if share > 0}


def magnet_inputs(name: str, *, diffused: bool = False) -> dict[str, float]:
    """Tonnes of alloy, and of metal to diffuse, in a tonne of finished magnet."""
    if not diffused:
        return {f"alloy {name}": ALLOY_PER_MAGNET}
    base = DIFFUSED[name]
    lean, rich = grade(base), grade(f"{name}_GBD")
    return {
        f"alloy {base}": ALLOY_PER_MAGNET,
        "Dy metal": (rich.dy - lean.dy) / DIFFUSION_YIELD.value,
        "Tb metal": (rich.tb - lean.tb) / DIFFUSION_YIELD.value,
    }


def metal_need(name: str) -> dict[str, float]:
    """Tonnes of each metal in a tonne of finished magnets of a maker with a swarf loop."""
    g = grade(name)
    loop = process("recycle", "swarf -> oxide (hydromet)", "RE recovery")
    loss = (1 - MACHINE.value) / MACHINE.value * (1 - CAUGHT.value * loop.value)
    need = (1 + loss) / SINTER.value
    return {"NdPr metal": g.ndpr * need, "Dy metal": g.dy * need, "Tb metal": g.tb * need}


def chinese_price(name: str, *, exported_heavies: bool = False) -> Fact:
    """Export price of a Chinese finished magnet, built up from its metals, US$ per tonne.

    Metals with the maker's own swarf loop, 1,500 US$/t of iron, boron and cobalt, and the
    Chinese maker's processing. A Chinese maker pays the home price of Dy and Tb; a maker
    abroad who buys them from China pays the export price (``exported_heavies``).
    """
    metals = CHINESE if exported_heavies else home_prices()
    work = process("magnet", "sinter + machine + coat, China", "processing cost")
    price = sum(metals[metal].value * tonnes for metal, tonnes in metal_need(name).items())
    return computed(price + 1_500.0 + work.value, metals["NdPr metal"], work, grade(name).source)
