"""Sends the page its style: the colours, and the rules of the CSS files here."""

from pathlib import Path
from typing import Final

import streamlit as st

from dashboard.look.colours import variables

_FILES: Final = sorted(Path(__file__).parent.glob("*.css"))
_RULES: Final = "\n".join(file.read_text(encoding="utf-8") for file in _FILES)
_SENT: Final = f"<style>\n{variables()}\n{_RULES}\n</style>"


def style() -> None:
    """Send the rules to the page. They hold no text of anybody else."""
    st.html(_SENT)
