"""One venue, one freqtrade, one database and one Trueup, and the stories that are played on them at once."""

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeAlias

from tests.freqtrade.bot import Bot
from tests.freqtrade.clock import monotonic, rest
from tests.freqtrade.database import BotDatabase
from tests.freqtrade.sidecar import Sidecar
from tests.freqtrade.truth import Condition
from tests.freqtrade.venue import Venue, symbol

LOOK_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Step:
    """What a story waits for: `what` has to be so within some seconds, or the story has failed."""

    what: str
    so: Callable[[], object]
    seconds: float


Story: TypeAlias = Generator[Step, None, None]


def until(what: str, so: Callable[[], object], seconds: float = 120) -> Step:
    """Return a step that ends when something is so."""
    return Step(what, so, seconds)


def pause(seconds: float) -> Step:
    """Return a step that ends after a time."""
    end = monotonic() + seconds
    return Step("time", lambda: monotonic() >= end, seconds + 60)


@dataclass(slots=True)
class Scene:
    """Everything that runs, and what was done to it.

    Attributes:
        conditions: What was made wrong, in order.
        failed: Stories that did not come about, one line each: then nothing was shown by them.
        played: The stories that came to their end.
    """

    venue: Venue
    bot: Bot
    database: BotDatabase
    sidecar: Sidecar
    folder: Path
    say: Callable[[str], None]
    conditions: list[Condition] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    played: list[str] = field(default_factory=list)

    def market(self, base: str) -> "Place":
        """Return one market, as a story sees it."""
        return Place(self, base)

    def condition(self, story: str, subject: str, *kinds: str, **more: Any) -> Condition:
        """Note that something is wrong from now on."""
        made = Condition(story, subject, frozenset(kinds), **more)
        self.conditions.append(made)
        return made

    def stalled(self, story: str) -> Condition:
        """Note that Trueup is dead from now on, which it may say of itself when it is back."""
        kind = frozenset({"reconciler_stalled"})
        made = Condition(story, "reconciler", kind, severity="critical", must=False)
        self.conditions.append(made)
        return made

    def play(self, stories: Mapping[str, Story], apart: float = 0.0) -> None:
        """Play stories beside each other, each begun `apart` seconds after the one before."""
        waiting = {
            name: _Played(story, number * apart) for number, (name, story) in enumerate(stories.items())
        }
        while waiting:
            for name, played in list(waiting.items()):
                try:
                    over = played.look()
                except (AssertionError, RuntimeError) as error:
                    self.failed.append(f"{name}: {error}")
                    self.say(f"FAILED {self.failed[-1]}")
                    del waiting[name]
                    continue
                if over:
                    self.played.append(name)
                    self.say(f"played: {name}")
                    del waiting[name]
            rest(LOOK_SECONDS)


class _Played:
    """One story under way."""

    def __init__(self, story: Story, wait: float) -> None:
        self._story = story
        self._step: Step | None = pause(wait)
        self._end = float("inf")

    def look(self) -> bool:
        """Go on where what is waited for is so; return whether the story is over."""
        while self._step is None or self._step.so():
            self._step = next(self._story, None)
            if self._step is None:
                return True
            self._end = monotonic() + self._step.seconds
        if monotonic() > self._end:
            raise AssertionError(f"waited {self._step.seconds:.0f} s for: {self._step.what}")
        return False


class Place:
    """One market: what the bot is asked to do there, what the venue holds of it."""

    def __init__(self, scene: Scene, base: str) -> None:
        self.base, self.symbol = base, symbol(base)
        self._scene = scene

    @property
    def held(self) -> Decimal:
        """Signed contracts that the venue holds."""
        return self._scene.venue.held(self.base)

    @property
    def orders(self) -> list[dict[str, Any]]:
        """The orders that rest."""
        return self._scene.venue.orders(self.base)

    @property
    def stops(self) -> list[dict[str, Any]]:
        """The stops that wait."""
        return self._scene.venue.stops(self.base)

    def wish(self, do: str, **more: Any) -> Callable[[], bool]:
        """Have the strategy do something; return what tells whether it has."""
        number = self._scene.bot.wish(self.base, do, **more)
        return lambda: number in self._scene.bot.done()

    def covered(self) -> bool:
        """Tell whether something is held, and a stop waits for all of it."""
        stops: Sequence[dict[str, Any]] = self.stops
        held = abs(self.held)
        return held > 0 and sum((Decimal(stop["amount"]) for stop in stops), Decimal(0)) >= held

    def enter(self, side: str, **more: Any) -> Step:
        """Have the bot enter at the market; the step ends when it holds a position with a stop."""
        self.wish("enter", side=side, **more)
        return until(f"a {side} position of {self.base} with its stop", self.covered, 150)

    def leave(self) -> Step:
        """Have the bot exit at the market; the step ends when nothing is held and nothing rests."""
        self.wish("exit")
        return self.flat()

    def flat(self, seconds: float = 120) -> Step:
        """Return a step that ends when nothing is held and nothing rests."""
        return until(
            f"{self.base} flat", lambda: not self.held and not self.orders and not self.stops, seconds
        )

    def do(self, what: str, **wish: Any) -> dict[str, Any]:
        """Have an outside hand, or the venue itself, do something to this market."""
        return self._scene.venue.do(what, self.base, **wish)

    def hand(self, quantity: Decimal, *, reduce_only: bool = False) -> None:
        """Trade by hand, signed contracts, at the market."""
        side = "buy" if quantity > 0 else "sell"
        self.do("orders", side=side, quantity=abs(quantity), reduce_only=reduce_only)

    def move(self, factor: str) -> None:
        """Move the price by a factor."""
        self._scene.venue.move(self.base, factor)
