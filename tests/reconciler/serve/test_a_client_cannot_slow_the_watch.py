"""Slow, silent, greedy and broken clients: each costs one of so many connections, for a bounded time."""

import asyncio
import socket
from contextlib import suppress
from pathlib import Path

import pytest

from reconciler.serve import connections, server
from tests.reconciler.serve.served import Served, served


async def let_go(writer: asyncio.StreamWriter) -> None:
    writer.close()
    with suppress(ConnectionError):
        await writer.wait_closed()


async def said(reader: asyncio.StreamReader, *, within: float = 5.0) -> bytes:
    """Return all that is answered until the connection ends; it has to end in time."""
    async with asyncio.timeout(within):
        with suppress(ConnectionError):
            return await reader.read()
        return b""


async def dial(house: Served, what: bytes) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    reader, writer = await asyncio.open_connection("127.0.0.1", house.port)
    writer.write(what)
    return reader, writer


@pytest.mark.parametrize("beginning", [b"", b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nX: "])
async def test_who_connects_and_never_ends_the_request_is_let_go(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, beginning: bytes
) -> None:
    monkeypatch.setattr(connections, "SILENT_SECONDS", 0.1)
    async with served(tmp_path) as house:
        reader, writer = await dial(house, beginning)
        assert await said(reader) == b""
        await let_go(writer)


async def test_a_body_that_does_not_come_is_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "ANSWER_SECONDS", 0.1)
    async with served(tmp_path) as house:
        head = (
            f"POST /api/v1/alerts/1/acknowledge HTTP/1.1\r\nHost: 127.0.0.1:{house.port}\r\n"
            f"Authorization: Bearer {house.operator}\r\nContent-Type: application/json\r\n"
            "Connection: close\r\nContent-Length: 100\r\n\r\n{"
        )
        reader, writer = await dial(house, head.encode())
        assert b" 503 " in await said(reader)
        await let_go(writer)


async def test_a_body_that_is_too_long_is_refused(tmp_path: Path) -> None:
    async with served(tmp_path) as house:
        body = {"note": "x" * 20_000}
        path = "/api/v1/alerts/1/acknowledge"
        assert (await house.ask(path, token=house.operator, method="POST", body=body)).status == 413


async def test_who_does_not_take_the_answer_is_let_go(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "ANSWER_SECONDS", 0.2)
    async with served(tmp_path) as house:
        plain = socket.socket()
        plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
        plain.connect(("127.0.0.1", house.port))
        ask = f"GET /openapi.json HTTP/1.1\r\nHost: 127.0.0.1:{house.port}\r\n\r\n".encode()
        plain.settimeout(0)
        with suppress(BlockingIOError, ConnectionError):
            plain.sendall(ask * 2000)  # answers of megabytes, none of which is taken
        open_ = house.server.connections
        async with asyncio.timeout(10):
            while len(open_) > 1:  # that of the test's own client stays
                await house.clock.sleep(0.05)
        plain.close()


async def test_there_are_so_many_connections_and_no_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "MOST", 5)
    async with served(tmp_path) as house:
        silent = [await dial(house, b"") for _ in range(4)]
        reader, writer = await dial(house, b"GET /healthz HTTP/1.1\r\n\r\n")
        assert await said(reader) == b"", "one too many"
        assert house.server.connections.refused == 1
        assert (await house.ask("/healthz")).status == 200, "the others are answered"
        for _, each in [*silent, (reader, writer)]:
            await let_go(each)


@pytest.mark.parametrize(
    "nonsense",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 64,
        b"GET " + b"/" * 20_000 + b" HTTP/1.1\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nHost: a\r\nHost: b\r\nConnection: close\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\n" + b"".join(b"X-%d: y\r\n" % each for each in range(5000)) + b"\r\n",
        b"OPTIONS * HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    ],
)
async def test_what_is_no_request_harms_nobody(tmp_path: Path, nonsense: bytes) -> None:
    async with served(tmp_path) as house:
        reader, writer = await dial(house, nonsense)
        writer.write_eof()
        assert b" 200 " not in await said(reader)
        await let_go(writer)
        assert (await house.ask("/healthz")).json == {"alive": True}
