"""What proves that an exit closed the position; one drawn row an observation set. Silence never does."""

# ruff: noqa: E501, FBT001, PLR0917 - a drawn table is read by its rows, and its columns are the arguments

from decimal import Decimal

import pytest

from tests.verification.drawn import (
    CACHE,
    ORDER,
    OTHER_ACCOUNT,
    OTHER_LEG,
    REST,
    WS,
    closing,
    gone,
    order,
    row,
    silent,
)
from verification.facts.observation import Observation, Silence, Source
from verification.facts.question import Question
from verification.facts.verdict import Grade, Mismatch, VerdictKind
from verification.rules.judgement import decide

CONFIRMED, PARTIAL, MISMATCH, REFUTED, UNKNOWN = VerdictKind

Row = tuple[str, Question, list[Observation], VerdictKind, float | None, Source | None, Mismatch | None, bool]

TABLE: list[Row] = [
    ("an explicit newer zero", closing(), [row(0, 11)], CONFIRMED, 0, WS, None, True),
    ("others trade, an explicit newer zero", closing(exclusive=False), [row(0, 11)], CONFIRMED, 0, WS, None, True),
    ("a zero that is not newer", closing(), [row(0, 10), row(0, 9), row(0, None)], UNKNOWN, None, None, None, True),
    ("last known without version", closing(version=None), [row(0, 11)], UNKNOWN, None, None, None, True),
    ("filled, the list still shows it", closing(), [order(-43, ended=True), row(43, 10, at=3, source=REST)], CONFIRMED, 0, ORDER, None, True),
    ("filled, and others trade", closing(exclusive=False), [order(-43, ended=True, agree=True)], UNKNOWN, None, None, None, True),
    ("filled in full but may go on", closing(), [order(-43)], UNKNOWN, None, None, None, True),
    ("no entry in the cache", closing(), [silent(source=CACHE)], UNKNOWN, None, None, None, True),
    ("one empty list", closing(), [gone(1)], UNKNOWN, None, None, None, True),
    ("twenty empty lists", closing(), [gone(n) for n in range(20)], UNKNOWN, None, None, None, True),
    ("every source failed", closing(), [silent(s, source=w) for s in Silence for w in Source], UNKNOWN, None, None, None, True),
    ("partly closed, order ended", closing(), [order(-20, ended=True, agree=True)], PARTIAL, 23, ORDER, None, True),
    ("partly closed, status alone", closing(), [order(-20, ended=True)], PARTIAL, 23, ORDER, None, False),
    ("partly closed and working", closing(), [order(-20)], UNKNOWN, None, None, None, True),
    ("partly closed, the leg says so", closing(), [row(23, 11)], PARTIAL, 23, WS, None, False),
    ("partly closed, the newest row counts", closing(), [row(5, 12), row(23, 11, at=2)], PARTIAL, 5, WS, None, False),
    ("order outdoes a row that lags", closing(), [order(-40, ended=True, agree=True), row(23, 11)], PARTIAL, 3, ORDER, None, True),
    ("closed by the order, the row lags", closing(), [order(-43, ended=True), row(23, 11)], CONFIRMED, 0, ORDER, None, True),
    ("closed by the order, yet the leg grew", closing(), [order(-43, ended=True), row(86, 11, at=2)], MISMATCH, 86, WS, Mismatch.EXCESS, True),
    ("closed by the order, yet it is the other way round", closing(), [order(-43, ended=True), row(-5, 11, at=2)], MISMATCH, -5, WS, Mismatch.SIDE, True),
    ("flipped, the leg says so", closing(), [row(-8, 11)], MISMATCH, -8, WS, Mismatch.SIDE, True),
    ("flipped by the order", closing(), [order(-51, ended=True)], MISMATCH, -8, ORDER, Mismatch.SIDE, True),
    ("it grew", closing(), [row(86, 11)], MISMATCH, 86, WS, Mismatch.EXCESS, True),
    ("it grew, and shrank again", closing(), [row(86, 11), row(20, 12)], MISMATCH, 20, WS, Mismatch.EXCESS, True),
    ("it grew, and is as before", closing(), [row(86, 11), row(43, 12)], MISMATCH, 43, WS, Mismatch.EXCESS, True),
    ("flipped, and back", closing(), [row(-5, 11), row(20, 12)], MISMATCH, 20, WS, Mismatch.SIDE, True),
    ("it shrank, and is as before", closing(), [row(20, 11), row(43, 12)], PARTIAL, 20, WS, None, False),
    ("the exit went the wrong way", closing(), [order(43)], MISMATCH, 86, ORDER, Mismatch.EXCESS, True),
    ("the wrong way, and others trade", closing(exclusive=False), [order(43)], MISMATCH, None, ORDER, Mismatch.EXCESS, True),
    ("the wrong way, and ended", closing(), [order(43, ended=True)], MISMATCH, 86, ORDER, Mismatch.EXCESS, True),
    ("the exit ended empty", closing(), [order(0, ended=True, agree=True)], MISMATCH, 43, ORDER, Mismatch.STILL_OPEN, True),
    ("ended empty, and others trade", closing(exclusive=False), [order(0, ended=True, agree=True)], UNKNOWN, None, None, None, True),
    ("ended empty by status alone", closing(), [order(0, ended=True)], UNKNOWN, None, None, None, True),
    ("not found", closing(), [silent(source=ORDER, complete=True)], UNKNOWN, None, None, None, True),
    ("ended empty, yet a stop closed it", closing(), [order(0, ended=True, agree=True), row(0, 11)], CONFIRMED, 0, WS, None, True),
    ("ended empty, a stop closed a part", closing(), [order(0, ended=True, agree=True), row(23, 11)], PARTIAL, 23, WS, None, False),
    ("ended in part, yet it grew", closing(), [order(-20, ended=True, agree=True), row(86, 11)], MISMATCH, 86, WS, Mismatch.EXCESS, True),
    ("ended empty, yet it grew", closing(), [order(0, ended=True, agree=True), row(60, 11)], MISMATCH, 60, WS, Mismatch.EXCESS, True),
    ("part by the exit, rest by a stop", closing(), [order(-20, ended=True, agree=True), row(23, 11), row(0, 12)], CONFIRMED, 0, WS, None, True),
    ("another order closed, others trade", closing(exclusive=False), [order(-43, ended=True, order_id="8")], UNKNOWN, None, None, None, True),
    ("the row came before the order's end", closing(), [order(-43, at=1), row(0, 11, at=2), order(-43, ended=True, at=3)], CONFIRMED, 0, WS, None, True),
    ("the order's end came before the row", closing(), [order(-43, ended=True, at=1), row(0, 11, at=2)], CONFIRMED, 0, ORDER, None, True),
    ("a zero, and newer as before", closing(), [row(0, 11), row(43, 15)], UNKNOWN, None, None, None, True),
    ("a zero, newer as before, a newer zero", closing(), [row(0, 11), row(43, 15), row(0, 16)], CONFIRMED, 0, WS, None, True),
    ("a zero, and newer a part of it", closing(), [row(0, 11), row(20, 15)], PARTIAL, 20, WS, None, False),
    ("a zero of the list, newer as before by the stream, the exit ended empty", closing(), [row(0, 11, source=REST), row(43, 12), order(0, ended=True, agree=True)], MISMATCH, 43, ORDER, Mismatch.STILL_OPEN, True),
    ("and others trade", closing(exclusive=False), [row(0, 11, source=REST), row(43, 12), order(0, ended=True, agree=True)], MISMATCH, 43, ORDER, Mismatch.STILL_OPEN, True),
    ("and by its status alone it ended", closing(exclusive=False), [row(0, 11), row(43, 12), order(0, ended=True)], UNKNOWN, None, None, None, True),
    ("and the newer row came first", closing(exclusive=False), [row(43, 12), row(0, 11, at=2, source=REST), order(0, ended=True, agree=True)], MISMATCH, 43, ORDER, Mismatch.STILL_OPEN, True),
    ("a zero, the other way round since, the exit ended empty", closing(exclusive=False), [row(0, 11), row(-43, 12), order(0, ended=True, agree=True)], MISMATCH, -43, WS, Mismatch.SIDE, True),
    ("a zero, others bought since, the exit executed all", closing(exclusive=False), [row(0, 11), row(43, 15), order(-43, ended=True)], CONFIRMED, 0, WS, None, True),
    ("a zero, held since, the exit still works", closing(exclusive=False), [row(0, 11), row(43, 15), order(-43)], UNKNOWN, None, None, None, True),
    ("two fills of one version, pushed in turn", closing(), [row(20, 11, at=1), row(0, 11, at=2)], CONFIRMED, 0, WS, None, True),
    ("of one version the later push holds", closing(), [row(0, 11, at=1), row(43, 11, at=2)], UNKNOWN, None, None, None, True),
    ("list and stream differ on one version", closing(), [row(0, 11, source=REST), row(43, 11)], UNKNOWN, None, None, None, True),
    ("differ on one version, a newer zero", closing(), [row(0, 11, source=REST), row(43, 11), row(0, 12)], CONFIRMED, 0, WS, None, True),
    ("an older zero, differ on a newer version", closing(), [row(0, 11), row(0, 12, source=REST), row(43, 12)], UNKNOWN, None, None, None, True),
    ("differ on one version, the exit executed all", closing(), [row(0, 11, source=REST), row(43, 11), order(-43, ended=True)], CONFIRMED, 0, ORDER, None, True),
    ("the list was between two fills of one version, then not", closing(), [row(0, 11, at=1), row(20, 11, at=2, source=REST), row(0, 11, at=3, source=REST)], CONFIRMED, 0, REST, None, True),
    ("the same position told again", closing(), [row(43, 12)], UNKNOWN, None, None, None, True),
    ("the other leg is flat", closing(), [row(0, 11, key=OTHER_LEG), order(-43, ended=True, key=OTHER_LEG)], UNKNOWN, None, None, None, True),
    ("another account is flat", closing(), [row(0, 11, key=OTHER_ACCOUNT), order(-43, ended=True, key=OTHER_ACCOUNT)], UNKNOWN, None, None, None, True),
    ("an exit known by client id only", closing(order_id=None, client="c"), [order(-43, ended=True, client="c")], CONFIRMED, 0, ORDER, None, True),
    ("short: filled", closing(-43), [order(43, ended=True)], CONFIRMED, 0, ORDER, None, True),
    ("short: grew by the exit", closing(-43), [order(-43)], MISMATCH, -86, ORDER, Mismatch.EXCESS, True),
    ("short: flipped", closing(-43), [row(8, 11)], MISMATCH, 8, WS, Mismatch.SIDE, True),
    ("nothing at all", closing(), [], UNKNOWN, None, None, None, True),
]  # fmt: skip


@pytest.mark.parametrize(
    ("question", "seen", "kind", "quantity", "by", "mismatch", "settled"),
    [each[1:] for each in TABLE],
    ids=[each[0] for each in TABLE],
)
def test_close(
    question: Question,
    seen: list[Observation],
    kind: VerdictKind,
    quantity: float | None,
    by: Source | None,
    mismatch: Mismatch | None,
    settled: bool,
) -> None:
    verdict = decide(question, seen)
    assert (verdict.kind, verdict.decided_by, verdict.mismatch, verdict.settled) == (
        kind,
        by,
        mismatch,
        settled,
    )
    assert verdict.quantity == (None if quantity is None else Decimal(str(quantity)))
    assert verdict.grade is (None if kind is UNKNOWN else Grade.PROOF)
    again = decide(question, verdict.rests_on)
    assert (again.kind, again.settled) == (kind, settled), "what it rests on leads to it again"


def filled(at: float = 1) -> Observation:
    return order(-43, ended=True, at=at)


SHARED = closing(exclusive=False)
LAG_TABLE: list[tuple[str, list[Observation], bool]] = [
    ("three spaced lists after the exit", [filled(), gone(2), gone(4), gone(7)], True),
    ("its execution was shown before its end", [order(-43), order(-43, ended=True, at=1.5), gone(2), gone(4), gone(7)], True),
    ("two lists", [filled(), gone(2), gone(8)], False),
    ("one list told three times", [filled(), gone(2, 2), gone(2.1, 2), gone(8)], False),
    ("lists too close together", [filled(), gone(2), gone(3), gone(4)], False),
    ("lists sent before the exit was seen", [filled(6), gone(1), gone(4), gone(7)], False),
    ("sent before, received after", [filled(2), gone(3, 1), gone(5), gone(7)], False),
    ("asked before, answered late: too close together", [filled(2), gone(3, 1), gone(5), gone(8.5)], False),
    ("asked close together, answered far apart", [filled(), gone(2), gone(3), gone(9, 4)], False),
    ("answered out of order", [filled(), gone(5, 4), gone(8, 7), gone(9, 2)], True),
    ("the exit still works", [order(-43), gone(2), gone(4), gone(7)], False),
    ("the exit closed a part", [order(-20, ended=True), gone(2), gone(4), gone(7)], False),
    ("the exit closed nothing", [order(0, ended=True, agree=True), gone(2), gone(4), gone(7)], False),
    ("an end that its trades bear out says it closed nothing", [filled(), order(0, ended=True, agree=True), gone(2), gone(4), gone(7)], False),
    ("an end that its trades bear out says it closed a part", [filled(), order(-20, ended=True, agree=True), gone(2), gone(4), gone(7)], False),
    ("an end by its status alone says it closed a part", [filled(), order(-20, ended=True), gone(2), gone(4), gone(7)], True),
    ("no exit seen", [gone(2), gone(4), gone(7)], False),
    ("a list still showed it", [filled(), gone(2), gone(4), row(43, None, at=5, source=REST), gone(7)], False),
    ("it was shown, then not for long enough", [filled(), row(43, None, at=2, source=REST), gone(3), gone(5), gone(8)], True),
    ("shown again, known to be old", [filled(), gone(2), gone(4), row(43, 10, at=5), gone(7)], True),
    ("the order not found, again and again", [filled(), *(silent(source=ORDER, at=n, complete=True) for n in (2, 4, 7))], False),
    ("incomplete lists", [filled(), *(silent(at=n) for n in (2, 4, 7))], False),
    ("failed lists", [filled(), *(silent(Silence.ERROR, at=n, complete=True) for n in (2, 4, 7))], False),
]  # fmt: skip


@pytest.mark.parametrize(
    ("seen", "enough"), [each[1:] for each in LAG_TABLE], ids=[each[0] for each in LAG_TABLE]
)
def test_a_close_by_lag_needs_an_exit_and_spaced_lists(seen: list[Observation], enough: bool) -> None:
    verdict = decide(SHARED, seen)
    assert verdict.kind is (CONFIRMED if enough else UNKNOWN)
    if enough:
        assert (verdict.grade, verdict.quantity) == (Grade.BOUNDED_LAG, Decimal(0))
        assert verdict.decided_by is REST
        assert decide(SHARED, verdict.rests_on) == verdict, "what it rests on leads to it again"
