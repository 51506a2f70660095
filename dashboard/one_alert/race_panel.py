"""The race of an alert: drawn, and in words beside it."""

import streamlit as st

from dashboard.charts.race import drawn
from dashboard.look.panel import head
from dashboard.look.table import Column, Row, table
from dashboard.words import numbers as words
from dashboard.words.race import Race, in_words, told
from dashboard.words.race_marks import alert_race
from dashboard.words.sentences import sentence
from reconciler.views.alert import AlertView
from reconciler.views.alert_story import AlertStory

_CONFIG = {"displayModeBar": False, "scrollZoom": False}
_LONGEST_ALT = 4000


def race_panel(found: AlertView, story: AlertStory) -> None:
    """Show it; nothing where no more than one moment is known, and nothing is missing."""
    race = alert_race(found, story)
    worth = race is not None and len(race.marks) >= _LEAST
    unread = sum(1 for each in story.verifications if each.problem)
    if not worth and not unread:
        return
    with st.container(key="panel-race", gap=None):
        st.html(head("The race", note=_note(race) if race is not None and worth else ""))
        if race is not None and worth:
            draw(race, key="race")
        if unread:
            many = words.count(unread, "verification")
            st.html(f'<div class="t-foot">{many} could not be read, and is not drawn.</div>')


def draw(race: Race, *, key: str) -> None:
    """Draw a race, with its words in a table below it; on a phone the table alone is shown."""
    dark = st.context.theme.type == "dark"
    with st.container(key=f"{key}-drawn", gap=None):
        st.plotly_chart(
            drawn(race, dark=dark),
            key=f"{key}-chart",
            theme=None,
            config=_CONFIG,
            alt=sentence(in_words(race))[:_LONGEST_ALT],
        )
    columns = (Column("When", right=True), Column("Who"), Column("What", wide=True))
    rows = [Row((when, who, sentence(what))) for when, who, what in told(race)]
    said = table(columns, rows, label="The race in words, in order")
    st.html(f'<details class="t-words"><summary>The race in words</summary>{said}</details>')


def _note(race: Race) -> str:
    return (
        f"{words.stamp(race.zero)} is 0: {race.zero_is}. Times of fills are the exchange's own. "
        "Hollow: asked, and nothing shown. A band: for how long."
    )


_LEAST = 2
