"""Former names of keyword arguments: they work until version 1.0 and warn."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from functools import wraps

from optimizer.argument_kinds import P, Returned


def renamed_keywords(
    **current: str,
) -> Callable[[Callable[P, Returned]], Callable[P, Returned]]:
    """Decorator that accepts former keywords: ``former="current"`` for each of them.

    >>> @renamed_keywords(way="settings")
    ... def run(settings):
    ...     return settings
    >>> with warnings.catch_warnings(record=True) as caught:
    ...     warnings.simplefilter("always")
    ...     run(way=3), str(caught[0].message)
    (3, 'run: the keyword way is now settings')
    """

    def decorate(function: Callable[P, Returned]) -> Callable[P, Returned]:
        name = function.__qualname__.removesuffix(".__init__")

        @wraps(function)
        def call(*args: P.args, **kwargs: P.kwargs) -> Returned:
            for former in current.keys() & kwargs.keys():
                if current[former] in kwargs:
                    raise TypeError(f"{name}: {former} and {current[former]} are the same keyword")
                message = f"{name}: the keyword {former} is now {current[former]}"
                warnings.warn(message, DeprecationWarning, stacklevel=2)
                kwargs[current[former]] = kwargs.pop(former)
            return function(*args, **kwargs)

        return call

    return decorate
