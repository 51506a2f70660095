"""Alerts for programs: read, one by one or in pages."""

from datetime import datetime
from typing import Annotated

from pydantic import BeforeValidator, Field

from reconciler.alerts.alert import Alert, AlertState, Hold, HoldKind
from reconciler.console import seen_of
from reconciler.facts.finding import Kind, Severity
from reconciler.serve.endpoint import Answered, Asked, Endpoint, Words
from reconciler.serve.forms import EvidenceForm, Quantity, Time, evidence, quantity
from reconciler.views.alert import TransitionView
from verification.facts.leg import Leg

PAGE_MOST = 500

_OPEN = frozenset(state for state in AlertState if state.open and state is not AlertState.PENDING)


def _several(value: object) -> object:
    """Return a parameter that may be repeated, once named too, as a list."""
    return [value] if isinstance(value, str) else value


class AcknowledgementForm(Words):
    """Who has seen it, and until when that holds."""

    by: str
    at: Time
    note: str
    until: Time


class HoldForm(Words):
    """A person's word by which an alert is quiet: snoozed, or intended. It stays open."""

    kind: HoldKind
    by: str
    at: Time
    note: str
    until: Time
    surplus: Quantity | None = Field(description="What is intended beyond the bots' books, signed contracts.")


class ClosingForm(Words):
    """Who has closed it, and why."""

    by: str
    because: str


class AlertForm(Words):
    """An alert: a condition that a person must know of."""

    id: int
    kind: Kind
    account: str
    symbol: str = Field(description="ccxt unified form; of a blindness what cannot be seen.")
    leg: Leg
    severity: Severity
    state: AlertState
    reason: str
    expected: Quantity | None = Field(description="What the ledgers believe, signed contracts.")
    observed: Quantity | None = Field(description="What the venue holds, signed contracts.")
    exposure: Quantity | None = Field(description="Unsigned quote value; null where it is not known.")
    first_seen: Time
    fired_at: Time | None
    last_seen: Time
    over_at: Time | None = Field(description="When it ended; null while it is open.")
    frozen_since: Time | None = Field(description="Since when it cannot be checked; null while it can.")
    acknowledgement: AcknowledgementForm | None
    hold: HoldForm | None = Field(description="Null where none is in force.")
    closed: ClosingForm | None = Field(description="Null where no person has closed it.")
    surplus: Quantity | None = Field(
        description="What the exchange holds beyond the bots' books, signed contracts; null if unknown."
    )
    seen: str = Field(description="What is seen of it by now: send it back with an answer to it.")


class TransitionForm(Words):
    """One change in the life of an alert."""

    at: Time
    before: AlertState | None
    after: AlertState
    action: str
    by: str
    origin: str
    reason: str
    severity: Severity


class SilenceForm(Words):
    """That the Alertmanager says nothing of it. It silences nothing of ours."""

    by: str
    until: Time
    note: str


class AlertWhole(Words):
    """An alert with what it rests on, what to do, and its history."""

    alert: AlertForm
    evidence: list[EvidenceForm]
    steps: list[str] = Field(description="What to do, the most urgent first.")
    transitions: list[TransitionForm] = Field(description="Oldest first.")
    silenced: SilenceForm | None = Field(
        description="Who has silenced it in the Alertmanager, as that said a minute ago; null for nobody."
    )


class AlertPage(Words):
    """Some alerts, newest first."""

    alerts: list[AlertForm]
    more: bool = Field(description="True when there may be more: ask again with a higher `offset`.")


class AlertQuery(Words):
    """Which alerts."""

    state: Annotated[tuple[AlertState, ...], BeforeValidator(_several)] = Field(
        default=(), description="Their states; open ones that people were told of, where none is named."
    )
    kind: Annotated[tuple[Kind, ...], BeforeValidator(_several)] = Field(
        default=(), description="Their kinds; all, where none is named."
    )
    account: Annotated[tuple[str, ...], BeforeValidator(_several)] = Field(
        default=(), description="Their accounts; all, where none is named."
    )
    limit: int = Field(default=100, ge=1, le=PAGE_MOST, description="How many at most.")
    offset: int = Field(default=0, ge=0, le=10**9, description="How many to pass over.")


def list_alerts(asked: Asked) -> Answered:
    """Answer with a page of alerts."""
    query = asked.query
    assert isinstance(query, AlertQuery)
    found = asked.house.console.queries.alerts(
        states=query.state or _OPEN,
        kinds=query.kind or None,
        accounts=query.account or None,
        limit=query.limit + 1,
        offset=query.offset,
    )
    page = [alert_form(each, asked.house.clock.now().utc) for each in found[: query.limit]]
    return Answered(AlertPage(alerts=page, more=len(found) > query.limit))


def show_alert(asked: Asked) -> Answered:
    """Answer with one alert."""
    view = asked.house.console.queries.alert(asked.item)
    silence = asked.house.alerts.silences.get(asked.item)
    return Answered(
        AlertWhole(
            alert=alert_form(view.alert, asked.house.clock.now().utc),
            evidence=[evidence(each) for each in view.alert.evidence],
            steps=list(view.steps),
            transitions=[_transition_form(each) for each in view.transitions],
            silenced=None
            if silence is None
            else SilenceForm(by=silence.by, until=silence.until, note=silence.note),
        )
    )


def alert_form(alert: Alert, now: datetime) -> AlertForm:
    """Return an alert as it is written at an aware time."""
    given, hold = alert.acknowledgement, alert.held(now)
    return AlertForm(
        id=alert.id,
        kind=alert.key.kind,
        account=alert.key.account,
        symbol=alert.key.symbol,
        leg=alert.key.leg,
        severity=alert.severity,
        state=alert.state,
        reason=alert.reason,
        expected=quantity(alert.expected),
        observed=quantity(alert.observed),
        exposure=quantity(alert.exposure),
        first_seen=alert.first_seen,
        fired_at=alert.fired_at,
        last_seen=alert.last_seen,
        over_at=alert.resolved_at,
        frozen_since=alert.frozen_since,
        acknowledgement=None
        if given is None
        else AcknowledgementForm(by=given.by, at=given.at, note=given.note, until=given.until),
        hold=None if hold is None else _hold_form(hold),
        closed=ClosingForm(by=alert.closed_by, because=alert.closed_because) if alert.closed_by else None,
        surplus=quantity(alert.surplus),
        seen=seen_of(alert).mark,
    )


def _hold_form(hold: Hold) -> HoldForm:
    return HoldForm(
        kind=hold.kind,
        by=hold.by,
        at=hold.at,
        note=hold.note,
        until=hold.until,
        surplus=quantity(hold.surplus),
    )


def _transition_form(change: TransitionView) -> TransitionForm:
    return TransitionForm(
        at=change.at,
        before=change.before,
        after=change.after,
        action=change.action,
        by=change.actor,
        origin=change.origin,
        reason=change.reason,
        severity=change.severity,
    )


ENDPOINTS = (
    Endpoint("GET", "/api/v1/alerts", "Alerts, newest first.", list_alerts, AlertPage, query=AlertQuery),
    Endpoint(
        "GET", "/api/v1/alerts/{id}", "One alert, what it rests on and its history.", show_alert, AlertWhole
    ),
)
