"""The ledger of the atomic bot, whose incident Trueup comes from, on PostgreSQL.

Its table `monitoring.positions` names the exchange of each position, and no account. Times carry their zone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from reconciler.facts.expectation import Expectation, LedgerReading, StopPolicy
from reconciler.ledgers.atomic_position import OVER, Row, adopted, expectation_of
from reconciler.ledgers.exchange_family import same_exchange
from reconciler.ledgers.port import LedgerOptions, LedgerTrouble
from reconciler.ledgers.tables import BotDatabase, Tables
from verification.facts.clock import Clock

ENDED_KEPT = timedelta(days=1)
"""How long what has ended is still told of: what was rolled back may yet turn out to be held."""

_WRITER = "the atomic bot"
_POSITIONS = "monitoring.positions"
_STOPS = "monitoring.orders"
_TRAILED = "monitoring.trailing_stop_state"
_NEEDED = frozenset(
    {"id", "symbol", "exchange", "side", "quantity", "status", "stop_loss_price", "exchange_order_id"}
    | {"opened_at", "updated_at"}
)
_STOP = (
    f"(SELECT o.order_id FROM {_STOPS} o WHERE CAST(o.position_id AS text) = CAST(p.id AS text)"  # noqa: S608 - constants
    " AND o.type ILIKE 'STOP%' AND o.status = 'NEW' ORDER BY o.id DESC LIMIT 1)"
)
_TRAIL = (
    f"(SELECT MAX(t.stop_order_id) FROM {_TRAILED} t"  # noqa: S608 - constants
    " WHERE CAST(t.position_id AS text) = CAST(p.id AS text) AND t.symbol = p.symbol)"
)


@dataclass(frozen=True, slots=True)
class _Raw:
    rows: tuple[Row, ...]
    exchanges: tuple[Row, ...]


class AtomicBotLedger:
    """The database of one such bot."""

    def __init__(
        self, name: str, url: str, *, clock: Clock, folder: Path | None = None, options: LedgerOptions
    ) -> None:
        """Nothing is opened yet.

        Args:
            name: Its name in the settings.
            url: `postgresql+psycopg://…`.
            clock: Where time comes from.
            folder: What a relative path is relative to; None: the working directory.
            options: What the settings say of it.

        Raises:
            LedgerUnreadable: The url is none that can be read.
        """
        self._name = name
        self._database = BotDatabase(name, url, clock, folder=folder)
        self._clock = clock
        self._options = options

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
        """Read it now, in one short transaction.

        Raises:
            LedgerUnreadable: It could not be read in full, or is of another exchange.
        """
        now = self._clock.now()
        raw, version = self._database.read(lambda tables: self._raw(tables, now.utc - ENDED_KEPT))
        left_out = self._of_account(raw.exchanges)
        own = [row for row in raw.rows if self._is_own(str(row["exchange"]))]
        rows = tuple(self._expectation(row) for row in own)
        return LedgerReading(
            ledger=self._name,
            rows=rows,
            read_at=now,
            last_activity=_activity(rows),
            warnings=tuple(
                f"position {row['id']} ({row['symbol']}) was found at the exchange and taken over by the "
                "bot: it has not opened it"
                for row in own
                if adopted(row) and row["status"] not in OVER
            ),
            left_out=left_out,
            version=version,
            own_names=True,
        )

    def _raw(self, tables: Tables, ended: datetime) -> _Raw:
        self._database.require(tables, _POSITIONS, _NEEDED, _WRITER)
        stop = _STOP if tables.columns(_STOPS) else "NULL"
        trail = _TRAIL if tables.columns(_TRAILED) else "NULL"
        over = ", ".join(f"'{status}'" for status in OVER)
        rows = tables.select(
            f"SELECT {', '.join(sorted(_NEEDED))}, {stop} AS stopped, {trail} AS trailed"  # noqa: S608 - constants
            f" FROM {_POSITIONS} p WHERE status NOT IN ({over}) OR status IS NULL OR updated_at > :ended"
            " ORDER BY id",
            ended=ended,
        )
        exchanges = tables.select(
            f"SELECT exchange, SUM(CASE WHEN status IN ({over}) THEN 0 ELSE 1 END) AS alive"  # noqa: S608 - constants
            f" FROM {_POSITIONS} GROUP BY exchange ORDER BY exchange"
        )
        return _Raw(tuple(rows), tuple(exchanges))

    def _expectation(self, row: Row) -> Expectation:
        try:
            return expectation_of(self._name, row, self._options.stops or StopPolicy.VENUE)
        except (ValueError, ArithmeticError) as error:
            what = (
                f"position {row['id']} ({row['symbol']}) holds what cannot be read: {error}: look at that row"
            )
            raise self._database.trouble(LedgerTrouble.CORRUPT, what) from error

    def _is_own(self, exchange: str) -> bool:
        return self._options.venue is None or same_exchange(exchange, self._options.venue)

    def _of_account(self, exchanges: Sequence[Row]) -> tuple[str, ...]:
        """Return what is judged nowhere, in words; refuse a bot that never traded the account's exchange."""
        venue = self._options.venue
        if venue is None or not exchanges:
            return ()
        others = [row for row in exchanges if not self._is_own(str(row["exchange"]))]
        if len(others) == len(exchanges):
            named = ", ".join(str(row["exchange"]) for row in others)
            raise self._database.trouble(
                LedgerTrouble.WRONG_ACCOUNT,
                f"is of a bot that trades on {named}, and the account is on {venue}: name this account's own "
                "bot, or the account that the bot trades",
            )
        read = self._options.elsewhere
        return tuple(
            f"it has live positions on {row['exchange']} ({row['alive']}), which is not of this account, and "
            "no other account has this ledger: not judged"
            for row in others
            if row["alive"] and not any(same_exchange(str(row["exchange"]), other) for other in read)
        )


def _activity(rows: Sequence[Expectation]) -> datetime | None:
    times = (time for row in rows for time in (row.opened_at, row.updated_at))
    return max((time for time in times if time is not None), default=None)
