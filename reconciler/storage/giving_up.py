"""A process that ends waits only so long for a state database that answers nothing; then it is given up."""

import asyncio

from reconciler.storage.database import Database

PATIENCE_SECONDS = 4.0
"""For how long requests may be under way and none be answered, before the server counts as away."""

_LOOKS = 16
"""How often it is looked at in that time."""


async def given_up_in_time(database: Database) -> None:
    """Return once requests to a server were under way for too long: all of them come to their end then."""
    if database.lines is None:
        return
    database.lines.hurry()
    silent, answered = 0, database.answered
    while silent <= _LOOKS:
        await asyncio.sleep(PATIENCE_SECONDS / _LOOKS)
        if answered != database.answered:
            silent, answered = 0, database.answered
        elif database.under_way():
            silent += 1
    database.give_up()
