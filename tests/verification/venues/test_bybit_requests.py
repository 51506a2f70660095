"""Bybit's lists are complete or an error, and an order is looked for in both places where it can be."""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

import ccxt
import pytest

from tests.verification.venues.bybit_samples import answer, flat_row, order_row, position_row
from tests.verification.venues.samples import AVL, NET, listed
from verification.facts.clock import SystemClock
from verification.facts.errors import SourceMalformed, SourceRejected, SourceUnreachable
from verification.venues.bybit.requests import Bybit
from verification.venues.ccxt.asker import Asker, OrderUnknown
from verification.venues.ccxt.failures import Translator
from verification.venues.registry import capabilities_of

KNOWN = capabilities_of("bybit")
LINK = "my-entry"


class Told:
    """An exchange that answers one request after the other as told, and remembers them."""

    def __init__(self, *answers: dict[str, Any] | Exception) -> None:
        self.id = "bybit"
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self._answers = list(answers)

    def __getattr__(self, call: str) -> Any:
        async def ask(parameters: dict[str, Any]) -> dict[str, Any]:
            self.asked.append((call, parameters))
            told = self._answers.pop(0)
            if isinstance(told, Exception):
                raise told
            return told

        return ask

    @property
    def cursors(self) -> list[str | None]:
        return [parameters.get("cursor") for _, parameters in self.asked]


def asked(*answers: dict[str, Any] | Exception) -> tuple[Bybit, Told, Asker]:
    told = Told(*answers)
    asker = Asker(told, Translator("bybit", KNOWN, ()), SystemClock())
    return Bybit("main", listed()), told, asker


async def test_every_page_of_every_settle_coin_is_read() -> None:
    first = answer(position_row(), cursor="second%3A")
    bybit, told, asker = asked(first, answer(position_row(symbol="BTCUSDT")), answer())
    found = (await bybit.positions(asker)).positions
    assert [row.key.symbol for row in found] == [AVL, "BTC/USDT:USDT"]
    assert told.cursors == [None, "second%3A", None]
    assert [parameters["settleCoin"] for _, parameters in told.asked] == ["USDT", "USDT", "USDC"]


async def test_a_page_that_fails_leaves_its_settle_coin_unread_and_the_other_known() -> None:
    first, other = answer(position_row(), cursor="second"), answer(position_row(symbol="BTCUSDT"))
    bybit, _, asker = asked(first, ccxt.RequestTimeout("bybit"), other)
    found = await bybit.positions(asker)
    assert [row.key.symbol for row in found.positions] == ["BTC/USDT:USDT"]
    assert found.unread.keys() == {"USDT"}
    assert "settled in USDT could not be read" in found.unread["USDT"]
    assert isinstance(found.failed["USDT"], SourceUnreachable)


async def test_the_list_fails_where_every_settle_coin_does() -> None:
    bybit, _, asker = asked(ccxt.RequestTimeout("bybit"), ccxt.AuthenticationError("bybit"))
    with pytest.raises(SourceUnreachable):
        await bybit.positions(asker)


async def test_a_coin_that_contracts_come_to_be_settled_in_is_asked_for_too() -> None:
    bybit, told, asker = asked(answer(), answer(), answer(), answer(), answer(), answer())
    bybit._markets.parts = {"BTC/BRL:BRL": "BRL", AVL: "USDT"}
    await bybit.positions(asker)
    await bybit.orders(asker, None)
    coins = [parameters["settleCoin"] for _, parameters in told.asked]
    assert coins == ["USDT", "USDC", "BRL", "USDT", "USDC", "BRL"]


async def test_pages_that_go_round_in_a_circle_are_no_list() -> None:
    bybit, _, asker = asked(answer(cursor="again"), answer(cursor="again"), answer())
    found = await bybit.positions(asker)
    assert isinstance(found.failed["USDT"], SourceMalformed)
    assert "a page comes twice" in found.unread["USDT"]


async def test_only_legs_that_hold_something_tell_of_different_modes() -> None:
    flat = flat_row(positionIdx=1, symbol="BTCUSDT")
    bybit, _, asker = asked(answer(position_row(), flat), answer())
    assert len((await bybit.positions(asker)).positions) == 2
    bybit, _, asker = asked(answer(position_row(), position_row(positionIdx=1, symbol="BTCUSDT")), answer())
    with pytest.raises(SourceRejected, match="BTC/USDT:USDT is in hedge mode and AVL/USDT:USDT in one-way"):
        await bybit.positions(asker)


async def test_trades_are_asked_for_beyond_our_own_present() -> None:
    bybit, told, asker = asked(answer(), answer())
    soon = SystemClock().now().utc + timedelta(minutes=5)  # the venue's clock is ahead of ours
    assert await bybit.fills(asker, AVL, soon) == ()
    assert len(told.asked) == 1


async def test_a_leg_that_is_listed_twice_is_malformed() -> None:
    bybit, _, asker = asked(answer(position_row(), position_row(size="1")), answer())
    found = await bybit.positions(asker)
    assert found.positions == ()
    assert "twice" in found.unread["USDT"]
    bybit, _, asker = asked(answer(position_row()), answer(position_row(size="1")))
    with pytest.raises(SourceMalformed, match="twice"):
        await bybit.positions(asker)


@pytest.mark.parametrize(
    "body",
    [{"retCode": 0, "result": {}}, {"retCode": 0}, {"retCode": 0, "result": {"list": None}}],
)
async def test_an_answer_without_a_list_is_malformed_and_never_empty(body: dict[str, Any]) -> None:
    bybit, _, asker = asked(body, body)
    with pytest.raises(SourceMalformed):
        await bybit.positions(asker)
    bybit, _, asker = asked(answer(), body)
    assert (await bybit.positions(asker)).unread.keys() == {"USDC"}


async def test_an_order_is_looked_for_in_the_history_when_it_is_not_among_the_recent_ones() -> None:
    bybit, told, asker = asked(answer(), answer(order_row()))
    found = await bybit.order(asker, NET, None, LINK)
    assert (found.order_id, found.executed) == ("the-order", Decimal(43))
    assert [call for call, _ in told.asked] == ["privateGetV5OrderRealtime", "privateGetV5OrderHistory"]
    assert {parameters["orderLinkId"] for _, parameters in told.asked} == {LINK}


async def test_an_order_in_neither_list_is_not_known_which_is_no_end_of_it() -> None:
    bybit, _, asker = asked(answer(), answer())
    with pytest.raises(OrderUnknown):
        await bybit.order(asker, NET, None, LINK)


@pytest.mark.parametrize("order_of_rows", [1, -1])
async def test_of_two_orders_with_one_id_of_ours_the_newer_counts(order_of_rows: int) -> None:
    older = order_row(orderId="older", updatedTime="1690000000000", orderStatus="Cancelled", cumExecQty="0")
    rows: Sequence[dict[str, Any]] = [order_row(), older][::order_of_rows]
    bybit, _, asker = asked(answer(*rows))
    assert (await bybit.order(asker, NET, None, LINK)).order_id == "the-order"


async def test_an_answer_about_another_order_is_malformed() -> None:
    bybit, _, asker = asked(answer(order_row(orderLinkId="another")))
    with pytest.raises(SourceMalformed, match="another"):
        await bybit.order(asker, NET, None, LINK)
