"""What every handler of a face works with."""

from collections.abc import Mapping
from dataclasses import dataclass

from simulator.engine.exchange import Exchange
from simulator.engine.readings import Lag
from simulator.engine.truth import Truth
from simulator.faults.faults import Faults, Source
from simulator.serving.credentials import Credentials


@dataclass(frozen=True, slots=True)
class Context:
    """The engine, the lags in force, and who may ask."""

    exchange: Exchange
    faults: Faults
    credentials: Credentials

    @property
    def truth(self) -> Truth:
        """Return the engine's state."""
        return self.exchange.truth

    def lag(self, source: Source) -> Lag:
        """Return how far a source lags, by symbol."""
        return lambda symbol: self.faults.lag(source, symbol)

    def symbol(self, params: Mapping[str, str]) -> str | None:
        """Return the unified symbol a request names; None when it names none.

        Raises:
            Refused: There is no such market.
        """
        named = params.get("symbol")
        return self.truth.markets.symbol(named) if named else None
