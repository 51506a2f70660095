"""The fields of what a person says of alerts: in whose name, with which note, and until when."""

from collections.abc import Sequence
from datetime import datetime

import streamlit as st

from dashboard.escape import markdown
from dashboard.identity import identity
from dashboard.words import saying as words

KEPT_NAME = "name-of-the-person"
LONGEST_NAME = 80
LONGEST_NOTE = 1000


def name_asked(key: str) -> str:
    """Say in whose name it will be; ask for one only where sign-in knows none."""
    person = identity()
    if person is not None and person.name:
        st.caption(f"As {markdown(person.name)}")
        return person.name
    last = str(st.session_state.get(KEPT_NAME, ""))
    return st.text_input("Your name", value=last, key=key, max_chars=LONGEST_NAME).strip()


def note_asked(label: str, key: str) -> str:
    """Ask for the note."""
    return st.text_area(label, key=key, max_chars=LONGEST_NOTE, height=90).strip()


def end_asked(ends: Sequence[datetime], usual: datetime, now: datetime, key: str) -> datetime | None:
    """Ask until when; the times are those that are stored, counted from when the dialog was opened."""
    if not ends:
        return None
    return st.selectbox(
        "Until",
        ends,
        index=list(ends).index(usual),
        format_func=lambda end: words.end_label(end, now),
        key=key,
    )
