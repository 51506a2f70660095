"""An order that hummingbot works on, as `MarketState` keeps it: exact, where fills are cut off. Pure."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from reconciler.ledgers.hummingbot.fill import action_of, buys
from reconciler.ledgers.stored_values import number_of, time_of

_OVER = frozenset({3, 5, 6, 10})
"""Cancelled, filled, failed, completed."""

_STATES = range(11)


@dataclass(frozen=True, slots=True)
class TrackedOrder:
    """One order under way.

    Attributes:
        market: The connector that it was sent through.
        symbol: BASE-QUOTE.
        client_id: The bot's own id of it, which the venue is given too.
        venue_id: The venue's; None until it is known.
        buys: True for a buy.
        action: `OPEN`, `CLOSE` or `NIL`.
        size: Base currency, unsigned.
        executed: Of it, as far as the bot knows.
        works: False when it is over.
        sent_at: Aware UTC.
        updated_at: Aware UTC.
    """

    market: str
    symbol: str
    client_id: str
    venue_id: str | None
    buys: bool
    action: str
    size: Decimal
    executed: Decimal
    works: bool
    sent_at: datetime | None
    updated_at: datetime | None


def order_ids(stored: object) -> list[str]:
    """Return the client ids of a saved state; none where it cannot be read, which `tracked_of` tells."""
    try:
        state = json.loads(stored) if isinstance(stored, str) else stored
    except json.JSONDecodeError:
        return []
    return [str(each) for each in state] if isinstance(state, dict) else []


def tracked_of(row: dict[str, Any]) -> Iterator[TrackedOrder]:
    """Yield the orders of a row of `MarketState`.

    Raises:
        ValueError: It holds what cannot be read; the message names the order.
    """
    stored = row["saved_state"]
    try:
        state = json.loads(stored) if isinstance(stored, str) else stored
    except json.JSONDecodeError as error:
        raise ValueError(f"`MarketState`, {row['market']}: is no JSON ({error})") from error
    if not isinstance(state, dict):
        raise ValueError(f"`MarketState`, {row['market']}: holds no orders by their ids")  # noqa: TRY004 - data
    for client_id, order in state.items():
        try:
            yield _tracked(str(row["market"]), str(client_id), order)
        except (ValueError, KeyError, TypeError) as error:
            raise ValueError(f"`MarketState`, {row['market']}, order {client_id}: {error}") from error


def _tracked(market: str, client_id: str, order: dict[str, Any]) -> TrackedOrder:
    state = int(order["last_state"])
    if state not in _STATES:
        raise ValueError(f"last_state {state} is not known")
    venue_id = order.get("exchange_order_id")
    return TrackedOrder(
        market=market,
        symbol=str(order["trading_pair"]),
        client_id=client_id,
        venue_id=None if venue_id is None else str(venue_id),
        buys=buys(order["trade_type"]),
        action=action_of(order.get("position")),
        size=number_of(order["amount"]),
        executed=number_of(order["executed_amount_base"]),
        works=state not in _OVER,
        sent_at=time_of(order.get("creation_timestamp"), UTC),
        updated_at=time_of(order.get("last_update_timestamp"), UTC),
    )
