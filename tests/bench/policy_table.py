"""Plays every policy in the same worlds of each profile, in virtual time, and counts what came of it."""

import asyncio
import multiprocessing
import signal
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from itertools import chain
from typing import NamedTuple

from tests.bench.policies import POLICIES, live
from tests.bench.profiles import Mix, Profile
from tests.bench.quantiles import quantile
from tests.bench.world import Fact, Scenario, Stage, draw_case
from tests.virtual_time import VirtualLoop

CHUNK = 25


class Outcome(NamedTuple):
    """What one policy said in one episode, when, and for which weight."""

    profile: str
    policy: str
    opens: bool
    fact: Fact
    said: Fact
    ms: float
    weight: int


def play(profile: Profile, case: Scenario, policy: str) -> Outcome:
    """Play one episode on a loop of its own."""
    loop = VirtualLoop()
    complaints: list[str] = []
    loop.set_exception_handler(lambda _, context: complaints.append(str(context)))
    try:
        outcome = loop.run_until_complete(_on_stage(profile, case, policy))
    finally:
        loop.close()
    assert not complaints, complaints
    return outcome


async def _on_stage(profile: Profile, case: Scenario, policy: str) -> Outcome:
    stage = Stage(profile, case)
    live(stage, policy)
    stage.send()
    said = await POLICIES[policy](stage)
    took, weight = stage.clock.now().monotonic, stage.venue.weight
    await stage.close()
    left = asyncio.all_tasks() - {asyncio.current_task()}
    for task in left:
        task.cancel()
    await asyncio.gather(*left, return_exceptions=True)
    return Outcome(profile.name, policy, case.opens, case.fact, said, took * 1000, weight)


def _play_all(mix: Mix, profiles: tuple[Profile, ...], seeds: range) -> list[Outcome]:
    return [
        play(profile, draw_case(seed, mix, opens=opens), policy)
        for seed in seeds
        for opens in (True, False)
        for profile in profiles
        for policy in POLICIES
    ]


def outcomes(mix: Mix, profiles: tuple[Profile, ...], episodes: int, jobs: int) -> list[Outcome]:
    """Play so many opens and so many closes in each profile, for each policy."""
    whole = range(1, episodes + 1)
    chunks = [whole[start : start + CHUNK] for start in range(0, episodes, CHUNK)]
    work = partial(_play_all, mix, profiles)
    if jobs == 1:
        return list(chain.from_iterable(map(work, chunks)))
    # Forked: nothing is loaded twice, and no thread runs here.
    with multiprocessing.get_context("fork").Pool(jobs, _as_a_child) as pool:
        return list(chain.from_iterable(pool.imap(work, chunks)))


def _as_a_child() -> None:
    """End by the parent's word alone, whom Ctrl-C reaches too, and whose way with SIGTERM is its own."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)


@dataclass(frozen=True, slots=True)
class Score:
    """One policy in one profile. Counts are of episodes; times in ms; weight is the mean of an episode.

    Attributes:
        false_verdicts: All that was said and is not so, the two below among it.
        false_rollbacks: Opens taken for nothing although something executed.
        false_closed: Closes taken for done although a position is left.
        doubled_flagged: Of the closes that doubled a position, those that were said to have.
        p50_ms, p99_ms: From the question to whatever was answered, UNKNOWN included.
    """

    false_verdicts: int
    false_rollbacks: int
    false_closed: int
    unknown: int
    doubled_flagged: int
    p50_ms: float
    p99_ms: float
    weight: float
    weight_p50: float


def score(played: Iterable[Outcome]) -> Score:
    """Count the outcomes of one policy in one profile."""
    all_of_it = list(played)
    wrong = [each for each in all_of_it if each.said not in {each.fact, Fact.UNKNOWN}]
    times = [each.ms for each in all_of_it]
    weights = [float(each.weight) for each in all_of_it]
    return Score(
        false_verdicts=len(wrong),
        false_rollbacks=sum(1 for each in wrong if each.said is Fact.NOT_HELD),
        false_closed=sum(1 for each in wrong if each.said is Fact.CLOSED),
        unknown=sum(1 for each in all_of_it if each.said is Fact.UNKNOWN),
        doubled_flagged=sum(1 for each in all_of_it if each.said is each.fact is Fact.GREW),
        p50_ms=quantile(times, 0.5),
        p99_ms=quantile(times, 0.99),
        weight=sum(weights) / len(weights),
        weight_p50=quantile(weights, 0.5),
    )
