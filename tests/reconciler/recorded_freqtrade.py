"""The recorded freqtrade account: its venue as a view, and its rows written down from the database."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from reconciler.comparison.venue_view import VenueView
from reconciler.facts.expectation import (
    BelievedOrder,
    Direction,
    Expectation,
    ExpectationState,
    OrderRole,
    StopPolicy,
)
from tests.reconciler.accounts import ACCOUNT, merged, reading
from verification.facts.account import Market, Position, RestingOrder
from verification.facts.leg import Leg, LegKey, Side

FIXTURES = Path(__file__).parent.parent / "fixtures"
DATABASE = FIXTURES / "freqtrade-2026.9-binance-futures-live.sqlite"
RECORDED = datetime(2026, 11, 22, 10, 39, 4, tzinfo=UTC)
ENTRY_OF_XRP = datetime(2026, 11, 22, 10, 38, 39, 149000, tzinfo=UTC)

STEPS = {
    "BTC": "0.001",
    "ETH": "0.001",
    "SOL": "0.1",
    "XRP": "1",
    "DOGE": "1",
    "LINK": "0.1",
    "AVAX": "0.1",
    "BNB": "0.01",
    "DOT": "0.1",
    "SUI": "0.1",
    "ATOM": "0.01",
    "NEAR": "0.1",
    "ADA": "1",
    "TRX": "1",
    "LTC": "0.001",
}


RESTING = {
    base: (BelievedOrder(role, order_id, None, Decimal(size), Decimal(booked), resting=True),)
    for base, role, order_id, size, booked in (
        ("SOL", OrderRole.ENTRY, "1000003", "9.9", "0"),
        ("XRP", OrderRole.ENTRY, "1000004", "2999", "1199"),
        ("LINK", OrderRole.EXIT, "1000013", "100", "0"),
    )
}


def symbol(base: str) -> str:
    return f"{base}/USDT:USDT"


MARKETS = {
    symbol(base): Market(
        symbol(base), f"{base}USDT", Decimal(1), Decimal(step), Decimal("0.0001"), active=True
    )
    for base, step in STEPS.items()
}


def recorded_venue() -> VenueView:
    """What the exchange held, as one complete reading."""
    held = json.loads((FIXTURES / f"{DATABASE.stem}.venue.json").read_text(), parse_float=Decimal)
    positions = tuple(_position(one) for one in held["positions"])
    return merged(
        reading(
            positions,
            orders=[_order(one, conditional=False) for one in held["open_orders"]],
            stops=[_order(one, conditional=True) for one in held["open_stops"]],
        )
    )


def _position(one: dict[str, Any]) -> Position:
    sign = 1 if one["side"] == "long" else -1
    return Position(
        key=LegKey(ACCOUNT, one["symbol"], Leg.NET),
        quantity=sign * one["contracts"],
        version=None,
        entry_price=one["entryPrice"],
        mark_price=None,
        notional=None,
        updated_at=None,
    )


def _order(one: dict[str, Any], *, conditional: bool) -> RestingOrder:
    return RestingOrder(
        order_id=one["id"],
        client_order_id=one["clientOrderId"],
        symbol=one["symbol"],
        leg=Leg.NET,
        side=Side(one["side"]),
        kind=one["type"],
        conditional=conditional,
        stop_loss=conditional,
        quantity=one["amount"],
        filled=one.get("filled", Decimal(0)),
        price=one.get("price"),
        trigger_price=one.get("triggerPrice"),
        reduce_only=one["reduceOnly"],
        close_position=False,
        created_at=None,
    )


def recorded_rows() -> tuple[Expectation, ...]:
    """The live trades of the database."""
    table: Iterable[tuple[str, str, str, str, str, str, str]] = (
        # base, signed, low, high, entries, exits, stops
        ("BTC", "0.024", "0.024", "0.024", "1000001", "", "1000006"),
        ("ETH", "-0.5", "0.5", "0.5", "1000002", "", "1000007"),
        ("SOL", "0", "0", "9.9", "1000003", "", ""),
        ("XRP", "1199", "1199", "2999", "1000004", "", ""),
        ("DOGE", "14998", "14998", "14998", "1000010", "", ""),
        ("LINK", "-100", "0", "100", "1000011", "1000013", "1000012"),
        ("AVAX", "101.6", "101.6", "101.6", "1000014 1000016", "", "1000018"),
        ("BNB", "2.99", "2.99", "2.99", "1000017", "1000020", "1000019"),
        ("DOT", "125", "125", "125", "1000022", "", "1000024"),
        ("SUI", "749.9", "749.9", "749.9", "1000028", "", "1000029"),
        ("ATOM", "-187.5", "187.5", "187.5", "1000031", "", "1000032"),
    )
    states = {
        "SOL": ExpectationState.OPENING,
        "XRP": ExpectationState.OPENING,
        "LINK": ExpectationState.CLOSING,
    }
    return tuple(
        Expectation(
            ledger="mybot",
            row_id=str(number),
            symbol=symbol(base),
            direction=Direction.SHORT if signed.startswith("-") else Direction.LONG,
            unit_size=Decimal(1),
            expected=abs(Decimal(signed)),
            expected_low=Decimal(low),
            expected_high=Decimal(high),
            step=Decimal(STEPS[base]),
            state=states.get(base, ExpectationState.OPEN),
            entry_order_ids=tuple(entries.split()),
            exit_order_ids=tuple(exits.split()),
            stop_order_ids=tuple(stops.split()),
            orders=tuple(
                BelievedOrder(OrderRole.STOP, order_id, None, abs(Decimal(signed)), Decimal(0), resting=True)
                for order_id in stops.split()
            )
            + RESTING.get(base, ()),
            stop_policy=StopPolicy.VENUE,
            entry_resting_since=ENTRY_OF_XRP if base in {"SOL", "XRP"} else None,
            opened_at=ENTRY_OF_XRP,
            updated_at=RECORDED,
        )
        for number, (base, signed, low, high, entries, exits, stops) in enumerate(table, start=1)
    )
