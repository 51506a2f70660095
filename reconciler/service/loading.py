"""Loads what stays until the end without looking through it for garbage, then and later."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def loading() -> Iterator[None]:
    """Take what the block loads for what stays: ccxt alone is a quarter of a million objects.

    Python would look through all of them several times as they come, a quarter of the time that this takes,
    and then again with every full collection, each of which holds the event loop.
    """
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if collecting:
            gc.enable()
