"""How a leg came to differ, in words: clauses of reasons, and lines of evidence."""

from datetime import datetime
from decimal import Decimal

from reconciler.comparison.cause import Cause, OtherMove, OwnMove, Sender, cause_of, own_moves
from reconciler.comparison.leg_case import LegCase
from reconciler.facts.expectation import OrderRole
from reconciler.facts.finding import Evidence, Party
from reconciler.facts.wording import amount, clock
from verification.facts.observation import Source
from verification.facts.order_fact import OrderFact, OrderRef

_NAMED = 2
"""Of several orders so many are named in a sentence, and the rest counted; all are in the evidence."""

_ENDED = {"canceled": "was cancelled", "expired": "has expired", "rejected": "was rejected"}


def what_happened(case: LegCase) -> str:
    """Return what the venue shows of how a leg came to differ, as it follows on the difference.

    It is a clause without a full stop. Where the venue shows no cause, it says so, and why.
    """
    cause = cause_of(case)
    told = _moves(case, cause)
    if cause.proved:
        return f": {told}; the bot has not taken note"
    if cause.explained:
        return f": {told}"
    if told:
        return f": {told}, which leaves {_amount(case, cause.rest)} not explained"
    if case.late is not None:
        return ""  # the late order is what it may be
    if case.difference.lagging and case.observed != 0:
        return ", which an order of its own that no longer rests may explain: what became of it was not told"
    return f"; {_why_not(case, cause)}"


def own_words(case: LegCase) -> str:
    """Tell of the bots' own executions that they have not booked."""
    return " and ".join(_own(case, move) for move in own_moves(case))


def traded_back(case: LegCase) -> str:
    """Say who has traded back what the bots' own orders have done, where the venue shows it."""
    cause = cause_of(case)
    if not cause.explained or cause.proved:
        return "which is not explained"
    return "for " + " and ".join(_other(case, move) for move in cause.others[:_NAMED])


def who_traded(case: LegCase) -> str:
    """Name the orders that made a leg what it is, where the venue shows them; empty where it does not."""
    cause = cause_of(case)
    return f": {_moves(case, cause)}" if cause.explained else ""


def _moves(case: LegCase, cause: Cause) -> str:
    clauses = [_own(case, move) for move in cause.own]
    # What was the bots' alone needs no mention of others, who may have traded back and forth beside it.
    others = () if cause.proved else cause.others
    clauses += [_other(case, move) for move in others[:_NAMED]]
    if len(others) > _NAMED:
        more = len(others) - _NAMED
        clauses.append(f"{more} more order{'s' if more > 1 else ''} traded it")
    return " and ".join(clauses)


def _own(case: LegCase, move: OwnMove) -> str:
    did = f"{_did(move.contracts)} {_amount(case, move.contracts)}"
    if move.role is OrderRole.STOP:
        return f"its stop {move.order_id} fired{_at(move.at)} and {did}"
    name = move.order_id or "without an id"
    return f"its {move.role.value} {name} has {did}{_at(move.at)}"


def _other(case: LegCase, move: OtherMove) -> str:
    did = f"{_did(move.contracts)} {_amount(case, move.contracts)}{_at(move.at)}"
    order = f"order {move.order_id}"
    match move.sender:
        case Sender.LIQUIDATION:
            return f"a liquidation ({order}) {did}"
        case Sender.ADL:
            return f"the exchange's auto-deleveraging ({order}) {did}"
        case Sender.SETTLEMENT:
            return f"the exchange's settlement of the contract ({order}) {did}"
        case Sender.TARGET:
            return f"take-profit {order}, which the bot does not know, {did}"
        case Sender.HAND:
            return f"{order}, from the exchange's own {move.client or 'page or app'}, {did}"
        case Sender.UNKNOWN:
            return f"{order}, which the bot does not know, {did}"


def _why_not(case: LegCase, cause: Cause) -> str:
    if cause.since is None:
        return "what closed it could not be seen" if case.observed == 0 else "who traded it could not be seen"
    return f"that is not explained: no trade since {cause.since:%Y-%m-%d %H:%M} UTC accounts for it"


def stops_that_did_nothing(case: LegCase) -> str:
    """Return what became of the stops that the bot believes in and that did not fire, as further clauses."""
    if cause_of(case).proved:
        return ""
    clauses = [
        clause
        for row in case.rows
        for order_id in row.stop_order_ids
        if (clause := _stop(case, order_id, case.facts.get(OrderRef(row.symbol, order_id, conditional=True))))
    ]
    if len(clauses) > _NAMED:
        clauses = [*clauses[:_NAMED], f"{len(clauses) - _NAMED} more stops did nothing"]
    return "".join(f"; {clause}" for clause in clauses)


def _stop(case: LegCase, order_id: str, fact: OrderFact | None) -> str | None:
    resting = (case.book.conditional or {}).get(order_id)
    if resting is not None and not resting.triggered:
        return f"its stop {order_id} still rests"
    if fact is None:
        return f"whether its stop {order_id} has fired could not be seen"
    if fact.executed != 0:
        return None  # told among what has traded
    if fact.terminal:
        return f"its stop {order_id} {_ENDED.get(fact.status, 'has ended')} without executing"
    if fact.became is not None or resting is not None:
        return f"its stop {order_id} was triggered and has executed nothing yet"
    return f"its stop {order_id} has executed nothing"


def evidence_of_cause(case: LegCase) -> tuple[Evidence, ...]:
    """Return what the venue said of orders that may have made a leg differ, and of who else traded it."""
    if case.difference.kind is None:
        return ()
    lines = [
        _fact_line(case, fact)
        for row in case.rows
        for order_id in row.stop_order_ids
        if (fact := case.facts.get(OrderRef(row.symbol, order_id, conditional=True))) is not None
    ]
    cause = cause_of(case)
    lines += [
        Evidence(
            Party.EXCHANGE,
            Source.ORDER.value,
            _own(case, move),
            move.at,
            {"order": move.order_id, "contracts": str(move.contracts)},
        )
        for move in cause.own
        if move.role is not OrderRole.STOP
    ]
    lines += [
        Evidence(
            Party.EXCHANGE,
            Source.ORDER.value,
            _other(case, move),
            move.at,
            _told(move),
        )
        for move in cause.others[:_SHOWN]
    ]
    return tuple(lines)


_SHOWN = 5


def _told(move: OtherMove) -> dict[str, str]:
    told = {"order": move.order_id, "contracts": str(move.contracts), "sender": move.sender.value}
    named = {"client": move.client, "client_order": move.client_order_id}
    return told | {name: value for name, value in named.items() if value}


def _fact_line(case: LegCase, fact: OrderFact) -> Evidence:
    name = fact.ref.order_id
    became = "" if fact.became in {None, name} else f", which became order {fact.became},"
    if fact.executed != 0:
        text = f"stop {name}{became} {_did(fact.executed)} {_amount(case, fact.executed)} ({fact.status})"
    else:
        text = f"stop {name}{became} has executed nothing ({fact.status})"
    data = {"order": name, "status": fact.status, "executed": str(fact.executed)}
    if fact.became is not None:
        data["became"] = fact.became
    return Evidence(Party.EXCHANGE, Source.ORDER.value, text, fact.executed_at or fact.seen.utc, data)


def _did(contracts: Decimal) -> str:
    return "bought" if contracts > 0 else "sold"


def _amount(case: LegCase, contracts: Decimal) -> str:
    return amount(contracts, case.key.symbol, case.contract_size)


def _at(at: datetime | None) -> str:
    return "" if at is None else f" at {clock(at)}"
