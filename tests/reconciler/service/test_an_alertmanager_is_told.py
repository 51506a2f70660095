"""A real Alertmanager holds every open alert while it is open, silent or dead as we may be, and no longer."""

import asyncio
import shutil
import subprocess
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from reconciler.alerts.event import Clear, Detected, Observed
from reconciler.console import Console
from reconciler.doctor.alertmanager import examine_alertmanager
from reconciler.doctor.check import Health
from reconciler.facts.finding import Evidence, Finding, Kind, Party, Severity
from reconciler.notify.alertmanager_body import HOLD
from reconciler.serve.open_alerts import OpenAlerts
from reconciler.service.alertmanager import AGAIN_SECONDS, Alertmanaging, Manager
from reconciler.settings import load
from reconciler.storage.held_store import HeldStore
from reconciler.storage.store import Store
from tests.reconciler.alert_life import finding
from tests.reconciler.claimed import claimed
from tests.reconciler.serve.served import free_port
from tests.reconciler.settings_files import GOOD, written
from verification.facts.clock import Moment, SystemClock

PROGRAM = shutil.which("prometheus-alertmanager") or shutil.which("alertmanager")
LINK = "https://trueup.example.com"
SETTINGS = "route: {receiver: none}\nreceivers: [{name: none}]\n"


class MovedClock:
    """The machine's clock, moved forward by a test."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def now(self) -> Moment:
        now = SystemClock().now()
        return Moment(now.utc_us + int(self.ahead * 1e6), now.monotonic + self.ahead)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class Tried:
    """One life of what tells it."""

    def __init__(self, url: str, store: Store, held: HeldStore, clock: MovedClock) -> None:
        self.url, self.store, self.held, self.clock = url, store, held, clock
        manager = Manager(url, "trueup", LINK)
        self.alerts = OpenAlerts(store.open_alerts, clock)
        self.telling = Alertmanaging(manager, store, self.alerts, lambda: [held], clock, others=False)

    async def look(self, *, read: bool = True) -> None:
        """Look, after the open alerts were read, unless the state database is away."""
        if read:
            await self.alerts.follow(grown=True)
        await self.telling.look()

    async def find(self, *found: Finding) -> None:
        now = self.clock.now().utc
        observed = Observed(tuple(Detected(each, now, confirmed=True) for each in found))
        await self.held.observe(observed, now=now)

    async def clear(self, found: Finding) -> None:
        for _ in range(2):
            now = self.clock.now().utc
            shown = (Evidence(Party.EXCHANGE, "rest", "both sides hold 43", now, {}),)
            await self.held.observe(Observed(clear={found.identity: Clear(shown, now)}), now=now)
            self.clock.ahead += 1

    async def kinds(self) -> set[str]:
        return {str(each.key.kind) for each in await self.store.open_alerts()}


async def lived(folder: Path, url: str, story: Callable[[Tried], Awaitable[None]]) -> None:
    clock = MovedClock()
    async with Store.open(f"sqlite:///{folder / 'state.db'}", clock=clock) as store:
        tried = Tried(url, store, await claimed(store, clock), clock)
        try:
            await story(tried)
        finally:
            await tried.telling.close()


async def silence(url: str, kind: str) -> None:
    """Silence a kind there for an hour, as its own page does."""
    now = SystemClock().now().utc
    said = {
        "matchers": [{"name": "kind", "value": kind, "isRegex": False, "isEqual": True}],
        "startsAt": now.isoformat(),
        "endsAt": (now + timedelta(hours=1)).isoformat(),
        "createdBy": "ann",
        "comment": "after lunch",
    }
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{url}/api/v2/silences", json=said) as answer,
    ):
        assert answer.status == 200


@contextmanager
def alertmanager(folder: Path) -> Iterator[str]:
    assert PROGRAM is not None
    (folder / "am.yml").write_text(SETTINGS)
    port = free_port()
    arguments = [
        f"--config.file={folder / 'am.yml'}",
        f"--storage.path={folder / 'am'}",
        f"--web.listen-address=127.0.0.1:{port}",
        "--cluster.listen-address=",
    ]
    with subprocess.Popen([PROGRAM, *arguments], stderr=subprocess.DEVNULL) as process:
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            process.kill()


async def firing(url: str) -> list[dict[str, Any]]:
    """What it holds, as anybody may ask it; it takes a moment to start."""
    async with aiohttp.ClientSession() as session:
        for _ in range(200):
            try:
                async with session.get(f"{url}/api/v2/alerts") as answer:
                    return list(await answer.json())
            except aiohttp.ClientConnectorError:
                await asyncio.sleep(0.1)
    raise AssertionError("the Alertmanager did not start")


async def until(url: str, label: str, expected: list[str]) -> None:
    """Wait until what it holds is this: our clock may be seconds ahead of its."""
    held: list[str] = []
    for _ in range(150):
        held = [each["labels"][label] for each in await firing(url)]
        if held == expected:
            return
        await asyncio.sleep(0.1)
    raise AssertionError(f"{held}, and not {expected}")


@pytest.mark.skipif(
    PROGRAM is None, reason="there is no Alertmanager here: apt install prometheus-alertmanager"
)
async def test_a_real_one_holds_what_is_open_and_ends_what_is_over(tmp_path: Path) -> None:
    orphan = finding(severity=Severity.CRITICAL)
    down = finding(kind=Kind.SOURCE_DOWN, symbol="rest")

    with alertmanager(tmp_path) as url:

        async def story(tried: Tried) -> None:
            assert await firing(url) == []
            await tried.find(orphan, down)
            await tried.look()
            first, second = sorted(await firing(url), key=lambda each: str(each["labels"]["kind"]))
            assert first["labels"] == {
                "alertname": "TrueupOrphanedPosition",
                "trueup": "trueup",
                "account": "main",
                "kind": "orphaned_position",
                "symbol": "AVL/USDT:USDT",
                "side": "net",
                "severity": "critical",
                "alert": "1",
            }
            assert first["generatorURL"] == f"{LINK}/alert?id=1"
            assert first["annotations"]["position"] == "long 86 AVL"
            assert second["labels"]["alertname"] == "TrueupSourceDown"
            ends = datetime.fromisoformat(first["endsAt"])
            assert ends - tried.clock.now().utc > HOLD - timedelta(minutes=1)
            await silence(url, "orphaned_position")
            other = Tried(url, tried.store, tried.held, tried.clock)  # it asks at once
            await other.look()
            await other.telling.close()
            assert {n: (each.by, each.note) for n, each in other.alerts.silences.items()} == {
                1: ("ann", "after lunch")
            }
            with Console.open(f"sqlite:///{tmp_path / 'state.db'}") as console:
                stored = console.queries.alert(1).silenced, console.queries.alert(2).silenced
            assert stored == (other.alerts.silences[1], None)
            await tried.clear(orphan)
            await tried.look()
            await until(url, "kind", ["source_down"])

        await lived(tmp_path, url, story)

        async def anew(tried: Tried) -> None:
            # What ended while no process told anybody of it is ended by the next one.
            await tried.clear(down)
            await tried.look()
            await until(url, "kind", [])
            # Severer it is another alert there: the old one ends.
            await tried.find(finding())
            await tried.look()
            await tried.find(finding(severity=Severity.CRITICAL))
            await tried.look()
            await until(url, "severity", ["critical"])

        await lived(tmp_path, url, anew)


class Fake:
    """One whose answers a test gives: what it holds is what it was sent."""

    def __init__(self) -> None:
        self.posts: list[list[dict[str, Any]]] = []
        self.status = 200
        self.headers: dict[str, str] = {}
        self.listed: Any = []
        self.silences: Any = None

    async def answer(self, request: web.Request) -> web.Response:
        if self.status != 200:
            return web.Response(status=self.status, headers=self.headers)
        if request.method == "POST":
            self.posts.append(await request.json())
            return web.json_response({})
        if request.path.endswith("/silences"):
            return web.Response(status=503) if self.silences is None else web.json_response(self.silences)
        return web.json_response(self.listed)


async def examined(folder: Path, url: str, monkeypatch: pytest.MonkeyPatch) -> tuple[Health, str]:
    """Return what the doctor says of an Alertmanager at an address."""
    monkeypatch.setenv("AM", url)
    told = f'{GOOD}\n[alertmanager]\nurl_env = "AM"\n'
    settings = load(written(folder, told), venues=False)
    (check,) = [each async for each in examine_alertmanager(settings)]
    return check.health, check.text


async def faked(folder: Path, story: Callable[[Tried, Fake], Awaitable[None]]) -> None:
    fake, port = Fake(), free_port()
    app = web.Application()
    app.router.add_route("*", "/api/v2/{rest:.*}", fake.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", port).start()
        await lived(folder, f"http://127.0.0.1:{port}/", lambda tried: story(tried, fake))
    finally:
        await runner.cleanup()


async def test_it_is_told_again_while_it_is_open_and_not_before_that_is_due(tmp_path: Path) -> None:
    async def story(tried: Tried, fake: Fake) -> None:
        await tried.find(finding())
        for _ in range(3):
            await tried.look()
        assert len(fake.posts) == 1
        tried.clock.ahead += AGAIN_SECONDS
        await tried.look()
        assert len(fake.posts) == 2
        again, before = fake.posts[1][0], fake.posts[0][0]
        assert (again["labels"], again["startsAt"]) == (before["labels"], before["startsAt"])
        assert again["endsAt"] > before["endsAt"]

    await faked(tmp_path, story)


async def test_one_that_is_busy_is_waited_for_and_one_that_is_down_is_an_alert(tmp_path: Path) -> None:
    async def story(tried: Tried, fake: Fake) -> None:
        fake.status, fake.headers = 429, {"Retry-After": "30"}
        await tried.find(finding())
        await tried.look()
        fake.status = 503
        tried.clock.ahead += 20
        await tried.look()
        assert await tried.kinds() == {"orphaned_position"}
        for _ in range(6):
            tried.clock.ahead += 15
            await tried.look()
        assert await tried.kinds() == {"orphaned_position", "notifier_failed"}
        fake.status = 200
        tried.clock.ahead += 301
        await tried.look()
        assert await tried.kinds() == {"orphaned_position"}
        assert "orphaned_position" in {each["labels"]["kind"] for each in fake.posts[-1]}

    await faked(tmp_path, story)


@pytest.mark.parametrize(
    "listed", [{"alerts": "many"}, [{"labels": {}}], [{"labels": {}, "startsAt": "now"}]]
)
async def test_what_it_lists_in_no_form_that_is_known_ends_nothing(tmp_path: Path, listed: Any) -> None:
    async def story(tried: Tried, fake: Fake) -> None:
        fake.listed = listed
        await tried.find(finding())
        await tried.look()
        assert fake.posts == []

    await faked(tmp_path, story)


async def test_what_another_account_or_another_trueup_has_told_is_left_alone(tmp_path: Path) -> None:
    async def story(tried: Tried, fake: Fake) -> None:
        labels = {"alertname": "TrueupSourceDown", "trueup": "trueup", "account": "other"}
        fake.listed = [{"labels": labels, "startsAt": "2026-11-30T10:00:00Z"}]
        await tried.find(finding())
        await tried.look()
        ((only,),) = fake.posts
        assert only["labels"]["account"] == "main"

    await faked(tmp_path, story)


async def test_while_it_is_not_known_what_is_open_nothing_is_ended(tmp_path: Path) -> None:
    async def story(tried: Tried, fake: Fake) -> None:
        await tried.find(finding())
        await tried.look()
        tried.clock.ahead += 2 * AGAIN_SECONDS
        await tried.look(read=False)
        assert len(fake.posts) == 1
        await tried.look()
        assert len(fake.posts) == 2

    await faked(tmp_path, story)


async def test_the_doctor_says_whether_one_answers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def story(tried: Tried, fake: Fake) -> None:
        url = tried.url
        fake.listed = {"versionInfo": {"version": "0.25.0"}}
        assert await examined(tmp_path, url, monkeypatch) == (Health.OK, "it answers")
        fake.listed = {"hello": "world"}
        health, text = await examined(tmp_path, url, monkeypatch)
        assert (health, "no Alertmanager" in text) == (Health.NOT_OK, True)
        fake.status = 500
        assert (await examined(tmp_path, url, monkeypatch))[0] is Health.NOT_OK
        away = f"http://127.0.0.1:{free_port()}"
        assert await examined(tmp_path, away, monkeypatch) == (Health.NOT_OK, "its server cannot be reached")

    await faked(tmp_path, story)


async def test_a_silence_stands_while_it_is_not_told_whose_it_is(tmp_path: Path) -> None:
    async def story(tried: Tried, fake: Fake) -> None:
        await tried.find(finding())
        await tried.look()
        silenced = {"status": {"silencedBy": ["s1"]}, "labels": fake.posts[0][0]["labels"]}
        fake.listed = [{**fake.posts[0][0], **silenced}]
        until = tried.clock.now().utc + timedelta(hours=1)
        fake.silences = [{"id": "s1", "createdBy": "ann", "comment": "lunch", "endsAt": until.isoformat()}]
        tried.clock.ahead += AGAIN_SECONDS
        await tried.look()
        assert tried.alerts.silences[1].by == "ann"

        fake.silences = None
        tried.clock.ahead += AGAIN_SECONDS
        await tried.look()
        assert tried.alerts.silences[1].by == "ann", "that it cannot be asked is no word that it ended"

        fake.silences = []
        tried.clock.ahead += AGAIN_SECONDS
        await tried.look()
        assert tried.alerts.silences == {}

    await faked(tmp_path, story)
