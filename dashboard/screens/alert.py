"""Alert: one of them by its id, the target of every link: what, what to do, the evidence, its history."""

import streamlit as st

from dashboard import state_reader
from dashboard.acknowledging import acknowledge_button, more_button
from dashboard.cards import both_sides, evidence_line, severity_badge, waits
from dashboard.escape import WHOLE, markdown, plain
from dashboard.redrawing import page_part
from dashboard.words import alert as alert_words
from dashboard.words import numbers as words
from dashboard.words.verdict import Unread, blind
from reconciler.alerts.alert import Alert, AlertState
from reconciler.console import AlertNotFound
from reconciler.facts.finding import Party
from reconciler.facts.message import MessageView
from reconciler.kinds.registry import is_blindness
from reconciler.views.alert import AlertView, TransitionView
from reconciler.views.now import NowView

LONGEST_ID = 12


@page_part
def alert_page() -> None:
    """Show the alert that the address names."""
    given = st.query_params.get("id", "")
    if not (given.isascii() and given.isdigit() and len(given) <= LONGEST_ID):
        st.warning("This address names no alert.", icon=":material/help:")
        return
    try:
        found = state_reader.ask(lambda queries: queries.alert(int(given)))
    except AlertNotFound:
        st.warning(f"There is no alert {given}.", icon=":material/help:")
        return
    view = state_reader.now()
    if isinstance(found, Unread) or isinstance(view, Unread):
        st.markdown("The alert could not be read. That does not mean that it is over.")
        return
    _show(found, view)


def _show(found: AlertView, view: NowView) -> None:
    alert, now = found.alert, view.read_at
    with st.container(key=f"alert-{alert.id}", gap="small"):
        st.subheader(markdown(alert_words.headline(alert)))
        with st.container(horizontal=True, gap="small", vertical_alignment="center"):
            severity_badge(alert)
            st.markdown(f"**{markdown(_state(found, view))}**")
        handled = alert_words.acknowledged(alert, now)
        if handled:
            st.markdown(f":material/check: {markdown(handled, WHOLE)}")
        if found.quiet is not None:
            st.markdown(f":material/bedtime: {markdown(alert_words.quieted(found.quiet, now), WHOLE)}")
        if found.silenced is not None:
            st.markdown(f":material/volume_off: {markdown(alert_words.silenced(found.silenced), WHOLE)}")
        if alert.state.open:
            with st.container(horizontal=True, gap="small", vertical_alignment="center"):
                if waits(alert):
                    acknowledge_button(alert, now, primary=True)
                more_button(alert, now)
        if not alert.state.open:
            st.markdown(markdown(f"{alert_words.ended(alert)}.", WHOLE))
        st.markdown(markdown(alert_words.reason(alert), WHOLE))
        if not is_blindness(alert.key.kind):
            at_risk = "Exposure" if alert.state.open else "Exposure then"
            st.markdown(markdown(f"{at_risk}: {alert_words.exposure(alert)}"))
            both_sides(alert, now)
    if alert.state.open:
        _steps(found)
    _evidence(alert, view)
    _messages(found)
    _history(found)


def _state(found: AlertView, view: NowView) -> str:
    alert, now = found.alert, view.read_at
    word = alert_words.state(alert, found.quiet).capitalize()
    if alert.resolved_at is not None:
        lasted = words.duration(alert.resolved_at - alert.first_seen)
        after = f", after {lasted}" if alert.state is AlertState.RESOLVED else ""
        return f"{word} {words.ago(alert.resolved_at, now)}{after}"
    text = f"{word}, since {words.stamp(alert.first_seen)} ({words.duration(now - alert.first_seen)})"
    seen = f"last seen {words.ago(alert.last_seen, now)}"
    old = blind(view, alert.key.account) or alert.frozen_since is not None
    return f"{text}, {seen}" + (", cannot be checked now" if old else "")


def _steps(found: AlertView) -> None:
    st.subheader("What to do")
    st.markdown("\n".join(f"{place}. {markdown(step)}" for place, step in enumerate(found.steps, 1)))


def _evidence(alert: Alert, view: NowView) -> None:
    st.subheader("Evidence" if alert.state.open else "Evidence, as last found")
    if not alert.evidence:
        st.markdown("None was stored.")
        return
    with st.grid(2, min_column_width=280, gap="medium", key="evidence"):
        for party, title in ((Party.BOT, "The bot"), (Party.EXCHANGE, "The exchange")):
            with st.container(border=True, gap="xsmall"):
                st.markdown(f"**{title}**")
                own = [item for item in alert.evidence if item.party is party]
                for item in own:
                    st.markdown(evidence_line(item, view.read_at, named=False))
                    for name, value in item.data.items():
                        st.caption(markdown(f"{name}: {value}"))
                if not own:
                    st.caption("None of the evidence is its word.")
    for item in alert.evidence:
        if item.party is Party.TRUEUP:
            st.caption(evidence_line(item, view.read_at, named=False))


def _history(found: AlertView) -> None:
    st.subheader("History")
    rows = [
        {
            "When": words.stamp(change.at),
            "What": plain(change.action),
            "State": _state_then(found, change),
            "Severity": alert_words.SEVERITY_WORD[change.severity],
            "Who": plain(f"{change.actor} ({change.origin})"),
            "Why": plain(change.reason, WHOLE),
        }
        for change in reversed(found.transitions)
    ]
    st.dataframe(rows, hide_index=True, key="history", alt="What happened to this alert, newest first")


def _messages(found: AlertView) -> None:
    if not found.messages:
        return
    st.subheader("Messages")
    rows = [
        {
            "When": words.stamp(told.at),
            "Channel": plain(told.channel),
            "Why": plain(told.why.replace("_", " ")),
            "What came back": plain(told.said if told.attempts == 1 else _tries(told)),
            "Message": plain(f"{told.title}\n{told.body}", WHOLE),
        }
        for told in reversed(found.messages)
    ]
    st.dataframe(rows, hide_index=True, key="messages", alt="Messages that told of this alert, newest first")


def _tries(told: MessageView) -> str:
    return f"{told.said}, at attempt {told.attempts} since {words.stamp(told.tried_at)}"


def _state_then(found: AlertView, change: TransitionView) -> str:
    """Say which state a change led to: only that of the newest change of an open alert is so still."""
    still = found.alert.state.open and change is found.transitions[-1]
    return (alert_words.STATE_WORD if still else alert_words.STATE_THEN)[change.after]


alert_page()
