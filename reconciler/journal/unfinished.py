"""What a journal holds of openings: those that a crash left unfinished, and what is held, from its rows."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from reconciler.facts.expectation import ExpectationState
from reconciler.record.evidence_form import EvidenceUnreadable
from reconciler.record.stored_evidence import case_of
from verification.facts.leg import Leg, LegKey, Side
from verification.facts.verdict import Grade, VerdictKind
from verification.facts.verification import Verification
from verification.opening.journal_port import OpeningRecord, Stage
from verification.rules.judgement import decide

Event = tuple[str, Mapping[str, Any]]
"""What was written down, and its details."""

_STAGES = {
    ExpectationState.OPENING: Stage.ENTERING,
    ExpectationState.OPEN: Stage.HELD,
    ExpectationState.CLOSING: Stage.LEAVING,
}


def unfinished(row: Mapping[str, Any], events: Sequence[Event]) -> OpeningRecord | None:
    """Return the opening of a position's row; None when it was carried through, or is no opening.

    Args:
        row: A row of `journal_position`.
        events: What happened to it and the details, in order.
    """
    record = _record(row, events)
    return None if record is None or _is_held(record, events) else record


def held(
    row: Mapping[str, Any], events: Sequence[Event], verifications: Sequence[Mapping[str, Any]]
) -> OpeningRecord | None:
    """Return the position of a row that is held with its stop; None of any other.

    Args:
        row: A row of `journal_position`.
        events: What happened to it and the details, in order.
        verifications: The rows of `journal_verification` of its entry, in order.
    """
    record = _record(row, events)
    if record is None or not _is_held(record, events):
        return None
    return replace(record, proof=_proof(verifications))


def _record(row: Mapping[str, Any], events: Sequence[Event]) -> OpeningRecord | None:
    stage = _STAGES.get(ExpectationState(row["state"]))
    if stage is None or row["stop_price"] is None:
        return None  # ended; or written by a bot that places its orders itself
    stops = _stops(events)
    announced = [detail for what, detail in stops if what == "protecting"]
    last = announced[-1] if announced else None
    before = _stop_before(stops)
    leaving = row["closing_quantity"]
    wanted = next((detail for what, detail in events if what == "opening"), {})
    return OpeningRecord(
        entry=int(row["id"]),
        symbol=row["symbol"],
        side=Side(row["side"]),
        stage=stage,
        intended=Decimal(row["intended"]),
        baseline=None if row["baseline"] is None else Decimal(row["baseline"]),
        stop_price=Decimal(row["stop_price"] if last is None else last["price"]),
        client_order_id=row["entry_client_id"],
        order_id=row["entry_order_id"],
        stop_client_id=None if last is None else str(last["client_order_id"]),
        exit_client_id=row["exit_client_id"],
        closing_quantity=None if leaving is None else Decimal(leaving),
        protected=any(what == "stop_placed" for what, _ in stops),
        stop_before=None if before is None else str(before["client_order_id"]),
        price_before=None if before is None else Decimal(before["price"]),
        all_or_nothing=wanted.get("all_or_nothing") is True,
    )


def _is_held(record: OpeningRecord, events: Sequence[Event]) -> bool:
    stops = _stops(events)
    return record.stage is Stage.HELD and bool(stops) and stops[-1][0] == "stop_placed"


def _stops(events: Sequence[Event]) -> list[Event]:
    return [(what, detail) for what, detail in events if what in {"protecting", "stop_placed"}]


def _proof(verifications: Sequence[Mapping[str, Any]]) -> Verification | None:
    """Return the last verification that proves the entry, derived again from its evidence; None without."""
    for row in reversed(verifications):
        key = LegKey(row["account"], row["symbol"], Leg(row["leg"]))
        try:
            case = case_of(key, row["evidence"])
        except EvidenceUnreadable:
            continue  # then the venue is asked
        verdict = decide(case.question, case.observations)
        if verdict.grade is Grade.PROOF and verdict.kind in {VerdictKind.CONFIRMED, VerdictKind.PARTIAL}:
            last = max(case.observations, key=lambda seen: seen.provenance.received.monotonic)
            return Verification(case.question, verdict, case.observations, last.provenance.received)
    return None


def _stop_before(stops: Sequence[Event]) -> Mapping[str, Any] | None:
    """Return what was announced of the stop placed last, if another has been announced in its place since."""
    placed = max((at for at, (what, _) in enumerate(stops) if what == "stop_placed"), default=None)
    if placed is None or placed == len(stops) - 1:
        return None
    return next((detail for what, detail in reversed(stops[:placed]) if what == "protecting"), None)
