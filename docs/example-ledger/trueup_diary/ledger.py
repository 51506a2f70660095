"""The diary: one table `trade` in SQLite, sizes in base currency as text, times in UTC."""

from datetime import UTC
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from trueup.ledgers import (
    BotDatabase,
    Clock,
    Direction,
    Expectation,
    ExpectationState,
    LedgerKind,
    LedgerOptions,
    LedgerReading,
    LedgerTrouble,
    StopPolicy,
    Tables,
    utc_of,
)

COLUMNS = frozenset({"id", "symbol", "side", "size", "stop_order", "opened", "closed"})
SIDES = {"buy": Direction.LONG, "sell": Direction.SHORT}


class DiaryLedger:
    """One diary, read only."""

    def __init__(
        self, name: str, url: str, clock: Clock, folder: Path | None, options: LedgerOptions
    ) -> None:
        """Opens nothing yet."""
        self.name = name
        self._database = BotDatabase(name, url, clock, folder=folder)
        self._clock = clock
        self._stops = options.stops or StopPolicy.VENUE

    def version(self) -> object:
        """Return what changes with every commit."""
        return self._database.version()

    def read(self) -> LedgerReading:
        """Read the trades that are open, in one short transaction."""
        now = self._clock.now()

        def work(tables: Tables) -> list[dict[str, Any]]:
            self._database.require(tables, "trade", COLUMNS, "the diary")
            return tables.select("SELECT * FROM trade WHERE closed IS NULL ORDER BY id")

        rows, version = self._database.read(work)
        try:
            trades = tuple(self._trade(row) for row in rows)
        except (KeyError, ValueError, TypeError, InvalidOperation) as error:
            # Never leave a row out: it would be a position that nobody looks for.
            what = f"holds a trade that cannot be read ({error!r}): look at its table `trade`"
            raise self._database.trouble(LedgerTrouble.CORRUPT, what) from error
        active = max((trade.updated_at for trade in trades if trade.updated_at), default=None)
        return LedgerReading(self.name, trades, now, active, version=version)

    def _trade(self, row: dict[str, Any]) -> Expectation:
        size = Decimal(row["size"])
        opened = utc_of(row["opened"], UTC)
        return Expectation(
            ledger=self.name,
            row_id=str(row["id"]),
            symbol=row["symbol"],
            direction=SIDES[row["side"]],
            unit_size=Decimal(1),  # base currency; None would say: contracts of the exchange
            expected=size,
            expected_low=size,
            expected_high=size,
            step=None,
            state=ExpectationState.OPEN,
            stop_order_ids=(row["stop_order"],) if row["stop_order"] else (),
            stop_policy=self._stops,
            opened_at=opened,
            entered_at=opened,
            updated_at=opened,
        )


KIND = LedgerKind(open=DiaryLedger)
