"""Which alerts are retired because what they are about is no longer watched, and why; pure.

Retired is not resolved: nothing shows that the condition is gone, only that nobody looks at it any more. So
it takes a fact, and silence is none: that an account is not looked at does not say that it was taken out.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from reconciler.alerts.alert import Alert
from reconciler.facts.finding import Party
from reconciler.kinds.form.spec import Subject
from reconciler.kinds.registry import spec_of

ABANDONED_AFTER = timedelta(hours=1)
"""How long nobody may have looked at an account that others had, before it counts as taken out: another
reconciler that shares the state database may only be down, and its accounts are not ours to judge."""

_ANY_LEDGER = "ledger"
_LEDGER = "ledger:"


@dataclass(frozen=True, slots=True)
class Watched:
    """What is watched of one account.

    Attributes:
        account: Its name.
        ledgers: Its ledgers by name.
        sources: What is read of its exchange, by name.
        work: The pieces of our own work on it, by name.
        channels: The channels on which people are told, by name.
    """

    account: str
    ledgers: frozenset[str]
    sources: frozenset[str]
    work: frozenset[str]
    channels: frozenset[str] = frozenset()

    @property
    def names(self) -> frozenset[str]:
        """The names under which the states of its sources are stored."""
        return self.sources | {f"{_LEDGER}{ledger}" for ledger in self.ledgers}


@dataclass(frozen=True, slots=True)
class Left:
    """An account that is not in our settings, and of which something is stored.

    Attributes:
        account: Its name.
        instance: The process that had it last; None where that is not known.
        last_sign: When it was last looked at, aware UTC; None if never.
    """

    account: str
    instance: str | None
    last_sign: datetime | None


def why_account_retires(left: Left, before_us: Collection[str], *, now: datetime) -> str:
    """Say why an account that nobody holds now counts as taken out of the settings; empty where it does not.

    Args:
        left: The account.
        before_us: The processes before ours on this machine: they had accounts that are in our settings. What
            one of them also had, and our settings have not, was taken out.
        now: Aware UTC.
    """
    if left.instance is not None and left.instance in before_us:
        return f"account {left.account} is no longer in the settings"
    if left.last_sign is not None and now - left.last_sign < ABANDONED_AFTER:
        return ""
    since = "" if left.last_sign is None else f" since {left.last_sign:%Y-%m-%d %H:%M:%S} UTC"
    return f"account {left.account} is not in the settings, and nobody has looked at it{since}"


def why_retires(alert: Alert, watched: Watched) -> str:
    """Say why an alert of a watched account is about something that is not watched; empty where it is."""
    spec, what = spec_of(alert.key.kind), alert.key.symbol
    match spec.subject:
        case Subject.LEDGER:
            ledger = _ledger(what)
            return "" if ledger in watched.ledgers else _gone(ledger, watched)
        case Subject.SOURCE | Subject.PUSHES if what not in watched.sources:
            return f"{what} is no longer read of account {watched.account}"
        case Subject.WORK if what not in watched.work:
            return f"there is no such work any more: {what}"
        case Subject.CHANNEL if what not in watched.channels:
            return f"channel {what} is no longer in the settings"
        case Subject.LEG if spec.only_by_rows:
            ledgers = {_ledger(item.source) for item in alert.evidence if item.party is Party.BOT}
            if ledgers and not ledgers & (watched.ledgers | {_ANY_LEDGER}):
                return _gone(", ".join(sorted(ledgers)), watched)
        case _:
            pass
    return ""


def _ledger(source: str) -> str:
    return source.removeprefix(_LEDGER)


def _gone(ledger: str, watched: Watched) -> str:
    return f"ledger {ledger} is no longer in the settings of account {watched.account}"
