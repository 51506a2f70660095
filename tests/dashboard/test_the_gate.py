"""Only the page's own requests reach Streamlit: another origin, host or frame is turned away before."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
import streamlit

from dashboard.entrance.asgi import Message
from dashboard.entrance.dress import policy
from reconciler.facts.sign_in import Door
from tests.dashboard.entrance.doorway import Browser, Doorway

HERE = "127.0.0.1:8501"
ELSEWHERE, NEARBY = ("sec-fetch-site", "cross-site"), ("sec-fetch-site", "same-site")
FOLLOWED, EMBEDDED = ("sec-fetch-mode", "navigate"), ("sec-fetch-mode", "no-cors")
WINDOW, FRAME = ("sec-fetch-dest", "document"), ("sec-fetch-dest", "iframe")
OPEN = Door(ways=())
INDEX = Path(streamlit.__file__).parent / "static" / "index.html"


@pytest.fixture(scope="module")
def doorway(tmp_path_factory: pytest.TempPathFactory) -> Doorway:
    return Doorway(tmp_path_factory.mktemp("gate"), OPEN)


def asked(
    doorway: Doorway, kind: str, *headers: tuple[str, str], method: str = "GET", path: str = "/"
) -> tuple[list[Message], bool]:
    """Return what the gate answers, and whether Streamlit saw the request."""
    said, before = list[Message](), len(doorway.streamlit.seen)
    scope = {
        "type": kind,
        "path": path,
        "query_string": b"",
        "method": method,
        "headers": [(name.encode(), value.encode()) for name, value in headers],
    }
    words = [{"type": f"{kind}.disconnect"}, {"type": f"{kind}.connect"}]

    async def receive() -> Message:
        return words.pop()

    async def send(message: Message) -> None:
        said.append(message)

    asyncio.run(doorway.gate(scope, receive, send))
    return said, len(doorway.streamlit.seen) > before


# what comes                                                                            let in
REQUESTS: list[tuple[str, list[tuple[str, str]], bool]] = [
    ("the page", [("host", HERE)], True),
    ("the page by its other names", [("host", "localhost:8501")], True),
    ("the page over IPv6", [("host", "[::1]:8501")], True),
    ("capitals are the same host", [("host", "LOCALHOST:8501")], True),
    ("its own request", [("host", HERE), ("origin", f"http://{HERE}")], True),
    ("its own, as the browser says", [("host", HERE), ("sec-fetch-site", "same-origin")], True),
    ("typed by a person", [("host", HERE), ("sec-fetch-site", "none")], True),
    (
        "a link from a message",
        [
            ("host", HERE),
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-mode", "navigate"),
            ("sec-fetch-dest", "document"),
        ],
        True,
    ),
    ("a name that was pointed here", [("host", "evil.example:8501")], False),
    ("the right name, another port", [("host", "127.0.0.1:9000")], False),
    ("no port", [("host", "127.0.0.1")], False),
    ("no host", [], False),
    ("two hosts", [("host", HERE), ("host", "evil.example")], False),
    ("another page", [("host", HERE), ("origin", "http://evil.example")], False),
    ("another port of this machine", [("host", HERE), ("origin", "http://127.0.0.1:9000")], False),
    ("another name of this machine", [("host", HERE), ("origin", "http://localhost:8501")], False),
    ("a page of a file", [("host", HERE), ("origin", "null")], False),
    ("another scheme", [("host", HERE), ("origin", f"https://{HERE}")], False),
    ("ours and another", [("host", HERE), ("origin", f"http://{HERE}"), ("origin", "http://x")], False),
    (
        "an image of another page",
        [("host", HERE), ELSEWHERE, EMBEDDED],
        False,
    ),
    (
        "a script of another port",
        [("host", HERE), NEARBY, EMBEDDED],
        False,
    ),
    (
        "a frame of another page",
        [
            ("host", HERE),
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-mode", "navigate"),
            ("sec-fetch-dest", "iframe"),
        ],
        False,
    ),
]


@pytest.mark.parametrize(
    ("headers", "let_in"), [each[1:] for each in REQUESTS], ids=[each[0] for each in REQUESTS]
)
def test_which_requests_are_let_in(doorway: Doorway, headers: list[tuple[str, str]], *, let_in: bool) -> None:
    said, seen = asked(doorway, "http", *headers)
    assert seen is let_in
    assert said[0]["status"] == (200 if let_in else 403)


def test_a_form_of_another_page_is_no_link(doorway: Doorway) -> None:
    assert not asked(doorway, "http", ("host", HERE), ELSEWHERE, FOLLOWED, WINDOW, method="POST")[1]


@pytest.mark.parametrize(
    ("headers", "let_in"),
    [
        ([("host", HERE), ("origin", f"http://{HERE}")], True),
        ([("host", HERE)], False),
        ([("host", HERE), ("origin", "http://evil.example")], False),
        ([("host", HERE), ("origin", "http://127.0.0.1:9000")], False),
        ([("host", "evil.example:8501"), ("origin", "http://evil.example:8501")], False),
        ([("host", HERE), ("origin", "null")], False),
    ],
)
def test_which_sockets_are_let_in(doorway: Doorway, headers: list[tuple[str, str]], *, let_in: bool) -> None:
    said, seen = asked(doorway, "websocket", *headers)
    assert seen is let_in
    assert said == ([{"type": "websocket.accept"}] if let_in else [{"type": "websocket.close", "code": 1008}])


@pytest.mark.parametrize("host", [HERE, "evil.example"])
def test_every_answer_forbids_frames_sniffing_and_foreign_content(doorway: Doorway, host: str) -> None:
    said, _ = asked(doorway, "http", ("host", host))
    headers: dict[bytes, Any] = dict(said[0]["headers"])
    assert b"frame-ancestors 'none'" in headers[b"content-security-policy"]
    assert b"default-src 'self'" in headers[b"content-security-policy"]
    assert headers[b"x-frame-options"] == b"DENY"
    assert headers[b"x-content-type-options"] == b"nosniff"
    assert b"ALLOWALL" not in headers.values()


def test_the_policy_knows_the_inline_script_of_the_installed_page_and_no_other() -> None:
    page = INDEX.read_bytes()
    assert policy(page).count("'sha256-") == page.count(b"<script>")
    assert "'unsafe-inline'" not in policy(page).partition("style-src")[0]


@pytest.mark.parametrize(
    ("path", "query", "onward"),
    [("/now", b"", "/"), ("/now/", b"", "/"), ("/now", b"open=7&x=%3Cb%3E", "/?open=7&x=%3Cb%3E")],
)
def test_the_first_page_is_found_under_its_name_too(
    doorway: Doorway, path: str, query: bytes, onward: str
) -> None:
    browser = Browser(doorway)
    answer = browser.get(f"{path}?{query.decode()}" if query else path)

    assert (answer.status, answer.header("location")) == (303, onward)
    assert browser.get("/nowhere").body == "page"  # no other address is meant


def test_under_a_path_the_first_page_is_found_there(tmp_path: Path) -> None:
    away = Doorway(tmp_path, Door(ways=(), public_url="https://desk.example/trueup"))

    answer = Browser(away, "desk.example", "https").get("/trueup/now?open=7")

    assert answer.header("location") == "/trueup/?open=7"


def test_who_is_not_let_in_is_asked_first(tmp_path: Path) -> None:
    shut = Doorway(tmp_path, Door())

    assert Browser(shut).get("/now").status == 401
