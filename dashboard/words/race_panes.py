"""Cuts a race into panes, as no axis shows both milliseconds and hours; says where words fit. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from dashboard.words.race import Lane, Mark, Race, label, offset_words

MOST = 3
"""Panes beside each other; more would be too narrow for their words."""
_APART = 2.0
"""A gap this many times as long as what stands on one side of it would press that side together."""
_LEAST_SPAN = 2.0
_SEVERAL = 3
_TOLD_APART = 50
_PADDING = 0.06
_ROOM_AFTER = 0.2
"""The words of the last mark stand after it."""
_TICKS = 4
_UNITS = {3_600_000: "h", 60_000: "m", 1000: "s", 1: "ms"}
_STEPS = (1, 2, 5, 10, 20, 50, 100, 200, 500)
_LETTER_PX = 6.0
_MARK_PX = 16
_SHORTEST_PX = 70


@dataclass(frozen=True, slots=True)
class Pane:
    """A stretch of time. Times are milliseconds from the race's zero.

    Attributes:
        title: What stretch it is: `the first 180 ms`, `then up to 8 s`, `3 h 2 m later`.
        begin: Where it begins.
        end: Where it ends.
        ticks: Where lines are, and what stands at each.
        marks: What is in it, in order.
    """

    title: str
    begin: float
    end: float
    ticks: tuple[tuple[float, str], ...]
    marks: tuple[Mark, ...]


def panes(race: Race) -> tuple[Pane, ...]:
    """Return the panes, in order; each mark is in one of them."""
    marks = race.marks
    times = [race.offset(mark) for mark in marks]
    cuts = sorted(_cuts(times))
    parts = [marks[begin:end] for begin, end in pairwise([0, *cuts, len(marks)])]
    return tuple(_pane(race, part, first=place == 0) for place, part in enumerate(parts))


def _cuts(times: Sequence[float]) -> list[int]:
    """Return where the race is cut: what is close together at its beginning is set apart from what follows.

    Looks of later that come at one time are one moment to a reader, and get no pane. One old moment by itself
    does: all that follows on it begins anew.
    """
    alone = next((cut for cut in range(1, len(times)) if _moments(times[: cut + 1]) > 1), 0)
    start = 0
    if alone and len(times) > alone + 1 and times[alone] - times[alone - 1] > _APART * _span(times[alone:]):
        start = alone
    helped = []
    for cut in range(start + 1, len(times)):
        first = times[start:cut]
        help_of_it = (times[cut] - first[-1]) / _span(first)
        if _moments(first) >= _SEVERAL and help_of_it >= _APART:
            helped.append((help_of_it, cut))
    cuts = [start] if start else []
    for _, cut in sorted(helped, reverse=True):
        if len(cuts) < MOST - 1 and all(abs(cut - other) >= _SEVERAL for other in cuts):
            cuts.append(cut)
    return cuts


def _span(times: Sequence[float]) -> float:
    return max(times[-1] - times[0], _LEAST_SPAN)


def _moments(times: Sequence[float]) -> int:
    """Return how many moments a reader could tell apart, had these times a pane of their own."""
    least = _span(times) / _TOLD_APART
    return 1 + sum(1 for before, after in pairwise(times) if after - before > least)


def _pane(race: Race, marks: tuple[Mark, ...], *, first: bool) -> Pane:
    times = [race.offset(mark) for mark in marks]
    span = _span(times)
    begin, end = times[0] - span * _PADDING, times[-1] + span * _ROOM_AFTER
    # Far from the zero nobody reads `10,920,004 ms`: the pane then counts from its own first mark.
    own = times[0] if times[0] > 10 * span else 0.0
    if first:
        title = f"the first {offset_words(times[-1])}" if times[-1] > 0 else "before"
    elif own:
        title = f"{offset_words(own)} later"
    else:
        title = f"then up to {offset_words(times[-1])}"
    return Pane(title, begin, end, _ticks(begin, end, own), marks)


def _ticks(begin: float, end: float, own: float) -> tuple[tuple[float, str], ...]:
    span = end - begin
    unit = next(each for each in _UNITS if span >= 2 * each or each == 1)
    step = next((each for each in _STEPS if span <= each * unit * (_TICKS + 1)), _STEPS[-1]) * unit
    first = int((begin - own) // step) + 1
    places = [number * step for number in range(first, first + _TICKS + 2) if own + number * step <= end]
    return tuple((own + place, _tick(place, own)) for place in places)


def _tick(place: float, own: float) -> str:
    if not place:
        return "0"
    unit = next(each for each in _UNITS if abs(place) >= each and abs(place) % each == 0)
    sign = "+" if own and place > 0 else "\N{MINUS SIGN}" if place < 0 else ""
    return f"{sign}{abs(place) / unit:.0f} {_UNITS[unit]}"


@dataclass(frozen=True, slots=True)
class Label:
    """Words beside a mark.

    Attributes:
        mark: Which.
        text: The words; empty where there is no room for any.
        left: They stand left of it.
    """

    mark: Mark
    text: str
    left: bool = False


def labels(race: Race, pane: Pane, lane: Lane, width: float) -> list[Label]:
    """Return the words beside the marks of a lane, none of which run into each other.

    The same said again is not written again: its marks stand for it.

    Args:
        race: The race.
        pane: One of its panes.
        lane: One of its lanes.
        width: Of the pane, in pixels.
    """
    scale = width / (pane.end - pane.begin)
    marks = [mark for mark in pane.marks if mark.lane is lane]
    places = [(race.offset(mark) - pane.begin) * scale for mark in marks]
    placed: list[Label] = []
    free = 0.0
    for number, (mark, place) in enumerate(zip(marks, places, strict=True)):
        after = places[number + 1] if number + 1 < len(marks) else width
        said_before = number > 0 and marks[number - 1].text == mark.text
        text = "" if said_before else label(race, mark)
        one = _placed(Label(mark, text), place, free, after)
        reach = place + _MARK_PX / 2 + (0 if one.left else len(one.text) * _LETTER_PX)
        free = max(free, reach)
        placed.append(one)
    return placed


def _placed(one: Label, place: float, free: float, after: float) -> Label:
    needed = len(one.text) * _LETTER_PX + _MARK_PX
    right, left = after - place - _MARK_PX / 2, place - free
    if needed <= right:
        return one
    if needed <= left:
        return replace(one, left=True)
    room = max(right, left)
    if room < _SHORTEST_PX:
        return replace(one, text="")
    shown = int((room - _MARK_PX) / _LETTER_PX) - 1
    return replace(one, text=f"{one.text[:shown].rstrip()}…", left=left > right)
