"""Plays many worlds, on every core, and counts: how fast, which faults, which verdicts, what was broken."""

import hashlib
import multiprocessing
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial

from tests.simulation.episode import Episode, Variant, play
from tests.simulation.oracle import Violation, violations
from tests.simulation.plan import plan_of

CHUNK = 100


@dataclass(slots=True)
class Tally:
    """What a number of worlds came to.

    Attributes:
        worlds, questions: How many.
        faults: Worlds in which each fault was on.
        verdicts: Answers by question, verdict and grade.
        broken: Each broken promise, with its seed.
        digest: A short name of every answer of every world, in order.
    """

    worlds: int = 0
    questions: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    verdicts: Counter[str] = field(default_factory=Counter)
    broken: list[tuple[int, Violation]] = field(default_factory=list)
    digest: str = ""

    def add(self, other: "Tally") -> None:
        """Take another part of the campaign in."""
        self.worlds += other.worlds
        self.questions += other.questions
        self.faults += other.faults
        self.verdicts += other.verdicts
        self.broken += other.broken
        self.digest = _short(self.digest + other.digest)


def judged(seed: int, variant: Variant | None = None) -> tuple[Episode, list[Violation]]:
    """Play one world and hold it against the promises. A world that cannot be played breaks one."""
    episode = play(plan_of(seed), variant)
    return episode, violations(episode)


def tally(seeds: range) -> Tally:
    """Play some worlds one after the other."""
    total = Tally()
    words: list[str] = []
    for seed in seeds:
        episode, broken = judged(seed)
        total.worlds += 1
        total.faults.update(map(str, episode.plan.faults))
        total.broken += [(seed, each) for each in broken]
        for asked in episode.asked:
            if asked.question is None:
                continue
            total.questions += 1
            word = _verdict(asked.answer)
            total.verdicts[word] += 1
            words.append(f"{seed} {word} {asked.ended!r} {len(asked.pushed)} {asked.requests}")
    total.digest = _short("\n".join(words))
    return total


def campaign(seeds: range, jobs: int) -> Iterator[Tally]:
    """Play worlds on several processes; yield the parts in order."""
    chunks = [seeds[start : start + CHUNK] for start in range(0, len(seeds), CHUNK)]
    if jobs == 1:
        yield from map(tally, chunks)
        return
    # Forked: nothing is loaded twice, and no thread runs here.
    with multiprocessing.get_context("fork").Pool(jobs) as pool:
        yield from pool.imap(tally, chunks)


@dataclass(frozen=True, slots=True)
class Control:
    """Whether a planted fault was caught: by which promise, at which seed; 0 if in none of the worlds."""

    name: str
    seed: int
    promise: str
    detail: str


def controls(variants: list[Variant], most: int, jobs: int) -> Iterator[Control]:
    """Play each variant from seed 1 on until it is caught."""
    names = [variant.name for variant in variants]
    if jobs == 1:
        yield from (control(most, name) for name in names)
        return
    with multiprocessing.get_context("fork").Pool(jobs) as pool:
        yield from pool.imap(partial(control, most), names)


def control(most: int, name: str) -> Control:
    """Find the first world that catches a planted fault."""
    from tests.simulation.mutants import mutants

    variant = next(each for each in mutants() if each.name == name)
    for seed in range(1, most + 1):
        _, broken = judged(seed, variant)
        if broken:
            return Control(name, seed, broken[0].promise, broken[0].detail)
    return Control(name, 0, "", "")


def _verdict(answer: object) -> str:
    if answer is None:
        return "the asker went away"
    from verification.verification import Verification

    assert isinstance(answer, Verification)
    verdict = answer.verdict
    return " ".join(
        str(each) for each in (answer.asks, verdict.kind, verdict.mismatch, verdict.grade) if each is not None
    )


def _short(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()
