"""A bot that takes itself to be leaving a position, and no exit of it works at the exchange any more."""

from reconciler.facts.finding import Kind, Severity
from reconciler.kinds.form.confirmation import Grace, Lasting
from reconciler.kinds.form.resolution import LEDGERS_UNREAD, Gone, LegState, NotKnown, Resolution
from reconciler.kinds.form.severity import Gravity
from reconciler.kinds.form.spec import KindSpec, Subject
from reconciler.kinds.form.steps import Affected, Steps
from reconciler.kinds.form.words import KindWords, Told


def sentence(row: str, *, what: str, orders: str, held: str, protected: str) -> str:
    """Say why it was found.

    Args:
        row: Which row of which ledger.
        what: What it leaves: `long 43 AVL`.
        orders: What became of its exits: `its exit 9 was cancelled with nothing executed`.
        held: What the exchange holds; empty for nothing.
        protected: How far stops protect that, as a clause of its own.
    """
    told = f"By its own record ({row}) the bot is closing {what}, and {orders}"
    if not held:
        return f"{told}: nothing is held, and the bot has not taken note."
    return f"{told}: no exit works, and the exchange holds {held}; {protected}."


def steps(of: Affected) -> Steps:
    """Say what a person can do."""
    if of.observed == 0:
        return (
            f"See in the bot's log why it has not noticed that {of.symbol} is closed; does it run?",
            "Have the bot read its orders again, or close that row in its own record.",
            "Until then it may send another exit: see that its exits are reduce-only.",
        )
    return (
        f"{of.look} and see that a reduce-only stop covers all that is held.",
        f"If the bot was right to leave, close it: {of.close}.",
        "Read in the bot's log why it sends no other exit: refused, given up, or the bot is down.",
    )


def _noticed(leg: LegState) -> Gone | NotKnown:
    if not leg.ledgers_complete:
        return LEDGERS_UNREAD
    if leg.differs and not leg.settled:
        return NotKnown("both sides hold something else, which is told first")
    if leg.exit_unknown:
        return NotKnown("what became of the bot's exit is not known")
    return Gone("no row is closing without an exit that works")


SPEC = KindSpec(
    kind=Kind.STUCK_CLOSING,
    subject=Subject.LEG,
    words=KindWords(
        Told("Bot closes without an order", "is being closed by the bot, and no exit works"),
        Told("Bot closed without an order", "was being closed by the bot, and no exit worked"),
    ),
    severity=Gravity(
        Severity.WARNING, Severity.CRITICAL, "something is held that no resting stop covers in full"
    ),
    confirmation=Lasting(2, 2, "bots ask for their orders now and then, and send another exit", Grace.STUCK),
    resolution=Resolution("no row of the bot is closing without an exit that works", _noticed),
    steps=steps,
    only_by_rows=True,
    follows_from=(
        Kind.PHANTOM_POSITION,
        Kind.QUANTITY_MISMATCH,
        Kind.SIDE_MISMATCH,
        Kind.BOT_SILENT,
        Kind.RECONCILER_STALLED,
    ),
)
