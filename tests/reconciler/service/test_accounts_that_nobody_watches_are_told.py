"""Accounts that no process has room for are told to people: no alert can be written of them."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
import structlog

from reconciler.facts.lease import Holder
from reconciler.facts.sharing import Part, Worker
from reconciler.notify import nobody_watches
from reconciler.notify.channel import Channel
from reconciler.service.fleet import Fleet
from reconciler.service.last_resort import LastResort
from reconciler.service.served_channel import Posting
from reconciler.service.sharing import Sharing
from reconciler.settings import Settings, load
from reconciler.storage.errors import StateDatabaseError, StateTrouble
from reconciler.storage.leases import Kept
from reconciler.storage.workers import Together
from tests.reconciler.notify.desk import LINK, Inbox
from tests.reconciler.settings_files import GOOD, written
from tests.virtual_time import VirtualClock, run

OTHER = '\n[accounts.other]\nvenue = "bybit"\nledgers = ["theirs"]\napi_key_env = "K"\nsecret_env = "S"\n'
THEIRS = '\n[ledgers.theirs]\nkind = "freqtrade"\nurl = "sqlite:///other.sqlite"\n'
ALICE, BOB = Holder("alice", "here", 1), Holder("bob", "there", 2)
PHONE = Channel("phone")
ANYWHERE = frozenset({"main", "other"})


@dataclass
class World:
    """What the state database says: who lives, with room for one account each, and who holds what."""

    living: set[str] = field(default_factory=lambda: {"alice", "bob"})
    held: dict[str, Holder] = field(default_factory=lambda: {"main": ALICE, "other": BOB})
    away: bool = False
    settings: dict[str, str] = field(default_factory=dict)

    async def together(self, *, wall: datetime) -> Together:
        del wall
        if self.away:
            raise StateDatabaseError(StateTrouble.UNREACHABLE, "state database: it is away")
        workers = tuple(
            Worker(name, 1, ANYWHERE, settings=self.settings.get(name, ""), process=f"here {name}")
            for name in sorted(self.living)
        )
        held = {account: by for account, by in self.held.items() if by.instance in self.living}
        return Together(workers, held, ANYWHERE)

    async def tell_worker(self, *_: object, **__: object) -> None:
        return


@dataclass
class Process:
    """One of the two processes, which looks every two seconds while it lives."""

    sharing: Sharing
    resort: LastResort
    inbox: Inbox


class Both:
    """Two processes that share two accounts, and each its own way to the same phone."""

    def __init__(self, settings: Settings) -> None:
        self.clock = VirtualClock()
        self.world = World()
        self.by_name = {by.instance: self._process(by, settings) for by in (ALICE, BOB)}

    def _process(self, by: Holder, settings: Settings) -> Process:
        fleet = Fleet([], timedelta(seconds=60))
        claims = SimpleNamespace(by=by, claim=_not_given)
        sharing = Sharing(
            Part(1),
            settings,
            fleet,
            cast("Any", self.world),
            self.clock,
            claims=cast("Any", claims),
            runner=cast("Any", None),
        )
        # Whatever it would claim is its own already: what is watched is said by the world.
        sharing._fleet = cast("Any", _Full(by, self.world))
        inbox = Inbox()
        posting = Posting(((PHONE, inbox),), LINK, ANYWHERE)
        words = nobody_watches.word
        return Process(
            sharing, LastResort(posting, sharing.alone, sharing.to_tell, self.clock, words=words), inbox
        )

    def got(self, name: str) -> list[str]:
        return [each.title for each in self.by_name[name].inbox.got]

    async def until(self, seconds: float) -> None:
        while self.clock.now().monotonic < seconds:
            for name in sorted(self.world.living):
                process = self.by_name[name]
                try:
                    await process.sharing.look()
                except StateDatabaseError:
                    assert self.world.away
                await process.resort.look()
            await asyncio.sleep(2)


async def _not_given(*_: object) -> Kept:
    return Kept(None, None)  # what nobody watches stays so, until the world says otherwise


@dataclass
class _Full:
    """What a process watches: it is full with what the world says, and has nothing to claim or to end."""

    by: Holder
    world: World

    @property
    def accounts(self) -> frozenset[str]:
        return frozenset(account for account, by in self.world.held.items() if by == self.by)

    def ended(self) -> list[str]:
        return []


def play(tmp_path: Path, story: Callable[[Both], Any], monkeypatch: pytest.MonkeyPatch) -> Both:
    monkeypatch.setattr(Sharing, "_spend", lambda *_: None)  # budgets are another matter
    for name in ("BINANCE_KEY", "BINANCE_SECRET", "K", "S"):
        monkeypatch.setenv(name, "x")
    settings = load(written(tmp_path, THEIRS + GOOD + OTHER))
    kept: list[Both] = []

    async def life() -> None:
        both = Both(settings)
        kept.append(both)
        await story(both)

    run(life())
    return kept[0]


def test_one_of_those_that_live_tells_it_and_its_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def story(both: Both) -> None:
        await both.until(30)
        both.world.living.remove("bob")  # nobody has room for what it watched
        await both.until(30 + 400)
        both.world.living.add("bob")
        await both.until(600)

    both = play(tmp_path, story, monkeypatch)

    first, again, over = both.by_name["alice"].inbox.got
    assert first.title == "NEW CRITICAL: accounts are watched by nobody"
    assert "Nobody watches account other\n" in first.body
    assert "look at the exchange yourself" in first.body
    assert 90 <= first.at <= 100, "it had a minute to be taken over"
    assert again.title == "STILL CRITICAL: accounts are watched by nobody, for 6 min"
    assert over.title.startswith("RESOLVED: every account is watched again, after 6 min")
    assert both.got("bob") == []


def test_a_handover_within_a_minute_wakes_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def story(both: Both) -> None:
        for minute in range(3):
            del both.world.held["other"]
            await both.until(minute * 60 + 35)
            both.world.held["other"] = BOB
            await both.until(minute * 60 + 60)

    both = play(tmp_path, story, monkeypatch)

    assert both.got("alice") == both.got("bob") == []


def test_where_all_live_the_first_one_tells_it_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def story(both: Both) -> None:
        both.world.held["other"] = Holder("gone", "elsewhere", 3)
        await both.until(120)

    both = play(tmp_path, story, monkeypatch)

    assert both.got("alice") == ["NEW CRITICAL: accounts are watched by nobody"]
    assert both.got("bob") == []


def test_where_settings_differ_each_of_them_tells_of_what_it_knows_and_the_log_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def story(both: Both) -> None:
        both.world.settings = {"bob": "with one account more"}
        both.world.held["other"] = Holder("gone", "elsewhere", 3)
        await both.until(25)
        assert not [each for each in lines if each["event"] == "settings.differ"], "they may be on their way"
        await both.until(120)

    with structlog.testing.capture_logs() as lines:
        both = play(tmp_path, story, monkeypatch)

    # Which accounts the first one knows is not known here: rather twice than never.
    assert both.got("alice") == both.got("bob") == ["NEW CRITICAL: accounts are watched by nobody"]
    told = [each["processes"] for each in lines if each["event"] == "settings.differ"]
    assert told == ["here bob", "here alice"]


def test_nothing_new_is_told_by_what_was_seen_before_the_database_went_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def story(both: Both) -> None:
        await both.until(10)
        del both.world.held["other"]
        await both.until(20)
        both.world.away = True
        await both.until(200)
        assert both.got("alice") == []
        both.world.away = False
        await both.until(260)

    both = play(tmp_path, story, monkeypatch)

    assert both.got("alice") == ["NEW CRITICAL: accounts are watched by nobody"]
