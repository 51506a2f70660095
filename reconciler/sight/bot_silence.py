"""Whether a bot that has to write has stopped writing; pure.

A watch counts by its own clock for how long it has seen the same: the bot's clock, and the zone in which it
writes, may be wrong. Who looks once has only the bot's own time to go by.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from reconciler.facts.expectation import Expectation, LedgerReading, Pulse
from reconciler.facts.finding import Evidence, Kind, Party
from reconciler.facts.wording import duration
from reconciler.kinds import bot_silent
from reconciler.sight.sources import Blindness, condition, found, seconds
from verification.facts.clock import Moment

LEAST_READS = 5
"""Readings that must show the same. What stops us for long stops the bot as well, and shows nothing."""


@dataclass(frozen=True, slots=True)
class BotSeen:
    """What readings of a ledger have shown of its bot's writing.

    Attributes:
        pulse: What it has to renew; None where nothing is expected of it.
        live: How many live trades it has.
        still: Seconds for which readings have shown the same.
        wrote: Whether it was seen to write.
        read_at: When it was last read.
        rows: What it was read as; the very same rows are not counted again.
    """

    pulse: Pulse | None
    live: int
    still: float
    wrote: bool
    read_at: Moment
    rows: Sequence[Expectation] | None = field(default=None, repr=False, compare=False)

    @property
    def silent(self) -> bool:
        """True when it has live trades, has to write, and has not for longer than it ever takes."""
        limit = None if self.pulse is None else self.pulse.silent_after.total_seconds()
        return limit is not None and self.live > 0 and self.still >= limit


def seen_after(before: BotSeen | None, reading: LedgerReading, at: Moment) -> BotSeen:
    """Return what is known of a bot after one more reading of its ledger."""
    pulse, rows = reading.pulse, reading.rows
    live = before.live if before is not None and before.rows is rows else live_trades(reading)
    if before is None or pulse is None or before.pulse is None:
        return BotSeen(pulse, live, 0.0, wrote=False, read_at=at, rows=rows)
    if pulse.at != before.pulse.at:
        return BotSeen(pulse, live, 0.0, wrote=True, read_at=at, rows=rows)
    counted = min(seconds(at, before.read_at), pulse.silent_after.total_seconds() / LEAST_READS)
    return BotSeen(pulse, live, before.still + counted, before.wrote, at, rows)


def judge_bot(name: str, account: str, seen: BotSeen) -> Blindness:
    """Judge one bot by its ledger, which could be read: silent, writing, or not known."""
    key = condition(Kind.BOT_SILENT, account, name)
    source, pulse = f"ledger:{name}", seen.pulse
    if pulse is None:
        text = "it has no order open that it would have to write of"
        return Blindness((), {key: Evidence(Party.BOT, source, text, seen.read_at.utc, {})}, ())
    line = Evidence(Party.BOT, source, "last wrote of its open orders", pulse.at, {})
    if seen.silent:
        reason = bot_silent.sentence(name, lasted=duration(seen.still), trades=seen.live)
        return Blindness((found(key, bot_silent.SPEC.severity.usual, reason, line),), {}, ())
    return Blindness((), {key: line} if seen.wrote or not seen.live else {}, ())


def silence_by_its_clock(reading: LedgerReading, now: datetime) -> str | None:
    """Return the sentence that a bot is silent, by the times that it wrote; None where nothing says so."""
    pulse, live = reading.pulse, live_trades(reading)
    if pulse is None or not live or now - pulse.at < pulse.silent_after:
        return None
    lasted = duration((now - pulse.at).total_seconds())
    return bot_silent.sentence(reading.ledger, lasted=lasted, trades=live)


def live_trades(reading: LedgerReading) -> int:
    """Return how many rows hold something, or may come to."""
    return sum(1 for row in reading.rows if row.expected_high > 0)
