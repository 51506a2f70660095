"""Whether a transaction that came to nothing is done again at once, and how often; and one that is."""

from collections.abc import Callable
from typing import TypeVar

import sqlalchemy as sa

from reconciler.storage.database import Database
from reconciler.storage.errors import StateDatabaseError, StateTrouble

T = TypeVar("T")

CROSSED_AGAIN = 5
"""How often one is done again that the server has ended for another one's sake, which goes on meanwhile."""

LOST_AGAIN = 1
"""How often one whose connection was lost under it: where it is lost again, the server is away."""


class Repeats:
    """How often one transaction may be done again; its work knows nothing but its connection."""

    def __init__(self) -> None:
        """It was done once."""
        self._left = {StateTrouble.CONFLICT: CROSSED_AGAIN, StateTrouble.UNREACHABLE: LOST_AGAIN}

    def may_follow(self, error: BaseException) -> bool:
        """Return whether the same is done again after an error, if that happened now.

        Where the answer to the commit is lost, it may be stored: each caller hears of that and knows best
        whether to say it again.
        """
        return (
            isinstance(error, StateDatabaseError)
            and not error.unsure
            and self._left.get(error.trouble, 0) > 0
        )

    def follow(self, error: BaseException, *, begun: bool) -> bool:
        """Return whether the same is done again now, and count it.

        Args:
            error: What it came to.
            begun: Whether it had a connection: where none came about, another attempt at once is of no use.
        """
        if not begun or not isinstance(error, StateDatabaseError) or not self.may_follow(error):
            return False
        self._left[error.trouble] -= 1
        return True


def durably(database: Database, work: Callable[[sa.Connection], T]) -> T:
    """Do `work` in a write transaction and return its result once that is durable.

    It is done again where the server has ended it for another transaction's sake, or the connection was lost
    before its commit: so it does nothing but read and write there.

    Raises:
        StateDatabaseError: As `Database.write` does.
    """
    repeats = Repeats()
    while True:
        begun = False
        try:
            with database.write() as connection:
                begun = True
                return work(connection)
        except StateDatabaseError as error:
            if not repeats.follow(error, begun=begun):
                raise
