"""Alert: one of them by its id, the target of every link: what to do, both sides, the race, its history."""

import streamlit as st

from dashboard import state_reader
from dashboard.one_alert.both_sides import both_sides, evidence
from dashboard.one_alert.head import head
from dashboard.one_alert.history import earlier, history, messages
from dashboard.one_alert.race_panel import race_panel
from dashboard.one_alert.raw import raw_fields
from dashboard.one_alert.steps import steps
from dashboard.redrawing import page_part
from dashboard.words.alert import of_two_sides
from dashboard.words.verdict import Unread
from reconciler.console import AlertNotFound
from reconciler.views.alert import AlertView
from reconciler.views.alert_story import AlertStory
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
    story = found if isinstance(found, Unread) else _story(found)
    view = state_reader.now()
    if isinstance(found, Unread) or isinstance(view, Unread) or isinstance(story, Unread):
        st.markdown("The alert could not be read. That does not mean that it is over.")
        return
    _show(found, story, view)


def _story(found: AlertView) -> AlertStory | Unread:
    return state_reader.ask(lambda queries: queries.story(found.alert))


def _show(found: AlertView, story: AlertStory, view: NowView) -> None:
    alert, now = found.alert, view.read_at
    with st.container(key=f"alert-{alert.id}", gap="small"):
        head(found, view)
        left, right = st.columns([3, 2], gap="small") if of_two_sides(alert) else (st.container(), None)
        with left:
            if alert.state.open:
                steps(found, view)
            evidence(alert, now)
        if right is not None:
            with right:
                both_sides(alert, view)
        race_panel(found, story)
        first, second, third = st.columns([5, 4, 3], gap="small")
        with first:
            history(found, now)
        with second:
            messages(found, view)
        with third:
            earlier(alert, story, now)
        raw_fields(alert)


alert_page()
