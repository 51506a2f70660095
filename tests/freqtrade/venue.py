"""The simulated venue as a process of its own, steered through its control API."""

import json
import sys
import urllib.error
import urllib.request
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from simulator.demo.house import free_port
from tests.freqtrade.clock import monotonic, rest
from tests.freqtrade.process import Process

DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))
READY_SECONDS = 30.0
LIMITS: Mapping[str, dict[str, Any]] = {"binance": {"weight": 9600}, "bybit": {}}
"""Four times what Binance allows: a bot that opens a dozen trades within a minute asks for more than it
may. What Trueup allows itself follows from the true limit."""

MARKETS: Mapping[str, tuple[str, str, str]] = {
    "BTC": ("0.001", "0.1", "60000"),
    "ETH": ("0.001", "0.01", "3000"),
    "SOL": ("0.1", "0.01", "150"),
    "XRP": ("0.1", "0.0001", "0.5"),
    "DOGE": ("1", "0.00001", "0.1"),
    "ADA": ("1", "0.0001", "0.4"),
    "LINK": ("0.01", "0.001", "15"),
    "AVAX": ("0.1", "0.001", "30"),
    "BNB": ("0.01", "0.01", "600"),
    "NEAR": ("0.1", "0.001", "5"),
    "SUI": ("0.1", "0.0001", "1.95"),
    "DOT": ("0.1", "0.001", "6"),
    "ATOM": ("0.1", "0.001", "8"),
    "LTC": ("0.001", "0.01", "80"),
    "UNI": ("0.1", "0.001", "7"),
    "AAVE": ("0.01", "0.01", "90"),
    "FIL": ("0.1", "0.001", "4"),
    "APT": ("0.1", "0.001", "9"),
    "ARB": ("0.1", "0.0001", "0.8"),
    "OP": ("0.1", "0.0001", "1.6"),
    "INJ": ("0.1", "0.001", "22"),
    "TIA": ("0.1", "0.001", "5"),
}
"""Step, tick and price of each: one story has one market to itself."""


ORDER_PATHS = {"binance": "/fapi/v1/order", "bybit": "/v5/order/create"}
STOP_PATHS = {"binance": "/fapi/v1/algoOrder", "bybit": "/v5/order/create"}


def symbol(base: str) -> str:
    """Return ccxt's name of a market."""
    return f"{base}/USDT:USDT"


class Venue:
    """The exchange, and the hand that nobody expects."""

    def __init__(self, face: str, folder: Path) -> None:
        """Nothing runs yet. `face` is binance or bybit."""
        self.face = face
        self.order_path, self.stop_path = ORDER_PATHS[face], STOP_PATHS[face]
        state = folder / "venue.json"
        state.write_text(
            json.dumps(
                {
                    "markets": {
                        symbol(base): {"step": step, "tick": tick, "price": price}
                        for base, (step, tick, price) in MARKETS.items()
                    }
                }
            )
        )
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        words = [sys.executable, "-P", "-m", "simulator", "--venue", face, "--port", str(port)]
        self.process = Process([*words, "--state", str(state)], folder, folder / "venue.log", {})

    def start(self) -> None:
        """Start it, and wait until it answers."""
        self.process.start()
        end = monotonic() + READY_SECONDS
        while monotonic() < end:
            try:
                self.state()
            except OSError:
                rest(0.1)
            else:
                self.do("limits", **LIMITS[self.face])
                return
        raise RuntimeError(f"the venue did not start: {self.process.said()}")

    def state(self) -> dict[str, Any]:
        """Return the truth: positions, open orders, open stops, markets."""
        found: dict[str, Any] = self._ask("state")
        return found

    def held(self, base: str) -> Decimal:
        """Return the signed contracts that the venue holds of a market."""
        mine = [row for row in self.state()["positions"] if row["symbol"] == symbol(base)]
        return sum(
            (Decimal(str(row["contracts"])) * (-1 if row["side"] == "short" else 1) for row in mine),
            Decimal(0),
        )

    def orders(self, base: str) -> list[dict[str, Any]]:
        """Return the orders of a market that rest."""
        return [row for row in self.state()["open_orders"] if row["symbol"] == symbol(base)]

    def stops(self, base: str) -> list[dict[str, Any]]:
        """Return the stops of a market that wait."""
        return [row for row in self.state()["open_stops"] if row["symbol"] == symbol(base)]

    def price(self, base: str) -> Decimal:
        """Return the present mark price."""
        return Decimal(str(self.state()["markets"][symbol(base)]["price"]))

    def do(self, what: str, base: str | None = None, **wish: Any) -> dict[str, Any]:
        """Ask something of the control API (`simulator.control`)."""
        body = {**wish, **({} if base is None else {"symbol": symbol(base)})}
        answer: dict[str, Any] = self._ask(what, json.dumps(body, default=str).encode())
        return answer

    def move(self, base: str, factor: str) -> None:
        """Move a price by a factor, to a whole number of ticks."""
        tick = Decimal(MARKETS[base][1])
        self.do("price", base, price=(self.price(base) * Decimal(factor) / tick).to_integral_value() * tick)

    def lose(self, base: str, method: str, path: str, *, times: int = 1) -> None:
        """Carry out the next such requests, and lose the answers."""
        fault = {"kind": "request", "action": "lose", "phase": "after", "method": method, "path": path}
        self.do("faults", base, **fault, times=times)

    def forget(self, fault: int) -> None:
        """End a fault that is in force."""
        DIRECT.open(urllib.request.Request(f"{self.url}/sim/faults/{fault}", method="DELETE"), timeout=10)

    def turned_away(self) -> int:
        """Return how often it has said that too much is asked: what is shown then is of a bot in trouble."""
        return sum(entry["status"] in {403, 418, 429} for entry in self._ask("journal"))

    def _ask(self, what: str, body: bytes | None = None) -> Any:
        request = urllib.request.Request(f"{self.url}/sim/{what}", data=body)
        try:
            with DIRECT.open(request, timeout=10) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            raise RuntimeError(f"the venue refuses {what}: {error.read().decode()}") from error
