"""Whatever comes when: a list lands in the life that asked for it or nowhere, and ends no other life."""

import asyncio
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, ClassVar

from aiohttp import WSMessage, WSMsgType
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.verification.venues.samples import NET
from tests.virtual_time import VirtualClock, run
from verification.facts.account import Position, PositionsReading
from verification.facts.clock import Moment
from verification.facts.errors import SourceUnreachable
from verification.facts.observation import Observation, PositionSeen
from verification.venues.capabilities import StreamRules
from verification.venues.ccxt.asker import Asker
from verification.venues.frame import Frame
from verification.venues.stream_state import StreamState
from verification.venues.streaming.private_stream import PrivateStream

RULES = StreamRules(backoff_first=0.1, backoff_most=0.1)


class Socket:
    """What `Connection` uses of aiohttp's: says what it is told to say."""

    def __init__(self) -> None:
        self.frames: asyncio.Queue[WSMessage] = asyncio.Queue()
        self.closed = False

    def get_extra_info(self, _: str) -> None:
        return

    async def receive(self) -> WSMessage:
        return await self.frames.get()

    async def ping(self) -> None:
        self.frames.put_nowait(WSMessage(WSMsgType.PONG, b"", None))

    async def close(self) -> None:
        self.closed = True


class Exchange:
    """Dials at once. It is its own session."""

    id = "played"
    options: ClassVar[dict[str, Any]] = {}
    streaming: ClassVar[dict[str, Any]] = {}

    def __init__(self) -> None:
        self.sockets: list[Socket] = []
        self.session = self

    def open(self, _: object) -> None:
        return

    def check_ws_proxy_settings(self) -> list[None]:
        return [None, None, None]

    async def ws_connect(self, url: str, **_: Any) -> Socket:
        assert url == "ws://venue"
        self.sockets.append(Socket())
        return self.sockets[-1]


class Speech:
    """A dialect whose frames are one word each."""

    ping = None

    async def open_stream(self, _: Asker) -> str:
        return "ws://venue"

    async def introduction(self, _: Asker) -> tuple[Any, ...]:
        return ()

    async def refresh_stream(self, _: Asker) -> None:
        return

    def read_frame(self, text: str, _received: Moment, _epoch: int) -> Frame:
        if text == "bad":
            raise TypeError(text)
        return Frame(text, (), known=False)

    def name_now(self, symbol: str) -> str:
        return symbol

    def ends_stream(self, _: Frame) -> bool:
        return False


@dataclass
class Played:
    """A stream whose lists come late, or fail late, as is drawn; each row names the life that asked."""

    clock: VirtualClock
    answers: list[tuple[float, bool]]
    told: list[Observation] = field(default_factory=list)
    failed_for: set[int] = field(default_factory=set)
    ended: dict[int, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.exchange = Exchange()
        self.stream = PrivateStream(Speech(), self.list, RULES, self.clock)
        self.stream.listen(self.told.append)
        inner = self.stream._ended

        def noted(ending: Any) -> None:
            self.ended[self.stream._epoch] = ending.why
            inner(ending)

        self.stream._ended = noted  # type: ignore[method-assign]

    async def list(self) -> PositionsReading:
        sent, epoch = self.clock.now(), self.stream._epoch
        seconds, fails = self.answers.pop(0) if self.answers else (0.0, False)
        # As the real one: whoever asked may go away, the request goes on.
        answer = asyncio.ensure_future(asyncio.sleep(seconds))
        await asyncio.shield(answer)
        if fails:
            self.failed_for.add(epoch)
            raise SourceUnreachable(f"no answer in life {epoch}")
        row = Position(NET, Decimal(epoch), None, None, None, None, None)
        return PositionsReading((row,), sent, self.clock.now())

    def happens(self, what: str) -> None:
        if not self.exchange.sockets or self.exchange.sockets[-1].closed:
            return
        frames = self.exchange.sockets[-1].frames
        if what == "hang up":
            frames.put_nowait(WSMessage(WSMsgType.CLOSE, 1001, ""))
        else:
            frames.put_nowait(WSMessage(WSMsgType.TEXT, what, None))


STEPS = st.lists(
    st.tuples(st.floats(0, 4), st.sampled_from(["unknown", "unknown", "hang up", "bad"])), max_size=25
)
ANSWERS = st.lists(st.tuples(st.floats(0, 6), st.sampled_from([False, False, False, True])), max_size=30)


@settings(deadline=None)  # a busy machine is no fault
@given(STEPS, ANSWERS)
def test_a_list_lands_in_the_life_that_asked_for_it_or_nowhere(
    steps: list[tuple[float, str]], answers: list[tuple[float, bool]]
) -> None:
    async def story() -> None:
        clock = VirtualClock()
        played = Played(clock, list(answers))
        played.stream.start(Asker(played.exchange, None, clock))  # type: ignore[arg-type]
        for pause, what in steps:
            await clock.sleep(pause)
            played.happens(what)
        played.answers.clear()
        await clock.sleep(60)
        health = played.stream.health()
        await played.stream.stop()
        await clock.sleep(10)  # what was under way for nobody comes to its end
        assert all(socket.closed for socket in played.exchange.sockets)
        assert health.state is StreamState.LIVE, "whatever ended a life, another began"
        for fact in played.told:
            assert isinstance(fact, PositionSeen)
            assert fact.quantity == fact.provenance.epoch
        for epoch, why in played.ended.items():
            if "no answer in life" in why:
                assert why == f"no answer in life {epoch}"

    run(story())


class Life:
    """Remembers what it was asked to have listed."""

    def __init__(self, epoch: int) -> None:
        self.epoch, self.connection = epoch, object()
        self.asked: list[str] = []

    def load_again(self, event: str) -> None:
        self.asked.append(event)


def test_what_a_frame_leaves_to_be_done_is_done_once_and_in_no_other_life() -> None:
    async def story() -> None:
        clock = VirtualClock()
        stream: Any = PrivateStream(Speech(), Played(clock, []).list, RULES, clock)
        first, second = Life(1), Life(2)
        stream._life = first
        stream.frame("unknown")
        assert first.asked == [], "whoever waits for what it says goes on first"
        stream.told()
        stream.told()
        assert first.asked == ["unknown"]
        stream.frame("late")
        stream._life = second
        stream.told()
        assert (first.asked, second.asked) == (["unknown"], [])

    run(story())
