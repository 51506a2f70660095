"""Orders that have closed more than an entry held prove no close, however late their trades are listed."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from decimal import Decimal

import pytest
from typing_extensions import override

from tests.verification.faulty_steps import Crash, Fault, Steps
from tests.verification.memory_journal import MemoryJournal
from tests.verification.opening_story import BUY, dies
from tests.verification.true_venue import TrueVenue
from tests.verification.weather import Weather
from tests.virtual_time import VirtualClock, run
from verification.facts.errors import SourceUnreachable
from verification.facts.leg import LegKey
from verification.facts.observation import OrderSeen, SourceSilent
from verification.opening.opener import Opener
from verification.opening.outcome import Closed, Exposed, Opened, Outcome

BLIND = Weather(silent_stream=True, list_lag=3600)
"""The list is of long ago: it shows an empty leg before the entry and after it."""

TRADES_LAG = 2.0
HIGHER = Decimal("0.19")


class OneOrderIsHard(TrueVenue):
    """What is said of one order, by its number, may fail or be behind its trades."""

    unreadable: str | None = None
    behind: tuple[str, Decimal] | None = None

    @override
    async def read_order(
        self, key: LegKey, *, order_id: str | None, client_order_id: str | None
    ) -> OrderSeen | SourceSilent:
        seen = await super().read_order(key, order_id=order_id, client_order_id=client_order_id)
        names = {order_id, client_order_id}
        if self.unreadable in names - {None}:
            raise SourceUnreachable("this order cannot be read")
        if self.behind is not None and self.behind[0] in names and isinstance(seen, OrderSeen):
            return OrderSeen(
                seen.key,
                seen.order_id,
                seen.client_order_id,
                self.behind[1],
                seen.terminal,
                seen.trades_agree,
                seen.status,
                seen.average_price,
                seen.provenance,
            )
        return seen


Work = Callable[["Scene"], Awaitable[Outcome]]


class Scene:
    """A position of 43 whose leg holds others too, which nobody shows."""

    def __init__(self, others: int) -> None:
        self.clock = VirtualClock()
        self.venue = OneOrderIsHard(self.clock, BLIND, Steps())
        if others:
            self.venue.by_hand(others)
        self.reports: list[Outcome] = []
        self.journal = MemoryJournal(self.venue.steps)
        self.opener = self.born()

    def born(self) -> Opener:
        return Opener(self.venue, self.venue, self.journal, self.clock, report=self.reports.append)

    async def opened(self) -> Opened:
        await self.clock.sleep(0.5)
        opened = await self.opener.open(BUY)
        assert isinstance(opened, Opened)
        await self.clock.sleep(0.5)
        return opened

    def first_stop_fires(self, opened: Opened) -> None:
        assert opened.stop.client_order_id is not None
        self.venue.fires(opened.stop.client_order_id)

    def the_next_fires_too(self) -> None:
        """Let the stop that is placed next fire at once; its trade is not listed for a while."""
        self.venue.weather = replace(BLIND, stop_fires=True, trades_lag=TRADES_LAG)


def played(work: Work, others: int = 43) -> tuple[Outcome, Scene]:
    async def whole() -> tuple[Outcome, Scene]:
        scene = Scene(others)
        outcome = await work(scene)
        await scene.opener.close()
        return outcome, scene

    return run(whole())


async def moved_after_it_fired(scene: Scene) -> Outcome:
    opened = await scene.opened()
    scene.first_stop_fires(opened)
    await scene.clock.sleep(2 * TRADES_LAG)
    scene.the_next_fires_too()
    return await scene.opener.protect(opened, HIGHER)


def test_a_stop_and_the_one_in_its_place_that_both_fired_are_told() -> None:
    """The first closed all that was held, the second what others hold; trades show one (seed 730040)."""
    outcome, scene = played(moved_after_it_fired)
    assert scene.venue.held == 0
    assert isinstance(outcome, Exposed), outcome
    assert outcome in scene.reports
    assert scene.journal.rows[1]["state"] != "closed"


def test_what_was_seen_to_fire_is_not_forgotten_when_it_cannot_be_asked_again() -> None:
    async def work(scene: Scene) -> Outcome:
        opened = await scene.opened()
        scene.first_stop_fires(opened)
        await scene.clock.sleep(2 * TRADES_LAG)
        scene.the_next_fires_too()
        asking = asyncio.create_task(scene.opener.protect(opened, HIGHER))
        name = f"{opened.stop.client_order_id}2"
        while name not in scene.venue.orders:
            await scene.clock.sleep(0.005)
        await scene.clock.sleep(0.025)  # it has been seen to have fired
        scene.venue.behind = (name, Decimal(0))
        return await asking

    outcome, scene = played(work)
    assert isinstance(outcome, Exposed), outcome
    assert scene.reports


def test_a_stop_that_fired_alone_has_closed_it_before_its_trade_is_listed() -> None:
    async def work(scene: Scene) -> Outcome:
        opened = await scene.opened()
        scene.first_stop_fires(opened)
        scene.venue.weather = replace(BLIND, trades_lag=3600, refuses_stops=True)
        return await scene.opener.protect(opened, HIGHER)

    outcome, scene = played(work, others=0)
    assert isinstance(outcome, Closed), outcome
    assert not scene.reports
    assert scene.venue.held == 0


@pytest.mark.parametrize("books", ["up to date", "behind"])
def test_two_stops_that_fired_while_nobody_watched_are_told(books: str) -> None:
    """The process died before it had taken back the stop that it had replaced; trades show one of the two."""
    behind = {"journal.protecting": Fault.UNWRITTEN} if books == "behind" else {}
    lag = 12.0  # longer than a position is looked for after a crash

    async def work(scene: Scene) -> Outcome:
        opened = await scene.opened()
        scene.venue.steps.named = {"withdraw": Fault.CRASH_BEFORE} | behind
        with pytest.raises(Crash):
            await scene.opener.protect(opened, HIGHER)
        dies(scene.opener)
        await scene.opener.close()
        scene.venue.steps.named = {}
        scene.venue.steps.live({})
        first, second = scene.venue.stops
        scene.venue.fires(first)
        await scene.clock.sleep(2 * lag)
        scene.venue.fires(second)
        scene.venue.weather = replace(BLIND, trades_lag=lag)
        scene.opener = scene.born()
        (outcome,) = await scene.opener.resume()
        return outcome

    outcome, scene = played(work)
    assert scene.venue.held == 0
    assert isinstance(outcome, Exposed), outcome
    assert outcome in scene.reports


def test_what_an_exit_has_closed_counts_before_its_trades_are_listed() -> None:
    """A hand sold the other part long ago."""

    async def work(scene: Scene) -> Outcome:
        opened = await scene.opened()
        scene.venue.by_hand(-20)
        await scene.clock.sleep(70)
        scene.venue.weather = replace(BLIND, trades_lag=60)
        return await scene.opener.leave(opened)

    outcome, scene = played(work, others=0)
    assert isinstance(outcome, Closed), outcome
    assert scene.venue.held == 0
    assert not scene.venue.stops


def test_once_more_was_closed_than_was_held_no_exit_is_sent_for_what_others_hold() -> None:
    async def work(scene: Scene) -> Outcome:
        exposed = await moved_after_it_fired(scene)
        assert isinstance(exposed, Exposed)
        return await scene.opener.leave(exposed)

    outcome, scene = played(work, others=80)
    assert not scene.venue.left
    assert scene.venue.held == 37
    assert scene.reports, outcome


@pytest.mark.parametrize("what", ["unreadable", "behind its trades"])
def test_an_order_whose_trades_are_listed_and_that_is_not_known_proves_nothing(what: str) -> None:
    """One hand sold all that was held; what another sold after that is in the trades alone."""

    async def work(scene: Scene) -> Outcome:
        opened = await scene.opened()
        scene.venue.by_hand(-43)
        scene.venue.by_hand(-7)
        (last,) = list(scene.venue.orders.values())[-1:]
        if what == "unreadable":
            scene.venue.unreadable = last.order_id
        else:
            scene.venue.behind = (last.order_id, Decimal(0))
        return await scene.opener.leave(opened)

    outcome, scene = played(work, others=0)
    assert scene.venue.held == -7
    assert isinstance(outcome, Exposed), outcome


def test_an_own_order_that_cannot_be_asked_may_have_executed_anything() -> None:
    """Its stop is as quick as a hand that has sold all that was held, and cannot be asked."""

    async def work(scene: Scene) -> Outcome:
        opened = await scene.opened()
        scene.venue.by_hand(-43)
        scene.venue.weather = replace(BLIND, refuses_stops=True)
        scene.venue.unreadable = opened.stop.client_order_id
        return await scene.opener.protect(opened, HIGHER)

    outcome, scene = played(work, others=0)
    assert isinstance(outcome, Exposed), outcome
    assert scene.reports
