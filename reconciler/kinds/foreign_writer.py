"""An order of nobody's on an account that nobody but its bots trades: a person's, or another program's."""

from reconciler.facts.finding import Kind
from reconciler.kinds.form.confirmation import Lasting
from reconciler.kinds.form.resolution import LEDGERS_UNREAD, Gone, NotKnown, OrdersState, Resolution
from reconciler.kinds.form.severity import ALWAYS_WARNING
from reconciler.kinds.form.spec import KindSpec, Subject
from reconciler.kinds.form.steps import Affected, Steps
from reconciler.kinds.form.words import KindWords, Told


def sentence(orders: str, symbol: str, *, several: bool) -> str:
    """Say why it was found.

    Args:
        orders: Which: `order 9 (buy 43 AVL at 10)`.
        symbol: On which contract.
        several: There are more than one.
    """
    rest, them = ("rest", "them") if several else ("rests", "it")
    return (
        f"{orders[0].upper()}{orders[1:]} {rest} on {symbol} and can open a position, no bot of this account "
        f"has {them} down, and by the settings nobody else trades it."
    )


def steps(of: Affected) -> Steps:
    """Say what a person can do."""
    return (
        f"{of.look} and see who sent it: a person, or another program with a key of this account.",
        "See that no second copy of the bot runs, and that each bot's database is among `ledgers`.",
        f"If others may trade it, set `exclusive = false` for account {of.account}; else cancel the order.",
    )


def _nobodys(orders: OrdersState) -> Gone | NotKnown:
    if not orders.read:
        return NotKnown("resting orders could not be read")
    if not orders.held_known:
        return NotKnown("what is held could not be read")
    return Gone("no such order rests that nobody has down") if orders.ledgers_complete else LEDGERS_UNREAD


SPEC = KindSpec(
    kind=Kind.FOREIGN_WRITER,
    subject=Subject.LEG,
    words=KindWords(
        Told("Somebody else's order", "has an order that no bot of this account has sent"),
        Told("Somebody else's order was there", "had an order that no bot of this account had sent"),
    ),
    severity=ALWAYS_WARNING,
    confirmation=Lasting(2, 2, "a bot may be about to write its order down"),
    resolution=Resolution(
        "complete lists of orders are without it, or a bot has it down", None, on_orders=_nobodys
    ),
    steps=steps,
)
