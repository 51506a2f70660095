"""One verification of every kind of question, of observation and of verdict, with values at their edges.

`tests/fixtures/verifications-6cf6e37.json` holds each as a row that Trueup of that commit wrote: what stands
here must not change, for then the rows are of something else.
"""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from verification.facts.clock import Moment
from verification.facts.leg import Leg, LegKey, Side
from verification.facts.observation import (
    Observation,
    OrderSeen,
    PositionSeen,
    Provenance,
    Silence,
    Source,
    SourceSilent,
)
from verification.facts.question import Baseline, CloseQuestion, OpenQuestion
from verification.facts.verdict import Grade, Mismatch, Verdict, VerdictKind
from verification.facts.verification import Verification

KEY = LegKey("main", "AVL/USDT:USDT", Leg.NET)
HEDGED = LegKey("zweites Konto \u4e8c", "1000PEPE/USDT:USDT", Leg.SHORT)
NOON = Moment.at(datetime(2026, 11, 29, 12, tzinfo=UTC), 5000.25)
LATER = Moment.at(datetime(2026, 11, 29, 12, 0, 1, 1, tzinfo=UTC), 5001.375)
ODD = Moment.at(datetime(2026, 11, 29, 12, 0, 1, 100000, tzinfo=UTC), 0.1 + 0.2)
FIRST = Moment.at(datetime(1, 1, 1, tzinfo=UTC), -3.5)
LAST = Moment.at(datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC), 31_557_600.000_000_4)
VENUE_TIME = datetime(2026, 11, 29, 11, 59, 59, 987000, tzinfo=UTC)
# What a venue may send: characters of all kinds, NUL, half a surrogate pair.
DETAIL = 'said "no" \\ \u4ed3\u4f4d\u4e0d\u5b58\u5728 \U0001f680 \0 \ud83d'

PUSHED = Provenance.at(Source.WEBSOCKET, NOON, None, VENUE_TIME, 3)
ANSWERED = Provenance.at(Source.ORDER, LATER, NOON)
LISTED = Provenance.at(Source.REST, LATER, NOON, VENUE_TIME)
KEPT = Provenance.at(Source.BOT_CACHE, LAST, ODD, None, 2**63)


def _order(executed: str, status: str, came: Provenance, **more: Any) -> OrderSeen:
    fields: dict[str, Any] = {"key": KEY, "order_id": "7", "client_order_id": "mine", "trades_agree": None}
    fields |= {"terminal": status != "open", "average_price": None, "executed": Decimal(executed)}
    return OrderSeen(**fields | {"status": status, "provenance": came} | more)


def _silent(silence: Silence, detail: str, came: Provenance, **more: Any) -> SourceSilent:
    fields: dict[str, Any] = {
        "key": KEY,
        "silence": silence,
        "detail": detail,
        "complete": False,
        "provenance": came,
    }
    return SourceSilent(**fields | {"provenance": came} | more)


ORDERED = _order(
    "43", "closed", ANSWERED, client_order_id=None, trades_agree=True, average_price=Decimal("0.1250")
)
RESTS = _order("0E-8", "open", ANSWERED)
TAKEN = _order("12.50", "open", PUSHED, trades_agree=False, average_price=Decimal("1E+3"))
FIRED = _order("-43", "expired", LISTED, order_id="9", client_order_id="stop", conditional=True)
GROWN = PositionSeen(KEY, Decimal("43.000"), 11, PUSHED)
FLAT = PositionSeen(KEY, Decimal("-0"), None, LISTED)
SHORT = PositionSeen(HEDGED, Decimal("-0.00000001"), 2**63, KEPT)
HUGE = PositionSeen(KEY, Decimal("123456789012345678901234567890.123456789"), 0, LISTED)
SILENCES = tuple(
    _silent(silence, silence.value, ANSWERED)
    for silence in (
        Silence.ABSENT,
        Silence.UNREACHABLE,
        Silence.REJECTED,
        Silence.MALFORMED,
        Silence.TIMEOUT,
        Silence.NOT_READY,
        Silence.UNSUPPORTED,
        Silence.ERROR,
    )
)
GONE = _silent(Silence.ABSENT, DETAIL, LISTED, complete=True)
ELSEWHERE = (
    PositionSeen(LegKey("main", "AVL/USDT:USDT", Leg.LONG), Decimal(1), 4, PUSHED),
    _order(
        "2",
        DETAIL,
        ANSWERED,
        key=HEDGED,
        order_id="8",
        client_order_id="",
        trades_agree=False,
        average_price=Decimal(3),
    ),
    _silent(Silence.ERROR, "", LISTED, key=LegKey("second", "x", Leg.NET)),
)

OPEN = OpenQuestion(
    KEY, Side.BUY, Decimal("43.00"), "7", None, Baseline(Decimal(0), 10), exclusive=True, asked=NOON
)
SOLD = OpenQuestion(HEDGED, Side.SELL, Decimal("1E-8"), None, "mine", None, exclusive=False, asked=FIRST)
BESIDE = OpenQuestion(
    KEY, Side.SELL, Decimal(5), "7", "mine", Baseline(Decimal("-2.5"), None), exclusive=True, asked=LATER
)
CLOSE = CloseQuestion(KEY, Baseline(Decimal(43), 10), "7", "mine", exclusive=True, asked=NOON)
LEAVES = CloseQuestion(HEDGED, Baseline(Decimal("-1.5"), None), None, None, exclusive=False, asked=LATER)


def _ended(
    question: OpenQuestion | CloseQuestion,
    kind: VerdictKind,
    *seen: Observation,
    rests_on: tuple[Observation, ...] = (),
    grade: Grade | None = Grade.PROOF,
    quantity: str | None = None,
    mismatch: Mismatch | None = None,
    settled: bool = True,
) -> Verification:
    by = rests_on[0].provenance.source if rests_on else None
    held = None if quantity is None else Decimal(quantity)
    verdict = Verdict(kind, grade if rests_on else None, held, mismatch, by, f"{kind}: so", rests_on, settled)
    asked = question.asked
    decided = Moment(asked.utc_us + 750_000, asked.monotonic + 0.75)
    return Verification(question, verdict, seen, decided)


EVERY_KIND: dict[str, Verification] = {
    "confirmed": _ended(
        OPEN, VerdictKind.CONFIRMED, RESTS, ORDERED, GROWN, rests_on=(ORDERED, GROWN), quantity="43"
    ),
    "confirmed by lag": _ended(
        CLOSE,
        VerdictKind.CONFIRMED,
        FIRED,
        GONE,
        FLAT,
        rests_on=(GONE,),
        grade=Grade.BOUNDED_LAG,
        quantity="0",
    ),
    "partial": _ended(OPEN, VerdictKind.PARTIAL, TAKEN, rests_on=(TAKEN,), quantity="12.50", settled=False),
    "partial and ended": _ended(BESIDE, VerdictKind.PARTIAL, TAKEN, rests_on=(TAKEN,), quantity="0E-3"),
    "wrong side": _ended(
        OPEN, VerdictKind.MISMATCH, SHORT, FLAT, rests_on=(FLAT,), quantity="-43", mismatch=Mismatch.SIDE
    ),
    "excess": _ended(
        SOLD, VerdictKind.MISMATCH, HUGE, rests_on=(HUGE,), quantity="1E+3", mismatch=Mismatch.EXCESS
    ),
    "still open": _ended(
        LEAVES, VerdictKind.MISMATCH, SHORT, rests_on=(SHORT,), quantity="-1.5", mismatch=Mismatch.STILL_OPEN
    ),
    "refuted": _ended(OPEN, VerdictKind.REFUTED, ORDERED, rests_on=(ORDERED,), quantity="0"),
    "unknown": _ended(OPEN, VerdictKind.UNKNOWN, *SILENCES, *ELSEWHERE),
    "unknown of nothing": _ended(SOLD, VerdictKind.UNKNOWN),
    "resting": _ended(OPEN, VerdictKind.UNKNOWN, RESTS),
    "resting, a part": _ended(
        OPEN, VerdictKind.PARTIAL, TAKEN, RESTS, rests_on=(TAKEN,), quantity="12.50", settled=False
    ),
    "closing, resting": _ended(CLOSE, VerdictKind.UNKNOWN, GROWN, RESTS),
}
