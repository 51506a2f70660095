"""Who signed in, who left and who was refused stands in the Audit; a flood fills and hides nothing."""

from datetime import timedelta
from pathlib import Path

import pytest

from reconciler.console import Console
from reconciler.facts.sign_in import Door, ProxyHeaders, Roles, Way
from reconciler.facts.token import Role
from reconciler.views.audit import ActsWanted
from tests.dashboard.entrance.doorway import Browser, Doorway
from tests.dashboard.entrance.loopback_provider import provider
from tests.dashboard.entrance.test_a_provider_lets_in import doorway as with_a_provider
from tests.dashboard.entrance.test_a_provider_lets_in import signs_in

PASSWORD = "correct horse battery"
DOOR = Door(ways=(Way.LINK, Way.ACCOUNTS))
HOUR = timedelta(hours=1)


@pytest.fixture
def doorway(tmp_path: Path) -> Doorway:
    made = Doorway(tmp_path, DOOR)
    made.accounts.add("Ann", Role.OPERATOR, PASSWORD)
    return made


def kept(doorway: Doorway) -> list[tuple[str, str, str]]:
    """What the Audit tells, oldest first: what was done, by whom, and how."""
    found = Console.on(doorway.database, doorway.clock).insight.acts(ActsWanted())
    return [(act.action, act.actor, act.note) for act in reversed(found)]


def test_a_person_comes_and_goes(doorway: Doorway) -> None:
    browser = Browser(doorway, address="10.0.0.9")
    browser.signs_in("ann", PASSWORD)
    browser.get("/")
    browser.post("/sign-out")
    doorway.clock.goes_on(timedelta(minutes=1))
    Browser(doorway).get(f"/?token={doorway.token}")

    assert kept(doorway) == [
        ("signed in", "Ann", "by name and password, from 10.0.0.9"),
        ("signed out", "Ann", "had come by name and password"),
        ("signed in", "", "by the link, from 127.0.0.1"),
    ]


def test_who_is_refused_is_told_without_what_they_typed(doorway: Doorway) -> None:
    Browser(doorway).signs_in(PASSWORD, "hunter2 hunter2")
    Browser(doorway).get("/?token=0123456789abcdef")

    assert kept(doorway) == [
        ("sign-in refused", "", "by name and password, from 127.0.0.1"),
        ("sign-in refused", "", "by the link, from 127.0.0.1"),
    ]


def test_a_flood_is_counted_and_told_as_one_and_nobody_else_drowns_in_it(doorway: Doorway) -> None:
    for number in range(120):
        for _ in range(2):
            Browser(doorway, address=f"10.0.1.{number}").get("/?token=guessed")
    told = kept(doorway)
    assert len(told) == 11
    assert told[-1][2] == "by the link, from many addresses, which are counted together"

    doorway.clock.goes_on(HOUR)
    ann = Browser(doorway)
    ann.signs_in("ann", PASSWORD)
    ann.get("/")

    later = kept(doorway)[11:]
    assert ("signed in", "Ann", "by name and password, from 127.0.0.1") in later
    counted = [note for action, _, note in later if action == "sign-in refused"]
    assert sum(int(note.split()[0]) for note in counted) == 240 - 11
    assert "1 more try since 12:00 UTC, by the link, from 10.0.1.0" in counted


def test_while_the_database_is_away_the_link_lets_in_and_that_is_stored_later(doorway: Doorway) -> None:
    doorway.away = True
    browser = Browser(doorway)
    assert browser.get(f"/?token={doorway.token}").status == 303
    assert browser.get("/").body == "page"
    doorway.away = False
    assert kept(doorway) == []

    doorway.clock.goes_on(timedelta(minutes=1))
    assert browser.get("/").body == "page"

    assert kept(doorway) == [("signed in", "", "by the link, from 127.0.0.1")]


def test_what_waits_for_the_database_is_bounded(doorway: Doorway) -> None:
    doorway.away = True
    for _ in range(230):
        Browser(doorway).get(f"/?token={doorway.token}")
    doorway.away = False
    for _ in range(50):
        doorway.clock.goes_on(timedelta(minutes=1))
        Browser(doorway).get(f"/?token={doorway.token}")
        if kept(doorway):
            break

    assert len(kept(doorway)) == 200


PROXIED = Door(
    ways=(Way.PROXY,),
    idle=timedelta(days=1),
    proxies=("10.0.0.2",),
    public_url="https://t.example",
    roles=Roles(admins=("ann",)),
    proxy=ProxyHeaders("X-Forwarded-User", "", ""),
)


def test_whom_a_proxy_brings_without_a_role_is_told_by_name_and_what_follows_is_counted(
    tmp_path: Path,
) -> None:
    doorway = Doorway(tmp_path, PROXIED)
    browser = Browser(doorway, "t.example", "https", "10.0.0.2")
    for _ in range(2):
        browser.get("/", x_forwarded_user="eve", x_forwarded_for="192.0.2.7")
    browser.get("/", x_forwarded_for="192.0.2.8")  # the proxy names nobody
    Browser(doorway, "t.example", "https", "10.0.0.9").get("/", x_forwarded_user="eve")  # no proxy of ours
    refused = ("sign-in refused", "eve", "by the proxy, from 192.0.2.7")
    assert kept(doorway) == [refused]

    doorway.clock.goes_on(timedelta(hours=2))
    browser.get("/", x_forwarded_user="ann", x_forwarded_for="192.0.2.7")
    assert set(kept(doorway)[1:]) == {
        ("signed in", "ann", "by the proxy, from 192.0.2.7"),
        ("sign-in refused", "", "1 more try since 12:00 UTC, by the proxy, from 192.0.2.7"),
    }


def test_whom_a_proxy_brings_is_told_once_until_they_stay_away(tmp_path: Path) -> None:
    doorway = Doorway(tmp_path, PROXIED)
    browser = Browser(doorway, "t.example", "https", "10.0.0.2")
    for _ in range(3):
        browser.get("/", x_forwarded_user="ann", x_forwarded_for="192.0.2.7")
        doorway.clock.goes_on(timedelta(hours=20))
    assert kept(doorway) == [("signed in", "ann", "by the proxy, from 192.0.2.7")]

    doorway.clock.goes_on(timedelta(days=2))
    browser.get("/", x_forwarded_user="ann", x_forwarded_for="192.0.2.7")
    assert len(kept(doorway)) == 2


def test_whom_a_provider_vouches_for_is_named_let_in_or_not(tmp_path: Path) -> None:
    with provider() as told:
        doorway = with_a_provider(tmp_path, told)
        signs_in(Browser(doorway), told)
        told.claims["email"] = "mallory@example.com"
        signs_in(Browser(doorway), told)

    assert kept(doorway) == [
        ("signed in", "ann@example.com", "by the provider, from 127.0.0.1"),
        ("sign-in refused", "mallory@example.com", "by the provider, from 127.0.0.1"),
    ]
