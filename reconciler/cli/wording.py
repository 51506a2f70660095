"""Alerts and findings as lines of text and as JSON documents."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from reconciler.alerts.alert import Alert, AlertState
from reconciler.alerts.quiet import Quiet
from reconciler.alerts.seen import seen_of
from reconciler.alerts.wording import ended, subject
from reconciler.cli.printing import moment, printable, quantity
from reconciler.cli.word_lines import quiet_words, silence_document, silence_lines, word_document, word_lines
from reconciler.facts.finding import Evidence, Finding, Party
from reconciler.facts.message import MessageView
from reconciler.views.alert import AlertView, TransitionView


def finding_line(found: Finding) -> str:
    """Return one finding on one line, worst word first."""
    both = f"bot {quantity(found.expected)}, exchange {quantity(found.observed)}"
    where = printable(f"{found.symbol} {found.leg}")
    return f"{found.severity.upper()} {found.kind} {where}: {both}: {printable(found.reason)}"


def alert_line(alert: Alert, quiet: Quiet | None = None) -> str:
    """Return one alert on one line of a list: a terminal may break it, but nothing of it is cut off."""
    where = f"{printable(alert.key.symbol)} {alert.key.leg} of {alert.key.account}"
    both = f"bot {quantity(alert.expected)}, exchange {quantity(alert.observed)}"
    kind = f"{alert.severity.upper()} {alert.key.kind}"
    state = f"{alert.state}{quiet_words(quiet)}"
    line = f"{alert.id}: {kind} {where}: {both}; {state}, first seen {moment(alert.first_seen)}"
    return f"{line} (--seen {seen_of(alert).mark})" if alert.state.open else line


def alert_document(alert: Alert, quiet: Quiet | None = None) -> dict[str, Any]:
    """Return what `--json` prints of an alert; times are ISO 8601 in UTC."""
    return {
        "id": alert.id,
        "kind": str(alert.key.kind),
        "account": alert.key.account,
        "symbol": alert.key.symbol,
        "leg": str(alert.key.leg),
        "severity": str(alert.severity),
        "state": str(alert.state),
        "first_seen": _time(alert.first_seen),
        "last_seen": _time(alert.last_seen),
    } | word_document(alert, quiet)


def view_document(view: AlertView) -> dict[str, Any]:
    """Return what `show --json` prints: the alert with reason, evidence, history; quantities as strings."""
    alert = view.alert
    return alert_document(alert, view.quiet) | {
        "reason": alert.reason,
        "expected": _text(alert.expected),
        "observed": _text(alert.observed),
        "exposure": _text(alert.exposure),
        "fired_at": _time(alert.fired_at),
        "resolved_at": _time(alert.resolved_at) if alert.state is AlertState.RESOLVED else None,
        "retired_at": _time(alert.resolved_at) if alert.state is AlertState.RETIRED else None,
        "retired_because": alert.retired or None,
        "closed_at": _time(alert.resolved_at) if alert.state is AlertState.CLOSED else None,
        "closed_by": alert.closed_by or None,
        "closed_because": alert.closed_because or None,
        "flaps": alert.flaps,
        "silenced": silence_document(view.silenced),
        "evidence": [_evidence(each) for each in alert.evidence],
        "steps": list(view.steps),
        "seen": seen_of(alert).mark,
        "transitions": [_transition(each) for each in view.transitions],
        "messages": [_message(each) for each in view.messages],
    }


def alert_lines(view: AlertView) -> list[str]:
    """Return one alert and its history as a person reads it."""
    alert = view.alert
    lines = [
        f"Alert {alert.id}: {alert.severity.upper()} {alert.key.kind}, {alert.state}",
        f"  {printable(alert.key.symbol)} {alert.key.leg} on {alert.key.account}",
        f"  bot {quantity(alert.expected)}, exchange {quantity(alert.observed)} contracts",
        *_what(alert),
        f"  first seen {moment(alert.first_seen)}, last seen {moment(alert.last_seen)}",
    ]
    lines += [*word_lines(alert, view.quiet), *silence_lines(view.silenced)]
    if alert.state.open:
        lines.append("What to do")
        lines += [f"  {place}. {printable(step)}" for place, step in enumerate(view.steps, 1)]
        lines.append(
            f"  Seen: trueup alerts ack {alert.id} --by NAME --note TEXT --seen {seen_of(alert).mark}"
        )
    if alert.evidence:
        lines.append("Evidence")
        lines += [f"  {_evidence_line(each)}" for each in alert.evidence]
    lines.append("History")
    for each in view.transitions:
        step = f"{each.action} -> {each.after} by {printable(each.actor)}"
        lines.append(f"  {moment(each.at)} {step}: {printable(each.reason)}")
    if view.messages:
        lines.append("Messages")
    for told in view.messages:
        tries = "" if told.attempts == 1 else f", at attempt {told.attempts} since {moment(told.tried_at)}"
        on = f"{told.why} on {printable(told.channel)} ({printable(told.said)}{tries})"
        lines.append(f"  {moment(told.at)} {on}: {printable(told.title)}")
    return lines


def _message(message: MessageView) -> dict[str, Any]:
    return {
        "at": _time(message.at),
        "tried_at": _time(message.tried_at),
        "attempts": message.attempts,
        "channel": message.channel,
        "why": message.why,
        "said": message.said,
        "title": message.title,
        "body": message.body,
    }


def _what(alert: Alert) -> list[str]:
    """Return why it was raised; of one that is over what it was, and what was last found as it was found."""
    if alert.state.open:
        return [f"  {printable(alert.reason)}"]
    return [
        f"  {printable(ended(alert, subject(alert)))}",
        f"  {_how_over(alert)}; as it was last found: {printable(alert.reason)}",
    ]


def _how_over(alert: Alert) -> str:
    if alert.state is AlertState.CLOSED:
        who = f"closed by {printable(alert.closed_by)} {moment(alert.resolved_at)}"
        return f"{who}, not resolved: {printable(alert.closed_because)}"
    if alert.state is not AlertState.RETIRED:
        return f"over since {moment(alert.resolved_at)}"
    return f"retired {moment(alert.resolved_at)}, not resolved: {printable(alert.retired)}"


def _evidence_line(item: Evidence) -> str:
    """Say who said what, when it was read, and since when it is so where that is older."""
    changed = item.data.get("changed_at")
    since = "" if changed is None else f", unchanged since {moment(datetime.fromisoformat(changed))}"
    ledger = item.party is Party.BOT and not item.source.startswith("ledger")
    where = f"ledger {item.source}" if ledger else item.source
    return f"{item.party} ({printable(where)}) {moment(item.at)}{since}: {printable(item.text)}"


def _time(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()


def _text(value: Decimal | None) -> str | None:
    return None if value is None else quantity(value)


def _evidence(evidence: Evidence) -> dict[str, Any]:
    return {
        "party": str(evidence.party),
        "source": evidence.source,
        "text": evidence.text,
        "at": _time(evidence.at),
        "data": dict(evidence.data),
    }


def _transition(transition: TransitionView) -> dict[str, Any]:
    return {
        "at": _time(transition.at),
        "before": None if transition.before is None else str(transition.before),
        "after": str(transition.after),
        "action": transition.action,
        "actor": transition.actor,
        "origin": transition.origin,
        "reason": transition.reason,
        "severity": str(transition.severity),
    }
