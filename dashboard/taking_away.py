"""Takes what a page shows away as a file, over the page's own socket.

Streamlit's own button has the browser fetch the file from whoever answers: of two dashboards behind one proxy
that may be the other, which knows nothing of it. And a file is made when it is asked for, of what is so then.
"""

from collections.abc import Callable
from pathlib import Path
from secrets import token_hex
from typing import Literal

import streamlit as st

from dashboard.words.verdict import Unread

UNREAD = "It could not be read, so there is no file. That does not mean that there is nothing."

_SAVING = st.components.v2.component(
    "trueup_taking_away",
    js=Path(__file__).with_name("taking_away.js").read_text(encoding="utf-8"),
    isolate_styles=False,
)


def file_button(
    label: str,
    made: Callable[[], str | Unread],
    *,
    name: str,
    mime: str,
    key: str,
    kind: Literal["secondary", "tertiary"] = "secondary",
    disabled: bool = False,
) -> None:
    """Show the button; who presses it gets the file.

    Args:
        label: What stands on the button.
        made: Makes the file's text; where it could not be read there is none, rather than an empty one.
        name: What the file is called.
        mime: Its type.
        key: Of the button.
        kind: How loud the button is.
        disabled: It cannot be pressed.
    """
    if not st.button(label, key=key, icon=":material/download:", type=kind, disabled=disabled):
        return
    text = made()
    if isinstance(text, Unread):
        st.error(UNREAD, icon=":material/cancel:")
        return
    # Each press is one file, however often the browser draws what came of it.
    file = {"press": token_hex(8), "name": name, "mime": mime, "text": text}
    _SAVING(key=f"taking-away-{key}", data=file, height="content")
