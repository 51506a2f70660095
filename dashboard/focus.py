"""Puts the cursor into the first field of a dialog when it opens: nobody has to click before they write."""

from pathlib import Path

import streamlit as st

_FOCUS = st.components.v2.component(
    "trueup_focus",
    js=Path(__file__).with_name("focus.js").read_text(encoding="utf-8"),
    isolate_styles=False,
)


def focus_on_the_first(opening: str) -> None:
    """Do it once for this opening of a dialog, whatever is drawn in it anew afterwards."""
    _FOCUS(key=f"focus-{opening}", data={"opening": opening}, height="content")
