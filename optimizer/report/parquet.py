"""A study as Parquet: one file for each table of all its runs, written run by run."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from optimizer.atomic_write import replacing
from optimizer.errors import UsageError
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
TEXTS = ("text", "period")
"""Kinds of columns that hold text; all others hold numbers."""

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
    from optimizer.studies.run_outcome import LAYOUTS

    names = ("Runs", *(layout.name for layout in LAYOUTS.values()))
    return tuple(Path(folder) / f"{name}.parquet" for name in names)


def write_parquet(study: Study, folder: str | os.PathLike[str]) -> tuple[Path, ...]:
    """Write ``Runs.parquet`` and a file for each table of the runs; gives their paths.

    The first column of each is ``run``; runs without a plan are in ``Runs`` alone. A file that
    exists is replaced in one go. Raises UsageError if pyarrow is not installed, FileError if a
    file cannot be written.
    """
    from optimizer.studies.run_outcome import LAYOUTS

    check_parquet()
    first, *others = files = parquet_files(folder)
    _write_file(
        first,
        RUNS_FIELDS,
        (_run_columns(name, own) for name, own in study.outcomes.items()),
        study.run,
    )
    for path, layout in zip(others, LAYOUTS.values(), strict=True):
        _write_file(
            path, (RUN_FIELD, *layout.fields), _table_columns(study, layout.name), study.run
        )
    return files


def _run_columns(name: str, own: RunOutcome) -> TableColumns:
    from optimizer.studies.study import reason

    has_plan = own.objective is not None
    values = {
        "run": name,
        "status": own.status,
        "objective": own.objective,
        "gap": own.gap if has_plan else None,
        "wanted": own.wanted if has_plan else None,
        "short": own.short if has_plan else None,
        "seconds": own.seconds,
        "audit": own.audit,
        "reason": reason(own),
    }
    return {header: [value] for header, value in values.items()}


def _table_columns(study: Study, table: str) -> Iterator[TableColumns]:
    for name, own in study.outcomes.items():
        if table in own.tables:
            found = own.tables[table]
            cells = {header: found[header] for header in found.layout.headers}
            yield {"run": [name] * len(found), **cells}


def _write_file(
    path: Path, fields: Sequence[Field], parts: Iterable[TableColumns], run: str
) -> None:
    """Write one file; its metadata name the run of the command."""
    import pyarrow as pa
    from pyarrow.parquet import ParquetWriter

    schema = pa.schema(
        [(own.header, pa.string() if own.kind in TEXTS else pa.float64()) for own in fields],
        metadata={"run": run} if run else None,
    )
    with replacing(path, "Parquet file") as part, ParquetWriter(part, schema) as writer:
        for columns in parts:
            arrays = [pa.array(columns[own.name], own.type) for own in schema]
            writer.write_table(pa.Table.from_arrays(arrays, schema=schema))
