"""Cards: one alert as a person reads it at night, both sides of it beside each other."""

from datetime import datetime
from typing import Literal

import streamlit as st

from dashboard.acknowledging import acknowledge_button, more_button
from dashboard.escape import WHOLE, markdown
from dashboard.words import alert as alert_words
from dashboard.words import numbers as words
from reconciler.alerts.alert import Alert, AlertState
from reconciler.alerts.quiet import Quiet
from reconciler.alerts.wording import sight
from reconciler.facts.finding import Evidence, Party, Severity
from reconciler.kinds.registry import is_blindness

ALERT_PAGE = "screens/alert.py"
SHOWN = 3
FLAPPING = 4
PARTIES = {Party.BOT: "Bot", Party.EXCHANGE: "Exchange", Party.TRUEUP: "Trueup"}

_COLOUR: dict[Severity, Literal["red", "orange", "blue"]] = {
    Severity.CRITICAL: "red",
    Severity.WARNING: "orange",
    Severity.INFO: "blue",
}
_ICON = {
    Severity.CRITICAL: ":material/error:",
    Severity.WARNING: ":material/warning:",
    Severity.INFO: ":material/info:",
}


_OVER = {
    AlertState.RESOLVED: ("Resolved", ":material/task_alt:"),
    AlertState.RETIRED: ("Retired", ":material/visibility_off:"),
    AlertState.CLOSED: ("Closed", ":material/person_off:"),
}


def severity_badge(alert: Alert) -> None:
    """Show how bad it is, or was: word, icon and colour, never the colour alone. What is over is grey."""
    colour = _COLOUR[alert.severity] if alert.state.open else "gray"
    st.badge(alert_words.SEVERITY_WORD[alert.severity], icon=_ICON[alert.severity], color=colour)


def card(alert: Alert, now: datetime, *, first: bool, quiet: Quiet | None = None) -> None:
    """Show one open alert with everything needed to decide, and what can be done about it."""
    with st.container(key=f"alert-{alert.id}", border=True, gap="xsmall"):
        with st.container(horizontal=True, gap="small", vertical_alignment="center"):
            severity_badge(alert)
            st.markdown(f"**{markdown(alert_words.headline(alert))}**")
        st.caption(_facts(alert, now))
        both_sides(alert, now)
        if not is_blindness(alert.key.kind):
            st.markdown(markdown(alert_words.reason(alert), WHOLE))
        _evidence(alert, now)
        handled = alert_words.acknowledged(alert, now)
        if handled:
            st.caption(f":material/check: {markdown(handled, WHOLE)}")
        if quiet is not None:
            st.caption(f":material/bedtime: {markdown(alert_words.quieted(quiet, now), WHOLE)}")
        with st.container(horizontal=True, gap="small", vertical_alignment="center"):
            if waits(alert):
                acknowledge_button(alert, now, primary=first)
            more_button(alert, now)
            details_link(alert)


def waits(alert: Alert) -> bool:
    """Say whether it can be acknowledged at once: it is open and told, and nobody has spoken of it."""
    told = alert.state in {AlertState.FIRING, AlertState.RECOVERING}
    return told and alert.acknowledgement is None and alert.hold is None


def details_link(alert: Alert, label: str = "Details") -> None:
    """Show the way to the alert's own page."""
    st.page_link(ALERT_PAGE, label=label, icon=":material/chevron_right:", query_params={"id": str(alert.id)})


def both_sides(alert: Alert, now: datetime) -> None:
    """Show what the bot says and what the exchange says of the leg, with the age of each word."""
    if is_blindness(alert.key.kind):
        st.markdown(markdown(alert_words.reason(alert), WHOLE))
        return
    if not alert_words.of_two_sides(alert):
        return
    says = "says" if alert.state.open else "said"
    sides = (
        (f"Bot {says}", alert_words.bot_says(alert), alert_words.age_of(alert, Party.BOT, now)),
        (
            f"Exchange {says}",
            alert_words.exchange_says(alert),
            alert_words.age_of(alert, Party.EXCHANGE, now),
        ),
    )
    with st.grid(2, min_column_width=150, gap="small", key=f"sides-{alert.id}"):
        for who, what, age in sides:
            with st.container(gap=None):
                st.caption(who)
                st.markdown(f"**{markdown(what)}**")
                st.caption(markdown(age))


def evidence_line(item: Evidence, now: datetime, *, named: bool = True) -> str:
    """Return one piece of evidence as escaped Markdown: who (if `named`), where, what, when."""
    return markdown(f"{_where(item, named=named)}: {item.text} ({_when(item, now)})", WHOLE)


def _where(item: Evidence, *, named: bool) -> str:
    if item.party is not Party.BOT:
        return f"{PARTIES[item.party]}, {sight(item.source)}" if named else sight(item.source)
    ledger = item.source.removeprefix("ledger:")
    if ledger == "ledger":  # of all of them
        return "Bot" if named else "every ledger"
    return f"Bot's ledger {ledger}" if named else f"ledger {ledger}"


def _when(item: Evidence, now: datetime) -> str:
    if item.at is None:
        return "time not known"
    changed = alert_words.changed_at(item)
    told = f"{words.clock(item.at)}, {words.ago(item.at, now)}"
    return told if changed is None else f"read {told}{words.unchanged(changed, item.at)}"


def over_line(alert: Alert, now: datetime) -> None:
    """Show one alert that is over, on one line: what it was, and how and when it ended."""
    with st.container(key=f"resolved-{alert.id}", horizontal=True, gap="small", vertical_alignment="center"):
        word, icon = _OVER[alert.state]
        st.badge(word, icon=icon, color="gray")
        st.markdown(markdown(f"{alert_words.headline(alert)}: {alert_words.end(alert, now)}", WHOLE))
        details_link(alert)


def _evidence(alert: Alert, now: datetime) -> None:
    lines = [evidence_line(item, now) for item in alert.evidence[:SHOWN]]
    if len(alert.evidence) > SHOWN:
        lines.append(f"and {len(alert.evidence) - SHOWN} more under Details")
    if lines:
        st.caption("  \n".join(lines))


def _facts(alert: Alert, now: datetime) -> str:
    parts = [f"account {alert.key.account}"]
    if not is_blindness(alert.key.kind):
        parts.append(
            f"{alert_words.exposure(alert)} exposed" if alert.exposure is not None else "value not known"
        )
    parts.append(f"since {words.clock(alert.first_seen)}, {words.duration(now - alert.first_seen)}")
    if alert.state is AlertState.RECOVERING:
        parts.append("looks healed, being checked again")
    if alert.flaps >= FLAPPING:
        parts.append(f"comes and goes: {alert.flaps} times in half an hour")
    if alert.frozen_since is not None:
        parts.append(
            f"cannot be checked for {words.duration(now - alert.frozen_since)}: this is how it was last seen"
        )
    return markdown(" · ".join(parts))
