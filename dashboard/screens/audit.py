"""Audit: who did what, newest first, narrowed by what stands in the address, and to take away as CSV."""

from collections.abc import Sequence
from datetime import datetime

import streamlit as st

from dashboard import filters, state_reader
from dashboard.audit_file import written
from dashboard.look.colours import Tone
from dashboard.look.panel import page_head, panel
from dashboard.look.table import Cell, Column, Row, table
from dashboard.taking_away import file_button
from dashboard.words import audit as told
from dashboard.words import moments
from dashboard.words import numbers as words
from dashboard.words.verdict import Unread
from reconciler.views.audit import ActsWanted, ActView

SHOWN = 200
TAKEN_AWAY = 5000
COLUMNS = (
    Column("When, UTC"),
    Column("Who"),
    Column("Did"),
    Column("To", spare=True),
    Column("Account", spare=True),
    Column("Said, or what came of it", wide=True, spare=True),
    Column("From", spare=True),
)


def audit() -> None:
    """Show the filters, and below them what was done."""
    now = state_reader.now()
    if isinstance(now, Unread):
        st.html(page_head("Audit", note="It could not be read. That does not mean that nothing was done."))
        return
    answer = st.container()  # above the choices: on a phone they fill the screen
    _filters()
    period, length = filters.chosen_period()
    wanted = ActsWanted(
        since=None if length is None else now.read_at - length,
        account=filters.chosen("account") or "",
        actions=tuple(word for group in filters.chosen("did") or () for word in told.GROUPS[group][1]),
        text=filters.chosen("text") or "",
        ours=bool(filters.chosen("ours")),
    )
    found = state_reader.look_into(lambda insight: insight.acts(wanted, limit=TAKEN_AWAY))
    if isinstance(found, Unread):
        answer.html(
            page_head("Audit", note="It could not be read. That does not mean that nothing was done.")
        )
        return
    of = " Only what was done to your accounts is shown." if now.hidden else ""
    answer.html(page_head("Audit", note=told.sentence(found, period, most=TAKEN_AWAY) + of))
    st.html(_list(found[:SHOWN], now.read_at))
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        file_button(
            "CSV",
            lambda: written(found),
            name=f"trueup-audit-{now.read_at:%Y-%m-%d-%H%M}.csv",
            mime="text/csv",
            key="audit-csv",
            disabled=not found,
        )
        if len(found) > SHOWN:
            st.html(
                f'<span class="t-note">The newest {SHOWN} are shown; the file has all {len(found):,}.</span>'
            )


def _filters() -> None:
    filters.enter("audit", ("did", "since", "account", "text", "ours"))
    groups = list(told.GROUPS)
    with st.container(key="filters", horizontal=True, gap="small", vertical_alignment="bottom"):
        filters.period()
        st.pills(
            "What",
            groups,
            selection_mode="multi",
            format_func=lambda name: told.GROUPS[name][0],
            key=filters.restore("did", groups, several=True),
            on_change=filters.remember,
            args=("did",),
        )
        filters.account(state_reader.now(), "every account")
        filters.text("Who, what, or a word of a note")
        st.pills(
            "Also",
            ["trueup"],
            format_func=lambda _: "What Trueup did to alerts",
            key=filters.restore("ours", ["trueup"]),
            on_change=filters.remember,
            args=("ours",),
        )


def _list(found: Sequence[ActView], now: datetime) -> str:
    if not found:
        return panel("Done", '<div class="t-body">Nothing of this kind was done in this time.</div>')
    return panel("Done", table(COLUMNS, [_row(act, now) for act in found], label="Who did what"))


def _row(act: ActView, now: datetime) -> Row:
    page = f"alert?id={act.alert_id}" if act.alert_id is not None else ""
    ours = act.actor == "trueup"
    return Row(
        (
            Cell(moments.at(act.at, now), Tone.SECOND),
            Cell(told.actor(act), Tone.SECOND if ours or not act.actor else Tone.PLAIN, strong=not ours),
            Cell(told.action(act)),
            Cell(told.subject(act), page=page),
            Cell(words.shortened(act.account) or moments.UNTOLD, Tone.SECOND),
            Cell(act.note or moments.UNTOLD, Tone.SECOND),
            Cell(told.origin(act), Tone.DIM),
        )
    )


audit()
