"""The kinds of alerts in plain words: a title, a clause for a sentence, and what a person can do."""

from dataclasses import dataclass
from typing import Final

from reconciler.finding import Kind


@dataclass(frozen=True, slots=True)
class KindWords:
    """How one kind is told.

    Attributes:
        title: Names it on a card.
        clause: Follows a symbol (or for a blindness stands alone, `{what}` being what cannot be seen).
        steps: What a person can do about it, in order.
    """

    title: str
    clause: str
    steps: tuple[str, str, str]


KINDS: Final[dict[Kind, KindWords]] = {
    Kind.UNVERIFIED_OPEN: KindWords(
        "Entry not confirmed",
        "has an entry that nobody could confirm",
        (
            "Look at the order and its trades on the exchange: did it execute?",
            "If it did, see that the position has a stop. If not, see that the order cannot execute later.",
            "Do not send the entry again before you know. Trueup keeps asking and will say what it finds.",
        ),
    ),
    Kind.ORPHANED_POSITION: KindWords(
        "Position the bot does not know",
        "is held on the exchange and the bot does not know it",
        (
            "Look at the position on the exchange, and at the orders that made it.",
            "Put a stop under it, or close it with a reduce-only order in the opposite direction.",
            "Find out why the bot lost it before it trades this symbol again.",
        ),
    ),
    Kind.PHANTOM_POSITION: KindWords(
        "Position gone from the exchange",
        "is in the bot's books but not on the exchange",
        (
            "Look at the latest trades on the exchange: a stop, a liquidation or a hand may have closed it.",
            "Cancel stops and targets that still rest: they could open a new position.",
            "Mend the bot's own record, or it may sell what it does not have.",
        ),
    ),
    Kind.QUANTITY_MISMATCH: KindWords(
        "Sizes differ",
        "has another size on the exchange than in the bot's books",
        (
            "Compare the trades on the exchange with the bot's orders: which one is missing or doubled?",
            "See that the stop covers the size the exchange holds.",
            "Bring the position to the size you want with a reduce-only order, or mend the bot's record.",
        ),
    ),
    Kind.SIDE_MISMATCH: KindWords(
        "Opposite sides",
        "is on the opposite side of what the bot believes",
        (
            "Stop the bot from trading this symbol: its next exit would make the position larger.",
            "Close the position on the exchange with a reduce-only order.",
            "Mend the bot's record before it goes on.",
        ),
    ),
    Kind.UNPROTECTED_POSITION: KindWords(
        "No stop",
        "has no stop",
        (
            "Open the position on the exchange and look at its stop orders.",
            "Set a reduce-only stop for the whole size, or close the position.",
            "Trueup sees the new stop by itself and ends this alert.",
        ),
    ),
    Kind.SOURCE_DOWN: KindWords(
        "Cannot see the exchange",
        "{what} cannot be read",
        (
            "Look at the exchange's status page and at this machine's connection.",
            "Check that the keys are still valid and allowed from this address.",
            "Until it is back, look at the account on the exchange itself.",
        ),
    ),
    Kind.SOURCE_STALE: KindWords(
        "Old news from the exchange",
        "{what} has gone quiet",
        (
            "Trueup reconnects by itself. See whether the other sources still answer.",
            "If it lasts, look at the exchange's status page.",
            "Until it is back, changes are noticed later than usual.",
        ),
    ),
    Kind.LEDGER_UNREADABLE: KindWords(
        "Cannot read the bot's books",
        "the bot's ledger {what} cannot be read",
        (
            "See whether the bot is running and its database is where the settings say.",
            "See whether Trueup may read the file.",
            "Until then nothing can be compared: look at the exchange itself.",
        ),
    ),
    Kind.RECONCILER_STALLED: KindWords(
        "Trueup stopped checking",
        "Trueup stopped checking",
        (
            "Look at the log of the reconciler: it says what it was doing.",
            "Start it again. No alert and no acknowledgement is lost.",
            "Until then look at the exchange itself.",
        ),
    ),
}

# One that is not covered in full is not one without any stop: the words must not claim more than was seen.
PARTLY: Final = KindWords(
    "Stop too small", "has a stop that does not cover it", KINDS[Kind.UNPROTECTED_POSITION].steps
)
