"""Which word goes out to whoever watches the watcher, and when; pure.

Well is said only after every account was seen whole anew, with nothing overdue that people are owed. Anything
less says nothing, and silence is what the other side tells of: only where people cannot be told by us is that
said outright, for they must be told by somebody.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum

from reconciler.facts.wording import duration
from reconciler.serve.health import OVERDUE_SECONDS, missing
from reconciler.serve.watching import Watching
from verification.facts.clock import Moment

EVERY = timedelta(seconds=60)
"""Least time between two words that all is well."""

AGAIN = timedelta(minutes=5)
"""Least time between two words of the same other kind."""

INCOMPLETE_FOR = timedelta(minutes=2)
"""How long nothing was well before the reason is written into the other side's log: one list may fail."""


class Word(StrEnum):
    """What is said, as it follows on the address."""

    WELL = ""
    FAIL = "/fail"  # the other side tells its people at once
    LOG = "/log"  # it only writes it down


@dataclass(frozen=True, slots=True)
class Said:
    """When each word was last sent, taken or not.

    Attributes:
        since: When this process began.
        well: None if it never was.
        fail: None if it never was, or all was well since.
        log: None if it never was, or all was well since.
    """

    since: Moment
    well: Moment | None = None
    fail: Moment | None = None
    log: Moment | None = None

    def after(self, word: Word, at: Moment) -> "Said":
        """Return what was said once `word` is."""
        match word:
            case Word.WELL:
                return Said(self.since, well=at)
            case Word.FAIL:
                return replace(self, fail=at)
            case Word.LOG:
                return replace(self, log=at)


@dataclass(frozen=True, slots=True)
class Ping:
    """A word that is due, with one or more plain lines: names of accounts, and nothing that they hold."""

    word: Word
    text: str


def due(watchings: Sequence[Watching], owed: float | None, said: Said, now: Moment) -> Ping | None:
    """Return the word that is due now, if one is.

    Args:
        watchings: What this process knows of every account of its settings.
        owed: For how many seconds the oldest message to people waits; None where that is not known.
        said: What was said before.
        now: The present.
    """
    untold = tuple(_untold(watchings, owed, now))
    if untold:
        return Ping(Word.FAIL, "\n".join(untold)) if _passed(said.fail, now) >= AGAIN else None
    reasons = tuple(_against(watchings, said.well, now))
    if owed is None:
        reasons = (*reasons, "what people are owed could not be read yet")
    if not reasons:
        named = ", ".join(each.account for each in watchings)
        return Ping(Word.WELL, f"seen whole: {named}") if _passed(said.well, now) >= EVERY else None
    return log_due(reasons, said, now)


def log_due(reasons: tuple[str, ...], said: Said, now: Moment) -> Ping | None:
    """Return what is to be written down there, where nothing was well for long; None where it is not due."""
    lasted = _passed(said.well or said.since, now)
    if lasted < INCOMPLETE_FOR or _passed(said.log, now) < AGAIN:
        return None
    return Ping(Word.LOG, "\n".join(reasons))


def _untold(watchings: Sequence[Watching], owed: float | None, now: Moment) -> Iterator[str]:
    """Yield why people cannot be told by us: what they are owed waits, or cannot even be written down."""
    if owed is not None and owed > OVERDUE_SECONDS:
        yield f"a message to people has waited for {duration(owed)}: nobody is told"
    for each in watchings:
        if each.known is None or each.beaten_at is None:
            continue
        still = now.monotonic - each.beaten_at.monotonic
        if still > OVERDUE_SECONDS:
            yield (
                f"no heartbeat of {each.account} was stored for {duration(still)}: "
                "the state database takes no writes, or the watch stands still"
            )


def _against(watchings: Sequence[Watching], well: Moment | None, now: Moment) -> Iterator[str]:
    """Yield what speaks against a cycle that is complete: of any account, since the last that was."""
    if not watchings:
        yield "no account is watched"
    for each in watchings:
        if each.held_by:
            yield f"{each.account} is watched by another process: {each.held_by}"
            continue
        yield from missing(each, now)
        swept = None if each.known is None else each.known.swept
        if swept is None or swept.cycle.last_complete_at is None:
            continue  # that is among what is missing
        if swept.cycle.status != "complete":
            yield f"the last look at {each.account} was {swept.cycle.status}"
        elif well is not None and swept.at.monotonic <= well.monotonic:
            yield f"{each.account} has not been seen whole since the last word"


def _passed(since: Moment | None, now: Moment) -> timedelta:
    return timedelta.max if since is None else timedelta(seconds=now.monotonic - since.monotonic)
