"""Positions: the bot beside the exchange; not read, flat and none are three different words."""

import re
from decimal import Decimal
from math import isnan

import pytest
from msgspec import structs

from dashboard.leg_table import EXACT
from dashboard.words.position import SIGNS, state_of
from tests.dashboard import drawn
from tests.dashboard.memory_console import Memory
from tests.dashboard.screen import opened, reading, table, text

AGREE = drawn.leg()
DIFFERS = drawn.leg(
    symbol="SUI/USDT:USDT", observed=Decimal(-86), verdict="differs", stop="none", stop_price=None,
    kinds=("side_mismatch",),
)  # fmt: skip
UNSEEN = drawn.leg(
    symbol="DOT/USDT:USDT", observed=None, observed_by=None, observed_at=None, verdict="unknown",
    stop="unknown", stop_price=None, stop_at=None, notional=None,
)  # fmt: skip
FLAT = drawn.leg(symbol="ETH/USDT:USDT", observed=Decimal(0), verdict="in flight", ledger_state="opening")
STRANGER = drawn.leg(symbol=drawn.HOSTILE, expected=None, ledger_state="", verdict="differs")
BOOKS_LOST = drawn.leg(symbol="ADA/USDT:USDT", expected=None, ledger_at=None, verdict="unknown")


def test_both_sides_stand_beside_each_other_with_their_ages() -> None:
    with reading(Memory(legs=(DIFFERS,))):
        row = table(opened("positions"))[0]

    assert row["State"] == "✗ Opposite sides, no stop"
    assert (row["Side"], row["Bot"], row["Books"]) == ("short", 43, "3 s ago")
    assert (row["Exchange"], row["Seen"], row["Differs by"]) == (-86, "1 s ago by websocket", -129)
    assert (row["Stop"], row["Stop asked"]) == ("none", "5 s ago")
    assert isnan(row["Stop at"])


def test_amounts_are_of_the_base_currency_and_exact() -> None:
    tenths = structs.replace(AGREE, contract_size=Decimal("0.1"), expected=Decimal(7), observed=Decimal(3))
    with reading(Memory(legs=(structs.replace(tenths, verdict="differs"),))):
        row = table(opened("positions"))[0]

    assert [EXACT % row[name] for name in ("Bot", "Exchange", "Differs by")] == ["0.7", "0.3", "-0.4"]


def test_contracts_of_unknown_size_are_never_shown_as_amounts_of_the_base_currency() -> None:
    unsized = structs.replace(AGREE, contract_size=None, observed=Decimal(0))
    with reading(Memory(legs=(unsized,))):
        screen = opened("positions")
    row = table(screen)[0]

    assert row["State"].endswith(", contract size not known")
    assert isnan(row["Bot"])
    assert isnan(row["Differs by"])
    assert row["Exchange"] == 0, "nothing is nothing in any unit"
    (cards,) = (each.proto.body for each in screen.get("html") if "class='legs'" in each.proto.body)
    assert "bot 43 contracts, exchange 0 contracts" in cards


def test_the_worst_stands_first_and_leads_to_its_alert() -> None:
    alert = drawn.alert(id=212)
    differs = structs.replace(DIFFERS, symbol=alert.key.symbol, leg=alert.key.leg)
    with reading(
        Memory(drawn.view(alerts=(alert,)), legs=(structs.replace(AGREE, symbol="A/USDT:USDT"), differs))
    ):
        worst, well = table(opened("positions"))

    assert (worst["Symbol"], worst["Alert"]) == (alert.key.symbol, "alert?id=212")
    assert well["State"] == "✓ Agrees, covered"
    assert isnan(well["Alert"])


def test_the_age_of_a_read_and_the_time_without_a_change_are_two_times() -> None:
    week, hours = drawn.before(7 * 86400 + 3), drawn.before(7201)
    kept = drawn.leg(ledger_changed_at=week, observed_changed_at=hours)
    stranger = structs.replace(kept, expected=None, symbol="SUI/USDT:USDT")
    with reading(Memory(legs=(kept, stranger))):
        row, other = table(opened("positions"))

    assert row["Books"] == "3 s ago, unchanged for 7 d"
    assert row["Seen"] == "1 s ago by websocket, unchanged for 2 h"
    assert other["Books"] == "3 s ago"


def test_not_read_flat_and_unknown_to_the_bot_are_different_words() -> None:
    with reading(Memory(legs=(STRANGER, UNSEEN, BOOKS_LOST, FLAT))):
        rows = {row["Symbol"]: row for row in table(opened("positions"))}

    unseen, flat, lost = (rows[f"{base}/USDT:USDT"] for base in ("DOT", "ETH", "ADA"))
    stranger = next(row for row in rows.values() if row["State"].startswith("✗"))
    assert (unseen["State"], unseen["Seen"]) == ("? Could not be read", "could not be read")
    assert isnan(unseen["Exchange"])
    assert isnan(unseen["Value"])
    assert isnan(unseen["Differs by"]), "what was not read is not zero"
    assert (flat["State"], flat["Exchange"], flat["Bot"]) == ("~ Opening, in time", 0, 43)
    assert (stranger["State"], stranger["Bot"]) == ("✗ Not in the books", 0)
    assert lost["Books"] == "could not be read"
    assert isnan(lost["Bot"])


def test_out_of_line_leaves_out_what_agrees_and_is_covered() -> None:
    uncovered = structs.replace(AGREE, symbol="BTC/USDT:USDT", stop="none")
    idle = structs.replace(AGREE, symbol="ETH/USDT:USDT", stop="idle", stop_price=None)
    with reading(Memory(legs=(DIFFERS, AGREE, uncovered, idle, UNSEEN))):
        out = table(opened("positions", show="out"))
        stopless = table(opened("positions", show="stop"))

    assert {row["Symbol"] for row in out} == {f"{each}/USDT:USDT" for each in ("SUI", "BTC", "ETH", "DOT")}
    assert {row["State"] for row in stopless} == {
        "✗ Opposite sides, no stop",
        "✗ No stop",
        "✗ Stop would not act",
    }


@pytest.mark.parametrize(
    ("verdict", "stop", "said"),
    [
        ("agree", "resting", "✓ Agrees, covered"),
        ("agree", "software", "✓ Agrees, the bot keeps its stop"),
        ("agree", "not needed", "✓ Agrees"),
        ("agree", "none", "✗ No stop"),
        ("agree", "partial", "! Stop too small"),
        ("agree", "unknown", "? Stop not seen"),
        ("dust", "resting", "✓ Agrees but for dust, covered"),
        ("dust", "none", "✗ No stop"),
        ("in flight", "resting", "~ In motion, in time"),
        ("in flight", "none", "✗ No stop, in motion, in time"),
        ("differs", "resting", "✗ Sizes differ"),
        ("differs", "partial", "✗ Sizes differ, stop too small"),
        ("differs", "unknown", "✗ Sizes differ"),
        ("unknown", "none", "✗ No stop, could not be read"),
        ("unknown", "resting", "? Could not be read"),
        ("something new", "something new", "? Could not be read"),
    ],
)
def test_the_worst_of_verdict_and_stop_leads(verdict: str, stop: str, said: str) -> None:
    leg = structs.replace(AGREE, verdict=verdict, stop=stop, observed=Decimal(44), ledger_state="open")
    state = state_of(leg)
    assert f"{SIGNS[state.grade]} {state.text}" == said


def test_a_stop_is_shown_with_the_age_of_the_orders_that_it_was_seen_among() -> None:
    old = structs.replace(AGREE, symbol="BTC/USDT:USDT", stop_at=drawn.before(540))
    stored_before = structs.replace(AGREE, symbol="ETH/USDT:USDT", stop_at=None)
    with reading(Memory(legs=(old, stored_before, UNSEEN))):
        rows = {row["Symbol"]: (row["Stop"], row["Stop asked"]) for row in table(opened("positions"))}

    assert rows == {
        "BTC/USDT:USDT": ("rests", "9 m ago"),
        "ETH/USDT:USDT": ("rests", "at an unknown time"),
        "DOT/USDT:USDT": ("not seen", ""),
    }


def test_one_account_can_be_chosen_by_the_address() -> None:
    other = structs.replace(AGREE, account="swing", symbol="SUI/USDT:USDT")
    with reading(Memory(legs=(AGREE, other))):
        screen = opened("positions", account="swing")

    assert [row["Symbol"] for row in table(screen)] == ["SUI/USDT:USDT"]
    assert "1 position: 0 out of line" in text(screen)


def test_nothing_is_coloured_when_it_is_old() -> None:
    colours = {}
    for seconds in (1, 60):
        memory = Memory(drawn.view(heartbeat=drawn.beating(seconds)), legs=(AGREE, DIFFERS))
        with reading(memory):
            colours[seconds] = "color" in opened("positions").dataframe[0].proto.arrow_data.styler.styles

    assert colours == {1: True, 60: False}


def test_a_phone_is_given_cards_in_which_nothing_comes_alive() -> None:
    with reading(Memory(legs=(STRANGER, AGREE))):
        (cards,) = (
            each.proto.body for each in opened("positions").get("html") if "class='legs'" in each.proto.body
        )

    assert cards.count("class='leg ") == 2
    assert "bot 43, exchange 43" in cards
    assert not re.search(r"<(?!/?(div|b|br|span|p|a)\b)", cards)
    assert set(re.findall(r'href="([^?"]*)', cards)) == {"positions"}, "a card leads to the leg's own view"


def test_no_positions_is_said_only_when_both_sides_were_read_whole() -> None:
    with reading(Memory()):
        assert "No positions on either side." in text(opened("positions"))
    with reading(Memory(drawn.view(cycles=(drawn.cycle(status="blind", problems=("rest: 503",)),)))):
        assert "Nothing could be read in full yet" in text(opened("positions"))
    with reading(Memory(drawn.view(heartbeat=drawn.beating(60)))):
        assert "Trueup is blind now" in text(opened("positions"))
    with reading(Memory(broken="locked")):
        assert "could not be read. That does not mean that there are none." in text(opened("positions"))


def test_no_differences_is_not_no_positions() -> None:
    with reading(Memory(legs=(AGREE,))):
        assert "None of them among 1 position." in text(opened("positions", show="out"))
