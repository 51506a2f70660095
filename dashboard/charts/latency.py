"""Latency by source: over time, and how it is distributed.

An identical figure keeps its place on the page, a changed one is drawn anew and loses its zoom: so nothing in
a figure depends on the moment, only on the buckets.
"""

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby, pairwise

import plotly.graph_objects as go

from reconciler.views.latency import LatencyPoint, LatencyView
from verification.facts.observation import Source

POINTS = 600

# The first of the ten colours of the theme, fixed for each source so that it is the same in every chart.
LIGHT = {
    Source.WEBSOCKET: "#0072b2",
    Source.ORDER: "#d55e00",
    Source.REST: "#009e73",
    Source.BOT_CACHE: "#cc79a7",
}
DARK = {
    Source.WEBSOCKET: "#56b4e9",
    Source.ORDER: "#ff9e57",
    Source.REST: "#3ddc97",
    Source.BOT_CACHE: "#f29ac4",
}
NAMES = {
    Source.WEBSOCKET: "websocket",
    Source.ORDER: "order",
    Source.REST: "position list",
    Source.BOT_CACHE: "bot's cache",
}

# Zero cannot stand on a logarithmic axis.
LEAST_MS = 0.1
HEIGHT = 300


def bands(series: Sequence[LatencyView], *, dark: bool) -> go.Figure:
    """Draw the median of each source over time, with a band up to its 95th percentile and a dotted 99th."""
    figure = go.Figure()
    for view in series:
        colour = (DARK if dark else LIGHT)[view.source]
        points = with_gaps(view.points)
        name, group = NAMES[view.source], view.source.value
        times, outline = _outline(points)
        figure.add_scatter(
            x=times,
            y=outline,
            name=f"{name}, p50 to p95",
            legendgroup=group,
            showlegend=False,
            mode="lines",
            line={"color": colour, "width": 0.5},
            fill="toself",
            fillcolor=_faint(colour),
            hoverinfo="skip",
        )
        for column, label, width in (("p50_ms", name, 2.0), ("p95_ms", f"{name}, p95", 0.5)):
            figure.add_scatter(
                x=[at for at, _ in points],
                y=_values(points, column),
                name=label,
                legendgroup=group,
                showlegend=column == "p50_ms",
                mode="lines+markers",  # a bucket between two empty ones has no line
                line={"color": colour, "width": width},
                marker={"color": colour, "size": 4},
            )
        figure.add_scatter(
            x=[at for at, _ in points],
            y=_values(points, "p99_ms"),
            name=f"{name}, p99",
            legendgroup=group,
            showlegend=False,
            mode="lines",
            line={"color": colour, "width": 1, "dash": "dot"},
        )
    figure.update_xaxes(title="UTC")
    figure.update_yaxes(type="log", title="milliseconds", dtick=1)
    return _dressed(figure)


def distribution(series: Sequence[LatencyView], *, dark: bool) -> go.Figure:
    """Draw which share of the samples of each source fell into which range of milliseconds."""
    figure = go.Figure()
    for view in series:
        whole = sum(count for _, count in view.distribution)
        if not whole:
            continue
        colour = (DARK if dark else LIGHT)[view.source]
        shown = view.distribution[-POINTS:]
        figure.add_scatter(
            x=[max(bound, LEAST_MS) for bound, _ in shown],
            y=[100 * count / whole for _, count in shown],
            name=NAMES[view.source],
            mode="lines",
            line={"color": colour, "width": 2, "shape": "vh"},
            fill="tozeroy",
            fillcolor=_faint(colour),
        )
    figure.update_xaxes(type="log", title="milliseconds", dtick=1)
    figure.update_yaxes(title="% of samples", rangemode="tozero")
    return _dressed(figure)


def with_gaps(points: Sequence[LatencyPoint]) -> list[tuple[datetime, LatencyPoint | None]]:
    """Return the points with a hole where buckets are missing: a line over nothing measured would be a lie.

    At most `POINTS` come back, the newest ones.
    """
    if not points:
        return []
    step = min((b.at - a.at for a, b in pairwise(points)), default=None)
    shown: list[tuple[datetime, LatencyPoint | None]] = [(points[0].at, points[0])]
    for before, point in pairwise(points):
        if step is not None and point.at - before.at > step * 3 / 2:
            shown.append((before.at + step, None))
        shown.append((point.at, point))
    return shown[-POINTS:]


def _values(points: Sequence[tuple[datetime, LatencyPoint | None]], name: str) -> list[float | None]:
    return [None if point is None else max(getattr(point, name), LEAST_MS) for _, point in points]


def _outline(
    points: Sequence[tuple[datetime, LatencyPoint | None]],
) -> tuple[list[datetime | None], list[float | None]]:
    """Return the edge of the band, there along p95 and back along p50, one loop a run without gaps."""
    times: list[datetime | None] = []
    edge: list[float | None] = []
    for measured, run in groupby(points, key=lambda pair: pair[1] is not None):
        if measured:
            there = list(run)
            back = there[::-1]
            times += [*(at for at, _ in there), *(at for at, _ in back), None]
            edge += [*_values(there, "p95_ms"), *_values(back, "p50_ms"), None]
    return times, edge


def _faint(colour: str) -> str:
    red, green, blue = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
    return f"rgba({red},{green},{blue},0.15)"


def _dressed(figure: go.Figure) -> go.Figure:
    figure.update_layout(
        height=HEIGHT,
        margin={"l": 8, "r": 8, "t": 8, "b": 8},
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
        hovermode="x unified",
    )
    return figure
