"""How channels fare stands on the strip of every page, and the messages about an alert on its own page."""

from dataclasses import replace

from dashboard.look.colours import Tone
from dashboard.words.chips import chips as shown_of
from reconciler.facts.message import ChannelView, MessageView
from reconciler.views.alert import AlertView
from tests.dashboard import drawn
from tests.dashboard.memory_console import Memory
from tests.dashboard.screen import opened, reading, text

WELL = ChannelView(
    "phone", drawn.before(9000), drawn.before(7200), taken_at=drawn.before(7200), said="HTTP 200"
)
FAILS = ChannelView(
    "desk",
    drawn.before(9000),
    drawn.before(20),
    failing_since=drawn.before(192),
    failures=6,
    said="HTTP 503 Service Unavailable",
)


def chips(*channels: ChannelView, **view: object) -> list[tuple[str, Tone, str]]:
    drawn_view = replace(drawn.view(**view), channels=channels)  # type: ignore[arg-type]
    return [(chip.text, chip.tone, chip.more) for chip in shown_of(drawn_view) if "message" in chip.text]


def test_a_channel_that_fails_is_named_and_one_that_works_is_not() -> None:
    assert chips(WELL, FAILS, ChannelView("new", drawn.before(5), drawn.before(5))) == [
        ("desk has taken no message for 3 m 12 s", Tone.CRITICAL, "HTTP 503 Service Unavailable")
    ]


def test_a_channel_that_nobody_serves_any_more_is_old_and_not_red() -> None:
    left = replace(FAILS, at=drawn.before(3000))

    assert [tone for _, tone, _ in chips(left)] == [Tone.DIM]
    assert [tone for _, tone, _ in chips(FAILS, heartbeat=drawn.beating(600))] == [Tone.DIM]


def test_the_messages_about_an_alert_stand_on_its_page_with_what_came_back() -> None:
    told = MessageView(
        channel="phone",
        why="acknowledgement_expired",
        title="ACKNOWLEDGEMENT EXPIRED",
        body="<b>long 43</b>",
        tried_at=drawn.before(300),
        at=drawn.before(60),
        attempts=5,
        said="HTTP 200",
    )
    memory = Memory(drawn.view(alerts=(drawn.alert(1),)))
    shown = memory.alert

    def with_message(alert_id: int) -> AlertView:
        return replace(shown(alert_id), messages=(told,))

    memory.alert = with_message  # type: ignore[method-assign]  # as if it had been stored

    with reading(memory):
        screen = opened("alert", id="1")

    said = text(screen)
    assert "Messages" in said
    assert "phone" in said.split("Messages")[1]
    assert "<b>long 43</b>" in said
