"""Stored verifications, ready to show: one, those that were looked for, and the race of one."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from verification.facts.leg import Leg, LegKey
from verification.facts.observation import Source


@dataclass(frozen=True, slots=True)
class VerificationView:
    """One stored verification.

    Attributes:
        id: Its row.
        account: The account.
        symbol: ccxt unified form.
        leg: Which leg.
        question: `open` or `close`.
        asked_by: `bot` (the library inside it) or `sidecar`.
        verdict: confirmed, partial, mismatch, refuted, unknown; or resting: the order rests, with nothing
            executed or with a part so far, and the answer waits for it.
        grade: `proof`, `bounded_lag`, or empty for unknown.
        mismatch: side, excess or still_open; empty otherwise.
        decided_by: Which source decided; None for unknown.
        asked_at: Aware UTC.
        milliseconds: From question to verdict.
        reason: One plain sentence.
        order_id: The order asked about; empty if unknown.
    """

    id: int
    account: str
    symbol: str
    leg: Leg
    question: str
    asked_by: str
    verdict: str
    grade: str
    mismatch: str
    decided_by: Source | None
    asked_at: datetime
    milliseconds: float
    reason: str
    order_id: str

    @property
    def key(self) -> LegKey:
        """The leg asked about."""
        return LegKey(self.account, self.symbol, self.leg)


@dataclass(frozen=True, slots=True)
class VerificationsWanted:
    """Which verifications are wanted; what is empty or None narrows nothing.

    Attributes:
        since: Asked not before, aware UTC.
        account: Of this account.
        verdicts: With one of these.
        question: `open` or `close`.
        asked_by: `bot` or `sidecar`.
        text: What must be in the symbol, the order's number or the reason, in any case of letters.
    """

    since: datetime | None = None
    account: str = ""
    verdicts: Collection[str] = ()
    question: str = ""
    asked_by: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class FoundVerifications:
    """A page of verifications.

    Attributes:
        page: Latest first.
        counts: How many there are of each verdict, whatever verdicts are wanted.
        oldest: When the oldest that is kept was asked, aware UTC; None where there is none.
        unreadable: A line for each row of the page that cannot be read.
    """

    page: tuple[VerificationView, ...]
    counts: Mapping[str, int]
    oldest: datetime | None
    unreadable: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class WordView:
    """What one source said once.

    Attributes:
        source: Which source.
        sent: When it was asked, aware UTC; None where it was pushed.
        received: When its word arrived, aware UTC.
        exchange_at: The exchange's own time of what it tells, by its own clock; None if it told none.
        said: What it said, a few plain words.
        shows: It shows what was asked about; else it shows nothing of it.
        failed: It could not be read, which says nothing.
        decided: The verdict rests on it.
    """

    source: Source
    sent: datetime | None
    received: datetime
    exchange_at: datetime | None
    said: str
    shows: bool
    failed: bool
    decided: bool


@dataclass(frozen=True, slots=True)
class RaceView:
    """One verification with what each source said when.

    Attributes:
        verification: The verification.
        asked: What was asked, a few plain words.
        words: In the order in which they came.
        filled_at: The exchange's time of the execution, by its own clock, aware UTC; None if not told.
        unreadable: Why the words could not be read; empty if they were.
    """

    verification: VerificationView
    asked: str
    words: tuple[WordView, ...]
    filled_at: datetime | None
    unreadable: str = ""
