"""What proves that an entry executed, or that it never will; one drawn row an observation set."""

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
    opening,
    order,
    row,
    silent,
)
from verification.facts.leg import Side
from verification.facts.observation import Observation, Silence, Source
from verification.facts.question import Question
from verification.facts.verdict import Grade, Mismatch, VerdictKind
from verification.rules.judgement import decide

CONFIRMED, PARTIAL, MISMATCH, REFUTED, UNKNOWN = VerdictKind

Row = tuple[str, Question, list[Observation], VerdictKind, float | None, Source | None, Mismatch | None, bool]

# what is seen                         question                observations                              answer
TABLE: list[Row] = [
    ("pushed at 8 ms, list empty at 3 s", opening(), [row(43, 11, at=0.008), gone(3)], CONFIRMED, 43, WS, None, True),
    ("filled order, list without it", opening(), [order(43, ended=True), gone(60)], CONFIRMED, 43, ORDER, None, True),
    ("fill pushed before the list shows it", opening(), [order(43, at=0.01, source=WS), row(43, 11, at=3, source=REST)], CONFIRMED, 43, WS, None, True),
    ("stream and order say so at once", opening(), [order(43), row(43, 11)], CONFIRMED, 43, WS, None, True),
    ("order and list say so at once", opening(), [row(43, 11, source=REST), order(43)], CONFIRMED, 43, ORDER, None, True),
    ("list shows it before the order says so", opening(), [row(43, 11, at=1, source=REST), order(43, at=2)], CONFIRMED, 43, REST, None, True),
    ("ended empty, trades agree", opening(), [order(0, ended=True, agree=True), gone(1), gone(3)], REFUTED, 0, ORDER, None, True),
    ("ended empty, trades not asked", opening(), [order(0, ended=True)], UNKNOWN, None, None, None, True),
    ("cancelled by status, filled by trades", opening(), [order(0, ended=True, source=WS), order(43, ended=True, agree=False)], CONFIRMED, 43, ORDER, None, True),
    ("ended empty, yet an execution was seen", opening(), [order(0, ended=True, agree=True), order(20, at=0.5)], PARTIAL, 20, ORDER, None, False),
    ("ended empty, yet the leg moved by it", opening(), [order(0, ended=True, agree=True), row(43, 11)], CONFIRMED, 43, WS, None, True),
    ("ended empty, yet the leg moved by some", opening(), [order(0, ended=True, agree=True), row(5, 11)], PARTIAL, 5, WS, None, False),
    ("answer lost, not found by client id", opening(order_id=None, client="c"), [silent(source=ORDER)], UNKNOWN, None, None, None, True),
    ("order not found", opening(), [silent(source=ORDER, complete=True), gone(1)], UNKNOWN, None, None, None, True),
    ("20 of 43, then cancelled", opening(), [order(20, ended=True, agree=True)], PARTIAL, 20, ORDER, None, True),
    ("20 of 43, cancelled by status alone", opening(), [order(20, ended=True)], PARTIAL, 20, ORDER, None, False),
    ("20 of 43 and working", opening(), [order(20)], PARTIAL, 20, ORDER, None, False),
    ("20 seen last, 30 ended", opening(), [order(30, ended=True, agree=True, source=WS), order(20, at=3)], PARTIAL, 30, WS, None, True),
    ("30 pushed, then an old end at 20", opening(), [order(30, source=WS), order(20, ended=True, agree=True, at=3)], PARTIAL, 30, WS, None, False),
    ("end pushed, fills asked later", opening(), [order(20, at=0.5), order(20, ended=True, agree=True, at=2, source=WS)], PARTIAL, 20, ORDER, None, True),
    ("20, then the rest", opening(), [order(20), order(43, at=2, source=WS)], CONFIRMED, 43, WS, None, True),
    ("status lags behind the leg", opening(), [order(20, at=2), row(43, 11)], CONFIRMED, 43, WS, None, True),
    ("status lags behind a leg in part", opening(), [order(10, at=2), row(20, 11)], PARTIAL, 20, WS, None, False),
    ("the leg lags behind the status", opening(), [order(20, at=2), row(10, 11)], PARTIAL, 20, ORDER, None, False),
    ("an end in part outdoes a larger row", opening(), [order(10, ended=True, agree=True), row(20, 11)], PARTIAL, 10, ORDER, None, True),
    ("the leg holds part of it", opening(), [row(10, 11), row(20, 12)], PARTIAL, 20, WS, None, False),
    ("order executed the other way", opening(), [order(-43, ended=True)], MISMATCH, -43, ORDER, Mismatch.SIDE, True),
    ("the leg went the other way", opening(), [row(-43, 11)], MISMATCH, -43, WS, Mismatch.SIDE, False),
    ("a long leg shrank: by an order, or by liquidation", opening(baseline=(100, 10)), [row(57, 11)], UNKNOWN, None, None, None, True),
    ("a long leg went short, which no liquidation does", opening(baseline=(13, 10)), [row(-30, 11)], MISMATCH, -30, WS, Mismatch.SIDE, False),
    ("a short leg was liquidated while a buy worked", opening(baseline=(-43, 10)), [row(0, 11)], UNKNOWN, None, None, None, True),
    ("order executed 86 of 43", opening(), [order(86, ended=True)], MISMATCH, 86, ORDER, Mismatch.EXCESS, True),
    ("the leg went to 86", opening(), [row(86, 11)], MISMATCH, 86, WS, Mismatch.EXCESS, False),
    ("the leg went to 86 by a second entry", opening(), [row(86, 11), order(43)], CONFIRMED, 43, ORDER, None, True),
    ("86 executed, and the leg passed 43", opening(), [row(43, 11), order(86, at=2)], MISMATCH, 86, ORDER, Mismatch.EXCESS, True),
    ("100 held, 143 seen", opening(baseline=(100, 10)), [row(143, 11)], CONFIRMED, 43, WS, None, True),
    ("100 held, 100 told again", opening(baseline=(100, 10)), [row(100, 11)], UNKNOWN, None, None, None, True),
    ("13 held, a stale 43", opening(baseline=(13, 10)), [row(43, 9)], UNKNOWN, None, None, None, True),
    ("a tie is not newer", opening(), [row(43, 10)], UNKNOWN, None, None, None, True),
    ("list and stream differ on one version", opening(), [row(43, 11), row(0, 11, source=REST)], UNKNOWN, None, None, None, True),
    ("differ on one version, agree on a newer one", opening(), [row(43, 11), row(0, 11, source=REST), row(43, 12)], CONFIRMED, 43, WS, None, True),
    ("two fills of one version, pushed in turn", opening(), [row(20, 11, at=1), row(43, 11, at=2)], CONFIRMED, 43, WS, None, True),
    ("a row without version", opening(), [row(43, None)], UNKNOWN, None, None, None, True),
    ("a baseline without version", opening(baseline=(0, None)), [row(43, 11)], UNKNOWN, None, None, None, True),
    ("no baseline", opening(baseline=None), [row(43, 11)], UNKNOWN, None, None, None, True),
    ("no baseline, but the order", opening(baseline=None), [row(43, 11), order(43)], CONFIRMED, 43, ORDER, None, True),
    ("others trade the leg", opening(exclusive=False), [row(43, 11)], UNKNOWN, None, None, None, True),
    ("the other leg holds 43", opening(), [row(43, 11, key=OTHER_LEG), order(43, key=OTHER_LEG)], UNKNOWN, None, None, None, True),
    ("another account holds 43", opening(), [row(43, 11, key=OTHER_ACCOUNT), order(43, key=OTHER_ACCOUNT)], UNKNOWN, None, None, None, True),
    ("another order filled", opening(), [order(43, order_id="8")], UNKNOWN, None, None, None, True),
    ("known by client id only", opening(order_id=None, client="c"), [order(43, client="c", source=WS)], CONFIRMED, 43, WS, None, True),
    ("neither id is known", opening(order_id=None), [order(43, client="c")], UNKNOWN, None, None, None, True),
    ("the client id used again", opening(client="c"), [order(43, client="c", order_id="8")], UNKNOWN, None, None, None, True),
    ("contracts of a large size", opening(4.3), [row("4.3", 11)], CONFIRMED, 4.3, WS, None, True),
    ("opened, then stopped out", opening(), [order(43, ended=True), row(0, 12)], CONFIRMED, 43, ORDER, None, True),
    ("every source failed", opening(), [silent(s, complete=False, source=w) for s in Silence for w in Source], UNKNOWN, None, None, None, True),
    ("the stream was not ready", opening(), [silent(Silence.NOT_READY, source=WS)], UNKNOWN, None, None, None, True),
    ("the bot's own cache alone", opening(), [row(43, None, source=CACHE)], UNKNOWN, None, None, None, True),
    ("nothing at all", opening(), [], UNKNOWN, None, None, None, True),
    ("short: filled", opening(side=Side.SELL), [order(-43)], CONFIRMED, -43, ORDER, None, True),
    ("short: the leg", opening(side=Side.SELL), [row(-43, 11)], CONFIRMED, -43, WS, None, True),
    ("short: wrong way", opening(side=Side.SELL), [row(43, 11)], MISMATCH, 43, WS, Mismatch.SIDE, False),
    ("short out of a long: a liquidation may have helped", opening(side=Side.SELL, baseline=(13, 10)), [row(-30, 11)], UNKNOWN, None, None, None, True),
]  # fmt: skip


@pytest.mark.parametrize(
    ("question", "seen", "kind", "quantity", "by", "mismatch", "settled"),
    [each[1:] for each in TABLE],
    ids=[each[0] for each in TABLE],
)
def test_open(
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
    assert verdict.conclusive is (settled and kind is not UNKNOWN)
    assert verdict.reason
    again = decide(question, verdict.rests_on)
    assert (again.kind, again.settled) == (kind, settled), "what it rests on leads to it again"


def test_an_open_confirmed_by_lag_says_so() -> None:
    shown: list[Observation] = [row(43, None, at=1), row(43, None, at=6, source=REST)]
    verdict = decide(opening(baseline=(0, None)), shown)
    assert (verdict.kind, verdict.grade, verdict.quantity) == (CONFIRMED, Grade.BOUNDED_LAG, Decimal(43))
    assert verdict.decided_by is REST
    assert "two independent sources" in verdict.reason


@pytest.mark.parametrize(
    ("question", "shown"),
    [
        pytest.param(opening(), [row(43, 9), row(43, 9, at=6, source=REST)], id="both known to be old"),
        pytest.param(opening(), [row(43, None), row(43, None, at=4, source=REST)], id="the list asked too early"),
        pytest.param(opening(), [row(43, None), row(43, None, at=6, source=REST), order(0, ended=True)], id="the order ended with nothing executed"),
        pytest.param(opening(), [row(43, None), row(43, None, at=6, source=CACHE)], id="cache and stream are one"),
        pytest.param(opening(), [row(43, None), row(40, None, at=6, source=REST)], id="they disagree"),
        pytest.param(opening(), [row(43, None, at=6, source=REST)], id="one alone"),
        pytest.param(opening(asked=5), [row(43, None, at=1), row(43, None, at=11, source=REST)], id="shown before"),
        pytest.param(opening(exclusive=False), [row(43, None), row(43, None, at=6, source=REST)], id="others trade"),
        pytest.param(opening(baseline=(-43, None)), [row(0, None), row(0, None, at=6, source=REST)], id="liquidated"),
        pytest.param(closing(), [row(0, None), row(0, None, at=6, source=REST)], id="zero without version"),
    ],
)  # fmt: skip
def test_too_little_for_a_verdict_by_lag(question: Question, shown: list[Observation]) -> None:
    assert decide(question, shown).kind is UNKNOWN
