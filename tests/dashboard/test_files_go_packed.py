"""Streamlit's own files are packed for whoever takes them so; pages and parts of files are not."""

import gzip
from collections.abc import Mapping
from typing import Any

import pytest
from starlette.responses import Response

from dashboard.entrance.asgi import Receive, Scope, Send
from dashboard.packed import Packed

WHOLE = b"var held = 43;\n" * 2000


async def served(scope: Scope, receive: Receive, send: Send) -> None:
    await Response(WHOLE, media_type="text/javascript")(scope, receive, send)


async def asked(path: str, headers: Mapping[str, str]) -> tuple[dict[str, str], bytes]:
    """Ask for a path; return the headers of the answer, and its body as it was sent."""
    told: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        told.append(dict(message))

    given = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "method": "GET", "path": path, "headers": given}
    await Packed(served)(scope, receive, send)
    start, *rest = told
    return (
        {name.decode(): value.decode() for name, value in start["headers"]},
        b"".join(each.get("body", b"") for each in rest),
    )


async def test_a_file_comes_packed_and_whole() -> None:
    headers, sent = await asked("/static/js/a.js", {"Accept-Encoding": "gzip"})

    assert headers["content-encoding"] == "gzip"
    assert "accept-encoding" in headers["vary"].lower()
    assert gzip.decompress(sent) == WHOLE
    assert len(sent) < len(WHOLE) / 10


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/static/js/a.js", {"Accept-Encoding": "identity"}),
        ("/static/js/a.js", {"Accept-Encoding": "gzip", "Range": "bytes=0-9"}),
        ("/", {"Accept-Encoding": "gzip"}),
        ("/_stcore/host-config", {"Accept-Encoding": "gzip"}),
    ],
)
async def test_anything_else_comes_as_it_is(path: str, headers: dict[str, str]) -> None:
    told, sent = await asked(path, headers)

    assert "content-encoding" not in told
    assert sent == WHOLE
