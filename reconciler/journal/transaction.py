"""One durable transaction of the journal, with its failures in words."""

from types import TracebackType

import sqlalchemy as sa

from reconciler.journal.database import JournalDatabase
from reconciler.journal.failure import JournalError


class Writing:
    """One durable transaction, its failures as JournalError. It does not wait for ever."""

    def __init__(self, database: JournalDatabase, *, alone: bool = False) -> None:
        """With `alone` the transaction begins only where this process surely is the one to write."""
        self._database = database
        self._alone = alone
        self._begun = database.engine.begin()
        self._bounded = database.bounded()

    def __enter__(self) -> sa.Connection:
        self._database.check_file()
        if self._alone:
            self._database.lock.check()
        self._bounded.__enter__()
        try:
            return self._begun.__enter__()
        except BaseException as error:
            self._bounded.__exit__(None, None, None)
            if isinstance(error, sa.exc.SQLAlchemyError):
                raise _refused(error) from error
            raise

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._begun.__exit__(kind, error, trace)
        except sa.exc.SQLAlchemyError as failure:
            raise _refused(failure) from failure
        finally:
            self._bounded.__exit__(None, None, None)
        if isinstance(error, sa.exc.DBAPIError):
            raise _refused(error) from error


def _refused(error: sa.exc.SQLAlchemyError) -> JournalError:
    cause = " ".join(str(getattr(error, "orig", None) or error).split())
    never = isinstance(error, (sa.exc.DataError, sa.exc.IntegrityError))
    why = f"journal: nothing was written ({cause}): see that the database can be reached"
    return JournalError(why, again=not never)


def one_writer(connection: sa.Connection) -> None:
    """Let nobody else write rows whose ids must become visible in their order."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(7_238_102)))
