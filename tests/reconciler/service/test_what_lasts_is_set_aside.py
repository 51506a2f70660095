"""A collection of garbage that took long is not made again of the same; and rings do not pile up for ever."""

import gc
import weakref
from collections.abc import Iterator
from itertools import chain

import pytest

from reconciler.service.garbage import GROWN, Garbage
from tests.virtual_time import run


class Ring:
    """Refers to itself, so that only a collection finds that it is garbage."""

    def __init__(self) -> None:
        self.ring = self


@pytest.fixture(autouse=True)
def _as_it_was() -> Iterator[None]:
    frozen = gc.get_freeze_count()
    yield
    if not frozen:
        gc.unfreeze()


def is_looked_through(ring: Ring) -> bool:
    return any(each is ring for each in gc.get_objects())


def test_what_a_long_collection_has_left_is_not_looked_through_again() -> None:
    lasting = Ring()
    with Garbage(long=0.0).watched():
        gc.collect()

    assert not is_looked_through(lasting)


def test_what_a_short_one_has_left_is() -> None:
    lasting = Ring()
    with Garbage(long=3600.0).watched():
        gc.collect()

    assert is_looked_through(lasting)


def test_a_collection_of_what_is_young_sets_nothing_aside() -> None:
    young = Ring()
    with Garbage(long=0.0).watched():
        gc.collect(1)

    assert is_looked_through(young)


def test_what_comes_after_it_is_collected() -> None:
    with Garbage(long=0.0).watched():
        gc.collect()
        later = weakref.ref(Ring())
        gc.collect()

    assert later() is None


def test_rings_that_became_garbage_since_are_collected_once_memory_has_grown() -> None:
    memory = 100.0
    garbage = Garbage(lambda: memory, long=0.0)
    with garbage.watched():
        ring = Ring()
        gone = weakref.ref(ring)
        gc.collect()
        del ring
        run(garbage.look())
        assert gone() is not None

        memory *= GROWN
        run(garbage.look())

    assert gone() is None


def test_memory_that_was_given_back_makes_the_next_look_no_later() -> None:
    grown = 100.0 * GROWN
    told = chain((100.0,), (grown, 100.0), (grown, 100.0))
    garbage = Garbage(told.__next__, long=0.0)
    with garbage.watched():
        run(garbage.look())
        ring = Ring()
        gone = weakref.ref(ring)
        gc.collect()
        del ring
        run(garbage.look())

    assert gone() is None


def test_when_it_ends_collections_are_as_they_were() -> None:
    threshold, callbacks = gc.get_threshold(), list(gc.callbacks)
    with pytest.raises(RuntimeError), Garbage().watched():
        raise RuntimeError

    assert gc.get_threshold() == threshold
    assert gc.callbacks == callbacks
