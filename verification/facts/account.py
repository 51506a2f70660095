"""What a venue holds for one account, as values: positions, resting orders, markets, and what failed."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from msgspec import Struct

from verification.facts.clock import Moment
from verification.facts.errors import SourceError
from verification.facts.leg import Leg, LegKey, Side
from verification.facts.observation import PositionSeen, Provenance, Source
from verification.facts.order_scope import EVERYTHING, OrderScope
from verification.facts.prices import PriceKind, Prices, Trailing
from verification.facts.row_index import PositionIndex
from verification.facts.unread import unread_part, why_unread


class PositionMode(StrEnum):
    """How the venue keeps positions of one symbol: one net leg, or a long and a short leg."""

    ONE_WAY = "one_way"
    HEDGE = "hedge"


class Part(StrEnum):
    """The parts of an account that are read separately and fail separately."""

    POSITIONS = "positions"
    ORDERS = "orders"
    CONDITIONAL_ORDERS = "conditional_orders"


class FillCause(StrEnum):
    """Who sent an order that no one of the account sent, by the venue's own word."""

    LIQUIDATION = "liquidation"
    ADL = "adl"  # auto-deleveraging
    SETTLEMENT = "settlement"  # delivery of a dated contract


@dataclass(frozen=True, slots=True)
class Market:
    """What one contract is.

    Attributes:
        symbol: ccxt unified form.
        market_id: The venue's own id, `AVLUSDT`.
        contract_size: Base currency in one contract; quote currency where it is inverse.
        lot_step: Smallest step of a quantity, in contracts.
        price_step: Smallest step of a price, in quote currency.
        active: False when the venue says that it cannot be traded.
        least: Smallest quantity of an order, in contracts; None if not told.
        part: Which part of the venue's position lists shows it (a settle coin, a product type, a sub-DEX), as
            its capabilities name it; empty where one list shows all.
        inverse: True when it is settled in its base currency: a contract is so much quote currency, which is
            what `contract_size` counts then.
        quanto: True when it is settled in neither: what it is worth does not follow from size and price.
    """

    symbol: str
    market_id: str
    contract_size: Decimal
    lot_step: Decimal
    price_step: Decimal
    active: bool
    least: Decimal | None = None
    part: str = ""
    inverse: bool = False
    quanto: bool = False

    def value(self, contracts: Decimal, price: Decimal | None) -> Decimal | None:
        """Return the unsigned quote value of contracts at a price (quote per base); None if not known."""
        if self.quanto:
            return None
        face = abs(contracts) * self.contract_size
        if self.inverse:
            return face  # so much quote currency, whatever the price
        return None if price is None else face * price


class Position(Struct, frozen=True, gc=False):
    """One leg that the venue shows as open, or as explicitly zero.

    Attributes:
        key: Which leg.
        quantity: Signed contracts, long positive.
        version: The venue's order of facts (see `PositionSeen.version`).
        entry_price: Quote per base; None if not given.
        mark_price: Quote per base; None if not given.
        notional: Unsigned value in quote currency; None if not computable.
        updated_at: The venue's time of the last change, aware UTC; None if not given.
        attached_stop: Trigger price of a stop that belongs to the position itself; None if none.
        liquidation_price: Quote per base, above zero; None where the venue gives none.
        trailing: A trailing stop that belongs to the position itself; None if none.
    """

    key: LegKey
    quantity: Decimal
    version: int | None
    entry_price: Decimal | None
    mark_price: Decimal | None
    notional: Decimal | None
    updated_at: datetime | None
    attached_stop: Decimal | None = None
    liquidation_price: Decimal | None = None
    trailing: Trailing | None = None


@dataclass(frozen=True, slots=True)
class RestingOrder:
    """An order that waits at the venue.

    Attributes:
        order_id: The venue's id. That of a conditional order may be out of a number space of its own.
        client_order_id: The sender's id; None where the venue gives none.
        symbol: ccxt unified form.
        leg: The leg it acts on; NET in one-way mode.
        side: Buy or sell.
        kind: The venue's type in ccxt's words: limit, market, stop, ...
        conditional: True when it waits for a trigger price.
        stop_loss: True for a conditional order that closes at a loss-limiting trigger (not a take-profit).
        quantity: Contracts, positive; None with `close_position`, which closes whatever there is.
        filled: Contracts executed so far, positive.
        price: Limit price; None for market.
        trigger_price: None unless conditional.
        reduce_only: True when it can only make the position smaller.
        close_position: True when it closes the whole position.
        created_at: Aware UTC; None if not given.
        triggered: True when its trigger has been hit already: what came of it rests at its limit or is on its
            way, and no trigger will act any more.
        dormant: True for a trailing stop whose activation price was not reached yet, by the venue's own word.
        watches: The price that its trigger is compared with; None if not told.
        trailing: How a trailing stop follows; None for every other order.
        nature_told: False for a conditional order of which the venue does not tell whether it is a stop loss
            or a take-profit. It is not counted as a stop then.
    """

    order_id: str
    client_order_id: str | None
    symbol: str
    leg: Leg
    side: Side
    kind: str
    conditional: bool
    stop_loss: bool
    quantity: Decimal | None
    filled: Decimal
    price: Decimal | None
    trigger_price: Decimal | None
    reduce_only: bool
    close_position: bool
    created_at: datetime | None
    triggered: bool = False
    dormant: bool = False
    watches: PriceKind | None = None
    trailing: Trailing | None = None
    nature_told: bool = True


@dataclass(frozen=True, slots=True)
class Fill:
    """One trade of the account.

    Attributes:
        trade_id: The venue's id.
        order_id: The order that traded.
        symbol: ccxt unified form.
        quantity: Signed contracts, buys positive.
        price: Quote per base.
        at: The venue's time, aware UTC.
        cause: Who sent its order where nobody of the account did; None where the venue says no more.
        leg: Which leg it traded, in hedge mode; None where the venue does not tell.
    """

    trade_id: str
    order_id: str
    symbol: str
    quantity: Decimal
    price: Decimal
    at: datetime
    cause: FillCause | None = None
    leg: Leg | None = None


@dataclass(frozen=True, slots=True)
class PositionsReading:
    """One complete answer of the position list.

    Attributes:
        positions: Every row of it. A leg that is missing is absent from this answer, which proves nothing
            about now.
        sent: When the request left.
        received: When the whole answer had arrived.
        unread: Parts of the account that the list does not cover (see `Market.part`), each with why, one
            plain line that names the part: nobody asked, or the request failed. What they hold is unknown,
            never flat.
        parts: The part of each contract that the venue lists, by symbol; empty where there is one only.
        failed: Of the unread parts those that were asked for, each with what went wrong. The whole list
            failing is no reading at all.
        index: The rows as they can be looked up; one of other rows is not taken.
    """

    positions: tuple[Position, ...]
    sent: Moment
    received: Moment
    unread: Mapping[str, str] = field(default_factory=dict)
    parts: Mapping[str, str] = field(default_factory=dict)
    failed: Mapping[str, SourceError] = field(default_factory=dict)
    index: PositionIndex[Position] = field(
        default_factory=lambda: PositionIndex(()), repr=False, compare=False
    )

    def __post_init__(self) -> None:
        """Sort the rows, where that is not done."""
        if self.index.rows is not self.positions:
            object.__setattr__(self, "index", PositionIndex(self.positions))

    def row(self, key: LegKey) -> Position | None:
        """Return the row of a leg; None if the list does not show it."""
        return self.index.by_key.get(key)

    def seen(self, row: Position, epoch: int | None = None) -> PositionSeen:
        """Return a row as the observation that it is, in the life of a stream if it is taken into one."""
        came = Provenance.at(Source.REST, self.received, self.sent, row.updated_at, epoch)
        return PositionSeen(row.key, row.quantity, row.version, came)

    def of(self, symbols: frozenset[str]) -> "PositionsReading":
        """Return it with the rows of some symbols, and those without a name: each may be one of them."""
        return replace(self, positions=self.index.of(symbols))

    def why_unread(self, symbol: str) -> str | None:
        """Return why nothing is known of a contract that is not among the rows; None if its part was read."""
        return why_unread(self.unread, self.parts, symbol)

    def failure_of(self, symbol: str) -> SourceError | None:
        """Return what went wrong with the part of a contract; None if it was read, or never asked for."""
        part = unread_part(self.unread, self.parts, symbol)
        return None if part is None else self.failed.get(part)

    @property
    def failure(self) -> SourceError | None:
        """What went wrong first; None where nothing that was asked for failed."""
        return next(iter(self.failed.values()), None)

    @property
    def unnamed(self) -> str | None:
        """The first symbol under the venue's own id, which may be any leg; None if there is none."""
        return self.index.unnamed


@dataclass(frozen=True, slots=True)
class AccountReading:
    """One reading of a whole account (or of one symbol of it). A part that failed is None, with its error.

    Of positions a part of the list may have failed: then there are both, the rest of it and the error.

    Attributes:
        account: The account's name in the settings.
        venue: ccxt exchange id.
        mode: One-way or hedge.
        symbols: The symbols it covers; None means all.
        positions: The position list; None when it failed.
        orders: Resting ordinary orders; None when the read failed.
        conditional_orders: Resting conditional (algo, trigger) orders; None when the read failed.
        failures: Why, by part.
        sent: When the first request left.
        received: When the last answer had arrived.
        renamed: What has another name by now, an id or a symbol, to the symbol that it has: whatever was
            remembered under the old one is about the new one.
        unlisted: Of `symbols` those that the venue does not list: nothing is known of them, and nothing of
            them was asked.
        remarks: What a person should know of the market facts in use, plain lines.
        prices: By symbol, those that were asked for beside it.
        scope: Of which of the symbols covered the orders were asked for; of others nothing is known.
    """

    account: str
    venue: str
    mode: PositionMode
    symbols: frozenset[str] | None
    positions: PositionsReading | None
    orders: tuple[RestingOrder, ...] | None
    conditional_orders: tuple[RestingOrder, ...] | None
    failures: Mapping[Part, SourceError]
    sent: Moment
    received: Moment
    renamed: Mapping[str, str] = field(default_factory=dict)
    unlisted: frozenset[str] = frozenset()
    remarks: tuple[str, ...] = ()
    prices: Mapping[str, Prices] = field(default_factory=dict)
    scope: OrderScope = EVERYTHING
