"""Result of a study: tables with the plans beside each other, and sentences."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from optimizer.html_cards import CardFigure, card
from optimizer.result import Table
from optimizer.result.number_text import shortage_text
from optimizer.result.result_layouts import Field, Layout, table
from optimizer.result.result_table import frame_of
from optimizer.studies.run_outcome import RunOutcome

if TYPE_CHECKING:
    import pandas as pd

BASE_RUN = "base"
"""Name of the run of the base case."""
NEGLIGIBLE_AMOUNT = 1e-7
"""Amounts over the whole horizon that count as zero: the solver's feasibility tolerance."""

AmountKey = tuple[Any, ...]
Amounts = Mapping[AmountKey, float]


@dataclass(frozen=True, slots=True, repr=False)
class Study:
    """Several plans beside each other. Money is in the case's currency, quantities in tonnes."""

    title: str
    """Name of the study for a reader."""
    case: str
    """Name of the case."""
    currency: str
    outcomes: Mapping[str, RunOutcome] = field(repr=False)
    """Outcome of each run, by its name; the base case is ``base``."""
    tables: Mapping[str, Table]
    """Tables by name, the overview first."""
    notes: tuple[str, ...] = ()
    """Sentences that a reader must know."""
    chart: tuple[str, str, tuple[str, ...]] | None = None
    """Chart of the overview: table, header of the names, headers of the values."""
    achieved: Mapping[str, str] = field(default_factory=dict)
    """What a run was made for and has got, in a few words, by the name of the run."""
    words: tuple[str, ...] = ()
    """Findings in sentences, where figures do not show them."""
    periods: tuple[str, ...] = ()
    """Labels of the periods, of a study without runs."""
    run: str = ""
    """Name of the command's run, which each of its files has."""

    def __repr__(self) -> str:
        return f"<Study {self.title!r} of {self.case!r}: {self._state}; {', '.join(self.tables)}>"

    def _repr_html_(self) -> str:
        """A card for a notebook: how many runs have a plan, notes, and the overview."""
        mark = "good" if self.solved else "doubtful"
        title = ": ".join(filter(None, (self.case, self.title)))
        runs = CardFigure("Runs", f"{len(self.outcomes):,}", " to ".join(self._ends()))
        tables = CardFigure("Tables", f"{len(self.tables):,}", ", ".join(self.tables))
        lists = [("Findings", self.words), ("Notes", self.notes)]
        overview = next(iter(self.tables.values()), None)
        html = overview._repr_html_() if overview is not None else ""
        return card(title, self._state, mark, [runs, tables], lists) + html

    @property
    def _state(self) -> str:
        solved = sum(each.solved for each in self.outcomes.values())
        if not self.outcomes:
            return "no runs of its own"
        return f"{solved:,} of {len(self.outcomes):,} runs have a plan that passed its audit"

    def _ends(self) -> tuple[str, ...]:
        """Labels of the first and the last period."""
        return tuple(dict.fromkeys((*self.span[:1], *self.span[-1:])))

    def frame(self, name: str) -> pd.DataFrame:
        """A table as a DataFrame, by its name. Raises UsageError if there is none of that name."""
        return frame_of(self.tables, name)

    @property
    def solved(self) -> bool:
        """True if every run has a plan that passed the audit."""
        return all(each.solved for each in self.outcomes.values())

    @property
    def span(self) -> tuple[str, ...]:
        """Labels of the periods: those of its own, or of the first run that has a plan."""
        return self.periods or next(
            (each.periods for each in self.outcomes.values() if each.periods), ()
        )

    def lines(self) -> list[str]:
        """A line for each run: cost, change from the base, tonnes short; or why it has no plan."""
        return [
            f"{name}: {self._line(name, each)}"
            + (f"; {self.achieved[name]}" if name in self.achieved else "")
            for name, each in self.outcomes.items()
        ]

    def _line(self, name: str, outcome: RunOutcome) -> str:
        if not outcome.solved or outcome.objective is None:
            return failure_reason(outcome)
        base = self.outcomes[BASE_RUN].objective if BASE_RUN in self.outcomes else None
        more = ""
        if base and name != BASE_RUN:
            change = f"{100 * (outcome.objective - base) / abs(base):+,.2f} %"
            more = " (no change)" if float(change[:-2].replace(",", "")) == 0 else f" ({change})"
        return f"{outcome.objective:,.2f} {self.currency}{more}, {shortage_text(outcome.short)}"

    def to_data(self) -> dict[str, Any]:
        """Plain data that JSON can hold: status, runs, overview, notes."""
        first = next(iter(self.tables.values()))
        return {
            "status": "solved" if self.solved else "partly solved",
            "title": self.title,
            "currency": self.currency,
            "run": self.run,
            "runs": {
                name: {"status": each.status, "objective": each.objective, "short": each.short}
                for name, each in self.outcomes.items()
            },
            "overview": list(first.records()),
            "notes": list(self.notes),
        }


def covered(outcome: RunOutcome) -> float | None:
    """Share of demand that is delivered; None without a plan or demand."""
    if outcome.objective is None or not outcome.wanted:
        return None
    return 1.0 - outcome.short / outcome.wanted


def failure_reason(outcome: RunOutcome) -> str:
    """Why there is no plan, or no proven one, in a sentence; empty if there is one."""
    if not outcome.why or not outcome.audit_passed:
        return outcome.why
    return ". ".join((outcome.why, *outcome.repairs))


def amounts(
    outcome: RunOutcome, name: str, keys: Sequence[str], value: str, per: str = ""
) -> dict[AmountKey, float]:
    """Sums of a column by key columns; with ``per`` divided by the sums of that column."""
    if name not in outcome.tables:
        return {}
    source = outcome.tables[name]
    sums: dict[AmountKey, float] = {}
    divisors: dict[AmountKey, float] = {}
    divisor_column = source[per] if per else source[value]
    rows = zip(*(source[key] for key in keys), strict=True)
    for key, amount, divisor in zip(rows, source[value], divisor_column, strict=True):
        sums[key] = sums.get(key, 0.0) + amount
        divisors[key] = divisors.get(key, 0.0) + divisor
    if per:
        return {key: sums[key] / divisors[key] if divisors[key] else 0.0 for key in sums}
    return sums


def built_numbers(outcome: RunOutcome) -> dict[AmountKey, float]:
    """How many, or how much, is built of each option, with its sites.

    An option counts once in a period, however many sites and units it adds to.
    """
    if "Investment" not in outcome.tables:
        return {}
    source = outcome.tables["Investment"]
    sites: dict[str, dict[str, None]] = {}
    numbers: dict[str, dict[str, float]] = {}
    columns = (source[header] for header in ("option", "site", "period", "number"))
    for option, site, period, number in zip(*columns, strict=True):
        sites.setdefault(option, {})[site] = None
        numbers.setdefault(option, {})[period] = number
    return {
        (option, ", ".join(sites[option])): sum(by_period.values())
        for option, by_period in numbers.items()
    }


def side_by_side(
    name: str,
    meaning: str,
    keys: Sequence[str],
    kind: str,
    outcomes: Mapping[str, RunOutcome],
    amounts_of: Callable[[RunOutcome], Amounts],
) -> Table:
    """A row for each key, a column for each run, then one for its difference to the base.

    Cells of a run without a plan are blank; rows that are zero in every run are left out.
    """
    by_run = {run: amounts_of(each) for run, each in outcomes.items()}
    solved = {run for run, each in outcomes.items() if each.objective is not None}
    names = unique(
        [*keys, *outcomes, *(f"{run} less {BASE_RUN}" for run in outcomes if run != BASE_RUN)]
    )
    headers = iter(names[len(keys) :])
    fields = [Field(names[place], "text", key) for place, key in enumerate(keys)]
    fields += [Field(next(headers), kind, f"in {run}") for run in outcomes]
    fields += [
        Field(next(headers), kind, f"in {run}, less in the base case")
        for run in outcomes
        if run != BASE_RUN
    ]
    rows = []
    for key in dict.fromkeys(key for run_amounts in by_run.values() for key in run_amounts):
        cells = {run: by_run[run].get(key, 0.0) if run in solved else None for run in outcomes}
        if not any(abs(value or 0.0) > NEGLIGIBLE_AMOUNT for value in cells.values()):
            continue
        base = cells[BASE_RUN]
        differences = [
            None if value is None or base is None else value - base
            for run, value in cells.items()
            if run != BASE_RUN
        ]
        rows.append((*key, *cells.values(), *differences))
    return table(Layout(name, meaning, tuple(fields)), rows)


def unique(names: Iterable[str]) -> list[str]:
    """Names made distinct by a number; Excel's headers must differ in more than case."""
    taken: set[str] = set()
    result = []
    for name in names:
        candidate, number = name, 1
        while candidate.casefold() in taken:
            number += 1
            candidate = f"{name} ({number})"
        taken.add(candidate.casefold())
        result.append(candidate)
    return result


def comparison_tables(outcomes: Mapping[str, RunOutcome]) -> dict[str, Table]:
    """Tables that compare plans: cost, shortage, purchases, plants, investment."""
    tables = (
        side_by_side(
            "Costs",
            "Present value by category, and the difference from the base case.",
            ("category",),
            "money",
            outcomes,
            lambda each: amounts(each, "Costs", ("category",), "discounted"),
        ),
        side_by_side(
            "Shortage",
            "Tonnes short over the horizon, by demand line; without outlets.",
            ("line", "customer", "material"),
            "tonnes",
            outcomes,
            lambda each: amounts(each, "Demand", ("line", "customer", "material"), "short"),
        ),
        side_by_side(
            "Offers",
            "Tonnes bought over the horizon, by offer.",
            ("offer", "site", "country", "material"),
            "tonnes",
            outcomes,
            lambda each: amounts(
                each, "Purchases", ("offer", "site", "country", "material"), "tonnes"
            ),
        ),
        side_by_side(
            "Countries",
            "Tonnes bought over the horizon, by country of the seller and material.",
            ("country", "material"),
            "tonnes",
            outcomes,
            lambda each: amounts(each, "Purchases", ("country", "material"), "tonnes"),
        ),
        side_by_side(
            "Plants",
            "Share of each unit's capacity that is used over the horizon.",
            ("site", "unit"),
            "share",
            outcomes,
            lambda each: amounts(each, "Utilisation", ("site", "unit"), "used", "capacity"),
        ),
        side_by_side(
            "Investment",
            "How many, or how much, is built of each option over the horizon.",
            ("option", "site"),
            "number",
            outcomes,
            built_numbers,
        ),
    )
    return {each.layout.name: each for each in tables if len(each) or each is not tables[-1]}
