"""The bot's own cache as a source: safe whatever it is, and never trusted alone."""

import asyncio
from collections.abc import Callable
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from typing_extensions import override

from tests.verification.drawn import KEY, order
from tests.verification.scene import Scene, play
from tests.virtual_time import VirtualClock, run
from verification.facts.observation import PositionSeen, Silence, Source, SourceSilent
from verification.facts.verdict import VerdictKind
from verification.race.bot_cache import read_bot_cache


def cache(answer: Callable[[], Any]) -> object:
    return SimpleNamespace(get_cached_position=lambda symbol: answer())


def raising(error: BaseException) -> object:
    def answer() -> None:
        raise error

    return cache(answer)


async def _soon(value: object) -> object:
    await asyncio.sleep(0.01)
    return value


class Trap:
    """Fails at whatever is asked of it."""

    def __getattr__(self, name: str) -> object:
        raise OSError(f"no {name}")


class Mute:
    """Cannot even be shown."""

    @override
    def __str__(self) -> str:
        raise OSError("mute")


SILENT: list[tuple[str, object | None, Silence]] = [
    ("absent", None, Silence.UNSUPPORTED),
    ("without the method", object(), Silence.UNSUPPORTED),
    ("with something else of that name", SimpleNamespace(get_cached_position=43), Silence.UNSUPPORTED),
    ("raising on being looked at", Trap(), Silence.ERROR),
    ("raising", raising(KeyError("AVL")), Silence.ERROR),
    ("of another signature", SimpleNamespace(get_cached_position=lambda: 43), Silence.ERROR),
    ("raising later", cache(lambda: _soon(Trap())), Silence.ERROR),
    ("no entry", cache(lambda: None), Silence.ABSENT),
    ("no entry, later", cache(lambda: _soon(None)), Silence.ABSENT),
    ("an entry without quantity", cache(dict), Silence.MALFORMED),
    ("a plain number", cache(lambda: 43), Silence.MALFORMED),
    ("rubbish", cache(lambda: {"quantity": "rubbish"}), Silence.MALFORMED),
    ("a quantity that is none", cache(lambda: {"quantity": None}), Silence.MALFORMED),
    ("not a number", cache(lambda: {"quantity": float("nan")}), Silence.MALFORMED),
    ("endless", cache(lambda: {"quantity": float("inf")}), Silence.MALFORMED),
    ("true", cache(lambda: {"quantity": True}), Silence.MALFORMED),
    ("unprintable", cache(lambda: {"quantity": Mute()}), Silence.ERROR),
]
IDS = [each[0] for each in SILENT]


@pytest.mark.parametrize(("broken", "silence"), [each[1:] for each in SILENT], ids=IDS)
def test_a_broken_cache_is_silent_and_says_why(broken: object | None, silence: Silence) -> None:
    seen = run(read_bot_cache(broken, KEY, VirtualClock()))
    assert isinstance(seen, SourceSilent)
    assert (seen.silence, seen.complete, seen.provenance.source) == (silence, False, Source.BOT_CACHE)
    assert seen.detail


@pytest.mark.parametrize(
    ("found", "quantity"),
    [
        ({"quantity": 43}, "43"),
        ({"quantity": "-4.3"}, "-4.3"),
        ({"quantity": 0.1}, "0.1"),
        (SimpleNamespace(quantity=Decimal(0)), "0"),
    ],
)
@pytest.mark.parametrize("later", [False, True])
def test_an_entry_is_a_position_without_a_version(found: object, quantity: str, *, later: bool) -> None:
    seen = run(read_bot_cache(cache(lambda: _soon(found) if later else found), KEY, VirtualClock()))
    assert isinstance(seen, PositionSeen)
    assert (seen.quantity, seen.version) == (Decimal(quantity), None)
    assert seen.provenance.sent is not None


HARMLESS = [*SILENT, ("hanging", cache(lambda: asyncio.Event().wait()), Silence.ABSENT)]


@pytest.mark.parametrize("broken", [each[1] for each in HARMLESS], ids=[each[0] for each in HARMLESS])
def test_a_verification_does_without_it(broken: object) -> None:
    async def story(scene: Scene) -> None:
        scene.venue.order.answers = {0: "not found", 4: order(43, ended=True, agree=True)}
        scene.venue.positions.answers = {0: ()}
        answer = await scene.ask()
        assert (answer.verdict.kind, answer.verdict.decided_by) == (VerdictKind.CONFIRMED, Source.ORDER)
        await asyncio.sleep(70)

    play(story, bot_cache=broken)


@pytest.mark.parametrize("claims", [0, 43])
def test_its_word_alone_decides_nothing(claims: int) -> None:
    async def story(scene: Scene) -> None:
        scene.venue.order.answers = {0: "not found"}
        scene.venue.positions.answers = {0: ()}
        assert (await scene.ask()).verdict.kind is VerdictKind.UNKNOWN
        assert scene.now >= 10

    play(story, bot_cache=cache(lambda: {"quantity": claims}))
