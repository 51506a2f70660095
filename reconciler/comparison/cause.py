"""What the venue itself shows of how a leg came to differ: the bot's own orders, and who else has traded it.

Nothing is concluded from an order that is missing from a list. What an order has executed is said by that
order, and who sent it by the venue; what neither tells is not explained.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum

from reconciler.comparison.leg_case import LegCase
from reconciler.facts.expectation import Expectation, OrderRole
from verification.facts.account import Fill, FillCause
from verification.facts.leg import Leg
from verification.facts.order_fact import OrderFact, OrderRef

_ZERO = Decimal(0)
_EVER = datetime.min.replace(tzinfo=UTC)


class Sender(StrEnum):
    """Who sent an order that is none of the bots', as far as the venue tells."""

    LIQUIDATION = "liquidation"
    ADL = "adl"
    SETTLEMENT = "settlement"
    TARGET = "target"  # a take-profit; whose, the venue does not say
    HAND = "hand"  # from the venue's own page or app
    UNKNOWN = "unknown"


_VENUES_OWN = {
    FillCause.LIQUIDATION: Sender.LIQUIDATION,
    FillCause.ADL: Sender.ADL,
    FillCause.SETTLEMENT: Sender.SETTLEMENT,
}


@dataclass(frozen=True, slots=True)
class OwnMove:
    """What an order of the bot's has executed and the bot has not booked.

    Attributes:
        role: What the bot sent it for.
        order_id: As the bot has it down.
        contracts: Signed, buys positive.
        at: The venue's time of its newest execution, aware UTC; None if not told.
    """

    role: OrderRole
    order_id: str
    contracts: Decimal
    at: datetime | None


@dataclass(frozen=True, slots=True)
class OtherMove:
    """What an order that is none of the bots' has traded.

    Attributes:
        order_id: The venue's id.
        sender: Who sent it.
        contracts: Signed, buys positive.
        at: The venue's time of its newest trade, aware UTC.
        client: From which page or app a hand sent it; empty where that is not told.
        client_order_id: The sender's id; empty where it is not known.
    """

    order_id: str
    sender: Sender
    contracts: Decimal
    at: datetime
    client: str = ""
    client_order_id: str = ""


@dataclass(frozen=True, slots=True)
class Cause:
    """How a leg came to differ.

    Attributes:
        own: What the bots' own orders have done.
        others: What other orders have traded since the sides last agreed, newest first.
        rest: Signed contracts of the difference that neither explains.
        proved: True when the bots' own orders have done all of it.
        explained: True when all of it is explained.
        since: From when on the trades are known, aware UTC; None where they could not be seen.
    """

    own: tuple[OwnMove, ...]
    others: tuple[OtherMove, ...]
    rest: Decimal
    proved: bool
    explained: bool
    since: datetime | None


def cause_of(case: LegCase) -> Cause:
    """Return what the venue shows of how a leg came to differ."""
    own = own_moves(case)
    left = (case.observed or _ZERO) - case.belief.expected - sum((move.contracts for move in own), _ZERO)
    others = other_moves(case)
    traded = sum((move.contracts for move in others), _ZERO)
    proved = bool(own) and case.belief.same(left, _ZERO)
    return Cause(
        own=own,
        others=others,
        rest=_ZERO if proved else left - traded,
        proved=proved,
        explained=proved or (bool(others) and case.belief.same(left, traded)),
        since=None if case.traded is None else case.traded.since,
    )


def own_moves(case: LegCase) -> tuple[OwnMove, ...]:
    """Return what the orders of the live rows have executed beyond what their rows say, newest first."""
    moves = [
        OwnMove(
            each.order.role, each.order.order_id or each.order.client_order_id or "", each.contracts, each.at
        )
        for each in case.belief.unbooked
    ]
    for row, factor in ((share.row, share.factor) for share in case.belief.shares):
        moves += _given_up(case, row, factor) if row.orders else _later_exits(case, row)
    return tuple(sorted(moves, key=lambda move: (move.at is not None, move.at or _EVER), reverse=True))


def _given_up(case: LegCase, row: Expectation, factor: Decimal) -> Iterable[OwnMove]:
    """Yield orders that the bot has down as over and that have executed more than it has booked.

    A cancel may come too late: a stop that was replaced, an exit that was given up.
    """
    for order in row.orders:
        if order.resting or order.order_id is None:
            continue
        fact = case.facts.get(OrderRef(row.symbol, order.order_id, order.role is OrderRole.STOP))
        if fact is None or (order.role is not OrderRole.STOP and not _is_later(fact, row)):
            continue  # of entries and exits that are over a bot may have booked more than it noted
        beyond = abs(fact.executed) - order.booked * factor
        if beyond > 0 and not case.belief.same(beyond, _ZERO):
            signed = beyond if fact.executed > 0 else -beyond
            yield OwnMove(order.role, order.order_id, signed, fact.executed_at)


def _later_exits(case: LegCase, row: Expectation) -> Iterable[OwnMove]:
    """Yield exits of a row that does not say what it has booked of each: only their times tell."""
    for order_id in row.exit_order_ids:
        fact = case.facts.get(OrderRef(row.symbol, order_id, conditional=False))
        if fact is not None and fact.executed != 0 and _is_later(fact, row):
            yield OwnMove(OrderRole.EXIT, order_id, fact.executed, fact.executed_at)


def _is_later(fact: OrderFact, row: Expectation) -> bool:
    """True when an order has executed since its row was last written."""
    return fact.executed_at is not None and row.updated_at is not None and fact.executed_at > row.updated_at


def other_moves(case: LegCase) -> tuple[OtherMove, ...]:
    """Return what orders that are none of the bots' have traded of the leg, newest first."""
    if case.traded is None:
        return ()
    by_order: dict[str, list[Fill]] = {}
    for fill in strangers(case):
        if _is_of(case, fill):
            by_order.setdefault(fill.order_id, []).append(fill)
    moves = [
        _other(order_id, fills, case.facts.get(OrderRef(case.key.symbol, order_id, conditional=False)))
        for order_id, fills in by_order.items()
    ]
    return tuple(sorted(moves, key=lambda move: (move.at, move.order_id), reverse=True))


def strangers(case: LegCase) -> tuple[Fill, ...]:
    """Return the trades of the symbol whose order no row of the leg names, oldest first."""
    if case.traded is None:
        return ()
    ours = _own_ids(case)
    return tuple(fill for fill in case.traded.fills if fill.order_id not in ours)


def _own_ids(case: LegCase) -> frozenset[str]:
    """Return the ids under which trades of the rows' orders stand, those of unknown fate among them."""
    ids: set[str] = set()
    for row in (*case.rows, *case.stated.ended):
        ids.update(row.entry_order_ids, row.exit_order_ids)
        stops = set(row.stop_order_ids)
        for order in row.orders:
            if order.order_id is not None:
                (stops if order.role is OrderRole.STOP else ids).add(order.order_id)
        for order_id in stops:
            fact = case.facts.get(OrderRef(row.symbol, order_id, conditional=True))
            if fact is not None and fact.became is not None:
                ids.add(fact.became)
            elif fact is None or not fact.terminal:
                # What it has become is not known: a trade under its own number may be its own.
                ids.add(order_id)
    if case.late is not None:
        ids.add(case.late.order)
    return frozenset(ids)


def _is_of(case: LegCase, fill: Fill) -> bool:
    """True when a trade is of this leg. In hedge mode the trade says so, or else its order does."""
    if case.key.leg is Leg.NET:
        return True
    which = fill.leg
    if which is None:
        fact = case.facts.get(OrderRef(case.key.symbol, fill.order_id, conditional=False))
        which = None if fact is None else fact.leg
    return which is case.key.leg


def _other(order_id: str, fills: list[Fill], fact: OrderFact | None) -> OtherMove:
    return OtherMove(
        order_id=order_id,
        sender=_sender(fills, fact),
        contracts=sum((fill.quantity for fill in fills), _ZERO),
        at=max(fill.at for fill in fills),
        client="" if fact is None else fact.hand,
        client_order_id="" if fact is None else fact.client_order_id or "",
    )


def _sender(fills: list[Fill], fact: OrderFact | None) -> Sender:
    causes = [fill.cause for fill in fills if fill.cause is not None]
    if fact is not None and fact.cause is not None:
        causes.append(fact.cause)
    if causes:
        return _VENUES_OWN[causes[0]]
    if fact is not None and fact.target:
        return Sender.TARGET
    return Sender.HAND if fact is not None and fact.by_hand else Sender.UNKNOWN
