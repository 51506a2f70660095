"""What the bots' own orders explain is what the venue shows of them; it is told when their time is over."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from reconciler.comparison.confirmation import Suspicion, judge
from reconciler.comparison.outcome import Comparison
from reconciler.comparison.patience import ConfirmationSettings
from reconciler.facts.expectation import BelievedOrder, Direction, Expectation, ExpectationState, StopPolicy
from reconciler.facts.finding import Finding, Kind
from tests.reconciler.accounts import (
    SYMBOL,
    at,
    compared,
    entry,
    fact,
    found,
    leaving,
    leg,
    limit,
    listed,
    market,
    merged,
    reading,
    row,
    stop,
    stopping,
    utc,
)
from verification.facts.account import Position, PositionMode, RestingOrder
from verification.facts.clock import Moment
from verification.facts.leg import Leg, Side
from verification.facts.order_fact import OrderFact, OrderRef

PLAIN = OrderRef(SYMBOL, "9", conditional=False)
STOP = OrderRef(SYMBOL, "9", conditional=True)
GRACE, LAGGING = ConfirmationSettings().grace, ConfirmationSettings().lagging_grace
LONG_AGO = utc(-7000)


def _bot(*orders: BelievedOrder, expected: str = "24", **more: Any) -> Expectation:
    """A bot that holds 24, with orders of its own."""
    return row(expected, orders=orders, **more)


def _judged(
    bot: Expectation | list[Expectation],
    held: str,
    *,
    orders: Iterable[RestingOrder] | None = (),
    stops: Iterable[RestingOrder] | None = (),
    facts: tuple[OrderFact, ...] = (),
    updated_at: datetime | None = None,
) -> Comparison:
    shown: list[Position] = [listed(held, mark=None, updated_at=updated_at)] if Decimal(held) else []
    view = merged(reading(shown, orders=orders, stops=stops))
    return compared(bot if isinstance(bot, list) else [bot], view, facts=facts)


def _verdict(comparison: Comparison) -> str:
    (only,) = {one.verdict for one in comparison.legs}
    return only


def _only(comparison: Comparison) -> Finding:
    (finding,) = comparison.findings
    return finding


def _quiet_since(comparison: Comparison) -> datetime | None:
    return comparison.confidence[_only(comparison).identity].quiet_since


def _told_after(comparison: Comparison) -> float:
    """Seconds from the first look until the finding is told, if every look finds it again."""
    finding = _only(comparison)
    confidence = comparison.confidence[finding.identity]
    suspicion: Suspicion | None = None
    for second in range(1000):
        now = Moment.at(at(0).utc + timedelta(seconds=second), at(0).monotonic + second)
        seen = type(confidence)(
            now, confidence.grade, confidence.lagging, confidence.contested, confidence.quiet_since
        )
        judged = judge(suspicion, finding, seen, ConfirmationSettings(), now=now)
        if judged.confirmed:
            return second
        suspicion = judged.suspicion
    return 1000


# what is held | of an entry of 20 that the bot believes to rest, what has executed by the book or by its own
# word (`?` nobody could say), and what of that the bot has booked | how the leg stands, and what is raised
ENTRIES = """
24 |  0 book |  0 | agree
24 |  0 fact |  0 | agree, stuck_opening
24 |  ?      |  0 | agree
34 | 10 book |  0 | in flight, quantity_mismatch, accounted
34 | 10 fact |  0 | in flight, quantity_mismatch, accounted
44 | 20 fact |  0 | in flight, quantity_mismatch, accounted
34 | 10 book | 10 | quantity_mismatch
24 | 10 book | 10 | agree
34 |  ?      |  0 | in flight, quantity_mismatch
44 |  ?      |  0 | in flight, quantity_mismatch
45 |  ?      |  0 | quantity_mismatch
34 |  0 book |  0 | quantity_mismatch
34 |  0 fact |  0 | quantity_mismatch
34 |  2 book |  0 | quantity_mismatch
34 |  2 fact |  0 | quantity_mismatch
24 | 10 book |  0 | in flight, quantity_mismatch, offset
24 | 10 fact |  0 | in flight, quantity_mismatch, offset
23 |  0 book |  0 | quantity_mismatch
23 |  ?      |  0 | quantity_mismatch
0  | 10 fact |  0 | phantom_position
-4 |  ?      |  0 | side_mismatch
"""


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("line", ENTRIES.strip().splitlines())
def test_an_entry_explains_what_the_venue_shows_of_it(line: str, sign: int) -> None:
    held, said, booked, expected = (cell.strip() for cell in line.split("|"))
    executed, _, by = said.partition(" ")
    side = Side.BUY if sign > 0 else Side.SELL
    bot = row(str(sign * 24), orders=(entry("9", "20", booked=booked),))
    comparison = _judged(
        bot,
        str(sign * int(held)),
        orders=[limit("9", side, "20", filled=executed)] if by == "book" else [],
        facts=(fact("9", str(sign * int(executed)), executed_at=LONG_AGO),) if by == "fact" else (),
    )
    words = [*expected.split(", ")]
    assert _verdict(comparison) == (words[0] if "_" not in words[0] else "differs")
    assert found(comparison) == [word for word in words if "_" in word]
    marks = {"accounted", "offset"} & set(words)
    for finding in comparison.findings:
        assert (_quiet_since(comparison) == LONG_AGO) == (bool(marks) and by == "fact")
        assert finding.expected == (sign * 34 if "offset" in words else sign * 24)


# held | of an exit of 24 | of a stop of 24 | what of the exit is booked, and gone from the 24 | the leg
EXITS = """
24 |  0 book | 0 book  | 0 | agree
22 |  2 book | 0 book  | 2 | agree
12 |  2 book | 0 book  | 2 | quantity_mismatch
20 |  4 book | 0 book  | 2 | in flight, quantity_mismatch
22 |  2 book | 0 book  | 0 | in flight, quantity_mismatch
12 |  2 book | 0 book  | 0 | quantity_mismatch
0  | 24 fact | 0 book  | 0 | in flight, phantom_position, lagging
0  | 0 book  | 24 fact | 0 | in flight, phantom_position, lagging
0  | 0 book  | ?       | 0 | in flight, phantom_position, lagging
0  | ?       | 0 book  | 0 | in flight, phantom_position, lagging
0  | 0 book  | 0 fact  | 0 | phantom_position
0  | 0 fact  | 0 fact  | 0 | phantom_position
0  | 0 book  | 0 book  | 0 | phantom_position
14 | 0 book  | 10 fact | 0 | in flight, quantity_mismatch
14 | 0 book  | 10 book | 0 | in flight, quantity_mismatch
14 | 0 book  | ?       | 0 | in flight, quantity_mismatch, lagging
25 | ?       | ?       | 0 | quantity_mismatch
-2 | ?       | ?       | 0 | side_mismatch
-6 | 24 fact | 6 fact  | 0 | in flight, side_mismatch
"""


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("line", EXITS.strip().splitlines())
def test_an_exit_and_a_stop_explain_what_the_venue_shows_of_them(line: str, sign: int) -> None:
    held, exit_, stop_, booked, expected = (cell.strip() for cell in line.split("|"))
    side = Side.SELL if sign > 0 else Side.BUY
    out, _, out_by = exit_.partition(" ")
    down, _, down_by = stop_.partition(" ")
    bot = row(
        str(sign * (24 - int(booked))),
        orders=(leaving("9", "24", booked=booked), stopping("9", "24")),
        policy=StopPolicy.SOFTWARE,
    )
    facts = []
    if out_by == "fact":
        facts.append(fact("9", str(-sign * int(out)), executed_at=LONG_AGO))
    if down_by == "fact":
        facts.append(fact("9", str(-sign * int(down)), conditional=True, executed_at=LONG_AGO))
    comparison = _judged(
        bot,
        str(sign * int(held)),
        orders=[limit("9", side, "24", filled=out)] if out_by == "book" else [],
        stops=[stop("9", side, "24", filled=down)] if down_by == "book" else [],
        facts=tuple(facts),
    )
    words = expected.split(", ")
    assert _verdict(comparison) == (words[0] if "_" not in words[0] else "differs")
    assert found(comparison) == [word for word in words if "_" in word]
    for finding in comparison.findings:
        assert comparison.confidence[finding.identity].lagging == ("lagging" in words)


def test_an_older_order_that_rests_beside_it_hides_nothing() -> None:
    """The field's case: the newest entry filled whole two hours ago, an older one rests untouched."""
    bot = _bot(entry("8", "20"), entry("9", "20"), updated_at=utc(-1))
    comparison = _judged(
        bot,
        "44",
        orders=[limit("8", Side.BUY, "20")],
        facts=(fact("9", "20", executed_at=LONG_AGO),),
    )
    assert found(comparison) == ["quantity_mismatch"]
    assert _told_after(comparison) <= 5
    assert "its entry 9 has bought 20 AVL" in _only(comparison).reason


def test_what_was_not_booked_is_told_a_grace_after_its_trade() -> None:
    for ago in (0, 5, 15):
        comparison = _judged(
            _bot(entry("9", "20"), updated_at=utc(-1)),
            "34",
            orders=[limit("9", Side.BUY, "20", filled="10")],
            facts=(fact("9", "10", terminal=False, executed_at=utc(-ago)),),
        )
        assert _told_after(comparison) == pytest.approx(GRACE.total_seconds() - ago, abs=1.5)


def test_the_oldest_of_what_was_not_booked_counts() -> None:
    """A fill each second would otherwise put off the word of one an hour ago for ever."""
    comparison = _judged(
        _bot(entry("8", "20"), entry("9", "20")),
        "64",
        facts=(fact("8", "20", executed_at=LONG_AGO), fact("9", "20", executed_at=utc(0))),
    )
    assert _quiet_since(comparison) == LONG_AGO


def test_without_a_time_of_the_trade_the_position_s_own_counts_and_else_the_first_look() -> None:
    orders = [limit("9", Side.BUY, "20", filled="10")]
    dated = _judged(_bot(entry("9", "20")), "34", orders=orders, updated_at=LONG_AGO)
    assert _quiet_since(dated) == LONG_AGO
    assert dated.wanted == (PLAIN,)
    undated = _judged(_bot(entry("9", "20"), updated_at=utc(-1)), "34", orders=orders)
    assert _told_after(undated) == pytest.approx(GRACE.total_seconds(), abs=1.5)


def test_a_bot_that_writes_all_the_time_puts_nothing_off() -> None:
    comparison = _judged(
        _bot(entry("9", "20"), updated_at=utc(0)), "44", facts=(fact("9", "20", executed_at=LONG_AGO),)
    )
    assert _told_after(comparison) <= 5


def test_an_order_that_nobody_could_ask_for_has_an_end_too() -> None:
    comparison = _judged(_bot(entry("9", "20"), updated_at=utc(-1)), "34")
    assert comparison.wanted == (PLAIN,)
    assert _told_after(comparison) == pytest.approx(LAGGING.total_seconds(), abs=1.5)


@pytest.mark.parametrize("days", [0, 400])
def test_an_entry_that_rests_untouched_never_expires(days: int) -> None:
    bot = row("0", orders=(entry("9", "20"),), high="20", state=ExpectationState.OPENING)
    view = merged(reading([], orders=[limit("9", Side.BUY, "20")]))
    comparison = compared([bot], view, second=days * 86400)
    assert found(comparison) == []
    assert _verdict(comparison) == "agree"
    assert comparison.wanted == ()


def test_an_order_is_asked_for_when_it_does_not_rest_though_both_sides_agree() -> None:
    """What it has executed may have been traded back by somebody else."""
    bot = _bot(entry("9", "20"), stopping("9", "24"))
    assert _judged(bot, "24").wanted == (PLAIN, STOP)
    assert _judged(bot, "24", orders=[limit("9", Side.BUY, "20")]).wanted == (STOP,)
    assert _judged(bot, "24", stops=[stop("9", Side.SELL, "24")]).wanted == (PLAIN,)
    assert _judged(bot, "24", orders=None, stops=None).wanted == ()
    assert _judged(bot, "24", facts=(fact("9", "0"), fact("9", "0", conditional=True))).wanted == ()


def test_what_still_worked_before_the_book_was_read_is_not_known_after_it() -> None:
    """The order has left the book since: it may have executed meanwhile."""
    bot = _bot(entry("9", "20"))
    before = _judged(bot, "44", facts=(fact("9", "0", terminal=False, second=-5),))
    assert _verdict(before) == "in flight"
    assert before.wanted == (PLAIN,)
    after = _judged(bot, "44", facts=(fact("9", "0", terminal=False, second=5),))
    assert _verdict(after) == "differs"


def test_a_stop_that_was_triggered_is_known_by_its_own_word_only() -> None:
    """What it became executes under another id: its row in the book stands still."""
    triggered = replace(stop("9", Side.SELL, "24"), triggered=True)
    bot = _bot(stopping("9", "24"))
    unknown = _judged(bot, "14", stops=[triggered])
    assert (_verdict(unknown), unknown.wanted) == ("in flight", (STOP,))
    word = fact("9", "-10", conditional=True, terminal=False, executed_at=LONG_AGO)
    told = _judged(bot, "14", stops=[triggered], facts=(word,))
    assert _quiet_since(told) == LONG_AGO


def test_orders_and_conditional_orders_of_one_number_are_two() -> None:
    bot = _bot(stopping("9", "24"))
    assert _verdict(_judged(bot, "0", facts=(fact("9", "-24"),))) == "in flight"
    assert _judged(bot, "0", orders=[limit("9", Side.SELL, "24")]).wanted == (STOP,)


def test_an_order_that_traded_the_wrong_way_is_accounted_for_as_it_traded() -> None:
    """The incident: the rollback bought 43 more."""
    bot = row("43", orders=(leaving("9", "43"),), state=ExpectationState.CLOSING)
    comparison = _judged(bot, "86", facts=(fact("9", "43", executed_at=LONG_AGO),))
    assert found(comparison) == ["quantity_mismatch"]
    assert _told_after(comparison) <= 5
    assert "its exit 9 has bought 43 AVL" in _only(comparison).reason


def test_a_ledger_that_was_read_after_the_book_knows_more() -> None:
    bot = row("34", orders=(entry("9", "20", booked="10"),))
    assert _verdict(_judged(bot, "34", orders=[limit("9", Side.BUY, "20", filled="6")])) == "agree"


def test_an_order_is_found_by_the_id_that_the_bot_chose() -> None:
    bot = row("0", orders=(entry(None, "20", client="mine"),), high="20", state=ExpectationState.OPENING)
    named = replace(limit("9", Side.BUY, "20", filled="5"), client_order_id="mine")
    comparison = _judged(bot, "5", orders=[named])
    assert found(comparison) == ["quantity_mismatch"]
    assert "its entry mine has bought 5 AVL" in _only(comparison).reason
    assert found(_judged(bot, "7", orders=[named])) == ["quantity_mismatch"]
    assert _verdict(_judged(bot, "7", orders=[named])) == "differs"
    assert _verdict(_judged(bot, "7")) == "in flight"


def test_the_orders_of_several_bots_on_one_leg_add_up() -> None:
    bots = [_bot(entry("8", "20"), ledger="one"), _bot(leaving("9", "24"), ledger="two")]
    words = (fact("8", "20", executed_at=LONG_AGO), fact("9", "-24", executed_at=utc(-30)))
    assert _quiet_since(_judged(bots, "44", facts=words)) == LONG_AGO
    assert _verdict(_judged(bots, "45", facts=words)) == "differs"
    assert _verdict(_judged(bots, "48", facts=(fact("8", "20"), fact("9", "-20")))) == "in flight"


def test_a_bot_that_counts_coins_has_its_orders_counted_in_coins() -> None:
    bot = row("0.24", unit=Decimal(1), orders=(entry("9", "0.20"),))
    view = merged(reading([listed("34", mark=None)], orders=[limit("9", Side.BUY, "20", filled="10")]))
    comparison = compared([bot], view, markets={SYMBOL: market(size="0.01", step="1")})
    assert [one.verdict for one in comparison.legs] == ["in flight"]
    assert "10 contracts (0.1 AVL) more" in _only(comparison).reason
    assert "its entry 9 has bought 10 contracts (0.1 AVL)" in _only(comparison).reason


@pytest.mark.parametrize("which", [Leg.LONG, Leg.SHORT])
def test_on_a_hedge_leg_orders_count_on_their_own_leg(which: Leg) -> None:
    sign, way = (1, Direction.LONG) if which is Leg.LONG else (-1, Direction.SHORT)
    bot = row("24", direction=way, orders=(entry("9", "20"),))
    view = merged(reading([listed(str(34 * sign), key=leg(which=which))], mode=PositionMode.HEDGE))
    comparison = compared([bot], view, facts=[fact("9", str(10 * sign), executed_at=LONG_AGO)])
    assert [one.verdict for one in comparison.legs] == ["in flight"]
    assert _quiet_since(comparison) == LONG_AGO


def test_of_a_ledger_that_tells_no_orders_apart_the_range_has_an_end() -> None:
    bot = row("0", low="0", high="43", updated_at=utc(-1))
    comparison = _judged(bot, "43")
    assert _verdict(comparison) == "in flight"
    assert comparison.wanted == ()
    assert _told_after(comparison) == pytest.approx(LAGGING.total_seconds(), abs=1.5)
    assert _verdict(_judged(bot, "44")) == "differs"


def test_what_is_told_of_is_in_flight_no_more() -> None:
    comparison = _judged(_bot(entry("9", "20")), "44", facts=(fact("9", "20", executed_at=LONG_AGO),))
    assert comparison.in_flight == comparison.with_confirmed([]).in_flight == {leg()}
    told = comparison.with_confirmed([_only(comparison).identity])
    assert (told.in_flight, told.matched, _verdict(told)) == (frozenset(), 0, "differs")


def test_what_is_only_thought_to_be_in_flight_is_not_counted_as_that() -> None:
    """Nobody could say what its order has executed: that is no green."""
    assert _judged(_bot(entry("9", "20")), "34").in_flight == frozenset()
    assert _judged(_bot(entry("8", "20"), entry("9", "20")), "24", facts=(fact("8", "10"),)).in_flight == (
        frozenset()
    )
    moving = compared([_bot()], merged(reading([listed("30")])), moving=frozenset({SYMBOL}))
    assert (_verdict(moving), moving.in_flight) == ("in flight", frozenset())


def test_what_an_entry_executed_and_something_else_traded_back_is_told_as_that() -> None:
    comparison = _judged(_bot(entry("9", "20")), "24", facts=(fact("9", "10", executed_at=LONG_AGO),))
    finding = _only(comparison)
    assert finding.kind is Kind.QUANTITY_MISMATCH
    assert (finding.expected, finding.observed) == (Decimal(34), Decimal(24))
    assert "10 AVL were traded the other way, which is not explained" in finding.reason
    assert _told_after(comparison) <= 5


def test_what_a_stranger_did_beside_the_bot_s_order_is_told_with_what_the_order_did() -> None:
    comparison = _judged(_bot(entry("9", "20")), "34", orders=[limit("9", Side.BUY, "20", filled="2")])
    assert "its entry 9 has bought 2 AVL" in _only(comparison).reason
    assert "which leaves 8 AVL not explained" in _only(comparison).reason
