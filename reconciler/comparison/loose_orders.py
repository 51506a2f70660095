"""Finds orders that rest and that nobody needs any more, or that nobody of the account has sent; pure."""

from collections.abc import Iterable, Iterator
from decimal import Decimal

from reconciler.comparison.confidence import Confidence
from reconciler.comparison.leg_case import LegCase
from reconciler.comparison.named_orders import names_of
from reconciler.comparison.proof import evidence_of, order_line
from reconciler.facts.expectation import Expectation, ExpectationState
from reconciler.facts.finding import Finding, Severity
from reconciler.facts.wording import amount, holding, number
from reconciler.kinds import dangling_order, foreign_writer
from reconciler.kinds.form.spec import KindSpec
from verification.facts.account import RestingOrder
from verification.facts.leg import Leg, Side

_NAMED = 3
"""Of several orders so many are named in a sentence; all are in the evidence."""


def dangling(case: LegCase) -> tuple[Finding, Confidence] | None:
    """Return the finding that orders are left over; None where none is.

    An order is left over where only a trade that is over has it down. So is one that can do nothing but
    close, or waits for a trigger, on a leg where nothing is held and no bot has anything down, as long as
    only bots trade the account and tell of all their orders: else it may be somebody's plan. Where the sides
    differ, one that closes may be all that protects what is held.
    """
    agrees = case.observed is not None and case.difference.kind is None
    left = [
        order
        for order in _loose(case)
        if (_over(case, order) is not None and (agrees or opens(order))) or _for_nothing(case, order)
    ]
    if not left:
        return None
    opening = any(map(opens, left))
    reason = dangling_order.sentence(
        _named(case, left),
        several=len(left) > 1,
        held=holding(case.observed, case.key.symbol, case.contract_size) if case.observed else "",
        opens=opening,
    )
    severity = dangling_order.SPEC.severity.where(otherwise=opening)
    return _finding(case, dangling_order.SPEC, severity, reason, orders=left)


def foreign(case: LegCase) -> tuple[Finding, Confidence] | None:
    """Return the finding that orders rest that can open a position and that nobody has sent; None for none.

    What only closes may be the exchange's own, such as the stop that belongs to a position.
    """
    if not case.alone:
        return None
    others = [
        order
        for order in _loose(case)
        if opens(order) and _over(case, order) is None and not _for_nothing(case, order)
    ]
    if not others:
        return None
    reason = foreign_writer.sentence(_named(case, others), case.key.symbol, several=len(others) > 1)
    severity = foreign_writer.SPEC.severity.usual
    return _finding(case, foreign_writer.SPEC, severity, reason, orders=others)


def opens(order: RestingOrder) -> bool:
    """Return whether an order can open a position, or make one larger."""
    if order.leg is Leg.NET:
        return not (order.reduce_only or order.close_position)
    return order.side is (Side.BUY if order.leg is Leg.LONG else Side.SELL)


def _loose(case: LegCase) -> Iterator[RestingOrder]:
    """Yield the resting orders of a leg that no live row has down, and no verification waits for."""
    known = names_of(case.rows)
    waited = {each.order for each in case.watched}
    for orders in (case.book.ordinary, case.book.conditional):
        for _, order in sorted((orders or {}).items()):
            mine = order.leg is case.key.leg and not known.have(order)
            if mine and not waited & {order.order_id, order.client_order_id}:
                yield order


def _over(case: LegCase, order: RestingOrder) -> Expectation | None:
    """Return the newest trade that is over and has the order down; None if there is none."""
    return next((row for row in reversed(case.stated.ended) if names_of((row,)).have_as_it_is(order)), None)


def _for_nothing(case: LegCase, order: RestingOrder) -> bool:
    flat = case.alone and case.observed == 0 and not case.rows
    return flat and (order.conditional or not opens(order))


def _finding(
    case: LegCase,
    spec: KindSpec,
    severity: Severity,
    reason: str,
    *,
    orders: list[RestingOrder],
) -> tuple[Finding, Confidence]:
    at = (case.view.orders_sent or case.view.read_at).utc
    lines = tuple(order_line(order, case.key.symbol, case.contract_size, at) for order in orders)
    told = {line.data.get("order") for line in lines}
    others = tuple(line for line in evidence_of(case) if line.data.get("order") not in told)
    finding = Finding(
        kind=spec.kind,
        account=case.key.account,
        symbol=case.key.symbol,
        leg=case.key.leg,
        severity=severity,
        reason=reason,
        expected=case.belief.expected,
        observed=case.observed,
        exposure=_exposure(case, filter(opens, orders)),
        evidence=(*lines, *others),
        contract_size=case.contract_size,
    )
    return finding, Confidence(
        looked=case.view.orders_sent or case.view.read_at,
        grade=case.view.grade(case.key),
        # Who sends and cancels orders has longer than who opens a position; one that opens is urgent.
        lagging=spec is foreign_writer.SPEC or severity is not Severity.CRITICAL,
        rows=frozenset(("order", order.order_id) for order in orders),
    )


def _exposure(case: LegCase, opening: Iterable[RestingOrder]) -> Decimal | None:
    """Return what orders could open, quote value; None where that is not known."""
    total = Decimal(0)
    for order in opening:
        market, price = case.belief.market, order.price or order.trigger_price
        value = None if market is None or order.quantity is None else market.value(_left(order), price)
        if value is None:
            return None
        total += value
    return total


def _left(order: RestingOrder) -> Decimal:
    return (order.quantity or Decimal(0)) - order.filled


def _named(case: LegCase, orders: list[RestingOrder]) -> str:
    told = [_words(case, order) for order in orders[:_NAMED]]
    more = len(orders) - len(told)
    if more:
        told.append(f"{more} more")
    *first, last = told
    return f"{', '.join(first)} and {last}" if first else last


def _words(case: LegCase, order: RestingOrder) -> str:
    what = "order" if not order.conditional else "stop" if order.stop_loss else "conditional order"
    much = (
        "all of it" if order.quantity is None else amount(_left(order), case.key.symbol, case.contract_size)
    )
    price = order.trigger_price if order.conditional else order.price
    at = "" if price is None else f" at {number(price)}"
    only = "" if opens(order) else ", reduce-only"
    told = f"{what} {order.order_id} ({order.side.value} {much}{at}{only})"
    row = _over(case, order)
    if row is None:
        return told
    became = "is closed" if row.state is ExpectationState.CLOSED else "has failed"
    return f"{told} of trade {row.row_id}, which {became},"
