"""The oracle of stops: what no stop would close is told in time, and nothing else is called unprotected."""

from collections.abc import Iterator

from reconciler.alerts.event import Owed
from reconciler.facts.finding import FindingKey, Kind, Severity
from tests.simulation.reconciler.episode import SWEEP
from tests.simulation.reconciler.guard import Guard
from tests.simulation.reconciler.sight import (
    OUTVOTING,
    SLACK,
    SPACING,
    UNRELIABLE,
    Sight,
    Span,
    in_words,
    without,
)
from tests.simulation.reconciler.trouble import Trouble
from tests.simulation.reconciler.unseen import naked_as_believed
from verification.facts.leg import LegKey

PLACING = 60.0
REPLACING = 15.0
"""Seconds: for how long a stop may be missing, after the opening and later on."""


def naked_is_told(sight: Sight) -> Iterator[str]:
    """P1: a position that no stop would close is told, with the side that could be read."""
    if not _at_the_venue(sight):
        return
    for key, of_leg in sight.guards.items():
        if _stampless(sight) and any(each.by_design for each in of_leg):
            continue
        told = sight.told.get(_condition(key), [])
        for span in _spans(of_leg, _naked):
            long_open = _long_open(sight, key, span[0])
            for start, end in without(span, sight.blind(key, orders=True)):
                grace = REPLACING if long_open and not sight.met_anew(key, start) else PLACING
                # What was so before the world began is seen by the first look.
                sweep = SWEEP if start > 0 else SWEEP / 2
                due = sight.late + grace + sweep + 2 * SPACING + SLACK
                for gap in without((start + due, end), told):
                    yield f"{key.symbol} {key.leg} has no stop since {span[0]:.2f}, untold {in_words(gap)}"


def guarded_is_not_told(sight: Sight) -> Iterator[str]:
    """P2: nothing is called unprotected that is guarded, or is not for a moment only."""
    unseen = bool(UNRELIABLE & sight.episode.plan.troubles) or bool(sight.storms)
    for condition, told in sight.told.items():
        if condition.kind is not Kind.UNPROTECTED_POSITION:
            continue
        # What stands for less than two looks are apart is no guard: a stop that is hit 10 ms after it was
        # placed, once more, ends no emergency, and no look can have seen it stand.
        naked = sight.guards.get(_leg(condition), [])
        spans = _spans(naked, lambda each: each.open_lots + each.hidden > 0, within=SPACING)
        # An end that nobody saw is believed late: the position stands for so long, without its stop.
        gone = OUTVOTING if UNRELIABLE & sight.episode.plan.troubles else 0.0
        late = sight.late + max(SWEEP if unseen else 0.0, gone)
        for fired, _ in told:
            if naked_as_believed(sight, _leg(condition), fired):
                continue
            lasting = 0.0 if unseen else max(0.0, REPLACING - 2 * sight.late - SPACING)
            if not any(
                start <= fired <= end + late and min(end, fired) - start >= lasting for start, end in spans
            ):
                yield f"{condition.symbol} {condition.leg} called unprotected at {fired:.2f}"


def by_design_is_no_emergency(sight: Sight) -> Iterator[str]:
    """P3: what an entry has executed that still rests has no stop by design: a warning at most."""
    if _stampless(sight):
        return
    for entry in sight.episode.diary:
        key, alert = entry.after.key, entry.after
        if key.kind is not Kind.UNPROTECTED_POSITION or entry.decision.owed not in {Owed.FIRST, Owed.WORSE}:
            continue
        if alert.severity is not Severity.CRITICAL:
            continue
        since = entry.at - sight.late - SWEEP
        near = [
            each for each in sight.guards.get(_leg(key), []) if each.start <= entry.at and each.end > since
        ]
        part = any(each.by_design for each in near)
        if part and all(each.by_design or each.open_lots + each.hidden == 0 for each in near):
            yield f"{key.symbol} {key.leg} critical at {entry.at:.2f}, while its entry rests"


def guarded_again_is_resolved(sight: Sight) -> Iterator[str]:
    """P4: once a stop guards it, an alert of it ends."""
    for key, of_leg in sight.guards.items():
        told = sight.told.get(_condition(key), [])
        for span in _spans(of_leg, lambda each: each.open_lots + each.hidden == 0 and each.judged):
            due = sight.late + OUTVOTING * bool(UNRELIABLE & sight.episode.plan.troubles)
            due += 2 * SWEEP + 2 * SPACING + SLACK
            for start, end in without(span, sight.blind(key, orders=True)):
                for since, until in told:
                    if since < end and until > start + due and end > start + due:
                        kept = in_words((start + due, until))
                        yield f"{key.symbol} {key.leg} is guarded, and called unprotected {kept}"


def _stampless(sight: Sight) -> bool:
    """True when rows do not say, or not truly, when an entry was sent and a position opened."""
    return bool({Trouble.NO_STAMPS, Trouble.WALL_STEPS} & sight.episode.plan.troubles)


def _long_open(sight: Sight, key: LegKey, at: float) -> bool:
    """True when a position has stood unchanged for longer than a stop takes to be placed, and goes on to."""
    if _stampless(sight):
        return False
    known = {noted.row.row_id: noted for noted in reversed(sight.episode.rows) if noted.row.key == key}
    first = max((noted.at for noted in known.values() if noted.at <= at), default=at)
    soon = at + PLACING  # a leg that changes is given the time of a new one
    changed = max((state.at for state in sight.episode.truth.get(key, []) if state.at <= soon), default=at)
    return at - max(first, changed) > PLACING


def _naked(each: Guard) -> bool:
    return each.open_lots > 0 and each.judged and not each.by_design


def _spans(of_leg: list[Guard], such: object, *, within: float = 0.0) -> list[Span]:
    """Return the longest spans in which a leg is such all the time, but for less than `within` at once."""
    assert callable(such)
    spans: list[Span] = []
    for each in of_leg:
        if not such(each):
            continue
        if spans and (spans[-1][1] == each.start or each.start - spans[-1][1] < within):
            spans[-1] = (spans[-1][0], each.end)
        else:
            spans.append((each.start, each.end))
    return spans


def _at_the_venue(sight: Sight) -> bool:
    return Trouble.VENUE_STOPS in sight.episode.plan.troubles


def _condition(key: LegKey) -> FindingKey:
    return FindingKey(Kind.UNPROTECTED_POSITION, key.account, key.symbol, key.leg)


def _leg(condition: FindingKey) -> LegKey:
    return LegKey(condition.account, condition.symbol, condition.leg)
