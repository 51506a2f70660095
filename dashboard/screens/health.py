"""Health: how Trueup itself fares: its sources, budgets, jobs, messages, clocks, and who watches what."""

import streamlit as st

from dashboard import state_reader
from dashboard.health.budgets import budgets
from dashboard.health.channels import channels
from dashboard.health.explained import explained, unread
from dashboard.health.jobs import jobs
from dashboard.health.sources import sources
from dashboard.health.standing import clocks, leases, versions
from dashboard.look.panel import page_head
from dashboard.redrawing import page_part
from dashboard.words.health import sentence
from dashboard.words.verdict import Unread, blind


@page_part
def health() -> None:
    """Show all of it, read afresh every few seconds: what counts down goes on."""
    view = state_reader.now()
    found = state_reader.look_into(lambda insight: insight.health())
    if isinstance(view, Unread) or isinstance(found, Unread):
        st.html(page_head("Health", note="It could not be read. That does not mean that all is well."))
        return
    told = sentence(view, found)
    changed = state_reader.ask_changes(lambda changes: changes.explained())
    with st.container(key="old-health" if blind(view) else "health", gap="small"):
        of = " Of your accounts alone; channels and what waits are of all." if view.hidden else ""
        st.html(page_head("Health", note=told.text + of, tone=told.tone))
        st.html(sources(view))
        left, right = st.columns([11, 9], gap="small")
        with left:
            st.html(budgets(view, found))
            channels(view, found)
            st.html(leases(view))
        with right:
            st.html(jobs(view, found))
            st.html(clocks(found))
            st.html(explained(changed) if not isinstance(changed, Unread) else unread())
        st.html(versions(found))


health()
