"""A race as it is drawn: who said what when, on lanes under each other, with one moment as its zero. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from dashboard.look.colours import Tone
from dashboard.words import numbers as words
from verification.facts.observation import Source


class Lane(StrEnum):
    """The lanes, from top to bottom."""

    BOOKS = "Bot's books"
    CACHE = "Bot's cache"
    ORDERS = "Orders"
    FILLS = "Fills"
    WEBSOCKET = "Websocket"
    ORDER = "Order status"
    REST = "Position list"
    STOPS = "Stop orders"
    VERDICT = "Verdict"
    ALERT = "Alert"


SOURCES = {
    Lane.CACHE: Source.BOT_CACHE,
    Lane.WEBSOCKET: Source.WEBSOCKET,
    Lane.ORDER: Source.ORDER,
    Lane.REST: Source.REST,
}
LANE_OF = {source: lane for lane, source in SOURCES.items()}


@dataclass(frozen=True, slots=True)
class Mark:
    """One moment on a lane.

    Attributes:
        lane: Which.
        at: When, aware UTC.
        text: What was said or done, in a few words, without its time.
        tone: How bad it is; `PLAIN` has the colour of its lane.
        hollow: Asked, and nothing shown.
    """

    lane: Lane
    at: datetime
    text: str
    tone: Tone = Tone.PLAIN
    hollow: bool = False


@dataclass(frozen=True, slots=True)
class Race:
    """All of it.

    Attributes:
        zero: The moment from which all others are counted, aware UTC.
        zero_is: What that moment is, in words: "the first fill".
        marks: In the order of their times.
    """

    zero: datetime
    zero_is: str
    marks: tuple[Mark, ...]

    @property
    def lanes(self) -> tuple[Lane, ...]:
        """The lanes that have a mark, from top to bottom."""
        used = {mark.lane for mark in self.marks}
        return tuple(lane for lane in Lane if lane in used)

    def offset(self, mark: Mark) -> float:
        """Return when a mark was, in milliseconds from the zero."""
        return (mark.at - self.zero) / timedelta(milliseconds=1)


def race_of(marks: Iterable[Mark], zero: datetime | None = None, zero_is: str = "") -> Race | None:
    """Return the race of these marks, each once; None without any.

    Its zero is the first fill where there is one, else the first mark, unless another one is given.
    """
    every = tuple(sorted(dict.fromkeys(marks), key=lambda mark: mark.at))
    if not every:
        return None
    if zero is not None:
        return Race(zero, zero_is, every)
    fills = [mark for mark in every if mark.lane is Lane.FILLS]
    return Race(fills[0].at, "the first fill", every) if fills else Race(every[0].at, "the start", every)


def offset_words(milliseconds: float) -> str:
    """Say when something was, from the zero: `8 ms`, `3.40 s`, `-45 ms`, `3 m 12 s`, `0`."""
    sign, size = ("\N{MINUS SIGN}" if milliseconds < 0 else ""), abs(milliseconds)
    if size < _LEAST_MS:
        return "0"
    if size < _SECOND_MS:
        return f"{sign}{size:.0f} ms" if size >= _TEN else f"{sign}{size:.1f} ms"
    if size < _MINUTE_MS:
        return f"{sign}{size / _SECOND_MS:.2f} s"
    return f"{sign}{words.duration(timedelta(milliseconds=size))}"


def label(race: Race, mark: Mark) -> str:
    """Return what stands beside a mark."""
    return f"{offset_words(race.offset(mark))}: {mark.text}"


def told(race: Race) -> Sequence[tuple[str, str, str]]:
    """Return the race in words for whoever does not see the drawing: when, who, what; in order."""
    return [(offset_words(race.offset(mark)), mark.lane.value, mark.text) for mark in race.marks]


def in_words(race: Race) -> str:
    """Return the same as one text, for a screen reader."""
    start = f"Zero is {race.zero_is}, {words.stamp(race.zero)}."
    return " ".join([start, *(f"{when}, {who}: {what}." for when, who, what in told(race))])


_LEAST_MS = 0.05
_TEN = 10
_SECOND_MS = 1000
_MINUTE_MS = 60_000
