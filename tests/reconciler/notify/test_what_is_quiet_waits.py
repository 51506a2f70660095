"""What is quiet is told afterwards; what comes and goes is one digest, and worse is told at once."""

from dataclasses import replace

import pytest

from reconciler.alerts.event import Owed
from reconciler.alerts.quiet import Quiet, QuietBy
from reconciler.notify.channel import Channel
from reconciler.notify.outbox import AlertCase
from tests.reconciler.alert_life import after
from tests.reconciler.notify.cases import case_of, owed

PHONE = Channel("phone")
FOLLOWS = Quiet(QuietBy.FOLLOWS, "the position list of main cannot be read (alert 8)", alert=8)
WINDOW = Quiet(QuietBy.MAINTENANCE, "maintenance of main, ann: an upgrade", after(60))


def quieted(drawing: str, quiet: Quiet | None, told: str = "") -> AlertCase:
    return replace(case_of(drawing, told=told), quiet=quiet)


def test_what_another_alert_quiets_waits_until_that_is_over() -> None:
    assert owed(PHONE, quieted("0 BAD", FOLLOWS), 1) == "at 2", "it is looked at again, and is owed still"
    assert owed(PHONE, quieted("0 BAD", None), 1) == "first 1"


def test_what_a_window_quiets_waits_until_its_end() -> None:
    assert owed(PHONE, quieted("0 bad", WINDOW), 1) == "at 60"


@pytest.mark.parametrize(("quiet", "looked_at_again"), [(FOLLOWS, "at 31"), (WINDOW, "at 60")])
def test_nobody_is_reminded_of_what_is_quiet_until_it_is_quiet_no_more(
    quiet: Quiet, looked_at_again: str
) -> None:
    assert owed(PHONE, quieted("0 BAD", quiet, told="0 1 first"), 30) == looked_at_again
    assert owed(PHONE, quieted("0 BAD", None, told="0 1 first"), 30) == "repeat 1"


def flapping(life: str, *, told_at: float | None, told: str = "") -> AlertCase:
    """The case of an alert that fires for the fourth time; the channel was told of its condition then."""
    case = case_of(life, told=told)
    steps = tuple(
        replace(step, owed=Owed.FLAPPING.value) if step.owed in {"first", "resolved"} else step
        for step in case.steps
    )
    digested = {} if told_at is None else {"phone": after(told_at)}
    return replace(case, steps=steps, digested=digested)


def test_what_comes_and_goes_is_said_to_at_once_and_then_at_most_every_five_minutes() -> None:
    assert owed(PHONE, flapping("10 BAD", told_at=None), 10) == "flapping 1"
    assert owed(PHONE, flapping("10 BAD", told_at=8), 10) == "at 13"
    assert owed(PHONE, flapping("10 BAD", told_at=8), 13) == "flapping 1"


def test_the_end_of_what_comes_and_goes_waits_for_the_digest_too_and_is_not_lost() -> None:
    over = flapping("10 BAD\n11 clear\n12 clear", told_at=9)

    assert owed(PHONE, over, 12) == "at 14"
    assert owed(PHONE, over, 14) == "over 3"


def test_worse_is_told_at_once_though_it_comes_and_goes() -> None:
    assert owed(PHONE, flapping("10 bad\n11 BAD", told_at=10), 11) == "first 2"
    known = flapping("10 bad\n11 BAD", told_at=10, told="10 1 flapping")
    assert owed(PHONE, known, 11) == "worse 2"
