"""Lists that go on contradicting what is known of a leg: they are counted, and believed in the end."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from msgspec.structs import replace

from reconciler.comparison.growth import is_less
from reconciler.comparison.pushed_leg import former_liquidation
from reconciler.comparison.venue_view import Contrary, Grade, LegView, Lists
from verification.facts.account import PositionsReading
from verification.facts.clock import Moment
from verification.facts.observation import Source
from verification.venues.stream_state import StreamHealth, StreamState


@dataclass(frozen=True, slots=True)
class MergeSettings:
    """When lists are believed against what was known.

    Attributes:
        reads: Lists needed against a push of a stream that is blind by now.
        list_reads: Lists needed where only earlier lists showed the leg.
        spacing: Lists sent closer together than this count once.
        span: Least time from the first to the last of them; twice the measured lag if that is longer.
        outvote: The span needed against a stream that is live and has not taken its word back.
    """

    reads: int = 3
    list_reads: int = 2
    spacing: timedelta = timedelta(seconds=1)
    span: timedelta = timedelta(seconds=5)
    outvote: timedelta = timedelta(minutes=5)


DEFAULT_MERGE = MergeSettings()


def counted(past: Lists | None, sent: Moment, settings: MergeSettings) -> Lists:
    """Return the lists after one more, which counts if it was sent long enough after the last that did."""
    if past is None:
        return Lists(1, sent, sent)
    if sent.monotonic - past.latest.monotonic < settings.spacing.total_seconds():
        return past
    return Lists(past.reads + 1, past.since, sent)


def contradicted(
    old: LegView, quantity: Decimal, listed: PositionsReading, settings: MergeSettings, *, tied: bool = False
) -> LegView:
    """Return a leg after a list that shows another quantity of it.

    Args:
        old: What was known.
        quantity: What the list shows; zero where it leaves the leg out.
        listed: The list.
        settings: How far apart lists must be to count as two.
        tied: True where it says so of the very version that is known.
    """
    if listed.sent.monotonic < old.heard.monotonic:
        # Sent before the fact was heard: even an answer without any lag may not contain it.
        return old
    past = old.contrary
    goes_on = past is not None and (past.quantity, past.tied) == (quantity, tied)
    lists = counted(past.lists if past is not None and goes_on else None, listed.sent, settings)
    return replace(old, contrary=Contrary(quantity, lists, tied))


def believed(
    leg: LegView,
    listed: PositionsReading,
    stream: StreamHealth,
    settings: MergeSettings,
    lag: timedelta | None,
) -> LegView:
    """Return a leg as lists show it that have contradicted it for long enough; as it was while they have not.

    Args:
        leg: What is known.
        listed: The last of them.
        stream: The stream's health: a word that it has not taken back, and could, is worth more.
        settings: How many, over how long.
        lag: The measured high percentile of the list's visibility lag; None while not measured.
    """
    against = leg.contrary
    if against is None:
        return leg
    span = max(settings.span, 2 * lag) if lag is not None else settings.span
    reads = settings.reads
    if leg.push_epoch is None:
        reads = settings.list_reads
    elif stream.state is StreamState.LIVE and stream.epoch == leg.push_epoch and stream.missed_since is None:
        span = max(span, settings.outvote)
    if against.lists.reads < reads or against.lists.seconds < span.total_seconds():
        return leg
    position = replace(
        leg.position,
        quantity=against.quantity,
        notional=None,
        updated_at=None,
        attached_stop=None,
        trailing=None,
        liquidation_price=None,
    )
    return replace(
        leg,
        position=position,
        grade=Grade.BOUNDED_LAG,
        source=Source.REST,
        sent=listed.sent,
        heard=listed.received,
        push_epoch=None,
        changed=listed.received,
        contrary=None,
        liquidation_before=former_liquidation(leg) if leg.quantity * against.quantity > 0 else None,
        grown=leg.grown if is_less(leg.quantity, against.quantity) else listed.received,
        grown_by=leg.grown_by if is_less(leg.quantity, against.quantity) else None,
    )
