"""A verification as it is stored: its view, and its observations as plain data that tell all it rests on."""

from typing import Any

from reconciler.views import VerificationView
from verification.facts.observation import Observation, OrderSeen, PositionSeen
from verification.facts.question import OpenQuestion, Question
from verification.facts.verdict import Verdict
from verification.facts.verification import Verification
from verification.rules.working_order import RESTING, rests


def record_of(verification: Verification, *, asked_by: str) -> tuple[VerificationView, list[dict[str, Any]]]:
    """Return the view of a verification (its id still 0) and its evidence, the question first.

    Args:
        verification: As it ended, or, the sidecar's, as it stands while its order rests.
        asked_by: `bot` or `sidecar`.
    """
    question, verdict = verification.question, verification.verdict
    waits = asked_by == "sidecar" and rests(question, verdict, verification.observations)
    view = VerificationView(
        id=0,
        account=question.key.account,
        symbol=question.key.symbol,
        leg=question.key.leg,
        question=verification.asks,
        asked_by=asked_by,
        verdict=RESTING if waits else str(verdict.kind),
        grade="" if verdict.grade is None else str(verdict.grade),
        mismatch="" if verdict.mismatch is None else str(verdict.mismatch),
        decided_by=verdict.decided_by,
        asked_at=question.asked.utc,
        milliseconds=verification.milliseconds,
        reason=verdict.reason,
        order_id=question.order_id or question.client_order_id or "",
    )
    decided = {id(seen) for seen in verdict.rests_on}
    evidence = [
        {**_plain(seen), **_elsewhere(question, seen), "decided": id(seen) in decided}
        for seen in verification.observations
    ]
    return view, [{**_plain_question(question), "verdict": _plain_verdict(verdict)}, *evidence]


def _plain_verdict(verdict: Verdict) -> dict[str, Any]:
    """Return what the view does not show of a verdict, so that an audit can compare all of it."""
    quantity = None if verdict.quantity is None else str(verdict.quantity)
    return {"quantity": quantity, "settled": verdict.settled}


def _elsewhere(question: Question, seen: Observation) -> dict[str, Any]:
    """Return the leg of what was seen where it is not the leg asked about: it then proves nothing."""
    if seen.key == question.key:
        return {}
    key = seen.key
    return {"elsewhere": {"account": key.account, "symbol": key.symbol, "leg": str(key.leg)}}


def _plain_question(question: Question) -> dict[str, Any]:
    plain: dict[str, Any] = {
        "what": "question",
        "order_id": question.order_id,
        "client_order_id": question.client_order_id,
        "exclusive": question.exclusive,
        "asked": question.asked.utc.isoformat(),
        "asked_monotonic": question.asked.monotonic,
    }
    if isinstance(question, OpenQuestion):
        baseline = question.baseline
        plain |= {"side": str(question.side), "quantity": str(question.quantity)}
        plain["baseline"] = None if baseline is None else [str(baseline.quantity), baseline.version]
    else:
        plain["position"] = [str(question.position.quantity), question.position.version]
    return plain


def _plain(seen: Observation) -> dict[str, Any]:
    came = seen.provenance
    plain: dict[str, Any] = {
        "source": str(came.source),
        "received": came.received.utc.isoformat(),
        "received_monotonic": came.received.monotonic,
        "sent": None if came.sent is None else came.sent.utc.isoformat(),
        "sent_monotonic": None if came.sent is None else came.sent.monotonic,
        "exchange_at": None if came.exchange_at is None else came.exchange_at.isoformat(),
        "epoch": came.epoch,
    }
    if isinstance(seen, PositionSeen):
        return plain | {"what": "position", "quantity": str(seen.quantity), "version": seen.version}
    if isinstance(seen, OrderSeen):
        return plain | {
            "what": "order",
            "order_id": seen.order_id,
            "client_order_id": seen.client_order_id,
            "executed": str(seen.executed),
            "terminal": seen.terminal,
            "trades_agree": seen.trades_agree,
            "status": seen.status,
            "average_price": None if seen.average_price is None else str(seen.average_price),
            "conditional": seen.conditional,
        }
    return plain | {
        "what": "silence",
        "silence": str(seen.silence),
        "detail": seen.detail,
        "complete": seen.complete,
    }
