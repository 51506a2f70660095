"""A position on the opposite side of what the bot believes."""

from reconciler.facts.finding import Kind
from reconciler.kinds.form.confirmation import Lasting
from reconciler.kinds.form.leg_words import LegWords
from reconciler.kinds.form.resolution import AGREEMENT
from reconciler.kinds.form.severity import ALWAYS_CRITICAL
from reconciler.kinds.form.spec import KindSpec, Subject
from reconciler.kinds.form.steps import Affected, Steps
from reconciler.kinds.form.words import KindWords, Told


def sentence(leg: LegWords) -> str:
    """Say why it was found."""
    return (
        f"The exchange holds {leg.held} but the bot believes {leg.believed}: "
        f"the opposite side{leg.who_traded}; {leg.protected}."
    )


def steps(of: Affected) -> Steps:
    """Say what a person can do."""
    return (
        f"Keep the bot off {of.symbol} now: its next exit would make the position larger.",
        f"{of.look}. Unless you want the position, close it: {of.close}.",
        "Correct the bot's own record before it trades this symbol again.",
    )


SPEC = KindSpec(
    kind=Kind.SIDE_MISMATCH,
    subject=Subject.LEG,
    words=KindWords(
        Told("Opposite sides", "is on the opposite side of what the bot believes"),
        Told("Sides were opposite", "was on the opposite side of what the bot believed"),
    ),
    severity=ALWAYS_CRITICAL,
    confirmation=Lasting(2, 1, "a reversal may be under way"),
    resolution=AGREEMENT,
    steps=steps,
    sentence=sentence,
    difference=True,
    tells_of_stop=True,
    by_hand=True,
)
