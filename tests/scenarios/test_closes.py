"""Has it closed? What bots have met between an exit and the proof that nothing is held any more.

Each story is drawn as `tests/scenarios/drawing.py` says. Only a proved close ends a rollback; not seeing the
position is never one. What depends on a venue's wire is told once more in
`tests/wire/test_close_scenarios.py`.
"""

from decimal import Decimal

import pytest

from tests.scenarios.drawing import DEADLINE, NOT_FOUND, NOTHING, Timeline, filled, shows, tell
from tests.verification.drawn import closing, order, row
from tests.verification.faulty_steps import Fault
from tests.verification.opening_invariants import check
from tests.verification.opening_story import Story, play
from tests.verification.weather import Weather
from verification.facts.errors import SourceUnreachable
from verification.facts.leg import Side
from verification.facts.observation import Observation, OrderSeen, Source
from verification.facts.question import CloseQuestion
from verification.facts.verdict import VerdictKind
from verification.opening.outcome import Closed, RolledBack

SHARED = closing(43, exclusive=False)
"""An exit on a leg that others move too: its own executions do not say what is left."""

STILL_THERE = shows(43, 10)
FAILURE = SourceUnreachable("timed out")


def test_an_executed_exit_is_believed_though_the_list_shows_the_position_for_seconds() -> None:
    told = tell(closing(43), order={0: filled(-43)}, listed={0: STILL_THERE, 5: NOTHING})
    assert told.answer == "confirmed 0 by order"
    assert told.seconds < 0.05


def test_a_pushed_zero_is_believed_though_the_list_shows_the_position_for_seconds() -> None:
    told = tell(SHARED, stream={0.008: row(0, 11)}, listed={0: STILL_THERE, 5: shows(0, 11)})
    assert told.answer == "confirmed 0 by websocket"
    assert told.seconds == pytest.approx(0.008)


def test_a_zero_from_before_the_position_is_not_its_end() -> None:
    told = tell(closing(43), stream={0.008: row(0, 9)}, listed={0: shows(0, 9)})
    assert told.answer == "unknown"


UNSEEN: dict[str, dict[str, object]] = {
    "the bot's cache has no entry": {"cache": {0: None}, "listed": {0: STILL_THERE}},
    "the bot's cache was told zero": {"cache": {0: Decimal(0)}, "listed": {0: STILL_THERE}},
    "every list is empty": {"listed": {0: NOTHING}},
    "lists are empty after a first that was not": {"listed": {0: STILL_THERE, 0.1: NOTHING}},
    "the exit is not found": {"order": {0: NOT_FOUND}},
    "the stream is not ready": {"live_from": 99.0},
    "no list can be read": {"listed": {0: FAILURE}},
    "nothing can be read": {"order": {0: FAILURE}, "listed": {0: FAILURE}, "live_from": 99.0},
    "all of it at once": {"cache": {0: None}, "listed": {0: NOTHING}, "live_from": 99.0},
}


@pytest.mark.parametrize("question", [closing(43), SHARED], ids=["alone", "shared"])
@pytest.mark.parametrize("what", UNSEEN)
def test_not_seeing_it_is_no_close(what: str, question: CloseQuestion) -> None:
    told = tell(question, **UNSEEN[what])  # type: ignore[arg-type] # drawn
    assert told.answer == "unknown"
    assert told.seconds >= DEADLINE


def test_it_is_looked_for_again_and_again_for_ten_seconds() -> None:
    told = tell(closing(43))
    for source in (Source.ORDER, Source.REST):
        assert 6 <= len(told.looks[source]) <= 12
        assert told.looks[source][-1] > 7
    assert tell(closing(43), order={0: NOT_FOUND, 7: filled(-43)}).answer == "confirmed 0 by order"


def test_where_others_trade_empty_lists_say_so_only_after_the_exit_and_only_as_an_assumption() -> None:
    told = tell(SHARED, order={0: filled(-43)}, listed={0: NOTHING})
    assert told.answer == "confirmed 0 by rest (bounded lag)"
    assert told.seconds > 5, "three lists, spaced"
    assert tell(SHARED, order={0: NOT_FOUND}, listed={0: NOTHING}).answer == "unknown"
    assert tell(SHARED, order={0: filled(-43)}, listed={0: FAILURE}).answer == "unknown"
    assert tell(SHARED, order={0: filled(-43)}, listed={0: NOTHING, 0.1: FAILURE}).answer == "unknown"


def test_a_venue_that_never_pushes_a_zero_is_believed_by_the_exit() -> None:
    """Its list simply drops the row, and its stream falls silent about the leg."""
    told = tell(closing(43), order={0: NOT_FOUND, 0.5: filled(-43)}, listed={0: STILL_THERE, 0.3: NOTHING})
    assert told.answer == "confirmed 0 by order"


CANCELLED: dict[str, tuple[Timeline, str]] = {
    "it had executed": ({0: NOT_FOUND, 1: filled(-43)}, "confirmed 0 by order"),
    "it had executed in part": (
        {0: NOT_FOUND, 1: order(-20, ended=True, agree=True)},
        "partial 23 by order",
    ),
    "it had been cancelled": (
        {0: NOT_FOUND, 1: order(0, ended=True, agree=True)},
        "mismatch still_open 43 by order",
    ),
    "it had never arrived": ({0: NOT_FOUND}, "unknown"),
}


@pytest.mark.parametrize("truth", CANCELLED)
def test_a_cancel_that_was_answered_not_found_leaves_it_to_the_trades_what_became_of_the_exit(
    truth: str,
) -> None:
    said, answer = CANCELLED[truth]
    assert tell(closing(43, order_id=None, client="7"), order=_with_our_id(said)).answer == answer


def _with_our_id(said: Timeline) -> Timeline:
    def ours(answer: object) -> object:
        if not isinstance(answer, OrderSeen):
            return answer
        done, over = answer.executed, answer.trades_agree
        return order(str(done), ended=True, agree=over, client="7")

    return {since: ours(answer) for since, answer in said.items()}


def test_what_is_left_of_a_partial_close_is_told_to_the_last_digit() -> None:
    told = tell(closing(1.17), order={0: order("-1.15", ended=True, agree=True)})
    assert told.answer == "partial 0.02 by order"


OVERSHOT: dict[str, tuple[Observation, str]] = {
    "sold 8 more than was held": (row(-8, 11), "mismatch side -8 by websocket"),
    "bought instead of sold": (row(86, 11), "mismatch excess 86 by websocket"),
}


@pytest.mark.parametrize("what", OVERSHOT)
def test_an_exit_that_does_something_else_is_told_at_the_first_sight_of_it(what: str) -> None:
    push, answer = OVERSHOT[what]
    told = tell(SHARED, stream={0.008: push}, listed={0: STILL_THERE})
    assert told.answer == answer
    assert told.seconds == pytest.approx(0.008)


def test_a_position_that_is_back_after_its_end_was_seen_does_not_undo_the_end() -> None:
    """It is another position by then, and the watch over rollbacks tells of it."""
    told = tell(closing(43), stream={0.008: row(0, 11), 0.009: row(43, 12)})
    assert told.answer == "confirmed 0 by websocket"


SLOW = Weather(refuses_stops=True, silent_stream=True, list_lag=30, orders_hidden=4)


def test_an_exit_that_nobody_notices_for_seconds_is_not_sent_again() -> None:
    story = play(SLOW)
    check(story)
    assert isinstance(story.outcome, RolledBack)
    assert story.venue.left == [(Side.SELL, 43, 43)]


def test_a_rollback_that_the_list_does_not_show_for_20_s_is_carried_out_all_the_same() -> None:
    story = play(Weather(refuses_stops=True, silent_stream=True, list_lag=30))
    check(story)
    assert isinstance(story.outcome, RolledBack)
    proof = story.outcome.closed
    assert proof.verdict.decided_by is Source.ORDER
    assert story.venue.held == 0


@pytest.mark.parametrize("moment", [Fault.CRASH_AFTER, Fault.CRASH_LATE])
def test_a_process_that_dies_between_the_exit_and_the_books_finds_the_real_exit(moment: Fault) -> None:
    """No zero is pushed, and the list lags: the exit itself is all that tells."""
    story = _dies_at_its_exit(moment, Weather(refuses_stops=True, list_lag=30, silent_stream=True))
    assert isinstance(story.outcome, Closed)
    exits = [s for s in story.outcome.verification.observations if isinstance(s, OrderSeen)]
    assert exits[-1].executed == -43
    assert exits[-1].average_price == Decimal("0.2"), "what it was really sold for"


def test_after_such_a_death_a_zero_that_is_pushed_before_the_exit_is_found_proves_the_close() -> None:
    story = _dies_at_its_exit(Fault.CRASH_LATE, Weather(refuses_stops=True, list_lag=30))
    assert isinstance(story.outcome, Closed)
    verdict = story.outcome.verification.verdict
    assert (verdict.kind, verdict.decided_by) == (VerdictKind.CONFIRMED, Source.WEBSOCKET)
    assert story.venue.held == 0


def _dies_at_its_exit(moment: Fault, weather: Weather) -> Story:
    leave = play(Weather(refuses_stops=True)).venue.steps.history[0].index("leave")
    story = play(weather, {leave: moment})
    check(story)
    assert story.journal.rows[1]["state"] == "failed", "a rollback: it never had its stop"
    assert len(story.venue.left) == 1
    return story
