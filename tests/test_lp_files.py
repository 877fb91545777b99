"""The mathematics of small cases, term by term: a change shows as the difference of LP files."""

from __future__ import annotations

import difflib

import pytest
from pyomo.core import Constraint

from optimizer.model.build_model import FAMILY_MODULES
from optimizer.model.family import Family
from tests.lp_files import FOLDER, MADE, NAMES, built, lp_file

ALL = (*NAMES, *MADE)


@pytest.mark.parametrize("name", ALL)
def test_the_programme_of_a_small_case_is_the_one_that_is_kept(name):
    kept = (FOLDER / f"{name}.lp").read_text(encoding="utf-8")
    difference = difflib.unified_diff(
        kept.splitlines(), lp_file(name).splitlines(), "kept", "now", lineterm=""
    )
    text = "\n".join(difference)
    assert not text, f"if this is meant, run python -m tests.lp_files\n{text}"


def test_there_is_no_file_without_a_case():
    assert {path.stem for path in FOLDER.glob("*.lp")} == set(ALL)


def test_the_cases_have_every_family_between_them():
    records = (record for module in FAMILY_MODULES for record in vars(module).values())
    families = {record.name for record in records if isinstance(record, Family)}
    seen = set()
    for name in ALL:
        components = built(name).component_objects(Constraint)
        seen |= {rows.local_name for rows in components if len(rows)}
    assert families - seen == set()
