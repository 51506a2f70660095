"""The venue is asked what became of orders: few at a time, soon again, and never is a failure an answer."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from decimal import Decimal

from reconciler.account.asked_orders import AskedOrders, AskingLimits
from tests.reconciler.accounts import SYMBOL
from tests.reconciler.house import ScriptedAccount
from tests.virtual_time import VirtualClock, run
from verification.facts.account import Part
from verification.facts.errors import SourceUnreachable
from verification.facts.order_fact import OrderFact, OrderRef

LIMITS = AskingLimits(most=3, kept=5)


def ref(name: str = "s1") -> OrderRef:
    return OrderRef(SYMBOL, name, conditional=True)


def fact(venue: ScriptedAccount, order: OrderRef, executed: str = "0", *, terminal: bool = True) -> None:
    status = "closed" if terminal else "open"
    venue.facts[order] = OrderFact(
        order, Decimal(executed), terminal, status, "STOP_MARKET", None, None, None, venue.clock.now()
    )


def playing(story: Callable[[ScriptedAccount, AskedOrders], Awaitable[None]]) -> None:
    async def whole() -> None:
        venue = ScriptedAccount(VirtualClock())
        await story(venue, AskedOrders(venue, venue.clock, LIMITS))

    run(whole())


def test_what_has_ended_is_asked_for_once() -> None:
    async def story(venue: ScriptedAccount, asked: AskedOrders) -> None:
        fact(venue, ref(), "-43")
        assert await asked.ask([ref()])
        await venue.clock.sleep(3600)
        assert not await asked.ask([ref()])
        assert asked.facts[ref()].executed == Decimal(-43)
        assert venue.asked_facts == [ref()]

    playing(story)


def test_what_still_works_is_asked_for_again_and_is_not_known_for_long() -> None:
    async def story(venue: ScriptedAccount, asked: AskedOrders) -> None:
        fact(venue, ref(), terminal=False)
        assert await asked.ask([ref()])
        assert not await asked.ask([ref()])  # at once: what was said just now holds
        assert ref() in asked.facts
        await venue.clock.sleep(30)
        assert ref() not in asked.facts
        fact(venue, ref(), "-43")
        assert await asked.ask([ref()])
        assert asked.facts[ref()].terminal

    playing(story)


def test_an_order_that_cannot_be_asked_for_stays_unknown_and_is_asked_for_again() -> None:
    async def story(venue: ScriptedAccount, asked: AskedOrders) -> None:
        venue.fail(Part.ORDERS, error=SourceUnreachable("timed out"))
        fact(venue, ref(), "-43")
        assert not await asked.ask([ref()])
        assert not asked.facts
        venue.heal()
        await venue.clock.sleep(2)
        assert await asked.ask([ref()])
        assert asked.facts[ref()].executed == Decimal(-43)

    playing(story)


def test_an_order_that_was_not_found_is_left_alone_longer_each_time() -> None:
    async def story(venue: ScriptedAccount, asked: AskedOrders) -> None:
        for _ in range(3600):
            assert not await asked.ask([ref()])
            await venue.clock.sleep(1)
        # 0, 2, 6, 14, ... seconds, then every ten minutes
        assert 10 <= len(venue.asked_facts) <= 16
        assert not asked.facts

    playing(story)


def test_no_more_than_so_many_are_asked_for_at_once_and_the_others_have_their_turn() -> None:
    async def story(venue: ScriptedAccount, asked: AskedOrders) -> None:
        wanted = [ref(f"s{number}") for number in range(5)]
        for each in wanted:
            fact(venue, each, terminal=False)
        for _ in range(2):
            await asked.ask(wanted)
            await venue.clock.sleep(1)
        assert set(venue.asked_facts) == set(wanted)
        assert len(venue.asked_facts) == 2 * LIMITS.most

    playing(story)


def test_answers_that_take_too_long_are_not_waited_for() -> None:
    async def story(venue: ScriptedAccount, asked: AskedOrders) -> None:
        fact(venue, ref("quick"), "-1")
        venue.hanging.add(ref("slow"))
        started = venue.clock.now().monotonic
        assert await asked.ask([ref("slow"), ref("quick")])
        assert timedelta(seconds=venue.clock.now().monotonic - started) <= LIMITS.patience * 1.01
        assert set(asked.facts) == {ref("quick")}

    playing(story)


def test_what_is_kept_is_bounded() -> None:
    async def story(venue: ScriptedAccount, asked: AskedOrders) -> None:
        for number in range(20):
            fact(venue, ref(f"s{number}"), "-1")
            await asked.ask([ref(f"s{number}")])
        assert set(asked.facts) == {ref(f"s{number}") for number in range(15, 20)}

    playing(story)
