"""Bot and exchange as one table; and what that rests on, word by word."""

from datetime import datetime, timedelta

import streamlit as st

from dashboard.look.colours import Tone
from dashboard.look.difference import difference_table
from dashboard.look.panel import panel
from dashboard.look.table import Cell, Column, Row, table
from dashboard.words import alert as alert_words
from dashboard.words import numbers as words
from dashboard.words.sentences import moment, sentence
from dashboard.words.sides import heads, sides
from reconciler.alerts.alert import Alert
from reconciler.alerts.wording import sight
from reconciler.facts.finding import Evidence, Party
from reconciler.views.account import PositionView
from reconciler.views.now import NowView

_AT_ONCE = timedelta(seconds=1)


def both_sides(alert: Alert, view: NowView) -> None:
    """Show the table. Call it only where a side is said to hold something."""
    bot, exchange = heads(alert, view.read_at)
    note = "" if alert.state.open else "as they were last found"
    lines = difference_table(sides(alert, _leg(alert, view)), bot=bot, exchange=exchange)
    st.html(panel("Bot and exchange", lines, note=note))


def _leg(alert: Alert, view: NowView) -> PositionView | None:
    """Return its leg as it was last seen; of what is over nothing, for that look is of another time."""
    if not alert.state.open:
        return None
    key = alert.key
    same = (
        leg
        for leg in view.legs.out_of_line
        if (leg.account, leg.symbol, leg.leg) == (key.account, key.symbol, key.leg)
    )
    return next(same, None)


def evidence(alert: Alert, now: datetime) -> None:
    """Show what it rests on: who said what, when."""
    if not alert.evidence:
        said = '<div class="t-body t-second">No evidence was stored.</div>'
        st.html(panel("What it rests on", said))
        return
    columns = (Column("Who"), Column("What it said", wide=True), Column("When", right=True))
    rows = [
        Row((Cell(_where(item), Tone.SECOND), _said(item), Cell(_when(item, now), Tone.DIM)))
        for item in alert.evidence
    ]
    st.html(panel("What it rests on", table(columns, rows, label="Who said what, and when")))


def _where(item: Evidence) -> str:
    """Say whose word it is, as the strip names it."""
    if item.party is not Party.BOT:
        return words.shortened(sight(item.source))
    ledger = item.source.removeprefix("ledger:")
    return "every ledger" if ledger == "ledger" else f"ledger {words.shortened(ledger)}"


def _said(item: Evidence) -> str:
    """Return its words, and for how long that had not changed by then."""
    changed = alert_words.changed_at(item)
    if changed is None or item.at is None or item.at - changed < _AT_ONCE:
        return sentence(item.text)
    return f"{sentence(item.text)}{words.unchanged(changed, item.at)}"


def _when(item: Evidence, now: datetime) -> str:
    return "time not known" if item.at is None else moment(item.at, now)
