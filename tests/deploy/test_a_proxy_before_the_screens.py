"""nginx before the screens, as `deploy/nginx.conf` has it: sign-in, its own pages, and no other page's."""

import asyncio
import socket
import ssl
import tomllib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket
from typing_extensions import override

from dashboard.entrance.building import entrance_of
from dashboard.entrance.key import KeyFile
from dashboard.entrance.place import places
from dashboard.gate import Gate
from reconciler.facts.sign_in import Door
from reconciler.settings import Settings
from tests.deploy.nginx import NAME, free_port, proxying
from verification.facts.clock import SystemClock

ROOT = Path(__file__).resolve().parents[2]


async def page(request: Request) -> PlainTextResponse:
    return PlainTextResponse(f"page of {request.headers['x-trueup-person']} under {request.headers['host']}")


async def stream(socket: WebSocket) -> None:
    await socket.accept()
    await socket.send_text("connected")
    await socket.close()


@asynccontextmanager
async def screens(folder: Path, port: int, public_url: str) -> AsyncIterator[str]:
    """Serve a page and a socket behind the gate of the screens; give the token that lets in."""
    index = folder / "index.html"
    index.write_text("<html></html>")
    inner = Starlette(routes=[Route("/", page), WebSocketRoute("/_stcore/stream", stream)])
    door = Door(public_url=public_url, proxies=("127.0.0.1",), key_file=str(folder / "key"))
    gate = Gate(
        inner, places(port, public_url=public_url), *entrance_of(door, port, SystemClock()), index=index
    )
    config = uvicorn.Config(gate, host="127.0.0.1", port=port, log_level="error", proxy_headers=False)
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    try:
        yield KeyFile(folder / "key").key().link_token
    finally:
        server.should_exit = True
        await serving


@asynccontextmanager
async def proxied(folder: Path, under: str) -> AsyncIterator[tuple[aiohttp.ClientSession, str, str]]:
    """Run the gate and nginx before it; a session that finds its name here, its address, the token."""
    port, behind = free_port(), free_port()
    address = f"https://{NAME}:{port}{under}"
    async with screens(folder, behind, address) as token:
        with proxying(folder, [f"127.0.0.1:{behind}"], port, under):
            connector = aiohttp.TCPConnector(resolver=_Here(), ssl=_unchecked())
            async with aiohttp.ClientSession(connector=connector) as session:
                yield session, address, token


class _Here(aiohttp.abc.AbstractResolver):
    @override
    async def resolve(self, host: str, port: int = 0, family: int = 0) -> list[aiohttp.abc.ResolveResult]:
        told = {"hostname": host, "host": "127.0.0.1", "port": port, "family": socket.AF_INET}
        return [aiohttp.abc.ResolveResult(**told, proto=0, flags=0)]  # type: ignore[typeddict-item]  # by name

    @override
    async def close(self) -> None:
        """Hold nothing."""


def _unchecked() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


@pytest.mark.parametrize("under", ["", "/desk"])
async def test_a_proxy_leads_to_sign_in_and_no_other_page_gets_through(tmp_path: Path, under: str) -> None:
    async with proxied(tmp_path, under) as (session, address, token):
        origin = address.removesuffix(under)

        async def got(path: str = "/", **headers: str) -> tuple[int, str]:
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            async with session.get(f"{address}{path}", headers=named, allow_redirects=False) as answer:
                return answer.status, await answer.text()

        async def connected(**headers: str) -> int | str:
            try:
                async with session.ws_connect(f"{address}/_stcore/stream", headers=headers) as opened:
                    return await opened.receive_str()
            except aiohttp.WSServerHandshakeError as refused:
                return refused.status

        assert (await got(Accept="text/html"))[0] == 401
        assert await connected(Origin=origin) == 403
        asked = session.get(f"{address}/?token={token}&id=3", allow_redirects=False)
        async with asked as answer:
            assert (answer.status, answer.headers["location"]) == (303, f"{under}/?id=3")
            cookie = answer.headers["set-cookie"]
        assert f"Path={under or '/'};" in cookie
        assert cookie.endswith("; Secure")
        assert cookie.startswith("__Secure-" if under else "__Host-")

        assert (await got())[1].startswith("page of admin  under 127.0.0.1:")
        assert (await got(X_Trueup_Person="viewer eve"))[1].startswith("page of admin ")
        assert (await got(Origin=origin))[0] == 200
        assert (await got(Origin="https://evil.example.com"))[0] == 403
        assert (await got(Sec_Fetch_Site="cross-site", Sec_Fetch_Mode="cors"))[0] == 403
        assert await connected(Origin=origin) == "connected"
        assert await connected(Origin="https://evil.example.com") == 403
        assert await connected(Origin=origin.replace("https", "http")) == 403
        assert await connected() == 403


@pytest.mark.parametrize("file", ["Caddyfile", "nginx.conf"])
def test_each_example_says_what_the_settings_take(file: str) -> None:
    text = (ROOT / "deploy" / file).read_text("utf-8")
    lines = [line.removeprefix("#   ") for line in text.splitlines() if line.startswith("#   ")]

    assert Settings.model_validate(tomllib.loads("\n".join(lines))).door().proxies == ("127.0.0.1",)
    assert "127.0.0.1:8501" in text
    assert "Strict-Transport-Security" in text
