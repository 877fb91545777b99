"""Rules in force: the law before and from 2027, and the company's own policy.

The law (10 USC 4872, DFARS 252.225-7052) is looked at on delivery: what is in a defence
delivery from 2027-01-01 on must pass the wider test whenever it was bought. The company's
policy is the same test for all that it sells elsewhere, in phases. Each scope line names a
stage, so that reagents, which have one of their own, are counted by no rule but theirs.
"""

from __future__ import annotations

from datetime import date, timedelta

from facts import Fact, assume, fact, find
from magnets import NEW_PLANTS, QUALIFIED
from rows import Row, row

COVERED = ("China", "Russia", "Iran", "North Korea")
OLD_STAGES = ("melted", "produced")
NEW_STAGES = ("mined", "refined", "separated", "melted", "produced")
DEFENCE = "defence; defence SmCo"
"""Samarium-cobalt has a segment of its own, since other laws look at it as well."""
CIVIL = "federal; automotive; wind; industrial; defence electronics; defence abroad"
"""All that no law binds: uses that the law excepts are under the company's policy too."""
ASSUMED = assume(0.0)

POLICY = {2027: 0.45, 2028: 0.20, 2029: 0.0, 2030: 0.0}
"""Largest share of a year's deliveries to a civil line that may have a covered stage."""


def law(rule_id: str) -> Fact:
    """A rule of ``rules.csv`` as a source."""
    cells = find("rules", rule_id=rule_id)
    return fact(cells | {"value": "0"})


OLD, NEW = law("dfars_pre"), law("dfars_2027")


def rules() -> list[Row]:
    """Rows of the Rules sheet that are in force."""
    return [
        row(
            OLD,
            rule="DFARS 2019",
            segments=DEFENCE,
            maximum_share=0,
            dated_by="delivery",
            from_=date(2019, 4, 30),
            to=date(2026, 12, 31),
            description="Magnets not melted or produced in a covered country",
            notes="binds what is delivered before 2027; metal-making is not 'melting' here",
        ),
        row(
            NEW,
            rule="DFARS 2027",
            segments=DEFENCE,
            maximum_share=0,
            dated_by="delivery",
            from_=date(2027, 1, 1),
            description="Magnets not mined, refined, separated, melted or produced in a covered "
            "country; NdFeB from the mining of neodymium, iron and boron on, SmCo from cobalt and "
            "samarium on, recycled feed included, as the clause of May 2024 has it",
            notes="that praseodymium, dysprosium and terbium count as well is a cautious reading: "
            "the paragraph names neodymium, iron and boron (scenario 'Dysprosium and terbium not "
            "counted'); bare magnets cannot use the exception for commercial off-the-shelf items; "
            "recycled NdFeB milled and sintered in the US is exempt (Processes: clears)",
        ),
        *_policy(),
        row(
            ASSUMED,
            rule="Qualification",
            segments="defence",
            maximum_share=0,
            dated_by="delivery",
            to=max(QUALIFIED[plant] for plant in NEW_PLANTS) - timedelta(days=1),
            description="Defence takes no magnet of a new plant before the plant is qualified",
            notes="ASSUMPTION: no date is published; plants that made magnets before are taken as "
            "qualified. What only defence takes has the date in Processes as well",
        ),
    ]


def _policy() -> list[Row]:
    """One dated row a year; the share is of each calendar year's deliveries to a line."""
    return [
        row(
            ASSUMED,
            rule="Company policy",
            segments=CIVIL,
            maximum_share=share,
            window="year",
            dated_by="delivery",
            from_=date(year, 1, 1),
            to=date(year, 12, 31) if year != max(POLICY) else None,
            description="The test of the law for all that the company sells elsewhere, phased "
            "while plants outside China are opening",
            notes="ASSUMPTION: the company's own; scenario 'Law only' leaves it out",
        )
        for year, share in POLICY.items()
    ]


def rule_scope() -> list[Row]:
    """Rule scope of the rules in force: a line for each country and stage."""
    return [
        *scope("DFARS 2019", COVERED, OLD_STAGES, OLD),
        *scope("DFARS 2027", COVERED, NEW_STAGES, NEW),
        *scope("Company policy", COVERED, NEW_STAGES, ASSUMED),
        *(
            row(ASSUMED, rule="Qualification", line=number, site=plant, stage="produced")
            for number, plant in enumerate(NEW_PLANTS, start=1)
        ),
    ]


def scope(
    rule: str, countries: tuple[str, ...], stages: tuple[str, ...], source: Fact
) -> list[Row]:
    """Lines of Rule scope: each country with each stage."""
    pairs = [(country, stage) for country in countries for stage in stages]
    return [
        row(source, rule=rule, line=number, country=country, stage=stage)
        for number, (country, stage) in enumerate(pairs, start=1)
    ]
