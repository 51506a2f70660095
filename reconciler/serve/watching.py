"""What this process knows of one account: watched by it, or waited for while it is another's."""

from dataclasses import dataclass
from datetime import timedelta

from reconciler.account.known import Known
from verification.facts.clock import Moment


@dataclass(frozen=True, slots=True)
class Watching:
    """One account of this process.

    Attributes:
        account: Its name in the settings.
        interval: Between two sweeps of it.
        known: What is known of it; None while this process does not watch it.
        held_by: Who has it while this process waits for it, a plain clause; empty otherwise.
        beaten_at: When its heartbeat was last stored; None if it never was.
        lapsed: Its lease was not renewed for so long that another process may have it by now.
        shared: Not this process's part: others share the accounts with it, and one of them is to watch it.
        group: The group of accounts that it belongs to by our settings; empty for none.
    """

    account: str
    interval: timedelta
    known: Known | None
    held_by: str = ""
    beaten_at: Moment | None = None
    lapsed: bool = False
    shared: bool = False
    group: str = ""
