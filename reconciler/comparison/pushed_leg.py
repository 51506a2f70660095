"""How a push changes what is known of one leg."""

from datetime import timedelta
from decimal import Decimal

from msgspec.structs import replace

from reconciler.comparison.growth import earlier, growth
from reconciler.comparison.venue_view import Grade, LegView
from verification.facts.account import Position
from verification.facts.observation import PositionSeen, Source

PAST = timedelta(seconds=60)
"""A push about a time longer ago than this tells of a state and not of a change."""


def is_known(old: LegView, seen: PositionSeen) -> bool:
    """Return True where a push tells of a leg just what is known, in the life in which it was known."""
    known = old.position
    return (
        seen.version is not None
        and seen.version == known.version
        and seen.quantity == known.quantity
        and old.push_epoch == seen.provenance.epoch
    )


def pushed_leg(old: LegView | None, seen: PositionSeen) -> LegView:
    """Return what is known of a leg after a push."""
    where = seen.provenance
    if old is not None:
        tied = seen.version is not None and seen.version == old.version
        if tied and seen.quantity == old.quantity:
            return old if old.push_epoch == where.epoch else replace(old, push_epoch=where.epoch)
        if not _is_newer(seen, old, tied=tied):
            return old
    told = Position(seen.key, seen.quantity, seen.version, None, None, None, where.exchange_at)
    new = LegView(
        told,
        grade=Grade.SHOWN if seen.version is None else Grade.PROOF,
        source=Source.WEBSOCKET,
        sent=None,
        heard=where.received,
        push_epoch=where.epoch,
        grown_by=where.exchange_at,
    )
    if old is None:
        # What a stream shows of the past when it begins did not change under our eyes.
        past = where.exchange_at is not None and where.received.utc - where.exchange_at > PAST
        grown = None if where.exchange_at is None else where.received
        return new if past else replace(new, changed=where.received, grown=grown)
    if new.quantity == old.quantity:
        return replace(
            new,
            position=replace(old.position, version=told.version, updated_at=told.updated_at),
            changed=old.changed,
            liquidation_before=old.liquidation_before,
            grown=old.grown,
            grown_by=earlier(old.grown_by, new.grown_by),
        )
    # A mark price outlives the position it came with; the value and the liquidation price belong to the old
    # size. What stays on its side keeps the stops that belong to it.
    stays, before = new.quantity * old.quantity > 0, old.position
    position = replace(
        told,
        mark_price=before.mark_price,
        entry_price=before.entry_price,
        attached_stop=before.attached_stop if stays else None,
        trailing=before.trailing if stays else None,
    )
    return replace(
        new,
        position=position,
        changed=where.received,
        liquidation_before=former_liquidation(old) if stays else None,
        **growth(old, new, where.received),
    )


def _is_newer(seen: PositionSeen, old: LegView, *, tied: bool) -> bool:
    if old.version is not None and seen.version is not None and not tied:
        return seen.version > old.version
    # A push is timelier than an answer: it is older only if it came before the question was even sent.
    # The same push is handed in again with every reading, hence the strict comparison without one.
    # Several fills of one moment have one version: of their pushes the last one counts.
    heard = seen.provenance.received.monotonic
    return heard >= old.sent.monotonic if old.sent is not None else heard > old.heard.monotonic


def former_liquidation(old: LegView) -> Decimal | None:
    """Return where the venue closed a leg before its size changed; None where it never said."""
    told = old.position.liquidation_price
    return old.liquidation_before if told is None else told
