"""A recorded account served again: exactly as recorded, nothing triggering, bad files refused in a line."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from simulator.engine.exchange import Exchange
from simulator.recorded.account import RecordedState
from simulator.recorded.row import BadState
from simulator.server import SimulatedVenue
from tests.simulator.conftest import ccxt_client

FILE = Path(__file__).parents[1] / "fixtures" / "freqtrade-2026.9-binance-futures-live.venue.json"
RECORDED: dict[str, Any] = json.loads(FILE.read_text())
POSITION = {"symbol": "FOO/USDT:USDT", "side": "long", "contracts": "1.5", "entryPrice": "2.5"}


def same(found: list[dict[str, Any]], name: str) -> None:
    recorded = RECORDED[name]
    picked = [{field: row[field] for field in recorded[0]} for row in found]

    def order(row: dict[str, Any]) -> str:
        return str(row["symbol"])

    assert sorted(picked, key=order) == sorted(recorded, key=order)


@pytest.mark.wire
async def test_ccxt_reads_back_what_was_recorded() -> None:
    async with SimulatedVenue(state=RecordedState.read(FILE)) as venue:
        bot = ccxt_client(venue)
        same(await bot.fetch_positions(), "positions")
        same(await bot.fetch_open_orders(), "open_orders")
        same(await bot.fetch_open_orders(params={"trigger": True}), "open_stops")
        await bot.close()


def test_nothing_recorded_triggers_at_the_prices_derived_and_new_ids_are_new() -> None:
    exchange = Exchange()
    RecordedState.read(FILE).load_into(exchange)
    for market in tuple(exchange.markets):
        exchange.set_price(market.symbol, market.price)
    assert exchange.trades() == []
    assert len(exchange.open_algos()) == len(RECORDED["open_stops"])
    assert exchange.truth.next_id() > 1_000_032


def test_quantities_are_exact_and_recorded_facts_were_always_so() -> None:
    exchange = Exchange()
    RecordedState.read(FILE).load_into(exchange)
    held = {position.symbol: position.amount for position in exchange.positions(lambda _symbol: 3600.0)}
    assert held["BTC/USDT:USDT"] == Decimal("0.024")
    assert held["LINK/USDT:USDT"] == -100


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ([], "expected a JSON object"),
        ({"positions": {}}, "`positions` must be a list"),
        ({"positions": [{"side": "long"}]}, "positions[0]: `symbol` is missing"),
        ({"positions": [{**POSITION, "side": "up"}]}, "must be long or short"),
        ({"positions": [{**POSITION, "contracts": "many"}]}, "`contracts` must be a number"),
        ({"positions": [POSITION, POSITION]}, "listed twice"),
        ({"positions": [{**POSITION, "symbol": "FOO"}]}, "not a linear perpetual"),
        ({"open_orders": [{"symbol": "FOO/USDT:USDT", "amount": 1}]}, "`price` is missing"),
    ],
)
def test_a_bad_state_is_refused_with_its_place(content: Any, said: str) -> None:
    with pytest.raises(BadState) as refused:
        RecordedState.of(content, "file.json").load_into(Exchange())
    assert said in str(refused.value)
    assert str(refused.value).startswith("file.json")


def test_a_new_market_gets_steps_its_figures_fit() -> None:
    exchange = Exchange()
    RecordedState.of({"positions": [POSITION]}).load_into(exchange)
    market = exchange.market("FOO/USDT:USDT")
    assert (market.step, market.price) == (Decimal("0.1"), Decimal("2.5"))


def test_what_has_no_time_is_an_hour_old_and_what_has_one_keeps_it() -> None:
    exchange = Exchange()
    timed = {**POSITION, "symbol": "BAR/USDT:USDT", "updated": 1_700_000_000_000}
    RecordedState.of({**RECORDED, "positions": [POSITION, timed]}).load_into(exchange)

    truth, an_hour_ago = exchange.truth, exchange.clock.ms() - 3_600_000
    positions = [truth.positions.get(key) for key in truth.positions.keys()]  # noqa: SIM118 - a shelf
    times = {each.symbol: each.updated_ms for each in positions if each is not None}
    assert times.pop("BAR/USDT:USDT") == 1_700_000_000_000
    orders = [truth.orders.get(key) for key in truth.orders.keys()]  # noqa: SIM118 - a shelf
    stops = [truth.algos.get(key) for key in truth.algos.keys()]  # noqa: SIM118 - a shelf
    resting = [each.created_ms for each in (*orders, *stops) if each is not None]
    assert len(times) == 1
    assert len(resting) == len(RECORDED["open_orders"]) + len(RECORDED["open_stops"])
    for at in (*times.values(), *resting):
        assert an_hour_ago - 5_000 < at <= an_hour_ago
