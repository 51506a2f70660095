"""One account under watch: reads its ledgers and its venue, judges them together, remembers between looks."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial

from reconciler.account.asked_account import AskedAccount, unasked
from reconciler.account.inquiry import Comparing, Inquiry
from reconciler.account.ledger_reader import LedgerReader
from reconciler.account.ledger_watch import moving_symbols, oldest
from reconciler.account.look import Judged, Look
from reconciler.account.memory.contract_sizes import ContractSizes
from reconciler.account.memory.disagreements import Disagreements
from reconciler.account.memory.holdings import Holding, Holdings, holds_the_same
from reconciler.account.memory.late_fills import LateFills
from reconciler.account.memory.ledger_rows import LedgerRows
from reconciler.account.memory.legs_at_rest import LegsAtRest
from reconciler.account.memory.wall_steps import WallSteps
from reconciler.account.stranger import all_known, not_asked, strangers
from reconciler.comparison.compare import compare_in_slices
from reconciler.comparison.confirmation import Judgement, Suspicion, followed, judge, past_of
from reconciler.comparison.contrary_lists import DEFAULT_MERGE, MergeSettings
from reconciler.comparison.kept import NOTHING_KEPT, legs_of
from reconciler.comparison.merge import merge_in_slices
from reconciler.comparison.outcome import CompareSettings, Comparison
from reconciler.comparison.patience import ConfirmationSettings
from reconciler.comparison.renaming import renamed, without, without_unlisted
from reconciler.comparison.traded import Traded
from reconciler.comparison.venue_view import VenueView
from reconciler.facts.expectation import Expectation, LedgerReading
from reconciler.facts.finding import Finding, FindingKey
from reconciler.ledgers.port import Ledger, LedgerUnreadable
from verification.facts.account import AccountReading
from verification.facts.clock import Clock, Moment
from verification.facts.leg import LegKey
from verification.facts.observation import Observation, OrderSeen, PositionSeen
from verification.facts.order_fact import OrderFacts
from verification.facts.slices import Slices, unhurried, whole
from verification.venues.port import Venue


@dataclass(frozen=True, slots=True)
class Rules:
    """The numbers by which an account is judged."""

    compare: CompareSettings = field(default_factory=CompareSettings)
    confirmation: ConfirmationSettings = field(default_factory=ConfirmationSettings)
    merge: MergeSettings = DEFAULT_MERGE


class AccountWatch:
    """Looks at one account and keeps what must be kept from look to look."""

    def __init__(self, venue: Venue, ledgers: Sequence[Ledger], rules: Rules, clock: Clock) -> None:
        """Start to listen to the account's stream at once; `close` ends it."""
        self.venue = venue
        self.ledgers = tuple(LedgerReader(ledger, clock, markets=lambda: venue.markets) for ledger in ledgers)
        self.rules = rules
        self.late_fills = LateFills()
        self.disagreements = Disagreements()
        self._clock = clock
        self._pushed: dict[LegKey, PositionSeen] = {}
        self._holdings = Holdings()
        self._view: VenueView | None = None
        self._suspicions: dict[FindingKey, Suspicion] = {}
        self._rest = LegsAtRest()
        self._ledger_rows = LedgerRows()
        self._kept = NOTHING_KEPT
        self._told: set[LegKey] = set()
        self._turn = asyncio.Lock()
        self._unlisten = venue.listen(self._on_observation)
        self._sizes = ContractSizes()
        self._lag: timedelta | None = None
        self._wall = WallSteps()
        self._inquiry = Inquiry(venue, clock)
        self.asked = AskedAccount(venue, clock)

    @property
    def held(self) -> Mapping[LegKey, Holding]:
        """The last position that each leg was shown to hold, by whoever showed it newest."""
        return self._holdings.known()

    @property
    def order_facts(self) -> OrderFacts:
        """What the venue has told looks of orders that they asked for."""
        return self._inquiry.facts

    def traded(self, symbol: str) -> Traded | None:
        """Return the last list of a symbol's trades that a look has read; None if none has."""
        return self._inquiry.traded(symbol)

    def use_lag(self, lag: timedelta) -> None:
        """Take `lag` for the high percentile of the position list's visibility lag from now on."""
        self._lag = lag

    def close(self) -> None:
        """Stop listening, and end the threads of the ledgers."""
        self._unlisten()
        for ledger in self.ledgers:
            ledger.close()

    def settled_since(self, leg: LegKey, asked: Moment) -> bool:
        """True when a look begun after `asked` saw both sides hold the same on a leg."""
        return self._rest.since(leg, asked)

    async def look(self, symbols: frozenset[str] | None = None) -> Look:
        """Look at the account, or at some symbols of it. Looks at one account follow one another.

        Nothing here raises for a side that cannot be read: what failed is part of the look.
        """
        async with self._turn:
            look = await self._look(symbols)
            if not self.asked.again(look):
                return look
            again = await self._look(symbols)
            self.asked.again(again)
            # One that was held back says less than the first, which has not judged what it did not read.
            return look if again.reading.positions is None else again

    async def _look(self, symbols: frozenset[str] | None) -> Look:
        started = self._clock.now()
        before, failed_before = await self._read_ledgers()
        reading = await self.asked.read(symbols, before, self._view, self._pushed)
        after, failed_after = await self._read_ledgers()
        return await self._judge(before, after, failed_before | failed_after, reading, started)

    async def glance(self, symbols: frozenset[str]) -> tuple[Finding, ...]:
        """Return the positions of some symbols that pushes show, no bot knows and nobody suspects yet.

        The venue is asked nothing, no look is waited for, and nothing is remembered: looks judge it all. A
        push is proof of a position; that no bot knows it is only said where every ledger was read just now.
        """
        held = {key for key, seen in self._pushed.items() if key.symbol in symbols and seen.quantity != 0}
        suspected = {(key.symbol, key.leg) for key in self._suspicions}
        if self._view is None or all((key.symbol, key.leg) in suspected for key in held):
            return ()
        ledgers, unreadable = await self._read_ledgers()
        now = self._clock.now()
        if unreadable:
            return ()
        rows = tuple(row for name in sorted(ledgers) for row in ledgers[name].rows)
        if all_known(held, rows, self.venue.mode, self.late_fills.watched(now.utc)):
            return ()
        reading = not_asked(self.venue, symbols, now)
        view = whole(self._merged(reading, now, self._told))
        comparing = self._comparing(rows, view, reading, ledgers, now=now)
        found = strangers(whole(comparing(facts={}, trades={}, kept=NOTHING_KEPT)))
        suspected = {(key.symbol, key.leg) for key in self._suspicions}
        return tuple(each for each in found if (each.symbol, each.leg) not in suspected)

    async def _judge(
        self,
        ledgers: Mapping[str, LedgerReading],
        after: Mapping[str, LedgerReading],
        unreadable: Mapping[str, LedgerUnreadable],
        reading: AccountReading,
        started: Moment,
    ) -> Look:
        now = self._clock.now()
        self._wall.note(now)
        remarks = self._follow_contracts(reading)
        readable = {name: after[name] for name in after if name not in unreadable}
        rows = self._ledger_rows.of(readable, reading.orders, now.utc)
        told, self._told = self._told, set()
        before = self._view
        self._view = view = await unhurried(self._merged(reading, now, told), self._clock)
        self._remember_held(before, view, told)
        compare_with = self._comparing(
            rows,
            view,
            reading,
            readable,
            now=now,
            moving=moving_symbols(ledgers, after, unreadable) | unasked(view),
            complete=not unreadable,
        )
        comparison = await self._inquiry.compare(compare_with, self._kept)
        self._kept = comparison.kept
        self.late_fills.looked(comparison)
        judged = tuple(self._confirm(finding, comparison, now) for finding in comparison.findings)
        comparison = comparison.with_confirmed(each.finding.identity for each in judged if each.confirmed)
        self._forget(comparison)
        await unhurried(self._rest.note(comparison, self._holdings.known(), started), self._clock)
        times = (started, now, self._clock.now())
        return Look(reading.symbols, judged, comparison, view, reading, readable, unreadable, *times, remarks)

    def _merged(self, reading: AccountReading, now: Moment, told: Collection[LegKey]) -> Slices[VenueView]:
        pushed = self._pushed
        if reading.symbols is not None:  # of others looks have heard, and there may be thousands
            keys = {*legs_of(reading.account, reading.symbols), *told}
            pushed = {key: pushed[key] for key in keys if key in pushed}
        return merge_in_slices(
            self._view,
            reading,
            dict(pushed),  # what is pushed meanwhile belongs to the next look
            self.venue.stream_health(),
            now=now,
            settings=self.rules.merge,
            lag=self._lag,
        )

    def _comparing(
        self,
        rows: tuple[Expectation, ...],
        view: VenueView,
        reading: AccountReading,
        ledgers: Mapping[str, LedgerReading],
        *,
        now: Moment,
        moving: frozenset[str] = frozenset(),
        complete: bool = True,
    ) -> Comparing:
        return partial(
            compare_in_slices,
            rows,
            view,
            markets=without_unlisted(self.venue.markets, reading.unlisted),
            mode=reading.mode,
            settings=self.rules.compare,
            now=now.utc,
            ledgers_complete=complete,
            ledger_at=oldest(ledgers.values()),
            moving=moving,
            watched=self.late_fills.watched(now.utc),
            stepped=self._wall.last,
            agreed=self._rest.agreed(view),
            alone=self.venue.access.exclusive and all(each.names_orders for each in ledgers.values()),
        )

    def _follow_contracts(self, reading: AccountReading) -> tuple[str, ...]:
        """Move what is remembered to the names that contracts have now; drop what is counted anew."""
        names, anew = reading.renamed, self._sizes.changed(self.venue.markets)
        self._holdings.follow(names, anew)
        self._pushed = without(renamed(self._pushed, names), anew)
        if self._view is not None:
            self._view = replace(self._view, legs=without(self._view.legs, anew))
        self._suspicions = followed(self._suspicions, names, anew)
        return (*reading.remarks, *anew.values())

    def _confirm(self, finding: Finding, comparison: Comparison, now: Moment) -> Judged:
        key = finding.identity
        confidence = comparison.confidence[key]
        if self._wall.stepped_within(self.rules.confirmation.longest, now):
            # What was written down before the step would count as an hour old, or as not yet written.
            confidence = replace(confidence, quiet_since=None, opened=None)
        rules = self.rules.confirmation
        judgement: Judgement = judge(
            past_of(self._suspicions, key), finding, confidence, rules, lag=self._lag, now=now
        )
        self._suspicions[key] = judgement.suspicion
        return Judged(finding, judgement.confirmed, judgement.reason, judgement.suspicion.wait)

    def _forget(self, comparison: Comparison) -> None:
        """Drop the suspicions that this look has shown to be gone; what it could not judge stays."""
        gone = [key for key in self._suspicions if comparison.clears(key)]
        for key in gone:
            del self._suspicions[key]

    def _remember_held(self, before: VenueView | None, view: VenueView, told: set[LegKey]) -> None:
        """Take note of what legs hold that have changed, or of which the stream has spoken before the look.

        What it has said while the look was merged is newer than the look, and is held against the next one.
        """
        known = {} if before is None else before.legs
        keys = view.legs if view.symbols is None else {*legs_of(view.account, view.symbols), *told}
        for key in keys:
            leg, old = view.legs.get(key), known.get(key)
            changed = leg is not None and (old is None or not holds_the_same(old.position, leg.position))
            if leg is not None and (changed or key in told) and key not in self._told:
                self._holdings.note(key, Holding(leg.quantity, leg.version, leg.updated_at))

    def _on_observation(self, seen: Observation) -> None:
        if isinstance(seen, OrderSeen):
            self.late_fills.on_order(seen)
            self.disagreements.on_order(seen)
            self.asked.orders.on_order(seen)
        if not isinstance(seen, PositionSeen):
            return
        known = self._pushed.get(seen.key)
        if known is not None and (known.version or 0) > (seen.version or 0):
            return
        self._pushed[seen.key] = seen
        self._told.add(seen.key)
        self._holdings.note(seen.key, Holding(seen.quantity, seen.version, seen.provenance.exchange_at))

    async def _read_ledgers(self) -> tuple[dict[str, LedgerReading], dict[str, LedgerUnreadable]]:
        readings: dict[str, LedgerReading] = {}
        unreadable: dict[str, LedgerUnreadable] = {}

        async def read(ledger: LedgerReader) -> None:
            try:
                readings[ledger.name] = await ledger.read()
            except LedgerUnreadable as error:
                unreadable[ledger.name] = error

        await asyncio.gather(*map(read, self.ledgers))
        return readings, unreadable
