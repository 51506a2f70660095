"""How much of a day an account was seen: what is not known of it is never covered, minute by minute."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.record.attestation.coverage import Seen, Spell, coverage
from reconciler.record.unprotected import DayPart

BEGINS = datetime(2026, 11, 30, tzinfo=UTC)
ENDS = BEGINS + timedelta(days=1)
LENGTH = 40
"""Minutes of the day in which a drawn world changes; in the rest it stays as it was."""


def at(minute: float) -> datetime:
    return BEGINS + timedelta(minutes=minute)


def swept(minutes: float, *, until: datetime = ENDS) -> DayPart:
    return DayPart(BEGINS.date(), BEGINS, until, Decimal(0), 0.0, minutes * 60)


def seen(
    *spells: tuple[float, str],
    until: datetime | None = ENDS,
    minutes: float = 1440,
    last: datetime | None = None,
) -> Seen:
    return Seen(
        {"rest": [(at(minute), state) for minute, state in spells]}, frozenset(), until, swept(minutes), last
    )


def test_a_day_that_was_watched_well_is_covered_whole() -> None:
    found = coverage(seen((-500, "ok")), BEGINS, ENDS)

    assert (found.share, found.covered, found.gaps) == (Decimal(1), 86400.0, ())


def test_a_gap_in_the_watch_is_missing_in_it_by_its_times() -> None:
    found = coverage(seen((-500, "ok"), (600, "unwatched"), (690, "ok")), BEGINS, ENDS)

    assert (found.covered, found.not_watched) == (86400.0 - 90 * 60, 5400.0)
    (gap,) = found.gaps
    assert (gap.since, gap.until, gap.state) == (at(600), at(690), "not watched")


def test_one_second_less_than_all_is_not_shown_as_all() -> None:
    found = coverage(seen((-5, "ok"), (60, "down"), (60 + 1 / 60, "ok")), BEGINS, ENDS)

    assert found.share == Decimal("0.9999")


def test_nothing_stored_is_not_known() -> None:
    found = coverage(Seen(), BEGINS, ENDS)

    assert (found.covered, found.not_known, found.share, found.swept) == (0.0, 86400.0, Decimal(0), None)


def test_after_the_last_heartbeat_nothing_is_known_though_the_last_state_was_well() -> None:
    found = coverage(seen((-5, "ok"), until=at(60)), BEGINS, ENDS)

    assert (found.covered, found.not_known) == (3600.0, 23 * 3600.0)


def test_before_the_first_row_nothing_is_known() -> None:
    found = coverage(seen((60, "ok"), minutes=1380), BEGINS, ENDS)

    assert (found.covered, found.not_known) == (23 * 3600.0, 3600.0)


def test_a_process_that_stood_still_and_left_no_row_is_noticed_by_its_sweeps() -> None:
    found = coverage(seen((-5, "ok"), minutes=1440 - 120), BEGINS, ENDS)

    assert (found.covered, found.not_known) == (22 * 3600.0, 7200.0)


def test_sources_that_were_well_without_any_sweep_cover_nothing() -> None:
    told = seen((-5, "ok"))
    found = coverage(Seen(told.spells, told.gone, told.known_until, None, ENDS), BEGINS, ENDS)

    assert (found.covered, found.not_known) == (0.0, 86400.0)


def test_one_source_of_two_that_was_down_is_seen_in_part_and_named() -> None:
    spells: dict[str, list[Spell]] = {
        "rest": [(at(-5), "ok")],
        "websocket": [(at(-5), "ok"), (at(10), "down"), (at(20), "ok")],
    }
    found = coverage(Seen(spells, frozenset(), ENDS, swept(1440)), BEGINS, ENDS)

    assert found.in_part == 600.0
    assert [gap.sources for gap in found.gaps] == [("websocket",)]


@pytest.mark.parametrize("state", ["unsupported", "untried"])
def test_what_there_is_not_cannot_be_missed_and_covers_nothing_by_itself(state: str) -> None:
    spells: dict[str, list[Spell]] = {"rest": [(at(-5), "ok")], "websocket": [(at(-5), state)]}
    both = Seen(spells, frozenset(), ENDS, swept(1440))
    alone = Seen({"websocket": spells["websocket"]}, frozenset(), ENDS, swept(1440))

    assert coverage(both, BEGINS, ENDS).share == 1
    assert coverage(alone, BEGINS, ENDS).share == 0


def test_a_source_that_was_taken_out_is_missed_no_more_and_one_that_is_late_is() -> None:
    spells: dict[str, list[Spell]] = {
        "rest": [(at(-5), "ok"), (at(10), "unwatched"), (at(11), "ok")],
        "ledger:old": [(at(-5), "ok"), (at(10), "unwatched")],
    }
    out = Seen(spells, frozenset({"ledger:old"}), ENDS, swept(1440))
    late = Seen(spells, frozenset(), ENDS, swept(1440))

    assert coverage(out, BEGINS, ENDS).covered == 86340.0
    assert coverage(late, BEGINS, ENDS).covered == 600.0


def test_of_a_day_that_is_not_over_the_last_minutes_stand_by_the_last_sweep() -> None:
    now, written = at(600), at(597)
    told = Seen({"rest": [(at(-5), "ok")]}, frozenset(), now, swept(597, until=written), at(599.5))
    found = coverage(told, BEGINS, now)

    assert (found.whole, found.covered, found.not_known) == (36000.0, 35970.0, 30.0)


def test_a_sweep_long_after_says_nothing_of_what_was_not_written() -> None:
    told = Seen({"rest": [(at(-5), "ok")]}, frozenset(), ENDS, swept(597, until=at(597)), at(3000))

    assert coverage(told, BEGINS, ENDS).covered == 597 * 60


@dataclass(frozen=True)
class World:
    """What was so in each minute: the state of each source, None while nobody watched; and what was swept."""

    minutes: tuple[tuple[str, str] | None, ...]
    swept: tuple[bool, ...]
    ends: int

    def truth(self, minute: int) -> bool:
        """Return whether an account was seen then: every source well, by a watch, and swept."""
        state = self.minutes[min(minute, LENGTH - 1)]
        return minute < self.ends and state is not None and set(state) == {"ok"}

    def spells(self) -> dict[str, list[Spell]]:
        found: dict[str, list[Spell]] = {"rest": [], "websocket": []}
        for minute, state in enumerate(self.minutes):
            for place, spells in enumerate(found.values()):
                now = "unwatched" if state is None else state[place]
                if not spells or spells[-1][1] != now:
                    spells.append((at(minute), now))
        return found


STATE = st.sampled_from(["ok", "ok", "ok", "stale", "down", "unknown", "waiting"])
WORLDS = st.builds(
    World,
    st.lists(st.none() | st.tuples(STATE, STATE), min_size=LENGTH, max_size=LENGTH).map(tuple),
    st.lists(st.booleans(), min_size=LENGTH, max_size=LENGTH).map(tuple),
    st.integers(0, 1440),
)


@given(WORLDS)
def test_no_more_is_covered_than_was_seen_and_all_parts_make_up_the_day(world: World) -> None:
    well = sum(world.truth(minute) for minute in range(1440))
    swept_minutes = sum(world.swept) + 1440 - LENGTH
    told = Seen(world.spells(), frozenset(), at(world.ends), swept(swept_minutes), ENDS)

    found = coverage(told, BEGINS, ENDS)

    assert found.covered == 60.0 * min(well, swept_minutes)
    parts = (found.covered, found.in_part, found.not_watched, found.not_known)
    assert sum(parts) == pytest.approx(86400.0)
    assert all(part >= 0 for part in parts)
    assert (found.share == 1) == (found.covered == found.whole)
