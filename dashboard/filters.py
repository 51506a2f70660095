"""Choices that stand in the page's address, by their stable names, so that a view can be kept and sent on.

Streamlit can bind a widget to the address itself, but then writes the words shown instead of the names.
A page that is come back to without any in its address has those that it had; one that has some means them.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

import streamlit as st

from dashboard.escape import plain
from dashboard.words.verdict import Unread
from reconciler.views.now import NowView

PERIODS: Final[Mapping[str, tuple[str, timedelta | None]]] = {
    "24h": ("24 h", timedelta(hours=24)),
    "7d": ("7 d", timedelta(days=7)),
    "30d": ("30 d", timedelta(days=30)),
    "all": ("all that is kept", None),
}
"""How far back a list goes: in words, and how long that is."""
USUAL = "7d"
_LONGEST_TEXT = 80
_ENTERED = "filters-page"


def enter(page: str, names: Sequence[str]) -> None:
    """Say which choices a page has, before the first of them; one that is come back to has those that it had.

    What was chosen is kept here and written into the address, and not the other way round: while a page comes
    in, a browser may tell an address of before.

    Args:
        page: The page's name.
        names: Its choices; the first is one that no other page has.
    """
    st.session_state[_ENTERED] = page
    kept = _kept(page)
    if f"filter-{names[0]}" not in st.session_state:
        for name in names[1:]:  # another page may have one of this name
            st.session_state.pop(f"filter-{name}", None)
        given = {name: st.query_params.get_all(name) for name in names if name in st.query_params}
        if given:
            kept.clear()
            kept.update(given)
    for name in names:
        if st.query_params.get_all(name) != kept.get(name, []):
            put(page, name, kept.get(name, []))


def put(page: str, name: str, values: Sequence[str]) -> None:
    """Write a choice into the address of a page, and keep it for when that is come back to."""
    if values:
        _kept(page)[name] = list(values)
        st.query_params[name] = list(values)
    else:
        _kept(page).pop(name, None)
        st.query_params.pop(name, None)


def _kept(page: str) -> dict[str, list[str]]:
    kept: dict[str, list[str]] = st.session_state.setdefault(f"kept-filters-{page}", {})
    return kept


def restore(name: str, options: Sequence[str], *, several: bool = False, usual: str | None = None) -> str:
    """Take a choice from the address once, and return the key of its widget. Unknown names are left out.

    `usual` is chosen where the address names none.
    """
    key = f"filter-{name}"
    if key not in st.session_state:
        given = [value for value in st.query_params.get_all(name) if value in options]
        st.session_state[key] = given if several else (given[0] if given else usual)
    return key


def restore_text(name: str, longest: int) -> str:
    """Take words from the address once, and return the key of their widget."""
    key = f"filter-{name}"
    if key not in st.session_state:
        st.session_state[key] = st.query_params.get(name, "")[:longest]
    return key


def remember(*names: str) -> None:
    """Write choices into the address of the page that was entered last, and keep them."""
    for name in names:
        remember_of(st.session_state[_ENTERED], name)


def remember_of(page: str, name: str) -> None:
    """Write a choice into the address of a page, and keep it."""
    chosen: Any = st.session_state.get(f"filter-{name}")
    values = chosen if isinstance(chosen, list) else [str(chosen)]
    put(page, name, values if chosen else [])


def clear(page: str, names: Sequence[str]) -> None:
    """Choose nothing any more."""
    for name in names:
        key = f"filter-{name}"
        if key in st.session_state:
            held = st.session_state[key]
            st.session_state[key] = [] if isinstance(held, list) else "" if isinstance(held, str) else None
        put(page, name, [])


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


def period() -> None:
    """Show the choice of how far back a list goes."""
    st.segmented_control(
        "Period",
        list(PERIODS),
        format_func=lambda name: PERIODS[name][0].capitalize(),
        key=restore("since", list(PERIODS), usual=USUAL),
        required=True,
        on_change=remember,
        args=("since",),
    )


def chosen_period() -> tuple[str, timedelta | None]:
    """Return it in words, and how long it is; None for all that is kept."""
    return PERIODS[chosen("since") or USUAL]


def chosen(name: str) -> Any:
    """Return what is chosen; None for nothing."""
    return st.session_state.get(f"filter-{name}") or None


def text(label: str) -> None:
    """Show the choice of a word that must be in it; what the address holds is cut where it is too long."""
    st.text_input(
        label,
        type="search",
        key=restore_text("text", _LONGEST_TEXT),
        on_change=remember,
        args=("text",),
        max_chars=_LONGEST_TEXT,
        placeholder="any",
        width=240,
    )
