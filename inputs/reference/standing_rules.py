"""Rules that stand ready, switched off: other laws, other customers, exceptions of the law.

Each is switched on by ``active`` in its rows of Rules; scope lines follow. A waiver is a
process that clears, an exception by use is a line of demand with a segment of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from facts import Fact, assume, computed, fact, find
from magnets import QUALIFIED
from rows import Row, row
from rules import ASSUMED, DEFENCE, law

FORCED_LABOUR = Fact(
    0.0,
    "https://www.hoganlovells.com/en/publications/preparing-for-cbps-enforcement-of-the-uyghur-"
    "forced-labor-prevention-acts-rebuttable-presumption, in an excerpt; the act was not read",
    "low",
)
SPECIALTY = Fact(
    0.0,
    "https://github.com/GSA/GSA-Acquisition-DFARS dita/225.7003-1.dita to -3.dita, 2025-11-20; "
    "that 'melted' alone says it is our reading",
    "low",
)
OWN_WORKS = "Columbus works"
READY = "stands ready, switched off: "


@dataclass(frozen=True, slots=True)
class Standing:
    """A rule that is off: whom it binds, from when to when, and what to know about it."""

    name: str
    segments: str
    text: str
    notes: str
    source: Fact = ASSUMED
    first: date | None = None
    last: date | None = None


STANDING = (
    Standing(
        "Uyghur forced labour",
        "*",
        "Nothing that was in Xinjiang comes into the United States (UFLPA, Pub. L. 117-78); every "
        "Chinese mine counts as one",
        "the law presumes, the importer proves: strike the line of scope on Chinese mines once "
        "suppliers show the province in their history. What is refined in China at an unnamed "
        "place passes; listed entities go into Rule scope as owners. It binds importers: magnets "
        "recycled in the United States from scrap that is there already are cleared",
        FORCED_LABOUR,
        first=date(2022, 6, 21),
    ),
    Standing(
        "Chinese reagents",
        "*",
        "No reagent made in a covered country in any plant on the way",
        "no law asks it: scenario 'Chinese reagents barred' switches it on; reagents have the "
        "stage 'reagent', with none of a metal's stages. Oxide, metal and magnets that are bought "
        "do not state their makers' reagents, and pass",
    ),
    Standing(
        "Chinese equipment",
        "*",
        "Nothing made on equipment that a covered country's technology rules reach (scope: the own "
        "works alone, as an example)",
        "which plant runs on what is not public: name the sites in Rule scope; the buyer's own "
        "line stands there as an example",
    ),
    Standing(
        "Specialty metals",
        "defence SmCo",
        "Samarium-cobalt melted in the United States or a qualifying country (10 USC 4863)",
        "an allow-list: the scope is every country but these. An act of 2023 narrows, for mill "
        "products and components, what a qualifying country may send from 2025-12-22 on: ask "
        "counsel",
        SPECIALTY,
    ),
    Standing(
        "Entity of concern",
        "*",
        "From 2028: nothing touched by a plant whose owner sits in a covered country, wherever it "
        "stands",
        "stricter than the law, which looks at the taxpayer, its control (more than half) and a "
        "share of cost, and not at whoever touched a good; some customers ask it. A holding below "
        "control is not seen. From 2028 on, so that what is in store can be used up",
        law("feoc"),
        first=date(2028, 1, 1),
    ),
    Standing(
        f"Qualification of {OWN_WORKS}",
        DEFENCE,
        f"Defence takes no magnet of {OWN_WORKS} before the plant is qualified",
        "for all grades; what only defence takes has the date in Processes. For another plant a "
        "row here and a line of Rule scope; plants of one date are better in one rule, since "
        "each rule makes the search longer",
        last=QUALIFIED[OWN_WORKS] - timedelta(days=1),
    ),
)


def rules() -> list[Row]:
    """Rows of the Rules sheet, all off."""
    return [
        row(
            rule.source,
            rule=rule.name,
            active="no",
            segments=rule.segments,
            maximum_share=0,
            dated_by="delivery",
            from_=rule.first,
            to=rule.last,
            description=rule.text,
            notes=READY + rule.notes,
        )
        for rule in STANDING
    ]


def rule_scope() -> list[Row]:
    """Scope of the rules that are off."""
    lines: tuple[tuple[str, dict[str, object]], ...] = (
        ("Uyghur forced labour", {"site": "Xinjiang"}),
        ("Uyghur forced labour", {"country": "China", "stage": "mined"}),
        ("Chinese reagents", {"country": "covered", "stage": "reagent"}),
        ("Chinese equipment", {"site": OWN_WORKS, "stage": "produced"}),
        ("Specialty metals", {"country": "not USA, not qualifying", "stage": "melted"}),
        ("Entity of concern", {"owner_country": "covered"}),
        (f"Qualification of {OWN_WORKS}", {"site": OWN_WORKS, "stage": "produced"}),
    )
    numbers: dict[str, int] = {}
    rows = []
    for name, cells in lines:
        numbers[name] = numbers.get(name, 0) + 1
        rows.append(row(ASSUMED, rule=name, line=numbers[name], active="no", **cells))
    return rows


WAIVER = "take under a nonavailability determination"
WAIVED = "magnet EH"


def waiver_recipe() -> list[Row]:
    """What comes in goes out: only the papers change."""
    source = law("dfars_exc_nonavail")
    return [
        row(source, recipe=WAIVER, material=WAIVED, direction=way, quantity=1)
        for way in ("in", "out")
    ]


def waiver_process() -> list[Row]:
    """The waiver as a process that clears, off."""
    return [
        row(
            law("dfars_exc_nonavail"),
            assume(0),
            site="Columbus depot",
            recipe=WAIVER,
            active="no",
            cost=0,
            clears="DFARS 2027",
            maximum=10,
            from_=date(2027, 1, 1),
            to=date(2027, 12, 31),
            notes=READY + "DFARS 225.7018-4: for what a determination names, as many tonnes and "
            "as long as it says; 10 t of EH in 2027 are an example",
        )
    ]


def excepted_demand() -> list[Row]:
    """Uses that the law excepts: lines of demand with a segment that no law names, off."""
    electronics, abroad = law("dfars_exc_elec"), law("dfars_exc_sat")
    return [
        row(
            computed(0, electronics, assume(0)),
            line="defence SH in electronic devices",
            customer="Defence programmes",
            material="magnet SH",
            segment="defence electronics",
            active="no",
            quantity=5,
            shortage_penalty=900_000,
            notes=READY + "DFARS 225.7018-3(c)(2): take the tonnes off the line 'defence SH'; SmCo "
            "in such devices stays under 10 USC 4863",
        ),
        row(
            computed(0, abroad, assume(0)),
            line="defence SH bought abroad for use abroad",
            customer="Base in Europe",
            material="magnet SH",
            segment="defence abroad",
            active="no",
            quantity=2,
            shortage_penalty=900_000,
            notes=READY + "DFARS 225.7018-3(b): take the tonnes off the line 'defence SH'",
        ),
    ]


def european_limits() -> list[Row]:
    """The European benchmark as limits, off: not more than 65 % from one third country."""
    source = fact(find("rules", rule_id="eu_crma") | {"value": "0"})
    countries = ("United States", "Canada", "Malaysia", "Australia", "Japan", "Vietnam")
    return [
        row(
            source,
            limit=f"EU 65 %: NdPr oxide from {country}",
            active="no",
            measure="produced",
            country=country,
            material="NdPr oxide",
            as_="share",
            maximum=0.65,
            window="year",
            notes=READY + "after Regulation (EU) 2024/1252, Article 5(1)(b), which looks at what "
            "the Union consumes and binds no buyer: here, at the oxide that the plan's plants "
            "make. Switch all six on for separation; rows for other stages alike",
        )
        for country in countries
    ]
