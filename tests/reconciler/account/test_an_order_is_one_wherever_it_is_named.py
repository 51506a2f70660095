"""A client id that is used again names another order, and two orders without a number are two: everywhere."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from reconciler.account.memory.unverified_orders import UnverifiedOrders
from reconciler.account.questions.ledger_question import order_in
from reconciler.account.resting import Resting, Why
from reconciler.comparison.book import Book
from reconciler.comparison.working_entry import working_entry
from reconciler.facts.expectation import OrderRole
from tests.reconciler.accounts import at, entry, limit, row, stop, utc
from tests.reconciler.house import House, play
from tests.verification.drawn import moment, opening, order
from verification.facts.account import RestingOrder
from verification.facts.leg import Side


def named(order_id: str, client: str, *, filled: str = "0") -> RestingOrder:
    return replace(limit(order_id, Side.BUY, "43", filled=filled), client_order_id=client)


def test_what_rests_is_looked_up_by_its_number_once_that_is_known() -> None:
    book = Book({"8": named("8", "c")}, {})
    assert book.find("8", "other", conditional=False) is not None
    assert book.find(None, "c", conditional=False) is not None
    assert book.find("7", "c", conditional=False) is None, "its client id was used again"
    assert book.find(None, None, conditional=False) is None


def test_a_conditional_order_that_was_triggered_may_have_another_number() -> None:
    waits = replace(stop("5", Side.SELL, "43"), client_order_id="s")
    triggered = replace(waits, order_id="9", triggered=True)
    assert Book({}, {"5": waits}).find("5", "s", conditional=True) == waits
    assert Book({"9": triggered}, {}).find("5", "s", conditional=True) == triggered
    assert Book({"9": triggered}, {"6": replace(waits, order_id="6")}).find("5", "s", conditional=True) == (
        triggered
    )
    assert Book({}, {"6": replace(waits, order_id="6")}).find("5", "s", conditional=True) is None


def test_what_another_order_of_the_name_executed_is_no_entry_that_still_works() -> None:
    known = replace(row("43", entries=("7",), resting_since=utc(0)), entry_client_id="c")
    announced = replace(known, entry_order_ids=())
    held, other = Decimal(43), named("8", "c", filled="43")
    assert working_entry((other,), (announced,), held, held) is not None
    assert working_entry((other,), (known,), held, held) is None
    assert working_entry((named("7", "c", filled="43"),), (known,), held, held) is not None


def test_a_row_knows_its_orders_by_number_before_name() -> None:
    mine = row("43", orders=(entry("7", "43", client="c"), entry(None, "43", client="c")))
    assert order_in(mine, OrderRole.ENTRY, "7", "d") == mine.orders[0]
    assert order_in(mine, OrderRole.ENTRY, "8", "c") == mine.orders[1], "its number is not known yet"
    assert order_in(mine, OrderRole.EXIT, "7", "c") is None


def test_an_order_that_has_shown_its_number_rests_under_that_number_only() -> None:
    rest = Resting(opening(order_id=None, client="c"), at(100))
    rest.look((named("7", "c"),), at(110), at(110.1))
    assert rest.take() is Why.NEWS
    rest.add(order(0, order_id="7", client="c", at=111))
    rest.look((named("8", "c"),), at(120), at(120.1))
    assert rest.take() is Why.GONE


def test_a_doubt_about_an_order_is_not_ended_by_the_next_one_of_its_name() -> None:
    unverified = UnverifiedOrders(lambda _, since: since.monotonic < 0)
    unverified.raised(opening(order_id="7", client="c"), moment(1))
    assert not unverified.ended(opening(order_id="8", client="c"))
    assert unverified.doubted(opening(order_id=None, client="c"))
    assert unverified.ended(opening(order_id="7", client=None))


def test_after_a_restart_an_order_without_a_number_is_not_taken_for_another_without_one(
    tmp_path: Path,
) -> None:
    def enters(house: House, name: str) -> int:
        house.venue.waits(name, Side.BUY, "43")
        return house.journal.opening("AVL/USDT:USDT", Side.BUY, Decimal(43), client_order_id=name)

    def asked(house: House) -> set[str]:
        return {each.order_id for each in house.console.queries.verifications() if each.verdict == "resting"}

    async def before(house: House) -> None:
        await house.quiet(40)
        enters(house, "e1")
        await house.until(lambda: asked(house) == {"e1"}, within=12)

    def meanwhile(house: House) -> None:
        house.venue.waits("e1", Side.BUY, "43")
        house.journal.failed(1, "given up")
        enters(house, "e2")

    async def after(house: House) -> None:
        await house.until(lambda: asked(house) == {"e1", "e2"}, within=30)

    play(tmp_path, before)
    play(tmp_path, after, prepare=meanwhile)
