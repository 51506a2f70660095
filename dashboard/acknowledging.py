"""The dialog in which a person says that they have seen an alert: this very one, as the dialog shows it."""

import streamlit as st

from dashboard import state_reader
from dashboard.escape import WHOLE, markdown
from dashboard.words import alert as alert_words
from reconciler.alerts.alert import Alert
from reconciler.console import AlertCommandError, StateDatabaseError
from reconciler.facts.finding import Severity

NAME = "name-of-the-person"
ASKED = "alert-to-acknowledge"
TOLD = "told-after-acknowledging"
LONGEST_NAME = 80
LONGEST_NOTE = 1000


def acknowledge_button(alert: Alert, *, primary: bool) -> None:
    """Show the button of one alert; it opens the dialog for exactly this one."""
    pressed = st.button(
        "Acknowledge",
        key=f"acknowledge-{alert.id}",
        type="primary" if primary else "secondary",
        icon=":material/check:",
    )
    if pressed:
        st.session_state[ASKED] = alert
        st.rerun()


def dialog() -> None:
    """Show the dialog where somebody has asked for it.

    Call it outside of what refreshes itself: a click in a dialog that is part of that is lost when both come
    at once, for Streamlit then runs only what refreshes.
    """
    alert = st.session_state.get(ASKED)
    if alert is not None:
        _ask(alert)


def _close() -> None:
    st.session_state.pop(ASKED, None)
    st.session_state.pop(TOLD, None)


@st.dialog("Acknowledge", icon=":material/check:", on_dismiss=_close)
def _ask(alert: Alert) -> None:
    st.markdown(f"**{markdown(alert_words.headline(alert))}**")
    st.caption(markdown(alert_words.at_stake(alert)))
    st.caption("This says that you have seen it, as it is shown here. It does not change the position.")
    place = st.empty()
    if TOLD not in st.session_state:
        with place.container():
            given = _form(alert)
        if given is not None:
            _store(alert, *given)
    if TOLD in st.session_state:
        # What was sent is stored: only what they could not know is left to say.
        place.warning(markdown(st.session_state[TOLD], WHOLE), icon=":material/notification_important:")


def _form(alert: Alert) -> tuple[str, str] | None:
    """Ask for name and note; return them once they are sent."""
    critical = alert.severity is Severity.CRITICAL
    with st.form(key=f"acknowledgement-{alert.id}", border=False):
        name = st.text_input(
            "Your name",
            value=st.session_state.get(NAME, ""),
            key=f"name-{alert.id}",
            max_chars=LONGEST_NAME,
        )
        note = st.text_area(
            "Note: what you are doing about it" if critical else "Note (may be empty)",
            key=f"note-{alert.id}",
            max_chars=LONGEST_NOTE,
            height=90,
        )
        sent = st.form_submit_button(
            "Acknowledge", key=f"confirm-{alert.id}", type="primary", icon=":material/check:"
        )
    return (name.strip(), note.strip()) if sent else None


def _store(alert: Alert, name: str, note: str) -> None:
    """Store it; then close the dialog, or keep it open for what the person has to be told."""
    try:
        answer = state_reader.acknowledge(alert, by=name, note=note)
    except AlertCommandError as refusal:
        st.error(markdown(str(refusal)), icon=":material/block:")
    except StateDatabaseError as error:
        lead = "It is not known whether this was stored." if error.unsure else "Not stored."
        st.error(f"**{lead}** {markdown(str(error))}", icon=":material/cancel:")
    else:
        st.session_state[NAME] = name
        if answer.told:
            st.session_state[TOLD] = answer.told
            return
        _close()
        st.rerun()
