"""How channels fare stands on the strip of every page, and the messages about an alert on its own page."""

from dataclasses import replace

from dashboard import strip
from reconciler.facts.message import ChannelView, MessageView
from reconciler.views.alert import AlertView
from tests.dashboard import drawn
from tests.dashboard.memory_console import Memory
from tests.dashboard.screen import opened, reading, table, text

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


def chips(*channels: ChannelView, **view: object) -> list[tuple[str, str, str]]:
    drawn_view = replace(drawn.view(**view), channels=channels)  # type: ignore[arg-type]
    shown = strip.chips(drawn_view)
    return [
        (chip.text, chip.colour, chip.more)
        for chip in shown
        if "notifications" in chip.icon or "old" in chip.text
    ]


def test_a_channel_that_fails_is_red_and_one_that_works_is_never_green() -> None:
    assert chips(WELL, FAILS) == [
        ("phone: last message 2 h ago", "gray", "HTTP 200"),
        ("desk has taken no message for 3 m 12 s", "red", "HTTP 503 Service Unavailable"),
    ]
    assert chips(ChannelView("new", drawn.before(5), drawn.before(5)))[0][0] == "new: no message yet"


def test_a_channel_that_nobody_serves_any_more_is_old_and_not_red() -> None:
    left = replace(FAILS, at=drawn.before(3000))

    assert [colour for _, colour, _ in chips(left)] == ["gray"]
    assert [colour for _, colour, _ in chips(FAILS, heartbeat=drawn.beating(600))][-1] == "gray"


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

    assert "Messages" in text(screen)
    (row,) = table(screen)
    assert (row["Channel"], row["Why"]) == ("phone", "acknowledgement expired")
    assert row["What came back"].startswith("HTTP 200, at attempt 5 since ")
    assert "long 43" in row["Message"]
