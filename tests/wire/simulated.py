"""Orders on the simulated venue, and a gateway connected to it."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from decimal import Decimal
from typing import Any

from simulator.engine.order import AlgoOrder, Kind, Order, PositionSide, Side, Ticket
from simulator.server import SimulatedVenue
from tests.wire.conftest import QUICK, Watched
from tests.wire.faces import BINANCE, Face
from verification.facts.clock import SystemClock
from verification.venues.capabilities import StreamRules
from verification.venues.gateway.account import CcxtVenue
from verification.venues.port import Access
from verification.venues.registry import capabilities_of

AVL = "AVL/USDT:USDT"
BTC = "BTC/USDT:USDT"


def access_to(venue: SimulatedVenue, **ccxt: Any) -> Access:
    return Access(
        "main",
        venue.ccxt_id,
        "the-key",
        "the-secret",
        ccxt={**venue.ccxt_config(), "timeout_on_exit": 0, **ccxt},
    )


def order(venue: SimulatedVenue, quantity: str, symbol: str = AVL, **more: Any) -> Order:
    """Place an order of signed quantity with the outside hand."""
    return venue.exchange.place(ticket(quantity, symbol, **more))


def stop(venue: SimulatedVenue, quantity: str, trigger: str, symbol: str = AVL, **more: Any) -> AlgoOrder:
    return venue.exchange.place_conditional(
        ticket(quantity, symbol, **{"kind": Kind.STOP_MARKET, "trigger_price": Decimal(trigger)} | more)
    )


def ticket(quantity: str, symbol: str, **more: Any) -> Ticket:
    signed = Decimal(quantity)
    return Ticket(symbol, Side.BUY if signed > 0 else Side.SELL, abs(signed), **more)


def long_leg(**more: Any) -> dict[str, Any]:
    return {"position_side": PositionSide.LONG} | more


def short_leg(**more: Any) -> dict[str, Any]:
    return {"position_side": PositionSide.SHORT} | more


Prepare = Callable[[SimulatedVenue], None]


def _nothing(_: SimulatedVenue) -> None:
    return


def running(
    prepare: Prepare = _nothing, rules: StreamRules = QUICK, face: Face = BINANCE, **ccxt: Any
) -> AbstractAsyncContextManager[tuple[SimulatedVenue, Watched]]:
    """Run a simulated venue, prepared, with a gateway connected and live."""
    return _running(prepare, rules, face, ccxt)


@asynccontextmanager
async def _running(prepare: Prepare, rules: StreamRules, face: Face, ccxt: dict[str, Any]) -> Any:
    async with SimulatedVenue(face=face.name, api_key="the-key", secret="the-secret") as venue:
        prepare(venue)
        known = replace(capabilities_of(venue.ccxt_id), stream=rules)
        gateway = CcxtVenue(access_to(venue, **ccxt), SystemClock(), known)
        watched = Watched(gateway)
        try:
            await gateway.connect()
            await watched.live()
            yield venue, watched
        finally:
            await gateway.close()
