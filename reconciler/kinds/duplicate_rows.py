"""One position that a bot has down twice: each of the rows may close it."""

from reconciler.facts.finding import Kind
from reconciler.kinds.form.confirmation import Lasting
from reconciler.kinds.form.leg_words import LegWords
from reconciler.kinds.form.resolution import AGREEMENT
from reconciler.kinds.form.severity import ALWAYS_CRITICAL
from reconciler.kinds.form.spec import KindSpec, Subject
from reconciler.kinds.form.steps import Affected, Steps
from reconciler.kinds.form.words import KindWords, Told


def sentence(leg: LegWords) -> str:
    """Name the rows, and say what shows that they are one position."""
    twins = leg.twins
    *others, last = twins.rows
    if twins.order_id is not None:
        shown = f"name the same order {twins.order_id}"
    elif twins.trades_since is not None:
        shown = (
            f"are of one size, and no trade since {twins.trades_since:%Y-%m-%d %H:%M} UTC has closed either"
        )
    else:
        shown = "are of one size; whether one of them was closed could not be seen"
    may = "each of them may sell it" if leg.long else "each of them may buy it back"
    return (
        f"The exchange holds {leg.held} and the bot has it down twice: "
        f"trades {', '.join(others)} and {last} {shown}; {may}."
    )


def steps(of: Affected) -> Steps:
    """Say what a person can do."""
    return (
        f"{of.look} and see how much is held: the bot has it down twice.",
        "Keep the bot off this symbol: each of its rows may send an exit for the whole position.",
        "Close the surplus row in the bot's own record, and leave the one that its orders belong to.",
    )


SPEC = KindSpec(
    kind=Kind.DUPLICATE_ROWS,
    subject=Subject.LEG,
    words=KindWords(
        Told("One position, two rows", "is in the bot's books twice"),
        Told("One position had two rows", "was in the bot's books twice"),
    ),
    severity=ALWAYS_CRITICAL,
    confirmation=Lasting(2, 2, "a bot may be about to correct its rows"),
    resolution=AGREEMENT,
    steps=steps,
    sentence=sentence,
    difference=True,
    only_by_rows=True,
)
