"""What a ledger newly claims is verified: doubt is told at the deadline and ends with evidence only."""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path

from msgspec.structs import replace

from reconciler.facts.finding import Kind
from reconciler.views.verification import VerificationView
from tests.reconciler.accounts import SYMBOL
from tests.reconciler.house import House, play
from verification.facts.account import Part
from verification.facts.errors import BudgetSpent, SourceUnreachable
from verification.facts.leg import Side
from verification.venues.stream_state import StreamState

DOWN = SourceUnreachable("timed out")
SPENT = BudgetSpent("not asked: the budget is spent")


def opening(house: House, name: str = "e1", quantity: str = "43") -> int:
    return house.journal.opening(SYMBOL, Side.BUY, Decimal(quantity), client_order_id=name)


def passes(later: timedelta, house: House) -> None:
    house.clock.step(later)


def stored(house: House) -> Sequence[VerificationView]:
    return house.console.queries.verifications()


def test_an_open_that_no_source_can_show_is_told_at_the_deadline_and_ends_with_evidence(
    tmp_path: Path,
) -> None:
    async def story(house: House) -> None:
        await house.quiet(40)
        house.venue.stream(StreamState.DOWN)
        house.venue.fail(error=DOWN)
        entry = opening(house)
        took = await house.until(lambda: Kind.UNVERIFIED_OPEN in house.alerts(), within=11)
        assert took >= 10
        await house.quiet(60)
        assert Kind.UNVERIFIED_OPEN in house.alerts()
        assert [each.verdict for each in stored(house)] == ["unknown"]

        house.venue.heal()
        house.venue.stream(StreamState.LIVE)
        house.venue.executed("e1", "43")
        house.venue.hold("43")
        house.journal.opened(entry, Decimal(43))
        await house.until(lambda: Kind.UNVERIFIED_OPEN not in house.alerts(), within=45)
        await house.until(lambda: [each.verdict for each in stored(house)] == ["confirmed"], within=45)

    play(tmp_path, story)


def test_lists_that_show_nothing_do_not_end_a_doubt_while_the_bot_still_waits_for_its_order(
    tmp_path: Path,
) -> None:
    async def story(house: House) -> None:
        await house.quiet(40)
        house.venue.fail(Part.ORDERS, error=DOWN)
        entry = opening(house)
        await house.until(lambda: Kind.UNVERIFIED_OPEN in house.alerts(), within=11)
        for _ in range(60):
            await house.quiet(2)
            assert Kind.UNVERIFIED_OPEN in house.alerts(), "a list that lags shows nothing as well"
        house.venue.heal()
        house.venue.executed("e1", "43")
        await house.until(lambda: [each.verdict for each in stored(house)] == ["confirmed"], within=45)
        house.venue.hold("43")
        house.journal.opened(entry, Decimal(43))
        await house.until(lambda: Kind.UNVERIFIED_OPEN not in house.alerts(), within=75)

    play(tmp_path, story)


def test_a_position_that_is_still_shown_does_not_end_the_doubt_about_its_close(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        await house.quiet(40)
        entry = house.open_trade(stop_id=None)
        await house.quiet(60)
        house.venue.fail(Part.ORDERS, error=DOWN)
        house.journal.closing(entry, "x1", Decimal(43))
        await house.until(lambda: Kind.UNVERIFIED_OPEN in house.alerts(), within=11)
        for _ in range(30):
            await house.quiet(2)
            assert Kind.UNVERIFIED_OPEN in house.alerts(), "the exit may have executed all the same"

    play(tmp_path, story)


def test_an_answer_ends_the_doubt_even_where_the_answer_is_bad_news(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        await house.quiet(40)
        house.venue.stream(StreamState.DOWN)
        house.venue.fail(error=DOWN)
        entry = opening(house)
        house.journal.opened(entry, Decimal(43))
        await house.until(lambda: Kind.UNVERIFIED_OPEN in house.alerts(), within=11)
        house.venue.heal()
        house.venue.stream(StreamState.LIVE)
        house.venue.executed("e1", "0")
        # Nothing executed and nothing is held: while the phantom has to last first, the doubt stays open.
        while Kind.PHANTOM_POSITION not in house.alerts():
            assert Kind.UNVERIFIED_OPEN in house.alerts()
            await house.quiet(0.1)
            assert house.clock.now().monotonic < 200
        assert [each.verdict for each in stored(house)] == ["refuted"]
        await house.until(lambda: set(house.alerts()) == {Kind.PHANTOM_POSITION}, within=75)

    play(tmp_path, story)


def test_an_order_that_is_seen_resting_is_no_doubt(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        await house.quiet(40)
        house.venue.executed("e1", "0", terminal=False)
        opening(house)
        await house.quiet(60)
        assert house.alerts(fired=False) == {}
        assert [each.verdict for each in stored(house)] == ["resting"]

    play(tmp_path, story)


def test_an_order_that_was_seen_and_then_lost_sight_of_is_a_doubt(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        await house.quiet(40)
        house.venue.executed("e1", "0", terminal=False)
        opening(house)
        await house.quiet(1)
        house.venue.stream(StreamState.DOWN)
        house.venue.fail(error=DOWN)
        await house.until(lambda: Kind.UNVERIFIED_OPEN in house.alerts(), within=11)

    play(tmp_path, story)


def test_an_answer_is_not_lost_while_the_state_database_is_busy(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        await house.quiet(5)
        house.writer.busy = True
        house.venue.executed("e1", "43")
        entry = opening(house)
        house.venue.hold("43")
        house.journal.opened(entry, Decimal(43))
        await house.quiet(30)
        assert list(stored(house)) == []
        house.writer.busy = False
        await house.until(lambda: [each.verdict for each in stored(house)] == ["confirmed"], within=2)

    play(tmp_path, story)


def test_a_close_is_verified_and_a_restart_asks_only_what_is_young(tmp_path: Path) -> None:
    async def first(house: House) -> None:
        await house.quiet(5)
        entry = house.open_trade()
        await house.quiet(400)
        house.journal.closing(entry, "x1", Decimal(43))
        house.venue.executed("x1", "-43")
        house.venue.stops.clear()
        house.venue.hold("0")
        house.journal.closed(entry)
        await house.quiet(2)  # the next trade on the leg comes after this one was asked about
        house.open_trade(name="e2", stop_id="s2")
        await house.quiet(20)
        asked = {(each.question, each.order_id, each.verdict) for each in stored(house)}
        assert asked == {
            ("open", "e1", "confirmed"),
            ("close", "x1", "confirmed"),
            ("open", "e2", "confirmed"),
        }

    play(tmp_path, first)
    for later, young in [(timedelta(minutes=8), ["e2"]), (timedelta(hours=1), [])]:

        async def again(house: House, young: Sequence[str] = young) -> None:
            before = {each.id for each in stored(house)}
            await house.quiet(20)
            assert [each.order_id for each in stored(house) if each.id not in before] == young

        play(tmp_path, again, prepare=partial(passes, later))


def test_the_end_of_an_earlier_position_as_large_does_not_prove_the_close_of_this_one(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        await house.quiet(5)
        first = house.open_trade(stop_id=None)
        await house.quiet(60)
        house.journal.closing(first, "x1", Decimal(43))
        house.venue.executed("x1", "-43")
        house.venue.hold("0")
        house.journal.closed(first)
        await house.quiet(120)
        second = opening(house, "e2")
        house.venue.executed("e2", "43")  # what it led to neither stream nor list show yet
        await house.quiet(3)
        house.journal.opened(second, Decimal(43))
        house.journal.closing(second, "x2", Decimal(43))
        await house.quiet(15)
        assert stored(house)[0].order_id == "x2"
        assert stored(house)[0].verdict == "unknown", "the zero that is known ended the first one"

    play(tmp_path, story)


def test_a_close_that_is_over_before_it_is_asked_about_is_proved_by_the_zero_all_the_same(
    tmp_path: Path,
) -> None:
    async def story(house: House) -> None:
        await house.quiet(5)
        entry = house.open_trade()  # its stop rests: what is left does not follow from the exit alone
        await house.quiet(60)
        house.venue.executed("x1", "-43")
        house.venue.hold("0")
        house.journal.closing(entry, "x1", Decimal(43))
        await house.until(lambda: len(stored(house)) == 2, within=2)
        assert (stored(house)[0].verdict, stored(house)[0].grade) == ("confirmed", "proof")

    play(tmp_path, story)


def test_an_exit_that_executed_in_full_is_no_doubt_though_somebody_has_opened_the_leg_again(
    tmp_path: Path,
) -> None:
    """The bot leaves and a hand buys as many, before the next look: the leg was flat for milliseconds."""

    async def story(house: House) -> None:
        await house.quiet(5)
        entry = house.open_trade()  # its stop rests: what is left does not follow from the exit alone
        await house.quiet(60)
        house.venue.executed("x1", "-43")
        house.venue.seen["x1"] = replace(house.venue.seen["x1"], trades_agree=None)  # as of any order in full
        house.journal.closing(entry, "x1", Decimal(43))
        await house.quiet(3)
        house.journal.closed(entry)
        await house.until(lambda: Kind.ORPHANED_POSITION in house.alerts(), within=90)
        await house.quiet(60)
        assert Kind.UNVERIFIED_OPEN not in house.alerts(fired=False)

    play(tmp_path, story)


def test_a_leg_that_differs_in_another_way_is_never_without_an_alert(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        house.open_trade()
        await house.quiet(65)
        house.venue.hold("86")
        await house.until(lambda: Kind.QUANTITY_MISMATCH in house.alerts(), within=30)

        for quantity, kind in [("-43", Kind.SIDE_MISMATCH), ("0", Kind.PHANTOM_POSITION), ("20", None)]:
            house.venue.hold(quantity)
            wanted = kind or Kind.QUANTITY_MISMATCH
            end = house.clock.now().monotonic + 75
            while wanted not in house.alerts():
                assert house.alerts(), "the leg differs and nobody is told"
                assert house.clock.now().monotonic < end
                await house.quiet(0.1)
            await house.until(lambda: set(house.alerts()) == {wanted}, within=20)  # noqa: B023 - waited for

    play(tmp_path, story)


def test_a_leg_that_keeps_changing_its_kind_is_told_in_the_end(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        house.open_trade()
        await house.quiet(65)
        for turn in range(60):
            house.venue.hold("-43" if turn % 2 else "86")
            await house.quiet(9)
            if house.alerts():
                break
        assert house.alerts()
        assert house.clock.now().monotonic < 400

    play(tmp_path, story)


def test_nothing_is_asked_where_the_orders_cannot_be_read_but_the_looks_agree(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        await house.quiet(40)
        house.venue.fail(Part.ORDERS, error=DOWN)
        entry = opening(house)
        house.journal.opened(entry, Decimal(43))
        house.venue.hold("43")
        await house.quiet(200)
        assert Kind.UNVERIFIED_OPEN not in house.alerts(), "both sides were seen to hold the same"

    play(tmp_path, story)


def test_an_order_that_our_own_budget_keeps_us_from_asking_about_is_asked_about_before_it_is_a_doubt(
    tmp_path: Path,
) -> None:
    async def story(house: House) -> None:
        await house.quiet(40)
        house.venue.fail(error=SPENT)
        opening(house)
        house.venue.executed("e1", "43")
        await house.quiet(35)
        assert len(house.venue.asked_orders) > 3, "it is tried again and again"
        assert Kind.UNVERIFIED_OPEN not in house.alerts(fired=False)
        house.venue.heal()
        await house.until(lambda: [each.verdict for each in stored(house)] == ["confirmed"], within=5)
        assert Kind.UNVERIFIED_OPEN not in house.alerts(fired=False)

    play(tmp_path, story)


def test_an_order_that_nobody_could_be_asked_about_for_a_minute_is_a_doubt(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        await house.quiet(40)
        house.venue.fail(error=SPENT)
        opening(house)
        took = await house.until(lambda: Kind.UNVERIFIED_OPEN in house.alerts(), within=71)
        assert took >= 60

    play(tmp_path, story)
