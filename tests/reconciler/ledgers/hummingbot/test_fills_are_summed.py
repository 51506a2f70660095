"""What is held is the sum of all fills: by leg, exactly, whether it is read at once or as it comes."""

import random
from collections import Counter
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from reconciler.facts.expectation import ExpectationState
from reconciler.ledgers.port import Ledger, LedgerOptions, LedgerUnreadable
from tests.reconciler.ledgers.hummingbot.bot_file import BEGAN, RECORDED, BotFile, ledger_of, under_way


def alive(ledger: Ledger) -> dict[str, str]:
    """Return what is held, by symbol and leg."""
    return {
        f"{row.symbol} {row.direction.value}": f"{row.expected.normalize():f}"
        for row in ledger.read().rows
        if row.state is not ExpectationState.CLOSED
    }


def test_both_legs_of_hedge_mode_are_told_apart(bot: BotFile) -> None:
    bot.fill("BUY", "5")
    bot.fill("SELL", "3")
    bot.fill("SELL", "1", action="CLOSE")
    assert alive(ledger_of(bot.path)) == {"BTC-USDT long": "4", "BTC-USDT short": "3"}


def test_fills_without_an_action_close_what_is_held_the_other_way_first(bot: BotFile) -> None:
    bot.fill("BUY", "5", action="NIL")
    bot.fill("SELL", "7", action=None)
    assert alive(ledger_of(bot.path)) == {"BTC-USDT short": "2"}


def test_each_stay_away_from_flat_is_a_row_of_its_own(bot: BotFile) -> None:
    for _ in range(3):
        bot.fill("BUY", "0.1")
        bot.fill("BUY", "0.2")
        bot.fill("SELL", "0.3", action="CLOSE")
    bot.fill("BUY", "0.4")
    rows = ledger_of(bot.path).read().rows
    assert [(row.row_id.split()[-1], row.state.value, row.expected) for row in rows] == [
        ("1", "closed", 0),
        ("2", "closed", 0),
        ("3", "closed", 0),
        ("4", "open", Decimal("0.4")),
    ]
    assert rows[3].opened_at == BEGAN + timedelta(seconds=10)


def test_a_thousand_amounts_are_summed_without_a_rest(bot: BotFile) -> None:
    bot.bot.execute("BEGIN")
    for _ in range(1000):
        bot.fill("BUY", "0.000003")
    bot.bot.execute("COMMIT")
    assert alive(ledger_of(bot.path)) == {"BTC-USDT long": "0.003"}


@pytest.mark.parametrize("seed", range(6))
def test_as_it_comes_it_is_the_same_as_at_once(
    bot: BotFile, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reconciler.ledgers.hummingbot.ledger.PIECE", 7)
    chance, ledger, net = random.Random(seed), ledger_of(bot.path), Counter[str]()
    clock = BEGAN
    for _ in range(40):
        for _ in range(chance.choice((0, 1, 1, 2, 12))):
            clock += timedelta(seconds=chance.choice((0, 1, 300)))
            late = timedelta(seconds=chance.choice((0, 0, 0, 90, 4000)))
            symbol, side = chance.choice(("BTC-USDT", "ETH-USDT", "SOL-USDT")), chance.choice(("BUY", "SELL"))
            lots = chance.randint(1, 5)
            action = chance.choice(("OPEN", "OPEN", "CLOSE", "NIL"))
            bot.fill(side, str(lots), action=action, symbol=symbol, at=clock - late)
            net[symbol] += lots if side == "BUY" else -lots
        assert _net(ledger) == {each: lots for each, lots in net.items() if lots}
    assert _net(ledger_of(bot.path)) == _net(ledger)


def _net(ledger: Ledger) -> dict[str, int]:
    held = Counter[str]()
    for row in ledger.read().rows:
        held[row.symbol] += row.direction.sign * int(row.expected)
    return {each: lots for each, lots in held.items() if lots}


def test_what_is_older_than_since_is_not_counted(bot: BotFile) -> None:
    last_year = datetime(2025, 11, 1, tzinfo=UTC)
    bot.fill("BUY", "7", at=last_year)
    bot.fill("SELL", "2", symbol="ETH-USDT", at=last_year)
    bot.fill("BUY", "0.5")
    ledger = ledger_of(bot.path, LedgerOptions("binanceusdm", since=datetime(2026, 1, 1, tzinfo=UTC)))
    assert alive(ledger) == {"BTC-USDT long": "0.5"}
    bot.fill("BUY", "1")
    assert alive(ledger) == {"BTC-USDT long": "1.5"}


def test_what_was_held_before_is_added_and_can_be_closed(bot: BotFile) -> None:
    held = {
        "BTC/USDT:USDT": (Decimal("0.5"), Decimal(-2)),
        "ETH-USDT": (Decimal(-1),),
        "SOL-USDT": (Decimal(9),),
    }
    ledger = ledger_of(bot.path, LedgerOptions("binanceusdm", baseline=held))
    bot.fill("SELL", "0.2", action="CLOSE")
    bot.fill("BUY", "1", action="CLOSE", symbol="ETH-USDT")
    assert alive(ledger) == {"BTC-USDT long": "0.3", "BTC-USDT short": "2", "SOL-USDT long": "9"}
    assert ledger.read().warnings == ()


def test_a_close_of_what_was_never_opened_keeps_the_sum_and_is_told(bot: BotFile) -> None:
    bot.fill("SELL", "3", action="CLOSE")
    ledger = ledger_of(bot.path)
    assert alive(ledger) == {"BTC-USDT short": "3"}
    [warning] = ledger.read().warnings
    assert warning.startswith("its orders have closed 3 more of BTC-USDT than they had opened")


def test_of_an_order_under_way_it_is_exact_what_it_has_executed(bot: BotFile) -> None:
    bot.order("x-9", "88", "0.00003")
    bot.fill("BUY", "0.0000125", order="x-9")
    bot.fill("BUY", "0.0000125", order="x-9")
    bot.track(under_way("x-9", "BUY", "0.00003", "0.000025"))
    [row] = ledger_of(bot.path).read().rows
    assert (row.expected, row.expected_high) == (Decimal("0.000025"), Decimal("0.00003"))
    assert [(order.booked, order.resting) for order in row.orders] == [(Decimal("0.000025"), True)]


def test_a_target_that_rests_from_the_start_is_no_closing(bot: BotFile) -> None:
    bot.fill("BUY", "2")
    bot.track(under_way("x-tp", "SELL", "2", position="CLOSE"))
    [row] = ledger_of(bot.path).read().rows
    assert (row.state.value, row.expected_low, row.expected_high) == ("open", Decimal(0), Decimal(2))


def test_quotes_on_both_sides_of_a_flat_symbol_open_either_leg(bot: BotFile) -> None:
    bot.track(under_way("x-b", "BUY", "1"), under_way("x-s", "SELL", "2"))
    rows = ledger_of(bot.path).read().rows
    assert [(row.direction.value, row.state.value, row.expected_high) for row in rows] == [
        ("long", "opening", Decimal(1)),
        ("short", "opening", Decimal(2)),
    ]
    assert all(row.entry_resting_since == RECORDED - timedelta(minutes=1) for row in rows)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            "UPDATE \"TradeFill\" SET trade_type = 'RANGE'",
            "trade 1 of order x-1: 'RANGE' is neither BUY nor SELL",
        ),
        ("UPDATE \"TradeFill\" SET position = 'SIDEWAYS'", "position 'SIDEWAYS' is none of CLOSE, NIL, OPEN"),
        ("UPDATE \"TradeFill\" SET amount = 'much'", "'much' is no amount in millionths"),
        ('UPDATE "TradeFill" SET amount = -5', "-5 is no amount in millionths"),
        ('UPDATE "TradeFill" SET timestamp = 17953436972.5', "is no time in milliseconds"),
        ('UPDATE "MarketState" SET saved_state = \'{"x\'', "`MarketState`, binance_perpetual: is no JSON"),
        ("UPDATE \"MarketState\" SET saved_state = '[]'", "holds no orders by their ids"),
        ('UPDATE "MarketState" SET saved_state = \'{"x-2": {}}\'', "order x-2: 'last_state'"),
    ],
)
def test_a_row_that_cannot_be_read_fails_the_whole_reading(bot: BotFile, change: str, said: str) -> None:
    bot.fill("BUY", "1")
    bot.track()
    assert alive(ledger_of(bot.path))
    bot.bot.execute(change)
    with pytest.raises(LedgerUnreadable) as caught:
        ledger_of(bot.path).read()
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("market", "said"),
    [
        ("binance_perpetual_testnet", "is of a bot that trades futures on binance on its test network"),
        ("binance_perpetual_paper_trade", "is of a bot in paper trading"),
        ("binance", "is of a bot that trades spot on binance (binance)"),
        ("gate_io_perpetual", "is of a bot that trades futures on gateio (gate_io_perpetual)"),
    ],
)
def test_what_is_not_of_the_account_is_not_compared_with_it(bot: BotFile, market: str, said: str) -> None:
    bot.fill("BUY", "1", market=market)
    with pytest.raises(LedgerUnreadable) as caught:
        ledger_of(bot.path).read()
    assert said in str(caught.value)


def test_a_test_network_is_compared_with_an_account_there(bot: BotFile) -> None:
    bot.fill("BUY", "1", market="binance_perpetual_testnet")
    assert alive(ledger_of(bot.path, LedgerOptions("binanceusdm", sandbox=True))) == {"BTC-USDT long": "1"}


def test_the_spot_side_of_an_arbitrage_is_noted_and_hides_nothing(bot: BotFile) -> None:
    bot.fill("SELL", "1")
    bot.fill("BUY", "1", market="kucoin", action="NIL")
    reading = ledger_of(bot.path).read()
    assert [row.row_id for row in reading.rows] == ["binance_perpetual BTC-USDT short 1"]
    assert reading.left_out == ()
    assert reading.warnings[0].startswith("it has traded spot on kucoin (kucoin): not compared")
