"""All that runs for one account: its loop, its ledger watch, its verifications, its measurements."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta
from functools import partial

import structlog

from reconciler.account.bot_verifications import BotVerifications
from reconciler.account.explaining import Explaining
from reconciler.account.glances import Glances
from reconciler.account.health import Health
from reconciler.account.known import Known
from reconciler.account.ledger_watch import LedgerChange, LedgerWatch
from reconciler.account.loop import AccountLoop
from reconciler.account.measuring import Measuring
from reconciler.account.opens import Opens
from reconciler.account.questions.ledger_question import Surroundings
from reconciler.account.unexpected import (
    EXPLAINING,
    FOLLOWING,
    GLANCES,
    HEALTH,
    LATENCIES,
    LEDGER_WATCH,
    PROBE,
    SWEEPS,
    TAKING_OVER,
    TAKING_UP,
    VENUE_CLOCK,
    VERIFICATIONS,
    kept_up,
    tried,
)
from reconciler.account.verdicts import Verdicts
from reconciler.account.version_watch import LOOK_SECONDS
from reconciler.account.watch import AccountWatch, Rules
from reconciler.facts.finding import FindingKey
from reconciler.kinds.registry import is_blindness
from reconciler.ledgers.port import Ledger, LedgerUnreadable
from reconciler.sight.blindness import BlindnessSettings
from reconciler.storage.store import Store
from verification.budget.purpose import Purpose, asked_for
from verification.facts.account import AccountReading
from verification.facts.clock import Clock, Moment
from verification.facts.errors import SourceError
from verification.facts.observation import Provenance, Source
from verification.facts.spell import Spell
from verification.latency.fill_probe import FillProbe
from verification.latency.lag_watch import request_time
from verification.latency.venue_clock import VenueClock
from verification.race.pace import Pace
from verification.race.verifier import Verifier
from verification.venues.port import Venue
from verification.venues.registry import untried

log = structlog.get_logger()


class AccountUnit:
    """One account, from its connection to its alerts."""

    def __init__(
        self,
        venue: Venue,
        ledgers: Sequence[Ledger],
        *,
        rules: Rules,
        blindness: BlindnessSettings,
        pace: Pace,
        store: Store,
        clock: Clock,
        rng: random.Random | None = None,
        marks: Mapping[str, str] | None = None,
    ) -> None:
        """Put the parts together; nothing runs yet. `rng` draws the jitter of pauses; see `Explaining`."""
        self._venue = venue
        self._store = store
        self._clock = clock
        self._pace = pace
        account = venue.access.account
        self._health = Health(account, blindness, untried(venue.access.venue))
        self._watch = AccountWatch(venue, ledgers, rules, clock)
        self.loop = AccountLoop(self._watch, self._health, store, clock)
        self._glances = Glances(self._watch, store, clock)
        self._verdicts = Verdicts(store, clock, self._watch, self.loop)
        self._measuring = Measuring(store, clock, self._watch.use_lag)
        self._venue_clock = VenueClock(venue, clock)
        self._clock_unknown = Spell()
        self._explaining = Explaining(self._watch, store, clock, marks=marks, ahead=self._ahead)
        self.loop.on_judged = self._explaining.looked
        rng = rng or random.Random()  # noqa: S311 - jitter
        self._probe = FillProbe(
            venue,
            clock,
            self._venue_clock,
            rng=rng,
            on_sample=self._measuring.add,
            on_order=self._verdicts.on_order,
        )
        self._verifier = Verifier(
            venue,
            clock,
            rng=rng,
            pace=pace,
            on_sample=self._measuring.add,
            venue_clock=self._venue_clock,
            lag_is_measured=self._probe.heard,
        )
        self._opens = self._verifying()
        self._ledger_watch = self._watching_ledgers()
        self._unreadable: set[str] = set()
        self._bots = BotVerifications(
            account,
            self._watch.ledgers,
            store,
            clock,
            on_read=self._health.note_ledger,
            on_taken=self._verdicts.learn_bots,
        )

    async def run(self) -> None:
        """Connect, then follow the account until cancelled.

        An unexpected error ends the piece of work it is in, which is told and begun again.

        Raises:
            StateDatabaseError: The state database cannot be used; a group may hold it.
        """
        await self._keep_up(TAKING_UP, self._take_up)
        await self.loop.connect()
        pieces = {
            FOLLOWING: self.loop.follow,
            GLANCES: self._glances.run,
            LEDGER_WATCH: self._ledger_watch.run,
            VERIFICATIONS: self._verify,
            LATENCIES: self._measuring.run,
            TAKING_OVER: self._bots.run,
            PROBE: self._probe.run,
            EXPLAINING: self._explaining.run,
        }
        async with asyncio.TaskGroup() as group:
            for work, run in pieces.items():
                group.create_task(self._keep_up(work, run), name=work)

    def look_again(self, condition: FindingKey) -> None:
        """Have a condition looked at soon, for a person; within the venue's budget, as any look."""
        if is_blindness(condition.kind):
            self.loop.mark_everything()
        else:
            self.loop.mark((condition.symbol,))

    async def sweep(self) -> None:
        """Look at the whole account. Called by the schedule."""
        await tried(SWEEPS, self.loop.sweep, self._health.unexpected, self._clock)

    async def check_health(self) -> None:
        """Judge what can and cannot be seen. Called by the schedule."""
        await tried(HEALTH, self.loop.check_health, self._health.unexpected, self._clock)

    async def measure_clock(self) -> None:
        """Measure the venue's clock, from which every lag is counted. Called by the schedule."""
        await tried(VENUE_CLOCK, self._measure_clock, self._health.unexpected, self._clock)

    async def doubt_clock(self) -> None:
        """Measure the venue's clock anew while ours is doubted. Called by the schedule."""
        if self._health.clock_is_doubted:
            await self.measure_clock()

    def known(self) -> Known:
        """Return what is known of the account at this moment, from memory."""
        return Known(
            swept=self.loop.swept,
            sources=self._health.sources(self._venue.stream_health(), self._clock.now()),
            legs=tuple(self.loop.legs.values()),
            unverified=self._opens.unverified(),
            verified_within=self._pace.deadline,
            mode=self._venue.mode if self.loop.connected else None,
            symbols=self._venue.markets,
            lags=self._measuring.lags.by_source,
            clock=self._venue_clock.known(),
            explained=self._explaining.explained,
        )

    async def _keep_up(self, work: str, run: Callable[[], Awaitable[None]]) -> None:
        await kept_up(work, run, self._health.unexpected, self._clock)

    async def _verify(self) -> None:
        with asked_for(Purpose.LOOK):  # about orders that rest; a verification is more urgent
            await self._opens.run()

    async def _take_up(self) -> None:
        await self._verdicts.restore()
        self._opens.take_up(await self._verdicts.resting())

    async def _measure_clock(self) -> None:
        try:
            self._health.note_clock(await self._venue_clock.measure())
        except SourceError as error:
            if self._clock_unknown.met(self._clock.now(), "not measured"):
                log.info("clock.not_measured", account=self._venue.access.account, error=str(error))
            return
        known = self._venue_clock.known()
        if known is None:
            if self._clock_unknown.met(self._clock.now(), "not known"):
                log.warning("clock.not_known", account=self._venue.access.account, hint="no lag is measured")
        else:
            if self._clock_unknown.well(self._clock.now()) is not None:
                log.info("clock.known_again", account=self._venue.access.account)
            ahead, within = (each.total_seconds() * 1000 for each in (known.offset, known.error))
            log.debug("clock.measured", milliseconds_ahead=round(ahead, 1), within=round(within, 1))

    async def close(self) -> None:
        """End the measurements and every connection of the account."""
        self._watch.close()
        self._probe.close()
        await self._verifier.close()
        await self._venue.close()

    def _ahead(self) -> timedelta:
        known = self._venue_clock.known()
        return timedelta(0) if known is None else known.offset

    def _verifying(self) -> Opens:
        opens = Opens(
            self._verifier,
            self._venue,
            self._surroundings,
            self._clock,
            on_answer=self._verdicts.answered,
            settled=self._watch.settled_since,
            on_error=partial(self._failed, VERIFICATIONS),
        )
        self.loop.on_look = partial(self._looked, opens)
        return opens

    def _looked(self, opens: Opens, reading: AccountReading) -> None:
        opens.looked(reading)
        listed = reading.positions
        if listed is not None:
            came = Provenance.at(Source.REST, listed.received, listed.sent)
            self._measuring.add_calmly(request_time(self._venue.access.account, came))

    def _watching_ledgers(self) -> LedgerWatch:
        return LedgerWatch(
            self._watch.ledgers,
            self._clock,
            every=LOOK_SECONDS,
            on_change=self._ledger_changed,
            on_read=self._ledger_read,
        )

    def _failed(self, work: str, error: Exception) -> None:
        self._health.unexpected.met(work, error, self._clock.now())

    def _surroundings(self) -> Surroundings:
        access = self._venue.access
        # Another ledger is another bot: what it does to a leg is not this question's order.
        alone = access.exclusive and len(self._watch.ledgers) == 1
        return Surroundings(access.account, self._venue.mode, self._venue.markets, alone, self._watch.held)

    def _ledger_read(self, name: str, error: LedgerUnreadable | None, at: Moment) -> None:
        self._health.note_ledger(name, error, at)
        if (error is not None) != (name in self._unreadable):
            # It has just failed, or can be read again: the whole account is to be judged anew.
            self._unreadable ^= {name}
            self.loop.mark_everything()

    def _ledger_changed(self, change: LedgerChange) -> None:
        self.loop.ledger_changed(change)
        self._opens.ledger_changed(change)
