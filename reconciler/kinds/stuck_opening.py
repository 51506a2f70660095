"""A bot that takes an entry to be at work which has ended at the exchange: nothing comes of it any more."""

from reconciler.facts.finding import Kind
from reconciler.kinds.form.confirmation import Grace, Lasting
from reconciler.kinds.form.resolution import LEDGERS_UNREAD, Gone, LegState, NotKnown, Resolution
from reconciler.kinds.form.severity import ALWAYS_WARNING
from reconciler.kinds.form.spec import KindSpec, Subject
from reconciler.kinds.form.steps import Affected, Steps
from reconciler.kinds.form.words import KindWords, Told


def sentence(row: str, *, what: str, orders: str) -> str:
    """Say why it was found.

    Args:
        row: Which row of which ledger.
        what: What the entry was for: `long 43 AVL`.
        orders: What became of its entries: `its entry 7 was cancelled with nothing executed`.
    """
    return (
        f"By its own record ({row}) the bot still works to open {what}, and {orders}: nothing comes of that "
        "any more, and the bot has not taken note."
    )


def steps(of: Affected) -> Steps:
    """Say what a person can do."""
    return (
        f"See whether the bot runs, and in its log why its entry on {of.symbol} is not over for it.",
        "Have the bot read its orders again, or correct that row in its own record.",
        f"{of.look} and see that nothing of the entry rests there before the bot enters again.",
    )


def _noticed(leg: LegState) -> Gone | NotKnown:
    if not leg.ledgers_complete:
        return LEDGERS_UNREAD
    if leg.differs and not leg.settled:
        return NotKnown("both sides hold something else, which is told first")
    if leg.entry_unknown:
        return NotKnown("what became of the bot's entry is not known")
    return Gone("no row has an entry down as being at work that has ended")


SPEC = KindSpec(
    kind=Kind.STUCK_OPENING,
    subject=Subject.LEG,
    words=KindWords(
        Told("Bot waits for an ended entry", "has an entry that has ended and that the bot still waits for"),
        Told(
            "Bot waited for an ended entry", "had an entry that had ended and that the bot still waited for"
        ),
    ),
    severity=ALWAYS_WARNING,
    confirmation=Lasting(2, 2, "bots ask for their orders now and then", Grace.STUCK),
    resolution=Resolution("the bot has no entry down as being at work that has ended", _noticed),
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
