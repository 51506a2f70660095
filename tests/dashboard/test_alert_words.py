"""One alert in words: every kind has them, and they claim no more than was seen."""

from decimal import Decimal

import pytest

from dashboard.words import alert as alert_words
from reconciler.alerts.alert import AlertState
from reconciler.facts.finding import Kind, Party, Severity
from reconciler.kinds.registry import spec_of
from tests.dashboard import drawn
from verification.facts.leg import Leg


@pytest.mark.parametrize("kind", list(Kind))
def test_every_kind_has_plain_words(kind: Kind) -> None:
    spoken = spec_of(kind).words.now
    told = alert_words.clause(drawn.alert(1, kind), drawn.NOW)

    for text in (spoken.title, told):
        assert "_" not in text
        assert "!" not in text
        assert "{" not in text


def test_every_state_and_severity_has_a_word() -> None:
    assert set(alert_words.STATE_WORD) == set(alert_words.STATE_THEN) == set(AlertState)
    assert set(alert_words.SEVERITY_WORD) == set(Severity)


@pytest.mark.parametrize(
    ("kind", "symbol", "said"),
    [
        (Kind.SOURCE_DOWN, "rest", "position list of main cannot be read for 3 m 12 s"),
        (Kind.SOURCE_DOWN, "conditional_orders", "stop orders of main cannot be read for 3 m 12 s"),
        (Kind.SOURCE_STALE, "websocket", "websocket of main has gone quiet for 3 m 12 s"),
        (Kind.LEDGER_UNREADABLE, "mybot", "the bot's ledger mybot cannot be read for 3 m 12 s"),
        (Kind.LEDGER_UNREADABLE, "ledger:mybot", "the bot's ledger mybot cannot be read for 3 m 12 s"),
        (Kind.RECONCILER_STALLED, "reconciler", "Trueup stopped checking for 3 m 12 s"),
    ],
)
def test_a_blindness_says_what_cannot_be_seen(kind: Kind, symbol: str, said: str) -> None:
    assert alert_words.clause(drawn.alert(1, kind, symbol=symbol), drawn.NOW) == said


def test_a_stop_that_is_too_small_is_not_called_no_stop() -> None:
    rests = drawn.evidence(Party.EXCHANGE, "stop 9 rests", order="9", trigger="90000")
    small = drawn.alert(1, evidence=(rests,))

    assert alert_words.headline(small).startswith("Stop too small: ")
    assert "has a stop that does not cover it" in alert_words.clause(small, drawn.NOW)
    assert alert_words.headline(drawn.alert(1)).startswith("No stop: ")


def test_nothing_known_flat_and_not_known_are_told_apart() -> None:
    orphan = drawn.alert(1, Kind.ORPHANED_POSITION, expected=Decimal(0))
    phantom = drawn.alert(1, Kind.PHANTOM_POSITION, observed=Decimal(0))
    unverified = drawn.alert(1, Kind.UNVERIFIED_OPEN, observed=None)

    assert alert_words.bot_says(orphan) == "nothing about it"
    assert alert_words.exchange_says(phantom) == "flat"
    assert alert_words.exchange_says(unverified) == "not known"


def test_the_size_at_stake_is_what_the_exchange_holds_else_what_the_bot_believes() -> None:
    assert alert_words.position(drawn.alert(1, observed=Decimal(-2))) == "short 2 contracts (2 BTC)"
    assert alert_words.position(drawn.alert(1, observed=Decimal(0))) == "long 0.85 contracts (0.85 BTC)"


def test_hedge_legs_are_named() -> None:
    assert "BTC/USDT:USDT short leg" in alert_words.headline(drawn.alert(1, leg=Leg.SHORT))


def test_an_unknown_value_is_not_a_value_of_nothing() -> None:
    unknown = drawn.alert(1, exposure=None)

    assert alert_words.exposure(unknown) == "not known"
    assert "exposed" not in alert_words.clause(unknown, drawn.NOW)


def test_the_age_of_a_word_is_that_of_the_newest_or_not_known() -> None:
    assert alert_words.age_of(drawn.alert(1), Party.BOT, drawn.NOW) == "read 3 s ago"
    assert alert_words.age_of(drawn.alert(1), Party.TRUEUP, drawn.NOW) == "age not known"


def test_a_very_long_symbol_leaves_room_for_what_is_said_of_it() -> None:
    endless = drawn.alert(1, symbol=f"{'A' * 600}/USDT:USDT")

    for told in (alert_words.clause(endless, drawn.NOW), alert_words.headline(endless)):
        assert len(told) < 200
        assert "AAA…" in told
    assert "has no stop for 3 m 12 s" in alert_words.clause(endless, drawn.NOW)
    assert (
        alert_words.subject(drawn.alert(1, symbol="1000000MOG/USDT:USDT-261225"))
        == "1000000MOG/USDT:USDT-261225"
    )


def test_what_is_over_is_told_as_over() -> None:
    over = drawn.alert(1, state=AlertState.RESOLVED, resolved_at=drawn.before(300))

    told = alert_words.reason(over)
    assert told.startswith("This is over. As it was last found, at 2026-11-22 14:02:10 UTC: ")
    assert told.endswith(over.reason)
    assert alert_words.reason(drawn.alert(1)) == drawn.alert(1).reason
