"""What to do about an alert, the most urgent first, each step with its own button where one fits."""

import streamlit as st

from dashboard.acknowledging import word_button
from dashboard.look.panel import head
from dashboard.words.saying import Word
from dashboard.words.sentences import entire
from reconciler.alerts.alert import Alert, AlertState
from reconciler.kinds.registry import is_blindness, spec_of
from reconciler.sight.exchange_page import exchange_name, exchange_page
from reconciler.views.alert import AlertView
from reconciler.views.now import NowView

HEALTH = "screens/health.py"
_NOTE = "Trueup keeps looking, and closes this by itself once it sees that it is over."


def steps(found: AlertView, view: NowView) -> None:
    """Show them."""
    with st.container(key="panel-steps", gap=None):
        st.html(head("What to do", note=_NOTE))
        for place, text in enumerate(found.steps, 1):
            with st.container(
                key=f"step-{place}", horizontal=True, wrap=False, gap="small", vertical_alignment="center"
            ):
                st.html(f'<div class="t-a-step"><b>{place}</b><span>{entire(text)}</span></div>')
                _button(found.alert, place, view)


def _button(alert: Alert, place: int, view: NowView) -> None:
    """Show what belongs to a step: the way to the exchange or to Health, or that it is meant to be there."""
    if is_blindness(alert.key.kind):
        if place == 1:
            st.page_link(HEALTH, label="Health", icon=":material/arrow_forward:", icon_position="right")
        return
    fits = spec_of(alert.key.kind).by_hand and alert.surplus and alert.state is not AlertState.PENDING
    if place == 1:
        _exchange_link(alert, view)
    if place == _SECOND and fits:
        word_button(alert, view.read_at, Word.INTEND, label="Mark as intended", where="step")


def _exchange_link(alert: Alert, view: NowView) -> None:
    venue = next((cycle.venue for cycle in view.cycles if cycle.account == alert.key.account), "")
    page = exchange_page(venue, alert.key.symbol) if venue else None
    if page is not None:
        st.link_button(exchange_name(venue), page, icon=":material/open_in_new:")


_SECOND = 2
"""Of what may be meant to be there, the second step is what to do where it is not."""
