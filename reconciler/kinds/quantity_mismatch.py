"""A position of another size than the bots believe, on the same side."""

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
    back = leg.traded_back
    if back:
        told = f"The bot believes {leg.believed} and the exchange holds that, although {back}"
        return f"{told}; {leg.protected}."
    told = (
        f"The exchange holds {leg.held} but the bot believes {leg.believed}: "
        f"{leg.apart} {'more' if leg.more else 'less'}{leg.what_happened}"
    )
    late = leg.late_order
    if late:
        told = f"{told}, which turned up after {late}"
    return (
        f"{told}; the bot keeps its stop in software."
        if leg.stopped_in_software
        else f"{told}; {leg.protected}."
    )


def steps(of: Affected) -> Steps:
    """Say what a person can do."""
    return (
        f"{of.look} and see that a reduce-only stop covers all of it, not what the bot believes.",
        "Compare its trades with the bot's orders: one executed unnoticed, or is somebody else's.",
        "Trade the difference away with a reduce-only order, or correct the bot's own record.",
    )


def _small(stake: Stake) -> bool:
    """Less is held than believed, and it is not worth much. What is not known is taken for much."""
    return not stake.more and stake.exposure is not None and stake.exposure < stake.large


SPEC = KindSpec(
    kind=Kind.QUANTITY_MISMATCH,
    subject=Subject.LEG,
    words=KindWords(
        Told("Sizes differ", "has another size on the exchange than in the bot's books"),
        Told("Sizes differed", "had another size on the exchange than in the bot's books"),
    ),
    severity=Gravity(
        Severity.CRITICAL,
        Severity.WARNING,
        "the exchange holds less than the bot believes, and it is not worth much",
        _small,
    ),
    confirmation=Lasting(2, 1, "a fill may be under way"),
    resolution=AGREEMENT,
    steps=steps,
    sentence=sentence,
    difference=True,
    by_hand=True,
    at_stake="",
)
