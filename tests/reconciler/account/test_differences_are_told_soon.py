"""An account under watch: what differs is found by stream or ledger, told after its grace, and healed."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from reconciler.alerts.alert import AlertState
from reconciler.facts.finding import Kind
from tests.reconciler.accounts import SYMBOL
from tests.reconciler.house import House, play
from verification.facts.leg import Side


def orphan(house: House) -> None:
    house.venue.hold("10")


def orphan_gone(house: House) -> None:
    house.venue.hold("0")


def phantom(house: House) -> None:
    house.venue.stops.clear()
    house.venue.hold("0")


def phantom_gone(house: House) -> None:
    house.venue.rest("s1", Side.SELL, None)
    house.venue.hold("43")


def grown(house: House) -> None:
    house.venue.hold("86")


def turned(house: House) -> None:
    house.venue.hold("-43")


def agreed(house: House) -> None:
    house.venue.hold("43")


STORIES: list[tuple[Kind, bool, Callable[[House], None], Callable[[House], None]]] = [
    (Kind.ORPHANED_POSITION, False, orphan, orphan_gone),
    (Kind.PHANTOM_POSITION, True, phantom, phantom_gone),
    (Kind.QUANTITY_MISMATCH, True, grown, agreed),
    (Kind.SIDE_MISMATCH, True, turned, agreed),
]


@pytest.mark.parametrize(
    ("kind", "traded", "breaks", "heals"), STORIES, ids=lambda given: getattr(given, "__name__", str(given))
)
def test_a_difference_is_found_healed_and_found_again_without_a_sweep(
    tmp_path: Path,
    kind: Kind,
    *,
    traded: bool,
    breaks: Callable[[House], None],
    heals: Callable[[House], None],
) -> None:
    async def story(house: House) -> None:
        if traded:
            house.open_trade()
        await house.quiet(65)
        assert house.alerts(fired=False) == {}

        breaks(house)
        assert await house.until(lambda: kind in house.alerts(fired=False), within=1.5) <= 1.5
        grace = 65 if kind is Kind.PHANTOM_POSITION else 25
        await house.until(lambda: kind in house.alerts(), within=grace)
        first = house.alerts()[kind]
        await house.quiet(5)
        (row,) = house.console.queries.positions()
        assert str(kind) in row.kinds

        heals(house)
        await house.until(lambda: kind not in house.alerts(), within=12, what="healing")
        history = house.console.queries.alert(first.id)
        assert history.alert.state is AlertState.RESOLVED
        assert history.transitions[-1].evidence

        breaks(house)
        await house.until(lambda: kind in house.alerts(), within=grace, what="its return")
        assert house.alerts()[kind].id != first.id

    play(tmp_path, story, sweeps=False)


def test_a_ledger_that_claims_what_is_not_there_is_found_by_its_own_change(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        await house.quiet(5)
        entry = house.journal.opening(SYMBOL, Side.BUY, Decimal(43), client_order_id="e1")
        house.journal.opened(entry, Decimal(43))
        await house.until(lambda: Kind.PHANTOM_POSITION in house.alerts(fired=False), within=1.5)
        await house.until(lambda: Kind.PHANTOM_POSITION in house.alerts(), within=30)

    play(tmp_path, story, sweeps=False)


def test_a_stop_that_goes_is_told_and_its_return_heals(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        house.open_trade()
        await house.quiet(65)
        held = house.venue.stops.pop("s1")
        house.unit.loop.mark((SYMBOL,))  # the stream tells of the order, in words the script does not speak
        await house.until(lambda: Kind.UNPROTECTED_POSITION in house.alerts(), within=20)
        house.venue.stops["s1"] = held
        house.unit.loop.mark((SYMBOL,))
        await house.until(lambda: not house.alerts(), within=12)

    play(tmp_path, story, sweeps=False)


def test_an_acknowledgement_lasts_while_it_lasts_and_survives_a_new_process(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        house.venue.hold("10")
        await house.until(house.alerts, within=30)
        (alert,) = house.alerts().values()
        house.console.commands.acknowledge(alert.id, by="ann", note="mine", origin="cli")
        await house.quiet(300)
        (after,) = house.alerts().values()
        assert (after.id, after.state) == (alert.id, AlertState.ACKNOWLEDGED)
        assert after.acknowledgement is not None
        assert after.acknowledgement.by == "ann"

        house.venue.hold("12")  # a fifth more than what ann saw
        await house.until(lambda: house.alerts()[Kind.ORPHANED_POSITION].state is AlertState.FIRING, within=2)

    play(tmp_path, story)


def test_a_row_that_changes_while_the_venue_is_read_waits(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        await house.quiet(5)
        steps = iter(range(40))

        def bot_writes() -> None:
            step = next(steps, None)
            if step is not None:
                house.journal.opening(SYMBOL, Side.BUY, Decimal(1), client_order_id=f"e{step}")

        house.venue.during = bot_writes
        bot_writes()  # what nobody has written down at all is suspected at once
        house.venue.hold("10")
        await house.quiet(15)
        assert next(steps, None) is not None, "the bot is still writing"
        assert set(house.alerts(fired=False)) <= {Kind.UNVERIFIED_OPEN}
        house.venue.during = lambda: None
        house.journal.opening(SYMBOL, Side.BUY, Decimal(1), client_order_id="last")
        found = {Kind.ORPHANED_POSITION, Kind.QUANTITY_MISMATCH}
        await house.until(lambda: found & house.alerts(fired=False).keys(), within=2)

    play(tmp_path, story, sweeps=False)
