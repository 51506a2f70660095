"""How often, how far apart and how long a finding must be seen before people are told."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from typing import NamedTuple

from reconciler.comparison.confidence import Confidence
from reconciler.comparison.patience import ConfirmationSettings, Seen, grace_left
from reconciler.comparison.venue_view import Grade
from reconciler.facts.finding import Finding, FindingKey
from reconciler.kinds.form.confirmation import Confirmed, Grace, Lasting
from reconciler.kinds.registry import DIFFERENCES, spec_of
from verification.facts.clock import Moment


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
    seen = Seen(state.first_seen, state.steady_since)
    grace, due, why = grace_left(asked.grace, seen, confidence, settings, lag=lag, now=now)
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
            reason=f"{due:.0f} s of {grace:.0f} s grace are left{why}: {_grace_words(asked, confidence)}",
        )
    reason = f"seen by {state.looks} looks, past the grace of {grace:.0f} s{why}"
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


def _grace_words(asked: Lasting, confidence: Confidence) -> str:
    if confidence.lagging and asked.grace is Grace.QUIET:
        return "an order of the bot explains it and the bot may be about to take note"
    return asked.why


def _s(span: timedelta) -> str:
    return f"{span.total_seconds():g} s"
