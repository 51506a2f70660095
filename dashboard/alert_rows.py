"""The rows of the list of alerts, drawn by the browser; the numbers of the chosen ones come back."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import streamlit as st

KEY = "alert-rows"
CHOSEN = "chosen-alerts"
CLEARED = "chosen-alerts-cleared"
MOST = 200
"""Chosen at once; more would take longer to store than a person waits."""

_ROWS = st.components.v2.component(
    "trueup_alert_rows",
    js=Path(__file__).with_name("alert_rows.js").read_text(encoding="utf-8"),
    isolate_styles=False,
)


def alert_rows(rows: Sequence[dict[str, Any]]) -> int | None:
    """Show the rows; return the number of the alert whose page is asked for, if one is."""
    told = _ROWS(
        key=KEY,
        data={
            "rows": list(rows),
            "chosen": chosen(),
            "cleared": st.session_state.get(CLEARED, 0),
        },
        on_chosen_change=_took,
        on_opened_change=_nothing_more,
        height="content",
    )
    opened = getattr(told, "opened", None)
    return opened if isinstance(opened, int) else None


def chosen() -> list[int]:
    """Return the numbers of the chosen alerts."""
    held: list[int] = st.session_state.get(CHOSEN, [])
    return held


def choose_none() -> None:
    """Choose none any more."""
    st.session_state[CHOSEN] = []
    st.session_state[CLEARED] = st.session_state.get(CLEARED, 0) + 1


def _took() -> None:
    told: Any = st.session_state.get(KEY)
    numbers = getattr(told, "chosen", None) or []
    # They come from a browser: anything may be in them.
    st.session_state[CHOSEN] = [each for each in numbers if type(each) is int]


def _nothing_more() -> None:
    """Do no more than run the page, which opens the alert."""
