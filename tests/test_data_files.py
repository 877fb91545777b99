"""A result as Parquet, CSV and Arrow: values, units, and days beside period labels."""

from __future__ import annotations

import csv
from datetime import date

import pytest

import optimizer
from optimizer.tables.dates import Horizon, days_of_label
from tests.conftest import make, need, offer, plan, site

SITES = [
    site("Kaz", "Kazakhstan", latitude=48.5, longitude=66.9),
    site("Buyer", "USA", notes="=1+1"),
]
LANES = [{"from site": "Kaz", "to site": "Buyer", "material": "*", "cost": 2}]


@pytest.fixture(scope="module")
def result():
    return plan(Sites=SITES, Lanes=LANES, Supply=[offer("=kaz, 1", price=0.1)], Demand=[need(10)])


def rows_of(path):
    with path.open(encoding="utf-8", newline="") as file:
        return [*csv.DictReader(file)]


def test_csv_holds_every_table_with_all_digits_and_units(result, tmp_path):
    files = optimizer.write_csv(result, tmp_path / "new")
    assert {path.stem for path in files} == {*result.tables, "Sites", "Columns"}
    assert {*files} == {*(tmp_path / "new").iterdir()}
    (bought,) = rows_of(tmp_path / "new" / "Purchases.csv")
    assert bought["offer"] == "=kaz, 1"
    assert float(bought["price"]) == 0.1
    assert (bought["period"], bought["period start"]) == ("2027", "2027-01-01")
    assert bought["period end"] == "2027-12-31"
    units = {
        (row["table"], row["column"]): row["unit"]
        for row in rows_of(tmp_path / "new" / "Columns.csv")
    }
    assert units["Purchases", "tonnes"] == "t"
    assert units["Purchases", "price"] == "USD/t"
    assert units["Sites", "latitude"] == "degrees north"


def test_csv_of_a_study_holds_its_tables(tmp_path):
    study = optimizer.alternatives(make(Supply=[offer("kaz")], Demand=[need(10)]), 0.1)
    files = optimizer.write_csv(study, tmp_path)
    assert {path.stem for path in files} == {*study.tables, "Columns"}


def test_a_site_has_its_coordinates_or_none(result, tmp_path):
    optimizer.write_csv(result, tmp_path)
    kaz, buyer = rows_of(tmp_path / "Sites.csv")
    assert (kaz["latitude"], kaz["longitude"]) == ("48.5", "66.9")
    assert (buyer["latitude"], buyer["longitude"]) == ("", "")


@pytest.mark.parametrize("months", [1, 3, 6, 12])
def test_the_days_of_a_label_are_those_of_its_period(months):
    horizon = Horizon(date(2027, 1, 1), months, 24)
    for t in range(horizon.count):
        first, last = days_of_label(horizon.label(t))
        assert first == horizon.first(t)
        assert (horizon.first(t + 1) - last).days == 1


@pytest.mark.parametrize("text", ["", "horizon", "2027-Q5", "2027-13", "2027-H0", "0000", "2027 "])
def test_another_text_has_no_days(text):
    assert days_of_label(text) is None


def test_what_is_no_result_is_refused(result, tmp_path):
    with pytest.raises(optimizer.UsageError, match="a Result or a Study is written here"):
        optimizer.write_csv(result.case, tmp_path)
    with pytest.raises(optimizer.UsageError, match="the folder of the files is a path, and a None"):
        optimizer.write_csv(result, None)
    pytest.importorskip("pyarrow")
    with pytest.raises(optimizer.UsageError, match="a Result or a Study is written here"):
        optimizer.write_parquet(result.case, tmp_path)


def test_an_arrow_table_has_units_and_days(result):
    pyarrow = pytest.importorskip("pyarrow")
    table = optimizer.arrow_table(result, "Purchases")
    assert table.schema.field("cost").metadata[b"unit"] == b"USD"
    assert table.schema.field("order by").type == pyarrow.date32()
    (row,) = table.to_pylist()
    assert (row["tonnes"], row["cost"]) == (10, 1)
    assert (row["period start"], row["period end"]) == (date(2027, 1, 1), date(2027, 12, 31))
    sites = optimizer.arrow_table(result, "Sites").to_pylist()
    assert [each["latitude"] for each in sites] == [48.5, None]


def test_a_table_that_is_not_there_has_a_hint(result):
    pytest.importorskip("pyarrow")
    with pytest.raises(optimizer.UsageError, match="did you mean 'Purchases'"):
        optimizer.arrow_table(result, "Purchase")


def test_every_table_of_a_result_is_a_parquet_file(result, tmp_path):
    parquet = pytest.importorskip("pyarrow.parquet")
    files = optimizer.write_parquet(result, tmp_path)
    assert {path.stem for path in files} == {*result.tables, "Sites"}
    for path in files:
        assert parquet.read_table(path).equals(optimizer.arrow_table(result, path.stem))
