"""Measures a venue's clock against ours."""

from datetime import timedelta

from verification.facts.errors import SourceMalformed
from verification.venues.ccxt.asker import Asker
from verification.venues.dialect import Dialect
from verification.venues.port import ClockOffset

_NO_CLOCK = timedelta(days=1)


async def read_clock_offset(dialect: Dialect, asker: Asker) -> ClockOffset:
    """Measure it with one request.

    Raises:
        SourceError: The venue could not be asked, or what it answers with is no clock.
    """
    sent = asker.clock.now()
    theirs = await dialect.server_time(asker)
    received = asker.clock.now()
    half = (received.utc - sent.utc) / 2
    offset = theirs - (sent.utc + half)
    if abs(offset) > _NO_CLOCK:
        raise SourceMalformed(
            f"{asker.exchange.id}: its clock says {theirs:%Y-%m-%d %H:%M}, more than a day from ours: "
            "that is no clock, so lags are not measured by it"
        )
    return ClockOffset(offset=offset, error=abs(half))
