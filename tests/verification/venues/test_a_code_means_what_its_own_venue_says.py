"""An error code is a venue's own: the same number means another thing elsewhere."""

from typing import Any

import ccxt
import pytest

from verification.facts.clock import SystemClock
from verification.facts.errors import SourceError
from verification.venues.ccxt.asker import Asker, OrderUnknown
from verification.venues.ccxt.failures import Translator
from verification.venues.registry import capabilities_of

AHEAD = '{"code":-1021,"msg":"Timestamp for this request was ahead of the server\'s time."}'
EXPIRED = '{"retCode":10002,"retMsg":"invalid request, please check your timestamp"}'


class Refusing:
    """An exchange that refuses one request, and counts the looks at its clock."""

    def __init__(self, error: Exception, *, tells_time: bool = True) -> None:
        self.id = "a venue"
        self.has = {"fetchTime": tells_time}
        self.measured = 0
        self._errors = [error]

    async def load_time_difference(self) -> None:
        self.measured += 1

    async def answer(self) -> str:
        if self._errors:
            raise self._errors.pop()
        return "answered"


async def asked(venue: str, exchange: Refusing) -> Any:
    asker = Asker(exchange, Translator(venue, capabilities_of(venue), ()), SystemClock())
    return await asker.ask("a thing", lambda each: each.answer(), lambda answer: answer)


@pytest.mark.parametrize(
    ("venue", "error"),
    [
        ("binanceusdm", ccxt.ExchangeError(AHEAD)),
        ("binancecoinm", ccxt.ExchangeError(AHEAD)),
        ("bybit", ccxt.ExchangeError(EXPIRED)),
        ("hashkey", ccxt.ExchangeError(AHEAD)),
        ("aster", ccxt.InvalidNonce(AHEAD)),
    ],
)
async def test_what_is_refused_for_its_time_is_asked_again_by_the_venues_clock(
    venue: str, error: Exception
) -> None:
    exchange = Refusing(error)

    assert await asked(venue, exchange) == "answered"
    assert exchange.measured == 1


async def test_another_venues_word_for_a_wrong_time_is_not_taken_for_one() -> None:
    unknown = Refusing(ccxt.OrderNotFound('{"code":10002,"msg":"OM_ORDER_NOT_FOUND"}'))
    with pytest.raises(OrderUnknown):
        await asked("phemex", unknown)

    small = Refusing(ccxt.InvalidOrder('{"code":10002,"message":"qty_too_low"}'))
    with pytest.raises(SourceError) as told:
        await asked("deribit", small)

    assert "clock" not in str(told.value)
    assert unknown.measured == small.measured == 0


async def test_where_a_venue_tells_no_time_nothing_is_measured() -> None:
    exchange = Refusing(ccxt.InvalidNonce('{"error":"nonceBelowThreshold"}'), tells_time=False)

    with pytest.raises(SourceError, match="set this machine's clock"):
        await asked("krakenfutures", exchange)

    assert exchange.measured == 0
