"""Which observations of a verification are samples of a lag, and which would measure our own tardiness."""

from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace

from tests.verification.drawn import OTHER_LEG, closing, filled_at, gone, moment, opening, order, row, silent
from verification.facts.observation import Observation, OrderSeen, Silence, Source
from verification.facts.question import Question
from verification.latency.first_showing import Listening
from verification.latency.lag_watch import LagWatch
from verification.latency.sample import LatencySample, Measure, behind_fastest
from verification.latency.venue_time import VenueTime

WS, ORDER, REST = Source.WEBSOCKET, Source.ORDER, Source.REST


SHOWS: list[tuple[str, Question, Observation, bool]] = [
    ("a fill", opening(), filled_at(0), True),
    ("a fill by client id", opening(order_id=None, client="c"), order(1, client="c"), True),
    ("an order with nothing executed", opening(), order(0), False),
    ("another order", opening(client="c"), order(43, order_id="8", client="d"), False),
    ("the leg grew", opening(), row(43, 11), True),
    ("the leg shrank", opening(), row(-43, 11), False),
    ("the leg grew, without version", opening(), row(43, None), True),
    ("an old row", opening(), row(43, 9), False),
    ("a row of the same instant", opening(), row(43, 10), False),
    ("a row with no baseline", opening(baseline=None), row(43, 11), False),
    ("no row, for an open", opening(), gone(1), False),
    ("no row, for a close", closing(), gone(1), True),
    ("order not found, for a close", closing(), silent(source=ORDER, complete=True), False),
    ("a failed list, for a close", closing(), silent(), False),
    ("zero, for a close", closing(), row(0, 11), True),
    ("less, for a close", closing(), row(20, 11), True),
    ("flipped, for a close", closing(), row(-60, 11), True),
    ("as before, for a close", closing(), row(43, 11), False),
    ("an old zero, for a close", closing(), row(0, 9), False),
    ("the other leg", closing(), row(0, 11, key=OTHER_LEG), False),
]


@pytest.mark.parametrize(("question", "seen", "shown"), [s[1:] for s in SHOWS], ids=[s[0] for s in SHOWS])
def test_what_counts_as_showing_it(question: Question, seen: Observation, *, shown: bool) -> None:
    watch = LagWatch(question, "main", None)
    watch.note(seen)
    assert watch.shown_by(seen.provenance.source) is shown
    assert not watch.complete


LISTENING = Listening(moment(-9), 1)


def of(watch: LagWatch, offset: float = 0) -> dict[Source, float]:
    """The lags with a venue whose clock is so many seconds ahead of ours."""
    known = VenueTime(moment(0), timedelta(seconds=offset), timedelta(0))
    return {
        sample.source: sample.milliseconds
        for sample in watch.lags(known)
        if sample.measure is Measure.VISIBILITY_LAG
    }


def pushed(seconds: float, at: float, *, epoch: int = 1) -> OrderSeen:
    """A push, `at` some second, of a fill at `seconds` by the venue's clock."""
    seen = filled_at(seconds, order(43, at=at, source=WS))
    return replace(seen, provenance=replace(seen.provenance, epoch=epoch))


def asked(seen: Observation, sent: float) -> Observation:
    return replace(seen, provenance=replace(seen.provenance, sent=moment(sent)))


def test_the_earliest_time_of_the_fill_counts_and_the_first_showing() -> None:
    watch = LagWatch(opening(), "main", None)
    watch.note(asked(filled_at(2, order(43, at=5)), 1.05))
    watch.note(filled_at(1, order(43, at=6)))
    (sample,) = watch.lags(VenueTime(moment(0), timedelta(0), timedelta(0)))
    assert (sample.milliseconds, sample.source, sample.account) == (4000, ORDER, "main")


def test_the_venues_clock_is_corrected_and_a_negative_lag_is_kept() -> None:
    watch = LagWatch(opening(), "main", LISTENING)
    watch.note(pushed(5, 5))
    assert of(watch, offset=-1) == {WS: -1000}
    assert of(watch, offset=0.5) == {WS: 500}


def test_what_was_already_visible_when_first_asked_is_no_sample() -> None:
    watch = LagWatch(opening(), "main", LISTENING)
    watch.note(pushed(1, 1.01))
    watch.note(asked(order(43, at=1.3), 1.25))
    watch.note(asked(row(43, 11, at=1.3, source=REST), 1.25))
    assert set(of(watch)) == {WS}


def test_what_was_asked_soon_or_had_been_asked_in_vain_is_a_sample() -> None:
    watch = LagWatch(opening(), "main", LISTENING)
    watch.note(pushed(1, 1.01))
    watch.note(asked(order(43, at=1.2), 1.09))
    watch.note(gone(1.4, sent=1.3))
    watch.note(asked(row(43, 11, at=4, source=REST), 3.9))
    assert of(watch) == {WS: pytest.approx(10), ORDER: pytest.approx(200), REST: pytest.approx(3000)}


def test_a_question_before_the_fill_says_nothing_of_the_time_after_it() -> None:
    watch = LagWatch(opening(), "main", None)
    watch.note(gone(0.95, sent=0.9))
    watch.note(asked(filled_at(1, order(43, at=1.06)), 1.05))
    watch.note(asked(row(43, 11, at=1.5, source=REST), 1.4))
    assert set(of(watch)) == {ORDER}


def test_after_a_failed_question_it_is_not_known_when_the_source_would_have_shown_it() -> None:
    watch = LagWatch(opening(), "main", None)
    watch.note(asked(filled_at(1, order(43, at=1.06)), 1.05))
    watch.note(gone(1.2, sent=1.1))
    watch.note(asked(silent(Silence.TIMEOUT, at=9), 1.2))
    watch.note(asked(row(43, 11, at=9.1, source=REST), 9))
    assert set(of(watch)) == {ORDER}
    assert {s.milliseconds for s in watch.request_times()} == {10, 100}, "no answer has no request time"


def test_a_leg_that_left_the_list_is_no_sample() -> None:
    watch = LagWatch(closing(), "main", LISTENING)
    watch.note(asked(filled_at(1, order(-43, at=1.06)), 1.05))
    watch.note(asked(row(43, 10, at=1.2, source=REST), 1.1))
    watch.note(gone(2, sent=1.9))
    assert watch.shown_by(REST)
    assert set(of(watch)) == {ORDER}


@pytest.mark.parametrize(
    "listening",
    [None, Listening(moment(1.005), 1), Listening(moment(0), 2)],
    ids=["not live", "live only after the fill", "another life"],
)
def test_a_push_counts_only_if_we_listened_since_before_the_fill(listening: Listening | None) -> None:
    watch = LagWatch(opening(), "main", listening)
    watch.note(pushed(1, 1.01))
    assert not of(watch)


def test_what_is_not_known_of_the_clocks_does_not_turn_a_watch_before_the_order_into_one_after_it() -> None:
    watch = LagWatch(opening(), "main", Listening(moment(1.004), 1))
    watch.note(pushed(1, 1.01))
    for error, kept in ((0.002, False), (0.003, True)):
        known = VenueTime(moment(0), timedelta(0), timedelta(seconds=error + 1e-6))
        assert bool(watch.lags(known)) is kept


def test_the_end_of_an_order_and_a_conditional_order_do_not_date_the_fill() -> None:
    for odd in (replace(pushed(1, 1.01), status="canceled"), replace(pushed(1, 1.01), conditional=True)):
        watch = LagWatch(opening(), "main", LISTENING)
        watch.note(odd)
        assert not of(watch)


def test_what_was_read_before_the_question_is_no_request_of_it() -> None:
    watch = LagWatch(opening(asked=5), "main", LISTENING)
    watch.note(asked(row(0, 9, at=2, source=REST), 1))
    assert not watch.request_times()


def test_of_one_fill_it_is_told_how_far_each_source_was_behind_the_first() -> None:
    watch = LagWatch(opening(), "main", LISTENING)
    watch.note(pushed(1, 1.01))
    watch.note(asked(order(43, at=1.2), 1.09))
    watch.note(gone(1.4, sent=1.3))
    watch.note(asked(row(43, 11, at=4, source=REST), 3.9))
    # The venue's clock is known to be off by three seconds: that changes every lag, and no distance.
    for ahead in (0.0, -3.0):
        known = VenueTime(moment(0), timedelta(seconds=ahead), timedelta(seconds=9))
        behind = [each for each in watch.lags(known) if each.measure is Measure.BEHIND_FASTEST]
        assert {each.source: each.milliseconds for each in behind} == {
            WS: 0,
            ORDER: pytest.approx(190),
            REST: pytest.approx(2990),
        }


def test_who_alone_has_shown_it_is_behind_nobody() -> None:
    only = LatencySample("main", REST, Measure.VISIBILITY_LAG, datetime(2026, 11, 29, tzinfo=UTC), 5.0)
    assert behind_fastest([only]) == []
