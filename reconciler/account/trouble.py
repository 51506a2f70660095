"""What trouble with its venue a look at an account has met: it was held back, or the stream shows nothing."""

from reconciler.account.look import Look
from verification.facts.account import AccountReading
from verification.facts.errors import BudgetSpent, NotAsked
from verification.venues.stream_state import StreamHealth, StreamState


def held_back(reading: AccountReading) -> bool:
    """Return True where the venue was asked nothing: its budget is spent, or it asks us to wait."""
    failures = reading.failures.values()
    return bool(failures) and all(isinstance(error, NotAsked) for error in failures)


def held_back_by_us(reading: AccountReading) -> bool:
    """Return True where a part was not asked for to keep to our own budget."""
    return any(isinstance(error, BudgetSpent) for error in reading.failures.values())


def unlooked(look: Look) -> frozenset[str]:
    """Return the symbols of a look at some that the venue was not asked about; none where it was asked.

    That is about us, and no reason to look at everything.
    """
    return look.symbols if look.symbols is not None and held_back(look.reading) else frozenset()


def unstreamed(stream: StreamHealth) -> bool:
    """Return True when a stream that there is shows nothing."""
    if stream.state is StreamState.UNSUPPORTED:
        return False
    return stream.state is not StreamState.LIVE or stream.missed_since is not None
