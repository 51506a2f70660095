"""A position of an order that was given up: it executed late, or came back after it was rolled back."""

from reconciler.facts.finding import Kind
from reconciler.facts.wording import clock
from reconciler.kinds.form.confirmation import Lasting
from reconciler.kinds.form.leg_words import LegWords
from reconciler.kinds.form.resolution import AGREEMENT
from reconciler.kinds.form.severity import ALWAYS_CRITICAL
from reconciler.kinds.form.spec import KindSpec, Subject
from reconciler.kinds.form.steps import Affected, Steps
from reconciler.kinds.form.words import KindWords, Told


def sentence(leg: LegWords) -> str:
    """Say why it was found."""
    appeared, late = leg.appeared_at, leg.late_order
    at = "" if appeared is None else f" at {clock(appeared)}"
    after = f" after {late}" if late else ""
    return f"The exchange holds {leg.held}, which turned up{at}{after}, and {leg.known_as}; {leg.protected}."


def steps(of: Affected) -> Steps:
    """Say what a person can do."""
    return (
        f"{of.look}. The bot has given it up: if it has no stop, place a reduce-only one now.",
        f"Unless you want the position, close it: {of.close}.",
        "See that the order named in the reason rests no more, or the rest of it may fill as well.",
    )


SPEC = KindSpec(
    kind=Kind.REAPPEARED_POSITION,
    subject=Subject.LEG,
    words=KindWords(
        Told("Position came after all", "came after its order was given up, and is held"),
        Told("Position had come after all", "came after its order was given up, and was held"),
    ),
    severity=ALWAYS_CRITICAL,
    confirmation=Lasting(2, 2, "a bot may be about to take note of its late fill"),
    resolution=AGREEMENT,
    steps=steps,
    sentence=sentence,
    difference=True,
    unknown_to_bot=True,
    tells_of_stop=True,
    by_hand=True,
    always_told=True,
)
