"""Tariffs: duties by measure, on imports into the United States.

Two measures add up: the normal duty (MFN) and Section 301 on China. Each row names the
material; relief under a trade agreement names origin and material, so it is always the more
specific row of its measure and no two rows of a measure are equally specific.
"""

from __future__ import annotations

from datetime import date

from facts import Fact, assume, computed, fact, find
from feeds import FEEDS
from grades import GRADES
from materials import REFINED_FEEDS
from rows import OFF_ROUTES, Row, rounded, row

USA = "United States"
MAGNETS = tuple(f"magnet {name}" for name in (*GRADES, "SmCo"))
OXIDES = ("NdPr oxide", "Dy oxide", "Tb oxide", "Sm oxide", "La oxide")
METALS = ("NdPr metal", "Dy metal", "Tb metal", "Sm metal")
ALLOYS = tuple(f"alloy {name}" for name in (*GRADES, "SmCo"))
CARBONATES = tuple(name for name in REFINED_FEEDS if FEEDS[name].label not in OFF_ROUTES)
AGREEMENTS = {
    "Canada": ("USMCA", (*METALS, *ALLOYS, *MAGNETS)),
    "South Korea": ("the Korean agreement", (*ALLOYS, *MAGNETS)),
}
"""Countries whose goods come in free: by what, and which goods."""
SECTION_301_START = date(2026, 1, 1)


def rate(rule_id: str) -> Fact:
    """Duty of a rule of ``rules.csv`` as a share of value."""
    cells = find("rules", rule_id=rule_id)
    percent = cells["value"].split("%")[0]
    return computed(rounded(float(percent) / 100), fact(cells | {"value": percent}))


def tariffs() -> list[Row]:
    """The Tariffs sheet."""
    carbonate, metal, magnet = rate("mfn_carb"), rate("mfn_metal"), rate("mfn_mag")
    alloy = computed(metal.value, metal, assume(0))
    duties = {
        **{name: (rate("mfn_oxide"), "2846.90.20") for name in OXIDES},
        "Ce oxide": (rate("mfn_ce"), "2846.10"),
        **dict.fromkeys(CARBONATES, (carbonate, "2846.90.80")),
        **dict.fromkeys(METALS, (metal, "2805.30")),
        **dict.fromkeys(ALLOYS, (alloy, "heading not settled: taken as rare-earth metal")),
        **dict.fromkeys(MAGNETS, (magnet, "8505.11")),
    }
    rows = [_duty("MFN", "*", name, duty, note) for name, (duty, note) in duties.items()]
    for country, (agreement, goods) in AGREEMENTS.items():
        rows += [
            _duty(
                "MFN",
                country,
                name,
                computed(0.0, duties[name][0]),
                f"free under {agreement} if originating",
            )
            for name in goods
        ]
    rows += [
        _duty(
            "Section 122",
            "*",
            "*",
            rate("s122"),
            "ran for 150 days to July 2026; what came after is not verified",
            date(2026, 2, 24),
            date(2026, 7, 24),
        )
        | {"active": "no"},
        _duty("Section 232", "*", "*", rate("s232"), "no duty so far: talks, outcome not verified")
        | {"active": "no"},
    ]
    china = rate("s301")
    rows += [
        _duty("Section 301", "China", name, china, "adds to MFN: 27.1 % in all", SECTION_301_START)
        for name in MAGNETS
    ]
    return rows


def _duty(
    measure: str,
    origin: str,
    material: str,
    duty: Fact,
    notes: str,
    start: date | None = None,
    end: date | None = None,
) -> Row:
    return row(
        duty,
        measure=measure,
        origin_country=origin,
        destination_country=USA,
        material=material,
        ad_valorem=duty.value,
        from_=start,
        to=end,
        notes=notes,
    )
