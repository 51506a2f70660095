"""What has come to pass since midnight, UTC: what is over, what was verified, what stood without a stop."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class UnprotectedView:
    """What stood without a covering stop on one day, of all accounts.

    Attributes:
        dollar_seconds: Quote value without a stop, times the seconds that it stood so.
        exposed: For how long anything stood so; of accounts beside each other the sum.
        unseen: For how long it is not known what did: nobody looked, or not all could be seen.
        until: Up to when that is, aware UTC: the last sweep of the account that was swept longest ago.
    """

    dollar_seconds: Decimal
    exposed: timedelta
    unseen: timedelta
    until: datetime


@dataclass(frozen=True, slots=True)
class TodayView:
    """The day so far.

    Attributes:
        since: When it began, aware UTC.
        over: Alerts that people were told of and that have ended.
        verified: Opens and closes that were asked about and answered, with "unknown" too.
        within: How many of them were decided within `WITHIN`.
        unprotected: What stood without a stop; None where nothing is stored of the day.
    """

    since: datetime
    over: int
    verified: int
    within: int
    unprotected: UnprotectedView | None = None


WITHIN = timedelta(seconds=1)
"""How soon a verification is at its best: a person would not have noticed."""
