"""The real `freqtrade trade`, live, pointed at the simulated venue by its own settings and nothing else."""

import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from simulator.binance.urls import ccxt_config as binance
from simulator.bybit.urls import ccxt_config as bybit
from tests.freqtrade.process import Process
from tests.freqtrade.venue import MARKETS, Venue, symbol

STRATEGIES = Path(__file__).parent / "strategy"
STAKE = 100
LOOP_SECONDS = 5
"""freqtrade's default. One second, on fifteen open trades, is more than Binance lets an address ask."""

ADDRESS = "192.0.2.7"
"""From where the exchange sees it come: another one than Trueup's."""

LEVERAGE = 3
_RUNS = "Bot heartbeat"


class Bot:
    """freqtrade, and the wishes that its strategy carries out."""

    def __init__(self, program: Path, venue: Venue, folder: Path, db_url: str) -> None:
        """Nothing runs yet. Settings, wishes, and the database where that is a file, lie in `user_data`."""
        self.folder = folder / "user_data"
        self.config = self.folder / "config.json"
        self.strategy = self.folder / "strategies"
        for each in (self.folder, self.strategy):
            each.mkdir(exist_ok=True)
        for each in STRATEGIES.glob("*.py"):
            (self.strategy / each.name).write_text(each.read_text())
        self.config.write_text(json.dumps(_settings(venue.face, venue.url, db_url), indent=2))
        self._wishes: dict[str, list[dict[str, Any]]] = {}
        self._number = 0
        self._write()
        self._words = [str(program), "trade", "-c", str(self.config), "--userdir", str(self.folder), "-s"]
        self.process = self._process("Scripted", {})

    def end(self) -> None:
        """End it politely."""
        self.process.end()

    def use(self, strategy: str, **environment: str) -> None:
        """Take another strategy from the next start on, with more in the environment."""
        self.process = self._process(strategy, environment)

    def _process(self, strategy: str, more: Mapping[str, str]) -> Process:
        environment = {"WISHES": str(self.folder), **SECRETS, **more}
        return Process(
            [*self._words, strategy], self.folder.parent, self.folder.parent / "freqtrade.log", environment
        )

    def launch(self) -> Callable[[], bool]:
        """Start it, and return what tells whether it goes round.

        Raises:
            RuntimeError: By what is returned: it has ended.
        """
        before = self.process.said().count(_RUNS)
        self.process.start()

        def goes_round() -> bool:
            if not self.process.runs:
                raise RuntimeError(f"freqtrade ended ({self.process.code}): see {self.process.log}")
            return self.process.said().count(_RUNS) > before

        return goes_round

    def wish(self, base: str, do: str, **more: Any) -> int:
        """Have the strategy do something to a market, once; return the wish's number."""
        self._number += 1
        self._wishes.setdefault(symbol(base), []).append({"n": self._number, "do": do, **more})
        self._write()
        return self._number

    def done(self) -> dict[int, dict[str, Any]]:
        """Return what the strategy has carried out, by the wish's number."""
        file = self.folder / "done.jsonl"
        lines = file.read_text().splitlines() if file.exists() else []
        return {row["n"]: row for row in map(json.loads, lines)}

    def troubles(self) -> list[str]:
        """Return the errors that it met in its own code: one line each, each once."""
        found = re.findall(r" - (?:ERROR|CRITICAL) - (.*)", self.process.said())
        return list(dict.fromkeys(found))

    def _write(self) -> None:
        new = self.folder / "wishes.new"
        new.write_text(json.dumps(self._wishes))
        new.replace(self.folder / "wishes.json")


SECRETS = {"FREQTRADE__EXCHANGE__KEY": "the-key", "FREQTRADE__EXCHANGE__SECRET": "the-secret"}


def _settings(face: str, venue_url: str, db_url: str) -> dict[str, Any]:
    pricing = {"price_side": "other", "use_order_book": True, "order_book_top": 1}
    ccxt = binance(venue_url) if face == "binance" else bybit(venue_url)
    return {
        "strategy": "Scripted",
        "dry_run": False,
        "trading_mode": "futures",
        "margin_mode": "isolated",
        "stake_currency": "USDT",
        "stake_amount": STAKE,
        "max_open_trades": -1,
        "db_url": db_url,
        "initial_state": "running",
        "cancel_open_orders_on_exit": False,
        "unfilledtimeout": {"entry": 30, "exit": 30, "unit": "minutes"},
        "custom_price_max_distance_ratio": 0.5,
        "entry_pricing": pricing,
        "exit_pricing": pricing,
        "pairlists": [{"method": "StaticPairList"}],
        "exchange": {
            "name": face,
            "enable_ws": False,
            "pair_whitelist": [symbol(base) for base in MARKETS],
            "pair_blacklist": [],
            "ccxt_config": {"enableRateLimit": False, "headers": {"X-Forwarded-For": ADDRESS}, **ccxt},
        },
        "internals": {"process_throttle_secs": LOOP_SECONDS, "heartbeat_interval": 2},
    }
