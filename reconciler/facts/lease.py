"""Who may watch an account: one process at a time, by a lease that ends; pure, time is given."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from typing_extensions import override

LASTS = timedelta(seconds=30)
"""How long a lease holds after each renewal, where only a clock can tell that its holder is dead."""


@dataclass(frozen=True, slots=True)
class Holder:
    """One process that reconciles.

    Attributes:
        instance: A random name of this very process: another one of the same number is not it.
        host: The machine's name.
        pid: Its number there.
    """

    instance: str
    host: str
    pid: int

    @override
    def __str__(self) -> str:
        """Return it as a person knows it: `HOST PID`."""
        return f"{self.host} {self.pid}"


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to watch an account. `token` grows with every lease that is given of it."""

    account: str
    holder: Holder
    token: int


@dataclass(frozen=True, slots=True)
class Tenancy:
    """What the database says of an account's lease.

    Attributes:
        holder: Whom it was last given to; None before the first time.
        token: The number of the last lease that was given; 0 before the first.
        expires_at: Until when it holds, by the database's clock, aware UTC; None when it was given back.
    """

    holder: Holder | None
    token: int
    expires_at: datetime | None


def held_by(tenancy: Tenancy, now: datetime) -> Holder | None:
    """Return who holds it by the clock; None for nobody.

    One that ends later than any lease can was given before the clock was set back: a living holder renews it
    within seconds, and a dead one must not keep it for the hour that the clock was set.
    """
    if tenancy.expires_at is None or not now < tenancy.expires_at <= now + LASTS:
        return None
    return tenancy.holder


def claimed(tenancy: Tenancy, by: Holder, now: datetime, *, locked: bool) -> Tenancy | None:
    """Return the lease as given to `by`, with a token of its own; None while another process holds it.

    One that `by` was given without hearing of it, because the answer was lost, does not keep it away.

    Args:
        tenancy: What the database says.
        by: Who asks.
        now: The database's time, aware UTC.
        locked: True when the system has given `by` the lock that dies with its process: the holder before is
            dead then, whatever a clock says.
    """
    holder = held_by(tenancy, now)
    if not locked and holder is not None and holder != by:
        return None
    return Tenancy(by, tenancy.token + 1, now + LASTS)


def is_of(tenancy: Tenancy, lease: Lease) -> bool:
    """Return whether a lease is the last one that was given, and was not given back.

    Whether it has run out is not asked: as long as nobody else was given one, its holder is the only one.
    """
    given = tenancy.holder == lease.holder and tenancy.token == lease.token
    return given and tenancy.expires_at is not None


def renewed(tenancy: Tenancy, now: datetime) -> Tenancy:
    """Return it as its holder renews it."""
    return replace(tenancy, expires_at=now + LASTS)


def given_back(tenancy: Tenancy) -> Tenancy:
    """Return it as its holder gives it back: the next one need not wait."""
    return replace(tenancy, expires_at=None)


def may_have_run_out(sent: float, now: float) -> bool:
    """Return whether another process may have been given the lease since it was last renewed.

    Args:
        sent: When the last renewal that succeeded was sent, monotonic seconds.
        now: The present, monotonic seconds.
    """
    return now - sent >= LASTS.total_seconds()
