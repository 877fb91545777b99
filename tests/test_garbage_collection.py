"""The collector pauses, and comes back as it was."""

from __future__ import annotations

import gc
import weakref

import pytest

from optimizer import garbage_collection


class Circle:
    def __init__(self) -> None:
        self.own = self


@pytest.mark.parametrize("enabled", [True, False])
def test_the_collector_is_as_it_was_even_after_an_error(enabled):
    (gc.enable if enabled else gc.disable)()
    try:
        with pytest.raises(ZeroDivisionError), garbage_collection.paused():
            1 / gc.isenabled()
        assert gc.isenabled() is enabled
    finally:
        gc.enable()


@pytest.mark.parametrize(
    ("columns", "gone"), [(garbage_collection.LARGE, False), (garbage_collection.LARGE + 1, True)]
)
def test_only_a_large_model_is_swept_away(columns, gone):
    with garbage_collection.paused():
        circle = Circle()
        left = weakref.ref(circle)
        del circle
        garbage_collection.sweep(columns)
        assert (left() is None) is gone


def test_within_a_pause_it_can_collect_for_a_while():
    with garbage_collection.paused():
        with garbage_collection.collecting():
            assert gc.isenabled()
        assert not gc.isenabled()
    with garbage_collection.collecting():
        assert gc.isenabled()
    assert gc.isenabled()
