"""What is installed: a wheel of the package."""

from __future__ import annotations

import re
import shutil
import subprocess
import tarfile
import tomllib
from zipfile import ZipFile

import pytest

import optimizer
from optimizer import examples
from tests.conftest import ROOT


def test_a_wheel_has_every_file_of_the_package_and_leaves_nothing_behind(tmp_path, monkeypatch):
    backend = pytest.importorskip("flit_core.buildapi", reason="flit_core is not installed")
    monkeypatch.chdir(ROOT)
    before = {path.name for path in ROOT.iterdir()}
    with ZipFile(tmp_path / backend.build_wheel(str(tmp_path))) as wheel:
        shipped = {name for name in wheel.namelist() if ".dist-info/" not in name}
        (script,) = (name for name in wheel.namelist() if name.endswith("/entry_points.txt"))
        assert "optimizer=optimizer.__main__:entry" in wheel.read(script).decode()
    files = (path for path in (ROOT / "optimizer").rglob("*") if path.is_file())
    own = {path.relative_to(ROOT).as_posix() for path in files if path.suffix != ".pyc"}
    assert shipped == own
    assert {"css", "html", "js", "json", "typed"} < {path.rpartition(".")[2] for path in own}
    assert not {"build", "dist"} & ({path.name for path in ROOT.iterdir()} - before)


@pytest.mark.parametrize("name", ["north_america", "tutorial"])
def test_an_example_in_the_package_is_the_workbook_of_the_inputs(name):
    # After a change of inputs/: cp inputs/*.xlsx optimizer/examples/
    assert examples.workbook(name).read_bytes() == (ROOT / "inputs" / f"{name}.xlsx").read_bytes()


def test_an_example_that_there_is_not_is_said_with_those_that_there_are():
    with pytest.raises(optimizer.UsageError, match="it is north_america or tutorial"):
        examples.workbook("../../inputs/tutorial")


def test_the_source_package_has_tests_docs_and_inputs(tmp_path, monkeypatch):
    backend = pytest.importorskip("flit_core.buildapi", reason="flit_core is not installed")
    monkeypatch.chdir(ROOT)
    with tarfile.open(tmp_path / backend.build_sdist(str(tmp_path))) as archive:
        held = {name.partition("/")[2] for name in archive.getnames()}
    assert {
        "CHANGELOG.md",
        "LICENSE",
        "docs/guide.md",
        "inputs/north_america.xlsx",
        "optimizer/plan.py",
        "tests/conftest.py",
        "tests/cases/cases.json",
    } <= held
    assert not [name for name in held if name.endswith(".pyc") or name.startswith("outputs/north")]


def test_the_source_package_is_the_repository(tmp_path, monkeypatch):
    """So its tests pass where it is unpacked: what they read is there."""
    backend = pytest.importorskip("flit_core.buildapi", reason="flit_core is not installed")
    if not (ROOT / ".git").exists() or shutil.which("git") is None:
        pytest.skip("only a checkout knows which files are the repository's")
    monkeypatch.chdir(ROOT)
    with tarfile.open(tmp_path / backend.build_sdist(str(tmp_path))) as archive:
        held = {each.name.partition("/")[2] for each in archive.getmembers() if each.isfile()}
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    there = {name for name in run.stdout.splitlines() if (ROOT / name).is_file()}
    assert held - {"PKG-INFO"} == there


def test_the_conda_recipe_needs_what_the_package_needs():
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    recipe = (ROOT / ".ci" / "conda" / "meta.yaml").read_text(encoding="utf-8")
    run = recipe.partition("\n  run:\n")[2].partition("\n\n")[0]
    needs = {line.strip().removeprefix("- ").replace(" ", "") for line in run.splitlines()}
    assert needs == {f"python{declared['requires-python']}", *declared["dependencies"]}


def test_the_container_is_made_of_files_that_there_are():
    lines = (ROOT / "Containerfile").read_text(encoding="utf-8").splitlines()
    copied = [name for line in lines if line.startswith("COPY ") for name in line.split()[1:-1]]
    assert {"pyproject.toml", "optimizer"} < set(copied)
    assert all((ROOT / name).exists() for name in copied)


def test_the_versions_of_python_are_those_that_are_tested():
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    workflow = (ROOT / ".github" / "workflows" / "test.yml").read_text(encoding="utf-8")
    tested = set(re.findall(r'"(3\.\d+)"', workflow.partition("python: [")[2].partition("]")[0]))
    prefix = "Programming Language :: Python :: 3."
    listed = {
        each.rpartition(" ")[2] for each in declared["classifiers"] if each.startswith(prefix)
    }
    assert "3.11" in listed
    assert listed <= tested


def test_the_version_is_the_same_wherever_a_package_is_declared():
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert declared["project"]["version"] == optimizer.__version__
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert f"\nversion: {optimizer.__version__}\n" in citation
    recipe = (ROOT / ".ci" / "conda" / "meta.yaml").read_text(encoding="utf-8")
    assert f'version = "{optimizer.__version__}"' in recipe
