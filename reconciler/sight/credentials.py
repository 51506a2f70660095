"""Whether the exchange refuses the keys of an account; pure.

Once is not enough: venues have refused good keys for a moment, while they were in maintenance or a key was
being made. What they say of a clock, a limit or a maintenance is another error, and never comes here.
"""

from datetime import datetime
from typing import Final

from reconciler.facts.finding import Evidence, Kind, Party
from reconciler.facts.wording import duration
from reconciler.kinds import credentials_rejected
from reconciler.sight.sources import REST, Blindness, BlindnessSettings, Failing, condition, found, seconds
from verification.facts.clock import Moment
from verification.facts.errors import CredentialsRejected

KEYS: Final = "keys"


def are_refused(failing: Failing) -> bool:
    """Return whether a part fails because the exchange refuses the keys, or what they may do."""
    return failing.code == CredentialsRejected.code


def lasts(failing: Failing, settings: BlindnessSettings, now: Moment) -> bool:
    """Return whether a refusal has been repeated, and for long enough to be no moment's mistake."""
    long = seconds(now, failing.since) >= settings.refused.total_seconds()
    return failing.count >= settings.refusals and long


def judge_keys(
    account: str,
    failing: Failing | None,
    settings: BlindnessSettings,
    now: Moment,
    *,
    last_ok: datetime | None,
) -> Blindness:
    """Judge the keys by the position list: refused, accepted, or not known.

    Args:
        account: Whose.
        failing: How the position list fails; None when the last read worked.
        settings: The limits.
        now: The present.
        last_ok: When it was last read, aware UTC; None stands for now.
    """
    key = condition(Kind.CREDENTIALS_REJECTED, account, KEYS)
    if failing is None:
        read = Evidence(Party.TRUEUP, REST, "was read in full", last_ok or now.utc, {})
        return Blindness((), {key: read}, ())
    if not are_refused(failing):
        return Blindness((), {}, ())
    if not lasts(failing, settings, now):
        return Blindness((), {}, ())  # the position list's own line tells of it
    data = {"code": failing.code, "failures": str(failing.count)}
    line = Evidence(Party.TRUEUP, REST, failing.message, failing.since.utc, data)
    lasted = duration(seconds(now, failing.since))
    reason = credentials_rejected.sentence(account, lasted=lasted, message=failing.message)
    return Blindness((found(key, credentials_rejected.SPEC.severity.usual, reason, line),), {}, ())
