"""What became of an order: its status and, where the status alone is not enough, its trades."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

from verification.budget.purpose import proving
from verification.facts.account import Fill
from verification.facts.errors import SourceError, SourceMalformed
from verification.facts.leg import Leg, LegKey
from verification.facts.observation import OrderSeen, Provenance, Silence, Source, SourceSilent
from verification.facts.order_fact import OrderFact, OrderRef
from verification.venues.ccxt.asker import Asker, OrderUnknown
from verification.venues.dialect import Dialect, OrderStatus


async def read_order(
    dialect: Dialect, asker: Asker, key: LegKey, order_id: str | None, client_order_id: str | None
) -> OrderSeen | SourceSilent:
    """Ask for an order, and for its trades when it ended without having executed in full: statuses can lie.

    Raises:
        SourceError: It could not be asked, or an order that ended with nothing could not be checked.
    """
    sent = asker.clock.now()
    try:
        answer = await dialect.order(asker, key, order_id, client_order_id)
    except OrderUnknown:
        received = asker.clock.now()
        return SourceSilent(
            key,
            Silence.ABSENT,
            "the venue shows no such order (it may not show it yet)",
            complete=False,
            provenance=Provenance(Source.ORDER, received, sent=sent),
        )
    fills = await _fills(dialect, asker, answer) if doubtful(answer) else None
    provenance = Provenance.at(Source.ORDER, asker.clock.now(), sent=sent, exchange_at=answer.updated_at)
    return judge(answer, fills, provenance)


async def read_trades_of(dialect: Dialect, asker: Asker, ended: OrderSeen) -> OrderSeen | SourceSilent:
    """Ask for the trades of an order whose end was pushed, and say what both tell together.

    They are asked for after its end was shown, as after an end that was asked for. Where they show less than
    was pushed they lag, or it is not so: that is no word of this source on the order.

    Raises:
        SourceError: They could not be read.
    """
    sent = asker.clock.now()
    with proving():
        fills = await dialect.order_fills(asker, ended.key.symbol, ended.order_id)
    came = Provenance(
        Source.ORDER, asker.clock.now(), sent=sent, exchange_us=ended.provenance.exchange_us, epoch=None
    )
    pushed = OrderStatus(
        ended.key,
        ended.order_id,
        ended.client_order_id,
        ended.executed,
        None,
        ended.status,
        ended.terminal,
        ended.average_price,
        ended.provenance.exchange_at,
    )
    seen = judge(pushed, fills, came)
    if seen.trades_agree or seen.executed != ended.executed:
        return seen
    return SourceSilent(
        ended.key,
        Silence.ABSENT,
        "the venue shows no trades that bear out what was pushed (it may not show them yet)",
        complete=False,
        provenance=came,
    )


async def read_fact(dialect: Dialect, asker: Asker, account: str, ref: OrderRef) -> OrderFact | None:
    """Ask what became of an order, in its own space of ids, and for its trades where statuses can lie.

    Raises:
        SourceError: It could not be asked, or an order that ended with nothing could not be checked.
    """
    try:
        if ref.conditional:
            answer = await dialect.conditional_order(asker, ref.symbol, ref.order_id)
        else:
            # The leg is told by the answer, not by the question.
            answer = await dialect.order(asker, LegKey(account, ref.symbol, Leg.NET), ref.order_id, None)
            answer = await dialect.origin(asker, answer)
    except OrderUnknown:
        return None
    # A conditional order that ended before it triggered never had an order that could trade.
    traded = answer.became is not None or not ref.conditional
    fills = await _fills(dialect, asker, answer) if traded and doubtful(answer) else None
    return fact_of(ref, answer, fills, Provenance(Source.ORDER, asker.clock.now()))


def fact_of(
    ref: OrderRef, answer: OrderStatus, fills: tuple[Fill, ...] | None, came: Provenance
) -> OrderFact:
    """Combine a status with the order's trades into what became of the order."""
    seen = judge(answer, fills, came)
    return OrderFact(
        ref=ref,
        executed=seen.executed,
        terminal=answer.terminal,
        status=answer.status,
        kind=answer.kind,
        became=answer.became,
        cause=answer.cause,
        executed_at=_executed_at(seen, answer, fills),
        seen=came.received,
        target=answer.target,
        by_hand=answer.by_hand,
        leg=answer.key.leg,
        changed_at=answer.updated_at,
        client_order_id=answer.client_order_id,
        hand=answer.hand,
    )


def _executed_at(seen: OrderSeen, answer: OrderStatus, fills: tuple[Fill, ...] | None) -> datetime | None:
    """Return when an order last executed: by its trades, else its last change, which may be its end."""
    if seen.executed == 0:
        return None
    return max((each.at for each in fills or ()), default=answer.updated_at)


def doubtful(answer: OrderStatus) -> bool:
    """Return True when the status alone proves too little: ended, and not executed in full."""
    return answer.terminal and (answer.quantity is None or abs(answer.executed) < answer.quantity)


async def _fills(dialect: Dialect, asker: Asker, answer: OrderStatus) -> tuple[Fill, ...] | None:
    try:
        with proving():
            fills = await dialect.order_fills(asker, answer.key.symbol, answer.became or answer.order_id)
        return each_once(fills)
    except SourceError:
        if answer.executed == 0:
            raise
        # What the status says has executed is a fact without the trades; they count as not asked.
        return None


def each_once(fills: Iterable[Fill]) -> tuple[Fill, ...]:
    """Return the trades, each once however often a page or two pages list it: it happened once.

    Both sides of a trade with oneself have one id, so it counts with that of its order.

    Raises:
        SourceMalformed: A trade is told in two ways: then none of them can be counted.
    """
    known: dict[tuple[str, str], Fill] = {}
    for each in fills:
        told = known.setdefault((each.order_id, each.trade_id), each)
        if (told.quantity, told.price) != (each.quantity, each.price):
            raise SourceMalformed(f"trade {each.trade_id} of order {each.order_id} is listed in two ways")
    return tuple(known.values())


def judge(answer: OrderStatus, fills: tuple[Fill, ...] | None, provenance: Provenance) -> OrderSeen:
    """Combine a status with the order's trades: the larger execution of the two counts.

    Raises:
        SourceMalformed: One trade is told in two ways.
    """
    executed, average, agree = answer.executed, answer.average_price, None
    if fills is not None:
        fills = each_once(fills)
        traded = sum((each.quantity for each in fills), Decimal(0))
        agree = traded == executed
        if abs(traded) > abs(executed):
            executed = traded
            average = sum((each.quantity * each.price for each in fills), Decimal(0)) / traded
    return OrderSeen(
        key=answer.key,
        order_id=answer.order_id,
        client_order_id=answer.client_order_id,
        executed=executed,
        terminal=answer.terminal,
        trades_agree=agree,
        status=answer.status,
        average_price=average,
        provenance=provenance,
    )
