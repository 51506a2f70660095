"""The oracle of the green: nothing that has differed for long is shown as agreeing, or counted as matched."""

from collections.abc import Iterator

from reconciler.facts.finding import Kind
from tests.simulation.reconciler.episode import SWEEP
from tests.simulation.reconciler.sight import SLACK, UNRELIABLE, Sight, felt, words
from tests.simulation.reconciler.stretch import Stretch, alike
from verification.facts.leg import LegKey


def no_false_green(sight: Sight) -> Iterator[str]:
    """G1: a leg is shown as agreeing only where both sides may have been seen to hold the same lately."""
    told: set[tuple[LegKey, int]] = set()
    for at, rows in sight.episode.store.positions:
        for row in rows:
            key = LegKey(row.account, row.symbol, row.leg)
            if row.verdict != "agree" or key not in sight.legs or _could_agree(sight, key, at):
                continue
            number = sum(1 for each in sight.legs[key] if each.start <= at)
            if (key, number) not in told:
                told.add((key, number))
                stretch = sight.legs[key][number - 1]
                yield f"{key.symbol} {key.leg} agrees at {at:.2f}, and is {stretch.kind}: {words(stretch)}"


def matched_is_counted_right(sight: Sight) -> Iterator[str]:
    """G2: a complete look counts no more legs as matched than may truly be."""
    for at, cycle in sight.episode.store.cycles:
        could = sum(1 for key in sight.legs if _could_agree(sight, key, at))
        if cycle.status == "complete" and cycle.matched > could:
            yield f"{cycle.matched} of {cycle.legs} matched at {at:.2f}: at most {could} do"


def _could_agree(sight: Sight, key: LegKey, at: float) -> bool:
    """True when what ledgers said and what the venue held are alike in the time that a look may show."""
    # A look reads each ledger twice, and goes by neither reading where one of them failed: its end says
    # nothing of what could be read at its beginning, and no look could know more of the first reading.
    unread = any(
        storm.what.startswith("ledger") and storm.start <= at and storm.end > at - sight.late
        for storm in sight.storms
    )
    if unread and sight.episode.plan.ledgers > 1:
        return True  # as far as it could be read
    since = at - _late(sight, key, at, SLACK) - SWEEP
    lately = [each for each in sight.legs[key] if each.end >= since and each.start <= at]
    if all(each.kind is Kind.UNLISTED_SYMBOL for each in lately):
        return False
    apart = _late(sight, key, at, 0.0)
    return any(
        alike(venue.held, bots.expected, bots.uncut) and _meet(venue, bots, apart)
        for venue in lately
        for bots in lately
    )


def _meet(venue: Stretch, bots: Stretch, apart: float) -> bool:
    """Return True where one look may show what the venue held in one stretch beside the rows of another.

    It reads the rows when the list has come: they are never the older side. A list is as old as the replica
    that it was read from, whenever it was asked for, and nothing in it says how old that is: no look can know
    of what has happened since (seed 201550: the stream had lost the push, and a row was written meanwhile).
    """
    return venue.start <= bots.end and bots.start - venue.end <= apart


def _late(sight: Sight, key: LegKey, at: float, slack: float) -> float:
    """Return how old what a look shows of the venue may be, seconds."""
    late = sight.late + slack
    for start, end in (*(felt(storm) for storm in sight.storms), *sight.episode.downs):
        if start <= at and end + SWEEP + SLACK >= at:
            late = max(late, at - start + sight.late)
    held = [each.held for each in sight.legs[key] if each.start <= at]
    if UNRELIABLE & sight.episode.plan.troubles and 0 in held[-4:]:
        late += 80.0  # until lists are believed that leave it out
    return late
