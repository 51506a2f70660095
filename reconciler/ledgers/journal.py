"""The ledger of a bot that uses the library: Trueup's own journal, and the verifications written there."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, timedelta
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from reconciler.facts.expectation import (
    BelievedOrder,
    Direction,
    Expectation,
    ExpectationState,
    LedgerReading,
    OrderRole,
    StopPolicy,
)
from reconciler.journal.tables import SCHEMA_VERSION
from reconciler.ledgers.journal_verification import JournalVerification, newest_of, verification_of
from reconciler.ledgers.known_rows import KnownRows
from reconciler.ledgers.port import LedgerTrouble
from reconciler.ledgers.tables import BotDatabase, Tables, utc_of
from verification.facts.clock import Clock
from verification.facts.leg import Side

ENDED_KEPT = timedelta(days=1)
"""How long an ended position is still told of."""

VERIFICATIONS_AT_ONCE = 500

_Rows = list[dict[str, Any]]


class JournalLedger:
    """The journal of one database; of several bots where they share it."""

    def __init__(
        self,
        name: str,
        url: str,
        *,
        clock: Clock,
        folder: Path | None = None,
        ended_kept: timedelta = ENDED_KEPT,
        stop_policy: StopPolicy | None = None,
    ) -> None:
        """Nothing is opened yet. `folder` is what a relative SQLite path is relative to.

        `stop_policy` says where the bot keeps its stops; None: at the venue where a row has one.

        Raises:
            LedgerUnreadable: The url is none that can be read.
        """
        self._name = name
        self._database = BotDatabase(name, url, clock, folder=folder)
        self._clock = clock
        self._kept = ended_kept
        self._policy = stop_policy
        self._rows = KnownRows(self._expectation)
        self._newest: tuple[object, int] | None = None

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
            LedgerUnreadable: It could not be read in full.
        """
        now = self._clock.now()
        # Written as the journal writes its times, so that text compares like time.
        oldest = (now.utc - self._kept).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")

        def work(tables: Tables) -> tuple[_Rows, _Rows, _Rows, int | None]:
            self._check_schema(tables)
            rows = tables.select(
                "SELECT * FROM journal_position"
                " WHERE state NOT IN ('closed', 'failed') OR updated_at > :oldest ORDER BY id",
                oldest=oldest,
            )
            events = tables.select(
                "SELECT position_id, at, what, detail FROM journal_event WHERE position_id IN"
                " (SELECT id FROM journal_position WHERE state = 'closing') ORDER BY id"
            )
            last = tables.select("SELECT at FROM journal_event ORDER BY id DESC LIMIT 1")
            return rows, events, last, newest_of(tables)

        self._newest = None
        (rows, events, last, newest), version = self._database.read(work)
        if version is not None and newest is not None:
            self._newest = version, newest
        try:
            said: defaultdict[int, list[Mapping[str, Any]]] = defaultdict(list)
            for event in events:
                said[event["position_id"]].append(event)
            expectations = self._rows.of(rows, said)
            activity = utc_of(last[0]["at"], UTC) if last else None
        except (ValueError, InvalidOperation, TypeError, KeyError) as error:
            what = f"holds a row that cannot be read ({error}): look at its table `journal_position`"
            raise self._database.trouble(LedgerTrouble.CORRUPT, what) from error
        return LedgerReading(self._name, expectations, now, activity, version=version, names_orders=True)

    def newest_verification(self, version: object) -> int | None:
        """Return the number of the newest one at a version, 0 where there is none; None where nobody knows.

        It is known where the positions were read at that very version, in the same transaction.
        """
        known = self._newest
        return known[1] if known is not None and known[0] == version else None

    def read_verifications(
        self, after_id: int, limit: int = VERIFICATIONS_AT_ONCE
    ) -> tuple[JournalVerification, ...]:
        """Return the next verifications numbered above `after_id` (0 for all), lowest number first.

        Raises:
            LedgerUnreadable: They could not be read in full.
        """

        def work(tables: Tables) -> list[dict[str, Any]]:
            self._check_schema(tables)
            return tables.select(
                "SELECT * FROM journal_verification WHERE id > :after ORDER BY id LIMIT :most",
                after=after_id,
                most=limit,
            )

        rows, _ = self._database.read(work)
        try:
            return tuple(map(verification_of, rows))
        except (ValueError, TypeError) as error:
            what = f"holds a row that cannot be read ({error}): look at its table `journal_verification`"
            raise self._database.trouble(LedgerTrouble.CORRUPT, what) from error

    def _expectation(self, row: Mapping[str, Any], events: Sequence[Mapping[str, Any]]) -> Expectation:
        made = _expectation(self._name, row, events)
        return made if self._policy is None else replace(made, stop_policy=self._policy)

    def _check_schema(self, tables: Tables) -> None:
        self._database.require(tables, "journal_schema", frozenset({"version"}), "Trueup's journal")
        found = tables.select("SELECT version FROM journal_schema")
        if [row["version"] for row in found] != [SCHEMA_VERSION]:
            shown = ", ".join(str(row["version"]) for row in found) or "none"
            what = f"has a journal of version {shown}, and this program reads {SCHEMA_VERSION}: update Trueup"
            raise self._database.trouble(LedgerTrouble.SCHEMA, what)


def _expectation(ledger: str, row: Mapping[str, Any], events: Sequence[Mapping[str, Any]]) -> Expectation:
    state = ExpectationState(row["state"])
    held = Decimal(row["quantity"])
    exits = _exits(events)
    low, high = _range(state, held, row, exits)
    opened_at = utc_of(row["opened_at"], UTC)
    stopped = row["stop_order_id"] is not None or row["stop_price"] is not None
    return Expectation(
        ledger=ledger,
        row_id=str(row["id"]),
        symbol=str(row["symbol"]),
        direction=Direction.LONG if Side(row["side"]) is Side.BUY else Direction.SHORT,
        unit_size=None,
        expected=held,
        expected_low=low,
        expected_high=high,
        step=None,
        state=state,
        entry_order_ids=_known(row["entry_order_id"]),
        exit_order_ids=tuple(str(one) for one in json.loads(row["exit_order_ids"])),
        stop_order_ids=_known(row["stop_order_id"]),
        stop_price=None if row["stop_price"] is None else Decimal(row["stop_price"]),
        stop_policy=StopPolicy.VENUE if stopped else StopPolicy.UNKNOWN,
        entry_client_id=row["entry_client_id"],
        exit_client_id=row["exit_client_id"],
        entry_resting_since=opened_at if state is ExpectationState.OPENING else None,
        orders=(*_placed(row, state, held), *exits),
        opened_at=opened_at,
        updated_at=utc_of(row["updated_at"], UTC),
    )


def _placed(row: Mapping[str, Any], state: ExpectationState, held: Decimal) -> tuple[BelievedOrder, ...]:
    """Return the entry of a position and the stop that rests for it."""
    opening = state is ExpectationState.OPENING
    intended = Decimal(row["intended"])
    entry = BelievedOrder(
        role=OrderRole.ENTRY,
        order_id=None if row["entry_order_id"] is None else str(row["entry_order_id"]),
        client_order_id=row["entry_client_id"],
        size=intended,
        booked=held if opening else intended,
        resting=opening,
        sent_at=utc_of(row["opened_at"], UTC),
    )
    stop = BelievedOrder(
        role=OrderRole.STOP,
        order_id=str(row["stop_order_id"]),
        client_order_id=None,
        size=held,
        booked=Decimal(0),
        resting=True,
    )
    return (entry,) if row["stop_order_id"] is None else (entry, stop)


def _exits(events: Sequence[Mapping[str, Any]]) -> tuple[BelievedOrder, ...]:
    """Return the exits that were announced since the quantity was last written down, oldest first.

    What they have executed is not in it until the bot writes down that it is closed, or what is left of it.
    Until then each may have executed something, also one that has ended by now.

    Args:
        events: What happened to a position that is closing, oldest first.
    """
    exits: list[BelievedOrder] = []
    for event in events:
        what, detail = event["what"], json.loads(event["detail"])
        if what == "opened":
            exits.clear()
        elif what == "closing":
            name, leaving = detail["client_order_id"], Decimal(detail["quantity"])
            sent_at = utc_of(event["at"], UTC)
            exits.append(
                BelievedOrder(OrderRole.EXIT, None, name, leaving, Decimal(0), resting=True, sent_at=sent_at)
            )
        elif what == "ordered" and exits:
            exits[-1] = replace(exits[-1], order_id=str(detail["order_id"]))
    return tuple(exits)


def _range(
    state: ExpectationState, held: Decimal, row: Mapping[str, Any], exits: tuple[BelievedOrder, ...]
) -> tuple[Decimal, Decimal]:
    if state is ExpectationState.OPENING:
        return held, max(held, Decimal(row["intended"]))
    if state is ExpectationState.CLOSING:
        leaving = sum((order.size for order in exits), Decimal(0)) or held
        return max(Decimal(0), held - leaving), held
    return held, held


def _known(order_id: str | None) -> tuple[str, ...]:
    return () if order_id is None else (str(order_id),)
