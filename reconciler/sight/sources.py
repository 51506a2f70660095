"""What is known of one account's sources, and what blindness is: values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from reconciler.facts.finding import Evidence, Finding, FindingKey, Kind, Severity
from verification.facts.account import Part
from verification.facts.clock import Moment
from verification.facts.leg import Leg
from verification.venues.stream_state import StreamHealth

WEBSOCKET = "websocket"
REST = "rest"

PART_NAMES = {Part.POSITIONS: REST, Part.ORDERS: "orders", Part.CONDITIONAL_ORDERS: "conditional_orders"}
"""What a screen calls a part that cannot be read; `rest` is the position list."""

ORDER_LISTS = frozenset({PART_NAMES[Part.ORDERS], PART_NAMES[Part.CONDITIONAL_ORDERS]})


@dataclass(frozen=True, slots=True)
class Failing:
    """Reads of one thing that have failed without a success in between.

    Attributes:
        count: How many in a row.
        since: When the first of them failed.
        message: The last error, one plain line.
        code: Its kind: a `SourceError.code` or a `LedgerTrouble`.
        again: False when only a person can mend it.
        last_ok: When it was last read, aware UTC; None if never.
        elsewhere: True for a ledger that was read, and is of another account.
        untried: True when what it failed with, for the same cause, was read since, and it was not tried yet.
        held_back: True when it was last not asked, to keep to our own budget. That is none of the failures:
            nothing is known to be wrong with it.
    """

    count: int
    since: Moment
    message: str
    code: str
    again: bool
    last_ok: datetime | None = None
    elsewhere: bool = False
    untried: bool = False
    held_back: bool = False


@dataclass(frozen=True, slots=True)
class Sight:
    """What is known of one account's sources.

    Attributes:
        account: The account's name in the settings.
        stream: The stream's health.
        parts: Parts of the account by name: how they fail, or None when the last read worked. Parts that
            were never tried are left out.
        ledgers: The same by ledger.
        left_out: What in a ledger that can be read is not of this account, plain lines, by ledger.
        last_ok: When what works was last read, aware UTC; None stands for now.
        work: Pieces of our own work by name: how an unexpected error ends them, or None for what goes well.
    """

    account: str
    stream: StreamHealth
    parts: dict[Part, Failing | None]
    ledgers: dict[str, Failing | None]
    last_ok: datetime | None = None
    left_out: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    work: Mapping[str, Failing | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class BlindnessSettings:
    """How long something may be unseen before people are told.

    Attributes:
        failures: Failed reads in a row.
        failing: Or so long without a success, whichever comes first.
        refusals: How often keys must be refused in a row.
        refused: And for how long: venues have refused good keys for a moment, amid a maintenance.
        held_back: Or so long not asked, to keep to our own budget, while the stream shows what happens: each
            of many accounts that start on one address has had its turn by then.
        stream_down: How long the stream may be away: venues end connections daily by design.
        stream_missed: How long a change may be known to others and not pushed.
        stream_quiet: How long no frame at all, not even a pong, may arrive.
        beats: Missed heartbeats of the reconciler.
    """

    failures: int = 3
    failing: timedelta = timedelta(seconds=60)
    refusals: int = 2
    refused: timedelta = timedelta(seconds=10)
    held_back: timedelta = timedelta(seconds=180)
    stream_down: timedelta = timedelta(seconds=30)
    stream_missed: timedelta = timedelta(seconds=5)
    stream_quiet: timedelta = timedelta(seconds=90)
    beats: int = 3


@dataclass(frozen=True, slots=True)
class Blindness:
    """What cannot be seen, and what was seen to be well.

    Attributes:
        findings: Confirmed: their own limits are past. Ordered by identity.
        well: Conditions shown to be gone, each with what shows it. All others stay as they are.
        unsure: What failed but not yet often or long enough, plain lines.
    """

    findings: tuple[Finding, ...]
    well: dict[FindingKey, Evidence]
    unsure: tuple[str, ...]


def joined(*parts: Blindness) -> Blindness:
    """Return several judgements as one."""
    findings = sorted((each for part in parts for each in part.findings), key=lambda each: each.identity)
    well = {key: line for part in parts for key, line in part.well.items()}
    return Blindness(tuple(findings), well, tuple(line for part in parts for line in part.unsure))


def condition(kind: Kind, account: str, what: str) -> FindingKey:
    """Return what identifies a blindness: its kind and what cannot be seen."""
    return FindingKey(kind, account, what, Leg.NET)


def found(key: FindingKey, severity: Severity, reason: str, line: Evidence) -> Finding:
    """Return the finding of a blindness."""
    return Finding(
        kind=key.kind,
        account=key.account,
        symbol=key.symbol,
        leg=key.leg,
        severity=severity,
        reason=reason,
        evidence=(line,),
    )


def seconds(now: Moment, since: Moment) -> float:
    """Return the seconds from `since` to `now`, whatever the wall clock did."""
    return now.monotonic - since.monotonic
