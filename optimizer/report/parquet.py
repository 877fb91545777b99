"""Studies and results as Parquet: one file for each table; that of a study run by run."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from optimizer.atomic_write import replacing
from optimizer.report.arrow_tables import arrow_of, arrow_schema, check_parquet
from optimizer.report.data_columns import data_columns, data_tables, data_values
from optimizer.report.what_is_written import check_folder, check_tables
from optimizer.result.result_layouts import Field, Layout

if TYPE_CHECKING:
    from optimizer.plan import Result
    from optimizer.studies import RunOutcome, Study

RUN = Field("run", "text", "name of the run")
RUNS = (
    RUN,
    Field("status", "text", "what the solver says"),
    Field("objective", "money", "present value of all costs"),
    Field("gap", "number", "relative gap to the best plan possible"),
    Field("wanted", "tonnes", "tonnes wanted, outlets left out"),
    Field("short", "tonnes", "tonnes not delivered, outlets left out"),
    Field("seconds", "number", "wall time"),
    Field("audit", "text", "verdict of the audit"),
    Field("reason", "text", "why there is no plan, or no proven one"),
)
Columns = Mapping[str, Sequence[Any]]


def parquet_files(folder: str | os.PathLike[str]) -> tuple[Path, ...]:
    """Paths of the files that :func:`write_parquet` writes into a folder."""
    from optimizer.studies.run_outcome import LAYOUTS

    names = ("Runs", *(layout.name for layout in LAYOUTS.values()))
    return tuple(Path(folder) / f"{name}.parquet" for name in names)


def write_parquet(study: Study | Result, folder: str | os.PathLike[str]) -> tuple[Path, ...]:
    """Write a Parquet file for each table of a study or a result; gives their paths.

    Of a study these are ``Runs.parquet`` and the tables of all runs, whose first column is
    ``run``; runs without a plan are in ``Runs`` alone. Of a result they are its tables and
    ``Sites.parquet``. Metadata of each column are its unit and meaning. A file that exists is
    replaced in one go. Raises UsageError if pyarrow is not installed or for anything but a study
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
        with replacing(path, "Parquet file") as part:
            write_table(made, part)
    return files


def _write_study(study: Study, folder: str | os.PathLike[str]) -> tuple[Path, ...]:
    from optimizer.studies.run_outcome import LAYOUTS

    first, *others = files = parquet_files(folder)
    runs = (_run(name, own) for name, own in study.outcomes.items())
    _write(first, Layout("Runs", "The runs of the study.", RUNS), runs, study)
    for path, layout in zip(others, LAYOUTS.values(), strict=True):
        longer = Layout(layout.name, layout.meaning, (RUN, *layout.fields))
        _write(path, longer, _rows(study, layout.name), study)
    return files


def _run(name: str, own: RunOutcome) -> Columns:
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


def _rows(study: Study, table: str) -> Iterator[Columns]:
    for name, own in study.outcomes.items():
        if table in own.tables:
            found = own.tables[table]
            cells = {header: found[header] for header in found.layout.headers}
            yield {"run": [name] * len(found), **cells}


def _write(path: Path, layout: Layout, parts: Iterable[Columns], study: Study) -> None:
    """Write one file; its metadata name the run of the command."""
    import pyarrow as pa
    from pyarrow.parquet import ParquetWriter

    columns = data_columns(layout.fields, study.currency, layout.name)
    schema = arrow_schema(columns, {"meaning": layout.meaning, "run": study.run})
    with replacing(path, "Parquet file") as part, ParquetWriter(part, schema) as writer:
        for values in parts:
            own = zip(data_values(layout.fields, values), schema, strict=True)
            arrays = [pa.array(column, field.type) for column, field in own]
            writer.write_table(pa.Table.from_arrays(arrays, schema=schema))
