"""A venue read in ccxt's general form is called untried, with what is not seen: in reports, on screens."""

from datetime import timedelta
from pathlib import Path

import pytest

from reconciler.account.health import Health
from reconciler.account.watch import AccountWatch, Rules
from reconciler.service.once import _report, _settled_look
from reconciler.sight.blindness import BlindnessSettings
from tests.reconciler.accounts import at, stream
from tests.reconciler.house import House, play
from verification.venues.registry import notes_of, untried


@pytest.mark.parametrize("venue", ["okx", "gate", "hyperliquid", "woo", "no_such_venue"])
def test_a_venue_without_a_dialect_says_what_is_not_seen(venue: str) -> None:
    assert untried(venue).startswith(f"{venue} is untried")
    assert "stops" in untried(venue)
    assert ("leave out" in untried(venue)) is (venue in {"woo", "no_such_venue"})


@pytest.mark.parametrize("venue", ["binanceusdm", "bybit", "binance"])
def test_one_with_a_dialect_of_its_own_does_not(venue: str) -> None:
    assert untried(venue) == ""


def test_what_an_account_may_hold_beside_what_is_read_is_said() -> None:
    assert notes_of("bybit") == ("inverse contracts, options and spot of this account are not read",)
    assert notes_of("binanceusdm") == ()
    assert notes_of("okx") == (untried("okx"),)


def test_a_report_says_it_among_its_notes(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        house.open_trade()
        watch = AccountWatch(house.venue, [house.ledger], Rules(), house.clock)
        try:
            look = await _settled_look(watch, house.clock)
        finally:
            watch.close()
        assert untried("okx") in _report("main", "okx", look).notes
        assert not any("untried" in note for note in _report("main", "bybit", look).notes)
        assert any("inverse contracts" in note for note in _report("main", "bybit", look).notes)

    play(tmp_path, story)


def test_the_screens_have_a_source_that_says_it() -> None:
    views = Health("main", BlindnessSettings(), untried("okx")).sources(stream(), at(5))
    (view,) = [each for each in views if each.state == "untried"]
    assert (view.source, view.detail) == ("venue", untried("okx"))
    assert at(5).utc - view.at < timedelta(seconds=1)
    tried = Health("main", BlindnessSettings(), untried("bybit")).sources(stream(), at(5))
    assert all(each.state != "untried" for each in tried)
