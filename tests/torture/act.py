"""One act: a house is built, lives through a storm while its world changes, and must be right in the calm."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import aiohttp

from reconciler.alerts.alert import Alert, AlertState
from reconciler.console import Console, StateDatabaseError
from reconciler.facts.heartbeat import HeartbeatState
from reconciler.journal.journal import JournalError
from reconciler.views.alert import AlertView
from simulator.server import SimulatedVenue
from tests.torture.disk import Disk
from tests.torture.household import Household
from tests.torture.legs import CONTROL, Legs
from tests.torture.mailbox import TOKEN, Mailbox
from tests.torture.postgres_server import PostgresServer
from tests.torture.robot import SIZES
from tests.torture.scene import Scene, Torment
from tests.torture.storm import storm
from tests.torture.wall_clock import WallClock
from tests.torture.witness import Promise, Witness

READY_SECONDS = 180.0
CALM_SECONDS = 200.0
STEADY_LOOKS = 4
LOOK_SECONDS = 0.7
ACKNOWLEDGE_SECONDS = 25.0
PEOPLE = ("ann", "bob", "chloe")
MEGABYTES = {"sqlite": 32, "postgres": 400}
ALL = 5000


@dataclass(slots=True)
class Act:
    """What is played.

    Attributes:
        database: `sqlite` or `postgres`: of the state.
        seed: Decides all chance of ours; what processes make of it is their own.
        seconds: Of the storm.
        torments: What may happen.
        say: Is told what happens.
    """

    database: str
    seed: int
    seconds: float
    torments: Sequence[Torment]
    say: Callable[[str], None]

    async def play(self, folder: Path) -> tuple[Scene, Witness]:
        """Play it; what is wrong stands in the witness."""
        witness = Witness()
        async with (
            SimulatedVenue(api_key="the-key", secret="the-secret", seed=self.seed) as venue,
            self._scene(folder, venue) as scene,
        ):
            await self._live(scene, witness)
        return scene, witness

    @asynccontextmanager
    async def _scene(self, folder: Path, venue: SimulatedVenue) -> AsyncIterator[Scene]:
        clock = WallClock(folder)
        state = Disk(folder / "state.img", folder / "state", MEGABYTES[self.database])
        bots = Disk(folder / "bots.img", folder / "bots", MEGABYTES["sqlite"])
        server, mailbox = None, Mailbox()
        try:
            if self.database == "postgres":
                server = await asyncio.to_thread(PostgresServer, state.place)
            url = f"sqlite:///{state.place}/trueup.db" if server is None else server.url
            home = folder / "home"
            home.mkdir()
            phone = await mailbox.open()
            house = Household(
                home, venue.url, clock, state_url=url, bots=bots.place, phone=phone, seed=self.seed
            )
            legs = Legs(venue, house.hands, clock)
            yield Scene(house, venue, legs, clock, state, bots, server, mailbox, self.say)
        finally:
            await mailbox.close()
            if server is not None:
                await asyncio.to_thread(server.stop, "immediate")
            state.remove()
            bots.remove()

    async def _live(self, scene: Scene, witness: Witness) -> None:
        house = scene.household
        await asyncio.to_thread(scene.legs.build)
        keeping = asyncio.create_task(house.keep())
        try:
            await house.power_on()
            await self._until_watched(scene)
            living = [
                asyncio.create_task(self._look(scene, witness)),
                asyncio.create_task(self._change(scene)),
                asyncio.create_task(self._acknowledge(scene, witness)),
            ]
            try:
                rng = random.Random(f"storm {self.seed}")
                await storm(scene, self.torments, rng, self.seconds, partial(self._until_watched, scene))
            finally:
                await _cancelled(*living)
            self.say("calm")
            await self._leave_some(scene)
            await house.finish_robot()
            await self._calm(scene, witness)
        finally:
            witness.wrong += [f"left over: {words}" for words in await house.end()]
            await _cancelled(keeping)
        witness.wrong += scene.wrong
        witness.wrong += [f"an error of its own: {line}" for line in house.own_errors()]
        if TOKEN in house.said():
            witness.wrong.append("the address of a channel stands in the log")
        witness.wrong += [f"{line} by itself" for line in house.own_ends()]

    async def _until_watched(self, scene: Scene) -> None:
        """Wait until somebody looks, as long as that takes on a busy machine."""
        loop = asyncio.get_running_loop()
        end = loop.time() + READY_SECONDS
        while loop.time() < end:
            if await asyncio.to_thread(_sees_all, scene):
                return
            await asyncio.sleep(0.3)
        self.say(f"no complete look within {READY_SECONDS:g} s: on with it, the calm will tell")

    async def _change(self, scene: Scene) -> None:
        """Let the world go on: plant and heal."""
        rng = random.Random(f"world {self.seed}")
        legs = [leg for symbol, leg in scene.legs.legs.items() if symbol != CONTROL]
        while True:
            await asyncio.sleep(rng.uniform(1, 6))
            async with scene.files:
                try:
                    self.say(scene.legs.change(rng.choice(legs), rng))
                except JournalError as error:
                    self.say(f"nothing is done, for the journal cannot be written: {error}")

    async def _leave_some(self, scene: Scene) -> None:
        """Leave every second leg in a condition, so that the calm has something to tell."""
        rng = random.Random(f"calm {self.seed}")
        async with scene.files:
            for leg in list(scene.legs.legs.values())[::2]:
                while leg.symbol != CONTROL and leg.episode is None:
                    self.say(scene.legs.change(leg, rng))

    async def _acknowledge(self, scene: Scene, witness: Witness) -> None:
        """Have people acknowledge what is told."""
        rng = random.Random(f"people {self.seed}")
        count = 0
        while True:
            await asyncio.sleep(rng.uniform(0.5, 3))
            alerts = await _alerts(scene)
            open_ones = [alert for alert in alerts if alert.state is AlertState.FIRING]
            if not open_ones:
                continue
            count += 1
            alert, by = rng.choice(open_ones), rng.choice(PEOPLE)
            note = f"note {count} of act {self.seed}"
            if await scene.household.ask_person(alert.id, by, note, ACKNOWLEDGE_SECONDS):
                witness.promises.append(Promise(alert.id, by, note))

    async def _look(self, scene: Scene, witness: Witness) -> None:
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            lasting = scene.legs.lasting()
            alerts = await _alerts(scene)
            if alerts and lasting == scene.legs.lasting():
                witness.look(alerts, lasting)

    async def _calm(self, scene: Scene, witness: Witness) -> None:
        """Wait until everything is right and stays so; what is not by then is wrong."""
        loop = asyncio.get_running_loop()
        end, steady, lines = loop.time() + CALM_SECONDS, 0, ["nothing was seen in the calm"]
        alerts: tuple[Alert, ...] = ()
        while steady < STEADY_LOOKS and loop.time() < end:
            await asyncio.sleep(LOOK_SECONDS)
            alerts = await _alerts(scene)
            lasting = scene.legs.lasting()
            witness.look(alerts, lasting)
            lines = [*witness.settled(alerts, lasting, _quiet(scene)), *scene.mailbox.missing(alerts)]
            if not await asyncio.to_thread(_sees_all, scene):
                lines.append("the reconciler does not see everything")
            if not await _page_answers(scene.household.port):
                lines.append("the dashboard does not answer")
            if not scene.household.robot_has_finished():
                lines.append("the bot has not finished")
            steady = 0 if lines else steady + 1
        witness.wrong += lines
        self.say(f"it took {CALM_SECONDS - end + loop.time():.0f} s until all was right")
        scene.counts["owed"] = sum((a.fired_at is not None) + (not a.state.open) for a in alerts)
        witness.judge(await asyncio.to_thread(_histories, scene, witness))
        witness.judge_messages(scene.mailbox.told, scene.counts)


async def _cancelled(*tasks: "asyncio.Task[None]") -> None:
    for task in tasks:
        task.cancel()
    for ended in await asyncio.gather(*tasks, return_exceptions=True):
        if isinstance(ended, Exception):
            raise ended


async def _alerts(scene: Scene) -> tuple[Alert, ...]:
    """Return all alerts; nothing while they cannot be read, from which nothing is concluded."""
    async with scene.files:
        return await asyncio.to_thread(_read_alerts, scene)


def _read_alerts(scene: Scene) -> tuple[Alert, ...]:
    try:
        with Console.open(scene.household.state_url, clock=scene.clock) as console:
            return console.queries.alerts(limit=ALL)
    except StateDatabaseError:
        return ()


def _histories(scene: Scene, witness: Witness) -> dict[int, AlertView]:
    with Console.open(scene.household.state_url, clock=scene.clock) as console:
        numbers = {alert.id for alert in console.queries.alerts(limit=ALL)}
        asked = numbers & (witness.alerts | {promise.alert for promise in witness.promises})
        return {number: console.queries.alert(number) for number in asked}


def _sees_all(scene: Scene) -> bool:
    """Return whether the reconciler is alive and its last look saw everything."""
    try:
        with Console.open(scene.household.state_url, clock=scene.clock) as console:
            now = console.queries.now()
    except StateDatabaseError:
        return False
    alive = [watch.heartbeat.state(now.read_at) is HeartbeatState.ALIVE for watch in now.watches]
    complete = [cycle.status == "complete" for cycle in now.cycles]
    return bool(alive) and bool(complete) and all(alive) and all(complete)


def _quiet(scene: Scene) -> dict[str, bool]:
    """Return of each leg of the bot that trades by itself whether it left nothing there."""
    exchange = scene.venue.exchange
    return {
        symbol: not exchange.position(symbol).amount and not exchange.open_algos(symbol) for symbol in SIZES
    }


async def _page_answers(port: int) -> bool:
    try:
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=5)) as session,
            session.get(f"http://127.0.0.1:{port}/_stcore/health") as answer,
        ):
            return answer.status == 200
    except (aiohttp.ClientError, TimeoutError):
        return False
