"""A position that a bot believes in and the exchange does not hold."""

from reconciler.facts.finding import Kind, Severity
from reconciler.kinds.form.confirmation import Lasting
from reconciler.kinds.form.leg_words import LegWords
from reconciler.kinds.form.resolution import AGREEMENT
from reconciler.kinds.form.severity import Gravity, Stake
from reconciler.kinds.form.spec import KindSpec, Subject
from reconciler.kinds.form.steps import Affected, Steps
from reconciler.kinds.form.words import KindWords, Told


def sentence(leg: LegWords) -> str:
    """Say why it was found."""
    start = f"The bot believes {leg.believed} but the exchange holds nothing{leg.what_happened}"
    return f"{start}{leg.stops_that_did_nothing}."


def steps(of: Affected) -> Steps:
    """Say what a person can do."""
    return (
        f"{of.look} and look at its trades: a stop, a liquidation, a program or a hand closed it.",
        "Cancel the stops and targets that still rest for it: they are for a position that is gone.",
        "Close the trade in the bot's own record, or it may try to sell what it does not have.",
    )


def _only_late(stake: Stake) -> bool:
    """Its own stop or exit did all of it: the bot is late, nobody is exposed."""
    return stake.proved


SPEC = KindSpec(
    kind=Kind.PHANTOM_POSITION,
    subject=Subject.LEG,
    words=KindWords(
        Told("Position gone from the exchange", "is in the bot's books but not on the exchange"),
        Told("Position was gone from the exchange", "was in the bot's books but not on the exchange"),
    ),
    severity=Gravity(
        Severity.CRITICAL,
        Severity.WARNING,
        "the bot's own stop or exit is shown to have closed all of it",
        _only_late,
    ),
    confirmation=Lasting(2, 1, "one list that leaves a position out may lag"),
    resolution=AGREEMENT,
    steps=steps,
    sentence=sentence,
    difference=True,
    only_by_rows=True,
    at_stake="at the mark",
)
