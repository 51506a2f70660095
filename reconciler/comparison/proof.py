"""What a finding rests on, both sides, as lines with their times."""

from datetime import datetime
from decimal import Decimal

from reconciler.comparison.cause_words import evidence_of_cause
from reconciler.comparison.leg_case import LegCase
from reconciler.comparison.legs import Share
from reconciler.comparison.stop_words import evidence_of_stops
from reconciler.comparison.venue_view import Grade
from reconciler.facts.expectation import Expectation
from reconciler.facts.finding import Evidence, Party
from reconciler.facts.wording import amount, holding, number
from verification.facts.account import Part, RestingOrder
from verification.facts.observation import Source

STOPS = Part.CONDITIONAL_ORDERS.value
"""Where stops are read: not in the position list, which fails by itself."""
_ENDED = 2
"""Of trades that are over so many are shown, the newest; the rest is counted."""


def evidence_of(case: LegCase) -> tuple[Evidence, ...]:
    """Return what both sides say, what tells most first: a card shows only the first few lines.

    The newest row of the bot, the exchange's word on the position, who has traded it, the stops; then the
    bot's other rows, and how a late order's verification ended.
    """
    newest, *older = _bot(case)
    late = () if case.late is None else (case.late.evidence(),)
    return (newest, *_exchange(case), *evidence_of_cause(case), *_stops(case), *older, *late)


def _bot(case: LegCase) -> tuple[Evidence, ...]:
    lines = [_row(case, share) for share in reversed(case.stated.shares)]
    ended = tuple(reversed(case.stated.ended))  # newest first
    lines += [_ended(case, row) for row in ended[:_ENDED]]
    older = len(ended) - _ENDED
    if older > 0:
        trades = "1 older trade" if older == 1 else f"{older} older trades"
        lines.append(
            Evidence(
                party=Party.BOT,
                source=ended[-1].ledger,
                text=f"and {trades}, of which the bot expects nothing",
                at=case.ledger_at,
                data={"rows": str(older)},
            )
        )
    if lines:
        return tuple(lines)
    return (
        Evidence(
            party=Party.BOT,
            source="ledger",
            text=f"no trade on {case.key.symbol} in any ledger of this account",
            at=case.ledger_at,
            data={},
        ),
    )


def _ended(case: LegCase, row: Expectation) -> Evidence:
    data = {"row": row.row_id, "state": row.state.value}
    if row.updated_at is not None:
        data["changed_at"] = row.updated_at.isoformat()
    text = f"trade {row.row_id}: {row.state.value}, the bot expects nothing of it"
    return Evidence(Party.BOT, row.ledger, text, case.ledger_at or row.updated_at, data)


def _row(case: LegCase, share: Share) -> Evidence:
    row = share.row
    text = f"trade {row.row_id}: {holding(share.expected, row.symbol, case.contract_size)}, {row.state.value}"
    if row.stop_order_ids:
        text += f", stop {', '.join(row.stop_order_ids)}"
    data = {
        "row": row.row_id,
        "state": row.state.value,
        "expected": number(share.expected),
        "low": number(share.low),
        "high": number(share.high),
    }
    for name, ids in (
        ("entries", row.entry_order_ids),
        ("exits", row.exit_order_ids),
        ("stops", row.stop_order_ids),
    ):
        if ids:
            data[name] = " ".join(ids)
    if row.stop_price is not None:
        data["stop_price"] = number(row.stop_price)
    if row.entry_price is not None:
        data["entry_price"] = number(row.entry_price)
    if row.opened_at is not None:
        data["opened_at"] = row.opened_at.isoformat()
    if row.updated_at is not None:
        data["changed_at"] = row.updated_at.isoformat()
    return Evidence(Party.BOT, row.ledger, text, case.ledger_at or row.updated_at, data)


def _exchange(case: LegCase) -> tuple[Evidence, ...]:
    leg, view = case.leg, case.view
    symbol, size = case.key.symbol, case.contract_size
    lines: list[Evidence] = []
    if leg is None:
        listed, lists = view.listed_for(symbol), view.lists_of(symbol)
        if listed is not None:
            reads = 1 if lists is None else lists.reads
            lines.append(
                Evidence(
                    party=Party.EXCHANGE,
                    source=Source.REST.value,
                    text="the position list is complete and does not show it",
                    at=listed.utc,
                    data={"lists": str(reads)},
                )
            )
    else:
        told = f"holds {holding(leg.quantity, symbol, size)}"
        if leg.grade is Grade.BOUNDED_LAG:
            told += ", so said by lists too many and too far apart for a lag"
        data = {"quantity": number(leg.quantity), "grade": leg.grade.value}
        if leg.version is not None:
            data["version"] = str(leg.version)
        if leg.updated_at is not None:
            data["changed_at"] = leg.updated_at.isoformat()
        lines.append(Evidence(Party.EXCHANGE, leg.source.value, told, leg.heard.utc, data))
        if leg.contrary is not None:
            lines.append(
                Evidence(
                    party=Party.EXCHANGE,
                    source=Source.REST.value,
                    text=f"the position list shows {holding(leg.contrary.quantity, symbol, size)}: not newer",
                    at=leg.contrary.lists.latest.utc,
                    data={"lists": str(leg.contrary.lists.reads)},
                )
            )
    unread = view.why_unread(symbol)
    if unread is not None:
        lines.append(Evidence(Party.EXCHANGE, Source.REST.value, unread, view.read_at.utc, {}))
    lines += [
        Evidence(
            party=Party.EXCHANGE,
            source=Source.REST.value if part is Part.POSITIONS else part.value,
            text=f"{part.value.replace('_', ' ')} could not be read: {error}",
            at=view.read_at.utc,
            data={"part": part.value, "code": error.code},
        )
        for part, error in sorted(view.failures.items())
        if part is not Part.POSITIONS or view.listed is None  # of a list in parts the line above tells
    ]
    return tuple(lines)


def _stops(case: LegCase) -> tuple[Evidence, ...]:
    at = (case.view.orders_sent or case.view.read_at).utc  # it may be as old as when it was asked for
    symbol, size = case.key.symbol, case.contract_size
    believed = {order_id for row in case.rows for order_id in row.stop_order_ids}
    conditional = case.book.conditional
    orders = {} if conditional is None else dict(conditional)
    lines = [order_line(order, symbol, size, at) for _, order in sorted(orders.items()) if order.stop_loss]
    lines += [
        Evidence(Party.EXCHANGE, STOPS, text, at, data) for text, data in evidence_of_stops(case.protection)
    ]
    if conditional is not None:
        lines += [
            Evidence(
                Party.EXCHANGE,
                STOPS,
                f"stop {order_id}, which the bot believes in, does not rest",
                at,
                {"order": order_id},
            )
            for order_id in sorted(believed - orders.keys())
        ]
        if not lines and case.protection.attached is None:
            lines.append(
                Evidence(Party.EXCHANGE, STOPS, "no stop rests", at, {"part": Part.CONDITIONAL_ORDERS})
            )
    if case.protection.attached is not None:
        price = number(case.protection.attached)
        lines.append(
            Evidence(
                Party.EXCHANGE,
                STOPS,
                f"a stop at {price} belongs to the position",
                at,
                {"trigger": price},
            )
        )
    return tuple(lines)


def order_line(order: RestingOrder, symbol: str, size: Decimal | None, at: datetime) -> Evidence:
    """Return the line that tells of an order that rests."""
    much = "all of it" if order.quantity is None else amount(order.quantity - order.filled, symbol, size)
    trigger = "" if order.trigger_price is None else f" at {number(order.trigger_price)}"
    reduces = "reduce-only" if order.reduce_only or order.close_position else "not reduce-only"
    data = {"order": order.order_id, "side": order.side.value}
    if order.quantity is not None:
        data["quantity"] = number(order.quantity)
    if order.trigger_price is not None:
        data["trigger"] = number(order.trigger_price)
    if not order.conditional:
        price = "" if order.price is None else f" at {number(order.price)}"
        text = f"order {order.order_id} rests: {order.side.value} {much}{price}, {reduces}"
        return Evidence(Party.EXCHANGE, Part.ORDERS.value, text, at, data)
    what = "stop" if order.stop_loss else "conditional order"
    text = f"{what} {order.order_id} rests: {order.side.value} {much}{trigger}, {reduces}"
    return Evidence(Party.EXCHANGE, STOPS, text, at, data)
