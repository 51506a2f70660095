"""Now: the figures, then every open alert as a card, worst first."""

import streamlit as st

from dashboard import state_reader
from dashboard.cards import card, over_line
from dashboard.words.figures import Figure, figures
from dashboard.words.verdict import Unread, acknowledged, blind, needing, recovering
from reconciler.alerts.alert import AlertState
from reconciler.views import NowView


@st.fragment(run_every=2)
def now() -> None:
    """Show what needs somebody, read afresh every two seconds."""
    view = state_reader.now()
    if isinstance(view, Unread):
        st.markdown("The alerts could not be read. That does not mean that there are none.")
        return
    old = blind(view)
    with st.container(key="now"):
        with st.container(key="old-figures" if old else "figures"):
            _figures(figures(view))
        with st.container(key="cards"):
            _cards(view)


def _figures(shown: tuple[Figure, ...]) -> None:
    with st.grid(6, min_column_width=150, gap="small"):
        for figure in shown:
            st.metric(
                figure.label,
                figure.value,
                figure.as_of or None,
                delta_color="off",
                delta_arrow="off",
                icon=figure.icon,
                help=figure.meaning,
                border=True,
                height="stretch",
            )


def _cards(view: NowView) -> None:
    waiting, healing, seen = needing(view), recovering(view), acknowledged(view)
    for position, alert in enumerate(waiting):
        card(alert, view.read_at, first=position == 0)
    if not waiting:
        was = "No alert was open when Trueup last looked." if blind(view) else "No alert needs you."
        st.markdown(was)
    if seen:
        st.subheader("Acknowledged, not over yet")
        for alert in seen:
            card(alert, view.read_at, first=False)
    if healing:
        st.subheader("Getting better")
        for alert in healing:
            card(alert, view.read_at, first=False)
    for title, state in (("Recently resolved", AlertState.RESOLVED), ("Watched no more", AlertState.RETIRED)):
        over = [alert for alert in view.resolved if alert.state is state]
        if over:
            st.subheader(title)
        for alert in over:
            over_line(alert, view.read_at)


now()
