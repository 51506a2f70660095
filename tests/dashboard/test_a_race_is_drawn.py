"""The race of an alert: each moment that is kept stands on its lane, milliseconds beside minutes."""

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

from msgspec.structs import replace as changed
from streamlit.testing.v1 import AppTest

from dashboard.charts.race import drawn as figure_of
from dashboard.look.colours import Tone
from dashboard.words.race import Lane, Mark, Race, in_words, race_of
from dashboard.words.race_marks import alert_race
from dashboard.words.race_panes import labels, panes
from reconciler.alerts.alert import Alert
from reconciler.facts.finding import Evidence, FindingKey, Kind, Party
from reconciler.record.stored_verification import record_of
from reconciler.views.alert import AlertView
from reconciler.views.alert_story import AlertStory, RecordedVerification
from tests.dashboard import drawn as screens
from tests.dashboard.memory_console import Memory
from tests.dashboard.screen import opened, reading, text
from tests.verification import drawn
from verification.facts.observation import Source
from verification.facts.verification import Verification
from verification.rules.judgement import decide

ZERO = drawn.START
KEY = FindingKey(Kind.ORPHANED_POSITION, drawn.KEY.account, drawn.KEY.symbol, drawn.KEY.leg)


def at(milliseconds: float) -> datetime:
    return ZERO + timedelta(milliseconds=milliseconds)


def incident() -> tuple[AlertView, AlertStory]:
    """The stream shows the fill after 8 ms, the list nothing for three seconds; then the bot buys again."""
    fill = drawn.filled_at(0, drawn.order(43, ended=True, agree=True, at=0.12))
    seen = (
        drawn.row(43, 11, at=0.008),
        changed(fill, average_price=Decimal("0.1835")),
        drawn.gone(0.3),
        drawn.gone(1.5),
        drawn.row(43, None, at=3.4, source=Source.REST),
    )
    question = drawn.opening(asked=-0.045)
    verdict = Verification(question, decide(question, seen), seen, decided=drawn.moment(0.008))
    view, _ = record_of(verdict, asked_by="bot")
    bot = Evidence(Party.BOT, "bot", "trade 77: failed", at(3300), {"changed_at": at(3010).isoformat()})
    alert = replace(
        screens.alert(1),
        key=KEY,
        first_seen=at(3110),
        fired_at=at(5200),
        last_seen=at(9000),
        observed=Decimal(86),
    )
    history = screens.history(alert)
    found = replace(history.transitions[0], at=at(5200), evidence=(bot,))
    return replace(history, transitions=(found,)), AlertStory((RecordedVerification(view, verdict),))


def incident_race() -> Race:
    race = alert_race(*incident())
    assert race is not None
    return race


def told(race: Race, lane: Lane) -> list[tuple[float, str]]:
    return [(round(race.offset(mark), 1), mark.text) for mark in race.marks if mark.lane is lane]


def test_each_moment_stands_on_its_lane_counted_from_the_fill() -> None:
    race = incident_race()

    assert (race.zero, race.zero_is) == (ZERO, "the first fill")
    assert told(race, Lane.ORDERS) == [(-45.0, "sends buy 43")]
    assert told(race, Lane.FILLS) == [(0.0, "bought 43 at 0.1835")]
    assert told(race, Lane.WEBSOCKET) == [(8.0, "long 43")]
    assert told(race, Lane.ORDER) == [(120.0, "filled 43")]
    assert told(race, Lane.REST) == [(300.0, "shows nothing"), (1500.0, "shows nothing"), (3400.0, "long 43")]
    assert told(race, Lane.BOOKS) == [(3010.0, "trade 77: failed")]
    assert told(race, Lane.ALERT) == [(5200.0, "needs you")]
    assert [text for _, text in told(race, Lane.VERDICT)] == ["open confirmed, long 43, by the websocket"]


def test_asked_and_nothing_shown_is_hollow_and_never_a_position() -> None:
    hollow = [mark for mark in incident_race().marks if mark.hollow]

    assert {mark.lane for mark in hollow} == {Lane.REST}


def test_milliseconds_and_seconds_have_a_pane_each_and_no_moment_is_lost() -> None:
    race = incident_race()

    parts = panes(race)

    assert [part.title for part in parts] == ["the first 300 ms", "then up to 5.20 s"]
    assert tuple(mark for part in parts for mark in part.marks) == race.marks
    assert all(part.begin <= race.offset(mark) <= part.end for part in parts for mark in part.marks)


def race(*times: float, text: str = "shown") -> Race:
    marks = [Mark(Lane.REST, at(time), f"{text} {place}") for place, time in enumerate(times)]
    made = race_of(marks, ZERO, "it")
    assert made is not None
    return made


def test_hours_later_get_a_pane_of_their_own_and_looks_at_one_time_do_not() -> None:
    assert panes(race(0, 8, 20, 3000, 3600_000))[0].title == "the first 20 ms"
    assert len(panes(race(0, 1000, 2000, 3000, 3001, 3001.5))) == 1
    hours = panes(race(0, 10_800_000, 10_800_500, 10_802_000))
    assert [part.title for part in hours][1:] == ["3 h later"]
    assert "+1 s" in [label for _, label in hours[1].ticks]


def test_one_moment_alone_is_drawn_too() -> None:
    figure_of(race(5), dark=False)


def test_words_beside_marks_do_not_run_into_each_other() -> None:
    crowded = race(0, 1, 2, 3, 400, 401, 1000, text="a source has said a rather long sentence")
    (pane,) = panes(race(0, 250, 500, 1000, text="a source has said a rather long sentence"))
    for part, of in ((pane, race(0, 250, 500, 1000)), *((part, crowded) for part in panes(crowded))):
        scale, end = 600 / (part.end - part.begin), 0.0
        for one in labels(of, part, Lane.REST, 600):
            place = (of.offset(one.mark) - part.begin) * scale
            wide = len(one.text) * 6
            begin = place - 8 - wide if one.left else place + 8
            assert not one.text or begin >= end - 1
            end = max(end, begin + wide if one.text else place)


def test_the_same_said_again_is_not_written_again() -> None:
    marks = [Mark(Lane.REST, at(time), "long 43") for time in (0, 500, 1000)]
    again = race_of(marks)
    assert again is not None
    (pane,) = panes(again)

    assert [one.text for one in labels(again, pane, Lane.REST, 900)] == ["0: long 43", "", ""]


def test_a_drawing_stands_still_while_nothing_happens() -> None:
    found, story = incident()
    later = replace(found, alert=replace(found.alert, last_seen=at(60_000), version=99))

    assert alert_race(later, story) == alert_race(found, story)


def test_what_others_wrote_is_no_tag_in_the_drawing_and_no_longer_than_a_name() -> None:
    hostile = f'<a href="http://x">{"A" * 5000}</a>\N{RIGHT-TO-LEFT OVERRIDE}'
    made = race_of([Mark(Lane.BOOKS, ZERO, hostile), Mark(Lane.ALERT, at(9), "needs you", Tone.CRITICAL)])
    assert made is not None

    drawing = figure_of(made, dark=True).to_json()

    assert "<a " not in drawing
    assert "\N{RIGHT-TO-LEFT OVERRIDE}" not in drawing
    assert "A" * 200 not in drawing


def test_a_verification_that_cannot_be_read_is_said_and_the_rest_is_drawn() -> None:
    found, story = incident()
    (verified,) = story.verifications
    unread = AlertStory((replace(verified, verification=None, problem="no evidence is stored with it"),))
    assert alert_race(found, unread) is not None
    with reading(_memory(found.alert, unread)):
        assert "1 verification could not be read, and is not drawn." in text(opened("alert", id="1"))


def test_the_page_draws_it_with_words_for_those_who_cannot_see_it() -> None:
    found, story = incident()
    with reading(_memory(found.alert, story)):
        screen = opened("alert", id="1")

    (chart,) = _charts(screen)
    assert "8.0 ms, Websocket: long 43." in chart
    assert "The race in words" in text(screen)
    assert "300 ms, Position list: shows nothing." in in_words(incident_race())


def _memory(alert: Alert, story: AlertStory) -> Memory:
    return Memory(screens.view(alerts=(alert,)), stories={1: story})


def _charts(screen: AppTest) -> list[str]:
    return [str(each.proto.alt) for each in screen.get("plotly_chart")]
