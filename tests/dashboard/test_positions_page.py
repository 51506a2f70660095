"""Positions: the bot beside the exchange; not read, flat and none are three different words."""

from dataclasses import replace
from decimal import Decimal

from tests.dashboard import drawn
from tests.dashboard.memory_console import Memory
from tests.dashboard.screen import opened, reading, run, table, text

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

    assert row["Verdict"] == "🔴 differ"
    assert (row["Bot says"], row["Read"]) == ("long 43 contracts (43 SUI)", "3 s ago")
    assert (row["Exchange says"], row["Seen"]) == ("short 86 contracts (86 SUI)", "1 s ago by websocket")
    assert row["Stop"] == "🔴 none, asked 5 s ago"
    assert row["Open alerts"] == "Opposite sides"


def test_the_age_of_a_read_and_the_time_without_a_change_are_two_times() -> None:
    week, hours = drawn.before(7 * 86400 + 3), drawn.before(7201)
    kept = drawn.leg(ledger_changed_at=week, observed_changed_at=hours)
    stranger = replace(kept, expected=None, symbol="SUI/USDT:USDT")
    with reading(Memory(legs=(kept, stranger))):
        row, other = table(opened("positions"))

    assert row["Read"] == "3 s ago, unchanged for 7 d"
    assert row["Seen"] == "1 s ago by websocket, unchanged for 2 h"
    assert other["Read"] == "3 s ago"


def test_not_read_flat_and_unknown_to_the_bot_are_different_words() -> None:
    with reading(Memory(legs=(UNSEEN, FLAT, STRANGER, BOOKS_LOST))):
        unseen, flat, stranger, lost = table(opened("positions"))

    assert (unseen["Exchange says"], unseen["Seen"]) == ("could not be read", "could not be read")
    assert unseen["Value"] == "not known"
    assert flat["Exchange says"] == "flat"
    assert flat["Bot says"] == "long 43 contracts (43 ETH), opening"
    assert stranger["Bot says"] == "nothing about it"
    assert (lost["Bot says"], lost["Read"]) == ("could not be read", "could not be read")


def test_only_differences_leaves_out_what_agrees_and_is_covered() -> None:
    uncovered = replace(AGREE, symbol="BTC/USDT:USDT", stop="none")
    idle = replace(AGREE, symbol="ETH/USDT:USDT", stop="idle", stop_price=None)
    with reading(Memory(legs=(DIFFERS, AGREE, uncovered, idle, UNSEEN))):
        screen = opened("positions")
        screen.toggle(key="only").set_value(True)
        rows = table(run(screen))

    symbols = [row["Symbol"] for row in rows]
    assert symbols == ["SUI/USDT:USDT", "BTC/USDT:USDT", "ETH/USDT:USDT", "DOT/USDT:USDT"]
    assert rows[2]["Stop"] == "🔴 would not act, asked 5 s ago"


def test_a_stop_is_shown_with_the_age_of_the_orders_that_it_was_seen_among() -> None:
    old = replace(AGREE, symbol="BTC/USDT:USDT", stop_at=drawn.before(540))
    stored_before = replace(AGREE, symbol="ETH/USDT:USDT", stop_at=None)
    with reading(Memory(legs=(old, stored_before, UNSEEN))):
        rows = table(opened("positions"))

    assert [row["Stop"] for row in rows] == [
        "🟢 resting at 0.19, asked 9 m ago",
        "🟢 resting at 0.19, asked at an unknown time",
        "⚪ not known",
    ]


def test_dust_is_shown_as_what_it_is_and_counts_as_a_difference() -> None:
    dust = replace(AGREE, symbol="BTC/USDT:USDT", verdict="dust")
    with reading(Memory(legs=(dust, AGREE))):
        screen = opened("positions")
        assert table(run(screen))[0]["Verdict"] == "🟢 agree but for dust"
        screen.toggle(key="only").set_value(True)
        assert [row["Symbol"] for row in table(run(screen))] == ["BTC/USDT:USDT"]


def test_nothing_is_coloured_when_it_is_old() -> None:
    with reading(Memory(drawn.view(heartbeat=drawn.beating(60)), legs=(AGREE, DIFFERS))):
        rows = table(opened("positions"))

    assert [row["Verdict"] for row in rows] == ["⚪ agree", "⚪ differ"]
    assert not {"🟢", "🔴", "🔵", "🟠"} & set("".join("".join(row.values()) for row in rows))


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
        assert "No differences among 1 position." in text(opened("positions", only="true"))
