"""Answers of the exchange that cannot all be true: of one order, or of what one leg holds."""

from reconciler.facts.finding import Kind, Severity
from reconciler.kinds.form.confirmation import Confirmed
from reconciler.kinds.form.resolution import Gone, LegState, NotKnown, Resolution, once_agreed_or_another
from reconciler.kinds.form.severity import Gravity
from reconciler.kinds.form.spec import KindSpec, Subject
from reconciler.kinds.form.steps import Affected, Steps
from reconciler.kinds.form.words import KindWords, Told

_START = "The exchange's sources contradict each other"


def sentence_of_order(contradiction: str, *, ended: str, instead: str) -> str:
    """Say what of an order cannot all be true.

    Args:
        contradiction: What the sources say.
        ended: How the verification of the order ended.
        instead: The verdict with all answers; empty where it is the same.
    """
    after = f"; with both answers it would be {instead}" if instead else ""
    return f"{_START}: {contradiction}. {ended.capitalize()}{after}."


def sentence_of_leg(
    source: str, told: str, *, lists: int, lasted: str, shown: str, version: str | None
) -> str:
    """Say what of a leg cannot all be true.

    Args:
        source: Which source told of what is believed.
        told: What it told of.
        lists: How many position lists say otherwise.
        lasted: For how long they do.
        shown: What they show.
        version: The version that both are of; None where they are of different ones.
    """
    both = "" if version is None else f", both at one version, {version}"
    return (
        f"{_START}: its {source} told of {told}, and {lists} position lists over {lasted} show {shown}{both}."
    )


def steps(of: Affected) -> Steps:
    """Say what a person can do."""
    return (
        f"{of.look} and see position, orders and trades there: one of its answers was wrong.",
        "If a position is held that the bot does not know, place a reduce-only stop or close it.",
        "If the bot acted on the wrong answer, correct its own record before it trades this again.",
    )


def _no_list_says_otherwise(leg: LegState) -> Gone | NotKnown:
    return NotKnown("position lists still say otherwise") if leg.contradicted else once_agreed_or_another(leg)


SPEC = KindSpec(
    kind=Kind.SOURCES_DISAGREE,
    subject=Subject.LEG,
    words=KindWords(
        Told("The exchange contradicts itself", "has answers from the exchange that contradict each other"),
        Told(
            "The exchange contradicted itself", "had answers from the exchange that contradicted each other"
        ),
    ),
    severity=Gravity(
        Severity.WARNING, Severity.CRITICAL, "an order's verdict would be another with all the answers"
    ),
    confirmation=Confirmed("no lag explains it, or position lists have said otherwise for a minute"),
    resolution=Resolution(
        "no position list says otherwise any more; of an order after half an hour at the earliest",
        _no_list_says_otherwise,
    ),
    steps=steps,
    follows_from=(Kind.ORPHANED_POSITION, Kind.PHANTOM_POSITION, Kind.QUANTITY_MISMATCH, Kind.SIDE_MISMATCH),
)
