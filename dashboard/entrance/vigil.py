"""An open socket is watched for as long as it is open: it ends with the session that it was opened by."""

import asyncio
from collections.abc import Awaitable, Callable

from dashboard.entrance.asgi import App, Message, Receive, Scope, Send

LOOKS_EVERY = 2.0
"""Seconds between two looks at whether somebody may still stay."""

_POLICY_VIOLATION = 1008  # RFC 6455, 7.4.1
_GONE: Message = {"type": "websocket.disconnect", "code": _POLICY_VIOLATION}

Stands = Callable[[], Awaitable[bool]]


async def watched(app: App, scope: Scope, receive: Receive, send: Send, stands: Stands) -> None:
    """Run `app` on a socket, until it ends by itself or `stands` says that its session does not stand."""
    over = asyncio.Event()

    async def heard() -> Message:
        if over.is_set():
            return _GONE
        word, end = asyncio.ensure_future(receive()), asyncio.ensure_future(over.wait())
        try:
            await asyncio.wait({word, end}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            end.cancel()
            if not word.done():
                word.cancel()
        return _GONE if over.is_set() else word.result()

    async def said(message: Message) -> None:
        if not over.is_set():
            await send(message)

    async def look() -> None:
        try:
            while True:
                if not await stands():
                    break
                await asyncio.sleep(LOOKS_EVERY)
        finally:
            over.set()  # also where it cannot be told
        await send({"type": "websocket.close", "code": _POLICY_VIOLATION})

    looking = asyncio.create_task(look())
    try:
        await app(scope, heard, said)
    finally:
        looking.cancel()
        await asyncio.wait({looking})
    if not looking.cancelled():
        looking.result()
