"""What trouble with its venue a look at an account has met: it was held back, or the stream shows nothing."""

from reconciler.account.look import Look
from verification.facts.errors import NotAsked
from verification.venues.stream_state import StreamHealth, StreamState


def held_back(look: Look) -> frozenset[str]:
    """Return the symbols of a look at some that the venue was not asked about; none where it was asked.

    Its budget is spent, or it asks us to wait: that is about us, and no reason to look at everything.
    """
    failures = look.reading.failures.values()
    if look.symbols is None or not failures or not all(isinstance(error, NotAsked) for error in failures):
        return frozenset()
    return look.symbols


def unstreamed(stream: StreamHealth) -> bool:
    """Return True when a stream that there is shows nothing."""
    if stream.state is StreamState.UNSUPPORTED:
        return False
    return stream.state is not StreamState.LIVE or stream.missed_since is not None
