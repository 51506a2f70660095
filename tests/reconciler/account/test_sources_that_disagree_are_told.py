"""Sources that contradict each other are told to a person: before a verdict, after it, and about a leg."""

from datetime import timedelta
from decimal import Decimal
from pathlib import Path

from reconciler.alerts.alert import Alert
from reconciler.facts.finding import Kind, Party, Severity
from tests.reconciler.accounts import SYMBOL
from tests.reconciler.bot_verdicts import refuted_by_the_bot
from tests.reconciler.house import KEY, House, play
from verification.facts.leg import Side
from verification.facts.observation import OrderSeen, PositionSeen, Provenance, Source
from verification.facts.question import OpenQuestion
from verification.facts.verdict import VerdictKind, proved
from verification.facts.verification import Verification
from verification.venues.stream_state import StreamState

TOLD = Kind.SOURCES_DISAGREE


def opening(house: House, name: str = "e1") -> int:
    return house.journal.opening(SYMBOL, Side.BUY, Decimal(43), client_order_id=name)


def verdicts(house: House) -> list[str]:
    return [each.verdict for each in house.console.queries.verifications()]


def pushed(house: House, executed: str, *, name: str = "e1", terminal: bool = True) -> None:
    """Let the stream say so of an order."""
    now = house.clock.now()
    came = Provenance.at(Source.WEBSOCKET, now, exchange_at=now.utc, epoch=1)
    status = "closed" if terminal else "open"
    house.venue.push(OrderSeen(KEY, name, name, Decimal(executed), terminal, None, status, None, came))


async def told(house: House, *, within: float = 10) -> Alert:
    await house.until(lambda: TOLD in house.alerts(), within=within)
    return house.alerts()[TOLD]


async def refuted(house: House) -> None:
    await house.quiet(40)
    house.venue.executed("e1", "0")
    entry = opening(house)
    await house.until(lambda: verdicts(house) == ["refuted"], within=15)
    house.journal.failed(entry, "nothing executed")
    await house.quiet(5)
    assert house.alerts() == {}


def test_an_execution_after_a_refuted_open_is_told_although_no_position_is_held(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        await refuted(house)
        pushed(house, "43")
        alert = await told(house)
        (stored,) = house.console.queries.verifications()
        assert alert.severity is Severity.CRITICAL
        assert "order e1 ended (closed) with nothing executed (order)" in alert.reason
        assert "order e1 ended (closed) with 43 executed (websocket)" in alert.reason
        assert (
            f"Verification {stored.id} of this open ended refuted; with both answers it would be confirmed"
            in (alert.reason)
        )
        assert [each.source for each in alert.evidence] == ["order", "websocket", "verification"]
        house.clock.step(timedelta(minutes=20))
        await house.quiet(60)
        assert TOLD in house.alerts(), "that both sides hold nothing does not make it untrue"
        house.clock.step(timedelta(minutes=11))
        await house.until(lambda: house.alerts(fired=False) == {}, within=120)

    play(tmp_path, story)


def test_a_contradiction_before_the_verdict_is_told_with_it(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        await house.quiet(40)
        house.venue.executed("e1", "20", terminal=False)
        entry = opening(house)
        await house.quiet(0.4)
        pushed(house, "43", terminal=False)
        pushed(house, "0")
        house.journal.opened(entry, Decimal(43))
        house.venue.hold("43")
        alert = await told(house)
        assert alert.severity is Severity.WARNING, "the verdict stands"
        assert "contradict" in alert.reason

    play(tmp_path, story)


def test_a_slower_source_that_contradicts_the_first_answer_is_told(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        await house.quiet(40)
        entry = opening(house)
        await house.quiet(1)
        pushed(house, "43", terminal=False)
        house.journal.opened(entry, Decimal(43))
        house.venue.hold("43")
        await house.until(lambda: verdicts(house) == ["confirmed"], within=5)
        house.venue.executed("e1", "0")
        alert = await told(house)
        assert alert.severity is Severity.WARNING, "what was seen executed is never refuted"

    play(tmp_path, story)


def test_what_contradicts_a_verification_of_a_bot_is_told(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        await house.quiet(40)
        asked = house.clock.now()
        entry = opening(house)
        house.journal.failed(entry, "nothing executed")
        house.journal.verified(entry, refuted_by_the_bot(asked))
        await house.until(lambda: verdicts(house) == ["refuted"], within=5)
        pushed(house, "43")
        alert = await told(house)
        assert alert.evidence[-1].party is Party.TRUEUP

    play(tmp_path, story)


def test_a_bot_and_the_sidecar_that_saw_different_ends_of_one_order_are_told(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        await house.quiet(40)
        asked = house.clock.now()
        house.venue.executed("e1", "43")
        entry = opening(house)
        house.venue.hold("43")
        await house.until(lambda: verdicts(house) == ["confirmed"], within=5)
        question = OpenQuestion(KEY, Side.BUY, Decimal(43), "e1", "e1", None, exclusive=True, asked=asked)
        came = Provenance(Source.ORDER, asked)
        seen = OrderSeen(KEY, "e1", "e1", Decimal(0), True, True, "expired", None, came)  # noqa: FBT003 - dead
        verdict = proved(VerdictKind.REFUTED, (seen,), Decimal(0), "nothing executed")
        house.journal.verified(entry, Verification(question, verdict, (seen,), asked))
        await told(house)

    play(tmp_path, story)


def test_it_is_told_over_a_restart_and_once(tmp_path: Path) -> None:
    async def first(house: House) -> None:
        await refuted(house)
        pushed(house, "43")
        await told(house)

    async def second(house: House) -> None:
        await house.quiet(100)
        assert [each.key.kind for each in house.console.queries.alerts()] == [TOLD]
        assert TOLD in house.alerts()

    play(tmp_path, first)
    play(tmp_path, second, prepare=lambda house: house.clock.step(timedelta(minutes=10)))


def test_a_stream_and_lists_that_go_on_showing_a_leg_differently_are_told(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        house.open_trade(stop_id=None)
        await house.quiet(60)
        pushed_row = house.venue.held.pop(KEY)
        started = house.clock.now().monotonic
        alert = await told(house, within=150)
        assert house.clock.now().monotonic - started >= 60, "a list may lag that far"
        assert alert.severity is Severity.WARNING
        assert "its websocket told of long 43 AVL" in alert.reason
        assert "show nothing" in alert.reason
        house.venue.held[KEY] = pushed_row
        await house.until(lambda: house.alerts(fired=False) == {}, within=120)

    play(tmp_path, story)


def test_sources_that_only_lag_are_not_told(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        await house.quiet(40)
        house.venue.executed("e1", "0", terminal=False)
        entry = opening(house)
        pushed(house, "43")
        came = Provenance.at(Source.WEBSOCKET, house.clock.now(), exchange_at=house.clock.now().utc, epoch=1)
        house.venue.newest[KEY] = PositionSeen(KEY, Decimal(43), 500, came)
        house.venue.push(house.venue.newest[KEY])
        house.journal.opened(entry, Decimal(43))
        await house.quiet(20)
        house.venue.executed("e1", "43")
        house.venue.hold("43", told=False)
        await house.quiet(150)
        assert house.venue.state is StreamState.LIVE
        assert TOLD not in {alert.key.kind for alert in house.console.queries.alerts()}

    play(tmp_path, story)
