"""The page of a study: its runs, its tables, and its findings in sentences."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from optimizer.atomic_write import FileTarget, write_when_complete
from optimizer.report.argument_checks import check_study
from optimizer.report.excel_values import clean, finite
from optimizer.report.page.embedded_tables import embedded_tables
from optimizer.report.page.html_file import PAGE_FILE_KIND, html_page
from optimizer.studies.study_register import page_programs
from optimizer.version import __version__

if TYPE_CHECKING:
    from optimizer.studies import RunOutcome, Study

STUDY_PROGRAMS = ("pieces.js", "runs.js", *page_programs(), "tables.js", "study.js")
"""Programs of the page of a study, in their order."""


def write_study_page(study: Study, path: FileTarget) -> None:
    """Write the page of a study: one HTML file that opens without a network.

    Its tables are those of the study's workbook. An existing file is replaced atomically.
    Raises FileError if the file cannot be written, UsageError for anything but a study.
    """
    check_study(study)
    with write_when_complete(path, PAGE_FILE_KIND) as file:
        file.write(study_page(study))


def study_page(study: Study) -> bytes:
    """HTML of the page of a study."""
    data = study_data(study)
    return html_page(data, f"{data['case']}: {data['title']}", "the study", STUDY_PROGRAMS)


def study_data(study: Study) -> dict[str, Any]:
    """Data of the page of a study, ready for JSON."""
    return {
        "case": clean(study.case),
        "title": clean(study.title),
        "currency": clean(study.currency),
        "axis": {"labels": [clean(label) for label in study.span], "joined": ""},
        "runs": [_run(name, outcome) for name, outcome in study.outcomes.items()],
        "materials": _materials(study),
        "notes": [clean(note) for note in study.notes],
        "words": [clean(sentence) for sentence in study.words],
        "chart": study.chart,
        "sheets": embedded_tables(study.tables, clean(study.currency)),
        "made": date.today().isoformat(),
        "version": __version__,
        "run": clean(study.run),
    }


def _materials(study: Study) -> list[str]:
    """Materials that are bought in any run, by what is paid for them; the largest first."""
    paid: dict[str, float] = {}
    for outcome in study.outcomes.values():
        purchases = outcome.tables.get("Purchases")
        if purchases is not None:
            for material, cost in zip(purchases["material"], purchases["cost"], strict=True):
                paid[clean(material)] = paid.get(clean(material), 0.0) + cost
    return sorted(paid, key=paid.__getitem__, reverse=True)


def _run(name: str, outcome: RunOutcome) -> dict[str, Any]:
    """Figures of a run; ``give`` has the changes that would repair one without a plan."""
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
