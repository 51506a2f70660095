"""A journal in memory that keeps what the real one does, and fails where the plan says."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from reconciler.journal.unfinished import held, unfinished
from reconciler.record.stored_verification import record_of
from tests.verification.faulty_steps import Crash, Fault, Steps
from verification.facts.leg import Side
from verification.facts.question import Baseline
from verification.facts.verification import Verification
from verification.opening.journal_port import JournalFailed, OpeningRecord


class MemoryJournal:
    """Keeps what was written, as the real one does."""

    def __init__(self, steps: Steps) -> None:
        self.steps = steps
        self.rows: dict[int, dict[str, Any]] = {}
        self.said: dict[int, list[tuple[str, dict[str, Any]]]] = {}
        self.verifications: list[Verification] = []
        self.proofs: dict[int, list[Verification]] = {}

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
        entry = len(self.rows) + 1
        row = dict.fromkeys(("entry_order_id", "exit_client_id", "closing_quantity", "stop_order_id"))
        row |= {"id": entry, "symbol": symbol, "side": str(side), "intended": quantity}
        row |= {"state": "opening", "quantity": Decimal(0), "entry_client_id": client_order_id}
        row |= {"baseline": None if baseline is None else baseline.quantity, "stop_price": stop_price}

        def write() -> None:
            self.rows[entry], self.said[entry] = row, [("opening", {"all_or_nothing": all_or_nothing})]

        self._step("journal.opening", write)
        return entry

    def ordered(self, entry: int, order_id: str) -> None:
        if self.rows[entry]["state"] == "closing":
            self._change(entry, "ordered")
        else:
            self._change(entry, "ordered", entry_order_id=order_id)

    def verified(self, entry: int, verification: Verification) -> None:
        def write() -> None:
            self.verifications.append(verification)
            self.proofs.setdefault(entry, []).append(verification)

        self._step("journal.verified", write)

    def opened(self, entry: int, quantity: Decimal, *, average_price: Decimal | None = None) -> None:
        self._change(entry, "opened", state="open", quantity=quantity)

    def protecting(self, entry: int, client_order_id: str, price: Decimal) -> None:
        self._change(entry, "protecting", client_order_id, price)

    def stop_placed(self, entry: int, order_id: str, price: Decimal) -> None:
        self._change(entry, "stop_placed", stop_order_id=order_id, stop_price=price)

    def closing(self, entry: int, client_order_id: str, quantity: Decimal) -> None:
        self._change(
            entry, "closing", state="closing", exit_client_id=client_order_id, closing_quantity=quantity
        )

    def closed(self, entry: int) -> None:
        self._change(entry, "closed", state="closed", quantity=Decimal(0))

    def failed(self, entry: int, reason: str) -> None:
        self._change(entry, "failed", state="failed", quantity=Decimal(0))

    def unfinished(self) -> list[OpeningRecord]:
        found = [unfinished(row, self.said[entry]) for entry, row in self.rows.items()]
        return [record for record in found if record is not None]

    def held(self) -> list[OpeningRecord]:
        found = [held(row, self.said[entry], self._proofs(entry)) for entry, row in self.rows.items()]
        return [record for record in found if record is not None]

    def _proofs(self, entry: int) -> list[dict[str, Any]]:
        stored = [
            record_of(each, asked_by="bot") for each in self.proofs.get(entry, ()) if each.asks == "open"
        ]
        keys = ("account", "symbol", "leg")
        return [{key: getattr(view, key) for key in keys} | {"evidence": seen} for view, seen in stored]

    def _change(
        self, entry: int, what: str, name: str = "", price: Decimal | None = None, **change: Any
    ) -> None:
        def write() -> None:
            self.rows[entry] |= change
            self.said[entry].append((what, {"client_order_id": name, "price": str(price)}))

        self._step(f"journal.{what}", write)

    def _step(self, name: str, write: Callable[[], None]) -> None:
        fault = self.steps.fault(name)
        if fault is Fault.CRASH_BEFORE:
            raise Crash
        if fault is Fault.UNWRITTEN:
            raise JournalFailed("the disk is full")
        write()
        if fault is Fault.CRASH_AFTER:
            raise Crash
