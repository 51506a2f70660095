"""What a position list does not cover is unknown and named as unread; what it covers is judged."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from reconciler.comparison.condition_check import ConditionState
from reconciler.comparison.difference import LegVerdict
from reconciler.comparison.outcome import Comparison
from reconciler.facts.finding import FindingKey, Kind
from tests.reconciler.accounts import (
    MARKETS,
    SYMBOL,
    compared,
    leg,
    listed,
    market,
    merged,
    pushed,
    reading,
    row,
    stream,
)
from verification.facts.account import AccountReading, Part, Position, PositionsReading
from verification.facts.errors import SourceUnreachable
from verification.facts.leg import Leg
from verification.venues.position_list import leg_in_list

OTHER = "BTC/USDC:USDC"
BOTH = {**MARKETS, OTHER: market(OTHER)}
PARTS = {SYMBOL: "USDT", OTHER: "USDC"}
NOT_ASKED = {"USDC": "positions settled in USDC were not asked for"}
FAILED = {"USDC": "positions settled in USDC could not be read: timed out"}


def in_part(*positions: Position, second: float = 0, unread: Mapping[str, str] = NOT_ASKED) -> AccountReading:
    whole = reading(positions, second=second)
    assert whole.positions is not None
    return replace(whole, positions=replace(whole.positions, unread=unread, parts=PARTS))


def verdicts(comparison: Comparison) -> dict[str, str]:
    return {each.symbol: each.verdict for each in comparison.legs}


def test_a_leg_of_an_unread_part_is_unknown_and_named_and_the_rest_is_judged() -> None:
    view = merged(in_part(listed("43")))
    comparison = compared([row("43"), row("5", row_id="2", symbol=OTHER)], view, markets=BOTH)
    assert verdicts(comparison) == {SYMBOL: LegVerdict.AGREE, OTHER: LegVerdict.UNKNOWN}
    assert comparison.findings == ()
    assert comparison.problems[0] == f"{NOT_ASKED['USDC']} (not judged: {OTHER})"
    assert comparison.unprotected_notional is None


def test_an_unread_part_is_told_though_no_bot_believes_in_anything_there() -> None:
    comparison = compared([row("43")], merged(in_part(listed("43"))))
    assert comparison.problems == (NOT_ASKED["USDC"],)


def test_what_was_read_differs_although_another_part_failed() -> None:
    view = merged(in_part(unread=FAILED))
    comparison = compared([row("43"), row("5", row_id="2", symbol=OTHER)], view, markets=BOTH)
    assert [(each.kind, each.symbol) for each in comparison.findings] == [(Kind.PHANTOM_POSITION, SYMBOL)]


def test_lists_without_its_part_never_show_that_a_leg_is_gone() -> None:
    key = leg(OTHER)
    first = in_part(listed("43"), listed("5", key=key), unread={})
    later = [in_part(listed("43"), second=10.0 * at, unread=FAILED) for at in range(1, 60)]
    view = merged(first, *later, health=stream(epoch=2))
    assert view.legs[key].quantity == 5
    assert view.legs[key].contrary is None
    assert not view.knows(key)
    assert view.quantity(leg()) == 43
    known = compared([row("43"), row("5", row_id="2", symbol=OTHER)], view, markets=BOTH)
    assert known.findings == ()


def test_a_live_stream_that_pushed_the_leg_itself_still_knows_it() -> None:
    key = leg(OTHER)
    view = merged(in_part(listed("43"), second=5), pushes=[pushed("5", version=3, key=key)])
    assert view.quantity(key) == 5


def test_an_alert_of_an_unread_part_stays_as_it_is() -> None:
    view = merged(in_part(listed("43")), in_part(listed("43"), second=30))
    comparison = compared([row("43")], view)
    condition = comparison.condition(FindingKey(Kind.ORPHANED_POSITION, "main", OTHER, Leg.NET))
    assert condition.state is ConditionState.UNKNOWN
    assert condition.reason == NOT_ASKED["USDC"]


def test_a_part_that_was_read_once_is_not_known_to_be_empty_by_two_lists() -> None:
    key = FindingKey(Kind.ORPHANED_POSITION, "main", OTHER, Leg.NET)
    views = [in_part(second=0), in_part(second=10), in_part(second=20, unread={})]
    assert compared([], merged(*views)).condition(key).state is ConditionState.UNKNOWN
    whole = [*views, in_part(second=30, unread={})]
    assert compared([], merged(*whole)).condition(key).state is ConditionState.CLEAR


def test_a_symbol_of_no_known_part_may_be_in_the_one_that_was_not_read() -> None:
    assert not merged(in_part(listed("43"))).knows(leg("NEW/USDT:USDT"))
    assert merged(in_part(listed("43"), unread={})).knows(leg("NEW/USDT:USDT"))


def test_a_part_that_failed_is_told_once_and_in_the_words_of_the_part() -> None:
    failed = replace(
        in_part(listed("43"), unread=FAILED), failures={Part.POSITIONS: SourceUnreachable("timed out")}
    )
    assert compared([row("43")], merged(failed)).problems == (FAILED["USDC"],)


def test_the_list_as_a_source_is_no_complete_absence_for_an_unread_part() -> None:
    told = in_part(listed("43")).positions
    assert isinstance(told, PositionsReading)
    silent = leg_in_list(told, leg(OTHER))
    assert not getattr(silent, "complete", True)
    assert NOT_ASKED["USDC"] in str(getattr(silent, "reason", silent))
    shown = leg_in_list(replace(told, positions=(listed("5", key=leg(OTHER)),)), leg(OTHER))
    assert getattr(shown, "quantity", None) == Decimal(5)


def test_a_nameless_leg_that_a_list_in_part_does_not_show_may_be_in_the_other_part() -> None:
    nameless = leg("BTCUSDC")
    told = [pushed("5", version=3, key=nameless)]
    view = merged(in_part(second=30, unread=FAILED), pushes=told)
    assert compared([], view, markets=BOTH).findings == ()
    again = merged(in_part(listed("5", key=nameless), second=30, unread=FAILED), pushes=told)
    assert [each.kind for each in compared([], again, markets=BOTH).findings] == [Kind.ORPHANED_POSITION]
