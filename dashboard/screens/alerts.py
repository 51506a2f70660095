"""Alerts: all of them, open ones first, filtered by what stands in the address; many can be taken at once."""

from datetime import datetime
from functools import partial

import streamlit as st

from dashboard import acting_on_many, alert_filters, state_reader
from dashboard.acknowledging import ICONS, ONLY_LOOK
from dashboard.alert_rows import MOST, alert_rows, choose_none, chosen
from dashboard.identity import may
from dashboard.kept import unless_changed
from dashboard.redrawing import page_part
from dashboard.taking_away import file_button
from dashboard.words import numbers as words
from dashboard.words.alert_rows import as_csv, row
from dashboard.words.saying import CHOICE, Word
from dashboard.words.verdict import Unread
from reconciler.facts.person import Deed
from reconciler.views.alert_list import AlertFilter, AlertListView
from verification.facts.clock import SystemClock

PAGE = 50
ALERT = "screens/alert.py"
UNREAD = "The alerts could not be read. That does not mean that there are none."


def alerts() -> None:
    """Show the filters and the list below them."""
    alert_filters.restore()
    if st.session_state.pop(acting_on_many.DONE, 0):
        choose_none()
    asked = alert_filters.wanted(SystemClock().now().utc)
    counted = state_reader.ask(lambda queries: queries.alert_list(asked, limit=0))
    if isinstance(counted, Unread):
        st.markdown(UNREAD)
        return
    alert_filters.show(counted.facets)
    _list()


@page_part
def _list() -> None:
    now, page = SystemClock().now().utc, alert_filters.page_chosen()
    asked = alert_filters.wanted(now)
    found = _found(asked, page, now)
    if not isinstance(found, Unread) and found.total and not found.alerts:
        page = -(-found.total // PAGE)  # an address may name a page that is not there, or not any more
        found = _found(asked, page, now)
    if isinstance(found, Unread):
        st.markdown(UNREAD)
        return
    _bar(found, asked, page)
    for line in found.unreadable:
        st.caption(line)
    if not found.total:
        narrow = "No alert fits this filter." if asked.narrow else "No alert has been raised yet."
        st.markdown(narrow)
        return
    opened = alert_rows([row(each, found.quiet.get(each.id), found.read_at) for each in found.alerts])
    if opened is not None:
        st.switch_page(ALERT, query_params={"id": str(opened)})
    pages = -(-found.total // PAGE)
    if pages > 1:
        st.pagination(pages, default=min(page, pages), key="alert-page", on_change=_turned)


def _found(asked: AlertFilter, page: int, now: datetime) -> AlertListView | Unread:
    """Return a page of the list."""
    start = (page - 1) * PAGE
    return unless_changed(
        "alerts",
        (asked, page),
        lambda queries: queries.alert_list(asked, limit=PAGE, offset=start),
        now=now,
    )


def _turned() -> None:
    alert_filters.turn_to(int(st.session_state["alert-page"]))


def _bar(found: AlertListView, asked: AlertFilter, page: int) -> None:
    """Show how many there are, what is done with the chosen ones, and the way to take all away as a file."""
    numbers = chosen()
    with st.container(key="alerts-bar", horizontal=True, gap="small", vertical_alignment="center"):
        if numbers:
            st.markdown(f"**{words.count(len(numbers), 'alert')} chosen**", width="content")
            for word in (Word.ACKNOWLEDGE, Word.SNOOZE):
                _act(word, numbers, found)
            st.button("Choose none", key="choose-none", type="tertiary", on_click=choose_none)
        else:
            first = (page - 1) * PAGE + 1
            span = f"{first:,} to {min(found.total, first + PAGE - 1):,} of " if found.total > PAGE else ""
            st.markdown(f"{span}{words.count(found.total, 'alert')}", width="content")
        file_button(
            "CSV",
            partial(_file, asked),
            name="trueup-alerts.csv",
            mime="text/csv",
            key="alerts-csv",
            kind="tertiary",
        )


def _act(word: Word, numbers: list[int], found: AlertListView) -> None:
    able, few = may(Deed(word.value)), len(numbers) <= MOST
    pressed = st.button(
        CHOICE[word],
        key=f"{word.value}-chosen",
        type="primary" if word is Word.ACKNOWLEDGE else "secondary",
        icon=ICONS[word],
        disabled=not (able and few),
        help=ONLY_LOOK if not able else None if few else f"At most {MOST} at once.",
    )
    if pressed:
        # As they are now: what the dialog shows is what is spoken of.
        alerts = state_reader.ask(lambda queries: queries.alerts_numbered(numbers))
        if isinstance(alerts, Unread):
            st.error("The chosen alerts could not be read: nothing was done.", icon=":material/cancel:")
        else:
            acting_on_many.ask(alerts, found.read_at, word)


def _file(asked: AlertFilter) -> str | Unread:
    found = state_reader.ask(lambda queries: queries.alert_list(asked, limit=None))
    return found if isinstance(found, Unread) else as_csv(found.alerts)


alerts()
