"""Rules: the law before and from 2027, and two policies that are assumptions.

The law (10 USC 4872, DFARS 252.225-7052) is looked at on delivery: what is in a defence
delivery from 2027-01-01 on must pass the wider test whenever it was bought. Each scope line
names a stage, so that reagents, which have none, are never counted.
"""

from __future__ import annotations

from datetime import date

from facts import Fact, assume, fact, find
from rows import Row, row

COVERED = ("China", "Russia", "Iran", "North Korea")
OLD_STAGES = ("melted", "produced")
NEW_STAGES = ("mined", "refined", "separated", "melted", "produced")
POLICY = assume(0.0)

FEDERAL = {2027: 0.50, 2028: 0.25, 2029: 0.10, 2030: 0.0}
CAR_MAKERS = {2027: 0.85, 2028: 0.70, 2029: 0.50, 2030: 0.35}
"""Largest share of a year's deliveries that may break the rule."""


def _law(rule_id: str) -> Fact:
    """A rule of ``rules.csv`` as a source."""
    cells = find("rules", rule_id=rule_id)
    return fact(cells | {"value": "0"})


OLD, NEW = _law("dfars_pre"), _law("dfars_2027")


def rules() -> list[Row]:
    """The Rules sheet."""
    return [
        row(
            OLD,
            rule="DFARS 2019",
            segments="defence",
            maximum_share=0,
            dated_by="delivery",
            from_=date(2019, 4, 30),
            to=date(2026, 12, 31),
            description="Magnets not melted or produced in a covered country",
            notes="ends the day before the plan starts: it binds if the start is moved back; "
            "metal-making is not 'melting' here",
        ),
        row(
            NEW,
            rule="DFARS 2027",
            segments="defence",
            maximum_share=0,
            dated_by="delivery",
            from_=date(2027, 1, 1),
            description="Magnets not mined, refined, separated, melted or produced in a covered "
            "country; NdFeB from the mining of neodymium, iron and boron on, SmCo from cobalt and "
            "samarium on, recycled feed included",
            notes="bare magnets cannot use the exception for commercial off-the-shelf items; "
            "recycled NdFeB milled and sintered in the US is exempt (Processes: clears)",
        ),
        *_phases(
            "Federal preference",
            "federal",
            FEDERAL,
            "Civil agencies follow the defence test for China, share falling to nothing",
            "ASSUMPTION: the law binds defence only; switch off to see its cost",
        ),
        *_phases(
            "Car makers' policy",
            "automotive",
            CAR_MAKERS,
            "Car makers take a falling share of magnets with any Chinese stage",
            "ASSUMPTION: no law; car makers' own targets; switch off to see its cost",
        ),
    ]


def _phases(rule: str, segment: str, shares: dict[int, float], text: str, notes: str) -> list[Row]:
    """One dated row a year; the share is of each calendar year's deliveries to a line."""
    return [
        row(
            POLICY,
            rule=rule,
            segments=segment,
            maximum_share=share,
            window="year",
            dated_by="delivery",
            from_=date(year, 1, 1),
            to=date(year, 12, 31),
            description=text,
            notes=notes,
        )
        for year, share in shares.items()
    ]


def rule_scope() -> list[Row]:
    """The Rule scope sheet: a line for each country and stage."""
    return [
        *_scope("DFARS 2019", COVERED, OLD_STAGES, OLD),
        *_scope("DFARS 2027", COVERED, NEW_STAGES, NEW),
        *_scope("Federal preference", ("China",), NEW_STAGES, POLICY),
        *_scope("Car makers' policy", ("China",), NEW_STAGES, POLICY),
    ]


def _scope(
    rule: str, countries: tuple[str, ...], stages: tuple[str, ...], source: Fact
) -> list[Row]:
    pairs = [(country, stage) for country in countries for stage in stages]
    return [
        row(source, rule=rule, line=number, country=country, stage=stage)
        for number, (country, stage) in enumerate(pairs, start=1)
    ]
