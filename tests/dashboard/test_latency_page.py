"""Latency: the charts of each source, honest about what was not measured."""

import json
from typing import Any

from streamlit.testing.v1 import AppTest

from dashboard.charts.latency import DARK, LIGHT, POINTS, bands, distribution, with_gaps
from tests.dashboard import drawn
from tests.dashboard.memory_console import Memory
from tests.dashboard.screen import opened, reading, table, text
from verification.facts.observation import Source

SERIES = tuple(drawn.latency(source) for source in (Source.WEBSOCKET, Source.ORDER, Source.REST))


def charts(screen: AppTest) -> list[Any]:
    return [chart.proto for chart in screen.get("plotly_chart")]


def test_each_measure_has_two_charts_with_words_for_those_who_cannot_see_them() -> None:
    answering = drawn.latency(Source.REST, "request_time")
    with reading(Memory(series=(*SERIES, answering))):
        screen = opened("latency")

    assert len(charts(screen)) == 4
    assert all(chart.alt for chart in charts(screen))
    assert [row["Source"] for row in table(screen)] == ["websocket", "order", "position list"]
    assert [row["Source"] for row in table(screen, 1)] == ["position list"]
    assert table(screen)[0]["Came out negative"] == "2"


def test_the_page_says_what_is_shown_and_what_is_not_counted() -> None:
    with reading(Memory(series=(*SERIES, drawn.latency(Source.REST, "request_time")))):
        said = text(opened("latency"))

    assert said.count("In milliseconds") == 2
    assert said.count("Not counted") == 2
    assert "already visible when the source was first asked" in said
    assert "No sample in this time" not in said


def test_a_source_of_which_there_is_no_sample_is_named() -> None:
    with reading(Memory(series=SERIES[:1])):
        assert "No sample in this time: order, position list." in text(opened("latency"))


def test_nothing_measured_is_not_a_chart_of_zeros() -> None:
    with reading(Memory(series=(drawn.latency(points=(), total=None, distribution=()),))):
        screen = opened("latency")

    assert text(screen).count("Nothing was measured in this time.") == 2
    assert not charts(screen)


def test_measurements_that_could_not_be_read_are_said_so() -> None:
    with reading(Memory(broken="locked")):
        assert "The measurements could not be read." in text(opened("latency"))


def test_the_same_data_give_the_same_figure_so_that_it_keeps_its_place() -> None:
    for draw in (bands, distribution):
        assert draw(SERIES, dark=True).to_json() == draw(SERIES, dark=True).to_json()


def test_a_source_has_one_colour_in_every_chart() -> None:
    for dark, palette in ((True, DARK), (False, LIGHT)):
        assert set(palette) == set(Source)
        for draw in (bands, distribution):
            for trace in json.loads(draw(SERIES[1:2], dark=dark).to_json())["data"]:
                assert trace["line"]["color"] == palette[Source.ORDER]


def test_a_series_is_never_longer_than_its_limit() -> None:
    long = tuple(drawn.point(minute) for minute in range(1000))

    shown = with_gaps(long)

    assert len(shown) == POINTS
    assert shown[-1][1] == long[-1]


def test_where_nothing_was_measured_the_line_is_broken() -> None:
    points = tuple(drawn.point(minute) for minute in (0, 1, 2, 9, 10))

    shown = [point for _, point in with_gaps(points)]

    assert shown == [*points[:3], None, *points[3:]]
    traces = json.loads(bands([drawn.latency(points=points)], dark=False).to_json())["data"]
    assert [trace["x"].count(None) for trace in traces] == [2, 0, 0, 0]


def test_a_single_measurement_can_be_seen() -> None:
    traces = json.loads(bands([drawn.latency(points=(drawn.point(0),))], dark=False).to_json())["data"]

    assert "lines+markers" in {trace["mode"] for trace in traces}
