"""The race of a stored verification: each source's word at its time, and whether it shows what was asked."""

from dataclasses import replace

from reconciler.record.race import race_of
from reconciler.record.stored_verification import record_of
from reconciler.views.verification import RaceView
from tests.verification import drawn
from verification.facts.observation import Observation, Silence, Source
from verification.facts.question import Question
from verification.facts.verification import Verification
from verification.rules.judgement import decide


def raced(question: Question, *seen: Observation) -> RaceView:
    ended = Verification(question, decide(question, seen), seen, decided=question.asked)
    return race_of(*record_of(ended, asked_by="sidecar"))


def told(race: RaceView) -> list[tuple[Source, float, str, bool, bool, bool]]:
    """Each word: who, after how many seconds, what, and whether it shows it, failed, decided."""
    asked = race.verification.asked_at
    return [
        (
            each.source,
            (each.received - asked).total_seconds(),
            each.said,
            each.shows,
            each.failed,
            each.decided,
        )
        for each in race.words
    ]


def test_the_story_of_the_incident_can_be_read_off_it() -> None:
    race = raced(
        drawn.opening(),
        drawn.row(43, 11, at=0.008),
        drawn.silent(at=0.06),
        drawn.silent(Silence.TIMEOUT, at=0.9),
        drawn.order(43, at=0.12),
        drawn.row(43, 12, at=3.4, source=drawn.REST),
    )

    assert race.asked == "buy 43"
    assert told(race) == [
        (drawn.WS, 0.008, "long 43", True, False, True),
        (drawn.REST, 0.06, "shows nothing", False, False, False),
        (drawn.ORDER, 0.12, "executed 43, open", True, False, False),
        (drawn.REST, 0.9, "not read: nothing", False, True, False),
        (drawn.REST, 3.4, "long 43", True, False, False),
    ]


def test_of_a_close_the_leg_that_is_gone_shows_it_and_the_one_that_is_there_does_not() -> None:
    race = raced(drawn.closing(), drawn.row(43, 11, at=0.1), drawn.gone(0.5), drawn.row(0, 12, at=0.2))

    assert [(said, shows) for _, _, said, shows, _, _ in told(race)] == [
        ("long 43", False),
        ("flat", True),
        ("shows nothing", True),
    ]
    assert race.asked == "closing long 43"


def test_what_was_held_before_is_part_of_the_question_and_shows_nothing_new() -> None:
    race = raced(drawn.opening(baseline=(13, 10)), drawn.row(13, 10, at=0.1), drawn.row(56, 11, at=0.2))

    assert race.asked == "buy 43, long 13 before"
    assert [shows for _, _, _, shows, _, _ in told(race)] == [False, True]


def test_another_leg_or_another_order_shows_nothing_of_it() -> None:
    race = raced(
        drawn.opening(),
        drawn.row(43, 11, at=0.1, key=drawn.OTHER_LEG),
        drawn.order(43, at=0.2, order_id="8"),
    )

    assert [shows for _, _, _, shows, _, _ in told(race)] == [False, False]


def test_the_fill_is_dated_by_the_exchange_and_not_by_how_an_order_ended() -> None:
    assert raced(drawn.opening(), drawn.filled_at(0.5)).filled_at == drawn.moment(0.5).utc
    assert raced(drawn.opening(), drawn.order(43, ended=True, agree=True)).filled_at is None


def test_evidence_that_cannot_be_read_is_said_in_place_of_the_words() -> None:
    view = raced(drawn.opening()).verification

    race = race_of(replace(view, id=7), '[{"what": "silence"}]')

    assert (race.words, race.filled_at) == ((), None)
    assert race.unreadable.startswith("what the sources said cannot be read: ")
