"""The product's face on every page: mark and name, who is there, the switch of dark and light, the keys."""

from pathlib import Path
from typing import Final

import streamlit as st

from dashboard.identity import identity
from dashboard.look.colours import Tone
from dashboard.look.markup import icon, safe

_LOGO: Final = Path(__file__).with_name("look") / "logo.svg"
_SWITCH: Final = st.components.v2.component(
    "trueup_face",
    js=Path(__file__).with_name("face.js").read_text(encoding="utf-8"),
    isolate_styles=False,
)


def face() -> None:
    """Show it."""
    st.logo(str(_LOGO), size="small")
    with st.container(key="face"):
        _SWITCH(key="theme-and-keys", height="content")
        person = identity()
        if person is not None and person.name:
            who = f"{safe(person.name)}, {safe(person.role.value)}"
            mark = icon("account_circle", Tone.SECOND)
            st.html(f'<a class="t-person" href="sign-in" target="_self">{mark}{who}</a>')
