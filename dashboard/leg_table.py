"""Legs as a table whose numbers sort, and as cards for a phone."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from html import escape
from typing import Any, Final

import pandas as pd  # type: ignore[import-untyped] # it has no types of its own
import streamlit as st

from dashboard.escape import plain
from dashboard.leg_detail import address_of
from dashboard.look.markup import link
from dashboard.words import numbers as words
from dashboard.words.position import SIGNS, Grade, believed, covered_by, pnl_of, side_of, state_of
from dashboard.words.verdict import blind
from reconciler.alerts.wording import sight
from reconciler.views.account import PositionView
from reconciler.views.now import NowView
from verification.facts.leg import LegKey

UNKNOWN = "\N{EN DASH}"
MOST_CARDS = 60

# Digits of a binary float that are surely those of the decimal it was made of.
EXACT = "%.15g"

_EXACT = ("Bot", "Exchange", "Differs by", "Entry", "Mark", "Liquidation", "Stop at")
_MONEY: Final = {
    "Value": "Of what the exchange holds, at the mark, quote currency.",
    "Result": "Unrealised, at the mark shown, which is renewed once it has moved by a hundredth.",
}
_COLOURS: Final = {
    "dark": {
        Grade.BAD: "#ff7a8a",
        Grade.UNSEEN: "#a9b4c2",
        Grade.POOR: "#ffb454",
        Grade.MOVING: "#8ab4ff",
        Grade.GOOD: "#5fd38d",
    },
    "light": {
        Grade.BAD: "#b4182f",
        Grade.UNSEEN: "#4a5565",
        Grade.POOR: "#8a4b00",
        Grade.MOVING: "#1d4ed8",
        Grade.GOOD: "#146c36",
    },
}
_ASKED = frozenset({"none", "idle", "resting", "partial"})
"""What is said of a stop because the exchange has listed the orders."""


def show_table(legs: Sequence[PositionView], view: NowView) -> None:
    """Show legs as rows, each with a link to its alert. Nothing old is coloured."""
    alerts = _alerts(view)
    frame = pd.DataFrame([row(leg, view.read_at, alerts) for leg in legs])
    frame = frame.astype(dict.fromkeys((*_EXACT, *_MONEY), float))  # numbers, where none of them is known too
    grades = [None if blind(view, leg.account) else state_of(leg).grade for leg in legs]
    palette = _COLOURS["light" if st.context.theme.type == "light" else "dark"]
    colours = ["" if grade is None else f"color: {palette[grade]}" for grade in grades]
    styled = frame.style.apply(lambda _: colours, subset=["State"])
    st.dataframe(
        styled,
        hide_index=True,
        key="positions-table",
        height="content",
        row_height=30,
        placeholder=UNKNOWN,
        alt="Positions: the bot beside the exchange",
        column_config={
            "State": st.column_config.TextColumn(width=200),
            **{name: st.column_config.NumberColumn(format=EXACT, alignment="right") for name in _EXACT},
            **{
                name: st.column_config.NumberColumn(format="localized", alignment="right", help=_MONEY[name])
                for name in _MONEY
            },
            "History": st.column_config.LinkColumn(display_text="history", width=70),
            "Alert": st.column_config.LinkColumn(display_text=r"id=(\d+)", width=70),
        },
    )


def row(leg: PositionView, now: datetime, alerts: Mapping[LegKey, int]) -> dict[str, Any]:
    """Return one line of the table: words are words, numbers are numbers, and None is what is not known."""
    state = state_of(leg)
    alert = alerts.get(LegKey(leg.account, leg.symbol, leg.leg))
    return {
        "State": f"{SIGNS[state.grade]} {plain(state.text)}{_unsized(leg)}",
        "Symbol": plain(words.shortened(leg.symbol)),
        "Side": side_of(leg) or UNKNOWN,
        "Alert": None if alert is None else f"alert?id={alert}",
        "History": address_of(LegKey(leg.account, leg.symbol, leg.leg)),
        "Bot": _base(believed(leg), leg),
        "Exchange": _base(leg.observed, leg),
        "Differs by": _difference(leg),
        "Value": _cents(leg.notional),
        "Result": _cents(pnl_of(leg)),
        "Entry": _float(leg.entry_price),
        "Mark": _float(leg.mark_price),
        "Liquidation": _float(leg.liquidation_price),
        "Stop": covered_by(leg),
        "Stop at": _float(leg.stop_price),
        "Stop asked": _asked(leg, now),
        "Books": _read(leg, now),
        "Seen": _seen(leg, now),
        "Account": plain(f"{words.shortened(leg.account)} ({leg.venue})"),
    }


def show_cards(legs: Sequence[PositionView], view: NowView) -> None:
    """Show legs one below the other, for a screen that has no room for a table."""
    more = len(legs) - MOST_CARDS
    cards = "".join(_card(leg, old=blind(view, leg.account)) for leg in legs[:MOST_CARDS])
    rest = f"<p>{words.count(more, 'more position')} on a wider screen.</p>" if more > 0 else ""
    st.html(f"<div class='legs'>{cards}{rest}</div>")


def _card(leg: PositionView, *, old: bool) -> str:
    state = state_of(leg)
    edge = "old" if old else state.grade.name.lower()
    bot, exchange = (_said(each, leg) for each in (believed(leg), leg.observed))
    value = words.money(leg.notional, words.quote_of(leg.symbol))
    stop = "" if leg.stop_price is None else f", stop at {words.number(leg.stop_price)}"
    name = link(words.shortened(leg.symbol), address_of(LegKey(leg.account, leg.symbol, leg.leg)))
    lines = (
        f"<b>{name}</b> {side_of(leg)}",
        f"<span class='state'>{SIGNS[state.grade]} {_safe(state.text)}</span>",
        f"bot {bot}, exchange {exchange}",
        f"{value}{stop}",
    )
    return f"<div class='leg {edge}'>{'<br>'.join(lines)}</div>"


def _safe(text: str) -> str:
    return escape(plain(text))


def _alerts(view: NowView) -> dict[LegKey, int]:
    """Return the worst open alert of each leg; those of the view stand worst first."""
    found: dict[LegKey, int] = {}
    for alert in view.alerts:
        found.setdefault(LegKey(alert.key.account, alert.key.symbol, alert.key.leg), alert.id)
    return found


def _float(value: Decimal | None) -> float | None:
    return None if value is None else float(value)


def _cents(value: Decimal | None) -> float | None:
    # Plus zero: what is less than a cent below it is no loss to look at.
    return None if value is None else float(round(value, 2)) + 0.0


def _base(signed: Decimal | None, leg: PositionView) -> float | None:
    """Return an amount in the base currency; None where the size of a contract is not known."""
    if signed is None or (signed and leg.contract_size is None):
        return None
    return float(signed * (leg.contract_size or 0))


def _unsized(leg: PositionView) -> str:
    return ", contract size not known" if leg.contract_size is None else ""


def _difference(leg: PositionView) -> float | None:
    held = believed(leg)
    if held is None or leg.observed is None:
        return None
    return _base(leg.observed - held, leg)


def _said(signed: Decimal | None, leg: PositionView) -> str:
    if signed is None:
        return "not read"
    if leg.contract_size is None:
        return f"{words.number(signed)} contracts"
    return words.number(signed * leg.contract_size)


def _read(leg: PositionView, now: datetime) -> str:
    if leg.ledger_at is None:
        return "could not be read"
    changed = leg.ledger_changed_at if leg.expected is not None else None
    return f"{words.ago(leg.ledger_at, now)}{words.unchanged(changed, leg.ledger_at)}"


def _seen(leg: PositionView, now: datetime) -> str:
    if leg.observed_at is None or leg.observed_by is None:
        return "could not be read"
    seen = f"{words.ago(leg.observed_at, now)} by {sight(leg.observed_by.value)}"
    return f"{seen}{words.unchanged(leg.observed_changed_at, leg.observed_at)}"


def _asked(leg: PositionView, now: datetime) -> str:
    """Say when the exchange was asked for the stop: one that was cancelled since is not known to be."""
    if leg.stop not in _ASKED:
        return ""
    return "at an unknown time" if leg.stop_at is None else words.ago(leg.stop_at, now)
