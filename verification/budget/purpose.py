"""What a request is for, from the least urgent to what never waits, passed on to where it leaves."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from enum import IntEnum


class Purpose(IntEnum):
    """What a request is for; the larger is the more urgent."""

    MEASUREMENT = 0
    """How late a source is; a market list read anew."""
    SWEEP = 1
    """A look at the whole account, by the clock; also whatever nobody has given a purpose."""
    LOOK = 2
    """A look at some symbols, because something happened to them; connecting."""
    STREAM = 3
    """What keeps the stream up: while it is away only requests see anything."""
    VERIFICATION = 4
    """Has this open or close happened?"""
    PROOF = 5
    """The trades that bear out how an order ended, for a verification: nothing else can prove that end."""
    COMMAND = 6
    """A person waits for the answer, once."""
    OPENING = 7
    """What an opening asks while its money is out (how did the entry end, does the stop rest, has the exit
    closed?): it is not kept to our part, for a position would be rolled back for want of it; only near the
    limit of all, or while the venue asks us to wait, it is put off."""
    ENTRY = 8
    """An order that opens: it waits for no budget. While the venue asks us to wait it is not sent."""
    PROTECTION = 9
    """A stop, an exit, a cancellation: it waits for nothing at all."""

    @property
    def trades(self) -> bool:
        """True for what places and cancels orders: it is counted, and never held back to save budget."""
        return self >= Purpose.ENTRY

    @property
    def kept_to_our_part(self) -> bool:
        """True for what may only have our part of a venue's limit."""
        return self < Purpose.OPENING


@dataclass(slots=True)
class SharedPurpose:
    """Why something is asked; a request that others join becomes as urgent as the most urgent of them.

    Attributes:
        purpose: What it is for.
        patience: Seconds that it waits for its turn at most; None: as long as its purpose does.
    """

    purpose: Purpose
    patience: float | None = None


_shared: ContextVar[SharedPurpose | None] = ContextVar("shared", default=None)


def present_purpose() -> Purpose:
    """Return what is asked for here and now."""
    shared = _shared.get()
    return Purpose.SWEEP if shared is None else shared.purpose


def present_shared_purpose() -> SharedPurpose:
    """Return why something is asked here and now."""
    return _shared.get() or SharedPurpose(Purpose.SWEEP)


@contextmanager
def asked_for(purpose: Purpose) -> Iterator[None]:
    """Let what is asked within, and in tasks begun within, be for `purpose`, or for what is more urgent.

    Whoever does something urgent needs all of it, whatever its parts are for in other circumstances.
    """
    before = _shared.get()
    more = before is None or purpose > before.purpose
    token = _shared.set(SharedPurpose(purpose)) if more else None
    try:
        yield
    finally:
        if token is not None:
            _shared.reset(token)


@contextmanager
def proving() -> Iterator[None]:
    """Let what a verification asks within be a proof, which its lists leave room for; all else stays."""
    if present_purpose() is not Purpose.VERIFICATION:
        yield
        return
    with asked_for(Purpose.PROOF):
        yield


@contextmanager
def waiting_at_most(seconds: float) -> Iterator[None]:
    """Let what is asked within, for the purpose that there is, wait no longer for room in the budget.

    How long its answer takes is another matter: only what has not been sent is given up.
    """
    with sharing(SharedPurpose(present_purpose(), seconds)):
        yield


@contextmanager
def sharing(shared: SharedPurpose) -> Iterator[None]:
    """Let what is asked within be for a purpose that others may make more urgent, wherever it begins."""
    token = _shared.set(shared)
    try:
        yield
    finally:
        _shared.reset(token)
