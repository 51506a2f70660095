"""The ledger of a hummingbot bot: what its fills come to, and what its orders under way have executed by now.

What is held follows from the table `TradeFill`; of orders that still work `MarketState` says more exactly
what they have executed. The tables `Position` and `Executors` are written when the bot stops, and so say
nothing of one that runs. The file names no account: the settings say which it belongs to, and each connector
names its exchange.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from reconciler.facts.expectation import LedgerReading, StopPolicy
from reconciler.ledgers.hummingbot.connectors import connector_of
from reconciler.ledgers.hummingbot.fill import STORED_STEP, Fill, fill_of, millionths, milliseconds, utc
from reconciler.ledgers.hummingbot.fill_book import FillBook, Pair
from reconciler.ledgers.hummingbot.reading import Stored, newer, piece, traded
from reconciler.ledgers.hummingbot.rows import RowMaker, SentOrder
from reconciler.ledgers.hummingbot.tracked_order import TrackedOrder, tracked_of
from reconciler.ledgers.hummingbot.traded import must_trade_here
from reconciler.ledgers.port import LedgerOptions, LedgerTrouble
from reconciler.ledgers.tables import BotDatabase
from verification.facts.clock import Clock, Moment

T = TypeVar("T")

PIECE = 5_000
"""Fills in one transaction."""

ENDED_KEPT = timedelta(days=1)
"""How long what has ended is still told of."""


@dataclass(slots=True)
class _Parsed:
    tracked: list[TrackedOrder]
    filled: dict[tuple[str, str], Decimal]
    sent: dict[str, SentOrder]
    written: int


class HummingbotLedger:
    """The database of one hummingbot."""

    def __init__(
        self, name: str, url: str, *, clock: Clock, folder: Path | None = None, options: LedgerOptions
    ) -> None:
        """Nothing is opened yet.

        Args:
            name: Its name in the settings.
            url: `sqlite:///path`, or a server's.
            clock: Where time comes from.
            folder: What a relative SQLite path is relative to; None: the working directory.
            options: What the settings say of it.

        Raises:
            LedgerUnreadable: The url is none that can be read.
        """
        self._name = name
        self._database = BotDatabase(name, url, clock, folder=folder)
        self._clock = clock
        self._options = options
        self._since = 0 if options.since is None else int(options.since.timestamp() * 1000)
        self._policy = options.stops or StopPolicy.SOFTWARE
        self._book: FillBook | None = None

    @property
    def name(self) -> str:
        """Its name in the settings."""
        return self._name

    def version(self) -> object:
        """Return a cheap token that changes when the database may have changed.

        Raises:
            LedgerUnreadable: It is not there.
        """
        return self._database.version()

    def read(self) -> LedgerReading:
        """Read it now: what is new in it, in one short transaction; all of it in several, the first time.

        Raises:
            LedgerUnreadable: It could not be read in full, or is of another exchange or market.
        """
        now = self._clock.now()
        book = self._book
        stored = version = None
        if book is not None:
            stored, version = self._newer(book, now)
        if book is None or stored is None:
            book = self._from_the_beginning()
            stored, version = self._newer(book, now)
        if stored is None:
            raise self._database.trouble(
                LedgerTrouble.LOCKED, "got older fills while it was read: it is read again", again=True
            )
        self._book = book
        parsed = self._understood(lambda: _parsed(stored, self._is_own))
        left_out, notes = must_trade_here(self._database, book, parsed.tracked, self._options)
        maker = RowMaker(self._name, self._policy, parsed.sent)
        rows = maker.rows(book, parsed.tracked, parsed.filled, ended_since=_before(now))
        newest = max([parsed.written, *book.markets.values()], default=0)
        return LedgerReading(
            ledger=self._name,
            rows=tuple(sorted(rows, key=lambda row: row.row_id)),
            read_at=now,
            last_activity=utc(newest) if newest else None,
            warnings=(*notes, *_beyond(book)),
            left_out=left_out,
            version=version,
            own_names=True,
            stored_step=STORED_STEP,
        )

    def _is_own(self, market: str) -> bool:
        venue = self._options.venue
        connector = connector_of(market)
        if venue is None:
            return connector.perpetual and not connector.paper
        return connector.is_of(venue, sandbox=self._options.sandbox)

    def _newer(self, book: FillBook, now: Moment) -> tuple[Stored | None, object]:
        """Take what is new, and return what else is stored; None where fills are missing in the book."""
        since = _before(now)
        for _ in range(2):
            stored, version = self._database.read(lambda tables: newer(self._database, tables, book, since))
            book.take(self._fills(stored.fills))
            if stored.count == book.count:
                return stored, version
            self._learn(book)  # perhaps one of a symbol that was not traded before
        return None, None

    def _from_the_beginning(self) -> FillBook:
        """Return all fills since the time that counts, in pieces: between two the bot can write."""
        book = FillBook(self._options.baseline, self._is_own, since=self._since)
        self._learn(book)
        return book

    def _learn(self, book: FillBook) -> None:
        """Take all fills of the symbols that a book does not know."""
        found, _ = self._database.read(lambda tables: traded(self._database, tables, self._since))
        for each in found:
            if each.pair not in book.newest:
                book.skip(each.pair, each.older, each.newest_older)
                self._take_all(book, each.pair)

    def _take_all(self, book: FillBook, pair: Pair) -> None:
        after = self._since - 1
        while True:
            rows, _ = self._database.read(partial(piece, pair=pair, after=after, most=PIECE))
            fills = self._fills(rows)
            book.take(fills)
            if len(rows) < PIECE or fills[-1].at - 1 <= after:  # more of one time than fit into a piece
                return
            after = fills[-1].at - 1

    def _fills(self, rows: Sequence[dict[str, Any]]) -> list[Fill]:
        return self._understood(lambda: [fill_of(row) for row in rows])

    def _understood(self, work: Callable[[], T]) -> T:
        try:
            return work()
        except (ValueError, ArithmeticError) as error:
            raise self._database.trouble(
                LedgerTrouble.CORRUPT, f"holds what cannot be read: {error}: look at that row"
            ) from error


def _parsed(stored: Stored, is_own: Callable[[str], bool]) -> _Parsed:
    own = [row for row in stored.states if is_own(str(row["market"]))]
    return _Parsed(
        tracked=[order for row in own for order in tracked_of(row)],
        filled={
            (str(row["market"]), str(row["order_id"])): millionths(int(row["amount"]))
            for row in stored.filled
        },
        sent={
            str(row["id"]): SentOrder(
                venue_id=None if row["exchange_order_id"] is None else str(row["exchange_order_id"]),
                size=millionths(row["amount"]),
                sent_at=utc(milliseconds(row["creation_timestamp"])),
            )
            for row in stored.sent
        },
        written=max((milliseconds(row["timestamp"]) for row in stored.states), default=0),
    )


def _before(now: Moment) -> int:
    began: datetime = now.utc - ENDED_KEPT
    return int(began.astimezone(UTC).timestamp() * 1000)


def _beyond(book: FillBook) -> list[str]:
    return [
        f"its orders have closed {legs.beyond.normalize():f} more of {symbol} than they had opened: what was "
        "held before its first fill is missing: set `baseline`, or `since`"
        for (_, symbol), legs in sorted(book.legs.items())
        if legs.beyond > 0
    ]
