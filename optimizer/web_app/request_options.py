"""What the page asks for, checked and turned into arguments of a command."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from optimizer.errors import UsageError
from optimizer.studies.study_register import (
    RUN_LIMITS,
    STUDY_REGISTER,
    RegisteredStudy,
    StudyOption,
)

KEEPABLE_KINDS = ("purchases", "shipments", "options", "production", "deliveries", "disposal")
"""What an earlier plan decided and a new one may keep."""
MAX_OPTION_CHARACTERS = 2000
"""Characters of one option in a request, chosen far above any that a planner types."""


def page_studies() -> list[RegisteredStudy]:
    """Studies that the page offers: all of the register that take one workbook."""
    return [study for name, study in STUDY_REGISTER.items() if name != "compare"]


def study_forms() -> list[dict[str, Any]]:
    """JSON of the studies and their options, from which the page makes its forms."""
    return [
        {
            "command": study.command,
            "title": study.title,
            "summary": study.summary,
            "options": [_option_form(option) for option in (*study.options, *RUN_LIMITS)],
        }
        for study in page_studies()
    ]


def _option_form(option: StudyOption) -> dict[str, Any]:
    return {
        "name": option.keyword,
        "label": option_label(option),
        "hint": _hint(option),
        "kind": option.kind,
        "required": option.required,
        "choices": option.choices,
        "choices_from": option.choices_from,
    }


def _hint(option: StudyOption) -> str:
    """What stands beside the label: the default, or all of the help where that explains more."""
    text = option.help.replace("%%", "%")
    if option.required or not option.label:
        return text
    default = re.search(r"\((default: [^()]*)\)", text)
    return default[1] if default else ""


def option_label(option: StudyOption) -> str:
    """What the page calls an option."""
    return option.label or option.flag.lstrip("-").replace("-", " ")


def columns_with_choices() -> tuple[tuple[str, str], ...]:
    """Sheet and column of the workbook whose names the forms of the studies offer."""
    named = {option.choices_from for study in page_studies() for option in study.options}
    parts = (name.partition(".") for name in sorted(named) if name)
    return tuple((sheet, column) for sheet, _, column in parts)


def study_arguments(study: RegisteredStudy, given: Mapping[str, Any]) -> tuple[list[str], str]:
    """Arguments of a study's command, and in words what was chosen.

    Raises UsageError for a value that is missing, wrong or of an unknown option.
    """
    options = {option.keyword: option for option in (*study.options, *RUN_LIMITS)}
    unknown = [name for name in given if name not in options]
    if unknown:
        raise UsageError(f"{study.title} has no option {unknown[0]!r}")
    arguments, words = [], []
    for name, option in options.items():
        value = given.get(name)
        if value in (None, "", False, []):
            if option.required:
                raise UsageError(f"{study.title}: say {option_label(option)}")
            continue
        chosen = _values(option, value)
        # The value is joined to the flag, so that it cannot be taken for another flag.
        arguments += (
            [option.flag]
            if option.kind == "switch"
            else [f"{option.flag}={each}" for each in chosen]
        )
        label = option_label(option)
        words.append(label if option.kind == "switch" else f"{label}: {', '.join(chosen)}")
    return arguments, "; ".join(words)


def _values(option: StudyOption, value: Any) -> list[str]:
    """Texts of a value, each checked."""
    many = value if isinstance(value, list) else [value]
    if option.kind != "list" and len(many) > 1:
        raise UsageError(f"{option_label(option)}: one value, not {len(many)}")
    texts = [str(each).strip() for each in many]
    for text in texts:
        _check(option, text)
    return texts


def _check(option: StudyOption, text: str) -> None:
    label = option_label(option)
    if not text or len(text) > MAX_OPTION_CHARACTERS or "\0" in text:
        raise UsageError(f"{label}: not filled in, or too long")
    if option.choices and text not in option.choices:
        raise UsageError(f"{label}: {text!r} is none of {', '.join(option.choices)}")
    try:
        good = {
            "count": lambda: int(text) >= 1,
            "whole": lambda: int(text) is not None,
            "seconds": lambda: 0 < float(text) < float("inf"),
            "share": lambda: 0 <= _share(text) <= 1,
            "date": lambda: bool(date.fromisoformat(text)),
        }.get(option.kind, lambda: True)()
    except ValueError:
        good = False
    if not good:
        wanted = {
            "count": "a whole number from 1 on",
            "whole": "a whole number",
            "seconds": "a number of seconds above 0",
            "share": "a share from 0 to 1, such as 0.02 or 2%",
            "date": "a day such as 2027-07-01",
        }[option.kind]
        raise UsageError(f"{label}: {text!r} is not {wanted}")


def _share(text: str) -> float:
    return float(text[:-1]) / 100 if text.endswith("%") else float(text)


def previous_arguments(given: Mapping[str, Any]) -> tuple[list[str], str]:
    """Arguments of a plan that follows another, and the same in words.

    Raises UsageError for a value that is missing or wrong.
    """
    until, cost = str(given.get("freeze_until") or ""), given.get("change_cost") or 0
    kinds = given.get("freeze") or []
    try:
        date.fromisoformat(until)
    except ValueError:
        raise UsageError("say until which day the plan is kept, such as 2027-07-01") from None
    if not isinstance(kinds, list) or not kinds or not set(kinds) <= set(KEEPABLE_KINDS):
        raise UsageError(f"say what is kept: {', '.join(KEEPABLE_KINDS)}")
    try:
        charge = float(cost)
    except (TypeError, ValueError):
        charge = -1.0
    if not 0 <= charge < float("inf"):
        raise UsageError("the charge for change is a number from 0 on")
    arguments = [f"--freeze-until={until}", f"--freeze={','.join(kinds)}"]
    words = f"keeps {', '.join(kinds)} before {until}"
    if charge:
        arguments.append(f"--change-cost={charge:g}")
        words += f"; {charge:g} per tonne changed later"
    return arguments, words
