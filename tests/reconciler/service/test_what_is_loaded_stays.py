"""What is loaded at the start is not looked through for garbage, and what comes later is."""

import gc
import weakref
from collections.abc import Iterator

import pytest

from reconciler.service.loading import loading


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


def test_while_it_loads_and_ever_after_it_is_left_alone() -> None:
    with loading():
        assert not gc.isenabled()
        loaded = [Ring() for _ in range(10)]
    assert gc.isenabled()

    collected = {id(each) for each in gc.get_objects()}
    assert not any(id(each) in collected for each in loaded)


def test_what_comes_later_is_collected() -> None:
    with loading():
        pass
    later = weakref.ref(Ring())
    gc.collect()

    assert later() is None


def test_an_error_while_it_loads_leaves_nothing_switched_off() -> None:
    with pytest.raises(ImportError), loading():
        raise ImportError("no ccxt")

    assert gc.isenabled()


def test_where_nothing_was_collected_nothing_is_afterwards() -> None:
    gc.disable()
    try:
        with loading():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()
