"""What must hold of any rule that turns observations into verdicts, as checks that take the rule."""

import random
from collections.abc import Callable, Sequence
from decimal import Decimal

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.verification.drawn import OTHER_LEG
from tests.verification.reference import claim_of, claims
from tests.verification.world import World, worlds
from verification.facts.observation import Observation, OrderSeen, PositionSeen
from verification.facts.question import CloseQuestion, OpenQuestion, Question
from verification.facts.verdict import Grade, Mismatch, Verdict, VerdictKind

Rule = Callable[[Question, Sequence[Observation]], Verdict]
Promise = Callable[[Rule], None]

CONFIRMED, PARTIAL, MISMATCH, REFUTED, UNKNOWN = VerdictKind

# The same examples every time: a promise that fails only on some days is no promise.
REPEATABLE = settings(
    max_examples=800,
    derandomize=True,
    database=None,
    deadline=None,
    report_multiple_bugs=False,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.too_slow],
)


def sound(rule: Rule) -> None:
    """No verdict of grade proof contradicts what truly happened."""

    @REPEATABLE
    @given(worlds())
    def check(world: World) -> None:
        verdict = rule(world.question, world.seen)
        if verdict.grade is Grade.PROOF:
            assert true_of(world, verdict), verdict.reason

    check()


def true_of(world: World, verdict: Verdict) -> bool:
    """Compare a verdict with the truth of its world."""
    if isinstance(world.question, OpenQuestion):
        return _true_of_open(world, world.question, verdict)
    return _true_of_close(world, world.question, verdict)


def _true_of_open(world: World, question: OpenQuestion, verdict: Verdict) -> bool:
    done = world.final.executed * question.side.sign
    said = (verdict.quantity or Decimal(0)) * question.side.sign
    match verdict.kind, verdict.mismatch:
        case VerdictKind.CONFIRMED, None:
            return done == said == question.quantity
        case VerdictKind.REFUTED, None:
            return done == said == 0 and world.final.ended
        case VerdictKind.PARTIAL, None if verdict.settled:
            return done == said and 0 < done < question.quantity and world.final.ended
        case VerdictKind.PARTIAL, None:
            return 0 < said <= done
        case VerdictKind.MISMATCH, Mismatch.SIDE:
            return done <= said < 0
        case _:
            return False  # an excess cannot be: no order here executes more than was sent


def _true_of_close(world: World, question: CloseQuestion, verdict: Verdict) -> bool:
    held = question.position.quantity
    later = [Decimal(state.quantity) for state in world.later]
    shares = [quantity / held for quantity in later]
    match verdict.kind, verdict.mismatch:
        case VerdictKind.CONFIRMED, None:
            return 0 in later and verdict.quantity == 0
        case VerdictKind.PARTIAL, None if verdict.settled:
            return world.final.ended and verdict.quantity == world.final.quantity
        case VerdictKind.PARTIAL, None:
            return verdict.quantity in later and any(0 < share < 1 for share in shares)
        case VerdictKind.MISMATCH, Mismatch.STILL_OPEN if question.exclusive:
            return world.final.ended and verdict.quantity == world.final.quantity == held
        case VerdictKind.MISMATCH, Mismatch.STILL_OPEN:
            return world.final.ended and world.final.executed == 0 and verdict.quantity in later
        case VerdictKind.MISMATCH, Mismatch.SIDE:
            return any(share < 0 for share in shares)
        case VerdictKind.MISMATCH, Mismatch.EXCESS:
            return any(share > 1 for share in shares) or world.final.executed * held > 0
        case _:
            return False


def as_the_reference(rule: Rule) -> None:
    """The rule proves something exactly where the reference does, and nothing else than that."""

    @REPEATABLE
    @given(worlds())
    def check(world: World) -> None:
        may = claims(world.question, world.seen)
        claim = claim_of(world.question, rule(world.question, world.seen))
        assert claim in may if may else claim is None

    check()


def confluent(rule: Rule) -> None:
    """Neither the order in which observations are given nor their repetition changes a verdict."""

    @REPEATABLE
    @given(worlds(), st.integers())
    def check(world: World, number: int) -> None:
        rng = random.Random(number)
        mixed = [*world.seen, *(seen for seen in world.seen if rng.random() < 0.3)]
        rng.shuffle(mixed)
        assert rule(world.question, mixed) == rule(world.question, world.seen)

    check()


def monotone(rule: Rule) -> None:
    """More evidence never takes back a CONFIRMED or an execution; it decides or says more."""

    @REPEATABLE
    @given(worlds())
    def check(world: World) -> None:
        for count in range(len(world.seen)):
            _grows(rule, world, world.seen[:count], world.seen[: count + 1])

    check()


def _grows(rule: Rule, world: World, fewer: Sequence[Observation], more: Sequence[Observation]) -> None:
    some, full = rule(world.question, fewer), rule(world.question, more)
    if _held_again(some, more):
        return
    if some.grade is Grade.PROOF and some.kind in (CONFIRMED, REFUTED):
        assert (full.kind, full.quantity) == (some.kind, some.quantity)
    if some.grade is Grade.PROOF and (some.settled or isinstance(world.question, OpenQuestion)):
        assert full.grade is Grade.PROOF
    if some.kind is PARTIAL and isinstance(world.question, OpenQuestion):
        assert full.kind in (PARTIAL, CONFIRMED)
        assert abs(full.quantity or Decimal(0)) >= abs(some.quantity or Decimal(0))
    if any(isinstance(seen, OrderSeen) and seen.executed and _ours(seen) for seen in more):
        assert full.kind is not REFUTED


def _held_again(closed: Verdict, seen: Sequence[Observation]) -> bool:
    """True where a close was confirmed by a zero, and a newer row shows the leg to hold something."""
    by = closed.rests_on[0] if closed.rests_on else None
    if closed.kind is not CONFIRMED or not isinstance(by, PositionSeen) or closed.quantity != 0:
        return False
    return any(
        isinstance(row, PositionSeen) and row.quantity != 0 and (row.version or 0) >= (by.version or 0)
        for row in seen
        if row.key == by.key
    )


def _ours(seen: OrderSeen) -> bool:
    return seen.order_id == "7" and seen.key != OTHER_LEG


def isolated(rule: Rule) -> None:
    """What is said of another leg or another order changes nothing."""

    @REPEATABLE
    @given(worlds())
    def check(world: World) -> None:
        own = [
            seen
            for seen in world.seen
            if seen.key == world.question.key and (not isinstance(seen, OrderSeen) or _ours(seen))
        ]
        assert rule(world.question, own) == rule(world.question, world.seen)

    check()


def deaf_to_silence(rule: Rule) -> None:
    """Silence of any kind, any number of times, never makes a proof nor unmakes one."""

    @REPEATABLE
    @given(worlds())
    def check(world: World) -> None:
        facts = [seen for seen in world.seen if isinstance(seen, OrderSeen | PositionSeen)]
        with_silence, without = rule(world.question, world.seen), rule(world.question, facts)
        if Grade.PROOF in (with_silence.grade, without.grade):
            assert with_silence == without

    check()


def proofs_outlive_loss(rule: Rule) -> None:
    """Losing observations never creates a REFUTED or a CONFIRMED that the whole would contradict."""

    @REPEATABLE
    @given(worlds(), st.integers())
    def check(world: World, number: int) -> None:
        rng = random.Random(number)
        kept = [seen for seen in world.seen if rng.random() < 0.5]
        some, full = rule(world.question, kept), rule(world.question, world.seen)
        if some.grade is Grade.PROOF and some.kind in (CONFIRMED, REFUTED):
            assert full.kind is some.kind or _held_again(some, world.seen)

    check()


def derived_again(rule: Rule) -> None:
    """What a verdict rests on leads to it again, whole: so an audit can ask whether it was right."""

    @REPEATABLE
    @given(worlds())
    def check(world: World) -> None:
        verdict = rule(world.question, world.seen)
        assert rule(world.question, verdict.rests_on) == verdict

    check()


PROMISES: tuple[Promise, ...] = (
    sound,
    as_the_reference,
    confluent,
    monotone,
    isolated,
    deaf_to_silence,
    proofs_outlive_loss,
    derived_again,
)
