"""Late fills on virtual time: one alert, linked to its verification, through expiry and restart."""

from datetime import timedelta
from decimal import Decimal
from pathlib import Path

from reconciler.facts.finding import Kind, Party
from tests.reconciler.accounts import SYMBOL
from tests.reconciler.bot_verdicts import refuted_by_the_bot
from tests.reconciler.house import House, play
from verification.facts.errors import SourceUnreachable
from verification.facts.leg import Side
from verification.venues.stream_state import StreamState

ONE = {Kind.REAPPEARED_POSITION}


def opening(house: House) -> int:
    return house.journal.opening(SYMBOL, Side.BUY, Decimal(43), client_order_id="e1")


async def refused(house: House) -> None:
    """An open that was refuted, and whose row failed."""
    await house.quiet(40)
    house.venue.executed("e1", "0")
    entry = opening(house)
    await house.until(lambda: verdicts(house) == ["refuted"], within=15)
    house.journal.failed(entry, "nothing executed")


def verdicts(house: House) -> list[str]:
    return [each.verdict for each in house.console.queries.verifications()]


def linked(house: House) -> None:
    """The one alert names the order and the verification that is stored."""
    alert = house.alerts()[Kind.REAPPEARED_POSITION]
    (stored,) = house.console.queries.verifications()
    assert f"(verification {stored.id})" in alert.reason
    assert "order e1" in alert.reason


async def told_once(house: House, *, beside: frozenset[Kind] = frozenset()) -> None:
    await house.until(lambda: Kind.REAPPEARED_POSITION in house.alerts(), within=40)
    linked(house)
    await house.until(lambda: set(house.alerts()) == ONE | beside, within=60)
    assert Kind.ORPHANED_POSITION not in {alert.key.kind for alert in house.console.queries.alerts()}


async def gone(house: House) -> None:
    house.venue.hold("0")
    await house.until(lambda: house.alerts() == {}, within=60)


def test_a_fill_after_a_refuted_open_is_told_until_it_is_gone(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        await refused(house)
        await house.quiet(120)
        assert house.alerts(fired=False) == {}
        house.venue.hold("43")
        await told_once(house)
        house.clock.step(timedelta(minutes=31))
        await house.quiet(120)
        assert set(house.alerts()) == ONE, "it stays what it is when the watch is over"
        await gone(house)

    play(tmp_path, story)


def test_a_fill_after_an_open_that_stayed_unknown_is_told(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        await house.quiet(40)
        house.venue.stream(StreamState.DOWN)
        house.venue.fail(error=SourceUnreachable("timed out"))
        entry = opening(house)
        await house.until(lambda: Kind.UNVERIFIED_OPEN in house.alerts(), within=11)
        house.journal.failed(entry, "no answer")
        house.venue.heal()
        house.venue.stream(StreamState.LIVE)
        await house.quiet(120)
        house.venue.hold("43")
        await house.until(lambda: Kind.REAPPEARED_POSITION in house.alerts(), within=40)
        linked(house)
        assert Kind.ORPHANED_POSITION not in house.alerts(fired=False)

    play(tmp_path, story)


def test_a_position_that_comes_back_after_a_rollback_is_told(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        entry = house.open_trade(stop_id=None)
        await house.quiet(60)
        house.journal.closing(entry, "x1", Decimal(43))
        house.venue.executed("x1", "-43")
        house.venue.hold("0")
        await house.until(lambda: verdicts(house) == ["confirmed", "confirmed"], within=15)
        house.journal.failed(entry, "rolled back: the stop was refused")
        await house.quiet(120)
        assert house.alerts() == {}
        house.venue.hold("43")
        await house.until(lambda: Kind.REAPPEARED_POSITION in house.alerts(), within=40)
        assert (
            "order x1 was confirmed to have rolled it back" in house.alerts()[Kind.REAPPEARED_POSITION].reason
        )

    play(tmp_path, story)


def test_what_a_bot_refuted_itself_is_watched_as_well(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        await house.quiet(40)
        asked = house.clock.now()
        entry = opening(house)
        # The row has failed before the sidecar could ask by itself.
        house.journal.failed(entry, "nothing executed")
        house.journal.verified(entry, refuted_by_the_bot(asked))
        await house.until(lambda: verdicts(house) == ["refuted"], within=5)
        house.venue.executed("e1", "43")
        house.venue.push(house.venue.seen["e1"])
        house.venue.hold("43")
        # What refuted it and what executed cannot both be true, and that is told as well.
        await told_once(house, beside=frozenset({Kind.SOURCES_DISAGREE}))
        (line,) = [
            each for each in house.alerts()[Kind.REAPPEARED_POSITION].evidence if each.party is Party.TRUEUP
        ]
        assert line.text.endswith("the order has shown 43 contracts executed since")

    play(tmp_path, story)


def test_the_watch_survives_a_restart(tmp_path: Path) -> None:
    async def second(house: House) -> None:
        await house.quiet(5)
        house.venue.hold("43")
        await told_once(house)

    play(tmp_path, refused)
    play(tmp_path, second, prepare=lambda house: house.clock.step(timedelta(minutes=10)))


def test_an_open_alert_stays_what_it_is_over_a_restart_after_the_watch(tmp_path: Path) -> None:
    async def first(house: House) -> None:
        await refused(house)
        house.venue.hold("43")
        await told_once(house)

    async def second(house: House) -> None:
        await house.quiet(120)
        assert set(house.alerts(fired=False)) == ONE
        linked(house)
        await gone(house)
        house.venue.hold("43")
        await house.until(lambda: set(house.alerts()) == {Kind.ORPHANED_POSITION}, within=60)

    def later(house: House) -> None:
        house.clock.step(timedelta(hours=3))
        house.venue.hold("43", told=False)

    play(tmp_path, first)
    play(tmp_path, second, prepare=later)
