"""What people are told where accounts of the settings are watched by no process that shares them; pure.

An alert of an account is written by whoever holds its lease. Where nobody does there is none, so this is said
past the state database, and remembered by the process that says it alone.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Final

from reconciler.facts.finding import Severity
from reconciler.facts.wording import clock, duration
from reconciler.notify.message import Message
from reconciler.notify.outbox import Why

ABOUT: Final = "nobody_watches"


def word(
    why: Why, said: str, accounts: Collection[str], *, since: datetime, now: datetime, link: str
) -> Message:
    """Return the words.

    Args:
        why: First, a repeat, or its end.
        said: The accounts, as `last_resort.named` says them.
        accounts: Not needed: what is told names all of them.
        since: Since when, aware UTC.
        now: Aware UTC.
        link: Where the screens are.
    """
    del accounts
    lasted = duration((now - since).total_seconds())
    if why is Why.RESOLVED:
        body = f"Since {clock(since)} nobody had watched {said}. What was missed is looked at now."
        title = f"RESOLVED: every account is watched again, after {lasted}"
        return Message(title, f"{body}\n{link}", Severity.INFO, about=ABOUT)
    still = f", for {lasted}" if why is Why.REPEAT else ""
    head = "STILL" if why is Why.REPEAT else "NEW"
    lines = (
        f"Nobody watches {said}",
        f"since {clock(since)}, for {lasted}: nothing is told of what happens there.",
        "Start one more `trueup run --claim`, or have one claim more;",
        "until then look at the exchange yourself.",
        link,
    )
    return Message(
        f"{head} CRITICAL: accounts are watched by nobody{still}",
        "\n".join(lines),
        Severity.CRITICAL,
        about=ABOUT,
    )
