"""Written histories: ``mined: China [Baotou]; separated: Malaysia``."""

from __future__ import annotations

import re

from optimizer.tables.sheets import STAGES, Event
from optimizer.tables.words import clean, quoted

_CURE = "write stage: country [site or owner]; stage: country"
_PART = re.compile(r"(?P<stage>[^:\[\]]+):(?P<country>[^:\[\]]+)(?:\[(?P<name>[^\[\]]+)\])?\s*")


def parse_history(text: str) -> tuple[Event, ...]:
    """Events of a history, in the order in which they are written.

    Raises ValueError with a message and a cure.

    >>> for event in parse_history("Mined: China [Baotou]; crushed: Malaysia"):
    ...     print(event)
    Event(stage='mined', country='China', name='Baotou')
    Event(stage='crushed', country='Malaysia', name='')
    """
    parts = [clean(part) for part in re.split("[;\n]", text)]
    events = tuple(_event(part) for part in parts if part)
    if not events:
        raise ValueError(f"{quoted(text)} holds no event", _CURE)
    return tuple(dict.fromkeys(events))


def _event(part: str) -> Event:
    found = _PART.fullmatch(part)
    if not found:
        raise ValueError(f"{quoted(part)} is not an event of a history", _why(part))
    stage, country, name = (clean(found[group] or "") for group in ("stage", "country", "name"))
    if not stage or not country or "*" in (stage, country, name):
        raise ValueError(f"{quoted(part)} is not an event of a history", _why(part))
    known = {word: word for word in STAGES}
    return Event(known.get(stage.casefold(), stage), country, name)


def _why(part: str) -> str:
    if part.count(":") > 1:
        return "separate events by semicolons"
    if ":" not in part:
        return f"the stage is missing: {_CURE}"
    return _CURE
