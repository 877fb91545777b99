"""Register of studies: one record for each, from which all others take what they need.

The command line makes its commands of it, ``study_commands`` calls the function, a study takes
its chart, and tests compare the pages and the guide with it. A new study is a file in this folder
and a record here. The register imports no study, so that the command line starts quickly.
"""

from __future__ import annotations

from dataclasses import dataclass

ChartColumns = tuple[str, str, tuple[str, ...]]
"""A chart: table, header of the names, headers of the values."""


@dataclass(frozen=True, slots=True)
class StudyOption:
    """An option of a study's command. One that is not given leaves the function's own default."""

    flag: str
    keyword: str
    """Keyword of the function."""
    help: str
    kind: str = "text"
    """``text``, ``list`` (may be repeated), ``count`` (from 1 on), ``whole`` (any whole number),
    ``share``, ``seconds``, ``date`` or ``switch``."""
    metavar: str = ""
    required: bool = False
    switches_to: bool = True
    """The value that a switch stands for."""
    label: str = ""
    """What the page calls it; blank: the words of the flag."""
    choices: tuple[str, ...] = ()
    """All that may stand in a list, if that is fixed."""
    choices_from: str = ""
    """Sheet and column of the workbook whose names may stand in a list."""


@dataclass(frozen=True, slots=True)
class RegisteredStudy:
    """What the rest of the package knows of a study before it is loaded."""

    command: str
    title: str
    """What the page calls it."""
    summary: str
    """What the command does, in a line of the list of commands."""
    overviews: tuple[str, ...]
    """Name of the first table; several where one command makes several kinds of study."""
    page_program: str = ""
    """File in ``report/page`` that draws the first view of its page. Blank: the page shows the
    chart and the tables."""
    function: str = ""
    """``module.function`` in this folder: it takes a case, ``settings`` and the keywords of the
    options, and gives a Study. Blank: the command has a file of its own in ``cli``."""
    details: str = ""
    """First sentences of the help of the command."""
    example: str = ""
    """A command line that works in the folder of the project."""
    options: tuple[StudyOption, ...] = ()
    tables: tuple[str, ...] = ()
    """All tables that it can make, the overview first."""
    chart: ChartColumns | None = None


RUN_LIMITS = (
    StudyOption(
        "--time-limit",
        "time_limit",
        "for each plan; default: Settings",
        "seconds",
        "S",
        label="time limit for each plan, in seconds",
    ),
    StudyOption(
        "--gap",
        "gap",
        "default: Settings",
        "share",
        "G",
        label="optimality gap, such as 0.1%",
    ),
)
"""Options that every study takes."""

PLAN_TABLES = ("Costs", "Shortage", "Offers", "Countries", "Plants", "Investment")
"""Tables of ``study.compared``, which put the plans of a study beside each other."""

SCENARIO_STUDY = RegisteredStudy(
    command="scenarios",
    title="Scenarios",
    summary="solve every scenario of a workbook and compare them",
    overviews=("Scenarios",),
    page_program="scenarios.js",
    function="scenario_comparison.scenarios",
    details="Solve the case and each scenario of the sheet Scenarios, and compare the "
    "plans: cost, shortage, purchases, plants, investment.",
    example="optimizer scenarios inputs/tutorial.xlsx",
    options=(
        StudyOption(
            "--only",
            "names",
            "this scenario; may be repeated (default: all)",
            "list",
            "NAME",
            label="only these scenarios",
            choices_from="Scenarios.scenario",
        ),
    ),
    tables=("Scenarios", *PLAN_TABLES),
    chart=("Scenarios", "scenario", ("cost", "short")),
)
STRESS_STUDY = RegisteredStudy(
    command="stress",
    title="Stress test",
    summary="lose each site, country, lane and offer in turn, and rank the costs",
    overviews=("Stress",),
    page_program="stress.js",
    function="stress_test.stress_from_keywords",
    details="Remove one site, country, lane or offer at a time, plan again without it, and rank "
    "the losses by cost and by shortage.",
    example="optimizer stress inputs/tutorial.xlsx --lose country --from 2027-Q3",
    options=(
        StudyOption(
            "--from",
            "first_period",
            "label of the first period of the loss (default: the first one)",
            metavar="PERIOD",
            label="first period of the loss, such as 2027-Q1",
        ),
        StudyOption(
            "--periods",
            "periods",
            "length of the loss in periods (default: to the end)",
            "count",
            "N",
            label="number of periods",
        ),
        StudyOption(
            "--freeze",
            "freeze_orders",
            "keep the orders of the periods before the loss, as if it were not foreseen",
            "switch",
            label="orders placed before the loss are kept",
        ),
        StudyOption(
            "--save-fixed-cost",
            "pay_fixed_cost",
            "the fixed cost of a lost plant ends too (default: it is still paid)",
            "switch",
            switches_to=False,
            label="fixed cost of lost plants ends too",
        ),
        StudyOption(
            "--lose",
            "kinds",
            "kind of what is lost: site, country, lane, offer or named; may be repeated "
            "(default: all)",
            "list",
            "KIND",
            label="what is lost in turn (named: offtakes that are not firm, an export stop, late "
            "starts)",
            choices=("site", "country", "lane", "offer", "named"),
        ),
    ),
    tables=("Stress", "Replaced by"),
    chart=("Stress", "loss", ("dearer by", "shorter by")),
)
FRONTIER_STUDY = RegisteredStudy(
    command="frontier",
    title="Cost frontier",
    summary="cost against a limit",
    overviews=("Frontier",),
    page_program="frontier.js",
    function="cost_frontier.frontier",
    details="Plans from the least cost to the lowest possible value of one measure: purchases from "
    "a country, supply that is not firm, tonnes short, capital, or any row of Limits.",
    example="optimizer frontier inputs/tutorial.xlsx --limit 'country = China'",
    options=(
        StudyOption(
            "--limit",
            "limit",
            "such as 'country = China', 'not firm', 'short' or 'capital', or as in Limits: "
            "'bought; material = NdPr oxide; as = tonnes'",
            metavar="TEXT",
            required=True,
            label="what is limited",
        ),
        StudyOption(
            "--points",
            "points",
            "number of plans (default: 7)",
            "count",
            "N",
            label="number of plans",
        ),
    ),
    tables=("Frontier", *PLAN_TABLES),
    chart=("Frontier", "found", ("cost", "short")),
)
ALTERNATIVES_STUDY = RegisteredStudy(
    command="alternatives",
    title="Alternatives",
    summary="other plans at nearly the least cost",
    overviews=("Alternatives",),
    page_program="alternatives.js",
    function="near_optimal_alternatives.alternatives",
    details="Other plans that cost little more than the least and differ from it as much as "
    "possible: least from each country, most from North America, fewest suppliers.",
    example="optimizer alternatives inputs/tutorial.xlsx --within 5%",
    options=(
        StudyOption(
            "--within",
            "within",
            "share of cost that may be added (default: 2%%)",
            "share",
            "G",
            label="share of cost that may be added",
        ),
    ),
    tables=("Alternatives", *PLAN_TABLES),
    chart=("Alternatives", "plan", ("cost", "short")),
)
STOCHASTIC_STUDY = RegisteredStudy(
    command="stochastic",
    title="One plan for several futures",
    summary="one plan for several scenarios: what to decide here and now",
    overviews=("Value",),
    page_program="stochastic.js",
    options=(
        StudyOption(
            "--until",
            "until",
            "decide here and now the purchases of periods that begin before this day, too "
            "(default: investment alone)",
            "date",
            "DATE",
            label="purchases of periods that begin before this day are decided now",
        ),
        StudyOption(
            "--supply",
            "supply",
            "make the scenarios from supply that is not firm: each such offer is delivered or "
            "fails",
            "switch",
            label="scenarios: supply that is not firm is delivered or fails",
        ),
        StudyOption(
            "--most",
            "most",
            "with --supply: number of scenarios, drawn if there are more (default: 64)",
            "count",
            "N",
            label="largest number of supply scenarios",
        ),
        StudyOption(
            "--seed",
            "seed",
            "with --supply: seed of the draw (default: 0)",
            "whole",
            "N",
            label="seed of the draw",
        ),
        StudyOption(
            "--cvar",
            "tail",
            "risk is the mean cost of the worst 1 - ALPHA of the futures (default: 0.9)",
            "share",
            "ALPHA",
            label="level of the risk measure: 0.9 is the mean cost of the worst 10 %",
        ),
        StudyOption(
            "--weight",
            "weight",
            "weight of risk beside the expected cost, from 0 to 1 (default: 0)",
            "share",
            "W",
            label="weight of risk, 0 to 1",
        ),
    ),
    tables=("Value", "Here and now", "By scenario"),
    chart=("By scenario", "scenario", ("cost", "base plan", "known in advance")),
)
COMPARISON_STUDY = RegisteredStudy(
    command="compare",
    title="Comparison",
    summary="list the differences between two plans or two inputs",
    overviews=("Cost changes", "Input changes"),
    page_program="changes.js",
    tables=("Cost changes", "Volume changes", "Changes by period", "Input changes"),
)

STUDY_REGISTER = {
    study.command: study
    for study in (
        SCENARIO_STUDY,
        STRESS_STUDY,
        FRONTIER_STUDY,
        ALTERNATIVES_STUDY,
        STOCHASTIC_STUDY,
        COMPARISON_STUDY,
    )
}
"""Every study by its command, in the order of the command line."""


def studies_of_many_runs() -> tuple[RegisteredStudy, ...]:
    """Studies whose command is made from their record."""
    return tuple(study for study in STUDY_REGISTER.values() if study.function)


def page_programs() -> tuple[str, ...]:
    """Files in ``report/page`` that draw the first view of a study, each once."""
    return tuple(study.page_program for study in STUDY_REGISTER.values() if study.page_program)
