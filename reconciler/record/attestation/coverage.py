"""How much of a day an account was seen, from what is stored of its sources, heartbeats and sweeps; pure.

A second counts as covered only where two facts that do not rest on each other say so: every source was well,
by the changes of their states, and sweeps told what stood. Whatever is not known is not covered.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import ROUND_DOWN, Decimal
from itertools import pairwise
from typing import Final

from reconciler.record.unprotected import AT_REST, HELD_TRUE, DayPart
from reconciler.views.attestation import Coverage, Gap

UNWATCHED: Final = "unwatched"
"""The state of a source that nobody looked at, as the next who watches writes it down."""

NO_SOURCE: Final = frozenset({"unsupported", "untried"})
"""States of what there is not: nobody can have missed it."""

WELL: Final = "ok"
IN_PART: Final = "in part"
NOT_WATCHED: Final = "not watched"
NOT_KNOWN: Final = "not known"
_COVERED: Final = ""
_PLACES: Final = Decimal("0.0001")
_MILLI: Final = 3

Spell = tuple[datetime, str]
"""From when on a source was in a state, until its next one."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What is stored of how an account was seen.

    Attributes:
        spells: The states of each source, ascending: the one at the beginning of the day first, where known.
        gone: Sources that were taken out of the settings: unwatched at the end, and for good.
        known_until: Up to when anybody is known to have watched, aware UTC; None for never.
        swept: What sweeps told of the day; None where nothing of it is kept.
        last_sweep: When the last sweep was finished, aware UTC; None for never.
    """

    spells: Mapping[str, Sequence[Spell]] = field(default_factory=dict)
    gone: frozenset[str] = frozenset()
    known_until: datetime | None = None
    swept: DayPart | None = None
    last_sweep: datetime | None = None


def coverage(seen: Seen, since: datetime, until: datetime) -> Coverage:
    """Return how much of the time from `since` to `until`, aware UTC, an account was seen."""
    whole = max(0.0, (until - since).total_seconds())
    parts = dict.fromkeys((_COVERED, IN_PART, NOT_WATCHED, NOT_KNOWN), 0.0)
    gaps: list[Gap] = []
    for gap in _stretches(seen, since, until):
        parts[gap.state] += (gap.until - gap.since).total_seconds()
        if gap.state == _COVERED:
            continue
        last = gaps[-1] if gaps else None
        if last is not None and (last.until, last.state, last.sources) == (gap.since, gap.state, gap.sources):
            gaps[-1] = Gap(last.since, gap.until, gap.state, gap.sources)
        else:
            gaps.append(gap)
    swept = _swept(seen, since, until)
    covered = min(parts[_COVERED], swept or 0.0)
    return Coverage(
        whole=whole,
        covered=round(covered, _MILLI),
        in_part=round(parts[IN_PART], _MILLI),
        not_watched=round(parts[NOT_WATCHED], _MILLI),
        not_known=round(parts[NOT_KNOWN] + parts[_COVERED] - covered, _MILLI),
        swept=None if swept is None else round(swept, _MILLI),
        share=share_of(round(covered, _MILLI), whole),
        gaps=tuple(gaps),
    )


def share_of(part: float, whole: float) -> Decimal | None:
    """Return a share, rounded down: what is not all is never shown as all. None of nothing."""
    if not whole:
        return None
    return (Decimal(str(part)) / Decimal(str(whole))).quantize(_PLACES, ROUND_DOWN)


def _stretches(seen: Seen, since: datetime, until: datetime) -> list[Gap]:
    """Cut the time where anything changes, and say of each piece what is known."""
    cuts = {since, until}
    cuts |= {at for spells in seen.spells.values() for at, _ in spells if since < at < until}
    if seen.known_until is not None and since < seen.known_until < until:
        cuts.add(seen.known_until)
    ordered = sorted(cuts)
    places = dict.fromkeys(seen.spells, -1)
    found = []
    for begins, ends in pairwise(ordered):
        states = {}
        for source, spells in seen.spells.items():
            while places[source] + 1 < len(spells) and spells[places[source] + 1][0] <= begins:
                places[source] += 1
            if places[source] >= 0:
                states[source] = spells[places[source]][1]
        known = seen.known_until is not None and begins < seen.known_until
        state, sources = _judged(states, seen.gone) if known else (NOT_KNOWN, ())
        found.append(Gap(begins, ends, state, sources))
    return found


def _judged(states: Mapping[str, str], gone: frozenset[str]) -> tuple[str, tuple[str, ...]]:
    there = {source: state for source, state in states.items() if state not in NO_SOURCE}
    watched = {source for source, state in there.items() if state != UNWATCHED}
    if not watched:
        return (NOT_WATCHED if there else NOT_KNOWN), ()
    bad = sorted(
        source
        for source, state in there.items()
        if state != WELL and not (state == UNWATCHED and source in gone)
    )
    return (IN_PART, tuple(bad)) if bad else (_COVERED, ())


def _swept(seen: Seen, since: datetime, until: datetime) -> float | None:
    """Return for how many seconds sweeps told what stood, as far as that is stored.

    While nothing stands without a stop it is written only now and then: the last sweep stands for the rest.
    """
    part, last = seen.swept, seen.last_sweep
    if part is None:
        return None
    known = part.seen
    lately = AT_REST + HELD_TRUE
    if last is not None and timedelta(0) < last - part.until <= lately:
        known += max(0.0, (min(last, until) - max(part.until, since)).total_seconds())
    return min(known, max(0.0, (until - since).total_seconds()))
