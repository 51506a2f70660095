"""A sweep at rest asks for few orders, and nothing that a verdict rests on goes unseen, whatever is lost.

Each way in which an order could go unseen (docs/frugal.md has the table) befalls a protected position on the
simulated venue, whose pushes are all lost.
"""

from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal

import pytest

from reconciler.account.asked_account import subscribed
from reconciler.account.look import Look
from reconciler.account.watch import AccountWatch, Rules
from reconciler.comparison.protection import StopState
from reconciler.facts.expectation import Direction, Expectation, ExpectationState, LedgerReading, StopPolicy
from reconciler.facts.finding import Kind
from simulator.engine.order import AlgoOrder
from simulator.engine.order import Kind as OrderKind
from simulator.faults.faults import PushAction, PushFault, RequestAction, RequestFault
from simulator.server import SimulatedVenue
from tests.wire.faces import BYBIT
from tests.wire.simulated import AVL, BTC, order, running, stop
from verification.facts.clock import SystemClock
from verification.facts.order_scope import OrderScope
from verification.venues.stream_state import StreamState

pytestmark = pytest.mark.wire

LOST = PushFault(action=PushAction.DROP)


class Ledger:
    """A ledger whose bot believes in what it is told."""

    name = "bot"

    def __init__(self, stop_id: str) -> None:
        opened = SystemClock().now().utc - timedelta(minutes=5)
        self.rows = [
            Expectation(
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
        ]

    def read(self) -> LedgerReading:
        return LedgerReading("bot", tuple(self.rows), SystemClock().now(), None)

    def version(self) -> object:
        return None


@dataclass
class Scene:
    """One position with its stop, seen once in full by a watch whose stream is deaf from then on."""

    venue: SimulatedVenue
    watch: AccountWatch
    ledger: Ledger
    stop: AlgoOrder

    async def sweep(self) -> Look:
        self.venue.journal.clear()
        return await self.watch.look()

    def asked(self) -> list[str]:
        """Return which lists the last sweep asked for, of which symbol."""
        return sorted(
            f"{entry.path.rsplit('/', 1)[-1]} {entry.params.get('symbol', 'all')}"
            for entry in self.venue.journal.entries
            if entry.path.endswith(("positionRisk", "openOrders", "openAlgoOrders", "dual"))
        )


REST = ["openAlgoOrders AVLUSDT", "positionRisk all"]
ALL = ["openAlgoOrders all", "openOrders all", "positionRisk all"]


@asynccontextmanager
async def at_rest() -> AsyncIterator[Scene]:
    async with running() as (venue, gateway):
        order(venue, "100")
        resting = stop(venue, "-100", "0.1", reduce_only=True)
        ledger = Ledger(str(resting.id))
        watch = AccountWatch(gateway.venue, [ledger], Rules(), SystemClock())
        try:
            scene = Scene(venue, watch, ledger, resting)
            look = await scene.sweep()
            assert scene.asked() == ALL
            assert _stops(look) == {AVL: StopState.RESTING}
            venue.faults.add(LOST)
            yield scene
        finally:
            watch.close()


def _scope_of(symbols: Iterable[str]) -> OrderScope:
    return OrderScope(frozenset(), frozenset(symbols))


def _stops(look: Look) -> dict[str, str]:
    return {row.symbol: row.stop for row in look.comparison.legs}


def _kinds(look: Look) -> list[Kind]:
    return [judged.finding.kind for judged in look.judged]


async def test_at_rest_the_orders_of_what_is_held_are_asked_for_and_no_others() -> None:
    async with at_rest() as scene:
        look = await scene.sweep()
        assert (scene.asked(), look.status, _stops(look)) == (REST, "complete", {AVL: StopState.RESTING})
        (leg,) = look.comparison.legs
        assert leg.stop_at == look.reading.sent.utc


async def test_a_look_at_a_protected_symbol_leaves_its_ordinary_orders_out_until_there_is_a_doubt() -> None:
    async with at_rest() as scene:
        await subscribed(scene.watch.venue, SystemClock())
        assert scene.watch.venue.stream_health().state is StreamState.LIVE
        await scene.sweep()
        scene.venue.journal.clear()
        look = await scene.watch.look(frozenset({AVL}))
        assert (scene.asked(), look.status, _stops(look)) == (REST, "complete", {AVL: StopState.RESTING})
        _smaller(scene)
        scene.venue.journal.clear()
        look = await scene.watch.look(frozenset({AVL}))
        assert scene.asked() == sorted([*REST, *REST, "openOrders AVLUSDT"])
        assert (_stops(look), _kinds(look)) == ({AVL: StopState.PARTIAL}, [Kind.UNPROTECTED_POSITION])


async def test_where_requests_are_counted_and_not_weighed_every_sweep_asks_for_all() -> None:
    async with running(face=BYBIT) as (venue, gateway):
        reading = await gateway.venue.sweep(lambda _: pytest.fail("nobody asks which"))
        assert reading.scope.whole
        assert [call.params.get("symbol") for call in venue.journal.calls("GET", "/v5/order/realtime")]


def _cancelled(scene: Scene) -> None:
    scene.venue.exchange.cancel_conditional(scene.stop.id)


def _smaller(scene: Scene) -> None:
    _cancelled(scene)
    stop(scene.venue, "-60", "0.1", reduce_only=True)


def _for_a_gain(scene: Scene) -> None:
    _cancelled(scene)
    stop(scene.venue, "-100", "0.3", reduce_only=True, kind=OrderKind.TAKE_PROFIT_MARKET)


def _able_to_open(scene: Scene) -> None:
    _cancelled(scene)
    stop(scene.venue, "-100", "0.1")


@pytest.mark.parametrize(
    ("befalls", "state"),
    [
        (_cancelled, StopState.NONE),
        (_smaller, StopState.PARTIAL),
        (_for_a_gain, StopState.NONE),
        (_able_to_open, StopState.NONE),
    ],
)
async def test_a_stop_whose_lost_push_tells_of_its_end_is_missed_by_the_next_sweep(
    befalls: Callable[[Scene], None], state: StopState
) -> None:
    async with at_rest() as scene:
        await scene.sweep()
        befalls(scene)
        look = await scene.sweep()
        assert (_stops(look), _kinds(look)) == ({AVL: state}, [Kind.UNPROTECTED_POSITION])
        # It appeared in this sweep, so all orders were asked for before anything was said.
        assert set(ALL) <= set(scene.asked())
        assert look.reading.scope.whole
        # While it lasts its own symbol is asked about, in both lists; the others cost nothing again.
        again = await scene.sweep()
        assert scene.asked() == [*REST[:1], "openOrders AVLUSDT", *REST[1:]]
        assert _kinds(again) == [Kind.UNPROTECTED_POSITION]


async def test_a_stop_that_somebody_places_unseen_is_counted_by_the_next_sweep() -> None:
    async with at_rest() as scene:
        _cancelled(scene)
        assert _kinds(await scene.sweep()) == [Kind.UNPROTECTED_POSITION]
        stop(scene.venue, "-100", "0.11", reduce_only=True)
        look = await scene.sweep()
        assert (_stops(look), _kinds(look)) == ({AVL: StopState.RESTING}, [])


async def test_a_position_that_nobody_has_told_of_is_looked_at_with_its_orders() -> None:
    async with at_rest() as scene:
        order(scene.venue, "0.01", BTC)
        stop(scene.venue, "-0.01", "1", BTC, reduce_only=True)
        look = await scene.sweep()
        assert _kinds(look) == [Kind.ORPHANED_POSITION]
        assert _stops(look) == {AVL: StopState.RESTING, BTC: StopState.RESTING}
        assert set(ALL) <= set(scene.asked())
        await scene.sweep()
        assert "openAlgoOrders BTCUSDT" in scene.asked()


async def test_a_position_that_grows_unseen_is_not_covered_by_what_covered_it() -> None:
    async with at_rest() as scene:
        order(scene.venue, "50")
        look = await scene.sweep()
        assert _stops(look) == {AVL: StopState.PARTIAL}
        assert Kind.QUANTITY_MISMATCH in _kinds(look)


async def test_a_stop_is_judged_by_the_liquidation_price_of_each_position_list() -> None:
    async with at_rest() as scene:
        scene.venue.exchange.truth.liquidations[AVL] = Decimal("0.12")
        look = await scene.sweep()
        assert (_stops(look), _kinds(look)) == ({AVL: StopState.IDLE}, [Kind.UNPROTECTED_POSITION])


async def test_an_entry_that_rests_is_asked_about_for_as_long_as_its_row_waits() -> None:
    async with at_rest() as scene:
        waits = order(scene.venue, "100", BTC, kind=OrderKind.LIMIT, price=Decimal(1))
        (row,) = scene.ledger.rows
        entry = replace(
            row,
            row_id="8",
            symbol=BTC,
            expected=Decimal(0),
            expected_low=Decimal(0),
            expected_high=Decimal(100),
            state=ExpectationState.OPENING,
            entry_order_ids=(str(waits.id),),
            stop_order_ids=(),
        )
        scene.ledger.rows.append(entry)
        await scene.sweep()
        look = await scene.sweep()
        assert scene.asked() == [
            "openAlgoOrders AVLUSDT",
            "openAlgoOrders BTCUSDT",
            "openOrders BTCUSDT",
            *REST[1:],
        ]
        assert _kinds(look) == []


async def test_a_list_of_one_symbol_that_fails_has_all_asked_for_by_the_next_sweep() -> None:
    async with at_rest() as scene:
        scene.venue.faults.add(
            RequestFault(action=RequestAction.ERROR, path="openAlgoOrders", status=503, times=1)
        )
        look = await scene.sweep()
        assert (look.status, _stops(look)) == ("partial", {AVL: StopState.UNKNOWN})
        look = await scene.sweep()
        assert (scene.asked(), look.status) == (ALL, "complete")


async def test_the_next_life_of_the_stream_has_all_orders_asked_for_once_it_has_subscribed() -> None:
    async with at_rest() as scene:
        gateway, orders = scene.watch.venue, scene.watch.asked.orders
        assert orders.due_in(gateway.stream_health(), SystemClock().now()) is None
        later = replace(gateway.stream_health(), epoch=gateway.stream_health().epoch + 1)
        due = orders.due_in(later, SystemClock().now())
        assert due is not None
        assert due <= 5


async def test_many_symbols_are_asked_about_at_once_where_that_weighs_no_more() -> None:
    async with running() as (venue, gateway):
        markets = sorted(gateway.venue.markets)
        reading = await gateway.venue.sweep(lambda _: _scope_of(markets[:1]))
        assert reading.scope.conditional == frozenset(markets[:1])
        many = frozenset(f"N{number}/USDT:USDT" for number in range(40))
        reading = await gateway.venue.sweep(lambda _: _scope_of(many))
        assert reading.scope.conditional is None
        reading = await gateway.venue.sweep(lambda _: _scope_of(["A-CONTRACT-BY-ITS-ID"]))
        assert reading.scope.conditional is None
        assert venue.journal.calls("GET", "openAlgoOrders")[-1].params.get("symbol") is None


async def test_where_the_venue_does_not_pick_by_symbol_all_are_asked_for_and_none_is_lost(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with at_rest() as scene:
        order(scene.venue, "0.01", BTC)
        stop(scene.venue, "-0.01", "1", BTC, reduce_only=True)
        await scene.sweep()
        every = scene.venue.exchange.open_algos
        monkeypatch.setattr(scene.venue.exchange, "open_algos", lambda *_: every(None))
        look = await scene.sweep()
        assert (look.status, _stops(look)) == (
            "complete",
            {AVL: StopState.RESTING, BTC: StopState.RESTING},
        )
        assert "openAlgoOrders all" in scene.asked()
