"""An order of which it is not known whether it executed is told, whoever could not find out, until it is."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

from reconciler.account.memory.unverified_orders import UnverifiedOrders
from reconciler.alerts.alert import AlertState
from reconciler.facts.finding import Kind
from tests.reconciler.accounts import SYMBOL
from tests.reconciler.house import KEY, House, play
from tests.verification.drawn import closing, moment, opening
from verification.facts.account import Part
from verification.facts.clock import Moment
from verification.facts.errors import SourceUnreachable
from verification.facts.leg import LegKey, Side
from verification.facts.observation import OrderSeen, Provenance, Source
from verification.facts.question import OpenQuestion
from verification.facts.verdict import VerdictKind, proved, unknown
from verification.facts.verification import Verification

DOUBT = Kind.UNVERIFIED_OPEN
DOWN = SourceUnreachable("timed out")


def announced(house: House, name: str = "e1") -> int:
    return house.journal.opening(SYMBOL, Side.BUY, Decimal(43), client_order_id=name)


def asked_by_the_bot(house: House, name: str = "e1") -> OpenQuestion:
    now = house.clock.now()
    return OpenQuestion(KEY, Side.BUY, Decimal(43), None, name, None, exclusive=True, asked=now)


def not_known(house: House, entry: int, question: OpenQuestion) -> None:
    verdict = unknown("no source has proved that the order executed")
    house.journal.verified(entry, Verification(question, verdict, (), house.clock.now()))


def executed(house: House, entry: int, question: OpenQuestion) -> None:
    came = Provenance(Source.ORDER, house.clock.now())
    seen = OrderSeen(KEY, "e1", "e1", Decimal(43), True, True, "closed", None, came)  # noqa: FBT003 - filled
    verdict = proved(VerdictKind.CONFIRMED, (seen,), Decimal(43), "it executed")
    house.journal.verified(entry, Verification(question, verdict, (seen,), house.clock.now()))


def verdicts(house: House) -> set[tuple[str, str]]:
    return {(each.asked_by, each.verdict) for each in house.console.queries.verifications()}


def test_what_a_bot_could_not_find_out_is_told_and_ends_when_it_has(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        await house.quiet(40)
        house.venue.fail(Part.ORDERS, error=DOWN)
        entry = announced(house)
        question = asked_by_the_bot(house)
        not_known(house, entry, question)
        await house.until(lambda: DOUBT in house.alerts(), within=4)
        await house.quiet(60)
        assert DOUBT in house.alerts()
        executed(house, entry, asked_by_the_bot(house))
        house.venue.hold("43")
        house.journal.opened(entry, Decimal(43))
        await house.until(lambda: DOUBT not in house.alerts(), within=40)

    play(tmp_path, story)


def test_what_a_bot_could_not_find_out_before_it_gave_up_is_told(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        await house.quiet(40)
        entry = announced(house)
        house.journal.failed(entry, "no answer")
        not_known(house, entry, asked_by_the_bot(house))
        await house.until(lambda: DOUBT in house.alerts(), within=4)
        assert "Whether the buy of 43 AVL executed" in house.alerts()[DOUBT].reason

    play(tmp_path, story)


def test_what_the_sidecar_has_seen_executed_is_no_doubt_because_a_bot_could_not(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        await house.quiet(40)
        house.venue.executed("e1", "43")
        entry = announced(house)
        question = asked_by_the_bot(house)
        house.venue.hold("43")
        await house.until(lambda: verdicts(house) == {("sidecar", "confirmed")}, within=5)
        not_known(house, entry, question)
        await house.until(lambda: ("bot", "unknown") in verdicts(house), within=5)
        await house.quiet(5)
        assert DOUBT not in house.alerts(fired=False)

    play(tmp_path, story)


def test_a_doubt_of_a_bot_is_told_by_the_next_process_where_one_died_before_it_could(tmp_path: Path) -> None:
    async def first(house: House) -> None:
        entry = announced(house)
        question = asked_by_the_bot(house)
        house.journal.failed(entry, "no answer")
        not_known(house, entry, question)
        (taken,) = house.ledger.read_verifications(0)
        await house.store.take_over("main", "mine", [(taken.view, taken.evidence)], last_id=taken.id)
        assert house.alerts() == {}

    async def second(house: House) -> None:
        await house.until(lambda: DOUBT in house.alerts(), within=2)

    play(tmp_path, first)
    play(tmp_path, second, prepare=lambda house: house.clock.step(timedelta(minutes=10)))


def test_a_doubt_that_was_answered_before_a_restart_is_not_told_again_after_it(tmp_path: Path) -> None:
    async def first(house: House) -> None:
        await house.quiet(40)
        house.venue.fail(Part.ORDERS, error=DOWN)
        entry = announced(house)
        not_known(house, entry, asked_by_the_bot(house))
        await house.until(lambda: DOUBT in house.alerts(), within=4)
        executed(house, entry, asked_by_the_bot(house))
        house.venue.hold("43")
        house.journal.opened(entry, Decimal(43))
        await house.until(lambda: DOUBT not in house.alerts(fired=False), within=90)
        await house.until(lambda: ("bot", "confirmed") in verdicts(house), within=5)

    async def second(house: House) -> None:
        house.venue.executed("e1", "43")
        house.venue.hold("43")
        await house.quiet(60)
        every = house.console.queries.alerts(states=list(AlertState))
        assert [alert.state for alert in every if alert.key.kind is DOUBT] == [AlertState.RESOLVED]

    play(tmp_path, first)
    play(tmp_path, second, prepare=lambda house: house.clock.step(timedelta(minutes=10)))


def test_an_answer_about_one_order_does_not_end_the_doubt_about_another_on_its_leg(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        await house.quiet(40)
        house.venue.fail(Part.ORDERS, error=DOWN)
        announced(house, "e1")
        await house.until(lambda: DOUBT in house.alerts(), within=12)
        house.venue.heal()
        house.venue.executed("e2", "43")
        second = announced(house, "e2")
        house.venue.hold("43")
        house.journal.opened(second, Decimal(43))
        await house.until(lambda: ("sidecar", "confirmed") in verdicts(house), within=12)
        await house.quiet(60)
        assert DOUBT in house.alerts(), "whether e1 executed is as unknown as before"
        house.venue.executed("e1", "0")
        await house.until(lambda: DOUBT not in house.alerts(), within=60)

    play(tmp_path, story)


def _settles(*when: tuple[LegKey, float]) -> Callable[[LegKey, Moment], bool]:
    return lambda key, since: any(key == leg and at > since.monotonic for leg, at in when)


def test_doubts_are_counted_by_order() -> None:
    unverified = UnverifiedOrders(_settles())
    one, other = opening(order_id=None, client="a"), opening(order_id="2", client="b")
    unverified.raised(one, moment(1))
    unverified.raised(other, moment(2))
    assert not unverified.ended(opening(order_id="2", client=None))
    assert unverified.doubted(one)
    assert unverified.answered(other)
    assert not unverified.answered(one)
    assert unverified.ended(opening(order_id="1", client="a")), "the same order under both its names"
    assert unverified.ended(closing(order_id="9")), "nothing is in doubt"


def test_a_doubt_from_before_both_sides_agreed_is_none_any_more() -> None:
    unverified = UnverifiedOrders(_settles((opening().key, 5)))
    unverified.raised(opening(order_id="1"), moment(1))
    unverified.raised(opening(order_id="2"), moment(6))
    assert not unverified.ended(opening(order_id="3"))
    assert not unverified.doubted(opening(order_id="1"))
    assert unverified.doubted(opening(order_id="2"))
