"""One account's life in the reconciler: sweeps by the clock, targeted looks by events, and what follows."""

import asyncio
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

import structlog

from reconciler.account_watch import AccountWatch, Look
from reconciler.alert import Alert
from reconciler.alert_event import Clear, Detected, Observed, Unknown
from reconciler.finding import FindingKey
from reconciler.health import Health
from reconciler.standing import Word
from reconciler.storage.errors import StateDatabaseError
from reconciler.storage.store import Store
from reconciler.views import CycleView, PositionView
from verification.clock import Clock
from verification.errors import SourceError
from verification.leg import LegKey
from verification.observation import Observation, SourceSilent

SETTLE_SECONDS = 0.2
"""How long events are gathered before a targeted look: a fill comes with several."""

LOOKS_APART_SECONDS = 0.5
"""Least time between two targeted looks, for the venue's budget."""

RECONNECT_SECONDS = 5.0

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
        self._dirty: set[str] = set()
        self._news = asyncio.Event()
        self._connected = False
        self._rows: dict[LegKey, PositionView] = {}
        self._last_complete: datetime | None = None
        self.last_pass = clock.now()

    async def connect(self) -> None:
        """Connect to the venue, however often it takes; the blindness is stored meanwhile."""
        while not self._connected:
            try:
                await self._watch.venue.connect()
            except SourceError as error:
                self._health.note_connect_failure(error, self._clock.now())
                log.warning("account.connect_failed", account=self._access.account, error=str(error))
                await self._store_unseen(str(error))
                await self._clock.sleep(RECONNECT_SECONDS)
            else:
                self._connected = True

    async def follow(self) -> None:
        """Look at a symbol soon after its stream or its ledger has moved; until cancelled."""
        stop = self._watch.venue.listen(self._hear)
        try:
            while True:
                await self._news.wait()
                await self._clock.sleep(SETTLE_SECONDS)
                symbols, self._dirty = frozenset(self._dirty), set()
                self._news.clear()
                try:
                    await self._apply(await self._watch.look(symbols))
                except StateDatabaseError as error:
                    if not error.again:
                        raise
                    log.warning("state.busy", account=self._access.account, error=str(error))
                    self.mark(symbols)
                await self._clock.sleep(LOOKS_APART_SECONDS)
        finally:
            stop()

    async def sweep(self) -> None:
        """Look at the whole account and store all that follows. Called by the schedule."""
        if not self._connected:
            return
        look = await self._watch.look()
        self._health.note_look(look)
        await self._apply(look)
        if look.status == "complete":
            self._last_complete = look.finished.utc
        await self._store.save_cycle(_cycle_view(look, self._access.venue, self._last_complete))
        self.last_pass = self._clock.now()

    async def check_health(self) -> None:
        """Judge what can and cannot be seen, and store it. Called by the schedule."""
        now = self._clock.now()
        stream = self._watch.venue.stream_health()
        judged = self._health.judge(stream, now)
        detected = tuple(Detected(finding, now.utc, confirmed=True) for finding in judged.findings)
        clear = {key: Clear((shown,), now.utc, shown.text) for key, shown in judged.well.items()}
        await self._store.observe(Observed(detected, clear), now=now.utc)
        await self._store.save_sources(self._health.sources(stream, now))

    def mark(self, symbols: Iterable[str]) -> None:
        """Have these symbols looked at soon."""
        self._dirty.update(symbols)
        if self._dirty:
            self._news.set()

    def _hear(self, seen: Observation) -> None:
        if not isinstance(seen, SourceSilent):
            self.mark((seen.key.symbol,))

    async def _apply(self, look: Look) -> None:
        account = self._access.account
        known = await self._store.open_alerts([account])
        await self._store.observe(_observed(look, known), now=look.finished.utc)
        alerts = await self._store.open_alerts([account])
        await self._store_positions(look, alerts)
        self._look_again(look, alerts)

    def _look_again(self, look: Look, alerts: Iterable[Alert]) -> None:
        """Come back when what is suspected can be confirmed, and until what was alerted is settled."""
        loop = asyncio.get_running_loop()
        for judged in look.judged:
            if not judged.confirmed:
                wait = max(judged.wait.total_seconds(), LOOKS_APART_SECONDS)
                loop.call_later(wait, self.mark, (judged.finding.symbol,))
        spacing = self._watch.rules.confirmation.spacing.total_seconds()
        found = {judged.finding.identity for judged in look.judged}
        for alert in alerts:
            unsettled = not alert.key.kind.blindness and alert.key not in found
            if unsettled and (look.symbols is None or alert.key.symbol in look.symbols):
                loop.call_later(spacing, self.mark, (alert.key.symbol,))

    async def _store_positions(self, look: Look, alerts: Iterable[Alert]) -> None:
        kinds: dict[LegKey, list[str]] = {}
        for alert in alerts:
            if alert.fired_at is not None and not alert.key.kind.blindness:
                leg = LegKey(alert.key.account, alert.key.symbol, alert.key.leg)
                kinds.setdefault(leg, []).append(str(alert.key.kind))
        kept = {} if look.symbols is None else self._rows
        rows = {key: row for key, row in kept.items() if key.symbol not in (look.symbols or ())}
        for row in look.comparison.legs:
            rows[LegKey(row.account, row.symbol, row.leg)] = row
        self._rows = rows
        views = [replace(row, kinds=tuple(sorted(kinds.get(key, ())))) for key, row in sorted(rows.items())]
        await self._store.save_positions(self._access.account, views)

    async def _store_unseen(self, problem: str) -> None:
        now = self._clock.now().utc
        self.last_pass = self._clock.now()
        await self.check_health()
        await self._store.save_cycle(
            CycleView(
                account=self._access.account,
                venue=self._access.venue,
                status="blind",
                matched=0,
                legs=0,
                unprotected_notional=None,
                finished_at=now,
                last_complete_at=self._last_complete,
                seconds=0.0,
                problems=(problem,),
            )
        )


def _observed(look: Look, known: Iterable[Alert]) -> Observed:
    at = look.finished.utc
    detected = tuple(Detected(each.finding, at, confirmed=each.confirmed) for each in look.judged)
    clear: dict[FindingKey, Clear] = {}
    unknown: dict[FindingKey, Unknown] = {}
    for alert in known:
        key = alert.key
        if key.kind.blindness or (look.symbols is not None and key.symbol not in look.symbols):
            continue
        standing = look.comparison.standing(key)
        if standing.word is Word.CLEAR:
            clear[key] = Clear(standing.evidence, at, standing.reason)
        elif standing.word is Word.UNKNOWN:
            unknown[key] = Unknown(standing.reason, at)
    return Observed(detected, clear, unknown)


def _cycle_view(look: Look, venue: str, last_complete: datetime | None) -> CycleView:
    comparison = look.comparison
    return CycleView(
        account=comparison.account,
        venue=venue,
        status=look.status,
        matched=comparison.matched,
        legs=len(comparison.legs),
        unprotected_notional=comparison.unprotected_notional,
        finished_at=look.finished.utc,
        last_complete_at=last_complete,
        seconds=look.finished.monotonic - look.started.monotonic,
        problems=look.problems,
    )
