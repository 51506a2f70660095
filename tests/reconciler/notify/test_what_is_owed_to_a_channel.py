"""What is owed to a channel, and when: by what has happened, and by time alone."""

from datetime import timedelta

import pytest

from reconciler.facts.finding import Kind, Severity
from reconciler.notify.channel import Channel
from reconciler.notify.owed import is_settled
from tests.reconciler.notify.cases import case_of, owed

PHONE = Channel("phone")
CRITICAL_ONLY = Channel("phone", min_severity=Severity.CRITICAL)
CALLED = Channel("phone", after=timedelta(minutes=3))
SILENT = Channel("phone", repeat=timedelta(0))


@pytest.mark.parametrize(
    ("channel", "life", "told", "at", "expected"),
    [
        pytest.param(PHONE, "0 bad?", "", 1, "", id="what is only suspected is told to nobody"),
        pytest.param(PHONE, "0 bad", "", 0, "first 1", id="what fires is told at once"),
        pytest.param(CRITICAL_ONLY, "0 bad", "", 1, "", id="what is less severe than wanted is not told"),
        pytest.param(
            CRITICAL_ONLY, "0 bad\n1 BAD", "", 1, "first 2", id="what becomes severe enough is new there"
        ),
        pytest.param(PHONE, "0 bad\n1 BAD", "0 1 first", 1, "worse 2", id="what gets worse is told at once"),
        pytest.param(
            PHONE, "0 bad\n1 BAD", "", 1, "first 2", id="what got worse before it was told is told once"
        ),
        pytest.param(PHONE, "0 bad", "0 1 first", 59, "at 60", id="a warning is told again after an hour"),
        pytest.param(PHONE, "0 bad", "0 1 first", 60, "repeat 1", id="and not before"),
        pytest.param(
            PHONE, "0 BAD", "0 1 first", 5, "repeat 1", id="a critical one is told again after 5 minutes"
        ),
        pytest.param(SILENT, "0 BAD", "0 1 first", 500, "", id="a channel may want no reminders"),
        pytest.param(
            PHONE, "0 bad\n1 ack", "0 1 first", 90, "", id="what is acknowledged is not told again"
        ),
        pytest.param(
            PHONE, "0 bad\n1 ack\n241 time", "0 1 first", 241, "acknowledgement_expired 3",
            id="an acknowledgement that has run out is told",
        ),
        pytest.param(
            PHONE, "0 bad\n1 ack", "", 2, "first 1", id="what a channel missed is owed though somebody has it"
        ),
        pytest.param(
            PHONE, "0 bad\n1 clear\n2 clear", "0 1 first", 2, "resolved 3", id="what is over is told"
        ),
        pytest.param(
            PHONE, "0 bad\n1 clear\n2 clear", "2 3 resolved", 99, "", id="and told once"
        ),
        pytest.param(
            PHONE, "0 bad\n1 clear\n2 clear", "", 99, "over 3", id="what came and went unheard is still owed"
        ),
        pytest.param(
            CRITICAL_ONLY, "0 bad\n1 clear\n2 clear", "", 99, "", id="not where nothing of it was wanted"
        ),
        pytest.param(PHONE, "0 bad?\n1 clear", "", 9, "", id="what was never confirmed is over unheard"),
        pytest.param(PHONE, "0 bad\n1 gone", "0 1 first", 2, "retired 2", id="what is retired is told"),
        pytest.param(PHONE, "0 bad\n1 clear", "0 1 first", 70, "", id="what recovers is not told again"),
        pytest.param(
            PHONE, "0 bad", "999 1 first", 5, "repeat 1", id="a clock that was set back silences nobody"
        ),
        pytest.param(CALLED, "0 BAD", "", 2, "at 3", id="nobody is called at once where that is not wanted"),
        pytest.param(CALLED, "0 BAD", "", 3, "escalated 1", id="but when nobody attends to it"),
        pytest.param(CALLED, "0 BAD\n2 ack", "", 9, "", id="and not when somebody does"),
        pytest.param(
            CALLED, "0 BAD\n2 ack\n17 time", "", 19, "at 20", id="the time begins anew with the expiry"
        ),
        pytest.param(
            CALLED, "0 BAD\n4 ack\n19 time", "3 1 escalated", 22, "escalated 3",
            id="who was called before is called again only then",
        ),
        pytest.param(
            CALLED, "0 BAD\n1 clear\n2 BAD", "", 3, "escalated 3", id="a relapse does not begin it anew"
        ),
        pytest.param(
            CALLED, "0 BAD\n1 clear\n2 clear", "", 9, "", id="who would not have been called is not told"
        ),
        pytest.param(
            CALLED, "0 BAD\n5 clear\n6 clear", "", 9, "over 3", id="who should have been called is told after"
        ),
    ],
)  # fmt: skip
def test_a_channel_is_owed(channel: Channel, life: str, told: str, at: float, expected: str) -> None:
    assert owed(channel, case_of(life, told=told), at) == expected


def test_a_channel_that_is_new_hears_of_what_fires() -> None:
    assert owed(PHONE, case_of("-60 bad", settled=9), 1) == "first 1"


@pytest.mark.parametrize(
    ("life", "expected"),
    [("60 bad", "first 1"), ("60 bad\n61 clear\n62 clear", "over 3"), ("60 bad\n61 BAD", "first 2")],
)
def test_what_is_dated_in_the_future_is_owed_now_for_the_clock_was_set_back(life: str, expected: str) -> None:
    assert owed(PHONE, case_of(life), 1) == expected


def test_who_is_to_be_called_is_called_at_once_where_nobody_can_say_how_long_it_is_so() -> None:
    assert owed(CALLED, case_of("60 BAD"), 1) == "escalated 1"


def test_a_case_is_settled_when_every_channel_has_what_it_wants() -> None:
    other = Channel("desk", accounts=frozenset({"elsewhere"}))

    assert not is_settled([PHONE, other], case_of("0 bad"))
    assert is_settled([PHONE, other], case_of("0 bad", told="0 1 first"))
    assert is_settled([other], case_of("0 bad"))
    assert is_settled([CALLED], case_of("0 BAD")), "time, and no step, makes it owed there"


def test_a_channel_is_for_some_accounts_and_kinds() -> None:
    case = case_of("0 bad")

    assert owed(Channel("phone", accounts=frozenset({"main"})), case, 0) == "first 1"
    assert owed(Channel("phone", accounts=frozenset({"other"})), case, 0) == ""
    assert owed(Channel("phone", kinds=frozenset({Kind.ORPHANED_POSITION})), case, 0) == "first 1"
    assert owed(Channel("phone", kinds=frozenset({Kind.SOURCE_DOWN})), case, 0) == ""


def test_everything_owed_is_owed_until_the_channel_was_told() -> None:
    life = "0 bad\n1 BAD\n2 ack\n20 time\n21 clear\n22 clear"
    lines = life.splitlines()
    for told in range(len(lines)):
        drawn = "\n".join(lines[: told + 1])
        case = case_of(drawn)
        seq = case.steps[-1].seq
        assert owed(PHONE, case, 23) != "", drawn
        heard = case_of(drawn, told=f"23 {seq} {'resolved' if told == len(lines) - 1 else 'first'}")
        assert owed(PHONE, heard, 23)[:2] in {"", "at"}, drawn
        assert is_settled([PHONE], heard)
