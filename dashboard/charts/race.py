"""A race, drawn: a lane a source, panes beside each other on the same lanes, its words beside every mark.

Nothing in it depends on the present moment: it is drawn anew only when something has happened.
"""

from functools import lru_cache
from typing import Final

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from dashboard.escape import plain
from dashboard.look.colours import Tone, of, of_source
from dashboard.words.race import SOURCES, Lane, Mark, Race, label
from dashboard.words.race_panes import Pane, labels, panes

LANE_PX: Final = 30
FONT: Final = '"Source Sans", sans-serif'
WIDTH_PX: Final = 1090
"""Of all panes together on a desk's screen; on a wider one words have more room than they were given."""
_LONGEST: Final = 90
_SYMBOL: Final = {
    Lane.BOOKS: "square",
    Lane.CACHE: "square",
    Lane.ORDERS: "triangle-up",
    Lane.FILLS: "circle",
    Lane.WEBSOCKET: "circle",
    Lane.ORDER: "square",
    Lane.REST: "diamond",
    Lane.STOPS: "hexagon",
    Lane.VERDICT: "circle",
    Lane.ALERT: "circle",
}
_WIDTHS: Final = {1: (1.0,), 2: (0.42, 0.58), 3: (0.3, 0.35, 0.35)}


@lru_cache(maxsize=64)
def drawn(race: Race, *, dark: bool) -> go.Figure:
    """Draw it; the same race is drawn once, however often its page is. Change nothing in what is returned."""
    parts, lanes = panes(race), race.lanes
    widths = _WIDTHS[len(parts)]
    figure = make_subplots(
        rows=1,
        cols=len(parts),
        shared_yaxes=True,
        column_widths=list(widths),
        horizontal_spacing=0.014,
        column_titles=[part.title for part in parts],
    )
    for column, (part, share) in enumerate(zip(parts, widths, strict=True), 1):
        for row, lane in enumerate(lanes):
            _lane(figure, race, part, lane, column=column, row=row, share=share, dark=dark)
        figure.update_xaxes(
            range=[part.begin, part.end],
            tickvals=[at for at, _ in part.ticks],
            ticktext=[text for _, text in part.ticks],
            tickfont={"size": 12, "color": of("dim", dark=dark)},
            gridcolor=of("line", dark=dark),
            zeroline=part.begin <= 0 <= part.end,
            zerolinecolor=of("dim", dark=dark),
            fixedrange=False,
            col=column,
        )
    figure.update_yaxes(
        range=[len(lanes) - 0.5, -0.5],
        tickvals=list(range(len(lanes))),
        ticktext=[lane.value for lane in lanes],
        tickfont={"size": 13, "color": of("second", dark=dark)},
        showgrid=False,
        zeroline=False,
        fixedrange=True,
    )
    for note in figure.layout.annotations:  # the titles of the panes
        note.update(font={"size": 12, "color": of("dim", dark=dark)})
    figure.update_layout(
        height=56 + LANE_PX * len(lanes),
        margin={"l": 100, "r": 8, "t": 24, "b": 28},
        font={"family": FONT},
        showlegend=False,
        hovermode="closest",
        dragmode="pan",
        paper_bgcolor=of("surface", dark=dark),
        plot_bgcolor=of("surface", dark=dark),
        shapes=[_stripe(row, dark=dark) for row in range(0, len(lanes), 2)],
    )
    return figure


def colour(mark: Mark, *, dark: bool) -> str:
    """Return the colour of a mark: how bad it is, else whose word it is."""
    if mark.tone is not Tone.PLAIN:
        return of(mark.tone.value, dark=dark)
    if mark.lane in SOURCES:
        return of_source(SOURCES[mark.lane], dark=dark)
    return of("books" if mark.lane is Lane.BOOKS else "plain", dark=dark)


def _lane(
    figure: go.Figure,
    race: Race,
    part: Pane,
    lane: Lane,
    *,
    column: int,
    row: int,
    share: float,
    dark: bool,
) -> None:
    words = labels(race, part, lane, share * WIDTH_PX)
    if not words:
        return
    colours = [colour(each.mark, dark=dark) for each in words]
    times = [race.offset(each.mark) for each in words]
    _band(figure, [each.mark for each in words], times, colours, column=column, row=row)
    figure.add_scatter(
        x=times,
        y=[row] * len(words),
        mode="markers+text",
        marker={
            "symbol": [_SYMBOL[lane] + ("-open" if each.mark.hollow else "") for each in words],
            "size": 10,
            "color": colours,
            "line": {"width": 1.5, "color": colours},
        },
        text=[_shown(each.text) for each in words],
        textposition=["middle left" if each.left else "middle right" for each in words],
        textfont={"size": 12, "color": colours},
        cliponaxis=False,
        hovertext=[_shown(f"{lane.value}, {label(race, each.mark)}") for each in words],
        hoverinfo="text",
        row=1,
        col=column,
    )


def _band(
    figure: go.Figure, marks: list[Mark], times: list[float], colours: list[str], *, column: int, row: int
) -> None:
    """Show for how long a source that was asked showed nothing, and for how long an alert has been so."""
    if marks[0].lane is Lane.ALERT and len(marks) > 1:
        begin, end, tint = times[0], times[-1], colours[0]
    else:
        empty = [time for mark, time in zip(marks, times, strict=True) if mark.hollow]
        later = [
            t for mark, t in zip(marks, times, strict=True) if not mark.hollow and empty and t > empty[0]
        ]
        if not empty or (len(empty) == 1 and not later):
            return
        begin, end, tint = empty[0], later[0] if later else empty[-1], colours[0]
    figure.add_shape(
        type="rect",
        x0=begin,
        x1=end,
        y0=row - 0.28,
        y1=row + 0.28,
        fillcolor=tint,
        opacity=0.18,
        line_width=0,
        layer="below",
        row=1,
        col=column,
    )


def _stripe(row: int, *, dark: bool) -> dict[str, object]:
    return {
        "type": "rect",
        "xref": "paper",
        "yref": "y",
        "x0": 0,
        "x1": 1,
        "y0": row - 0.5,
        "y1": row + 0.5,
        "fillcolor": of("raised", dark=dark),
        "opacity": 0.35,
        "line": {"width": 0},
        "layer": "below",
    }


def _shown(text: str) -> str:
    """Return words as Plotly shows them: it takes some HTML, so nothing of that may be left in them."""
    return plain(text, _LONGEST).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
