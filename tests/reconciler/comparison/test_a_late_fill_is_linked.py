"""A position that turns up after its order was given up names that order and its verification."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from msgspec.structs import replace as seen_as

from reconciler.account.memory.late_fills import LateFills
from reconciler.comparison.condition_check import ConditionState
from reconciler.comparison.watched_order import WatchedOrder, from_evidence, watched_order
from reconciler.facts.expectation import Expectation, ExpectationState
from reconciler.facts.finding import FindingKey, Kind, Severity
from reconciler.record.evidence_form import EvidenceUnreadable
from reconciler.record.stored_verification import record_of, verification_from
from tests.reconciler.accounts import (
    ACCOUNT,
    SYMBOL,
    at,
    compared,
    found,
    leg,
    listed,
    merged,
    reading,
    row,
    utc,
)
from verification.facts.leg import Leg, Side
from verification.facts.observation import OrderSeen, Provenance, Source
from verification.facts.question import Baseline, CloseQuestion, OpenQuestion
from verification.facts.verdict import Verdict, VerdictKind, proved, unknown
from verification.facts.verification import Verification

CONDITION = FindingKey(Kind.REAPPEARED_POSITION, ACCOUNT, SYMBOL, Leg.NET)


def order_seen(executed: str, second: float = 1) -> OrderSeen:
    return OrderSeen(
        key=leg(),
        order_id="e1",
        client_order_id=None,
        executed=Decimal(executed),
        terminal=True,
        trades_agree=True,
        status="canceled",
        average_price=None,
        provenance=Provenance(Source.ORDER, at(second)),
    )


REFUTED = proved(VerdictKind.REFUTED, (order_seen("0"),), Decimal(0), "nothing executed")
CONFIRMED = proved(VerdictKind.CONFIRMED, (order_seen("43"),), Decimal(43), "it executed")
UNKNOWN = unknown("silence")


def learned(late: LateFills, asks: str, verdict: Verdict, *, number: int = 17, side: Side = Side.BUY) -> None:
    """Let a verification be stored whose order is `e1` (an open) or `x1` (a close), asked at second 0."""
    question: OpenQuestion | CloseQuestion
    if asks == "open":
        question = OpenQuestion(leg(), side, Decimal(43), "e1", None, None, exclusive=True, asked=at(0))
    else:
        question = CloseQuestion(leg(), Baseline(Decimal(43), 1), "x1", None, exclusive=True, asked=at(0))
    view, _ = record_of(Verification(question, verdict, verdict.rests_on, at(2)), asked_by="sidecar")
    late.learn(replace(view, id=number), question)


def watch(asks: str = "open", verdict: Verdict = REFUTED, *, side: Side = Side.BUY) -> LateFills:
    late = LateFills()
    learned(late, asks, verdict, side=side)
    return late


def ended(
    state: ExpectationState, *, entries: tuple[str, ...] = (), exits: tuple[str, ...] = ()
) -> Expectation:
    return row("0", state=state, entries=entries, exits=exits)


FAILED = ended(ExpectationState.FAILED, entries=("e1",), exits=("x1",))
CLOSED = ended(ExpectationState.CLOSED, entries=("e1",), exits=("x1",))

# asks | verdict | rows | held | changed at second | what is found
CASES = [
    ("open", REFUTED, [], "43", 90, Kind.REAPPEARED_POSITION),
    ("open", UNKNOWN, [], "43", 90, Kind.REAPPEARED_POSITION),
    ("open", UNKNOWN, [FAILED], "43", 90, Kind.REAPPEARED_POSITION),
    ("open", REFUTED, [], "10", 90, Kind.REAPPEARED_POSITION),
    ("open", REFUTED, [], "43", -30, Kind.REAPPEARED_POSITION),
    ("open", REFUTED, [], "43", None, Kind.REAPPEARED_POSITION),
    ("open", REFUTED, [], "43", -90, Kind.ORPHANED_POSITION),
    ("open", REFUTED, [], "-43", 90, Kind.ORPHANED_POSITION),
    ("open", UNKNOWN, [CLOSED], "43", 90, Kind.ORPHANED_POSITION),
    ("open", CONFIRMED, [FAILED], "43", 90, Kind.ORPHANED_POSITION),
    ("open", REFUTED, [row("20")], "43", 90, Kind.QUANTITY_MISMATCH),
    ("open", REFUTED, [row("43")], "43", 90, None),
    ("close", CONFIRMED, [FAILED], "43", 90, Kind.REAPPEARED_POSITION),
    ("close", CONFIRMED, [FAILED], "43", -1, Kind.ORPHANED_POSITION),
    ("close", CONFIRMED, [FAILED], "-43", 90, Kind.ORPHANED_POSITION),
    ("close", CONFIRMED, [CLOSED], "43", 90, Kind.ORPHANED_POSITION),
    ("close", CONFIRMED, [], "43", 90, Kind.ORPHANED_POSITION),
    ("close", UNKNOWN, [FAILED], "43", 90, Kind.ORPHANED_POSITION),
]


def test_a_late_fill_beside_a_known_position_is_a_mismatch_that_names_the_order() -> None:
    late = LateFills()
    learned(late, "open", REFUTED)
    view = merged(reading([listed("56")], second=30))
    known = row("13", row_id="2", entries=("e0",))
    comparison = compared([known], view, second=30, watched=late.watched(utc(30)))
    assert found(comparison) == ["quantity_mismatch"]
    (finding,) = comparison.findings
    assert "43 AVL more, which turned up after order e1 was refuted" in finding.reason
    assert from_evidence(leg(), finding.evidence) is not None
    less = compared([known], merged(reading([listed("5")], second=30)), watched=late.watched(utc(30)))
    assert "turned up" not in less.findings[0].reason


@pytest.mark.parametrize("case", CASES, ids=range(len(CASES)))
def test_what_a_position_is_after_a_verification(
    case: tuple[str, Verdict, list[Expectation], str, float | None, Kind | None],
) -> None:
    asks, verdict, rows, held, changed, kind = case
    late = watch(asks, verdict)
    position = listed(held, updated_at=None if changed is None else utc(changed))
    comparison = compared(rows, merged(reading([position], second=100)), watched=late.watched(utc(100)))
    assert found(comparison) == ([] if kind is None else [kind.value])


def test_it_names_the_order_the_verification_and_the_times() -> None:
    late = watch()
    view = merged(reading([listed("43", updated_at=utc(105))], second=110))
    (finding,) = compared([], view, watched=late.watched(utc(110))).findings
    assert finding.severity is Severity.CRITICAL
    assert finding.reason == (
        "The exchange holds long 43 AVL, which turned up at 10:40:45 UTC after order e1 was refuted at "
        "10:39:02 UTC (verification 17), and no bot of this account knows it; no stop protects it."
    )
    assert finding.evidence[-1].data["verification"] == "17"
    assert finding.evidence[-1].text == (
        "verification 17 of this open ended refuted (proof, by order): nothing executed"
    )
    assert [from_evidence(leg(), finding.evidence)] == list(late.watched(utc(110))[leg()])


def test_an_execution_that_the_order_shows_later_is_told() -> None:
    late = watch()
    late.on_order(order_seen("0", 50))
    late.on_order(order_seen("43", 60))
    view = merged(reading([listed("43")], second=100))
    (finding,) = compared([], view, watched=late.watched(utc(100))).findings
    assert finding.evidence[-1].text.endswith("the order has shown 43 contracts executed since")


def test_neither_a_word_on_one_trade_nor_the_verification_read_again_takes_back_what_executed() -> None:
    late = watch()
    late.on_order(order_seen("43", 60))
    late.on_order(order_seen("20", 61))
    learned(late, "open", REFUTED)
    (order,) = late.watched(utc(100))[leg()]
    assert order.executed == 43


def test_an_execution_that_shows_after_the_find_is_told_too() -> None:
    late = watch()
    view = merged(reading([listed("43")], second=100))
    late.looked(compared([], view, watched=late.watched(utc(100))))
    late.on_order(order_seen("43", 110))
    assert [order.executed for order in late.watched(utc(111))[leg()]] == [Decimal(43)]


def test_what_an_exit_shows_of_itself_is_no_fill_of_a_rollback_that_came_back() -> None:
    late = watch("close", CONFIRMED)
    late.on_order(seen_as(order_seen("43", 90), order_id="x1"))
    view = merged(reading([listed("43")], second=100))
    late.looked(compared([FAILED], view, watched=late.watched(utc(100))))
    late.on_order(seen_as(order_seen("43", 110), order_id="x1"))
    assert {order.executed for order in late.watched(utc(111))[leg()]} == {None}


def test_two_orders_of_one_leg_are_watched_each_for_itself() -> None:
    late = watch()
    question = OpenQuestion(leg(), Side.BUY, Decimal(43), "e2", None, None, exclusive=True, asked=at(5))
    view, _ = record_of(Verification(question, UNKNOWN, (), at(7)), asked_by="sidecar")
    late.learn(replace(view, id=18), question)
    assert {order.order for order in late.watched(utc(10))[leg()]} == {"e1", "e2"}


def test_the_watch_ends_in_time_but_not_while_its_fill_is_open() -> None:
    late = LateFills(timedelta(minutes=30))
    learned(late, "open", REFUTED)
    assert leg() in late.watched(utc(1802))
    held = merged(reading([listed("43", version=2, updated_at=utc(1795))], second=1800))
    comparison = compared([], held, watched=late.watched(utc(1800)))
    late.looked(comparison)
    unseen = merged(reading(None, second=4000), previous=held)
    late.looked(compared([], unseen, watched=late.watched(utc(4000))))
    for second in (5000.0, 9000.0):
        again = merged(reading([listed("43", version=2, updated_at=utc(1795))], second=second), previous=held)
        comparison = compared([], again, watched=late.watched(utc(second)))
        late.looked(comparison)
        assert found(comparison) == ["reappeared_position"]
    flat = merged(reading([listed("0", version=3)], second=9100), previous=held)
    gone = compared([], flat, watched=late.watched(utc(9100)))
    assert gone.condition(CONDITION).state is ConditionState.CLEAR
    late.looked(gone)
    assert late.watched(utc(9101)) == {}


def test_without_a_find_the_watch_is_over_after_its_time() -> None:
    late = LateFills(timedelta(minutes=30))
    learned(late, "open", UNKNOWN)
    assert late.watched(utc(1803)) == {}


def test_an_answer_that_comes_after_the_doubt_does_not_end_the_watch() -> None:
    late = watch("open", UNKNOWN)
    learned(late, "open", CONFIRMED)
    assert [order.verdict for order in late.watched(utc(10))[leg()]] == ["unknown"]
    learned(late, "open", REFUTED)
    assert [order.verdict for order in late.watched(utc(10))[leg()]] == ["refuted"]


def test_a_record_without_its_question_is_watched_by_no_guess() -> None:
    question = OpenQuestion(leg(), Side.SELL, Decimal(43), "e1", None, None, exclusive=True, asked=at(0))
    view, _ = record_of(Verification(question, UNKNOWN, (), at(2)), asked_by="bot")
    order = watched_order(view, question)
    assert isinstance(order, WatchedOrder)
    assert order.sign == -1
    other = CloseQuestion(leg(), Baseline(Decimal(43), 1), "e1", None, exclusive=True, asked=at(0))
    assert watched_order(view, other) is None, "its row says that it asked another one"
    with pytest.raises(EvidenceUnreadable, match="no evidence is stored with it"):
        verification_from(view, "[]")
