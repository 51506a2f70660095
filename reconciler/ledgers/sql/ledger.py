"""The ledger of any bot with a table of its positions: read by a SELECT of the settings.

The SELECT returns the columns of `columns.COLUMNS`, one row a position or a trade. It is run read only, in
one short transaction, within the limits of every ledger, and what it returns is believed whole or not at all.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from decimal import Decimal
from pathlib import Path
from typing import Any

from reconciler.facts.expectation import Expectation, LedgerReading
from reconciler.ledgers.exchange_family import same_exchange
from reconciler.ledgers.port import LedgerOptions, LedgerTrouble, LedgerUnreadable
from reconciler.ledgers.sql.columns import wrong_columns
from reconciler.ledgers.sql.position_row import Meaning
from reconciler.ledgers.tables import BotDatabase, Tables
from verification.facts.clock import Clock, Moment

MOST_ROWS = 20_000
"""More are not the positions of one account, but all of its past."""

FUTURE_ALLOWED = timedelta(minutes=10)
"""A last activity later than this after now means that the times are not what they are taken for."""


@dataclass(frozen=True, slots=True)
class _Returned:
    names: tuple[str, ...]
    rows: tuple[Mapping[str, Any], ...]
    zone: tzinfo


class SqlLedger:
    """One database by one SELECT."""

    def __init__(
        self, name: str, url: str, *, clock: Clock, folder: Path | None = None, options: LedgerOptions
    ) -> None:
        """Nothing is opened yet.

        Args:
            name: Its name in the settings.
            url: `sqlite:///path` or a PostgreSQL server's.
            clock: Where time comes from.
            folder: What a relative SQLite path is relative to; None: the working directory.
            options: What the settings say of it, the SELECT among it.

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
            LedgerUnreadable: It could not be read in full, the SELECT does not return what it should, or what
                it returns is of another exchange.
        """
        now = self._clock.now()
        try:
            returned, version = self._database.read(self._select)
        except LedgerUnreadable as error:
            if error.trouble is not LedgerTrouble.SCHEMA:
                raise
            raise LedgerUnreadable(self._name, error.trouble, f"{error}, and its `query`") from error
        wrong = list(wrong_columns(returned.names))
        if wrong:
            raise self._database.trouble(LedgerTrouble.SCHEMA, f"`query` {'; `query` '.join(wrong)}")
        own, left_out = self._of_account(returned.rows)
        rows = self._rows(own, returned.zone)
        activity = _activity(rows)
        self._refuse_future(activity, now)
        return LedgerReading(
            ledger=self._name,
            rows=rows,
            read_at=now,
            last_activity=activity,
            left_out=left_out,
            version=version,
            own_names=True,
        )

    def _select(self, tables: Tables) -> _Returned:
        zone = self._options.timezone or self._database.zone_of_naive_times(tables)
        since = self._options.since
        values = {} if since is None else {"since": self._database.time_in(since, zone)}
        names, rows = tables.described(self._options.query, MOST_ROWS + 1, **values)
        if len(rows) > MOST_ROWS:
            what = f"`query` returns more than {MOST_ROWS} rows: leave out what has ended long ago"
            raise self._database.trouble(LedgerTrouble.SCHEMA, what)
        lower = tuple({name.lower(): value for name, value in row.items()} for row in rows)
        return _Returned(names, lower, zone)

    def _rows(self, rows: Sequence[Mapping[str, Any]], zone: tzinfo) -> tuple[Expectation, ...]:
        options = self._options
        meaning = Meaning(self._name, options.contracts, options.states, options.stops, zone)
        baseline = {symbol: list(amounts) for symbol, amounts in options.baseline.items()}
        made: dict[str, Expectation] = {}
        for number, row in enumerate(rows, start=1):
            row_id = row.get("id")
            which = f"row {number}" if row_id is None else f"row {row_id}"
            try:
                one = meaning.row(row, _taken(baseline, row))
            except (ValueError, ArithmeticError) as error:
                what = f"`query`, {which} ({row.get('symbol')}): {error}"
                raise self._database.trouble(LedgerTrouble.CORRUPT, what) from error
            if one.row_id in made:
                what = f"`query` returns {one.row_id} twice: add a column `id` that tells rows apart"
                raise self._database.trouble(LedgerTrouble.SCHEMA, what)
            made[one.row_id] = one
        for symbol, amounts in baseline.items():
            for amount in amounts:
                row_id = f"baseline {symbol} {'long' if amount > 0 else 'short'}"
                made[row_id] = meaning.row({"id": row_id, "symbol": symbol, "quantity": amount})
        return tuple(made[row_id] for row_id in sorted(made))

    def _of_account(
        self, rows: Sequence[Mapping[str, Any]]
    ) -> tuple[list[Mapping[str, Any]], tuple[str, ...]]:
        """Return the rows of the account's exchange, and what is said of those that nobody judges."""
        venue = self._options.venue
        if venue is None or not any(row.get("exchange") is not None for row in rows):
            return list(rows), ()
        others = [row for row in rows if not same_exchange(str(row.get("exchange") or venue), venue)]
        named = sorted({str(row["exchange"]) for row in others})
        if len(others) == len(rows):
            raise self._database.trouble(
                LedgerTrouble.WRONG_ACCOUNT,
                f"is of a bot that trades on {', '.join(named)}, and the account is on {venue}: name this "
                "account's own bot, or the account that the bot trades",
            )
        read = self._options.elsewhere
        lost = [each for each in named if not any(same_exchange(each, other) for other in read)]
        lines = tuple(
            f"it has rows of {each}, which is not this account's exchange, and no other account has this "
            "ledger: not judged"
            for each in lost
        )
        return [row for row in rows if row not in others], lines

    def _refuse_future(self, activity: datetime | None, now: Moment) -> None:
        if activity is None or activity - now.utc <= FUTURE_ALLOWED:
            return
        ahead = timedelta(minutes=round((activity - now.utc) / timedelta(minutes=1)))
        raise self._database.trouble(
            LedgerTrouble.SETTINGS,
            f"was last written {ahead} h in the future: its times have no zone and are of another one "
            "than they are taken for, or a clock is wrong: set `ledgers.NAME.timezone` to the bot's, or set "
            "the clocks",
        )


def _taken(baseline: dict[str, list[Decimal]], row: Mapping[str, Any]) -> Decimal:
    """Take what was held before on a row's leg out of the baseline, and return it, each once."""
    if "state" in row:
        return Decimal(0)  # its rows are positions, and no sums: what was held before stands beside them
    amounts = baseline.get(str(row.get("symbol") or "").strip(), [])
    side = str(row.get("side") or "").strip().lower()
    sign = {"long": 1, "buy": 1, "short": -1, "sell": -1}.get(side, 0)
    own = [each for each in amounts if sign == 0 or each * sign > 0]
    for each in own:
        amounts.remove(each)
    return sum(own, Decimal(0))


def _activity(rows: Sequence[Expectation]) -> datetime | None:
    times = (time for row in rows for time in (row.opened_at, row.updated_at))
    return max((time for time in times if time is not None), default=None)
