"""Reads what ccxt's orders tell of a stop: whether it is one, has triggered, trails, and what it watches."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from verification.facts.prices import PriceKind, Prices, Trailing
from verification.venues.reading.exactness import Row, above_zero, optional_exact, optional_text

# What venues call the order that a trigger has let go, and the fields in which they say it.
_TRIGGERED = frozenset({"triggered", "triggering", "effective", "partially_effective", "order_triggered"})
_STATUS_FIELDS = ("state", "status", "orderStatus", "algoStatus", "planStatus")
_ACTIVATIONS = ("activePx", "activePrice", "activatePrice", "activationPrice")
_WATCHES = {"last": PriceKind.LAST, "mark": PriceKind.MARK, "index": PriceKind.INDEX}
_WATCHES_FIELDS = ("slTriggerPxType", "triggerPxType", "triggerType", "workingType", "triggerBy")
_PERCENT = Decimal(100)


def is_stop(
    *, trigger: Decimal | None, stop: Decimal | None, target: Decimal | None, trailing: Trailing | None
) -> bool | None:
    """Tell a stop loss from a take-profit; None where the venue does not tell which of them an order is."""
    if stop is not None or trailing is not None:
        return True
    return False if target is not None or trigger is None else None


def has_triggered(row: Row, info: Mapping[str, Any]) -> bool:
    """True when ccxt's row or the venue's own says that the trigger of an order has been hit."""
    words = {str(each.get(name, "")).lower() for each in (row, info) for name in _STATUS_FIELDS}
    return not words.isdisjoint(_TRIGGERED)


def trailing_of(row: Row, info: Mapping[str, Any]) -> Trailing | None:
    """Return how a trailing stop follows: ccxt has the distance, only the venue's own row the activation."""
    percent = above_zero(optional_exact(row, "trailingPercent"))
    behind = above_zero(optional_exact(row, "trailingAmount"))
    kind = (optional_text(row, "type") or "").lower()
    if percent is None and behind is None and "trail" not in kind and kind != "move_order_stop":
        return None
    told = (above_zero(optional_exact(info, name)) for name in _ACTIVATIONS)
    return Trailing(
        activation=next((price for price in told if price is not None), None),
        behind=behind,
        rate=None if percent is None else percent / _PERCENT,
    )


def watched_by(info: Mapping[str, Any]) -> PriceKind | None:
    """Return which price a trigger is compared with, where the venue's own row names one."""
    words = [str(info[name]).lower() for name in _WATCHES_FIELDS if info.get(name)]
    return next((kind for word in words for start, kind in _WATCHES.items() if word.startswith(start)), None)


def prices(row: Row) -> Prices:
    """Read a ticker."""
    return Prices(
        mark=above_zero(optional_exact(row, "markPrice")),
        last=above_zero(optional_exact(row, "last")),
        index=above_zero(optional_exact(row, "indexPrice")),
    )
