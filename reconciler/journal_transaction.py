"""One durable transaction of the journal, with its failures in words."""

from types import TracebackType

import sqlalchemy as sa

from reconciler.journal_database import JournalError


class Writing:
    """One durable transaction, its failures as JournalError."""

    def __init__(self, engine: sa.Engine) -> None:
        self._begun = engine.begin()

    def __enter__(self) -> sa.Connection:
        try:
            return self._begun.__enter__()
        except sa.exc.SQLAlchemyError as error:
            raise _refused(error) from error

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._begun.__exit__(kind, error, trace)
        except sa.exc.SQLAlchemyError as failure:
            raise _refused(failure) from failure
        if isinstance(error, sa.exc.DBAPIError):
            raise _refused(error) from error


def _refused(error: sa.exc.SQLAlchemyError) -> JournalError:
    cause = " ".join(str(getattr(error, "orig", None) or error).split())
    return JournalError(f"journal: nothing was written ({cause}): see that the database can be reached")


def one_writer(connection: sa.Connection) -> None:
    """Let nobody else write rows whose ids must become visible in their order."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(7_238_102)))
