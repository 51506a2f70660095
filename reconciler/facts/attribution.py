"""Who has sent an order that has traded: a ledger's row, a hand, another bot, the venue, or nobody known."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from reconciler.facts.expectation import OrderRole
from verification.facts.account import FillCause
from verification.facts.order_fact import OrderFact


class By(StrEnum):
    """Who it was, as far as it is known."""

    LEDGER = "ledger"  # a row of a ledger of the account names the order
    HAND = "hand"  # from the venue's own page or app
    BOT = "bot"  # of a program of which the account has no ledger
    VENUE = "venue"  # liquidation, auto-deleveraging, settlement
    NOBODY = "nobody"  # all was read, and nothing tells
    NOT_READ = "not read"  # what would tell could not be read
    WAITING = "waiting"  # a ledger may write it down late


_NO_MARKS: Mapping[str, str] = MappingProxyType({})

EXPLAINED = frozenset({By.LEDGER, By.HAND, By.BOT, By.VENUE})
OPEN = frozenset({By.NOBODY, By.NOT_READ})
"""What is counted as not explained. What waits is not counted yet."""


@dataclass(frozen=True, slots=True)
class Owner:
    """The row of a ledger that names an order.

    Attributes:
        ledger: The ledger's name in the settings.
        row_id: The row's id in the bot's database.
        role: What the bot sent the order for.
    """

    ledger: str
    row_id: str
    role: OrderRole


@dataclass(frozen=True, slots=True)
class Attribution:
    """Who has sent an order.

    Attributes:
        by: Who.
        name: Of a ledger its name, of a hand the page or app, of a bot its program, of the venue a
            `FillCause`; else empty.
        row: The row's id in the bot's database; empty but for a ledger.
        role: What the bot sent it for; empty but for a ledger.
    """

    by: By
    name: str = ""
    row: str = ""
    role: str = ""

    @property
    def explained(self) -> bool:
        """True where it is known who it was."""
        return self.by in EXPLAINED


def attributed(
    *,
    owner: Owner | None,
    cause: FillCause | None,
    fact: OrderFact | None,
    settled: bool,
    marks: Mapping[str, str] = _NO_MARKS,
) -> Attribution:
    """Say who has sent an order that has traded.

    Silence names nobody: an order that could not be asked about is not read, and "nobody" is only said of
    one that was, after a time in which every ledger could have written it down.

    Args:
        owner: The row of a ledger that names it; None where none does so far.
        cause: Why the venue itself has traded, by the trade's own word.
        fact: What the venue says of the order; None where that is not known.
        settled: True when a ledger would have written it down by now.
        marks: Other bots by what their client ids look like, as regular expressions. That of a bot of the
            account's own ledgers is none: it tells of no other bot.
    """
    why = cause if cause is not None or fact is None else fact.cause
    if owner is not None:
        return Attribution(By.LEDGER, owner.ledger, owner.row_id, owner.role.value)
    if why is not None:
        return Attribution(By.VENUE, why.value)
    if fact is not None and fact.by_hand:
        return Attribution(By.HAND, fact.hand or "page or app")
    client = "" if fact is None else fact.client_order_id or ""
    bot = next((bot for mark, bot in marks.items() if client and re.search(mark, client)), None)
    if bot is not None:
        return Attribution(By.BOT, bot)
    if not settled:
        return Attribution(By.WAITING)
    if fact is None:
        return Attribution(By.NOT_READ)
    return Attribution(By.NOBODY)
