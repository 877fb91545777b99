"""Run the study of a command with the options of its register record."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

from optimizer.studies.study import Study
from optimizer.studies.study_register import STUDY_REGISTER
from optimizer.studies.study_run import RunSettings
from optimizer.tables import Case


def run_study(command: str, case: Case, values: Mapping[str, Any], settings: RunSettings) -> Study:
    """The study of a registered command.

    ``values`` has the values of its options by keyword; those that are None or missing leave the
    function's own default.
    """
    registered = STUDY_REGISTER[command]
    module, _, name = registered.function.partition(".")
    function = getattr(import_module(f"optimizer.studies.{module}"), name)
    keywords = {
        option.keyword: tuple(value) if option.kind == "list" else value
        for option in registered.options
        if (value := values.get(option.keyword)) is not None
    }
    study: Study = function(case, settings=settings, **keywords)
    return study
