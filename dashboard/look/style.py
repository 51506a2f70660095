"""Sends the page its style: the colours, and the rules of `look.css`, which Streamlit has no options for."""

from pathlib import Path
from typing import Final

import streamlit as st

from dashboard.look.colours import variables

_RULES: Final = Path(__file__).with_name("look.css").read_text(encoding="utf-8")
_SENT: Final = f"<style>\n{variables()}\n{_RULES}\n</style>"


def style() -> None:
    """Send the rules to the page. They hold no text of anybody else."""
    st.html(_SENT)
