"""What every handler of the Binance face works with."""

from dataclasses import dataclass

from simulator.binance.listen_keys import ListenKeys
from simulator.binance.params import Params
from simulator.binance.signing import Credentials
from simulator.engine import Exchange
from simulator.faults import Faults, Source
from simulator.readings import Lag
from simulator.truth import Truth


@dataclass(frozen=True, slots=True)
class Context:
    """The engine, the lags in force, and who may ask."""

    exchange: Exchange
    faults: Faults
    credentials: Credentials
    listen_keys: ListenKeys

    @property
    def truth(self) -> Truth:
        """Return the engine's state."""
        return self.exchange.truth

    def lag(self, source: Source) -> Lag:
        """Return how far a source lags, by symbol."""
        return lambda symbol: self.faults.lag(source, symbol)

    def symbol(self, params: Params) -> str | None:
        """Return the unified symbol a request names; None when it names none.

        Raises:
            Refused: There is no such market.
        """
        named = params.get("symbol")
        return self.truth.markets.symbol(named) if named else None


@dataclass(frozen=True, slots=True)
class Request:
    """A checked request: its parameters, and the key it came with (empty on a public call)."""

    params: Params
    api_key: str
