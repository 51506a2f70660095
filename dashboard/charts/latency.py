"""Latency by source: bands over time, and how it is distributed.

An identical figure keeps its place and its zoom on the page, so the page draws another one only for whoever
asks. It is kept small: a page is read on a phone.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby, pairwise

import plotly.graph_objects as go

from dashboard.look.colours import of, of_source
from dashboard.words.latency import INCIDENT_MS, SOURCES
from reconciler.views.latency import LatencyPoint, LatencyView

POINTS = 600
LEAST_MS = 0.1
"""Zero cannot stand on a logarithmic axis."""
HEIGHT = 340
FONT = '"Source Sans", sans-serif'
SMOOTHED = 140
"""Points of a smoothed curve."""
WIDTH = 0.07
"""How far a sample is smeared, in powers of ten: about a sixth of its value each way."""
TICKS = {
    0.1: "0.1 ms",
    1.0: "1 ms",
    10.0: "10 ms",
    100.0: "100 ms",
    1000.0: "1 s",
    10_000.0: "10 s",
    100_000.0: "100 s",
}


def bands(
    series: Sequence[LatencyView], start: datetime, end: datetime, *, dark: bool, revision: str
) -> go.Figure:
    """Draw the median of each source over time, a band up to its 95th percentile, and the 99th dotted.

    The axis is as long as the period, from `start` to `end`, whatever was measured of it.
    """
    figure = go.Figure()
    for view in series:
        colour = of_source(view.source, dark=dark)
        grid = grid_of(view.points)
        times, outline = _outline(grid)
        figure.add_scatter(
            x=times,
            y=outline,
            mode="lines",
            line={"color": colour, "width": 0},
            fill="toself",
            fillcolor=_faint(colour),
            hoverinfo="skip",
        )
        for column, label, line in (
            ("p50_ms", "p50", {"width": 2.0}),
            ("p95_ms", "p95", {"width": 1.0, "dash": "dash"}),
            ("p99_ms", "p99", {"width": 0.8, "dash": "dot"}),
        ):
            figure.add_scatter(
                x0=_written(grid.start),
                dx=grid.step.total_seconds() * 1000,
                y=_values(grid.points, column),
                name=f"{SOURCES[view.source]} {label}",
                mode="lines+markers" if column == "p50_ms" else "lines",  # a lone bucket has no line
                line={"color": colour, **line},
                marker={"color": colour, "size": 4},
                hovertemplate="%{y:,.3~g} ms",
            )
        _name_at_start(figure, view, colour, late=start + (end - start) * 0.8)
    figure.update_xaxes(type="date", range=[_written(start), _written(end)], title=None)
    _milliseconds(figure, "y", dark=dark)
    figure.add_hline(y=INCIDENT_MS, line={"color": of("critical", dark=dark), "width": 1, "dash": "dot"})
    figure.add_annotation(
        **_incident(dark=dark),
        x=0.01,
        xref="paper",
        y=math.log10(INCIDENT_MS),
        xanchor="left",
        yanchor="bottom",
    )
    return _dressed(figure, dark=dark, revision=revision)


def distribution(series: Sequence[LatencyView], *, dark: bool, revision: str) -> go.Figure:
    """Draw which share of the samples of each source took how long, smoothed; a dashed line at its p95."""
    figure = go.Figure()
    for view in series:
        xs, ys = smoothed(view.distribution)
        if not xs:
            continue
        colour = of_source(view.source, dark=dark)
        figure.add_scatter(
            x=xs,
            y=ys,
            name=SOURCES[view.source],
            mode="lines",
            line={"color": colour, "width": 2},
            fill="tozeroy",
            fillcolor=_faint(colour),
            hovertemplate="%{x:,.3~g} ms",
        )
        top = max(range(len(ys)), key=ys.__getitem__)
        figure.add_annotation(
            x=math.log10(xs[top]),
            y=ys[top],
            text=SOURCES[view.source],
            font={"color": colour, "size": 12},
            showarrow=False,
            yanchor="bottom",
        )
        if view.total is not None:
            figure.add_vline(
                x=max(view.total.p95_ms, LEAST_MS), line={"color": colour, "width": 1, "dash": "dash"}
            )
    figure.add_vline(x=INCIDENT_MS, line={"color": of("critical", dark=dark), "width": 1, "dash": "dot"})
    figure.add_annotation(
        **_incident(dark=dark), x=math.log10(INCIDENT_MS), y=1.0, yref="paper", xanchor="left", yanchor="top"
    )
    _milliseconds(figure, "x", dark=dark)
    figure.update_yaxes(showticklabels=False, rangemode="tozero", showgrid=False)
    return _dressed(figure, dark=dark, revision=revision)


def smoothed(counts: Sequence[tuple[float, int]]) -> tuple[list[float], list[float]]:
    """Return a curve of the share of samples by their logarithm: each is smeared by a bell.

    Args:
        counts: (upper bound in milliseconds, count), ascending.
    """
    known = [(math.log10(max(bound, LEAST_MS)), count) for bound, count in counts if count]
    whole = sum(count for _, count in known)
    if not whole:
        return [], []
    first, last = known[0][0] - 4 * WIDTH, known[-1][0] + 4 * WIDTH
    step = (last - first) / (SMOOTHED - 1)
    places = [first + place * step for place in range(SMOOTHED)]
    heights = [
        sum(count * math.exp(-(((place - at) / WIDTH) ** 2) / 2) for at, count in known) / whole
        for place in places
    ]
    return [_short(10**place) for place in places], [round(height, 5) for height in heights]


@dataclass(frozen=True, slots=True)
class Grid:
    """Points at equal steps: their times need not be sent one by one.

    Attributes:
        start: When the first is, aware UTC.
        step: From one to the next.
        points: None where nothing was measured: a line over that would be a lie.
    """

    start: datetime
    step: timedelta
    points: tuple[LatencyPoint | None, ...]

    def at(self, place: int) -> datetime:
        """Return when a point is."""
        return self.start + place * self.step


def grid_of(points: Sequence[LatencyPoint]) -> Grid:
    """Return points on their grid, the newest `POINTS` of it. There must be one at least."""
    step = min((b.at - a.at for a, b in pairwise(points)), default=timedelta(minutes=1))
    known = {point.at: point for point in points}
    length = min(POINTS, round((points[-1].at - points[0].at) / step) + 1)
    start = points[-1].at - (length - 1) * step
    return Grid(start, step, tuple(known.get(start + place * step) for place in range(length)))


def start_of(series: Sequence[LatencyView], end: datetime, period: timedelta | None) -> datetime:
    """Return where the axis of time begins: the period before its end, or the first bucket of all."""
    if period is not None:
        return end - period
    return min((view.points[0].at for view in series if view.points), default=end - timedelta(hours=1))


def _values(points: Sequence[LatencyPoint | None], name: str) -> list[float | None]:
    return [None if point is None else _short(max(getattr(point, name), LEAST_MS)) for point in points]


def _outline(grid: Grid) -> tuple[list[str | None], list[float | None]]:
    """Return the edge of the band, there along p95 and back along p50, one loop a run without gaps."""
    times: list[str | None] = []
    edge: list[float | None] = []
    for measured, run in groupby(range(len(grid.points)), key=lambda place: grid.points[place] is not None):
        if measured:
            there = list(run)
            at = [_written(grid.at(place)) for place in there]
            points = [grid.points[place] for place in there]
            times += [*at, *at[::-1], None]
            edge += [*_values(points, "p95_ms"), *_values(points[::-1], "p50_ms"), None]
    return times, edge


def _name_at_start(figure: go.Figure, view: LatencyView, colour: str, *, late: datetime) -> None:
    """Write the name of a source where its line begins; before it, where there is no room for it behind."""
    if not view.points:
        return
    figure.add_annotation(
        x=_written(view.points[0].at),
        y=math.log10(max(view.points[0].p50_ms, LEAST_MS)),
        text=SOURCES[view.source],
        font={"color": colour, "size": 12},
        showarrow=False,
        xanchor="left" if view.points[0].at < late else "right",
        yanchor="top",
    )


def _milliseconds(figure: go.Figure, axis: str, *, dark: bool) -> None:
    figure.update_layout(
        {
            f"{axis}axis": {
                "type": "log",
                "tickvals": list(TICKS),
                "ticktext": list(TICKS.values()),
                "gridcolor": of("line", dark=dark),
            }
        }
    )


def _incident(*, dark: bool) -> dict[str, object]:
    return {
        "text": " the incident, 3 s",
        "font": {"color": of("critical", dark=dark), "size": 12},
        "showarrow": False,
    }


def _dressed(figure: go.Figure, *, dark: bool, revision: str) -> go.Figure:
    ground = of("surface", dark=dark)
    figure.update_xaxes(gridcolor=of("line", dark=dark), zeroline=False)
    figure.update_yaxes(zeroline=False)
    figure.update_layout(
        template="none",
        paper_bgcolor=ground,
        plot_bgcolor=ground,
        font={"family": FONT, "color": of("second", dark=dark)},
        hoverlabel={"bgcolor": of("raised", dark=dark), "font": {"color": of("plain", dark=dark)}},
        height=HEIGHT,
        margin={"l": 56, "r": 12, "t": 8, "b": 36},
        showlegend=False,
        hovermode="x unified",
        uirevision=revision,
    )
    return figure


def _written(at: datetime) -> str:
    """Return a time as short as it can be said, UTC: these are most of what is sent."""
    if at.second:
        return at.strftime("%Y-%m-%d %H:%M:%S")
    return at.strftime("%Y-%m-%d %H:%M" if at.hour or at.minute else "%Y-%m-%d")


def _short(value: float) -> float:
    return float(f"{value:.3g}")


def _faint(colour: str) -> str:
    red, green, blue = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
    return f"rgba({red},{green},{blue},0.18)"
