"""The ledger of a freqtrade bot: its `trades` and `orders`, on SQLite or PostgreSQL.

The database names neither the account nor the bot: the settings say which account it belongs to. Every trade
names its exchange and its market, so that a ledger of another account is not compared with this one.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any

from reconciler.facts.expectation import Expectation, LedgerReading, Pulse, StopPolicy
from reconciler.ledgers.exchange_family import same_exchange
from reconciler.ledgers.freqtrade_trade import Row, expectation_of, last_activity, last_renewal
from reconciler.ledgers.port import LedgerTrouble
from reconciler.ledgers.tables import BotDatabase, Tables
from reconciler.ledgers.written_for import FUTURES, TradedOn, market_named, pairing, traded_on
from verification.facts.clock import Clock, Moment

CLOSED_KEPT = timedelta(days=1)
"""How long a closed trade is still told of, so that "the bot closed it 3 s ago" can be seen."""

FUTURE_ALLOWED = timedelta(minutes=10)
"""A last activity later than this after now means that the times are not what they are taken for."""

DRY_RUN = "dry_run_"
"""What freqtrade puts before the ids of orders that it only imagines. There is no other sign."""

_TRADES_NEEDED = frozenset({"id", "exchange", "pair", "is_open", "amount", "open_date", "close_date"})
_TRADES_OPTIONAL: dict[str, Any] = {
    "is_short": False,
    "trading_mode": None,
    "open_rate": None,
    "stop_loss": None,
    "strategy": None,
    "amount_precision": None,
    "precision_mode": None,
    "contract_size": None,
}
_ORDERS_NEEDED = frozenset(
    {"id", "ft_trade_id", "ft_order_side", "ft_is_open", "order_id", "amount", "filled", "order_date"}
)
_ORDERS_OPTIONAL: dict[str, Any] = {
    "ft_amount": 0,
    "ft_price": None,
    "stop_price": None,
    "order_update_date": None,
    "order_filled_date": None,
}


@dataclass(frozen=True, slots=True)
class _Raw:
    """The rows of one transaction."""

    trades: tuple[Row, ...]
    orders: tuple[Row, ...]
    newest_order_id: str | None
    older_dry_run: bool
    strategies_with_stops: frozenset[object]
    strategies_without: frozenset[object]
    traded: tuple[TradedOn, ...]
    zone: tzinfo


class FreqtradeLedger:
    """One freqtrade bot's database."""

    def __init__(
        self,
        name: str,
        url: str,
        *,
        clock: Clock,
        folder: Path | None = None,
        closed_kept: timedelta = CLOSED_KEPT,
        stop_policy: StopPolicy | None = None,
        venue: str | None = None,
        timezone: tzinfo | None = None,
        silent_after: timedelta | None = None,
        stale_after: timedelta | None = None,
    ) -> None:
        """Nothing is opened yet.

        Args:
            name: Its name in the settings.
            url: `sqlite:///path` or `postgresql+psycopg://…`, as in freqtrade's own `db_url`.
            clock: Where time comes from.
            folder: What a relative SQLite path is relative to; None: the working directory.
            closed_kept: How long a closed trade is still told of.
            stop_policy: Where the strategy keeps its stops; None: judged by the orders it has placed.
            venue: The ccxt exchange id of the account; None: whatever exchange a trade names.
            timezone: In which the bot's PostgreSQL session runs, for its columns keep no zone; None: that of
                a session of the role in `url`, which is right when the bot uses the same role.
            silent_after: For how long the bot never leaves an open order as it is; None or zero: not known.
            stale_after: For how long it never writes nothing at all while it holds something; the same.

        Raises:
            LedgerUnreadable: The url is none that can be read.
        """
        self._name = name
        self._database = BotDatabase(name, url, clock, folder=folder)
        self._clock = clock
        self._kept = closed_kept
        self._policy = stop_policy
        self._zone = timezone
        self._venue = venue
        self._silent_after = silent_after
        self._stale_after = stale_after

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
            LedgerUnreadable: It could not be read in full, is of a dry run, or of another exchange or market.
        """
        now = self._clock.now()
        raw, version = self._database.read(lambda tables: self._raw(tables, now))
        self._refuse_dry_run(raw)
        left_out = self._paired(raw)
        futures = [trade for trade in raw.trades if self._is_of_account(trade)]
        by_trade: defaultdict[object, list[Row]] = defaultdict(list)
        for order in raw.orders:
            by_trade[order["ft_trade_id"]].append(order)
        rows = tuple(self._expectation(trade, by_trade[trade["id"]], raw) for trade in futures)
        activity = self._activity(raw)
        self._refuse_future(activity, now)
        warnings = tuple(self._warnings(raw, len(futures)))
        pulse = self._pulse(futures, by_trade, raw.zone)
        return replace(
            LedgerReading(self._name, rows, now, activity, warnings, left_out, version, pulse),
            names_orders=not left_out,
            stale_after=self._stale_after or None,
        )

    def _raw(self, tables: Tables, now: Moment) -> _Raw:
        present = self._database.require(tables, "trades", _TRADES_NEEDED, "freqtrade")
        orders_present = self._database.require(tables, "orders", _ORDERS_NEEDED, "freqtrade")
        zone = self._zone or self._database.zone_of_naive_times(tables)
        since = (now.utc - self._kept).astimezone(zone).replace(tzinfo=None)
        values = {"since": since.isoformat(sep=" ", timespec="microseconds") if zone is UTC else since}
        live = "is_open OR close_date > :since"
        trades = tables.select(
            f"SELECT {_columns(_TRADES_NEEDED, _TRADES_OPTIONAL, present)} FROM trades"  # noqa: S608 - constants
            f" WHERE {live} ORDER BY id",
            **values,
        )
        orders = tables.select(
            f"SELECT {_columns(_ORDERS_NEEDED, _ORDERS_OPTIONAL, orders_present)} FROM orders"  # noqa: S608 - constants
            f" WHERE ft_trade_id IN (SELECT id FROM trades WHERE {live}) ORDER BY id",
            **values,
        )
        newest = tables.select("SELECT order_id FROM orders ORDER BY id DESC LIMIT 1")
        dry = tables.select("SELECT id FROM orders WHERE substr(order_id, 1, 8) = 'dry_run_' LIMIT 1")
        strategy = "strategy" if "strategy" in present else "NULL"
        stopped = "id IN (SELECT ft_trade_id FROM orders WHERE ft_order_side = 'stoploss')"
        with_stops = tables.select(f"SELECT DISTINCT {strategy} AS strategy FROM trades WHERE {stopped}")  # noqa: S608 - constants
        without = tables.select(
            f"SELECT DISTINCT {strategy} AS strategy FROM trades"  # noqa: S608 - constants
            f" WHERE NOT is_open AND amount > 0 AND NOT ({stopped})"
        )
        return _Raw(
            trades=tuple(_filled_in(row, _TRADES_OPTIONAL) for row in trades),
            orders=tuple(_filled_in(row, _ORDERS_OPTIONAL) for row in orders),
            newest_order_id=str(newest[0]["order_id"]) if newest else None,
            older_dry_run=bool(dry),
            strategies_with_stops=frozenset(row["strategy"] for row in with_stops),
            strategies_without=frozenset(row["strategy"] for row in without),
            traded=traded_on(tables, modes="trading_mode" in present),
            zone=zone,
        )

    def _expectation(self, trade: Row, orders: Sequence[Row], raw: _Raw) -> Expectation:
        try:
            return expectation_of(
                self._name, trade, orders, policy=self._policy or _policy(trade, raw), zone=raw.zone
            )
        except (ValueError, ArithmeticError) as error:
            what = f"trade {trade['id']} ({trade['pair']}) holds what cannot be read: {error}"
            raise self._database.trouble(LedgerTrouble.CORRUPT, f"{what}: look at that row") from error

    def _activity(self, raw: _Raw) -> datetime | None:
        try:
            return last_activity(raw.trades, raw.orders, raw.zone)
        except (ValueError, ArithmeticError) as error:  # of a trade that is none of the account's
            what = f"holds a time that cannot be read: {error}: look at `trades` and `orders`"
            raise self._database.trouble(LedgerTrouble.CORRUPT, what) from error

    def _pulse(
        self, trades: Sequence[Row], by_trade: Mapping[object, Sequence[Row]], zone: tzinfo
    ) -> Pulse | None:
        """Return what the bot renews in every loop; None while it has no order open."""
        alive = (trade["id"] for trade in trades if trade["is_open"])
        renewed = last_renewal((order for each in alive for order in by_trade[each]), zone)
        return Pulse(renewed, self._silent_after) if renewed is not None and self._silent_after else None

    def _refuse_dry_run(self, raw: _Raw) -> None:
        """Refuse a database whose live orders, or whose newest order, were only imagined.

        A dry run that ended before the bot went live in the same file leaves old imagined orders behind:
        those are no reason to refuse.
        """
        alive = {trade["id"] for trade in raw.trades if trade["is_open"]}
        imagined = [
            order
            for order in raw.orders
            if str(order["order_id"]).startswith(DRY_RUN) and order["ft_trade_id"] in alive
        ]
        newest = (raw.newest_order_id or "").startswith(DRY_RUN)
        unused = raw.newest_order_id is None and "dryrun" in self._database.where
        if imagined or newest or unused:
            shown = str(imagined[0]["order_id"]) if imagined else raw.newest_order_id
            seen = "its name says so and it has no orders" if shown is None else f"order {shown}"
            raise self._database.trouble(
                LedgerTrouble.DRY_RUN,
                f"is of a freqtrade dry run ({seen}), whose trades no exchange holds: name the live bot's "
                "database",
            )

    def _is_of_account(self, trade: Row) -> bool:
        return _market_of(trade) == FUTURES and (
            self._venue is None or same_exchange(str(trade["exchange"]), self._venue)
        )

    def _paired(self, raw: _Raw) -> tuple[str, ...]:
        """Return what of the ledger is not of this account, in words; refuse it where it is none of its."""
        if self._venue is None:
            return ()
        judged = pairing(raw.traded, self._venue)
        if judged.stranger is not None:
            raise self._database.trouble(
                LedgerTrouble.WRONG_ACCOUNT,
                f"is of a bot that trades {judged.stranger.words}, and the account is of contracts on "
                f"{self._venue}: name this account's own bot, or the account that the bot trades",
            )
        return judged.left_out

    def _refuse_future(self, activity: datetime | None, now: Moment) -> None:
        if activity is None or activity - now.utc <= FUTURE_ALLOWED:
            return
        ahead = timedelta(minutes=round((activity - now.utc) / timedelta(minutes=1)))
        raise self._database.trouble(
            LedgerTrouble.SETTINGS,
            f"was last written {ahead} h in the future: the bot's session writes in another time zone than "
            "this role's, or a clock is wrong: set `ledgers.NAME.timezone` to the bot's, or set the clocks",
        )

    def _warnings(self, raw: _Raw, futures: int) -> list[str]:
        warnings = []
        if self._venue is None:
            others = [place for place in raw.traded if place.market != FUTURES and place.alive]
            warnings += [f"{place.alive} live trades are {place.words}: not reconciled" for place in others]
        if raw.older_dry_run:
            warnings.append("it holds orders of an earlier dry run, which are ignored")
        if futures and raw.newest_order_id is None:
            warnings.append("it has trades but no orders: their stops and fills are not known")
        return warnings


def _columns(needed: frozenset[str], optional: dict[str, Any], present: frozenset[str]) -> str:
    return ", ".join(sorted(needed | (optional.keys() & present)))


def _filled_in(row: dict[str, Any], optional: dict[str, Any]) -> dict[str, Any]:
    filled = {**optional, **row}
    if "trading_mode" in filled and filled["trading_mode"] is not None:
        filled["trading_mode"] = str(filled["trading_mode"]).upper()
    return filled


def _market_of(trade: Row) -> str:
    return market_named(trade["trading_mode"], contract=":" in str(trade["pair"]))


def _policy(trade: Row, raw: _Raw) -> StopPolicy:
    """Judge where a strategy keeps its stops, for freqtrade's database does not say.

    One stop order at the venue is enough to know. That there is none yet says nothing (the first may just
    have been refused); that a whole trade came and went without one says that the bot watches its stops.
    """
    if trade["strategy"] in raw.strategies_with_stops:
        return StopPolicy.VENUE
    return StopPolicy.SOFTWARE if trade["strategy"] in raw.strategies_without else StopPolicy.UNKNOWN
