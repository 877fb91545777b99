"""What the pages promise: they are current, their links lead somewhere, their examples run."""

from __future__ import annotations

import doctest
import re
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from pyomo.core import Constraint, Objective, Var

import optimizer
from optimizer import model
from optimizer.model.mathematics_page import COST_CATEGORY_ROWS, MATHEMATICS_PAGE, mathematics_page
from optimizer.model.variables import DECISIONS
from optimizer.result.result_layouts import COST_CATEGORIES

ROOT = Path(__file__).resolve().parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), *ROOT.glob("*puts/README.md")])
CASES = sorted((ROOT / "tests" / "cases").glob("*.xlsx"))


def _fences(page: Path, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", page.read_text("utf-8"), re.M | re.S)


def _session(page: Path) -> str:
    return "\n".join(_fences(page, "pycon"))


def _prose(page: Path) -> str:
    return re.sub(r"^```.*?^```", "", page.read_text("utf-8"), flags=re.M | re.S)


@cache
def _anchors(page: Path) -> set[str]:
    """Anchors as GitHub makes them from headings."""
    headings = re.findall(r"^#+ (.+)$", _prose(page), re.M)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in headings}


def _links(page: Path) -> list[str]:
    found = re.findall(r"\]\(([^)\s]+)\)", _prose(page))
    return [link for link in found if not re.match(r"[a-z]+:", link)]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_relative_link_leads_to_a_file_and_a_heading(page: Path) -> None:
    for link in _links(page):
        name, _, anchor = link.partition("#")
        target = (page.parent / name).resolve() if name else page
        assert target.exists(), f"{link}: no such file"
        assert not anchor or anchor in _anchors(target), f"{link}: no such heading"


def test_every_page_is_linked_from_the_readme() -> None:
    """But for those that only include a page of the project in the site."""
    linked = {(ROOT / link.partition("#")[0]).resolve() for link in _links(ROOT / "README.md")}
    pages = [page for page in (ROOT / "docs").glob("*.md") if page.stem != "index"]
    assert {page for page in pages if _prose(page).strip()} <= linked


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_row_of_a_table_has_as_many_cells_as_its_header(page: Path) -> None:
    width = 0
    for line in _prose(page).splitlines():
        cells = len(re.findall(r"(?<!\\)\|", line)) if line.startswith("|") else 0
        assert not (width and cells) or cells == width, line
        width = cells


def test_the_page_of_mathematics_is_current() -> None:
    assert MATHEMATICS_PAGE.read_text("utf-8") == mathematics_page(), (
        "run python -m optimizer.model.mathematics_page"
    )


def test_every_formula_is_closed() -> None:
    page = mathematics_page()
    assert page.count("$$") % 2 == 0
    for formula in page.split("$$")[1::2]:
        assert formula.count("{") == formula.count("}"), formula
        assert formula.count(r"\left") == formula.count(r"\right"), formula
        assert formula.count(r"\begin") == formula.count(r"\end"), formula


def _example() -> dict[str, Any]:
    """The example of the library and of the guide: one plant, clean and tainted ore."""
    first = doctest.DocTestParser().get_examples(_session(ROOT / "docs" / "library.md"))[:4]
    names: dict[str, Any] = {}
    exec("".join(example.source for example in first), names)
    return dict(names["frames"])


def _deciding() -> dict[str, Any]:
    """The example with a unit that may idle and options that exclude each other."""
    unit = {"site": ["Plant"], "unit": ["kiln"]}
    idle = {"capacity": 900, "minimum load": 0.5, "may idle": "yes", "fixed cost": 1}
    built = {"option": "more", "kind": "any amount", "most": 2, "one of": "size"}
    return _example() | {
        "Processes": _example()["Processes"].assign(unit="kiln"),
        "Units": pd.DataFrame(unit | idle),
        "Options": pd.DataFrame(unit | built | {"added capacity": 100}),
    }


@pytest.fixture(scope="module")
def components() -> dict[str, Any]:
    """Every component that the models of the cases have, by name."""
    found: dict[str, Any] = {}
    cases = [optimizer.read(path) for path in CASES]
    for case in (*cases, optimizer.read_frames(_deciding())):
        m = optimizer.build_model(case)
        for component in m.component_objects((Var, Constraint)):
            if component.is_indexed() and len(component):
                found.setdefault(component.local_name, component)
        assert [each.local_name for each in m.component_objects(Objective)] == ["total_cost"]
    return found | _of_studies()


def _of_studies() -> dict[str, Any]:
    """Rows that only studies add: a plan that follows another, scenarios together."""
    case = optimizer.read_frames(_example())
    models = [optimizer.build_model(case) for _ in range(2)]
    every = dict.fromkeys(model.commitments(models[0]), 1.0)
    model.fix_commitments(models[0], dict.fromkeys(every, (1.0, 1.0)))
    model.charge_deviation(models[1], every, 1.0)
    joint = model.join_scenarios(models, [0.5, 0.5], every, tail=0.5, weight=0.5)
    rows = {row.local_name: row for row in joint.component_objects(Constraint)}
    return {name: rows[name] for name in ("kept", "deviation", "nonanticipativity", "excess_cost")}


def test_every_component_of_a_model_is_on_the_page(components: dict[str, Any]) -> None:
    page = mathematics_page()
    assert {name for name in components if f"| `{name}` |" not in page} == set()


def test_the_page_gives_the_index_of_every_component(components: dict[str, Any]) -> None:
    records = {own.name: own for own in (*DECISIONS, *model.FAMILIES_BY_NAME.values())}
    for name, component in components.items():
        key = next(iter(component))
        parts = len(key) if isinstance(key, tuple) else 1
        assert len(records[name].index) == parts, (name, key)
        assert f"| `{name}` | {', '.join(records[name].index)} |" in mathematics_page()


def test_the_page_lists_every_category_of_cost_in_order() -> None:
    assert tuple(name for name, _, _ in COST_CATEGORY_ROWS) == COST_CATEGORIES


def test_the_examples_of_the_library_run() -> None:
    page = ROOT / "docs" / "library.md"
    examples = doctest.DocTestParser().get_doctest(_session(page), {}, page.name, str(page), 0)
    assert len(examples.examples) > 40
    said: list[str] = []
    doctest.DocTestRunner().run(examples, out=said.append)
    assert not said, "".join(said)


@pytest.mark.slow
def test_the_example_of_the_readme_runs(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    (example,) = _fences(ROOT / "README.md", "python")
    names: dict[str, Any] = {}
    exec(example, names)
    assert names["result"].status == "optimal"
    assert "offer" in capsys.readouterr().out


def test_the_commands_of_the_readme_are_those_that_ci_runs() -> None:
    script = (ROOT / ".ci" / "run").read_text("utf-8")
    pattern = re.search(r"grep -E '([^']+)' README\.md", script)
    assert pattern
    readme = (ROOT / "README.md").read_text("utf-8")
    found = [line for line in readme.splitlines() if re.search(pattern[1], line)]
    assert found == "".join(_fences(ROOT / "README.md", "sh")).splitlines()
    assert len(found) == 2
    assert found[0].endswith(".venv/bin/optimizer solve inputs/north_america.xlsx")
    assert found[1].endswith(".venv/bin/pytest")


def test_the_changelog_has_the_version_of_the_package() -> None:
    assert f"\n## [{optimizer.__version__}]" in (ROOT / "CHANGELOG.md").read_text("utf-8")


@pytest.fixture
def frames() -> dict[str, Any]:
    return _example()


def _plan(frames: dict[str, Any]) -> optimizer.Result:
    return optimizer.solve(optimizer.read_frames(frames))


def test_the_figures_of_the_guide_on_a_shared_plant(frames: dict[str, Any]) -> None:
    # 900 t ore x (50 + 5) + 450 t oxide x (10 + 5); the rule: 300 t of ore dearer by 50
    assert _plan(frames).objective == pytest.approx(71_250)
    free = {name: rows for name, rows in frames.items() if not name.startswith("Rule")}
    assert _plan(free).objective == pytest.approx(56_250)


def test_the_figures_of_the_guide_on_a_plant_that_does_not_segregate(
    frames: dict[str, Any],
) -> None:
    sites, processes = frames["Sites"].copy(), frames["Processes"].copy()
    sites["segregates"] = ["yes", "yes", "no", "yes"]
    processes["maximum"] = 600
    mixing = frames | {"Sites": sites, "Processes": processes}
    # a year: 300 t for civil customers, short 150 x 1,000, beat 200 t clean, short 250 x 1,000
    assert _plan(mixing).frame("Shortages")["short"].tolist() == pytest.approx([150])
    # quarters in turn: nothing clean is there in the first, 37.5 of 150 t
    store = frames["Sites"].iloc[[2, 2]][["site"]].assign(material=["ore", "oxide"])
    quarters = frames["Settings"] | {"periods": 4, "period length": "quarter"}
    turns = _plan(mixing | {"Settings": quarters, "Stocks": store})
    assert turns.frame("Shortages")["line"].unique().tolist() == ["defence"]
    assert turns.shortage == pytest.approx(37.5)
