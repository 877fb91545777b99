"""Result tables as Arrow tables, with the unit and meaning of each column in its metadata."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from optimizer.errors import UsageError
from optimizer.report.argument_checks import check_tables
from optimizer.report.data_columns import DataColumn, DataTable, data_tables
from optimizer.tables.text_matching import did_you_mean

if TYPE_CHECKING:
    from optimizer.plan import Result
    from optimizer.studies import Study


def check_parquet() -> None:
    """Raises UsageError if pyarrow is not installed; worth a call before a long study."""
    try:
        import pyarrow.parquet  # noqa: F401
    except ImportError:
        cure = "pip install 'magnet-sourcing-optimizer[parquet]'"
        raise UsageError(
            f"Parquet files and Arrow tables need pyarrow, which is not installed: {cure}"
        ) from None


def arrow_table(result: Result | Study, name: str) -> Any:
    """A table of a result or a study as a ``pyarrow.Table``, by its name.

    Metadata of each column are its unit and meaning. Behind a period stand its first and last
    day; ``Sites`` are the sites of a result with their coordinates. Raises UsageError if there
    is no such table, or if pyarrow is not installed.
    """
    check_parquet()
    check_tables(result)
    tables = data_tables(result)
    if not isinstance(name, str) or name not in tables:
        hint = did_you_mean(str(name), tables) or f"the tables are {', '.join(tables)}"
        raise UsageError(f"{name!r} is not a table here; {hint}")
    return arrow_of(tables[name])


def arrow_of(table: DataTable) -> Any:
    """The Arrow table of a table."""
    import pyarrow as pa

    schema = arrow_schema(table.columns, {"meaning": table.meaning})
    arrays = [
        pa.array(values, own.type, from_pandas=True)  # what is not known is null, not NaN
        for values, own in zip(table.values, schema, strict=True)
    ]
    return pa.Table.from_arrays(arrays, schema=schema)


def arrow_schema(columns: Iterable[DataColumn], metadata: Mapping[str, str]) -> Any:
    """The Arrow schema of columns; texts are strings, days dates, all else doubles."""
    import pyarrow as pa

    types = {"text": pa.string(), "date": pa.date32(), "number": pa.float64()}
    fields = [
        pa.field(
            own.name,
            types[own.kind],
            metadata={"unit": own.unit, "meaning": own.meaning},
        )
        for own in columns
    ]
    return pa.schema(fields, metadata={key: value for key, value in metadata.items() if value})
