"""What a page has read, kept for its session until something that it shows has changed.

Among thousands of rows a list costs ten times as much as the question whether anything has changed.
"""

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

import streamlit as st

from dashboard import state_reader
from dashboard.identity import identity
from dashboard.words.verdict import Unread
from reconciler.console import Queries

Asked = TypeVar("Asked")


def unless_changed(
    name: str, asked: object, question: Callable[[Queries], Asked], *, now: datetime
) -> Asked | Unread:
    """Return the answer to a question; the one of before where nothing has changed since.

    What ends by time alone changes nothing that is stored: so it is asked anew each minute all the same.

    Args:
        name: Under which the answer is kept; one answer a name.
        asked: What makes it another question.
        question: The question.
        now: Aware UTC.
    """
    token = state_reader.ask(lambda queries: queries.version())
    if isinstance(token, Unread):
        return token
    person = identity()
    key = (asked, token, now.replace(second=0, microsecond=0), person and person.sees)
    place = f"kept-{name}"
    kept: tuple[object, Asked] | None = st.session_state.get(place)
    if kept is not None and kept[0] == key:
        return kept[1]
    found = state_reader.ask(question)
    if not isinstance(found, Unread):
        st.session_state[place] = (key, found)
    return found
