"""A stream that missed a change is silent until it pushes, or until lists have agreed with it for long."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.verification.venues.samples import NET, moment, seen
from verification.facts.account import Position, PositionsReading
from verification.facts.leg import Leg, LegKey
from verification.facts.observation import Observation, PositionSeen, Provenance, Source
from verification.venues.capabilities import StreamRules
from verification.venues.streaming.pushing import Pushing

RULES = StreamRules(missed_after=3, agreed_after=60, renew_after_missed=15)


def reading(quantity: str, version: int, *, at: float, **more: object) -> PositionsReading:
    row = Position(NET, Decimal(quantity), version, None, None, None, None)
    return PositionsReading((row,), moment(at), moment(at), **more)  # type: ignore[arg-type]


FACTS: dict[LegKey, Observation] = {NET: seen("43", 10)}


def push(quantity: str, version: int, *, at: float, key: LegKey = NET) -> PositionSeen:
    came = Provenance(Source.WEBSOCKET, moment(at))
    return PositionSeen(key, Decimal(quantity), version, came)


def accused() -> Pushing:
    """Return a stream that has missed a change from second 0 on, and was replaced at 15."""
    pushing = Pushing(RULES)
    pushing.begin()
    pushing.compare(reading("86", 11, at=0), FACTS)
    assert pushing.silent_since(moment(4)) == moment(0)
    assert pushing.is_deaf(moment(15))
    pushing.end(moment(15))
    pushing.begin()
    return pushing


def agree(pushing: Pushing, *seconds: float) -> None:
    for second in seconds:
        pushing.compare(reading("43", 10, at=second), FACTS)


def test_a_new_connection_acquits_nobody() -> None:
    pushing = accused()
    assert pushing.silent_since(moment(16)) == moment(0)
    assert pushing.proof() is None
    assert not pushing.is_deaf(moment(600)), "it has missed nothing since: another connection would not help"


def test_a_position_that_it_pushes_acquits_it_and_is_named() -> None:
    pushing = accused()
    pushing.pushed(push("20", 12, at=20))
    assert pushing.silent_since(moment(21)) is None
    proof = pushing.proof()
    assert proof is not None
    assert (proof.at, proof.text) == (moment(20), "it pushed the position of AVL/USDT:USDT")


def test_a_push_of_one_leg_excuses_no_other() -> None:
    pushing = Pushing(RULES)
    pushing.begin()
    pushing.compare(reading("86", 11, at=0), FACTS)
    other = LegKey("main", "BTC/USDT:USDT", Leg.NET)
    pushing.pushed(push("1", 5, at=5, key=other))
    assert pushing.silent_since(moment(6)) == moment(0)
    assert pushing.proof() is None


def test_lists_that_agree_for_long_acquit_a_quiet_account_and_it_is_said_so() -> None:
    pushing = accused()
    agree(pushing, 20, 50, 79)
    assert pushing.silent_since(moment(79)) is not None
    agree(pushing, 80)
    assert pushing.silent_since(moment(80)) is None
    proof = pushing.proof()
    assert proof is not None
    assert proof.text == "position lists have agreed with it for 60 s; it has pushed nothing yet"


@pytest.mark.parametrize(
    "more", [{"unread": {"USDC": "no answer"}}, {"unread": {"": "never asked for"}}], ids=["a part", "all"]
)
def test_a_list_that_does_not_cover_the_account_agrees_with_nothing(more: dict[str, object]) -> None:
    pushing = accused()
    for second in range(20, 400, 20):
        pushing.compare(reading("43", 10, at=second, **more), FACTS)
    assert pushing.silent_since(moment(400)) is not None


def test_one_list_that_differs_begins_the_count_anew() -> None:
    pushing = accused()
    agree(pushing, 20, 50)
    pushing.compare(reading("86", 12, at=60), FACTS)
    pushing.pushed(push("43", 9, at=61))  # of long ago: it has caught up with nothing
    pushing.end(moment(62))
    pushing.begin()
    agree(pushing, 70, 120)
    assert pushing.silent_since(moment(120)) is not None


def test_lists_must_agree_for_longer_with_a_stream_that_was_deaf_on_every_connection() -> None:
    pushing = accused()
    agree(pushing, 20, 80)
    assert pushing.silent_since(moment(80)) is None, "acquitted by lists"
    pushing.compare(reading("50", 12, at=100), FACTS)
    assert pushing.silent_since(moment(104)) == moment(100), "and it was deaf all the same"
    pushing.end(moment(115))
    pushing.begin()
    agree(pushing, 120, 180, 350)
    assert pushing.silent_since(moment(350)) is not None
    agree(pushing, 360)
    assert pushing.silent_since(moment(360)) is None
    pushing.pushed(push("20", 13, at=400))
    pushing.compare(reading("50", 14, at=500), {NET: seen("20", 13)})
    assert pushing.silent_since(moment(504)) == moment(500)
    pushing.end(moment(515))
    pushing.begin()
    agree(pushing, 520, 580)
    assert pushing.silent_since(moment(580)) is None, "it had pushed since: it is a first time again"


def test_what_was_shown_in_one_life_is_no_proof_in_the_next() -> None:
    pushing = Pushing(RULES)
    pushing.begin()
    pushing.pushed(push("43", 10, at=0))
    assert pushing.proof() is not None
    pushing.end(moment(1))
    assert pushing.proof() is None
    pushing.begin()
    agree(pushing, 2, 30)
    assert pushing.proof() is None, "a fresh connection is believed no sooner than any other"


def test_a_list_after_a_push_is_a_further_word() -> None:
    pushing = accused()
    pushing.pushed(push("43", 12, at=20))
    pushing.compare(reading("43", 12, at=21), {NET: seen("43", 12)})
    proof = pushing.proof()
    assert proof is not None
    assert proof.at == moment(21)
    assert proof.text == ("it has pushed the position of AVL/USDT:USDT, and the position list agrees with it")


def test_a_push_after_a_silence_wants_a_second_word_that_comes_a_little_later() -> None:
    """Or whoever was told of the silence would hear that it is over only at the next trade.

    What looks every two seconds sees one word of those that come together.
    """
    facts: dict[LegKey, Observation] = {NET: seen("43", 12)}
    never_silent = Pushing(RULES)
    never_silent.begin()
    never_silent.pushed(push("43", 10, at=0))
    assert not never_silent.wants_list(moment(100))
    pushing = accused()
    assert not pushing.wants_list(moment(19))
    pushing.pushed(push("43", 12, at=20))
    assert not pushing.wants_list(moment(21))
    pushing.compare(reading("43", 12, at=21), facts)
    assert pushing.wants_list(moment(24)), "that one came with the push"
    pushing.compare(reading("43", 12, at=24), facts)
    assert not pushing.wants_list(moment(25))


def test_lists_that_never_agree_are_not_asked_for_for_ever() -> None:
    pushing = accused()
    pushing.pushed(push("43", 12, at=20))
    asked = 0
    while pushing.wants_list(moment(30 + asked)):
        pushing.compare(reading("43", 12, at=30 + asked, unread={"": "no answer"}), {NET: seen("43", 12)})
        asked += 1
    assert asked == 5


def test_a_new_connection_wants_no_list_for_a_push_of_the_one_before() -> None:
    pushing = accused()
    pushing.pushed(push("43", 12, at=20))
    pushing.end(moment(21))
    assert not pushing.wants_list(moment(30))


STEPS = st.lists(
    st.tuples(
        st.floats(0.5, 20), st.sampled_from(["agrees", "changes unseen", "fails in part", "reconnects"])
    ),
    max_size=60,
)


@given(STEPS)
def test_a_mute_stream_is_never_well_sooner_than_lists_have_agreed_for_a_minute(
    steps: list[tuple[float, str]],
) -> None:
    """Whatever happens on a stream that pushes nothing: the oracle only counts seconds without a change."""
    pushing, now, version = Pushing(RULES), 0.0, 10
    pushing.begin()
    held, shown, unmoved = "43", "43", 0.0
    for pause, what in steps:
        now += pause
        if what == "changes unseen":
            version, held, unmoved = version + 1, str(version), now
            pushing.compare(reading(held, version, at=now), {NET: seen(shown, version - 1)})
            now += RULES.missed_after
        elif what == "reconnects":
            pushing.end(moment(now))
            pushing.begin()
            shown, unmoved = held, max(unmoved, now)
        elif held == shown:
            more = {"unread": {"": "no answer"}} if what == "fails in part" else {}
            pushing.compare(reading(held, version, at=now, **more), {NET: seen(shown, version)})
        silent = pushing.silent_since(moment(now))
        if pushing.proof() is not None:
            assert silent is None
            assert now - unmoved >= RULES.agreed_after
