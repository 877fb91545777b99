"""The commands for replanning, comparison and scenarios, as a planner types them."""

from __future__ import annotations

import json

import openpyxl
import pytest

from optimizer.cli import main
from tests.conftest import need, offer, save

QUARTERS = {"period length": "quarter", "periods": 4}
KAZ = offer("kaz", price=5)
NEED = [need(40)]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The current folder with two inputs; in one of them an offer is cheaper."""
    monkeypatch.chdir(tmp_path)
    for name, price in (("old", 7), ("new", 3)):
        supply = [KAZ, offer("china", "China", price=price)]
        save(tmp_path / f"{name}.xlsx", Settings=QUARTERS, Supply=supply, Demand=NEED)
    return tmp_path


@pytest.fixture
def run(capsys, folder):
    """Exit code, standard output and standard error of a command."""

    def command(words: str):
        code = main(words.split())
        told = capsys.readouterr()
        return code, told.out, told.err

    return command


def sheet(path, name):
    """Rows of a sheet as a list of values, from its header on."""
    rows = openpyxl.load_workbook(path, data_only=True)[name].iter_rows(min_row=5, values_only=True)
    return [list(row) for row in rows]


def test_a_plan_follows_the_previous_one_until_a_date(run, folder):
    assert run("solve old.xlsx")[0] == 0
    code, out, err = run(
        "solve new.xlsx --previous outputs/old/plan.xlsx --freeze-until 2027-07-01 --json"
    )
    assert code == 0, err
    assert json.loads(out)["objective"] == pytest.approx(2 * 50 + 2 * 30)
    header, *rows = sheet(folder / "outputs/new/plan.xlsx", "Commitments")
    assert header[:4] == ["kind", "thing", "period", "last plan"]
    assert ["purchases", "kaz, Kaz, ore", "2027-Q1", 10, 10, 0, "kept"] in [r[:7] for r in rows]


def test_a_charge_for_changes_keeps_the_rest_too(run):
    run("solve old.xlsx")
    words = "solve new.xlsx --previous outputs/old/plan.xlsx --freeze-until 2027-04-01 --json"
    code, out, _ = run(f"{words} --freeze purchases --change-cost 1.1")
    assert code == 0
    assert json.loads(out)["objective"] == pytest.approx(200)


def test_released_commitments_are_printed(run, folder):
    run("solve old.xlsx")
    save(folder / "new.xlsx", Settings=QUARTERS, Supply=[offer("other", price=6)], Demand=NEED)
    code, out, _ = run(
        "solve new.xlsx --previous outputs/old/plan.xlsx --freeze-until 2027-04-01 "
        "--freeze purchases"
    )
    assert code == 0
    assert "1 commitment of the last plan is impossible with the new data and released" in out
    assert "purchases kaz, Kaz, ore in 2027-Q1 (10.0 planned, 0.0 now). Kept: 0." in out


def test_that_everything_is_kept_is_told(run):
    run("solve old.xlsx")
    words = "solve new.xlsx --previous outputs/old/plan.xlsx --freeze-until 2027-07-01"
    said = run(f"{words} --freeze purchases")[1]
    assert "2 commitments of the last plan are kept; none had to be released." in said
    said = run(f"{words} --freeze options")[1]
    assert "The last plan has no commitments in the periods that are kept." in said


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("solve new.xlsx --freeze-until 2027-07-01", "use both --previous and --freeze-until"),
        ("solve new.xlsx --previous old.xlsx", "use both --previous and --freeze-until"),
        ("solve new.xlsx --change-cost 3", "use both --previous and --freeze-until"),
        (
            "solve new.xlsx --previous old.xlsx --freeze-until 2027-07-01",
            "is not the workbook of a plan",
        ),
        (
            "solve new.xlsx --previous none.xlsx --freeze-until 2027-07-01",
            "'none.xlsx': no such file",
        ),
        ("stochastic new.xlsx", "the sheet Scenarios has no row"),
        ("compare new.xlsx none.xlsx", "'none.xlsx': no such file"),
    ],
)
def test_2_wrong_arguments_are_reported(run, words, said):
    code, _, err = run(words)
    assert code == 2
    assert said in err


def test_two_inputs_are_compared_in_sentences_and_as_a_workbook(run, folder):
    code, out, err = run("compare old.xlsx new.xlsx --json --output changes.xlsx")
    assert code == 0
    assert "Supply!D3 china, China, ore, price: 7 is now 3 (-57.1 %)." in err
    (row,) = json.loads(out)["tables"]["Input changes"]
    assert (row["cell"], row["difference"]) == ("Supply!D3", -4)
    assert sheet(folder / "changes.xlsx", "Input changes")[1][1] == "Supply!D3"


def test_two_plans_are_compared_in_sentences_and_as_a_workbook(run, folder):
    run("solve old.xlsx")
    run("solve new.xlsx")
    words = "compare outputs/old/plan.xlsx outputs/new/plan.xlsx --output changes.xlsx"
    code, out, err = run(words)
    assert code == 0
    assert "Cost 200.00 before, 120.00 after: 80.00 USD less (40.00 %)." in out
    assert err == "Written: changes.xlsx\nWritten: changes.html\n"
    assert len(sheet(folder / "changes.xlsx", "Changes by period")) == 1 + 4 * 4
    assert run(f"{words} --quiet")[1:] == ("", "")


def test_1_an_input_with_errors_cannot_be_compared(run, folder):
    save(folder / "new.xlsx", Supply=[offer("kaz", site="Nowhere")], Demand=NEED)
    code, _, err = run("compare old.xlsx new.xlsx")
    assert code == 1
    assert "Nowhere" in err
    assert (folder / "new.checked.xlsx").exists()


def test_the_scenarios_of_the_sheet_give_one_stochastic_plan(run, folder):
    # Contract: 40 t at 5. With the remaining probability, 0.5, the case holds as it is;
    # otherwise half of the demand is missing. By hand: 1 t above 20 costs 5 and saves 100 in
    # half of all cases, but cannot be stored or sold in the others: 20 t are bought, and 20 t
    # are short in half of the cases: 100 + 1000.
    save(
        folder / "chance.xlsx",
        Supply=[offer("kaz", price=5, contract_quantity=99)],
        Demand=NEED,
        Scenarios=[
            {
                "scenario": "weak",
                "sheet": "Demand",
                "column": "quantity",
                "change": "×",
                "value": 0.5,
                "probability": 0.5,
            }
        ],
    )
    code, out, err = run("stochastic chance.xlsx --json --cvar 0.5")
    assert code == 0, err
    record = json.loads(out)
    assert record["value"]["Expected cost"] == pytest.approx(1100)
    assert record["value"]["CVaR"] == pytest.approx(100 + 2000)
    names = {row["scenario"]: row["probability"] for row in record["tables"]["By scenario"]}
    assert names == {"base": 0.5, "weak": 0.5}
    assert "impossible: the base plan's decisions cannot be held in weak" in err
    book = folder / "outputs/chance/stochastic.xlsx"
    assert sheet(book, "Here and now")[1][:6] == ["purchases", "kaz", "Kaz", "ore", "2027", 20]
    assert sheet(book, "Value")[1][:2] == ["Expected cost", 1100]


def test_supply_that_is_not_firm_gives_scenarios(run, folder):
    # 0.9 x 10 + 0.1 x 90, decided when it is known.
    save(
        folder / "chance.xlsx",
        Supply=[offer("maybe", price=1, firm="no", probability=0.9), offer("spot", price=9)],
        Demand=[need(10)],
    )
    code, out, _ = run("stochastic chance.xlsx --supply --json --quiet")
    assert code == 0
    assert json.loads(out)["objective"] == pytest.approx(18)


@pytest.mark.parametrize(
    ("shares", "said"),
    [
        ((0.7, 0.6), "the probabilities in Scenarios sum to 1.3"),
        ((None, None), "no scenario has a probability"),
    ],
)
def test_2_invalid_probabilities_are_refused(run, folder, shares, said):
    rows = [
        {"scenario": name, "sheet": "Demand", "column": "quantity", "value": 1, "probability": own}
        for name, own in zip("ab", shares, strict=True)
    ]
    save(folder / "chance.xlsx", Supply=[KAZ], Demand=NEED, Scenarios=rows)
    code, _, err = run("stochastic chance.xlsx")
    assert code == 2
    assert said in err


def test_a_scenario_without_a_probability_is_left_out_with_a_message(run, folder):
    # 40 t at 5 and, with a probability of 0.25, 20 t: 200 - 0.25 x 100.
    rows = [
        {"scenario": "weak", "sheet": "Demand", "column": "quantity", "value": 20}
        | {"probability": 0.25},
        {"scenario": "what if", "sheet": "Demand", "column": "quantity", "value": 0},
    ]
    save(folder / "chance.xlsx", Supply=[KAZ], Demand=NEED, Scenarios=rows)
    code, out, err = run("stochastic chance.xlsx --json")
    assert code == 0
    assert json.loads(out)["objective"] == pytest.approx(175)
    assert "Left out, without a probability: what if." in err
