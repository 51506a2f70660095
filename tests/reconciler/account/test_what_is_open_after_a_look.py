"""What a look has opened and ended is known from what it has changed; the database is not asked again."""

from dataclasses import replace

from reconciler.account.observed import still_open
from reconciler.alerts.alert import AlertState
from tests.dashboard import drawn

FIRST, SECOND, THIRD = (
    replace(drawn.alert(number), key=replace(drawn.alert(number).key, symbol=symbol))
    for number, symbol in enumerate(("A/USDT:USDT", "B/USDT:USDT", "C/USDT:USDT"), start=1)
)


def test_one_that_was_opened_is_open_and_one_that_was_resolved_is_not() -> None:
    ended = replace(FIRST, state=AlertState.RESOLVED)
    assert still_open((FIRST, SECOND), (ended, THIRD)) == (SECOND, THIRD)


def test_one_that_has_changed_is_as_it_is_now() -> None:
    fired = replace(FIRST, state=AlertState.FIRING, version=FIRST.version + 1)
    assert still_open((replace(FIRST, state=AlertState.PENDING),), (fired,)) == (fired,)
    assert still_open((FIRST,), ()) == (FIRST,)


def test_of_several_changes_of_one_the_last_counts() -> None:
    ended = replace(FIRST, state=AlertState.RESOLVED)
    again = replace(FIRST, id=9, state=AlertState.PENDING)
    assert still_open((FIRST,), (ended, again)) == (again,)
