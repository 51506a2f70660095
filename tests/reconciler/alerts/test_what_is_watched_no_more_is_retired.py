"""Alerts outlive their subjects no longer; and what others watch, or may watch, is not ours to retire."""

from dataclasses import replace
from datetime import timedelta

import pytest

from reconciler.alerts.alert import Alert
from reconciler.alerts.retirement import ABANDONED_AFTER, Left, Watched, why_account_retires, why_retires
from reconciler.facts.finding import Evidence, Kind, Party
from tests.reconciler.alert_life import NOON, live

SECOND = timedelta(seconds=1)
MAIN = Watched(
    "main",
    ledgers=frozenset({"mybot"}),
    sources=frozenset({"websocket", "rest", "orders", "conditional_orders"}),
    work=frozenset({"looks"}),
)


def alert(kind: Kind, about: str = "AVL/USDT:USDT", *ledgers: str) -> Alert:
    found = live("0 bad")[-1][0]
    assert found is not None
    rows = tuple(Evidence(Party.BOT, name, "trade 12: long 43", NOON, {}) for name in ledgers)
    seen = Evidence(Party.EXCHANGE, "rest", "holds nothing", NOON, {})
    return replace(found, key=replace(found.key, kind=kind, symbol=about), evidence=(*rows, seen))


def test_what_the_process_before_ours_had_and_we_have_not_was_taken_out() -> None:
    left = Left("other", "instance-1", NOON - SECOND)

    assert why_account_retires(left, {"instance-1"}, now=NOON) == "account other is no longer in the settings"


def test_an_account_of_another_reconciler_that_is_only_down_stays() -> None:
    """Two reconcilers with settings of their own share a database; the machine boots and ours is first."""
    for before_us in (set(), {"instance-1"}):
        for age in (SECOND, ABANDONED_AFTER - SECOND):
            assert not why_account_retires(Left("other", "instance-2", NOON - age), before_us, now=NOON)
            assert not why_account_retires(Left("other", None, NOON - age), before_us, now=NOON)


def test_what_nobody_has_looked_at_for_an_hour_is_retired_and_says_so() -> None:
    left = Left("other", "instance-2", NOON - ABANDONED_AFTER)

    assert why_account_retires(left, {"instance-1"}, now=NOON) == (
        "account other is not in the settings, and nobody has looked at it since 2026-03-01 11:00:00 UTC"
    )
    assert why_account_retires(Left("other", None, None), (), now=NOON) == (
        "account other is not in the settings, and nobody has looked at it"
    )


def test_a_clock_that_was_set_back_retires_nothing() -> None:
    assert not why_account_retires(Left("other", "instance-2", NOON + timedelta(hours=5)), (), now=NOON)


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        (
            alert(Kind.LEDGER_UNREADABLE, "oldbot"),
            "ledger oldbot is no longer in the settings of account main",
        ),
        (
            alert(Kind.WRONG_LEDGER, "ledger:oldbot"),
            "ledger oldbot is no longer in the settings of account main",
        ),
        (alert(Kind.SOURCE_DOWN, "userstream"), "userstream is no longer read of account main"),
        (alert(Kind.LOOK_FAILED, "dreams"), "there is no such work any more: dreams"),
        (
            alert(Kind.PHANTOM_POSITION, "AVL/USDT:USDT", "oldbot"),
            "ledger oldbot is no longer in the settings of account main",
        ),
        (
            alert(Kind.DUPLICATE_ROWS, "AVL/USDT:USDT", "oldbot", "ledger:oldbot"),
            "ledger oldbot is no longer in the settings of account main",
        ),
    ],
)
def test_what_is_about_something_that_was_taken_out_is_retired_with_the_reason(
    told: Alert, reason: str
) -> None:
    assert why_retires(told, MAIN) == reason


@pytest.mark.parametrize(
    "told",
    [
        alert(Kind.LEDGER_UNREADABLE, "mybot"),
        alert(Kind.WRONG_LEDGER, "ledger:mybot"),
        alert(Kind.SOURCE_DOWN, "rest"),
        alert(Kind.SOURCE_STALE, "websocket"),
        alert(Kind.LOOK_FAILED, "looks"),
        alert(Kind.RECONCILER_STALLED, "reconciler"),
        alert(Kind.PHANTOM_POSITION, "AVL/USDT:USDT", "mybot"),
        alert(Kind.PHANTOM_POSITION, "AVL/USDT:USDT", "oldbot", "mybot"),
        alert(Kind.UNVERIFIED_OPEN, "AVL/USDT:USDT"),
        # The exchange still holds it: the next looks judge it anew.
        alert(Kind.ORPHANED_POSITION, "AVL/USDT:USDT", "ledger"),
        alert(Kind.QUANTITY_MISMATCH, "AVL/USDT:USDT", "oldbot"),
        alert(Kind.SIDE_MISMATCH, "AVL/USDT:USDT", "oldbot"),
        alert(Kind.UNPROTECTED_POSITION, "AVL/USDT:USDT", "oldbot"),
    ],
)
def test_what_is_still_watched_is_not_retired(told: Alert) -> None:
    assert not why_retires(told, MAIN)
