"""Takes changed settings while all else goes on; what is wrong is refused whole, and the old ones stay."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace

import structlog

from reconciler.ledgers.port import LedgerUnreadable
from reconciler.service.account_runner import AccountRunner
from reconciler.service.fleet import Fleet
from reconciler.service.last_resort import LastResort
from reconciler.service.notifying import Notifying
from reconciler.service.posting import posting_of
from reconciler.service.reloaded import Reloaded
from reconciler.service.replying import Replying
from reconciler.service.retirement import Retiring
from reconciler.service.sharing import Sharing
from reconciler.service.wiring import watched_of
from reconciler.settings import Settings, SettingsError
from reconciler.settings.changes import Difference, difference, other_words, taken_of, waits

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Marks:
    """By what entries are told apart, secrets among it: never logged, stored or shown."""

    accounts: dict[str, object]
    channels: dict[str, object]
    outside: dict[str, str | None]

    @staticmethod
    def of(settings: Settings) -> "Marks":
        """Read them now: what is behind a name may be another secret than before.

        Raises:
            SettingsError: A secret is not there.
        """
        return Marks(
            {
                name: (
                    settings.access(name),
                    # Who may see it goes by what its lease says, which is told by a claim.
                    account.group,
                    [(each, settings.ledgers[each]) for each in account.ledgers],
                )
                for name, account in settings.accounts.items()
            },
            {name: (channel, settings.channel_url(name)) for name, channel in settings.notify.items()},
            {"ping": settings.ping_url(), "alertmanager": settings.alertmanager_url()},
        )


@dataclass(frozen=True, slots=True)
class Parts:
    """What takes changed settings over.

    Attributes:
        fleet: The accounts.
        runner: Makes the watch over one of the accounts of settings.
        notifying: The channels.
        replying: The phones among them.
        last_resorts: The same, where something cannot be told through the state database.
        retiring: Retires what is stored of accounts that were taken out.
        sharing: Shares the accounts with other processes; None where all of them are watched here.
        taken: Called with what runs from now on.
    """

    fleet: Fleet
    runner: Callable[[Settings, str], AccountRunner]
    notifying: Notifying
    replying: Replying
    last_resorts: tuple[LastResort, ...]
    retiring: Retiring
    sharing: Sharing | None
    taken: Callable[[Settings], None]


class Reloading:
    """Reads the settings again when asked to, one time after the other."""

    def __init__(self, running: Settings, marks: Marks, read: Callable[[], Settings], parts: Parts) -> None:
        """Nothing is read yet.

        Args:
            running: The settings that run.
            marks: Of these, read before anything was made of them.
            read: Reads them anew, as at the start.
            parts: What takes them over.
        """
        self._running = running
        self._marks = marks
        self._read = read
        self._parts = parts
        self._one_at_a_time = asyncio.Lock()

    async def reload(self) -> Reloaded:
        """Take what has changed, or nothing.

        Raises:
            StateDatabaseError: The state database cannot be used any more.
        """
        async with self._one_at_a_time:
            try:
                wanted = await asyncio.to_thread(self._read)
                marks = await asyncio.to_thread(Marks.of, wanted)
                accounts = difference(self._marks.accounts, marks.accounts)
                channels = difference(self._marks.channels, marks.channels)
                running = taken_of(self._running, wanted)
                # All that can be refused is made before anything is touched.
                runners = {
                    name: self._parts.runner(running, name) for name in (*accounts.added, *accounts.changed)
                }
                posting = posting_of(running)
                apart = [posting_of(running) for _ in self._parts.last_resorts]
            except SettingsError as error:
                return _refused(error.lines)
            except LedgerUnreadable as error:
                return _refused((str(error),))
            lines = [*accounts.words("account"), *channels.words("notifier")]
            lines += other_words(self._running, wanted)
            moved = [each for each in marks.outside if marks.outside[each] != self._marks.outside[each]]
            lines += [line for each in moved if (line := waits(f"[{each}]")) not in lines]
            self._marks = replace(marks, outside=self._marks.outside)
            self._running = running
            await self._take(accounts, runners)
            same = frozenset(channels.unchanged)
            # Before what sends to a phone that is another now is ended: the two are one.
            await self._parts.replying.serve(posting.phones, same)
            await self._parts.notifying.serve(posting, same)
            for last_resort, own in zip(self._parts.last_resorts, apart, strict=True):
                await last_resort.serve(own, same)
            self._parts.fleet.pace(running.sweep_every)
            if channels.added or channels.removed:
                for name in accounts.unchanged:
                    self._parts.fleet.watch_for(watched_of(running, name))
            self._parts.taken(running)
            log.info("settings.taken", what="; ".join(lines))
            return Reloaded(taken=True, lines=tuple(lines))

    async def _take(self, accounts: Difference, runners: dict[str, AccountRunner]) -> None:
        fleet = self._parts.fleet
        self._parts.retiring.follow(self._running.accounts, taken_out=accounts.removed)
        if self._parts.sharing is not None:
            await self._parts.sharing.follow(self._running, (*accounts.removed, *accounts.changed))
            return
        async with asyncio.TaskGroup() as group:
            for name in accounts.removed:
                group.create_task(fleet.remove(name))
            for name in accounts.changed:
                group.create_task(fleet.replace(runners[name]))
        for name in accounts.added:
            fleet.add(runners[name])


def _refused(lines: tuple[str, ...]) -> Reloaded:
    for line in lines:
        log.warning("settings.refused", why=line, hint="those that run stay as they are")
    return Reloaded(taken=False, lines=lines)
