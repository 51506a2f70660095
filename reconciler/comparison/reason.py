"""Why something was found, in one plain sentence that a trader understands at 3 a.m."""

from decimal import Decimal

from reconciler.comparison.leg_case import LegCase
from reconciler.expectation import ExpectationState, StopPolicy
from reconciler.finding import Kind
from reconciler.wording import amount, clock, holding


def reason_for(kind: Kind, case: LegCase) -> str:
    """Return the sentence for a discrepancy of one leg.

    Raises:
        ValueError: The kind is none that a comparison finds.
    """
    match kind:
        case Kind.ORPHANED_POSITION:
            return _orphan(case)
        case Kind.REAPPEARED_POSITION:
            return _reappeared(case)
        case Kind.PHANTOM_POSITION:
            return _phantom(case)
        case Kind.QUANTITY_MISMATCH:
            return _quantity(case)
        case Kind.SIDE_MISMATCH:
            return (
                f"The exchange holds {_held(case)} but the bot believes {_believed(case)}: "
                f"the opposite side; {_stop_words(case)}."
            )
        case Kind.UNPROTECTED_POSITION:
            return _unprotected(case)
        case _:
            raise ValueError(f"a comparison does not find {kind}")


def _held(case: LegCase) -> str:
    return holding(case.observed or Decimal(0), case.key.symbol, case.contract_size)


def _believed(case: LegCase) -> str:
    return holding(case.belief.expected, case.key.symbol, case.contract_size)


def _of(case: LegCase, contracts: Decimal) -> str:
    return amount(contracts, case.key.symbol, case.contract_size)


def _orphan(case: LegCase) -> str:
    return f"The exchange holds {_held(case)} and {_known(case)}; {_stop_words(case)}."


def _reappeared(case: LegCase) -> str:
    after = "" if case.late is None else f" after {case.late.words}"
    appeared = case.appeared
    at = "" if appeared is None else f" at {clock(appeared)}"
    return (
        f"The exchange holds {_held(case)}, which turned up{at}{after}, and {_known(case)}; "
        f"{_stop_words(case)}."
    )


def _known(case: LegCase) -> str:
    known = "no bot of this account knows it"
    if case.stated.ended:
        row = case.stated.ended[-1]
        word = "closed" if row.state is ExpectationState.CLOSED else "failed"
        known = f"the bot has its trade {row.row_id} down as {word}"
    return known


def _stop_words(case: LegCase) -> str:
    stops = case.protection
    size = abs(case.observed or Decimal(0))
    if case.view.conditional_orders is None and stops.covered < size:
        return "whether a stop protects it could not be seen"
    if stops.covered >= size:
        return "a resting stop covers all of it"
    if stops.covered > 0:
        return f"resting stops cover {_of(case, stops.covered)} of it"
    return "no stop protects it"


def _phantom(case: LegCase) -> str:
    start = f"The bot believes {_believed(case)} but the exchange holds nothing"
    stops = [order_id for row in case.rows for order_id in row.stop_order_ids]
    resting = case.book.resting_stops(stops)
    if resting:
        ids = ", ".join(resting)
        return f"{start}, while its stop {ids} still rests: it was closed by something else."
    if stops and case.book.conditional is None:
        return f"{start}; whether its stop {', '.join(stops)} has fired could not be seen."
    if stops:
        return (
            f"{start}; its stop {', '.join(stops)} no longer rests, so it has probably fired "
            "and the bot has not taken note."
        )
    if case.difference.lagging and any(row.exit_order_ids for row in case.rows):
        return f"{start}; its exit no longer rests and has probably executed, and the bot has not taken note."
    return f"{start}, and no order of the bot explains that."


def _quantity(case: LegCase) -> str:
    if case.difference.offset:
        return f"{_offset(case)}; {_stop_words(case)}."
    more = abs(case.observed or Decimal(0)) > abs(case.belief.expected)
    word = "more" if more else "less"
    start = (
        f"The exchange holds {_held(case)} but the bot believes {_believed(case)}: "
        f"{_of(case, case.apart)} {word}"
    )
    start += _own_orders(case)
    if case.late is not None:
        start = f"{start}, which turned up after {case.late.words}"
    software = case.rows and all(row.stop_policy is StopPolicy.SOFTWARE for row in case.rows)
    if software and case.protection.covered == 0:
        return f"{start}; the bot keeps its stop in software."
    return f"{start}; {_stop_words(case)}."


def _own_orders(case: LegCase) -> str:
    """Say how much of a difference the bot's own orders account for, as it follows on the difference."""
    difference, unbooked = case.difference, case.belief.unbooked
    if difference.lagging:
        return ", which an order of its own that no longer rests may explain"
    if not unbooked:
        return ""
    if difference.accounted:
        return f", for {_executed(case)} and the bot has not taken note"
    rest = (case.observed or Decimal(0)) - case.belief.shown
    return f"; {_executed(case)} and the bot has not taken note, which leaves {_of(case, rest)} not explained"


def _offset(case: LegCase) -> str:
    return (
        f"The bot believes {_believed(case)} and the exchange holds that, although {_executed(case)} and the "
        f"bot has not taken note: {_of(case, case.apart)} were traded the other way, which is not explained"
    )


def _executed(case: LegCase) -> str:
    """Tell of the bots' own executions that they have not booked."""
    told = []
    for each in case.belief.unbooked:
        order = each.order
        name = order.order_id or order.client_order_id or "without an id"
        at = "" if each.at is None else f" at {clock(each.at)}"
        side = "bought" if each.contracts > 0 else "sold"
        told.append(f"its {order.role.value} {name} has {side} {_of(case, each.contracts)}{at}")
    return " and ".join(told)


def _unprotected(case: LegCase) -> str:
    stops = case.protection
    held = _held(case)
    start = held[0].upper() + held[1:]
    if stops.entry_since is not None:
        return (
            f"{start}: {_of(case, stops.uncovered)} from an entry that has rested only partly filled since "
            f"{clock(stops.entry_since)} has no stop; the bot places one when the entry is done."
        )
    loose = ""
    if stops.loose:
        ids = ", ".join(order.order_id for order in stops.loose)
        loose = f" (stop {ids} is not reduce-only and could open the opposite position)"
    if stops.covered == 0:
        return f"{start} has no stop at the exchange although its bot keeps stops there{loose}."
    return (
        f"{start} is only partly protected: resting stops cover {_of(case, stops.covered)} of the "
        f"{_of(case, stops.needed)} that its bot knows{loose}."
    )
