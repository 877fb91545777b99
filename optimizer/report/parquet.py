"""A study as Parquet: a file for each table with the rows of all runs, written run by run."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from optimizer.atomic_write import replace_when_complete
from optimizer.errors import UsageError
from optimizer.report.formats import TEXT_KINDS
from optimizer.result.result_layouts import Field

if TYPE_CHECKING:
    from optimizer.studies import RunOutcome, Study

RUN_FIELD = Field("run", "text", "name of the run")
RUNS_FIELDS = (
    RUN_FIELD,
    Field("status", "text", "what the solver says"),
    Field("objective", "money", "present value of all costs"),
    Field("gap", "number", "relative gap to the best plan possible"),
    Field("wanted", "tonnes", "tonnes wanted, outlets left out"),
    Field("short", "tonnes", "tonnes not delivered, outlets left out"),
    Field("seconds", "number", "wall time"),
    Field("audit", "text", "verdict of the audit"),
    Field("reason", "text", "why there is no plan, or no proven one"),
)
TableColumns = Mapping[str, Sequence[Any]]


def check_parquet() -> None:
    """Raises UsageError if pyarrow is not installed; worth a call before a long study."""
    try:
        import pyarrow.parquet  # noqa: F401
    except ImportError:
        cure = "pip install 'magnet-sourcing-optimizer[parquet]'"
        raise UsageError(f"Parquet files need pyarrow, which is not installed: {cure}") from None


def parquet_files(folder: str | os.PathLike[str]) -> tuple[Path, ...]:
    """Paths of the files that :func:`write_parquet` writes into a folder."""
    from optimizer.studies.run_outcome import OUTCOME_LAYOUTS

    names = ("Runs", *(layout.name for layout in OUTCOME_LAYOUTS.values()))
    return tuple(Path(folder) / f"{name}.parquet" for name in names)


def write_parquet(study: Study, folder: str | os.PathLike[str]) -> tuple[Path, ...]:
    """Write ``Runs.parquet`` and a file for each table of the runs; gives their paths.

    The first column of each is ``run``; runs without a plan are only in ``Runs``. An existing
    file is replaced atomically. Raises UsageError if pyarrow is not installed, FileError if a
    file cannot be written.
    """
    from optimizer.studies.run_outcome import OUTCOME_LAYOUTS

    check_parquet()
    runs_file, *table_files = files = parquet_files(folder)
    _write_file(
        runs_file,
        RUNS_FIELDS,
        (_run_columns(name, outcome) for name, outcome in study.outcomes.items()),
        study.run,
    )
    for path, layout in zip(table_files, OUTCOME_LAYOUTS.values(), strict=True):
        _write_file(
            path, (RUN_FIELD, *layout.fields), _table_columns(study, layout.name), study.run
        )
    return files


def _run_columns(name: str, outcome: RunOutcome) -> TableColumns:
    from optimizer.studies.study import failure_reason

    has_plan = outcome.objective is not None
    values = {
        "run": name,
        "status": outcome.status,
        "objective": outcome.objective,
        "gap": outcome.gap if has_plan else None,
        "wanted": outcome.wanted if has_plan else None,
        "short": outcome.short if has_plan else None,
        "seconds": outcome.seconds,
        "audit": outcome.audit,
        "reason": failure_reason(outcome),
    }
    return {header: [value] for header, value in values.items()}


def _table_columns(study: Study, table: str) -> Iterator[TableColumns]:
    for name, outcome in study.outcomes.items():
        if table in outcome.tables:
            rows = outcome.tables[table]
            cells = {header: rows[header] for header in rows.layout.headers}
            yield {"run": [name] * len(rows), **cells}


def _write_file(
    path: Path, fields: Sequence[Field], parts: Iterable[TableColumns], run: str
) -> None:
    """Write one file; its metadata have the identifier of the command's run, if there is one."""
    import pyarrow as pa
    from pyarrow.parquet import ParquetWriter

    schema = pa.schema(
        [
            (field.header, pa.string() if field.kind in TEXT_KINDS else pa.float64())
            for field in fields
        ],
        metadata={"run": run} if run else None,
    )
    with replace_when_complete(path, "Parquet file") as part, ParquetWriter(part, schema) as writer:
        for columns in parts:
            arrays = [pa.array(columns[field.name], field.type) for field in schema]
            writer.write_table(pa.Table.from_arrays(arrays, schema=schema))
