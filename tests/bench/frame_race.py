"""From a deciding frame on a loopback socket to the answer: Trueup, bare aiohttp, ccxt's own watch.

One venue, three connections of one process, the same frames, the contenders in turn within each round. The
clock runs from the moment the frame's bytes are in the socket until the asker goes on.
"""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from decimal import Decimal
from time import perf_counter
from typing import Any

import aiohttp
import ccxt.pro
import orjson
from typing_extensions import override

from tests.bench.coordinator import Disturbed
from tests.bench.unlimited import unlimited
from tests.verification.venues.samples import account_update, pushed_position
from tests.wire.scripted import Reply, ScriptedVenue, access_to, plain, scripted_venue
from verification.facts.clock import SystemClock
from verification.facts.leg import Leg, LegKey, Side
from verification.facts.observation import PositionSeen, Source
from verification.facts.question import Baseline, OpenQuestion
from verification.facts.verdict import VerdictKind
from verification.race.verifier import Verifier
from verification.venues.ccxt.outgoing import GovernorRegistry
from verification.venues.gateway.account import CcxtVenue
from verification.venues.registry import capabilities_of
from verification.venues.stream_state import StreamState

KEY = LegKey("main", "AVL/USDT:USDT", Leg.NET)
SIZE = 43
WARM_UP = 10
GAPS = (0.5, 20, 200)
"""Milliseconds of quiet before a frame. A busy process answers faster, for its caches are warm."""
BUSY = 0.01
"""Seconds before the quiet in which the loop turns, and in which the first looks are answered."""

LONGEST = 30.0
"""Seconds that a round may take: one that takes longer was disturbed."""

_NOT_FOUND = Reply('{"code":-2013,"msg":"Order does not exist."}', 400)


class Contender:
    """Waits for one frame that shows the position. `ready` comes before the frame is sent."""

    def __init__(self, venue: ScriptedVenue, place: int) -> None:
        """Take the stream that was opened last."""
        self._venue = venue
        self._stream = venue.streams[place]
        self.idle = 0.0
        self.times: list[float] = []

    async def round(self, at: int) -> None:
        """Run one round: get ready, push the frame, wait for the answer; then flatten the leg, unmeasured."""
        raised = orjson.dumps(account_update(pushed_position(str(SIZE)), at=at)).decode()
        lowered = orjson.dumps(account_update(pushed_position("0"), at=at + 1)).decode()
        answer = asyncio.create_task(self.answer(at))
        ready = asyncio.create_task(self.ready())
        await asyncio.wait({answer, ready}, return_when=asyncio.FIRST_COMPLETED)
        if not ready.done():
            ready.cancel()
            await answer
            raise Disturbed("it was answered before the frame")
        await self._stream.send_str(raised)
        began = perf_counter()
        try:
            self.times.append(await answer - began)
        finally:
            await self._flatten(lowered)

    async def _flatten(self, lowered: str) -> None:
        flat = asyncio.create_task(self.flat())
        await asyncio.sleep(0.002)
        await self._stream.send_str(lowered)
        await flat

    async def answer(self, at: int) -> float:
        """Wait until the frame has decided; return when that was."""
        raise NotImplementedError

    async def ready(self) -> None:
        """Wait until `answer` waits for the frame and nothing else is going on: for all equally long."""
        busy = perf_counter() + BUSY
        while perf_counter() < busy:  # noqa: ASYNC110 - busy on purpose: all have warm caches then
            await asyncio.sleep(0)
        await asyncio.sleep(self.idle)

    async def flat(self) -> None:
        """Wait until the frame that flattens the leg has been read."""
        raise NotImplementedError


class Bare(Contender):
    """aiohttp and orjson: the least that a program could do with a frame."""

    socket: aiohttp.ClientWebSocketResponse

    @override
    async def answer(self, at: int) -> float:
        """Read a frame and look for the leg in it."""
        await self._read(Decimal(SIZE))
        return perf_counter()

    @override
    async def flat(self) -> None:
        """Read the next."""
        await self._read(Decimal(0))

    async def _read(self, quantity: Decimal) -> None:
        while True:
            frame = orjson.loads((await self.socket.receive()).data)
            if frame["e"] == "ACCOUNT_UPDATE":
                for row in frame["a"]["P"]:
                    if row["s"] == "AVLUSDT" and Decimal(row["pa"]) == quantity:
                        return


class Watching(Contender):
    """ccxt.pro's own `watch_positions`, unmodified."""

    exchange: Any

    @override
    async def answer(self, at: int) -> float:
        """Watch until the position is shown."""
        await self._watch(float(SIZE))
        return perf_counter()

    @override
    async def flat(self) -> None:
        """Watch until it is gone."""
        await self._watch(0.0)

    async def _watch(self, quantity: float) -> None:
        while True:
            for each in await self.exchange.watch_positions(["AVL/USDT:USDT"]):
                if each["symbol"] == "AVL/USDT:USDT" and each["contracts"] == quantity:
                    return


class Trueup(Contender):
    """The product: the real gateway, the real verifier, the order and the list asked as well."""

    gateway: CcxtVenue
    verifier: Verifier

    @override
    async def answer(self, at: int) -> float:
        """Ask, with the leg flat as the stream showed it last."""
        now = SystemClock().now()
        flat = Baseline(Decimal(0), at - 1)
        question = OpenQuestion(KEY, Side.BUY, Decimal(SIZE), "1", None, flat, exclusive=True, asked=now)
        answer = await self.verifier.verify(question)
        ended = perf_counter()
        if answer.verdict.decided_by is not Source.WEBSOCKET:
            raise Disturbed(answer.verdict.reason)  # its time was over before the frame came
        assert answer.verdict.kind is VerdictKind.CONFIRMED, answer.verdict.reason
        return ended

    @override
    async def round(self, at: int) -> None:
        """Note how much has been asked, so that `ready` knows when the first looks have been answered."""
        self._told = len(self._venue.asked)
        await super().round(at)

    @override
    async def ready(self) -> None:
        """Wait for the first look at the order and at the list, which still show nothing."""
        await self._venue.until(lambda: len(self._venue.asked) >= self._told + 2)
        await super().ready()

    @override
    async def flat(self) -> None:
        """Wait until the stream has shown the leg flat."""
        await _until(self._is_flat)

    def _is_flat(self) -> bool:
        seen = self.gateway.latest(KEY)
        return isinstance(seen, PositionSeen) and seen.quantity == 0


@asynccontextmanager
async def contenders() -> AsyncIterator[dict[str, Contender]]:
    """Connect all three to one venue on which the requests show nothing: only frames decide."""
    async with scripted_venue() as venue, aiohttp.ClientSession() as session:
        venue.answers["GET /fapi/v1/order"] = _NOT_FOUND
        venue.answers["GET /fapi/v1/algoOrder"] = Reply('{"code":-2013,"msg":"Order does not exist."}', 400)
        venue.answers["GET /fapi/v1/userTrades"] = plain([])
        async with session.ws_connect(
            f"http://127.0.0.1:{venue.port}/private/ws",
            compress=15,  # offered by ccxt's connections too: the same bytes for all
        ) as socket:
            await venue.until(lambda: len(venue.streams) == 1)
            bare = Bare(venue, 0)
            bare.socket = socket
            watching, close_watching = await _watching(venue)
            trueup, close_trueup = await _trueup(venue)
            try:
                yield {"bare_aiohttp": bare, "ccxt_watch_positions": watching, "trueup": trueup}
            finally:
                await close_trueup()
                await close_watching()


Close = Callable[[], Awaitable[None]]


async def _watching(venue: ScriptedVenue) -> tuple[Contender, Close]:
    access = access_to(venue.port)
    options = {**capabilities_of("binanceusdm").options, "watchPositions": {"fetchPositionsSnapshot": False}}
    exchange = ccxt.pro.binanceusdm(
        {"apiKey": access.api_key, "secret": access.secret, "options": options, **access.ccxt}
    )
    await exchange.load_markets()
    first = asyncio.create_task(exchange.watch_positions(["AVL/USDT:USDT"]))
    await venue.until(lambda: len(venue.streams) == 2)
    contender = Watching(venue, 1)
    contender.exchange = exchange
    await venue.streams[1].send_str(orjson.dumps(account_update(pushed_position("0"), at=1)).decode())
    await first
    return contender, exchange.close


async def _trueup(venue: ScriptedVenue) -> tuple[Contender, Close]:
    clock = SystemClock()
    access = access_to(venue.port, enableRateLimit=False)
    # So many rounds are more than a venue would allow.
    gateway = CcxtVenue(access, clock, unlimited(access.venue), GovernorRegistry(clock))
    await gateway.connect()
    await _until(lambda: gateway.stream_health().state is StreamState.LIVE)
    contender = Trueup(venue, 2)
    contender.gateway = gateway
    contender.verifier = Verifier(gateway, SystemClock(), rng=random.Random(1))

    async def close() -> None:
        await contender.verifier.close()
        await gateway.close()

    return contender, close


async def _until(true: Callable[[], bool]) -> None:
    """Look every few ms, without a listener of our own: it would be measured too."""
    while not true():  # noqa: ASYNC110 - a reading, not an event
        await asyncio.sleep(0.002)


async def race(rounds: Mapping[float, int]) -> tuple[dict[float, dict[str, list[float]]], int]:
    """Let the contenders race after each quiet, given in ms with its number of rounds; a few do not count.

    Returns:
        The times of each contender in seconds, by quiet and name; and how many rounds were thrown away, for
        the machine was away for so long that something else than the frame decided.

    Raises:
        RuntimeError: The machine was always away.
    """
    found: dict[float, dict[str, list[float]]] = {}
    at, disturbed, most = 1_700_000_000_000, 0, sum(rounds.values())
    async with contenders() as all_of_them:
        for gap, wanted in rounds.items():
            for each in all_of_them.values():
                each.idle, each.times = gap / 1000, []
            while len(all_of_them["trueup"].times) < wanted + WARM_UP:
                at += 10
                try:
                    for contender in all_of_them.values():
                        async with asyncio.timeout(LONGEST):
                            await contender.round(at)
                except (Disturbed, TimeoutError) as error:
                    disturbed += 1
                    if disturbed > most:
                        raise RuntimeError("no round was undisturbed: the machine is too busy") from error
                    for contender in all_of_them.values():  # a round counts for all or for none
                        del contender.times[len(all_of_them["trueup"].times) :]
            found[gap] = {name: each.times[WARM_UP:] for name, each in all_of_them.items()}
    return found, disturbed
