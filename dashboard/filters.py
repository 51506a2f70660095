"""Choices that stand in the page's address, by their stable names, so that a view can be kept and sent on.

Streamlit can bind a widget to the address itself, but then writes the words shown instead of the names.
"""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from dashboard.escape import plain
from dashboard.words.verdict import Unread
from reconciler.views.now import NowView


def restore(name: str, options: Sequence[str], *, several: bool = False) -> str:
    """Take a choice from the address once, and return the key of its widget. Unknown names are left out."""
    key = f"filter-{name}"
    if key not in st.session_state:
        given = [value for value in st.query_params.get_all(name) if value in options]
        st.session_state[key] = given if several else (given[0] if given else None)
    return key


def remember(name: str) -> None:
    """Write a choice into the address."""
    chosen: Any = st.session_state.get(f"filter-{name}")
    if chosen:
        st.query_params[name] = chosen
    else:
        st.query_params.pop(name, None)


def account(view: NowView | Unread, placeholder: str) -> None:
    """Show the choice of one account; one that the address names is offered although it was not seen yet."""
    seen = () if isinstance(view, Unread) else (cycle.account for cycle in view.cycles)
    options = sorted({*seen, *st.query_params.get_all("account")})
    st.selectbox(
        "Account",
        options,
        index=None,
        format_func=plain,
        key=restore("account", options),
        on_change=remember,
        args=("account",),
        placeholder=placeholder,
        width=280,
    )


def chosen(name: str) -> Any:
    """Return what is chosen; None for nothing."""
    return st.session_state.get(f"filter-{name}") or None
