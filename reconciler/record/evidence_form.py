"""The one written form of evidence: what a verification asked and saw, as JSON in a journal or a database.

It is a list: the question first, then all that was seen, in the order in which it came; `what` says of each
which it is. Quantities are exact text, for a JSON number may be rounded on its way; times are ISO 8601 in UTC
beside their monotonic seconds. Characters beyond ASCII are escaped: every database keeps the same bytes.

Evidence decides about past verdicts, so nothing in it is guessed: what is missing, or not of this form, is
refused by its name. A field that is not known is passed over, for a bot of a newer version, whose rows tell
more, must be heard all the same; a `what` that is not known is refused.
"""

import json
import re
from collections.abc import Sequence
from typing import Any

import msgspec
from msgspec import UNSET, Struct, UnsetType

from verification.facts.leg import LegKey, Side
from verification.facts.observation import Silence, Source


class EvidenceUnreadable(ValueError):
    """Stored evidence is missing, or not of the form in which it is written. The message says what."""


class StoredHolding(Struct, frozen=True, array_like=True):
    """A quantity and its version, as a list of two."""

    quantity: str
    version: int | None


class StoredAnswer(Struct, frozen=True):
    """What the columns of a row do not tell of its verdict, so that an audit can compare all of it."""

    quantity: str | None
    settled: bool


class StoredQuestion(Struct, frozen=True, kw_only=True, tag_field="what", tag="question"):
    """That of an open tells side, quantity and baseline; that of a close tells the position instead."""

    order_id: str | None
    client_order_id: str | None
    exclusive: bool
    asked: str
    asked_monotonic: float
    side: Side | UnsetType = UNSET
    quantity: str | UnsetType = UNSET
    baseline: StoredHolding | UnsetType | None = UNSET
    position: StoredHolding | UnsetType = UNSET
    verdict: StoredAnswer | UnsetType = UNSET  # the first version did not store it


class _Seen(Struct, frozen=True, kw_only=True):
    source: Source
    received: str
    received_monotonic: float
    sent: str | None
    sent_monotonic: float | None
    exchange_at: str | None
    epoch: int | None
    decided: bool
    elsewhere: LegKey | UnsetType = UNSET  # where it is not the leg asked about: it then proves nothing


class StoredPosition(_Seen, frozen=True, kw_only=True, tag_field="what", tag="position"):
    """`PositionSeen`."""

    quantity: str
    version: int | None


class StoredOrder(_Seen, frozen=True, kw_only=True, tag_field="what", tag="order"):
    """`OrderSeen`."""

    order_id: str
    client_order_id: str | None
    executed: str
    terminal: bool
    trades_agree: bool | None
    status: str
    average_price: str | None
    # Added later; no rule of a verdict asks for it, so an older record is as good without.
    conditional: bool = False


class StoredSilence(_Seen, frozen=True, kw_only=True, tag_field="what", tag="silence"):
    """`SourceSilent`."""

    silence: Silence
    detail: str
    complete: bool


StoredObservation = StoredPosition | StoredOrder | StoredSilence
StoredEvidence = list[StoredQuestion | StoredPosition | StoredOrder | StoredSilence]

_ENCODER = msgspec.json.Encoder(order="sorted")
_DECODER = msgspec.json.Decoder(StoredEvidence)

_AT = re.compile(r"at `\$\[(?P<place>\d+)\](?P<names>(?:\.\w+)*)[^`]*`$")
_MISSING = re.compile(r"^Object missing required field `(?P<name>\w+)`")


def encoded(evidence: StoredEvidence) -> str:
    """Return evidence as it is stored."""
    try:
        return _ENCODER.encode(evidence).decode("ascii")
    except UnicodeError:  # beyond ASCII, or half a surrogate pair, which msgspec writes neither way
        return json.dumps(msgspec.to_builtins(evidence), separators=(",", ":"), sort_keys=True)


def decoded(text: str) -> tuple[StoredQuestion, Sequence[StoredObservation]]:
    """Return the question and the observations of stored evidence: the inverse of `encoded`.

    Raises:
        EvidenceUnreadable: It does not hold them in full.
    """
    found = _found(text)
    if not found:
        raise EvidenceUnreadable("no evidence is stored with it")
    question, *seen = found
    if not isinstance(question, StoredQuestion):
        raise EvidenceUnreadable("the question is not stored with it")
    observations: list[StoredObservation] = []
    for place, each in enumerate(seen, 1):
        if isinstance(each, StoredQuestion):
            raise not_told(place, "what")
        observations.append(each)
    return question, observations


def not_told(place: int, name: str) -> EvidenceUnreadable:
    """Return the refusal of a field that is not of this form.

    Args:
        place: Its place in the evidence: 0 for the question.
        name: The field.
    """
    return EvidenceUnreadable(f"{_where(place)} does not tell its {name} in the form that is written today")


def missing(place: int, name: str) -> EvidenceUnreadable:
    """Return the refusal of what lacks a field; see `not_told`."""
    return EvidenceUnreadable(f"{_where(place)} does not tell its {name}: it is of an older form")


def _where(place: int) -> str:
    return f"observation {place}" if place else "the question"


def _found(text: str) -> StoredEvidence:
    try:
        return _DECODER.decode(text)
    except msgspec.ValidationError as error:
        raise _refused(error) from error
    except (msgspec.DecodeError, TypeError, RecursionError):
        return _leniently(text)


def _leniently(text: str) -> StoredEvidence:
    """Read JSON that msgspec's parser refuses: with half a surrogate pair in a text, or none at all."""
    try:
        plain: Any = json.loads(text)
    except (TypeError, ValueError, RecursionError) as error:
        raise EvidenceUnreadable(f"its evidence is not JSON: {error}") from error
    try:
        return msgspec.convert(plain, StoredEvidence)
    except msgspec.ValidationError as error:
        raise _refused(error) from error


def _refused(error: msgspec.ValidationError) -> EvidenceUnreadable:
    """Say in our words what msgspec refuses, such as "Expected `str`, got `int` - at `$[2].executed`"."""
    told = str(error)
    at, lacking = _AT.search(told), _MISSING.match(told)
    if at is None:
        return EvidenceUnreadable(f"no evidence is stored with it, but something else: {told}")
    place, names = int(at["place"]), at["names"].split(".")[1:]
    if lacking is not None:
        return missing(place, "'s ".join([*names, lacking["name"]]))
    if told.startswith("Expected `object`"):
        whose = "'s ".join([_where(place), *names])
        return EvidenceUnreadable(f"{whose} is not a set of fields")
    return not_told(place, "'s ".join(names))
