"""Stored evidence read back: the question and the observations that `verification_record` wrote down.

Evidence decides about past verdicts, so nothing in it is guessed: what is missing, or not of the form that is
written, is refused by its name.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any, TypeVar

from reconciler.views import VerificationView
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
from verification.facts.question import Baseline, CloseQuestion, OpenQuestion, Question

Word = TypeVar("Word", bound=StrEnum)


class EvidenceUnreadable(ValueError):
    """Stored evidence is missing, or not of the form in which it is written. The message says what."""


@dataclass(frozen=True, slots=True)
class StoredVerification:
    """One row of the state database, as far as it can be read.

    Attributes:
        id: Its row.
        view: The verification as it is shown; None where a column holds what no version writes.
        evidence: The JSON value stored as its evidence; None where it is none.
        problem: Why `view` or `evidence` could not be read, one plain line; empty if both were.
    """

    id: int
    view: VerificationView | None
    evidence: Any
    problem: str = ""


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


def case_of(view: VerificationView, evidence: Any) -> StoredCase:
    """Return what was asked and seen: the inverse of `verification_record.record_of`.

    Args:
        view: Tells the leg; an observation tells its own only where that is another one.
        evidence: The JSON value that was stored with it.

    Raises:
        EvidenceUnreadable: It does not hold the question and every observation in full.
    """
    return case_of_leg(LegKey(view.account, view.symbol, view.leg), evidence)


def case_of_leg(key: LegKey, evidence: Any) -> StoredCase:
    """Return what was asked and seen of a leg; see `case_of`.

    Raises:
        EvidenceUnreadable: It does not hold the question and every observation in full.
    """
    if not isinstance(evidence, (list, tuple)) or not evidence:
        raise EvidenceUnreadable("no evidence is stored with it")
    asked = _Fields("the question", evidence[0])
    if asked.word("what") != "question":
        raise EvidenceUnreadable("the question is not stored with it")
    seen = [_Fields(f"observation {place}", each) for place, each in enumerate(evidence[1:], 1)]
    observations = tuple(_observation(key, each) for each in seen)
    decided = [each.truth("decided") for each in seen]
    deciding = tuple(each for each, did in zip(observations, decided, strict=True) if did)
    return StoredCase(_question(key, asked), observations, deciding, _answer(asked))


class _Fields:
    """One stored object whose fields are taken by name and kind, or refused."""

    def __init__(self, where: str, plain: Any) -> None:
        if not isinstance(plain, Mapping):
            raise EvidenceUnreadable(f"{where} is not a set of fields")
        self._where = where
        self._plain: Mapping[str, Any] = plain

    def refused(self, name: str) -> EvidenceUnreadable:
        return EvidenceUnreadable(f"{self._where} does not tell its {name} in the form that is written today")

    def holds(self, name: str) -> bool:
        return name in self._plain

    def value(self, name: str) -> Any:
        if name not in self._plain:
            raise EvidenceUnreadable(f"{self._where} does not tell its {name}: it is of an older form")
        return self._plain[name]

    def is_none(self, name: str) -> bool:
        return self.value(name) is None

    def word(self, name: str) -> str:
        value = self.value(name)
        if not isinstance(value, str):
            raise self.refused(name)
        return value

    def word_or_none(self, name: str) -> str | None:
        return None if self.is_none(name) else self.word(name)

    def one_of(self, name: str, words: type[Word]) -> Word:
        word = self.word(name)
        if word not in {each.value for each in words}:
            raise self.refused(name)
        return words(word)

    def truth(self, name: str) -> bool:
        value = self.value(name)
        if not isinstance(value, bool):
            raise self.refused(name)
        return value

    def whole_or_none(self, name: str) -> int | None:
        return self.whole(name, self.value(name))

    def whole(self, name: str, value: Any) -> int | None:
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int):
            raise self.refused(name)
        return value

    def quantity(self, name: str) -> Decimal:
        return self.exact(name, self.value(name))

    def quantity_or_none(self, name: str) -> Decimal | None:
        return None if self.is_none(name) else self.quantity(name)

    def exact(self, name: str, value: Any) -> Decimal:
        if not isinstance(value, str):
            raise self.refused(name)  # a JSON number may have been rounded on its way
        try:
            number = Decimal(value)
        except InvalidOperation:
            raise self.refused(name) from None
        if not number.is_finite():
            raise self.refused(name)
        return number

    def time(self, name: str) -> datetime:
        word = self.word(name)
        try:
            time = datetime.fromisoformat(word)
        except ValueError:
            raise self.refused(name) from None
        if time.tzinfo is None:
            raise self.refused(name)
        return time

    def time_or_none(self, name: str) -> datetime | None:
        return None if self.is_none(name) else self.time(name)

    def moment(self, name: str) -> Moment:
        monotonic = self.value(f"{name}_monotonic")
        number = isinstance(monotonic, (int, float)) and not isinstance(monotonic, bool)
        if not number or not math.isfinite(monotonic):
            raise self.refused(f"{name}_monotonic")
        return Moment.at(self.time(name), float(monotonic))

    def moment_or_none(self, name: str) -> Moment | None:
        return None if self.is_none(name) else self.moment(name)

    def baseline(self, name: str) -> Baseline:
        match self.value(name):
            case [quantity, version]:
                return Baseline(self.exact(name, quantity), self.whole(name, version))
            case _:
                raise self.refused(name)

    def inner(self, name: str) -> "_Fields":
        return _Fields(f"{self._where}'s {name}", self.value(name))


def _question(key: LegKey, asked: _Fields) -> Question:
    order_id, client_order_id = asked.word_or_none("order_id"), asked.word_or_none("client_order_id")
    exclusive, moment = asked.truth("exclusive"), asked.moment("asked")
    if asked.holds("position"):
        position = asked.baseline("position")
        if position.quantity == 0:
            raise asked.refused("position")
        return CloseQuestion(key, position, order_id, client_order_id, exclusive, moment)
    quantity = asked.quantity("quantity")
    if quantity <= 0:
        raise asked.refused("quantity")
    return OpenQuestion(
        key=key,
        side=asked.one_of("side", Side),
        quantity=quantity,
        order_id=order_id,
        client_order_id=client_order_id,
        baseline=None if asked.is_none("baseline") else asked.baseline("baseline"),
        exclusive=exclusive,
        asked=moment,
    )


def _answer(asked: _Fields) -> Answer | None:
    if not asked.holds("verdict"):
        return None
    verdict = asked.inner("verdict")
    return Answer(verdict.quantity_or_none("quantity"), verdict.truth("settled"))


def _observation(key: LegKey, seen: _Fields) -> Observation:
    if seen.holds("elsewhere"):
        elsewhere = seen.inner("elsewhere")
        key = LegKey(elsewhere.word("account"), elsewhere.word("symbol"), elsewhere.one_of("leg", Leg))
    came = Provenance.at(
        seen.one_of("source", Source),
        seen.moment("received"),
        seen.moment_or_none("sent"),
        seen.time_or_none("exchange_at"),
        seen.whole_or_none("epoch"),
    )
    match seen.word("what"):
        case "position":
            return PositionSeen(key, seen.quantity("quantity"), seen.whole_or_none("version"), came)
        case "order":
            return _order(key, seen, came)
        case "silence":
            silence = seen.one_of("silence", Silence)
            return SourceSilent(key, silence, seen.word("detail"), seen.truth("complete"), came)
        case _:
            raise seen.refused("what")


def _order(key: LegKey, seen: _Fields, came: Provenance) -> OrderSeen:
    return OrderSeen(
        key,
        seen.word("order_id"),
        seen.word_or_none("client_order_id"),
        seen.quantity("executed"),
        seen.truth("terminal"),
        None if seen.is_none("trades_agree") else seen.truth("trades_agree"),
        seen.word("status"),
        seen.quantity_or_none("average_price"),
        came,
        # Added later; no rule of a verdict asks for it, so an older record is as good without.
        seen.truth("conditional") if seen.holds("conditional") else False,
    )
