"""The kinds of thing that a public function takes: anything else is refused in one sentence."""

from __future__ import annotations

import inspect
import math
import os
from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import wraps
from typing import Any, ParamSpec, TypeVar

import numpy as np
from msgspec import Struct

from optimizer.errors import UsageError

P = ParamSpec("P")
Returned = TypeVar("Returned")

MAX_SHOWN_CHARACTERS = 40
"""Longest value that a message repeats; of a longer one it says the type."""


class ArgumentKind(Struct, frozen=True):
    """A kind of argument: what it is in words, and whether a thing is of it."""

    words: str
    is_of: Callable[[Any], bool]


def instance_of(cls: type[Any], words: str) -> ArgumentKind:
    """An object of a class."""
    return ArgumentKind(words, lambda thing: isinstance(thing, cls))


def optional(kind: ArgumentKind) -> ArgumentKind:
    """A kind, or None."""
    return ArgumentKind(f"{kind.words}, or None", lambda thing: thing is None or kind.is_of(thing))


def whole_number(least: int) -> ArgumentKind:
    """A whole number, not below the least."""
    return ArgumentKind(
        f"a whole number, {least} or more", lambda thing: WHOLE.is_of(thing) and thing >= least
    )


def _is_number(thing: Any) -> bool:
    """True for a number of Python or of numpy, but not for yes or no."""
    return isinstance(thing, (int, float, np.integer, np.floating)) and not isinstance(thing, bool)


def _is_texts(thing: Any) -> bool:
    listed = isinstance(thing, (list, tuple, set, frozenset))
    return listed and all(isinstance(each, str) for each in thing)


WHOLE = ArgumentKind(
    "a whole number",
    lambda thing: isinstance(thing, (int, np.integer)) and not isinstance(thing, bool),
)
NUMBER = ArgumentKind("a number", lambda thing: _is_number(thing) and math.isfinite(thing))
TEXT = ArgumentKind("a text", lambda thing: isinstance(thing, str))
TEXTS = ArgumentKind("a list of texts", _is_texts)
FLAG = ArgumentKind("True or False", lambda thing: isinstance(thing, bool))
DAY = ArgumentKind(
    "a datetime.date without a time",
    lambda thing: isinstance(thing, date) and not isinstance(thing, datetime),
)
PATH = ArgumentKind("a path", lambda thing: isinstance(thing, (str, os.PathLike)))
CALLABLE = ArgumentKind("a function", callable)
SEQUENCE = ArgumentKind("a list", lambda thing: isinstance(thing, (list, tuple)))


def check_arguments(
    **kinds: ArgumentKind,
) -> Callable[[Callable[P, Returned]], Callable[P, Returned]]:
    """Decorator that raises UsageError for an argument that is not of its kind.

    >>> @check_arguments(steps=whole_number(1))
    ... def climb(steps):
    ...     return steps
    >>> try:
    ...     climb("two")
    ... except UsageError as error:
    ...     print(error)
    climb: steps is a whole number, 1 or more, not 'two'
    """

    def decorate(function: Callable[P, Returned]) -> Callable[P, Returned]:
        signature = inspect.signature(function)

        @wraps(function)
        def call(*args: P.args, **kwargs: P.kwargs) -> Returned:
            given: Mapping[str, Any] = signature.bind(*args, **kwargs).arguments
            check_values(function.__name__, given, kinds)
            return function(*args, **kwargs)

        return call

    return decorate


def check_values(owner: str, given: Mapping[str, Any], kinds: Mapping[str, ArgumentKind]) -> None:
    """Raises UsageError for a value of a call or record that is not of its kind."""
    for name, kind in kinds.items():
        if name in given and not kind.is_of(given[name]):
            raise UsageError(f"{owner}: {name} is {kind.words}, not {_shown(given[name])}")


def _shown(thing: Any) -> str:
    """A short value as it is written, anything else by its type."""
    simple = thing is None or isinstance(thing, (str, bool, int, float, date))
    shown = repr(thing) if simple or _is_texts(thing) else ""
    return shown if shown and len(shown) <= MAX_SHOWN_CHARACTERS else f"a {type(thing).__name__}"
