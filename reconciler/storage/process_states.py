"""What a process last said of itself, in the database: one row a process, and how it is read back."""

from datetime import timedelta

import msgspec
import sqlalchemy as sa

from reconciler.storage.health_rows import ProcessStateRow
from reconciler.storage.state_row import table
from reconciler.storage.upsert import put
from reconciler.views.health import ProcessView

PROCESS = table(ProcessStateRow)

KEPT = timedelta(days=1)


def save_process(connection: sa.Connection, process: ProcessView) -> None:
    """Renew what a process says of itself, and forget those that have said nothing for long."""
    told = msgspec.json.encode(process).decode()
    put(connection, PROCESS, [{"process": process.process, "at": process.at, "told": told}])
    connection.execute(sa.delete(PROCESS).where(PROCESS.c.at < process.at - KEPT))


def forget_process(connection: sa.Connection, process: str) -> None:
    """Forget a process that ends."""
    connection.execute(sa.delete(PROCESS).where(PROCESS.c.process == process))


def processes(connection: sa.Connection) -> tuple[tuple[ProcessView, ...], tuple[str, ...]]:
    """Return what each process said last, newest first, and those of which that cannot be read."""
    found: list[ProcessView] = []
    unread: list[str] = []
    for row in connection.execute(sa.select(PROCESS).order_by(PROCESS.c.process)):
        try:
            found.append(msgspec.json.decode(row.told, type=ProcessView))
        except msgspec.MsgspecError:  # damaged, or of another version
            unread.append(row.process)
    return tuple(sorted(found, key=lambda process: process.at, reverse=True)), tuple(unread)
