"""The page of a study: its tables, what failed, and what was found in sentences."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from optimizer.atomic_write import Target, writing
from optimizer.report.excel_values import clean, finite
from optimizer.report.page.embedded_tables import sheets
from optimizer.report.page.html_file import WHAT, whole
from optimizer.report.what_is_written import check_study
from optimizer.version import __version__

if TYPE_CHECKING:
    from optimizer.studies import RunOutcome, Study

PROGRAMS = (
    "pieces.js",
    "runs.js",
    "scenarios.js",
    "stress.js",
    "frontier.js",
    "alternatives.js",
    "stochastic.js",
    "changes.js",
    "tables.js",
    "study.js",
)
"""Parts of the program of a study's page, in the order in which they stand in it."""


def write_study_page(study: Study, path: Target) -> None:
    """Write the page of a study: one HTML file that opens without a network.

    Its tables are those of the study's workbook. An existing file is replaced in one go.
    Raises FileError if the file cannot be written, UsageError for anything but a study.
    """
    check_study(study)
    with writing(path, WHAT) as file:
        file.write(study_page(study))


def study_page(study: Study) -> bytes:
    """The whole page of a study."""
    data = study_data(study)
    return whole(data, f"{data['case']}: {data['title']}", "the study", PROGRAMS)


def study_data(study: Study) -> dict[str, Any]:
    """Everything that the page of a study holds, ready for JSON."""
    return {
        "case": clean(study.case),
        "title": clean(study.title),
        "currency": clean(study.currency),
        "axis": {"labels": [clean(label) for label in study.span], "joined": ""},
        "runs": [_run(name, each) for name, each in study.outcomes.items()],
        "materials": _materials(study),
        "notes": [clean(note) for note in study.notes],
        "words": [clean(sentence) for sentence in study.words],
        "chart": study.chart,
        "sheets": sheets(study.tables),
        "made": date.today().isoformat(),
        "version": __version__,
        "run": clean(study.run),
    }


def _materials(study: Study) -> list[str]:
    """Materials that are bought, those first that most is paid for."""
    paid: dict[str, float] = {}
    for outcome in study.outcomes.values():
        bought = outcome.tables.get("Purchases")
        if bought is not None:
            for material, cost in zip(bought["material"], bought["cost"], strict=True):
                paid[clean(material)] = paid.get(clean(material), 0.0) + cost
    return sorted(paid, key=paid.__getitem__, reverse=True)


def _run(name: str, outcome: RunOutcome) -> dict[str, Any]:
    """A run in a few figures; ``give`` is what would have to give where it has no plan."""
    return {
        "name": clean(name),
        "status": clean(outcome.status),
        "solved": outcome.solved,
        "why": clean(outcome.why),
        "cost": finite(outcome.objective),
        "short": finite(outcome.short),
        "wanted": finite(outcome.wanted),
        "give": [clean(change) for change in outcome.repairs],
    }
