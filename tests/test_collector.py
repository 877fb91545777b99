"""The collector pauses, and comes back as it was."""

from __future__ import annotations

import gc
import weakref

import pytest

from optimizer import collector


class Circle:
    def __init__(self) -> None:
        self.own = self


@pytest.mark.parametrize("enabled", [True, False])
def test_the_collector_is_as_it_was_even_after_an_error(enabled):
    (gc.enable if enabled else gc.disable)()
    try:
        with pytest.raises(ZeroDivisionError), collector.paused():
            1 / gc.isenabled()
        assert gc.isenabled() is enabled
    finally:
        gc.enable()


@pytest.mark.parametrize(
    ("columns", "gone"), [(collector.LARGE, False), (collector.LARGE + 1, True)]
)
def test_only_a_large_model_is_swept_away(columns, gone):
    with collector.paused():
        circle = Circle()
        left = weakref.ref(circle)
        del circle
        collector.sweep(columns)
        assert (left() is None) is gone


def test_within_a_pause_it_can_collect_for_a_while():
    with collector.paused():
        with collector.collecting():
            assert gc.isenabled()
        assert not gc.isenabled()
    with collector.collecting():
        assert gc.isenabled()
    assert gc.isenabled()
