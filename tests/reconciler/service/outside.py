"""A server that takes pings in the form of healthchecks.io, on loopback."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web

from tests.reconciler.serve.served import free_port

SECRET = "5f1e2d3c-aaaa-bbbb-cccc-0123456789ab"


@dataclass
class Outside:
    """A server of the form of healthchecks.io."""

    url: str
    heard: list[tuple[str, str]] = field(default_factory=list)
    status: int = 200
    body: str = "OK"


@asynccontextmanager
async def outside() -> AsyncIterator[Outside]:
    port = free_port()
    there = Outside(f"http://127.0.0.1:{port}/{SECRET}")

    async def answer(request: web.Request) -> web.Response:
        there.heard.append((request.path.replace(SECRET, "UUID"), await request.text()))
        return web.Response(status=there.status, text=there.body)

    app = web.Application()
    app.router.add_post("/{rest:.*}", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", port).start()
        yield there
    finally:
        await runner.cleanup()
