"""What came of an opening, or of the position it opened: each answer with its reason."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from verification.facts.account import RestingOrder
from verification.facts.leg import Side
from verification.facts.verification import Verification


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """The position is held, and its stop was seen to rest and to cover it.

    Attributes:
        entry: Its number in the journal.
        reason: One plain sentence.
        quantity: Signed contracts that executed: less than intended after a partial fill.
        stop: The stop as the venue lists it.
        verification: What proved the entry.
        concerns: What a person must know of all the same; empty when all went well.
    """

    entry: int
    reason: str
    quantity: Decimal
    stop: RestingOrder
    verification: Verification
    concerns: tuple[str, ...] = ()

    @property
    def critical(self) -> bool:
        """True when a person must look."""
        return bool(self.concerns)

    @property
    def symbol(self) -> str:
        """Of what, in ccxt's unified form."""
        return self.verification.question.key.symbol

    @property
    def side(self) -> Side:
        """The side of its entry: buy for a long position."""
        return Side.BUY if self.quantity > 0 else Side.SELL


@dataclass(frozen=True, slots=True, kw_only=True)
class RolledBack:
    """What the entry executed has been closed again, which is proved.

    Attributes:
        entry: Its number in the journal.
        reason: Why it was rolled back.
        opened: What proved the entry.
        closed: What proved the close.
        concerns: What a person must know of all the same.
    """

    entry: int
    reason: str
    opened: Verification
    closed: Verification
    concerns: tuple[str, ...] = ()

    @property
    def critical(self) -> bool:
        """True when a person must look."""
        return bool(self.concerns)


@dataclass(frozen=True, slots=True, kw_only=True)
class Closed:
    """A position that was held has been closed, which is proved.

    Attributes:
        entry: Its number in the journal.
        reason: Why it was closed.
        verification: What proved the close.
        concerns: What a person must know of all the same.
    """

    entry: int
    reason: str
    verification: Verification
    concerns: tuple[str, ...] = ()

    @property
    def critical(self) -> bool:
        """True when a person must look."""
        return bool(self.concerns)


@dataclass(frozen=True, slots=True, kw_only=True)
class Refuted:
    """Nothing executed and nothing will: the venue refused the entry, or it ended with nothing executed.

    Attributes:
        entry: Its number in the journal; None when nothing was sent or written down.
        reason: One plain sentence.
        verification: What proved it; None when the venue refused or nothing was sent.
        concerns: What a person must know of all the same.
    """

    entry: int | None
    reason: str
    verification: Verification | None = None
    concerns: tuple[str, ...] = ()

    @property
    def critical(self) -> bool:
        """True when a person must look."""
        return bool(self.concerns)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown:
    """Whether the entry executed is not known. Nothing was undone: a person and the sidecar look on.

    Attributes:
        entry: Its number in the journal.
        reason: One plain sentence.
        verification: What was seen.
        concerns: What else a person must know.
    """

    entry: int
    reason: str
    verification: Verification
    concerns: tuple[str, ...] = ()

    @property
    def critical(self) -> bool:
        """Always: a position may be held without a stop."""
        return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposed:
    """A position is, or may be, held without a proved stop, and could not be proved to be closed (yet).

    Attributes:
        entry: Its number in the journal.
        reason: One plain sentence.
        quantity: Signed contracts that are or may be held of this entry; None if not known.
        verification: The last thing that was asked; None if the opening itself failed, or
            while the close is still being tried.
        concerns: What else a person must know.
    """

    entry: int
    reason: str
    quantity: Decimal | None
    verification: Verification | None
    concerns: tuple[str, ...] = ()

    @property
    def critical(self) -> bool:
        """Always."""
        return True


Outcome = Opened | RolledBack | Closed | Refuted | Unknown | Exposed

Report = Callable[[Outcome], None]
"""Called once with every outcome that a person must look at, and before it with an `Exposed` when a close
takes long to prove. Must not raise."""
