"""What a channel is told where the state database itself is refused: when, and in which words; pure.

Nothing of it is stored, for there is nothing to store it in: a process knows what it has told while it lives.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final

from reconciler.facts.finding import Severity
from reconciler.facts.wording import clock, duration
from reconciler.notify.channel import Channel
from reconciler.notify.message import Message
from reconciler.notify.outbox import Why
from reconciler.notify.text import printable

PATIENCE: Final = timedelta(seconds=60)
"""How long a state database may be away before people are told: a server is restarted within it."""

ABOUT: Final = "state_database"

_LONGEST = 800


def is_told(channel: Channel, accounts: Collection[str]) -> bool:
    """Return whether a channel hears of it: one that is for any of the accounts and not for chosen kinds."""
    ours = channel.accounts is None or not channel.accounts.isdisjoint(accounts)
    return ours and channel.kinds is None


def due(channel: Channel, away_for: timedelta | None, told_ago: timedelta | None) -> Why | None:
    """Return why a channel is to be told now; None while it is not.

    Args:
        channel: One that hears of it.
        away_for: How long the state database has been away; None while it is there.
        told_ago: When the channel was last told that it is; None where it was not, or was told of its end.
    """
    if away_for is None:
        return None if told_ago is None else Why.RESOLVED
    if told_ago is None:
        return Why.FIRST if away_for >= PATIENCE + channel.after else None
    every = channel.repeats_after(Severity.CRITICAL)
    return Why.REPEAT if every is not None and told_ago >= every else None


def word(
    why: Why, said: str, accounts: Collection[str], *, since: datetime, now: datetime, link: str
) -> Message:
    """Return the words.

    Args:
        why: First, a repeat, or its end.
        said: What the database was met with: one line that holds the remedy.
        accounts: Those of which nothing can be stored.
        since: Since when, aware UTC.
        now: Aware UTC.
        link: Where the screens are.
    """
    lasted = duration((now - since).total_seconds())
    if why is Why.RESOLVED:
        body = f"It was refused from {clock(since)} on. What you are owed of that time follows."
        title = f"RESOLVED: Trueup can store again, after {lasted}"
        return Message(title, f"{body}\n{link}", Severity.INFO, about=ABOUT)
    still = f", for {lasted}" if why is Why.REPEAT else ""
    head = "STILL" if why is Why.REPEAT else "NEW"
    nothing = f"Nothing new is told of {named(accounts)} until it is back, and the screens say blind"
    lines = (
        _cut(said),
        f"since {clock(since)}, for {lasted}",
        f"{nothing}: look at the exchange yourself.",
        link,
    )
    title = f"{head} CRITICAL: Trueup cannot store anything{still}"
    return Message(title, "\n".join(lines), Severity.CRITICAL, about=ABOUT)


def last(said: str, accounts: Collection[str], *, now: datetime, link: str) -> Message:
    """Return the word of a process that ends because of its state database. Arguments as of `word`."""
    ended = f"It ended at {clock(now)}: nobody watches {named(accounts)}, and nothing more is told"
    mended = "until that is mended and `trueup run` is started again. Look at the exchange yourself."
    lines = (_cut(said), f"{ended}, {mended}", link)
    title = "NEW CRITICAL: Trueup has ended, its state database cannot be used"
    return Message(title, "\n".join(lines), Severity.CRITICAL, about=ABOUT)


def named(accounts: Collection[str]) -> str:
    """Return accounts as a sentence names them, no longer than a message takes."""
    names = sorted(accounts)
    return _cut(f"account {names[0]}" if len(names) == 1 else f"accounts {', '.join(names)}")


def _cut(text: str) -> str:
    shown = printable(text)
    return shown if len(shown) <= _LONGEST else f"{shown[: _LONGEST - 1]}…"
