"""Now: the figures, then every open alert as a card, worst first."""

import streamlit as st

from dashboard import state_reader
from dashboard.cards import card, over_line
from dashboard.redrawing import page_part
from dashboard.words.figures import Figure, figures
from dashboard.words.verdict import Unread, acknowledged, blind, needing, quieted, recovering
from reconciler.alerts.alert import Alert, AlertState
from reconciler.views.now import NowView

_OVER = (
    ("Recently resolved", AlertState.RESOLVED),
    ("Closed by hand", AlertState.CLOSED),
    ("Watched no more", AlertState.RETIRED),
)


@page_part
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
    waiting = needing(view)
    for position, alert in enumerate(waiting):
        card(alert, view.read_at, first=position == 0)
    if not waiting:
        was = "No alert was open when Trueup last looked." if blind(view) else "No alert needs you."
        st.markdown(was)
    _section("Acknowledged, not over yet", acknowledged(view), view)
    _section("Quiet for now, not over yet", quieted(view), view)
    _section("Getting better", recovering(view), view)
    for title, state in _OVER:
        over = [alert for alert in view.resolved if alert.state is state]
        if over:
            st.subheader(title)
        for alert in over:
            over_line(alert, view.read_at)


def _section(title: str, alerts: tuple[Alert, ...], view: NowView) -> None:
    if alerts:
        st.subheader(title)
    for alert in alerts:
        card(alert, view.read_at, first=False, quiet=view.quiet.get(alert.id))


now()
