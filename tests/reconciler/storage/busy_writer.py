"""A writer that is kept busy, so that what is submitted meanwhile gathers to one group."""

import threading

import sqlalchemy as sa

from reconciler.storage.writer import Writer


def hold(writer: Writer) -> threading.Event:
    """Keep the writer's thread busy with one job until the event is set."""
    begun, free = threading.Event(), threading.Event()

    def wait(_: sa.Connection) -> None:
        begun.set()
        assert free.wait(10)

    writer.submit(wait)
    assert begun.wait(10)
    return free
