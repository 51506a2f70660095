"""What came back from a channel, in words that hold none of its secrets, and how long to wait then; pure."""

import base64
import re
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import unquote

from reconciler.notify.text import printable

_SHORTEST_SECRET = 4
_SAID_LONGEST = 200
_FIRST_PAUSE = 5.0
_LONGEST_PAUSE = 300.0
_REFUSALS = frozenset({400, 401, 403, 404, 405, 410})
_TOO_MANY = 429
_MASK = "***"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back.

    Attributes:
        taken: The channel has taken the message.
        said: What was said or seen, one line without secrets.
        status: The HTTP status of the last answer; None without one.
        wait: For how many seconds the channel asks us to wait; None where it does not say.
        place: What the channel calls the message, where it can be changed there; empty where it cannot.
    """

    taken: bool
    said: str
    status: int | None = None
    wait: float | None = None
    place: str = ""

    @property
    def busy(self) -> bool:
        """True where the channel works, and only asks us to send less."""
        return not self.taken and self.status == _TOO_MANY

    @property
    def refused(self) -> bool:
        """True where trying again will hardly help: a person must act."""
        return not self.taken and self.status in _REFUSALS


def pause(answer: Answer, failures: int) -> timedelta:
    """Return how long to leave a channel alone after something was not taken.

    Args:
        answer: What came back.
        failures: How many in a row were not taken, this one too; at least 1.
    """
    grown = min(_LONGEST_PAUSE, _FIRST_PAUSE * 2 ** min(failures - 1, 10))
    if answer.refused:
        grown = max(grown, _LONGEST_PAUSE / 5)
    return timedelta(seconds=grown if answer.wait is None else max(answer.wait, 1.0))


def masked(text: str, url: str) -> str:
    """Return text on one line with every part of a channel's address taken out that may be a secret."""
    for secret in sorted(_secrets(url), key=len, reverse=True):
        text = re.sub(re.escape(secret), _MASK, text, flags=re.IGNORECASE)
    shown = printable(text).strip()
    return shown if len(shown) <= _SAID_LONGEST else f"{shown[: _SAID_LONGEST - 1]}…"


def scheme_of(url: str) -> str:
    """Return all of a channel's address that is no secret: `tgram://***`."""
    scheme, mark, _ = url.strip().partition("://")
    return f"{scheme}://{_MASK}" if mark and re.fullmatch(r"[A-Za-z0-9+.-]{1,20}", scheme) else _MASK


def _secrets(url: str) -> set[str]:
    rest = url.strip().partition("://")[2] or url.strip()
    login = rest.partition("@")[0] if "@" in rest else ""
    found = {rest, login, base64.b64encode(unquote(login).encode()).decode()}
    for text in (rest, unquote(rest)):
        found |= set(re.split(r"[/:@?&=,;\s]+", text))
    return {each for each in found if len(each) >= _SHORTEST_SECRET}
