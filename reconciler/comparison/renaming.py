"""What is remembered of contracts whose facts have changed: moved to the present name, or let go; pure."""

from collections.abc import Collection, Mapping
from typing import TypeVar

from msgspec.structs import replace

from reconciler.comparison.venue_view import LegView, VenueView
from verification.facts.account import Market
from verification.facts.leg import LegKey

T = TypeVar("T")


def moved(key: LegKey, names: Mapping[str, str]) -> LegKey:
    """Return the leg under the name that its contract has now."""
    name = names.get(key.symbol)
    return key if name is None else LegKey(key.account, name, key.leg)


def renamed(kept: Mapping[LegKey, T], names: Mapping[str, str]) -> dict[LegKey, T]:
    """Move what is kept by leg; of two about one leg that counts which had its name already."""
    if not names:
        return dict(kept)
    old = {key for key in kept if key.symbol in names}
    return {moved(key, names): kept[key] for key in old} | {
        key: each for key, each in kept.items() if key not in old
    }


def renamed_legs(view: VenueView | None, names: Mapping[str, str]) -> dict[LegKey, LegView]:
    """Return what is known of each leg, under its present name."""
    known = {} if view is None else view.legs
    if not names:
        return dict(known)
    return {
        key: leg if leg.position.key == key else replace(leg, position=replace(leg.position, key=key))
        for key, leg in renamed(known, names).items()
    }


def without(kept: Mapping[LegKey, T], symbols: Collection[str]) -> dict[LegKey, T]:
    """Drop what is kept of some symbols: their numbers mean something else now."""
    return {key: each for key, each in kept.items() if key.symbol not in symbols} if symbols else dict(kept)


def without_unlisted(markets: Mapping[str, Market], unlisted: frozenset[str]) -> Mapping[str, Market]:
    """Return market facts without those of contracts that the venue has just said it does not know."""
    return {each: market for each, market in markets.items() if each not in unlisted} if unlisted else markets
