"""Which card is open, and which alert the bar of a phone speaks of: by id, whatever a refresh brings."""

import streamlit as st

from reconciler.alerts.alert import Alert

_OPENED = "opened-card"
_BOUND = "alert-of-the-bar"
_FOLDED = 0  # what is opened when a person has folded what was


def opened(waiting: tuple[Alert, ...]) -> int | None:
    """Return the id of the open card: the one that a person opened while it is there, else the first."""
    chosen = st.session_state.get(_OPENED)
    ids = [alert.id for alert in waiting]
    if chosen == _FOLDED:
        return None
    return chosen if chosen in ids else next(iter(ids), None)


def turn(alert_id: int, *, is_open: bool) -> None:
    """Open a card, or fold the one that is open."""
    st.session_state[_OPENED] = _FOLDED if is_open else alert_id
    if not is_open:
        st.session_state[_BOUND] = alert_id


def bound(waiting: tuple[Alert, ...]) -> int | None:
    """Return the id that the bar speaks of. It never moves by itself, not even when that alert is over."""
    if _BOUND not in st.session_state:
        first = opened(waiting)
        if first is None:
            return None
        st.session_state[_BOUND] = first
    return int(st.session_state[_BOUND])


def move_on() -> None:
    """Let the bar speak of the first that waits now."""
    st.session_state.pop(_BOUND, None)
    st.session_state.pop(_OPENED, None)
