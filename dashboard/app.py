"""The entry that Streamlit runs: the pages, and the strip that stands on top of each of them."""

import streamlit as st

from dashboard.acknowledging import dialog
from dashboard.face import face
from dashboard.look.style import style
from dashboard.strip import strip

# Without icons: the browser would fetch them from a foreign host to use them as the tab's picture.
PAGES = (
    st.Page("screens/now.py", title="Now", url_path="now", default=True),
    st.Page("screens/alerts.py", title="Alerts", url_path="alerts"),
    st.Page("screens/positions.py", title="Positions", url_path="positions"),
    st.Page("screens/latency.py", title="Latency", url_path="latency"),
    st.Page("screens/verifications.py", title="Verifications", url_path="verifications"),
    st.Page("screens/health.py", title="Health", url_path="health"),
    st.Page("screens/audit.py", title="Audit", url_path="audit"),
    st.Page("screens/alert.py", title="Alert", url_path="alert", visibility="hidden"),
)


def main() -> None:
    """Show the strip, the page that the address names, and the dialog if one is open."""
    st.set_page_config(page_title="Trueup", layout="wide")
    page = st.navigation(list(PAGES), position="top")
    style()
    face()
    strip(home=page is PAGES[0])
    page.run()
    dialog()


main()
