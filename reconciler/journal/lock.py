"""Keeps a second process away from a bot's journal, by a lock that dies with the process that holds it."""

import os
from hashlib import sha256
from pathlib import Path
from typing import Protocol

import sqlalchemy as sa

from reconciler.journal.failure import JournalError
from reconciler.journal.silence import Silence
from reconciler.storage.process_lock import LockForked, LockTaken, ProcessLock

_NAME_SHOWN = 8
_FORKED = "journal: it was opened by the process that this one was forked from: open it anew"


class JournalLock(Protocol):
    """The right to write one bot's journal."""

    def check(self) -> None:
        """Make sure that it is still ours.

        Raises:
            JournalError: It is not, or that could not be made sure of.
        """

    def release(self) -> None:
        """Give it up."""


class FileLock:
    """A lock of the operating system on a file beside the journal's own."""

    def __init__(self, journal: Path, bot: str) -> None:
        """Take it.

        Raises:
            JournalError: Another process has it, or the file cannot be made.
        """
        real = journal.resolve()  # two names of one file are one journal
        place = real.with_name(f"{real.name}.{sha256(bot.encode()).hexdigest()[:_NAME_SHOWN]}.lock")
        try:
            self._lock = ProcessLock(place)
        except OSError as error:
            raise JournalError(f"journal: {place} cannot be made ({error.strerror})") from error
        except LockTaken as error:
            raise taken(bot, f"process {error.process or 'another'}") from None

    def check(self) -> None:
        """Make sure that it is still ours; see `JournalLock`."""
        place = self._lock.place
        try:
            ours = self._lock.is_ours()
        except LockForked:
            raise JournalError(_FORKED) from None
        except OSError as error:
            raise JournalError(f"journal: its lock {place} is gone: start this bot again") from error
        if not ours:
            raise JournalError(f"journal: its lock {place} is another file now: start this bot again")

    def release(self) -> None:
        """Give it up. The file stays: whoever waits to lock it must find the one that others lock."""
        self._lock.release()


class SessionLock:
    """An advisory lock of PostgreSQL, held by a session of its own."""

    def __init__(self, engine: sa.Engine, bot: str, silence: Silence) -> None:
        """Take it. `engine` makes one connection, which is kept; `silence` watches it.

        Raises:
            JournalError: Another session has it.
            sqlalchemy.exc.SQLAlchemyError: The database cannot be reached.
        """
        self._engine, self._bot, self._process = engine, bot, os.getpid()
        self._silence = silence
        self._session = self._locked()

    def check(self) -> None:
        """Make sure that it is still ours; take it again where the session was lost."""
        if os.getpid() != self._process:
            raise JournalError(_FORKED)
        try:
            with self._silence:
                self._session.execute(sa.select(1))
        except sa.exc.SQLAlchemyError:
            self._session.close()
            try:
                with self._silence:
                    self._session = self._locked()
            except sa.exc.SQLAlchemyError as error:
                cause = " ".join(str(getattr(error, "orig", None) or error).split())
                raise JournalError(f"journal: its lock was lost and cannot be had again ({cause})") from error

    def release(self) -> None:
        """Give it up."""
        self._session.close()
        self._engine.dispose()

    def _locked(self) -> sa.Connection:
        session = self._engine.connect()
        schema = session.execute(sa.select(sa.func.current_schema())).scalar_one()
        digest = sha256(f"trueup journal\n{schema}\n{self._bot}".encode()).digest()
        key = int.from_bytes(digest[:8], "big", signed=True)
        if not session.execute(sa.select(sa.func.pg_try_advisory_lock(key))).scalar_one():
            session.close()
            raise taken(self._bot, "another session of the database")
        return session


def taken(bot: str, holder: str) -> JournalError:
    """Return the refusal of a second process."""
    return JournalError(
        f"journal: {holder} works with it as `{bot}`: end that one first, or give this bot a name of its own",
        again=False,
    )
