"""A bot's database to which nothing is written any more: its bot has stopped, or writes another one."""

from reconciler.facts.finding import Kind
from reconciler.kinds.form.confirmation import Confirmed
from reconciler.kinds.form.resolution import Resolution
from reconciler.kinds.form.severity import ALWAYS_WARNING
from reconciler.kinds.form.spec import KindSpec, Subject
from reconciler.kinds.form.steps import Affected, Steps
from reconciler.kinds.form.words import KindWords, Told


def sentence(name: str, *, lasted: str, trades: int) -> str:
    """Say for how long nothing was written, and how much is in the bot's hands."""
    held = "1 trade holds a position" if trades == 1 else f"{trades} trades hold a position"
    return (
        f"Nothing at all was written to ledger {name} for {lasted}, and {held} in it, of which its bot "
        "writes now and then: it has stopped, or this is not the database that it writes."
    )


def steps(of: Affected) -> Steps:
    """Say what a person can do."""
    return (
        f"See that the `url` of ledger {of.symbol} is the database that the bot writes now, and no copy.",
        "See whether the bot runs; if it does not, watch its trades at the exchange until it does.",
        f"If it writes that seldom, set `ledgers.{of.symbol}.stale_after` longer, or to 0 for never.",
    )


SPEC = KindSpec(
    kind=Kind.LEDGER_STALE,
    subject=Subject.LEDGER,
    words=KindWords(
        Told("Nothing is written to the bot's books", "nothing is written to the bot's ledger {name}"),
        Told("Nothing was written to the bot's books", "nothing was written to the bot's ledger {name}"),
    ),
    severity=ALWAYS_WARNING,
    confirmation=Confirmed(
        "a trade in it holds a position, and nothing at all was written to it for "
        "`ledgers.NAME.stale_after`; never where its bot may write nothing for as long as it holds"
    ),
    resolution=Resolution("something is written to it, or no trade in it holds anything", None),
    steps=steps,
    follows_from=(Kind.BOT_SILENT, Kind.LEDGER_UNREADABLE, Kind.RECONCILER_STALLED),
)
