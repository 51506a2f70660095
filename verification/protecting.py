"""Puts a stop on what was opened and proves that it rests: on the right side, covering, reduce-only."""

import asyncio
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import partial

from verification.account import Part, RestingOrder
from verification.errors import AnswerLost, SourceError
from verification.leg import Side
from verification.observation import OrderSeen, SourceSilent
from verification.opening_case import Case, Tools
from verification.trader import NoSuchOrder, OrderRefused

_ABSENT_ENOUGH = 3  # looks that do not find a stop that was to be cancelled: perhaps it was never sent


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
    """

    state: StopState
    reason: str
    order: RestingOrder | None = None

    @property
    def may_act(self) -> bool:
        """True when it may still change the leg, or has changed it."""
        return self.state not in {StopState.REFUSED, StopState.ENDED}


async def protect(tools: Tools, case: Case, way: Side, quantity: Decimal, *, announced: bool = False) -> Stop:
    """Place the stop and prove it.

    Args:
        tools: What to work with.
        case: The opening.
        way: Which way the position goes: the stop goes the other.
        quantity: Contracts that it must cover, positive.
        announced: True after a crash when it may have been sent before: then it is only looked for. A stop
            that is not found proves nothing, and a second one would dangle beside the first.
    """
    lost = ""
    if not announced:
        name, price = case.stop_name, case.stop_price
        case.write(partial(tools.journal.protecting, case.entry, name, price))
        try:
            await tools.trader.place_stop(case.key, way.opposite, quantity, price, name)
        except OrderRefused as error:
            return Stop(StopState.REFUSED, f"the stop was refused: {error}")
        except AnswerLost as error:
            lost = f" (its answer was lost: {error})"
    stop = await _look(tools, case, way, quantity)
    return stop if stop.state is not StopState.UNPROVED else Stop(stop.state, stop.reason + lost)


async def _look(tools: Tools, case: Case, way: Side, quantity: Decimal) -> Stop:
    """Look for the stop until something is proved of it, or the time is over."""
    end = tools.clock.now().monotonic + tools.look_for
    looks, last = 0, "the venue did not answer"
    while (left := end - tools.clock.now().monotonic) > 0:
        try:
            async with asyncio.timeout(left):
                seen = await _one_look(tools, case, way, quantity)
        except TimeoutError:
            break
        except SourceError as error:
            last = str(error)
        else:
            if isinstance(seen, Stop):
                return seen
            last = seen
        looks += 1
        await tools.clock.sleep(tools.pauses.pause(looks, tools.chance))
    return Stop(StopState.UNPROVED, f"the stop was not seen to rest in {tools.look_for:g} s: {last}")


async def _one_look(tools: Tools, case: Case, way: Side, quantity: Decimal) -> Stop | str:
    """Return what one look proves of the stop; else in words why it proves nothing."""
    reading = await tools.venue.read(frozenset({case.key.symbol}))
    listed = (*(reading.conditional_orders or ()), *(reading.orders or ()))
    order = next((each for each in listed if each.client_order_id == case.stop_name), None)
    if order is not None:
        wrong = unfit(order, case, way, quantity)
        if wrong is None:
            return Stop(StopState.RESTS, f"stop {order.order_id} rests at {order.trigger_price}", order)
        return Stop(StopState.WRONG, f"stop {order.order_id} rests, but {wrong}", order)
    asked = await tools.venue.read_order(case.key, order_id=None, client_order_id=case.stop_name)
    if isinstance(asked, OrderSeen) and asked.executed != 0:
        return Stop(StopState.FIRED, f"stop {asked.order_id} has executed {asked.executed}")
    if isinstance(asked, OrderSeen) and asked.terminal and asked.trades_agree is True:
        return Stop(StopState.ENDED, f"stop {asked.order_id} ended ({asked.status}) with nothing executed")
    unread = reading.failures.get(Part.CONDITIONAL_ORDERS) or reading.failures.get(Part.ORDERS)
    return "the venue does not show it" if unread is None else f"the orders could not be read: {unread}"


def unfit(order: RestingOrder, case: Case, way: Side, quantity: Decimal) -> str | None:
    """Return why a resting order does not protect `quantity` contracts; None when it does."""
    if (order.symbol, order.leg) != (case.key.symbol, case.key.leg):
        return f"on {order.symbol} {order.leg}"
    if order.side is not way.opposite:
        return f"it would {order.side}, which does not close the position"
    if not (order.conditional and order.stop_loss):
        return f"it is no stop loss ({order.kind})"
    if not (order.reduce_only or order.close_position):
        return "it is not reduce-only"
    if order.trigger_price != case.stop_price:
        return f"at {order.trigger_price} in place of {case.stop_price}"
    if order.quantity is not None and order.quantity < quantity:
        return f"it covers {order.quantity} of {quantity}"
    if order.triggered:
        return "its trigger has been hit already, and it will not act again"
    if order.dormant:
        return "it waits for an activation price first"
    return None


async def withdraw(tools: Tools, case: Case, name: str, *, rested: bool) -> str | None:
    """Cancel a stop; where the answer leaves open what became of it, ask until that is known.

    Other than an order, a cancellation may be sent again: it does nothing that was not asked for.

    Args:
        tools: What to work with.
        case: The opening.
        name: The sender's id of the stop.
        rested: True when it was seen to rest. Then a venue that knows none any more, asked either way, has
            none. Not finding it alone proves nothing.

    Returns:
        None when it rests no more and nothing of it has executed; else why that is not so, or not known.
    """
    end = tools.clock.now().monotonic + tools.look_for
    doubt = await _cancel(tools, case, name)
    looks = absent = 0
    while doubt is not None and tools.clock.now().monotonic < end:
        seen = await _fate(tools, case, name, end)
        if isinstance(seen, OrderSeen):
            if seen.executed != 0:
                return f"it has executed {seen.executed}"
            if seen.terminal and seen.trades_agree is True:
                return None
            if not seen.terminal:
                doubt = await _cancel(tools, case, name)
        elif isinstance(seen, SourceSilent):
            absent += 1
            if rested and isinstance(doubt, NoSuchOrder):
                return None
            if absent == _ABSENT_ENOUGH:
                break
            if isinstance(doubt, OrderRefused):
                doubt = await _cancel(tools, case, name)
        looks += 1
        await tools.clock.sleep(tools.pauses.pause(looks, tools.chance))
    return None if doubt is None else str(doubt)


async def _cancel(tools: Tools, case: Case, name: str) -> AnswerLost | OrderRefused | None:
    try:
        await tools.trader.withdraw_stop(case.key, name)
    except (AnswerLost, OrderRefused) as doubt:
        return doubt
    return None


async def _fate(tools: Tools, case: Case, name: str, end: float) -> OrderSeen | SourceSilent | None:
    """Return what the venue says of a stop; None when it could not be asked, which says nothing."""
    try:
        async with asyncio.timeout(end - tools.clock.now().monotonic):
            return await tools.venue.read_order(case.key, order_id=None, client_order_id=name)
    except (SourceError, TimeoutError):
        return None
