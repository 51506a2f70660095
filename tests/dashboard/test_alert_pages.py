"""The alerts: the table with its filters in the address, and the page of one alert."""

from dataclasses import replace

import pytest

from dashboard.words import alert as alert_words
from reconciler.alerts.alert import AlertState
from reconciler.facts.finding import Evidence, Kind, Party
from reconciler.facts.silence import Silence
from tests.dashboard import drawn
from tests.dashboard.memory_console import Memory
from tests.dashboard.screen import buttons, opened, reading, run, table, text

FIRING = drawn.alert(1)
SEEN = drawn.acknowledged(drawn.alert(2, Kind.PHANTOM_POSITION, symbol="ATOM/USDT:USDT"))
OVER = drawn.alert(3, symbol="ETH/USDT:USDT", state=AlertState.RESOLVED, resolved_at=drawn.before(300))


def memory() -> Memory:
    return Memory(drawn.view(alerts=(FIRING, SEEN), resolved=(OVER,)))


def test_every_alert_is_a_row_with_a_link_by_its_id() -> None:
    with reading(memory()):
        rows = table(opened("alerts"))

    assert [row["Alert"] for row in rows] == ["/alert?id=1", "/alert?id=2", "/alert?id=3"]
    assert [row["State"] for row in rows] == ["needs you", "acknowledged", "resolved"]
    assert rows[1]["Acknowledged by"] == "ann"


@pytest.mark.parametrize(
    ("address", "ids"),
    [
        ({"state": "firing"}, ["/alert?id=1"]),
        ({"kind": "phantom_position"}, ["/alert?id=2"]),
        ({"account": "main", "state": "resolved"}, ["/alert?id=3"]),
    ],
)
def test_filters_are_taken_from_the_address(address: dict[str, str], ids: list[str]) -> None:
    with reading(memory()):
        rows = table(opened("alerts", **address))

    assert [row["Alert"] for row in rows] == ids


def test_a_filter_that_nothing_fits_is_not_an_empty_history() -> None:
    with reading(memory()):
        screen = opened("alerts")
        screen.pills(key="filter-state").set_value(["pending"])
        assert "No alert fits this filter." in text(run(screen))
        assert screen.query_params["state"] == "pending"
    with reading(Memory()):
        assert "No alert has been raised yet." in text(opened("alerts"))


def test_alerts_that_could_not_be_read_are_not_none() -> None:
    with reading(Memory(broken="locked")):
        said = text(opened("alerts"))

    assert "could not be read. That does not mean that there are none." in said
    assert "No alert" not in said


def test_one_alert_tells_what_to_do_its_evidence_and_its_history() -> None:
    with reading(memory()):
        screen = opened("alert", id="1")

    said = text(screen)
    assert "No stop: BTC/USDT:USDT long 0.85 contracts (0.85 BTC)" in said
    assert "Needs you, since 2026-11-22 13:58:59 UTC (3 m 12 s), last seen 1 s ago" in said
    assert "2. Place a reduce-only stop." in said
    assert "mybot: trade 12 is open, long 0.85 (14:02:08 UTC, 3 s ago)" in said
    assert buttons(screen) == {"acknowledge-1", "more-1"}
    assert table(screen)[0]["Why"] == "seen twice, 2 s apart"


def test_evidence_names_what_was_looked_at_as_the_strip_does() -> None:
    at = drawn.before(1)
    seen = (
        Evidence(Party.EXCHANGE, "rest", "holds long 0.85 BTC", at, {}),
        Evidence(Party.EXCHANGE, "conditional_orders", "no stop rests", at, {}),
    )
    with reading(Memory(drawn.view(alerts=(replace(FIRING, evidence=seen),)))):
        said = text(opened("alert", id="1"))

    assert "position list: holds long 0.85 BTC" in said
    assert "stop orders: no stop rests" in said


def test_a_contradiction_about_an_order_claims_nothing_of_what_the_sides_hold() -> None:
    told = replace(
        FIRING, key=replace(FIRING.key, kind=Kind.SOURCES_DISAGREE), expected=None, observed=None, evidence=()
    )
    with reading(Memory(drawn.view(alerts=(told,)))):
        said = text(opened("alert", id="1"))

    assert "The exchange contradicts itself" in said
    assert "Bot says" not in said


def test_a_resolved_alert_is_not_shown_in_the_colour_of_danger() -> None:
    with reading(memory()):
        firing, over = text(opened("alert", id="1")), text(opened("alert", id="3"))

    assert ":red-badge[:material/error: Critical]" in firing
    assert ":gray-badge[:material/error: Critical]" in over


def test_a_resolved_alert_has_no_button_and_no_steps() -> None:
    with reading(memory()):
        screen = opened("alert", id="3")

    assert "Resolved 5 m ago" in text(screen)
    assert "What to do" not in text(screen)
    assert not screen.button


@pytest.mark.parametrize("given", ["", "x", "-1", "1; drop", "9" * 30, "²", "77"])
def test_an_address_that_names_no_alert_says_so(given: str) -> None:
    with reading(memory()):
        screen = opened("alert", id=given)

    assert "names no alert" in text(screen) or "There is no alert 77." in text(screen)


def test_an_alert_that_could_not_be_read_is_not_over() -> None:
    with reading(Memory(broken="locked")):
        assert "could not be read. That does not mean that it is over." in text(opened("alert", id="1"))


def test_an_old_view_says_that_the_alert_cannot_be_checked() -> None:
    with reading(Memory(drawn.view(alerts=(FIRING,), heartbeat=drawn.beating(60)))):
        assert "cannot be checked now" in text(opened("alert", id="1"))


def test_an_alert_that_is_over_is_not_told_in_the_present_tense() -> None:
    with reading(memory()):
        said = text(opened("alert", id="3"))

    assert "This is over. As it was last found" in said
    assert "Bot said" in said
    assert "Exchange said" in said
    assert "Exposure then" in said
    assert "Bot says" not in said


def test_a_retired_alert_says_why_and_claims_no_end_of_it() -> None:
    gone = drawn.alert(
        8,
        state=AlertState.RETIRED,
        resolved_at=drawn.before(300),
        retired="account main is no longer in the settings",
    )
    with reading(Memory(drawn.view(resolved=(gone,)))):
        screen = opened("alert", id="8")

    said = text(screen)
    assert "Retired 5 m ago" in said
    assert "Retired, not resolved: account main is no longer in the settings." in said
    assert "BTC/USDT:USDT had no stop when that was last found, at 2026-11-22 14:02:10 UTC, and is" in said
    assert "This is over" not in said
    assert not screen.button


def test_the_states_that_an_alert_has_left_are_told_as_past() -> None:
    with reading(memory()):
        assert [row["State"] for row in table(opened("alert", id="1"))] == ["needs you"]
        assert [row["State"] for row in table(opened("alert", id="3"))] == ["needed you"]


def test_how_old_a_reading_is_and_since_when_it_is_so_are_two_times() -> None:
    week = drawn.before(7 * 86400 + 16).isoformat()
    read = Evidence(
        Party.BOT, "mybot", "trade 12: long 0.85 BTC, open", drawn.before(16), {"changed_at": week}
    )
    shown = drawn.alert(4, evidence=(read,))
    with reading(Memory(drawn.view(alerts=(shown,)))):
        said = text(opened("alert", id="4"))

    assert "(read 14:01:55 UTC, 16 s ago, unchanged for 7 d)" in said
    assert "read 16 s ago, unchanged for 7 d" in said.split("Evidence")[0]
    assert "7 d ago" not in said


def test_a_long_note_and_a_long_reason_are_shown_to_their_end() -> None:
    note = f"{'called the venue, ' * 40}ticket 4711"
    told = replace(drawn.acknowledged(drawn.alert(5), note=note), reason=f"{'because ' * 100}of that.")
    with reading(Memory(drawn.view(alerts=(told,)))):
        for page in (text(opened("alert", id="5")), text(opened("now"))):
            assert "ticket 4711" in page
            assert "of that." in page


def test_a_long_symbol_does_not_take_the_room_of_the_next_alert() -> None:
    endless = drawn.alert(6, symbol=f"{'A' * 600}/USDT:USDT")
    second = drawn.alert(7, Kind.ORPHANED_POSITION, symbol="ETH/USDT:USDT")
    with reading(Memory(drawn.view(alerts=(endless, second)))):
        said = text(opened("now"))

    banner = next(line for line in said.splitlines() if "2 positions need you" in line)
    assert alert_words.clause(second, drawn.NOW) in banner


def test_a_silence_of_the_alertmanager_is_shown_and_quiets_nothing() -> None:
    silenced = Memory(drawn.view(alerts=(FIRING,)), silences={1: Silence("<b>ann", drawn.NOW, "*lunch*")})
    with reading(silenced):
        said = text(opened("alert", id="1"))

    assert "Silenced in the Alertmanager by <b>ann, until" in said
    assert "*lunch*. Trueup's own messages go on." in said
    assert "Needs you" in said
