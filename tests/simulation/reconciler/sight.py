"""A world that has ended, as the checks of the oracle look at it, and the spans of time they speak of."""

from dataclasses import dataclass

from reconciler.alerts.alert import Alert
from reconciler.facts.finding import FindingKey, Kind
from tests.simulation.plan import SYMBOLS
from tests.simulation.reconciler.episode import WatchedEpisode
from tests.simulation.reconciler.guard import Guard
from tests.simulation.reconciler.plan import Storm
from tests.simulation.reconciler.stretch import Orders, Stretch
from tests.simulation.reconciler.trouble import Trouble
from tests.simulation.reconciler.venue import TIMEOUT, unnamed
from verification.facts.leg import LegKey

GRACE = 20.0
IN_FLIGHT_GRACE = 60.0
SPACING = 5.0
SLACK = 8.0
"""Seconds for all the short ways: settling, polling, storing, two looks after one another."""

OUTVOTING = 80.0
"""Until lists are believed that leave out a leg that an unreliable stream showed: three looks."""

LEGS_KINDS = frozenset(
    {
        Kind.ORPHANED_POSITION,
        Kind.REAPPEARED_POSITION,
        Kind.PHANTOM_POSITION,
        Kind.QUANTITY_MISMATCH,
        Kind.SIDE_MISMATCH,
        Kind.DUPLICATE_ROWS,
        Kind.UNLISTED_SYMBOL,
    }
)
"""The ways in which the two sides of a leg differ, as people are told."""

SETTLED = LEGS_KINDS | {Kind.UNVERIFIED_OPEN}
"""What agreement settles. Sources that contradicted each other are told of for half an hour all the same."""

ORPHANS = frozenset({Kind.ORPHANED_POSITION, Kind.REAPPEARED_POSITION})
UNRELIABLE = frozenset(
    {
        Trouble.LOST_PUSHES,
        Trouble.SILENT_STREAM,
        Trouble.DISCONNECTS,
        Trouble.NO_STREAM,
        Trouble.REORDERED_PUSHES,
    }
)

Span = tuple[float, float]


@dataclass(slots=True)
class Sight:
    """A world that has ended, as the checks look at it.

    Attributes:
        legs: How each leg truly stood.
        guards: How well it was guarded by stops at the venue; empty where bots keep theirs in software.
        told: When people knew of each condition: from firing to its end.
        orders: The bot's orders as the venue knows them.
        late: How old what a look shows may be, seconds.
        hangs: For how long a look may wait for an answer that does not come, seconds.
    """

    episode: WatchedEpisode
    legs: dict[LegKey, list[Stretch]]
    guards: dict[LegKey, list[Guard]]
    told: dict[FindingKey, list[Span]]
    orders: Orders
    late: float
    hangs: float

    @property
    def storms(self) -> tuple[Storm, ...]:
        return self.episode.plan.storms

    def blind(self, key: LegKey, *, orders: bool = False) -> list[Span]:
        """Return when not both sides of a leg could be read, or nobody was there to do it."""
        unseen = ("orders", "conditional_orders")
        storms = [storm for storm in self.storms if orders or storm.what not in unseen]
        storms = [storm for storm in storms if storm.what != "part" or storm.how == key.symbol]
        return [*map(felt, storms), *self.episode.downs]

    def met_anew(self, key: LegKey, at: float) -> bool:
        """Return True where a leg got its name back by a time, which the reconciler has not known with it."""
        nameless = [felt(each) for each in self.storms if (each.what, each.how) == ("names", key.symbol)]
        return any(
            start < up and down < end <= at + self.late
            for start, end in nameless
            for down, up in self.episode.downs
        )

    def outvoted(self, stretch: Stretch) -> float:
        """Return how much longer it takes to believe that a leg is gone."""
        unreliable = UNRELIABLE & self.episode.plan.troubles
        return OUTVOTING if stretch.held == 0 and unreliable else 0.0


def kinds_of(stretch: Stretch) -> frozenset[Kind]:
    """Return the kinds by which people may be told how a leg differs; none where it does not."""
    if stretch.kind is None:
        return frozenset({Kind.QUANTITY_MISMATCH}) if stretch.masked else frozenset()
    if stretch.kind in ORPHANS:
        return ORPHANS
    kinds = {stretch.kind}
    if stretch.rows > 1:
        kinds.add(Kind.DUPLICATE_ROWS)
    if stretch.expected == 0 and stretch.kind is Kind.SIDE_MISMATCH:
        kinds.add(Kind.QUANTITY_MISMATCH)  # an order that has done nothing yet names the other side
    if stretch.expected == 0 and stretch.kind is Kind.QUANTITY_MISMATCH and stretch.held * stretch.uncut < 0:
        kinds.add(
            Kind.SIDE_MISMATCH
        )  # rows that cancel out but for what was not cut, and that is the other side
    return frozenset(kinds)


def told_of(episode: WatchedEpisode) -> dict[FindingKey, list[Span]]:
    since: dict[int, tuple[float, Alert]] = {}
    told: dict[FindingKey, list[Span]] = {}
    for entry in episode.diary:
        alert = entry.after
        if alert.fired_at is not None and alert.state.open:
            since.setdefault(alert.id, (entry.at, alert))
        elif alert.id in since:
            told.setdefault(alert.key, []).append((since.pop(alert.id)[0], entry.at))
    for at, alert in since.values():
        told.setdefault(alert.key, []).append((at, episode.plan.end))
    return told


def felt(storm: Storm) -> Span:
    """When a storm is felt: an answer that is late comes after its end."""
    return storm.start, storm.end + (TIMEOUT + 2.0 if storm.how == "late" else 0.5)


def without(span: Span, spans: list[Span]) -> list[Span]:
    """Return what is left of a span when others are cut out of it."""
    left: list[Span] = []
    at, end = span
    for other_start, other_end in sorted(spans):
        if other_end <= at or other_start >= end:
            continue
        if other_start > at:
            left.append((at, other_start))
        at = max(at, other_end)
    return [*left, (at, end)] if at < end else left


def leg_of(condition: FindingKey) -> LegKey:
    """Return the leg that a condition is about, also where the venue gave it no name."""
    names = {unnamed(symbol): symbol for symbol in SYMBOLS}
    return LegKey(condition.account, names.get(condition.symbol, condition.symbol), condition.leg)


def words(stretch: Stretch) -> str:
    return f"holds {stretch.held}, expected {stretch.expected}, since {stretch.start:.2f}"


def in_words(span: Span) -> str:
    return f"from {span[0]:.2f} to {span[1]:.2f}"
