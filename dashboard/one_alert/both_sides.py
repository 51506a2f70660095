"""Bot and exchange as one table, with what it rests on below it."""

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

_AT_ONCE = timedelta(seconds=1)


def both_sides(alert: Alert, now: datetime) -> None:
    """Show the table; where no side is said to hold anything, only what it rests on."""
    if not alert_words.of_two_sides(alert):
        st.html(panel("What it rests on", _evidence(alert, now)))
        return
    bot, exchange = heads(alert, now)
    lines = difference_table(sides(alert), bot=bot, exchange=exchange)
    note = "" if alert.state.open else "as they were last found"
    st.html(panel("Bot and exchange", lines, note=note, foot=_evidence(alert, now)))


def _evidence(alert: Alert, now: datetime) -> str:
    if not alert.evidence:
        return '<span class="t-dim">No evidence was stored.</span>'
    columns = (Column("Who"), Column("What it said", wide=True), Column("When", right=True))
    rows = [
        Row((Cell(where(item), Tone.SECOND), sentence(item.text), Cell(_when(item, now), Tone.DIM)))
        for item in alert.evidence
    ]
    return table(columns, rows, label="What it rests on: who said what, when")


def where(item: Evidence) -> str:
    """Say whose word it is, as the strip names it."""
    if item.party is not Party.BOT:
        return words.shortened(sight(item.source))
    ledger = item.source.removeprefix("ledger:")
    return "every ledger" if ledger == "ledger" else f"ledger {words.shortened(ledger)}"


def _when(item: Evidence, now: datetime) -> str:
    if item.at is None:
        return "time not known"
    changed = alert_words.changed_at(item)
    if changed is not None and item.at - changed < _AT_ONCE:
        changed = None
    told = f"{moment(item.at, now)}, {words.ago(item.at, now)}"
    return told if changed is None else f"read {told}{words.unchanged(changed, item.at)}"
