"""A process that ends waits only so long for a state database that answers nothing; then it is given up."""

import asyncio

from reconciler.storage.database import Database

PATIENCE_SECONDS = 4.0
"""How long one request may be under way before the server counts as one that answers nothing."""

_LOOKS = 16
"""How often it is looked at in that time."""


async def given_up_in_time(database: Database) -> None:
    """Return once a request was under way for too long: by then all of them have come to their end."""
    waiting: dict[object, int] = {}
    while max(waiting.values(), default=0) <= _LOOKS:
        await asyncio.sleep(PATIENCE_SECONDS / _LOOKS)
        waiting = {each: waiting.get(each, 0) + 1 for each in database.under_way()}
    database.give_up()
