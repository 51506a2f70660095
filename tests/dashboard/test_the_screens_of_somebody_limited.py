"""The screens of somebody who is limited to a group: no page tells of other accounts, and each says so."""

from collections.abc import Iterator

import pytest

from dashboard import identity, state_reader
from reconciler.facts.person import Person, limited
from reconciler.facts.token import Role
from reconciler.storage.database import Database
from reconciler.views.now import NowView
from tests.dashboard.screen import html, opened, text
from tests.reconciler.storage.conftest import migrated_file, sqlite_state
from tests.reconciler.storage.limited_world import Account, fill

__all__ = ["migrated_file", "sqlite_state"]

ACCOUNTS = [Account(0, "east"), Account(1, "west"), Account(2, ""), Account(3, "east")]
PAGES = ("", "desk", "alerts", "positions", "latency", "verifications", "health", "audit")


@pytest.fixture
def url(sqlite_state: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    with Database.open(sqlite_state, create=False) as database:
        fill(database, ACCOUNTS)
    monkeypatch.setenv(state_reader.STATE_URL, sqlite_state)
    yield sqlite_state
    state_reader.forget(sqlite_state)


def sit(monkeypatch: pytest.MonkeyPatch, person: Person | None) -> None:
    told = [] if person is None else [identity.written(person)]
    monkeypatch.setattr(identity, "_headers", lambda: told)


@pytest.mark.usefixtures("url")
@pytest.mark.parametrize("page", PAGES)
def test_a_page_tells_of_their_accounts_and_says_that_there_are_others(
    page: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    sit(monkeypatch, limited("Ann", Role.OPERATOR, ["east"]))
    screen = opened(page)
    shown = text(screen) + html(screen) + str([each.proto for each in screen.get("bidi_component")])

    assert "2 of 4 accounts" in shown
    assert ("your accounts" in shown) == (page in {"audit", "health"})
    for other in (ACCOUNTS[1], ACCOUNTS[2]):
        assert other.name not in shown
        assert f"SYM{other.number}Q" not in shown


@pytest.mark.usefixtures("url")
def test_the_alert_of_another_account_is_not_there_whoever_has_its_link(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sit(monkeypatch, limited("Ann", Role.ADMIN, ["east"]))

    assert "acct0q" in text(opened("alert", id="1"))
    assert "acct1q" not in text(opened("alert", id="3"))


@pytest.mark.usefixtures("url")
def test_who_may_see_none_of_the_accounts_is_not_told_that_nothing_runs_or_all_is_well(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sit(monkeypatch, limited("Ann", Role.ADMIN, ["north"]))
    shown = text(opened())

    assert "None of the accounts here is shown to you." in shown
    assert "0 of 4 accounts" in shown
    assert "never run" not in shown


@pytest.mark.usefixtures("url")
def test_where_nobody_is_vouched_for_nothing_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    sit(monkeypatch, None)
    shown = text(opened())

    assert "Nobody is signed in here" in shown
    assert not any(account.name in shown for account in ACCOUNTS)


@pytest.mark.usefixtures("url")
def test_what_was_read_for_one_person_a_moment_ago_is_not_handed_to_another(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen = {}
    for groups in (None, ["east"], ["west"], None, ["north"]):
        sit(monkeypatch, limited("Ann", Role.ADMIN, groups))
        view = state_reader.now()
        assert isinstance(view, NowView)
        seen[str(groups)] = [watch.account for watch in view.watches]

    assert seen == {
        "None": ["acct0q", "acct1q", "acct2q", "acct3q"],
        "['east']": ["acct0q", "acct3q"],
        "['west']": ["acct1q"],
        "['north']": [],
    }
