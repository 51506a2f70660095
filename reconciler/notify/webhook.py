"""A webhook: messages as signed JSON, posted to an address of your own, on your own network as well."""

import asyncio
from urllib.parse import urlsplit

from reconciler.notify.answer import Answer, masked
from reconciler.notify.message import Message
from reconciler.notify.phone import Line, met, said_of
from reconciler.notify.webhook_body import document, headers, written
from verification.facts.clock import Clock

_TRY_SECONDS = 5.0
_PORTS = {"http": 80, "https": 443}
_MOVED = range(300, 400)


class WebhookCourier:
    """Posts each message, signed."""

    def __init__(self, url: str, secret: str, link: str, clock: Clock) -> None:
        """Nothing is asked yet.

        Args:
            url: Where to, a secret.
            secret: What it is signed with.
            link: Where the screens are, without a stroke at the end.
            clock: Where time comes from.
        """
        self._url = url
        self._secret = secret
        self._link = link
        self._clock = clock
        self._line = Line()

    async def send(self, message: Message) -> Answer:
        """Send one message."""
        told = document(message, self._link)
        body = written(told)
        signed = headers(self._secret, told["id"], self._clock.now().utc, body)
        answered = await self._line.post_bytes(self._url, body, signed)
        if answered.status in _MOVED:
            said = f"HTTP {answered.status}: it redirects, and that is not followed: give the address itself"
            return Answer(taken=False, said=said, status=answered.status)
        taken = 200 <= answered.status < 300  # noqa: PLR2004 - what HTTP calls success
        return Answer(taken, said_of(answered, self._url), answered.status or None, answered.wait)

    async def try_way(self) -> Answer:
        """See whether its server takes connections; nothing is posted."""
        parts = urlsplit(self._url)
        try:
            async with asyncio.timeout(_TRY_SECONDS):
                _, writer = await asyncio.open_connection(parts.hostname, parts.port or _PORTS[parts.scheme])
            writer.close()
        except OSError as error:  # a time-out is one
            said = met(error, _TRY_SECONDS) if isinstance(error, TimeoutError) else "cannot be reached"
            return Answer(taken=False, said=masked(f"its server: {said}", self._url))
        return Answer(taken=True, said="its server takes connections")

    async def close(self) -> None:
        """End what is left of it."""
        await self._line.close()
