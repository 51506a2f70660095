"""By default the link of the terminal lets in, and nothing else: no page, no file, no socket without it."""

import asyncio
import stat
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from threading import Event, Timer

import pytest

from dashboard.entrance.asgi import App, Receive, Scope, Send
from dashboard.entrance.key import KeyFile, KeyFileError
from reconciler.facts.sign_in import Door
from tests.dashboard.entrance.doorway import Browser, Clock, Doorway


@pytest.fixture
def doorway(tmp_path: Path) -> Doorway:
    return Doorway(tmp_path, Door(idle=timedelta(days=1)))


def linked(doorway: Doorway) -> Browser:
    browser = Browser(doorway)
    assert browser.get(f"/?token={doorway.token}").status == 303
    return browser


@pytest.mark.parametrize(
    "path",
    ["/", "/alert?id=3", "/static/js/main.js", "/media/abc.png", "/_stcore/host-config", "/_stcore/metrics"],
)
def test_without_it_nothing_is_served_and_streamlit_sees_nothing(doorway: Doorway, path: str) -> None:
    stranger = Browser(doorway)
    assert stranger.get(path).status == 401
    assert stranger.asks("GET", path, {}).body == "Sign in first: load the page again.\n"
    assert stranger.asks("POST", path, {"origin": stranger.origin}).status == 401
    assert doorway.streamlit.seen == []


def test_without_it_no_socket_is_opened(doorway: Doorway) -> None:
    assert Browser(doorway).opens_socket() == [{"type": "websocket.close", "code": 1008}]
    assert doorway.streamlit.seen == []


def test_whether_it_is_alive_anybody_may_ask(doorway: Doorway) -> None:
    assert Browser(doorway, host="10.1.2.3:8501").get("/_stcore/health").status == 200
    assert Browser(doorway).post("/_stcore/health").status == 401


def test_it_is_exchanged_for_a_cookie_and_is_gone_from_the_address(doorway: Doorway) -> None:
    browser = Browser(doorway)
    answer = browser.get(f"/alert?id=3&token={doorway.token}&x=a%26b")

    assert (answer.status, answer.header("location")) == (303, "/alert?id=3&x=a%26b")
    (cookie,) = answer.cookies
    assert cookie.startswith("trueup-8501=")
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(cookie.split("; "))
    assert doorway.token not in cookie
    assert answer.header("cache-control") == "no-store"
    assert browser.get("/alert?id=3").body == "page"
    assert doorway.streamlit.last == "admin "
    assert [each["type"] for each in browser.opens_socket()] == ["websocket.accept", "still open"]


@pytest.mark.parametrize("token", ["", "x", "é", "../..", "0" * 64])
def test_a_wrong_one_lets_nobody_in_and_says_what_to_do(doorway: Doorway, token: str) -> None:
    browser = Browser(doorway)
    answer = browser.get(f"/?token={token}")
    assert answer.status == 401
    assert "trueup link" in answer.body
    assert answer.cookies == []


def test_it_opens_again_after_a_restart_and_so_does_the_cookie(doorway: Doorway, tmp_path: Path) -> None:
    browser, token = linked(doorway), doorway.token

    browser.doorway = Doorway(tmp_path, Door())

    assert browser.doorway.token == token
    assert browser.get("/").status == 200


def test_its_secret_is_in_a_file_that_only_its_owner_may_read(doorway: Doorway) -> None:
    token = doorway.token
    assert stat.S_IMODE(doorway.key_file.stat().st_mode) == 0o600
    assert token not in doorway.key_file.read_text()


def test_a_secret_that_others_could_read_is_replaced(doorway: Doorway) -> None:
    browser, token = linked(doorway), doorway.token
    doorway.key_file.chmod(0o640)

    assert doorway.token != token
    assert stat.S_IMODE(doorway.key_file.stat().st_mode) == 0o600
    assert browser.get("/").status == 401


def test_another_secret_ends_every_session_and_closes_open_pages(
    doorway: Doorway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dashboard.entrance.vigil.LOOKS_EVERY", 0.01)
    browser = linked(doorway)

    said = run_while(browser, lambda: KeyFile(doorway.key_file).renew())

    assert said == ["websocket.accept", "websocket.close"]
    assert browser.get("/").status == 401


@pytest.mark.parametrize("content", ["", "short", "\xff" * 40])
def test_a_file_without_a_secret_lets_nobody_in(doorway: Doorway, content: str) -> None:
    browser = linked(doorway)
    doorway.key_file.write_bytes(content.encode("latin-1"))

    assert browser.get("/").status == 503
    with pytest.raises(KeyFileError, match="remove it"):
        KeyFile(doorway.key_file).key()


def test_a_link_in_the_place_of_the_file_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "theirs").write_text("s" * 43)
    (tmp_path / "mine").symlink_to(tmp_path / "theirs")
    with pytest.raises(KeyFileError, match="no file of this user"):
        KeyFile(tmp_path / "mine").key()


def test_a_cookie_that_was_written_by_somebody_else_lets_nobody_in(doorway: Doorway, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    stranger = linked(Doorway(tmp_path / "other", Door()))
    stranger.doorway = doorway
    assert stranger.get("/").status == 401

    browser = linked(doorway)
    (name, value), *_ = browser.cookies.items()
    browser.cookies[name] = f"{value[:-2]}{'AA' if value[-2:] != 'AA' else 'BB'}"
    assert browser.get("/").status == 401


def test_a_session_that_nobody_uses_ends_and_one_that_is_used_goes_on(doorway: Doorway) -> None:
    used, unused = linked(doorway), linked(doorway)
    for _ in range(4):
        doorway.clock.goes_on(timedelta(hours=13))
        assert used.get("/").status == 200
    assert unused.get("/").status == 401


def test_a_session_in_use_ends_too(tmp_path: Path) -> None:
    doorway = Doorway(tmp_path, Door(idle=timedelta(hours=1), lasts=timedelta(hours=2)))
    browser = linked(doorway)
    for _ in range(3):
        doorway.clock.goes_on(timedelta(minutes=39))
        assert browser.get("/").status == 200
    doorway.clock.goes_on(timedelta(minutes=3))
    assert browser.get("/").status == 401


def test_that_a_session_was_used_is_known_after_a_restart(doorway: Doorway, tmp_path: Path) -> None:
    browser = linked(doorway)
    doorway.clock.goes_on(timedelta(hours=13))
    browser.get("/")
    later = Clock(doorway.clock.at + timedelta(hours=13))

    browser.doorway = Doorway(tmp_path, Door(idle=timedelta(days=1)), clock=later)

    assert browser.get("/").status == 200


def test_an_open_page_ends_with_its_session(doorway: Doorway, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dashboard.entrance.vigil.LOOKS_EVERY", 0.01)
    browser = linked(doorway)
    said = run_while(browser, lambda: doorway.clock.goes_on(timedelta(days=31)))
    assert said == ["websocket.accept", "websocket.close"]


def test_who_signs_out_is_out_with_every_copy_of_the_cookie(doorway: Doorway, tmp_path: Path) -> None:
    browser, other = linked(doorway), linked(doorway)
    copy = Browser(doorway)
    copy.cookies = dict(browser.cookies)

    assert browser.post("/sign-out").header("location") == "/sign-in"

    assert browser.cookies == {}
    assert copy.get("/").status == 401
    assert other.get("/").status == 200
    copy.doorway = Doorway(tmp_path, Door())
    assert copy.get("/").status == 401


def test_a_sign_out_that_cannot_be_stored_is_told(doorway: Doorway) -> None:
    browser = linked(doorway)
    doorway.away = True
    answer = browser.post("/sign-out")
    assert "takes no writes now" in answer.body
    assert browser.get("/").status == 401


def test_every_sign_in_is_a_session_of_its_own(doorway: Doorway) -> None:
    browser = linked(doorway)
    first = dict(browser.cookies)
    browser.get(f"/?token={doorway.token}")
    assert browser.cookies != first


def test_while_the_state_database_is_away_the_link_lets_in(doorway: Doorway) -> None:
    doorway.away = True
    assert linked(doorway).get("/").status == 200


def test_a_state_database_that_is_slow_holds_nobody_up(
    doorway: Doorway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dashboard.entrance.known.PATIENCE_SECONDS", 0.01)
    browser = linked(doorway)
    doorway.clock.goes_on(timedelta(minutes=1))
    answers = doorway.slow = Event()
    watch = doorway.gate._app = Watch(doorway.streamlit, answers)
    Timer(0.5, answers.set).start()

    assert browser.get("/").status == 200

    assert watch.served == ["before the database answered"]


@dataclass
class Watch:
    """Notes whether the database had answered when a request came through."""

    behind: App
    answers: Event
    served: list[str] = field(default_factory=list)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.served.append("late" if self.answers.is_set() else "before the database answered")
        await self.behind(scope, receive, send)


def run_while(browser: Browser, change: object) -> list[str]:
    said = asyncio.run(browser.on_socket(change))  # type: ignore[arg-type]  # any function
    return [each["type"] for each in said]
