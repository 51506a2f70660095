"""Rows to values and back. What a screen or a decision is given comes out of here, never a row."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from reconciler.alerts.alert import Acknowledgement, Alert, AlertState, Hold, HoldKind
from reconciler.alerts.event import Decision
from reconciler.facts.finding import Evidence, FindingKey, Kind, Party, Severity
from reconciler.facts.heartbeat import Heartbeat
from reconciler.facts.lease import Holder, Tenancy
from reconciler.storage.column import Written, written
from reconciler.views.account import CycleView, PositionView, SourceView
from reconciler.views.alert import TransitionView
from reconciler.views.verification import VerificationView
from verification.facts.leg import Leg
from verification.facts.observation import Source

Values = dict[str, Any]
"""A row as column names and values."""

_VERIFICATION = tuple(each.name for each in fields(VerificationView) if each.name != "id")
_POSITION = tuple(name for name in PositionView.__struct_fields__ if name != "kinds")


def _evidence_values(evidence: Sequence[Evidence]) -> list[Values]:
    return [
        {
            "party": each.party.value,
            "source": each.source,
            "text": each.text,
            "at": None if each.at is None else each.at.isoformat(),
            "data": dict(each.data),
        }
        for each in evidence
    ]


def _evidence(stored: Sequence[Mapping[str, Any]]) -> tuple[Evidence, ...]:
    return tuple(
        Evidence(
            party=Party(each["party"]),
            source=each["source"],
            text=each["text"],
            at=None if each["at"] is None else datetime.fromisoformat(each["at"]),
            data=each["data"],
        )
        for each in stored
    )


def evidence_text(evidence: Sequence[Evidence]) -> Written:
    """Return evidence as it is stored."""
    return written(_evidence_values(evidence))


def alert_values(alert: Alert, evidence: Written | None = None) -> Values:
    """Return the columns of an alert but its id, which the database gives.

    Args:
        alert: The alert.
        evidence: Its evidence, where that is written already.
    """
    given, hold = alert.acknowledgement, alert.hold
    return {
        "kind": alert.key.kind.value,
        "account": alert.key.account,
        "symbol": alert.key.symbol,
        "leg": alert.key.leg.value,
        "state": alert.state.value,
        "severity": alert.severity.value,
        "reason": alert.reason,
        "expected": alert.expected,
        "observed": alert.observed,
        "exposure": alert.exposure,
        "contract_size": alert.contract_size,
        "evidence": _evidence_values(alert.evidence) if evidence is None else evidence,
        "first_seen": alert.first_seen,
        "fired_at": alert.fired_at,
        "last_seen": alert.last_seen,
        "recovering_since": alert.recovering_since,
        "resolved_at": alert.resolved_at,
        "acknowledged_by": given and given.by,
        "acknowledged_at": given and given.at,
        "acknowledged_note": given and given.note,
        "acknowledged_until": given and given.until,
        "acknowledged_severity": given and given.severity.value,
        "acknowledged_exposure": given and given.exposure,
        "count": alert.count,
        "version": alert.version,
        "clears": alert.clears,
        "last_clear": alert.last_clear,
        "frozen_since": alert.frozen_since,
        "retired": alert.retired,
        "held_as": hold and hold.kind.value,
        "held_by": hold and hold.by,
        "held_at": hold and hold.at,
        "held_note": hold and hold.note,
        "held_until": hold and hold.until,
        "held_severity": hold and hold.severity.value,
        "held_exposure": hold and hold.exposure,
        "held_surplus": hold and hold.surplus,
        "closed_by": alert.closed_by,
        "closed_because": alert.closed_because,
        "flaps": alert.flaps,
    }


def alert_of(row: sa.Row[Any]) -> Alert:
    """Return the alert of a row of `alert`."""
    return Alert(
        id=row.id,
        key=FindingKey(Kind(row.kind), row.account, row.symbol, Leg(row.leg)),
        state=AlertState(row.state),
        severity=Severity(row.severity),
        reason=row.reason,
        expected=row.expected,
        observed=row.observed,
        exposure=row.exposure,
        contract_size=row.contract_size,
        evidence=_evidence(row.evidence),
        first_seen=row.first_seen,
        fired_at=row.fired_at,
        last_seen=row.last_seen,
        recovering_since=row.recovering_since,
        resolved_at=row.resolved_at,
        acknowledgement=_acknowledgement_of(row),
        # `count` is also a method of every row, so it is taken by its name.
        count=row._mapping["count"],  # noqa: SLF001 - public in spite of its name
        version=row.version,
        clears=row.clears,
        last_clear=row.last_clear,
        frozen_since=row.frozen_since,
        retired=row.retired,
        hold=_hold_of(row),
        closed_by=row.closed_by,
        closed_because=row.closed_because,
        flaps=row.flaps,
    )


def _acknowledgement_of(row: sa.Row[Any]) -> Acknowledgement | None:
    if row.acknowledged_by is None:
        return None
    return Acknowledgement(
        by=row.acknowledged_by,
        at=row.acknowledged_at,
        note=row.acknowledged_note,
        until=row.acknowledged_until,
        severity=Severity(row.acknowledged_severity),
        exposure=row.acknowledged_exposure,
    )


def _hold_of(row: sa.Row[Any]) -> Hold | None:
    if row.held_as is None:
        return None
    return Hold(
        kind=HoldKind(row.held_as),
        by=row.held_by,
        at=row.held_at,
        note=row.held_note,
        until=row.held_until,
        severity=Severity(row.held_severity),
        exposure=row.held_exposure,
        surplus=row.held_surplus,
    )


def transition_values(
    before: AlertState | None, after: Alert, decision: Decision, at: datetime, evidence: Written
) -> Values:
    """Return the columns of the row that records a decision, whose evidence is written already."""
    return {
        "alert_id": after.id,
        "seq": after.version,
        "at": at,
        "before": before and before.value,
        "after": after.state.value,
        "action": decision.action.value,
        "rule": decision.rule,
        "actor": decision.actor,
        "origin": decision.origin,
        "reason": decision.reason,
        "severity": after.severity.value,
        "evidence": evidence,
        "owed": decision.owed and decision.owed.value,
        "notified_at": None,
    }


def transition_of(row: sa.Row[Any]) -> TransitionView:
    """Return the view of a row of `alert_transition`."""
    return TransitionView(
        at=row.at,
        before=None if row.before is None else AlertState(row.before),
        after=AlertState(row.after),
        action=row.action,
        actor=row.actor,
        origin=row.origin,
        reason=row.reason,
        severity=Severity(row.severity),
        evidence=_evidence(row.evidence),
    )


def source_of(row: sa.Row[Any]) -> SourceView:
    """Return the view of a row of `source_state`."""
    return SourceView(row.account, row.source, row.state, row.last_ok, row.detail, row.at)


def position_values(position: PositionView, *, with_look: bool) -> Values:
    """Return the columns of a position. The kinds of its alerts are not stored: the alerts tell them."""
    values = {name: getattr(position, name) for name in _POSITION}
    values["with_look"] = with_look
    values["leg"] = position.leg.value
    values["ledgers"] = list(position.ledgers)
    values["observed_by"] = position.observed_by and position.observed_by.value
    return values


def position_of(row: sa.Row[Any], kinds: tuple[str, ...]) -> PositionView:
    """Return the view of a row of `position_state` and the kinds of its open alerts, with its own times."""
    values = dict(row._mapping)  # noqa: SLF001 - public in spite of its name
    del values["with_look"]
    values["leg"] = Leg(row.leg)
    values["ledgers"] = tuple(row.ledgers)
    values["observed_by"] = None if row.observed_by is None else Source(row.observed_by)
    return PositionView(**values, kinds=kinds)


def cycle_values(cycle: CycleView) -> Values:
    """Return the columns of a sweep but its id."""
    return {**asdict(cycle), "problems": list(cycle.problems)}


def cycle_of(row: sa.Row[Any]) -> CycleView:
    """Return the view of a row of `cycle`."""
    return CycleView(
        account=row.account,
        venue=row.venue,
        status=row.status,
        matched=row.matched,
        legs=row.legs,
        unprotected_notional=row.unprotected_notional,
        finished_at=row.finished_at,
        last_complete_at=row.last_complete_at,
        seconds=row.seconds,
        problems=tuple(row.problems),
        in_flight=row.in_flight,
    )


def tenancy_of(row: sa.Row[Any]) -> Tenancy:
    """Return what a row of `lease` says of the lease itself."""
    holder = None if row.instance is None else Holder(row.instance, row.host, row.pid)
    return Tenancy(holder, row.token, row.expires_at)


def heartbeat_of(row: sa.Row[Any]) -> Heartbeat:
    """Return the heartbeat in a row of `lease`."""
    return Heartbeat(row.at, row.interval_seconds, row.started_at, row.stopped)


def verification_values(view: VerificationView, evidence: str) -> Values:
    """Return the columns of a verification but its id."""
    values: Values = {name: getattr(view, name) for name in _VERIFICATION}
    values["leg"] = view.leg.value
    values["decided_by"] = view.decided_by and view.decided_by.value
    values["evidence"] = evidence
    return values


def verification_of(row: sa.Row[Any]) -> VerificationView:
    """Return the view of a row of `verification`."""
    return VerificationView(
        id=row.id,
        account=row.account,
        symbol=row.symbol,
        leg=Leg(row.leg),
        question=row.question,
        asked_by=row.asked_by,
        verdict=row.verdict,
        grade=row.grade,
        mismatch=row.mismatch,
        decided_by=None if row.decided_by is None else Source(row.decided_by),
        asked_at=row.asked_at,
        milliseconds=row.milliseconds,
        reason=row.reason,
        order_id=row.order_id,
    )
