"""What happens on one leg, act by act, and what the bot writes down: rightly, late, wrongly or never."""

import random
from dataclasses import replace
from decimal import Decimal

from reconciler.facts.expectation import ExpectationState as State
from reconciler.facts.expectation import OrderRole
from tests.simulation.reconciler.names import Names
from tests.simulation.reconciler.plan import QUIET, Moved, Noted, Placed, Row, RowOrder, Sent
from tests.simulation.reconciler.stop_story import StopStory
from tests.simulation.reconciler.trouble import Trouble
from verification.facts.leg import Leg, LegKey

SIZES = (1, 20, 43)
OLD = -100.0
"""When what was there before the world came to be."""


class LegStory:
    """One leg from its past to the end of the world. Each act is over before the next."""

    def __init__(
        self, number: int, key: LegKey, troubles: frozenset[Trouble], rng: random.Random, names: Names
    ) -> None:
        self.key = key
        self.past = 0
        self.before: list[Row] = []
        self.noted: list[Noted] = []
        self.moved: list[Moved] = []
        self.sent: list[Sent] = []
        self.names = names
        self.number = number
        self.on = troubles.__contains__
        self.rng = rng
        self.held = 0
        self.rows: dict[str, Row] = {}
        self.until = 0.0
        self._count = 0
        self.apart = random.Random(0)
        self._stops = StopStory(key, troubles, rng, names)

    def draw_apart_by(self, rng: random.Random) -> None:
        """Draw from a source of its own what befalls orders by themselves (see `trouble.OF_ORDERS`)."""
        self.apart = self._stops.apart = rng

    @property
    def placed(self) -> list[Placed]:
        return self._stops.placed

    def tell(self) -> None:
        """Draw it."""
        pick, rng = self.rng.choice, self.rng
        if pick([True, False]):
            self.past = self.held = pick(SIZES) * self.way()
            row = self._stops.guard(OLD, self.row(self.held))
            self.rows[row.row_id] = row
            self.before.append(row)
        at = rng.uniform(2, 40)
        while at < QUIET:
            self._act(at)
            latest = max((each.at for each in self.noted), default=0.0)
            at = max(at, latest, self.until) + pick([5.0, 15.0, 40.0, 90.0, 150.0]) + rng.uniform(1, 5)

    def way(self) -> int:
        return {Leg.LONG: 1, Leg.SHORT: -1}.get(self.key.leg) or self.rng.choice([1, -1])

    @property
    def live(self) -> list[Row]:
        return [row for row in self.rows.values() if row.live]

    def _act(self, at: float) -> None:
        pick, rng = self.rng.choice, self.rng
        live = self.live
        believed = sum(row.expected for row in live)
        if self.on(Trouble.LIQUIDATIONS) and self.held and rng.random() < 0.4:
            self.move(at, -self.held, told=None)
        elif self.on(Trouble.OTHERS_TRADE) and rng.random() < 0.5:
            self.move(at, self.stranger(), told=0)
        elif believed != self.held and rng.random() < 0.7:
            if pick([True, False]):
                self._correct(at)
            else:
                self.move(at, believed - self.held, told=0)
        elif live and not (self.on(Trouble.SEVERAL_ROWS) and rng.random() < 0.5):
            self._goes_on(at, pick(live))
        else:
            self._open(at)

    def _goes_on(self, at: float, row: Row) -> None:
        """Go on with a trade that there is: its stop fires, or stands otherwise, or it is closed."""
        rng = self.rng
        if self.on(Trouble.FIRED_STOPS) and self._stops.may_fire(row) and rng.random() < 0.6:
            self._stop_fires(at, row)
        elif self.on(Trouble.VENUE_STOPS) and row.expected and rng.random() < 0.4:
            self.until = at + 1.0
            self.note(at + 0.5, self._stops.again(at, row))
        else:
            self._close(at, row)

    def stranger(self) -> int:
        size = self.rng.choice([7, *SIZES])
        if self.key.leg is Leg.NET:
            return size * self.rng.choice([1, -1])
        way = self.way()
        # On a hedge leg nobody can sell more than there is.
        return size * way if not self.held else self.rng.choice([size * way, -self.held])

    def move(self, at: float, by: int, *, told: int | None) -> None:
        """Something else than the bot's orders changes the leg; the bot may be told of a liquidation."""
        if by == 0:
            return
        self.held += by
        self.moved.append(Moved(at, self.key, by))
        if self.held == 0:
            self._stops.cancelled(at, self.live)  # the venue cancels what could only reduce
        delay = self.delay()
        if told is None and delay is not None:
            self._correct(at + delay)

    def _open(self, at: float) -> None:
        size, way = self.rng.choice(SIZES), self.way()
        row = self.row(size * way)
        fills = self.rng.choice([0.0, 0.05, 1.5])
        delay = self.delay()
        if self.on(Trouble.ORDERS):
            refused = self.on(Trouble.REFUSED_ORDERS) and self.rng.random() < 0.5
            entry = RowOrder(
                OrderRole.ENTRY, self.names.order(row.row_id, "e"), size, 0, resting=True, sent=at
            )
            opening = replace(
                row, expected=0, low=0, high=size, state=State.OPENING, orders=(entry,), excess=Decimal(0)
            )
            self.note(at + 0.02, opening)
            parts = () if refused else ((at + fills + 0.001, size),)
            ends = at + 1.01 if refused else at + fills + 0.01
            self.sent.append(Sent(at, parts, ends, self.key, entry.order_id, size * way, reduces=False))
            if refused:
                self.note(at + 1.0 + max(delay or 2.0, 0.1), replace(over(opening), state=State.FAILED))
                return
            row = replace(row, orders=(replace(entry, booked=size, resting=False),))
            delay = max(delay, 0.1) if delay is not None else None
        else:
            self.moved.append(Moved(at + fills, self.key, size * way))
        self.held += size * way
        self.until = at + fills
        if delay is None:
            return  # it is never written down
        done = max(at + fills + delay, 0.5)
        row = self._flawed(row)
        self.note(done, row)
        if self.on(Trouble.DOUBLED_ROWS) and self.rng.random() < 0.4:
            self.note(at + fills + max(delay, 0.0) + 0.1, self.row(row.expected))
        self.guard(done, row)

    def guard(self, at: float, row: Row) -> None:
        """Place the stop of a trade that has come to be, and write it down."""
        guarded = self._stops.guard(at + self.rng.choice([0.1, 1.0, 8.0]), row)
        if guarded is not row:
            self.note(self.placed[-1].at + 0.05, guarded)

    def _close(self, at: float, row: Row) -> None:
        held = self.held if self.held * row.expected > 0 else 0
        by = -min(abs(row.expected), abs(held)) * row.sign
        fills = self.rng.choice([0.0, 0.05, 1.5])
        delay = self.delay()
        if self.on(Trouble.ORDERS) and row.expected:
            size = abs(row.expected)
            out = RowOrder(OrderRole.EXIT, self.names.order(row.row_id, "x"), size, 0, resting=True, sent=at)
            row = replace(row, orders=(*row.orders, out), low=0, state=State.CLOSING)
            self.note(at + 0.02, row)
            self.sent.append(
                Sent(
                    at,
                    ((at + fills + 0.001, size),),
                    at + fills + 0.01,
                    self.key,
                    out.order_id,
                    -row.expected,
                    reduces=True,
                )
            )
            delay = max(delay, 0.1) if delay is not None else None
        elif by:
            self.moved.append(Moved(at + fills, self.key, by))
        self.held += by
        self.until = at + fills
        self._stops.over(at + fills, row)
        if delay is not None:
            self.note(at + fills + delay, over(row))

    def _stop_fires(self, at: float, row: Row) -> None:
        """The stop of a trade closes what there is of it; the bot takes note, late or never."""
        held = self.held if self.held * row.expected > 0 else 0
        by = -min(abs(row.expected), abs(held)) * row.sign
        delay = self.delay()
        self.until = at
        order_id = self.names.order(row.row_id, "f")
        self._stops.fires(at, row, order_id)
        size = -row.expected
        self.sent.append(
            Sent(at, ((at + 0.001, abs(size)),), at + 0.01, self.key, order_id, size, reduces=True)
        )
        self.held += by
        if delay is not None:
            self.note(at + max(delay, 0.1), over(row))

    def _correct(self, at: float) -> None:
        """The bot, or its owner, brings the ledger in line with the venue."""
        for row in self.live:
            self._stops.taken_back(at, row)
            self.note(at, over(row))
        if self.held:
            row = self.row(self.held)
            self.note(at, row)
            self.guard(at, row)

    def delay(self) -> float | None:
        """Return how long after the fact the bot notes it; None for never."""
        rng = self.rng
        if self.on(Trouble.FORGOTTEN_ROWS) and rng.random() < 0.4:
            return None
        if self.on(Trouble.LATE_ROWS) and rng.random() < 0.5:
            return rng.uniform(30, 90)
        return rng.uniform(-1.5, 5)

    def _flawed(self, row: Row) -> Row:
        rng = self.rng
        if self.on(Trouble.WRONG_SIZES) and rng.random() < 0.5:
            size = abs(row.expected) + rng.choice([1, 7, -1]) or 2
            row = replace(row, expected=size * row.sign, low=size, high=size)
        if self.on(Trouble.WRONG_SIDES) and rng.random() < 0.5 and self.key.leg is Leg.NET:
            row = replace(row, expected=-row.expected, sign=-row.sign)
        return row

    def note(self, at: float, row: Row) -> None:
        self.rows[row.row_id] = row
        self.noted.append(Noted(at, row))

    def row(self, quantity: int) -> Row:
        self._count += 1
        ledger = self.rng.choice([0, 1]) if self.on(Trouble.TWO_LEDGERS) else 0
        sign = 1 if quantity > 0 else -1
        size = abs(quantity)
        # One uncut number on a leg misses less than a lot; several might not.
        alone = self.on(Trouble.INEXACT_LEDGERS) and not self.live
        excess = self.rng.choice([Decimal(0), Decimal("0.3"), Decimal("0.7")]) if alone else Decimal(0)
        row_id = f"{self.number}.{self._count}"
        return Row(ledger, row_id, self.key, sign, quantity, size, size, State.OPEN, excess)


def over(row: Row) -> Row:
    """Return a row whose trade is closed."""
    orders = tuple(replace(order, resting=False) for order in row.orders)
    return replace(row, expected=0, low=0, high=0, state=State.CLOSED, excess=Decimal(0), orders=orders)
