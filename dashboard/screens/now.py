"""Now: the figures, every open alert as a card, worst first, and the rest of the desk at one glance."""

from typing import Final

import streamlit as st

from dashboard import glance, opened, state_reader
from dashboard.acknowledging import acknowledge_button, snooze_menu
from dashboard.alert_card import alert_card
from dashboard.alert_groups import MOST, show_groups
from dashboard.cards import waits
from dashboard.look.figure import figures_row
from dashboard.look.markup import safe
from dashboard.redrawing import page_part
from dashboard.words import alert as alert_words
from dashboard.words.figures import figures
from dashboard.words.verdict import Unread, acknowledged, blind, needing, quieted, recovering
from reconciler.alerts.alert import Alert
from reconciler.alerts.wording import told
from reconciler.views.now import NowView

_CHOSEN: Final = "shown-on-now"
_KEYS: Final = (
    '<div class="t-keys t-note">Worst first. Keys: <kbd>J</kbd> <kbd>K</kbd> move, <kbd>O</kbd> open</div>'
)
_NEEDS, _TAKEN, _QUIET, _OVER = "needs", "acknowledged", "quiet", "over"


@page_part
def now() -> None:
    """Show what needs somebody, read afresh every few seconds."""
    view = state_reader.now()
    if isinstance(view, Unread):
        st.markdown("The alerts could not be read. That does not mean that there are none.")
        return
    with st.container(key="now", gap="xsmall"):
        with st.container(key="old-figures" if blind(view) else "figures"):
            st.html(figures_row(figures(view)))
        with st.container(key="cards", gap="xsmall"):
            _tabs(view)
            _chosen(view)
        with st.container(key="glance"):
            _glance(view)
    _bar(view)


def _tabs(view: NowView) -> None:
    """Show the four states with their counts; the one that is chosen stays so whatever the counts do."""
    today = len(view.resolved) if view.today is None else view.today.over
    tabs = {
        _NEEDS: ("Needs you", len(needing(view)) + len(recovering(view))),
        _TAKEN: ("Acknowledged", len(acknowledged(view))),
        _QUIET: ("Snoozed", len(quieted(view))),
        _OVER: ("Over today", today),
    }
    with st.container(key="tabs", horizontal=True, gap=None, vertical_alignment="center"):
        for name, (label, count) in tabs.items():
            state = "on" if name == _tab() else "off"
            with st.container(key=f"tab-{state}-{name}", width="content"):
                st.button(
                    f"{label} **{count:,}**",
                    key=f"tab-{name}",
                    type="tertiary",
                    on_click=_choose,
                    args=(name,),
                )
        st.html(_KEYS)


def _tab() -> str:
    return str(st.session_state.get(_CHOSEN, _NEEDS))


def _choose(name: str) -> None:
    st.session_state[_CHOSEN] = name


def _chosen(view: NowView) -> None:
    match _tab():
        case "acknowledged":
            _list(acknowledged(view), view, "Nobody has acknowledged anything that is still open.")
        case "quiet":
            _list(quieted(view), view, "Nothing is snoozed, intended or quiet for another reason.")
        case "over":
            st.html(glance.over(view))
        case _:
            _needing(view)


def _needing(view: NowView) -> None:
    waiting, better = needing(view), recovering(view)
    if not waiting:
        was = "No alert was open when Trueup last looked." if blind(view) else "No alert needs you."
        st.html(f'<div class="t-second">{was}</div>')
        _list((*acknowledged(view), *quieted(view)), view, "")
        if view.cycles:
            st.html(glance.checked(view))
    open_id = opened.opened(waiting)
    if len(waiting) <= MOST:
        for place, alert in enumerate(waiting):
            alert_card(alert, view, is_open=alert.id == open_id, filled=place == 0)
    else:
        shown = next((alert for alert in waiting if alert.id == open_id), waiting[0])
        alert_card(shown, view, is_open=shown.id == open_id, filled=True)
        show_groups([alert for alert in waiting if alert.id != shown.id], view)
    if better:
        st.html('<div class="t-head"><h3>Getting better</h3></div>')
        _list(better, view, "")


def _list(alerts: tuple[Alert, ...], view: NowView, nothing: str) -> None:
    if not alerts:
        if nothing:
            st.html(f'<div class="t-second">{nothing}</div>')
    elif len(alerts) > MOST:
        show_groups(alerts, view)
    else:
        for alert in alerts:
            alert_card(alert, view, is_open=False, filled=False)


def _glance(view: NowView) -> None:
    with (
        st.container(key="old-panels" if blind(view) else "panels"),
        st.grid(2, min_column_width=420, gap="small"),
    ):
        st.html(glance.out_of_line(view))
        st.html(glance.latency(view))
    if _tab() == _NEEDS and not needing(view) and view.resolved:
        st.html(glance.over(view))


def _bar(view: NowView) -> None:
    """Show the bar of a phone: it names one alert, and what it does it does to that one."""
    waiting = needing(view)
    number = opened.bound(waiting)
    if number is None:
        return
    alert = next((each for each in waiting if each.id == number), None)
    with st.container(key="bar", gap="xsmall"):
        if alert is None:
            st.html('<div class="t-second">What was opened needs nobody any more.</div>')
            st.button("Go on to the next", key="bar-next", on_click=opened.move_on, width="stretch")
            return
        about = f"{alert_words.subject(alert)} on {alert.key.account}, {told(alert).title.lower()}"
        st.html(f'<div class="t-second">Opened: {safe(about)}</div>')
        with st.container(key="bar-actions", horizontal=True, gap="small"):
            if waits(alert):
                acknowledge_button(alert, view.read_at, primary=True, place="bar-")
                snooze_menu(alert, view.read_at, place="bar-")


now()
