"""A provider of OpenID Connect lets in whom it vouches for and the settings name; no lie lets anybody in."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from joserfc.jwk import RSAKey

from dashboard.entrance.provider import Asked
from reconciler.facts.sign_in import Door, Provider, Roles, Way
from tests.dashboard.entrance.doorway import Answer, Browser, Doorway
from tests.dashboard.entrance.loopback_provider import CLIENT, SECRET, LoopbackProvider, provider, shared_key

ROLES = Roles(admins=("Ann@Example.com",), operators=("group:desk",))
DEEP = "/alert?id=3&x=a%20b"


@pytest.fixture(scope="module")
def running() -> Iterator[LoopbackProvider]:
    with provider() as made:
        yield made


@pytest.fixture
def told(running: LoopbackProvider) -> LoopbackProvider:
    """The provider as it was made: it vouches for Ann, and tells the truth."""
    fresh = LoopbackProvider(url=running.url, key=running.key)
    for name in ("claims", "lies", "more", "signs_with", "algorithm", "seen", "used", "down"):
        setattr(running, name, getattr(fresh, name))
    return running


def doorway(folder: Path, told: LoopbackProvider, **more: Any) -> Doorway:
    known = Provider(told.url, CLIENT, SECRET)
    door = Door(ways=(Way.OIDC,), provider=known, **{"roles": ROLES, **more})
    return Doorway(folder, door, provider=Asked(known))


def goes_there(browser: Browser, path: str = DEEP) -> str:
    """Ask for a page, and go where one is sent until that is the provider; return its address."""
    asked = browser.get(path)
    assert asked.status == 303
    away = browser.get(asked.header("location"))
    assert away.status == 303
    return away.header("location")


def signs_in(browser: Browser, told: LoopbackProvider, path: str = DEEP) -> Answer:
    return browser.get(told.sends_back(goes_there(browser, path)))


def test_there_and_back_to_the_very_page(tmp_path: Path, told: LoopbackProvider) -> None:
    browser = Browser(doorway(tmp_path, told))

    back = signs_in(browser, told)

    assert (back.status, back.header("location")) == (303, DEEP)
    assert browser.get(DEEP).body == "page"
    assert browser.doorway.streamlit.last == "admin ann@example.com"
    assert told.seen["code_challenge_method"] == "S256"
    assert told.seen["redirect_uri"] == "http://127.0.0.1:8501/sign-in/provider/back"
    assert {"openid", "email"} <= set(told.seen["scope"].split())
    assert SECRET not in str(browser.cookies)
    assert list(browser.cookies) == ["trueup-8501"]  # what was kept of the way there is gone


def test_who_signs_out_is_not_sent_there_again_by_itself(tmp_path: Path, told: LoopbackProvider) -> None:
    browser = Browser(doorway(tmp_path, told))
    signs_in(browser, told)
    out = browser.post("/sign-out").header("location")
    assert "Sign in with your provider" in browser.get(out).body


@pytest.mark.parametrize(
    ("claims", "more", "who"),
    [
        ({"email": "bob@example.com", "groups": ["x", "desk"]}, {}, "operator bob@example.com"),
        ({"email": "bob@example.com", "groups": "desk"}, {}, "operator bob@example.com"),
        ({"email": "bob@example.com"}, {"groups": ["desk"]}, "operator bob@example.com"),
        ({}, {"email": "ann@example.com"}, "admin ann@example.com"),
        ({"email": "ANN@example.com", "email_verified": True}, {}, "admin ANN@example.com"),
    ],
)
def test_roles_follow_addresses_and_groups_in_the_token_or_beside_it(
    tmp_path: Path, told: LoopbackProvider, claims: dict[str, Any], more: dict[str, Any], who: str
) -> None:
    told.claims, told.more = {"sub": "2", **claims}, more
    browser = Browser(doorway(tmp_path, told))
    signs_in(browser, told)
    browser.get("/")
    assert browser.doorway.streamlit.last == who


def test_whom_the_settings_do_not_name_is_told_so(tmp_path: Path, told: LoopbackProvider) -> None:
    told.claims = {"sub": "2", "email": "<b>eve@example.com"}
    browser = Browser(doorway(tmp_path, told))
    answer = signs_in(browser, told)
    assert answer.status == 403
    assert "&lt;b&gt;eve@example.com is not on the list" in answer.body
    assert browser.get("/").status == 303


@pytest.mark.parametrize(
    "lies",
    [
        {"iss": "https://evil.example"},
        {"aud": "another-client"},
        {"aud": [CLIENT, "another"], "azp": "another"},
        {"nonce": "of another round"},
        {"exp": 1},
        {"email_verified": False},
        {"email": ""},
        {"email": ["ann@example.com"]},
    ],
)
def test_what_is_signed_for_another_or_another_time_lets_nobody_in(
    tmp_path: Path, told: LoopbackProvider, lies: dict[str, Any]
) -> None:
    told.lies = lies
    browser = Browser(doorway(tmp_path, told))
    answer = signs_in(browser, told)
    assert answer.status == 502
    assert "did not sign you in" in answer.body
    assert browser.get("/").status == 303


@pytest.mark.parametrize(("algorithm", "key"), [("HS256", shared_key()), ("RS256", None)])
def test_what_anybody_else_could_have_signed_lets_nobody_in(
    tmp_path: Path, told: LoopbackProvider, algorithm: str, key: Any
) -> None:
    told.algorithm, told.signs_with = algorithm, key or RSAKey.generate_key(2048, {"kid": "k"})
    assert signs_in(Browser(doorway(tmp_path, told)), told).status == 502


def test_who_comes_back_with_what_another_browser_was_given_is_not_let_in(
    tmp_path: Path, told: LoopbackProvider
) -> None:
    gate = doorway(tmp_path, told)
    back = told.sends_back(goes_there(Browser(gate)))
    for other in (Browser(gate), Browser(gate)):
        assert "began in another browser" in other.get(back).body
    mine = Browser(gate)
    goes_there(mine)
    assert "began in another browser" in mine.get(back).body
    assert told.used == []


def test_who_comes_back_too_late_begins_again(tmp_path: Path, told: LoopbackProvider) -> None:
    browser = Browser(doorway(tmp_path, told))
    back = told.sends_back(goes_there(browser))
    browser.doorway.clock.goes_on(timedelta(minutes=10))
    assert "took too long" in browser.get(back).body


def test_who_is_refused_there_is_told_and_may_try_again(tmp_path: Path, told: LoopbackProvider) -> None:
    browser = Browser(doorway(tmp_path, told))
    state = told.sends_back(goes_there(browser)).rpartition("state=")[2]
    answer = browser.get(f"/sign-in/provider/back?error=access_denied&state={state}")
    assert "did not sign you in" in answer.body
    assert "/sign-in?next=/alert%3Fid%3D3" in answer.body


@pytest.mark.parametrize("onward", ["//evil.example", "https://evil.example/", "/\\evil.example"])
def test_the_way_on_never_leads_elsewhere(tmp_path: Path, told: LoopbackProvider, onward: str) -> None:
    browser = Browser(doorway(tmp_path, told))
    away = browser.get(f"/sign-in/provider?next={onward}").header("location")
    assert browser.get(told.sends_back(away)).header("location") == "/"


def test_a_provider_that_is_away_or_another_one_is_told(tmp_path: Path, told: LoopbackProvider) -> None:
    told.down = True
    answer = Browser(doorway(tmp_path, told)).get("/sign-in/provider?next=/")
    assert (answer.status, "cannot be asked now" in answer.body) == (502, True)
    told.down = False
    stranger = Provider(told.url.replace("127.0.0.1", "localhost"), CLIENT, SECRET)
    other = Doorway(
        tmp_path, Door(ways=(Way.OIDC,), provider=stranger, roles=ROLES), provider=Asked(stranger)
    )
    assert "calls itself otherwise" in Browser(other).get("/sign-in/provider?next=/").body


def test_who_is_taken_out_of_the_lists_is_out(tmp_path: Path, told: LoopbackProvider) -> None:
    browser = Browser(doorway(tmp_path, told))
    signs_in(browser, told)
    assert browser.get("/").status == 200
    browser.doorway = doorway(tmp_path, told, roles=replace(ROLES, admins=("bob@example.com",)))
    assert browser.get("/").status == 303


def test_under_a_public_name_with_a_path_all_ways_carry_it(tmp_path: Path, told: LoopbackProvider) -> None:
    gate = doorway(tmp_path, told, public_url="https://t.example/desk")
    browser = Browser(gate, "t.example", "https")
    asked = browser.get("/desk/alert?id=3")
    assert asked.header("location").startswith("/desk/sign-in/provider?next=/alert")
    back = told.sends_back(browser.get(asked.header("location")).header("location"))
    assert told.seen["redirect_uri"] == "https://t.example/desk/sign-in/provider/back"
    assert browser.get(back).header("location") == "/desk/alert?id=3"
    assert browser.get("/alert?id=3").status == 200  # a proxy that takes the path off
