"""What of an account cannot be seen: sources down or silent, ledgers unreadable, looks that failed."""

from collections.abc import Mapping
from dataclasses import replace

from reconciler.facts.finding import Evidence, Finding, Kind, Party
from reconciler.facts.wording import duration
from reconciler.kinds import ledger_unreadable, look_failed, source_down, wrong_ledger
from reconciler.sight.credentials import are_refused, judge_keys, lasts
from reconciler.sight.sources import (
    PART_NAMES,
    REST,
    WEBSOCKET,
    Blindness,
    BlindnessSettings,
    Failing,
    Sight,
    condition,
    found,
    joined,
    seconds,
)
from reconciler.sight.stream_blindness import judge_stream
from verification.facts.account import Part
from verification.facts.clock import Moment
from verification.venues.stream_state import StreamState

__all__ = [
    "PART_NAMES",
    "WEBSOCKET",
    "Blindness",
    "BlindnessSettings",
    "Failing",
    "Sight",
    "blindness",
    "joined",
    "left_untried",
]


def blindness(sight: Sight, settings: BlindnessSettings, *, now: Moment) -> Blindness:
    """Judge what of one account cannot be seen.

    A failure that only a person can mend (rejected credentials, a dry-run ledger) is told at once.

    Args:
        sight: What is known of its sources.
        settings: The limits.
        now: The present.
    """
    of_stream = judge_stream(sight, settings, now)
    findings = list(of_stream.findings)
    well = dict(of_stream.well)
    unsure = list(of_stream.unsure)
    if Part.POSITIONS in sight.parts:
        listed = sight.parts[Part.POSITIONS]
        of_keys = judge_keys(sight.account, listed, settings, now, last_ok=sight.last_ok)
        findings += of_keys.findings
        well |= of_keys.well
        unsure += of_keys.unsure
    for part, name in PART_NAMES.items():
        if part not in sight.parts:
            continue
        failing = sight.parts[part]
        if failing is None:
            well[condition(Kind.SOURCE_DOWN, sight.account, name)] = _answered(name, sight, now)
        elif failing.untried or _told_elsewhere(part, failing, sight):
            # The same trouble as the keys', or the position list's: told there, once; and when that is over,
            # only what fails again is told by itself.
            unsure.append(f"{name}: {failing.message}")
        elif _over(failing, settings, now, streamed=sight.stream.state is StreamState.LIVE):
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
            well[condition(Kind.LOOK_FAILED, sight.account, name)] = line
        else:
            findings.append(_look_failed(name, met, sight.account, settings, now))
    return Blindness(tuple(sorted(findings, key=lambda each: each.identity)), well, tuple(unsure))


def _judge_ledger(name: str, sight: Sight, settings: BlindnessSettings, now: Moment) -> Blindness:
    """Judge one ledger: it cannot be read, or it was and is not (or not all) of this account."""
    failing = sight.ledgers[name]
    unreadable = condition(Kind.LEDGER_UNREADABLE, sight.account, name)
    wrong = condition(Kind.WRONG_LEDGER, sight.account, name)
    read = _answered(name, sight, now)
    if failing is None:
        strays = sight.left_out.get(name, ())
        if not strays:
            return Blindness((), {unreadable: read, wrong: read}, ())
        told = "; ".join(strays)
        line = Evidence(Party.BOT, f"ledger:{name}", told, now.utc, {})
        reason = wrong_ledger.sentence_of_strays(name, told)
        partly = found(wrong, wrong_ledger.SPEC.severity.otherwise, reason, line)
        return Blindness((partly,), {unreadable: read}, ())
    if failing.elsewhere:
        reason = wrong_ledger.sentence(name, _bare(name, failing))
        other = found(wrong, wrong_ledger.SPEC.severity.usual, reason, _failed(f"ledger:{name}", failing))
        return Blindness((other,), {unreadable: read}, ())
    if _over(failing, settings, now):
        return Blindness((_ledger_unreadable(name, failing, sight.account, now),), {}, ())
    return Blindness((), {}, (f"ledger {name}: {_bare(name, failing)}",))


def left_untried(parts: Mapping[Part, Failing | None]) -> dict[Part, Failing | None]:
    """Return how parts fail once the position list is read again.

    What failed for its cause has been tried by nobody since: its old failures are no word on the present.
    """
    return {
        part: replace(failing, untried=True) if failing is not None and _same(parts, part) else failing
        for part, failing in parts.items()
    }


def _told_elsewhere(part: Part, failing: Failing, sight: Sight) -> bool:
    """Return whether the trouble of a part is told once, as that of the keys or of the position list."""
    return are_refused(failing) if part is Part.POSITIONS else _same(sight.parts, part)


def _same(parts: Mapping[Part, Failing | None], part: Part) -> bool:
    one, other = parts.get(Part.POSITIONS), parts.get(part)
    return one is not None and other is not None and one.code == other.code


def _over(failing: Failing, settings: BlindnessSettings, now: Moment, *, streamed: bool = False) -> bool:
    """Return whether people are told. What we hold back ourselves may wait longer where pushes are seen."""
    patience = settings.held_back if failing.held_back and streamed else settings.failing
    lasted = seconds(now, failing.since)
    if are_refused(failing):
        return lasts(failing, settings, now)
    return not failing.again or failing.count >= settings.failures or lasted >= patience.total_seconds()


def _part_down(name: str, failing: Failing, sight: Sight, now: Moment) -> Finding:
    what = {REST: "position list", "orders": "list of resting orders"}.get(name, "list of conditional orders")
    if not failing.again:
        reason = source_down.sentence_of_refusal(what, failing.message)
    else:
        lasted = duration(seconds(now, failing.since))
        said = source_down.sentence_of_list if failing.count else source_down.sentence_of_budget
        reason = said(what, lasted=lasted, message=failing.message)
    blind = sight.stream.state is not StreamState.LIVE and name == REST
    severity = source_down.SPEC.severity.where(otherwise=blind or not failing.again)
    return found(condition(Kind.SOURCE_DOWN, sight.account, name), severity, reason, _failed(name, failing))


def _ledger_unreadable(name: str, failing: Failing, account: str, now: Moment) -> Finding:
    lasted = duration(seconds(now, failing.since)) if failing.again else None
    reason = ledger_unreadable.sentence(name, _bare(name, failing), lasted=lasted)
    key = condition(Kind.LEDGER_UNREADABLE, account, name)
    severity = ledger_unreadable.SPEC.severity.usual
    return found(key, severity, reason, _failed(f"ledger:{name}", failing))


def _look_failed(name: str, met: Failing, account: str, settings: BlindnessSettings, now: Moment) -> Finding:
    """Tell at once of an error that nobody expected; it is critical once trying again has not helped."""
    severity = look_failed.SPEC.severity.where(otherwise=_over(met, settings, now))
    key = condition(Kind.LOOK_FAILED, account, name)
    return found(key, severity, look_failed.sentence(met.message), _failed(name, met))


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
