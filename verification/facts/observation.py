"""What one source said, with its three times. Observations are facts: they are stored and never changed.

What each proves (and what it does not) is decided in `judgement`, not here.
"""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Self

from msgspec import Struct

from verification.facts.clock import Moment, microseconds, utc_of
from verification.facts.leg import LegKey


class Source(StrEnum):
    """One independent way to learn about a position, in the order that breaks ties.

    `websocket` is all that the account's private stream pushed (positions and executions), `order` what the
    venue answered about an order and its trades, `rest` its position list, `bot_cache` the bot's own memory.
    """

    WEBSOCKET = "websocket"
    ORDER = "order"
    REST = "rest"
    BOT_CACHE = "bot_cache"


class Silence(StrEnum):
    """Why a source said nothing. None of these means "flat"."""

    ABSENT = "absent"  # a complete answer in which the leg or order does not occur
    UNREACHABLE = "unreachable"
    NOT_ASKED = "not_asked"  # nothing was sent: the venue asks us to wait
    BUDGET_SPENT = "budget_spent"  # nothing was sent, to keep to our own budget of requests
    REJECTED = "rejected"
    CREDENTIALS = "credentials"  # the venue refuses the keys
    MALFORMED = "malformed"
    TIMEOUT = "timeout"
    NOT_READY = "not_ready"  # e.g. a stream whose first snapshot has not come yet
    UNSUPPORTED = "unsupported"
    ERROR = "error"


class Provenance(Struct, frozen=True):
    """Where an observation comes from and when.

    Attributes:
        source: Who said it.
        received: When it had arrived here.
        sent: When the request left here; None for a push.
        exchange_us: The venue's own time of the fact, in microseconds since 1970, uncorrected; None where the
            venue gives none.
        epoch: Which unbroken life of the stream a push belongs to; None for answers.
    """

    source: Source
    received: Moment
    sent: Moment | None = None
    exchange_us: int | None = None
    epoch: int | None = None

    @classmethod
    def at(
        cls,
        source: Source,
        received: Moment,
        sent: Moment | None = None,
        exchange_at: datetime | None = None,
        epoch: int | None = None,
    ) -> Self:
        """Return the provenance of a fact whose time on the venue is known as an aware `datetime`."""
        return cls(source, received, sent, None if exchange_at is None else microseconds(exchange_at), epoch)

    @property
    def exchange_at(self) -> datetime | None:
        """The venue's own time of the fact, aware UTC, uncorrected; None where it gives none."""
        return None if self.exchange_us is None else utc_of(self.exchange_us)


class PositionSeen(Struct, frozen=True):
    """A source showed a position, or an explicit zero.

    Attributes:
        key: Which leg.
        quantity: Signed contracts, long positive. Zero only where the source said zero in so many words.
        version: The venue's order of facts for this leg (a sequence, or its time in ms); None if it has none.
        provenance: Where from and when.
    """

    key: LegKey
    quantity: Decimal
    version: int | None
    provenance: Provenance


class OrderSeen(Struct, frozen=True):
    """A source showed an order.

    Attributes:
        key: The leg the order belongs to.
        order_id: The venue's id.
        client_order_id: The id the sender chose; None where the venue gives none.
        executed: Signed contracts executed so far, buys positive: the larger of what the status and the
            trades say, for statuses can lie.
        terminal: True when the order can never execute again.
        trades_agree: True when the trades were asked and sum to `executed`; False when they were asked and
            contradict the status; None when they were not asked.
        status: The venue's status in ccxt's words (open, closed, canceled, expired, rejected), for display.
        average_price: Mean price of what executed; None if unknown or nothing executed.
        provenance: Where from and when.
        conditional: True for a conditional order itself: its number is not the number of the order that it
            became, and its execution is told a second time by that one.
    """

    key: LegKey
    order_id: str
    client_order_id: str | None
    executed: Decimal
    terminal: bool
    trades_agree: bool | None
    status: str
    average_price: Decimal | None
    provenance: Provenance
    conditional: bool = False


class SourceSilent(Struct, frozen=True):
    """A source gave no fact about the leg: it failed, is not ready, or answered without it.

    Attributes:
        key: Which leg was asked about.
        silence: Why there is nothing.
        detail: One plain line for a person.
        complete: True only for `absent` in a whole answer whose scope surely covers the leg.
        provenance: Where from and when.
    """

    key: LegKey
    silence: Silence
    detail: str
    complete: bool
    provenance: Provenance


Observation = PositionSeen | OrderSeen | SourceSilent
