"""The outward ping: tells somebody outside, in the form of healthchecks.io, that every account is being seen.

One attempt a word and none repeated: the next complete cycle says the next. What is not said in time is told
by the other side; what it met here is told in the log, and by how long nothing was taken.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urlsplit, urlunsplit

import aiohttp
import structlog

from reconciler.notify.answer import masked
from reconciler.serve.watching import Watching
from reconciler.service.ping_due import Ping, Said, Word, due
from verification.facts.clock import Clock, Moment
from verification.facts.spell import Spell

PING_SECONDS = 10.0
"""How long one ping may take, the name of its server included."""

ANSWER_BYTES = 200
TELL_SECONDS = 300.0
"""How often it is told again that pings are not taken."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class PingAnswer:
    """Whether a ping was taken, and what came back: one plain line without the address."""

    taken: bool
    said: str


async def ping(url: str, word: Word, text: str) -> PingAnswer:
    """Send one word, and never raise for what a server does.

    Args:
        url: Where to, a secret.
        word: What is said.
        text: The body: why.
    """
    try:
        async with (
            asyncio.timeout(PING_SECONDS),
            aiohttp.ClientSession(trust_env=True) as session,
            session.post(
                _address(url, word),
                data=text.encode(),
                headers={"User-Agent": "trueup"},
                allow_redirects=False,
            ) as answer,
        ):
            body = (await answer.content.read(ANSWER_BYTES)).decode(errors="replace").strip()
            status = answer.status
    except TimeoutError:
        return PingAnswer(taken=False, said=f"no answer within {PING_SECONDS:.0f} s")
    except aiohttp.ClientConnectorError:
        return PingAnswer(taken=False, said="its server cannot be reached")
    except Exception as error:  # noqa: BLE001 - whatever it is, it must end nothing, and may hold the address
        return PingAnswer(taken=False, said=f"it could not be sent ({type(error).__name__})")
    # An old server answers 200 to an address that it does not know, and says so in the body.
    taken = 200 <= status < 300 and "not found" not in body  # noqa: PLR2004 - what HTTP calls success
    return PingAnswer(taken, masked(f"HTTP {status} {body}", url))


def _address(url: str, word: Word) -> str:
    parts = urlsplit(url)
    return urlunsplit(parts._replace(path=f"{parts.path.rstrip('/')}{word}"))


class Others(Protocol):
    """What is known of the accounts that other processes watch."""

    async def weighed(self, word: Ping, said: Said, now: Moment) -> Ping | None:
        """Return the word that is due by all accounts, where this one is by ours; None for none."""


class Pinging:
    """Pings when it is due. Called by the schedule."""

    def __init__(
        self,
        url: str,
        accounts: Callable[[], Sequence[Watching]],
        owed: Callable[[], float | None],
        clock: Clock,
        others: Others | None = None,
    ) -> None:
        """Nothing is sent yet.

        Args:
            url: Where to, a secret.
            accounts: Says what this process knows of each account of the settings.
            owed: For how many seconds the oldest message to people waits; None for not known.
            clock: Where time comes from.
            others: What speaks for and against accounts that others watch; None where all are ours.
        """
        self._url = url
        self._accounts = accounts
        self._owed = owed
        self._clock = clock
        self._others = others
        self._said = Said(clock.now())
        self._failing_since: Moment | None = None
        self._untaken = Spell(TELL_SECONDS, steady=0.0)

    def failing_for(self) -> float:
        """Return for how many seconds no ping was taken that was sent; 0 when the last one was."""
        since = self._failing_since
        return 0.0 if since is None else self._clock.now().monotonic - since.monotonic

    async def look(self) -> None:
        """Send the word that is due, if one is."""
        now = self._clock.now()
        word = due(self._accounts(), self._owed(), self._said, now)
        if word is not None and self._others is not None:
            word = await self._others.weighed(word, self._said, now)
        if word is None:
            return
        self._said = self._said.after(word.word, now)  # taken or not: it is not repeated
        self._note(word, await ping(self._url, word.word, word.text), now)

    def _note(self, sent: Ping, answer: PingAnswer, now: Moment) -> None:
        what = sent.word.name.lower()
        if answer.taken:
            if self._untaken.well(now) is not None:
                log.info("ping.taken_again", word=what, said=answer.said)
            self._failing_since = None
            return
        self._failing_since = self._failing_since or now
        if self._untaken.met(now):
            hint = "whoever watches Trueup from outside hears nothing of it"
            log.warning("ping.not_taken", word=what, said=answer.said, hint=hint)
