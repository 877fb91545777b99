"""Studies as Parquet files: the rows of every run, in one file for each table."""

from __future__ import annotations

import json
import sys

import pytest

import optimizer
from optimizer.cli import main
from optimizer.report import check_parquet, write_parquet
from tests.conftest import make, need, offer, save

pytest.importorskip("pyarrow")


@pytest.fixture(scope="module")
def study():
    # 10 t: 6 at 5 and 4 at 7 are 58; at a price of 9 instead of 7, 66; none without the second.
    change = {"sheet": "Supply", "where": "offer = dear", "change": "set"}
    return optimizer.scenarios(
        make(
            Supply=[offer("kaz", price=5, maximum=6), offer("dear", price=7, maximum=9)],
            Demand=[{**need(10), "minimum": 1}],
            Scenarios=[
                {"scenario": "dearer", "column": "price", "value": 9, **change},
                {"scenario": "gone", "column": "maximum", "value": 0, **change},
            ],
        )
    )


def test_every_run_is_told_with_or_without_a_plan(study, tmp_path):
    import pandas as pd

    files = write_parquet(study, tmp_path / "new")
    assert {path.name for path in files} == {path.name for path in (tmp_path / "new").iterdir()}
    runs = pd.read_parquet(tmp_path / "new" / "Runs.parquet").set_index("run")
    assert runs["objective"].to_dict() == pytest.approx(
        {"base": 58, "dearer": 66, "gone": float("nan")}, nan_ok=True
    )
    assert runs["status"].to_dict() == {
        "base": "optimal",
        "dearer": "optimal",
        "gone": "infeasible",
    }
    assert runs["reason"]["gone"].startswith("no plan meets every hard limit")


def test_the_rows_of_all_runs_stand_in_one_file(study, tmp_path):
    import pandas as pd

    write_parquet(study, tmp_path)
    bought = pd.read_parquet(tmp_path / "Purchases.parquet")
    rows = bought[["run", "offer", "period", "tonnes", "cost"]].itertuples(index=False, name=None)
    assert [*rows] == [
        ("base", "kaz", "2027", 6, 30),
        ("base", "dear", "2027", 4, 28),
        ("dearer", "kaz", "2027", 6, 30),
        ("dearer", "dear", "2027", 4, 36),
    ]


def test_a_table_without_rows_has_its_columns(study, tmp_path):
    import pandas as pd

    write_parquet(study, tmp_path)
    empty = pd.read_parquet(tmp_path / "Investment.parquet")
    days = ["period start", "period end"]
    assert list(empty) == ["run", "option", "site", "period", *days, "number", "capital"]
    assert len(empty) == 0


def test_files_are_replaced_and_nothing_else_is_left(study, tmp_path):
    first = write_parquet(study, tmp_path)
    before = [path.read_bytes() for path in first]
    assert write_parquet(study, tmp_path) == first
    assert [path.read_bytes() for path in first] == before
    assert {*tmp_path.iterdir()} == {*first}


def test_the_command_writes_them_beside_the_workbook(tmp_path, capsys):
    case = save(tmp_path / "case.xlsx", Supply=[offer("kaz", price=5)], Demand=[need(10)])
    words = ["frontier", str(case), "--limit", "short", "--points", "2", "--parquet", "--json"]
    assert main([*words, "--output", str(tmp_path / "out"), "--quiet"]) == 0
    files = json.loads(capsys.readouterr().out)["files"]
    assert files["parquet"] == str(tmp_path / "out" / "frontier")
    assert (tmp_path / "out" / "frontier" / "Runs.parquet").is_file()


def test_without_pyarrow_the_cure_is_said(monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(optimizer.UsageError, match=r"pip install .*\[parquet\]"):
        check_parquet()
