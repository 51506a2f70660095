"""How a verification that ended without an answer becomes a finding."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from reconciler.facts.finding import Evidence, Finding, Party
from reconciler.facts.wording import amount, clock, duration, holding, number, size_told
from reconciler.kinds.unverified_open import SPEC, sentence
from verification.facts.account import Market
from verification.facts.observation import Observation, OrderSeen, PositionSeen, Provenance
from verification.facts.question import OpenQuestion
from verification.facts.verdict import VerdictKind
from verification.facts.verification import Verification


def unverified(verification: Verification, market: Market | None, *, price: Decimal | None = None) -> Finding:
    """Return the finding for an open or a close of which it is not known whether it happened.

    Args:
        verification: One whose verdict is UNKNOWN.
        market: What one contract is; None if not known.
        price: Quote per base, for the exposure; None if not known.

    Raises:
        ValueError: The verdict is not UNKNOWN: that is an answer, not a doubt.
    """
    if verification.verdict.kind is not VerdictKind.UNKNOWN:
        raise ValueError(f"a verdict of {verification.verdict.kind} is an answer, not a doubt")
    question = verification.question
    key = question.key
    size = size_told(market)
    waited = duration(verification.milliseconds / 1000)
    if isinstance(question, OpenQuestion):
        before = question.baseline.quantity if question.baseline is not None else Decimal(0)
        expected = before + question.side.sign * question.quantity
        at_stake = question.quantity
        what = f"{question.side.value} of {amount(at_stake, key.symbol, size)}"
    else:
        expected = Decimal(0)
        at_stake = abs(question.position.quantity)
        what = f"close of {holding(question.position.quantity, key.symbol, size)}"
    return Finding(
        kind=SPEC.kind,
        account=key.account,
        symbol=key.symbol,
        leg=key.leg,
        severity=SPEC.severity.usual,
        reason=sentence(what, order_id=question.order_id, waited=waited, why=verification.verdict.reason),
        expected=expected,
        exposure=None if market is None else market.value(at_stake, price),
        evidence=_lines(verification.observations, size),
        contract_size=size,
    )


def _lines(observations: Iterable[Observation], size: Decimal | None) -> tuple[Evidence, ...]:
    """Return what each source said, once however often it said so, with the time it said so last."""
    said: dict[tuple[str, str], list[Evidence]] = {}
    for seen in observations:
        line = line_of(seen, size)
        said.setdefault((line.source, line.text), []).append(line)
    return tuple(lines[-1] if len(lines) == 1 else _often(lines) for lines in said.values())


def _often(lines: Sequence[Evidence]) -> Evidence:
    first, last = lines[0], lines[-1]
    since = "" if first.at is None else f" since {clock(first.at)}"
    return replace(last, text=f"{last.text} ({len(lines)} times{since})")


def line_of(seen: Observation, size: Decimal | None) -> Evidence:
    """Return an observation as a person reads it; `size` is what one contract is, None if not known."""
    where = seen.provenance
    at, data = when_said(where)
    if isinstance(seen, PositionSeen):
        text = f"showed {holding(seen.quantity, seen.key.symbol, size)}"
        data["quantity"] = number(seen.quantity)
        if seen.version is not None:
            data["version"] = str(seen.version)
    elif isinstance(seen, OrderSeen):
        done = amount(seen.executed, seen.key.symbol, size)
        text = f"order {seen.order_id} is {seen.status}, {done} executed"
        data |= {"order": seen.order_id, "executed": number(seen.executed), "status": seen.status}
    else:
        text = f"said nothing ({seen.silence.value}): {seen.detail}"
        data["silence"] = seen.silence.value
    return Evidence(Party.EXCHANGE, where.source.value, text, at, data)


def when_said(where: Provenance) -> tuple[datetime, dict[str, str]]:
    """Return when a word reached us, aware UTC, and its other times: since when it is so, when it was asked.

    A word of the venue on what holds is as old as its arrival, however long ago what it tells of has changed.
    """
    data = {}
    if where.exchange_at is not None:
        data["changed_at"] = where.exchange_at.isoformat()
    if where.sent is not None:
        data["sent"] = where.sent.utc.isoformat()
    return where.received.utc, data
