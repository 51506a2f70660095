"""A verification's question and observations as they are stored, and read back from there to equal values."""

import math
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import TypedDict

from msgspec import UNSET, UnsetType

from reconciler.record.evidence_form import (
    StoredAnswer,
    StoredEvidence,
    StoredHolding,
    StoredObservation,
    StoredOrder,
    StoredPosition,
    StoredQuestion,
    StoredSilence,
    decoded,
    encoded,
    missing,
    not_told,
)
from verification.facts.clock import Moment, microseconds, utc_of
from verification.facts.leg import LegKey, Side
from verification.facts.observation import (
    Observation,
    OrderSeen,
    PositionSeen,
    Provenance,
    Source,
    SourceSilent,
)
from verification.facts.question import Baseline, CloseQuestion, OpenQuestion, Question
from verification.facts.verification import Verification


@dataclass(frozen=True, slots=True)
class Answer:
    """The part of a verdict that its view does not show.

    Attributes:
        quantity: Signed contracts; None if unknown.
        settled: False while waiting might still have changed the verdict.
    """

    quantity: Decimal | None
    settled: bool


@dataclass(frozen=True, slots=True)
class StoredCase:
    """A verification before its verdict.

    Attributes:
        question: What was asked.
        observations: All that was seen, in the order in which it is stored.
        deciding: Those on which the stored verdict is said to rest.
        answer: Quantity and state of the stored verdict; None where an older version did not store them.
    """

    question: Question
    observations: tuple[Observation, ...]
    deciding: tuple[Observation, ...]
    answer: Answer | None


def evidence_of(verification: Verification) -> str:
    """Return what a verification asked and saw, and which of it decided, as it is stored."""
    key = verification.question.key
    decided = {id(seen) for seen in verification.verdict.rests_on}
    evidence: StoredEvidence = [_asked(verification)]
    evidence += (_seen(key, seen, decided=id(seen) in decided) for seen in verification.observations)
    return encoded(evidence)


def case_of(key: LegKey, evidence: str) -> StoredCase:
    """Return what was asked and seen: the inverse of `evidence_of`.

    Args:
        key: The leg asked about; an observation tells its own only where that is another one.
        evidence: As it is stored.

    Raises:
        EvidenceUnreadable: It does not hold the question and every observation in full.
    """
    asked, seen = decoded(evidence)
    observations = tuple(_observation(key, place, each) for place, each in enumerate(seen, 1))
    deciding = tuple(each for each, stored in zip(observations, seen, strict=True) if stored.decided)
    return StoredCase(_question(key, asked), observations, deciding, _answer(asked))


def _asked(verification: Verification) -> StoredQuestion:
    question, verdict = verification.question, verification.verdict
    side: Side | UnsetType = UNSET
    quantity: str | UnsetType = UNSET
    baseline: StoredHolding | UnsetType | None = UNSET
    position: StoredHolding | UnsetType = UNSET
    if isinstance(question, OpenQuestion):
        side, quantity = question.side, str(question.quantity)
        baseline = None if question.baseline is None else _held(question.baseline)
    else:
        position = _held(question.position)
    return StoredQuestion(
        order_id=question.order_id,
        client_order_id=question.client_order_id,
        exclusive=question.exclusive,
        asked=_written(question.asked.utc_us),
        asked_monotonic=question.asked.monotonic,
        side=side,
        quantity=quantity,
        baseline=baseline,
        position=position,
        verdict=StoredAnswer(_exact(verdict.quantity), verdict.settled),
    )


class _Came(TypedDict):
    source: Source
    received: str
    received_monotonic: float
    sent: str | None
    sent_monotonic: float | None
    exchange_at: str | None
    epoch: int | None
    decided: bool
    elsewhere: LegKey | UnsetType


def _came(asked: LegKey, seen: Observation, *, decided: bool) -> _Came:
    came, sent, received = seen.provenance, seen.provenance.sent, seen.provenance.received
    return {
        "source": came.source,
        "received": _written(received.utc_us),
        "received_monotonic": received.monotonic,
        "sent": None if sent is None else _written(sent.utc_us),
        "sent_monotonic": None if sent is None else sent.monotonic,
        "exchange_at": None if came.exchange_us is None else _written(came.exchange_us),
        "epoch": came.epoch,
        "decided": decided,
        "elsewhere": UNSET if seen.key == asked else seen.key,
    }


def _seen(asked: LegKey, seen: Observation, *, decided: bool) -> StoredObservation:
    came = _came(asked, seen, decided=decided)
    if isinstance(seen, PositionSeen):
        return StoredPosition(quantity=str(seen.quantity), version=seen.version, **came)
    if isinstance(seen, OrderSeen):
        return StoredOrder(
            order_id=seen.order_id,
            client_order_id=seen.client_order_id,
            executed=str(seen.executed),
            terminal=seen.terminal,
            trades_agree=seen.trades_agree,
            status=seen.status,
            average_price=_exact(seen.average_price),
            conditional=seen.conditional,
            **came,
        )
    return StoredSilence(silence=seen.silence, detail=seen.detail, complete=seen.complete, **came)


def _held(baseline: Baseline) -> StoredHolding:
    return StoredHolding(str(baseline.quantity), baseline.version)


def _exact(quantity: Decimal | None) -> str | None:
    return None if quantity is None else str(quantity)


def _written(us: int) -> str:
    return utc_of(us).isoformat()


def _question(key: LegKey, asked: StoredQuestion) -> Question:
    moment = _moment(0, "asked", asked.asked, asked.asked_monotonic)
    if asked.position is not UNSET:
        position = _baseline("position", asked.position)
        if position.quantity == 0:
            raise not_told(0, "position")
        return CloseQuestion(key, position, asked.order_id, asked.client_order_id, asked.exclusive, moment)
    if asked.side is UNSET:
        raise missing(0, "side")
    if asked.quantity is UNSET:
        raise missing(0, "quantity")
    if asked.baseline is UNSET:
        raise missing(0, "baseline")
    quantity = _number(0, "quantity", asked.quantity)
    if quantity <= 0:
        raise not_told(0, "quantity")
    return OpenQuestion(
        key=key,
        side=asked.side,
        quantity=quantity,
        order_id=asked.order_id,
        client_order_id=asked.client_order_id,
        baseline=None if asked.baseline is None else _baseline("baseline", asked.baseline),
        exclusive=asked.exclusive,
        asked=moment,
    )


def _answer(asked: StoredQuestion) -> Answer | None:
    told = asked.verdict
    if told is UNSET:
        return None
    quantity = None if told.quantity is None else _number(0, "verdict's quantity", told.quantity)
    return Answer(quantity, told.settled)


def _observation(asked: LegKey, place: int, seen: StoredObservation) -> Observation:
    key = asked if seen.elsewhere is UNSET else seen.elsewhere
    came = _provenance(place, seen)
    if isinstance(seen, StoredPosition):
        return PositionSeen(key, _number(place, "quantity", seen.quantity), seen.version, came)
    if isinstance(seen, StoredSilence):
        return SourceSilent(key, seen.silence, seen.detail, seen.complete, came)
    price = seen.average_price
    return OrderSeen(
        key,
        seen.order_id,
        seen.client_order_id,
        _number(place, "executed", seen.executed),
        seen.terminal,
        seen.trades_agree,
        seen.status,
        None if price is None else _number(place, "average_price", price),
        came,
        seen.conditional,
    )


def _provenance(place: int, seen: StoredObservation) -> Provenance:
    sent = None
    if seen.sent is not None:
        if seen.sent_monotonic is None:
            raise not_told(place, "sent_monotonic")
        sent = _moment(place, "sent", seen.sent, seen.sent_monotonic)
    return Provenance(
        seen.source,
        _moment(place, "received", seen.received, seen.received_monotonic),
        sent,
        None if seen.exchange_at is None else _time(place, "exchange_at", seen.exchange_at),
        seen.epoch,
    )


def _moment(place: int, name: str, text: str, monotonic: float) -> Moment:
    if not math.isfinite(monotonic):
        raise not_told(place, f"{name}_monotonic")
    return Moment(_time(place, name, text), monotonic)


def _time(place: int, name: str, text: str) -> int:
    try:
        return microseconds(datetime.fromisoformat(text))
    except ValueError:
        raise not_told(place, name) from None


def _number(place: int, name: str, text: str) -> Decimal:
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise not_told(place, name) from None
    if not number.is_finite():
        raise not_told(place, name)
    return number


def _baseline(name: str, stored: StoredHolding) -> Baseline:
    return Baseline(_number(0, name, stored.quantity), stored.version)
