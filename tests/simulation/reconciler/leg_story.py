"""What happens on one leg, act by act, and what the bot writes down: rightly, late, wrongly or never."""

import random
from dataclasses import replace

from reconciler.expectation import ExpectationState as State
from tests.simulation.reconciler.plan import QUIET, Moved, Noted, Row, Sent
from tests.simulation.reconciler.trouble import Trouble
from verification.leg import Leg, LegKey

SIZES = (1, 20, 43)


class LegStory:
    """One leg from its past to the end of the world. Each act is over before the next."""

    def __init__(self, number: int, key: LegKey, troubles: frozenset[Trouble], chance: random.Random) -> None:
        self.key = key
        self.past = 0
        self.before: list[Row] = []
        self.noted: list[Noted] = []
        self.moved: list[Moved] = []
        self.sent: list[Sent] = []
        self._number = number
        self._on = troubles.__contains__
        self._chance = chance
        self._held = 0
        self._rows: dict[str, Row] = {}
        self._count = 0

    def tell(self) -> None:
        """Draw it."""
        pick, chance = self._chance.choice, self._chance
        if pick([True, False]):
            self.past = self._held = pick(SIZES) * self._way()
            row = self._row(self._held)
            self._rows[row.row_id] = row
            self.before.append(row)
        at = chance.uniform(2, 40)
        while at < QUIET:
            self._act(at)
            latest = max((each.at for each in self.noted), default=0.0)
            at = max(at, latest) + pick([5.0, 15.0, 40.0, 90.0, 150.0]) + chance.uniform(1, 5)

    def _way(self) -> int:
        return {Leg.LONG: 1, Leg.SHORT: -1}.get(self.key.leg) or self._chance.choice([1, -1])

    def _act(self, at: float) -> None:
        pick, chance = self._chance.choice, self._chance
        live = [row for row in self._rows.values() if row.live]
        believed = sum(row.expected for row in live)
        if self._on(Trouble.LIQUIDATIONS) and self._held and chance.random() < 0.4:
            self._move(at, -self._held, told=None)
        elif self._on(Trouble.OTHERS_TRADE) and chance.random() < 0.5:
            self._move(at, self._stranger(), told=0)
        elif believed != self._held and chance.random() < 0.7:
            if pick([True, False]):
                self._correct(at)
            else:
                self._move(at, believed - self._held, told=0)
        elif live:
            self._close(at, pick(live))
        else:
            self._open(at)

    def _stranger(self) -> int:
        size = self._chance.choice([7, *SIZES])
        if self.key.leg is Leg.NET:
            return size * self._chance.choice([1, -1])
        way = self._way()
        # On a hedge leg nobody can sell more than there is.
        return size * way if not self._held else self._chance.choice([size * way, -self._held])

    def _move(self, at: float, by: int, *, told: int | None) -> None:
        """Something else than the bot's orders changes the leg; the bot may be told of a liquidation."""
        if by == 0:
            return
        self._held += by
        self.moved.append(Moved(at, self.key, by))
        delay = self._delay()
        if told is None and delay is not None:
            self._correct(at + delay)

    def _open(self, at: float) -> None:
        size, way = self._chance.choice(SIZES), self._way()
        row = self._row(size * way)
        fills = self._chance.choice([0.0, 0.05, 1.5])
        delay = self._delay()
        if self._on(Trouble.ORDERS):
            refused = self._on(Trouble.REFUSED_ORDERS) and self._chance.random() < 0.5
            row = replace(row, entry=f"e{row.row_id}")
            opening = replace(row, expected=0, low=0, high=abs(row.expected), state=State.OPENING)
            self._note(at + 0.02, opening)
            when = None if refused else at + fills
            self.sent.append(Sent(at, when, self.key, row.entry, size * way, reduces=False))
            if refused:
                self._note(at + 1.0 + (delay or 2.0), replace(_over(opening), state=State.FAILED))
                return
            delay = max(delay, 0.1) if delay is not None else None
        else:
            self.moved.append(Moved(at + fills, self.key, size * way))
        self._held += size * way
        if delay is None:
            return  # it is never written down
        self._note(max(at + fills + delay, 0.5), self._flawed(row))
        if self._on(Trouble.DOUBLED_ROWS) and self._chance.random() < 0.4:
            self._note(at + fills + max(delay, 0.0) + 0.1, replace(self._row(row.expected), entry=""))

    def _close(self, at: float, row: Row) -> None:
        held = self._held if self._held * row.expected > 0 else 0
        by = -min(abs(row.expected), abs(held)) * row.sign
        fills = self._chance.choice([0.0, 0.05, 1.5])
        delay = self._delay()
        if self._on(Trouble.ORDERS) and row.expected:
            row = replace(row, exit=f"x{row.row_id}.{self._count}", low=0, state=State.CLOSING)
            self._note(at + 0.02, row)
            self.sent.append(Sent(at, at + fills, self.key, row.exit, -row.expected, reduces=True))
            delay = max(delay, 0.1) if delay is not None else None
        elif by:
            self.moved.append(Moved(at + fills, self.key, by))
        self._held += by
        if delay is not None:
            self._note(at + fills + delay, _over(row))

    def _correct(self, at: float) -> None:
        """The bot, or its owner, brings the ledger in line with the venue."""
        for row in [row for row in self._rows.values() if row.live]:
            self._note(at, _over(row))
        if self._held:
            self._note(at, self._row(self._held))

    def _delay(self) -> float | None:
        """Return how long after the fact the bot notes it; None for never."""
        chance = self._chance
        if self._on(Trouble.FORGOTTEN_ROWS) and chance.random() < 0.4:
            return None
        if self._on(Trouble.LATE_ROWS) and chance.random() < 0.5:
            return chance.uniform(30, 90)
        return chance.uniform(-1.5, 5)

    def _flawed(self, row: Row) -> Row:
        chance = self._chance
        if self._on(Trouble.WRONG_SIZES) and chance.random() < 0.5:
            size = abs(row.expected) + chance.choice([1, 7, -1]) or 2
            row = replace(row, expected=size * row.sign, low=size, high=size)
        if self._on(Trouble.WRONG_SIDES) and chance.random() < 0.5 and self.key.leg is Leg.NET:
            row = replace(row, expected=-row.expected, sign=-row.sign)
        return row

    def _note(self, at: float, row: Row) -> None:
        self._rows[row.row_id] = row
        self.noted.append(Noted(at, row))

    def _row(self, quantity: int) -> Row:
        self._count += 1
        ledger = self._chance.choice([0, 1]) if self._on(Trouble.TWO_LEDGERS) else 0
        sign = 1 if quantity > 0 else -1
        size = abs(quantity)
        return Row(ledger, f"{self._number}.{self._count}", self.key, sign, quantity, size, size, State.OPEN)


def _over(row: Row) -> Row:
    return replace(row, expected=0, low=0, high=0, state=State.CLOSED)
