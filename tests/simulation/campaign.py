"""Plays many worlds, on every core, and counts: how fast, which faults, which verdicts, what was broken."""

import hashlib
import multiprocessing
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial

from reconciler.alerts.event import Owed
from tests.simulation.episode import Asked, Variant, play
from tests.simulation.mutants import mutants
from tests.simulation.opening_episode import OpeningVariant, play_opening
from tests.simulation.opening_mutants import opening_mutants
from tests.simulation.opening_oracle import opening_violations
from tests.simulation.opening_plan import opening_plan_of
from tests.simulation.oracle import Violation, violations
from tests.simulation.plan import plan_of
from tests.simulation.reconciler.caught import CAUGHT
from tests.simulation.reconciler.drawing import watched_plan_of
from tests.simulation.reconciler.episode import WatchedVariant, play_watched
from tests.simulation.reconciler.mutants import watched_mutants
from tests.simulation.reconciler.oracle import sight_of, watched_violations
from tests.simulation.reconciler.reach import reached
from tests.simulation.trace import Trace

CHUNK = 100
FRESH = multiprocessing.get_context("spawn")
"""Processes that begin with nothing: a fork takes over locks whose threads it does not have."""

OPENINGS_AMONG = 4
"""Every fourth seed is a world in which the bot opens positions; the others only ask."""

WATCHED_AMONG = 100
"""Every hundredth, from the fiftieth on, is minutes long and watched by the reconciler."""

Planted = Variant | OpeningVariant | WatchedVariant


@dataclass(frozen=True, slots=True)
class Judged:
    """One world, played and held against the promises.

    Attributes:
        faults: What could go wrong.
        words: What was answered, in order: a line each, without and with its numbers.
        broken: The promises that did not hold.
        states: Interesting states that it has met, by name.
    """

    seed: int
    faults: frozenset[str]
    words: tuple[tuple[str, str], ...]
    broken: tuple[Violation, ...]
    trace: Trace
    states: frozenset[str] = frozenset()


@dataclass(slots=True)
class Tally:
    """What a number of worlds came to.

    Attributes:
        worlds: How many.
        faults: Worlds in which each fault was on.
        verdicts: Answers by question, verdict and grade, and outcomes of openings.
        states: Worlds in which each interesting state was met.
        broken: Each broken promise, with its seed.
        digest: A short name of every answer of every world, in order.
    """

    worlds: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    verdicts: Counter[str] = field(default_factory=Counter)
    states: Counter[str] = field(default_factory=Counter)
    broken: list[tuple[int, Violation]] = field(default_factory=list)
    digest: str = ""

    def add(self, other: "Tally") -> None:
        """Take another part of the campaign in."""
        self.worlds += other.worlds
        self.faults += other.faults
        self.verdicts += other.verdicts
        self.states += other.states
        self.broken += other.broken
        self.digest = _short(self.digest + other.digest)


def judged(seed: int, planted: Planted | None = None, *, traced: bool = False) -> Judged:
    """Play the world of a seed: of openings for every fourth seed, unless the fault to plant is another's.

    Every hundredth world is the reconciler's.
    """
    watched = seed % WATCHED_AMONG == WATCHED_AMONG // 2 if planted is None else False
    if watched or isinstance(planted, WatchedVariant):
        return _watching(seed, planted if isinstance(planted, WatchedVariant) else None, traced=traced)
    opens = seed % OPENINGS_AMONG == 0 if planted is None else isinstance(planted, OpeningVariant)
    if opens:
        return _opening(seed, planted if isinstance(planted, OpeningVariant) else None, traced=traced)
    return _asking(seed, planted if isinstance(planted, Variant) else None, traced=traced)


def _asking(seed: int, variant: Variant | None, *, traced: bool) -> Judged:
    episode = play(plan_of(seed), variant, traced=traced)
    words = tuple(
        (_verdict(asked), f"{asked.ended!r} {len(asked.pushed)} {asked.requests}")
        for asked in episode.asked
        if asked.question is not None
    )
    faults = frozenset(map(str, episode.plan.faults))
    return Judged(seed, faults, words, tuple(violations(episode)), episode.trace)


def _opening(seed: int, variant: OpeningVariant | None, *, traced: bool) -> Judged:
    episode = play_opening(opening_plan_of(seed), variant, traced=traced)
    words = tuple(
        (f"opening {type(outcome).__name__.lower()}{' told' if outcome.critical else ''}", f"{took!r}")
        for took, outcome in episode.outcomes
    )
    return Judged(seed, episode.plan.faults, words, tuple(opening_violations(episode)), episode.trace)


def _watching(seed: int, variant: WatchedVariant | None, *, traced: bool) -> Judged:
    episode = play_watched(watched_plan_of(seed), variant, traced=traced)
    words = tuple(
        (f"told {entry.after.key.kind}", f"{entry.at!r} {entry.after.key.symbol} {entry.after.key.leg}")
        for entry in episode.diary
        if entry.decision.owed is Owed.FIRST
    )
    faults = frozenset({"reconciler", *(f"reconciler.{trouble}" for trouble in episode.plan.troubles)})
    sight = sight_of(episode)
    broken = tuple(watched_violations(episode, sight))
    return Judged(seed, faults, words, broken, episode.trace, reached(sight))


def tally(seeds: range) -> Tally:
    """Play some worlds one after the other."""
    total = Tally()
    lines: list[str] = []
    for seed in seeds:
        world = judged(seed)
        total.worlds += 1
        total.faults.update(world.faults)
        total.states.update(world.states)
        total.broken += [(seed, each) for each in world.broken]
        total.verdicts.update(word for word, _ in world.words)
        lines += [f"{seed} {word} {numbers}" for word, numbers in world.words]
    total.digest = _short("\n".join(lines))
    return total


def campaign(seeds: range, jobs: int) -> Iterator[Tally]:
    """Play worlds on several processes; yield the parts in order."""
    chunks = [seeds[start : start + CHUNK] for start in range(0, len(seeds), CHUNK)]
    if jobs == 1:
        yield from map(tally, chunks)
        return
    with FRESH.Pool(jobs) as pool:
        yield from pool.imap(tally, chunks)


@dataclass(frozen=True, slots=True)
class Control:
    """Whether a planted fault was caught: by which promise, at which seed; 0 if in none of the worlds."""

    name: str
    seed: int
    promise: str
    detail: str


def planted_faults() -> dict[str, Planted]:
    """Return every planted fault by its name, those of the incident first."""
    asking, opening = mutants(), opening_mutants()
    watching = watched_mutants()
    incident: list[Planted] = [*asking[:2], opening[0]]
    return {each.name: each for each in (*incident, *asking[2:], *opening[1:], *watching)}


def controls(names: list[str], most: int, jobs: int) -> Iterator[Control]:
    """Play each planted fault until it is caught."""
    if jobs == 1:
        yield from (control(most, name) for name in names)
        return
    with FRESH.Pool(jobs) as pool:
        yield from pool.imap(partial(control, most), names)


def control(most: int, name: str) -> Control:
    """Find a world that catches a planted fault: where it was caught last, else the first of all.

    A world of the reconciler is minutes long, and some faults are caught in one of a hundred only.
    """
    planted = planted_faults()[name]
    last = [CAUGHT[name]] if name in CAUGHT else []
    for seed in (*last, *range(1, most + 1)):
        broken = judged(seed, planted).broken
        if broken:
            return Control(name, seed, broken[0].promise, broken[0].detail)
    return Control(name, 0, "", "")


def _verdict(asked: Asked) -> str:
    if asked.answer is None:
        return "the asker went away"
    verdict = asked.answer.verdict
    said = (asked.answer.asks, verdict.kind, verdict.mismatch, verdict.grade)
    return " ".join(str(each) for each in said if each is not None)


def _short(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()
