"""What every handler of the Bybit face works with."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from simulator import context
from simulator.acceptance import Acceptance

Params: TypeAlias = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Context(context.Context):
    """The engine, the lags in force, who may ask, and what is acknowledged before it is carried out."""

    acceptance: Acceptance


Handler = Callable[[Context, Params], dict[str, Any]]
