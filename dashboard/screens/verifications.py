"""Verifications: has this open, this close happened? All that were asked, and one drawn as its race."""

from datetime import datetime

import streamlit as st

from dashboard import filters, state_reader
from dashboard.charts.race import drawn
from dashboard.look.colours import Tone
from dashboard.look.markup import link, whole
from dashboard.look.panel import head, page_head, panel
from dashboard.look.table import Cell, Column, Row, table
from dashboard.words import moments
from dashboard.words import numbers as words
from dashboard.words import verification as told
from dashboard.words.verdict import Unread
from reconciler.views.verification import (
    FoundVerifications,
    RaceView,
    VerificationsWanted,
    VerificationView,
)

PAGE = 100
COLUMNS = (
    Column("Asked, UTC"),
    Column("Account", spare=True),
    Column("Position"),
    Column("Asked", spare=True),
    Column("Verdict"),
    Column("Decided by", spare=True),
    Column("Took", right=True, spare=True),
    Column("Why", wide=True, spare=True),
)


def verifications() -> None:
    """Show one where the address names it, else all that fit the filters."""
    number = st.query_params.get("id", "")
    if number:
        _one(number)
    else:
        _all()


def _all() -> None:
    answer = st.container()  # above the choices: on a phone they fill the screen
    _filters()
    period, length = filters.chosen_period()
    now = state_reader.now()
    if isinstance(now, Unread):
        answer.html(page_head("Verifications", note="They could not be read."))
        return
    wanted = VerificationsWanted(
        since=None if length is None else now.read_at - length,
        account=filters.chosen("account") or "",
        verdicts=tuple(filters.chosen("verdict") or ()),
        question=filters.chosen("question") or "",
        text=filters.chosen("text") or "",
    )
    page = int(st.session_state.get("verifications-page") or 1)
    found = state_reader.look_into(
        lambda insight: insight.found(wanted, limit=PAGE, offset=(page - 1) * PAGE)
    )
    if isinstance(found, Unread):
        answer.html(page_head("Verifications", note="They could not be read."))
        return
    answer.html(page_head("Verifications", note=told.sentence(found.counts, period)))
    _resting(now.read_at)
    st.html(_list(found, now.read_at))
    _pages(found, wanted)


def _filters() -> None:
    filters.enter("verifications", ("verdict", "since", "question", "account", "text"))
    names = list(told.VERDICTS)
    with st.container(key="filters", horizontal=True, gap="small", vertical_alignment="bottom"):
        filters.period()
        st.pills(
            "Verdict",
            names,
            selection_mode="multi",
            format_func=lambda name: told.VERDICTS[name][0].capitalize(),
            key=filters.restore("verdict", names, several=True),
            on_change=filters.remember,
            args=("verdict",),
        )
        st.pills(
            "Asked",
            list(told.QUESTIONS),
            format_func=lambda name: told.QUESTIONS[name],
            key=filters.restore("question", list(told.QUESTIONS)),
            on_change=filters.remember,
            args=("question",),
        )
        filters.account(state_reader.now(), "every account")
        filters.text("Symbol, order or reason")


def _resting(now: datetime) -> None:
    """Show what waits for a resting order, whatever the filters: it is not over."""
    wanted = VerificationsWanted(verdicts=("resting",))
    found = state_reader.look_into(lambda insight: insight.found(wanted, limit=PAGE))
    if isinstance(found, Unread) or not found.page:
        return
    columns = (
        Column("Asked, UTC"),
        Column("Account"),
        Column("Position"),
        Column("Order"),
        Column("Waits for", right=True),
    )
    rows = [
        Row(
            (
                Cell(moments.at(each.asked_at, now), page=f"verifications?id={each.id}"),
                Cell(words.shortened(each.account)),
                Cell(told.position(each), strong=True),
                Cell(each.order_id or moments.UNTOLD, Tone.SECOND),
                words.duration(now - each.asked_at),
            )
        )
        for each in found.page
    ]
    note = "their orders rest at the exchange: they are answered once those fill or end"
    st.html(panel("Waiting for an order", table(columns, rows, label="Waiting for an order"), note=note))


def _list(found: FoundVerifications, now: datetime) -> str:
    if not found.page:
        return panel("Asked and answered", '<div class="t-body">None fits this choice.</div>')
    rows = [_row(each, now) for each in found.page]
    foot = "".join(f"<div>{whole(line)}</div>" for line in found.unreadable)
    kept = "" if found.oldest is None else f"newest first; kept since {moments.at(found.oldest, now)}"
    return panel("Asked and answered", table(COLUMNS, rows, label="Verifications"), note=kept, foot=foot)


def _row(each: VerificationView, now: datetime) -> Row:
    word, tone, sign = told.verdict(each)
    return Row(
        (
            Cell(moments.at(each.asked_at, now), page=f"verifications?id={each.id}"),
            Cell(words.shortened(each.account), Tone.SECOND),
            Cell(told.position(each), strong=True),
            Cell(f"{each.question}, by {told.ASKED_BY.get(each.asked_by, each.asked_by)}", Tone.SECOND),
            Cell(word, tone, strong=True, sign=sign),
            Cell(told.decided_by(each)),
            told.took(each),
            Cell(each.reason, Tone.SECOND),
        ),
        tint=Tone.CRITICAL if tone is Tone.CRITICAL else None,
    )


def _pages(found: FoundVerifications, wanted: VerificationsWanted) -> None:
    counted = [found.counts.get(each, 0) for each in wanted.verdicts or found.counts]
    pages = -(-sum(counted) // PAGE)
    if pages > 1:
        st.pagination(pages, key="verifications-page")


def _one(number: str) -> None:
    now = state_reader.now()
    found: RaceView | Unread | None = None
    if number.isdecimal() and len(number) < 18:  # noqa: PLR2004 - what a database counts
        found = state_reader.look_into(lambda insight: insight.race(int(number)))
    st.html(f"<div>{link('All verifications', 'verifications')}</div>")
    if isinstance(found, Unread) or isinstance(now, Unread):
        st.html(page_head("Verification", note="It could not be read."))
        return
    if found is None:
        st.html(page_head("Verification", note="There is none of this number; old ones are forgotten."))
        return
    view = found.verification
    word, tone, _ = told.verdict(view)
    st.html(page_head(f"{told.position(view)}: {found.asked}", note=word, tone=tone))
    facts = "".join(f"<span>{whole(fact)}</span>" for fact in told.facts(view, now.read_at))
    st.html(f'<div class="t-facts">{facts}</div>')
    st.html(f'<div class="t-reason">{whole(view.reason)}</div>')
    if found.unreadable:
        st.html(f'<div class="t-reason t-warning">{whole(found.unreadable)}</div>')
        return
    race = told.race(found)
    if race is not None:
        with st.container(key="panel-race", gap="xsmall"):
            st.html(head("The race", note=_race_note(view.asked_at)))
            st.plotly_chart(
                drawn(race, dark=st.context.theme.type == "dark"),
                key=f"race-{view.id}",
                theme=None,
                config={"displayModeBar": False, "scrollZoom": False},
                alt=f"What each source said when of {told.position(view)}; the table below says the same",
            )
    st.html(_words(found))


def _race_note(asked_at: datetime) -> str:
    return (
        f"0 is the question, {asked_at:%Y-%m-%d %H:%M:%S} UTC, by this machine's clock. "
        "Hollow: it showed nothing of it, or could not be read."
    )


def _words(race: RaceView) -> str:
    asked = race.verification.asked_at
    columns = (
        Column("After", right=True),
        Column("Source"),
        Column("How"),
        Column("What it said", wide=True),
        Column("Whether it decided", unseen=True),
    )
    rows = []
    for word in race.words:
        after = words.milliseconds(max(0.0, (word.received - asked).total_seconds() * 1000))
        before = "before" if word.received < asked else after
        how = "pushed"
        if word.sent is not None:
            how = (
                f"asked, answered in {words.milliseconds((word.received - word.sent).total_seconds() * 1000)}"
            )
        decided = Cell("decided", Tone.GOOD, strong=True, sign="check") if word.decided else ""
        tone = Tone.WARNING if word.failed else Tone.PLAIN if word.shows else Tone.DIM
        source = Cell(told.SOURCES[word.source], strong=True)
        rows.append(Row((before, source, Cell(how, Tone.SECOND), Cell(word.said, tone), decided)))
    if not rows:
        return panel("What each said", '<div class="t-body">No source had said anything when it ended.</div>')
    return panel("What each said", table(columns, rows, label="What each source said"))


verifications()
