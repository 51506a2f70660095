"""A page that gets no news says so by itself: the beat of the strip, and the watch in the browser over it."""

from pathlib import Path

import streamlit as st

from dashboard.words import numbers as words
from dashboard.words.verdict import Unread
from reconciler.views.now import NowView

_WATCH = st.components.v2.component(
    "trueup_silence",
    js=Path(__file__).with_name("silence.js").read_text(encoding="utf-8"),
    isolate_styles=False,
)


def beat(view: NowView | Unread) -> None:
    """Tell the browser that this run read the state, and when; a run that could not is no beat.

    Ten seconds without one, and the browser covers the page: the server may be stopped, gone or unreachable,
    or its own database unreadable, and nothing on the page is to be believed then.
    """
    if isinstance(view, Unread):
        data = {"said": "", "why": view.message}
    else:
        data = {"said": words.clock(view.read_at), "why": ""}
    _WATCH(key="silence", data=data, height="content")
