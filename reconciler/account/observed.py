"""What one look at an account tells its alerts: found, gone, or not known; pure."""

from collections.abc import Iterable, Mapping, Sequence

from reconciler.account.look import Look
from reconciler.account.memory.disagreements import DISAGREEMENT_WATCHED_FOR, is_of_sources
from reconciler.alerts.alert import OVER, Alert
from reconciler.alerts.event import Clear, Detected, Observed, Unknown
from reconciler.comparison.condition_check import ConditionState
from reconciler.facts.finding import Finding, FindingKey, Kind
from reconciler.kinds.registry import DIFFERENCES, is_blindness, spec_of
from verification.facts.leg import LegKey


def observed(
    look: Look,
    known: Iterable[Alert],
    answers: Mapping[FindingKey, Clear],
    contradicted: Sequence[Finding] = (),
) -> Observed:
    """Return what a look says of what it found and of the alerts that are open.

    A leg that has come to differ in another way keeps its old alert until the new one fires: there is no
    moment at which it differs and nobody is told.

    Args:
        look: The look.
        known: The open alerts of the account.
        answers: Answers of verifications by the condition whose doubt they end: an answer does not age.
        contradicted: Contradictions about verified orders that are not stored yet. They do not come to be
            untrue: a person is told of one until its order is watched no more, and both sides agree.
    """
    alerts = tuple(known)
    at = look.finished.utc
    of_orders = {alert.key: alert for alert in alerts if is_of_sources(alert.evidence)}
    named = {each.identity for each in contradicted} | of_orders.keys()
    detected = tuple(Detected(each, at, confirmed=True) for each in contradicted) + tuple(
        Detected(each.finding, at, confirmed=each.confirmed)
        for each in look.judged
        if each.finding.kind is not Kind.SOURCES_DISAGREE or each.finding.identity not in named
    )
    growing = _growing(look, alerts)
    clear: dict[FindingKey, Clear] = {}
    unknown: dict[FindingKey, Unknown] = {}
    for alert in alerts:
        key = alert.key
        if is_blindness(key.kind) or (look.symbols is not None and key.symbol not in look.symbols):
            continue
        if (
            key.kind is Kind.SOURCES_DISAGREE
            and key in of_orders
            and at - alert.last_seen < DISAGREEMENT_WATCHED_FOR
        ):
            continue
        condition = look.comparison.condition(key)
        answer = answers.get(key)
        instead = growing.get(leg_of(key))
        if condition.state is ConditionState.FOUND:
            continue
        if (
            alert.fired_at is not None
            and instead is not None
            and spec_of(key.kind).may_become(spec_of(instead))
        ):
            unknown[key] = Unknown(f"it may have become {_words(instead)}, which has to last first", at)
        elif condition.state is ConditionState.CLEAR:
            clear[key] = Clear(condition.evidence, at, condition.reason)
        elif answer is not None and answer.at > alert.last_seen:
            clear[key] = Clear(answer.evidence, at, answer.reason)
        else:
            unknown[key] = Unknown(condition.reason, at)
    return Observed(detected, clear, unknown)


def still_open(known: Iterable[Alert], changed: Iterable[Alert]) -> tuple[Alert, ...]:
    """Return the alerts that are open by now.

    Args:
        known: Those that were.
        changed: Those that have changed since, new ones too.
    """
    now = {alert.key: alert for alert in (*known, *changed)}
    return tuple(alert for alert in now.values() if alert.state not in OVER)


def leg_of(key: FindingKey) -> LegKey:
    """Return the leg that a condition is about."""
    return LegKey(key.account, key.symbol, key.leg)


def _growing(look: Look, alerts: Iterable[Alert]) -> dict[LegKey, Kind]:
    """Return the differences that were found and that nobody has been told of yet, by leg."""
    fired = {alert.key for alert in alerts if alert.fired_at is not None}
    return {
        leg_of(each.finding.identity): each.finding.kind
        for each in look.judged
        if each.finding.kind in DIFFERENCES and not each.confirmed and each.finding.identity not in fired
    }


def _words(kind: Kind) -> str:
    return kind.value.replace("_", " ")
