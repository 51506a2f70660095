"""The first page: cards worst first, both sides with their ages, and nothing old in green."""

from decimal import Decimal

import pytest

from reconciler.alerts.alert import AlertState
from reconciler.facts.finding import Kind
from tests.dashboard import drawn
from tests.dashboard.memory_console import Memory
from tests.dashboard.screen import buttons, opened, reading, text

ORPHAN = drawn.alert(
    2, Kind.ORPHANED_POSITION, symbol="NEAR/USDT:USDT", expected=Decimal(0), observed=Decimal(5)
)


def test_all_well_says_so_with_its_age() -> None:
    with reading(Memory()):
        screen = opened()

    assert [str(banner.value) for banner in screen.success] == ["**All 43 positions verified** 4 s ago\\."]
    assert "No alert needs you." in text(screen)
    assert not screen.error
    assert not screen.button


def test_two_criticals_are_two_cards_with_both_sides_and_their_ages() -> None:
    with reading(Memory(drawn.view(alerts=(drawn.alert(1), ORPHAN)))):
        screen = opened()

    said = text(screen)
    assert "2 positions need you:" in said
    assert buttons(screen) == {"acknowledge-1", "more-1", "acknowledge-2", "more-2"}
    assert "No stop: BTC/USDT:USDT long 0.85 contracts (0.85 BTC)" in said
    assert "account main · $81 k exposed · since 13:58:59 UTC, 3 m 12 s" in said
    assert "Bot's ledger mybot: trade 12 is open, long 0.85 (14:02:08 UTC, 3 s ago)" in said
    assert "nothing about it" in said
    assert "long 5 contracts (5 NEAR)" in said
    assert "Critical: 2" in said
    assert "Unacknowledged: 2" in said


def test_an_acknowledged_alert_says_by_whom_and_does_not_ask_for_another() -> None:
    with reading(Memory(drawn.view(alerts=(drawn.acknowledged(drawn.alert(1)),)))):
        screen = opened()

    assert "Acknowledged by ann 1 m ago, ends in 14 m: setting a stop" in text(screen)
    assert "Acknowledged, not over yet" in text(screen)
    assert [button.key for button in screen.button] == ["more-1"]
    assert not screen.success


def test_a_dead_reconciler_is_said_first_and_nothing_is_green() -> None:
    with reading(Memory(drawn.view(heartbeat=drawn.beating(37)))):
        screen = opened()

    assert [str(banner.value) for banner in screen.error] == [
        "**Trueup is blind\\: the reconciler has been silent for 37 s\\.** What you see below is old\\."
    ]
    assert not screen.success
    assert "green" not in text(screen)
    assert "No alert was open when Trueup last looked." in text(screen)


def test_a_database_that_cannot_be_read_is_not_an_empty_one() -> None:
    with reading(Memory(broken="trueup.db is locked: another program writes to it.")):
        screen = opened()

    said = text(screen)
    assert "Trueup is blind: its own database could not be read." in said
    assert "trueup.db is locked" in said
    assert "could not be read. That does not mean that there are none." in said
    assert "No alert needs you" not in said
    assert not screen.success
    assert not screen.metric
    assert "green" not in said


def test_without_an_address_of_a_database_the_screens_say_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TRUEUP_STATE_URL", raising=False)

    assert "start this with `trueup dashboard`" in text(opened())


def test_a_hostile_symbol_is_only_text() -> None:
    hostile = drawn.alert(1, symbol=drawn.HOSTILE)
    with reading(Memory(drawn.view(alerts=(hostile,), resolved=(drawn.alert(2, symbol=drawn.HOSTILE),)))):
        screen = opened()

    raw = "\n".join(str(each.value) for each in (*screen.markdown, *screen.caption, *screen.error))
    assert drawn.HOSTILE in text(screen)
    assert "<img" not in raw.replace("\\<img", "")


def test_a_healing_and_a_resolved_alert_are_told_apart() -> None:
    healing = drawn.alert(1, state=AlertState.RECOVERING, recovering_since=drawn.before(3))
    over = drawn.alert(
        2, state=AlertState.RESOLVED, resolved_at=drawn.before(300), first_seen=drawn.before(700)
    )
    with reading(Memory(drawn.view(alerts=(healing,), resolved=(over,)))):
        screen = opened()

    said = text(screen)
    assert "looks healed, being checked again" in said
    assert "over 5 m ago after 6 m 40 s" in said
    assert not screen.success


def test_a_retired_alert_is_not_among_the_resolved_ones_and_does_not_claim_to_be_over() -> None:
    gone = drawn.alert(
        3,
        state=AlertState.RETIRED,
        resolved_at=drawn.before(300),
        retired="account main is no longer in the settings",
    )
    with reading(Memory(drawn.view(resolved=(gone,)))):
        screen = opened()

    said = text(screen)
    assert "Watched no more" in said
    assert "Recently resolved" not in said
    assert "Had no stop: BTC/USDT:USDT" in said
    assert (
        "watched no more since 5 m ago, and not seen to be over: account main is no longer in the settings"
        in said
    )
    assert ":gray-badge[:material/visibility\\_off: Retired]".replace("\\", "") in said


def test_an_alert_that_cannot_be_checked_says_so() -> None:
    frozen = drawn.alert(1, frozen_since=drawn.before(61))
    with reading(Memory(drawn.view(alerts=(frozen,)))):
        screen = opened()

    assert "cannot be checked for 1 m 1 s: this is how it was last seen" in text(screen)


def test_a_blindness_tells_its_reason_and_no_sizes() -> None:
    deaf = drawn.alert(
        1, Kind.SOURCE_DOWN, symbol="rest", expected=None, observed=None, exposure=None, reason="refused: 401"
    )
    with reading(Memory(drawn.view(alerts=(deaf,)))):
        screen = opened()

    said = text(screen)
    assert "Cannot see the exchange: position list" in said
    assert "refused: 401" in said
    assert "Bot says" not in said
