"""What other systems got wrong when they compared: what differs is found, what is not seen is not."""

from decimal import Decimal

import pytest

from reconciler.comparison.confirmation import judge
from reconciler.comparison.outcome import CompareSettings
from reconciler.comparison.patience import ConfirmationSettings
from reconciler.facts.expectation import ExpectationState, StopPolicy
from reconciler.facts.finding import Severity
from tests.reconciler.accounts import (
    MARKETS,
    SYMBOL,
    compared,
    entry,
    found,
    leaving,
    leg,
    limit,
    listed,
    market,
    merged,
    pushed,
    reading,
    row,
    stop,
    utc,
)
from verification.facts.account import PositionMode
from verification.facts.leg import Leg, Side

OTHER = "NEAR/USDT:USDT"


def test_a_position_no_bot_knows_is_an_orphan_and_critical() -> None:
    comparison = compared([], merged(reading([listed("43")])))
    assert found(comparison) == ["orphaned_position"]
    orphan = comparison.findings[0]
    assert orphan.severity is Severity.CRITICAL
    assert orphan.exposure == Decimal(430)
    assert (orphan.expected, orphan.observed) == (Decimal(0), Decimal(43))
    assert "no stop protects it" in orphan.reason


def test_an_orphan_with_a_stop_says_so() -> None:
    comparison = compared([], merged(reading([listed("43")], stops=[stop("7", Side.SELL, "43")])))
    assert "a resting stop covers all of it" in comparison.findings[0].reason


@pytest.mark.parametrize("state", [ExpectationState.FAILED, ExpectationState.CLOSED])
def test_a_trade_that_is_over_does_not_explain_a_position(state: ExpectationState) -> None:
    lately = row("43", state=state, opened_at=utc(-60), updated_at=utc(10))
    comparison = compared([lately], merged(reading([listed("43", updated_at=utc(0))])))
    assert found(comparison) == ["orphaned_position"]
    assert "trade 1" in comparison.findings[0].reason
    assert compared([row("43", state=state)], merged(reading([]))).legs == ()


def test_a_failed_position_list_makes_no_phantoms() -> None:
    comparison = compared([row("43")], merged(reading(None)))
    assert found(comparison) == []
    assert [view.verdict for view in comparison.legs] == ["unknown"]
    assert comparison.legs[0].observed is None
    assert comparison.problems == ("positions could not be read: timed out",)
    assert comparison.matched == 0


def test_an_old_list_is_not_today_s_word_once_the_list_fails() -> None:
    view = merged(reading([listed("43")], second=0), reading(None, second=60))
    assert found(compared([], view)) == []


def test_while_the_list_fails_the_live_stream_can_still_confirm_an_orphan() -> None:
    view = merged(reading(None, second=1), pushes=[pushed("43", version=2)])
    first = compared([], view)
    orphan = first.findings[0]
    once = judge(None, orphan, first.confidence[orphan.identity], ConfirmationSettings(), now=view.read_at)
    view = merged(reading(None, second=31), pushes=[pushed("43", version=2)], previous=view)
    second = compared([], view)
    confidence = second.confidence[orphan.identity]
    twice = judge(once.suspicion, second.findings[0], confidence, ConfirmationSettings(), now=view.read_at)
    assert (once.confirmed, twice.confirmed) == (False, True)


def test_an_empty_list_is_only_suspected_of_being_the_truth() -> None:
    comparison = compared([row("43")], merged(reading([])))
    assert found(comparison) == ["phantom_position"]
    confidence = comparison.confidence[comparison.findings[0].identity]
    assert confidence.grade.value == "absent"


def test_a_leg_left_out_while_others_are_listed_is_a_phantom() -> None:
    markets = {**MARKETS, OTHER: market(OTHER)}
    view = merged(reading([listed("300", key=leg(OTHER))]))
    comparison = compared([row("43"), row("300", symbol=OTHER)], view, markets=markets)
    assert [(finding.kind.value, finding.symbol) for finding in comparison.findings] == [
        ("phantom_position", SYMBOL)
    ]
    assert comparison.matched == 1


@pytest.mark.parametrize(("held", "word"), [("50", "50 AVL less"), ("150", "50 AVL more")])
def test_a_difference_of_size_is_a_mismatch_in_both_directions(held: str, word: str) -> None:
    comparison = compared([row("100")], merged(reading([listed(held)])))
    assert found(comparison) == ["quantity_mismatch"]
    assert word in comparison.findings[0].reason


def test_more_than_the_bot_knows_is_critical_and_less_is_a_warning_until_it_is_large() -> None:
    def severity(held: str, mark: str = "10") -> Severity:
        return compared([row("100")], merged(reading([listed(held, mark=mark)]))).findings[0].severity

    assert severity("101") is Severity.CRITICAL
    assert severity("99") is Severity.WARNING
    assert severity("99", mark="1000") is Severity.CRITICAL


def test_the_opposite_side_is_not_the_same_size() -> None:
    comparison = compared([row("43")], merged(reading([listed("-43")])))
    assert found(comparison) == ["side_mismatch"]
    assert comparison.findings[0].severity is Severity.CRITICAL


@pytest.mark.parametrize(("held", "kinds"), [("43.09", []), ("42.91", []), ("43.1", ["quantity_mismatch"])])
def test_less_than_one_lot_is_no_difference_and_a_lot_is(held: str, kinds: list[str]) -> None:
    assert found(compared([row("43")], merged(reading([listed(held, mark="20")])))) == kinds


@pytest.mark.parametrize("rows", [1, 3])
def test_whole_lots_must_match_exactly_however_many_rows_round(rows: int) -> None:
    markets = {SYMBOL: market(step="1")}
    ledger = [row("10", row_id=str(number), step=Decimal(1)) for number in range(rows)]
    assert found(compared(ledger, merged(reading([listed(str(10 * rows))])), markets=markets)) == []
    off = merged(reading([listed(str(10 * rows + 1))]))
    assert found(compared(ledger, off, markets=markets)) == ["quantity_mismatch"]


def test_what_is_left_after_a_close_is_ignored_with_its_reason_if_it_is_worth_little() -> None:
    view = merged(reading([listed("0.3", mark="3")]))
    comparison = compared([], view)
    assert found(comparison) == []
    assert comparison.ignored[0].reason == "the difference is worth 0.9, at most 1: dust"
    assert found(compared([], view, settings=CompareSettings(dust_notional=Decimal("0.5")))) == [
        "orphaned_position"
    ]


def test_a_difference_whose_worth_is_unknown_is_not_dust() -> None:
    assert found(compared([], merged(reading([listed("0.3", mark=None)])))) == ["orphaned_position"]


def test_a_symbol_whose_rows_changed_meanwhile_waits() -> None:
    comparison = compared([row("43")], merged(reading([listed("86")])), moving=frozenset({SYMBOL}))
    assert found(comparison) == []
    assert [view.verdict for view in comparison.legs] == ["in flight"]


def test_the_rows_of_several_bots_on_one_position_are_added() -> None:
    rows = [row("13", ledger="one"), row("30", ledger="two")]
    comparison = compared(rows, merged(reading([listed("43")])))
    assert found(comparison) == []
    assert comparison.legs[0].ledgers == ("one", "two")


def test_bots_on_opposite_sides_net_in_one_way_mode() -> None:
    rows = [row("50", ledger="one"), row("-20", ledger="two")]
    assert found(compared(rows, merged(reading([listed("30")])))) == []
    assert found(compared(rows, merged(reading([listed("50")])))) == ["quantity_mismatch"]


def test_hedge_legs_are_compared_each_with_its_own_rows() -> None:
    rows = [row("50", row_id="1"), row("-20", row_id="2")]
    legs = [listed("50", key=leg(which=Leg.LONG)), listed("-20", key=leg(which=Leg.SHORT))]
    assert found(compared(rows, merged(reading(legs, mode=PositionMode.HEDGE)))) == []
    comparison = compared(rows, merged(reading(legs[:1], mode=PositionMode.HEDGE)))
    assert [(finding.kind.value, finding.leg) for finding in comparison.findings] == [
        ("phantom_position", Leg.SHORT)
    ]


def test_the_same_symbol_of_another_account_is_another_leg() -> None:
    here = compared([], merged(reading([listed("43")])))
    there = compared([], merged(reading([listed("43", key=leg(account="second"))], account="second")))
    assert here.findings[0].identity != there.findings[0].identity


def test_contracts_are_not_coins() -> None:
    markets = {SYMBOL: market(size="10")}
    comparison = compared([row("43", unit=Decimal(1))], merged(reading([listed("4.3")])), markets=markets)
    assert found(comparison) == []
    assert comparison.legs[0].expected == Decimal("4.3")
    doubled = compared([row("43", unit=Decimal(1))], merged(reading([listed("8.6")])), markets=markets)
    assert "8.6 contracts (86 AVL)" in doubled.findings[0].reason
    assert doubled.findings[0].exposure == Decimal(430)


def test_a_symbol_the_venue_does_not_know_is_a_problem_and_not_dropped() -> None:
    comparison = compared([row("43", symbol="OLD/USDT:USDT")], merged(reading([])))
    assert found(comparison) == ["unlisted_symbol"]
    assert [view.verdict for view in comparison.legs] == ["unknown"]
    assert "OLD/USDT:USDT: binanceusdm knows no such symbol (ledger bot trade 1)" in comparison.problems[0]


def test_a_position_without_market_facts_is_an_orphan_all_the_same() -> None:
    comparison = compared([], merged(reading([listed("43", key=leg("NEW/USDT:USDT"))])))
    assert found(comparison) == ["orphaned_position"]
    assert comparison.problems


def test_an_unread_ledger_silences_what_it_may_explain() -> None:
    view = merged(reading([listed("43")]))
    assert found(compared([], view, complete=False)) == []
    assert found(compared([row("20")], view, complete=False)) == []
    assert found(compared([row("43")], merged(reading([])), complete=False)) == []
    assert [one.verdict for one in compared([row("20")], view, complete=False).legs] == ["unknown"]
    naked = compared([row("43", policy=StopPolicy.VENUE)], view, complete=False)
    assert found(naked) == ["unprotected_position"]


def test_on_a_hedge_leg_an_unread_ledger_does_not_explain_a_missing_position() -> None:
    comparison = compared([row("43")], merged(reading([], mode=PositionMode.HEDGE)), complete=False)
    assert found(comparison) == ["phantom_position"]


def test_a_close_by_hand_is_a_phantom_that_names_the_stop_still_resting() -> None:
    rows = [row("43", stops=("9",), policy=StopPolicy.VENUE)]
    comparison = compared(rows, merged(reading([], stops=[stop("9", Side.SELL, "43")])))
    assert found(comparison) == ["phantom_position"]
    assert comparison.findings[0].severity is Severity.CRITICAL
    assert "its stop 9 still rests" in comparison.findings[0].reason
    assert not comparison.confidence[comparison.findings[0].identity].lagging


def test_a_flat_venue_whose_stop_is_gone_is_given_time() -> None:
    rows = [row("43", stops=("9",), policy=StopPolicy.VENUE)]
    comparison = compared(rows, merged(reading([])))
    assert found(comparison) == ["phantom_position"]
    assert comparison.findings[0].severity is Severity.CRITICAL
    assert "whether its stop 9 has fired could not be seen" in comparison.findings[0].reason
    assert comparison.confidence[comparison.findings[0].identity].lagging


def test_whether_the_stop_fired_is_not_guessed_when_it_could_not_be_seen() -> None:
    rows = [row("43", stops=("9",), policy=StopPolicy.VENUE)]
    reason = compared(rows, merged(reading([], stops=None))).findings[0].reason
    assert "whether its stop 9 has fired could not be seen" in reason


def test_an_exit_that_executed_unnoticed_is_given_time() -> None:
    rows = [row("43", low="0", exits=("5",), orders=(leaving("5", "43"),), state=ExpectationState.CLOSING)]
    working = compared(
        rows, merged(reading([listed("20")], orders=[limit("5", Side.SELL, "43", filled="23")]))
    )
    assert [view.verdict for view in working.legs] == ["in flight"]
    assert working.with_confirmed([]).legs == working.legs
    assert [view.verdict for view in working.with_confirmed(working.confidence).legs] == ["differs"]
    gone = compared(rows, merged(reading([])))
    assert gone.findings[0].severity is Severity.CRITICAL
    assert gone.confidence[gone.findings[0].identity].lagging


def test_an_exit_that_rests_untouched_explains_nothing() -> None:
    rows = [row("43", low="0", exits=("5",), orders=(leaving("5", "43"),), state=ExpectationState.CLOSING)]
    comparison = compared(rows, merged(reading([listed("20")], orders=[limit("5", Side.SELL, "43")])))
    assert found(comparison) == ["quantity_mismatch"]
    assert not comparison.confidence[comparison.findings[0].identity].lagging


def test_a_resting_entry_untouched_does_not_hide_a_position_of_somebody_else() -> None:
    entries = (entry("3", "9.9"),)
    rows = [row("0", high="9.9", orders=entries, state=ExpectationState.OPENING, resting_since=utc(0))]
    order = limit("3", Side.BUY, "9.9")
    assert found(compared(rows, merged(reading([], orders=[order])))) == []
    assert found(compared(rows, merged(reading([listed("5")], orders=[order])))) == ["quantity_mismatch"]


def test_a_manual_partial_close_is_a_mismatch_though_the_stop_is_larger() -> None:
    rows = [row("43", stops=("9",), policy=StopPolicy.VENUE)]
    comparison = compared(rows, merged(reading([listed("20")], stops=[stop("9", Side.SELL, "43")])))
    assert found(comparison) == ["quantity_mismatch"]
    assert "23 AVL less" in comparison.findings[0].reason


def test_a_liquidation_of_part_is_found_at_the_next_look() -> None:
    markets = {SYMBOL: market(step="1")}
    before = merged(reading([listed("314")], second=0))
    assert found(compared([row("314")], before, markets=markets)) == []
    after = merged(reading([listed("83")], second=30), previous=before)
    assert found(compared([row("314")], after, markets=markets)) == ["quantity_mismatch"]


def test_only_the_symbols_that_were_read_are_judged() -> None:
    before = merged(reading([listed("43")], second=0))
    view = merged(reading([], second=30, symbols=frozenset({OTHER})), previous=before)
    comparison = compared(
        [row("43"), row("86", symbol=OTHER)], view, markets={**MARKETS, OTHER: market(OTHER)}
    )
    assert [finding.symbol for finding in comparison.findings] == [OTHER]


@pytest.mark.parametrize("step", ["0.01", "0.1", "1", "100"])
def test_what_a_ledger_was_rounded_to_does_not_widen_the_lot_of_today(step: str) -> None:
    rows = [row("43", step=Decimal(step))]
    assert found(compared(rows, merged(reading([listed("43.09")])))) == []
    assert found(compared(rows, merged(reading([listed("43.1", mark="20")])))) == ["quantity_mismatch"]


def test_an_exit_that_could_not_be_looked_up_is_given_the_benefit_for_a_time() -> None:
    rows = [row("43", low="0", orders=(leaving("5", "43"),), state=ExpectationState.CLOSING)]
    comparison = compared(rows, merged(reading([listed("20")], orders=None)))
    assert [view.verdict for view in comparison.legs] == ["in flight"]
    assert found(comparison) == ["quantity_mismatch"]
    assert comparison.confidence[comparison.findings[0].identity].lagging
