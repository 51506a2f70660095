"""Whether the watch over an account is at a stand, for whoever outlives it; pure."""

from datetime import datetime, timedelta

from reconciler.facts.finding import Evidence, Finding, Kind, Party, Severity
from reconciler.facts.heartbeat import Heartbeat
from reconciler.facts.wording import clock, duration
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
        reason = f"The reconciler has never run for {account}: nothing of it is being checked."
    elif heartbeat.stopped:
        at = clock(heartbeat.at)
        reason = f"The reconciler of {account} was stopped at {at}: nothing of it is being checked."
    elif now - heartbeat.at > limit:
        age = duration((now - heartbeat.at).total_seconds())
        reason = (
            f"The reconciler of {account} has not been heard of for {age}: nothing of it is being checked."
        )
    else:
        return None
    line = Evidence(Party.TRUEUP, RECONCILER, "last heartbeat", heartbeat.at, {})
    return Finding(
        kind=Kind.RECONCILER_STALLED,
        account=account,
        symbol=RECONCILER,
        leg=Leg.NET,
        severity=Severity.CRITICAL,
        reason=reason,
        evidence=(line,),
    )
