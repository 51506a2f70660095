"""How long a venue asks us to wait, as its answer tells, and what we do where it tells nothing; pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from verification.budget.backoff import Backoff

LONGEST = 3 * 24 * 3600.0
"""No wait that is told is longer, in seconds: the longest ban that venues document. More is no time."""

GROWS_TO = 300.0
"""What our own pauses grow to, in seconds, while a venue goes on to refuse."""

CALM = 120.0
"""Seconds after the end of a wait; a refusal later than that is the first one again."""

_UNTIL = re.compile(r"until\D{0,3}(\d{12,14})\b", re.IGNORECASE)
_SECONDS = re.compile(r"\d{1,7}(?:\.\d+)?")


def told_wait(headers: Mapping[str, str], body: str, now: datetime, until_header: str = "") -> float | None:
    """Return for how many seconds an answer asks us to wait; None where it tells no time.

    Args:
        headers: Of the answer.
        body: Of the answer.
        now: Our present, aware UTC. The venue's own is taken where the answer tells it: a wall clock that is
            wrong must not make a ban longer or shorter.
        until_header: A header that may tell the end in milliseconds since 1970; empty if there is none.
    """
    named = {name.lower(): value.strip() for name, value in headers.items()}
    present = _date(named.get("date", "")) or now
    waits = [_retry_after(named.get("retry-after", ""), present)]
    banned = _UNTIL.search(body)
    if banned is not None:
        waits.append(_until(banned.group(1), present))
    if until_header:
        waits.append(_until(named.get(until_header.lower(), ""), present))
    return max((wait for wait in waits if wait is not None and 0 < wait <= LONGEST), default=None)


def _retry_after(value: str, present: datetime) -> float | None:
    if _SECONDS.fullmatch(value):
        return float(value)
    date = _date(value)
    return None if date is None else (date - present).total_seconds()


def _until(milliseconds: str, present: datetime) -> float | None:
    if not milliseconds.isdecimal():
        return None
    return int(milliseconds) / 1000 - present.timestamp()


def _date(value: str) -> datetime | None:
    try:
        date = parsedate_to_datetime(value)
    except (TypeError, ValueError):
        return None
    return date if date.tzinfo is not None else date.replace(tzinfo=UTC)


@dataclass(slots=True)
class Wait:
    """A wait that was asked for, and how often in a row. All times are monotonic seconds.

    Attributes:
        until: When it is over.
        refusals: How many refusals have followed one another.
        proven: False from a refusal on until an answer shows that we are served again.
    """

    until: float = float("-inf")
    refusals: int = 0
    proven: bool = True

    def refused(self, told: float | None, least: float, now: float) -> None:
        """Take note of a refusal. One that comes within a wait was sent before it, and only makes it longer.

        Args:
            told: Seconds that the venue told; None if it told none.
            least: Seconds to wait where it told none.
            now: The present.
        """
        if now >= self.until:
            self.refusals = self.refusals + 1 if now < self.until + CALM else 1
        ours = Backoff(least if told is None else 1.0, most=max(GROWS_TO, least))
        own = ours.after(self.refusals)
        self.until = max(self.until, now + max(own, told or 0.0))
        self.proven = False

    def served(self, now: float) -> None:
        """Take note of an answer that is no refusal. Within a wait it is one to an older request."""
        if now >= self.until:
            self.proven = True

    def left(self, now: float) -> float:
        """Return how many seconds of it are left; 0 if none."""
        return max(0.0, self.until - now)
