"""Has it closed? The stories of `tests/scenarios/test_closes.py` that hang on the wire, on each venue.

The bot trades through its own unmodified ccxt; the venue hides, lags and loses.
"""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import ccxt
import pytest

from simulator.engine.order import Kind, PositionSide
from simulator.engine.position import Position
from simulator.faults.faults import Phase, RequestAction, RequestFault
from simulator.server import SimulatedVenue
from tests.wire.bot import NET, Bot, closed, give_up_soon, opener_of, said, trading
from tests.wire.faces import Face
from tests.wire.simulated import AVL, order
from verification.facts.leg import Side
from verification.facts.observation import PositionSeen, Silence, Source, SourceSilent
from verification.facts.question import Baseline
from verification.opening.intent import Intent
from verification.opening.outcome import Closed, Opened
from verification.venues.stream_state import StreamState

pytestmark = pytest.mark.wire

Truth = Callable[[SimulatedVenue], object]
BUY = Intent(AVL, Side.BUY, Decimal(43), stop_price=Decimal("0.15"))
REDUCING = {"reduceOnly": True}


def bought(venue: SimulatedVenue) -> None:
    """Hold 43, for so long that a list which lags shows them too."""
    exchange = venue.exchange
    now, price = exchange.clock.ms(), exchange.market(AVL).price
    held = Position(
        AVL, PositionSide.BOTH, Decimal(43), entry=price, updated_ms=now - 60_000, version=1, sequence=1
    )
    exchange.truth.positions.put((AVL, PositionSide.BOTH), held, always=True)


async def held_by(bot: Bot) -> Baseline:
    """The 43 that were bought, as the venue shows them."""
    before = await bot.verifier.baseline(NET)
    assert before.quantity == 43
    assert before.version is not None
    return before


async def test_an_exit_that_executed_is_believed_though_the_list_shows_the_position(face: Face) -> None:
    async with trading(face, bought) as bot:
        held = await held_by(bot)
        bot.hide_list()
        sold = await bot.market("sell", 43, "exit", **REDUCING)
        proof = await bot.asks(closed(held, sold["id"]))
        assert said(proof.verdict) == "confirmed 0"
        (still,) = (await bot.gateway.venue.read_positions()).positions
        assert still.quantity == 43, "what the bot would have read"


async def test_where_no_zero_is_ever_pushed_the_exit_itself_is_the_proof(face: Face) -> None:
    async with trading(face, bought) as bot:
        held = await held_by(bot)
        bot.hide_list()
        bot.hide_pushed_positions()
        sold = await bot.market("sell", 43, "exit", **REDUCING)
        proof = await bot.asks(closed(held, sold["id"]))
        assert said(proof.verdict) == "confirmed 0"
        pushed = [each for each in bot.gateway.told if isinstance(each, PositionSeen)]
        assert all(each.quantity != 0 for each in pushed)


async def test_where_others_trade_only_a_zero_proves_it_and_a_pushed_one_does(face: Face) -> None:
    async with trading(face, bought) as bot:
        held = await held_by(bot)
        bot.hide_list()
        sold = await bot.market("sell", 43, "exit", **REDUCING)
        proof = await bot.asks(closed(held, sold["id"], exclusive=False))
        assert said(proof.verdict) == "confirmed 0"
        (zero,) = proof.verdict.rests_on
        assert isinstance(zero, PositionSeen)
        assert zero.provenance.source is Source.WEBSOCKET


async def test_a_position_that_no_source_shows_is_not_closed(face: Face) -> None:
    """List and snapshot are of a time before it was opened, and the stream has begun anew since."""
    async with trading(face) as bot:
        bot.hide_list()
        order(bot.venue, "43")
        held = await bot.gateway.holds(NET, 43)
        await bot.venue.streams.disconnect()
        await bot.gateway.health(lambda now: now.state is StreamState.LIVE and now.epoch == 2)
        assert not isinstance(bot.gateway.venue.latest(NET), PositionSeen), "nothing is in the cache"
        for exclusive in (True, False):
            question = closed(Baseline(held.quantity, held.version), name="exit", exclusive=exclusive)
            proof = await bot.asks_in_vain(question)
            lists = [each for each in proof.observations if each.provenance.source is Source.REST]
            assert {s.silence for s in lists if isinstance(s, SourceSilent)} == {Silence.ABSENT}
        assert bot.held == 43


def resting(venue: SimulatedVenue) -> int:
    price = Decimal("0.25")
    return order(venue, "-43", kind=Kind.LIMIT, price=price, reduce_only=True, client_id="exit").id


def it_filled_first(venue: SimulatedVenue) -> None:
    venue.exchange.fill(resting(venue))


def part_of_it_filled_first(venue: SimulatedVenue) -> None:
    number = resting(venue)
    venue.exchange.fill(number, Decimal(20))
    venue.exchange.cancel(number)


def it_was_cancelled_before(venue: SimulatedVenue) -> None:
    venue.exchange.cancel(resting(venue))


@pytest.mark.parametrize(
    ("truth", "answer"),
    [
        (it_filled_first, "confirmed 0"),
        (part_of_it_filled_first, "partial 23"),
        (it_was_cancelled_before, "mismatch still_open 43"),
    ],
)
async def test_of_a_cancel_answered_not_found_the_trades_tell_what_became_of_the_exit(
    face: Face, truth: Truth, answer: str
) -> None:
    async with trading(face, bought) as bot:
        held = await held_by(bot)
        bot.hide_list()
        bot.venue.streams.silent = True
        truth(bot.venue)
        with pytest.raises(ccxt.OrderNotFound):
            await bot.cancel("exit")
        assert said((await bot.asks(closed(held, name="exit"))).verdict) == answer


async def test_a_cancel_answered_not_found_of_an_exit_that_never_arrived_leaves_it_unknown(
    face: Face,
) -> None:
    async with trading(face, bought) as bot:
        held = await held_by(bot)
        with pytest.raises(ccxt.OrderNotFound):
            await bot.cancel("exit")
        await bot.asks_in_vain(closed(held, name="exit"))


async def test_what_a_thin_book_left_open_is_told(face: Face) -> None:
    async with trading(face, bought) as bot:
        held = await held_by(bot)
        bot.venue.exchange.shape(AVL, liquidity=Decimal(20))
        sold = await bot.market("sell", 43, "exit", **REDUCING)
        assert said((await bot.asks(closed(held, sold["id"]))).verdict) == "partial 23"


@pytest.mark.parametrize(
    ("side", "quantity", "answer"),
    [("sell", 83, "mismatch side -40"), ("buy", 43, "mismatch excess 86")],
    ids=["sold too much", "bought instead"],
)
async def test_an_exit_that_does_something_else_is_told_at_the_first_sight_of_it(
    face: Face, side: str, quantity: int, answer: str
) -> None:
    async with trading(face, bought) as bot:
        held = await held_by(bot)
        bot.hide_list()
        sent = await bot.market(side, quantity, "exit")
        proof = await bot.asks(closed(held, sent["id"]))
        assert said(proof.verdict) == answer
        assert proof.milliseconds < 1000


@pytest.mark.parametrize("readable", [True, False])
async def test_an_exit_for_more_than_is_left_never_turns_the_position_round(
    face: Face, tmp_path: Path, *, readable: bool
) -> None:
    """The bot still thinks that it holds 43, and somebody has sold 41 of them."""
    async with trading(face) as bot, opener_of(bot, tmp_path) as opener:
        opened = await opener.open(BUY)
        assert isinstance(opened, Opened), opened
        order(bot.venue, "-41")
        if not readable:
            fault = RequestFault(action=RequestAction.ERROR, path=face.positions, status=503)
            bot.venue.faults.add(fault)
        give_up_soon(opener, bot)
        outcome = await opener.leave(opened)
        assert bot.held == 0, "never -41"
        assert isinstance(outcome, Closed) or outcome in bot.reports
        sold = [trade for trade in bot.venue.exchange.trades(AVL) if trade.side == "SELL"]
        assert [int(trade.quantity) for trade in sold] == [41, 2]


async def test_an_exit_whose_answer_is_lost_is_found_by_its_id_and_not_sent_again(
    face: Face, tmp_path: Path
) -> None:
    async with trading(face) as bot, opener_of(bot, tmp_path) as opener:
        opened = await opener.open(BUY)
        assert isinstance(opened, Opened), opened
        sent = bot.sent
        bot.befall_order(RequestAction.LOSE, Phase.AFTER)
        outcome = await opener.leave(opened)
        assert isinstance(outcome, Closed), outcome
        assert bot.held == 0
        assert bot.sent == sent + 1
