"""A limit order that rests is shown as resting, costs nothing, and is answered for when it fills or ends."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path

import pytest
from msgspec.structs import replace as seen_as

from reconciler.account.questions.asked import AskedQuestions
from reconciler.account.questions.ledger_question import QuestionKey
from reconciler.account.resting import FIRST_SECONDS, UNSEEN_SECONDS, Resting, Why
from reconciler.facts.finding import Kind
from reconciler.record.audit import Outcome, audit
from reconciler.record.stored_verification import StoredVerification, record_of
from reconciler.views.verification import VerificationView
from tests.reconciler.accounts import SYMBOL, at, limit
from tests.reconciler.house import House, play
from tests.verification.drawn import WS, closing, opening, order
from verification.facts.account import Part
from verification.facts.errors import SourceUnreachable
from verification.facts.leg import Side
from verification.facts.observation import Provenance, Source
from verification.facts.verdict import VerdictKind
from verification.facts.verification import Verification
from verification.rules.judgement import decide
from verification.rules.working_order import is_working
from verification.venues.stream_state import StreamState

DOWN = SourceUnreachable("timed out")


def stored(house: House) -> Sequence[VerificationView]:
    return house.console.queries.verifications()


def verdicts(house: House) -> dict[str, str]:
    return {each.order_id: each.verdict for each in stored(house)}


def enters(house: House, name: str = "e1", quantity: str = "43") -> int:
    """The bot sends a limit entry, and it rests."""
    house.venue.waits(name, Side.BUY, quantity)
    entry = house.journal.opening(SYMBOL, Side.BUY, Decimal(quantity), client_order_id=name)
    house.journal.ordered(entry, name)
    return entry


def leaves(house: House, entry: int, name: str = "x1", quantity: str = "43") -> None:
    """The bot sends a limit exit, and it rests."""
    house.venue.waits(name, Side.SELL, quantity)
    house.journal.closing(entry, name, Decimal(quantity))
    house.journal.ordered(entry, name)


def later(by: timedelta, house: House) -> None:
    house.clock.step(by)


async def rests(house: House, name: str, seconds: float = 600) -> None:
    """Let it rest; all the while it is shown as resting, and nobody is alarmed or asked."""
    await house.until(lambda: verdicts(house).get(name) == "resting", within=12)
    asked = len(house.venue.asked_orders)
    for _ in range(int(seconds / 60)):
        await house.quiet(60)
        assert verdicts(house)[name] == "resting"
        assert Kind.UNVERIFIED_OPEN not in house.alerts(fired=False)
    assert len(house.venue.asked_orders) == asked, "a resting order costs nothing"


@pytest.mark.parametrize("pushed", [True, False], ids=["the stream tells", "the stream loses it"])
def test_an_entry_that_fills_long_after_is_confirmed(tmp_path: Path, *, pushed: bool) -> None:
    async def story(house: House) -> None:
        await house.quiet(40)
        entry = enters(house)
        await rests(house, "e1")
        house.venue.ended("e1", "43", told=pushed)
        house.venue.hold("43", told=pushed)
        house.journal.opened(entry, Decimal(43))
        await house.until(lambda: verdicts(house) == {"e1": "confirmed"}, within=2 if pushed else 45)
        assert stored(house)[0].milliseconds > 600_000

    play(tmp_path, story)


def test_an_entry_that_ends_empty_is_refuted(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        await house.quiet(40)
        entry = enters(house)
        await rests(house, "e1", 120)
        house.venue.ended("e1", "0")
        house.journal.failed(entry, "cancelled")
        await house.until(lambda: verdicts(house) == {"e1": "refuted"}, within=20)
        assert house.alerts() == {}

    play(tmp_path, story)


def test_an_entry_that_fills_in_part_is_resting_with_what_it_has_and_ends_as_a_part(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        await house.quiet(40)
        entry = enters(house)
        await rests(house, "e1", 120)
        house.venue.waits("e1", Side.BUY, "43", filled="20")
        house.venue.hold("20")
        await house.until(lambda: "executed 20 of 43 so far" in stored(house)[0].reason, within=20)
        assert verdicts(house) == {"e1": "resting"}
        assert Kind.UNVERIFIED_OPEN not in house.alerts(fired=False)
        await house.quiet(120)
        assert verdicts(house) == {"e1": "resting"}
        house.venue.ended("e1", "20")
        house.journal.opened(entry, Decimal(20))
        await house.until(lambda: verdicts(house) == {"e1": "partial"}, within=20)

    play(tmp_path, story)


def _filled(house: House, entry: int) -> None:
    house.venue.ended("e1", "43", told=False)
    house.venue.hold("43", told=False)
    house.journal.opened(entry, Decimal(43))


def _cancelled(house: House, entry: int) -> None:
    house.venue.ended("e1", "0", told=False)
    house.journal.failed(entry, "cancelled")


def _still_there(house: House, _entry: int) -> None:
    house.venue.waits("e1", Side.BUY, "43")


@pytest.mark.parametrize(
    ("meanwhile", "verdict"),
    [(_filled, "confirmed"), (_cancelled, "refuted"), (_still_there, "resting")],
    ids=["filled", "cancelled, and its row is over", "still there"],
)
def test_it_is_answered_for_over_a_restart(
    tmp_path: Path, meanwhile: Callable[[House, int], None], verdict: str
) -> None:
    entries: list[int] = []

    async def before(house: House) -> None:
        await house.quiet(40)
        entries.append(enters(house))
        await rests(house, "e1", 120)

    async def after(house: House) -> None:
        meanwhile(house, entries[0])
        await house.until(lambda: verdicts(house) == {"e1": verdict}, within=45)
        await house.quiet(60)
        assert verdicts(house) == {"e1": verdict}
        assert len(stored(house)) == 1, "it is one question"
        if verdict == "resting":
            _filled(house, entries[0])
            await house.until(lambda: verdicts(house) == {"e1": "confirmed"}, within=45)

    play(tmp_path, before)
    play(tmp_path, after, prepare=partial(later, timedelta(days=2)))


def test_an_exit_that_rests_is_answered_for_when_it_fills(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        await house.quiet(5)
        entry = house.open_trade(stop_id=None)
        await house.quiet(60)
        leaves(house, entry)
        await rests(house, "x1")
        house.venue.ended("x1", "-43")
        house.venue.hold("0")
        house.journal.closed(entry)
        await house.until(lambda: verdicts(house)["x1"] == "confirmed", within=20)
        assert house.alerts() == {}

    play(tmp_path, story)


@pytest.mark.parametrize("stop_id", [None, "s1"], ids=["alone", "a stop rests beside it"])
def test_an_exit_that_is_taken_back_is_no_doubt_and_the_one_in_its_place_is_asked_about(
    tmp_path: Path, stop_id: str | None
) -> None:
    async def story(house: House) -> None:
        await house.quiet(5)
        entry = house.open_trade(stop_id=stop_id)
        await house.quiet(60)
        leaves(house, entry)
        await rests(house, "x1", 120)
        house.venue.ended("x1", "0")
        leaves(house, entry, "x2")
        await house.until(lambda: verdicts(house).get("x2") == "resting", within=15)
        await house.quiet(30)
        assert verdicts(house)["x1"] in {"mismatch", "unknown"}
        assert Kind.UNVERIFIED_OPEN not in house.alerts(fired=False), "what it did is known"
        house.venue.stops.clear()
        house.venue.ended("x2", "-43")
        house.venue.hold("0")
        house.journal.closed(entry)
        await house.until(lambda: verdicts(house)["x2"] == "confirmed", within=20)

    play(tmp_path, story)


def test_a_second_entry_rests_beside_the_position_of_the_first(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        await house.quiet(5)
        house.open_trade(stop_id=None)
        await house.quiet(60)
        entry = enters(house, "e2", "10")
        await rests(house, "e2", 120)
        house.venue.ended("e2", "10")
        house.venue.hold("53")
        house.journal.opened(entry, Decimal(10))
        await house.until(lambda: verdicts(house)["e2"] == "confirmed", within=20)

    play(tmp_path, story)


def test_where_nothing_can_be_read_that_is_told_and_the_resting_order_is_no_doubt(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        await house.quiet(40)
        enters(house)
        await rests(house, "e1", 120)
        house.venue.stream(StreamState.DOWN)
        house.venue.fail(error=DOWN)
        await house.quiet(400)
        assert Kind.UNVERIFIED_OPEN not in house.alerts(fired=False)
        assert Kind.SOURCE_DOWN in house.alerts()
        house.venue.heal()
        house.venue.stream(StreamState.LIVE)
        house.venue.ended("e1", "43", told=False)
        await house.until(lambda: verdicts(house) == {"e1": "confirmed"}, within=75)

    play(tmp_path, story)


def test_an_order_that_is_gone_from_the_list_and_that_nobody_can_tell_of_is_a_doubt(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        await house.quiet(40)
        enters(house)
        await rests(house, "e1", 120)
        del house.venue.book["e1"], house.venue.seen["e1"]
        await house.until(lambda: Kind.UNVERIFIED_OPEN in house.alerts(), within=60)
        house.venue.executed("e1", "43")
        house.venue.hold("43")
        await house.until(lambda: verdicts(house) == {"e1": "confirmed"}, within=60)

    play(tmp_path, story)


def test_a_list_that_never_shows_an_order_makes_it_asked_about_ever_more_rarely(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        await house.quiet(40)
        enters(house)
        await house.until(lambda: verdicts(house).get("e1") == "resting", within=12)
        del house.venue.book["e1"]
        asked = len(house.venue.asked_orders)
        await house.quiet(1800)
        assert verdicts(house) == {"e1": "resting"}
        assert len(house.venue.asked_orders) - asked < 16

    play(tmp_path, story)


def test_many_that_are_gone_at_once_are_asked_about_one_after_another(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        await house.quiet(40)
        names = [f"e{number}" for number in range(40)]
        for name in names:
            enters(house, name, "1")
        await house.until(lambda: list(verdicts(house).values()) == ["resting"] * len(names), within=20)
        await house.quiet(60)
        asked = len(house.venue.asked_orders)
        house.venue.book.clear()
        await house.quiet(20)
        assert len(house.venue.asked_orders) - asked <= 41, "two a second at most"
        for name in names:
            house.venue.ended(name, "1", told=False)
        house.venue.hold("40")
        await house.until(lambda: set(verdicts(house).values()) == {"confirmed"}, within=400)

    play(tmp_path, story)


def test_what_is_stored_of_a_resting_order_is_audited() -> None:
    for question, way in ((opening(), 1), (closing(), -1)):
        for done in (0, 20):
            seen = (order(0, at=1), order(way * done, at=2, source=WS), order(way * done, at=3))
            answer = Verification(question, decide(question, seen), seen, at(4))
            view, evidence = record_of(answer, asked_by="sidecar")
            assert view.verdict == "resting"
            assert audit(StoredVerification(1, view, evidence)).outcome is Outcome.AGREES
            over = (*seen, order(way * 43, ended=True, agree=True, at=4))
            ended = Verification(question, decide(question, over), over, at(5))
            _, other = record_of(ended, asked_by="sidecar")
            assert audit(StoredVerification(1, view, other)).outcome is Outcome.DIFFERS
            # Rows of before this word existed say unknown, or partial, and are right as well.
            before = replace(view, verdict=str(answer.verdict.kind))
            assert audit(StoredVerification(1, before, evidence)).outcome is Outcome.AGREES


def test_what_lists_of_resting_orders_say_of_one() -> None:
    rest = Resting(opening(), at(100))
    assert rest.due(at(100), 1) == FIRST_SECONDS, "nobody has shown it yet"
    rest.look((), at(99), at(100))
    assert rest.due(at(100), 1) == FIRST_SECONDS, "a list of before says nothing of it"
    rest.look((limit("7", Side.BUY, "43"),), at(110), at(110.1))
    assert rest.take() is Why.NEWS
    assert decide(rest.question, rest.words).kind is VerdictKind.UNKNOWN
    assert is_working(rest.question, rest.words)
    assert rest.due(at(110), 1) == UNSEEN_SECONDS, "it was shown"
    assert rest.due(at(110), 1000) == 2000, "where many rest each waits longer"
    rest.look((limit("7", Side.BUY, "43", filled="20"),), at(120), at(120.1))
    assert (rest.take(), rest.executed) == (Why.NEWS, Decimal(20))
    rest.look((limit("8", Side.BUY, "43"),), at(130), at(130.1))
    assert rest.due(at(130), 1) == 0
    assert rest.take() is Why.GONE


def test_a_crowd_of_entries_at_the_start_is_not_raced(tmp_path: Path) -> None:
    names = [f"e{number}" for number in range(60)]

    def crowd(house: House) -> None:
        for name in names:
            enters(house, name, "1")

    async def story(house: House) -> None:
        await house.until(lambda: list(verdicts(house).values()) == ["resting"] * len(names), within=20)
        assert house.venue.asked_orders == [], "one list has shown them all"

    play(tmp_path, story, prepare=crowd)


def test_what_the_stream_alone_says_of_a_part_is_not_the_end_of_it(tmp_path: Path) -> None:
    """One entry of a crowd fills in part before any list has shown that it rests."""
    names = [f"e{number}" for number in range(20)]

    async def story(house: House) -> None:
        house.venue.fail(Part.ORDERS, error=DOWN)
        await house.quiet(5)
        pushed(house, "e3", "1")
        await house.quiet(20)
        house.venue.heal()
        house.venue.waits("e3", Side.BUY, "2", filled="1")
        await house.until(lambda: list(verdicts(house).values()) == ["resting"] * len(names), within=75)
        house.venue.ended("e3", "2")
        await house.until(lambda: verdicts(house)["e3"] == "confirmed", within=5)

    def crowd(house: House) -> None:
        for name in names:
            enters(house, name, "2")

    play(tmp_path, story, prepare=crowd)


def pushed(house: House, name: str, executed: str) -> None:
    """Let the stream say that so much has executed, and that it works on."""
    house.venue.executed(name, executed, terminal=False)
    now = house.clock.now()
    came = Provenance.at(Source.WEBSOCKET, now, exchange_at=now.utc, epoch=1)
    house.venue.push(seen_as(house.venue.seen[name], trades_agree=None, provenance=came))


def test_what_was_asked_is_forgotten_with_its_row_and_with_nothing_else() -> None:
    asked = AskedQuestions()
    for number in range(1000):
        assert asked.add(QuestionKey("bot", str(number), f"open e{number}"))
        asked.keep("bot", {"0", str(number)})
        assert not asked.add(QuestionKey("bot", "0", "open e0"))
        assert len(asked) <= 2
    asked.keep("another", set())
    assert len(asked) == 2
