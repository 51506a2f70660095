"""Takes messages to a channel: the port, and the one for all that apprise reaches, a process of its own.

A channel that is ours (a form of its own, answers that are read) is another `Courier` in a file of its own.
"""

import asyncio
import json
import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Protocol

from reconciler.notify.answer import Answer
from reconciler.notify.message import Message

SEND_SECONDS = 30.0
"""How long one message may take, the start of the process included."""

IDLE_SECONDS = 120.0
"""How long a process is kept after its last message: it holds 50 MB, and takes half a second to start."""

_NEEDED = frozenset(
    {
        *("PATH", "HOME", "LANG", "TZ", "TMPDIR", "TMP", "TEMP", "SYSTEMROOT"),
        *("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"),
        *("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"),
    }
)
_NEEDED_KINDS = ("PYTHON", "LC_", "LD_", "XDG_")


class Courier(Protocol):
    """What takes messages to a channel. One at a time; it decides nothing of what is owed to whom when."""

    async def send(self, message: Message) -> Answer:
        """Send one message and return what came back, in `SEND_SECONDS`.

        Never raises for what a channel does. What is `taken` was taken for good: it is marked then, and not
        sent again. `said` holds nothing that is secret.
        """

    async def try_way(self) -> Answer:
        """Try the way that a message would go, without sending any. It is the last that is asked."""

    async def close(self) -> None:
        """End what is left of it."""


class AppriseCourier:
    """Sends through apprise. One message at a time."""

    def __init__(self, url: str, command: Sequence[str]) -> None:
        """Nothing is started yet.

        Args:
            url: The channel's address, a secret: it leaves by the child's standard input alone.
            command: What starts `apprise_child`.
        """
        self._url = url
        self._command = command
        self._child: asyncio.subprocess.Process | None = None
        self._idle: asyncio.TimerHandle | None = None

    async def send(self, message: Message) -> Answer:
        """Send one message."""
        return await self._ask(
            {"title": message.title, "body": message.body, "severity": message.severity.value}
        )

    async def try_way(self) -> Answer:
        """Try the way that a message would go, without sending any. It is the last that is asked."""
        return await self._ask({"only_try": True})

    async def close(self) -> None:
        """End the process, if there is one."""
        if self._idle is not None:
            self._idle.cancel()
        child, self._child = self._child, None
        if child is not None and child.returncode is None:
            with suppress(ProcessLookupError):
                child.kill()
            await child.wait()

    async def _ask(self, asked: dict[str, object]) -> Answer:
        if self._idle is not None:
            self._idle.cancel()
        try:
            async with asyncio.timeout(SEND_SECONDS):
                answer = await self._answered({"url": self._url, **asked})
        except TimeoutError:
            await self.close()
            return Answer(taken=False, said=f"no answer within {SEND_SECONDS:.0f} s")
        except asyncio.CancelledError:
            await self.close()
            raise
        except (OSError, ValueError) as error:
            await self.close()
            return Answer(taken=False, said=f"its process ended ({type(error).__name__})")
        self._idle = asyncio.get_running_loop().call_later(IDLE_SECONDS, self._let_go)
        return answer

    async def _answered(self, asked: dict[str, object]) -> Answer:
        child = self._child
        if child is None or child.returncode is not None:
            child = self._child = await asyncio.create_subprocess_exec(
                *self._command,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,  # it may hold the address
                env=_without_secrets(os.environ),
            )
        assert child.stdin is not None
        assert child.stdout is not None
        child.stdin.write(json.dumps(asked).encode() + b"\n")
        await child.stdin.drain()
        line = await child.stdout.readline()
        return Answer(**json.loads(line))

    def _let_go(self) -> None:
        """Let it end by itself: there is nothing more for it to read."""
        child, self._child = self._child, None
        if child is not None and child.stdin is not None:
            child.stdin.close()


def _without_secrets(inherited: Mapping[str, str]) -> dict[str, str]:
    """Return what a process needs of our environment to reach a server: no key to an exchange is in it."""
    return {
        name: value
        for name, value in inherited.items()
        if name.upper() in _NEEDED or name.upper().startswith(_NEEDED_KINDS)
    }
