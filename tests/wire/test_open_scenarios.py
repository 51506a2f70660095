"""Has it opened? The stories of `tests/scenarios/test_opens.py` that hang on the wire, on each venue.

The bot trades through its own unmodified ccxt; the venue hides, lags and loses.
"""

import random
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import ccxt
import pytest

from simulator.bybit import payloads
from simulator.engine.market import Market
from simulator.engine.order import Kind
from simulator.faults.faults import Phase, RequestAction
from simulator.server import SimulatedVenue
from tests.verification.venues.samples import listed_position
from tests.wire.bot import BRIEFLY, CLOCK, LONG, NET, SHORT, closed, opened, opener_of, said, trading
from tests.wire.conftest import Connect
from tests.wire.faces import BYBIT, Face
from tests.wire.scripted import ScriptedVenue, plain
from tests.wire.simulated import AVL, long_leg, order, short_leg, stop
from verification.facts.leg import Side
from verification.facts.observation import PositionSeen, Silence, Source, SourceSilent
from verification.facts.question import Baseline
from verification.facts.verification import Verification
from verification.opening.intent import Intent
from verification.opening.outcome import Opened
from verification.race.pace import Pace
from verification.race.verifier import Verifier
from verification.venues.stream_state import StreamState

pytestmark = pytest.mark.wire

Truth = Callable[[SimulatedVenue], object]


def silences(proof: Verification, source: Source) -> set[Silence]:
    """Why a source said nothing."""
    silent = [each for each in proof.observations if isinstance(each, SourceSilent)]
    return {each.silence for each in silent if each.provenance.source is source}


UNCLEAR = "Timeout waiting for response from backend server. Send status unknown."
DOUBTS: dict[str, dict[str, Any]] = {
    "no answer": {"action": RequestAction.LOSE},
    "a time-out of the venue's own": {
        "action": RequestAction.ERROR,
        "status": 503,
        "code": -1007,
        "message": UNCLEAR,
    },
    "a bad gateway": {"action": RequestAction.ERROR, "status": 502},
}


@pytest.mark.parametrize("doubt", DOUBTS)
async def test_a_submit_without_a_good_answer_is_found_by_our_own_id_and_not_sent_again(
    face: Face, doubt: str
) -> None:
    async with trading(face) as bot:
        bot.hide_list()
        bot.befall_order(phase=Phase.AFTER, **DOUBTS[doubt])
        with pytest.raises(ccxt.BaseError):
            await bot.market("buy", 43, "entry")
        assert said((await bot.asks(opened(name="entry"))).verdict) == "confirmed 43"
        assert bot.held == 43
        assert bot.sent == 1


async def test_a_submit_that_never_arrived_is_unknown_and_not_refuted(face: Face) -> None:
    async with trading(face) as bot:
        bot.befall_order(RequestAction.LOSE, Phase.BEFORE)
        with pytest.raises(ccxt.NetworkError):
            await bot.market("buy", 43, "entry")
        await bot.asks_in_vain(opened(name="entry"))
        assert bot.held == 0
        assert bot.sent == 1


async def test_an_order_that_is_not_found_at_first_is_found_later(face: Face) -> None:
    async with trading(face) as bot:
        bot.hide_list()
        bot.hide_orders(0.6)
        bot.venue.streams.silent = True
        entry = await bot.market("buy", 43, "entry")
        proof = await bot.asks(opened(entry["id"]))
        assert said(proof.verdict) == "confirmed 43"
        assert proof.verdict.decided_by is Source.ORDER
        assert silences(proof, Source.ORDER) == {Silence.ABSENT}


async def test_20_of_43_is_20_and_not_43_nor_nothing(face: Face) -> None:
    async with trading(face) as bot:
        bot.venue.exchange.shape(AVL, liquidity=Decimal(20))
        entry = await bot.market("buy", 43, "entry")
        assert said((await bot.asks(opened(entry["id"]))).verdict) == "partial 20"


async def test_a_fill_too_small_to_be_traded_alone_is_kept_and_gets_its_stop(
    face: Face, tmp_path: Path
) -> None:
    async with trading(face) as bot, opener_of(bot, tmp_path) as opener:
        bot.venue.exchange.shape(AVL, liquidity=Decimal(2))
        outcome = await opener.open(Intent(AVL, Side.BUY, Decimal(43), stop_price=Decimal("0.15")))
        assert isinstance(outcome, Opened), outcome
        assert outcome.quantity == 2
        assert outcome.stop.quantity == 2
        market = bot.venue.exchange.market(AVL)
        assert outcome.quantity * market.price < market.min_notional


def resting(venue: SimulatedVenue) -> int:
    return order(venue, "43", kind=Kind.LIMIT, price=Decimal("0.15"), client_id="entry").id


def it_filled_first(venue: SimulatedVenue) -> None:
    venue.exchange.fill(resting(venue))


def it_was_cancelled_before(venue: SimulatedVenue) -> None:
    venue.exchange.cancel(resting(venue))


@pytest.mark.parametrize(
    ("truth", "answer"), [(it_filled_first, "confirmed 43"), (it_was_cancelled_before, "refuted 0")]
)
async def test_of_a_cancel_answered_not_found_the_trades_tell_what_became_of_the_entry(
    face: Face, truth: Truth, answer: str
) -> None:
    async with trading(face) as bot:
        bot.hide_list()
        bot.venue.streams.silent = True
        truth(bot.venue)
        with pytest.raises(ccxt.OrderNotFound):
            await bot.cancel("entry")
        assert said((await bot.asks(opened(name="entry"))).verdict) == answer


async def test_a_cancel_answered_not_found_of_an_entry_that_never_arrived_leaves_it_unknown(
    face: Face,
) -> None:
    async with trading(face) as bot:
        with pytest.raises(ccxt.OrderNotFound):
            await bot.cancel("entry")
        await bot.asks_in_vain(opened(name="entry"))


async def test_a_position_on_the_wrong_side_is_no_success(face: Face) -> None:
    async with trading(face) as bot:
        entry = await bot.market("sell", 43, "entry")
        proof = await bot.asks(opened(entry["id"], side=Side.BUY))
        assert said(proof.verdict) == "mismatch side -43"


def hundred(venue: SimulatedVenue) -> None:
    order(venue, "100")


async def test_100_that_were_held_before_prove_nothing_and_143_do(face: Face) -> None:
    async with trading(face, hundred) as bot:
        bot.hide_orders()
        before = await bot.verifier.baseline(NET)
        assert before.quantity == 100
        assert before.version is not None
        await bot.asks_in_vain(opened("1", before=before))
        entry = await bot.market("buy", 43, "entry")
        proof = await bot.asks(opened(entry["id"], before=before))
        assert said(proof.verdict) == "confirmed 43"
        (row,) = proof.verdict.rests_on
        assert isinstance(row, PositionSeen)
        assert row.quantity == 143


def hedged(venue: SimulatedVenue) -> None:
    venue.exchange.set_hedge(hedge=True)
    order(venue, "100", **long_leg())
    order(venue, "-30", **short_leg())


async def test_of_two_hedge_legs_only_the_one_that_was_asked_about_counts(face: Face) -> None:
    async with trading(face, hedged) as bot:
        bot.hide_orders()
        long, short = await bot.verifier.baseline(LONG), await bot.verifier.baseline(SHORT)
        assert long.quantity == 100
        assert short.quantity == -30
        order(bot.venue, "43", **long_leg())
        assert said((await bot.asks(opened("1", key=LONG, before=long))).verdict) == "confirmed 43"
        await bot.asks_in_vain(opened("1", key=SHORT, side=Side.SELL, before=short))


@pytest.mark.parametrize("amount", [None, "", "many"])
async def test_a_row_without_a_quantity_is_malformed_and_not_flat(
    scripted: ScriptedVenue, connect: Connect, amount: object
) -> None:
    gateway = await connect(scripted.port)
    scripted.answers["GET /fapi/v3/positionRisk"] = plain([listed_position(positionAmt=amount)])
    verifier = Verifier(gateway.venue, CLOCK, rng=random.Random(1), pace=Pace(deadline=0.3))
    for question in (opened(), closed(Baseline(Decimal(43), 1))):
        proof = await verifier.verify(question)
        assert said(proof.verdict) == "unknown"
        assert silences(proof, Source.REST) == {Silence.MALFORMED}
        assert not any(isinstance(seen, PositionSeen) for seen in proof.observations)
    await verifier.close()


@pytest.mark.parametrize("size", [None, "", "many"])
async def test_a_row_of_bybits_without_a_size_is_malformed_and_not_flat(
    monkeypatch: pytest.MonkeyPatch, size: object
) -> None:
    async with trading(BYBIT, hundred) as bot:
        whole = payloads.position
        monkeypatch.setattr(payloads, "position", lambda *row, **more: whole(*row, **more) | {"size": size})
        for question in (opened("1"), closed(Baseline(Decimal(100), 1), "1")):
            proof = await bot.asks_in_vain(question)
            assert silences(proof, Source.REST) == {Silence.MALFORMED}


MANY = 230  # more than one page of positions holds


def crowded(venue: SimulatedVenue) -> None:
    """Many positions, and the one that is asked about on the second page."""
    for number in range(MANY):
        market = Market(f"C{number}", "USDT", step=Decimal(1), tick=Decimal("0.01"), price=Decimal(10))
        venue.exchange.markets.put(market)
        order(venue, "1", market.symbol)
    order(venue, "100")


async def test_a_position_on_the_second_page_of_the_list_is_found() -> None:
    async with trading(BYBIT, crowded) as bot:
        bot.hide_orders()
        bot.hide_pushed_positions()
        before = await bot.verifier.baseline(NET)
        entry = await bot.market("buy", 43, "entry")
        proof = await bot.asks(opened(entry["id"], before=before))
        assert said(proof.verdict) == "confirmed 43"
        assert proof.verdict.decided_by is Source.REST
        pages = bot.venue.journal.calls("GET", BYBIT.positions)
        assert any(page.params.get("cursor") for page in pages)


def its_stop_fires(venue: SimulatedVenue) -> None:
    stop(venue, "-43", "0.15", reduce_only=True)
    venue.exchange.set_price(AVL, Decimal("0.14"))


def it_is_liquidated(venue: SimulatedVenue) -> None:
    venue.exchange.liquidate(AVL)


@pytest.mark.parametrize("end", [its_stop_fires, it_is_liquidated])
async def test_opened_and_gone_at_once_is_opened_and_then_closed(face: Face, end: Truth) -> None:
    async with trading(face) as bot:
        entry = await bot.market("buy", 43, "entry")
        held = await bot.gateway.holds(NET, 43)
        end(bot.venue)
        assert said((await bot.asks(opened(entry["id"]))).verdict) == "confirmed 43"
        ended = await bot.asks(closed(Baseline(held.quantity, held.version)))
        assert said(ended.verdict) == "confirmed 0"


async def test_pushes_that_come_before_the_answer_to_the_submit_prove_it(face: Face) -> None:
    async with trading(face) as bot:
        bot.befall_order(RequestAction.DELAY, Phase.AFTER, seconds=0.3)
        watch = bot.verifier.watch(NET)
        entry = await bot.market("buy", 43, "entry")
        bot.lose_readings()
        question = opened(entry["id"], name="entry")
        proof = await bot.asks(question, watch)
        assert said(proof.verdict) == "confirmed 43"
        (proving,) = proof.verdict.rests_on
        assert proving.provenance.source is Source.WEBSOCKET
        assert proving.provenance.received.monotonic < question.asked.monotonic


async def test_pushes_prove_it_by_our_own_id_where_no_answer_comes_at_all(face: Face) -> None:
    async with trading(face) as bot:
        bot.befall_order(RequestAction.LOSE, Phase.AFTER)
        watch = bot.verifier.watch(NET)
        with pytest.raises(ccxt.NetworkError):
            await bot.market("buy", 43, "entry")
        bot.lose_readings()
        proof = await bot.asks(opened(name="entry"), watch)
        assert said(proof.verdict) == "confirmed 43"
        assert proof.verdict.decided_by is Source.WEBSOCKET


async def test_when_every_source_fails_nothing_is_known(face: Face) -> None:
    async with trading(face) as bot:
        bot.venue.streams.silent = True
        entry = await bot.market("buy", 43, "entry")
        bot.lose_readings()
        proof = await bot.asks_in_vain(opened(entry["id"], name="entry"))
        assert silences(proof, Source.REST) == silences(proof, Source.ORDER) == {Silence.UNREACHABLE}
        assert proof.milliseconds >= BRIEFLY * 1000


async def test_a_stream_without_its_snapshot_is_not_ready_and_not_empty(face: Face) -> None:
    async with trading(face) as bot:
        entry = await bot.market("buy", 43, "entry")
        await bot.gateway.holds(NET, 43)
        bot.venue.streams.refusing = True
        await bot.venue.streams.disconnect()
        await bot.gateway.health(lambda now: now.state is not StreamState.LIVE)
        bot.hide_list()
        bot.hide_orders()
        proof = await bot.asks_in_vain(opened(entry["id"]))
        assert silences(proof, Source.WEBSOCKET) <= {Silence.NOT_READY, Silence.UNREACHABLE}
        assert silences(proof, Source.WEBSOCKET)
