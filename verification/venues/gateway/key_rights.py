"""Asks a venue what the key may do. An answer that is not understood says nothing, least of all "no"."""

from collections.abc import Awaitable, Callable
from operator import methodcaller

from verification.facts.key_rights import KeyRights
from verification.venues.capabilities import KeyQuestion
from verification.venues.ccxt.asker import Asker
from verification.venues.reading.exactness import record

_WHAT = "the rights of the key"


async def read_key_rights(question: KeyQuestion | None, asker: Asker) -> KeyRights | None:
    """Return what the key may do; None where no question about it is known for the venue.

    Raises:
        SourceError: The venue could not be asked, would not say, or its answer is not understood.
    """
    if question is None:
        return None
    ask: Callable[[object], Awaitable[object]] = methodcaller(question.method)
    return await asker.ask(_WHAT, ask, lambda answer: question.read(record(answer, _WHAT)))
