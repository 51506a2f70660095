"""The port through which an opening writes down what it is about to do, and what is read after a crash.

`reconciler.journal.journal.Journal` fits it as it is.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Protocol

from verification.facts.leg import Side
from verification.facts.question import Baseline
from verification.facts.verification import Verification


class JournalFailed(Exception):
    """Nothing was written: one line that says why and what to do.

    Attributes:
        again: False where it would fail for ever: the same need not be tried again.
    """

    def __init__(self, why: str, *, again: bool = True) -> None:
        super().__init__(why)
        self.again = again


class OpeningJournal(Protocol):
    """Each call is durable when it returns, or raises `JournalFailed`. Quantities are unsigned contracts.

    All are made on one thread of their own, one at a time; they may take long, and must not take for ever.
    """

    def opening(
        self,
        symbol: str,
        side: Side,
        quantity: Decimal,
        *,
        client_order_id: str,
        baseline: Baseline | None = None,
        stop_price: Decimal | None = None,
        all_or_nothing: bool = False,
    ) -> int:
        """Write down an entry that is about to be sent; return its number."""

    def ordered(self, entry: int, order_id: str) -> None:
        """Write down the venue's id of the order last announced."""

    def verified(self, entry: int, verification: Verification) -> None:
        """Write down a verification."""

    def opened(self, entry: int, quantity: Decimal, *, average_price: Decimal | None = None) -> None:
        """Write down that the position is held."""

    def protecting(self, entry: int, client_order_id: str, price: Decimal) -> None:
        """Write down a stop that is about to be sent."""

    def stop_placed(self, entry: int, order_id: str, price: Decimal) -> None:
        """Write down the stop that now rests at the venue."""

    def closing(self, entry: int, client_order_id: str, quantity: Decimal) -> None:
        """Write down an exit that is about to be sent."""

    def closed(self, entry: int) -> None:
        """Write down that nothing is held any more, which has been proved."""

    def failed(self, entry: int, reason: str) -> None:
        """Write down that the entry came to nothing, and why."""

    def unfinished(self) -> Sequence["OpeningRecord"]:
        """Return the openings that a crash interrupted, oldest first."""

    def held(self) -> Sequence["OpeningRecord"]:
        """Return the positions that are held with their stop, by all that was written down, oldest first."""


class Stage(StrEnum):
    """How far an opening had come when its last word was written."""

    ENTERING = "entering"  # the entry may have been sent
    HELD = "held"  # the entry is proved to have executed
    LEAVING = "leaving"  # an exit may have been sent


@dataclass(frozen=True, slots=True)
class OpeningRecord:
    """What a journal holds of an opening that was not carried through.

    Attributes:
        entry: Its number in the journal.
        symbol: ccxt unified form.
        side: The side of the intent.
        stage: How far it had come.
        intended: Contracts, positive.
        baseline: Signed contracts of the leg before; None if not known.
        stop_price: Quote per base, of the stop announced last.
        client_order_id: The sender's id of the entry.
        order_id: The venue's id of the entry; None if its answer was never written down.
        stop_client_id: The sender's id of the stop announced last; None before any.
        exit_client_id: The sender's id of the last exit announced; None before any.
        closing_quantity: Contracts of that exit, positive; None before any.
        protected: True once its stop was written down as placed: an exit after that is no rollback.
        stop_before: The sender's id of the stop in whose place the last one was announced, while that is not
            written down as placed; None where there was none.
        price_before: Quote per base, of that one.
        all_or_nothing: True when a partial fill is to be rolled back.
        proof: The verification that proved the entry, as it was written down; None where there is none.
    """

    entry: int
    symbol: str
    side: Side
    stage: Stage
    intended: Decimal
    baseline: Decimal | None
    stop_price: Decimal
    client_order_id: str
    order_id: str | None
    stop_client_id: str | None
    exit_client_id: str | None
    closing_quantity: Decimal | None
    protected: bool = False
    stop_before: str | None = None
    price_before: Decimal | None = None
    all_or_nothing: bool = False
    proof: Verification | None = None
