"""Local accounts: a password lets in, has to wait after failures, and stops letting in when it is changed."""

from datetime import timedelta
from pathlib import Path

import pytest

from reconciler.console import AccountError
from reconciler.facts.sign_in import Door, Way
from reconciler.facts.token import Role
from tests.dashboard.entrance.doorway import HERE, Browser, Doorway

PASSWORD = "correct horse battery"
WRONG = "wrong horse battery"
DOOR = Door(ways=(Way.ACCOUNTS,))


@pytest.fixture
def doorway(tmp_path: Path) -> Doorway:
    made = Doorway(tmp_path, DOOR)
    made.accounts.add("Ann", Role.OPERATOR, PASSWORD)
    return made


def signed_in(doorway: Doorway) -> Browser:
    browser = Browser(doorway)
    assert browser.signs_in("Ann", PASSWORD).status == 303
    return browser


def test_who_wants_a_page_is_asked_and_then_sent_on_to_it(doorway: Doorway) -> None:
    browser = Browser(doorway)
    asked = browser.get("/alert?id=3&x=%3Cb%3E")
    assert (asked.status, asked.header("location")) == (
        303,
        "/sign-in?next=/alert%3Fid%3D3%26x%3D%253Cb%253E",
    )

    page = browser.get(asked.header("location"))
    assert 'value="/alert?id=3&amp;x=%3Cb%3E"' in page.body
    assert "<script" not in page.body

    answer = browser.signs_in(" ann ", PASSWORD, "/alert?id=3&x=%3Cb%3E")
    assert (answer.status, answer.header("location")) == (303, "/alert?id=3&x=%3Cb%3E")
    assert browser.get("/alert?id=3").body == "page"
    assert doorway.streamlit.last == "operator Ann"


def test_a_script_that_asks_is_sent_nowhere(doorway: Doorway) -> None:
    assert Browser(doorway).asks("GET", "/_stcore/host-config", {"accept": "*/*"}).status == 401


@pytest.mark.parametrize(
    "onward",
    [
        "//evil.example",
        "https://evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "",
        "x",
    ],
)
def test_the_way_on_never_leads_elsewhere(doorway: Doorway, onward: str) -> None:
    assert Browser(doorway).signs_in("Ann", PASSWORD, onward).header("location") == "/"


@pytest.mark.parametrize(("name", "password"), [("Ann", WRONG), ("bob", PASSWORD), ("", ""), ("Ann", "")])
def test_what_does_not_go_together_lets_nobody_in_and_does_not_say_which(
    doorway: Doorway, name: str, password: str
) -> None:
    browser = Browser(doorway)
    answer = browser.signs_in(name, password)
    assert answer.status == 401
    assert "Name and password do not go together." in answer.body
    assert browser.cookies == {}
    assert browser.get("/").status == 303


def test_a_name_is_not_written_back_into_the_page(doorway: Doorway) -> None:
    assert "evil" not in Browser(doorway).signs_in("<b>evil", WRONG).body


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "null", f"https://{HERE}", "http://localhost:8501"]
)
def test_a_form_of_another_page_is_not_taken(doorway: Doorway, origin: str) -> None:
    form = {"name": "Ann", "password": PASSWORD}
    assert Browser(doorway).post("/sign-in", form, origin=origin).status == 403
    inside = signed_in(doorway)
    assert inside.post("/sign-out", origin=origin).status == 403
    assert inside.get("/").status == 200


def test_a_form_without_an_origin_is_not_taken(doorway: Doorway) -> None:
    assert Browser(doorway).asks("POST", "/sign-in", {}, b"name=Ann&password=x").status == 403


def test_more_than_a_name_and_a_password_is_not_read(doorway: Doorway) -> None:
    assert Browser(doorway).signs_in("Ann", "x" * 9000).status == 413


def test_after_five_failures_even_the_right_password_has_to_wait(doorway: Doorway) -> None:
    browser = Browser(doorway)
    for _ in range(5):
        assert browser.signs_in("Ann", WRONG).status == 401
    locked = browser.signs_in("ANN", PASSWORD)
    assert (locked.status, locked.header("retry-after")) == (429, "900")
    assert "Wait 15 min" in locked.body

    assert Browser(doorway, address="10.0.0.9").signs_in("Ann", PASSWORD).status == 303
    doorway.clock.goes_on(timedelta(minutes=15))
    assert browser.signs_in("Ann", PASSWORD).status == 303


def test_an_address_cannot_go_on_with_other_names(doorway: Doorway) -> None:
    browser = Browser(doorway)
    for number in range(20):
        assert browser.signs_in(f"name {number}", WRONG).status == 401
    assert browser.signs_in("Ann", PASSWORD).status == 429


def test_who_fails_sometimes_and_gets_in_is_not_locked_out(doorway: Doorway) -> None:
    browser = Browser(doorway)
    for _ in range(8):
        for _ in range(4):
            assert browser.signs_in("Ann", WRONG).status in {401, 429}
        doorway.clock.goes_on(timedelta(minutes=16))
        assert browser.signs_in("Ann", PASSWORD).status == 303


def test_behind_a_proxy_the_address_is_the_one_that_it_tells_and_nobody_else_may_tell(tmp_path: Path) -> None:
    door = Door(ways=(Way.ACCOUNTS,), proxies=("10.0.0.2",), public_url="https://t.example")
    doorway = Doorway(tmp_path, door)
    doorway.accounts.add("Ann", Role.VIEWER, PASSWORD)
    proxy = Browser(doorway, "t.example", "https", "10.0.0.2")
    form = {"name": "Ann", "password": WRONG}
    for number in range(5):  # what a client wrote itself stands before what the proxy adds
        told = f"9.9.9.{number}, 198.51.100.7"
        assert proxy.post("/sign-in", form, x_forwarded_for=told).status == 401
    assert proxy.post("/sign-in", form, x_forwarded_for="198.51.100.7").status == 429
    assert proxy.post("/sign-in", form, x_forwarded_for="198.51.100.8").status == 401
    here = Browser(doorway)
    for number in range(5):
        here.post("/sign-in", form, x_forwarded_for=f"8.8.8.{number}")
    assert here.post("/sign-in", form, x_forwarded_for="8.8.8.8").status == 429


@pytest.mark.parametrize("change", ["password", "role", "removed"])
def test_a_changed_account_ends_its_sessions_and_open_pages(
    doorway: Doorway, change: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dashboard.entrance.vigil.LOOKS_EVERY", 0.01)
    browser = signed_in(doorway)
    doorway.clock.goes_on(timedelta(minutes=1))

    def changes() -> None:
        match change:
            case "password":
                doorway.accounts.set_password("ann", "another " + PASSWORD)
            case "role":
                doorway.accounts.set_role("ANN", Role.ADMIN)
            case _:
                doorway.accounts.remove("Ann")
        doorway.clock.goes_on(timedelta(seconds=5))

    import asyncio

    said = asyncio.run(browser.on_socket(changes))

    assert [each["type"] for each in said] == ["websocket.accept", "websocket.close"]
    assert browser.get("/").status == 303
    assert (browser.signs_in("Ann", PASSWORD).status == 303) is (change == "role")


def test_an_account_of_a_name_that_was_removed_does_not_take_its_sessions_over(doorway: Doorway) -> None:
    browser = signed_in(doorway)
    doorway.accounts.remove("Ann")
    doorway.accounts.add("Ann", Role.ADMIN, "another " + PASSWORD)
    doorway.clock.goes_on(timedelta(seconds=5))
    assert browser.get("/").status == 303


def test_while_the_state_database_is_away_who_is_in_stays_and_nobody_comes_in(doorway: Doorway) -> None:
    browser = signed_in(doorway)
    doorway.away = True
    doorway.clock.goes_on(timedelta(minutes=5))

    assert browser.get("/").status == 200
    answer = Browser(doorway).signs_in("Ann", PASSWORD)
    assert answer.status == 503
    assert "cannot be read now" in answer.body


def test_the_link_opens_nothing_where_it_is_not_a_way(doorway: Doorway) -> None:
    assert Browser(doorway).get(f"/?token={doorway.token}").status == 303  # to the form
    assert "sign-in" in Browser(doorway).get(f"/?token={doorway.token}").header("location")


def test_who_is_in_sees_who_they_are_and_a_way_out(doorway: Doorway) -> None:
    page = signed_in(doorway).get("/sign-in").body
    assert "signed in as <strong>Ann</strong>" in page
    assert 'action="/sign-out"' in page


def test_two_names_that_look_alike_are_one_and_a_short_password_is_none(doorway: Doorway) -> None:
    with pytest.raises(AccountError, match="an account of ANN already"):
        doorway.accounts.add("ANN", Role.VIEWER, PASSWORD)
    with pytest.raises(AccountError, match="10 to 200 characters"):
        doorway.accounts.add("bob", Role.VIEWER, "short")
    for name in ("", " ", "a" * 41, "a\nb"):
        with pytest.raises(AccountError, match="printable"):
            doorway.accounts.add(name, Role.VIEWER, PASSWORD)
    with pytest.raises(AccountError, match="no account of bob"):
        doorway.accounts.remove("bob")


def test_of_a_password_only_an_argon2_hash_is_kept(doorway: Doorway, tmp_path: Path) -> None:
    content = b"".join(file.read_bytes() for file in tmp_path.glob("trueup.db*"))
    assert PASSWORD.encode() not in content
    assert b"$argon2id$" in content
