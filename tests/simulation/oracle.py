"""What must hold in every world: the promises of the verifier, checked against what truly happened."""

import random
from collections.abc import Callable, Iterator
from typing import NamedTuple

from msgspec.structs import replace

from tests.simulation.episode import Asked, Episode
from tests.simulation.faults import Fault
from tests.verification.promises import true_of
from tests.verification.reference import Claim, claim_of, claims
from tests.verification.world import World
from verification.facts.observation import Observation, OrderSeen, PositionSeen, SourceSilent
from verification.facts.order_identity import is_of
from verification.facts.question import CloseQuestion, OpenQuestion, Question
from verification.facts.verdict import Grade, Verdict, VerdictKind
from verification.facts.verification import Verification
from verification.rules.contradiction import contradictions

DEADLINE = 10.05
"""Seconds: the pace of the product and fifty milliseconds."""

MOST_REQUESTS = 12
"""Of each of the two endpoints for one verification in ten seconds, however fast the venue answers."""

QUICK = 0.3
QUICK_REQUESTS = (3, 2)
"""What a verification decided within `QUICK` seconds may ask: orders, lists. 13 of Binance's weight."""


class Violation(NamedTuple):
    """A promise that was broken, and how."""

    promise: str
    detail: str


Check = Callable[[Episode, Asked, Question, Verification], Iterator[str]]


def violations(episode: Episode) -> list[Violation]:
    """Return every promise that a world broke."""
    found = [Violation("nothing is left behind", what) for what in episode.left_behind]
    found += [Violation("reads are monotone", what) for what in episode.backwards]
    for asked in episode.asked:
        if asked.question is None:
            continue
        found += [Violation("the deadline is kept", what) for what in _late(asked)]
        if asked.answer is None:
            continue
        for promise, check in CHECKS.items():
            for what in check(episode, asked, asked.question, asked.answer):
                found.append(Violation(promise, f"{what}; verdict: {asked.answer.verdict.reason}"))
    return found


def _late(asked: Asked) -> Iterator[str]:
    if asked.answer is None and not asked.gone:
        yield "no answer"
    elif asked.ended - asked.began > DEADLINE:
        yield f"answered after {asked.ended - asked.began:.3f} s"


def _no_false_absence(_: Episode, asked: Asked, question: Question, answer: Verification) -> Iterator[str]:
    """V1: REFUTED only for an open whose order has ended, and for ever has, with nothing executed."""
    if answer.verdict.kind is not VerdictKind.REFUTED:
        return
    now, final = asked.history[-1], asked.final
    assert final is not None
    if isinstance(question, CloseQuestion):
        yield "a close was refuted"
    if now.executed or not now.ended or final.executed:
        yield f"refuted, but the order has executed {now.executed} and will have {final.executed}"


def _no_false_closed(
    episode: Episode, asked: Asked, question: Question, answer: Verification
) -> Iterator[str]:
    """V2: CONFIRMED of a close only where the leg was flat after the position that was to be closed."""
    if isinstance(question, OpenQuestion) or answer.verdict.kind is not VerdictKind.CONFIRMED:
        return
    if not _believable(episode, answer.verdict):
        return
    if not any(state.quantity == 0 for state in asked.history[1:]):
        yield f"closed, but the leg went {[state.quantity for state in asked.history]}"


def _true(episode: Episode, asked: Asked, question: Question, answer: Verification) -> Iterator[str]:
    """What a verdict says of the order or the leg is so: kind, quantity, mismatch."""
    verdict = answer.verdict
    if verdict.kind is VerdictKind.UNKNOWN or not _believable(episode, verdict):
        return
    world = World(question, asked.history, answer.observations)
    if isinstance(question, CloseQuestion) and _liquidated(episode, asked) and asked.intent.exclusive:
        return  # what an exit left of the position is then gone too, which its order cannot tell
    if verdict.grade is Grade.PROOF:
        if not true_of(world, verdict):
            yield f"{verdict.kind} {verdict.mismatch} {verdict.quantity}, but {asked.history}"
    elif isinstance(question, OpenQuestion):
        done = world.final.executed * question.side.sign
        if done != question.quantity:
            yield f"assumed open, but it executed {done} of {question.quantity}"


def _liquidated(episode: Episode, asked: Asked) -> bool:
    return any(key == asked.intent.key and by is None for _, key, by in episode.plan.strangers)


def _believable(episode: Episode, verdict: Verdict) -> bool:
    """True unless the verdict assumes a bound on the lag that this world does not keep."""
    return verdict.grade is Grade.PROOF or episode.plan.weather.bounded


def _as_the_reference(_: Episode, asked: Asked, question: Question, answer: Verification) -> Iterator[str]:
    """The verdict claims what the reference proves of the same evidence: no more, and no less."""
    may = claims(question, answer.observations)
    claim = claim_of(question, answer.verdict)
    if (claim not in may) if may else (claim is not None):
        yield f"claims {claim}, the reference {sorted(each.name for each in may)}"


def _growth_is_told(_: Episode, asked: Asked, question: Question, answer: Verification) -> Iterator[str]:
    """V6: where a close is proved to have gone the wrong way, and not to have closed, that is the answer."""
    may, claim = claims(question, answer.observations), claim_of(question, answer.verdict)
    if Claim.INCREASED in may and Claim.CLOSED not in may and claim is not Claim.INCREASED:
        yield f"it grew or went the other way, and the answer is {claim}"


def _lies_are_told(episode: Episode, asked: Asked, question: Question, answer: Verification) -> Iterator[str]:
    """V3: sources contradict each other wherever more than an end is shown, and only where statuses lie."""
    found = contradictions(question, answer.observations)
    mine = [seen for seen in answer.observations if isinstance(seen, OrderSeen) and is_of(question, seen)]
    most = max((abs(seen.executed) for seen in mine), default=0)
    if any(seen.terminal and abs(seen.executed) < most for seen in mine) and not found:
        yield "more than an end is shown, and no contradiction is found"
    if Fault.LYING_STATUSES not in episode.plan.faults:
        # Where versions are coarse, several changes share one, and a list that lags shows any of them.
        tied = Fault.TIED_VERSIONS in episode.plan.faults
        yield from (
            f"nobody lied: {each.reason}"
            for each in found
            if not (tied and isinstance(each.one, PositionSeen) and isinstance(each.other, PositionSeen))
        )


def _evidence_is_whole(_: Episode, asked: Asked, question: Question, answer: Verification) -> Iterator[str]:
    """Every push that came while the bot watched is in the record, and nothing of another leg."""
    kept = set(map(id, answer.observations))
    for seen in asked.pushed:
        if id(seen) not in kept and seen.provenance.received.monotonic < asked.ended:
            yield f"a push is not in the record: {seen}"
    for seen in answer.observations:
        if seen.key != question.key:
            yield f"of another leg: {seen}"
    if asked.intent.watched and asked.pushed:
        first = asked.pushed[0].provenance.received.monotonic
        if first > asked.ended:
            yield "heard after the answer"


def _in_scope(episode: Episode, asked: Asked, question: Question, answer: Verification) -> Iterator[str]:
    """V7: no list counts as complete for a leg that it held and did not show, or that could not be read."""
    for seen in answer.observations:
        sent = seen.provenance.sent
        if not isinstance(seen, SourceSilent) or not seen.complete or sent is None:
            continue
        held = episode.listed.get(sent.monotonic, frozenset())
        if held is None or question.key in held:
            yield f"counted as complete without the leg: the list sent at {sent.monotonic:.3f}"


def _derivable(episode: Episode, asked: Asked, question: Question, answer: Verification) -> Iterator[str]:
    """What the verdict rests on, and all that was seen, lead to it again, in whatever order."""
    verdict = answer.verdict
    rng = random.Random(len(answer.observations))
    mixed = [*answer.observations, *answer.observations[::3]]
    rng.shuffle(mixed)
    if episode.rule(question, mixed) != verdict:
        yield f"from the same evidence in another order: {episode.rule(question, mixed).reason}"
    if verdict.kind is VerdictKind.UNKNOWN:
        return
    again = episode.rule(question, verdict.rests_on)
    if replace(again, rests_on=(), reason="") != replace(verdict, rests_on=(), reason=""):
        yield f"from what it rests on: {again.kind} {again.mismatch} ({again.reason})"


def _prompt(episode: Episode, asked: Asked, question: Question, answer: Verification) -> Iterator[str]:
    """A conclusive verdict is given the moment its last evidence comes; no other before the deadline."""
    shuts = episode.plan.shuts
    if shuts is not None and answer.decided.monotonic > shuts - 0.001:
        return  # the end of the process is an early deadline
    if answer.verdict.conclusive:
        last = max((seen.provenance.received.monotonic for seen in answer.observations), default=0.0)
        if answer.decided.monotonic - max(last, asked.began) > 0.001:
            yield f"decided {answer.decided.monotonic - last:.3f} s after the last evidence"
        sooner = [seen for seen in answer.observations if seen.provenance.received.monotonic < last - 0.001]
        if last > asked.began + 0.001 and episode.rule(question, sooner).conclusive:
            yield f"what came before {last:.3f} s had proved it"
    elif answer.decided.monotonic - asked.began < 9.99:
        yield f"gave up after {answer.decided.monotonic - asked.began:.3f} s"


def _silence_is_recorded(
    episode: Episode, asked: Asked, question: Question, answer: Verification
) -> Iterator[str]:
    """A failure never shows as a fact: with every source refusing there are silences, and no verdict."""
    facts: list[Observation] = [seen for seen in answer.observations if not isinstance(seen, SourceSilent)]
    if not facts and answer.verdict.kind is not VerdictKind.UNKNOWN:
        yield "a verdict out of silence"
    if Fault.NO_VERSIONS in episode.plan.faults:
        for seen in facts:
            if isinstance(seen, PositionSeen) and seen.version is not None:
                yield f"a version from nowhere: {seen}"


def _within_budget(episode: Episode, asked: Asked, question: Question, answer: Verification) -> Iterator[str]:
    """Requests of one verification: bounded in ten seconds, few when it is decided quickly."""
    if len(episode.asked) > 1 or episode.plan.weather.down:
        return  # several share their lists; a stream that comes back reads its own
    orders, lists = asked.requests
    if orders > MOST_REQUESTS or lists > MOST_REQUESTS:
        yield f"asked for {orders} orders and {lists} lists"
    if asked.ended - asked.began <= QUICK and (orders > QUICK_REQUESTS[0] or lists > QUICK_REQUESTS[1]):
        yield f"asked for {orders} orders and {lists} lists in {asked.ended - asked.began:.3f} s"


CHECKS: dict[str, Check] = {
    "no false absence (V1)": _no_false_absence,
    "no false closed (V2)": _no_false_closed,
    "verdicts are true": _true,
    "as the reference": _as_the_reference,
    "growth is told (V6)": _growth_is_told,
    "contradictions are told (V3)": _lies_are_told,
    "the evidence is whole, and of one leg (V8)": _evidence_is_whole,
    "scope is evidence (V7)": _in_scope,
    "verdicts can be derived again (V3)": _derivable,
    "decided at once": _prompt,
    "silence is no fact": _silence_is_recorded,
    "the budget is kept": _within_budget,
}
