"""A change of a leg in words and as a document: what was traded, when, by which order, and who sent it."""

from decimal import Decimal
from typing import Any

from reconciler.facts.attribution import Attribution, By
from reconciler.facts.change import Change, Explained
from reconciler.facts.wording import amount, clock
from verification.facts.account import FillCause

_VENUE = {
    FillCause.LIQUIDATION.value: "the exchange's liquidation",
    FillCause.ADL.value: "the exchange's auto-deleveraging",
    FillCause.SETTLEMENT.value: "the exchange's settlement of the contract",
}


def change_line(change: Change, contract_size: Decimal | None) -> str:
    """Return a change as one sentence without its full stop."""
    size = amount(change.contracts, change.symbol, contract_size)
    if change.untraded:
        more = f"{size} {'more' if change.contracts > 0 else 'less'} than all trades account for"
        why = "the trades could not be read" if change.who.by is By.NOT_READ else "no trade is listed for it"
        return f"{clock(change.since)}: {more}: {why}"
    did = "bought" if change.contracts > 0 else "sold"
    return f"{clock(change.at)}: {did} {size} by order {change.order_id}: {who_words(change.who)}"


def who_words(who: Attribution) -> str:
    """Say who has sent an order."""
    match who.by:
        case By.LEDGER:
            return f"{who.role} of row {who.row} of the ledger {who.name}"
        case By.HAND:
            return f"a hand, from the exchange's {who.name}"
        case By.BOT:
            return f"another bot: its client id is one of {who.name}"
        case By.VENUE:
            return _VENUE.get(who.name, who.name)
        case By.NOBODY:
            return "no ledger names it, and nothing tells who has sent it"
        case By.NOT_READ:
            return "who has sent it could not be read"
        case By.WAITING:
            return "a bot may still write it down"


def share_words(explained: Explained | None) -> str:
    """Return the share of an account's changes that is explained, as a cell of a table has it."""
    if explained is None or explained.since is None:
        return "not counted"
    total = explained.explained + explained.not_explained
    return f"{explained.explained} of {total}" if total else "no changes"


def change_document(change: Change) -> dict[str, Any]:
    """Return a change as `--json` prints it; quantities are strings, times ISO 8601 in UTC."""
    return {
        "symbol": change.symbol,
        "leg": str(change.leg),
        "order_id": None if change.untraded else change.order_id,
        "client_order_id": change.client_order_id or None,
        "contracts": format(change.contracts, "f"),
        "trades": change.trades,
        "since": change.since.isoformat(),
        "at": change.at.isoformat(),
        "by": change.who.by.value,
        "name": change.who.name or None,
        "row": change.who.row or None,
        "role": change.who.role or None,
        "text": who_words(change.who) if not change.untraded else change_line(change, None),
    }
