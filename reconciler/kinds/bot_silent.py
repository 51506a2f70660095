"""A bot that has an order open and has stopped writing: nobody may be watching over what it holds."""

from reconciler.facts.finding import Kind
from reconciler.kinds.form.confirmation import Confirmed
from reconciler.kinds.form.resolution import Resolution
from reconciler.kinds.form.severity import ALWAYS_WARNING
from reconciler.kinds.form.spec import KindSpec, Subject
from reconciler.kinds.form.steps import Affected, Steps
from reconciler.kinds.form.words import KindWords, Told


def sentence(name: str, *, lasted: str, trades: int) -> str:
    """Say for how long it has written nothing, and how much is in its hands."""
    held = "1 live trade" if trades == 1 else f"{trades} live trades"
    return (
        f"The bot of ledger {name} has written nothing for {lasted}, and with an order open it writes in "
        f"every loop: it has stopped, hangs, or cannot reach the exchange. It has {held}."
    )


def steps(of: Affected) -> Steps:
    """Say what a person can do."""
    return (
        f"See whether the bot of {of.symbol} runs, and read the end of its log; if not, start it again.",
        "Until it writes again nobody moves its stops or closes its trades: watch them at the exchange.",
        f"If it runs and its loop is that slow, set `ledgers.{of.symbol}.silent_after` above its loop.",
    )


SPEC = KindSpec(
    kind=Kind.BOT_SILENT,
    subject=Subject.LEDGER,
    words=KindWords(
        Told("The bot has stopped writing", "the bot of ledger {name} has stopped writing"),
        Told("The bot had stopped writing", "the bot of ledger {name} had stopped writing"),
    ),
    severity=ALWAYS_WARNING,
    confirmation=Confirmed(
        "it has live trades and an order open, and has written nothing for `ledgers.NAME.silent_after`; "
        "never where its silence means nothing"
    ),
    resolution=Resolution("it writes again, or has no order open that it would write of", None),
    steps=steps,
    follows_from=(Kind.LEDGER_UNREADABLE, Kind.RECONCILER_STALLED),
)
