"""Puts a stop on what was opened and proves that it rests: on the right side, covering, reduce-only."""

import asyncio
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import partial

from verification.facts.account import Part, RestingOrder
from verification.facts.errors import AnswerLost, SourceError
from verification.facts.leg import Side
from verification.facts.observation import OrderSeen
from verification.facts.order_identity import is_same
from verification.opening.case import OpeningCase, OpeningContext, in_time
from verification.venues.trading import OrderRefused

_ONE_LOOK = 2.0  # seconds: the position has no stop meanwhile


class StopState(StrEnum):
    """What is known of a stop. Only RESTS protects."""

    RESTS = "rests"
    REFUSED = "refused"  # it never came to rest
    WRONG = "wrong"  # it rests, and does not do what it is for
    ENDED = "ended"  # it was cancelled, or expired, with nothing executed
    FIRED = "fired"  # it has executed
    UNPROVED = "unproved"


@dataclass(frozen=True, slots=True)
class Stop:
    """What became of a stop.

    Attributes:
        state: What is known.
        reason: One plain sentence.
        order: The stop as the venue lists it; None if it does not.
        executed: What the venue told of it when it was seen to have executed; None if it was not.
    """

    state: StopState
    reason: str
    order: RestingOrder | None = None
    executed: OrderSeen | None = None

    @property
    def may_act(self) -> bool:
        """True when it may still change the leg, or has changed it."""
        return self.state not in {StopState.REFUSED, StopState.ENDED}


class Sent(StrEnum):
    """Whether a stop may be at the venue already, before it is placed."""

    NO = "no"
    PERHAPS = "perhaps"  # a crash came between, and the journal may be behind
    YES = "yes"  # it was announced: one that is not found proves nothing, and a second would dangle beside it


async def protect(
    context: OpeningContext, case: OpeningCase, way: Side, quantity: Decimal, sent: Sent = Sent.NO
) -> Stop:
    """Place the stop and prove it.

    Args:
        context: What to work with.
        case: The opening.
        way: Which way the position goes: the stop goes the other.
        quantity: Contracts that it must cover, positive.
        sent: Whether it may have been sent before. Then it is looked for: only looked for where it was
            announced, else placed under the same id, which a venue refuses while that one rests.
    """
    if sent is Sent.YES:
        return await _look(context, case, way, quantity)
    if sent is Sent.PERHAPS and (found := await _found(context, case, way, quantity)) is not None:
        return found
    lost, name, price = "", case.stop_name, case.stop_price
    case.write(partial(context.journal.protecting, case.entry, name, price))
    try:
        await in_time(context, context.trader.place_stop(case.key, way.opposite, quantity, price, name))
    except OrderRefused as error:
        return Stop(StopState.REFUSED, f"the stop was refused: {error}")
    except AnswerLost as error:
        lost = f" (its answer was lost: {error})"
    stop = await _look(context, case, way, quantity)
    return stop if stop.state is not StopState.UNPROVED else Stop(stop.state, stop.reason + lost)


async def _found(context: OpeningContext, case: OpeningCase, way: Side, quantity: Decimal) -> Stop | None:
    """Look once for a stop that may have been sent; None when nothing is seen of it, which says nothing."""
    try:
        async with asyncio.timeout(_ONE_LOOK):
            seen = await _one_look(context, case, way, quantity)
    except (SourceError, TimeoutError):
        return None
    return seen if isinstance(seen, Stop) else None


async def _look(context: OpeningContext, case: OpeningCase, way: Side, quantity: Decimal) -> Stop:
    """Look for the stop until something is proved of it, or the time is over."""
    end = context.clock.now().monotonic + context.look_for
    looks, last = 0, "the venue did not answer"
    while (left := end - context.clock.now().monotonic) > 0:
        try:
            async with asyncio.timeout(left):
                seen = await _one_look(context, case, way, quantity)
        except TimeoutError:
            break
        except SourceError as error:
            last = str(error)
        else:
            if isinstance(seen, Stop):
                return seen
            last = seen
        looks += 1
        await context.clock.sleep(context.pauses.pause(looks, context.rng))
    return Stop(StopState.UNPROVED, f"the stop was not seen to rest in {context.look_for:g} s: {last}")


async def _one_look(context: OpeningContext, case: OpeningCase, way: Side, quantity: Decimal) -> Stop | str:
    """Return what one look proves of the stop; else in words why it proves nothing."""
    reading = await context.venue.read(frozenset({case.key.symbol}))
    listed = (*(reading.conditional_orders or ()), *(reading.orders or ()))
    order = next((each for each in listed if is_same(each, None, case.stop_name)), None)
    if order is not None:
        wrong = unfit(order, case, way, quantity)
        if wrong is None:
            return Stop(StopState.RESTS, f"stop {order.order_id} rests at {order.trigger_price}", order)
        return Stop(StopState.WRONG, f"stop {order.order_id} rests, but {wrong}", order)
    asked = await context.venue.read_order(case.key, order_id=None, client_order_id=case.stop_name)
    if isinstance(asked, OrderSeen) and asked.executed != 0:
        reason = f"stop {asked.order_id} has executed {asked.executed}"
        return Stop(StopState.FIRED, reason, executed=asked)
    if isinstance(asked, OrderSeen) and asked.terminal and asked.trades_agree is True:
        return Stop(StopState.ENDED, f"stop {asked.order_id} ended ({asked.status}) with nothing executed")
    unread = reading.failures.get(Part.CONDITIONAL_ORDERS) or reading.failures.get(Part.ORDERS)
    return "the venue does not show it" if unread is None else f"the orders could not be read: {unread}"


def unfit(
    order: RestingOrder, case: OpeningCase, way: Side, quantity: Decimal, *, price: Decimal | None = None
) -> str | None:
    """Return why a resting order does not protect `quantity` contracts; None when it does.

    `price` is where it should rest; None: where the opening wants it.
    """
    wanted = price or case.stop_price
    if (order.symbol, order.leg) != (case.key.symbol, case.key.leg):
        return f"on {order.symbol} {order.leg}"
    if order.side is not way.opposite:
        return f"it would {order.side}, which does not close the position"
    if not (order.conditional and order.stop_loss):
        return f"it is no stop loss ({order.kind})"
    if not (order.reduce_only or order.close_position):
        return "it is not reduce-only"
    if order.trigger_price != wanted:
        return f"at {order.trigger_price} in place of {wanted}"
    if order.quantity is not None and order.quantity < quantity:
        return f"it covers {order.quantity} of {quantity}"
    if order.triggered:
        return "its trigger has been hit already, and it will not act again"
    if order.dormant:
        return "it waits for an activation price first"
    return None
