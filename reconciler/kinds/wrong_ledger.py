"""A bot's database that can be read and is not, or not all, of this account."""

from reconciler.facts.finding import Kind, Severity
from reconciler.kinds.form.confirmation import Confirmed
from reconciler.kinds.form.resolution import Resolution
from reconciler.kinds.form.severity import Gravity
from reconciler.kinds.form.spec import KindSpec, Subject
from reconciler.kinds.form.steps import Affected, Steps
from reconciler.kinds.form.words import KindWords, Told


def sentence(name: str, why: str) -> str:
    """Say that none of it is of this account."""
    return f"The ledger {name} is not of this account: {why}."


def sentence_of_strays(name: str, strays: str) -> str:
    """Say what in it is not of this account."""
    return f"The ledger {name} is not all of this account: {strays}."


def steps(of: Affected) -> Steps:
    """Say what a person can do."""
    return (
        f"Compare the url of the ledger {of.symbol} with the account {of.account}: they do not match.",
        "Run `trueup doctor`: it tells which exchange and which market the ledger was written for.",
        f"Until then compare account {of.account} by hand: what this ledger says of it is not judged.",
    )


SPEC = KindSpec(
    kind=Kind.WRONG_LEDGER,
    subject=Subject.LEDGER,
    words=KindWords(
        Told("Books of another account", "the bot's ledger {what} is not of this account"),
        Told("Had books of another account", "the bot's ledger {what} was not of this account"),
    ),
    severity=Gravity(Severity.CRITICAL, Severity.WARNING, "a part of it is of this account"),
    confirmation=Confirmed("it was read, and says so itself"),
    resolution=Resolution("it was read in full, and all of it is of this account", None),
    steps=steps,
)
