"""The incident that this project comes from, in the three parts in which a bot has to be right.

A bot bought 43 AVL. The venue's answer held an id and no side, and the position list lagged: so the bot took
the open for failed and rolled it back, guessed the side, and bought 43 more. Its books said "rolled back",
the venue held 86 without a stop, and nothing looked again. A person saw it by chance three hours later.

How the same evening goes through unmodified ccxt: `tests/wire/test_bybit_incident.py`. What becomes of a
position that comes back after a rollback was proved:
`tests/reconciler/account/test_late_fills_are_watched.py`.
"""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from typing_extensions import override

from reconciler.facts.finding import Kind, Severity
from reconciler.kinds.registry import DIFFERENCES
from tests.reconciler.accounts import SYMBOL
from tests.reconciler.house import House
from tests.reconciler.house import play as watch
from tests.scenarios.drawing import NOT_FOUND, NOTHING, filled, shows, tell
from tests.verification.drawn import opening, order, row
from tests.verification.faulty_steps import Fault
from tests.verification.opening_story import BUY, Cast, Story, play
from tests.verification.true_venue import TrueVenue
from tests.verification.weather import Weather
from verification.facts.errors import SourceUnreachable
from verification.facts.leg import LegKey, Side
from verification.facts.observation import Source
from verification.facts.verification import Verification
from verification.opening.outcome import Exposed, Opened, Outcome, Refuted, RolledBack, Unknown

BLIND_LIST = Weather(silent_stream=True, list_lag=60)
NO_STOP = Weather(refuses_stops=True)
"""A stop that is refused is a reason to roll back."""


def ended(story: Story, kind: type[Outcome]) -> None:
    assert isinstance(story.outcome, kind), story.outcome


def told_a_person(story: Story) -> bool:
    return story.reports == [story.outcome] and story.outcome.critical


def proof_of_the_entry(story: Story) -> Verification:
    return story.journal.verifications[0]


# --- one: the side of a rollback is known, or no order is sent ---------------------------------------------


@pytest.mark.parametrize("side", [*Side])
def test_a_rollback_goes_the_other_way_than_the_entry(side: Side) -> None:
    stop = BUY.stop_price if side is Side.BUY else Decimal("0.22")
    story = play(NO_STOP, intent=replace(BUY, side=side, stop_price=stop))
    ended(story, RolledBack)
    assert story.venue.left == [(side.opposite, 43, 43 * side.sign)]
    assert story.venue.held == 0


@pytest.mark.parametrize("side", [*Side])
def test_what_the_venue_holds_overrules_what_was_meant(side: Side) -> None:
    stop = BUY.stop_price if side is Side.BUY else Decimal("0.22")
    story = play(Weather(wrong_way=True), intent=replace(BUY, side=side, stop_price=stop))
    ended(story, RolledBack)
    assert story.venue.left == [(side, 43, -43 * side.sign)], "the meant side would have doubled it"
    assert told_a_person(story)


def test_where_no_side_is_sure_no_order_is_sent_and_a_person_is_told() -> None:
    story = play(replace(BLIND_LIST, wrong_way=True))
    ended(story, Exposed)
    assert "no side is sure to undo it" in story.outcome.reason
    assert len(story.venue.sent_names) == 1, "the entry and nothing else"
    assert told_a_person(story)
    with pytest.raises(ValueError, match="no side closes a flat position"):
        Side.closing(Decimal(0))
    with pytest.raises(ValueError, match="unknown"):
        Side("unknown")


class GuessesTheSide(TrueVenue):
    """Between the library and the venue somebody turns the side of every exit round."""

    @override
    async def leave(self, key: LegKey, side: Side, quantity: Decimal, client_order_id: str) -> str:
        return await TrueVenue.leave(self, key, side.opposite, quantity, client_order_id)


class GuessesAndMayIncrease(TrueVenue):
    """The same, and nothing makes the exit reduce-only: what happened in the incident."""

    @override
    async def leave(self, key: LegKey, side: Side, quantity: Decimal, client_order_id: str) -> str:
        return await TrueVenue.enter(self, key, side.opposite, quantity, client_order_id)


def test_an_exit_that_only_reduces_cannot_double_the_position_whatever_its_side() -> None:
    story = play(NO_STOP, cast=Cast(venue=GuessesTheSide))
    ended(story, Exposed)
    assert story.venue.held == 43
    assert max(held for _, _, held in story.venue.history) == 43, "never 86"
    assert told_a_person(story)


def test_a_rollback_that_doubled_the_position_is_told_at_once_and_never_repeated() -> None:
    story = play(NO_STOP, cast=Cast(venue=GuessesAndMayIncrease))
    ended(story, Exposed)
    assert story.venue.held == 86
    assert "larger" in story.outcome.reason or "grew" in story.outcome.reason
    assert len(story.venue.sent_names) == 3, "entry, stop, one exit: no second one that makes it 129"
    assert story.journal.verifications[-1].milliseconds < 100
    assert told_a_person(story)


# --- two: several sources, and none of them by its silence -------------------------------------------------


def test_the_socket_proves_the_open_while_the_list_lags() -> None:
    told = tell(
        opening(43, baseline=(0, None)),
        stream={0.008: order(43)},
        order={0: NOT_FOUND, 1: filled()},
        listed={0: NOTHING, 3: shows(43, 11)},
    )
    assert told.answer == "confirmed 43 by websocket"
    assert told.seconds == pytest.approx(0.008)
    story = play(Weather(list_lag=3.2))
    ended(story, Opened)
    assert story.venue.held == 43
    assert not story.venue.left, "nothing was rolled back"


def test_the_order_proves_the_open_while_socket_and_list_show_nothing() -> None:
    story = play(BLIND_LIST)
    ended(story, Opened)
    assert proof_of_the_entry(story).verdict.decided_by is Source.ORDER
    assert story.venue.held == 43
    assert not story.venue.left, "nothing was rolled back"


def test_when_sources_disagree_what_was_seen_to_execute_wins() -> None:
    told = tell(
        opening(43),
        cache={0: Decimal(0)},
        stream={0.01: row(20, 11), 0.02: order(0, ended=True)},
        order={0: SourceUnreachable("timed out"), 1: filled()},
        listed={0: NOTHING},
    )
    assert told.answer == "confirmed 43 by order"


@pytest.mark.parametrize("weather", [Weather(unreadable=True), replace(BLIND_LIST, orders_hidden=60)])
def test_when_no_source_knows_it_nothing_is_rolled_back_and_a_person_is_told(weather: Weather) -> None:
    story = play(replace(weather, silent_stream=True))
    ended(story, Unknown)
    assert len(story.venue.sent_names) == 1, "no exit, and no second entry"
    assert story.venue.held == 43
    assert story.journal.rows[1]["state"] == "opening", "the books do not say rolled back"
    assert told_a_person(story)


def test_an_order_that_ended_with_nothing_executed_is_dropped_and_not_rolled_back() -> None:
    story = play(replace(BLIND_LIST, fills=0))
    ended(story, Refuted)
    assert len(story.venue.sent_names) == 1
    assert story.venue.held == 0
    assert not story.reports


# --- three: afterwards, somebody looks ---------------------------------------------------------------------


def test_after_a_rollback_it_is_looked_again_and_again_until_the_close_is_proved() -> None:
    story = play(replace(BLIND_LIST, refuses_stops=True, orders_hidden=7))
    ended(story, RolledBack)
    proof = story.journal.verifications[-1]
    assert proof.asks == "close"
    assert 7_000 <= proof.milliseconds < 10_000
    looks = [each.provenance.received.monotonic for each in proof.observations]
    assert len({*looks}) >= 10
    assert not story.reports


@pytest.mark.parametrize("lost", [Fault.LOST_BEFORE, Fault.TOO_LATE])
def test_a_rollback_that_cannot_be_proved_in_ten_seconds_is_critical_and_stays_open_in_the_books(
    lost: Fault,
) -> None:
    story = play(NO_STOP, named={"leave": lost})
    ended(story, Exposed)
    assert 10_000 <= story.journal.verifications[-1].milliseconds < 10_050
    assert told_a_person(story)
    assert story.journal.rows[1]["state"] == "closing", "not rolled back, not failed"
    assert [record.entry for record in story.journal.unfinished()] == [1]


JournalWriter = Callable[[House], None]


def rolled_back(house: House) -> None:
    """What the bot of the incident wrote."""
    entry = house.journal.opening(SYMBOL, Side.BUY, Decimal(43), client_order_id="e1")
    house.journal.failed(entry, "rolled back: the position was not found")


def nothing_at_all(_: House) -> None:
    """It died before it could write."""


@pytest.mark.parametrize("books", [rolled_back, nothing_at_all])
def test_a_position_that_the_books_call_rolled_back_is_told_within_half_a_minute(
    tmp_path: Path, books: JournalWriter
) -> None:
    async def story(house: House) -> None:
        await house.quiet(40)
        books(house)
        house.venue.hold("43")
        house.venue.hold("86")
        await house.until(lambda: DIFFERENCES & house.alerts().keys(), within=30)
        (alert,) = house.alerts().values()
        assert alert.key.kind in {Kind.ORPHANED_POSITION, Kind.REAPPEARED_POSITION}
        assert alert.severity is Severity.CRITICAL
        assert alert.observed == 86

    watch(tmp_path, story)


@pytest.mark.parametrize(
    ("held", "kind"), [("86", Kind.QUANTITY_MISMATCH), ("-43", Kind.SIDE_MISMATCH), ("43", None)]
)
def test_the_right_symbol_with_another_size_or_side_is_no_agreement(
    tmp_path: Path, held: str, kind: Kind | None
) -> None:
    async def story(house: House) -> None:
        house.open_trade()
        await house.quiet(40)
        house.venue.hold(held)
        await house.quiet(60)
        assert DIFFERENCES & house.alerts().keys() == ({kind} if kind is not None else set())

    watch(tmp_path, story)


def a_trade(house: House) -> None:
    house.open_trade()


def an_orphan(house: House) -> None:
    house.venue.hold("10")


@pytest.mark.parametrize(("held", "differs"), [(a_trade, set()), (an_orphan, {Kind.ORPHANED_POSITION})])
def test_a_look_that_failed_makes_no_phantom_and_forgets_no_orphan(
    tmp_path: Path, held: JournalWriter, differs: set[Kind]
) -> None:
    async def story(house: House) -> None:
        held(house)
        await house.quiet(60)
        assert house.alerts().keys() == differs
        house.venue.fail(error=SourceUnreachable("timed out"))
        await house.until(lambda: Kind.SOURCE_DOWN in house.alerts(), within=60)
        await house.quiet(120)
        assert DIFFERENCES & house.alerts(fired=False).keys() == differs

    watch(tmp_path, story)
