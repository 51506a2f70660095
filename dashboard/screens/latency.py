"""Latency: how late each source shows a fill, and how long it takes to answer."""

from datetime import timedelta

import streamlit as st

from dashboard import door, filters, words
from dashboard.charts import NAMES, bands, distribution
from dashboard.verdict import Unread
from reconciler.views import LatencyView

PERIODS = {
    "1 h": (timedelta(hours=1), timedelta(minutes=1)),
    "6 h": (timedelta(hours=6), timedelta(minutes=5)),
    "24 h": (timedelta(hours=24), timedelta(minutes=15)),
    "7 d": (timedelta(days=7), timedelta(hours=2)),
}
MEASURES = {
    "visibility_lag": (
        "How late each source shows a fill",
        "from the fill on the exchange to the first moment a source showed it",
    ),
    "request_time": ("How long the exchange takes to answer", "from a request sent to its answer received"),
}


def latency() -> None:
    """Show the choice of period and account, and the charts below it."""
    with st.container(horizontal=True, gap="medium", vertical_alignment="bottom"):
        st.segmented_control(
            "Period", list(PERIODS), default="1 h", required=True, key="period", bind="query-params"
        )
        filters.account(door.now(), "all accounts together")
    _charts()


@st.fragment(run_every=30)
def _charts() -> None:
    period, bucket = PERIODS[st.session_state.get("period") or "1 h"]
    account = filters.chosen("account")
    found = door.ask(lambda queries: queries.latency(period, bucket, account=account))
    if isinstance(found, Unread):
        st.markdown("The measurements could not be read.")
        return
    for measure, (title, meaning) in MEASURES.items():
        st.subheader(title)
        st.caption(
            meaning.capitalize() + ". A line is the middle value, its band reaches to the 95th of 100."
        )
        series = [view for view in found if view.measure == measure and view.total is not None]
        if series:
            _measure(measure, title, series)
        else:
            st.markdown("Nothing was measured in this time.")


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
