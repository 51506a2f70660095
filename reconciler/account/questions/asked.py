"""Which questions of the ledgers were asked: none is asked twice, and what is over is forgotten. Pure."""

from collections.abc import Collection

from reconciler.account.questions.ledger_question import QuestionKey


class AskedQuestions:
    """The questions asked about the rows that the ledgers still show."""

    def __init__(self) -> None:
        """None was asked."""
        self._orders: dict[str, dict[str, set[str]]] = {}

    def __len__(self) -> int:
        """Return how many are kept."""
        return sum(len(orders) for rows in self._orders.values() for orders in rows.values())

    def add(self, key: QuestionKey) -> bool:
        """Take note of a question; False if it was asked before."""
        orders = self._orders.setdefault(key.ledger, {}).setdefault(key.row_id, set())
        if key.order in orders:
            return False
        orders.add(key.order)
        return True

    def keep(self, ledger: str, rows: Collection[str]) -> None:
        """Forget what was asked about rows that the ledger does not show any more."""
        known = self._orders.get(ledger, {})
        for row_id in known.keys() - set(rows):
            del known[row_id]
