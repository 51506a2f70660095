"""Draws the world of a seed: the story of each leg, what is noted of it, the weather, what fails."""

import random

from tests.simulation.faults import Fault
from tests.simulation.plan import ACCOUNT, SYMBOLS, Plan, Weather
from tests.simulation.reconciler.names import Names
from tests.simulation.reconciler.plan import BUSY, QUIET, Kill, Sent, Storm, WatchedPlan
from tests.simulation.reconciler.resting_story import RestingLegStory
from tests.simulation.reconciler.scale import Scale, scale_of
from tests.simulation.reconciler.trouble import Trouble, some
from tests.simulation.reconciler.unlisted import unlisted
from verification.facts.leg import Leg, LegKey

AS_FAULTS = {
    Trouble.HEDGE_MODE: Fault.HEDGE_MODE,
    Trouble.EXPLICIT_ZEROS: Fault.EXPLICIT_ZEROS,
    Trouble.NO_STREAM: Fault.NO_VERSIONS,
}
"""What the simulated venue and its stream know by another name."""

LIST_FAILURES = ("unreachable", "malformed", "rejected", "late", "cut")
LEDGER_FAILURES = ("locked", "absent", "schema")
LONG = [6.0, 40.0, 110.0]
"""Seconds that a storm may last."""


def watched_plan_of(seed: int) -> WatchedPlan:
    """Draw the world of a seed."""
    rng = random.Random(seed * 7 + 5)
    apart = random.Random(f"{seed} 174")
    troubles = some(rng, apart)
    legs = [Leg.LONG, Leg.SHORT] if Trouble.HEDGE_MODE in troubles else [Leg.NET]
    keys = [LegKey(ACCOUNT, symbol, leg) for symbol in SYMBOLS for leg in legs]
    names = Names(shared=Trouble.SHARED_NUMBERS in troubles)
    stories = [RestingLegStory(number, key, troubles, rng, names) for number, key in enumerate(keys)]
    for number, story in enumerate(stories):
        story.draw_apart_by(random.Random(seed * 13 + number))
    for story in stories:
        story.tell()
    noted = [each for story in stories for each in story.noted]
    if Trouble.UNLISTED_SYMBOLS in troubles:
        noted += unlisted(rng, legs[0])
    return WatchedPlan(
        seed=seed,
        troubles=troubles,
        venue=_venue(seed, troubles, rng),
        past=tuple((story.key, story.past) for story in stories if story.past),
        rows=tuple(row for story in stories for row in story.before),
        noted=tuple(noted),
        moved=tuple(each for story in stories for each in story.moved),
        sent=(*(each for story in stories for each in story.sent), *_foreign(troubles, keys, names, apart)),
        placed=tuple(each for story in stories for each in story.placed),
        scales=_scales(troubles, rng),
        storms=_storms(troubles, rng),
        mute=_spans(Trouble.SILENT_STREAM in troubles, rng, [20.0, 60.0]),
        crashes=_spans(Trouble.CRASHES in troubles, rng, [0.5, 5.0, 40.0]),
        kills=_kills(rng, [each.at for each in noted]) if Trouble.KILLS in troubles else (),
        steps=_steps(rng) if Trouble.WALL_STEPS in troubles else (),
        looks=_looks(rng) if Trouble.ACKNOWLEDGEMENTS in troubles else (),
    )


def _venue(seed: int, troubles: frozenset[Trouble], rng: random.Random) -> Plan:
    faults = frozenset(fault for trouble, fault in AS_FAULTS.items() if trouble in troubles)
    worst = rng.choice([1.0, 3.0, 5.0]) if Trouble.SLOW_LISTS in troubles else 0.2
    replicas = 3 if Trouble.BACKWARD_READS in troubles else 1
    weather = Weather(
        lists=tuple(worst * rng.random() for _ in range(replicas)),
        orders=(0.02,),
        trades=0.0,
        answer=rng.choice([0.5, 1.0]) if Trouble.SLOW_ANSWERS in troubles else 0.05,
        push=rng.choice([0.005, 0.03, 0.2]),
        failures=(),
        failing=0.0,
        refused=None,
        lost=rng.choice([0.1, 0.5, 1.0]) if Trouble.LOST_PUSHES in troubles else 0.0,
        doubled=0.4 if Trouble.DOUBLED_PUSHES in troubles else 0.0,
        late=0.4 if Trouble.REORDERED_PUSHES in troubles else 0.0,
        down=_spans(Trouble.DISCONNECTS in troubles, rng, [0.1, 5.0, 50.0]),
        bounded=True,
    )
    return Plan(seed, faults, (), (), (), weather, (), measured=False, shuts=None)


def _storms(troubles: frozenset[Trouble], rng: random.Random) -> tuple[Storm, ...]:
    on = troubles.__contains__
    storms = [
        Storm("list", rng.choice(LIST_FAILURES), start, end)
        for start, end in _spans(on(Trouble.FAILING_LISTS), rng, LONG)
    ]
    for start, end in _spans(on(Trouble.FAILING_ORDERS), rng, LONG):
        how = rng.choice(LIST_FAILURES[:4])
        storms += [Storm(what, how, start, end) for what in ("orders", "conditional_orders")]
    for start, end in _spans(on(Trouble.UNNAMED_ROWS), rng, LONG):
        storms.append(Storm("names", rng.choice(SYMBOLS), start, end))
    for start, end in _spans(on(Trouble.UNREAD_PARTS), rng, LONG):
        storms.append(Storm("part", rng.choice(SYMBOLS), start, end))
    for ledger in ("ledger 0", "ledger 1") if on(Trouble.TWO_LEDGERS) else ("ledger 0",):
        for start, end in _spans(on(Trouble.UNREADABLE_LEDGERS), rng, LONG):
            storms.append(Storm(ledger, rng.choice(LEDGER_FAILURES), start, end))
    if on(Trouble.DRY_RUNS):
        start = rng.choice([-1.0, rng.uniform(10, QUIET)])
        storms.append(Storm("ledger 0", "dry_run", start, start + rng.choice([10.0, 60.0])))
    return tuple(storms)


def _spans(on: bool, rng: random.Random, lengths: list[float]) -> tuple[tuple[float, float], ...]:  # noqa: FBT001 - reads well
    """Draw one span or two; none of them reaches the last quarter of the world."""
    if not on:
        return ()
    spans: list[tuple[float, float]] = []
    at = rng.uniform(1, 60)
    for _ in range(rng.choice([1, 1, 2])):
        end = at + rng.choice(lengths)
        if end > BUSY * 0.7:
            break
        spans.append((at, end))
        at = end + rng.uniform(5, 80)
    return tuple(spans)


def _foreign(
    troubles: frozenset[Trouble], keys: list[LegKey], names: Names, rng: random.Random
) -> tuple[Sent, ...]:
    """Draw orders that none of the bots has sent: they rest, and execute nothing."""
    if Trouble.FOREIGN_ORDERS not in troubles:
        return ()
    key, at = rng.choice(keys), rng.uniform(1, QUIET)
    ends = rng.choice([None, None, at + 8.0, at + 120.0])
    way = {Leg.LONG: 1, Leg.SHORT: -1}.get(key.leg) or rng.choice([1, -1])
    return (Sent(at, (), ends, key, names.order("nobody", "z"), 7 * way, reduces=False),)


def _steps(rng: random.Random) -> tuple[tuple[float, float], ...]:
    return tuple((rng.uniform(1, QUIET), rng.choice([-3600.0, 3600.0])) for _ in range(rng.choice([1, 2])))


def _looks(rng: random.Random) -> tuple[float, ...]:
    return tuple(sorted(rng.uniform(20, BUSY) for _ in range(12)))


def _scales(troubles: frozenset[Trouble], rng: random.Random) -> tuple[tuple[str, Scale], ...]:
    fractions, inexact = Trouble.FRACTIONAL_LOTS in troubles, Trouble.INEXACT_LEDGERS in troubles
    return tuple((symbol, scale_of(rng, fractions=fractions, inexact=inexact)) for symbol in SYMBOLS)


def _kills(rng: random.Random, times: list[float]) -> tuple[Kill, ...]:
    """Draw deaths in the middle of something, most of them while much goes on."""
    kills = []
    for _ in range(rng.choice([1, 2, 3])):
        near = rng.choice([*times, 0.0]) + rng.uniform(-0.5, 12.0)
        at = near if 0.0 <= near < QUIET and rng.random() < 0.7 else rng.uniform(0, QUIET)
        away = rng.choice([0.5, 5.0, 40.0])
        kills.append(Kill(at, rng.randrange(25), done=rng.choice([True, False]), away=away))
    return tuple(sorted(kills, key=lambda kill: kill.after))
