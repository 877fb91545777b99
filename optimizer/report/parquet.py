"""Studies and results as Parquet: a file for each table; those of a study run by run."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from optimizer.atomic_write import replace_when_complete
from optimizer.report.argument_checks import check_folder, check_tables
from optimizer.report.arrow_tables import arrow_of, arrow_schema, check_parquet
from optimizer.report.data_columns import SITES_TABLE, data_columns, data_tables, data_values
from optimizer.result.price_layouts import LAYOUTS_ON_REQUEST
from optimizer.result.result_layouts import RESULT_LAYOUTS, Field, Layout

if TYPE_CHECKING:
    from optimizer.plan import Result
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


def result_parquet_files(folder: str | os.PathLike[str]) -> tuple[Path, ...]:
    """Paths of all files that :func:`write_parquet` may write of a result into a folder."""
    names = (*RESULT_LAYOUTS, *LAYOUTS_ON_REQUEST, SITES_TABLE)
    return tuple(Path(folder) / f"{name}.parquet" for name in names)


def parquet_files(folder: str | os.PathLike[str]) -> tuple[Path, ...]:
    """Paths of the files that :func:`write_parquet` writes of a study into a folder."""
    from optimizer.studies.run_outcome import OUTCOME_LAYOUTS

    names = ("Runs", *(layout.name for layout in OUTCOME_LAYOUTS.values()))
    return tuple(Path(folder) / f"{name}.parquet" for name in names)


def write_parquet(study: Study | Result, folder: str | os.PathLike[str]) -> tuple[Path, ...]:
    """Write a Parquet file for each table of a study or a result; returns their paths.

    Files of a study are ``Runs.parquet`` and the tables of all runs, whose first column is
    ``run``; runs without a plan are only in ``Runs``. Files of a result are its tables and
    ``Sites.parquet``. The metadata of each column are its unit and meaning. An existing file is
    replaced atomically. Raises UsageError if pyarrow is not installed or for anything but a study
    or a result, FileError if a file cannot be written.
    """
    from optimizer.studies import Study

    check_parquet()
    check_tables(study)
    check_folder(folder)
    return _write_study(study, folder) if isinstance(study, Study) else _write_result(study, folder)


def _write_result(result: Result, folder: str | os.PathLike[str]) -> tuple[Path, ...]:
    from pyarrow.parquet import write_table

    tables = data_tables(result)
    files = tuple(Path(folder) / f"{name}.parquet" for name in tables)
    for path, table in zip(files, tables.values(), strict=True):
        made = arrow_of(table)
        if result.run:
            made = made.replace_schema_metadata({**made.schema.metadata, "run": result.run})
        with replace_when_complete(path, "Parquet file") as part:
            write_table(made, part)
    return files


def _write_study(study: Study, folder: str | os.PathLike[str]) -> tuple[Path, ...]:
    from optimizer.studies.run_outcome import OUTCOME_LAYOUTS

    runs_file, *table_files = files = parquet_files(folder)
    runs = (_run_columns(name, outcome) for name, outcome in study.outcomes.items())
    _write_file(runs_file, Layout("Runs", "The runs of the study.", RUNS_FIELDS), runs, study)
    for path, layout in zip(table_files, OUTCOME_LAYOUTS.values(), strict=True):
        with_run = Layout(layout.name, layout.meaning, (RUN_FIELD, *layout.fields))
        _write_file(path, with_run, _table_columns(study, layout.name), study)
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


def _write_file(path: Path, layout: Layout, parts: Iterable[TableColumns], study: Study) -> None:
    """Write one file; its metadata have the identifier of the command's run, if there is one."""
    import pyarrow as pa
    from pyarrow.parquet import ParquetWriter

    columns = data_columns(layout.fields, study.currency, layout.name)
    schema = arrow_schema(columns, {"meaning": layout.meaning, "run": study.run})
    with replace_when_complete(path, "Parquet file") as part, ParquetWriter(part, schema) as writer:
        for values in parts:
            rows = zip(data_values(layout.fields, values), schema, strict=True)
            arrays = [pa.array(column, field.type, from_pandas=True) for column, field in rows]
            writer.write_table(pa.Table.from_arrays(arrays, schema=schema))
