"""How often, how far apart and how long a finding must be seen before people are told."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from typing import NamedTuple

from reconciler.comparison.confidence import Confidence
from reconciler.comparison.venue_view import Grade
from reconciler.facts.finding import Finding, FindingKey
from reconciler.kinds.form.confirmation import Confirmed, Grace, Lasting
from reconciler.kinds.registry import DIFFERENCES, spec_of
from verification.facts.clock import Moment


@dataclass(frozen=True, slots=True)
class ConfirmationSettings:
    """The numbers of the confirmation.

    Attributes:
        spacing: Looks closer together than this count once: a venue that answers wrongly repeats itself.
        grace: How long both sides must have been quiet. The floor: a slow source makes it longer.
        lagging_grace: The same where the bot's own stop or exit explains the difference.
        stop_placing: How long after the opening a position may be without its stop.
        stop_replacing: How long a stop may be missing later on, while it is moved.
        longest: What the measured lag may stretch a grace to, and how long ever new changes may put off the
            alert. A longer floor stands.
    """

    spacing: timedelta = timedelta(seconds=5)
    grace: timedelta = timedelta(seconds=20)
    lagging_grace: timedelta = timedelta(seconds=60)
    stop_placing: timedelta = timedelta(seconds=60)
    stop_replacing: timedelta = timedelta(seconds=15)
    longest: timedelta = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Suspicion:
    """What is remembered of a condition that is not confirmed yet.

    Attributes:
        key: Which condition.
        first_seen: When it was first found.
        steady_since: When its quantities were first found as they are now.
        expected: Signed contracts then.
        observed: Signed contracts then.
        looks: How many independent looks found it.
        last_look: When the venue was asked at the last counted one.
        wait: How long from the last judgement until it can be confirmed at the earliest; zero if it is.
        rows: The live rows of the leg then, as (ledger, row); empty where no bot had it down.
    """

    key: FindingKey
    first_seen: Moment
    steady_since: Moment
    expected: Decimal | None
    observed: Decimal | None
    looks: int
    last_look: Moment
    wait: timedelta = timedelta(0)
    rows: frozenset[tuple[str, str]] = frozenset()


class Judgement(NamedTuple):
    """The answer of `judge`."""

    suspicion: Suspicion
    confirmed: bool
    reason: str


def judge(
    suspicion: Suspicion | None,
    finding: Finding,
    confidence: Confidence,
    settings: ConfirmationSettings,
    *,
    lag: timedelta | None = None,
    now: Moment,
) -> Judgement:
    """Judge whether a finding has lasted.

    Only call it with a finding of this very look: a look that could not see leaves the suspicion as it is,
    and one that shows the condition gone ends it (see `Comparison.standing`).

    Args:
        suspicion: What is remembered of it; None if it is new.
        finding: As just found.
        confidence: How firmly it stands at this look.
        settings: The numbers.
        lag: The measured high percentile of the visibility lag of this account; None while not measured.
        now: The present.

    Returns:
        What to remember, whether to tell people, and why (not yet), in one sentence.
    """
    past = None if suspicion is not None and _of_other_trades(suspicion, confidence) else suspicion
    state = _looked(past, finding, confidence, settings, now)
    asked = spec_of(finding.kind).confirmation
    if isinstance(asked, Confirmed):
        return Judgement(state, confirmed=True, reason="it comes confirmed")
    sure = confidence.grade in {Grade.PROOF, Grade.BOUNDED_LAG}
    needed = asked.sure_looks if sure else asked.looks
    grace, due = _due(state, asked.grace, confidence, settings, lag=lag, now=now)
    missing = max(needed - state.looks, 0)
    if confidence.contested and now.monotonic - state.first_seen.monotonic < settings.longest.total_seconds():
        state = replace(state, wait=settings.spacing)
        reason = "the last position list says otherwise: whether it or what was seen before lags is not known"
        return Judgement(state, confirmed=False, reason=reason)
    wait = max(due, missing * settings.spacing.total_seconds(), 0.0)
    state = replace(state, wait=timedelta(seconds=wait))
    if missing:
        return Judgement(
            state,
            confirmed=False,
            reason=f"seen by {state.looks} of {needed} looks {_s(settings.spacing)} apart: {asked.why}",
        )
    if due > 0:
        return Judgement(
            state,
            confirmed=False,
            reason=f"{due:.0f} s of {grace:.0f} s grace are left: {_grace_words(asked, confidence)}",
        )
    reason = f"seen by {state.looks} looks, past the grace of {grace:.0f} s"
    return Judgement(state, confirmed=True, reason=reason)


def followed(
    suspicions: Mapping[FindingKey, Suspicion], names: Mapping[str, str], anew: Collection[str]
) -> dict[FindingKey, Suspicion]:
    """Return what is remembered of each condition under the name that its contract has now.

    Args:
        suspicions: As remembered.
        names: Present names by former ones.
        anew: Contracts that are counted anew: their quantities do not compare with what is remembered.
    """
    if not names and not anew:
        return dict(suspicions)
    kept: dict[FindingKey, Suspicion] = {}
    for key, each in suspicions.items():
        now = replace(key, symbol=names.get(key.symbol, key.symbol))
        if now.symbol not in anew and (now == key or now not in suspicions):
            kept[now] = replace(each, key=now)
    return kept


def past_of(suspicions: Mapping[FindingKey, Suspicion], key: FindingKey) -> Suspicion | None:
    """Return what is remembered of a condition; of a leg that differs in turns, since when it does.

    Its looks and its quiet are counted anew, but turning from one kind into another puts an alert off no
    longer than changing quantities may.
    """
    past = suspicions.get(key)
    if past is not None or key.kind not in DIFFERENCES:
        return past
    others = {other for kind in DIFFERENCES if (other := replace(key, kind=kind)) in suspicions}
    if not others:
        return None
    # Of two that were first seen at once that counts which is remembered for longer.
    remembered = others if len(others) == 1 else [each for each in suspicions if each in others]
    eldest = min((suspicions[each] for each in remembered), key=lambda each: each.first_seen.monotonic)
    return replace(eldest, key=key, expected=None, observed=None, looks=0)


def _looked(
    past: Suspicion | None,
    finding: Finding,
    confidence: Confidence,
    settings: ConfirmationSettings,
    now: Moment,
) -> Suspicion:
    if past is None:
        return Suspicion(
            key=finding.identity,
            first_seen=now,
            steady_since=now,
            expected=finding.expected,
            observed=finding.observed,
            looks=1,
            last_look=confidence.looked,
            rows=confidence.rows,
        )
    steady = (finding.expected, finding.observed) == (past.expected, past.observed)
    apart = confidence.looked.monotonic - past.last_look.monotonic
    independent = apart >= settings.spacing.total_seconds()
    return Suspicion(
        key=past.key,
        first_seen=past.first_seen,
        steady_since=past.steady_since if steady else now,
        expected=finding.expected,
        observed=finding.observed,
        looks=past.looks + (1 if independent else 0),
        last_look=confidence.looked if independent else past.last_look,
        rows=confidence.rows,
    )


def _of_other_trades(past: Suspicion, confidence: Confidence) -> bool:
    """True when the trades that were suspected have all ended and others are there: those start anew.

    Nothing need have shown that it was over in between: a list may have been away, or proved too little.
    """
    return bool(past.rows and confidence.rows) and past.rows.isdisjoint(confidence.rows)


def _due(
    state: Suspicion,
    asked: Grace,
    confidence: Confidence,
    settings: ConfirmationSettings,
    *,
    lag: timedelta | None,
    now: Moment,
) -> tuple[float, float]:
    """Return the grace and how much of it is left, seconds; negative when it is over."""
    in_sight = now.monotonic - state.first_seen.monotonic
    if asked is Grace.STOP:
        return _due_of_stop(in_sight, confidence, settings, now)
    quiet = _quiet(state, confidence, now)
    floor = settings.lagging_grace if confidence.lagging else settings.grace
    grace = floor.total_seconds()
    longest = max(settings.longest.total_seconds(), grace)
    if lag is not None:
        grace = min(max(grace, 2 * lag.total_seconds()), longest)
    # Quantities that go on changing put the alert off, but not for ever.
    return grace, min(grace - quiet, longest - in_sight)


def _due_of_stop(
    in_sight: float, confidence: Confidence, settings: ConfirmationSettings, now: Moment
) -> tuple[float, float]:
    """Return the grace of a missing stop and how much of it is left, seconds.

    A position just opened has the time that it takes to place a stop, counted from the opening and not from
    our first look. One held longer may be having its stop moved (or its triggered limit filled) right now,
    whenever it was opened.
    """
    placing, replacing = settings.stop_placing.total_seconds(), settings.stop_replacing.total_seconds()
    held = max(in_sight, _held(confidence, now))
    of_placing, of_replacing = placing - held, replacing - in_sight
    return (placing, of_placing) if of_placing > of_replacing else (replacing, of_replacing)


def _held(confidence: Confidence, now: Moment) -> float:
    """Return for how long what is held is known to be held, seconds; zero where nobody tells."""
    if confidence.grown is not None:
        return now.monotonic - confidence.grown.monotonic
    return 0.0 if confidence.opened is None else (now.utc - confidence.opened).total_seconds()


def _quiet(state: Suspicion, confidence: Confidence, now: Moment) -> float:
    """Return for how long both sides have been quiet, seconds, by the longest memory there is."""
    watched = now.monotonic - state.steady_since.monotonic
    if confidence.quiet_since is None:
        return watched
    return max(watched, (now.utc - confidence.quiet_since).total_seconds())


def _grace_words(asked: Lasting, confidence: Confidence) -> str:
    if confidence.lagging and asked.grace is Grace.QUIET:
        return "an order of the bot explains it and the bot may be about to take note"
    return asked.why


def _s(span: timedelta) -> str:
    return f"{span.total_seconds():g} s"
