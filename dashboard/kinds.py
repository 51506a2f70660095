"""The kinds of alerts in plain words: a title, and a clause for a sentence."""

from dataclasses import dataclass
from typing import Final

from reconciler.finding import Kind


@dataclass(frozen=True, slots=True)
class KindWords:
    """How one kind is told.

    Attributes:
        title: Names it on a card.
        clause: Follows a symbol (or for a blindness stands alone, `{what}` being what cannot be seen).
    """

    title: str
    clause: str


KINDS: Final[dict[Kind, KindWords]] = {
    Kind.UNVERIFIED_OPEN: KindWords(
        "Entry not confirmed",
        "has an entry that nobody could confirm",
    ),
    Kind.ORPHANED_POSITION: KindWords(
        "Position the bot does not know",
        "is held on the exchange and the bot does not know it",
    ),
    Kind.REAPPEARED_POSITION: KindWords(
        "Position came after all",
        "came after its order was given up, and is held",
    ),
    Kind.PHANTOM_POSITION: KindWords(
        "Position gone from the exchange",
        "is in the bot's books but not on the exchange",
    ),
    Kind.QUANTITY_MISMATCH: KindWords(
        "Sizes differ",
        "has another size on the exchange than in the bot's books",
    ),
    Kind.SIDE_MISMATCH: KindWords(
        "Opposite sides",
        "is on the opposite side of what the bot believes",
    ),
    Kind.UNPROTECTED_POSITION: KindWords(
        "No stop",
        "has no stop",
    ),
    Kind.DUPLICATE_ROWS: KindWords(
        "One position, two rows",
        "is in the bot's books twice",
    ),
    Kind.UNLISTED_SYMBOL: KindWords(
        "Symbol the exchange does not list",
        "is in the bot's books, and the exchange does not list it",
    ),
    Kind.SOURCES_DISAGREE: KindWords(
        "The exchange contradicts itself",
        "has answers from the exchange that contradict each other",
    ),
    Kind.SOURCE_DOWN: KindWords(
        "Cannot see the exchange",
        "{what} cannot be read",
    ),
    Kind.SOURCE_STALE: KindWords(
        "Old news from the exchange",
        "{what} has gone quiet",
    ),
    Kind.LEDGER_UNREADABLE: KindWords(
        "Cannot read the bot's books",
        "the bot's ledger {what} cannot be read",
    ),
    Kind.WRONG_LEDGER: KindWords(
        "Books of another account",
        "the bot's ledger {what} is not of this account",
    ),
    Kind.LOOK_FAILED: KindWords(
        "Trueup met an error of its own",
        "an unexpected error holds up {what}",
    ),
    Kind.RECONCILER_STALLED: KindWords(
        "Trueup stopped checking",
        "Trueup stopped checking",
    ),
}

# One that is not covered in full is not one without any stop: the words must not claim more than was seen.
PARTLY: Final = KindWords("Stop too small", "has a stop that does not cover it")
