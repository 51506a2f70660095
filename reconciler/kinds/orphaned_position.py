"""A position that the exchange holds and no bot of the account knows."""

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
    return f"The exchange holds {leg.held} and {leg.known_as}{leg.who_traded}; {leg.protected}."


def steps(of: Affected) -> Steps:
    """Say what a person can do."""
    return (
        f"{of.look}. If it has no stop, place a reduce-only one for all of it now.",
        f"If nobody wants it, close it: {of.close}.",
        "Find the order that opened it. Keep the bot off this symbol meanwhile: it may enter again.",
    )


SPEC = KindSpec(
    kind=Kind.ORPHANED_POSITION,
    subject=Subject.LEG,
    words=KindWords(
        Told("Position the bot does not know", "is held on the exchange and the bot does not know it"),
        Told("Position the bot did not know", "was held on the exchange and the bot did not know it"),
    ),
    severity=ALWAYS_CRITICAL,
    confirmation=Lasting(2, 2, "a bot may be about to write its trade down"),
    resolution=AGREEMENT,
    steps=steps,
    sentence=sentence,
    difference=True,
    unknown_to_bot=True,
    tells_of_stop=True,
    by_hand=True,
    always_told=True,
)
