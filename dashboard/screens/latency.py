"""Latency: how late each source shows a fill, and how long it takes to answer."""

from dataclasses import dataclass
from datetime import timedelta

import streamlit as st

from dashboard import filters, state_reader
from dashboard.charts.latency import NAMES, bands, distribution
from dashboard.words import numbers as words
from dashboard.words.verdict import Unread
from reconciler.views.latency import LatencyView
from verification.facts.observation import Source

PERIODS = {
    "1 h": (timedelta(hours=1), timedelta(minutes=1)),
    "6 h": (timedelta(hours=6), timedelta(minutes=5)),
    "24 h": (timedelta(hours=24), timedelta(minutes=15)),
    "7 d": (timedelta(days=7), timedelta(hours=2)),
}
LINES = "A line is the middle value, its band reaches to the 95th of 100, the dotted line is the 99th."


@dataclass(frozen=True, slots=True)
class Words:
    """What a measure is called, what it means, and when no sample of it is taken."""

    title: str
    meaning: str
    not_counted: str


MEASURES = {
    "visibility_lag": Words(
        "How late each source shows a fill",
        "In milliseconds, from the fill on the exchange (its own time, set to our clock) to the arrival here "
        "of the first push or answer that shows it. One sample for a fill and a source.",
        "Not counted, because it would measure us and not the source: a fill that was already visible when "
        "the source was first asked (more than 100 ms after the fill), and one during which the stream was "
        "not live. Nor can these be measured: in the position list a fill that left nothing of the position, "
        "anything while the exchange's clock is not known to within 250 ms, and what a source has not shown "
        "for about half a minute. What came out negative is a clock error; it counts as zero.",
    ),
    "request_time": Words(
        "How long the exchange takes to answer",
        "In milliseconds, from a request sent to its answer received.",
        "Not counted: requests that got no answer.",
    ),
}
LAGGING = (Source.WEBSOCKET, Source.ORDER, Source.REST)


def latency() -> None:
    """Show the choice of period and account, and the charts below it."""
    with st.container(horizontal=True, gap="medium", vertical_alignment="bottom"):
        st.segmented_control(
            "Period", list(PERIODS), default="1 h", required=True, key="period", bind="query-params"
        )
        filters.account(state_reader.now(), "all accounts together")
    _charts()


@st.fragment(run_every=30)
def _charts() -> None:
    period, bucket = PERIODS[st.session_state.get("period") or "1 h"]
    account = filters.chosen("account")
    found = state_reader.ask(lambda queries: queries.latency(period, bucket, account=account))
    if isinstance(found, Unread):
        st.markdown("The measurements could not be read.")
        return
    for measure, said in MEASURES.items():
        st.subheader(said.title)
        st.caption(f"{said.meaning} {LINES}")
        series = [view for view in found if view.measure == measure and view.total is not None]
        if series:
            _measure(measure, said.title, series)
        else:
            st.markdown("Nothing was measured in this time.")
        missing = [NAMES[source] for source in LAGGING if source not in {view.source for view in series}]
        if series and measure == "visibility_lag" and missing:
            st.markdown(f"No sample in this time: {', '.join(missing)}.")
        st.caption(said.not_counted)


def _measure(measure: str, title: str, series: list[LatencyView]) -> None:
    dark = st.context.theme.type == "dark"
    with st.grid(2, min_column_width=340, gap="medium"):
        st.plotly_chart(
            bands(series, dark=dark),
            key=f"bands-{measure}",
            alt=f"{title}: percentiles over time for each source",
        )
        st.plotly_chart(
            distribution(series, dark=dark),
            key=f"distribution-{measure}",
            alt=f"{title}: how often which value came",
        )
    st.dataframe(
        [_row(view) for view in series], hide_index=True, key=f"totals-{measure}", alt=f"{title}: totals"
    )


def _row(view: LatencyView) -> dict[str, str]:
    total = view.total
    assert total is not None, "only measured series are shown"
    return {
        "Source": NAMES[view.source],
        "Samples": f"{total.count:,}",
        "Middle (p50)": words.milliseconds(total.p50_ms),
        "p95": words.milliseconds(total.p95_ms),
        "p99": words.milliseconds(total.p99_ms),
        "Longest": words.milliseconds(total.max_ms),
        "Came out negative": f"{view.negative:,}",
    }


latency()
