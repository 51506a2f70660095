"""The oracle of blindness: what cannot be seen is told, truly, and nothing is published as seen meanwhile."""

from collections.abc import Iterator

from reconciler.facts.finding import FindingKey, Kind
from tests.simulation.reconciler.episode import HEALTH, SWEEP
from tests.simulation.reconciler.plan import Storm
from tests.simulation.reconciler.sight import SLACK, SPACING, Sight, Span, felt, in_words, without
from verification.facts.leg import Leg


def blindness_is_told(sight: Sight) -> Iterator[str]:
    """R2: what cannot be read for long is told as that."""
    for storm in sight.storms:
        condition = _blindness_of(storm)
        if condition is None:
            continue
        told = sight.told.get(condition, [])
        due = _told_within(storm) + 3 * sight.hangs
        for start, end in without((max(storm.start, 0.0), storm.end), list(sight.episode.downs)):
            for gap in without((start + due, end), _both_lists(sight, condition, told)):
                yield f"{storm.what} fails ({storm.how}), untold {in_words(gap)}"


def _both_lists(sight: Sight, condition: FindingKey, told: list[Span]) -> list[Span]:
    """Lists of orders that fail with the position list, for the same cause, are told with it."""
    if condition.symbol not in {"orders", "conditional_orders"}:
        return told
    lists = [felt(storm) for storm in sight.storms if storm.what == "list"]
    return [*told, *((start, end + SWEEP + SLACK) for start, end in lists)]


def blindness_is_true(sight: Sight) -> Iterator[str]:
    """R2: nothing is called unseen that could be seen, and what is seen again is soon no alert any more."""
    for condition, told in sight.told.items():
        if condition.kind is Kind.LOOK_FAILED:  # no world plants a bug
            yield f"an unexpected error ended {condition.symbol}: {told}"
        if condition.kind not in {Kind.SOURCE_DOWN, Kind.LEDGER_UNREADABLE}:
            continue
        if condition.symbol == "websocket":
            down = [(start, end + 3.0) for start, end in sight.episode.plan.venue.weather.down]
        else:
            down = [felt(storm) for storm in sight.storms if _blindness_of(storm) == condition]
            if condition.symbol == "rest":  # a part that could not be read may be told as that
                down += [felt(storm) for storm in sight.storms if storm.what == "part"]
        dead = [(start, end + 2 * SWEEP) for start, end in sight.episode.downs]
        for fired, ended in told:
            late = SLACK + sight.hangs
            if not any(start <= fired <= end + late for start, end in [*down, *_loading(sight, condition)]):
                yield f"{condition.kind} of {condition.symbol} told at {fired:.2f}"
            late += 3 * SWEEP
            within = [(start, end + late) for start, end in [*down, *_loading(sight, condition)]]
            for gap in without((fired, ended), [*within, *dead]):
                yield f"{condition.kind} of {condition.symbol} is over and still open {in_words(gap)}"


def _loading(sight: Sight, condition: FindingKey) -> list[Span]:
    """A stream does not come up while its snapshot fails."""
    if condition.symbol != "websocket":
        return []
    return [felt(storm) for storm in sight.storms if storm.what == "list"]


def a_clock_that_is_set_is_told(sight: Sight) -> Iterator[str]:
    """R2: whenever the wall clock is set under a living reconciler it is told, and at no other time."""
    told = sight.told.get(FindingKey(Kind.CLOCK_SKEW, "main", "clock", Leg.NET), [])
    due = HEALTH + SLACK + sight.hangs
    steps = [at for at, _ in sight.episode.plan.steps]
    for at in steps:
        alive = not any(down <= at + due and at - 2 * HEALTH <= up for down, up in sight.episode.downs)
        if at > 2 * HEALTH and alive and not any(fired <= at + due and at <= over for fired, over in told):
            yield f"the clock was set at {at:.2f}, untold"
    for fired, over in told:
        if not any(at <= fired <= at + due for at in steps):
            yield f"the clock was called wrong at {fired:.2f}, and nobody had set it"
        if over >= sight.episode.plan.end:
            yield f"the clock is called wrong to the end, from {fired:.2f}"


def mute_is_not_over(sight: Sight) -> Iterator[str]:
    """R2: a stream that is told as silent is not called well while it still keeps to itself what happened."""
    condition = FindingKey(Kind.SOURCE_STALE, "main", "websocket", Leg.NET)
    changes = [state.at for states in sight.episode.truth.values() for state in states]
    for start, end in sight.episode.plan.mute:
        untold = min((at for at in changes if start <= at < end), default=end)
        for fired, over in sight.told.get(condition, []):
            if untold < fired and over < end:
                yield f"resolved at {over:.2f}, mute from {start:.2f} to {end:.2f}, a change at {untold:.2f}"


def never_green_while_blind(sight: Sight) -> Iterator[str]:
    """R2: a look that could not see everything is not published as complete."""
    for at, cycle in sight.episode.store.cycles:
        began = at - cycle.seconds - 0.1
        for storm in sight.storms:
            if (
                storm.what != "names"
                and storm.start < began
                and at < storm.end
                and cycle.status == "complete"
            ):
                yield f"complete at {at:.2f}, while {storm.what} fails ({storm.how})"


def _blindness_of(storm: Storm) -> FindingKey | None:
    if storm.what in {"names", "part"}:
        return None
    if storm.what.startswith("ledger"):
        return FindingKey(Kind.LEDGER_UNREADABLE, "main", storm.what.replace(" ", ""), Leg.NET)
    what = "rest" if storm.what == "list" else storm.what
    return FindingKey(Kind.SOURCE_DOWN, "main", what, Leg.NET)


def _told_within(storm: Storm) -> float:
    if storm.how in {"schema", "dry_run"}:
        return SLACK
    if storm.how == "rejected":
        return SWEEP + 2 * SLACK
    return SWEEP + 5 * SPACING + SLACK
