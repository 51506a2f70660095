"""The least that a script would do with an account's positions, and what ccxt's own parser takes of them."""

import sqlite3
from collections.abc import Callable
from decimal import Decimal
from importlib import import_module
from time import process_time
from typing import Any

import ccxt.pro
import orjson

from reconciler.settings import Settings
from tests.bench.quantiles import quantile
from verification.venues.registry import capabilities_of

MILLI = 1e3
REPEATS = 5

Numbers = dict[str, float]


async def rivals(settings: Settings, account: str) -> Numbers:
    """Do the least that a script would do with the same list, and what ccxt does with it alone."""
    access = settings.access(account)
    options = {**capabilities_of(access.venue).options, "fetchCurrencies": False}
    config = {"apiKey": access.api_key, "secret": access.secret, **access.ccxt}
    exchange = ccxt.pro.binanceusdm(config | {"options": options | access.ccxt.get("options", {})})
    try:
        await exchange.load_markets()
        await exchange.load_leverage_brackets()
        listed = await exchange.fapiPrivateV3GetPositionRisk()
        ours = listed if isinstance(listed, list) else []
        body = orjson.dumps(ours)
        url = settings.ledgers[next(iter(settings.ledgers))].url
        file = url.removeprefix("sqlite:///")
        pandas = import_module("pandas")
        ways: dict[str, Callable[[], object]] = {
            # As its own `fetch_positions` does, without the request and the decoding of its answer.
            "ccxt_parse_ms": lambda: [exchange.parse_position_risk(row) for row in ours],
            "dict_diff_ms": lambda: _by_dict(body, file),
            "pandas_merge_ms": lambda: _by_pandas(pandas, body, file),
        }
        return {name: _least(way) for name, way in ways.items()}
    finally:
        await exchange.close()


def _least(way: Callable[[], object]) -> float:
    """Return the middle of a few runs, ms of processor time."""
    took = []
    for _ in range(REPEATS):
        began = process_time()
        way()
        took.append((process_time() - began) * MILLI)
    return quantile(took, 0.5)


_BELIEVED = "SELECT symbol, quantity, side FROM journal_position WHERE state = 'open'"


def _by_dict(body: bytes, file: str) -> list[str]:
    with sqlite3.connect(file) as connection:
        believed = {
            symbol.replace("/USDT:", ""): Decimal(quantity) * (1 if side == "buy" else -1)
            for symbol, quantity, side in connection.execute(_BELIEVED)
        }
    held = {row["symbol"]: Decimal(row["positionAmt"]) for row in orjson.loads(body)}
    return [each for each in believed.keys() | held.keys() if believed.get(each) != held.get(each)]


def _by_pandas(pandas: Any, body: bytes, file: str) -> Any:
    with sqlite3.connect(file) as connection:
        rows = connection.execute(_BELIEVED).fetchall()
    believed = pandas.DataFrame(rows, columns=["symbol", "quantity", "side"])
    believed["symbol"] = believed["symbol"].str.replace("/USDT:", "", regex=False)
    believed["believed"] = pandas.to_numeric(believed["quantity"]).where(believed["side"] == "buy", other=-1)
    held = pandas.DataFrame(orjson.loads(body))[["symbol", "positionAmt"]]
    held["held"] = pandas.to_numeric(held["positionAmt"])
    both = believed.merge(held, on="symbol", how="outer")
    return both[both["believed"].fillna(0) != both["held"].fillna(0)]
