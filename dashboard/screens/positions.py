"""Positions: what the bot believes beside what the exchange shows, leg by leg, with the age of each."""

from datetime import datetime

import streamlit as st

from dashboard import state_reader
from dashboard.escape import markdown, plain
from dashboard.redrawing import page_part
from dashboard.words import numbers as words
from dashboard.words.verdict import Unread, blind
from reconciler.alerts.wording import sight
from reconciler.facts.finding import Kind
from reconciler.kinds.registry import spec_of
from reconciler.views import NowView, PositionView
from verification.facts.leg import Leg

AGREE = "agree"

_VERDICT = {
    "agree": "🟢 agree",
    "in flight": "🔵 in motion",
    "dust": "🟢 agree but for dust",
    "differs": "🔴 differ",
    "unknown": "⚪ could not be read",
}
_STOP = {
    "none": "🔴 none",
    "idle": "🔴 would not act",
    "resting": "🟢 resting",
    "partial": "🟠 too small",
    "software": "kept by the bot",
    "unknown": "⚪ not known",
    "not needed": "not needed",
}
_COLOURED = "🟢🔵🔴🟠"


def positions() -> None:
    """Show the switch and the table below it."""
    st.toggle("Only differences", key="only", bind="query-params")
    _table()


@page_part
def _table() -> None:
    view = state_reader.now()
    found = state_reader.ask(lambda queries: queries.positions())
    if isinstance(found, Unread) or isinstance(view, Unread):
        st.markdown("The positions could not be read. That does not mean that there are none.")
        return
    shown = [leg for leg in found if not _quiet(leg)] if st.session_state.get("only") else list(found)
    if not shown:
        st.markdown(_nothing(view, known=len(found)))
        return
    with st.container(key="old-positions" if blind(view) else "positions"):
        st.dataframe(
            [row(leg, view.read_at, old=blind(view, leg.account)) for leg in shown],
            hide_index=True,
            key="positions-table",
            height="content",
            alt="Positions: the bot beside the exchange",
            column_config={
                "Symbol": st.column_config.TextColumn(pinned=True),
                "Open alerts": st.column_config.TextColumn(width=200),
            },
        )
    for cycle in view.cycles:
        for problem in cycle.problems:
            st.caption(f":material/visibility_off: {markdown(f'{cycle.account}: {problem}')}")


_ASKED = frozenset({"none", "idle", "resting", "partial"})
"""What is said of a stop because the exchange has listed the orders."""


def _quiet(leg: PositionView) -> bool:
    return leg.verdict == AGREE and not leg.kinds and leg.stop not in {"none", "idle", "partial"}


def _nothing(view: NowView, *, known: int) -> str:
    if known:
        return f"No differences among {words.count(known, 'position')}."
    whole = bool(view.cycles) and all(cycle.status == "complete" for cycle in view.cycles)
    if blind(view):
        return "No position was known when Trueup last looked. Trueup is blind now."
    return (
        "No positions on either side."
        if whole
        else "Nothing could be read in full yet, so no position is known."
    )


def row(leg: PositionView, now: datetime, *, old: bool) -> dict[str, str]:
    """Return one line of the table, in words. Nothing old keeps its colour."""
    line = {
        "Symbol": plain(leg.symbol if leg.leg is Leg.NET else f"{leg.symbol} {leg.leg.value}"),
        "Verdict": _VERDICT.get(leg.verdict, plain(leg.verdict)),
        "Bot says": plain(_bot(leg)),
        "Read": _read(leg, now),
        "Exchange says": plain(_exchange(leg)),
        "Seen": _seen(leg, now),
        "Stop": _stop(leg, now),
        "Value": words.money(leg.notional, words.quote_of(leg.symbol)),
        "Open alerts": plain(", ".join(_title(kind) for kind in leg.kinds)),
        "Account": plain(f"{leg.account} ({leg.venue})"),
    }
    return {name: _grey(text) for name, text in line.items()} if old else line


def _bot(leg: PositionView) -> str:
    if leg.ledger_at is None:
        return "could not be read"
    if leg.expected is None:
        return "nothing about it"
    said = words.quantity(leg.expected, leg.contract_size, leg.symbol)
    return said if leg.ledger_state in {"", "open"} else f"{said}, {leg.ledger_state}"


def _read(leg: PositionView, now: datetime) -> str:
    if leg.ledger_at is None:
        return "could not be read"
    changed = leg.ledger_changed_at if leg.expected is not None else None
    return f"{words.ago(leg.ledger_at, now)}{words.unchanged(changed, leg.ledger_at)}"


def _exchange(leg: PositionView) -> str:
    if leg.observed is None:
        return "could not be read"
    return words.quantity(leg.observed, leg.contract_size, leg.symbol)


def _seen(leg: PositionView, now: datetime) -> str:
    if leg.observed_at is None or leg.observed_by is None:
        return "could not be read"
    seen = f"{words.ago(leg.observed_at, now)} by {sight(leg.observed_by.value)}"
    return f"{seen}{words.unchanged(leg.observed_changed_at, leg.observed_at)}"


def _stop(leg: PositionView, now: datetime) -> str:
    said = _STOP.get(leg.stop, leg.stop)
    said = f"{said} at {words.number(leg.stop_price)}" if leg.stop_price is not None else said
    if leg.stop not in _ASKED:
        return plain(said)
    # What the exchange was asked for then: an order that was cancelled since is not known to be.
    asked = "asked at an unknown time" if leg.stop_at is None else f"asked {words.ago(leg.stop_at, now)}"
    return plain(f"{said}, {asked}")


def _title(kind: str) -> str:
    return spec_of(Kind(kind)).words.now.title if kind in set(Kind) else kind


def _grey(text: str) -> str:
    return "⚪" + text[1:] if text[:1] in _COLOURED and text else text


positions()
