"""The dialog in which a person says that they have seen an alert. It carries the alert's id, never a row."""

import streamlit as st

from dashboard import alert_words, door
from dashboard.escape import markdown
from reconciler.alerts.alert import Alert
from reconciler.console import AlertCommandError, StateDatabaseError
from reconciler.finding import Severity

NAME = "name-of-the-person"
LONGEST_NAME = 80
LONGEST_NOTE = 1000


def acknowledge_button(alert: Alert, *, primary: bool) -> None:
    """Show the button of one alert; it opens the dialog for exactly this id."""
    pressed = st.button(
        "Acknowledge",
        key=f"acknowledge-{alert.id}",
        type="primary" if primary else "secondary",
        icon=":material/check:",
    )
    if pressed:
        _ask(alert)


@st.dialog("Acknowledge", icon=":material/check:")
def _ask(alert: Alert) -> None:
    critical = alert.severity is Severity.CRITICAL
    st.markdown(f"**{markdown(alert_words.headline(alert))}**")
    st.caption("This says that you have seen it. It does not change the position.")
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
    if sent:
        _store(alert, name.strip(), note.strip())


def _store(alert: Alert, name: str, note: str) -> None:
    try:
        door.acknowledge(alert.id, by=name, note=note)
    except AlertCommandError as refusal:
        st.error(markdown(str(refusal)), icon=":material/block:")
    except StateDatabaseError as error:
        st.error(f"**Not stored.** {markdown(str(error))}", icon=":material/cancel:")
    else:
        st.session_state[NAME] = name
        st.rerun()
