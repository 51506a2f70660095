"""How a new reading and the stream's facts change what is known of an account: the newest version wins.

A list that leaves a leg out, or shows it without a version, never overrides a newer push by itself. Lists
sent after the push that go on contradicting it for longer than any plausible lag do, with that grade.

For instance: the stream has pushed 43 contracts as version 12. A list that shows 13 as version 11, or leaves
the leg out, changes nothing; one that shows 20 as version 13 is believed at once. Three lists in a row, over
five seconds or more, that leave the leg out are believed where the stream is blind by now; against a stream
that is live they must go on for five minutes.
"""

from collections.abc import Collection, Mapping
from datetime import timedelta
from decimal import Decimal

from msgspec.structs import replace

from reconciler.comparison.contrary_lists import DEFAULT_MERGE, MergeSettings, believed, contradicted, counted
from reconciler.comparison.growth import earlier, growth
from reconciler.comparison.kept import legs_of
from reconciler.comparison.pushed_leg import is_known, pushed_leg
from reconciler.comparison.renaming import renamed, renamed_legs
from reconciler.comparison.stop_prices import prices_of
from reconciler.comparison.trails import Trails
from reconciler.comparison.venue_view import Grade, LegView, Lists, VenueView
from verification.facts.account import AccountReading, Position, PositionsReading
from verification.facts.clock import Moment
from verification.facts.leg import LegKey
from verification.facts.observation import PositionSeen, Source
from verification.facts.slices import Slices, at_once, cut
from verification.venues.stream_state import StreamHealth

_AT_ONCE = 256
"""How many rows of a list are taken in one slice."""


def merge_in_slices(
    previous: VenueView | None,
    reading: AccountReading,
    stream: Mapping[LegKey, PositionSeen],
    stream_health: StreamHealth,
    *,
    now: Moment,
    settings: MergeSettings = DEFAULT_MERGE,
    lag: timedelta | None = None,
) -> Slices[VenueView]:
    """Return what is known after `reading`, in slices.

    Args:
        previous: What was known before; None at the start. Of the same account.
        reading: The account, or some symbols of it, as just read, with the names that contracts have now.
        stream: The newest position fact the stream showed of each leg.
        stream_health: The stream's health now.
        now: The present; becomes `read_at`.
        settings: When lists are believed against what was known.
        lag: The measured high percentile of the list's visibility lag; None while not measured.
    """
    known = prices_of(reading)
    trails = (previous.trails if previous is not None else Trails()).after(reading, known)
    legs = renamed_legs(previous, reading.renamed)
    first = previous is None
    for key, seen in renamed(stream, reading.renamed).items():
        old = legs.get(key)
        if old is not None and is_known(old, seen):
            continue  # nearly all are: each push is handed in with every reading
        pushed = pushed_leg(old, seen)
        # Before the first list nothing is known of a leg that could be seen to grow.
        legs[key] = replace(pushed, grown=None) if first else pushed
    listed = reading.positions
    if listed is not None:
        legs = yield from _with_list(legs, reading, listed, settings, first=first)
        for key in [key for key in _in_scope(reading, legs) if legs[key].contrary is not None]:
            if listed.why_unread(key.symbol) is None:
                legs[key] = believed(legs[key], listed, stream_health, settings, lag)
    return VenueView(
        account=reading.account,
        venue=reading.venue,
        mode=reading.mode,
        symbols=reading.symbols,
        legs=legs,
        listed=None if listed is None else listed.sent,
        lists=_lists(previous, reading, settings),
        orders=reading.orders,
        conditional_orders=reading.conditional_orders,
        failures=reading.failures,
        stream=stream_health,
        read_at=now,
        unnamed=None if listed is None else listed.unnamed,
        unread={} if listed is None else listed.unread,
        parts=_parts(previous, listed),
        prices=known,
        trails=trails,
        orders_sent=reading.sent,
        scope=reading.scope,
    )


merge_view = at_once(merge_in_slices)
"""The same, for whoever may wait for all of it."""


def _with_list(
    legs: Mapping[LegKey, LegView],
    reading: AccountReading,
    listed: PositionsReading,
    settings: MergeSettings,
    *,
    first: bool,
) -> Slices[dict[LegKey, LegView]]:
    known = dict(legs)
    rows = {row.key: row for row in listed.positions}
    # A row that nobody can name may be any leg that has a name; it is none under another id.
    whole = listed.unnamed is None
    left_out = [
        key
        for key in _in_scope(reading, legs)
        if key not in rows and (whole or not key.named) and listed.why_unread(key.symbol) is None
    ]
    for part in cut(rows.items(), _AT_ONCE):
        for key, row in part:
            known[key] = _with_row(known.get(key), row, listed, settings, first=first)
        yield
    for key in left_out:
        known[key] = _left_out(known[key], listed, settings)
    return known


def _in_scope(reading: AccountReading, legs: Mapping[LegKey, LegView]) -> Collection[LegKey]:
    """Return the legs of a reading: of some symbols it is of few."""
    if reading.symbols is None:
        return legs
    return [key for key in legs_of(reading.account, reading.symbols) if key in legs]


def _with_row(
    old: LegView | None, row: Position, listed: PositionsReading, settings: MergeSettings, *, first: bool
) -> LegView:
    grade = Grade.SHOWN if row.version is None else Grade.PROOF
    if old is not None and (old.position is row or old.position == row):
        return _told_again(old, grade, listed)
    new = LegView(
        row,
        grade=grade,
        source=Source.REST,
        sent=listed.sent,
        heard=listed.received,
        # At the start nothing changed under our eyes: the row may be days old.
        changed=None if first else listed.received,
        grown=None if first else listed.received,
        grown_by=row.updated_at,
    )
    if old is None:
        return new
    if not _row_is_newer(old, new):
        stale = old.version is not None and new.version is not None and new.version < old.version
        # A row that is provably old says nothing about now: it neither confirms nor contradicts.
        tied = new.version is not None and new.version == old.version
        if stale and new.quantity == old.quantity:
            return _with_prices_of(old, row)
        return old if stale else contradicted(old, new.quantity, listed, settings, tied=tied)
    if new.quantity != old.quantity:
        return replace(new, changed=listed.received, **growth(old, new, listed.received))
    version = old.version if row.version is None else row.version
    updated = row.updated_at or old.updated_at
    if version != row.version or updated != row.updated_at:
        row = replace(row, version=version, updated_at=updated)
    # Prices move in each list: to `replace` what is made already costs as much as all the rest.
    return LegView(
        row,
        old.grade if new.version is None and old.version is not None else new.grade,
        Source.REST,
        listed.sent,
        listed.received,
        old.push_epoch,
        old.changed,
        None,
        None,
        old.grown,
        earlier(old.grown_by, new.grown_by),
    )


def _told_again(old: LegView, grade: Grade, listed: PositionsReading) -> LegView:
    """Return a leg of which a list tells just what is known already."""
    return LegView(
        old.position,
        grade,
        Source.REST,
        listed.sent,
        listed.received,
        old.push_epoch,
        old.changed,
        None,
        None,
        old.grown,
        earlier(old.grown_by, old.updated_at),
    )


def _with_prices_of(old: LegView, row: Position) -> LegView:
    """Return a leg of which pushes alone have told, with what only a list tells, from an older row of it.

    A push says how much is held, and nothing of the stops that belong to the position or of its prices.
    """
    told = old.position
    if old.sent is not None or (told.entry_price, told.mark_price, told.notional) != (None, None, None):
        return old
    return replace(old, position=replace(row, version=told.version, updated_at=told.updated_at))


def _row_is_newer(old: LegView, new: LegView) -> bool:
    if old.version is not None and new.version is not None and new.version != old.version:
        return new.version > old.version
    if new.quantity == old.quantity:
        return True
    if old.grade is Grade.BOUNDED_LAG:
        # What was concluded from lists yields to a list that shows the leg after all.
        return True
    if old.version is not None:
        return False
    return old.push_epoch is None and (old.sent is None or _after(new.sent, old.sent))


def _after(later: Moment | None, earlier: Moment) -> bool:
    return later is not None and later.monotonic > earlier.monotonic


def _left_out(old: LegView, listed: PositionsReading, settings: MergeSettings) -> LegView:
    if old.quantity != 0:
        return contradicted(old, Decimal(0), listed, settings)
    # A list without a flat leg agrees with it.
    return replace(old, heard=listed.received, contrary=None)


def _parts(previous: VenueView | None, listed: PositionsReading | None) -> Mapping[str, str]:
    if listed is not None:
        return listed.parts
    return previous.parts if previous is not None else {}


def _lists(
    previous: VenueView | None, reading: AccountReading, settings: MergeSettings
) -> Mapping[str, Lists]:
    past = previous.lists if previous is not None else {}
    listed = reading.positions
    if listed is None or listed.unnamed or reading.symbols is not None:
        return past
    covered = set(listed.parts.values()) - listed.unread.keys()
    if not listed.unread:
        covered.add("")
    return {**past, **{part: counted(past.get(part), listed.sent, settings) for part in covered}}
