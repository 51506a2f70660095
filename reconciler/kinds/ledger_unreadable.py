"""A bot's database that cannot be read."""

from reconciler.facts.finding import Kind
from reconciler.kinds.form.confirmation import Confirmed
from reconciler.kinds.form.resolution import Resolution
from reconciler.kinds.form.severity import ALWAYS_CRITICAL
from reconciler.kinds.form.spec import KindSpec, Subject
from reconciler.kinds.form.steps import Affected, Steps
from reconciler.kinds.form.words import KindWords, Told


def sentence(name: str, why: str, *, lasted: str | None) -> str:
    """Say why it cannot be read, and for how long it could not; None where only a person can mend it."""
    if lasted is None:
        return f"The ledger {name} cannot be read: {why}."
    return f"The ledger {name} could not be read for {lasted}: {why}."


def steps(of: Affected) -> Steps:
    """Say what a person can do."""
    return (
        f"Read the reason: it says what is wrong with the ledger {of.symbol} and what to do.",
        "See that the bot runs, and that its database is where the settings say and may be read.",
        f"Until then compare account {of.account} by hand: what only this bot knows is not judged.",
    )


SPEC = KindSpec(
    kind=Kind.LEDGER_UNREADABLE,
    subject=Subject.LEDGER,
    words=KindWords(
        Told("Cannot read the bot's books", "the bot's ledger {name} cannot be read"),
        Told("Could not read the bot's books", "the bot's ledger {name} could not be read"),
    ),
    severity=ALWAYS_CRITICAL,
    confirmation=Confirmed(
        "{failures} reads have failed in a row, or for {failing} none has worked, "
        "or only a person can mend it"
    ),
    resolution=Resolution("it was read in full", None),
    steps=steps,
    follows_from=(Kind.RECONCILER_STALLED,),
)
