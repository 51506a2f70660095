"""Shares the accounts of the settings with other processes: claims what is this one's, and gives back."""

import asyncio
from collections.abc import Callable, Collection
from functools import partial
from hashlib import sha256

import structlog

from reconciler.facts.sharing import Part, of_other_settings, step, tells, unwatched
from reconciler.ledgers.port import LedgerUnreadable
from reconciler.notify.last_resort import named
from reconciler.serve.watching import Watching
from reconciler.service.account_runner import AccountRunner
from reconciler.service.claims import Claim, Claims
from reconciler.service.fleet import Fleet
from reconciler.service.schedule import Schedule
from reconciler.settings import Settings, SettingsError
from reconciler.storage.errors import LeaseLost, StateDatabaseError
from reconciler.storage.outage import Away
from reconciler.storage.service_store import ServiceStore
from reconciler.storage.workers import Together, Told
from verification.facts.clock import Clock
from verification.facts.spell import Spell

LOOK_SECONDS = 1.0
RENEW_SECONDS = 4.0
CLAIMS_AT_ONCE = 8
"""How many accounts are claimed in one turn: those that start a moment later have theirs without a move."""

STALE_SECONDS = 10.0
"""How old the last look may be for anything new to be told by it."""

TELL_SECONDS = 300.0
"""How often it is told again that accounts are watched by nobody, or that settings differ."""

DIFFER_SECONDS = 30.0
"""For how long settings may differ: processes take changed ones one after another."""

log = structlog.get_logger()

RunnerOf = Callable[[Settings, str, Claim], AccountRunner]


class Sharing:
    """Has this process watch its part. `look` and `renew` are called by the schedule."""

    def __init__(
        self,
        part: Part,
        settings: Settings,
        fleet: Fleet,
        store: ServiceStore,
        clock: Clock,
        *,
        claims: Claims,
        runner: RunnerOf,
    ) -> None:
        """Nothing is claimed yet.

        Args:
            part: How many accounts this process watches at most, and which.
            settings: What stands of them in the settings.
            fleet: The accounts that are watched here.
            store: Where it stands who shares.
            clock: Where time comes from.
            claims: Where leases are asked for.
            runner: Makes the watch over an account whose lease is ours.
        """
        self._part = part
        self._settings = settings
        self._fleet = fleet
        self._claims = claims
        self._store = store
        self._by = claims.by
        self._runner = runner
        self._clock = clock
        self._one_at_a_time = asyncio.Lock()
        self._refused: set[str] = set()
        self._told: Told | None = None
        self._nobody = Spell(TELL_SECONDS, steady=0.0)
        self._differ_at: float | None = None
        self._looked_at: float | None = None
        self._alone: Away | None = None
        self._seen = Together((), {}, frozenset())
        self._know()
        self._spend()

    def begin(self, schedule: Schedule) -> None:
        """Share from now on."""
        schedule.every("sharing", LOOK_SECONDS, self.look)
        schedule.every("sharing told", RENEW_SECONDS, self.renew)

    async def look(self) -> None:
        """Claim what is ours to claim, or give one account back that another process is to have.

        Raises:
            StateDatabaseError: It could not be asked or stored.
        """
        async with self._one_at_a_time:
            for account in self._fleet.ended():
                await self._fleet.remove(account)
            if self._told is None:
                await self._tell()
            self._seen = seen = await self._store.together(wall=self._clock.now().utc)
            if missing := self._settings.accounts.keys() - seen.expected:
                groups = {name: self._settings.accounts[name].group or "" for name in missing}
                await self._store.expect(groups)
            held = {account: holder.instance for account, holder in seen.held.items()}
            self._see_alone(held)
            self._alarm_of(unwatched(seen.workers, held, self._settings.accounts))
            self._differ_of(of_other_settings(self._by.instance, seen.workers))
            todo = step(self._by.instance, seen.workers, held)
            room = self._part.most - len(self._fleet.accounts)
            for account in todo.claim[: min(room, CLAIMS_AT_ONCE)]:
                if account not in self._fleet.accounts:
                    await self._claim(account)
            if todo.give_back is not None and todo.give_back in self._fleet.accounts:
                log.info("account.given_up", account=todo.give_back, why="another process has room for it")
                await self._fleet.remove(todo.give_back)
            self._spend()

    async def renew(self) -> None:
        """Say that this process still shares.

        Raises:
            StateDatabaseError: It could not be stored.
        """
        told = self._told is not None and self._told == self._to_tell()
        if not told or not await self._store.renew_worker(self._by.instance, wall=self._clock.now().utc):
            await self._tell()

    async def follow(self, settings: Settings, gone: Collection[str]) -> None:
        """Go by other settings.

        Args:
            settings: Those from now on.
            gone: Accounts that are in them no more, or have changed: whoever has room claims these anew.

        Raises:
            StateDatabaseError: The state database cannot be used any more.
        """
        async with self._one_at_a_time:
            self._settings = settings
            self._refused.clear()
            self._know()
            for account in self._fleet.accounts & set(gone):
                await self._fleet.remove(account)
            self._told = None

    async def end(self) -> None:
        """Say that this process shares no more; where that cannot be stored, its silence tells it."""
        try:
            await self._store.end_worker(self._by.instance)
        except StateDatabaseError as error:
            log.debug("worker.not_ended", error=str(error))

    def alone(self) -> Away | None:
        """Return since when nobody watches accounts of the settings, by the last look; None for none."""
        return self._alone

    def to_tell(self) -> Collection[str]:
        """Return the accounts that this process is to tell people of, for nobody watches them.

        One of those that share does so. Which one may change: then it is told once more, and never less.
        """
        now = self._clock.now().monotonic
        fresh = self._looked_at is not None and now - self._looked_at < STALE_SECONDS
        ours = fresh and tells(self._by.instance, self._seen.workers)
        return self._left(self._seen.held) if ours else ()

    def _see_alone(self, held: Collection[str]) -> None:
        self._looked_at = now = self._clock.now().monotonic
        left = self._left(held)
        since = now if self._alone is None else self._alone.since
        self._alone = Away(since, named(left)) if left else None

    def _left(self, held: Collection[str]) -> list[str]:
        return sorted(self._settings.accounts.keys() - set(held))

    def _alarm_of(self, accounts: list[str]) -> None:
        """Log which accounts nobody has room for, now and then."""
        now, names = self._clock.now(), ", ".join(accounts)
        if not accounts:
            self._nobody.well(now)
        elif self._nobody.met(now, names):
            hint = "nobody watches them: start one more `trueup run --claim`, or claim more"
            log.error("accounts.unwatched", accounts=names, hint=hint)

    def _differ_of(self, others: list[str]) -> None:
        """Log which processes have other accounts in their settings, where that lasts, now and then."""
        now = self._clock.now().monotonic
        if not others:
            self._differ_at = None
        elif self._differ_at is None:
            self._differ_at = now + DIFFER_SECONDS
        elif now >= self._differ_at:
            hint = "their settings have other accounts: each account is watched by those that have it alone"
            log.warning("settings.differ", processes=", ".join(others), hint=hint)
            self._differ_at = now + TELL_SECONDS

    def _know(self) -> None:
        self._sharers = self._settings.sharers
        self._fleet.know({name: partial(self._elsewhere, name) for name in self._settings.accounts})

    def _spend(self, *also: str) -> None:
        """Use of each address's budget what is for the accounts that are watched here, and for these."""
        from verification.venues.ccxt.outgoing import OF_PROCESS  # with ccxt, which is loaded by now

        OF_PROCESS.share(self._fleet.accounts | set(also), self._sharers)

    def _elsewhere(self, account: str) -> Watching:
        """Return what is known of an account that is not watched here: whether another process has it."""
        holder = self._seen.held.get(account)
        held = "" if holder is None or holder == self._by else f"held by {holder}"
        known = self._settings.accounts.get(account)
        group = "" if known is None else known.group or ""
        return Watching(account, self._settings.sweep_every, None, held, shared=True, group=group)

    def _to_tell(self) -> Told:
        egresses = {name: each.egress or "" for name, each in self._settings.accounts.items()}
        accounts = self._part.accounts(egresses) - self._refused
        return Told(str(self._by), self._part.most, tuple(sorted(accounts)), _mark_of(self._settings))

    async def _tell(self) -> None:
        told = self._to_tell()
        await self._store.tell_worker(self._by.instance, told, wall=self._clock.now().utc)
        self._told = told

    async def _claim(self, account: str) -> None:
        claim = await self._claims.claim(account, self._settings.accounts[account].group or "")
        if not isinstance(claim, Claim):
            return  # another one was quicker
        self._spend(account)  # its requests are counted from the first on
        try:
            runner = self._runner(self._settings, account, claim)
        except (SettingsError, LedgerUnreadable) as error:
            # They were right when they were read: others may still be able to open what this one cannot.
            hint = "`trueup reload` tries again"
            log.warning("account.not_opened", account=account, why=str(error), hint=hint)
            self._refused.add(account)
            await self._leave(claim)
            return
        self._fleet.add(runner)

    @staticmethod
    async def _leave(claim: Claim) -> None:
        try:
            await claim.store.give_back(claim.before)
        except LeaseLost:
            pass
        finally:
            claim.let_go()


def _mark_of(settings: Settings) -> str:
    """Return a mark that two settings share where they mean the same accounts."""
    accounts = settings.accounts.items()
    parts = [(name, each.venue, each.egress, each.group, sorted(each.ledgers)) for name, each in accounts]
    return sha256(repr(sorted(parts, key=lambda part: part[0])).encode()).hexdigest()[:16]
