"""Latency: the answer first, charts that keep their zoom, and honesty about what was not measured."""

import json
import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.charts.latency import POINTS, bands, distribution, grid_of, smoothed
from dashboard.look.colours import of_source
from dashboard.words.latency import MEASURES, as_late
from dashboard.words.moments import UNTOLD
from reconciler.views.availability import AvailabilityView, DecidedView
from tests.dashboard import drawn
from tests.dashboard.memory_console import Memory
from tests.dashboard.memory_insight import MemoryInsight
from tests.dashboard.screen import opened, reading, run
from verification.facts.observation import Source

PUSHED = drawn.latency(Source.WEBSOCKET)
LISTED = replace(
    drawn.latency(Source.REST),
    total=replace(drawn.point(0), p50_ms=610, p95_ms=2800, p99_ms=4100, max_ms=6500),
    distribution=((600.0, 971), (4000.0, 29)),
)
SERIES = (PUSHED, drawn.latency(Source.ORDER), LISTED)
START, END = drawn.before(3600), drawn.NOW


def charts(screen: AppTest) -> list[Any]:
    return [chart.proto for chart in screen.get("plotly_chart")]


def html(screen: AppTest) -> str:
    raw = "\n".join(str(element.proto.body) for element in screen.get("html"))
    return " ".join(re.sub(r"<style>.*?</style>|<[^>]+>", " ", raw, flags=re.DOTALL).split())


def traces(figure: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(figure.to_json())["data"]
    return found


def drawn_bands(series: Any, *, dark: bool = True) -> Any:
    return bands(series, START, END, dark=dark, revision="1h  visibility_lag")


def test_the_answer_comes_first_and_says_what_follows_from_it() -> None:
    with reading(Memory(series=SERIES)):
        said = html(opened("latency", period="7d"))

    assert "Websocket 30 ms, order status 30 ms, position list 2.80 s at p95 over 7 d" in said
    assert "The list shows a fill 93 times later." in said
    assert "2.9% of these fills were as late" in said
    assert "15 samples to 2026-11-22 14:02:11 UTC" in said
    assert said.index("p95 over 7 d") < said.index("Over time")


def test_there_are_two_charts_with_words_for_those_who_cannot_see_them() -> None:
    with reading(Memory(series=SERIES)):
        screen = opened("latency")

    assert len(charts(screen)) == 2
    assert all(chart.alt for chart in charts(screen))


@pytest.mark.parametrize("measure", MEASURES)
def test_each_measure_says_what_it_is_and_what_is_not_counted(measure: str) -> None:
    mine = drawn.latency(Source.REST, measure)
    with reading(Memory(series=(mine,))):
        said = html(opened("latency", measure=measure))

    assert "Not counted" in said
    assert "2 came out negative" in said
    assert MEASURES[measure].title in said


def test_a_source_of_which_there_is_no_sample_is_named() -> None:
    with reading(Memory(series=SERIES[:1])):
        said = html(opened("latency"))
        assert "No sample in this time: order status, position list." in said
    with reading(Memory(series=(drawn.latency(Source.REST, "request_time"),))):
        said = html(opened("latency", measure="request_time"))
        assert "No sample in this time: order status." in said, "the websocket is never asked"


def test_nothing_measured_is_not_a_chart_of_zeros() -> None:
    with reading(Memory(series=(drawn.latency(points=(), total=None, distribution=()),))):
        screen = opened("latency")

    assert "Nothing was measured over 24 h" in html(screen)
    assert "Nothing was verified in this time." in html(screen)
    assert "It is not known yet how long any source was live." in html(screen)
    assert not charts(screen)


def test_measurements_that_could_not_be_read_are_said_so() -> None:
    with reading(Memory(broken="locked")):
        assert "The measurements could not be read." in html(opened("latency"))


def test_what_was_read_stays_until_somebody_asks_for_newer_and_zoom_with_it() -> None:
    held = Memory(series=SERIES)
    with reading(held):
        screen = opened("latency")
        first = [chart.spec for chart in charts(screen)]
        held.series = (replace(PUSHED, points=PUSHED.points[:9]),)
        assert [chart.spec for chart in charts(run(screen))] == first
        screen.button(key="latency-refresh").click()
        assert [chart.spec for chart in charts(run(screen))] != first


def test_the_choice_stands_in_the_address_and_is_what_is_asked_for() -> None:
    held = Memory(series=SERIES)
    with reading(held):
        screen = opened("latency", period="30d", account="main")
        assert timedelta(days=30) in held.insight.wanted
        screen.segmented_control(key="filter-period").set_value("1h")
        run(screen)

    assert screen.query_params["period"] == "1h"
    assert (timedelta(hours=1), 48) in held.insight.wanted


def test_accounts_stand_beside_each_other_with_a_dash_for_what_was_not_measured() -> None:
    totals = (
        replace(LISTED, account="main", measure="behind_fastest"),
        replace(PUSHED, account="swing"),
    )
    deciders = (DecidedView("main", Source.WEBSOCKET, 3), DecidedView("main", None, 1))
    available = (
        AvailabilityView("main", "websocket", START, 0.981, (1.0, 0.5, 0.0, None), 171),
        AvailabilityView("swing", "rest", START, 0.99999, (1.0,), 0.4),
    )
    held = Memory(series=SERIES, insight=MemoryInsight(totals=totals, deciders=deciders, available=available))
    with reading(held):
        screen = opened("latency")

    said = html(screen)
    assert f"main {UNTOLD} {UNTOLD} 2.80 s 6.50 s" in said
    assert "75.0% 0.0% 0.0% 1" in said
    assert "98.1 %" in said
    assert "99.99 %" in said, "what was not all of the time is never shown as all of it"
    raw = "\n".join(str(element.proto.body) for element in screen.get("html"))
    assert '<i></i><i class="part"></i><i class="down"></i><i class="none"></i>' in raw


def test_the_same_data_give_the_same_figure_so_that_it_keeps_its_place() -> None:
    assert drawn_bands(SERIES).to_json() == drawn_bands(SERIES).to_json()
    assert drawn_bands(SERIES).layout.uirevision == "1h  visibility_lag"


def test_the_axis_is_as_long_as_the_period_whatever_was_measured_of_it() -> None:
    short = replace(PUSHED, points=PUSHED.points[-3:])

    assert list(drawn_bands([short]).layout.xaxis.range) == ["2026-11-22 13:02:11", "2026-11-22 14:02:11"]


def test_a_source_has_one_colour_in_every_chart() -> None:
    for dark in (True, False):
        for figure in (
            drawn_bands(SERIES[1:2], dark=dark),
            distribution(SERIES[1:2], dark=dark, revision=""),
        ):
            assert {trace["line"]["color"] for trace in traces(figure)} == {
                of_source(Source.ORDER, dark=dark)
            }


@pytest.mark.parametrize("step", [timedelta(hours=1), timedelta(days=1)])
def test_the_charts_of_any_period_are_small_enough_for_a_phone(step: timedelta) -> None:
    number = {timedelta(hours=1): 168, timedelta(days=1): 400}[step]
    start = drawn.NOW.replace(hour=0, minute=0, second=0)
    long = tuple(
        replace(drawn.point(0), at=start + place * step, p50_ms=1.23456 * place, p95_ms=12.3456 * place)
        for place in range(1, number)
    )
    counts = tuple((1.04**place, place) for place in range(300))
    series = [replace(view, points=long, distribution=counts) for view in SERIES]

    size = len(drawn_bands(series).to_json()) + len(distribution(series, dark=True, revision="").to_json())

    assert size <= 100_000, size


def test_a_series_is_never_longer_than_its_limit() -> None:
    long = tuple(drawn.point(minute) for minute in range(1000))

    shown = grid_of(long)

    assert len(shown.points) == POINTS
    assert (shown.points[-1], shown.at(POINTS - 1)) == (long[-1], long[-1].at)


def test_where_nothing_was_measured_the_line_is_broken() -> None:
    points = tuple(drawn.point(minute) for minute in (0, 1, 2, 5, 6))

    assert grid_of(points).points == (*points[:3], None, None, *points[3:])
    band, *lines = traces(drawn_bands([drawn.latency(points=points)]))
    assert band["x"].count(None) == 2, "two runs, each a loop"
    assert [line["y"].count(None) for line in lines] == [2, 2, 2]
    assert {(line["x0"], line["dx"]) for line in lines} == {("2026-11-22 13:02", 60_000)}


def test_a_single_measurement_can_be_seen() -> None:
    found = traces(drawn_bands([drawn.latency(points=(drawn.point(0),))]))

    assert "lines+markers" in {trace["mode"] for trace in found}


@pytest.mark.parametrize(("minute", "side"), [(0, "left"), (57, "right")])
def test_the_name_of_a_line_stands_where_there_is_room_for_it(minute: int, side: str) -> None:
    figure = drawn_bands([drawn.latency(points=(drawn.point(minute),))])

    assert [each.xanchor for each in figure.layout.annotations if each.text == "Websocket"] == [side]


def test_a_smoothed_curve_has_its_peak_at_its_samples_and_nothing_far_from_them() -> None:
    xs, ys = smoothed(((10.0, 900), (1000.0, 100)))

    peak = xs[max(range(len(ys)), key=ys.__getitem__)]
    assert 9 < peak < 11
    assert max(y for x, y in zip(xs, ys, strict=True) if 50 < x < 200) < 0.01
    assert smoothed(((10.0, 0),)) == ([], [])


@pytest.mark.parametrize(
    ("counts", "said"),
    [(((10.0, 5),), "none"), (((4000.0, 1), (10.0, 1)), "50.0%"), ((), "an unknown part")],
)
def test_how_many_were_as_late_as_in_the_incident(counts: tuple[tuple[float, int], ...], said: str) -> None:
    assert as_late(replace(LISTED, distribution=counts)) == said
