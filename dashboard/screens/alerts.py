"""Alerts: all of them, open and over, filtered by what stands in the address."""

import streamlit as st

from dashboard import filters, state_reader
from dashboard.escape import plain
from dashboard.redrawing import page_part
from dashboard.words import alert as alert_words
from dashboard.words import numbers as words
from dashboard.words.verdict import Unread
from reconciler.alerts.alert import Alert, AlertState
from reconciler.alerts.quiet import Quiet
from reconciler.alerts.wording import told
from reconciler.facts.finding import Kind
from reconciler.kinds.registry import is_blindness, spec_of

LIMIT = 200


def alerts() -> None:
    """Show the filters and the table below them."""
    states, kinds = [state.value for state in AlertState], [kind.value for kind in Kind]
    with st.container(key="filters", gap="xsmall"):
        st.pills(
            "State",
            states,
            selection_mode="multi",
            format_func=lambda value: alert_words.STATE_WORD[AlertState(value)],
            key=filters.restore("state", states, several=True),
            on_change=filters.remember,
            args=("state",),
        )
        with st.container(horizontal=True, gap="small"):
            st.selectbox(
                "Kind",
                kinds,
                index=None,
                format_func=lambda value: spec_of(Kind(value)).words.now.title,
                key=filters.restore("kind", kinds),
                on_change=filters.remember,
                args=("kind",),
                placeholder="every kind",
                width=280,
            )
            filters.account(state_reader.now(), "every account")
    _table()


@page_part
def _table() -> None:
    states = [AlertState(value) for value in filters.chosen("state") or []]
    kind, account = filters.chosen("kind"), filters.chosen("account")
    view = state_reader.now()
    found = state_reader.ask(
        lambda queries: queries.alerts(
            states=states or None,
            kinds=[Kind(kind)] if kind else None,
            accounts=[account] if account else None,
            limit=LIMIT,
        )
    )
    if isinstance(found, Unread) or isinstance(view, Unread):
        st.markdown("The alerts could not be read. That does not mean that there are none.")
        return
    if not found:
        filtered = states or kind or account
        st.markdown("No alert fits this filter." if filtered else "No alert has been raised yet.")
        return
    st.dataframe(
        [_row(alert, view.quiet.get(alert.id)) for alert in found],
        hide_index=True,
        key="alerts-table",
        height="content",
        alt="Alerts, newest first",
        column_config={
            "Alert": st.column_config.LinkColumn(width="small", display_text=r"id=(\d+)$", pinned=True),
            "Since": st.column_config.TextColumn(width=165),
            "Over": st.column_config.TextColumn(width=165),
        },
    )
    if len(found) == LIMIT:
        st.caption(f"Only the newest {LIMIT} are shown: narrow the filter to see older ones.")


def _row(alert: Alert, quiet: Quiet | None) -> dict[str, str]:
    given = alert.acknowledgement
    return {
        "Alert": f"/alert?id={alert.id}",
        "About": plain(alert_words.subject(alert)),
        "What": told(alert).title,
        "State": alert_words.state(alert, quiet),
        "Severity": alert_words.SEVERITY_WORD[alert.severity],
        "Bot says": plain(alert_words.bot_says(alert)),
        "Exchange says": plain(alert_words.exchange_says(alert)),
        "Exposure": "" if is_blindness(alert.key.kind) else alert_words.exposure(alert),
        "Since": words.stamp(alert.first_seen),
        "Over": "" if alert.resolved_at is None else words.stamp(alert.resolved_at),
        "Acknowledged by": "" if given is None else plain(given.by),
        "Account": plain(alert.key.account),
    }


alerts()
