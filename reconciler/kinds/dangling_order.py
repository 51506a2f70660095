"""An order that rests and that nobody needs: its trade is over, or nothing is held that it is for."""

from reconciler.facts.finding import Kind, Severity
from reconciler.kinds.form.confirmation import Lasting
from reconciler.kinds.form.resolution import LEDGERS_UNREAD, Gone, NotKnown, OrdersState, Resolution
from reconciler.kinds.form.severity import Gravity
from reconciler.kinds.form.spec import KindSpec, Subject
from reconciler.kinds.form.steps import Affected, Steps
from reconciler.kinds.form.words import KindWords, Told


def sentence(orders: str, *, several: bool, held: str, opens: bool) -> str:
    """Say why it was found.

    Args:
        orders: Which: `stop 7 (sell 43 AVL at 9, reduce-only) of trade 1, which is closed,`.
        several: There are more than one.
        held: What the exchange holds on the leg; empty for nothing.
        opens: One of them is not reduce-only.
    """
    rest, they = ("still rest", "they") if several else ("still rests", "it")
    where = f"beside {held}" if held else "where nothing is held"
    if opens:
        may = "one of them can open a position of its own" if several else "it can open a position of its own"
    else:
        may = f"{they} would close some of {'it' if held else 'the next position'}"
    return f"{orders[0].upper()}{orders[1:]} {rest} at the exchange {where}: {may}."


def steps(of: Affected) -> Steps:
    """Say what a person can do."""
    return (
        f"{of.look} and cancel what is left over; what is not reduce-only first.",
        "Keep the bot off this symbol meanwhile: what is left over acts on its next position.",
        "Read in the bot's log why it was left: a cancel that failed, or an exit that the bot did not see.",
    )


def _cancelled(orders: OrdersState) -> Gone | NotKnown:
    if not orders.read:
        return NotKnown("resting orders could not be read")
    if not orders.held_known:
        return NotKnown("what is held could not be read")
    if orders.differs:
        return NotKnown("the sides differ, and what rests may protect what is held")
    return Gone("no order that is left over rests any more") if orders.ledgers_complete else LEDGERS_UNREAD


SPEC = KindSpec(
    kind=Kind.DANGLING_ORDER,
    subject=Subject.LEG,
    words=KindWords(
        Told("Order left over", "has an order at the exchange that was left over"),
        Told("Order was left over", "had an order at the exchange that was left over"),
    ),
    severity=Gravity(Severity.WARNING, Severity.CRITICAL, "one is not reduce-only: it can open a position"),
    confirmation=Lasting(2, 2, "the bot or the exchange may be about to cancel it"),
    resolution=Resolution(
        "complete lists of orders are without it, or a trade of a bot has it down", None, on_orders=_cancelled
    ),
    steps=steps,
)
