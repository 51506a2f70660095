"""A trusted proxy says who is there; from anywhere else, without its secret, or doubled, that is refused."""

from pathlib import Path

import pytest

from reconciler.facts.sign_in import Door, ProxyHeaders, Roles, Way, among
from tests.dashboard.entrance.doorway import Browser, Doorway

DOOR = Door(
    ways=(Way.PROXY,),
    proxies=("10.0.0.2", "fd00::/64"),
    public_url="https://t.example",
    roles=Roles(admins=("ann",), operators=("group:desk",), viewers=("*",)),
    proxy=ProxyHeaders("X-Forwarded-User", "X-Forwarded-Groups", "shared"),
)
TRUE = {"x_forwarded_user": "ann", "x_trueup_proxy_secret": "shared"}


@pytest.fixture
def doorway(tmp_path: Path) -> Doorway:
    return Doorway(tmp_path, DOOR)


def at(doorway: Doorway, address: str) -> Browser:
    return Browser(doorway, "t.example", "https", address)


@pytest.mark.parametrize(
    ("said", "who"),
    [
        ({}, "admin ann"),
        ({"x_forwarded_user": "bob", "x_forwarded_groups": "a, desk"}, "operator bob"),
        ({"x_forwarded_user": "vic"}, "viewer vic"),
    ],
)
def test_whom_it_names_is_let_in_with_their_role(doorway: Doorway, said: dict[str, str], who: str) -> None:
    browser = at(doorway, "10.0.0.2")
    assert browser.get("/", **{**TRUE, **said}).status == 200
    assert doorway.streamlit.last == who
    assert browser.opens_socket(**{**TRUE, **said})[0]["type"] == "websocket.accept"
    assert browser.cookies == {}
    sent = {bytes(name) for name, _ in doorway.streamlit.seen[-1]["headers"]}
    assert b"x-trueup-proxy-secret" not in sent


@pytest.mark.parametrize("address", ["10.0.0.3", "fd00:0:0:1::9", "", "nonsense"])
def test_from_any_other_address_nobody_gets_in_at_all(doorway: Doorway, address: str) -> None:
    assert at(doorway, address).get("/", **TRUE).status == 403
    assert at(doorway, address).opens_socket(**TRUE) == [{"type": "websocket.close", "code": 1008}]
    assert doorway.streamlit.seen == []


@pytest.mark.parametrize(
    "said",
    [
        {"x_trueup_proxy_secret": "guessed"},
        {"x_trueup_proxy_secret": ""},
        {"x_forwarded_for": "10.0.0.2", "x_trueup_proxy_secret": ""},
    ],
)
def test_another_user_of_this_machine_cannot_say_it(doorway: Doorway, said: dict[str, str]) -> None:
    assert Browser(doorway).get("/", **{**TRUE, **said}).status == 403
    assert at(doorway, "10.0.0.2").get("/", **{**TRUE, **said}).status == 403


def test_who_is_not_named_is_not_let_in(doorway: Doorway) -> None:
    answer = at(doorway, "10.0.0.2").get("/", x_trueup_proxy_secret="shared")
    assert answer.status == 401
    assert "The proxy before this page did not say who you are" in answer.body
    assert at(doorway, "10.0.0.2").get("/", **{**TRUE, "x_forwarded_user": ""}).status == 401


def test_without_a_role_nobody_is_let_in(tmp_path: Path) -> None:
    from dataclasses import replace

    strict = Doorway(tmp_path, replace(DOOR, roles=Roles(admins=("ann",))))
    assert at(strict, "10.0.0.2").get("/", **{**TRUE, "x_forwarded_user": "bob"}).status == 401


def test_which_addresses_are_among_networks() -> None:
    assert among("10.0.0.2", ("10.0.0.0/8",))
    assert among("::ffff:10.0.0.2", ("10.0.0.2",))
    assert not among("11.0.0.2", ("10.0.0.0/8",))
    assert not among("unix:", ("0.0.0.0/0",))
    assert not among("::1", ("0.0.0.0/0",))
