"""Who watches each account, and when it was last looked at: the values that tell of blindness; pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class HeartbeatState(StrEnum):
    """Whether the reconcile loop is alive. Everything but `alive` is blind: nothing then is green."""

    ALIVE = "alive"
    LATE = "late"  # it promised to beat and did not: stalled or dead
    STOPPED = "stopped"  # it said good-bye
    NEVER = "never"  # it never ran on this database


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """When the reconcile loop of one account (not merely its process) was last alive.

    Attributes:
        at: Aware UTC; None if it never ran.
        interval_seconds: How often it promises to beat.
        started_at: When the present process started, aware UTC; None if it never ran.
        stopped: True when it said good-bye (a clean stop is not a crash, but it is blind all the same).
    """

    at: datetime | None
    interval_seconds: float
    started_at: datetime | None
    stopped: bool

    def state(self, now: datetime) -> HeartbeatState:
        """Say whether the loop is alive: late after three missed beats, and at least five seconds.

        A beat from the future (a clock stepped back) proves no life either, or a dead loop would look alive.
        """
        if self.at is None:
            return HeartbeatState.NEVER
        if self.stopped:
            return HeartbeatState.STOPPED
        patience = timedelta(seconds=max(3 * self.interval_seconds, 5.0))
        return HeartbeatState.LATE if abs(now - self.at) > patience else HeartbeatState.ALIVE


@dataclass(frozen=True, slots=True)
class WatchView:
    """Who watches one account.

    Attributes:
        account: The account.
        holder: The process that has it, `HOST PID`; None for nobody.
        heartbeat: When the account was last looked at, by whoever had it then.
        group: The group of accounts that it belongs to, by the settings of whoever had it; empty for none.
    """

    account: str
    holder: str | None
    heartbeat: Heartbeat
    group: str = ""
