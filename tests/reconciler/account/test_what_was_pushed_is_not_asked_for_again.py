"""What the stream has pushed of an order answers for it when its row is read, without a request."""

from decimal import Decimal
from pathlib import Path

from reconciler.account.memory.pushed_orders import KEPT, PushedOrders
from tests.reconciler.accounts import SYMBOL
from tests.reconciler.house import House, play
from tests.verification.drawn import opening, order, row
from verification.facts.leg import Side


def test_an_order_that_was_pushed_executed_is_verified_without_a_request(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        await house.quiet(40)
        house.venue.ended("7", "43")
        await house.quiet(1)
        house.venue.hold("43")
        asked = len(house.venue.asked_orders)
        entry = house.journal.opening(SYMBOL, Side.BUY, Decimal(43), client_order_id="e1")
        house.journal.ordered(entry, "7")
        house.journal.opened(entry, Decimal(43))
        queries = house.console.queries
        await house.until(lambda: bool(queries.verifications()), within=2)
        (answer,) = queries.verifications()
        assert (answer.verdict, answer.decided_by) == ("confirmed", "websocket")
        assert len(house.venue.asked_orders) == asked

    play(tmp_path, story)


def test_words_are_found_by_the_venues_number_alone() -> None:
    pushed = PushedOrders()
    for word in (
        order(20, client="e1"),
        order(43, ended=True, client="e1"),
        order(5, order_id="8"),
        row(43, 1),
    ):
        pushed.on_observation(word)
    assert [each.executed for each in pushed.about(opening())] == [20, 43]
    assert not pushed.about(opening(order_id="9", client="e1"))
    assert not pushed.about(opening(order_id=None, client="e1")), "that name may have been another order's"


def test_the_oldest_orders_are_forgotten() -> None:
    pushed = PushedOrders()
    for number in range(KEPT + 1):
        pushed.on_observation(order(43, order_id=str(number)))
    assert not pushed.about(opening(order_id="0"))
    assert pushed.about(opening(order_id="1"))
    assert pushed.about(opening(order_id=str(KEPT)))
