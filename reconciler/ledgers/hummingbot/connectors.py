"""What hummingbot's names of its connectors say: the exchange, the market, real money or not. Pure."""

import re
from dataclasses import dataclass

from reconciler.ledgers.exchange_family import same_exchange

_PERPETUAL = "_perpetual"
_PAPER = "_paper_trade"
_TESTNET = "_testnet"
_VERSION = re.compile(r"_v\d+$")


@dataclass(frozen=True, slots=True)
class Connector:
    """One connector.

    Attributes:
        name: As hummingbot writes it.
        exchange: The name of the exchange, in one word.
        perpetual: True for perpetual contracts, False for the spot market.
        paper: True when its trades are only imagined.
        testnet: True on the exchange's test network.
    """

    name: str
    exchange: str
    perpetual: bool
    paper: bool
    testnet: bool

    @property
    def words(self) -> str:
        """As it follows on "a bot that trades"."""
        market = "futures" if self.perpetual else "spot"
        where = " in paper trading" if self.paper else " on its test network" if self.testnet else ""
        return f"{market} on {self.exchange}{where} ({self.name})"

    def is_of(self, venue: str, *, sandbox: bool) -> bool:
        """Return True where its positions are those of an account on a venue, or on its test network."""
        real = self.perpetual and not self.paper and self.testnet is sandbox
        return real and same_exchange(self.exchange, venue)


def connector_of(name: str) -> Connector:
    """Return what a connector's name says."""
    paper, testnet = name.endswith(_PAPER), name.removesuffix(_PAPER).endswith(_TESTNET)
    bare = name.removesuffix(_PAPER).removesuffix(_TESTNET)
    exchange = bare.removesuffix(_PERPETUAL)
    return Connector(
        name=name,
        exchange=_VERSION.sub("", exchange).replace("_", ""),  # ccxt writes names in one word
        perpetual=bare.endswith(_PERPETUAL),
        paper=paper,
        testnet=testnet,
    )
