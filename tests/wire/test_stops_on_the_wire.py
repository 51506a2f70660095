"""What stops are worth, read over the wire: triggered, trailing, watched, without a size, liquidated."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from reconciler.account.priced import priced
from reconciler.comparison.compare import compare
from reconciler.comparison.merge import merge_view
from reconciler.comparison.outcome import CompareSettings, Comparison
from reconciler.facts.expectation import Direction, Expectation, ExpectationState, StopPolicy
from simulator.bybit.attached import attach
from simulator.engine.order import Kind, PositionSide, Trail, Watches
from simulator.server import SimulatedVenue
from tests.wire.conftest import Watched
from tests.wire.faces import BINANCE, BYBIT, Face
from tests.wire.simulated import AVL, BTC, order, running, stop, ticket
from verification.facts.account import AccountReading
from verification.facts.clock import SystemClock
from verification.facts.prices import Prices

FACES = pytest.mark.parametrize("face", [BINANCE, BYBIT], ids=lambda face: face.name)


async def _judged(watched: Watched, quantity: str = "43") -> tuple[Comparison, AccountReading]:
    """Look once at a bot that believes in `quantity` and keeps its stop at the venue."""
    venue = watched.venue
    reading = await priced(venue, await venue.read(), None, SystemClock())
    view = merge_view(None, reading, {}, venue.stream_health(), now=SystemClock().now())
    size = abs(Decimal(quantity))
    way = Direction.LONG if Decimal(quantity) > 0 else Direction.SHORT
    believed = Expectation(
        "bot",
        "1",
        AVL,
        way,
        None,
        size,
        size,
        size,
        None,
        ExpectationState.OPEN,
        stop_policy=StopPolicy.VENUE,
    )
    comparison = compare(
        (believed,),
        view,
        markets=venue.markets,
        mode=reading.mode,
        settings=CompareSettings(),
        now=view.read_at.utc,
    )
    return comparison, reading


async def _says(watched: Watched, quantity: str = "43") -> str:
    comparison, _ = await _judged(watched, quantity)
    (leg,) = [each for each in comparison.legs if each.observed]
    assert [finding.kind.value for finding in comparison.findings] == (
        ["unprotected_position"] if leg.stop in {"none", "idle"} else []
    )
    return leg.stop


def _holding(quantity: str, **more: Any) -> Any:
    def prepare(venue: SimulatedVenue) -> None:
        order(venue, quantity, **more)

    return prepare


@FACES
async def test_a_stop_that_waits_protects(face: Face) -> None:
    async with running(_holding("43"), face=face) as (venue, watched):
        assert await _says(watched) == "none"
        stop(venue, "-43", "0.17", reduce_only=True)
        assert await _says(watched) == "resting"


@FACES
@pytest.mark.parametrize(
    ("held", "trigger", "limit", "gap"), [("43", "0.17", "0.169", "0.16"), ("-43", "0.19", "0.191", "0.2")]
)
async def test_a_stop_limit_that_has_triggered_in_a_gap_does_not(
    face: Face, held: str, trigger: str, limit: str, gap: str
) -> None:
    async with running(_holding(held), face=face) as (venue, watched):
        closing = f"-{held}" if held == "43" else "43"
        stop(venue, closing, trigger, kind=Kind.STOP, price=Decimal(limit), reduce_only=True)
        assert await _says(watched, held) == "resting"
        venue.exchange.set_price(AVL, Decimal(gap))
        comparison, reading = await _judged(watched, held)
        assert comparison.legs[0].stop == "idle"
        assert f"has triggered and its limit {limit} rests unfilled" in comparison.findings[0].reason
        (resting,) = [*(reading.orders or ()), *(reading.conditional_orders or ())]
        assert resting.triggered


async def test_a_stop_limit_of_a_hedge_leg_that_has_triggered_does_not() -> None:
    def prepare(venue: SimulatedVenue) -> None:
        venue.exchange.set_hedge(hedge=True)
        order(venue, "43", position_side=PositionSide.LONG)
        stop(venue, "-43", "0.17", kind=Kind.STOP, price=Decimal("0.169"), position_side=PositionSide.LONG)

    async with running(prepare) as (venue, watched):
        assert await _says(watched) == "resting"
        venue.exchange.set_price(AVL, Decimal("0.16"))
        assert await _says(watched) == "idle"


@FACES
async def test_a_stop_for_the_whole_position_protects_without_a_size(face: Face) -> None:
    async with running(_holding("43"), face=face) as (venue, watched):
        if face is BINANCE:
            whole = replace(
                ticket("-43", AVL, kind=Kind.STOP_MARKET, trigger_price=Decimal("0.17")), quantity=None
            )
            venue.exchange.place_conditional(replace(whole, close_position=True))
        else:
            attach(venue.exchange, AVL, PositionSide.BOTH, Kind.STOP_MARKET, Decimal("0.17"))
        comparison, reading = await _judged(watched)
        assert comparison.legs[0].stop == "resting"
        assert reading.conditional_orders
        venue.exchange.truth.liquidations[AVL] = Decimal("0.175")
        assert await _says(watched) == "idle"


@FACES
async def test_a_stop_is_judged_by_the_price_that_it_watches(face: Face) -> None:
    async with running(_holding("43"), face=face) as (venue, watched):
        stop(venue, "-43", "0.17", reduce_only=True, watches=Watches.LAST)
        venue.exchange.set_price(AVL, Decimal("0.16"), last=Decimal("0.18"))
        assert await _says(watched) == "resting"


@FACES
async def test_a_stop_that_hangs_on_the_wrong_side_does_not_protect(face: Face) -> None:
    async with running(_holding("43"), face=face) as (venue, watched):
        stop(venue, "-43", "0.17", reduce_only=True, watches=Watches.LAST)
        # The venue is stuck: the last price is past the trigger, and nothing has come of it.
        venue.exchange.markets.reprice(AVL, Decimal("0.172"), Decimal("0.165"))
        comparison, _ = await _judged(watched)
        assert comparison.legs[0].stop == "idle"
        assert "is on the wrong side of the last price 0.165" in comparison.findings[0].reason


@FACES
async def test_prices_are_asked_for_only_where_a_stop_cannot_be_judged_without(face: Face) -> None:
    async with running(_holding("43"), face=face) as (venue, watched):
        stop(venue, "-43", "0.1", reduce_only=True, watches=Watches.LAST)
        asked = len([each for each in venue.journal.entries if "ticker" in each.path])
        assert await _says(watched) == "resting"
        assert len([each for each in venue.journal.entries if "ticker" in each.path]) == asked


async def test_a_trailing_stop_protects_from_its_activation_on_binance() -> None:
    async with running(_holding("43")) as (venue, watched):
        stop(
            venue,
            "-43",
            "0",
            kind=Kind.TRAILING_STOP_MARKET,
            trigger_price=None,
            reduce_only=True,
            trail=Trail(activation=Decimal("0.2"), rate=Decimal("0.01")),
        )
        comparison, _ = await _judged(watched)
        assert comparison.legs[0].stop == "idle"
        assert "is not active before 0.2" in comparison.findings[0].reason
        venue.exchange.set_price(AVL, Decimal("0.21"))
        assert await _says(watched) == "resting"


@pytest.mark.parametrize(("activation", "says"), [(None, "resting"), (Decimal("0.2"), "idle")])
async def test_a_trailing_stop_of_a_position_protects_from_its_activation_on_bybit(
    activation: Decimal | None, says: str
) -> None:
    async with running(_holding("43"), face=BYBIT) as (venue, watched):
        attach(
            venue.exchange,
            AVL,
            PositionSide.BOTH,
            Kind.TRAILING_STOP_MARKET,
            Decimal("0.005"),
            activation=activation,
        )
        assert await _says(watched) == says
        venue.exchange.set_price(AVL, Decimal("0.21"))
        assert await _says(watched) == "resting"


@FACES
async def test_prices_are_read_of_one_contract_and_of_several(face: Face) -> None:
    async with running(face=face) as (venue, watched):
        venue.exchange.set_price(AVL, Decimal("0.2"), last=Decimal("0.21"))
        one = await watched.venue.read_prices(frozenset({AVL}))
        assert one == {AVL: Prices(mark=Decimal("0.2"), last=Decimal("0.21"), index=Decimal("0.2"))}
        both = await watched.venue.read_prices(frozenset({AVL, BTC}))
        assert both.keys() == {AVL, BTC}
        assert both[AVL] == one[AVL]
        assert await watched.venue.read_prices(frozenset()) == {}
