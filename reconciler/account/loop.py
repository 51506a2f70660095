"""One account's life in the reconciler: sweeps by the clock, targeted looks by events, and what follows."""

import asyncio
from collections.abc import Callable, Iterable
from datetime import datetime

import structlog

from reconciler.account.asked_account import subscribed
from reconciler.account.cycle import Swept, blind_cycle, cycle_of, swept_after
from reconciler.account.failed_looks import FailedLooks
from reconciler.account.health import Health
from reconciler.account.judged_rows import JudgedRows
from reconciler.account.ledger_watch import LedgerChange
from reconciler.account.look import Look
from reconciler.account.look_queue import WHOLE, LookQueue
from reconciler.account.observed import observed, still_open
from reconciler.account.pauses import LOOKS_APART_SECONDS, UNSTREAMED_SECONDS, Pauses
from reconciler.account.trouble import unlooked, unstreamed
from reconciler.account.unexpected import LOOKS, of_everybody
from reconciler.account.waits import shown_after
from reconciler.account.watch import AccountWatch
from reconciler.alerts.alert import Alert
from reconciler.alerts.event import Clear, Detected, Observed, Unknown
from reconciler.facts.finding import FindingKey
from reconciler.kinds.registry import is_blindness
from reconciler.storage.errors import StateDatabaseError
from reconciler.storage.store import Store
from reconciler.storage.waiting import waited_out
from reconciler.views.account import PositionView
from verification.budget.purpose import Purpose, asked_for
from verification.facts.account import AccountReading
from verification.facts.clock import Clock
from verification.facts.errors import SourceError
from verification.facts.leg import LegKey
from verification.facts.observation import Observation, SourceSilent
from verification.facts.spell import Spell

SETTLE_SECONDS = 0.2
"""How long events are gathered before a targeted look: a fill comes with several."""

RECONNECT_SECONDS = 5.0
REFUSED_SECONDS = 30.0
"""How long after a refusal that only a person can mend (a wrong key) the venue is asked again."""

REFUSED_ONCE_SECONDS = 10.0
"""The same after the first: it may be a moment's mistake, and people are told of two."""

log = structlog.get_logger()


class AccountLoop:
    """Judges one account again and again, and stores what follows from it."""

    def __init__(self, watch: AccountWatch, health: Health, store: Store, clock: Clock) -> None:
        """Nothing runs yet; `connect`, then `follow`, and `sweep` from the schedule."""
        self._watch = watch
        self._health = health
        self._store = store
        self._clock = clock
        self._access = watch.venue.access
        self._queue = LookQueue()
        self._pauses = Pauses(watch.rules.confirmation.spacing.total_seconds())
        self._answers: dict[FindingKey, Clear] = {}
        self.connected = False
        self._turn = asyncio.Lock()
        self._failed = FailedLooks()
        self.legs: dict[LegKey, PositionView] = {}
        self._judged = JudgedRows()
        self._last_complete: datetime | None = None
        self.swept: Swept | None = None
        self.last_pass = clock.now()
        self.on_look: Callable[[AccountReading], None] = lambda _: None
        self.on_judged: Callable[[Look], None] = lambda _: None

    async def connect(self) -> None:
        """Connect to the venue, however often it takes; the blindness is stored meanwhile."""
        pause, failing = REFUSED_ONCE_SECONDS, Spell(steady=0.0)
        while not self.connected:
            try:
                await self._watch.venue.connect()
            except SourceError as error:
                self._health.note_connect_failure(error, self._clock.now())
                if failing.met(self._clock.now(), type(error).__name__):
                    log.warning("account.connect_failed", account=self._access.account, error=str(error))
                try:
                    await self._store_unseen(str(error))
                except StateDatabaseError as busy:
                    self._go_on_if_busy(busy)
                self.last_pass = self._clock.now()
                await self._clock.sleep(RECONNECT_SECONDS if error.again else pause)
                pause = REFUSED_SECONDS
            except Exception as error:  # noqa: BLE001 - a bug at one account ends no other; it is told and tried again
                await self._fail(None, error)
                await self._clock.sleep(self._failed.left(self._clock.now()))
            else:
                await subscribed(self._watch.venue, self._clock)
                self.connected = True
                if (lasted := failing.well(self._clock.now())) is not None:
                    log.info("account.connected", account=self._access.account, seconds=round(lasted))
        self._queue.everything_soon()

    async def follow(self) -> None:
        """Look at a symbol soon after its stream or its ledger has moved; until cancelled."""
        stop = self._watch.venue.listen(self._on_observation)
        self._queue.everything_soon()
        try:
            while True:
                await self._queue.wait()
                await self._clock.sleep(SETTLE_SECONDS)
                symbols = self._queue.take()
                try:
                    await self._look_at(symbols)
                except StateDatabaseError as error:
                    self._go_on_if_busy(error)
                    self._queue.soon((WHOLE,) if symbols is None else symbols)
                    # Looks whose outcome it cannot take would only spend the venue's budget.
                    await waited_out(self.check_health, self._clock)
                except Exception as error:  # noqa: BLE001 - a bug ends this look and nothing else; it is told
                    await self._fail(symbols, error)
                    self._queue.soon((WHOLE,) if symbols is None else symbols)
                await self._clock.sleep(max(LOOKS_APART_SECONDS, self._failed.left(self._clock.now())))
        finally:
            stop()
            self._queue.close()

    async def sweep(self) -> None:
        """Look at the whole account and store all that follows. Called by the schedule."""
        if not self.connected or self._failed.left(self._clock.now()) > 0:
            return
        try:
            await self._look_at(None)
        except StateDatabaseError as error:
            self._go_on_if_busy(error)
            self._queue.everything_soon()
        except Exception as error:  # noqa: BLE001 - a bug ends this look and nothing else; it is told
            await self._fail(None, error)
            self._queue.everything_soon()

    async def check_health(self) -> None:
        """Judge what can and cannot be seen, and store it. Called by the schedule."""
        now, stream = self._clock.now(), self._watch.venue.stream_health()
        judged = self._health.judge(stream, now)
        detected = tuple(Detected(finding, now.utc, confirmed=True) for finding in judged.findings)
        clear = {
            key: Clear((shown,), self._health.seen_well(key, stream, now), shown.text)
            for key, shown in judged.well.items()
        }
        await self._store.observe(Observed(detected, clear), now=now.utc)
        await self._store.save_sources(self._health.sources(stream, now))
        if self.connected and not self._turn.locked():
            self._queue.later(WHOLE, self._watch.asked.orders.due_in(stream, now))

    def mark(self, symbols: Iterable[str]) -> None:
        """Have these symbols looked at soon: something happened to them."""
        happened = frozenset(symbols)
        self._pauses.forget(*happened)
        self._queue.soon(happened)

    def ledger_changed(self, change: LedgerChange) -> None:
        """Have what a bot has changed in its ledger looked at, unless a look has judged those very rows."""
        self.mark(self._judged.unjudged(change))

    def mark_everything(self) -> None:
        """Have the whole account looked at soon."""
        self._pauses.forget(WHOLE)
        self._queue.everything_soon()

    def answered(self, condition: FindingKey, clear: Clear) -> None:
        """Take note that a verification has ended the doubt which `condition` tells of, if there is one."""
        self._answers[condition] = clear

    def doubted(self, condition: FindingKey) -> None:
        """Take note that a verification has ended in doubt."""
        self._answers.pop(condition, None)
        self.mark((condition.symbol,))

    def _on_observation(self, seen: Observation) -> None:
        if not isinstance(seen, SourceSilent):
            self.mark((seen.key.symbol,))

    def _go_on_if_busy(self, error: StateDatabaseError) -> None:
        """Go on where the state database is only busy or away: what was not stored is looked at again."""
        if not error.again:
            raise error
        log.debug("state.busy", account=self._access.account, error=str(error))  # the store has told it, once

    async def _fail(self, symbols: frozenset[str] | None, error: Exception) -> None:
        """Tell that a look met an error that nobody expected, and pause: ever longer, while none succeeds.

        Raises:
            StateDatabaseError: It is of everybody, or this could not be stored for good.
        """
        if of_everybody(error):
            raise error
        now = self._clock.now()
        self._failed.failed(symbols, now)
        problem = self._health.unexpected.met(LOOKS, error, now)
        async with self._turn:
            try:
                # Nothing was seen of what it was to look at; what else is known of the account stays known.
                await (self._store_unseen(problem) if symbols is None else self.check_health())
            except StateDatabaseError as busy:
                self._go_on_if_busy(busy)
            if symbols is None:
                # It was a pass, and a blind one, which is told: the heart beats on for the other accounts.
                self.last_pass = self._clock.now()

    def _succeed(self, symbols: frozenset[str] | None) -> None:
        if self._failed.done(symbols):
            self._health.unexpected.worked(LOOKS, self._clock.now())

    async def _look_at(self, symbols: frozenset[str] | None) -> None:
        """Look, then store what follows; one look after another, or an older one would be stored last."""
        async with self._turn:
            with self._judged.look_under_way(self.mark):
                with asked_for(Purpose.SWEEP if symbols is None else Purpose.LOOK):
                    look = await self._watch.look(symbols)
                self._judged.note(look)
            if not unlooked(look):  # it says nothing of the sources; a sweep that is held back is told
                self._health.note_look(look)
            self.on_look(look.reading)
            self.on_judged(look)
            await self._apply(look)
            if symbols is not None:
                self._succeed(symbols)
                return
            if look.status == "complete":
                self._last_complete = look.finished.utc
            cycle = cycle_of(look, self._access.venue, self._last_complete)
            await self._store.save_cycle(cycle)
            self.swept = swept_after(self.swept, cycle, look.finished)
            self._succeed(None)
            self.last_pass = self._clock.now()

    async def _apply(self, look: Look) -> None:
        account = self._access.account
        known = await self._store.open_alerts([account])
        contradicted = self._watch.disagreements.waiting()
        learned = observed(look, known, self._answers, contradicted)
        if learned or look.symbols is None:  # a look at some symbols that says nothing new changes no alert
            changes = await self._store.observe(learned, now=look.finished.utc)
            self._watch.disagreements.stored(contradicted)
            known = still_open(known, (change.alert for change in changes))
        await self._store_positions(look)
        self._plan(look, known)

    def _plan(self, look: Look, alerts: Iterable[Alert]) -> None:
        """Come back when what is suspected can be confirmed, and until what is open is settled."""
        open_alerts = tuple(alerts)
        self._watch.asked.follow(open_alerts, self._health.unread)
        self._queue.soon(look.comparison.check.moving)
        for judged in look.judged:
            if not judged.confirmed:
                wait = max(judged.wait.total_seconds(), LOOKS_APART_SECONDS)
                self._queue.later(judged.finding.symbol, wait)
        found = {judged.finding.identity for judged in look.judged}
        unsettled = {
            alert.key.symbol
            for alert in open_alerts
            if not is_blindness(alert.key.kind)
            and alert.key not in found
            and (look.symbols is None or alert.key.symbol in look.symbols)
        }
        unasked = unlooked(look)
        unsettled |= unasked
        for symbol in unsettled:
            self._queue.later(symbol, self._pauses.lengthen(symbol))
        self._pauses.settled(unsettled, look.symbols)
        if not unasked:
            self._plan_whole(look, blind=any(is_blindness(alert.key.kind) for alert in open_alerts))

    def _plan_whole(self, look: Look, *, blind: bool) -> None:
        if look.symbols is None:
            self._queue.forget(WHOLE)  # or a plan made before a sweep would have it all asked twice
        unread = self._health.unread
        news = self._pauses.changed(unread)
        if not unread and not blind:
            self._pauses.forget(WHOLE)
        elif news or not self._queue.plans(WHOLE):  # looks at some symbols put no try at the whole off
            self._queue.later(WHOLE, self._pauses.lengthen(WHOLE))
        if look.reading.positions is not None and unstreamed(self._watch.venue.stream_health()):
            self._queue.later(WHOLE, UNSTREAMED_SECONDS)

    async def _store_positions(self, look: Look) -> None:
        self.legs = shown_after(look, self.legs)
        rows = tuple(self.legs.values())
        await self._store.save_positions(self._access.account, rows, symbols=look.symbols)

    async def _store_unseen(self, problem: str) -> None:
        """Store that nothing of the account can be seen: its open alerts cannot be checked either."""
        at = self._clock.now()
        now, account = at.utc, self._access.account
        known = await self._store.open_alerts([account])
        unknown = {alert.key: Unknown(problem, now) for alert in known if not is_blindness(alert.key.kind)}
        await self._store.observe(Observed(unknown=unknown), now=now)
        await self.check_health()
        cycle = blind_cycle(account, self._access.venue, problem, at.utc, self._last_complete)
        await self._store.save_cycle(cycle)
        self.swept = swept_after(self.swept, cycle, at)
