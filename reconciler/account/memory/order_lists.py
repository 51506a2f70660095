"""When all orders of an account are asked for, and of which symbols otherwise.

A list of all orders is dear where a venue weighs requests, and mostly tells what the one before has told. So
a sweep asks for the orders of the symbols whose verdicts rest on them, every time, whatever the stream says;
and for all of them at the start, after anything that may have hidden one, and now and then. No verdict rests
on orders that were not asked for in the very look that it is of. See docs/frugal.md.
"""

from collections.abc import Iterable

from reconciler.account.look import Look
from reconciler.account.memory.working_orders import WorkingOrders
from reconciler.comparison.protection import StopState
from reconciler.facts.expectation import Expectation, ExpectationState, OrderRole
from reconciler.facts.finding import FindingKey
from verification.budget.rates import LISTS_EVERY
from verification.facts.account import Part, PositionsReading
from verification.facts.clock import Moment
from verification.facts.errors import NotAsked
from verification.facts.observation import OrderSeen
from verification.facts.order_scope import OrderScope
from verification.venues.stream_state import StreamHealth, StreamState

HURRY_SECONDS = 5.0
"""How soon after the last such list something may make another due."""

OFTEN_SECONDS = 30.0
"""The same where the last two lists were no further apart than `CALM_SECONDS`: a stream may come and go."""

CALM_SECONDS = 60.0

HELD_BACK_SECONDS = 120.0
"""How long a sweep that had no room for all orders is followed by those that do not try."""

_Life = tuple[int | None, bool]
"""A life of the stream: its epoch, None where it is not live; and whether it is silent."""

_UNGUARDED = frozenset({StopState.NONE, StopState.IDLE, StopState.PARTIAL, StopState.UNKNOWN})
_OVER = frozenset({ExpectationState.CLOSED, ExpectationState.FAILED})
_LISTS = (Part.ORDERS, Part.CONDITIONAL_ORDERS)


class OrderLists:
    """What is remembered of the lists of orders of one account."""

    def __init__(self) -> None:
        """None was read yet."""
        self._sent: Moment | None = None
        self._apart = CALM_SECONDS
        self._life: _Life = (None, False)
        self._asked_in: _Life = (None, False)
        self._wanted = True
        self._not_before = 0.0
        self._hurried = False
        self._doubted: frozenset[str] = frozenset()
        self._told: frozenset[FindingKey] = frozenset()
        self._rows: object = None
        self._live: tuple[frozenset[str], frozenset[str]] = (frozenset(), frozenset())
        self._among: frozenset[str] = frozenset()  # symbols with a stop among the ordinary orders
        self._at_work = WorkingOrders()
        self._alerted: frozenset[str] = frozenset()

    def put_off(self, now: Moment) -> None:
        """Take note that the budget had no room for all orders: what verdicts rest on comes first."""
        self._not_before = now.monotonic + HELD_BACK_SECONDS

    def want(self) -> None:
        """Have the next look at the whole account ask for all orders."""
        self._wanted = True

    def due(self, stream: StreamHealth, now: Moment) -> bool:
        """Return whether a look at the whole account that begins now is to ask for all orders."""
        self._asked_in = _life_of(stream)
        if now.monotonic < self._not_before:
            return False
        if self._wanted or self._sent is None:
            return True
        age = now.monotonic - self._sent.monotonic
        return age >= LISTS_EVERY or self.due_in(stream, now) == 0.0

    def due_in(self, stream: StreamHealth, now: Moment) -> float | None:
        """Return in how many seconds something that has happened makes the lists due; None where nothing has.

        Lists that were asked for in one life of the stream say nothing of what was placed or cancelled before
        the next one subscribed. Where lists have just failed, what pauses after failures says when.
        """
        late = self._wanted or now.monotonic < self._not_before
        if self._sent is None or late or not (self._hurried or self._life != _life_of(stream)):
            return None
        pause = HURRY_SECONDS if self._apart >= CALM_SECONDS else OFTEN_SECONDS
        return max(0.0, self._sent.monotonic + pause - now.monotonic)

    def scope(
        self, rows: Iterable[Expectation], held: Iterable[str], listed: PositionsReading | None
    ) -> OrderScope:
        """Return of which symbols a sweep is to ask for orders.

        Args:
            rows: Every row of every ledger. Of the same tuple as the last time it is known what they say.
            held: The symbols that were last known to hold something.
            listed: The position list, just read; None where it is not.
        """
        if rows is not self._rows or not isinstance(rows, tuple):
            live = [row for row in rows if row.state not in _OVER]
            waiting = frozenset(row.symbol for row in live if _waits(row))
            self._rows, self._live = rows, (waiting, frozenset(row.symbol for row in live))
        waiting, believed = self._live
        shown = frozenset[str]() if listed is None else listed.index.held
        conditional = believed.union(shown, held, self._doubted)
        return OrderScope(waiting | self._among | self._doubted, conditional)

    def on_order(self, seen: OrderSeen) -> None:
        """Take note of an order that the stream has told of."""
        self._at_work.on_order(seen)

    def ordinary(
        self, symbols: frozenset[str], rows: Iterable[Expectation], stream: StreamHealth
    ) -> frozenset[str]:
        """Return the symbols of a look at some whose ordinary orders it is to ask for as well.

        Of the others none is known to rest, by the last list of all and by a stream that has lived and spoken
        ever since, no row waits for one and nobody is told of anything; and a conditional order rests, so
        that what may protect them is asked for.
        """
        life = _life_of(stream)
        if self._wanted or self._sent is None or life != self._life or life[0] is None or life[1]:
            return symbols
        wanted = self.scope(rows, (), None).ordinary or frozenset()
        rest_on, asked = self._at_work.rest_on, wanted | self._alerted
        spared = (each for each in symbols - asked if rest_on(each, conditional=True))
        return symbols.difference(each for each in spared if not rest_on(each, conditional=False))

    def tell(self, symbols: Iterable[str]) -> None:
        """Take note of the symbols with open alerts: their looks may clear them."""
        self._alerted = frozenset(symbols)

    def noted(self, look: Look) -> bool:
        """Take note of a look; return True for one that is to be done again with the orders it has left out.

        That is one that has found what the one before has not: sides that differ, or a leg that nothing
        protects, or of which that is not known.
        """
        found = {each.finding.identity for each in look.judged}
        doubts = {key.symbol for key in found}
        doubts |= {row.symbol for row in look.comparison.legs if row.stop in _UNGUARDED}
        doubts -= look.comparison.check.moving
        anew = doubts - self._doubted
        covered, before = look.symbols, self._doubted
        self._doubted = frozenset(doubts if covered is None else doubts | (before - covered))
        self._note_told(look)
        self._note_stops(look)
        self._at_work.looked(look)
        failures = [look.reading.failures[part] for part in _LISTS if part in look.reading.failures]
        if failures:
            # What was not asked for want of budget says nothing, and is asked for when it is due again.
            self._wanted = self._wanted or not all(isinstance(error, NotAsked) for error in failures)
            return False
        if covered is not None:
            scope = look.reading.scope
            return any(not scope.holds(symbol, conditional=False) for symbol in anew & covered)
        if look.reading.scope.whole:
            self._note_lists(look)
            return False
        self._wanted = self._wanted or bool(anew)
        return bool(anew) and look.finished.monotonic >= self._not_before

    def _note_lists(self, look: Look) -> None:
        sent = look.reading.sent
        if self._sent is not None:
            self._apart = sent.monotonic - self._sent.monotonic
        self._sent, self._life = sent, self._asked_in
        self._wanted = self._hurried = False

    def _note_told(self, look: Look) -> None:
        """Have what has lasted make the lists due, once: its own symbol is asked about by each look."""
        told = frozenset(each.finding.identity for each in look.judged if each.confirmed)
        others = (key for key in self._told if look.symbols is not None and key.symbol not in look.symbols)
        self._hurried = self._hurried or bool(told - self._told)
        self._told = told.union(others)

    def _note_stops(self, look: Look) -> None:
        reading = look.reading
        if reading.orders is None:
            return
        found = {order.symbol for order in reading.orders if order.conditional}
        kept = (
            symbol
            for symbol in self._among
            if not reading.scope.holds(symbol, conditional=False)
            or (look.symbols is not None and symbol not in look.symbols)
        )
        self._among = frozenset(found.union(kept))


def _waits(row: Expectation) -> bool:
    """Return whether a row waits for an ordinary order of its own."""
    if row.expected_low != row.expected_high or row.entry_resting_since is not None:
        return True
    return any(order.resting and order.role is not OrderRole.STOP for order in row.orders)


def _life_of(stream: StreamHealth) -> _Life:
    live = stream.state is StreamState.LIVE
    return stream.epoch if live else None, stream.missed_since is not None
