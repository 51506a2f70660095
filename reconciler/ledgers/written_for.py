"""Which exchange and which market a bot's trades were made on, and whether that is the account's."""

from collections.abc import Iterable
from dataclasses import dataclass

from reconciler.ledgers.exchange_family import same_exchange
from reconciler.ledgers.tables import Tables

FUTURES = "futures"


@dataclass(frozen=True, slots=True)
class TradedOn:
    """The trades of a ledger that were made on one market of one exchange.

    Attributes:
        exchange: As the bot names it.
        market: `futures`, `spot` or `margin`.
        newest: The largest number among its trades: the bot trades where its newest trade was made.
        alive: How many of them live.
    """

    exchange: str
    market: str
    newest: int
    alive: int

    @property
    def words(self) -> str:
        """As it follows on "a bot that trades"."""
        return f"{self.market} on {self.exchange}"

    def is_of(self, venue: str) -> bool:
        """Return True for futures on the exchange of a ccxt id."""
        return self.market == FUTURES and same_exchange(self.exchange, venue)


@dataclass(frozen=True, slots=True)
class Pairing:
    """What a ledger has to do with an account.

    Attributes:
        stranger: Where its bot trades when that is not the account, and nothing alive in it is the account's
            either; None otherwise.
        left_out: Plain lines about what in it is of other markets, and so is not judged.
    """

    stranger: TradedOn | None = None
    left_out: tuple[str, ...] = ()


def pairing(traded: Iterable[TradedOn], venue: str) -> Pairing:
    """Judge a ledger against the account that it was given to.

    A ledger without any trade says nothing. Trades that have long ended on another market are no reason for a
    word; trades that live there are, for nobody watches over them.

    Args:
        traded: What the ledger holds, all of its history.
        venue: The account's ccxt exchange id.
    """
    places = sorted(traded, key=lambda place: place.newest, reverse=True)
    if not places:
        return Pairing()
    others = [place for place in places if not place.is_of(venue)]
    if not places[0].is_of(venue) and not any(place.alive for place in places if place.is_of(venue)):
        return Pairing(stranger=places[0])
    lines = [_live(place) for place in others if place.alive]
    if not places[0].is_of(venue) and not places[0].alive:
        lines.insert(0, f"its newest trade was {places[0].words}, which is not of this account")
    return Pairing(left_out=tuple(lines))


def _live(place: TradedOn) -> str:
    live = "1 live trade is" if place.alive == 1 else f"{place.alive} live trades are"
    return f"{live} {place.words}, which is not of this account: not judged"


def market_named(mode: object, *, contract: bool) -> str:
    """Return the market of a trade as its mode says, in lower case; as its symbol does where it has none."""
    if mode is None:
        # Trades older than the column: a contract's symbol names its settlement after a colon.
        return FUTURES if contract else "spot"
    return str(mode).lower()


def traded_on(tables: Tables, *, modes: bool) -> tuple[TradedOn, ...]:
    """Return where all trades of the database were made, long ended ones too: a flat bot trades somewhere."""
    mode = "CAST(trading_mode AS text)" if modes else "NULL"
    contract = "CASE WHEN pair LIKE '%:%' THEN 1 ELSE 0 END"
    rows = tables.select(
        f"SELECT exchange, {mode} AS mode, {contract} AS contract, MAX(id) AS newest,"  # noqa: S608 - constants
        f" SUM(CASE WHEN is_open THEN 1 ELSE 0 END) AS alive FROM trades"
        f" GROUP BY exchange, {mode}, {contract}"
    )
    return tuple(
        TradedOn(
            exchange=str(row["exchange"]),
            market=market_named(row["mode"], contract=bool(row["contract"])),
            newest=int(row["newest"]),
            alive=int(row["alive"]),
        )
        for row in rows
    )
