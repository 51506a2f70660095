"""One position by itself: both sides, its result, its alerts, what was verified; and the way there."""

from dataclasses import replace
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from msgspec import structs

from dashboard.leg_detail import address_of, key_of
from dashboard.words.position import pnl_of
from reconciler.alerts.alert import AlertState
from reconciler.facts.attribution import Attribution, By
from reconciler.facts.change import Change
from reconciler.views.verification import VerificationView
from tests.dashboard import drawn
from tests.dashboard.memory_console import Memory, MemoryChanges
from tests.dashboard.screen import opened, reading, table, text
from verification.facts.leg import Leg, LegKey
from verification.facts.observation import Source

KEY = LegKey("main", "AVL/USDT:USDT", Leg.NET)
NAMED = "main|AVL/USDT:USDT|net"
HELD = drawn.leg(
    entry_price=Decimal("0.1836"),
    mark_price=Decimal("0.1834"),
    liquidation_price=Decimal("0.09"),
    observed=Decimal(86),
    verdict="differs",
    stop="none",
    stop_price=None,
)


def one(number: int, verdict: str, *, symbol: str = KEY.symbol) -> VerificationView:
    return VerificationView(
        id=number,
        account="main",
        symbol=symbol,
        leg=Leg.NET,
        question="open",
        asked_by="bot",
        verdict=verdict,
        grade="proof",
        mismatch="",
        decided_by=Source.WEBSOCKET,
        asked_at=drawn.before(60),
        milliseconds=8.0,
        reason="the websocket shows 43",
        order_id="8389765",
    )


@pytest.mark.parametrize(
    "key",
    [KEY, LegKey("desk-7", "1000PEPE/USDT:USDT-261225", Leg.SHORT), LegKey("a", "X|Y/USDT:USDT", Leg.LONG)],
)
def test_an_address_leads_to_the_leg_that_it_was_made_of(key: LegKey) -> None:
    asked = parse_qs(urlsplit(address_of(key)).query)

    assert key_of(asked["leg"][0]) == key


@pytest.mark.parametrize(
    "named", ["", "main", "main|AVL/USDT:USDT", "|AVL/USDT:USDT|net", "main||net", "a|b|both"]
)
def test_an_address_that_names_no_leg_shows_all_of_them(named: str) -> None:
    assert key_of(named) is None
    with reading(Memory(legs=(HELD,))):
        assert len(table(opened("positions", leg=named))) == 1


def test_both_sides_stand_in_one_table_and_only_what_differs_is_marked() -> None:
    with reading(Memory(legs=(HELD, drawn.leg(symbol="SUI/USDT:USDT")))):
        said = text(opened("positions", leg=NAMED))

    assert "AVL/USDT:USDT, main" in said
    assert "SUI" not in said
    assert "Sizes differ, no stop" in said
    for line in (
        "long",
        "43 AVL",
        "86 AVL",
        "≠ differs",
        "= same",
        "0.1836 USDT",
        "0.09 USDT",
        "≠ orders asked for",
    ):
        assert line in said, line
    assert "All positions" in said


def test_a_side_that_was_not_read_is_never_the_same() -> None:
    unseen = structs.replace(
        HELD, observed=None, observed_by=None, observed_at=None, verdict="unknown", stop="unknown"
    )
    with reading(Memory(legs=(unseen,))):
        said = text(opened("positions", leg=NAMED))

    assert "not read" in said
    assert "? not known whether they agree" in said
    assert "= same" not in said


def test_books_that_were_not_read_are_not_without_a_row() -> None:
    unread = structs.replace(
        HELD, expected=None, ledger_at=None, ledger_state="", ledgers=(), verdict="unknown"
    )
    with reading(Memory(legs=(unread,))):
        said = text(opened("positions", leg=NAMED))

    assert "books not read" in said
    assert "in no books" not in said
    assert "no row" not in said


def test_a_leg_that_is_gone_still_has_its_history() -> None:
    over = drawn.alert(
        id=7,
        state=AlertState.RESOLVED,
        first_seen=drawn.before(4000),
        fired_at=drawn.before(3990),
        resolved_at=drawn.before(3900),
    )
    key = LegKey(over.key.account, over.key.symbol, over.key.leg)
    with reading(Memory(drawn.view(resolved=(over,)))):
        said = text(opened("positions", leg=f"{key.account}|{key.symbol}|{key.leg}"))

    assert "neither side holds it now, as far as was read" in said
    assert "1 alert" in said
    assert "resolved" in said


def test_what_was_verified_about_it_is_listed_and_nothing_of_another() -> None:
    verified = (one(1, "confirmed"), one(2, "unknown", symbol="SUI/USDT:USDT"))
    with reading(Memory(legs=(HELD,), verified=verified)):
        said = text(opened("positions", leg=NAMED))

    assert "confirmed: the websocket shows 43" in said
    assert "unknown: " not in said


CHANGE = Change(
    symbol=KEY.symbol,
    leg=Leg.NET,
    order_id="8389765",
    client_order_id="web_7",
    contracts=Decimal(43),
    trades=2,
    since=drawn.before(200),
    at=drawn.before(200),
    who=Attribution(By.HAND, "own web page"),
)


def test_who_changed_it_is_said_with_the_order_and_the_time() -> None:
    other = replace(CHANGE, leg=Leg.LONG, order_id="1")
    with reading(Memory(legs=(HELD,), changed=MemoryChanges(made=(CHANGE, other)))):
        said = text(opened("positions", leg=NAMED))

    assert "bought 43 AVL by order 8389765: a hand, from the exchange's own web page" in said
    assert "by order 1:" not in said


def test_changes_that_cannot_be_read_are_not_none() -> None:
    with reading(Memory(legs=(HELD,), changed=MemoryChanges(broken="damaged"))):
        said = text(opened("positions", leg=NAMED))

    assert "What changed it" in said
    assert "That could not be read." in said
    assert "Nothing was counted." not in said


def test_a_row_has_its_prices_its_result_and_the_way_to_its_history() -> None:
    with reading(Memory(legs=(HELD,))):
        row = table(opened("positions"))[0]

    assert (row["Entry"], row["Mark"], row["Liquidation"]) == (0.1836, 0.1834, 0.09)
    assert row["Result"] == -0.02, "in cents"
    assert row["History"] == address_of(KEY)


@pytest.mark.parametrize(
    ("changes", "result"),
    [
        ({}, Decimal("-0.0172")),
        ({"observed": Decimal(-86)}, Decimal("0.0172")),
        ({"contract_size": Decimal(10)}, Decimal("-0.172")),
        ({"observed": Decimal(0)}, None),
        ({"observed": None}, None),
        ({"entry_price": None}, None),
        ({"mark_price": None}, None),
        ({"contract_size": None}, None),
        ({"symbol": "BTC/USD:BTC"}, None),
    ],
)
def test_a_result_is_told_of_linear_contracts_whose_prices_are_known(
    changes: dict[str, Any], result: Decimal | None
) -> None:
    assert pnl_of(structs.replace(HELD, **changes)) == result


def test_what_somebody_has_named_a_symbol_comes_alive_nowhere() -> None:
    evil = structs.replace(HELD, symbol=drawn.HOSTILE)
    with reading(Memory(legs=(evil,))):
        screen = opened("positions", leg=f"main|{drawn.HOSTILE}|net")

    assert all("<script" not in each.proto.body for each in screen.get("html"))
