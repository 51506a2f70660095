"""A position that vanishes on a simulated venue is told with what the venue shows of it, and no more."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from reconciler.account.watch import AccountWatch, Rules
from reconciler.facts.expectation import Direction, Expectation, ExpectationState, LedgerReading, StopPolicy
from reconciler.facts.finding import Finding, Kind, Severity
from simulator.engine.order import AlgoOrder
from simulator.engine.order import Kind as OrderKind
from simulator.faults.faults import Phase, RequestAction, RequestFault
from simulator.server import SimulatedVenue
from tests.wire.conftest import Watched
from tests.wire.faces import BINANCE, Face
from tests.wire.simulated import AVL, order, running, stop
from verification.facts.clock import SystemClock

pytestmark = pytest.mark.wire


class OneRow:
    """A ledger whose bot believes in one long position with its stop, and notes nothing more."""

    name = "bot"

    def __init__(self, stop_id: str) -> None:
        opened = SystemClock().now().utc - timedelta(minutes=5)
        self._row = Expectation(
            ledger="bot",
            row_id="7",
            symbol=AVL,
            direction=Direction.LONG,
            unit_size=None,
            expected=Decimal(100),
            expected_low=Decimal(100),
            expected_high=Decimal(100),
            step=None,
            state=ExpectationState.OPEN,
            stop_order_ids=(stop_id,),
            stop_policy=StopPolicy.VENUE,
            opened_at=opened,
            updated_at=opened,
        )

    def read(self) -> LedgerReading:
        return LedgerReading("bot", (self._row,), SystemClock().now(), None)

    def version(self) -> object:
        return None


async def told(face: Face, befall: Callable[[SimulatedVenue, AlgoOrder], Any]) -> Finding:
    """Let something befall a long position with its stop, and return what one look finds."""
    async with running(face=face) as (venue, gateway):
        order(venue, "100")
        resting = stop(venue, "-100", "0.1", reduce_only=True)
        befall(venue, resting)
        watch = AccountWatch(gateway.venue, [OneRow(face.wire_id(resting))], Rules(), SystemClock())
        try:
            await _flat(gateway)
            look = await watch.look()
        finally:
            watch.close()
        assert look.status == "complete", look.problems
        (judged,) = look.judged
        return judged.finding


async def _flat(gateway: Watched) -> None:
    """Wait until the venue shows nothing any more."""
    while (await gateway.venue.read_positions()).positions:
        pass


async def test_a_stop_that_fired_is_proved(face: Face) -> None:
    found = await told(face, lambda venue, _: venue.exchange.set_price(AVL, Decimal("0.09")))
    assert (found.kind, found.severity) == (Kind.PHANTOM_POSITION, Severity.WARNING)
    assert "fired at" in found.reason
    assert "sold 100 AVL; the bot has not taken note" in found.reason


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ({}, "a liquidation (order "),
        ({"deleverage": True}, "the exchange's auto-deleveraging (order "),
        ({"settle": True}, "the exchange's settlement of the contract (order "),
    ],
)
async def test_what_the_venue_did_itself_is_called_by_its_name(
    face: Face, how: dict[str, Any], words: str
) -> None:
    def befall(venue: SimulatedVenue, resting: AlgoOrder) -> None:
        venue.exchange.liquidate(AVL, **how)
        venue.exchange.cancel_conditional(resting.id)

    found = await told(face, befall)
    assert (found.kind, found.severity) == (Kind.PHANTOM_POSITION, Severity.CRITICAL)
    assert words in found.reason
    assert "was cancelled without executing" in found.reason
    assert "fired" not in found.reason


async def test_a_hand_is_called_a_hand(face: Face) -> None:
    found = await told(face, lambda venue, _: order(venue, "-100", reduce_only=True, owner="hand"))
    assert found.severity is Severity.CRITICAL
    page = "web page" if face is BINANCE else "web page or app"
    assert f"from the exchange's own {page}, sold 100 AVL" in found.reason
    assert "still rests" in found.reason


async def test_a_target_of_another_client_is_called_one(face: Face) -> None:
    def befall(venue: SimulatedVenue, _: AlgoOrder) -> None:
        target = OrderKind.TAKE_PROFIT_MARKET
        stop(venue, "-100", "0.3", kind=target, reduce_only=True, client_id="theirs")
        venue.exchange.set_price(AVL, Decimal("0.31"))

    found = await told(face, befall)
    assert found.severity is Severity.CRITICAL
    assert "take-profit order " in found.reason


async def test_where_neither_orders_nor_trades_can_be_read_no_cause_is_told() -> None:
    def befall(venue: SimulatedVenue, resting: AlgoOrder) -> None:
        venue.exchange.liquidate(AVL)
        venue.exchange.cancel_conditional(resting.id)
        for path in ("/fapi/v1/algoOrder", BINANCE.trades):
            venue.faults.add(_failing(path))

    found = await told(BINANCE, befall)
    assert (found.kind, found.severity) == (Kind.PHANTOM_POSITION, Severity.CRITICAL)
    assert "what closed it could not be seen" in found.reason
    assert "whether its stop" in found.reason
    assert "has fired could not be seen" in found.reason


def _failing(path: str) -> RequestFault:
    return RequestFault(action=RequestAction.ERROR, phase=Phase.BEFORE, path=path, status=503)
