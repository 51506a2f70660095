"""Whether the reconciler itself is at a stand, for whoever outlives it; pure."""

from datetime import datetime, timedelta

from reconciler.blindness import BlindnessSettings
from reconciler.finding import Evidence, Finding, Kind, Party, Severity
from reconciler.views import Heartbeat
from reconciler.wording import clock, duration
from verification.leg import Leg

RECONCILER = "reconciler"
EVERY_ACCOUNT = "*"
"""The account of a finding that concerns all of them."""


def stalled(heartbeat: Heartbeat, settings: BlindnessSettings, *, now: datetime) -> Finding | None:
    """Return the finding that the reconciler does not run; None while it beats.

    For whoever outlives it (the dashboard, a second process): a dead reconciler cannot tell of itself.

    Args:
        heartbeat: The last one stored.
        settings: The limits.
        now: The present, aware UTC.
    """
    limit = timedelta(seconds=heartbeat.interval_seconds) * settings.beats
    if heartbeat.at is None:
        reason = "The reconciler has never run: nothing is being checked."
    elif heartbeat.stopped:
        reason = f"The reconciler was stopped at {clock(heartbeat.at)}: nothing is being checked."
    elif now - heartbeat.at > limit:
        age = duration((now - heartbeat.at).total_seconds())
        reason = f"The reconciler has not been heard of for {age}: nothing is being checked."
    else:
        return None
    line = Evidence(Party.TRUEUP, RECONCILER, "last heartbeat", heartbeat.at, {})
    return Finding(
        kind=Kind.RECONCILER_STALLED,
        account=EVERY_ACCOUNT,
        symbol=RECONCILER,
        leg=Leg.NET,
        severity=Severity.CRITICAL,
        reason=reason,
        evidence=(line,),
    )
