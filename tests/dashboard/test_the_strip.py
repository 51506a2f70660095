"""The strip: one fact while all is well, and by name what is not; nothing old is green."""

import pytest

from dashboard.look.colours import Tone
from dashboard.words import numbers as words
from dashboard.words.chips import Chip, chips
from dashboard.words.verdict import Unread
from tests.dashboard import drawn
from tests.dashboard.memory_console import Memory
from tests.dashboard.screen import banner, html, opened, reading


def said(shown: tuple[Chip, ...]) -> list[tuple[str, Tone]]:
    return [(chip.text, chip.tone) for chip in shown]


def test_all_well_is_one_fact() -> None:
    old = drawn.source("rest", last_ok=drawn.before(8))

    assert said(chips(drawn.view(sources=(drawn.source(), old)))) == [
        ("2 of 2 sources live, oldest 8 s", Tone.GOOD)
    ]


def test_what_is_not_live_is_named_with_its_age() -> None:
    view = drawn.view(
        sources=(
            drawn.source(),
            drawn.source("rest", "down", last_ok=None),
            drawn.source("ledger:mybot", "stale", last_ok=drawn.before(40)),
        )
    )

    assert said(chips(view)) == [
        ("1 of 3 sources live, oldest 1 s", Tone.WARNING),
        ("main position list down, never seen well", Tone.CRITICAL),
        ("main ledger mybot stale, well 40 s ago", Tone.WARNING),
    ]


def test_an_account_that_nobody_looks_at_is_named_and_who_watches_each_is_told() -> None:
    watches = (drawn.watch(drawn.beating(37)), drawn.watch(drawn.beating(), "other"))
    view = drawn.view(watches=watches, sources=(drawn.source(), drawn.source(account="other")))

    shown = chips(view)
    assert said(shown) == [
        ("main: reconciler last seen 37 s ago", Tone.CRITICAL),
        ("1 of 2 sources live, oldest 1 s", Tone.WARNING),
        ("main websocket ok, well 1 s ago (old)", Tone.DIM),
    ]
    assert "other: reconciler 1 s ago, watched by web-1 4711" in shown[1].more


def test_what_is_old_of_an_account_is_one_fact() -> None:
    sources = (drawn.source(), drawn.source("rest"), drawn.source("orders", "down", last_ok=drawn.before(99)))

    shown = chips(drawn.view(heartbeat=drawn.beating(37), sources=sources))

    assert said(shown) == [
        ("reconciler last seen 37 s ago", Tone.CRITICAL),
        ("0 of 3 sources live", Tone.DIM),
        ("main: what 3 sources said is old", Tone.DIM),
    ]
    assert "main open orders down" in shown[-1].more


def test_of_a_hundred_accounts_the_worst_are_named_and_the_rest_is_counted() -> None:
    names = [f"acc{n:03}" for n in range(100)]
    watches = tuple(drawn.watch(drawn.beating(37 if n < 50 else 0), name) for n, name in enumerate(names))
    stale = tuple(drawn.source("rest", "stale", account=name) for name in names[50:])
    down = drawn.source("rest", "down", account="acc099")
    view = drawn.view(watches=watches, sources=(*stale[:-1], down), cycles=())

    assert said(chips(view)) == [
        *((f"{name}: reconciler last seen 37 s ago", Tone.CRITICAL) for name in names[:4]),
        ("46 more accounts not well, on Health", Tone.CRITICAL),
        ("0 of 50 sources live", Tone.DIM),
        ("acc099 position list down, well 1 s ago", Tone.CRITICAL),
        *((f"{name} position list stale, well 1 s ago", Tone.WARNING) for name in names[50:53]),
        ("46 more sources not well, on Health", Tone.WARNING),
    ]


def test_nothing_on_the_strip_is_green_when_it_is_old() -> None:
    dead = drawn.view(heartbeat=drawn.beating(37))
    unwritten = drawn.view(sources=(drawn.source(at=drawn.before(600)),))

    for view in (dead, unwritten, Unread("locked", drawn.NOW)):
        assert Tone.GOOD not in {chip.tone for chip in chips(view)}


def test_an_untried_venue_is_called_that_beside_sources_that_are_live() -> None:
    view = drawn.view(sources=(drawn.source(), drawn.source("venue", "untried", last_ok=None)))

    assert said(chips(view)) == [
        ("1 of 1 source live, oldest 1 s", Tone.GOOD),
        ("main venue untried", Tone.WARNING),
    ]


def test_a_venue_that_has_no_stream_is_not_counted() -> None:
    view = drawn.view(sources=(drawn.source("rest"), drawn.source(state="unsupported", last_ok=None)))

    assert said(chips(view)) == [("1 of 1 source live, oldest 1 s", Tone.GOOD)]


def test_the_clock_says_utc_first_and_then_the_time_of_the_reader() -> None:
    with reading(Memory()):
        assert "<b>14:02:11 UTC</b>" in html(opened())

    assert words.local(drawn.NOW, "Europe/Berlin") == "15:02:11 Berlin"
    assert words.local(drawn.NOW, "America/New_York") == "09:02:11 New York"
    assert words.local(drawn.NOW, "Etc/UTC") == words.local(drawn.NOW, None) == ""
    assert words.local(drawn.NOW, drawn.HOSTILE) == words.local(drawn.NOW, "../etc") == ""


@pytest.mark.parametrize(
    "page", ["now", "desk", "alerts", "alert", "positions", "latency", "verifications", "health", "audit"]
)
def test_every_page_has_one_sentence_on_top_and_one_beat(page: str) -> None:
    with reading(Memory(drawn.view(alerts=(drawn.alert(1),)))):
        screen = opened(page)

    assert banner(screen)[0] == "critical"
    components = [each.proto.component_name for each in screen.get("bidi_component")]
    assert components.count("trueup_silence") == 1
    assert components.count("trueup_changes") == 1
