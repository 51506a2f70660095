"""The head of an alert's page: the way back, what it is in one line, how it stands, and what can be done."""

from datetime import datetime

import streamlit as st

from dashboard.acknowledging import acknowledge_button, more_button, snooze_menu
from dashboard.cards import waits
from dashboard.checking import check_again_button
from dashboard.look.colours import Tone
from dashboard.look.markup import icon, safe
from dashboard.words import alert as alert_words
from dashboard.words import numbers as words
from dashboard.words.sentences import entire, moment
from dashboard.words.sides import amount
from dashboard.words.verdict import blind
from reconciler.alerts import wording
from reconciler.alerts.alert import Alert, AlertState
from reconciler.facts.finding import Severity
from reconciler.kinds.registry import is_blindness
from reconciler.views.alert import AlertView
from reconciler.views.now import NowView

LIST = "screens/alerts.py"
TONES = {Severity.CRITICAL: Tone.CRITICAL, Severity.WARNING: Tone.WARNING, Severity.INFO: Tone.MOVING}
SIGNS = {Severity.CRITICAL: "error", Severity.WARNING: "warning", Severity.INFO: "info"}
BLIND = "visibility_off"


def head(found: AlertView, view: NowView) -> None:
    """Show it."""
    alert, now = found.alert, view.read_at
    _way_back(alert, view)
    with st.container(key="alert-head", horizontal=True, gap="small", vertical_alignment="center"):
        with st.container(key="alert-title", gap=None):
            st.html(f"{title(alert)}{facts(found, view)}{_words(found, now)}")
        if alert.state.open:
            with st.container(key="alert-actions", horizontal=True, gap="small", width="content"):
                if waits(alert):
                    acknowledge_button(alert, now, primary=True)
                if alert.state is not AlertState.PENDING:
                    snooze_menu(alert, now)
                check_again_button(alert)
                more_button(alert, now)


def _way_back(alert: Alert, view: NowView) -> None:
    with st.container(key="way-back", horizontal=True, gap="small", vertical_alignment="center"):
        st.page_link(LIST, label=f"Alerts, {len(view.alerts)} open", icon=":material/arrow_back:")
        st.html(f'<span class="t-dim t-of-alerts">/ {alert.id}</span>', width="content")


def title(alert: Alert) -> str:
    """Return what it is, in one line: the symbol first, then side and size, then what is wrong."""
    over = not alert.state.open
    sign = BLIND if is_blindness(alert.key.kind) else SIGNS[alert.severity]
    tone = Tone.DIM if over else TONES[alert.severity]
    if is_blindness(alert.key.kind):
        said = wording.clause(alert, "")
        return (
            f'<h2 class="t-alert-title">{icon(sign, tone)}<b>{entire(said[:1].upper() + said[1:])}</b></h2>'
        )
    signed = alert.observed or alert.expected
    held = f"{'long' if signed > 0 else 'short'} {amount(signed, alert)}" if signed else ""
    return (
        f'<h2 class="t-alert-title">{icon(sign, tone)}<b>{safe(alert_words.subject(alert))}</b>'
        f' {safe(held)} <span class="t-second">{entire(wording.told(alert).clause)}</span></h2>'
    )


def facts(found: AlertView, view: NowView) -> str:
    """Return how it stands, in one line: how bad, since when, where, what is at risk, who was told."""
    alert, now = found.alert, view.read_at
    tone = Tone.DIM if not alert.state.open else TONES[alert.severity]
    parts = [
        f'<b class="t-{tone.value}">{safe(alert_words.SEVERITY_WORD[alert.severity])}</b>',
        f"<b>{safe(state(found, view))}</b>",
        entire(lasted(alert, now)),
        safe(words.shortened(alert.key.account)),
    ]
    if not is_blindness(alert.key.kind):
        parts.append(_worth(alert))
    if alert.state.open and alert.frozen_since is not None:
        parts.append(f"cannot be checked since {safe(moment(alert.frozen_since, now))}")
    elif alert.state.open and blind(view, alert.key.account):
        parts.append("cannot be checked now")
    channels = {told.channel for told in found.messages}
    parts.append(f"told to {words.count(len(channels), 'channel')}" if channels else "no message was sent")
    return f'<div class="t-a-facts">{"".join(f"<span>{part}</span>" for part in parts)}</div>'


def _worth(alert: Alert) -> str:
    if alert.exposure is None:
        return "value not known"
    worth = f"<b>{safe(alert_words.exposure(alert))}</b>"
    return f"{worth} at risk" if alert.state.open else f"{worth} was at risk"


def state(found: AlertView, view: NowView) -> str:
    """Say where its life is."""
    word = alert_words.state(found.alert, found.quiet)
    ended = found.alert.resolved_at
    said = word if ended is None else f"{word} {words.ago(ended, view.read_at)}"
    return said[:1].upper() + said[1:]


def lasted(alert: Alert, now: datetime) -> str:
    """Say since when it is so, and for how long; of what is over from when to when it was known to be so."""
    since = moment(alert.first_seen, now)
    if alert.state.open:
        seen = words.ago(alert.last_seen, now)
        return f"since {since}, {words.duration(now - alert.first_seen)}; last seen {seen}"
    if alert.state is AlertState.RESOLVED and alert.resolved_at is not None:
        return f"from {since}, for {words.duration(alert.resolved_at - alert.first_seen)}"
    return f"from {since}, last seen {moment(alert.last_seen, now)}"


def _words(found: AlertView, now: datetime) -> str:
    """Return what persons have said of it, and what keeps it quiet, each on its own line and to its end."""
    alert = found.alert
    lines = [
        ("check", alert_words.acknowledged(alert, now)),
        ("bedtime", alert_words.quieted(found.quiet, now)),
    ]
    if found.silenced is not None:
        lines.append(("volume_off", alert_words.silenced(found.silenced)))
    if not alert.state.open:
        lines.append(("task_alt", f"{alert_words.ended(alert)}."))
    said = [f'<div class="t-a-said">{icon(sign)}{entire(text)}</div>' for sign, text in lines if text]
    reason = f'<div class="t-a-reason">{entire(alert_words.reason(alert))}</div>'
    return "".join([*said, reason])
