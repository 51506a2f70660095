"""Whoever is limited to groups of accounts sees these and nothing of any other, and acts upon no other."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa

from reconciler.alerts.errors import AlertCommandError
from reconciler.commands import Commands
from reconciler.console import AlertNotFound, Console, NoSuchAccount, NotAllowed, Queries
from reconciler.facts.person import LEAST, Deed, Person
from reconciler.facts.token import Role
from reconciler.insight import Changes, Insight
from reconciler.storage.database import Database
from reconciler.storage.rows import StateRow
from reconciler.views.alert_list import AlertFilter
from reconciler.views.audit import ActsWanted
from reconciler.views.verification import VerificationsWanted
from tests.reconciler.storage.limited_world import DAY, NOW, Account, fill
from tests.reconciler.storage.test_console import StoppedClock

GROUPS = ("", "east", "west", "north")
HOUR = timedelta(hours=1)


@dataclass
class World:
    """Some accounts in some groups, and somebody who may see some of them."""

    database: Database
    accounts: list[Account]
    person: Person

    @property
    def console(self) -> Console:
        return Console.on(self.database, StoppedClock(NOW))

    @property
    def theirs(self) -> list[Account]:
        groups = {group for group, _ in self.person.groups}
        return [account for account in self.accounts if account.group in groups]

    @property
    def others(self) -> list[Account]:
        return [account for account in self.accounts if account not in self.theirs]

    def alerts(self, accounts: list[Account]) -> list[int]:
        """The numbers of the alerts of these: two of each account, in the order in which they were made."""
        return [2 * self.accounts.index(each) + place for each in accounts for place in (1, 2)]

    def rows(self) -> dict[str, list[tuple[Any, ...]]]:
        """All that is stored."""
        with self.database.read() as connection:
            return {
                name: sorted(map(tuple, connection.execute(sa.select(table))), key=repr)
                for name, table in StateRow.metadata.tables.items()
            }


def drawn(database: Database, seed: int) -> World:
    chance = random.Random(seed)
    accounts = [Account(number, chance.choice(GROUPS)) for number in range(chance.randint(2, 5))]
    fill(database, accounts)
    named = chance.sample(GROUPS[1:], chance.randint(0, 2))
    roles = tuple((group, chance.choice(list(Role))) for group in named)
    return World(database, accounts, Person("Ann", Role.VIEWER, roles, everywhere=False))


@pytest.fixture(params=range(6))
def world(sqlite_state: str, request: pytest.FixtureRequest) -> Iterator[World]:
    with Database.open(sqlite_state, create=False) as database:
        yield drawn(database, request.param)


Asked = Callable[[Any, World], Any]

QUERIES: dict[str, Asked] = {
    "now": lambda q, _: q.now(),
    "alerts": lambda q, w: (q.alerts(), q.alerts(accounts=[each.name for each in w.accounts])),
    "alert": lambda q, w: [q.alert(number) for number in w.alerts(w.theirs)],
    "alert_list": lambda q, w: (
        q.alert_list(AlertFilter(), limit=None),
        q.alert_list(AlertFilter(accounts=frozenset(each.name for each in w.accounts))),
        [q.alert_list(AlertFilter(text=each.name)).total for each in w.others],
    ),
    "alerts_numbered": lambda q, w: q.alerts_numbered(w.alerts(w.accounts)),
    "story": lambda q, w: [q.story(each) for each in w.console.queries.alerts()],
    "positions": lambda q, _: q.positions(),
    "latency": lambda q, w: (
        q.latency(HOUR, HOUR / 6),
        [q.latency(HOUR, HOUR / 6, account=each.name) for each in w.accounts],
    ),
    "verifications": lambda q, w: (
        q.verifications(),
        q.verifications(accounts=[each.name for each in w.accounts]),
    ),
    "channels": lambda q, _: q.channels(),
    "replies": lambda q, _: q.replies(),
    "windows": lambda q, _: q.windows(),
    "watches": lambda q, _: q.watches(),
    "changes": lambda q, _: q.changes(None),
    "version": lambda q, _: q.version(),
}
INSIGHT: dict[str, Asked] = {
    "health": lambda i, _: i.health(),
    "acts": lambda i, w: (
        i.acts(ActsWanted(ours=True)),
        [i.acts(ActsWanted(account=each.name)) for each in w.others],
    ),
    "found": lambda i, w: (
        i.found(VerificationsWanted()),
        [i.found(VerificationsWanted(account=each.name)) for each in w.others],
    ),
    "race": lambda i, w: [i.race(number + 1) for number in range(len(w.accounts))],
    "decided": lambda i, _: i.decided(HOUR),
    "availability": lambda i, _: i.availability(HOUR, ticks=4),
    "latency_by_account": lambda i, _: i.latency_by_account(HOUR),
    "unprotected_today": lambda i, _: i.unprotected_today(),
    "attest": lambda i, _: (i.attest(DAY), [i.attest(DAY, group=group) for group in GROUPS]),
}
CHANGES: dict[str, Asked] = {
    "explained": lambda c, _: c.explained(),
    "of": lambda c, w: [c.of(each.name, each.symbol) for each in w.accounts],
}


def asked_of(protocol: type) -> set[str]:
    return {name for name in vars(protocol) if not name.startswith("_")}


def test_whatever_can_be_asked_is_asked_here() -> None:
    assert (set(QUERIES), set(INSIGHT), set(CHANGES)) == (
        asked_of(Queries), asked_of(Insight), asked_of(Changes),
    ), "say how the new question is limited, and ask it here"  # fmt: skip


def test_no_answer_tells_of_an_account_of_others(world: World) -> None:
    console = world.console.seen_by(world.person.sees)
    for part, asked in ((console.queries, QUERIES), (console.insight, INSIGHT), (console.changes, CHANGES)):
        for name, question in asked.items():
            told = repr(question(part, world))
            for other in world.others:
                assert other.name not in told, f"{name} tells of {other.name}"
                assert f"SYM{other.number}Q" not in told, f"{name} tells of a symbol of {other.name}"


def test_all_that_is_theirs_is_there_and_no_number_counts_more(world: World) -> None:
    console = world.console.seen_by(world.person.sees)
    names = {each.name for each in world.theirs}
    worth = Decimal(sum(each.worth for each in world.theirs))

    view = console.queries.now()
    assert {watch.account for watch in view.watches} == names
    assert view.hidden == len(world.others)
    for found in (view.cycles, view.sources, view.windows, console.queries.positions()):
        assert {each.account for each in found} == names
    assert {alert.id for alert in console.queries.alerts()} == set(world.alerts(world.theirs))
    assert sum(view.legs.held.values(), Decimal(0)) == worth
    assert sum(view.legs.stops.values()) == len(names)
    assert view.today is not None
    assert (view.today.over, view.today.verified) == (len(names), len(names))
    bare = view.today.unprotected
    assert (bare.dollar_seconds if bare is not None else Decimal(0)) == worth
    listed = console.queries.alert_list(AlertFilter())
    assert listed.total == 2 * len(names)
    assert dict(listed.facets.accounts) == dict.fromkeys(names, 2)
    assert sum(listed.facets.states.values()) == 2 * len(names)
    assert sum(console.insight.found(VerificationsWanted()).counts.values()) == len(names)
    merged = console.queries.latency(HOUR, HOUR / 6)
    assert sum(each.total.count for each in merged if each.total is not None) == len(names)
    stated = console.insight.attest(DAY)
    assert stated.only
    assert {each.account for each in stated.accounts} == names


def test_whoever_is_not_limited_sees_all_as_ever(world: World) -> None:
    everything = world.console.queries.now()

    assert world.console.seen_by(None).queries.now() == everything
    assert everything.hidden == 0
    assert {watch.account for watch in everything.watches} == {each.name for each in world.accounts}


def said(commands: Commands, number: int) -> dict[Deed, Callable[[], object]]:
    """What can be done to an alert."""
    word: dict[str, Any] = {"by": "x", "note": "n", "origin": "dashboard"}
    return {
        Deed.NOTE: lambda: commands.note(number, **word),
        Deed.CHECK_AGAIN: lambda: commands.check_again(number, by="x", origin="dashboard"),
        Deed.SNOOZE: lambda: commands.snooze(number, **word),
        Deed.ACKNOWLEDGE: lambda: commands.acknowledge(number, **word),
        Deed.INTEND: lambda: commands.intend(number, **word),
        Deed.CLOSE: lambda: commands.close(number, **word),
    }


def test_what_is_of_others_is_refused_in_the_words_for_what_is_not_there_and_changes_nothing(
    world: World,
) -> None:
    before = world.rows()
    commands = world.console.commands_of(world.person)
    for number in world.alerts(world.others):
        with pytest.raises(AlertNotFound, match=f"there is no alert {number}"):
            world.console.seen_by(world.person.sees).queries.alert(number)
        for do in said(commands, number).values():
            with pytest.raises(AlertNotFound, match=f"there is no alert {number}"):
                do()
    for other in world.others:
        with pytest.raises(NoSuchAccount):
            commands.begin_maintenance(other.name, by="x", note="n", origin="dashboard")
        with pytest.raises(NoSuchAccount):
            commands.end_maintenance(other.name, by="x")

    assert world.rows() == before


def test_on_their_own_accounts_the_role_of_that_group_counts(world: World) -> None:
    commands = world.console.commands_of(world.person)
    roles = dict(world.person.groups)
    for account in world.theirs:
        number = world.alerts([account])[0]
        for deed, do in said(commands, number).items():
            before = world.rows()
            try:
                do()
                refused = None
            except AlertCommandError as error:
                refused = error
            if roles[account.group].may(LEAST[deed]):
                assert not isinstance(refused, NotAllowed)
            else:
                assert isinstance(refused, NotAllowed)
                assert f"of the accounts of {account.group}" in str(refused)
                assert world.rows() == before


def test_what_all_accounts_share_takes_a_role_for_all_of_them(world: World) -> None:
    admin = Person("Ann", Role.ADMIN, (("east", Role.ADMIN),), everywhere=False)

    with pytest.raises(NotAllowed, match="it takes an admin of all of them, not of some groups"):
        world.console.commands_of(admin).try_channel("phone", by="x")


def test_a_limited_console_itself_acts_on_no_others(world: World) -> None:
    commands = world.console.seen_by(world.person.sees).commands
    for number in world.alerts(world.others):
        with pytest.raises(AlertNotFound):
            commands.note(number, by="x", note="n", origin="api")
    for number in world.alerts(world.theirs):
        assert commands.note(number, by="x", note="n", origin="api").alert.id == number


def test_a_message_that_told_of_others_too_is_shown_without_its_words(sqlite_state: str) -> None:
    with Database.open(sqlite_state, create=False) as database:
        fill(database, [Account(0, "east"), Account(1, "west")])
        view = Console.on(database, StoppedClock(NOW)).seen_by(frozenset({"east"})).queries.alert(1)

    assert [(each.title, each.body) for each in view.messages] == [
        ("told of other accounts, too: its words are not shown to you", "")
    ]


def test_an_account_of_no_group_is_nobodys_who_is_limited(sqlite_state: str) -> None:
    with Database.open(sqlite_state, create=False) as database:
        fill(database, [Account(0, ""), Account(1, "west")])
        view = Console.on(database, StoppedClock(NOW)).seen_by(frozenset({"", "west"})).queries.now()

    assert [watch.account for watch in view.watches] == ["acct1q"]
