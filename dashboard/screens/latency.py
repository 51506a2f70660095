"""Latency: how late each source shows a fill, how long it takes to answer, how long it is live."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import streamlit as st

from dashboard import filters, state_reader
from dashboard.charts.latency import bands, distribution, start_of
from dashboard.latency_panels import availability, by_account, decided
from dashboard.look.figure import Figure, figures_row
from dashboard.look.markup import whole
from dashboard.look.panel import head, page_head
from dashboard.words import latency as told
from dashboard.words import numbers as words
from dashboard.words.verdict import Unread
from reconciler.views.availability import AvailabilityView, DecidedView
from reconciler.views.latency import LatencyView


@dataclass(frozen=True, slots=True)
class Period:
    """What can be chosen: its words, how long it is (None: all that is kept), the width of a point."""

    said: str
    length: timedelta | None
    bucket: timedelta


KEPT = timedelta(days=400)
BY_ACCOUNT = timedelta(days=30)
"""How far back accounts are told apart: fifty of them cost fifty times what all together do."""
TICKS = 48
PERIODS = {
    "1h": Period("1 h", timedelta(hours=1), timedelta(seconds=30)),
    "24h": Period("24 h", timedelta(hours=24), timedelta(minutes=10)),
    "7d": Period("7 d", timedelta(days=7), timedelta(hours=1)),
    "30d": Period("30 d", timedelta(days=30), timedelta(hours=4)),
    "all": Period("all that is kept", None, timedelta(days=1)),
}
USUAL = "24h"
SIGNS = {"websocket": "circle", "order": "square", "rest": "diamond", "bot_cache": "change_history"}


@dataclass(frozen=True, slots=True)
class Read:
    """What was read at one moment; it stays until somebody asks for a newer one, and zoom with it."""

    at: datetime
    series: tuple[LatencyView, ...]
    totals: tuple[LatencyView, ...]
    deciders: tuple[DecidedView, ...]
    available: tuple[AvailabilityView, ...]


def latency() -> None:
    """Show the choices, and below them what was measured."""
    answer = st.container()  # above the choices: on a phone they fill the screen
    _choices()
    name = filters.chosen("period") or USUAL
    account, measure = filters.chosen("account") or "", filters.chosen("measure") or "visibility_lag"
    found = _read(name, account)
    if isinstance(found, Unread):
        answer.html(page_head("Latency", note="The measurements could not be read."))
        return
    period = PERIODS[name]
    series = [view for view in found.series if view.measure == measure and view.total is not None]
    answer.html(page_head(told.answer(series, measure, period.said), note=told.meaning(series, measure)))
    st.html(_as_of(found.at, series))
    if series:
        st.html(figures_row([_figure(view) for view in series]))
        _charts(series, found.at, period, revision=f"{name} {account} {measure}")
    _not_counted(series, measure)
    _panels(found, period, account, measure)


def _choices() -> None:
    filters.enter("latency", ("period", "measure", "account"))
    names, measures = list(PERIODS), list(told.MEASURES)
    with st.container(key="filters", horizontal=True, gap="small", vertical_alignment="bottom"):
        st.segmented_control(
            "Period",
            names,
            format_func=lambda name: PERIODS[name].said.capitalize(),
            key=filters.restore("period", names, usual=USUAL),
            required=True,
            on_change=filters.remember,
            args=("period",),
        )
        st.segmented_control(
            "What",
            measures,
            format_func=lambda name: told.MEASURES[name].title,
            key=filters.restore("measure", measures, usual=measures[0]),
            required=True,
            on_change=filters.remember,
            args=("measure",),
        )
        filters.account(state_reader.now(), "all accounts together")
        st.button("Refresh", icon=":material/refresh:", key="latency-refresh", on_click=_forget)


def _forget() -> None:
    st.session_state.pop("latency-read", None)


def _read(name: str, account: str) -> Read | Unread:
    """Return what was read for this choice before, or read it now."""
    kept = st.session_state.get("latency-read")
    if kept is not None and kept[0] == (name, account):
        read: Read = kept[1]
        return read
    period = PERIODS[name]
    length = period.length or KEPT
    now = state_reader.now()
    series = state_reader.ask(lambda queries: queries.latency(length, period.bucket, account=account or None))
    rest = state_reader.look_into(
        lambda insight: (
            insight.latency_by_account(min(length, BY_ACCOUNT)),
            insight.decided(length),
            insight.availability(length, ticks=TICKS),
        )
    )
    for each in (now, series, rest):
        if isinstance(each, Unread):
            return each
    assert not isinstance(now, Unread)
    assert not isinstance(series, Unread)
    assert not isinstance(rest, Unread)
    found = Read(now.read_at, series, *rest)
    st.session_state["latency-read"] = ((name, account), found)
    return found


def _as_of(at: datetime, series: list[LatencyView]) -> str:
    count = sum(view.total.count for view in series if view.total is not None)
    said = f"{words.count(count, 'sample')} to {words.stamp(at)}"
    return f'<span class="t-note">{whole(said)}</span>'


def _figure(view: LatencyView) -> Figure:
    total = view.total
    assert total is not None, "only measured series are shown"
    value, _, unit = words.milliseconds(total.p95_ms).partition(" ")
    p50, p99, longest = map(words.milliseconds, (total.p50_ms, total.p99_ms, total.max_ms))
    note = f"p50 {p50}, p99 {p99}, longest {longest}"
    return Figure(told.SOURCES[view.source], value, note, SIGNS[view.source.value], unit=f"{unit} p95")


def _charts(series: list[LatencyView], at: datetime, period: Period, *, revision: str) -> None:
    dark = st.context.theme.type == "dark"
    left, right = st.columns([5, 3], gap="small")
    with left, st.container(key="panel-bands", gap="xsmall"):
        st.html(head("Over time", note="line p50, band up to p95 (dashed), p99 dotted; log scale; UTC"))
        start = start_of(series, at, period.length)
        st.plotly_chart(
            bands(series, start, at, dark=dark, revision=revision),
            key="bands",
            theme=None,
            config={"displaylogo": False},
            alt="Percentiles of each source over time; the figures above say the totals",
        )
    with right, st.container(key="panel-distribution", gap="xsmall"):
        st.html(head("Distribution", note="share of samples, smoothed; dashed p95; log scale"))
        st.plotly_chart(
            distribution(series, dark=dark, revision=revision),
            key="distribution",
            theme=None,
            config={"displaylogo": False},
            alt="How often which value came, by source; the figures above say the percentiles",
        )


def _not_counted(series: list[LatencyView], measure: str) -> None:
    said = [told.missing(series, measure), told.MEASURES[measure].not_counted]
    if series:
        said.insert(1, told.negative(series, measure))
    st.html(f'<div class="t-note">{whole(" ".join(each for each in said if each))}</div>')


def _panels(found: Read, period: Period, account: str, measure: str) -> None:
    whole_period = period.length is not None and period.length <= BY_ACCOUNT
    back = period.said if whole_period else PERIODS["30d"].said
    left, right = st.columns(2, gap="small")
    with left:
        st.html(by_account(found.totals, account, measure, back))
        st.html(decided(found.deciders, account, period.said))
    with right:
        st.html(availability(found.available, account, period.said))
        if measure != "behind_fastest":
            st.html(by_account(found.totals, account, "behind_fastest", back))


latency()
