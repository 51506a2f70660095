"""A change of what a leg holds: the trades of one order, or what no trade accounts for."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from reconciler.facts.attribution import EXPLAINED, OPEN, Attribution, By
from verification.facts.leg import Leg


@dataclass(frozen=True, slots=True)
class Change:
    """What one order has traded of a leg.

    Attributes:
        symbol: ccxt unified form.
        leg: Which leg.
        order_id: The venue's id of the order; of what no trade accounts for a name of ours, see `untraded`.
        client_order_id: The sender's id; empty where there is none or it was not asked for.
        contracts: Signed, buys positive; all of its trades that were seen.
        trades: How many.
        since: The venue's time of the first of them, aware UTC; of what is untraded, when it was seen first.
        at: The venue's time of the last of them, aware UTC.
        who: Who has sent it.
    """

    symbol: str
    leg: Leg
    order_id: str
    client_order_id: str
    contracts: Decimal
    trades: int
    since: datetime
    at: datetime
    who: Attribution

    @property
    def key(self) -> tuple[str, Leg, str]:
        """By what it is the same one."""
        return self.symbol, self.leg, self.order_id

    @property
    def untraded(self) -> bool:
        """True for a change that no trade accounts for."""
        return self.trades == 0


@dataclass(frozen=True, slots=True)
class Mark:
    """Up to where the changes of a symbol are counted.

    Attributes:
        symbol: ccxt unified form.
        held: What all that is counted makes of each leg, signed contracts.
        until: What traded later is not counted yet, aware UTC.
        counted: The ids of the trades that are counted or were before that, the newest last; not all.
    """

    symbol: str
    held: Mapping[Leg, Decimal]
    until: datetime
    counted: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Explained:
    """How much of what has changed on an account is explained.

    Attributes:
        account: The account.
        since: From when on changes are counted, aware UTC; None before the first look at all of it.
        counts: How many changes, by who made them.
        unexplained: Those that nobody is known for, and that could not be read, newest first; the latest.
        latest: The newest changes of all, newest first.
    """

    account: str
    since: datetime | None
    counts: Mapping[By, int]
    unexplained: tuple[Change, ...] = ()
    latest: tuple[Change, ...] = ()

    @property
    def explained(self) -> int:
        """How many are explained."""
        return sum(count for by, count in self.counts.items() if by in EXPLAINED)

    @property
    def not_explained(self) -> int:
        """How many are not: nobody is known for them, or they could not be read."""
        return sum(count for by, count in self.counts.items() if by in OPEN)

    @property
    def ratio(self) -> float | None:
        """The share that is explained; None where nothing has changed, or nothing was counted."""
        total = self.explained + self.not_explained
        return self.explained / total if total else None
