"""Takes over what bots verified themselves, from their journals into the state database, once each."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial

import structlog

from reconciler.account.ledger_reader import LedgerReader
from reconciler.ledgers.journal import VERIFICATIONS_AT_ONCE, JournalLedger
from reconciler.ledgers.journal_verification import JournalVerification
from reconciler.ledgers.port import LedgerUnreadable
from reconciler.storage.errors import StateDatabaseError
from reconciler.storage.store import Store
from verification.facts.clock import Clock, Moment

EVERY_SECONDS = 1.0
FAILED_SECONDS = 5.0
"""After how long a journal whose verifications could not be read is read again."""
READ_EVERY_SECONDS = 30.0
"""How often an unchanged journal is read all the same: untouched does not say that it can be read."""

log = structlog.get_logger()


@dataclass(slots=True)
class _Known:
    """What is known of a journal.

    Attributes:
        token: Its version when it was last caught up with; None where that is to be done again.
        reads: How often it could be read since it last could not.
        read_at: When it last was, on the monotonic clock.
        last: The number of the last one that is taken over, as it is stored; None where that is to be asked.
        told: Whether all that was taken over has been told of. Nobody else takes any over.
    """

    token: object = None
    reads: int = 0
    read_at: float = 0.0
    last: int | None = None
    told: bool = False


class BotVerifications:
    """Follows the journals among the ledgers of one account; other ledgers hold no verifications."""

    def __init__(
        self,
        account: str,
        ledgers: Sequence[LedgerReader],
        store: Store,
        clock: Clock,
        *,
        on_read: Callable[[str, LedgerUnreadable | None, Moment], None],
        on_taken: Callable[[], Awaitable[None]],
    ) -> None:
        """Nothing is read yet.

        Args:
            account: The account's name in the settings.
            ledgers: Its ledgers.
            store: Where verifications are taken over to.
            clock: Where time comes from.
            on_read: Is told of each read by `NAME/verifications`, with its error if it failed.
            on_taken: Is called when a journal has been caught up with.
        """
        self._account = account
        self._journals = tuple(
            (reader, reader.ledger) for reader in ledgers if isinstance(reader.ledger, JournalLedger)
        )
        self._store = store
        self._clock = clock
        self._on_read = on_read
        self._on_taken = on_taken

    async def run(self) -> None:
        """Follow every journal until cancelled."""
        async with asyncio.TaskGroup() as group:
            for reader, journal in self._journals:
                group.create_task(self._follow(reader, journal))

    async def _follow(self, reader: LedgerReader, journal: JournalLedger) -> None:
        known = _Known()
        while True:
            failed = False
            try:
                await self._catch_up(reader, journal, known)
            except LedgerUnreadable as error:
                known.token, known.reads, failed = None, 0, True
                self._on_read(f"{journal.name}/verifications", error, self._clock.now())
            except StateDatabaseError as error:
                if not error.again:
                    raise
                known.token = None
                log.debug("state.busy", account=self._account, error=str(error))
            if failed:
                await self._clock.sleep(FAILED_SECONDS)
            else:  # it takes two reads until it counts as readable
                await reader.changed(known.token if known.reads > 1 else None, every=EVERY_SECONDS)

    async def _catch_up(self, reader: LedgerReader, journal: JournalLedger, known: _Known) -> None:
        # After a failure it takes two reads, a moment apart, before it counts as readable.
        young = self._clock.now().monotonic - known.read_at < READ_EVERY_SECONDS
        untouched = known.token if known.reads > 1 and young else None
        last = known.last

        def work() -> tuple[object, bool, tuple[JournalVerification, ...] | None]:
            version = journal.version()
            if last is None:
                return version, False, None
            # Or who has read the positions meanwhile has seen that there is none beyond the last.
            nothing = version == untouched or journal.newest_verification(version) == last
            if untouched is not None and nothing:
                return version, True, None
            return version, False, journal.read_verifications(max(last - 1, 0))

        # In one go: each errand to the ledger's thread wakes two threads.
        token, nothing, found = await reader.do(work)
        if nothing:
            known.token = token
            return
        while await self._take(reader, journal, known, found):
            found = None
        if not known.told:
            await self._on_taken()
            known.told = True
        known.token = token
        known.reads += 1
        now = self._clock.now()
        known.read_at = now.monotonic
        self._on_read(f"{journal.name}/verifications", None, now)

    async def _take(
        self,
        reader: LedgerReader,
        journal: JournalLedger,
        known: _Known,
        found: tuple[JournalVerification, ...] | None,
    ) -> bool:
        """Take the next ones over, read just now as `found`; False when there are no more."""
        last, known.last = known.last, None  # until all of this has ended well
        if last is None:
            last = await self._store.journal_cursor(self._account, journal.name)
        # The last one is read again: where it is gone, this is another journal, to be read from the start.
        if found is None:
            found = await reader.do(partial(journal.read_verifications, max(last - 1, 0)))
        replaced = bool(last and (not found or found[0].id != last))
        if replaced:
            log.warning("journal.replaced", account=self._account, ledger=journal.name)
            last, found = 0, await reader.do(partial(journal.read_verifications, 0))
        new = [each for each in found if each.id > last]
        if not new:
            known.last = None if replaced else last
            return False
        known.told = False
        await self._store.take_over(
            self._account, journal.name, [(each.view, each.evidence) for each in new], last_id=new[-1].id
        )
        known.last = new[-1].id
        return len(found) == VERIFICATIONS_AT_ONCE
