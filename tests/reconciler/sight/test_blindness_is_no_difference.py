"""What cannot be read is told as blindness, never as a phantom or an orphan; open alerts freeze."""

import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from reconciler.alerts.alert import AlertState
from reconciler.facts.finding import Kind
from reconciler.kinds.registry import DIFFERENCES
from reconciler.storage.errors import StateDatabaseError, StateTrouble
from tests.reconciler.house import House, play
from verification.facts.account import Part
from verification.facts.errors import SourceError, SourceMalformed, SourceRejected, SourceUnreachable
from verification.facts.leg import Side
from verification.venues.stream_state import StreamState

FAILURES = [
    SourceUnreachable("timed out"),
    SourceMalformed("<html> in place of a list"),
    SourceRejected("wrong key"),
    SourceError("?"),
]


def taken_away(folder: Path) -> dict[Path, Path]:
    """Take the bot's database away; say where each file went."""
    (folder / "away").mkdir()
    return {file: file.rename(folder / "away" / file.name) for file in folder.glob("bot.db*")}


@pytest.mark.parametrize("error", FAILURES, ids=str)
def test_a_failed_position_list_is_blindness_and_never_a_difference(
    tmp_path: Path, error: SourceError
) -> None:
    async def story(house: House) -> None:
        house.open_trade()
        await house.quiet(65)
        assert house.cycle().status == "complete"

        house.venue.stream(StreamState.DOWN)
        house.venue.fail(error=error)
        await house.until(lambda: Kind.SOURCE_DOWN in house.alerts(), within=80)
        assert house.cycle().status == "blind"
        assert house.cycle().problems
        assert not DIFFERENCES & house.alerts(fired=False).keys()
        await house.quiet(300)
        assert not DIFFERENCES & house.alerts(fired=False).keys()

        house.venue.heal()
        house.venue.stream(StreamState.LIVE)
        await house.until(lambda: not house.alerts(), within=75)
        await house.until(lambda: house.cycle().status == "complete", within=31)

    play(tmp_path, story)


def test_a_failure_that_lasts_is_told_within_half_a_minute_and_so_is_its_end(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        house.open_trade()
        await house.quiet(65)
        house.venue.fail(Part.CONDITIONAL_ORDERS, error=SourceUnreachable("timed out"))
        house.unit.loop.mark(("AVL/USDT:USDT",))
        await house.until(lambda: Kind.SOURCE_DOWN in house.alerts(), within=30)
        assert house.cycle().status == "partial"
        assert set(house.alerts(fired=False)) == {Kind.SOURCE_DOWN}
        house.venue.heal()
        house.unit.loop.mark(("AVL/USDT:USDT",))
        await house.until(lambda: not house.alerts(), within=20)

    play(tmp_path, story)


def test_one_good_read_in_a_bad_spell_resolves_nothing(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        house.open_trade()
        await house.quiet(65)
        house.venue.fail(error=SourceUnreachable("timed out"))
        await house.until(lambda: Kind.SOURCE_DOWN in house.alerts(), within=80)
        reads = len(house.venue.reads)
        house.venue.heal()
        await house.until(lambda: len(house.venue.reads) > reads, within=70)
        await house.quiet(0.05)
        house.venue.fail(error=SourceUnreachable("timed out"))
        await house.quiet(4)
        assert house.alerts()[Kind.SOURCE_DOWN].state is not AlertState.RESOLVED

    play(tmp_path, story)


def test_open_alerts_freeze_while_the_venue_cannot_be_seen_and_are_not_resolved(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        house.venue.hold("10")
        await house.until(lambda: Kind.ORPHANED_POSITION in house.alerts(), within=30)
        house.venue.stream(StreamState.DOWN)
        house.venue.fail(error=SourceUnreachable("timed out"))
        house.venue.held.clear()
        await house.quiet(400)
        frozen = house.alerts()[Kind.ORPHANED_POSITION]
        assert frozen.frozen_since is not None
        house.venue.heal()
        house.venue.stream(StreamState.LIVE)
        house.venue.hold("0")
        await house.until(lambda: Kind.ORPHANED_POSITION not in house.alerts(), within=45)

    play(tmp_path, story)


def test_a_ledger_that_cannot_be_read_is_blindness_and_makes_no_orphans(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        house.open_trade()
        await house.quiet(65)
        files = taken_away(tmp_path)
        await house.until(lambda: Kind.LEDGER_UNREADABLE in house.alerts(), within=5)
        await house.until(lambda: house.cycle().status == "blind", within=5)
        await house.quiet(200)
        assert not DIFFERENCES & house.alerts(fired=False).keys()
        for file, kept in files.items():
            shutil.move(kept, file)
        await house.until(lambda: not house.alerts(), within=20)
        await house.until(lambda: house.cycle().status == "complete", within=20)

    play(tmp_path, story)


def test_a_venue_that_is_down_at_the_start_is_blindness_and_then_recovers(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        await house.until(lambda: Kind.SOURCE_DOWN in house.alerts(), within=20)
        assert house.cycle().status == "blind"
        assert house.unit.loop.last_pass.monotonic > house.clock.now().monotonic - 6
        house.writer.busy = True
        await house.quiet(20)
        house.writer.busy = False
        house.venue.refuses = None
        await house.until(lambda: house.cycle().status == "complete", within=10)
        await house.until(lambda: not house.alerts(), within=40)
        house.venue.hold("10")
        await house.until(lambda: Kind.ORPHANED_POSITION in house.alerts(), within=30)

    def prepare(house: House) -> None:
        house.venue.refuses = SourceUnreachable("connection refused")

    play(tmp_path, story, prepare=prepare)


def test_alerts_of_the_process_before_freeze_where_the_new_one_cannot_connect(tmp_path: Path) -> None:
    async def before(house: House) -> None:
        house.venue.hold("10")
        await house.until(house.alerts, within=30)

    async def after(house: House) -> None:
        await house.quiet(20)
        assert house.alerts()[Kind.ORPHANED_POSITION].frozen_since is not None

    play(tmp_path, before)
    play(tmp_path, after, prepare=lambda house: setattr(house.venue, "refuses", SourceUnreachable("no")))


def test_a_busy_state_database_loses_nothing(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        house.open_trade()
        await house.quiet(65)
        house.writer.busy = True
        house.venue.hold("86")
        await house.quiet(45)
        assert house.writer.refused > 10
        assert house.alerts(fired=False) == {}
        house.writer.busy = False
        await house.until(lambda: Kind.QUANTITY_MISMATCH in house.alerts(), within=3)

    play(tmp_path, story)


def test_a_state_database_that_will_not_mend_ends_the_account_loudly(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        await house.quiet(5)
        house.writer.trouble = StateDatabaseError(StateTrouble.PERMISSION, "cannot be written")
        house.venue.hold("10")
        await house.quiet(60)

    with pytest.raises((ExceptionGroup, StateDatabaseError)) as raised:
        play(tmp_path, story)
    assert "cannot be written" in str(raised.getrepr())


@pytest.mark.parametrize("hours", [1, -1])
def test_a_step_of_the_wall_clock_changes_no_cadence(tmp_path: Path, hours: int) -> None:
    async def story(house: House) -> None:
        house.open_trade()
        await house.quiet(65)
        house.venue.hold("86")
        await house.until(house.alerts, within=30)
        await house.quiet(5)

        house.clock.step(timedelta(hours=hours))
        house.venue.hold("43")
        await house.until(lambda: not house.alerts(), within=12, what="healing")
        house.venue.stops.clear()
        house.venue.hold("0")
        await house.until(lambda: Kind.PHANTOM_POSITION in house.alerts(), within=65)
        house.venue.rest("s1", Side.SELL, None)
        house.venue.hold("43")
        await house.until(lambda: not house.alerts(), within=12)

    play(tmp_path, story)
