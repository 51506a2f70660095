"""What a bot has down of a symbol that its venue does not list."""

from reconciler.facts.finding import Kind, Severity
from reconciler.kinds.form.confirmation import Lasting
from reconciler.kinds.form.resolution import LEDGERS_UNREAD, Gone, LegState, NotKnown, Resolution
from reconciler.kinds.form.severity import Gravity
from reconciler.kinds.form.spec import KindSpec, Subject
from reconciler.kinds.form.steps import Affected, Steps
from reconciler.kinds.form.words import KindWords, Told


def sentence(symbol: str, *, rows: str, claimed: str, venue: str, nameless: str | None) -> str:
    """Say why it was found.

    Args:
        symbol: As the bot writes it.
        rows: Which rows are about it.
        claimed: What they claim to hold; empty where they only work to open a position.
        venue: Which exchange it is.
        nameless: The id of a contract that it holds and lists under no name; None where there is none.
    """
    what = f"holds {claimed}" if claimed else "works to open a position"
    told = (
        f"By its own record ({rows}) the bot {what} on {symbol}, and {venue} lists no such contract: "
        "whether it is held, and with a stop, cannot be seen"
    )
    return f"{told}." if nameless is None else f"{told}; what it holds under the id {nameless} may be it."


def steps(of: Affected) -> Steps:
    """Say what a person can do."""
    return (
        f"See whether the exchange has renamed or delisted {of.symbol}: what was held may have a new name.",
        "See that the ledger belongs to this account and market; `trueup doctor` compares the two.",
        "Correct or close the trade in the bot's own record: until then nothing watches over it.",
    )


def _listed(_: LegState) -> Gone:
    return Gone("the exchange lists it now")


def _given_up(ledgers_complete: bool) -> Gone | NotKnown:  # noqa: FBT001 - it is the only thing that is asked
    return Gone("no bot has it down any more") if ledgers_complete else LEDGERS_UNREAD


SPEC = KindSpec(
    kind=Kind.UNLISTED_SYMBOL,
    subject=Subject.LEG,
    words=KindWords(
        Told(
            "Symbol the exchange does not list",
            "is in the bot's books, and the exchange does not list it",
        ),
        Told(
            "Symbol the exchange did not list",
            "was in the bot's books, and the exchange did not list it",
        ),
    ),
    severity=Gravity(Severity.CRITICAL, Severity.WARNING, "the bot claims no position on it yet"),
    confirmation=Lasting(2, 2, "the market list may be read while a contract is renamed"),
    resolution=Resolution("the exchange lists it, or no bot has it down any more", _listed, _given_up),
    steps=steps,
    only_by_rows=True,
)
