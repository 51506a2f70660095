"""What every handler of the Bybit face works with."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from simulator.serving import context
from simulator.serving.acceptance import Acceptance

Params: TypeAlias = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Context(context.Context):
    """The engine, the lags in force, who may ask, and what is acknowledged before it is carried out.

    `links` are the senders' own ids of the orders taken in so far: none may be used again, ended or not.
    `forgotten` are the ids of orders that had ended when the venue was last started anew: from then on only
    the order history knows them.
    """

    acceptance: Acceptance
    links: set[str] = field(default_factory=set)
    forgotten: set[str] = field(default_factory=set)


Handler = Callable[[Context, Params], dict[str, Any]]
