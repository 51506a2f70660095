"""Accounts: all of them side by side, by their groups, who is not seen first; and a day to be attested."""

from datetime import UTC, date, timedelta
from typing import Final

import streamlit as st

from dashboard import state_reader
from dashboard.desk_table import group_panel
from dashboard.escape import plain
from dashboard.look.colours import Tone
from dashboard.look.panel import page_head
from dashboard.redrawing import page_part
from dashboard.taking_away import file_button
from dashboard.words import numbers as words
from dashboard.words.desk import groups, sentence
from dashboard.words.verdict import Unread, blind
from reconciler.console import attested_digest, attested_json, attested_page
from reconciler.views.attestation import Attestation

_STATED: Final = "attested"


@page_part
def accounts() -> None:
    """Show the accounts, read afresh every few seconds."""
    view = state_reader.now()
    today = state_reader.look_into(lambda insight: insight.unprotected_today())
    if isinstance(view, Unread) or isinstance(today, Unread):
        st.html(page_head("Accounts", note="They could not be read. That does not mean that all is well."))
        return
    found = groups(view, today)
    told, well = sentence(found)
    tone = Tone.SECOND if well else Tone.CRITICAL if blind(view) else Tone.WARNING
    named = any(group.name for group in found)
    # Not under a key of what is old: an account that is seen stays readable beside one that is not.
    with st.container(key="desk", gap="small"):
        st.html(page_head("Accounts", note=told, tone=tone))
        for group in found:
            st.html(group_panel(group, view.read_at, named=named))


def attestation() -> None:
    """Show the choice of a day, and what was stated of it as files: both of one and the same statement."""
    view = state_reader.now()
    if isinstance(view, Unread):
        return
    names = sorted({watch.group for watch in view.watches} - {""})
    here = view.read_at.astimezone(UTC).date()
    st.html('<div class="t-head"><h3>Attest a day</h3></div>')
    with st.container(key="attest", horizontal=True, gap="small", vertical_alignment="bottom"):
        day = st.date_input("Day, UTC", here - timedelta(days=1), max_value=here, key="attest-day", width=180)
        group = ""
        if names:
            group = (
                st.selectbox(
                    "Group",
                    names,
                    index=None,
                    format_func=plain,
                    key="attest-group",
                    placeholder="every account",
                    width=240,
                )
                or ""
            )
        st.button("State it", key="attest-now", on_click=_state, args=(day, group), disabled=day is None)
    stated = st.session_state.get(_STATED)
    if isinstance(stated, Unread):
        st.markdown("It could not be read. That does not mean that nothing is to be said.")
    elif stated is not None:
        _files(stated)


def _state(day: date, group: str) -> None:
    st.session_state[_STATED] = state_reader.look_into(lambda insight: insight.attest(day, group=group))


def _files(stated: Attestation) -> None:
    covered = sum(each.coverage.share == 1 for each in stated.accounts)
    whose = f", group {stated.group}" if stated.group else ""
    st.html(
        page_head(
            f"{stated.day}{whose}",
            note=f"{covered} of {words.count(len(stated.accounts), 'account')} covered the whole time, "
            f"{words.count(len(stated.breaks), 'break')}; made {words.clock(stated.made_at)}",
        )
    )
    name = f"trueup-{stated.day}{'-' + stated.group if stated.group else ''}"
    with st.container(key="attested", horizontal=True, gap="small"):
        file_button(
            "Page", lambda: attested_page(stated), name=f"{name}.html", mime="text/html", key="attested-page"
        )
        file_button(
            "JSON",
            lambda: attested_json(stated).decode(),
            name=f"{name}.json",
            mime="application/json",
            key="attested-json",
        )
    st.caption(f"SHA-256 of the JSON: {attested_digest(stated)}")


accounts()
attestation()
