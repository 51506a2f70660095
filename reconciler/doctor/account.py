"""Tries one account on its venue: connection, clock, credentials, what the key may do, mode, stream."""

from collections.abc import AsyncIterator, Awaitable

from reconciler.doctor.check import Check, Health, bug
from reconciler.sight.clock_skew import WRONG
from verification.facts.account import PositionMode
from verification.facts.clock import Clock
from verification.facts.errors import SourceError, SourceMalformed, SourceRejected
from verification.venues.port import Venue
from verification.venues.registry import notes_of, untried
from verification.venues.stream_state import StreamState

STREAM_SECONDS = 10.0
POLL_SECONDS = 0.1


async def examine_account(venue: Venue, clock: Clock, *, hedged: str) -> AsyncIterator[Check]:
    """Yield the checks of one account. Each thing is tried, whatever became of the others.

    Args:
        venue: The account, not yet connected.
        clock: Where time comes from.
        hedged: What to tell where it is in hedge mode and one of its bots wants one-way mode; empty: nothing.
    """
    subject = f"account {venue.access.account}"
    for line in notes_of(venue.access.venue):
        yield Check(f"{subject}: venue", Health.NOTE, line)
    connection = await _tried(f"{subject}: connection", _connect(venue))
    yield connection
    yield await _tried(f"{subject}: clock", _clock_offset(venue))  # a wrong clock gets credentials refused
    yield await _tried(f"{subject}: credentials", _positions(venue))
    yield await _key(f"{subject}: key", venue)
    if connection.health is Health.NOT_OK:
        yield Check(f"{subject}: stream", Health.NOTE, "not tried: it needs the connection")
        return
    if hedged and venue.mode is PositionMode.HEDGE:
        yield Check(f"{subject}: position mode", Health.NOT_OK, hedged)
    yield await _tried(f"{subject}: stream", _stream(venue, clock))


async def _tried(subject: str, attempt: Awaitable[tuple[Health, str]]) -> Check:
    try:
        health, text = await attempt
    except SourceError as error:
        return Check(subject, Health.NOT_OK, str(error))
    except Exception as error:  # noqa: BLE001 - a bug in one part must not hide what the others would say
        return bug(subject, error)
    return Check(subject, health, text)


async def _key(subject: str, venue: Venue) -> Check:
    """Say what the key may do. Not being told is no fault of the house, and never "it may not"."""
    page = "see the page of the key at the venue; Trueup needs no more than to read"
    try:
        rights = await venue.read_key_rights()
    except SourceError as error:
        return Check(
            subject, Health.NOTE, f"whether it may trade or withdraw could not be seen ({error}): {page}"
        )
    if rights is None:
        return Check(
            subject, Health.NOTE, f"whether it may trade or withdraw cannot be asked of this venue: {page}"
        )
    seen = f"the venue tells: {', '.join(rights.granted) or 'nothing'}"
    may = [word for word, granted in (("trade", rights.trades), ("withdraw", rights.withdraws)) if granted]
    if not may:
        return Check(subject, Health.OK, f"can neither trade nor withdraw ({seen})")
    not_may = "" if rights.withdraws else ", and not withdraw"
    return Check(
        subject,
        Health.NOTE,
        f"can {' and '.join(may)}{not_may} ({seen}): Trueup only reads, a read-only key of its own is enough",
    )


async def _connect(venue: Venue) -> tuple[Health, str]:
    await venue.connect()
    return Health.OK, f"{venue.access.venue}, {len(venue.markets)} markets, {venue.mode} mode"


async def _positions(venue: Venue) -> tuple[Health, str]:
    reading = await venue.read_positions()
    held = sum(1 for position in reading.positions if position.quantity)
    seen = f"accepted, {held} open positions read"
    if reading.failure is not None:
        return Health.NOT_OK, f"{seen}, but {'; '.join(sorted(set(reading.unread.values())))}"
    if reading.unread:
        return Health.NOTE, f"{seen}, but {'; '.join(sorted(set(reading.unread.values())))}"
    return Health.OK, seen


async def _clock_offset(venue: Venue) -> tuple[Health, str]:
    try:
        measured = await venue.read_clock_offset()
    except (SourceMalformed, SourceRejected) as trouble:
        if not untried(venue.access.venue):
            raise
        return Health.NOTE, f"{trouble}"
    ahead, error = measured.offset.total_seconds(), measured.error.total_seconds()
    seen = f"the venue is {ahead:+.3f} s ahead (to within {error:.3f} s)"
    if abs(measured.offset) > WRONG + measured.error:
        return Health.NOT_OK, f"{seen}: set this machine's clock (NTP), the venue may refuse requests"
    return Health.OK, seen


async def _stream(venue: Venue, clock: Clock) -> tuple[Health, str]:
    end = clock.now().monotonic + STREAM_SECONDS
    while (health := venue.stream_health()).state is not StreamState.LIVE:
        if health.state is StreamState.UNSUPPORTED:
            return Health.NOTE, "this venue has none that Trueup can use: positions are seen by asking only"
        if clock.now().monotonic >= end:
            why = f" ({health.error})" if health.error else ""
            return (
                Health.NOT_OK,
                f"not connected after {STREAM_SECONDS:.0f} s{why}: is WebSocket traffic let out?",
            )
        await clock.sleep(POLL_SECONDS)
    return Health.OK, "connected"
