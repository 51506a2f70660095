"""The rows of a hummingbot ledger: one for each life of a leg that is lived, or ended lately. Pure.

A resting order that closes is a target as a rule, sent with the entry: a row with one is open, not closing.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import islice

from reconciler.facts.expectation import (
    BelievedOrder,
    Direction,
    Expectation,
    ExpectationState,
    OrderRole,
    StopPolicy,
)
from reconciler.ledgers.hummingbot.fill import leg_of, utc
from reconciler.ledgers.hummingbot.fill_book import NAMED_ORDERS, FillBook, Pair
from reconciler.ledgers.hummingbot.life import Legs, Life
from reconciler.ledgers.hummingbot.tracked_order import TrackedOrder

_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class SentOrder:
    """An order of the table `Order`.

    Attributes:
        venue_id: The venue's id of it; None where there is none.
        size: Base currency, unsigned, cut off at millionths.
        sent_at: Aware UTC.
    """

    venue_id: str | None
    size: Decimal
    sent_at: datetime


@dataclass(frozen=True, slots=True)
class Working:
    """What one order that still works means for one leg.

    Attributes:
        order: The order.
        opens: True for an entry of the leg.
        executed: What it has executed, exactly.
        unfilled: What of that no stored fill tells of.
    """

    order: TrackedOrder
    opens: bool
    executed: Decimal
    unfilled: Decimal

    @property
    def left(self) -> Decimal:
        """What it may still execute."""
        return max(_ZERO, self.order.size - self.executed) if self.order.works else _ZERO


class RowMaker:
    """Makes the rows of one reading."""

    def __init__(self, ledger: str, policy: StopPolicy, sent: Mapping[str, SentOrder]) -> None:
        """`sent` are the orders that `Order` has told of, by client id."""
        self._ledger = ledger
        self._policy = policy
        self._sent = sent

    def rows(
        self,
        book: FillBook,
        tracked: Sequence[TrackedOrder],
        filled: Mapping[tuple[str, str], Decimal],
        *,
        ended_since: int,
    ) -> Iterator[Expectation]:
        """Yield the rows.

        Args:
            book: The fills.
            tracked: The orders of the account's connectors that are under way.
            filled: What the stored fills of those come to, by connector and client id.
            ended_since: From when on lives that have ended are told of, in milliseconds.
        """
        works = self._working(book, tracked, filled)
        for pair in sorted(book.legs):
            for direction, leg in book.legs[pair].of.items():
                for life in leg.ended:
                    if (life.changed or 0) >= ended_since:
                        yield self._row(pair, direction, life, ())
                of_leg = works.get((pair, direction), ())
                if leg.held or any(each.left or each.unfilled for each in of_leg):
                    yield self._row(pair, direction, leg.life, of_leg)
        for symbol, amounts in sorted(book.unused.items()):
            for amount in amounts:
                yield self._untouched(symbol, amount)

    def _working(
        self,
        book: FillBook,
        tracked: Iterable[TrackedOrder],
        filled: Mapping[tuple[str, str], Decimal],
    ) -> dict[tuple[Pair, Direction], list[Working]]:
        works: dict[tuple[Pair, Direction], list[Working]] = {}
        for order in tracked:
            pair = order.market, order.symbol
            legs: Legs = book.of(pair)
            longs, shorts = legs.of[Direction.LONG].held, legs.of[Direction.SHORT].held
            direction, opens = leg_of(buy=order.buys, action=order.action, shorts=shorts, longs=longs)
            stored = filled.get((order.market, order.client_id), _ZERO)
            executed = max(order.executed, stored)
            one = Working(order, opens, executed, executed - stored)
            works.setdefault((pair, direction), []).append(one)
        return works

    def _row(self, pair: Pair, direction: Direction, life: Life, works: Sequence[Working]) -> Expectation:
        more = sum((each.unfilled if each.opens else -each.unfilled for each in works), _ZERO)
        held = max(_ZERO, life.held + more)
        coming = sum((each.left for each in works if each.opens), _ZERO)
        going = sum((each.left for each in works if not each.opens), _ZERO)
        orders = self._orders(life, works)
        entered = [each for each in orders if each.role is OrderRole.ENTRY and each.booked > 0]
        resting = [each.order.sent_at for each in works if each.opens and each.left > 0]
        sent = [at for at in resting if at is not None]
        exits = [each for each in orders if each.role is OrderRole.EXIT and each.booked > 0]
        opened = None if life.opened is None else utc(life.opened)
        changed = [] if life.changed is None else [utc(life.changed)]
        return Expectation(
            ledger=self._ledger,
            row_id=f"{pair[0]} {pair[1]} {direction.value} {life.number}",
            symbol=pair[1],
            direction=direction,
            unit_size=Decimal(1),
            expected=held,
            expected_low=max(_ZERO, held - going),
            expected_high=held + coming,
            step=None,
            state=_state(held, coming),
            entry_order_ids=_ids(entered),
            exit_order_ids=_ids(exits),
            stop_policy=self._policy,
            entry_resting_since=min(sent, default=None),
            orders=tuple(orders),
            opened_at=opened or min(sent, default=None),
            entered_at=None if coming else self._entered(life),
            updated_at=max(
                [*changed, *(each.order.updated_at for each in works if each.order.updated_at)], default=None
            ),
        )

    def _orders(self, life: Life, works: Sequence[Working]) -> list[BelievedOrder]:
        """Return the newest orders of a life, oldest first, those that still work among them."""
        working = {each.order.client_id for each in works}
        newest = [each for each in islice(reversed(life.orders), NAMED_ORDERS) if each not in working]
        done = [self._done(client_id, life) for client_id in reversed(newest)]
        return done + [
            BelievedOrder(
                role=OrderRole.ENTRY if each.opens else OrderRole.EXIT,
                order_id=each.order.venue_id,
                client_order_id=each.order.client_id,
                size=each.order.size,
                booked=each.executed,
                resting=each.left > 0,
                sent_at=each.order.sent_at,
            )
            for each in works
        ]

    def _done(self, client_id: str, life: Life) -> BelievedOrder:
        executed, sent = life.orders[client_id], self._sent.get(client_id)
        return BelievedOrder(
            role=OrderRole.ENTRY if executed.opens else OrderRole.EXIT,
            order_id=None if sent is None else sent.venue_id,
            client_order_id=client_id,
            size=executed.amount if sent is None else max(sent.size, executed.amount),
            booked=executed.amount,
            resting=False,
            sent_at=None if sent is None else sent.sent_at,
        )

    def _entered(self, life: Life) -> datetime | None:
        times = [each.at for each in life.orders.values() if each.opens]
        return utc(max(times)) if times else None

    def _untouched(self, symbol: str, amount: Decimal) -> Expectation:
        """Return what was held before the first fill of a symbol that nothing was traded of since."""
        return Expectation(
            ledger=self._ledger,
            row_id=f"baseline {symbol} {'long' if amount > 0 else 'short'}",
            symbol=symbol,
            direction=Direction.LONG if amount > 0 else Direction.SHORT,
            unit_size=Decimal(1),
            expected=abs(amount),
            expected_low=abs(amount),
            expected_high=abs(amount),
            step=None,
            state=ExpectationState.OPEN,
            stop_policy=self._policy,
        )


def _state(held: Decimal, coming: Decimal) -> ExpectationState:
    if held > 0:
        return ExpectationState.OPEN
    return ExpectationState.OPENING if coming > 0 else ExpectationState.CLOSED


def _ids(orders: Iterable[BelievedOrder]) -> tuple[str, ...]:
    return tuple(order.order_id for order in orders if order.order_id is not None)
