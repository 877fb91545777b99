"""Written histories: ``mined: China [Baotou]; separated: Malaysia``, ``here``, ``unknown``."""

from __future__ import annotations

import re

from optimizer.tables.sheets import HERE, NONE, STAGES, UNKNOWN, Event
from optimizer.tables.text_matching import clean, fold, quoted

_CURE = "write stage: country [site or owner]; stage: country"
_RESERVED = (HERE, UNKNOWN, NONE)
_PART = re.compile(r"(?P<stage>[^:\[\]]+):(?P<country>[^:\[\]]+)(?:\[(?P<name>[^\[\]]+)\])?\s*")


def parse_history(text: str) -> tuple[Event, ...]:
    """Events of a history, in the order in which they are written.

    Raises ValueError with a message and a cure.

    >>> for event in parse_history("Mined: China [Baotou]; crushed: unknown"):
    ...     print(event)
    mined: China [Baotou]
    crushed: unknown
    >>> parse_history("here")
    (Event(stage='', country='here', name=''),)
    """
    parts = [part for piece in re.split("[;\n]", text) if (part := clean(piece))]
    if not parts:
        raise ValueError(f"{quoted(text)} holds no event", _CURE)
    for part in parts:
        if fold(part) in (HERE, UNKNOWN):
            return _alone(part, parts)
    events = tuple(dict.fromkeys(_event(part) for part in parts))
    _check_none(events)
    return events


def _alone(word: str, parts: list[str]) -> tuple[Event, ...]:
    """The event of a history that is one word."""
    if len(parts) > 1:
        raise ValueError(
            f"{quoted(word)} speaks of every stage, and other events stand beside it",
            f"write it alone, or stage: {fold(word)} for one stage",
        )
    return (Event("", fold(word)),)


def _check_none(events: tuple[Event, ...]) -> None:
    """Raise ValueError where a stage both has an event and does not apply."""
    absent = {event.stage for event in events if event.country == NONE}
    for event in events:
        if event.stage in absent and event.country != NONE:
            raise ValueError(
                f"{quoted(event.stage)} does not apply (none) and has an event",
                "delete one of them",
            )


def _event(part: str) -> Event:
    found = _PART.fullmatch(part)
    if not found:
        raise ValueError(f"{quoted(part)} is not an event of a history", _why(part))
    stage, country, name = (clean(found[group] or "") for group in ("stage", "country", "name"))
    if not stage or not country or "*" in (stage, country, name):
        raise ValueError(f"{quoted(part)} is not an event of a history", _why(part))
    if fold(country) in _RESERVED:
        country = fold(country)
        if name:
            raise ValueError(
                f"{quoted(part)} names {quoted(name)} beside {country}",
                "write the country, or leave the name out",
            )
    known = {word: word for word in STAGES}
    return Event(known.get(fold(stage), stage), country, name)


def _why(part: str) -> str:
    if part.count(":") > 1:
        return "separate events by semicolons"
    if fold(part) == NONE:
        return f"write stage: {NONE} for each stage that does not apply"
    if ":" not in part:
        return f"the stage is missing: {_CURE}"
    return _CURE
