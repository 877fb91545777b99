"""Tariffs: duties by measure, on imports into the United States.

Measures add up: the normal duty (MFN), Section 301 on China, Section 122 while it ran and
Section 232 at the rate of today. Each row names the material; relief under a trade agreement
names origin and material, so it is always the more specific row of its measure.

Duty is taken on what is paid. Where that differs by origin the row has a customs value: the
Chinese price, the price of the vendors, and for a carbonate the price of its one offer. Other
goods, those made on toll in Japan and Vietnam among them, have the value in Materials.
"""

from __future__ import annotations

from datetime import date

from facts import Fact, assume, computed, fact, find
from feeds import FEEDS
from grades import GRADES, chinese_price
from materials import REFINED_FEEDS, samarium_cobalt_price
from offers import paid_for, vendor_magnet
from rows import OFF_ROUTES, Row, rounded, row

USA = "United States"
MAGNETS = tuple(f"magnet {name}" for name in (*GRADES, "SmCo"))
MIXED_OXIDES = ("NdPr oxide", "Nolans SEG oxide")
SINGLE_OXIDES = ("Dy oxide", "Tb oxide", "Sm oxide", "La oxide")
METALS = ("NdPr metal", "Dy metal", "Tb metal", "Sm metal")
STRIP_CAST = tuple(f"alloy {name}" for name in GRADES)
ALLOYS = (*STRIP_CAST, "alloy SmCo")
CARBONATES = tuple(
    name
    for name in REFINED_FEEDS
    if FEEDS[name].label not in OFF_ROUTES and name not in MIXED_OXIDES
)
AGREEMENTS = {
    "Canada": ("USMCA", (*SINGLE_OXIDES, *METALS, "alloy SmCo", *MAGNETS)),
    "South Korea": ("the Korean agreement", (*SINGLE_OXIDES, "alloy SmCo", *MAGNETS)),
    "Australia": ("the Australian agreement", SINGLE_OXIDES),
}
"""Countries whose goods come in free: by what, and which goods."""
SECTION_301_START = date(2026, 1, 1)
SECTION_122 = (date(2026, 2, 24), date(2026, 7, 23))
NEIGHBOURS = ("Canada", "Mexico")
VENDORS = {"Japan": "magnet N48", "Vietnam": "magnet N48"}
"""What is mostly bought there, and seldom made on toll: its customs value is the vendors' price."""


def chinese_magnets() -> dict[str, Fact]:
    """What is paid in China for each magnet, US$ per tonne."""
    return {
        name: samarium_cobalt_price()
        if name == "magnet SmCo"
        else chinese_price(name.removeprefix("magnet "))
        for name in MAGNETS
    }


def rate(rule_id: str) -> Fact:
    """Duty of a rule of ``rules.csv`` as a share of value."""
    cells = find("rules", rule_id=rule_id)
    percent = cells["value"].split("%")[0]
    return computed(rounded(float(percent) / 100), fact(cells | {"value": percent}))


def tariffs() -> list[Row]:
    """The Tariffs sheet."""
    carbonate, metal, magnet = rate("mfn_carb"), rate("mfn_metal"), rate("mfn_mag")
    samarium_cobalt = computed(metal.value, metal, assume(0))
    duties = {
        **dict.fromkeys(MIXED_OXIDES, (rate("mfn_oxide"), "2846.90.20: mixtures")),
        **dict.fromkeys(SINGLE_OXIDES, (carbonate, "2846.90.80: a single oxide is no mixture")),
        "Ce oxide": (rate("mfn_ce"), "2846.10"),
        **dict.fromkeys(METALS, (metal, "2805.30")),
        **dict.fromkeys(STRIP_CAST, (rate("mfn_alloy"), "7224.10: an alloy of iron")),
        "alloy SmCo": (samarium_cobalt, "heading not settled: taken as rare-earth metal"),
        **dict.fromkeys(MAGNETS, (magnet, "8505.11")),
    }
    rows = [_duty("MFN", "*", name, duty, note) for name, (duty, note) in duties.items()]
    rows += [
        _duty("MFN", "*", name, carbonate, "2846.90.80", paid=paid_for(name)) for name in CARBONATES
    ]
    for country, (agreement, goods) in AGREEMENTS.items():
        rows += [
            _duty(
                "MFN",
                country,
                name,
                _free(duties[name][0]),
                f"free under {agreement} if originating: to be checked",
            )
            for name in goods
        ]
    rows += _on_what_is_paid("MFN", magnet)
    rows += [
        _duty("Section 301", "China", name, rate("s301"), start=SECTION_301_START, paid=paid)
        for name, paid in chinese_magnets().items()
    ]
    return [*rows, *_section_122(), *_section_232()]


def _section_122() -> list[Row]:
    """The surcharge of 2026, with its exemptions: it binds if the start is moved back."""
    duty = rate("s122")
    note = "what came after is not verified; sintered NdFeB may have been exempt"
    rows = [_duty("Section 122", "*", name, duty, note, *SECTION_122) for name in MAGNETS]
    rows += _on_what_is_paid("Section 122", duty, note, *SECTION_122)
    rows += [
        _duty("Section 122", origin, name, _free(duty), "exempt: goods of USMCA", *SECTION_122)
        for origin in NEIGHBOURS
        for name in MAGNETS
    ]
    return [
        *rows,
        *(
            _duty("Section 122", "*", name, _free(duty), "exempt: critical mineral", *SECTION_122)
            for name in (*MIXED_OXIDES, *SINGLE_OXIDES, *METALS)
        ),
    ]


def _section_232() -> list[Row]:
    """No duty so far; scenario 'duty of 25 % on allied magnets' raises the first rows."""
    duty, note = rate("s232"), "no duty so far: talks, outcome not verified"
    rows = [_duty("Section 232", "*", name, duty, note) for name in MAGNETS]
    rows += _of_the_vendors("Section 232", duty, note)
    exempt = [(origin, "goods of USMCA: an assumption") for origin in NEIGHBOURS]
    exempt.append(("China", "the scenario is about allies"))
    return rows + [
        _duty("Section 232", origin, name, computed(0, duty, assume(0)), f"exempt: {why}")
        for origin, why in exempt
        for name in MAGNETS
    ]


def _free(duty: Fact) -> Fact:
    return computed(0.0, duty)


def _on_what_is_paid(
    measure: str,
    duty: Fact,
    notes: str = "",
    start: date | None = None,
    end: date | None = None,
) -> list[Row]:
    """The same duty on magnets whose price depends on where they are bought, on that price."""
    chinese = [
        _duty(measure, "China", name, duty, notes, start, end, paid=paid)
        for name, paid in chinese_magnets().items()
    ]
    return [*chinese, *_of_the_vendors(measure, duty, notes, start, end)]


def _of_the_vendors(
    measure: str, duty: Fact, notes: str = "", start: date | None = None, end: date | None = None
) -> list[Row]:
    """The same duty on magnets of the vendors in Japan and Vietnam, on their price."""
    why = "customs value: the vendors' price; what is made there on toll is worth more"
    return [
        _duty(
            measure,
            country,
            name,
            duty,
            f"{notes}; {why}" if notes else why,
            start,
            end,
            paid=vendor_magnet(name.removeprefix("magnet ")),
        )
        for country, name in VENDORS.items()
    ]


def _duty(
    measure: str,
    origin: str,
    material: str,
    duty: Fact,
    notes: str = "",
    start: date | None = None,
    end: date | None = None,
    *,
    paid: Fact | None = None,
) -> Row:
    return row(
        duty,
        *([paid] if paid else []),
        measure=measure,
        origin_country=origin,
        destination_country=USA,
        material=material,
        ad_valorem=duty.value,
        customs_value=rounded(paid.value, 4) if paid else None,
        from_=start,
        to=end,
        notes=notes,
    )
