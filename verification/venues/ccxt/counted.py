"""What is used of one counter of a venue at a moment, and how long it asks us to wait."""

from dataclasses import dataclass

from verification.budget.counter import CEILINGS
from verification.budget.purpose import Purpose
from verification.venues.ccxt.governor import Governor


@dataclass(frozen=True, slots=True)
class Counted:
    """One counter.

    Attributes:
        venue: The venue's name, for people.
        address: The name of the address; empty where it has none.
        accounts: Those that share it.
        used: The weight that everybody on the address has used, as far as it is known.
        ours: The weight that we have sent.
        most: What the venue takes within the window.
        part: What we use of it at most.
        slowed_from: Weight used by everybody from which on sweeps stop asking.
        window: Seconds.
        left: Seconds for which the venue asks all of them to wait; 0 for none.
        refusals: How often in a row it has refused.
        waits: Of single accounts: (account, path, seconds).
    """

    venue: str
    address: str
    accounts: tuple[str, ...]
    used: float
    ours: float
    most: float
    part: float
    slowed_from: float
    window: float
    left: float
    refusals: int
    waits: tuple[tuple[str, str, float], ...]


def counted(governor: Governor, address: str, now: float) -> Counted:
    """Return what is used at a moment, monotonic seconds, of an address of this name."""
    budget, wait = governor.budget, governor.wait
    waits = [
        (account, path, left)
        for account, user in sorted(governor.users.items())
        for path, each in sorted(user.waits.items())
        if (left := each.left(now)) > 0
    ]
    return Counted(
        venue=governor.name,
        address=address,
        accounts=tuple(sorted(governor.users)),
        used=budget.used(now) * budget.limit.most,
        ours=budget.spent(now),
        most=budget.limit.most,
        part=budget.part,
        slowed_from=budget.limit.most * CEILINGS[Purpose.SWEEP],
        window=budget.limit.window,
        left=wait.left(now),
        refusals=0 if wait.proven else wait.refusals,
        waits=tuple(waits),
    )
