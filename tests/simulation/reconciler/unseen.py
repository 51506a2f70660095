"""What may still be believed of a leg that changed while no list, and no push for certain, could tell."""

from collections.abc import Iterator

from reconciler.facts.finding import FindingKey
from tests.simulation.reconciler.guard import Guard, guards
from tests.simulation.reconciler.sight import UNRELIABLE, Sight, felt, kinds_of, leg_of
from tests.simulation.reconciler.stretch import Stretch, stretches
from verification.facts.leg import LegKey


def differed_as_believed(sight: Sight, condition: FindingKey, at: float) -> bool:
    """Return True where a leg differs in this way from what it held before changes that nobody could see."""
    key = leg_of(condition)
    for of_leg in _as_believed(sight, key, at):
        near = [each for each in of_leg if each.start <= at and each.end >= at - sight.late]
        if any(condition.kind in kinds_of(each) for each in near):
            return True
    return False


def naked_as_believed(sight: Sight, key: LegKey, at: float) -> bool:
    """Return True where what a leg held before changes that nobody could see has no stop."""
    return any(
        each.open_lots + each.hidden > 0 and each.start <= at and each.end >= at - sight.late
        for of_leg in _as_believed(sight, key, at)
        for each in _guards(sight, key, of_leg)
    )


def _as_believed(sight: Sight, key: LegKey, at: float) -> Iterator[list[Stretch]]:
    """Yield how a leg would stand without its last changes, each of which was made while the list failed."""
    episode = sight.episode
    if not UNRELIABLE & episode.plan.troubles:
        return
    since = [
        start - sight.late
        for storm in sight.storms
        for start, end in [felt(storm)]
        if start <= at <= end and (storm.what == "list" or (storm.what, storm.how) == ("part", key.symbol))
    ]
    if not since:
        return
    states = episode.truth.get(key, [])
    seen = [state for state in states if state.at < min(since)]
    done = [state for state in states if state.at <= at]
    for last in range(len(seen), len(done)):
        yield stretches(key, done[:last], episode.rows, sight.orders, episode.plan.end)


def _guards(sight: Sight, key: LegKey, of_leg: list[Stretch]) -> list[Guard]:
    episode = sight.episode
    return guards(key, of_leg, episode.rows, episode.plan.placed, episode.orders)
