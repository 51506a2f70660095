"""A question about an order that we held back ourselves says nothing of the order; one that failed does."""

from pathlib import Path

import pytest

from reconciler.facts.finding import Kind
from tests.reconciler.account.test_a_resting_order_is_no_doubt import DOWN, enters, pushed, verdicts
from tests.reconciler.house import House, play
from tests.verification.drawn import KEY, WS, came, opening, order, silent
from verification.facts.account import Part
from verification.facts.errors import BudgetSpent, NotAsked
from verification.facts.observation import Silence, Source, SourceSilent
from verification.rules.working_order import is_working


@pytest.mark.parametrize("asked", [False, True], ids=["held back", "failed"])
def test_where_our_budget_is_spent_while_an_entry_is_looked_at_it_rests_all_the_same(
    tmp_path: Path, *, asked: bool
) -> None:
    """A freqtrade that opens many trades at once spends it; that is no doubt about the entries that rest."""
    error = DOWN if asked else NotAsked("not asked: the budget of request weight is spent")

    async def story(house: House) -> None:
        await house.quiet(40)
        enters(house)
        await house.quiet(4)
        house.venue.fail(Part.ORDERS, error=error)
        await house.quiet(7)
        assert verdicts(house)["e1"] == ("unknown" if asked else "resting")
        assert (Kind.UNVERIFIED_OPEN in house.alerts(fired=False)) is asked

    play(tmp_path, story)


@pytest.mark.parametrize("held", [Silence.NOT_ASKED, Silence.BUDGET_SPENT])
def test_what_was_held_back_says_nothing_of_an_order(held: Silence) -> None:
    rests, failed = order(0, at=1), Silence.UNREACHABLE
    assert is_working(opening(), (rests, silent(held, source=Source.ORDER, at=2)))
    assert not is_working(opening(), (rests, silent(failed, source=Source.ORDER, at=2)))
    both = (silent(failed, source=Source.ORDER, at=2), silent(held, source=Source.ORDER, at=3))
    assert not is_working(opening(), (rests, *both)), "an earlier failure is not undone by it"
    assert not is_working(opening(), (silent(held, source=Source.ORDER),)), "nobody has said that it rests"
    assert not is_working(opening(), (rests, order(0, ended=True, source=WS, at=2), both[1]))


def late(silence: Silence, at: float, sent: float) -> SourceSilent:
    """What was said, or not, of a question that was put at `sent`."""
    return SourceSilent(KEY, silence, "", False, came(Source.ORDER, at, sent))  # noqa: FBT003 - its shape


def test_where_every_question_was_held_back_the_living_stream_is_heard() -> None:
    shown, hangs, held = order(0, source=WS), late(Silence.TIMEOUT, 4, 2), late(Silence.NOT_ASKED, 5, 2)
    assert is_working(opening(), (shown, hangs, held)), "what hung was never sent"
    assert not is_working(opening(), (shown, hangs)), "it may have been"
    assert not is_working(opening(), (shown, held, late(Silence.TIMEOUT, 8, 6))), "another one that was sent"
    assert not is_working(opening(), (held,)), "nobody has said that it rests"
    away = silent(Silence.UNREACHABLE, source=WS, at=6)
    assert not is_working(opening(), (shown, held, away)), "the stream may have missed what became of it"
    assert not is_working(opening(), (shown, held, order(0, ended=True, source=WS, at=6)))
    assert not is_working(opening(), (order(0, source=WS, order_id="8"), held)), "another order"


def test_an_entry_that_the_stream_alone_could_tell_of_is_asked_about_as_soon_as_there_is_room(
    tmp_path: Path,
) -> None:
    async def story(house: House) -> None:
        await house.quiet(40)
        house.venue.fail(Part.ORDERS, error=NotAsked("not asked: the budget of request weight is spent"))
        enters(house)
        pushed(house, "e1", "0")
        await house.until(lambda: verdicts(house).get("e1") == "resting", within=12)
        await house.quiet(30)
        assert Kind.UNVERIFIED_OPEN not in house.alerts(fired=False)
        house.venue.ended("e1", "43", told=False)
        house.venue.heal()
        await house.until(lambda: verdicts(house) == {"e1": "confirmed"}, within=75)

    play(tmp_path, story)


SPENT = BudgetSpent("not asked: the budget of request weight is spent")


def cancelled_while_the_budget_is_spent(house: House) -> None:
    """It has been seen to rest; its end is pushed, and its trades cannot be asked for."""
    house.venue.fail(Part.ORDERS, error=SPENT)
    house.venue.ended("e1", "0")


def test_an_entry_that_is_cancelled_within_seconds_is_no_doubt_while_its_trades_wait_for_our_budget(
    tmp_path: Path,
) -> None:
    async def story(house: House) -> None:
        await house.quiet(40)
        enters(house)
        await house.quiet(4)
        cancelled_while_the_budget_is_spent(house)
        await house.quiet(40)
        assert Kind.UNVERIFIED_OPEN not in house.alerts(fired=False)
        house.venue.heal()
        await house.until(lambda: verdicts(house).get("e1") == "refuted", within=10)
        assert Kind.UNVERIFIED_OPEN not in house.alerts(fired=False)

    play(tmp_path, story)


def test_an_end_that_could_not_be_proved_for_a_minute_is_a_doubt(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        await house.quiet(40)
        enters(house)
        await house.quiet(4)
        cancelled_while_the_budget_is_spent(house)
        took = await house.until(lambda: Kind.UNVERIFIED_OPEN in house.alerts(), within=80)
        assert took >= 50

    play(tmp_path, story)


def test_an_end_whose_trades_the_venue_refused_last_is_a_doubt_as_before(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        await house.quiet(40)
        enters(house)
        await house.quiet(4)
        cancelled_while_the_budget_is_spent(house)
        await house.quiet(2)
        house.venue.fail(Part.ORDERS, error=DOWN)
        await house.until(lambda: Kind.UNVERIFIED_OPEN in house.alerts(), within=15)

    play(tmp_path, story)
