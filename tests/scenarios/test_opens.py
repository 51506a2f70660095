"""Has it opened? What bots have met between an entry and the first sight of its position.

Each story is drawn as `tests/scenarios/drawing.py` says. A bot may drop an open on "refuted" and on nothing
else; what depends on a venue's wire is told once more in `tests/wire/test_open_scenarios.py`.
"""

from itertools import permutations

import pytest

from tests.scenarios.drawing import DEADLINE, NOT_FOUND, NOTHING, Told, filled, shows, tell
from tests.verification.drawn import OTHER_LEG, closing, opening, order, row
from tests.verification.opening_invariants import check
from tests.verification.opening_story import play
from tests.verification.weather import Weather
from verification.facts.account import Position
from verification.facts.errors import SourceMalformed, SourceUnreachable
from verification.facts.leg import Side
from verification.facts.observation import Observation, Silence, Source
from verification.facts.question import OpenQuestion
from verification.opening.outcome import Opened

BY_CLIENT_ID = opening(order_id=None, client="c")


def at_the_deadline(told: Told) -> bool:
    return DEADLINE <= told.seconds <= DEADLINE + 0.05


def test_the_stream_knows_after_8_ms_what_the_list_hides_for_3_s() -> None:
    told = tell(
        opening(43),
        stream={0.008: row(43, 11)},
        order={0.1: filled()},
        listed={0: NOTHING, 3: shows(43, 11)},
    )
    assert told.answer == "confirmed 43 by websocket"
    assert told.seconds == pytest.approx(0.008)
    assert 3 <= told.lag(Source.REST) < 5.5, "the list is noted as late, and nothing more follows from it"


@pytest.mark.parametrize("late", [1, 3, 45])
def test_an_executed_order_is_believed_though_the_position_stays_hidden(late: float) -> None:
    told = tell(opening(43), order={0: filled()}, listed={0: NOTHING, late: shows(43, 11)})
    assert told.answer == "confirmed 43 by order"
    assert told.seconds < 0.05
    assert late <= told.lag(Source.REST) < late + 2.5


CANCELLED: dict[str, tuple[Observation, str]] = {
    "its trades agree that there are none": (order(0, ended=True, agree=True), "refuted 0 by order"),
    "its trades were not asked": (order(0, ended=True), "unknown"),
    "its trades say otherwise": (order(43, ended=True, agree=False), "confirmed 43 by order"),
    "20 had executed before": (order(20, ended=True, agree=True), "partial 20 by order"),
}


@pytest.mark.parametrize("what", CANCELLED)
def test_a_status_that_says_cancelled_is_worth_what_its_trades_say(what: str) -> None:
    said, answer = CANCELLED[what]
    assert tell(opening(43), order={0: said}).answer == answer


def test_a_cancel_that_lost_the_race_against_the_fill_does_not_drop_the_open() -> None:
    told = tell(
        opening(43),
        stream={0.01: order(0, ended=True)},
        order={0: NOT_FOUND, 0.5: order(43, ended=True, agree=False)},
    )
    assert told.answer == "confirmed 43 by order"


@pytest.mark.parametrize("hidden", [1, 3, 8])
@pytest.mark.parametrize("question", [opening(43), BY_CLIENT_ID], ids=["by its id", "answer lost, by ours"])
def test_an_order_that_is_not_found_in_its_first_seconds_is_found_later(
    hidden: float, question: OpenQuestion
) -> None:
    told = tell(question, order={0: NOT_FOUND, hidden: order(43, ended=True, agree=True, client="c")})
    assert told.answer == "confirmed 43 by order"
    assert hidden <= told.seconds < DEADLINE


def test_an_order_that_is_never_found_stays_unknown_and_is_not_refuted() -> None:
    told = tell(BY_CLIENT_ID, order={0: NOT_FOUND}, listed={0: NOTHING})
    assert told.answer == "unknown"
    assert at_the_deadline(told)


def test_20_of_43_and_the_rest_cancelled_is_20() -> None:
    told = tell(
        opening(43),
        stream={0.01: order(20), 0.02: row(20, 11), 2: order(20, ended=True)},
        order={0: order(20), 2: order(20, ended=True, agree=True)},
        listed={0: NOTHING, 4: shows(20, 11)},
    )
    assert told.answer == "partial 20 by websocket"
    assert 2 <= told.seconds < 5, "only the end of the order settles it"


def test_20_of_43_are_written_down_and_protected_as_20() -> None:
    story = play(Weather(fills=20, list_lag=30))
    check(story)
    assert isinstance(story.outcome, Opened), story.outcome
    assert story.journal.rows[1]["quantity"] == 20
    assert story.outcome.stop.quantity == 20
    assert not story.venue.left, "nothing was rolled back"


def test_a_position_on_the_wrong_side_is_no_success() -> None:
    told = tell(opening(43), stream={0.01: row(-43, 11)}, order={0: NOT_FOUND, 1: order(-43, ended=True)})
    assert told.answer == "mismatch side -43 by order"
    assert told.seconds < 2


@pytest.mark.parametrize(
    ("after", "answer"), [((143, 11), "confirmed 43 by rest"), ((100, 10), "unknown"), ((100, 11), "unknown")]
)
def test_100_that_were_held_before_are_not_the_43_that_were_bought(
    after: tuple[int, int], answer: str
) -> None:
    told = tell(opening(43, baseline=(100, 10)), listed={0: shows(100, 10), 2: shows(*after)})
    assert told.answer == answer
    assert told.seconds >= 2, "as long as 100 are shown nothing is known"


ROWS = (shows(43, 11)[0], shows(-10, 20, key=OTHER_LEG)[0])


@pytest.mark.parametrize("rows", [*permutations(ROWS)], ids=["ours last", "ours first"])
def test_of_two_hedge_legs_only_the_one_that_was_asked_about_counts(rows: tuple[Position, ...]) -> None:
    assert tell(opening(43), listed={0: rows}).answer == "confirmed 43 by rest"


def test_the_other_hedge_leg_with_the_same_quantity_proves_nothing() -> None:
    told = tell(
        opening(43),
        stream={0.01: row(43, 11, key=OTHER_LEG), 0.02: order(43, key=OTHER_LEG)},
        listed={0: shows(43, 11, key=OTHER_LEG)},
    )
    assert told.answer == "unknown"


@pytest.mark.parametrize("lists", [NOTHING, SourceMalformed("a row of AVLUSDT without a quantity")])
def test_a_row_without_a_quantity_is_no_position_list_at_all(lists: object) -> None:
    told = tell(opening(43), listed={0: lists})
    assert told.answer == "unknown"
    missed = Silence.ABSENT if lists == NOTHING else Silence.MALFORMED
    assert told.silences(Source.REST) == {missed}


def test_tenths_of_a_contract_are_compared_exactly() -> None:
    assert tell(opening(4.3), listed={0: shows("4.3", 11)}).answer == "confirmed 4.3 by rest"
    assert tell(opening(4.3), order={0: filled("4.2999")}).answer == "partial 4.2999 by order"


def test_opened_and_stopped_out_within_the_window_is_opened_and_then_closed() -> None:
    gone = {0.2: row(0, 12)}  # of the position's own pushes only the last one comes through
    opened = tell(opening(43), stream=gone, order={0: NOT_FOUND, 1: filled()}, listed={0: NOTHING})
    assert opened.answer == "confirmed 43 by order"
    closed = tell(closing(43, 11, order_id=None), stream=gone)
    assert closed.answer == "confirmed 0 by websocket"


def test_a_flat_leg_alone_does_not_refute_the_open_that_may_have_come_and_gone() -> None:
    assert tell(opening(43), stream={0.2: row(0, 12)}, listed={0: NOTHING}).answer == "unknown"


@pytest.mark.parametrize("failure", [SourceUnreachable("timed out"), SourceMalformed("<html>"), None])
def test_when_every_source_fails_nothing_is_known_and_that_is_said_in_time(failure: object) -> None:
    told = tell(opening(43), order={0: failure}, listed={0: failure}, live_from=99)
    assert told.answer == "unknown"
    assert at_the_deadline(told)


def test_a_stream_that_is_not_ready_yet_is_waited_for_and_not_taken_for_an_empty_one() -> None:
    told = tell(opening(43), stream={2: row(43, 11)}, live_from=2)
    assert told.answer == "confirmed 43 by websocket"
    assert told.seconds == pytest.approx(2)
    assert told.silences(Source.WEBSOCKET) == {Silence.NOT_READY}


def test_a_bots_own_cache_that_has_not_heard_of_it_yet_is_asked_again() -> None:
    told = tell(
        opening(43, baseline=(0, None)),
        cache={0: None, 2: filled().executed},
        listed={0: NOTHING, 3: shows(43, None)},
    )
    assert told.silences(Source.BOT_CACHE) == {Silence.ABSENT}
    assert told.answer == "confirmed 43 by rest (bounded lag)"


SIDES = [Side.BUY, Side.SELL]


@pytest.mark.parametrize("side", SIDES)
def test_an_answer_with_nothing_but_an_id_leaves_the_side_to_the_intent(side: Side) -> None:
    """Nothing but the intent says which way it was meant, so it is the measure of whatever is seen."""
    as_meant, reversed_ = filled(43 * side.sign), filled(-43 * side.sign)
    assert tell(opening(43, side), order={0: as_meant}).answer == f"confirmed {43 * side.sign} by order"
    assert tell(opening(43, side), order={0: reversed_}).answer == f"mismatch side {-43 * side.sign} by order"
