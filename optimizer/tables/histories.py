"""Parse histories such as ``mined: China [Baotou]; separated: Malaysia``, or ``unknown``."""

from __future__ import annotations

import re

from optimizer.tables.sheets import HERE, NONE, STAGES, UNKNOWN, Event
from optimizer.tables.text_matching import clean_text, fold, quoted

_HISTORY_FORMAT = "write stage: country [site or owner]; stage: country"
RESERVED_COUNTRY_WORDS = (HERE, UNKNOWN, NONE)
"""Words that stand for a country in a history and that no country may be named."""
_EVENT = re.compile(r"(?P<stage>[^:\[\]]+):(?P<country>[^:\[\]]+)(?:\[(?P<name>[^\[\]]+)\])?\s*")


def parse_history(text: str) -> tuple[Event, ...]:
    """Events of a history, in the order in which they are written.

    Raises ValueError with a message and a cure as its arguments.

    >>> for event in parse_history("Mined: China [Baotou]; crushed: unknown"):
    ...     print(event)
    mined: China [Baotou]
    crushed: unknown
    >>> parse_history("here")
    (Event(stage='', country='here', name=''),)
    """
    parts = [part for piece in re.split("[;\n]", text) if (part := clean_text(piece))]
    if not parts:
        raise ValueError(f"{quoted(text)} contains no event", _HISTORY_FORMAT)
    for part in parts:
        if fold(part) in (HERE, UNKNOWN):
            return _single_word_history(part, parts)
    events = tuple(dict.fromkeys(_parse_event(part) for part in parts))
    _check_inapplicable_stages(events)
    return events


def _single_word_history(word: str, parts: list[str]) -> tuple[Event, ...]:
    """The event of a history that consists of one word, ``here`` or ``unknown``."""
    if len(parts) > 1:
        raise ValueError(
            f"{quoted(word)} covers every stage, but other events are given too",
            f"write it alone, or stage: {fold(word)} for one stage",
        )
    return (Event("", fold(word)),)


def _check_inapplicable_stages(events: tuple[Event, ...]) -> None:
    """Raise ValueError if a stage has an event although it does not apply."""
    inapplicable = {event.stage for event in events if event.country == NONE}
    for event in events:
        if event.stage in inapplicable and event.country != NONE:
            raise ValueError(
                f"{quoted(event.stage)} does not apply (none), but has an event",
                "delete one of them",
            )


def _parse_event(part: str) -> Event:
    match = _EVENT.fullmatch(part)
    if not match:
        raise ValueError(f"{quoted(part)} is not an event of a history", _event_cure(part))
    stage, country, name = (
        clean_text(match[group] or "") for group in ("stage", "country", "name")
    )
    if not stage or not country or "*" in (stage, country, name):
        raise ValueError(f"{quoted(part)} is not an event of a history", _event_cure(part))
    if fold(country) in RESERVED_COUNTRY_WORDS:
        country = fold(country)
        if name:
            raise ValueError(
                f"{quoted(part)} has {quoted(name)} after {country}",
                "write the country, or remove the name",
            )
    stages = {word: word for word in STAGES}
    return Event(stages.get(fold(stage), stage), country, name)


def _event_cure(part: str) -> str:
    if part.count(":") > 1:
        return "separate events by semicolons"
    if fold(part) == NONE:
        return f"write stage: {NONE} for each stage that does not apply"
    if ":" not in part:
        return f"the stage is missing: {_HISTORY_FORMAT}"
    return _HISTORY_FORMAT


def stage_order(stage: str) -> int:
    """Position of a stage in the chain: -1 without a stage, last for a stage not in ``STAGES``."""
    if not stage:
        return -1
    return STAGES.index(stage) if stage in STAGES else len(STAGES)
