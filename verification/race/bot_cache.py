"""The bot's own position cache as a source: never trusted alone, and safe when it is absent or broken."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from inspect import isawaitable
from typing import Any

from verification.facts.clock import Clock, Moment
from verification.facts.leg import LegKey
from verification.facts.observation import (
    Observation,
    PositionSeen,
    Provenance,
    Silence,
    Source,
    SourceSilent,
)

METHOD = "get_cached_position"


async def read_bot_cache(cache: object | None, key: LegKey, clock: Clock) -> Observation:
    """Ask the bot's cache for a leg.

    Args:
        cache: Any object with `get_cached_position(symbol)`, async or quick (a plain one runs on the event
            loop), that returns None or something with `quantity` (signed contracts), as an attribute or a
            key. None if the bot has no cache.
        key: Which leg.
        clock: For the times of the observation.

    Returns:
        A `PositionSeen` without a version, or a `SourceSilent` that says why there is none. A cache that has
        no entry is silent: that is not a zero.
    """
    sent = clock.now()

    def silent(silence: Silence, detail: str) -> SourceSilent:
        return SourceSilent(key, silence, detail, complete=False, provenance=_provenance(clock, sent))

    if cache is None:
        return silent(Silence.UNSUPPORTED, "the bot has no position cache")
    try:
        if not callable(getattr(cache, METHOD, None)):
            return silent(Silence.UNSUPPORTED, f"the bot's cache has no {METHOD}()")
        raw = await _quantity_in(cache, key)
    except Exception as error:  # noqa: BLE001 - the bot's code may raise anything; its failure is a value here
        return silent(Silence.ERROR, f"{METHOD}() raised {type(error).__name__}: {error}")
    if raw is None:
        return silent(Silence.ABSENT, "the bot's cache has no entry, which proves nothing")
    try:
        quantity = Decimal(raw)
    except InvalidOperation:
        return silent(Silence.MALFORMED, f"the bot's cache gave {raw!r} as a quantity")
    if not quantity.is_finite():
        return silent(Silence.MALFORMED, f"the bot's cache gave {raw!r} as a quantity")
    return PositionSeen(key, quantity, None, _provenance(clock, sent))


async def _quantity_in(cache: object, key: LegKey) -> str | None:
    """Return the quantity of the entry as text; None if there is no entry. Raises whatever the bot raises."""
    found: Any = getattr(cache, METHOD)(key.symbol)
    if isawaitable(found):
        found = await found
    if found is None:
        return None
    return str(found.get("quantity") if isinstance(found, Mapping) else getattr(found, "quantity", None))


def _provenance(clock: Clock, sent: Moment) -> Provenance:
    return Provenance(Source.BOT_CACHE, received=clock.now(), sent=sent)
