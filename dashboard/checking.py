"""Check again: a person asks for another look. It is stored for the reconciler: no page asks an exchange."""

import streamlit as st

from dashboard import state_reader
from dashboard.escape import WHOLE, markdown
from dashboard.identity import may
from dashboard.saying_form import KEPT_NAME
from dashboard.words import alert as alert_words
from reconciler.alerts.alert import Alert
from reconciler.console import AlertCommandError, StateDatabaseError
from reconciler.facts.person import Deed

NAMELESS = "whoever is at the screen"


def check_again_button(alert: Alert) -> None:
    """Show the button of one alert; that it was asked is said, and stands in the alert's history."""
    st.button(
        "Check again",
        key=f"check-{alert.id}",
        icon=":material/refresh:",
        disabled=not may(Deed.CHECK_AGAIN),
        on_click=_ask,
        args=(alert,),
    )


def _ask(alert: Alert) -> None:
    try:
        state_reader.check_again(alert, st.session_state.get(KEPT_NAME) or NAMELESS)
    except AlertCommandError as refusal:
        st.toast(markdown(str(refusal), WHOLE), icon=":material/block:")
    except StateDatabaseError as error:
        st.toast(f"Not asked. {markdown(str(error), WHOLE)}", icon=":material/cancel:")
    else:
        st.toast(
            f"Asked: Trueup looks again at {markdown(alert_words.subject(alert))}.", icon=":material/refresh:"
        )
