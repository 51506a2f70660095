"""The entry that Streamlit runs: the pages, and the strip that stands on top of each of them."""

from typing import Literal

import streamlit as st

from dashboard import state_reader
from dashboard.acknowledging import dialog
from dashboard.face import face
from dashboard.look.style import style
from dashboard.redrawing import headed
from dashboard.strip import strip
from dashboard.words.verdict import Unread

# Without icons: the browser would fetch them from a foreign host to use them as the tab's picture.
NOW = st.Page("screens/now.py", title="Now", url_path="now", default=True)
PAGES = (
    st.Page("screens/alerts.py", title="Alerts", url_path="alerts"),
    st.Page("screens/positions.py", title="Positions", url_path="positions"),
    st.Page("screens/latency.py", title="Latency", url_path="latency"),
    st.Page("screens/verifications.py", title="Verifications", url_path="verifications"),
    st.Page("screens/health.py", title="Health", url_path="health"),
    st.Page("screens/audit.py", title="Audit", url_path="audit"),
    st.Page("screens/alert.py", title="Alert", url_path="alert", visibility="hidden"),
)

STILL = frozenset({"latency", "verifications", "audit"})
"""Pages that show what was: they are drawn anew when somebody asks for it."""


def main() -> None:
    """Show the dialog if one is open, the strip, and the page that the address names."""
    st.set_page_config(page_title="Trueup", layout="wide")
    # One account alone has nothing to stand beside: then the page is there for whoever knows its address.
    shown: Literal["visible", "hidden"] = "visible" if _several() else "hidden"
    desk = st.Page("screens/desk.py", title="Accounts", url_path="accounts", visibility=shown)
    page = st.navigation([NOW, desk, *PAGES], position="top")
    style()
    dialog()
    face()
    home = page is NOW
    with headed(lambda: strip(home=home), alone=page.url_path in STILL):
        page.run()


def _several() -> bool:
    watches = state_reader.ask(lambda queries: queries.watches())
    return not isinstance(watches, Unread) and len(watches) > 1


main()
