"""The journal: how a bot that uses the library writes down what it believes, before and after it acts.

    journal = Journal("sqlite:///bot.db", bot="mybot")
    entry = journal.opening("AVL/USDT:USDT", Side.BUY, Decimal(43), client_order_id="mine-1")
    ...send the order...              journal.ordered(entry, order["id"])
    ...verify it...                   journal.verified(entry, verification)
    ...confirmed...                   journal.opened(entry, Decimal(43))
    ...place the stop...              journal.stop_placed(entry, stop["id"], Decimal("0.2"))
    ...before the exit is sent...     journal.closing(entry, client_order_id="mine-2", quantity=held)
    ...the exit is proved...          journal.closed(entry)

Write before the order is sent: then no crash can leave an order of which nothing knows. Every call is durable
when it returns (SQLite: write-ahead log with synchronous=FULL), and each is one row in `journal_event` beside
the position's current row. Several threads may write at once, and several bots, each under a name of its own:
a second process under a name that is at work is refused, until the first has ended, however it ended.
"""

from decimal import Decimal
from types import TracebackType
from typing import Any, Self

import sqlalchemy as sa

from reconciler.facts.expectation import ExpectationState
from reconciler.journal.database import open_database
from reconciler.journal.failure import JournalError
from reconciler.journal.tables import event, position
from reconciler.journal.tables import verification as verification_table
from reconciler.journal.transaction import Writing, one_writer
from reconciler.journal.unfinished import held, unfinished
from reconciler.record.stored_verification import record_of
from verification.facts.clock import Clock, SystemClock
from verification.facts.leg import Side
from verification.facts.question import Baseline
from verification.facts.verification import Verification
from verification.opening.journal_port import OpeningRecord

__all__ = ["Journal", "JournalError"]

_ALIVE = frozenset({ExpectationState.OPENING, ExpectationState.OPEN, ExpectationState.CLOSING})


class Journal:
    """One bot's journal. Quantities are unsigned contracts; all writes raise JournalError where they fail."""

    def __init__(self, url: str, *, bot: str, clock: Clock | None = None) -> None:
        """Open it, making its tables on first use.

        Args:
            url: `sqlite:///path` or `postgresql+psycopg://…`.
            bot: The bot's name; several bots may share one database.
            clock: Where time comes from; None: the machine's clock.

        Raises:
            JournalError: It cannot be opened, its tables are newer than this code, or another process works
                with this bot's name in it.
        """
        self._bot = bot
        self._clock = clock or SystemClock()
        self._database = open_database(url, bot)

    def opening(
        self,
        symbol: str,
        side: Side,
        quantity: Decimal,
        *,
        client_order_id: str,
        baseline: Baseline | None = None,
        stop_price: Decimal | None = None,
        all_or_nothing: bool = False,
    ) -> int:
        """Write down an entry that is about to be sent, and return its id here.

        Said twice with the same `client_order_id`, it is the same entry.

        Args:
            symbol: ccxt unified form.
            side: Of the entry.
            quantity: Contracts, positive.
            client_order_id: The id the order is sent with.
            baseline: What the leg held before.
            stop_price: The stop that is wanted, quote per base.
            all_or_nothing: True when a partial fill is to be rolled back.

        Raises:
            JournalError: The id is taken by another entry, or it could not be written.
            ValueError: The quantity is not positive.
        """
        wanted, now = _positive(quantity), self._clock.now().utc
        values = {
            "bot": self._bot,
            "symbol": symbol,
            "side": str(side),
            "state": str(ExpectationState.OPENING),
            "intended": wanted,
            "quantity": Decimal(0),
            "baseline": None if baseline is None else baseline.quantity,
            "entry_client_id": client_order_id,
            "exit_order_ids": [],
            "stop_price": stop_price,
            "reason": "",
            "opened_at": now,
            "updated_at": now,
        }
        same = sa.select(position).where(
            position.c.bot == self._bot, position.c.entry_client_id == client_order_id
        )
        with Writing(self._database, alone=True) as connection:
            one_writer(connection)
            known = connection.execute(same).mappings().one_or_none()
            if known is not None:
                if (known["symbol"], known["side"], known["intended"]) != (symbol, str(side), wanted):
                    other = f"{known['side']} {known['intended']} {known['symbol']}"
                    taken = f"journal: client order id {client_order_id} already names another entry: {other}"
                    raise JournalError(taken, again=False)
                return int(known["id"])
            entry = int(connection.execute(position.insert().returning(position.c.id), values).scalar_one())
            detail = {"client_order_id": client_order_id, "all_or_nothing": all_or_nothing}
            self._note(connection, entry, "opening", detail)
            return entry

    def ordered(self, entry: int, order_id: str) -> None:
        """Write down the venue's id of the order last announced: while closing the exit, else the entry."""
        with Writing(self._database) as connection:
            row = self._row(connection, entry)
            if row["state"] == ExpectationState.CLOSING:
                ids = list(row["exit_order_ids"])
                change: dict[str, Any] = {"exit_order_ids": ids if order_id in ids else [*ids, order_id]}
            else:
                change = {"entry_order_id": order_id}
            self._write(connection, entry, "ordered", change, {"order_id": order_id})

    def opened(self, entry: int, quantity: Decimal, *, average_price: Decimal | None = None) -> None:
        """Write down that the position is held: `quantity` contracts, positive."""
        held = _positive(quantity)
        change = {"state": str(ExpectationState.OPEN), "quantity": held, "average_price": average_price}
        self._change(entry, "opened", change, {"quantity": str(held)})

    def protecting(self, entry: int, client_order_id: str, price: Decimal) -> None:
        """Write down a stop that is about to be sent."""
        self._change(entry, "protecting", {}, {"client_order_id": client_order_id, "price": str(price)})

    def stop_placed(self, entry: int, order_id: str, price: Decimal) -> None:
        """Write down the stop that now rests at the venue; it takes the place of the one before."""
        change = {"stop_order_id": order_id, "stop_price": price}
        self._change(entry, "stop_placed", change, {"order_id": order_id, "price": str(price)})

    def stop_removed(self, entry: int) -> None:
        """Write down that the bot itself has cancelled its stop."""
        self._change(entry, "stop_removed", {"stop_order_id": None}, {})

    def closing(self, entry: int, client_order_id: str, quantity: Decimal) -> None:
        """Write down an exit that is about to be sent, of `quantity` contracts, positive."""
        leaving = _positive(quantity)
        change = {
            "state": str(ExpectationState.CLOSING),
            "exit_client_id": client_order_id,
            "closing_quantity": leaving,
        }
        self._change(entry, "closing", change, {"client_order_id": client_order_id, "quantity": str(leaving)})

    def closed(self, entry: int) -> None:
        """Write down that nothing is held any more, which has been proved."""
        change = {"state": str(ExpectationState.CLOSED), "quantity": Decimal(0), "stop_order_id": None}
        self._change(entry, "closed", change, {})

    def failed(self, entry: int, reason: str) -> None:
        """Write down that the entry came to nothing, and why."""
        change = {"state": str(ExpectationState.FAILED), "quantity": Decimal(0), "reason": reason}
        self._change(entry, "failed", change, {"reason": reason})

    def verified(self, entry: int, verification: Verification) -> None:
        """Write down a verification with its evidence; Trueup takes it over from here."""
        view, evidence = record_of(verification, asked_by="bot")
        values = {
            "position_id": entry,
            "account": view.account,
            "symbol": view.symbol,
            "leg": str(view.leg),
            "question": view.question,
            "verdict": view.verdict,
            "grade": view.grade,
            "mismatch": view.mismatch,
            "decided_by": None if view.decided_by is None else str(view.decided_by),
            "asked_at": view.asked_at,
            "milliseconds": view.milliseconds,
            "reason": view.reason,
            "order_id": view.order_id,
            "evidence": evidence,
        }
        with Writing(self._database) as connection:
            # Ids must become visible in their order, for Trueup asks for what came after the last it saw.
            one_writer(connection)
            self._row(connection, entry)
            connection.execute(verification_table.insert(), values)
            self._note(connection, entry, "verified", {"question": view.question, "verdict": view.verdict})

    def unfinished(self) -> tuple[OpeningRecord, ...]:
        """Return the openings that a crash interrupted, oldest first, for `Opener.recover`.

        Positions that were written down without a stop price are the bot's own business and left out.

        Raises:
            JournalError: The journal could not be read.
        """
        found = [unfinished(row, said) for row, said, _ in self._alive()]
        return tuple(record for record in found if record is not None)

    def held(self) -> tuple[OpeningRecord, ...]:
        """Return the positions that are held with their stop as far as was written down, oldest first.

        Each with the verification that proved its entry, for `Opener.resume`. Positions that were written
        down without a stop price are left out.

        Raises:
            JournalError: The journal could not be read.
        """
        found = [held(row, said, proofs) for row, said, proofs in self._alive()]
        return tuple(record for record in found if record is not None)

    def _alive(self) -> list[tuple[dict[str, Any], list[tuple[str, Any]], list[dict[str, Any]]]]:
        """Return every row that has not ended, what befell it, and the verifications of its entry."""
        alive = sa.and_(position.c.bot == self._bot, position.c.state.in_(_ALIVE))
        rows = sa.select(position).where(alive).order_by(position.c.id)
        its = position.c.id == event.c.position_id
        events = sa.select(event.c.position_id, event.c.what, event.c.detail).join(position, its)
        asked = verification_table.c.question == "open"
        proofs = sa.select(verification_table).join(
            position, position.c.id == verification_table.c.position_id
        )
        with Writing(self._database) as connection:
            said: dict[int, list[tuple[str, Any]]] = {}
            for entry, what, detail in connection.execute(events.where(alive).order_by(event.c.id)):
                said.setdefault(entry, []).append((what, detail))
            seen: dict[int, list[dict[str, Any]]] = {}
            ordered = proofs.where(alive, asked).order_by(verification_table.c.id)
            for row in connection.execute(ordered).mappings():
                seen.setdefault(row["position_id"], []).append(dict(row))
            found = [dict(row) for row in connection.execute(rows).mappings()]
        return [(row, said.get(row["id"], []), seen.get(row["id"], [])) for row in found]

    def close(self) -> None:
        """Give the connections back, and the name free."""
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _change(self, entry: int, what: str, change: dict[str, Any], detail: dict[str, Any]) -> None:
        with Writing(self._database) as connection:
            row = self._row(connection, entry)
            # An entry given up may turn out to be held after all, and the bot must be able to say so.
            if row["state"] not in _ALIVE and what not in {"opened", "closed", "failed"}:
                late = f"journal: entry {entry} is {row['state']}: `{what}` comes too late"
                raise JournalError(late, again=False)
            self._write(connection, entry, what, change, detail)

    def _row(self, connection: sa.Connection, entry: int) -> sa.RowMapping:
        asked = sa.select(position).where(position.c.id == entry, position.c.bot == self._bot)
        row = connection.execute(asked.with_for_update()).mappings().one_or_none()
        if row is None:
            raise JournalError(
                f"journal: {self._bot} has no entry {entry}: use the id that `opening` returned", again=False
            )
        return row

    def _write(
        self, connection: sa.Connection, entry: int, what: str, change: dict[str, Any], detail: dict[str, Any]
    ) -> None:
        values = {**change, "updated_at": self._clock.now().utc}
        connection.execute(position.update().where(position.c.id == entry), values)
        self._note(connection, entry, what, detail)

    def _note(self, connection: sa.Connection, entry: int, what: str, detail: dict[str, Any]) -> None:
        now = self._clock.now().utc
        connection.execute(event.insert(), {"position_id": entry, "at": now, "what": what, "detail": detail})


def _positive(quantity: Decimal) -> Decimal:
    exact = Decimal(quantity)
    if not exact.is_finite() or exact <= 0:
        raise ValueError(f"a quantity of the journal is a positive number of contracts, not {quantity}")
    return exact
