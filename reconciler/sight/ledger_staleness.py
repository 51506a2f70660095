"""Whether anything is written to a ledger any more in which a bot holds something; pure.

Another thing than a bot that is silent (`bot_silence`): that one has an order open, of which it writes in
every loop. Here nothing at all was committed, by the token that changes with every commit, for so long that
no bot that runs leaves it alone while it holds a position.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from reconciler.facts.expectation import Expectation, LedgerReading
from reconciler.facts.finding import Evidence, Kind, Party
from reconciler.facts.wording import duration
from reconciler.kinds import ledger_stale
from reconciler.sight.sources import Blindness, condition, found, seconds
from verification.facts.clock import Moment

MOST = timedelta(hours=1)
"""How much two readings in a row count at most: what stops us for long stops the bot as well."""


@dataclass(frozen=True, slots=True)
class LedgerSeen:
    """What readings of a ledger have shown of its being written to.

    Attributes:
        version: Its token; None where it has none.
        stale_after: For how long its bot never leaves it alone while it holds something; None: not known.
        holding: How many trades in it hold something.
        still: Seconds for which readings have shown the same token.
        written: When it was last seen to have been written to; None for never.
        read_at: When it was last read.
        rows: What it was read as; the very same rows are not counted again.
    """

    version: object
    stale_after: timedelta | None
    holding: int
    still: float
    written: Moment | None
    read_at: Moment
    rows: Sequence[Expectation] | None = field(default=None, repr=False, compare=False)


def ledger_seen_after(before: LedgerSeen | None, reading: LedgerReading, at: Moment) -> LedgerSeen:
    """Return what is known of a ledger after one more reading."""
    rows = reading.rows
    known = before is not None and before.rows is rows
    holding = before.holding if before is not None and known else sum(1 for row in rows if row.expected > 0)
    seen = LedgerSeen(reading.version, reading.stale_after, holding, 0.0, None, at, rows)
    if before is None or before.version is None or reading.version is None:
        return seen
    if before.version != reading.version:
        return LedgerSeen(reading.version, reading.stale_after, holding, 0.0, at, at, rows)
    counted = min(seconds(at, before.read_at), MOST.total_seconds())
    still = before.still + counted
    return LedgerSeen(reading.version, reading.stale_after, holding, still, before.written, at, rows)


def judge_ledger(name: str, account: str, seen: LedgerSeen) -> Blindness:
    """Judge one ledger, which could be read: stale, written to, or not known."""
    key = condition(Kind.LEDGER_STALE, account, name)
    source = f"ledger:{name}"
    if not (seen.holding and seen.stale_after):
        text = "no trade in it holds anything" if not seen.holding else "its bot may leave it alone for long"
        return Blindness((), {key: Evidence(Party.BOT, source, text, seen.read_at.utc, {})}, ())
    if seen.still >= seen.stale_after.total_seconds():
        since = seen.read_at.utc - timedelta(seconds=seen.still)
        line = Evidence(
            Party.BOT, source, "holds what it held then", seen.read_at.utc, {"since": since.isoformat()}
        )
        reason = ledger_stale.sentence(name, lasted=duration(seen.still), trades=seen.holding)
        return Blindness((found(key, ledger_stale.SPEC.severity.usual, reason, line),), {}, ())
    if seen.written is None:
        return Blindness((), {}, ())
    line = Evidence(Party.BOT, source, "was written to", seen.written.utc, {})
    return Blindness((), {key: line}, ())


def staleness_by_its_rows(reading: LedgerReading, now: datetime) -> str | None:
    """Return the sentence that nothing was written, by the times in its rows; None where nothing says so.

    Who looks once has no more to go by, and rows do not tell of all that a bot writes.
    """
    holding = sum(1 for row in reading.rows if row.expected > 0)
    wrote, limit = reading.last_activity, reading.stale_after
    if not (holding and limit) or wrote is None or now - wrote < limit:
        return None
    lasted = duration((now - wrote).total_seconds())
    told = ledger_stale.sentence(reading.ledger, lasted=lasted, trades=holding)
    return f"{told} So say the times in its rows."
