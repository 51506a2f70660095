"""A freqtrade strategy that does what a file of wishes says, each once. Runs in freqtrade's own environment.

`wishes.json` holds the wishes by pair, `done.jsonl` what was carried out: one line a wish. Both lie beside
the bot's database, whose folder is named by the variable WISHES. A wish is marked as done before freqtrade
sends anything, so that an order whose answer is lost is not sent again.
"""

import json
import os
from pathlib import Path

from freqtrade.strategy import IStrategy

FOLDER = Path(os.environ["WISHES"])


class Scripted(IStrategy):
    INTERFACE_VERSION = 3
    timeframe = "1m"
    can_short = True
    process_only_new_candles = False
    startup_candle_count = 0
    minimal_roi = {"0": 100}
    stoploss = -0.10
    use_custom_stoploss = True
    position_adjustment_enable = True
    order_types = {
        "entry": "limit",
        "exit": "limit",
        "emergency_exit": "market",
        "stoploss": "market",
        "stoploss_on_exchange": True,
        "stoploss_on_exchange_interval": 3,
    }

    def _done(self):
        file = FOLDER / "done.jsonl"
        return {json.loads(line)["n"] for line in file.read_text().splitlines()} if file.exists() else set()

    def _wish(self, pair, *what):
        """Return the first wish of a pair that is not done, where it is one of these."""
        done = self._done()
        waiting = (each for each in self.wishes.get(pair, ()) if each["n"] not in done)
        first = next(waiting, None)
        return first if first is not None and first["do"] in what else None

    def _mark(self, wish, **more):
        with (FOLDER / "done.jsonl").open("a") as file:
            file.write(json.dumps({"n": wish["n"], **more}) + "\n")

    @property
    def wishes(self):
        return json.loads((FOLDER / "wishes.json").read_text())

    def populate_indicators(self, dataframe, metadata):
        return dataframe

    def populate_entry_trend(self, dataframe, metadata):
        wish = self._wish(metadata["pair"], "enter")
        if wish is not None:
            dataframe.loc[dataframe.index[-1], f"enter_{wish['side']}"] = 1
            dataframe.loc[dataframe.index[-1], "enter_tag"] = str(wish["n"])
        return dataframe

    def populate_exit_trend(self, dataframe, metadata):
        return dataframe

    def leverage(self, pair, current_time, current_rate, proposed_leverage, max_leverage, **kwargs):
        return 3.0

    def confirm_trade_entry(
        self, pair, order_type, amount, rate, time_in_force, current_time, entry_tag, side, **kwargs
    ):
        wish = self._wish(pair, "enter")
        if wish is None:
            return False
        self._mark(wish, allowed=True)
        return True

    def custom_entry_price(self, pair, trade, current_time, proposed_rate, entry_tag, side, **kwargs):
        away = self._away(pair, "enter", "add")
        return proposed_rate * (1 - away if side == "long" else 1 + away)

    def custom_exit_price(self, pair, trade, current_time, proposed_rate, current_profit, exit_tag, **kwargs):
        away = self._away(pair, "exit", "reduce")
        return proposed_rate * (1 - away if trade.is_short else 1 + away)

    def _away(self, pair, *what):
        """Return how far from the market the order that is about to be sent rests; 0 takes the market."""
        wish = self._wish(pair, *what) or getattr(self, "_adjusting", {}).get(pair)
        return wish.get("away", 0) if wish else 0

    def adjust_trade_position(
        self, trade, current_time, current_rate, current_profit, min_stake, max_stake, *rest, **kwargs
    ):
        wish = self._wish(trade.pair, "add", "reduce")
        if wish is None or trade.has_open_orders:
            return None
        self._adjusting = {**getattr(self, "_adjusting", {}), trade.pair: wish}
        self._mark(wish)
        if wish["do"] == "add":
            return wish["stake"]
        return -trade.stake_amount * wish["part"]

    def custom_exit(self, pair, trade, current_time, current_rate, current_profit, **kwargs):
        wish = self._wish(pair, "exit")
        return None if wish is None or trade.has_open_orders else f"wish {wish['n']}"

    def confirm_trade_exit(
        self, pair, trade, order_type, amount, rate, time_in_force, exit_reason, current_time, **kwargs
    ):
        wish = self._wish(pair, "exit")
        if wish is not None and exit_reason == f"wish {wish['n']}":
            self._mark(wish)
        return True

    def custom_stoploss(self, pair, trade, current_time, current_rate, current_profit, after_fill, **kwargs):
        wish = self._wish(pair, "stop")
        if wish is None or not trade.amount:
            return None
        self._mark(wish)
        return -wish["distance"]

    def check_entry_timeout(self, pair, trade, order, current_time, **kwargs):
        return self._cancels(pair)

    def check_exit_timeout(self, pair, trade, order, current_time, **kwargs):
        return self._cancels(pair)

    def _cancels(self, pair):
        wish = self._wish(pair, "cancel")
        if wish is not None:
            self._mark(wish)
        return wish is not None
