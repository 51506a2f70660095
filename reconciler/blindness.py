"""What of an account cannot be seen: sources down or silent, ledgers unreadable, looks that failed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from reconciler.finding import Evidence, Finding, FindingKey, Kind, Party, Severity
from reconciler.wording import duration
from verification.account import Part
from verification.clock import Moment
from verification.leg import Leg
from verification.stream import StreamHealth, StreamState

WEBSOCKET = "websocket"
REST = "rest"

PART_NAMES = {Part.POSITIONS: REST, Part.ORDERS: "orders", Part.CONDITIONAL_ORDERS: "conditional_orders"}
"""What a screen calls a part that cannot be read; `rest` is the position list."""


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
    """

    count: int
    since: Moment
    message: str
    code: str
    again: bool
    last_ok: datetime | None = None
    elsewhere: bool = False


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
        stream_down: How long the stream may be away: venues end connections daily by design.
        stream_missed: How long a change may be known to others and not pushed.
        stream_quiet: How long no frame at all, not even a pong, may arrive.
        beats: Missed heartbeats of the reconciler.
    """

    failures: int = 3
    failing: timedelta = timedelta(seconds=60)
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


def blindness(sight: Sight, settings: BlindnessSettings, *, now: Moment) -> Blindness:
    """Judge what of one account cannot be seen.

    A failure that only a person can mend (rejected credentials, a dry-run ledger) is told at once.

    Args:
        sight: What is known of its sources.
        settings: The limits.
        now: The present.
    """
    of_stream = _judge_stream(sight, settings, now)
    findings = list(of_stream.findings)
    well = dict(of_stream.well)
    unsure = list(of_stream.unsure)
    blind = {part for part, failing in sight.parts.items() if failing is not None}
    for part, name in PART_NAMES.items():
        if part not in sight.parts:
            continue
        failing = sight.parts[part]
        if failing is None:
            well[_key(Kind.SOURCE_DOWN, sight.account, name)] = _answered(name, sight, now)
        elif part is not Part.POSITIONS and Part.POSITIONS in blind and _same(sight, part):
            # The same trouble as the position list's: told there, once.
            unsure.append(f"{name}: {failing.message}")
        elif _over(failing, settings, now):
            findings.append(_part_down(name, failing, sight, now))
        else:
            unsure.append(f"{name}: {failing.message}")
    for name in sorted(sight.ledgers):
        of_ledger = _judge_ledger(name, sight, settings, now)
        findings += of_ledger.findings
        well |= of_ledger.well
        unsure += of_ledger.unsure
    for name, met in sight.work.items():
        if met is None:
            line = Evidence(Party.TRUEUP, name, "went on without an error", sight.last_ok or now.utc, {})
            well[_key(Kind.LOOK_FAILED, sight.account, name)] = line
        else:
            findings.append(_look_failed(name, met, sight.account, settings, now))
    return Blindness(tuple(sorted(findings, key=lambda found: found.identity)), well, tuple(unsure))


def _judge_stream(sight: Sight, settings: BlindnessSettings, now: Moment) -> Blindness:
    stream, account = sight.stream, sight.account
    down = _key(Kind.SOURCE_DOWN, account, WEBSOCKET)
    silent = _key(Kind.SOURCE_STALE, account, WEBSOCKET)
    if stream.state is StreamState.UNSUPPORTED:
        return Blindness((), {}, ())
    if stream.state is not StreamState.LIVE:
        away = _seconds(now, stream.since)
        error = stream.error or "connecting"
        if away < settings.stream_down.total_seconds():
            return Blindness((), {}, (f"{WEBSOCKET}: {error}",))
        also = sight.parts.get(Part.POSITIONS) is not None
        tail = "and its position list cannot be read either" if also else "the position list still answers"
        reason = f"The exchange's stream has been away for {duration(away)} ({error}); {tail}."
        line = Evidence(Party.EXCHANGE, WEBSOCKET, error, stream.since.utc, {"state": stream.state.value})
        severity = Severity.CRITICAL if also else Severity.WARNING
        return Blindness((_finding(down, severity, reason, line),), {}, ())
    heard = stream.last_frame or stream.since
    line = Evidence(Party.EXCHANGE, WEBSOCKET, "last heard", heard.utc, {"epoch": str(stream.epoch)})
    stale = _stale(stream, settings, now)
    if stale is not None:
        return Blindness((_finding(silent, Severity.WARNING, stale, line),), {down: line}, ())
    if stream.missed_since is not None:
        return Blindness((), {down: line}, (f"{WEBSOCKET}: a change shown elsewhere is not pushed yet",))
    return Blindness((), {down: line, silent: line}, ())


def _stale(stream: StreamHealth, settings: BlindnessSettings, now: Moment) -> str | None:
    if stream.missed_since is not None:
        late = _seconds(now, stream.missed_since)
        if late >= settings.stream_missed.total_seconds():
            return (
                "The exchange's stream is connected but silent: for "
                f"{duration(late)} it has not pushed a change that another source shows."
            )
    quiet = _seconds(now, stream.last_frame or stream.since)
    if quiet > settings.stream_quiet.total_seconds():
        return f"The exchange's stream is connected but has sent nothing at all for {duration(quiet)}."
    return None


def _judge_ledger(name: str, sight: Sight, settings: BlindnessSettings, now: Moment) -> Blindness:
    """Judge one ledger: it cannot be read, or it was and is not (or not all) of this account."""
    failing = sight.ledgers[name]
    unreadable = _key(Kind.LEDGER_UNREADABLE, sight.account, name)
    wrong = _key(Kind.WRONG_LEDGER, sight.account, name)
    read = _answered(name, sight, now)
    if failing is None:
        strays = sight.left_out.get(name, ())
        if not strays:
            return Blindness((), {unreadable: read, wrong: read}, ())
        reason = f"The ledger {name} is not all of this account: {'; '.join(strays)}."
        line = Evidence(Party.BOT, f"ledger:{name}", "; ".join(strays), now.utc, {})
        return Blindness((_finding(wrong, Severity.WARNING, reason, line),), {unreadable: read}, ())
    if failing.elsewhere:
        reason = f"The ledger {name} is not of this account: {_bare(name, failing)}."
        found = _finding(wrong, Severity.CRITICAL, reason, _failed(f"ledger:{name}", failing))
        return Blindness((found,), {unreadable: read}, ())
    if _over(failing, settings, now):
        return Blindness((_ledger_unreadable(name, failing, sight.account, now),), {}, ())
    return Blindness((), {}, (f"ledger {name}: {_bare(name, failing)}",))


def _same(sight: Sight, part: Part) -> bool:
    one, other = sight.parts.get(Part.POSITIONS), sight.parts.get(part)
    return one is not None and other is not None and one.code == other.code


def _over(failing: Failing, settings: BlindnessSettings, now: Moment) -> bool:
    lasted = _seconds(now, failing.since)
    return (
        not failing.again or failing.count >= settings.failures or lasted >= settings.failing.total_seconds()
    )


def _part_down(name: str, failing: Failing, sight: Sight, now: Moment) -> Finding:
    what = {REST: "position list", "orders": "list of resting orders"}.get(name, "list of conditional orders")
    if not failing.again:
        reason = f"The exchange refuses to show its {what}: {failing.message.rstrip('.')}. A person must act."
        severity = Severity.CRITICAL
    else:
        lasted = duration(_seconds(now, failing.since))
        reason = f"The exchange's {what} could not be read for {lasted}: {failing.message.rstrip('.')}."
        blind = sight.stream.state is not StreamState.LIVE
        severity = Severity.CRITICAL if blind and name == REST else Severity.WARNING
    return _finding(_key(Kind.SOURCE_DOWN, sight.account, name), severity, reason, _failed(name, failing))


def _ledger_unreadable(name: str, failing: Failing, account: str, now: Moment) -> Finding:
    lasted = duration(_seconds(now, failing.since))
    told = _bare(name, failing)
    reason = f"The ledger {name} could not be read for {lasted}: {told}."
    if not failing.again:
        reason = f"The ledger {name} cannot be read: {told}."
    key = _key(Kind.LEDGER_UNREADABLE, account, name)
    return _finding(key, Severity.CRITICAL, reason, _failed(f"ledger:{name}", failing))


def _look_failed(name: str, met: Failing, account: str, settings: BlindnessSettings, now: Moment) -> Finding:
    """Tell at once of an error that nobody expected; it is critical once trying again has not helped."""
    severity = Severity.CRITICAL if _over(met, settings, now) else Severity.WARNING
    reason = f"Trueup met an error of its own and tries again: {met.message}."
    return _finding(_key(Kind.LOOK_FAILED, account, name), severity, reason, _failed(name, met))


def _bare(name: str, failing: Failing) -> str:
    """Return what a ledger's error says, without the ledger's name, which the sentence says already."""
    return failing.message.removeprefix(f"ledger {name}: ").rstrip(".")


def _failed(source: str, failing: Failing) -> Evidence:
    data = {"code": failing.code, "failures": str(failing.count)}
    if failing.last_ok is not None:
        data["last_ok"] = failing.last_ok.isoformat()
    return Evidence(Party.TRUEUP, source, failing.message, failing.since.utc, data)


def _answered(name: str, sight: Sight, now: Moment) -> Evidence:
    return Evidence(Party.TRUEUP, name, "was read in full", sight.last_ok or now.utc, {})


def _finding(key: FindingKey, severity: Severity, reason: str, line: Evidence) -> Finding:
    return Finding(
        kind=key.kind,
        account=key.account,
        symbol=key.symbol,
        leg=key.leg,
        severity=severity,
        reason=reason,
        evidence=(line,),
    )


def _key(kind: Kind, account: str, what: str) -> FindingKey:
    return FindingKey(kind, account, what, Leg.NET)


def _seconds(now: Moment, since: Moment) -> float:
    return now.monotonic - since.monotonic
