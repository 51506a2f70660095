"""Figures as venues write and reckon them: decimals as text, unrealised profit."""

from decimal import Decimal

from simulator.engine.market import Market
from simulator.engine.position import Position


def text(number: Decimal) -> str:
    """Return a decimal as plain digits, without an exponent or idle zeros."""
    plain = f"{number:f}"
    return (plain.rstrip("0").rstrip(".") if "." in plain else plain) or "0"


def profit(value: Position, market: Market) -> Decimal:
    """Return the unrealised profit of a position, quote asset."""
    return (market.price - value.entry) * value.amount
