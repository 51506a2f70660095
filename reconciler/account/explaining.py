"""Reads the trades of each change of a leg, once, and says who has sent them; all in its own time.

No alert waits for it: what a difference needs to know is asked by the look that finds it (`inquiry`), and
lists that were read there are taken from there. What it asks itself is the least urgent of all.
"""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime, timedelta

import structlog

from reconciler.account.asked_orders import AskedOrders, AskingLimits
from reconciler.account.look import Look
from reconciler.account.memory.counted import PATIENCE, Counted, Patience, Shown
from reconciler.account.memory.own_orders import OwnOrders
from reconciler.account.watch import AccountWatch
from reconciler.comparison.kept import legs_of
from reconciler.comparison.traded import Traded
from reconciler.facts.change import Explained, Mark
from reconciler.facts.expectation import Expectation
from reconciler.storage.changes import Counting
from reconciler.storage.errors import StateDatabaseError
from reconciler.storage.store import Store
from verification.budget.purpose import Purpose, asked_for
from verification.facts.account import Fill, PositionMode
from verification.facts.clock import Clock, Moment, until_next
from verification.facts.errors import SourceError
from verification.facts.leg import Leg
from verification.facts.order_fact import OrderFacts, OrderRef
from verification.facts.slices import Slices, unhurried, whole
from verification.facts.spell import Spell

STEP_SECONDS = 5.0
"""How often it is looked whether anything is to be read."""

AT_ONCE = 8
"""Lists of trades in one step, and orders."""

MARKED_EVERY = 600.0
"""Seconds after which it is stored up to where an account at rest is counted: what a restart reads again."""

COUNTED_EVERY = 300.0
"""Seconds after which the share is counted anew although nothing was told: old changes leave it."""

COUNTED_AFTER = 30.0
"""Seconds that lie between two counts of the share at least: what has changed is stored at once, and to count
all of a week anew for each change would cost more than to store it."""

log = structlog.get_logger()


class Explaining:
    """The changes of one account.

    Attributes:
        explained: What was counted last; None before the first time.
    """

    def __init__(
        self,
        watch: AccountWatch,
        store: Store,
        clock: Clock,
        *,
        marks: Mapping[str, str] | None = None,
        patience: Patience = PATIENCE,
        ahead: Callable[[], timedelta] = timedelta,
    ) -> None:
        """Nothing is known yet.

        Args:
            watch: Looks at the account.
            store: Where it is kept.
            clock: Where time comes from.
            marks: Other bots by what their client ids look like, as regular expressions.
            patience: How long what explains a change is waited for.
            ahead: How far the venue's clock is ahead of ours, by which its trades are timed.
        """
        self._watch = watch
        self._venue = watch.venue
        self._account = watch.venue.access.account
        self._store = store
        self._clock = clock
        self._marks = marks or {}
        self._ahead = ahead
        self._own = OwnOrders()
        self._orders = AskedOrders(self._venue, clock, AskingLimits(most=AT_ONCE))
        self._counted = Counted(patience)
        self._unread = Spell()
        self._restored = False
        self._look: Look | None = None
        self._used: dict[str, Traded | None] = {}
        self._whole: Look | None = None
        self._since_whole: set[str] = set()
        self._rows: dict[str, tuple[Expectation, ...]] = {}
        self._marked: dict[str, Mark] = {}
        self._marked_at: float | None = None
        self._told_at: float | None = None
        self._untold = False  # something is stored that the share does not count yet
        self.explained: Explained | None = None

    async def run(self) -> None:
        """Count what changes, until cancelled."""
        with asked_for(Purpose.MEASUREMENT):
            while True:
                await self._clock.sleep(until_next(STEP_SECONDS, self._clock.now()))
                try:
                    await self.step()
                except StateDatabaseError as error:
                    if not error.again:
                        raise
                    log.debug("changes.not_stored", account=self._account, error=str(error))

    def looked(self, look: Look) -> None:
        """Take what a look has shown: of some symbols at once, of a whole account in the next step."""
        self._note_rows(look)
        self._look = look
        if look.symbols is None:
            self._whole, self._since_whole = look, set()
        elif self._restored:
            self._since_whole |= look.symbols
            whole(self._take(look, frozenset()))

    def _note_rows(self, look: Look) -> None:
        """Take note of the ledgers' rows, unless they are the very ones of before."""
        read = {name: reading.rows for name, reading in look.ledgers.items()}
        kept = {**self._rows, **read}
        if any(self._rows.get(name) is not rows for name, rows in kept.items()):
            self._rows = kept
            self._own.note(row for rows in kept.values() for row in rows)

    def _take(self, look: Look, newer: Collection[str]) -> Slices[None]:
        """Take what a look has shown, but for symbols of which a newer one has."""
        view = look.view
        keys = view.legs if view.symbols is None else legs_of(view.account, view.symbols)
        # What a restart remembers to be held, and no list shows: it was closed meanwhile.
        gone = (key for key in self._counted.held(view.account, view.symbols) if key not in view.legs)
        shown = (
            (key, Shown(quantity, leg.updated_at if leg is not None else None))
            for key in (*keys, *gone)
            if key.symbol not in newer and (quantity := view.quantity(key)) is not None
            for leg in (view.legs.get(key),)
        )
        complete = view.symbols is None and view.listed is not None and not (view.unread or view.unnamed)
        return self._counted.looked(shown, whole=complete, now=self._by_venue(look.finished))

    def _by_venue(self, at: Moment) -> Moment:
        """Return a moment with the time that the venue's clock shows then."""
        return Moment.at(at.utc + self._ahead(), at.monotonic)

    async def step(self) -> None:
        """Read what is to be read, say who has sent it, and store that."""
        if not self._restored:
            await self._restore()
        if self._whole is not None:
            look, self._whole = self._whole, None
            await unhurried(self._take(look, self._since_whole), self._clock)
        now = self._by_venue(self._clock.now())
        for symbol, since, seen in self._counted.due(now)[:AT_ONCE]:
            await self._read(symbol, since, seen)
        if not self._counted.unread() and (lasted := self._unread.well(self._clock.now())) is not None:
            log.info("changes.read_again", account=self._account, seconds=round(lasted))
        await self._attribute()
        await self._save()

    async def _restore(self) -> None:
        counting, changes = await self._store.changes.counted(self._account)
        if counting is not None:
            self._counted.since, self._counted.until = counting.since, counting.until
            self._counted.marks = {mark.symbol: mark for mark in counting.marks}
            self._marked = dict(self._counted.marks)
            self._counted.told.restore(changes)
        self._restored = True

    async def _read(self, symbol: str, since: datetime, seen: Moment) -> None:
        known = self._watch.traded(symbol)
        used, self._used[symbol] = self._used.get(symbol), known
        # A list that a look has read says the same, if it is of after the change and was not taken before.
        if known is None or known is used or known.since > since or known.seen.monotonic <= seen.monotonic:
            try:
                fills = await self._venue.read_fills(symbol, since)
            except SourceError as error:
                self._counted.failed(symbol, self._by_venue(self._clock.now()))
                if self._unread.met(self._clock.now()):
                    said = {"error": str(error), "times": self._unread.times}
                    log.info("changes.not_read", account=self._account, symbol=symbol, **said)
                return
            known = Traded(since, fills, self._clock.now())
        fills = tuple(fill for fill in known.fills if fill.at >= since)
        await self._ask(self._unplaced(symbol, fills))
        self._counted.count(symbol, fills, self._leg_of, self._by_venue(self._clock.now()))

    def _unplaced(self, symbol: str, fills: tuple[Fill, ...]) -> tuple[OrderRef, ...]:
        """Return the orders whose own word has to say which leg they have traded."""
        return tuple(
            OrderRef(symbol, fill.order_id, conditional=False)
            for fill in fills
            if self._leg_of(fill) is None and fill.trade_id not in self._counted.marks[symbol].counted
        )

    def _leg_of(self, fill: Fill) -> Leg | None:
        if self._look is None or self._look.view.mode is PositionMode.ONE_WAY:
            return Leg.NET
        if fill.leg is not None:
            return fill.leg
        fact = self._facts.get(OrderRef(fill.symbol, fill.order_id, conditional=False))
        return None if fact is None else fact.leg

    @property
    def _facts(self) -> OrderFacts:
        return {**self._orders.facts, **self._watch.order_facts}

    async def _attribute(self) -> None:
        if await self._ask(self._attributed()):
            self._attributed()

    def _attributed(self) -> tuple[OrderRef, ...]:
        grace, now = self._counted.patience.grace, self._by_venue(self._clock.now()).utc
        told, facts = self._counted.told, self._facts
        return told.attribute(self._own, facts, marks=self._marks, grace=grace, now=now)

    async def _ask(self, wanted: tuple[OrderRef, ...]) -> bool:
        return bool(wanted) and await self._orders.ask(wanted)

    async def _save(self) -> None:
        """Store what is new, all at once: changes, and up to where they are counted."""
        counted, now = self._counted, self._clock.now()
        if counted.since is None or counted.until is None:
            return
        told = counted.told
        news, dropped = dict(told.news), set(told.dropped)
        at = self._marked_at
        if news or dropped or at is None or now.monotonic - at >= MARKED_EVERY:
            # A mark is replaced where it says something new; an account may have traded hundreds of symbols.
            marks = tuple(each for name, each in counted.marks.items() if self._marked.get(name) is not each)
            counting = Counting(counted.since, counted.until, marks)
            await self._store.changes.save(self._account, tuple(news.values()), dropped, counting)
            told.stored(news, dropped)
            self._marked |= {each.symbol: each for each in marks}
            self._marked_at = now.monotonic
            self._untold = True
        pause = COUNTED_AFTER if self._untold else COUNTED_EVERY
        if self._told_at is not None and now.monotonic - self._told_at < pause:
            return
        self.explained = await self._store.changes.explained(self._account, now=now.utc)
        self._told_at, self._untold = now.monotonic, False
