"""A page is drawn anew as soon as something changes that it shows: the browser is told, and asks for it."""

from contextlib import suppress
from functools import partial
from pathlib import Path

import streamlit as st
from streamlit.errors import StreamlitAPIException

from dashboard.changes import PATH

STRIP = "strip"
PAGE = "page"
"""The keys of what is drawn by the clock, and at once after a change: the top, and what is below it."""

_WIRE = st.components.v2.component(
    "trueup_changes",
    js=Path(__file__).with_name("changes.js").read_text(encoding="utf-8"),
    isolate_styles=False,
)


def redrawn_at_once(*, page: bool) -> None:
    """Have the browser draw the strip anew, and the `page` below it where it has a part of that key.

    The page comes first: a card is what a person waits for.
    """
    parts = [PAGE, STRIP] if page else [STRIP]
    _WIRE(key="changes", data={"path": PATH}, on_changed_change=partial(_redraw, parts), height="content")


def _redraw(parts: list[str]) -> None:
    with suppress(StreamlitAPIException):  # the person has just gone to a page without such a part
        st.rerun(parts)
