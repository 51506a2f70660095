"""Two dashboards on one state database, with one key: who is let in by one is by the other; both agree."""

import asyncio
from datetime import timedelta
from pathlib import Path

from reconciler.alerts.alert import AlertState
from reconciler.console import Console
from reconciler.facts.sign_in import Door, Way
from reconciler.facts.token import Role
from tests.dashboard.entrance.doorway import Browser, Clock, Doorway
from tests.reconciler.storage.kept_state import find, url

PASSWORD = "correct horse battery"
ACCOUNTS = Door(ways=(Way.ACCOUNTS,))


def two(folder: Path) -> tuple[Doorway, Doorway]:
    """Two processes: what each remembers is its own; key file and database are one."""
    clock = Clock()
    return Doorway(folder, ACCOUNTS, clock=clock), Doorway(folder, ACCOUNTS, clock=clock)


def test_a_session_of_one_is_let_in_by_the_other(tmp_path: Path) -> None:
    one, other = two(tmp_path)
    one.accounts.add("Ann", Role.OPERATOR, PASSWORD)
    browser = Browser(one)
    assert browser.signs_in("Ann", PASSWORD).status == 303

    browser.doorway = other
    assert browser.get("/").body == "page"
    assert other.streamlit.last == "operator Ann"
    assert [each["type"] for each in browser.opens_socket()] == ["websocket.accept", "still open"]


def test_the_link_of_one_opens_the_other_too(tmp_path: Path) -> None:
    one, other = Doorway(tmp_path, Door()), Doorway(tmp_path, Door())
    browser = Browser(other)
    assert browser.get(f"/?token={one.token}").status == 303
    assert browser.get("/").body == "page"


def test_who_signs_out_at_one_is_out_at_the_other_within_seconds(tmp_path: Path) -> None:
    one, other = two(tmp_path)
    one.accounts.add("Ann", Role.OPERATOR, PASSWORD)
    browser = Browser(one)
    browser.signs_in("Ann", PASSWORD)
    copied = Browser(other)
    copied.cookies = dict(browser.cookies)
    assert copied.get("/").body == "page"

    browser.post("/sign-out")
    other.clock.goes_on(timedelta(seconds=6))
    assert copied.get("/").status != 200


def test_another_key_opens_nothing(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    one, other = Doorway(tmp_path / "a", ACCOUNTS), Doorway(tmp_path / "b", ACCOUNTS)
    for each in (one, other):
        each.accounts.add("Ann", Role.OPERATOR, PASSWORD)
    browser = Browser(one)
    browser.signs_in("Ann", PASSWORD)
    browser.doorway = other
    assert browser.get("/").status != 200


def test_an_acknowledgement_at_one_is_shown_by_the_other(tmp_path: Path) -> None:
    file = tmp_path / "trueup.db"
    asyncio.run(find(file, "AVL/USDT:USDT"))
    with Console.open(url(file)) as one, Console.open(url(file)) as other:
        (alert,) = other.queries.alerts()
        assert alert.state is AlertState.FIRING
        before = other.queries.changes(None).newest

        one.commands.acknowledge(alert.id, by="ann", note="on it", origin="dashboard")

        (alert,) = other.queries.alerts()
        assert alert.state is AlertState.ACKNOWLEDGED
        assert alert.acknowledgement is not None
        assert alert.acknowledgement.by == "ann"
        news = other.queries.changes(before)
        assert (news.newest > before, news.shown) == (True, True), "its open pages are told"
