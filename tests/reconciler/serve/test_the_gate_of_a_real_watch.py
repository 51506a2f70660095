"""The gate over a whole watch, on virtual time: what befalls the account opens and closes it."""

from decimal import Decimal
from pathlib import Path

from reconciler.facts.finding import Kind
from reconciler.serve.gate import Gate, Told, Wanted, gate
from reconciler.serve.open_alerts import OpenAlerts
from reconciler.serve.watching import Watching
from tests.reconciler.accounts import SYMBOL
from tests.reconciler.house import House, play
from tests.reconciler.serve.served import INTERVAL
from verification.facts.account import Part
from verification.facts.errors import SourceUnreachable
from verification.facts.leg import Leg, Side
from verification.venues.stream_state import StreamState

DOWN = SourceUnreachable("timed out")


class Asking:
    """A bot beside the watch, which asks before it opens."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.alerts = OpenAlerts(house.store.open_alerts, house.clock)

    async def gate(self, symbol: str = SYMBOL) -> Gate:
        await self.alerts.follow(grown=True)
        watching = Watching("main", INTERVAL, self.house.unit.known())
        told = Told(self.alerts.alerts, self.alerts.read_at)
        return gate(watching, told, Wanted(symbol, Leg.NET), self.house.clock.now())

    async def against(self) -> set[str]:
        return {each.against.value for each in (await self.gate()).reasons}


def test_an_account_that_agrees_is_open_and_one_not_seen_yet_is_not(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        asking = Asking(house)
        assert "not_seen" in await asking.against()
        house.open_trade()
        await house.quiet(40)
        answer = await asking.gate()
        assert answer.open, answer.reasons
        assert answer.known_at is not None

    play(tmp_path, story)


def test_a_position_that_no_bot_knows_closes_it_until_it_is_gone(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        asking = Asking(house)
        await house.quiet(40)
        house.venue.hold("43")
        await house.until(lambda: Kind.ORPHANED_POSITION in house.alerts(), within=90)
        assert "alert" in await asking.against()
        house.venue.hold("0")
        await house.until(lambda: not house.alerts(), within=90)
        assert (await asking.gate()).open

    play(tmp_path, story)


def test_a_list_that_fails_closes_it_at_the_next_look_before_anybody_is_paged(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        asking = Asking(house)
        await house.quiet(40)
        assert (await asking.gate()).open
        house.venue.fail(Part.CONDITIONAL_ORDERS, error=DOWN)
        await house.unit.sweep()
        assert await asking.against() == {"blind"}
        house.venue.heal()
        await house.until(lambda: not house.alerts(), within=90)
        await house.unit.sweep()
        assert (await asking.gate()).open

    play(tmp_path, story)


def test_a_stream_that_is_away_closes_it_at_once(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        asking = Asking(house)
        await house.quiet(40)
        house.venue.stream(StreamState.DOWN)
        assert await asking.against() == {"blind"}

    play(tmp_path, story)


def test_an_entry_that_rests_does_not_close_it_and_one_that_nobody_can_show_does(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        asking = Asking(house)
        await house.quiet(40)
        house.venue.waits("rests", Side.BUY, "43")
        resting = house.journal.opening(SYMBOL, Side.BUY, Decimal(43), client_order_id="rests")
        house.journal.ordered(resting, "rests")
        for _ in range(30):
            await house.quiet(2)
            answer = await asking.gate()
            assert answer.open, answer.reasons
        house.journal.opening(SYMBOL, Side.BUY, Decimal(43), client_order_id="lost")
        await house.quiet(9)
        assert "unverified" not in await asking.against()
        await house.quiet(4)
        assert "unverified" in await asking.against()

    play(tmp_path, story)


def test_a_watch_that_stands_still_closes_it(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        asking = Asking(house)
        await house.quiet(40)
        assert (await asking.gate()).open

        async def never(symbols: frozenset[str] | None) -> None:
            await house.clock.sleep(1e6)

        house.unit.loop._look_at = never  # type: ignore[method-assign] # what hangs is not what is tried here
        await house.quiet(100)
        assert await asking.against() == {"too_old"}

    play(tmp_path, story)
