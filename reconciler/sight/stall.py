"""Whether the watch over an account is at a stand, for whoever outlives it; pure."""

from datetime import datetime, timedelta

from reconciler.facts.finding import Evidence, Finding, Party
from reconciler.facts.heartbeat import Heartbeat
from reconciler.facts.wording import clock, duration
from reconciler.kinds import reconciler_stalled
from reconciler.sight.blindness import BlindnessSettings
from verification.facts.leg import Leg

RECONCILER = "reconciler"


def stalled(
    account: str, heartbeat: Heartbeat, settings: BlindnessSettings, *, now: datetime
) -> Finding | None:
    """Return the finding that nobody looks at an account; None while its heart beats.

    For whoever outlives it (the process that takes over): a dead reconciler cannot tell of itself.

    Args:
        account: Whose heartbeat it is.
        heartbeat: The last one stored.
        settings: The limits.
        now: The present, aware UTC.
    """
    limit = timedelta(seconds=heartbeat.interval_seconds) * settings.beats
    if heartbeat.at is None:
        reason = reconciler_stalled.sentence_of_never(account)
    elif heartbeat.stopped:
        reason = reconciler_stalled.sentence_of_stopped(account, clock(heartbeat.at))
    elif now - heartbeat.at > limit:
        age = duration((now - heartbeat.at).total_seconds())
        reason = reconciler_stalled.sentence_of_silence(account, age)
    else:
        return None
    line = Evidence(Party.TRUEUP, RECONCILER, "last heartbeat", heartbeat.at, {})
    return Finding(
        kind=reconciler_stalled.SPEC.kind,
        account=account,
        symbol=RECONCILER,
        leg=Leg.NET,
        severity=reconciler_stalled.SPEC.severity.usual,
        reason=reason,
        evidence=(line,),
    )
