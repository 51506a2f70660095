"""passivbot's monitor file: what the bot last saw of its account, a witness and no plan.

The file, `monitor/<exchange>/<user>/state.latest.json`, is written by passivbot 8 unless `monitor.enabled` is
off, and replaced whole about once a second. Sizes are the exchange's contracts, a short's below zero. The bot
keeps no stop at the exchange: its grid closes, and its equity stop is in its own head.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from reconciler.facts.expectation import (
    Direction,
    Expectation,
    ExpectationState,
    LedgerReading,
    Pulse,
    StopPolicy,
)
from reconciler.facts.wording import number
from reconciler.ledgers.exchange_family import same_exchange
from reconciler.ledgers.port import LedgerTrouble
from reconciler.ledgers.state_file import StateFile
from verification.facts.clock import Clock

STATE = "state.latest.json"
SILENT = timedelta(minutes=1)
"""It writes about once a second, and a slow loop may take half a minute."""

_SIDES = {"long": Direction.LONG, "short": Direction.SHORT}
_UNMANAGED = "manual"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class PassivbotLedger:
    """The monitor file of one user on one exchange."""

    def __init__(
        self,
        name: str,
        url: str,
        *,
        clock: Clock,
        folder: Path | None = None,
        stop_policy: StopPolicy | None = None,
        venue: str | None = None,
        silent_after: timedelta | None = SILENT,
    ) -> None:
        """Nothing is opened yet. `folder` is what a relative path is relative to.

        Args:
            name: Its name in the settings.
            url: `file:PATH` of the file, or of the user's folder.
            clock: Where time comes from.
            folder: See above; None: the working directory.
            stop_policy: Where stops are kept; None: in the bot's head.
            venue: The ccxt exchange id of the account it was given to; None: read for none.
            silent_after: From when on its silence means something; None or zero: never.

        Raises:
            LedgerUnreadable: The url is none of a file.
        """
        self._name = name
        self._file = StateFile(name, url, folder=folder, name=STATE)
        self._clock = clock
        self._policy = stop_policy or StopPolicy.SOFTWARE
        self._venue = venue
        self._silent_after = silent_after

    @property
    def name(self) -> str:
        """Its name in the settings."""
        return self._name

    def version(self) -> object:
        """Return a cheap token that changes with every snapshot.

        Raises:
            LedgerUnreadable: It is not there.
        """
        return self._file.version()

    def read(self) -> LedgerReading:
        """Read the last snapshot.

        Raises:
            LedgerUnreadable: It could not be read in full, or is of another exchange than the account.
        """
        now = self._clock.now()
        state, version = self._file.read()
        try:
            meta, positions = _table(state, "meta"), _table(state, "positions")
            at = _EPOCH + timedelta(milliseconds=int(meta["snapshot_ts_ms"]))
            exchange = str(meta["exchange"])
        except (KeyError, ValueError, TypeError, OverflowError) as error:
            what = f"is no monitor file of passivbot 8 ({error}): check the ledger's kind and url"
            raise self._file.trouble(LedgerTrouble.SCHEMA, what) from error
        if self._venue is not None and not same_exchange(exchange, self._venue):
            what = (
                f"is of a bot on {exchange}, and the account is on {self._venue}: name this account's own bot"
            )
            raise self._file.trouble(LedgerTrouble.WRONG_ACCOUNT, what)
        try:
            rows = tuple(self._rows(positions))
            warnings = tuple(_unmanaged(state, rows))
        except (KeyError, ValueError, TypeError, AttributeError, ArithmeticError) as error:
            raise self._file.trouble(LedgerTrouble.CORRUPT, f"cannot be read: {error}") from error
        pulse = Pulse(at, self._silent_after) if self._silent_after else None
        return LedgerReading(self._name, rows, now, at, warnings, version=version, pulse=pulse)

    def _rows(self, positions: Mapping[str, Any]) -> Iterator[Expectation]:
        for symbol, sides in sorted(positions.items()):
            unknown = sorted(set(_table(positions, symbol)) - set(_SIDES))
            if unknown:
                raise ValueError(f"{symbol} has a side `{unknown[0]}`, which is not known")
            for side, direction in _SIDES.items():
                size = _size(sides.get(side), symbol, direction)
                if size:
                    yield self._row(symbol, direction, size)

    def _row(self, symbol: str, direction: Direction, size: Decimal) -> Expectation:
        # Without a time: the snapshot is a new one every second, and what the bot saw is the same.
        return Expectation(
            ledger=self._name,
            row_id=f"{symbol} {direction}",
            symbol=symbol,
            direction=direction,
            unit_size=None,
            expected=size,
            expected_low=size,
            expected_high=size,
            step=None,
            state=ExpectationState.OPEN,
            stop_policy=self._policy,
        )


def _size(entry: Any, symbol: str, direction: Direction) -> Decimal:
    if entry is None:
        return Decimal(0)
    size = _exact(entry["size"], f"the size of {symbol} {direction}")
    if size * direction.sign < 0:
        raise ValueError(f"{symbol} {direction} has the size {size}, which is of the other side")
    return abs(size)


def _exact(value: Any, what: str) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise TypeError(f"{what} is {value!r}, which is no number")
    return Decimal(value)


def _table(of: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = of[key]
    if not isinstance(value, dict):
        raise TypeError(f"`{key}` is no table")
    return value


def _unmanaged(state: Mapping[str, Any], rows: tuple[Expectation, ...]) -> Iterator[str]:
    """Yield what the bot sees and leaves alone: nobody closes it."""
    effective = (state.get("modes") or {}).get("effective") or {}
    for row in rows:
        mode = (effective.get(row.direction.value) or {}).get(row.symbol)
        if mode == _UNMANAGED:
            held = f"{row.symbol} {row.direction} {number(row.expected)} contracts"
            yield f"{held} is seen by the bot and left alone (mode {mode}): nobody closes it"
