"""What shows that a kind's condition is gone. Seeing nothing shows nothing."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LegState:
    """What a comparison knows of a leg on which a condition was not found again, and that it could read.

    Attributes:
        settled: Both sides hold the same, up to dust.
        differs: The leg differs, in whatever way.
        ledgers_complete: Every ledger could be read.
        contradicted: Position lists say otherwise than what is believed of the leg.
        record_sure: The bots' own record says of each order whether it executed.
        held: The venue holds something, or may.
        stops_read: The conditional orders could be read.
        stop_doubtful: It is not known whether a stop that rests would act.
        entry_at_work: What has no stop came from an entry that still works.
        entry_unknown: A row has an entry down as being at work, and what became of that is not known.
        exit_unknown: The same of an exit.
    """

    settled: bool
    differs: bool
    ledgers_complete: bool
    contradicted: bool
    record_sure: bool
    held: bool
    stops_read: bool
    stop_doubtful: bool
    entry_at_work: bool
    entry_unknown: bool = False
    exit_unknown: bool = False


@dataclass(frozen=True, slots=True)
class OrdersState:
    """What a comparison knows of the resting orders of a symbol on which a condition was not found again.

    Attributes:
        read: Both lists of orders could be read, with this symbol in them.
        held_known: What the leg holds is known.
        differs: The leg differs, in whatever way.
        ledgers_complete: Every ledger could be read.
    """

    read: bool
    held_known: bool
    differs: bool
    ledgers_complete: bool


@dataclass(frozen=True, slots=True)
class Gone:
    """It is gone: why, one plain clause."""

    reason: str


@dataclass(frozen=True, slots=True)
class NotKnown:
    """Whether it is gone is not known: why not, one plain clause."""

    reason: str


@dataclass(frozen=True, slots=True)
class Resolution:
    """What resolves a kind.

    Attributes:
        by: What must be shown, in words.
        on_leg: How a comparison judges it; None where it does not.
        on_no_leg: How it judges a symbol that the venue does not list, by whether every ledger could be read;
            None where that is judged as any leg that neither side names: both must be seen to be without it.
        on_orders: How it judges one that is about orders that rest, whatever is held; None for any other.
    """

    by: str
    on_leg: Callable[[LegState], Gone | NotKnown] | None
    on_no_leg: Callable[[bool], Gone | NotKnown] | None = None
    on_orders: Callable[[OrdersState], Gone | NotKnown] | None = None


LEDGERS_UNREAD = NotKnown("not every ledger could be read")
AT_WORK = NotKnown("an order of the bot is still at work")


def once_agreed(leg: LegState) -> Gone | NotKnown:
    """Judge what ends only when both sides hold the same."""
    if not leg.settled:
        return AT_WORK
    # The bot that could not be asked may expect more: it agrees as far as it could be read.
    return Gone("both sides hold the same") if leg.ledgers_complete else LEDGERS_UNREAD


def once_agreed_or_another(leg: LegState) -> Gone | NotKnown:
    """Judge what ends as well when the leg differs in another way: a leg differs in one at a time."""
    if leg.differs and not leg.settled:
        return Gone("it has become another discrepancy")
    return once_agreed(leg)


AGREEMENT = Resolution("both sides hold the same, or the leg differs in another way", once_agreed_or_another)
