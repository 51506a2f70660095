"""What happened to an alert, what people were sent about it, and its earlier episodes."""

from datetime import datetime

import streamlit as st

from dashboard.acknowledging import word_button
from dashboard.look.colours import Tone
from dashboard.look.panel import head, panel
from dashboard.look.table import Cell, Column, Row, table
from dashboard.words import alert as alert_words
from dashboard.words import numbers as words
from dashboard.words.history import WHY, delivery, line
from dashboard.words.saying import Word
from dashboard.words.sentences import entire, moment, sentence
from reconciler.alerts.alert import Alert
from reconciler.views.alert import AlertView
from reconciler.views.alert_story import AlertStory
from reconciler.views.now import NowView


def history(found: AlertView, now: datetime) -> None:
    """Show what happened, the newest first."""
    with st.container(key="panel-history", gap=None):
        with st.container(key="history-head", horizontal=True, vertical_alignment="center"):
            st.html(head("History", note="UTC, newest first"))
            word_button(found.alert, now, Word.NOTE, label="Add a note", where="history")
        st.html(f'<div class="t-history">{"".join(_line(found, now))}</div>')


def _line(found: AlertView, now: datetime) -> list[str]:
    return [
        f'<div><time class="t-second">{entire(moment(each.at, now).removesuffix(" UTC"))}</time>'
        f'<p>{entire(each.text)}</p><span class="t-dim">{entire(each.who)}</span></div>'
        for each in map(line, reversed(found.transitions))
    ]


def messages(found: AlertView, view: NowView) -> None:
    """Show what was sent, why, and how that fared; and which channels take nothing meanwhile."""
    now = view.read_at
    if not found.messages and not _waiting(found, view):
        st.html(panel("Messages", '<div class="t-body t-second">No message told of this alert.</div>'))
        return
    columns = (Column("To"), Column("Why"), Column("UTC", right=True), Column("Delivery", wide=True))
    rows = _waiting(found, view)
    rows += [
        Row(
            (
                words.shortened(told.channel),
                WHY.get(told.why, told.why.replace("_", " ")),
                moment(told.at, now).removesuffix(" UTC"),
                Cell(delivery(told), Tone.GOOD if told.attempts == 1 else Tone.WARNING, sign="check_circle"),
            )
        )
        for told in reversed(found.messages)
    ]
    body = table(columns, rows, label="Messages that told of this alert, newest first")
    st.html(panel("Messages", body, note="and why each was sent", foot=_texts(found)))


def _waiting(found: AlertView, view: NowView) -> list[Row]:
    """Return a line for each channel that takes no message while this alert is open."""
    if not found.alert.state.open:
        return []
    rows = []
    for channel in view.channels:
        if channel.failing_since is None:
            continue
        due = "" if channel.next_at is None else f", next try at {moment(channel.next_at, view.read_at)}"
        said = f"not delivered since {moment(channel.failing_since, view.read_at)}{due}"
        rows.append(
            Row((words.shortened(channel.name), "waits", "-", Cell(said, Tone.CRITICAL, sign="schedule")))
        )
    return rows


def _texts(found: AlertView) -> str:
    """Return what each message said, folded; the same words to several channels once."""
    texts = dict.fromkeys((told.title, told.body) for told in reversed(found.messages))
    said = "".join(f"<p><b>{entire(title)}</b> {entire(body)}</p>" for title, body in texts)
    return f'<details class="t-words"><summary>What they said</summary>{said}</details>' if said else ""


def earlier(alert: Alert, story: AlertStory, now: datetime) -> None:
    """Show the earlier times that it was so; nothing where there are none."""
    about = "here" if not story.earlier else f"{words.count(story.episodes, 'time')} before"
    if not story.earlier:
        body = '<div class="t-body t-second">It is the first time, as far as is kept.</div>'
        st.html(panel("Earlier", body))
        return
    columns = (Column("From, UTC"), Column("Lasted", right=True), Column("Ended", wide=True))
    rows = [
        Row(
            (
                Cell(moment(each.first_seen, now).removesuffix(" UTC"), page=f"alert?id={each.id}"),
                words.duration((each.resolved_at or now) - each.first_seen),
                Cell(sentence(_end(each, now)), Tone.SECOND),
            )
        )
        for each in story.earlier
    ]
    body = table(columns, rows, label=f"Earlier episodes of {alert_words.subject(alert)}, newest first")
    st.html(panel("Earlier", body, note=f"the same was so {about}"))


def _end(alert: Alert, now: datetime) -> str:
    return alert_words.end(alert, now)
