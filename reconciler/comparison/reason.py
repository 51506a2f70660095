"""Why something was found, in one plain sentence that a trader understands at 3 a.m."""

from decimal import Decimal

from reconciler.comparison.cause_words import (
    own_words,
    stops_that_did_nothing,
    traded_back,
    what_happened,
    who_traded,
)
from reconciler.comparison.duplicates import duplicates_of
from reconciler.comparison.leg_case import LegCase
from reconciler.comparison.related import related
from reconciler.comparison.stop_words import why_idle
from reconciler.facts.expectation import ExpectationState, StopPolicy
from reconciler.facts.finding import Kind
from reconciler.facts.wording import amount, clock, holding


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
                f"the opposite side{who_traded(case)}; {_stop_words(case)}."
            )
        case Kind.DUPLICATE_ROWS:
            return _twice(case)
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
    return f"The exchange holds {_held(case)} and {_known(case)}{who_traded(case)}; {_stop_words(case)}."


def _reappeared(case: LegCase) -> str:
    after = "" if case.late is None else f" after {case.late.words}"
    appeared = case.appeared
    at = "" if appeared is None else f" at {clock(appeared)}"
    return (
        f"The exchange holds {_held(case)}, which turned up{at}{after}, and {_known(case)}; "
        f"{_stop_words(case)}."
    )


def _known(case: LegCase) -> str:
    row = related(case)
    if row is None:
        return "no bot of this account knows it"
    word = "closed" if row.state is ExpectationState.CLOSED else "failed"
    return f"the bot has its trade {row.row_id} down as {word}"


def _stop_words(case: LegCase) -> str:
    stops = case.protection
    size = abs(case.observed or Decimal(0))
    if case.view.conditional_orders is None and stops.covered < size:
        return "whether a stop protects it could not be seen"
    if stops.covered >= size:
        return "a resting stop covers all of it"
    if stops.covered > 0:
        return f"resting stops cover {_of(case, stops.covered)} of it"
    if stops.perhaps > 0:
        return "whether the stop that rests would act is not known"
    return f"no stop protects it: {why_idle(stops)}" if stops.idle else "no stop protects it"


def _phantom(case: LegCase) -> str:
    start = f"The bot believes {_believed(case)} but the exchange holds nothing{what_happened(case)}"
    return f"{start}{stops_that_did_nothing(case)}."


def _quantity(case: LegCase) -> str:
    if case.difference.offset:
        return f"{_offset(case)}; {_stop_words(case)}."
    more = abs(case.observed or Decimal(0)) > abs(case.belief.expected)
    word = "more" if more else "less"
    start = (
        f"The exchange holds {_held(case)} but the bot believes {_believed(case)}: "
        f"{_of(case, case.apart)} {word}"
    )
    start += what_happened(case)
    if case.late is not None:
        start = f"{start}, which turned up after {case.late.words}"
    software = case.rows and all(row.stop_policy is StopPolicy.SOFTWARE for row in case.rows)
    if software and case.protection.covered == 0:
        return f"{start}; the bot keeps its stop in software."
    return f"{start}; {_stop_words(case)}."


def _twice(case: LegCase) -> str:
    """Name both rows, and say what shows that they are one position."""
    found = duplicates_of(case)
    assert found is not None, "the kind was given for them"
    several = len({row.ledger for row in found.rows}) > 1
    names = [f"{row.row_id} of {row.ledger}" if several else row.row_id for row in found.rows]
    trades = f"trades {', '.join(names[:-1])} and {names[-1]}"
    may = "each of them may sell it" if (case.observed or 0) > 0 else "each of them may buy it back"
    if found.order_id is not None:
        shown = f"name the same order {found.order_id}"
    elif case.traded is not None:
        shown = (
            f"are of one size, and no trade since {case.traded.since:%Y-%m-%d %H:%M} UTC has closed either"
        )
    else:
        shown = "are of one size; whether one of them was closed could not be seen"
    return f"The exchange holds {_held(case)} and the bot has it down twice: {trades} {shown}; {may}."


def _offset(case: LegCase) -> str:
    return (
        f"The bot believes {_believed(case)} and the exchange holds that, although {own_words(case)} and the "
        f"bot has not taken note: {_of(case, case.apart)} were traded the other way, {traded_back(case)}"
    )


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
    if stops.covered == 0 and stops.idle:
        return f"{start} has no stop at the exchange that would act: {why_idle(stops)}{loose}."
    if stops.covered == 0:
        ended = stops_that_did_nothing(case)
        return f"{start} has no stop at the exchange although its bot keeps stops there{ended}{loose}."
    idle = f"; {why_idle(stops)}" if stops.idle else ""
    return (
        f"{start} is only partly protected: resting stops cover {_of(case, stops.covered)} of the "
        f"{_of(case, stops.needed)} that its bot knows{idle}{loose}."
    )
