"""Which opens and closes a ledger's change asks about: what is new, one order at a time, never twice."""

from dataclasses import replace
from datetime import datetime
from decimal import Decimal

import pytest

from reconciler.account.memory.holdings import Holding, Holdings
from reconciler.account.questions.change import joined, questions
from reconciler.account.questions.ledger_question import Surroundings
from reconciler.facts.expectation import BelievedOrder, Expectation, ExpectationState, OrderRole
from tests.reconciler.accounts import MARKETS, at, leg, market, row, utc
from tests.verification.drawn import order
from verification.facts.account import PositionMode
from verification.facts.leg import Leg, Side
from verification.facts.question import Baseline, CloseQuestion, OpenQuestion
from verification.facts.verdict import VerdictKind
from verification.rules.judgement import decide

OPENING, OPEN, CLOSING, CLOSED = (
    ExpectationState.OPENING,
    ExpectationState.OPEN,
    ExpectationState.CLOSING,
    ExpectationState.CLOSED,
)
AROUND = Surroundings("main", PositionMode.ONE_WAY, MARKETS, exclusive=True, held={})


def asked(
    before: list[Expectation] | None, after: list[Expectation], around: Surroundings = AROUND
) -> list[tuple[str, str]]:
    known = None if before is None else {each.row_id: each for each in before}
    put = questions(known, after, around, now=at(1000))
    return [
        ("open" if isinstance(each.question, OpenQuestion) else "close", str(each.question.order_id))
        for each in put
    ]


def only(before: list[Expectation] | None, after: list[Expectation]) -> OpenQuestion | CloseQuestion:
    known = None if before is None else {each.row_id: each for each in before}
    (put,) = questions(known, after, AROUND, now=at(1000))
    return put.question


HELD = row("43", entries=("e1",), opened_at=utc(0))


@pytest.mark.parametrize(
    ("opened_at", "expected"),
    [(utc(0), []), (utc(699), []), (utc(701), [("open", "e1")]), (None, [("open", "e1")])],
)
def test_at_the_start_only_young_opens_are_asked_about(
    opened_at: datetime | None, expected: list[tuple[str, str]]
) -> None:
    assert asked(None, [row("43", entries=("e1",), opened_at=opened_at)]) == expected


def test_at_the_start_an_exit_that_rests_is_asked_about_and_none_that_is_over() -> None:
    leaving = row("43", state=CLOSING, low="0", entries=("e1",), exits=("x1",))
    assert asked(None, [leaving]) == [("close", "x1")]
    assert asked(None, [replace(leaving, state=CLOSED)]) == []
    assert asked(None, [replace(leaving, expected_low=Decimal(20))]) == [], "a part is taken"


def test_at_the_start_an_entry_that_rests_is_asked_about_however_old_it_is() -> None:
    old = utc(-9999)
    waits = row("0", high="43", state=OPENING, entries=("e1",), opened_at=old, resting_since=old)
    assert asked(None, [waits]) == [("open", "e1")]
    assert asked(None, [replace(waits, entry_resting_since=None)]) == []
    entry, size = OrderRole.ENTRY, Decimal(43)
    filled = BelievedOrder(entry, "e1", None, size, booked=size, resting=False, sent_at=old)
    more = BelievedOrder(entry, "e2", None, Decimal(10), booked=Decimal(0), resting=True, sent_at=old)
    added = row("43", high="53", entries=("e1", "e2"), opened_at=old)
    (put,) = questions(None, [replace(added, orders=(filled, more))], AROUND, now=at(1000))
    assert isinstance(put.question, OpenQuestion)
    assert (put.question.order_id, put.question.quantity) == ("e2", Decimal(10))


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ([], [HELD], [("open", "e1")]),
        ([HELD], [HELD], []),
        ([HELD], [replace(HELD, updated_at=utc(5))], []),
        ([], [row("0", high="43", state=OPENING, entries=("e1",))], [("open", "e1")]),
        ([row("0", high="43", state=OPENING, entries=("e1",))], [HELD], []),
        ([HELD], [row("43", high="86", entries=("e1", "e2"))], [("open", "e2")]),
        ([HELD], [row("129", entries=("e1", "e2", "e3"))], []),
        ([], [row("86", entries=("e1", "e2"))], []),
        ([], [row("43")], []),
        ([HELD], [row("43", low="0", state=CLOSING, entries=("e1",), exits=("x1",))], [("close", "x1")]),
        ([HELD], [row("0", state=CLOSED, entries=("e1",), exits=("x1",))], [("close", "x1")]),
        ([HELD], [row("43", low="20", state=CLOSING, entries=("e1",), exits=("x1",))], []),
        ([HELD], [row("0", state=CLOSED, entries=("e1",), exits=("x1", "x2"))], []),
        (
            [row("20", entries=("e1",), exits=("x1",))],
            [row("0", state=CLOSED, entries=("e1",), exits=("x1", "x2"))],
            [("close", "x2")],
        ),
        (
            [row("43", low="0", state=CLOSING, entries=("e1",), exits=("x1",))],
            [row("0", state=CLOSED, entries=("e1",), exits=("x1",))],
            [],
        ),
        ([row("0", state=CLOSED, entries=("e1",))], [row("0", state=CLOSED, entries=("e1",))], []),
        ([HELD], [], []),
    ],
    ids=[
        "new trade",
        "nothing new",
        "only touched",
        "an entry is sent",
        "the entry that was asked about fills",
        "one more entry",
        "two more entries at once",
        "a trade with two entries at once",
        "a trade without an order",
        "an exit is sent",
        "a trade is closed",
        "a part is taken",
        "closed by two exits at once",
        "closed by the second exit",
        "the exit that was asked about fills",
        "closed long ago",
        "a row that went",
    ],
)
def test_what_is_new_is_asked_about(
    before: list[Expectation], after: list[Expectation], expected: list[tuple[str, str]]
) -> None:
    assert asked(before, after) == expected


def test_another_entry_is_asked_from_what_the_leg_held() -> None:
    question = only([HELD], [row("43", high="86", entries=("e1", "e2"))])
    assert isinstance(question, OpenQuestion)
    assert (question.side, question.quantity, question.baseline) == (
        Side.BUY,
        Decimal(43),
        Baseline(Decimal(43), None),
    )


@pytest.mark.parametrize(
    ("shown", "baseline"),
    [
        pytest.param(Holding(Decimal(43), 12, utc(-60)), None, id="held by nobody who is known"),
        pytest.param(Holding(Decimal(43), 12, utc(-60), utc(-9)), Baseline(Decimal(0), None), id="it ended"),
        pytest.param(Holding(Decimal(43), 12, utc(1)), Baseline(Decimal(0), None), id="of this entry"),
        pytest.param(Holding(Decimal(0), 12, utc(-60)), Baseline(Decimal(0), None), id="flat"),
        pytest.param(None, Baseline(Decimal(0), None), id="never shown"),
    ],
)
def test_what_the_leg_held_before_an_entry_is_known_only_where_venue_and_ledger_agree(
    shown: Holding | None, baseline: Baseline | None
) -> None:
    around = replace(AROUND, held={} if shown is None else {leg(): shown})
    (put,) = questions({}, [HELD], around, now=at(1000))
    assert isinstance(put.question, OpenQuestion)
    assert put.question.baseline == baseline


def test_a_client_id_is_asked_about_once_though_its_order_id_comes_later() -> None:
    sent = replace(row("0", high="43", state=OPENING), entry_client_id="c1")
    question = only([], [sent])
    assert (question.order_id, question.client_order_id) == (None, "c1")
    assert asked([sent], [replace(sent, entry_order_ids=("7",))]) == []
    leaving = replace(HELD, state=CLOSING, expected_low=Decimal(0), exit_client_id="c2")
    assert asked([HELD], [leaving]) == [("close", "None")]
    assert asked([leaving], [replace(leaving, exit_order_ids=("8",))]) == []
    again = replace(leaving, exit_order_ids=("8",), exit_client_id="c3")
    assert asked([replace(leaving, exit_order_ids=("8",))], [again]) == [("close", "None")]


def test_the_side_comes_from_the_intent() -> None:
    question = only([], [row("-43", entries=("e1",))])
    assert isinstance(question, OpenQuestion)
    assert question.side is Side.SELL


def test_beside_another_trade_on_the_leg_only_the_order_can_tell() -> None:
    other = row("10", row_id="2", entries=("o1",))
    put = questions({"2": other}, [other, HELD], AROUND, now=at(1000))
    (question,) = (each.question for each in put)
    assert isinstance(question, OpenQuestion)
    assert (question.exclusive, question.baseline) == (False, None)
    closed = row("0", state=CLOSED, entries=("e1",), exits=("x1",))
    assert asked([HELD, other], [closed, other]) == [], "the leg is not meant to be flat"


def test_in_hedge_mode_a_trade_the_other_way_is_on_another_leg() -> None:
    around = replace(AROUND, mode=PositionMode.HEDGE)
    other = row("-10", row_id="2", entries=("o1",))
    (put,) = questions({"2": other}, [other, HELD], around, now=at(1000))
    assert put.question.key == leg(which=Leg.LONG)
    assert put.question.exclusive


def test_a_stop_that_may_fire_makes_rows_the_only_proof_of_a_close() -> None:
    stopped = replace(HELD, stop_order_ids=("s1",))
    leaving = replace(stopped, state=CLOSING, expected_low=Decimal(0), exit_order_ids=("x1",))
    assert not only([stopped], [leaving]).exclusive


@pytest.mark.parametrize(
    ("shown", "opened_at", "version"),
    [
        pytest.param(Holding(Decimal(43), 12, utc(3)), utc(0), 12, id="shown since the trade began"),
        pytest.param(Holding(Decimal(43), 12, utc(-0.5)), utc(0), 12, id="the clocks are a little apart"),
        pytest.param(Holding(Decimal(43), 12, utc(-60)), utc(0), None, id="an earlier position as large"),
        pytest.param(Holding(Decimal(43), 12, None), utc(0), None, id="the venue does not say when"),
        pytest.param(Holding(Decimal(43), 12, utc(3)), None, None, id="the ledger does not say when"),
        pytest.param(Holding(Decimal(43), 12, utc(3), utc(5)), utc(0), 12, id="it has ended meanwhile"),
        pytest.param(Holding(Decimal(43), 12, utc(-0.9), utc(-0.2)), utc(0), None, id="ended just before"),
        pytest.param(Holding(Decimal(0), 12, utc(3)), utc(0), None, id="only ever shown flat"),
        pytest.param(Holding(Decimal(40), 12, utc(3)), utc(0), None, id="shown otherwise"),
        pytest.param(None, utc(0), None, id="never shown"),
    ],
)
def test_a_close_is_measured_from_where_the_venue_showed_this_trade(
    shown: Holding | None, opened_at: datetime | None, version: int | None
) -> None:
    before = replace(HELD, opened_at=opened_at)
    leaving = replace(before, state=CLOSING, expected_low=Decimal(0), exit_order_ids=("x1",))
    around = replace(AROUND, held={} if shown is None else {leg(): shown})
    (put,) = questions({"1": before}, [leaving], around, now=at(1000))
    assert isinstance(put.question, CloseQuestion)
    assert put.question.position == Baseline(Decimal(43), version)


@pytest.mark.parametrize(
    ("shown", "alone"),
    [
        pytest.param(Holding(Decimal(86), 12, utc(3)), False, id="it holds twice as much"),
        pytest.param(Holding(Decimal(-43), 12, utc(3)), False, id="it holds the other side"),
        pytest.param(Holding(Decimal(86), 12, None), False, id="twice as much, who knows since when"),
        pytest.param(Holding(Decimal(86), 12, utc(-9), utc(-5)), True, id="an earlier position that ended"),
        pytest.param(Holding(Decimal(86), 12, utc(3), utc(5)), False, id="twice as much, and flat since"),
        pytest.param(Holding(Decimal(43), 12, utc(3)), True, id="what the ledger believes"),
        pytest.param(Holding(Decimal(20), 12, utc(3)), True, id="the exit has begun"),
        pytest.param(Holding(Decimal(0), 12, utc(3)), True, id="only ever shown flat"),
        pytest.param(None, True, id="never shown"),
    ],
)
def test_an_exit_is_not_all_that_counts_where_the_venue_shows_more_than_the_ledger_knows(
    shown: Holding | None, *, alone: bool
) -> None:
    leaving = replace(HELD, state=CLOSING, expected_low=Decimal(0), exit_order_ids=("x1",))
    around = replace(AROUND, held={} if shown is None else {leg(): shown})
    (put,) = questions({"1": HELD}, [leaving], around, now=at(1000))
    assert put.question.exclusive is alone
    sold = order(-43, ended=True, agree=True, order_id="x1", key=put.question.key)
    assert (decide(put.question, [sold]).kind is VerdictKind.CONFIRMED) is alone


def test_the_last_position_of_a_leg_is_kept_with_its_end_and_an_older_word_changes_nothing() -> None:
    known = Holdings()
    for quantity, version in [(0, 9), (43, 10), (0, 11), (43, 10), (0, 12), (20, 8)]:
        known.note(leg(), Holding(Decimal(quantity), version, utc(version)))
    assert known.known()[leg()] == Holding(Decimal(43), 10, utc(10), flat_at=utc(11))
    known.note(leg(), Holding(Decimal(7), 13, utc(13)))
    assert known.known()[leg()] == Holding(Decimal(7), 13, utc(13))


def test_a_symbol_the_venue_does_not_know_is_left_to_the_comparison() -> None:
    assert asked([], [replace(HELD, symbol="XXX/USDT:USDT")]) == []


def test_base_currency_becomes_contracts_on_the_lot_grid() -> None:
    inexact = replace(HELD, unit_size=Decimal(1), step=Decimal("0.1"), expected_high=Decimal("42.9999999"))
    question = only([], [inexact])
    assert isinstance(question, OpenQuestion)
    assert question.quantity == 43


@pytest.mark.parametrize(
    ("amount", "contract_size", "lot", "sent"),
    [
        ("0.04163", "1", "0.001", "0.041"),  # a bot truncates to the lot, and the venue gets that
        ("0.0419999", "1", "0.001", "0.041"),
        ("0.042", "1", "0.001", "0.042"),
        ("0.30000000000000004", "1", "0.1", "0.3"),  # what floats add
        ("0.7999999999999999", "1", "0.1", "0.8"),  # what floats take away
        ("0.0459", "0.01", "1", "4"),  # contracts of a hundredth
        ("1234567.9", "1", "1", "1234567"),
    ],
)
def test_an_entry_is_asked_about_in_the_whole_lots_that_were_sent(
    amount: str, contract_size: str, lot: str, sent: str
) -> None:
    markets = {leg().symbol: market(size=contract_size, step=lot)}
    sending = row("0", high=amount, state=OPENING, entries=("e1",), unit=Decimal(1), step=Decimal("1E-8"))
    (put,) = questions({}, [sending], replace(AROUND, markets=markets), now=at(1000))
    assert isinstance(put.question, OpenQuestion)
    assert put.question.quantity == Decimal(sent)
    bought = order(sent, ended=True, agree=True, order_id="e1", key=put.question.key)
    assert decide(put.question, [bought]).kind is VerdictKind.CONFIRMED


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        pytest.param([HELD], False, id="alone"),
        pytest.param([], False, id="its row went"),
        pytest.param([replace(HELD, row_id="2", entry_order_ids=("o1",)), HELD], True, id="another trade"),
        pytest.param([replace(HELD, row_id="2", state=CLOSED), HELD], False, id="another that ended"),
        pytest.param([replace(HELD, entry_order_ids=("e1", "e2"))], True, id="one more entry of its own"),
        pytest.param([replace(HELD, row_id="2", symbol="XXX/USDT:USDT")], False, id="another symbol"),
    ],
)
def test_a_question_is_joined_when_something_else_works_on_its_leg(
    rows: list[Expectation], *, expected: bool
) -> None:
    (put,) = questions({}, [HELD], AROUND, now=at(1000))
    assert joined(put, rows, AROUND) is expected


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        pytest.param({}, False, id="as it was"),
        pytest.param({"expected": Decimal(20)}, False, id="the exit has executed a part"),
        pytest.param({"expected": Decimal(86)}, True, id="the bot has bought more"),
        pytest.param({"row_id": "2", "expected": Decimal(86)}, False, id="another trade"),
    ],
)
def test_an_exit_does_not_tell_what_is_left_of_a_trade_that_has_grown_since(
    now: dict[str, object], *, expected: bool
) -> None:
    leaving = row("43", low="0", state=CLOSING, entries=("e1",), exits=("x1",))
    (put,) = questions({"1": HELD}, [leaving], AROUND, now=at(1000))
    assert joined(put, [replace(leaving, **now)], AROUND) is expected  # type: ignore[arg-type]


def test_a_client_id_that_gets_its_order_id_is_still_alone() -> None:
    sent = replace(row("0", high="43", state=OPENING), entry_client_id="c1")
    (put,) = questions({}, [sent], AROUND, now=at(1000))
    assert not joined(put, [replace(sent, entry_order_ids=("7",))], AROUND)
    assert joined(put, [replace(sent, entry_client_id="c2", entry_order_ids=("7",))], AROUND)
