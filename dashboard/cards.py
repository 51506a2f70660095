"""What the card and the page of one alert have in common: whether it waits, and the way to its page."""

import streamlit as st

from reconciler.alerts.alert import Alert, AlertState

ALERT_PAGE = "screens/alert.py"


def waits(alert: Alert) -> bool:
    """Say whether it can be acknowledged at once: it is open and told, and nobody has spoken of it."""
    told = alert.state in {AlertState.FIRING, AlertState.RECOVERING}
    return told and alert.acknowledgement is None and alert.hold is None


def details_link(alert: Alert, label: str = "Details") -> None:
    """Show the way to the alert's own page."""
    st.page_link(ALERT_PAGE, label=label, icon=":material/chevron_right:", query_params={"id": str(alert.id)})
