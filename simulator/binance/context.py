"""What every handler of the Binance face works with."""

from dataclasses import dataclass

from simulator.binance.listen_keys import ListenKeys
from simulator.binance.params import Params
from simulator.serving import context


@dataclass(frozen=True, slots=True)
class Context(context.Context):
    """The engine, the lags in force, who may ask, and the keys of the user streams."""

    listen_keys: ListenKeys


@dataclass(frozen=True, slots=True)
class Request:
    """A checked request: its parameters, and the key it came with (empty on a public call)."""

    params: Params
    api_key: str
