"""A venue that cannot answer, or must not be asked, is asked no more often than one that is well."""

from pathlib import Path

import pytest

from reconciler.alerts.alert import AlertState
from reconciler.facts.finding import Kind
from tests.reconciler.accounts import SYMBOL
from tests.reconciler.house import SWEEP_SECONDS, House, play
from verification.facts.errors import BudgetSpent, NotAsked, SourceUnreachable
from verification.venues.stream_state import StreamState

TOLD = "not asked: Binance asks us to wait until 13:20:00 UTC"
HELD_BACK = NotAsked(f"binanceusdm: a look at the account: {TOLD}")
SPENT = "not asked: the budget of request weight of Binance is spent until 13:20:00 UTC"
SAVED = BudgetSpent(f"binanceusdm: a look at the account: {SPENT}")
FIVE_MINUTES = 300.0
SOON = 3
"""Looks beside the sweeps with which something that has just failed is tried once more before long."""


def looks(house: House, since: float) -> list[frozenset[str] | None]:
    return [symbols for at, symbols in house.venue.reads if at >= since]


@pytest.mark.parametrize("state", [StreamState.LIVE, StreamState.DOWN])
@pytest.mark.parametrize("error", [SourceUnreachable("HTTP 503"), HELD_BACK], ids=["503", "held back"])
def test_in_an_outage_the_whole_account_is_asked_for_as_often_as_always(
    tmp_path: Path, error: SourceUnreachable, state: StreamState
) -> None:
    async def story(house: House) -> None:
        house.open_trade()
        await house.quiet(65)
        house.venue.state = state
        house.venue.fail(error=error)
        began = house.clock.now().monotonic
        await house.quiet(FIVE_MINUTES)
        assert looks(house, began).count(None) <= FIVE_MINUTES / SWEEP_SECONDS + SOON
        house.venue.heal()
        house.venue.state = StreamState.LIVE
        await house.until(lambda: house.cycle().status == "complete", within=SWEEP_SECONDS + 5)

    play(tmp_path, story)


def test_a_look_that_was_held_back_is_made_later_and_is_no_reason_to_ask_for_everything(
    tmp_path: Path,
) -> None:
    async def story(house: House) -> None:
        house.open_trade()
        await house.quiet(65)
        house.venue.fail(error=HELD_BACK)
        house.venue.hold("86")
        began = house.clock.now().monotonic
        await house.quiet(15)
        made = looks(house, began)
        assert set(made) == {frozenset({SYMBOL})}
        assert len(made) <= 4
        house.venue.heal()
        await house.until(
            lambda: Kind.QUANTITY_MISMATCH in house.alerts(), within=40, what="the difference is told"
        )

    play(tmp_path, story)


def test_what_is_not_asked_is_told_with_the_venues_time_and_never_as_flat(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        house.open_trade()
        await house.quiet(65)
        house.venue.fail(error=HELD_BACK)
        await house.until(lambda: Kind.SOURCE_DOWN in house.alerts(), within=120)
        assert TOLD in house.alerts()[Kind.SOURCE_DOWN].reason
        assert house.cycle().status == "blind"
        details = {view.source: view.detail for view in house.console.queries.now().sources}
        assert TOLD in details["rest"]
        states = {view.source: view.state for view in house.console.queries.now().sources}
        assert states["websocket"] == "ok", "the stream is watched on"
        assert Kind.PHANTOM_POSITION not in house.alerts(fired=False)
        house.venue.heal()
        await house.until(lambda: Kind.SOURCE_DOWN not in house.alerts(), within=120)

    play(tmp_path, story)


def test_what_our_own_budget_holds_back_waits_and_is_not_told_as_down_for_three_minutes(
    tmp_path: Path,
) -> None:
    async def story(house: House) -> None:
        house.open_trade()
        await house.quiet(65)
        house.venue.fail(error=SAVED)
        await house.quiet(SWEEP_SECONDS + 5)
        seen = {view.source: (view.state, view.detail) for view in house.console.queries.now().sources}
        assert seen["rest"] == ("waiting", str(SAVED))
        assert house.cycle().status == "blind", "it is not seen, and never called well"
        await house.quiet(130)
        assert Kind.SOURCE_DOWN not in house.alerts(fired=False)
        await house.until(lambda: Kind.SOURCE_DOWN in house.alerts(), within=60)
        assert "nothing is known to be wrong with the exchange" in house.alerts()[Kind.SOURCE_DOWN].reason
        assert SPENT in house.alerts()[Kind.SOURCE_DOWN].reason
        house.venue.heal()
        await house.until(lambda: Kind.SOURCE_DOWN not in house.alerts(), within=120)

    play(tmp_path, story)


def test_while_the_stream_is_away_what_our_own_budget_holds_back_is_told_within_a_minute(
    tmp_path: Path,
) -> None:
    async def story(house: House) -> None:
        house.open_trade()
        await house.quiet(65)
        house.venue.stream(StreamState.DOWN)
        house.venue.fail(error=SAVED)

        def told() -> bool:
            firing = house.console.queries.alerts(states=[AlertState.FIRING])
            return "rest" in {alert.key.symbol for alert in firing}

        await house.until(told, within=SWEEP_SECONDS + 65)

    play(tmp_path, story)
