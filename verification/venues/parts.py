"""The parts of an account that a venue lists apart: which shows a market, and words for what is unread."""

from collections.abc import Mapping
from typing import Any


def one_list(_market: Mapping[str, Any]) -> str:
    """Return the part of a market on a venue whose one list shows them all."""
    return ""


def settle_coin(market: Mapping[str, Any]) -> str:
    """Return the part of a market on a venue that lists positions by the coin they are settled in."""
    return str(market["settle"])


def could_not_read(coin: str, error: object) -> str:
    """Return why nothing is known of what is settled in a coin after its request has failed."""
    return f"positions settled in {coin} could not be read: {error}"
