"""What befalls the orders and the keys of an account under watch, and what people are told of it.

Each story is played on virtual time by the whole watch of one account: its loops, its ledger, its database.
"""

from decimal import Decimal
from pathlib import Path

from reconciler.facts.finding import Kind, Severity
from tests.reconciler.accounts import SYMBOL, fact
from tests.reconciler.house import House, play
from verification.facts.errors import CredentialsRejected
from verification.facts.leg import Side
from verification.facts.order_fact import OrderRef


def closed_by_its_bot(house: House, entry: int) -> None:
    """Let the bot leave its trade whole; what else rests stays."""
    house.journal.closing(entry, "x1", Decimal(43))
    house.venue.executed("x1", "-43")
    house.venue.hold("0")
    house.journal.closed(entry)


def resting_entry(house: House) -> int:
    entry = house.journal.opening(SYMBOL, Side.BUY, Decimal(43), client_order_id="e1")
    house.journal.ordered(entry, "e1")
    house.venue.waits("e1", Side.BUY, "43")
    return entry


def test_a_stop_that_outlives_its_trade_is_told_until_somebody_cancels_it(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        entry = house.open_trade()
        await house.quiet(40)
        closed_by_its_bot(house, entry)
        await house.until(house.alerts, within=150, what="the stop that was left over")
        assert {kind: each.severity for kind, each in house.alerts().items()} == {
            Kind.DANGLING_ORDER: Severity.WARNING
        }
        house.venue.stops.clear()
        await house.until(lambda: not house.alerts(), within=150, what="its end")

    play(tmp_path, story)


def test_a_stop_that_is_cancelled_seconds_after_the_close_wakes_nobody(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        entry = house.open_trade()
        await house.quiet(40)
        closed_by_its_bot(house, entry)
        await house.quiet(8)
        house.venue.stops.clear()
        for _ in range(20):
            await house.quiet(10)
            assert not house.alerts()

    play(tmp_path, story)


def test_an_entry_that_rests_is_nobodys_trouble_and_one_that_has_ended_is_its_bots(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        entry = resting_entry(house)
        for _ in range(30):
            await house.quiet(10)
            assert not house.alerts()
        house.venue.ended("e1", "0")
        house.venue.facts[OrderRef(SYMBOL, "e1", conditional=False)] = fact("e1", status="canceled")
        took = await house.until(house.alerts, within=300, what="the bot that waits in vain")
        assert took > 170, "bots ask for their orders now and then"
        assert set(house.alerts()) == {Kind.STUCK_OPENING}
        house.journal.failed(entry, "its entry was cancelled")
        await house.until(lambda: not house.alerts(), within=150, what="its end")

    play(tmp_path, story)


def test_another_program_on_the_account_is_noticed_by_its_order(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        house.open_trade()
        await house.quiet(40)
        house.venue.waits("z9", Side.BUY, "7")
        await house.until(house.alerts, within=150, what="somebody else's order")
        assert set(house.alerts()) == {Kind.FOREIGN_WRITER}
        del house.venue.book["z9"]
        await house.until(lambda: not house.alerts(), within=150, what="its end")

    play(tmp_path, story)


def test_keys_that_are_refused_are_one_alert_and_no_position_is_called_gone(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        house.open_trade()
        await house.quiet(40)
        house.venue.fail(error=CredentialsRejected("check the key"))
        await house.until(house.alerts, within=90, what="the keys")
        await house.quiet(200)
        assert set(house.alerts()) == {Kind.CREDENTIALS_REJECTED}
        house.venue.heal()
        await house.until(lambda: not house.alerts(), within=150, what="its end")

    play(tmp_path, story)
