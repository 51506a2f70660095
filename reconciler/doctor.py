"""Tries each thing that Trueup depends on, and says of each whether it works, or what to do."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from pathlib import Path

from reconciler.console import Console, StateDatabaseError, StateTrouble
from reconciler.ledgers.port import Ledger, LedgerTrouble, LedgerUnreadable
from reconciler.settings import Settings, SettingsError
from reconciler.settings.database_url import SQLITE
from reconciler.views import Pulse
from reconciler.wiring import open_ledgers, open_venue
from reconciler.wording import duration
from verification.clock import Clock
from verification.errors import SourceError, SourceMalformed, SourceRejected
from verification.stream import StreamState
from verification.venue import Access, Venue
from verification.venues.known import notes_of, untried

SKEW_MAX = timedelta(seconds=1)
"""Venues refuse requests whose time is too far off (Binance: 1 s ahead, 5 s behind)."""

STREAM_SECONDS = 10.0
POLL_SECONDS = 0.1


class Health(StrEnum):
    """What came out of one try."""

    OK = "ok"
    NOTE = "note"  # works, but a person should know
    NOT_OK = "not ok"


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the doctor's answer.

    Attributes:
        subject: What was tried.
        health: What came out.
        text: What was seen, or what is wrong and what to do; one line.
        settings: True when it does not work because the settings are wrong.
    """

    subject: str
    health: Health
    text: str
    settings: bool = False


@dataclass(frozen=True, slots=True)
class Doors:
    """How the doctor reaches what it tries.

    Attributes:
        ledgers: Opens the ledgers of an account by its name, unread.
        venue: Opens an account on its venue, not yet connected.
    """

    ledgers: Callable[[Settings, str, Clock], list[Ledger]] = open_ledgers
    venue: Callable[[Access, Clock], Venue] = open_venue


async def examine(settings: Settings, clock: Clock, doors: Doors) -> AsyncIterator[Check]:
    """Yield a check for the state database, each ledger, and each thing that is needed of each account.

    Raises:
        SettingsError: A secret that the settings name has gone since they were read.
    """
    for check in await asyncio.to_thread(_state, settings, clock):
        yield check
    for name in settings.accounts:
        for check in await asyncio.to_thread(_ledgers, settings, name, clock, doors):
            yield check
        async for check in _account(settings.access(name), doors, clock):
            yield check


def _state(settings: Settings, clock: Clock) -> list[Check]:
    subject = "state database"
    try:
        with Console.open(settings.database.url, clock=clock) as console:
            heartbeat = console.queries.heartbeat()
    except StateDatabaseError as error:
        text = str(error).removeprefix(f"{subject} ")
        if error.trouble in {StateTrouble.EMPTY, StateTrouble.OLDER} or _to_be_created(settings, error):
            return [Check(subject, Health.NOTE, text)]
        return [Check(subject, Health.NOT_OK, text)]
    pulse = heartbeat.pulse(clock.now().utc)
    checks = [Check(subject, Health.OK, "opens, and is of this version")]
    if pulse is not Pulse.ALIVE:
        checks.append(Check("reconciler", Health.NOTE, f"nobody looks now ({pulse}): start `trueup run`"))
    return checks


def _to_be_created(settings: Settings, error: StateDatabaseError) -> bool:
    file = settings.database.url.removeprefix(SQLITE).partition("?")[0]
    on_disk = settings.database.url.startswith(SQLITE)
    return error.trouble is StateTrouble.ABSENT and on_disk and Path(file).parent.is_dir()


def _ledgers(settings: Settings, account: str, clock: Clock, doors: Doors) -> list[Check]:
    try:
        ledgers = doors.ledgers(settings, account, clock)
    except LedgerUnreadable as error:
        return [_unreadable(error)]
    return [check for ledger in ledgers for check in _ledger(ledger, clock)]


def _ledger(ledger: Ledger, clock: Clock) -> list[Check]:
    subject = f"ledger {ledger.name}"
    try:
        reading = ledger.read()
    except LedgerUnreadable as error:
        return [_unreadable(error)]
    age = ""
    if reading.last_activity is not None:
        seconds = (clock.now().utc - reading.last_activity).total_seconds()
        age = f", the bot last wrote {duration(seconds)} ago"
    checks = [Check(subject, Health.OK, f"{len(reading.rows)} trades read{age}")]
    checks += [Check(subject, Health.NOT_OK, line) for line in reading.left_out]
    return checks + [Check(subject, Health.NOTE, warning) for warning in reading.warnings]


def _unreadable(error: LedgerUnreadable) -> Check:
    subject = f"ledger {error.ledger}"
    wrong = error.trouble in {LedgerTrouble.SETTINGS, LedgerTrouble.WRONG_ACCOUNT}
    return Check(subject, Health.NOT_OK, str(error).removeprefix(f"{subject}: "), settings=wrong)


async def _account(access: Access, doors: Doors, clock: Clock) -> AsyncIterator[Check]:
    subject = f"account {access.account}"
    try:
        venue = doors.venue(access, clock)
    except SettingsError as error:
        text = "; ".join(problem.text for problem in error.problems)
        yield Check(f"{subject}: venue", Health.NOT_OK, text, settings=True)
        return
    for line in notes_of(access.venue):
        yield Check(f"{subject}: venue", Health.NOTE, line)
    try:
        works = True
        for name, attempt in (
            ("connection", _connect),
            ("clock", _clock_offset),  # before the credentials: a wrong clock gets them refused
            ("credentials", _positions),
        ):
            check = await _tried(f"{subject}: {name}", attempt(venue))
            works = works and check.health is not Health.NOT_OK
            yield check
        stream = f"{subject}: stream"
        if works:
            yield await _tried(stream, _stream(venue, clock))
        else:
            yield Check(stream, Health.NOTE, "not tried: it needs all of the above")
    finally:
        await venue.close()


async def _tried(subject: str, attempt: Awaitable[tuple[Health, str]]) -> Check:
    try:
        health, text = await attempt
    except SourceError as error:
        return Check(subject, Health.NOT_OK, str(error))
    return Check(subject, health, text)


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
    if abs(measured.offset) > SKEW_MAX + measured.error:
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
