"""A contract of ten coins, on a venue without rules of its own here (OKX): quantities are in contracts."""

import random
from decimal import Decimal

import pytest

from tests.wire.bot import CLOCK, FLAT, NET, said
from tests.wire.scripted import Reply, ScriptedVenue, plain
from tests.wire.simulated import AVL
from verification.facts.leg import Side
from verification.facts.question import OpenQuestion
from verification.race.verifier import Verifier
from verification.venues.gateway.account import CcxtVenue
from verification.venues.port import Access

pytestmark = pytest.mark.wire

COINS = Decimal(43)
CONTRACT = {
    "instType": "SWAP",
    "instId": "AVL-USDT-SWAP",
    "uly": "AVL-USDT",
    "settleCcy": "USDT",
    "ctVal": "10",
    "ctValCcy": "AVL",
    "ctType": "linear",
    "tickSz": "0.0001",
    "lotSz": "0.1",
    "minSz": "0.1",
    "state": "live",
}
OURS = {"instType": "SWAP", "instId": "AVL-USDT-SWAP", "posSide": "net", "uTime": "1700000000000"}


def okx(*rows: dict[str, str]) -> Reply:
    return plain({"code": "0", "msg": "", "data": [*rows]})


def holding(contracts: str) -> dict[str, Reply]:
    """What the venue says once an order has bought so many contracts."""
    bought = {"ordId": "7", "side": "buy", "state": "filled", "sz": contracts, "accFillSz": contracts}
    return {
        "GET /api/v5/public/instruments": okx(CONTRACT),
        "GET /api/v5/account/config": okx({"posMode": "net_mode"}),
        "GET /api/v5/account/positions": okx({**OURS, "mgnMode": "cross", "pos": contracts}),
        "GET /api/v5/trade/order": okx({**OURS, **bought, "ordType": "market"}),
    }


@pytest.mark.parametrize(("contracts", "answer"), [("4.3", "confirmed 4.3"), ("43", "mismatch excess 43")])
async def test_43_coins_are_4_3_contracts_of_ten(
    scripted: ScriptedVenue, contracts: str, answer: str
) -> None:
    scripted.answers = {**holding(contracts)}
    settings = {
        "urls": {"api": {"rest": f"http://127.0.0.1:{scripted.port}"}},
        "has": {"fetchCurrencies": False},
        "options": {"fetchMarkets": {"types": ["swap"]}},
        "timeout_on_exit": 0,
    }
    venue = CcxtVenue(Access("main", "okx", "the-key", "the-secret", "the-phrase", ccxt=settings), CLOCK)
    verifier = Verifier(venue, CLOCK, rng=random.Random(1))
    try:
        await venue.connect()
        market = venue.markets[AVL]
        assert market.contract_size == 10
        meant = COINS / market.contract_size
        question = OpenQuestion(NET, Side.BUY, meant, "7", None, FLAT, exclusive=True, asked=CLOCK.now())
        proof = await verifier.verify(question)
        assert said(proof.verdict) == answer
        (row,) = (await venue.read_positions()).positions
        assert str(row.quantity) == contracts
    finally:
        await verifier.close()
        await venue.close()
