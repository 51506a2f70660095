"""The choices of the list of alerts: in the page's address, each with how many there are of it."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

import streamlit as st

from dashboard import filters
from dashboard.escape import plain
from dashboard.words import alert as alert_words
from dashboard.words import numbers as words
from reconciler.alerts.alert import AlertState
from reconciler.facts.finding import Kind, Severity
from reconciler.kinds.registry import spec_of
from reconciler.views.alert_list import AlertFilter, Facets

PAGE: Final = "alerts"
NAMES: Final = ("state", "severity", "kind", "account", "text", "when", "from", "until", "page")
LONGEST_TEXT = 80
_PERIODS: Final = {
    "1h": ("Last hour", timedelta(hours=1)),
    "24h": ("Last 24 h", timedelta(hours=24)),
    "7d": ("Last 7 days", timedelta(days=7)),
    "30d": ("Last 30 days", timedelta(days=30)),
}
_DAYS: Final = "days"


def wanted(now: datetime) -> AlertFilter:
    """Return what the address asks for."""
    since, until = _times(now)
    return AlertFilter(
        states=frozenset(AlertState(each) for each in filters.chosen("state") or []),
        severities=frozenset(Severity(each) for each in filters.chosen("severity") or []),
        kinds=frozenset(Kind(each) for each in filters.chosen("kind") or []),
        accounts=frozenset(filters.chosen("account") or []),
        text=filters.chosen("text") or "",
        since=since,
        until=until,
    )


def restore() -> None:
    """Take every choice from the address, before the first question is asked."""
    filters.enter(PAGE, NAMES)
    filters.restore("state", [each.value for each in AlertState], several=True)
    filters.restore("severity", [each.value for each in Severity], several=True)
    filters.restore("kind", [each.value for each in Kind], several=True)
    filters.restore("account", st.query_params.get_all("account"), several=True)
    filters.restore("when", [*_PERIODS, _DAYS])
    filters.restore_text("text", LONGEST_TEXT)
    if "filter-days" not in st.session_state:
        given = [_date(st.query_params.get(name, "")) for name in ("from", "until")]
        st.session_state["filter-days"] = tuple(each for each in given if each is not None)


def show(facets: Facets) -> None:
    """Show the choices. A facet of which there is none is offered only where it is chosen."""
    with st.container(key="alert-filters", gap="xsmall"):
        _pills("State", "state", {each.value: n for each, n in facets.states.items()}, _STATES)
        _pills("Severity", "severity", {each.value: n for each, n in facets.severities.items()}, _SEVERITIES)
        with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
            _several("Kind", "kind", {each.value: n for each, n in facets.kinds.items()}, _KINDS)
            _several("Account", "account", dict(facets.accounts), {})
            st.text_input(
                "Find",
                key="filter-text",
                max_chars=LONGEST_TEXT,
                placeholder="symbol, number, note",
                icon=":material/search:",
                on_change=_changed,
                args=("text",),
                width=220,
            )
            _period()
            if any(filters.chosen(name) for name in NAMES):
                st.button("Clear", key="clear-filters", icon=":material/filter_alt_off:", on_click=_clear)


def page_chosen() -> int:
    """Return the page that the address names; the first where it names none."""
    given = st.query_params.get("page", "")
    return max(1, int(given)) if given.isascii() and given.isdigit() and len(given) <= _DIGITS else 1


def turn_to(page: int) -> None:
    """Write another page into the address."""
    filters.put(PAGE, "page", [str(page)] if page > 1 else [])


def _pills(title: str, name: str, counts: Mapping[str, int], labels: Mapping[str, str]) -> None:
    held = st.session_state.get(f"filter-{name}") or []
    st.pills(
        title,
        [each for each in labels if each in counts or each in held],
        selection_mode="multi",
        format_func=lambda each: f"{labels[each]} {counts.get(each, 0):,}",
        key=f"filter-{name}",
        on_change=_changed,
        args=(name,),
        label_visibility="collapsed",
    )


def _several(title: str, name: str, counts: Mapping[str, int], labels: Mapping[str, str]) -> None:
    held = st.session_state.get(f"filter-{name}") or []
    options = sorted({*counts, *held}, key=lambda each: labels.get(each, each).lower())
    st.multiselect(
        title,
        options,
        format_func=lambda each: f"{plain(words.shortened(labels.get(each, each)))} {counts.get(each, 0):,}",
        key=f"filter-{name}",
        on_change=_changed,
        args=(name,),
        placeholder=f"every {title.lower()}",
        width=260,
    )


def _period() -> None:
    st.selectbox(
        "Time",
        [*_PERIODS, _DAYS],
        format_func=lambda each: "Between days" if each == _DAYS else _PERIODS[each][0],
        key="filter-when",
        on_change=_changed,
        args=("when",),
        placeholder="any time",
        width=150,
    )
    if filters.chosen("when") == _DAYS:
        st.date_input("From, until (UTC)", key="filter-days", on_change=_days_changed, width=230)


def _times(now: datetime) -> tuple[datetime | None, datetime | None]:
    when = filters.chosen("when")
    if when in _PERIODS:
        # By the minute, so that an unchanged list stays the same list while its page is drawn anew.
        return now.replace(second=0, microsecond=0) - _PERIODS[when][1], None
    days = st.session_state.get("filter-days") or ()
    if when != _DAYS or not days:
        return None, None
    begin = datetime.combine(days[0], time.min, UTC)
    end = datetime.combine(days[-1], time.max, UTC) if len(days) > 1 else None
    return begin, end


def _changed(name: str) -> None:
    filters.remember_of(PAGE, name)
    turn_to(1)


def _days_changed() -> None:
    days = st.session_state.get("filter-days") or ()
    for name, place in (("from", 0), ("until", 1)):
        filters.put(PAGE, name, [days[place].isoformat()] if len(days) > place else [])
    turn_to(1)


def _clear() -> None:
    filters.clear(PAGE, NAMES)
    st.session_state["filter-days"] = ()


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


_DIGITS = 6
_STATES = {each.value: alert_words.STATE_WORD[each].capitalize() for each in AlertState}
_SEVERITIES = {each.value: alert_words.SEVERITY_WORD[each] for each in reversed(Severity)}
_KINDS = {each.value: spec_of(each).words.now.title for each in Kind}
