"""What others wrote, ready for a page: sentences whole, the names in them each shortened by itself. Pure."""

import re
from datetime import datetime, timedelta
from typing import Final

from dashboard.look.markup import safe
from dashboard.words import numbers as words

_DAY: Final = timedelta(days=1)
_LONG_NAME: Final = re.compile(r"\S{65,}")
"""No word of a language, and no symbol of a venue, is so long: it is a name, and fills no page."""


def sentence(text: str) -> str:
    """Return a sentence to its end, in which no single name takes the room of all others."""
    return _LONG_NAME.sub(lambda found: words.shortened(found.group()), text)


def entire(text: str) -> str:
    """Return a sentence as HTML that is safe to show, of whatever length."""
    said = sentence(text)
    return safe(said, len(said) + 1)


def moment(at: datetime | None, now: datetime) -> str:
    """Say when: the time of day, and the date where that was longer than a day ago, or is to come."""
    near = at is not None and abs(now - at) < _DAY
    return words.clock(at) if near else words.stamp(at)
