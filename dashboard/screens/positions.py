"""Positions: what the bot believes beside what the exchange shows, leg by leg, the worst first."""

from collections.abc import Sequence
from typing import Final

import streamlit as st

from dashboard import filters, state_reader
from dashboard.escape import markdown
from dashboard.leg_detail import key_of, show_leg
from dashboard.leg_table import show_cards, show_table
from dashboard.redrawing import page_part
from dashboard.words import numbers as words
from dashboard.words.position import Grade, state_of
from dashboard.words.verdict import Unread, blind
from reconciler.views.account import PositionView
from reconciler.views.now import NowView

SHOWN: Final = {"": "All", "out": "Out of line", "stop": "No stop"}
_STOPLESS = frozenset({"none", "idle", "partial"})


def positions() -> None:
    """Show the choices and the table below them, or the one leg that the address names."""
    if key_of(st.query_params.get("leg", "")) is not None:
        _table()
        return
    filters.enter("positions", ("show", "account"))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.segmented_control(
            "Show",
            [name for name in SHOWN if name],
            format_func=SHOWN.__getitem__,
            key=filters.restore("show", list(SHOWN)),
            on_change=filters.remember,
            args=("show",),
        )
        filters.account(state_reader.now(), "every account")
    _table()


@page_part
def _table() -> None:
    view = state_reader.now()
    found = state_reader.ask(lambda queries: queries.positions())
    if isinstance(found, Unread) or isinstance(view, Unread):
        st.markdown("The positions could not be read. That does not mean that there are none.")
        return
    named = key_of(st.query_params.get("leg", ""))
    if named is not None:
        show_leg(named, found, view)
        return
    account = filters.chosen("account")
    known = [leg for leg in found if account in {None, leg.account}]
    shown = sorted((leg for leg in known if _wanted(leg)), key=_worst_first)
    if not shown:
        st.markdown(_nothing(view, known=len(known)))
    else:
        st.caption(_counted(known))
        old = "old-" if blind(view) else ""
        with st.container(key=f"{old}positions"):
            show_table(shown, view)
        with st.container(key=f"{old}position-cards"):
            show_cards(shown, view)
    for cycle in view.cycles:
        for problem in cycle.problems:
            st.caption(f":material/visibility_off: {markdown(f'{cycle.account}: {problem}')}")


def _wanted(leg: PositionView) -> bool:
    match filters.chosen("show"):
        case "out":
            return _out_of_line(leg)
        case "stop":
            return leg.stop in _STOPLESS
        case _:
            return True


def _out_of_line(leg: PositionView) -> bool:
    return leg.verdict != "agree" or bool(leg.kinds) or leg.stop in _STOPLESS


def _worst_first(leg: PositionView) -> tuple[Grade, int, float, str]:
    return (state_of(leg).grade, -len(leg.kinds), -float(leg.notional or 0), leg.symbol)


def _counted(known: Sequence[PositionView]) -> str:
    out, stopless = sum(map(_out_of_line, known)), sum(leg.stop in _STOPLESS for leg in known)
    return (
        f"{words.count(len(known), 'position')}: {out} out of line, {stopless} not covered by a stop. "
        "Worst first. Amounts in the base currency; short is below zero."
    )


def _nothing(view: NowView, *, known: int) -> str:
    if known:
        return f"None of them among {words.count(known, 'position')}."
    whole = bool(view.cycles) and all(cycle.status == "complete" for cycle in view.cycles)
    if blind(view):
        return "No position was known when Trueup last looked. Trueup is blind now."
    return (
        "No positions on either side."
        if whole
        else "Nothing could be read in full yet, so no position is known."
    )


positions()
